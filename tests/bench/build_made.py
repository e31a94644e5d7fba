"""A whole portal of any size for the bench: services, needs, cases and organisations that refer to each other.

The shipped schemas and matching, the shipped vocabularies cut to what is used. Invented, repeatable, valid; 示例
throughout; it is never shipped or shown. ``python -m tests.bench.build_made FOLDER N yaml|csv``
"""

from __future__ import annotations

import csv
import random
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from math import isqrt
from pathlib import Path
from typing import Any

import yaml

from generator.load import load_types
from generator.tables import cell_of
from generator.yamlout import dump_record

SHIPPED = Path(__file__).parent.parent.parent / "catalogue"
SHARES = {"organisation": 10, "service": 50, "need": 15, "case": 25}
"""Of a hundred records, how many are of which type."""
MANY = 500  # backlinks of one organisation, when there are records enough
CROPS = 60
PAGED = {"region": "地方", "industry": "产业"}
SKIPPED = {"variety", "problem", "symptom", "practice", "area", "abbreviation"}
"""Vocabularies that only a search reads, and that name terms which are cut out here."""

WHO = (
    "村里",
    "合作社",
    "专家组",
    "县里的技术员",
    "种植大户",
    "示范基地",
    "科技特派员",
    "几户人家",
    "镇上",
    "学会的老师",
)
WHEN = (
    "春耕前",
    "采收以后",
    "入冬之前",
    "雨季来临时",
    "头一年",
    "第二年",
    "农闲的时候",
    "开花前后",
    "今年",
    "栽下去三个月后",
)
DID = (
    "把老园子的密枝疏掉",
    "换上脱毒的种苗",
    "在地头装了诱虫灯",
    "按测土结果配了肥",
    "把排水沟加深到半米",
    "教大家认病斑",
    "改成滴灌",
    "请人看了土样",
    "分批采样送检",
    "修了一间小冷库",
    "留出一垄做对照",
    "记下每天的温度",
    "统一了采摘的标准",
    "把秸秆还到地里",
    "种上绿肥",
    "搭了避雨的棚",
)
SO = (
    "落果少了许多",
    "一亩多收了近百斤",
    "用药减了一半",
    "邻村也跟着学",
    "客商愿意上门收",
    "还要再看一年",
    "费工，年轻人不愿意做",
    "只在沙土地上见效",
    "雨水多的年份不行",
    "省下了不少水",
    "价钱比往年好",
    "苗子成活了九成",
    "土里的蚯蚓多起来了",
    "头茬没有赶上市",
)
OFFERS = ("培训班", "上门指导", "现场会", "技术咨询", "品种试验", "病虫害会诊", "管护示范", "采后处理指导")
ASKS = ("技术支撑", "专家指导", "良种引进", "病虫害防治", "保鲜加工技术", "土壤改良")
DONE = ("改园增收", "绿色防控", "节水灌溉", "良种推广", "错季上市", "抱团销售")
BODIES = ("果业学会", "蔬菜研究所", "农业大学", "农技协", "种植合作社", "土壤肥料研究所", "植物保护学会", "畜牧兽医站")
KINDS = ("society", "institute", "university", "agro-association", "enterprise", "other")


def read_terms(name: str) -> list[dict[str, str]]:
    """The rows of a shipped vocabulary."""
    with (SHIPPED / "vocabularies" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def with_ancestors(rows: Sequence[dict[str, str]], used: set[str]) -> list[dict[str, str]]:
    """The rows of the terms used and of all above them, in their order."""
    parents = {row["id"]: row["parent"] for row in rows}
    kept: set[str] = set()
    for each in used:
        while each and each not in kept:
            kept.add(each)
            each = parents[each]
    return [row for row in rows if row["id"] in kept]


def named_in_matching(vocabulary: str) -> set[str]:
    """The terms that matching.yml names itself."""
    return set(re.findall(rf"\b{vocabulary}/([a-z0-9-]+)", (SHIPPED / "matching.yml").read_text("utf-8")))


class Maker:
    """Records as their authors would have written them, the same for the same number and seed."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        regions, crops = read_terms("region"), read_terms("industry")
        counties = [row for row in regions if row["level"] == "county"]
        leaves = [row for row in crops if row["parent"] and row["id"] not in {each["parent"] for each in crops}]
        # Records crowd where somebody collects them: places grow with the root of the number.
        self.counties = self.chance.sample(counties, min(isqrt(10 * count), len(counties)))
        self.crops = self.chance.sample(leaves, CROPS)
        self.terms = {
            "region": with_ancestors(regions, {row["id"] for row in self.counties} | named_in_matching("region")),
            "industry": with_ancestors(crops, {row["id"] for row in self.crops} | named_in_matching("industry")),
        }
        self.sizes = {name: count * share // 100 for name, share in SHARES.items()}
        self.left = MANY if count >= 2 * MANY else 0

    def text(self, length: int) -> str:
        """Sentences of about so many characters."""
        choose, found = self.chance.choice, ""
        while len(found) < length:
            found += f"{choose(WHEN)}，{choose(WHO)}{choose(DID)}，又{choose(DID)}，{choose(SO)}。"
        return found

    def body(self, length: int) -> str:
        """Markdown with a heading and a list."""
        steps = "".join(f"\n- **{self.chance.choice(WHEN)}**：{self.chance.choice(DID)}" for _ in range(3))
        return f"## 经过\n\n{self.text(length * 2 // 3)}\n\n## 步骤\n{steps}\n\n{self.text(length // 3)}\n"

    def day(self) -> str:
        """A day of the past."""
        return f"{self.chance.randint(2018, 2025)}-{self.chance.randint(1, 12):02d}-{self.chance.randint(1, 28):02d}"

    def source(self, number: int) -> dict[str, Any]:
        """Where the record comes from: nowhere."""
        return {
            "source_publisher": "示例县农业农村局",
            "source_title": f"示例报道第{number}期",
            "source_date": self.day(),
            "source_url": f"https://made.example/{number}",
            "confidence": self.chance.choice(("high", "medium")),
        }

    def organisations(self) -> list[str]:
        """Who took part: the first organisation where it still lacks records, and another one."""
        found = [f"o-{self.chance.randrange(1, self.sizes['organisation']):06d}"]
        if self.left:
            self.left -= 1
            found.insert(0, "o-000000")
        return found

    def records(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """``(type, id, values)``, type by type."""
        makers = {
            "organisation": self.organisation,
            "service": self.service,
            "need": self.need,
            "case": self.case,
        }
        for name, make in makers.items():
            for number in range(self.sizes[name]):
                yield name, f"{name[0]}-{number:06d}", make(number)

    def organisation(self, number: int) -> dict[str, Any]:
        place, crop = self.chance.choice(self.counties), self.chance.choice(self.crops)
        return {
            "title": f"示例{place['short']}{crop['title']}{self.chance.choice(BODIES)}{number}",
            "summary": f"在{place['title']}做{crop['title']}的示例单位，{self.text(20)}",
            "kind": self.chance.choice(KINDS),
            "region": [place["id"]],
            "industry": [crop["id"]],
            "other_names": [f"示例{crop['title']}单位{number}"],
            "address": f"{place['title']}示例路{number % 900 + 1}号",
            "body": self.body(750),
            **self.source(number),
        }

    def service(self, number: int) -> dict[str, Any]:
        place, crop = self.chance.choice(self.counties), self.chance.choice(self.crops)
        return {
            "title": f"示例{place['short']}{crop['title']}{self.chance.choice(OFFERS)}第{number}场",
            "summary": f"给{place['title']}的{crop['title']}种植户办的{self.text(24)}",
            "kind": self.chance.sample(("training", "technical", "industry", "lecture", "envoy"), 2),
            "status": self.chance.choice(("recorded", "standing")),
            "region": [place["id"]],
            "industry": [crop["id"]],
            "held_on": self.day(),
            "organisations": self.organisations(),
            "done": self.text(260),
            "figures": [
                {"what": "到场", "value": str(self.chance.randint(12, 300)), "unit": "人"},
                {"what": "发放资料", "value": str(self.chance.randint(20, 900)), "unit": "份"},
            ],
            "cost": "不收费，材料由主办单位准备",
            "how": f"向{place['title']}的科协问，{self.text(24)}",
            "body": self.body(420),
            **self.source(number),
        }

    def need(self, number: int) -> dict[str, Any]:
        place, crop = self.chance.choice(self.counties), self.chance.choice(self.crops)
        status = self.chance.choice(("open", "open", "matched", "resolved"))
        found: dict[str, Any] = {
            "title": f"示例{place['short']}{crop['title']}{self.chance.choice(ASKS)}之{number}",
            "summary": f"{place['title']}的{crop['title']}种植户想找{self.text(24)}",
            "kind": [self.chance.choice(("people", "technology", "project", "industry"))],
            "status": status,
            "region": [place["id"]],
            "industry": [crop["id"]],
            "asked_by": f"{place['title']}示例合作社",
            "asked_on": self.day(),
            "wants": [f"{crop['title']}{each}" for each in self.chance.sample(ASKS, 3)],
            "body": self.body(700),
            **self.source(number),
        }
        if status in ("matched", "resolved"):
            found["answered_by"] = [f"s-{self.chance.randrange(self.sizes['service']):06d}"]
        return found

    def case(self, number: int) -> dict[str, Any]:
        place, crop = self.chance.choice(self.counties), self.chance.choice(self.crops)
        return {
            "title": f"示例{place['short']}{crop['title']}{self.chance.choice(DONE)}第{number}例",
            "summary": f"{place['title']}种{crop['title']}，{self.text(24)}",
            "region": [place["id"]],
            "industry": [crop["id"]],
            "problem": self.text(90),
            "actions": self.text(200),
            "results": [
                {"what": "亩产", "before": str(self.chance.randint(300, 500)), "after": "620", "unit": "斤"},
                {"what": "用药次数", "before": "7", "after": str(self.chance.randint(2, 5)), "unit": "次"},
            ],
            "conditions": self.text(60),
            "organisations": self.organisations(),
            "body": self.body(420),
            **self.source(number),
        }


def make_portal(root: Path, maker: Maker) -> None:
    """Everything but the records."""
    base = root / "catalogue"
    (base / "vocabularies").mkdir(parents=True)
    shutil.copytree(SHIPPED / "schemas", base / "schemas")
    shutil.copyfile(SHIPPED / "matching.yml", base / "matching.yml")
    for path in sorted((SHIPPED / "vocabularies").glob("*.csv")):
        if path.stem not in maker.terms and path.stem not in SKIPPED:
            shutil.copyfile(path, base / "vocabularies" / path.name)
    for name, rows in maker.terms.items():
        write_rows(base / "vocabularies" / f"{name}.csv", rows)
    portal = {
        "name": "示例门户",
        "tagline": "比快慢用的",
        "language": "zh",
        "address": "https://made.example/",
        "compiled": "2025-12-31",
        "nav": [*SHARES, *PAGED],
        "foot": [*SHARES, *PAGED],
        "vocabularies": {name: {"title": title, "pages": True} for name, title in PAGED.items()},
    }
    (base / "portal.yml").write_text(yaml.safe_dump(portal, allow_unicode=True, sort_keys=False), "utf-8")


def write_rows(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """A table with a heading row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def make_portal_of(root: Path, count: int, form: str) -> Path:
    """A portal of ``count`` records below ``root``: a file each (``yaml``) or a table for each type (``csv``)."""
    maker = Maker(count)
    make_portal(root, maker)
    base = root / "catalogue"
    types = load_types(base / "schemas", root)
    rows: dict[str, list[dict[str, str]]] = {}
    for name, key, values in maker.records():
        if form == "yaml":
            path = base / name / f"{key}.yml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(dump_record(values, types[name]), "utf-8")
        else:
            fields = types[name].by_name
            rows.setdefault(name, []).append({"id": key, **{n: cell_of(v, fields[n]) for n, v in values.items()}})
    for name, some in rows.items():
        columns = dict.fromkeys(column for row in some for column in row)
        write_rows(base / f"{name}.csv", [{column: row.get(column, "") for column in columns} for row in some])
    return root


if __name__ == "__main__":  # a process of its own: a child's memory is measured from what its parent held
    where, how_many, how = sys.argv[1:]
    make_portal_of(Path(where), int(how_many), how)

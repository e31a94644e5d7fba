"""A made catalogue of any size: invented, repeatable, valid. 示例 throughout; it is never shipped or shown."""

from __future__ import annotations

import csv
import json
import random
import sys
from pathlib import Path

import yaml

TEXT = "科技小院在茶园推广绿色防控技术带动农户增收产业振兴示范基地培训服务专家团队水稻油茶柑橘苹果种植管理"
ORGANISATIONS, PLACES = 1000, 3000
SERVICE = {
    "title": "服务",
    "fields": [
        {"name": "title", "type": "string", "title": "名称", "constraints": {"required": "true", "maxLength": "40"}},
        {"name": "summary", "type": "string", "title": "一句话"},
        {"name": "kind", "type": "string", "title": "哪一类", "constraints": {"enum": ["training", "visit"]}},
        {"name": "region", "type": "string", "title": "地方", "vocabulary": "region"},
        {"name": "organisation", "type": "string", "title": "机构", "reference": "organisation"},
        {"name": "held_on", "type": "date", "title": "哪天"},
        {"name": "held_until", "type": "date", "title": "到哪天"},
        {"name": "people", "type": "integer", "title": "人数", "constraints": {"minimum": "1"}},
        {"name": "area", "type": "number", "title": "亩数"},
        {"name": "free", "type": "boolean", "title": "免费"},
        {"name": "phone", "type": "string", "format": "phone", "title": "电话"},
        {"name": "email", "type": "string", "format": "email", "title": "邮箱"},
        {"name": "url", "type": "string", "format": "uri", "title": "网址"},
        {"name": "cost", "type": "string", "title": "收费"},
        {"name": "how", "type": "string", "title": "怎样找"},
        {"name": "level", "type": "string", "title": "级别", "constraints": {"enum": ["县", "市", "省"]}},
        {"name": "note", "type": "string", "title": "说明"},
        {"name": "body", "type": "string", "title": "正文"},
        {"name": "dated", "type": "date", "title": "日期"},
    ],
}
ORGANISATION = {
    "title": "机构",
    "fields": [{"name": "title", "type": "string", "title": "名称", "constraints": {"required": "true"}}],
}


def make_rows(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Records of about 900 bytes with a reference and a term each."""
    chance = random.Random(seed)

    def text(length: int) -> str:
        return "".join(chance.choices(TEXT, k=length))

    return [
        {
            "id": f"s-{i:06d}",
            "title": text(16),
            "summary": text(40),
            "kind": chance.choice(["training", "visit"]),
            "region": str(110000 + chance.randrange(PLACES)),
            "organisation": f"o-{chance.randrange(ORGANISATIONS)}",
            "held_on": f"2024-05-{chance.randint(1, 28):02d}",
            "held_until": "",
            "people": str(chance.randint(1, 900)),
            "area": f"{chance.random() * 100:.1f}",
            "free": chance.choice(["true", "false"]),
            "phone": "010-12345678",
            "email": f"a{i}@example.org",
            "url": f"https://example.org/{i}",
            "cost": text(8),
            "how": text(30),
            "level": chance.choice("县市省"),
            "note": text(30),
            "body": text(120),
            "dated": "2024-06-01",
        }
        for i in range(count)
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """A table with a heading row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def make_root(root: Path, count: int, form: str) -> Path:
    """A catalogue of ``count`` services, as one table (``csv``) or a file each (``yaml``)."""
    base = root / "catalogue"
    organisations = [{"id": f"o-{i}", "title": f"示例机构{i}"} for i in range(ORGANISATIONS)]
    places = [{"id": str(110000 + i), "title": f"示例县{i}"} for i in range(PLACES)]
    write_csv(base / "organisation.csv", organisations)
    write_csv(base / "vocabularies" / "region.csv", places)
    (base / "schemas").mkdir()
    for name, schema in (("service", SERVICE), ("organisation", ORGANISATION)):
        (base / "schemas" / f"{name}.yml").write_text(yaml.safe_dump(schema, allow_unicode=True), "utf-8")
    (base / "portal.yml").write_text("name: 示例\nlanguage: zh\n", "utf-8")
    rows = make_rows(count)
    if form == "csv":
        write_csv(base / "service.csv", rows)
        return root
    (base / "service").mkdir()
    for row in rows:
        lines = [
            f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in row.items() if name != "id" and value
        ]
        (base / "service" / f"{row['id']}.yml").write_text("\n".join(lines) + "\n", "utf-8")
    return root


PLACED = {
    "title": "服务",
    "kezhu": {"card": ["summary"], "search": ["summary", "body"]},
    "fields": [
        {"name": "title", "type": "string", "title": "名称", "constraints": {"required": "true"}},
        {"name": "summary", "type": "string", "title": "一句话"},
        {"name": "region", "type": "string", "title": "地方", "vocabulary": "region"},
        {"name": "industry", "type": "string", "title": "产业", "vocabulary": "industry"},
        {"name": "year", "type": "integer", "title": "年份"},
        {"name": "body", "type": "string", "title": "正文"},
    ],
}
SHIPPED = Path(__file__).parent.parent.parent / "catalogue"
NOWHERE = 20  # one record in so many belongs to no place


def make_provinces(root: Path, count: int, seed: int = 1, towns: Path | None = None) -> Path:
    """A catalogue of ``count`` services in the real counties, in the words of real records, none of it true.

    ``towns`` is a table of townships (code, name, county_code), whose names then stand in the titles.
    """
    chance = random.Random(seed)
    base = root / "catalogue"
    (base / "vocabularies").mkdir(parents=True)
    (base / "schemas").mkdir()
    read = {name: (SHIPPED / "vocabularies" / f"{name}.csv").read_text("utf-8") for name in ("region", "industry")}
    for name, text in read.items():
        (base / "vocabularies" / f"{name}.csv").write_text(text, "utf-8")
    places = [row for row in csv.DictReader(read["region"].splitlines()) if row["parent"]]
    if towns is not None:
        counties = {row["id"]: row["title"] for row in places}
        with towns.open(encoding="utf-8") as file:
            found = [row for row in csv.DictReader(file) if row["county_code"] in counties]
        places = [{"id": row["county_code"], "title": counties[row["county_code"]] + row["name"]} for row in found]
    crops = list(csv.DictReader(read["industry"].splitlines()))
    with (SHIPPED / "site.csv").open(encoding="utf-8") as file:
        texts = [row["title"] for row in csv.DictReader(file)]
    rows = []
    for number in range(count):
        place, crop = chance.choice(places), chance.choice(crops)
        rows.append(
            {
                "id": f"s-{number:06d}",
                "title": f"示例{place['title']}省{crop['title']}{chance.choice(texts)[-8:]}",
                "summary": "，".join(chance.choices(texts, k=2)),
                "region": "" if number % NOWHERE == 0 else place["id"],
                "industry": crop["id"],
                "year": str(chance.randint(2010, 2025)),
                "body": "，".join(chance.choices(texts, k=8)),
            }
        )
    write_csv(base / "service.csv", rows)
    (base / "schemas" / "service.yml").write_text(yaml.safe_dump(PLACED, allow_unicode=True), "utf-8")
    paged = {name: {"title": title, "pages": True} for name, title in (("region", "地方"), ("industry", "产业"))}
    portal = {"name": "示例", "language": "zh", "address": "https://made.example/", "vocabularies": paged}
    (base / "portal.yml").write_text(yaml.safe_dump(portal, allow_unicode=True), "utf-8")
    return root


def make_package(folder: Path) -> Path:
    """The tables of a made root as a Data Package: the same constraints, two foreign keys."""
    fields: list[dict[str, object]] = [{"name": "id", "type": "string"}]
    for got in SERVICE["fields"]:
        field = {key: got[key] for key in ("name", "type", "format", "constraints") if key in got}  # type: ignore[index]
        field["constraints"] = {
            key: value == "true" if key == "required" else int(value) if str(value).isdigit() else value
            for key, value in dict(field.get("constraints", {})).items()
        }
        if field.get("format") == "phone":
            field |= {"format": "default", "constraints": {"pattern": r"\+?[0-9][0-9 ()-]{3,22}[0-9]"}}
        fields.append(field)
    keys = {"fields": [{"name": n, "type": "string"} for n in ("id", "title")], "primaryKey": ["id"]}
    references = [
        {"fields": [own], "reference": {"resource": name, "fields": ["id"]}}
        for own, name in (("organisation", "organisation"), ("region", "region"))
    ]
    package = {
        "name": "made",
        "resources": [
            {"name": "organisation", "path": "catalogue/organisation.csv", "schema": keys},
            {"name": "region", "path": "catalogue/vocabularies/region.csv", "schema": keys},
            {
                "name": "service",
                "path": "catalogue/service.csv",
                "schema": {"fields": fields, "primaryKey": ["id"], "foreignKeys": references},
            },
        ],
    }
    path = folder / "datapackage.json"
    path.write_text(json.dumps(package, ensure_ascii=False), "utf-8")
    return path


if __name__ == "__main__":  # a process of its own: a child's memory is measured from what its parent held
    where, how_many, form, *more = sys.argv[1:]
    if form == "places":
        make_provinces(Path(where), int(how_many), towns=Path(more[0]) if more else None)
    else:
        make_root(Path(where), int(how_many), form)
        make_package(Path(where))

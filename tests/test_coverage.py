"""Coverage counted twice: by the product, and here from the files with csv and yaml alone; unknown stays unknown."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from functools import partial

import pytest
from conftest import instead
from demonstration import TODAY, assemble, joined, make_renderer
from plainly import Plain, counties, lineage, read, terms
from test_budgets import CARDS, LIST, NODES, ROOT, Outline

from generator.coverage import EACH, Coverage
from generator.model import KezhuError
from generator.render import Job
from generator.sheet import table_workbook
from generator.supply import Supply
from generator.views import Views
from generator.words import Words
from generator.workbook import read_workbook

PEOPLE = {"yard", "society-station", "envoy-station", "academician-station", "trial-station", "e-station"}
"""Kinds of site where somebody can be asked."""

STATES = {
    (True, True): "两样都有",
    (True, False): "只有供给",
    (False, True): "只有需求",
    (False, False): "还空着",
}


def supplies(record: Plain) -> tuple[bool, bool, bool]:
    """Whether a record is supply, whether it is somebody to ask, and whether it also serves what lies below."""
    match record.type:
        case "service":
            return (record.get("status") == "standing", True, True)
        case "team":
            return (record.list("kind") != ["system"], True, True)
        case "person":
            return (True, True, True)
        case "pairing":
            ended = record.get("ended_on")
            return (not ended or ended >= TODAY.isoformat()[: len(ended)], True, True)
        case "site":
            kinds = set(record.list("kind"))
            cancelled = any(each["status"] == "cancelled" for each in record.list("statuses"))
            return (not cancelled and "resettlement" not in kinds, bool(kinds & PEOPLE), False)
    return (False, False, False)


def number(renderer, kind=Coverage):
    return next(n for n, section in enumerate(renderer.sections) if isinstance(section, kind))


def render(renderer, path, kind=Coverage):
    return renderer.render(Job("section", str(number(renderer, kind)), path)).content


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture(scope="module", params=["shipped", "demonstration"])
def site(request, tmp_path_factory):
    """Each of the two catalogues: its folder, its renderer, and its records read plainly."""
    root = ROOT if request.param == "shipped" else assemble(tmp_path_factory.mktemp("demonstration"))
    return root, make_renderer(root), read(root)


@pytest.fixture(scope="module")
def plain(site):
    """By county what this file counts: own, help and open needs; and from how far off it is reached at best."""
    root, _, records = site
    regions = terms(root, "region")
    own, helps, wide, asks = ({} for _ in range(4))
    for record in records:
        counts, people, far = supplies(record)
        for place in record.list("region") if counts else ():
            own.setdefault(place, set()).add(record.key)
            if people:
                helps.setdefault(place, set()).add(record.key)
            if far:
                wide.setdefault(place, set()).add(record.key)
        if counts and far and not record.list("region"):
            wide.setdefault("", set()).add(record.key)
        if record.type == "need" and record.get("status") in ("open", "matched"):
            for place in record.list("region"):
                asks.setdefault(place, set()).add(record.key)
    found = {}
    for county in counties(root):
        above = lineage(regions, county)[1:]
        far = next((place for place in (*above, "") if wide.get(place)), None)
        reach = {None: "一样也没有", "": "只有全国的"}.get(far) or (
            "只有全市的" if regions[far]["parent"] else "只有全省的"
        )
        mine = own.get(county, set())
        found[county] = (mine, helps.get(county, set()), asks.get(county, set()), "本地自己有" if mine else reach)
    return found


def test_every_county_is_as_the_files_say(site, plain):
    root, renderer, _ = site
    rows = table(render(renderer, "coverage/counties.csv"))
    assert [row["代码"] for row in rows] == list(plain)
    if root == ROOT:
        assert len(rows) == 2847
    for row in rows:
        own, helps, asks, reach = plain[row["代码"]]
        assert row["有没有"] == STATES[bool(own), bool(asks)], row
        assert row["最近的在哪一级"] == reach, row
        numbers = [int(row[name]) for name in ("本县的供给（条）", "其中有人能找（条）", "还在找的需求（条）")]
        assert numbers == [len(own), len(helps), len(asks)], row


def test_the_country_and_each_province_add_up(site, plain):
    root, renderer, _ = site
    coverage = renderer.sections[number(renderer)]
    regions = terms(root, "region")
    names = {"两样都有": "both", "只有供给": "supply", "只有需求": "demand", "还空着": "neither"}
    wanted: dict[str, Counter[str]] = {}
    for county, (own, helps, asks, _) in plain.items():
        for place in ("", lineage(regions, county)[-1]):
            found = wanted.setdefault(place, Counter())
            found.update(["all", names[STATES[bool(own), bool(asks)]]])
            found["help"] += bool(helps)
            found["own"] += bool(own)
    assert len(wanted) > 2
    for place, counts in wanted.items():
        tally = coverage.tally(place, "")
        assert {name: tally[name] for name in counts} == dict(counts), place
        assert tally["all"] == tally["both"] + tally["supply"] + tally["demand"] + tally["neither"]
    html = render(renderer, "coverage/index.html").decode()
    for name in ("both", "supply", "demand", "neither"):
        assert f'<b class="n">{wanted[""][name]:,}</b>' in html
    assert f"{wanted['']['all']:,} 个县里，{wanted['']['own']:,} 个自己有" in html
    assert f"有人能找的只有 {wanted['']['help']:,} 个" in html


def test_lists_of_counties_are_counted_and_unknown_stays_unknown(site, plain):
    root, renderer, _ = site
    coverage = renderer.sections[number(renderer)]
    rows = {row["代码"]: row for row in table(render(renderer, "coverage/counties.csv"))}
    said = {None: "不知道", True: "是", False: "否"}
    looked = Counter()
    for name, title in (("lifted", "832 个脱贫县"), ("key", "160 个重点帮扶县")):
        attribute = {"lifted": "lifted", "key": "key_county"}[name]
        held = {}
        for county, row in counties(root).items():
            given = row[attribute]
            held[county] = None if not given else given not in ("no",)
            assert rows[county][title] == said[held[county]]
            looked[held[county]] += 1
        tally = coverage.tally("", name)
        members = [county for county, on in held.items() if on]
        assert tally["all"] == len(members)
        assert tally["own"] == sum(bool(plain[county][0]) for county in members)
        assert tally["neither"] == sum(not plain[county][0] and not plain[county][2] for county in members)
        assert tally["unknown"] == sum(on is None for on in held.values())
        html = render(renderer, f"coverage/{name}.html").decode()
        assert f"这里认得出 {tally['all']:,} 个" in html
        assert f"另有 {tally['unknown']:,} 个县，不知道在不在名单上" in html
    assert looked[None] and looked[True] and looked[False]


def test_a_province_names_every_county_under_its_state(site, plain):
    root, renderer, _ = site
    regions = terms(root, "region")
    kinds = {"还空着": "neither", "只有需求": "demand", "两样都有": "both", "只有供给": "supply"}
    seen = 0
    for path in renderer.sections[number(renderer)].paths():
        if not re.fullmatch(r"coverage/\d+\.html", path):
            continue
        html = render(renderer, path).decode()
        parts = {
            kind: html[at:]
            for kind in kinds.values()
            if (at := html.find(f'<section class="sec rule" id="{kind}"')) >= 0
        }
        for county, (own, _, asks, _) in plain.items():
            if lineage(regions, county)[-1] == path[9:-5]:
                part = parts[kinds[STATES[bool(own), bool(asks)]]].split("</section>")[0]
                assert f'href="../region/{county}.html"' in part, (path, county)
                seen += 1
    assert seen == len(plain)


def test_villages_and_towns_are_shown_as_records_name_them(site):
    root, renderer, records = site
    rows = {row["代码"]: row["写到的村和镇"] for row in table(render(renderer, "coverage/counties.csv"))}
    looked = 0
    for record in records:
        text = ""
        if record.type == "village" or (record.type == "pairing" and record.get("level") in ("town", "village")):
            text = record.get("place")
        elif record.type == "site" and record.list("kind") == ["strong-town"]:
            text = record.get("title")
        for place in record.list("region") if text else ():
            if place in rows:
                looked += 1
                assert text in rows[place].split("、")
    assert looked > (1000 if root == ROOT else 3)


VILLAGE = """title: 示例村：{crop}
region: ["{county}"]
place: {place}
industry: [youcha]
source_publisher: 示例编写组
source_title: 演示用的材料（示例）
source_date: "2026-11-20"
"""


def written(renderer):
    """The villages and towns on the page of the invented province: by name, or county and name, the records' pages."""
    html = render(renderer, "coverage/990000.html").decode()
    part = html[html.index(f"<h2>{Words('zh')('page.coverage.named')}</h2>") :].split("</section>")[0]
    alone, *groups = part.split('<h3 class="sub">')
    links = r'href="\.\./([^"]+)">([^<]+)<'
    found = {title: [url] for url, title in re.findall(links, alone)}
    return found | {group.split("<")[0]: [url for url, _ in re.findall(links, group)] for group in groups}


def test_a_village_that_several_records_name_stands_there_once_with_all_of_them(tmp_path):
    root = assemble(tmp_path)
    named = written(make_renderer(root))
    assert named["示例镇"] == ["pairing/shili-shouxi-shilizhen.html", "pairing/shili-jiagong-zhen.html"]
    # 示例县示例镇示例村 is the same village, written at length
    assert "village/shilicun-youcha.html" in named["示例镇示例村"] and "示例县示例镇示例村" not in named
    assert named["示例河镇"] == ["pairing/shili-guoshu-zhen.html"]
    assert sum(map(len, named.values())) == 8


def test_towns_of_one_name_in_two_counties_are_told_apart(tmp_path):
    root = assemble(tmp_path)
    path = root / "catalogue" / "village" / "shili-linxian.yml"
    path.write_text(VILLAGE.format(crop="邻县", county="990122", place="示例乙县示例河镇"), "utf-8")
    named = written(make_renderer(root))
    assert named["示例乙县 示例河镇"] == ["village/shili-linxian.html"]
    assert named["示例县 示例河镇"] == ["pairing/shili-guoshu-zhen.html"]
    assert "示例河镇" not in named


def test_a_village_that_very_many_records_name_does_not_fill_the_page(tmp_path):
    root = assemble(tmp_path)
    for n in range(EACH):
        path = root / "catalogue" / "village" / f"shili-{n}.yml"
        path.write_text(VILLAGE.format(crop=n, county="990121", place="示例河镇"), "utf-8")
    renderer = make_renderer(root)
    assert len(written(renderer)["示例河镇"]) == EACH
    assert Words("zh")("page.coverage.only-more", n="1") in render(renderer, "coverage/990000.html").decode()


def test_the_page_says_what_counts(site):
    root, renderer, _ = site
    html = render(renderer, "coverage/index.html").decode()
    how = html[html.index("算供给的") :]
    for line in renderer.portal.get("coverage")["supply"] + renderer.portal.get("coverage")["demand"]:
        assert f"<strong>{renderer.catalogue.types[line['type']].title('zh')}</strong>" in how
    status = terms(root, "service_status")["standing"]["title"]
    assert f"写的是“{status}”" in how
    assert "写的不是“现代农业产业技术体系”" in how


def test_the_workbook_holds_what_the_table_holds(site, tmp_path):
    _, renderer, _ = site
    path = tmp_path / "counties.xlsx"
    path.write_bytes(render(renderer, "coverage/counties.xlsx"))
    [sheet] = read_workbook(path)
    cells = [list(map(str, row)) for _, row in sheet.rows]
    wanted = list(csv.reader(io.StringIO(render(renderer, "coverage/counties.csv").decode("utf-8-sig"))))
    assert [[*row, *[""] * (len(wanted[0]) - len(row))] for row in cells] == wanted


def test_pages_are_light_whole_and_the_same_every_time(site):
    root, renderer, _ = site
    again = make_renderer(root)
    seen = 0
    for path in renderer.sections[number(renderer)].paths():
        content = render(renderer, path)
        assert content == render(again, path), path
        if path.endswith(".html"):
            seen += 1
            outline = Outline()
            outline.feed(content.decode())
            assert len(gzip.compress(content, 9)) <= LIST, path
            assert outline.nodes <= NODES and outline.cards <= CARDS, path
            assert not outline.crossed and not outline.open and len(outline.ids) == len(set(outline.ids)), path
    assert seen > 3


def test_the_page_of_a_place_leads_to_the_blank_spots_of_its_province(site, plain):
    root, renderer, _ = site
    county = next(county for county, found in plain.items() if not found[0])
    top = lineage(terms(root, "region"), county)[-1]
    html = renderer.render(Job("term", "region", county)).content.decode()
    assert f'href="../coverage/{top}.html"' in html


def test_it_is_all_there_in_english(tmp_path):
    renderer = make_renderer(assemble(tmp_path), "en")
    words = Words("en")
    assert words("page.coverage.h1") in render(renderer, "coverage/index.html").decode()
    rows = table(render(renderer, "coverage/counties.csv"))
    assert {row["State"] for row in rows} == {words("coverage.state.both"), words("coverage.state.neither")}


# ── What counts and what does not, one by one ────────────────────────────────────────────────────────────────────────

HEAD = 'title: {title}\nsource_publisher: 示例\nsource_title: 演示用的材料（示例）\nregion: ["990124"]\n'
NOTHING = {
    "service": "kind: [training]\nstatus: recorded\n",
    "team": "kind: system\n",
    "pairing": 'kind: society\nlevel: county\nstarted_on: "2019"\nended_on: "2020"\n',
    "case": "summary: 示例。\n",
}
SUPPLY = {
    "service": "kind: [training]\nstatus: standing\n",
    "team": "kind: service-team\n",
    "site": "kind: modern-park\n",
    "pairing": 'kind: society\nlevel: county\nstarted_on: "2019"\nended_on: "2026"\n',
}


def state_with(tmp_path, kind, text):
    root = assemble(tmp_path)
    folder = root / "catalogue" / kind
    folder.mkdir(exist_ok=True)
    (folder / "shili-shishi.yml").write_text(HEAD.format(title="示例丁县：试一试") + text, encoding="utf-8")
    return Supply(Views(joined(root), "zh"), TODAY).state("990124")


@pytest.mark.parametrize("kind", NOTHING)
def test_what_is_over_or_no_supply_counts_for_nothing(tmp_path, kind):
    assert state_with(tmp_path, kind, NOTHING[kind]).kind == "neither"


@pytest.mark.parametrize("kind", SUPPLY)
def test_what_can_be_asked_or_seen_counts(tmp_path, kind):
    state = state_with(tmp_path, kind, SUPPLY[kind])
    assert state.kind == "supply"
    assert state.own == (f"{kind}/shili-shishi",)
    assert bool(state.help) == (kind != "site")


def test_a_need_that_is_settled_is_no_demand(tmp_path):
    text = "kind: [people]\nstatus: {}\nasked_by: 示例\n"
    assert state_with(tmp_path / "a", "need", text.format("open")).kind == "demand"
    assert state_with(tmp_path / "b", "need", text.format("resolved")).kind == "neither"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"supply": [{"type": "nothing"}]}, "nothing"),
        ({"supply": [{"type": "site", "at": "title"}]}, "title"),
        ({"supply": [{"type": "site", "where": {"colour": "red"}}]}, "colour"),
        ({"supply": [{"type": "site", "colour": "red"}]}, "colour"),
        ({"supply": [{"type": "site", "until": "never"}]}, "never"),
        ({"groups": [{"name": "a", "colour": "red"}]}, "colour"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_settings_do_not_know_breaks_the_project(site, settings, told):
    _, renderer, _ = site
    with instead(renderer.portal, "coverage", settings), pytest.raises(KezhuError, match=told):
        Coverage(renderer, TODAY)


def test_a_portal_without_the_settings_has_none_of_it(small):
    renderer = make_renderer(small, sections=(partial(Coverage, make_book=table_workbook),))
    section = renderer.sections[0]
    assert not list(section.paths()) and section.entry == ("", "")

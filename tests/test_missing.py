"""Every sentence of what is missing is true by the records, and none is missing: found anew with csv and yaml alone."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from functools import partial

import pytest
from conftest import instead
from demonstration import TODAY, assemble, make_renderer
from plainly import Plain, counties, lineage, read, terms
from test_budgets import LIST, NODES, ROOT, Outline
from test_coverage import number, supplies

from generator.lacks import KINDS
from generator.missing import BOXED, Missing
from generator.model import KezhuError
from generator.render import Job
from generator.sheet import table_workbook
from generator.words import Words

KIND = {
    "group": "该有还没有的组",
    "due": "到期没有做的",
    "open": "没有人接的需求",
    "crop": "没有人管的主产业",
    "provider": "有需求、没有人管的产业",
}
TELLING = {"modern-park", "strong-town", "cluster", "modern-zone", "yard", "trial-station", "base"}
"""Kinds of site that say what a county grows."""

MORE = {
    # a county of the 832 whose records name a crop that nobody serves
    "village/shili-dingcun": "title: 示例丁村：核桃\nregion: ['990124']\nindustry: [hetao]\nproduct: 核桃\n",
    # two as often: the wine grapes of one record and the walnuts of the other lead together
    "case/shili-dingxian": "title: 示例丁县：葡萄\nsummary: 示例。\nregion: ['990124']\nindustry: [putao]\n",
    # three as often: nobody can tell which leads
    "case/shili-bingxian": "title: 示例丙县：三样\nsummary: 示例。\nregion: ['990123']\nindustry: [putao, hetao, li]\n",
    # a crop that is asked for and that nobody anywhere serves; of the whole country
    "need/shili-mifeng": "title: 示例：蜂病\nkind: [technology]\nstatus: open\nindustry: [mifeng]\nasked_by: 示例\n",
    # somebody of the county says no crop, so nobody can tell whether this one is served
    "village/shili-qucun": "title: 示例区：核桃\nregion: ['990102']\nindustry: [hetao]\nproduct: 核桃\n",
    "team/shili-qudui": "title: 示例区服务队\nkind: service-team\nregion: ['990102']\n",
    # a kind that may be an advisory group stands for one
    "organisation/shili-hetao-xiehui": "title: 示例核桃协会\nkind: society\nregion: ['990000']\n",
}


@pytest.fixture(scope="module", params=["shipped", "demonstration", "demonstration and more"])
def site(request, tmp_path_factory):
    """Each catalogue: its folder, its renderer, and its records read plainly."""
    if request.param == "shipped":
        root = ROOT
    else:
        root = assemble(tmp_path_factory.mktemp("demonstration"))
        for key, text in MORE.items() if "more" in request.param else ():
            source = "source_publisher: 示例\nsource_title: 演示用的材料（示例）\n"
            (root / "catalogue" / f"{key}.yml").write_text(text + source, encoding="utf-8")
    return root, make_renderer(root), read(root)


def render(renderer, path):
    return renderer.render(Job("section", str(number(renderer, Missing)), path)).content


def section(renderer):
    return renderer.sections[number(renderer, Missing)]


def table(site):
    content = render(site[1], "missing/missing.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def of_kind(site, kind):
    return [row for row in table(site) if row["缺哪一种"] == KIND[kind]]


def close(crops, mine: str, theirs: str) -> bool:
    return theirs in lineage(crops, mine) or mine in lineage(crops, theirs)


def helpers(records: list[Plain], place: str, regions) -> list[Plain]:
    """Everybody who can be asked from a place."""
    above = lineage(regions, place) if place else []
    found = []
    for record in records:
        counts, people, far = supplies(record)
        if not counts or not people:
            continue
        held = record.list("region")
        if not place or place in held or (far and (not held or set(held) & set(above))):
            found.append(record)
    return found


# ── Each kind, found anew ────────────────────────────────────────────────────────────────────────────────────────────


def test_groups_are_missing_where_the_lists_say_so_and_no_record_is_there(site):
    root, renderer, records = site
    groups = [r for r in records if r.type == "team" and r.list("kind") in ([], ["advisory-group"])]
    taken = {place for record in groups for place in record.list("region")}
    found = counties(root)
    asked = {key for key, row in found.items() if row["lifted"] not in ("", "no") and row["key_county"] == "no"}
    rows = of_kind(site, "group")
    assert {row["代码"] for row in rows} == asked - taken
    assert len(rows) == len(asked - taken)
    unknown = {
        key
        for key, row in found.items()
        if row["lifted"] != "no" and row["key_county"] != "yes" and not (row["lifted"] and row["key_county"])
    }
    assert not unknown & {row["代码"] for row in rows}
    assert section(renderer).lacks.unknown()["group"] == len(unknown)
    assert rows and all("产业顾问组" in row["缺什么"] and "一县一组" in row["哪个文件要求的"] for row in rows)


def test_what_is_overdue_is_written_down_nowhere(site):
    root, _, records = site
    by_key = {record.key: record for record in records}
    rows = of_kind(site, "due")
    asks = {"每半年至少会商一次": "meeting", "每年年初有工作计划": "plan", "每年年底有工作总结": "summary"}
    asks |= {"每年都到现场服务": "field-visit", "平时远程指导": "remote-session"}
    for row in rows:
        team = by_key[row["说的是哪条记录"]]
        assert team.type == "team" and row["代码"] in team.list("region")
        until = re.search(r"(\d{4}-\d\d-\d\d) 到期", row["缺什么"])[1]
        assert until < TODAY.isoformat()
        kind = next(kind for asked, kind in asks.items() if asked in row["缺什么"])
        half = {"meeting": 6, "plan": 5, "summary": 2}.get(kind, 12)
        first = f"{int(until[:4]) - (int(until[5:7]) <= half - 1)}-{(int(until[5:7]) - half) % 12 + 1:02}"
        done = [
            record.get("held_on")
            for record in records
            if record.type == "activity" and kind in record.list("kind") and record.get("team") == team.id
        ]
        assert not [day for day in done if first <= day], (row["缺什么"], done)
    assert len(rows) == (0 if root == ROOT else 3)


def test_needs_that_nobody_has_taken_up(site):
    _, _, records = site
    open_ = [r for r in records if r.type == "need" and r.get("status") == "open" and not r.list("answered_by")]
    rows = of_kind(site, "open")
    wanted = Counter((record.key, place) for record in open_ for place in record.list("region") or [""])
    assert Counter((row["说的是哪条记录"], row["代码"]) for row in rows) == wanted
    assert open_
    by_key = {record.key: record for record in open_}
    for row in rows:
        need = by_key[row["说的是哪条记录"]]
        assert need.get("title") in row["缺什么"]
        assert (need.get("asked_on") in row["缺什么"]) if need.get("asked_on") else ("没有写" in row["缺什么"])


def test_a_main_crop_is_missing_only_where_records_tell_it_and_nobody_serves_it(site):
    root, renderer, records = site
    regions, crops = terms(root, "region"), terms(root, "industry")
    wanted, untold = {}, 0
    for county in counties(root):
        telling = [
            record
            for record in records
            if county in record.list("region")
            and (
                record.type in ("village", "case", "honour")
                or (record.type == "team" and "advisory-group" in record.list("kind"))
                or (record.type == "site" and TELLING & set(record.list("kind")))
            )
        ]
        named = Counter(crop for record in telling for crop in dict.fromkeys(record.list("industry")))
        leading = [crop for crop, n in named.items() if n == max(named.values())]
        if not 1 <= len(leading) <= 2:
            untold += 1
            continue
        asked = helpers(records, county, regions)
        own = [record for record in asked if county in record.list("region")]
        if any(not record.list("industry") for record in own):
            continue
        served = [crop for record in asked for crop in record.list("industry")]
        missing = sorted(crop for crop in leading if not any(close(crops, crop, each) for each in served))
        if missing:
            wanted[county] = (missing, max(named.values()))
    rows = {row["代码"]: row["缺什么"] for row in of_kind(site, "crop")}
    assert rows.keys() == wanted.keys()
    assert len(rows) == len(of_kind(site, "crop"))
    for county, (missing, n) in wanted.items():
        names = "、".join(crops[crop]["title"] for crop in missing)
        assert f"{names}（{n} 条）" in rows[county]
    assert section(renderer).lacks.unknown()["crop"] == untold
    if "990124" in regions and any(record.key == "village/shili-dingcun" for record in records):
        assert set(rows) == {"990124"}
        assert "990123" not in rows and "990102" not in rows


def test_a_crop_without_a_provider_is_named_by_nobody_who_can_be_asked(site):
    root, renderer, records = site
    crops = terms(root, "industry")
    asking = [r for r in records if r.type == "need" and r.get("status") in ("open", "matched")]
    served = [crop for record in helpers(records, "", {}) for crop in record.list("industry")]
    wanted = Counter(crop for record in asking for crop in record.list("industry"))
    wanted = {crop: n for crop, n in wanted.items() if not any(close(crops, crop, each) for each in served)}
    rows = of_kind(site, "provider")
    assert {row["说的是哪条记录"]: row["缺什么"] for row in rows}.keys() == {f"industry/{crop}" for crop in wanted}
    for row in rows:
        crop = row["说的是哪条记录"].removeprefix("industry/")
        assert f"{crops[crop]['title']}：有 {wanted[crop]} 条需求" in row["缺什么"]
        html = renderer.render(Job("term", "industry", crop)).content.decode()
        assert row["缺什么"] in html


# ── Who could act ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_could_act_stands_in_records_or_contacts_and_is_near(site):
    root, renderer, records = site
    regions = terms(root, "region")
    by_title: dict[str, list[Plain]] = {}
    for record in records:
        by_title.setdefault(record.get("title"), []).append(record)
    contacts = {contact["title"]["zh"]: contact for contact in renderer.portal.get("contacts") or ()}
    nobody = "谁能出面，记录里还不知道"
    seen = Counter()
    for row in table(site):
        above = lineage(regions, row["代码"]) if row["代码"] else []
        for said in row["谁能出面"].split("、") if row["谁能出面"] != nobody else [nobody]:
            role, _, title = said.partition(" ")
            seen[role] += 1
            if role == "电话":
                assert contacts[title]["region"] in above and contacts[title]["phone"] in row["公开电话"]
                continue
            if said == nobody:
                federations = [
                    record
                    for record in records
                    if record.type == "organisation" and record.list("kind") == ["association-of-science"]
                ]
                if row["缺哪一种"] == KIND["group"]:
                    assert not [r for r in federations if set(r.list("region")) & set(above)]
                continue
            [record] = [r for r in by_title[title] if r.type in ("organisation", "team")]
            kind = {"科协": "association-of-science", "学会": "society"}.get(role)
            assert kind is None or record.list("kind") == [kind], said
            assert not record.list("region") or set(record.list("region")) & set(above), (row, record.key)
    assert seen["科协"]
    assert seen[nobody] if root == ROOT else seen["召集人"]


def test_a_society_is_asked_for_what_its_field_or_its_name_says(site):
    root, renderer, records = site
    crops = terms(root, "industry")
    names = {key: row["title"] for key, row in crops.items()}
    societies = {record.get("title"): record for record in records if record.type == "organisation"}
    looked = 0
    for lack in (each for name in section(renderer).lists() for each in section(renderer).sorted(name)):
        for actor in (actor for actor in lack.who if actor.role == "学会"):
            about = [key for key, title in names.items() if title in lack.text]
            if lack.kind == "open":
                about = next(r for r in records if r.key == lack.key).list("industry")
            wider = {above for crop in about for above in lineage(crops, crop)}
            society = societies[actor.title]
            called = [(crops[crop]["title"], *crops[crop]["aliases"].split(";")) for crop in wider]
            named = any(len(name) > 1 and name in society.get("title") for each in called for name in each)
            assert wider & set(society.list("industry")) or named, (lack.text, actor.title)
            looked += 1
    assert looked


def test_no_person_is_named(site):
    root, renderer, records = site
    persons = [record for record in records if record.type == "person"]
    assert persons or root == ROOT
    texts = [render(renderer, path) for path in section(renderer).paths() if not path.endswith("xlsx")]
    for text in (content.decode() for content in texts):
        assert "person/" not in text
        assert not [record.key for record in persons if record.get("title") in text]


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_pages_hold_every_sentence_once_and_are_light(site):
    root, renderer, _ = site
    again = make_renderer(root)
    rows = table(site)
    assert len(rows) == len({tuple(row.values()) for row in rows})
    places: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for path in section(renderer).paths():
        content = render(renderer, path)
        assert content == again.render(Job("section", str(number(again, Missing)), path)).content, path
        if not path.endswith(".html"):
            continue
        html = content.decode()
        outline = Outline()
        outline.feed(html)
        assert len(gzip.compress(content, 9)) <= LIST and outline.nodes <= NODES, path
        assert not outline.crossed and not outline.open and len(outline.ids) == len(set(outline.ids)), path
        if "index" not in path:
            body = html[html.index('class="sec rule"') :]
            places.update(set(re.findall(r'href="../region/(\d+)\.html"', body)))
            texts.update(text for text in {row["缺什么"] for row in rows} if f">{text}<" in body)
    assert texts.keys() == {row["缺什么"] for row in rows}
    assert places.keys() == {row["代码"] for row in rows if row["代码"]}
    html = render(renderer, "missing/index.html").decode()
    assert f"一共 {len(rows):,} 句" in html
    for kind in KINDS:
        n = sum(row["缺哪一种"] == KIND[kind] for row in rows)
        assert re.search(rf'{KIND[kind]}</th><td class="n"[^>]*>{n:,}<', html)


def test_the_page_of_a_place_says_a_few_of_its_sentences_and_leads_to_the_rest(site):
    root, renderer, _ = site
    regions = terms(root, "region")
    at = {}
    for row in table(site):
        if row["代码"]:
            at.setdefault(row["代码"], []).append(row["缺什么"])
    chosen = sorted(at, key=lambda place: (-len(at[place]), place))[:4]
    for place in chosen:
        html = renderer.render(Job("term", "region", place)).content.decode()
        box = html[html.index('id="lack"') :].split("</section>")[0]
        assert [text in box for text in at[place]] == [n < BOXED for n in range(len(at[place]))]
        assert (len(at[place]) > BOXED) == (f"还有 {len(at[place]) - BOXED} 句" in box)
        assert f'href="../missing/{lineage(regions, place)[-1]}.html"' in box
    quiet = next(place for place in counties(root) if place not in at)
    assert 'id="lack"' not in renderer.render(Job("term", "region", quiet)).content.decode()


def test_a_province_counts_what_is_missing_below_it(site):
    root, renderer, _ = site
    regions = terms(root, "region")
    rows = [row for row in table(site) if row["代码"]]
    top = lineage(regions, rows[0]["代码"])[-1]
    html = renderer.render(Job("term", "region", top)).content.decode()
    box = html[html.index('id="lack"') :].split("</section>")[0]
    counts = Counter(row["缺哪一种"] for row in rows if lineage(regions, row["代码"])[-1] == top)
    for kind, n in counts.items():
        assert f"{kind} {n}" in box


def test_a_province_without_counties_has_no_link_to_a_coverage_that_it_has_not(tmp_path):
    root = assemble(tmp_path)
    regions = root / "catalogue" / "vocabularies" / "region.csv"
    line = {"id": "998000", "title": "示例海岛省", "level": "province", "kind": "省"}
    with regions.open(encoding="utf-8", newline="") as file:
        heads = next(csv.reader(file))
    with regions.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, heads, lineterminator="\n").writerow(line)
    need = "title: 示例：渔技\nkind: [technology]\nstatus: open\nregion: ['998000']\nasked_by: 示例\n"
    (root / "catalogue" / "need" / "shili-haidao.yml").write_text(need, encoding="utf-8")
    renderer = make_renderer(root)
    assert "../coverage/998000.html" not in render(renderer, "missing/998000.html").decode()
    assert "../coverage/990000.html" in render(renderer, "missing/990000.html").decode()


def test_it_is_all_there_in_english(tmp_path):
    renderer = make_renderer(assemble(tmp_path), "en")
    words = Words("en")
    html = render(renderer, "missing/index.html").decode()
    assert words("page.missing.h1") in html and words("missing.kind.group") in html
    assert "advisory group" in render(renderer, "missing/990000.html").decode()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"colour": "red"}, "colour"),
        ({"group": [{"colour": "red"}]}, "colour"),
        ({"due": [{"types": ["team"], "who": ["nobody"]}]}, "nobody"),
        ({"crop": [{"says": [{"type": "nothing"}]}]}, "nothing"),
        ({"who": {"a": {"type": "nothing"}}}, "nothing"),
        ({"who": {"a": {"type": "organisation", "where": {"colour": "red"}}}}, "colour"),
        ({"group": [{"duty": "p3-one-group", "among": {"nowhere": "yes"}}]}, "nowhere"),
    ],
)
def test_what_settings_do_not_know_breaks_the_project(site, settings, told):
    _, renderer, _ = site
    with instead(renderer.portal, "missing", settings), pytest.raises(KezhuError, match=told):
        list(Missing(renderer, TODAY).paths())


def test_a_portal_without_the_settings_has_none_of_it(small):
    renderer = make_renderer(small, sections=(partial(Missing, make_book=table_workbook),))
    found = renderer.sections[0]
    assert not list(found.paths()) and found.entry == ("", "")

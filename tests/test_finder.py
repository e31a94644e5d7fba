"""The finder's files: nothing that records do not say, nothing left out that comes to a place, all of it small."""

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import TODAY
from demonstration import assemble, make_renderer
from hypothesis import given
from hypothesis import strategies as st

from generator.finder import NAME, OFFERS, REASONS, SIGHTS, Finder, find_names, make_script, starts_of
from generator.load import load_project
from generator.model import Catalogue, Portal, Record
from generator.render import Job
from generator.views import Views
from generator.words import LANGUAGES, Words

ROOT = Path(__file__).parent.parent
PARTS = ROOT / "site_overrides" / "assets" / "finder"
KB = 1024
BUDGET = 60 * KB
"""All that a telephone fetches for an answer: the page, the script, the files of the country, a province, a crop."""

ILL = """title: 示例县油茶炭疽病现场看诊
summary: 示例。炭疽病发得早，先剪病枝。
kind: [technical]
status: standing
region: ["990121"]
industry: [youcha]
source_publisher: 示例
source_title: 演示用的材料（示例）
"""


@pytest.fixture(scope="module")
def renderer(tmp_path_factory):
    root = assemble(tmp_path_factory.mktemp("demonstration"))
    (root / "catalogue" / "service" / "shilixian-tanju.yml").write_text(ILL, encoding="utf-8")
    for name in ("problem", "symptom"):
        table = (ROOT / "catalogue" / "vocabularies" / f"{name}.csv").read_text("utf-8")
        (root / "catalogue" / "vocabularies" / f"{name}.csv").write_text(table, encoding="utf-8")
    portal = root / "catalogue" / "portal.yml"
    said = portal.read_text("utf-8").replace(
        "vocabularies:\n",
        "vocabularies:\n  problem: {title: 病虫害, links: {hosts: industry}}\n"
        "  symptom: {title: 症状, links: {candidates: problem, hosts: industry}}\n",
    )
    portal.write_text(said, encoding="utf-8")
    return make_renderer(root)


@pytest.fixture(scope="module")
def finder(renderer):
    return next(section for section in renderer.sections if isinstance(section, Finder))


@pytest.fixture(scope="module")
def files(finder):
    """Every file but the page and the script, read as the script reads them."""
    return {path: json.loads(finder.page(path)) for path in finder.paths() if path.endswith(".json")}


def rows_of(value):
    """Every row in a file, wherever it stands."""
    if isinstance(value, list):
        if len(value) in {4, 5} and isinstance(value[1], str) and "/" in value[1]:
            yield value
        else:
            for each in value:
                yield from rows_of(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from rows_of(each)


def test_every_row_says_what_its_record_says(files, renderer):
    looked = 0
    for value in files.values():
        for title, key, places, crops, *_ in rows_of(value):
            looked += 1
            record = renderer.catalogue.records[key]
            assert title == record.title
            assert places == [term.id for term in record.term("region")]
            assert crops == [term.id for term in record.term("industry")]
    assert looked > 40


def test_whoever_comes_to_a_place_stands_in_its_file(files, renderer):
    """Looked for among all records, without the index by places."""
    catalogue = renderer.catalogue
    tree = catalogue.vocabularies["region"]
    coming = [r for r in catalogue.records.values() if r.type.name in {"team", "person"}]
    coming += [r for r in catalogue.by_type["service"] if r.get("status") == "standing"]
    coming = [r for r in coming if "system" not in {t.id for t in r.term("kind")}]
    coming = [r for r in coming if not {t.id for t in r.term("role")} & {"convener", "liaison"}]
    looked = 0
    for record in coming:
        held = record.term("region")
        tops = {tree.lineage(term.id)[0].id for term in held}
        for top in tops:
            looked += 1
            assert record.key in {row[1] for row in files[f"find/p/{top}.json"]["o"]}, record.key
        for crop in record.term("industry"):
            assert record.key in {row[1] for row in files[f"find/c/{crop.id}.json"]["o"]}, record.key
        if not held and not record.term("industry"):
            assert record.key in {row[1] for row in files["find/all.json"]["o"]}
    assert looked > 5


def test_a_crop_knows_its_kin_and_nobody_else(files, renderer):
    tree = renderer.catalogue.vocabularies["industry"]
    looked = 0
    for term in tree:
        got = files[f"find/c/{term.id}.json"]
        assert got["l"] == [each.id for each in tree.lineage(term.id)]
        assert sorted(got["d"]) == sorted(each.id for each in tree if term in tree.ancestors(each.id))
        kin = {*got["l"], *got["d"]}
        for row in (*got["o"], *got["a"], *got["r"]):
            looked += 1
            assert kin & set(row[3]), (term.id, row)
            assert set(row[3]) <= got["k"].keys() and set(row[2]) <= got["p"].keys()
    assert looked > 20


def test_a_trouble_lists_the_records_that_name_it_in_these_words(files, renderer):
    got = files["find/c/youcha.json"]
    rows = {row[1]: word for trouble in got["q"] for row, word in trouble[2]}
    assert rows["service/shilixian-tanju"] == "油茶炭疽病"
    for key, word in rows.items():
        assert word in json.dumps(dict(renderer.catalogue.records[key].values), ensure_ascii=False, default=str)
    hosted = {t.id for t in renderer.catalogue.vocabularies["problem"] if "youcha" in t.get("hosts").split(";")}
    assert hosted and hosted <= {trouble[0] for trouble in got["q"]}
    other = {t.id for t in renderer.catalogue.vocabularies["problem"] if t.get("hosts") == "shuidao"}
    assert other and not other & {trouble[0] for trouble in got["q"]}


def test_a_province_lists_all_places_below_it_once(files, renderer):
    tree = renderer.catalogue.vocabularies["region"]
    for top in tree.children():
        got = files[f"find/p/{top.id}.json"]["c"]
        ids = [name for group in got for name in (group[0], *(each[0] for each in group[2]))]
        assert sorted(ids) == sorted(t.id for t in tree if top in tree.ancestors(t.id))


def test_every_place_finds_its_province_by_how_its_id_begins():
    """As 40-form.js does: the top whose id has most in common with it."""
    for project in (load_project(ROOT),):
        tree = project.vocabularies["region"]
        tops = [term.id for term in tree.children()]

        def shared(a, b):
            return next((n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), len(a))

        for term in tree:
            found = max(tops, key=lambda top: shared(term.id, top))
            assert found == tree.lineage(term.id)[0].id, term.id


def test_the_page_leads_without_a_script(renderer):
    html = renderer.render(Job("section", str(number(renderer)), "find/index.html")).content.decode()
    for name in ("region", "industry"):
        for term in renderer.catalogue.vocabularies[name].children():
            assert f'href="../{name}/{term.id}.html"' in html
    form = re.search(r'<form id="finder"[^>]*>', html)[0]
    assert "hidden" in form.split("data-crops")[1]
    assert len(gzip.compress(html.encode(), 9)) <= 8 * KB
    assert html.count("<script src=") == 1


def number(renderer):
    return next(n for n, section in enumerate(renderer.sections) if isinstance(section, Finder))


def test_home_and_every_place_lead_to_it(renderer):
    home = renderer.render(Job("home")).content.decode()
    assert 'href="find/index.html"' in home
    county = renderer.render(Job("term", "region", "990121")).content.decode()
    assert 'href="../find/index.html?place=990121"' in county


def test_an_answer_of_the_shipped_catalogue_is_light():
    """The largest province and the largest crop, bytes as they lie on the disk."""
    renderer = make_renderer(ROOT)
    finder = next(section for section in renderer.sections if isinstance(section, Finder))
    sizes = {path: len(finder.page(path)) for path in finder.paths() if path.endswith((".json", ".js"))}
    page = len(renderer.render(Job("section", str(number(renderer)), "find/index.html")).content)
    icon = len(renderer.render(Job("icon")).content)
    largest = [max(size for path, size in sizes.items() if f"find/{sort}/" in path) for sort in "pgc"]
    assert len(sizes) > 400
    assert page + icon + sizes["find/find.js"] + sizes["find/all.json"] + sum(largest) <= BUDGET


# ── However much there is ────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_thousand_offers_for_one_crop_make_no_larger_file(finder):
    """Every place is there once before any is there twice."""
    catalogue = finder.catalogue
    places = list(catalogue.vocabularies["region"])
    crop = catalogue.vocabularies["industry"]["youcha"]
    at, records = dict(catalogue.by_term), {}
    for number_ in range(10_000):
        kind = ("team", "site")[number_ % 2]
        place = places[number_ // 2 % len(places)]
        values = {"title": f"示例{number_}", "region": [place.id], "industry": ["youcha"]}
        terms = {"region": (place,), "industry": (crop,)}
        record = Record(catalogue.types[kind], f"n{number_}", values, "", terms)
        records[record.key] = record
        for key in (("region", place.id), ("industry", "youcha")):
            at[key] = (*at.get(key, ()), record) if number_ < 400 else at.get(key, ())
    full = tuple(records.values())
    at["industry", "youcha"] = full
    at["region", "990121"] = tuple(r for r in full if r.term("region")[0].id == "990121")
    many = Catalogue(
        Portal("示例", "zh", catalogue.portal.settings),
        catalogue.types,
        catalogue.vocabularies,
        {**dict(catalogue.records.items()), **records},
        catalogue.by_type,
        by_term=at,
    )
    made = Finder(Views(many, "zh"), TODAY)
    for path in ("find/c/youcha.json", "find/p/990000.json"):
        size = len(made.page(path))
        got = json.loads(made.page(path))
        assert len(got["o"]) <= OFFERS and len(got.get("a", ())) <= SIGHTS
        assert len(gzip.compress(made.page(path), 9)) < 12 * KB and size < 40 * KB, (path, size)
    seen = {row[2][0] for row in json.loads(made.page("find/c/youcha.json"))["a"] if row[2]}
    assert seen >= {r.term("region")[0].id for r in full if r.type.name == "site"}


# ── Names in texts ───────────────────────────────────────────────────────────────────────────────────────────────────

LETTERS = st.text("病虫害黄龙叶", min_size=NAME, max_size=4)


@given(st.sets(LETTERS, min_size=1, max_size=8), st.text("病虫害黄龙叶。", max_size=30))
def test_names_are_found_as_by_looking_at_every_character(known, text):
    names = {}
    for name in sorted(known, key=lambda n: (-len(n), n)):
        names.setdefault(name[:NAME], []).append((name, f"is-{name}"))
    found = list(find_names(text, names, starts_of(names)))
    assert all(word in text and meant == f"is-{word}" for meant, word in found)
    at, wanted = 0, []
    while at < len(text):
        here = [name for name in known if text.startswith(name, at)]
        if here:
            wanted.append(max(here, key=len))
        at += len(max(here, key=len)) if here else 1
    assert [word for _, word in found] == wanted


# ── The script ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_script_says_only_words_that_there_are_and_all_of_them():
    text = "\n".join(path.read_text("utf-8") for path in sorted(PARTS.glob("*.js")))
    used = set(re.findall(r'say\("([\w-]+)"', text)) | set(re.findall(r'[?:] "([a-z-]+)", \{', text))
    used |= {
        key for key in ("at", "reach-theirs", "at-there", "at-shared", "found", "found-none") if f'"{key}"' in text
    }
    for lang in LANGUAGES:
        words = Words(lang)
        own = {key.removeprefix("finder.say.") for key in words.keys("finder.say.")}
        assert used == own | set(REASONS), used ^ (own | set(REASONS))
        for key in REASONS:
            assert f"match.{key}" in words


def test_the_words_leave_open_what_the_script_fills_in():
    text = "\n".join(path.read_text("utf-8") for path in sorted(PARTS.glob("*.js")))
    for lang in LANGUAGES:
        words = Words(lang)
        for key in words.keys("finder.say."):
            for name in re.findall(r"\{(\w+)\}", words(key)):
                assert re.search(rf"\b{name}:", text), (lang, key, name)


def test_the_script_has_neither_comments_nor_ways_to_bring_markup_in():
    script = make_script({})
    assert not [line for line in script.splitlines() if line.startswith(("//", " "))]
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\bimport\b|https?:", script)
    parts = [path.name for path in sorted(PARTS.glob("*.js"))]
    assert len(parts) > 2 and all(a < b for a, b in pairwise(parts))

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from names_filed import empty_in, lines, names_in

from generator.bundle import PAGE, run_pagefind, verify_bundle
from generator.documents import EVERY, documents
from generator.hearing import file_of
from generator.lexicon import Lexicon, make_lexicon
from generator.load import load_project
from generator.model import Catalogue, FieldSpec, KezhuError, Portal, Record, RecordType, Term, Vocabulary
from generator.namefiles import FORM_FILES, files, followers
from generator.search import index
from generator.tokens import concept, findable, fold, tokens

ROOT = Path(__file__).parent.parent
VECTORS = json.loads(Path(__file__).with_name("vectors").joinpath("tokens.json").read_text("utf-8"))

# ── A small catalogue, by hand ───────────────────────────────────────────────────────────────────────────────────────


def vocabulary(name, rows, *, title, seal="", pages=True):
    """``rows``: id, title, parent, aliases, ambiguous aliases, other columns."""
    terms = {
        row[0]: Term(
            name,
            row[0],
            row[1],
            row[2],
            aliases=(*row[3].split(), *row[4].split()),
            ambiguous=tuple(row[4].split()),
            attributes=row[5] if len(row) > 5 else {},
        )
        for row in rows
    }
    children = {
        parent: tuple(term for term in terms.values() if term.parent == parent)
        for parent in {term.parent for term in terms.values()}
    }
    return Vocabulary(name, terms, titles={"": title}, seal=seal, pages=pages, children_of=children)


REGION = vocabulary(
    "region",
    [
        ("360000", "江西省", "", "江西", "", {"short": "江西"}),
        ("360902", "袁州区", "360000", "", ""),
        ("430000", "湖南省", "", "湖南", "", {"short": "湖南"}),
        ("430224", "茶陵县", "430000", "", ""),
        ("430300", "和平县", "430000", "", "和平"),
        ("430400", "无录县", "430000", "", ""),
    ],
    title="地方",
    seal="县",
)
INDUSTRY = vocabulary(
    "industry",
    [
        ("youliao", "油料", "", "", ""),
        ("youcha", "油茶", "youliao", "山茶油", ""),
        ("guopin", "水果", "", "", ""),
        ("ganju", "柑橘", "guopin", "橘子", ""),
        ("chaye", "茶叶", "", "茶", ""),
        ("ganshu", "甘薯", "", "红薯", "地瓜"),
        ("liangshu", "豆薯", "", "凉薯", "地瓜"),
    ],
    title="产业",
    seal="产",
)
KIND = vocabulary("kind", [("yard", "科技小院", "", "", ""), ("park", "产业园", "", "", "")], title="类别", pages=False)
VOCABULARIES = {"region": REGION, "industry": INDUSTRY, "kind": KIND}


def field(name, kind, **options):
    return FieldSpec(name, kind, {"": name}, {}, **options)


FIELDS = (
    field("title", "text"),
    field("summary", "text"),
    field("kind", "term", vocabulary="kind"),
    field("region", "term", vocabulary="region", many=True),
    field("industry", "term", vocabulary="industry", many=True),
    field("year", "integer"),
    field("hosts", "reference", reference="organisation", many=True),
)


def record_type(name, title, seal, tone=""):
    return RecordType(
        name,
        {"": title},
        {},
        FIELDS,
        "",
        {},
        seal=seal,
        tone=tone,
        units={"": "处"},
        card=("kind", "summary"),
        search=("summary",),
        by_name={spec.name: spec for spec in FIELDS},
    )


TYPES = {
    "site": record_type("site", "示范基地", "基"),
    "service": record_type("service", "服务", "服", "s"),
    "organisation": record_type("organisation", "单位", "会"),
}

ROWS = [
    ("site/s1", "江西袁州油茶科技小院", "师生驻在村里，一起改造低产油茶林。", "yard", "360902", "youcha", "2021"),
    ("site/s2", "茶陵县现代农业产业园", "省级产业园。", "park", "430224", "", "2022"),
    ("site/s3", "柑橘科技小院", "教果农认黄龙病，清除病树。", "yard", "430000", "ganju", "2023"),
    ("service/v1", "柑橘黄龙病防控培训", "讲怎样看木虱、怎样挖病树。", "", "360902", "ganju", "2022"),
    ("service/v2", "油茶林下套种指导", "油茶林里种豆子。", "", "430224", "youcha", "2022"),
    ("service/v3", "红薯育苗", "GB/T 4754 里的薯类种植。", "", "430000", "ganshu", ""),
    ("service/v4", '<img src=x onerror="document.title=1">草莓', "A & B <b>草莓</b>", "", "", "", ""),
    ("organisation/o1", "湖南农业大学", "", "", "430000", "", ""),
]


def small_catalogue(rows=ROWS):
    records = {}
    for key, title, summary, kind, region, industry, year in rows:
        name, _, identifier = key.partition("/")
        values = {"title": title, "summary": summary, "year": year, "kind": kind}
        terms = {
            field: (VOCABULARIES[field][term],)
            for field, term in (("kind", kind), ("region", region), ("industry", industry))
            if term
        }
        if key == "site/s2":
            values["hosts"] = ["o1"]
        kept = {field: value for field, value in values.items() if value}
        records[key] = Record(TYPES[name], identifier, kept, terms=terms)
    counted = {}
    for record in records.values():
        for term in (each for terms in record.terms.values() for each in terms):
            for above in VOCABULARIES[term.vocabulary].lineage(term.id):
                counted.setdefault((above.vocabulary, above.id), Counter())[record.type.name] += 1
    by_type = {name: tuple(record for record in records.values() if record.type.name == name) for name in TYPES}
    return Catalogue(Portal("试", "zh"), TYPES, VOCABULARIES, records, by_type, below_term=counted)


@pytest.fixture(scope="module")
def found():
    return {document.key: document for document in documents(small_catalogue(), "zh")}


def as_pages(documents):
    """What Pagefind would be given of documents: address and HTML."""
    for document in documents:
        words = " ".join([EVERY, *(code + mark for mark, block in document.blocks for code in block)])
        yield f"/{document.url}", PAGE.format("x-zh", words)


@pytest.fixture(scope="module")
def bundle(found):
    """The files of a bundle as Pagefind leaves them, and those that are made."""
    return run_pagefind(as_pages(found.values())), index(found.values(), language="zh")


def marked(document, mark):
    return {token for block, codes in document.blocks if block == mark for token in codes}


# ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("vector", VECTORS, ids=[row["text"] or "empty" for row in VECTORS])
def test_tokens_are_the_shared_ones(vector):
    assert tokens(vector["text"]) == vector["tokens"]


def test_codes_are_plain_letters_and_no_two_meet_under_any_mark():
    texts = ["油茶树", "茶", "𠮷野家", "GB/T 4754", "a1", "z", "24"]
    codes = {code for text in texts for code in findable(text)}
    codes |= {concept("region", "43"), concept("region", "430000"), concept("a", "b-c"), concept("a-b", "c")}
    closed = [EVERY, *(code + mark for code in codes for mark in "stfxr")]
    assert all(code.isascii() and code.isalpha() and code.islower() for code in closed)
    assert len(set(closed)) == len(closed)


def test_one_character_begins_only_the_pairs_that_it_opens():
    (tea,) = tokens("茶")
    assert [word for word in ("茶叶", "油茶", "chaye", "a", "茶") if tokens(word)[0].startswith(tea)] == ["茶叶", "茶"]


def test_different_words_have_different_codes():
    words = ["z", "za", "0", "a", "zz", "10", "茶", "油"]
    assert len({tokens(word)[0] for word in words}) == len(words)


def test_folding_makes_full_width_and_capitals_equal():
    assert fold("ＧＢ／Ｔ") == "gb/t"
    assert tokens("ＧＢ／Ｔ") == tokens("gb/T")


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_document_per_record_and_per_place_or_used_term(found):
    keys = list(found)
    assert keys[: len(ROWS)] == [row[0] for row in ROWS]
    assert "region/430400" not in keys  # its page is found by its name: the lexicon holds its label
    assert "industry/youcha" in keys
    assert "industry/youliao" in keys
    assert "industry/chaye" not in keys
    assert not [key for key in keys if key.startswith("kind/")]


def test_a_record_has_its_terms_and_all_above_them(found):
    assert marked(found["site/s1"], "f") == {
        concept("region", "360902"),
        concept("region", "360000"),
        concept("industry", "youcha"),
        concept("industry", "youliao"),
    }


def test_a_name_inside_a_title_makes_no_concept(found):
    assert concept("industry", "chaye") not in marked(found["site/s2"], "f")  # 茶陵县 grows no tea for all we know


def test_titles_labels_and_references_are_words_once(found):
    document = found["site/s2"]
    assert set(tokens("茶陵县现代农业产业园")) <= marked(document, "t")
    assert set(tokens("湖南农业大学")) <= marked(document, "t") | marked(document, "x")
    assert not marked(document, "t") & marked(document, "x")
    assert set(tokens("科技小院")) <= marked(found["site/s3"], "t")


def test_a_term_knows_what_stands_above_it_only_as_context(found):
    county = found["region/430224"]
    assert marked(county, "s") == {concept("region", "430224")}
    assert marked(county, "r") == {concept("region", "430000")}
    assert county.lines == ("示范基地 1 处，服务 1 处",)
    assert county.place == "湖南"


def test_cards_and_facets_are_ready_to_show(found):
    document = found["site/s1"]
    assert (document.place, document.type_title, document.seal) == ("江西 袁州区", "示范基地", "基")
    assert document.lines == ("科技小院", "师生驻在村里，一起改造低产油茶林。")
    assert [(each.facet, each.label) for each in document.filters] == [
        ("type", "示范基地"),
        ("industry", "油料"),
        ("region", "江西"),
        ("year", "2021"),
    ]


def test_english_words_for_an_english_portal():
    document = next(document for document in documents(small_catalogue(), "en") if document.key == "region/430224")
    assert document.lines == ("示范基地: 1; 服务: 1",)  # these types have no English titles


def test_documents_are_the_same_every_time():
    assert list(documents(small_catalogue(), "zh")) == list(documents(small_catalogue(), "zh"))


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def form_pages():
    return [page for page in files(make_lexicon(VOCABULARIES.values())) if page.path.startswith("search/forms/")]


def names():
    pages = form_pages()
    assert len(pages) == FORM_FILES
    return {form: keys for page in pages for form, keys in names_in(page.content).items()}


def test_an_ambiguous_name_gives_every_candidate():
    assert names()["地瓜"] == ["industry/ganshu", "industry/liangshu"]
    assert names()["橘子"] == ["industry/ganju"]
    assert "科技小院" not in names()  # its vocabulary has no pages


def test_a_name_stands_in_the_file_of_its_first_character_or_word():
    for page in form_pages():
        for form in names_in(page.content):
            start = form.split()[0] if form.isascii() else form[0]
            assert page.path == f"search/forms/{file_of(start, FORM_FILES)}.json"


def test_no_name_begins_with_what_the_page_does_not_look_up():
    script = (ROOT / "site_overrides" / "assets" / "search" / "05-files.js").read_text("utf-8")
    particles = re.search(r'PARTICLES = "(.+?)"', script)[1]
    lexicon = make_lexicon(load_project(ROOT).vocabularies.values())
    assert len(lexicon.forms) > 10_000
    assert not [form for form in lexicon.forms if form[0] in particles]


def test_a_concept_without_documents_is_not_looked_up():
    told = [
        each for each in files(make_lexicon(VOCABULARIES.values()), {"industry/ganju": 0}) if "/forms/" in each.path
    ]
    assert {key for page in told for key in empty_in(page.content)} == {"industry/ganju"}


def test_what_parts_lines_and_columns_stands_in_no_name_and_no_label():
    odd = Lexicon(
        {"cotton": ("crop/a",), "cotton; wool": ("crop/a",), "wool": ("crop/a", "crop/b")},
        labels={"crop/a": "示例\t一\n二"},
        called={"crop/b": "示例;三"},
    )
    pages = [page for page in files(odd) if "/forms/" in page.path]
    assert {form: keys for page in pages for form, keys in names_in(page.content).items()} == {
        "cotton": ["crop/a"],
        "wool": ["crop/a", "crop/b"],
    }
    assert {tuple(row) for page in pages for row in lines(page.content)} == {
        ("crop/a", "cotton", "示例 一 二"),
        ("crop/a", "", "示例 一 二"),
        ("crop/b", "", "", "", "", "示例;三"),
    }


def test_it_is_known_what_follows_a_character_in_documents():
    codes = [*findable("油茶林 𠮷野家 茶 24-表"), concept("industry", "youcha")]
    assert followers(codes) == {"油": "茶", "茶": "林", "𠮷": "野", "野": "家"}
    told = [json.loads(page.content) for page in files(make_lexicon([]), None, codes) if "/forms/" in page.path]
    assert all("k" in part for part in told)
    assert not any("k" in json.loads(page.content) for page in form_pages())  # where nobody has told


# ── The bundle ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_documents_give_the_same_bytes(bundle):
    again = index(reversed(list(documents(small_catalogue(), "zh"))), language="zh")
    assert again == bundle[1]


def test_only_what_the_browser_needs_is_shipped(bundle):
    paths = {page.path for page in bundle[1]}
    assert {"pagefind/pagefind.js", "pagefind/pagefind-entry.json", "pagefind/facets.json"} <= paths
    assert not [path for path in paths if "ui" in path or "highlight" in path or "fragment" in path or "worker" in path]


def test_every_document_has_its_card(found, bundle):
    cards = {}
    for page in bundle[1]:
        if page.path.startswith("pagefind/cards/"):
            cards.update({card[0]: card for card in json.loads(page.content)})
    assert {card[0]: card[1] for card in cards.values()} == {key: document.title for key, document in found.items()}
    facets = json.loads(next(page.content for page in bundle[1] if page.path == "pagefind/facets.json"))
    assert all(sum(facet["runs"][1::2]) == len(found) == facets["total"] for facet in facets["facets"])


def test_what_a_value_opens_is_in_its_own_file_with_one_row_for_each_document_that_has_it(found, bundle):
    files = {page.path: json.loads(page.content) for page in bundle[1] if page.path.endswith(".json")}
    (facet,) = files["pagefind/below/region/430000.json"]["facets"]
    assert facet["values"] == [["430224", "茶陵县"]]
    assert len(facet["rows"]) == len(
        [each for each in found.values() if any(f.value == "430000" for f in each.filters)]
    )
    assert facet["rows"].count(1) == 3  # two records and the page; the others lie in the province and no deeper
    assert files["pagefind/below/region.json"] == {"360000": "360902", "430000": "430224"}
    below = files["pagefind/below/type/region.json"]
    places = [each for each in found.values() if each.type == "region"]
    assert below == {"total": len(places), "facets": []}


def test_the_newest_day_is_the_first(found, bundle):
    dates = next(json.loads(page.content) for page in bundle[1] if page.path == "pagefind/dates.json")
    assert dates["values"] == [["2023", "year"], ["2022", "year"], ["2021", "year"]]
    assert len(dates["rows"]) == len(found)


def test_nothing_to_find_makes_no_bundle():
    assert index([], language="zh") == []


def spoiled(files, kind, change):
    name = next(name for name in files if kind in name)
    return {**files, name: change(files[name])}


@pytest.mark.parametrize("kind", [".pf_index", ".pf_meta", ".pf_fragment", "wasm.unknown", "pagefind-entry"])
def test_a_cut_file_is_noticed(found, bundle, kind):
    urls = [f"/{document.url}" for document in found.values()]
    verify_bundle(bundle[0], urls)
    for change in (lambda content: content[: len(content) // 2], lambda content: content[:-1], lambda _: b""):
        with pytest.raises(KezhuError):
            verify_bundle(spoiled(bundle[0], kind, change), urls)


@pytest.mark.parametrize(
    "kind", [".pf_index", ".pf_meta", ".pf_fragment", "wasm.unknown", "pagefind-entry", "pagefind.js"]
)
def test_a_missing_file_is_noticed(found, bundle, kind):
    name = next(name for name in bundle[0] if kind in name)
    files = {each: content for each, content in bundle[0].items() if each != name}
    with pytest.raises(KezhuError):
        verify_bundle(files, [f"/{document.url}" for document in found.values()])


def test_a_missing_page_is_noticed(found, bundle):
    with pytest.raises(KezhuError, match="of"):
        verify_bundle(bundle[0], [f"/{document.url}" for document in found.values()] + ["/site/lost.html"])


def test_a_file_of_something_else_is_noticed(found, bundle):
    files = spoiled(bundle[0], ".pf_index", lambda _: gzip.compress(b"else"))
    with pytest.raises(KezhuError, match="not Pagefind's"):
        verify_bundle(files, [f"/{document.url}" for document in found.values()])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "ended with 3"),
        ("head -c 1 >/dev/null; exit 0", "ended with 0"),
        ("echo nonsense,; cat >/dev/null", "cannot be read"),
        (
            "printf '%s,' eyJwYXlsb2FkIjp7InR5cGUiOiJFcnJvciIsIm1lc3NhZ2UiOiJkaXNrIGZ1bGwifX0=; cat >/dev/null",
            "disk full",
        ),
    ],
    ids=["fails", "says nothing", "says nonsense", "says an error"],
)
def test_a_binary_that_fails_is_a_clear_error(found, tmp_path, monkeypatch, script, said):
    binary = tmp_path / "pagefind"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: binary)
    with pytest.raises(KezhuError, match=said):
        index(found.values(), language="zh")


def test_a_missing_binary_is_a_clear_error(found, tmp_path, monkeypatch):
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: tmp_path / "nowhere")
    with pytest.raises(KezhuError, match="does not run"):
        index(found.values(), language="zh")

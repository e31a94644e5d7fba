"""The labelled set: every query is one of its own, in its place, and has something right to find."""

from collections import Counter
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from generator.checkup import check_catalogue
from generator.labels import COLUMNS, LabelError, Labels, Query, parse, read_queries

KINDS = (
    "no-space",
    "spaced",
    "synonym",
    "folk",
    "traditional",
    "pinyin",
    "initials",
    "typo",
    "symptom",
    "place",
    "mixed",
    "long",
    "organisation",
    "policy",
    "english",
)

ROOT = Path(__file__).parent.parent
HERE = ROOT / "tests" / "search"
DEV, HELD = (read_queries(HERE / f"queries-{name}.csv") for name in ("dev", "held"))
QUERIES = [*DEV, *HELD]
MORE = read_queries(HERE / "queries-more.csv")  # for tuning, beside the set of which a third is held back
FRESH = read_queries(HERE / "queries-fresh.csv")  # of the kinds that did worst
# by halves, of which tests/search/README.md tells
HALVES = {half: read_queries(HERE / f"queries-fresh2-{half}.csv") for half in "ab"}
ADDED = [*MORE, *FRESH, *HALVES["a"], *HALVES["b"]]
LEAST = 240
LEAST_OF_A_KIND = 12


@cache
def shipped():
    return Labels(check_catalogue(ROOT).catalogue)


def same(text: str) -> str:
    return "".join(text.split()).lower()


def test_a_query_has_its_own_id_and_text_in_one_file():
    for one in ("id", "query"):
        counted = Counter(same(getattr(query, one)) for query in QUERIES)
        assert [text for text, n in counted.items() if n > 1] == []


def test_what_is_added_repeats_nothing_that_is_tuned_on():
    for one in ("id", "query"):
        counted = Counter(same(getattr(query, one)) for query in [*DEV, *ADDED])
        assert [text for text, n in counted.items() if n > 1] == []
    assert {query.kind for query in ADDED} <= set(KINDS)


def test_nothing_that_is_held_back_stands_in_another_file():
    held = {same(query.query) for query in HELD}
    assert sum(same(query.query) in held for query in ADDED) == 0, "a count: nobody need see which"


@pytest.mark.parametrize("half", HALVES)
def test_a_hash_of_the_id_says_in_which_half_a_query_stands(half):
    assert {"ab"[sha256(query.id.encode()).digest()[0] & 1] for query in HALVES[half]} == {half}


def test_there_are_enough_of_each_kind_in_both_files():
    assert len(QUERIES) >= LEAST
    for kind in KINDS:
        dev, held = (sum(query.kind == kind for query in queries) for queries in (DEV, HELD))
        assert dev + held >= LEAST_OF_A_KIND, kind
        assert held >= 4, kind
        assert abs(held / (dev + held) - 1 / 3) <= 0.1, f"{kind}: {dev} and {held}"


def test_a_third_is_held_back():
    assert abs(len(DEV) / len(HELD) - 2) <= 0.2


@pytest.mark.parametrize("query", [*QUERIES, *ADDED], ids=lambda query: query.id)
def test_a_query_has_something_right_to_find(query):
    labels = shipped()
    found = labels.relevant(query.wants)
    assert found, f"{query.id} {query.query}: nothing on the shipped catalogue is {query.wants}"
    for key in found - labels.every:
        name, _, term = key.partition("/")
        assert name == "region" or labels.catalogue.counts(name, term), f"{query.id}: the page {key} holds no record"


def test_no_query_is_copied_from_a_title():
    titles = {same(record.title) for record in shipped().catalogue.records.values()}
    assert [query.id for query in [*QUERIES, *MORE, *FRESH] if same(query.query) in titles] == []


# ── The expressions ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_and_binds_closer_than_or():
    relevant = shipped().relevant
    tea, fujian, cases = (relevant(wants) for wants in ("industry:chaye", "region:350000", "type:case"))
    assert relevant("type:case | industry:chaye & region:350000") == cases | (tea & fujian)
    assert relevant("(type:case | industry:chaye) & region:350000") == (cases | tea) & fujian
    assert relevant("industry:chaye & !region:350000") == tea - fujian
    assert relevant("!(type:case | !industry:chaye)") == tea - cases


def test_a_term_holds_what_is_below_it_and_terms_inside_objects_count():
    relevant = shipped().relevant
    assert relevant("region:433124") < relevant("region:433100") < relevant("region:430000")
    assert "site/ns03182" in relevant("notice:agripark-08")


def test_the_other_conditions():
    relevant = shipped().relevant
    assert relevant("key:policy/p1") == {"policy/p1"}
    assert relevant("page:region/430224") == {"region/430224"}
    assert relevant("is:code=C-13") == {"organisation/zhongguo-chaye-xuehui"}
    assert "case/yongji-landianguo" in relevant("ref:organisation/beihua-daxue")
    assert "case/yongji-landianguo" in relevant("ref:policy/p1"), "a part of it is it"
    assert relevant("type:case & title:'ＭＯＦｓ 缓释肥'") == {"case/yangzhou-mofs-huanshifei"}
    assert relevant("text:小绿叶蝉") == {"case/zijin-chancha"}
    assert relevant("text:种在地里的") == frozenset(), "the title of the source is not the record's own"


@pytest.mark.parametrize(
    ("wants", "says"),
    [
        ("", "missing at the end"),
        ("type:case &", "missing at the end"),
        ("& type:case", "no '&' can stand at character 1"),
        ("type:case type:need", "one part too many at character 11"),
        ("(type:case", "the parenthesis at character 1 is not closed"),
        ("type:case)", "one part too many at character 10"),
        ("黄龙病", "neither an operator nor name:value at character 1"),
        ("title:''", "title: without a value"),
        ("title:'黄", "neither an operator nor name:value"),
    ],
)
def test_a_broken_expression_says_where(wants, says):
    with pytest.raises(LabelError, match=says):
        parse(wants)


@pytest.mark.parametrize(
    ("wants", "says"),
    [
        ("type:cases", "no such type: cases"),
        ("key:case/nothing", "no such record: case/nothing"),
        ("ref:organisation/nobody", "no such record: organisation/nobody"),
        ("industry:chaa", "no such term: industry/chaa"),
        ("crop:chaye", "neither a condition nor a vocabulary: crop"),
        ("page:region/1", "no such term: region/1"),
        ("page:site_kind/yard", "no such vocabulary with pages: site_kind"),
        ("is:year", "is: wants field=value"),
        ("is:colour=red", "is: wants field=value"),
        ("type:case | industry:chaa", "no such term"),
    ],
)
def test_what_the_catalogue_does_not_know_is_an_error(wants, says):
    matches = parse(wants)
    with pytest.raises(LabelError, match=says):
        matches(shipped())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,query,kind\n", "the columns should be id,query,kind,wants,why"),
        ("{head}a,茶,folk,industry:chaye\n", ":2: this line should have 5 cells"),
        ("{head}a,茶,folk,industry:chaye,x,y\n", ":2: this line should have 5 cells"),
        ("{head}a,茶,folk,industry:chaye,\n", ":2: why is empty"),
    ],
)
def test_a_broken_table_says_where(tmp_path, text, says):
    path = tmp_path / "queries.csv"
    path.write_text(text.replace("{head}", ",".join(COLUMNS) + "\n"), encoding="utf-8")
    with pytest.raises(LabelError, match=says):
        read_queries(path)


def test_a_line_holds_the_columns():
    assert tuple(field.name for field in fields(Query)) == COLUMNS

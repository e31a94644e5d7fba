"""What the index keeps between builds: whatever is edited, the files are those of a cold build, and little is made."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_search import INDUSTRY, KIND, REGION, TYPES

from generator import indexing, search
from generator.documents import Maker
from generator.indexing import index_parts
from generator.join import join_catalogue
from generator.model import Portal, RawRecord

KINDS = {**TYPES, "organisation": replace(TYPES["organisation"], names=())}
PLACES = ["", "360902", "430224", "430000", "430300"]
CROPS = ["", "youcha", "ganju", "chaye"]
WORDS = ["油茶", "柑橘", "湖南", "茶陵县", "示例", "科技小院", "培训", "黄龙病", "農業", "GB/T 4754", "大学"]
BODIES = {"o1": "湖南示例大学", "o2": "油茶示例学会"}
FIRST = {
    "site/s1": {"title": "袁州示例科技小院", "summary": "改造油茶林。", "region": ["360902"], "industry": ["youcha"]},
    "site/s2": {"title": "茶陵示例产业园", "region": ["430224"], "year": "2022", "hosts": ["o1"]},
    "site/s3": {"title": "和平示例产业园", "region": ["430300", "360902"], "kind": "park"},
    "service/v1": {"title": "柑橘示例培训", "region": ["430224"], "industry": ["ganju"], "hosts": ["o1", "o2"]},
    "service/v2": {"title": "示例电话", "summary": "全国都能打。"},
    **{f"organisation/{name}": {"title": title} for name, title in BODIES.items()},
}


def renamed(vocabulary, term_id, title):
    """The vocabulary with one term called otherwise."""
    terms = {term.id: replace(term, title=title) if term.id == term_id else term for term in vocabulary}
    children = {above: tuple(terms[term.id] for term in below) for above, below in vocabulary.children_of.items()}
    return replace(vocabulary, terms=terms, children_of=children)


def catalogue(records, terms=()):
    """The records joined; ``terms``: industries with other names."""
    industry = INDUSTRY
    for term_id, title in terms:
        industry = renamed(industry, term_id, title)
    raw = [RawRecord(*key.split("/"), values, f"{key}.yml", None) for key, values in sorted(records.items())]
    return join_catalogue(Portal("试", "zh"), KINDS, {"region": REGION, "industry": industry, "kind": KIND}, raw)


class Site:
    """A site that is brought up to date part by part, as a build does it."""

    def __init__(self, cache):
        self.cache, self.files, self.keys = cache, {}, {}
        self.made = []

    def update(self, found, digests=None):
        self.made.clear()
        keys, files = {}, {}
        for part in index_parts(found, "zh", self.cache, digests):
            assert not part.paths or part.name not in keys
            keys[part.name] = part.key
            if self.keys.get(part.name) == part.key:
                files |= {path: content for path, content in self.files.items() if path.startswith(part.paths)}
            else:
                files |= {page.path: page.content for page in part.make()}
                self.made.append(part.name)
        self.keys, self.files = keys, files
        return files


def cold(found):
    return Site(None).update(found)


@pytest.fixture(autouse=True)
def small_bundles(monkeypatch):
    """Provinces have their own bundles from the sixth document on."""
    monkeypatch.setattr(search, "WHOLE", 5)


@pytest.fixture
def counted(monkeypatch):
    """The keys of the documents that are made."""
    made = []
    real = Maker.record
    monkeypatch.setattr(Maker, "record", lambda self, record: made.append(record.key) or real(self, record))
    return made


# ── The same bytes ───────────────────────────────────────────────────────────────────────────────────────────────────

KEYS = st.sampled_from([*FIRST, "site/s9", "service/v9", "organisation/o9"])
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join)
VALUES = st.fixed_dictionaries(
    {"title": TITLES},
    optional={
        "summary": TITLES,
        "kind": st.sampled_from(["yard", "park"]),
        "region": st.lists(st.sampled_from(PLACES[1:]), min_size=1, max_size=2, unique=True),
        "industry": st.lists(st.sampled_from(CROPS[1:]), min_size=1, max_size=2, unique=True),
        "year": st.sampled_from(["2020", "2024"]),
        "hosts": st.lists(st.sampled_from(["o1", "o2", "o9"]), min_size=1, max_size=2, unique=True),
    },
)
EDITS = st.one_of(
    st.tuples(st.just("put"), KEYS, VALUES),
    st.tuples(st.just("delete"), KEYS, st.none()),
    st.tuples(st.just("rename"), KEYS, KEYS),
    st.tuples(st.just("title"), KEYS, TITLES),
    st.tuples(st.just("term"), st.sampled_from(CROPS[1:]), TITLES),
)


def edited(records, terms, edit):
    """The records and the names of terms after an edit."""
    act, key, value = edit
    records = dict(records)
    if act == "term":
        return records, {**terms, key: value}
    if act == "put":
        records[key] = value
    elif key in records and act == "title":
        records[key] = {**records[key], "title": value}
    elif key in records and act in ("delete", "rename"):
        values = records.pop(key)
        if act == "rename" and value.partition("/")[0] == key.partition("/")[0]:
            records[value] = values
    return records, terms


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(EDITS, min_size=1, max_size=2), min_size=1, max_size=3))
def test_whatever_is_edited_the_files_are_those_of_a_cold_build(rounds):
    with TemporaryDirectory() as folder:
        site, records, terms = Site(Path(folder) / "cache"), dict(FIRST), {}
        site.update(catalogue(records))
        for edits in rounds:
            for edit in edits:
                records, terms = edited(records, terms, edit)
            found = catalogue(records, terms.items())
            assert site.update(found) == cold(found)


def test_a_part_holds_the_files_below_its_own_paths(tmp_path):
    parts = list(index_parts(catalogue(FIRST), "zh", tmp_path / "cache"))
    assert len({part.name for part in parts}) == len(parts) > 4
    for part in parts:
        pages = part.make()
        assert pages
        for page in pages:
            assert [each.name for each in parts if page.path.startswith(each.paths)] == [part.name]


# ── Little is made ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_changed_makes_nothing(tmp_path, counted):
    site = Site(tmp_path / "cache")
    before = site.update(catalogue(FIRST))
    assert len(counted) == len(FIRST)
    counted.clear()
    assert site.update(catalogue(FIRST)) == before
    assert (site.made, counted) == ([], [])
    assert {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()} >= {"heard", "names", "totals"}


def test_a_changed_text_makes_its_document_and_its_bundle(tmp_path, counted):
    site = Site(tmp_path / "cache")
    site.update(catalogue(FIRST))
    counted.clear()
    site.update(catalogue({**FIRST, "site/s1": {**FIRST["site/s1"], "summary": "油茶林改造。"}}))
    assert counted == ["site/s1"]
    assert set(site.made) == {"search 360000", "names"}  # 茶林 and what else stands side by side now


def test_a_title_reaches_who_names_it(tmp_path, counted):
    site = Site(tmp_path / "cache")
    site.update(catalogue(FIRST))
    counted.clear()
    site.update(catalogue({**FIRST, "organisation/o2": {"title": "油茶示例协会"}}))
    assert sorted(counted) == ["organisation/o2", "service/v1"]


def test_files_that_are_lost_are_made_of_what_is_kept(tmp_path, counted):
    site = Site(tmp_path / "cache")
    before = site.update(catalogue(FIRST))
    counted.clear()
    assert Site(tmp_path / "cache").update(catalogue(FIRST)) == before
    assert counted == []


def test_records_are_not_read_where_their_digests_are_given(tmp_path, monkeypatch):
    digests = {key: f"{key} 1" for key in FIRST}
    site = Site(tmp_path / "cache")
    before = site.update(catalogue(FIRST), digests)
    found = catalogue(FIRST)
    monkeypatch.setattr(type(found.records["site/s1"]), "_read", lambda *_: pytest.fail("read"))
    assert site.update(found, digests) == before


# ── What is kept is never trusted ────────────────────────────────────────────────────────────────────────────────────


def flipped(content):
    return content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]


@pytest.mark.parametrize(
    "spoil",
    [flipped, lambda content: content[: len(content) // 2], lambda _: b"", lambda _: b"\x80\x04.", lambda _: b"{}\n{}"],
    ids=["flipped", "cut", "empty", "pickle", "foreign"],
)
def test_what_is_spoilt_is_made_anew(tmp_path, spoil, counted):
    cache = tmp_path / "cache"
    before = Site(cache).update(catalogue(FIRST))
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        path.write_bytes(spoil(path.read_bytes()))
    counted.clear()
    assert Site(cache).update(catalogue(FIRST)) == before
    assert len(counted) == len(FIRST)


def test_other_code_makes_all_anew(tmp_path, monkeypatch, counted):
    Site(tmp_path / "cache").update(catalogue(FIRST))
    counted.clear()
    monkeypatch.setattr(indexing, "CODE", indexing.CODE[1:])
    Site(tmp_path / "cache").update(catalogue(FIRST))
    assert len(counted) == len(FIRST)


def test_without_room_for_what_is_kept_all_is_made(tmp_path):
    (tmp_path / "cache").write_text("somebody's own", "utf-8")
    assert Site(tmp_path / "cache").update(catalogue(FIRST)) == cold(catalogue(FIRST))
    assert (tmp_path / "cache").read_text("utf-8") == "somebody's own"


def test_nothing_is_kept_of_bundles_that_are_gone(tmp_path):
    cache = tmp_path / "cache"
    site = Site(cache)
    site.update(catalogue(FIRST))
    before = {path.name for path in cache.rglob("documents-*")}
    site.update(catalogue({key: FIRST[key] for key in ("service/v2", "organisation/o1")}))
    assert len(before) > 2
    assert len({path.name for path in cache.rglob("documents-*")}) == 1

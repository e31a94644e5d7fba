"""The search beside other engines: that these are asked in the right way over the pages of a site, and what is said."""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path

import pytest

from generator.checkup import check_catalogue
from generator.evaluate import Asked, Outcome
from generator.labels import COLUMNS
from tests.bench.search_peers import (
    MATERIAL,
    PAGEFIND,
    PEERS,
    Compared,
    ask,
    built,
    main,
    main_part,
    own_pages,
    table,
    worse,
)

PAGES = {
    "example/1": ("示例茶园", "山坡上种茶叶。春天采茶。"),
    "example/2": ("示例果园", "苹果和梨，树下也种一点茶叶。"),
    "example/3": ("示例稻田", "水稻田里养鱼。"),
    "example/4": ("示例鱼塘", "草鱼和鲤鱼。"),
    "example/5": ("示例菜地", "番茄和黄瓜。"),
    "example/6": ("示例牧场", "奶牛和绵羊。"),
    "example/7": ("示例林场", "油茶和杉木。"),
    "example/8": ("示例蜂场", "蜜蜂采油菜花蜜。"),
    "example/9": ("<b>示例</b> & 药圃", "人参、黄芪、三七"),
    "example/10": ("示例茶叶合作社", "收购和加工。"),
    "example/11": ("示例花圃", "月季和菊花。"),
}
QUERIES = ["茶叶", "蜜蜂", "kubernetes", "示例", "药圃", "三七"]
SITES = Path(__file__).parent / "sites"


def write_page(site: Path, key: str, title: str, text: str) -> None:
    path = site / f"{key}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'
        f'<nav>每页都有的一行</nav><main id="main"><h1>{escape(title)}</h1><p>{escape(text)}</p></main></body></html>',
        "utf-8",
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for key, (title, text) in PAGES.items():
        write_page(folder, key, title, text)
    write_page(folder, "example/list", "所有示例", "茶叶、蜜蜂、药圃、三七")  # a page that is nobody's own
    return folder


@pytest.fixture(scope="module", params=PEERS, ids=lambda engine: engine.name)
def found(request, site, tmp_path_factory):
    """For each query the keys that one engine gave."""
    return dict(
        zip(QUERIES, ask(request.param, site, list(PAGES), QUERIES, tmp_path_factory.mktemp("cache")), strict=True)
    )


@pytest.mark.browser
def test_each_query_gets_its_own_keys_the_best_first(found):
    assert found["茶叶"][0] == "example/10", "a word in the title says more than one in the text"
    assert set(found["茶叶"]) >= {"example/1", "example/2"}
    assert found["蜜蜂"] == ("example/8",)
    assert found["kubernetes"] == ()
    assert found["药圃"] == ("example/9",)
    assert found["三七"] == ("example/9",)


@pytest.mark.browser
def test_no_more_than_ten_are_given(found):
    assert len(set(found["示例"])) == len(found["示例"]) == 10 < len(PAGES)


@pytest.mark.parametrize("engine", PEERS, ids=lambda engine: engine.name)
def test_an_index_is_built_once_for_the_same_pages(engine, site, tmp_path):
    keys = list(PAGES)
    first = built(engine, site, keys, tmp_path)
    again = first.stat().st_mtime_ns
    assert built(engine, site, keys, tmp_path) == first
    assert first.stat().st_mtime_ns == again
    assert built(engine, site, keys[:9], tmp_path) != first


def test_the_main_part_has_headings_with_ids():
    page = '<body><h1>a</h1><main class="x">\n<h1>b</h1><h2 id="c">c</h2><h3 class="d">d</h3></main></body>'
    assert main_part(page) == '\n<h1 id="_0">b</h1><h2 id="c">c</h2><h3 id="_1" class="d">d</h3>'
    with pytest.raises(ValueError, match="without <main>"):
        main_part("<body></body>")


def test_a_broken_index_is_no_silent_zero(site, tmp_path, monkeypatch):
    monkeypatch.setattr("pagefind_bin_extended.get_executable", lambda: "false")
    with pytest.raises(RuntimeError, match="ended with 1"):
        built(PAGEFIND, site, ["example/1"], tmp_path)


def test_own_pages_are_records_and_terms_with_a_page(tmp_path):
    catalogue = check_catalogue(SITES / "small").catalogue
    vocabulary = next(each for each in catalogue.vocabularies.values() if each.pages)
    term = next(iter(vocabulary))
    write_page(tmp_path, f"{vocabulary.name}/{term.id}", "示例", "示例")
    assert own_pages(catalogue, tmp_path) == [*catalogue.records, f"{vocabulary.name}/{term.id}"]


# ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────────────


def compared(id: str, kind: str, wanted: str, ours: str, pagefind: str, material: str) -> Compared:
    """Keys are single letters."""
    asked = Asked(id, f"query {id}", kind, frozenset(wanted))
    return Compared(
        Outcome(asked, tuple(ours)),
        {"Pagefind": Outcome(asked, tuple(pagefind)), "Material": Outcome(asked, tuple(material))},
    )


SET = [
    compared("one", "folk", "a", "a", "xa", ""),
    compared("two", "folk", "ab", "xa", "ax", "xxxxab"),
    compared("three", "typo", "a", "", "", ""),
]


def test_a_query_is_worse_by_the_first_right_one_or_by_recall():
    one, two, three = SET
    assert not one.worse("first") and not one.worse("recall")
    assert two.worse("first") == {"Pagefind": 1.0}, "the second of ours, the first of Pagefind's"
    assert two.worse("recall") == {"Material": 1.0}, "half of them, and both"
    assert not three.worse("first") and not three.worse("recall"), "nothing for nobody is not worse"


def test_the_table_has_a_line_for_each_kind_and_three_figures_of_each_engine():
    lines = [line.split() for line in table(SET)]
    assert lines[1] == ["kind", "n", *["Kezhu", "Pagefind", "Material"] * 3]
    assert lines[2] == ["folk", "2", "0.750", "0.750", "0.500", "0.750", "0.750", "0.100", "0", "0", "1"]
    assert lines[3] == ["typo", "1", *["0.000"] * 6, "1", "1", "1"]
    assert lines[4] == ["all", "3", "0.500", "0.500", "0.333", "0.500", "0.500", "0.067", "1", "1", "2"]


def test_the_list_says_what_each_found():
    lines = "\n".join(worse(SET, 2, str.upper))
    assert "1 / place): 1 of 3\n  two [query two] 0.50, Pagefind 1.00; 2 right ones\n      Kezhu: X | *A\n" in lines
    assert "by recall@10: 1 of 3\n  two [query two] 0.50, Material 1.00; 2 right ones" in lines
    assert "query one" not in lines and "query three" not in lines
    assert "Kezhu" not in "\n".join(worse(SET, 0, str.upper)), "what each found only when it is asked for"


@pytest.mark.browser
def test_one_run_asks_all_three(tmp_path, capsys):
    """The whole of it on a small portal: it is built, ours and the peers are asked, the table stands."""
    rows = [("q1", "油茶培训", "folk", "title:油茶", "示例"), ("q2", "kubernetes", "english", "title:油茶", "示例")]
    with (tmp_path / "few.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    main(["--root", str(SITES / "small"), "--queries", str(tmp_path / "few.csv")])
    said = capsys.readouterr().out
    assert PAGEFIND.version() in said and MATERIAL.version() in said
    assert "\nfew\n" in said
    folk, english = (
        next(line.split() for line in said.splitlines() if line.startswith(kind)) for kind in ("folk", "english")
    )
    assert folk[2] == folk[5] == "1.000" and folk[-3:] == ["0"] * 3, "油茶培训 is a title, which everybody finds"
    assert english[2:8] == ["0.000"] * 6 and english[-3:] == ["1"] * 3

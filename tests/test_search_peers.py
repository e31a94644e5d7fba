"""The other search engines of the bench, over a few invented pages: that they are asked in the right way."""

from pathlib import Path

import pytest

from generator.checkup import check_catalogue
from tests.bench import search_peers
from tests.bench.search_peers import MISSING, Page, built, catalogue_pages, html, markdown, material, pagefind_extended

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (development dependencies)"),
]

PAGES = [
    Page("示例/1", "示例茶园", "山坡上种茶叶。\n\n  春天采茶。"),
    Page("示例/2", "示例果园", "苹果和梨，树下也种一点茶叶。"),
    Page("示例/3", "示例稻田", "水稻田里养鱼。"),
    Page("示例/4", "示例鱼塘", "草鱼和鲤鱼。"),
    Page("示例/5", "示例菜地", "番茄和黄瓜。"),
    Page("示例/6", "示例牧场", "奶牛和绵羊。"),
    Page("示例/7", "示例林场", "油茶和杉木。"),
    Page("示例/8", "示例蜂场", "蜜蜂采油菜花蜜。"),
    Page("示例/9", "<b>*示例*</b> & [药圃](x)", "# 人参\n- 黄芪\n| 甲 | 乙 |\n|---|---|\n&amp; 三七"),
    Page("示例/10", "示例茶叶合作社", "收购和加工。"),
    Page("示例/11", "示例花圃", "月季和菊花。"),
]
QUERIES = ["茶叶", "蜜蜂", "kubernetes", "示例", "药圃", "黄芪", "三七"]


@pytest.fixture(scope="module", params=[pagefind_extended, material])
def found(request, tmp_path_factory):
    """For each query the keys that one engine gave."""
    return dict(zip(QUERIES, request.param(PAGES, QUERIES, tmp_path_factory.mktemp("cache")), strict=True))


def test_each_query_gets_its_own_keys_the_best_first(found):
    assert found["茶叶"][0] == "示例/10", "a word in the title says more than one in the text"
    assert set(found["茶叶"]) >= {"示例/1", "示例/2"}
    assert found["蜜蜂"] == ["示例/8"]
    assert found["kubernetes"] == []


def test_no_more_than_ten_are_given(found):
    assert len(set(found["示例"])) == len(found["示例"]) == 10 < len(PAGES)


@pytest.mark.parametrize("query", ["药圃", "黄芪", "三七"])
def test_signs_in_a_page_are_no_markup(found, query):
    assert "示例/9" in found[query]  # Pagefind gives 黄瓜 for 黄芪 too: it falls back to the beginning of a word


@pytest.mark.parametrize("engine", [search_peers.PAGEFIND, search_peers.MATERIAL])
def test_an_index_is_built_once_for_the_same_pages(engine, tmp_path):
    first = built(engine, PAGES, tmp_path)
    again = first.stat().st_mtime_ns
    assert built(engine, PAGES, tmp_path) == first
    assert first.stat().st_mtime_ns == again
    assert built(engine, PAGES[:9], tmp_path) != first


def test_both_get_the_same_words():
    page = Page("示例/1", "甲 < 乙", "一\n\n  二  \n")
    assert html("甲 < 乙", "<p>一</p>").startswith('<!doctype html>\n<html lang="zh-CN">')
    assert markdown(page) == "# 甲 &#60; 乙\n\n一\n\n二\n"


def test_a_record_is_read_as_a_visitor_reads_it():
    catalogue = check_catalogue(Path(__file__).parent / "sites" / "small").catalogue
    pages = {page.key: page for page in catalogue_pages(catalogue)}
    assert pages.keys() == catalogue.records.keys()
    training = pages["service/youcha-peixun"]
    assert training.title == "示例：油茶培训"
    assert {"示例省 示例市 甲县", "油料 油茶", "示例学会"} <= set(training.lines()), "names in place of ids"
    assert not {"990121", "youcha", "shili-xuehui", training.title} & set(training.lines())

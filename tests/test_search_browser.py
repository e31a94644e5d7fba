"""The search page in a real browser, over a small site of its own, under the policy that the portal is meant for."""

import json
import random
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from browser import serve
from test_search import ROWS, VECTORS, VOCABULARIES, small_catalogue

from generator import suggest
from generator.documents import documents, known
from generator.lexicon import make_lexicon
from generator.namefiles import files
from generator.script import search_scripts
from generator.search import index
from generator.tokens import tokens
from generator.words import Words

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parent.parent / "site_overrides" / "assets"
MANY = [(f"site/m{n:02}", f"草药示范点{n}", "种草药。", "park", "430224", "", str(2000 + n)) for n in range(35)]


def shell():
    words = Words("zh")
    said = {key.removeprefix("search."): words(key) for key in words.keys("search.")}
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>搜索</title></head><body>
<form role="search" action="search.html"><input id="q" name="q" type="search"><button>搜索</button></form>
<p id="say" aria-live="polite"></p><div id="facets"></div><ol class="cards" id="results" data-state="idle"
data-submit="guide/submit.html"></ol>
<script type="application/json" id="search-words">{json.dumps(said, ensure_ascii=False)}</script>
<script src="search-ahead.js" async></script><script src="search.js" type="module"></script></body></html>"""


def write_scripts(folder):
    for page in search_scripts([ASSETS]):
        (folder / page.path).write_bytes(page.content)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("site")
    catalogue = small_catalogue(ROWS + MANY)
    folder = root / "portal"  # below the top, as on a host that is shared
    names = make_lexicon(VOCABULARIES.values(), {"organisation/o1": [catalogue.records["organisation/o1"].title]})
    found = list(documents(catalogue, "zh"))
    suggested = suggest.files(suggest.entries(catalogue, "zh", names, known(found, names)), names)
    codes = {code for document in found for _, block in document.blocks for code in block}
    for page in [*index(found, language="zh"), *files(names, known(found, names), codes), *suggested]:
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
    (folder / "search.html").write_text(shell(), "utf-8")
    write_scripts(folder)
    with serve(root) as address:
        yield f"{address}/portal/search.html"


@pytest.fixture
def page(browser):
    """A page that fails the test when the browser complains: about the policy, about a script, about a lost file."""
    opened = browser.new_page()
    complaints = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    opened.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield opened
    opened.close()
    assert not complaints


def search(page, site, query, **chosen):
    more = "".join(f"&{name}={value}" for name, value in chosen.items())
    page.goto(f"{site}?q={quote(query)}{more}")
    return results(page)


def results(page):
    page.wait_for_selector("#results[data-state=done]", state="attached")
    return page.eval_on_selector_all("#results > li", "all => all.map(each => each.dataset.record)")


def total(page):
    return int(page.get_attribute("#results", "data-total"))


# ── Both sides make the same tokens ──────────────────────────────────────────────────────────────────────────────────


def invented(count):
    chance = random.Random(20220713)
    pieces = [
        *"油茶茶陵县黄龙病怎么治科技小院，。 -./",
        *"abzxyABZ0129",
        *"〇々コメ㐀䶿鿿𠮷豈㎡²ﬁＧＢ／４é🍓İßΣς",
        "GB/T 4754",
        "24-表芸苔素",
    ]
    return ["".join(chance.choices(pieces, k=chance.randrange(1, 14))) for _ in range(count)]


def test_both_sides_make_the_same_tokens(page, site):
    page.goto(site)
    texts = [vector["text"] for vector in VECTORS] + invented(400)
    assert page.evaluate("texts => texts.map(window.kezhuSearch.tokens)", texts) == [tokens(text) for text in texts]


# ── What is found ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("油茶", "industry/youcha"),
        ("油茶科技小院", "site/s1"),
        ("黄龙病", "service/v1"),
        ("柑橘黄龙病怎么治", "service/v1"),
        ("茶陵县", "region/430224"),
        ("湖南 茶陵县", "region/430224"),
        ("茶陵县油茶", "service/v2"),
        ("无录县", "region/430400"),
        ("橘子", "industry/ganju"),
        ("山茶油", "industry/youcha"),
        ("ＧＢ／Ｔ４７５４", "service/v3"),
        ("gbt4754", "service/v3"),
        ("湖南农业大学", "organisation/o1"),
        ("和平", "region/430300"),
    ],
)
def test_the_right_one_comes_first(page, site, query, first):
    assert search(page, site, query)[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("油油茶", "industry/youcha"),  # typed twice
        ("湖南业农大学", "organisation/o1"),  # changed over
        ("湖南农业大雪", "organisation/o1"),  # sounds nearly the same
        ("湖南农大学", "organisation/o1"),  # one left out
        ("湖南农林业大学", "organisation/o1"),  # one too many
        ("youhca", "industry/youcha"),  # two letters changed over
        ("橘柑", "industry/ganju"),  # two characters changed over
        ("赶局", "industry/ganju"),  # neither is right, but sounds so
        ("油看茶", "industry/youcha"),  # one too many in a word of two
        ("王龙病", "service/v1"),  # a sound that some do not tell apart
        ("油搽怎么种", "industry/youcha"),  # looks alike
        ("江酉", "region/360000"),  # looks alike, of a place
        ("江西 油荼", "site/s1"),  # beside what is certain
        ("chalignxian", "region/430224"),  # letters of a place
        ("cahlingxian", "region/430224"),  # and its first ones
        ("hunannomgyedaxue", "organisation/o1"),  # the key beside it, in the name of a body
    ],
)
def test_a_slip_is_seen_through(page, site, query, first):
    assert search(page, site, query)[0] == first


def test_what_is_passed_over_elsewhere_may_be_the_wrong_character(page, site):
    assert search(page, site, "请问水过怎么种") == search(page, site, "请问水果怎么种")
    assert "“水过”按“水果”找的。" in (search(page, site, "水过"), page.locator("#hints").inner_text())[1]


@pytest.mark.parametrize(
    "query", ["鼋鼍", "湖南 菊花", "油茶 花语", "油茶娃子", "虫怎么治", "茶陵县油茶", "yangtze", "江西"]
)
def test_what_is_like_no_name_stays_as_it_was_said(page, site, query):
    search(page, site, query)
    assert "找的。" not in page.locator("#hints").inner_text()


CUT = """([query, names]) => window.kezhuSearch.atoms(query,
    { f: names, w: {}, n: {}, s: { "p/soft": 1 }, l: {}, c: {}, t: {}, p: {}, k: {}, h: {}, e: {} },
    new Set(["怎么", "有没有", "的"]), new Set(["和"])).map(each => each.text + (each.soft ? "~" : ""))"""


@pytest.mark.parametrize(
    ("query", "names", "atoms"),
    [
        ("玉米倒伏", "玉米 玉米倒 倒伏", ["玉米", "倒伏"]),
        ("油茶和水稻", "油茶 水稻", ["油茶", "水稻"]),
        ("和平", "油茶", ["和平"]),
        ("养的鸡", "鸡", ["养~", "鸡"]),
        ("密蜂", "蜂", ["密蜂"]),
        ("二十头牛", "牛", ["牛"]),
        ("几十只鸡下", "鸡", ["鸡", "下~"]),  # what is counted is a name
        ("万年油茶", "万年 油茶", ["万年", "油茶"]),
        ("种油茶", "油茶", ["种~", "油茶"]),
        ("种花生", "花生 种花", ["种~", "花生"]),  # a verb stands before a name rather than begins one
        ("有没有油茶", "油茶", ["油茶"]),
        ("fish farming", "fish/fish farming", ["fish farming"]),
    ],
)
def test_a_run_is_cut_into_few_names_and_little_that_is_none(page, site, query, names, atoms):
    page.goto(site)
    forms = {name: ["p/hard"] for name in (names.split("/") if "/" in names else names.split())}
    assert page.evaluate(CUT, [query, forms]) == atoms


def test_the_year_is_read_from_2022年(page, site):
    assert search(page, site, "2022年油茶")[0] == "service/v2"


def test_backyards_are_found_by_their_kind(page, site):
    assert set(search(page, site, "科技小院")) == {"site/s1", "site/s3"}


def test_an_ambiguous_name_finds_what_any_of_its_meanings_has(page, site):
    assert "service/v3" in search(page, site, "地瓜")


def test_a_province_finds_what_is_in_it_and_does_not_list_its_counties(page, site):
    found = search(page, site, "江西")
    assert found[0] == "region/360000"
    assert {"site/s1", "service/v1"} <= set(found)
    assert "region/360902" not in found


def test_an_unknown_word_beside_known_ones_is_said_and_passed_over(page, site):
    assert "industry/youcha" in search(page, site, "油茶 鼋鼍")
    assert "鼋鼍" in page.text_content("#say")


def test_a_misspelt_word_finds_what_half_fits_and_says_so(page, site):
    assert "service/v1" in search(page, site, "黄尨病防控")
    assert Words("zh")("search.some") in page.text_content("#say")


def test_what_is_nowhere_never_ends_dead(page, site):
    assert search(page, site, "鼋鼍") == []
    assert total(page) == 0
    assert "鼋鼍" in page.text_content("#say")
    links = page.eval_on_selector_all(".none a", "all => all.map(each => each.getAttribute('href'))")
    assert {"region/430000.html", "industry/guopin.html", f"guide/submit.html?q={quote('鼋鼍')}"} <= set(links)


OLD = "delete Intl.Segmenter;"
OLDER = OLD + "delete window.DecompressionStream; delete window.CompressionStream;"  # Pagefind's own program is fetched


def test_of_a_long_sentence_only_the_files_with_which_names_begin_are_asked_for(page, site):
    with page.expect_response("**/search/begun.json"):
        search(page, site, "柑橘")
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/search/forms/" in request.url else None)
    page.fill("#q", "隔壁阿三讲茶陵县那头油茶栽得密密麻麻甚为壮观")
    page.press("#q", "Enter")
    assert results(page)[0] == "service/v2"
    assert 1 <= len(asked) <= 6
    told = page.text_content("#say")
    assert "没有逐字去找" in told
    assert "密密麻麻" in told


@pytest.mark.parametrize("lacks", [OLD, OLDER])
def test_old_phones_lose_nothing(browser, site, lacks):
    queries = ["油茶科技小院", "柑橘黄龙病怎么治", "山茶油", "茶", "gbt4754", "黄尨病防控", "地瓜", "鼋鼍", "江西"]
    context = browser.new_context()
    context.add_init_script(lacks)
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    old, new = context.new_page(), browser.new_page()
    asked = []
    old.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    for query in queries:
        assert search(old, site, query) == search(new, site, query), query
        assert total(old) == total(new)
    assert old.evaluate("'Segmenter' in Intl") is False
    assert ("pagefind.js" in asked) == (lacks == OLDER)
    new.close()
    context.close()


# ── How it is shown ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_shows_seal_place_title_and_lines_with_the_words_marked(page, site):
    search(page, site, "豆子")
    card = page.locator("#results > li").first
    assert card.locator(".seal").text_content() == "服"
    assert card.locator(".at").text_content() == "湖南 茶陵县"
    assert card.locator("h3 a").get_attribute("href") == "service/v2.html"
    assert card.locator("mark").all_text_contents() == ["豆子"]
    assert card.get_attribute("class") == "card k-s"


def test_what_strangers_wrote_stays_text(page, site):
    search(page, site, "草莓")
    assert page.locator("#results > li h3").first.text_content() == '<img src=x onerror="document.title=1">草莓'
    assert page.locator("#results img, #results li b:not(.seal)").count() == 0
    search(page, site, "<img src=x onerror=document.title=1>")
    assert page.title() == "搜索"


def test_ten_first_then_twenty_more(page, site):
    assert len(search(page, site, "草药")) == 10
    assert total(page) == 35
    page.click("text=再看 20 条")
    page.wait_for_selector("#results > li:nth-child(30)")
    page.click("text=再看 5 条")
    page.wait_for_selector("#results > li:nth-child(35)")
    found = results(page)
    assert len(set(found)) == 35
    assert found[0] == "site/m34"  # equal otherwise, so the newest first
    assert page.locator("button:has-text('再看')").count() == 0


def test_a_facet_narrows_counts_and_stays_in_the_address(page, site):
    everything = set(search(page, site, "油茶"))
    page.click("[data-facet=type] summary")
    chip = page.locator("[data-facet=type] [data-value=service]")
    assert chip.locator(".n").text_content() == "1"
    chip.click()
    page.wait_for_url("**type=service")
    assert results(page) == ["service/v2"]
    assert total(page) == 1
    page.reload()
    assert results(page) == ["service/v2"]
    page.locator(".chosen a").click()
    page.wait_for_url(lambda address: "type=" not in address)
    assert set(results(page)) == everything


def test_conditions_that_nothing_meets_say_so(page, site):
    assert search(page, site, "油茶", year="2023") == []
    assert page.text_content("#say") == Words("zh")("search.narrowed.none")


# ── How it is asked ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_fetched_before_there_is_a_query(page, site):
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path.rpartition("/")[2]))
    page.goto(site)
    page.wait_for_selector("#q[role=combobox]")
    assert sorted(asked) == ["search-ahead.js", "search-later.js", "search.html", "search.js"]


def test_what_a_query_needs_is_asked_for_while_the_script_comes_and_only_once(page, site):
    asked, held = [], []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.route("**/search.js", lambda route: held.append(route))
    with page.expect_request("**/search/forms/*.json"):
        page.goto(f"{site}?q={quote('油茶')}", wait_until="commit")
    assert "/portal/pagefind/pagefind-entry.json" in asked
    held[0].continue_()
    assert results(page)
    page.wait_for_selector("#facets > *", state="attached")
    assert len(asked) == len(set(asked))


def test_without_what_runs_ahead_the_search_is_the_same(page, site):
    found = search(page, site, "油茶 攸县")
    page.route("**/search-ahead.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    assert search(page, site, "油茶 攸县") == found


def test_without_what_comes_later_the_cards_stand(browser, page, site):
    found = search(page, site, "油茶 攸县")
    poor = browser.new_page()
    poor.route("**/search-later.js*", lambda route: route.abort())
    assert search(poor, site, "油茶 攸县") == found
    poor.close()


def test_an_empty_query_is_asked_for_words(page, site):
    page.goto(site)
    page.fill("#q", "  ")
    page.click("form button")
    page.wait_for_function("document.getElementById('say').textContent")
    assert page.text_content("#say") == Words("zh")("search.ask")


def test_a_new_query_needs_no_reload_and_going_back_works(page, site):
    search(page, site, "油茶")
    page.evaluate("window.stayed = true")
    page.fill("#q", "黄龙病")
    page.click("form button")
    page.wait_for_selector("#results > li[data-record='service/v1']")
    assert results(page)[0] == "service/v1"
    page.go_back()
    page.wait_for_selector("#results > li[data-record='industry/youcha']")
    assert page.input_value("#q") == "油茶"
    assert page.evaluate("window.stayed")

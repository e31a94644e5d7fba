"""Suggestions in a real browser: keys, what a screen reader is told, and bytes."""

import json
from urllib.parse import unquote

import pytest
import test_search_browser
from axe_playwright_python.sync_playwright import Axe
from browser import serve
from test_search_browser import results, shell

from generator.words import Words

pytestmark = pytest.mark.browser

WORDS = Words("zh")
FIRST = 40 * 1024
page, site = test_search_browser.page, test_search_browser.site  # the same fixtures


def labels(page):
    return page.eval_on_selector_all(
        "#suggest [role=option] .two > span:first-child", "all => all.map(e => e.textContent)"
    )


def type_in(page, text):
    page.focus("#q")
    page.keyboard.insert_text(text)
    page.wait_for_selector("#suggest:not([hidden])")


def active(page):
    """The label of the option that the field points to, which must be the selected one and the only one."""
    chosen = page.eval_on_selector_all("#suggest [aria-selected=true]", "all => all.map(each => each.id)")
    pointed = page.get_attribute("#q", "aria-activedescendant")
    assert chosen == ([pointed] if pointed else [])
    return labels(page)[int(pointed.rpartition("-")[2])] if pointed else None


def closed(page):
    return page.locator("#suggest").is_hidden() and page.get_attribute("#q", "aria-expanded") == "false"


@pytest.fixture
def field(page, site):
    page.goto(site)
    page.wait_for_selector("#q[role=combobox]")
    return page


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_script_it_is_a_plain_field():
    assert "combobox" not in shell()


def test_the_field_is_a_combobox_with_a_listbox(field):
    told = {name: field.get_attribute("#q", name) for name in ("aria-autocomplete", "aria-expanded", "aria-controls")}
    assert told == {"aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggest"}
    assert field.get_attribute("#suggest", "role") == "listbox"
    assert field.get_attribute("#suggest", "aria-label") == WORDS("search.suggest.label")
    assert closed(field)


def test_typing_opens_the_list_and_says_how_many(field):
    type_in(field, "油")
    assert field.get_attribute("#q", "aria-expanded") == "true"
    shown = labels(field)
    assert shown[:2] == ["油料", "油茶"]
    assert field.text_content("form [role=status]") == WORDS("search.suggest.n", n=len(shown))
    assert active(field) is None
    option = field.locator("#suggest [role=option]").nth(1)
    assert option.locator("b").text_content() == "油"
    assert "油料 · 2 条" in option.inner_text()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("山茶", "油茶 又叫山茶油"),
        ("youc", "油茶"),
        ("yc", "油茶"),
        ("茶葉", "茶叶"),
        ("葉", None),
        ("無", "无录县"),
        ("紅薯", "红薯育苗"),
        ("油茶科", "江西袁州油茶科技小院"),
        ("ＹＣ", "油茶"),
        ("湖南农业", "湖南农业大学"),
    ],
)
def test_many_ways_of_writing_find_it(field, typed, label):
    if label is None:
        with field.expect_response("**/search/suggest/*"):
            field.focus("#q")
            field.keyboard.insert_text(typed)
        assert closed(field)
        return
    type_in(field, typed)
    assert label in labels(field)


def test_what_begins_nothing_closes_the_list(field):
    type_in(field, "油")
    field.keyboard.insert_text("鼋")
    field.wait_for_selector("#suggest", state="hidden")
    assert closed(field)


def test_what_strangers_wrote_stays_text(field):
    type_in(field, "img")
    assert '<img src=x onerror="document.title=1">草莓' in labels(field)
    assert field.title() == "搜索"


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_arrows_go_round_and_home_and_end_jump(field):
    type_in(field, "油")
    shown = labels(field)
    for key, label in [
        ("ArrowDown", shown[0]),
        ("ArrowDown", shown[1]),
        ("End", shown[-1]),
        ("ArrowDown", shown[0]),
        ("ArrowUp", shown[-1]),
        ("Home", shown[0]),
    ]:
        field.keyboard.press(key)
        assert active(field) == label
    field.keyboard.press("ArrowLeft")
    assert active(field) is None
    assert field.evaluate("document.activeElement.id") == "q"


def test_escape_closes_and_then_clears(field):
    type_in(field, "油")
    field.keyboard.press("ArrowDown")
    field.keyboard.press("Escape")
    assert closed(field)
    assert field.input_value("#q") == "油"
    field.keyboard.press("Escape")
    assert field.input_value("#q") == ""


def test_arrows_open_a_closed_list(field):
    type_in(field, "油")
    shown = labels(field)
    field.keyboard.press("Escape")
    field.keyboard.press("ArrowUp")
    field.wait_for_selector("#suggest:not([hidden])")
    assert active(field) == shown[-1]


def test_enter_on_a_term_with_a_page_leads_to_it(field):
    field.route("**/industry/youcha.html", lambda route: route.fulfill(status=200, body="油茶"))
    type_in(field, "油茶")
    field.keyboard.press("ArrowDown")
    field.keyboard.press("Enter")
    field.wait_for_url("**/industry/youcha.html")


def test_enter_without_a_choice_searches_for_what_was_typed(field):
    type_in(field, "油茶")
    field.keyboard.press("Enter")
    assert results(field)[0] == "industry/youcha"
    assert closed(field)


def test_a_term_without_a_page_is_searched_for(field):
    part = {"e": [["油茶科技小院", 0]], "k": [["类别", "", ""]], "g": {"科": [0, "技小院"]}, "s": {}, "t": {}}
    field.route("**/search/suggest/*", lambda route: route.fulfill(json=part))
    type_in(field, "科技")
    field.locator("#suggest [role=option]").click()
    assert "site/s1" in results(field)
    assert field.input_value("#q") == "油茶科技小院"
    assert unquote(field.url).endswith("?q=油茶科技小院")


def test_tab_and_leaving_close_the_list(field):
    type_in(field, "油")
    field.keyboard.press("Tab")
    assert closed(field)
    assert field.evaluate("document.activeElement.tagName") == "BUTTON"


# ── While typing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_asked_while_an_input_method_composes(field):
    asked = []
    field.on("request", lambda request: asked.append(request.url))
    session = field.context.new_cdp_session(field)
    field.focus("#q")
    for text in ("y", "yo", "you"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        field.wait_for_timeout(200)
    assert not asked and closed(field)
    session.send("Input.insertText", {"text": "油"})
    field.wait_for_selector("#suggest:not([hidden])")
    assert labels(field)[0] == "油料"
    assert len(asked) == 1


def test_keys_in_quick_succession_ask_once(field):
    asked = []
    field.on("request", lambda request: asked.append(request.url))
    field.focus("#q")
    for letter in "yo":
        field.keyboard.press(letter)
    field.wait_for_selector("#suggest:not([hidden])")
    assert len(asked) == 1


def test_an_answer_that_comes_too_late_is_dropped(field):
    held = []
    field.route("**/search/suggest/*", lambda route: route.continue_() if held else held.append(route))
    field.focus("#q")
    with field.expect_request("**/search/suggest/*"):
        field.keyboard.insert_text("柑")
    field.fill("#q", "油")
    field.wait_for_selector("#suggest:not([hidden])")
    before = labels(field)
    held[0].continue_()
    field.wait_for_timeout(200)
    assert labels(field) == before and before[0] == "油料"


def test_who_types_before_the_script_is_there_is_helped_when_it_comes(page, site):
    held = []
    page.route("**/search-later.js*", lambda route: held.append(route))
    with page.expect_request("**/search-later.js*"):
        page.goto(site)
    page.wait_for_function("window.kezhuSearch")
    page.focus("#q")
    page.keyboard.insert_text("油茶")
    held[0].continue_()
    page.wait_for_selector("#suggest:not([hidden])")
    assert "油茶" in labels(page)


def test_a_lost_line_shows_nothing_and_the_search_still_goes(page, site):
    page.goto(site)
    page.route("**/search/suggest/*", lambda route: route.fulfill(json={"e": 0}))
    page.focus("#q")
    with page.expect_response("**/search/suggest/*"):
        page.keyboard.insert_text("油茶")
    assert closed(page)
    page.keyboard.press("Enter")
    assert results(page)[0] == "industry/youcha"


# ── The shipped portal ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def portal(shipped):
    with serve(shipped) as address:
        yield f"{address}/search.html"


@pytest.mark.parametrize("key", "油茶科湖y黄葉")
def test_a_first_key_is_cheap(browser, portal, key):
    opened = browser.new_page()
    session = opened.context.new_cdp_session(opened)
    session.send("Network.enable")
    opened.goto(portal)
    opened.wait_for_selector("#q[role=combobox]")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    opened.focus("#q")
    opened.keyboard.insert_text(key)
    opened.wait_for_selector("#suggest:not([hidden])")
    opened.wait_for_timeout(200)
    opened.close()
    assert 0 < sum(sizes) <= FIRST


LOOK = """() => { const all = [...document.querySelectorAll('#suggest [role=option]')];
  return { small: all.filter(e => e.getBoundingClientRect().height < 47.5).length,
    wide: document.documentElement.scrollWidth - innerWidth,
    fine: all.flatMap(e => [...e.children]).filter(e => parseFloat(getComputedStyle(e).fontSize) < 17.9).length,
    below: document.querySelector('#facets').getBoundingClientRect().top } }"""


@pytest.mark.parametrize(
    ("width", "scheme", "elder"), [(320, "light", False), (360, "dark", True), (1280, "dark", False)]
)
def test_the_list_can_be_touched_moves_nothing_and_passes_axe(browser, portal, width, scheme, elder):
    opened = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    opened.goto(portal)
    if elder:
        opened.locator("#elder").check(force=True)
    before = opened.evaluate(LOOK)["below"]
    type_in(opened, "湖")
    opened.keyboard.press("ArrowDown")
    got = opened.evaluate(LOOK)
    assert len(labels(opened)) == 8
    assert (got["small"], got["fine"]) == (0, 0)
    assert got["wide"] <= 0
    if opened.evaluate("scrollY") == 0:
        assert got["below"] == before
    options = {"resultTypes": ["violations"], "rules": {"region": {"enabled": False}}}
    violations = Axe().run(opened, context="form", options=options).response["violations"]
    opened.close()
    assert not [(each["id"], json.dumps(each["nodes"][0]["html"])[:200]) for each in violations]

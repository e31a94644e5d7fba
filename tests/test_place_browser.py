"""My place and the finder in a real browser: three taps, with a script and without; bytes; keyboard; print; slips."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import serve
from test_budgets import MEASURE

from generator.words import Words

pytestmark = pytest.mark.browser

WORDS = Words("zh")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
COUNTY, TEAM = "632822", "都兰县乡村振兴专家智库"
BUDGET = 60 * 1024
FIND = "find/index.html"
HUANGLONGBING = "?place=350525&crop=ganju&problem=ganjuhuanglongbing"


@pytest.fixture(scope="module")
def address(shipped):
    with serve(shipped) as address:
        yield address


@pytest.fixture
def phone(browser):
    """A page on a telephone; whatever its scripts stumble over is told."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.stumbled = []
    page.on("pageerror", lambda error: page.stumbled.append(str(error)))
    yield page
    context.close()
    assert not page.stumbled


def choose(page, place, crop, problem=""):
    """Choose as people do, one after the other; ``place`` and ``crop`` each with what stands above."""
    for name, value in zip(("top", "place", "kind", "crop"), (*place, *crop), strict=True):
        page.wait_for_selector(f'#{name} option[value="{value}"]', state="attached")
        page.select_option(f"#{name}", value)
    if problem:
        page.wait_for_selector(f'#problem option[value="{problem}"]', state="attached")
        page.select_option("#problem", problem)


def items(page, part=0):
    """Title, address and reasons of what one part of the answer shows."""
    found = page.locator("#out section").nth(part).locator("li.pair")
    return [
        (
            found.nth(n).locator("a").inner_text(),
            found.nth(n).locator("a").get_attribute("href"),
            [text.strip() for text in found.nth(n).locator(".why li").all_inner_texts()],
        )
        for n in range(found.count())
    ]


# ── Three taps ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("script", [True, False])
def test_a_farmer_sees_in_three_taps_what_comes_to_the_county_and_why(browser, address, script):
    context = browser.new_context(**PHONE, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    taps = 0
    for link in ("region/630000.html", f"{COUNTY}.html"):
        page.locator(f'main a[href="{link}"]').first.tap()
        page.wait_for_url(f"**/{link.rpartition('/')[2]}")
        taps += 1
    page.locator('.jump a[href="#reach"]').first.tap()
    taps += 1
    assert taps <= 3
    reach = page.locator("#reach")
    assert reach.is_visible()
    assert reach.evaluate("e => Math.abs(e.getBoundingClientRect().top) < innerHeight")
    team = reach.locator("li.pair", has_text=TEAM)
    assert WORDS("match.reach-here", theirs="都兰县") in team.inner_text()
    line = reach.locator("li.pair", has_text="12316")
    assert "含都兰县" in line.inner_text()
    context.close()


def test_without_a_script_the_finder_leads_to_the_same(browser, address):
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.locator(f'main a[href="{FIND}"]').tap()
    page.wait_for_url(f"**/{FIND}")
    assert not page.locator("#finder").is_visible()
    page.locator('#tops a[href="../region/630000.html"]').tap()
    page.locator(f'main a[href="{COUNTY}.html"]').first.tap()
    page.wait_for_url(f"**/{COUNTY}.html")
    assert page.locator("#reach li.pair", has_text=TEAM).is_visible()
    page.goto(f"{address}/{FIND}")
    page.locator("#kinds a").first.tap()
    page.wait_for_url("**/industry/*.html")
    context.close()


# ── The finder ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_place_crop_and_trouble_are_answered_with_reasons(phone, address):
    phone.goto(f"{address}/{FIND}")
    choose(phone, ("350000", "350525"), ("shuiguo", "ganju"), "ganjuhuanglongbing")
    phone.locator("button.acc").tap()
    phone.wait_for_selector("#out section")
    assert phone.url.endswith(f"{FIND}{HUANGLONGBING}&top=350000"), "the address carries what was chosen"
    written, coming = items(phone, 0), items(phone, 1)
    assert [title for title, _, _ in written][:1] == ["福建永春芦柑科技小院"]
    for _, _, why in written:
        assert any(re.match("✓ 写到了“.*黄龙病”", each) for each in why)
    assert any("12316" in title and "✓ 服务范围福建，含永春县" in why for title, _, why in coming)
    assert all(why for _, _, why in written + coming)
    assert phone.locator("#out a[href^='tel:']").get_attribute("href") == "tel:12316"
    assert phone.evaluate("document.activeElement.id") == "out"
    assert "找到" in phone.inner_text("#say")
    phone.locator("#out li.pair a").first.tap()
    phone.wait_for_url("**/site/fujian-yongchun-lugan-kejixiaoyuan.html")


def test_what_a_shared_address_needs_is_asked_for_at_once_and_once(phone, address):
    asked = []
    phone.on("request", lambda request: asked.append(request.url.rpartition("/find/")[2]))
    phone.goto(f"{address}/{FIND}{HUANGLONGBING}&top=350000")
    phone.wait_for_selector("#problem option[value=ganjuhuanglongbing]", state="attached")
    assert phone.locator("#out li.pair").count()
    data = [name for name in asked if name.endswith(".json")]
    assert {"all.json", "p/350000.json", "c/ganju.json"} <= set(data)
    assert len(data) == len(set(data))


def test_an_address_that_was_shared_gives_the_answer_and_fills_the_form(phone, address):
    phone.goto(f"{address}/{FIND}{HUANGLONGBING}")
    phone.wait_for_selector("#problem option[value=ganjuhuanglongbing]", state="attached")
    phone.wait_for_timeout(50)
    values = {name: phone.input_value(f"#{name}") for name in ("top", "place", "kind", "crop", "problem")}
    assert values == {
        "top": "350000",
        "place": "350525",
        "kind": "shuiguo",
        "crop": "ganju",
        "problem": "ganjuhuanglongbing",
    }
    assert len(items(phone)) == 4


def test_every_reason_of_an_answer_is_true_of_the_record(phone, address, shipped):
    """Held against the pages of the records, which say their places and crops themselves."""
    looked = 0
    for query in (f"?place={COUNTY}&crop=gouqi", "?place=450000&crop=ganju", "?place=530828&crop=kafei", "?crop=yang"):
        phone.goto(f"{address}/{FIND}{query}")
        phone.wait_for_selector("#out li.pair")
        for part in range(phone.locator("#out section").count()):
            for title, href, why in items(phone, part):
                html = (shipped / href.removeprefix("../")).read_text("utf-8")
                assert title in html
                for each in why:
                    said = re.fullmatch("✓ (?:同一个产业：|服务范围写明)(.*)", each)
                    if said:
                        looked += 1
                        assert said[1] in html, (href, each)
                    elif each.startswith("✓ 在"):
                        looked += 1
                        assert each.removeprefix("✓ 在") in html, (href, each)
    assert looked > 20


def test_the_nearest_stands_first(phone, address):
    phone.goto(f"{address}/{FIND}?place={COUNTY}&crop=gouqi")
    phone.wait_for_selector("#out section:nth-of-type(2) li.pair")
    title, _, why = items(phone)[0]
    assert title == TEAM and "✓ 同一个产业：枸杞" in why and "✓ 服务范围写明都兰县" in why
    sights = items(phone, 1)
    assert "✓ 同在青海" in sights[0][2]
    assert all("✓ 同在青海" not in why for _, _, why in sights[1:])


@pytest.mark.parametrize(
    ("place", "crop"),
    [(("510000", "511900"), ("shuiguo", "ganju")), (("130000", "130200"), ("chuqin", "niu"))],
)
def test_an_answer_costs_sixty_kilobytes_at_most(browser, address, place, crop):
    """All that goes over the line from opening the page to the answer, with what the server says of each file."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    fetched = []
    session.on("Network.loadingFinished", lambda event: fetched.append(event["encodedDataLength"]))
    page.goto(f"{address}/{FIND}")
    choose(page, place, crop)
    page.locator("button.acc").tap()
    page.wait_for_selector("#out section")
    page.wait_for_load_state("networkidle")
    context.close()
    assert len(fetched) >= 6
    assert sum(fetched) <= BUDGET, sum(fetched)


def test_a_place_alone_and_a_crop_alone_are_answered(phone, address):
    phone.goto(f"{address}/{FIND}?place=630000")
    phone.wait_for_selector("#out li.pair")
    assert "能到青海来的" in phone.inner_text("#out h2")
    phone.goto(f"{address}/{FIND}?crop=chaye")
    phone.wait_for_selector("#out li.pair")
    assert phone.locator("#out section").count() >= 2


def test_nothing_chosen_is_asked_again(phone, address):
    phone.goto(f"{address}/{FIND}")
    phone.locator("button.acc").tap()
    assert phone.inner_text("#say") == WORDS("finder.say.choose")
    assert phone.evaluate("document.activeElement.id") == "top"


@pytest.mark.parametrize(
    "query",
    [
        "?place=<img src=x onerror=alert(1)>&crop=../../search",
        "?place=000000&crop=keineahnung",
        "?place=%2e%2e%2f&problem=__proto__",
        "?crop=ganju&problem=constructor",
    ],
)
def test_an_address_that_makes_no_sense_breaks_nothing(phone, address, query):
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(f"{address}/{FIND}{query}")
    phone.wait_for_selector("#finder:not([hidden])")
    phone.wait_for_load_state("networkidle")
    assert phone.locator("main img").count() == 0
    assert not [url for url in asked if "search" in url.rpartition("?")[0]]
    choose(phone, ("350000", "350525"), ("shuiguo", "ganju"))
    phone.locator("button.acc").tap()
    phone.wait_for_selector("#out li.pair")


def test_without_a_line_it_says_so_and_what_was_fetched_still_answers(phone, address):
    phone.goto(f"{address}/{FIND}")
    phone.wait_for_load_state("networkidle")
    phone.select_option("#top", "630000")
    phone.wait_for_selector(f'#place option[value="{COUNTY}"]', state="attached")
    phone.context.set_offline(True)
    phone.select_option("#top", "510000")
    phone.wait_for_selector(f"#say:text-is('{WORDS('finder.say.failed')}')")
    assert phone.locator("#tops a").first.is_visible()
    phone.select_option("#top", "630000")
    phone.wait_for_selector("#say:text-is('')", state="attached")
    phone.locator("button.acc").tap()
    phone.wait_for_selector("#out li.pair")
    phone.context.set_offline(False)
    phone.select_option("#top", "510000")
    phone.wait_for_selector('#place option[value="511900"]', state="attached")
    phone.locator("button.acc").tap()
    phone.wait_for_selector("#out h2:text('四川')")


def test_a_file_that_comes_late_does_not_undo_a_later_choice(phone, address):
    """Whoever goes on before 青海's counties have come keeps those of 四川."""
    held = []
    phone.route("**/p/630000.json", lambda route: held.append(route))
    phone.goto(f"{address}/{FIND}")
    phone.wait_for_selector("#finder:not([hidden])")
    with phone.expect_request("**/p/630000.json"):
        phone.select_option("#top", "630000")
    phone.select_option("#top", "510000")
    phone.wait_for_selector('#place option[value="511900"]', state="attached")
    with phone.expect_response("**/p/630000.json") as late:
        held[0].continue_()
    late.value.finished()
    phone.unroute("**/p/630000.json")
    phone.evaluate(
        "fetch('p/630000.json').then((reply) => reply.text())"
    )  # whatever waits for the first has had its turn
    assert phone.locator('#place option[value="511900"]').count() == 1
    assert phone.locator(f'#place option[value="{COUNTY}"]').count() == 0


def test_it_works_from_the_keyboard_alone(phone, address):
    phone.goto(f"{address}/{FIND}")
    phone.wait_for_selector("#finder")
    phone.focus("#top")
    for _ in range(40):
        phone.keyboard.press("ArrowDown")
        if phone.input_value("#top") == "630000":
            break
    phone.wait_for_selector(f'#place option[value="{COUNTY}"]', state="attached")
    assert phone.input_value("#top") == "630000"
    order = []
    for _ in range(5):
        phone.keyboard.press("Tab")
        order.append(phone.evaluate("document.activeElement.id || document.activeElement.className"))
    assert order[0] == "place" and "kind" in order and order.index("kind") == 1
    phone.locator("button.acc").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#out li.pair")
    assert phone.evaluate("document.activeElement.id") == "out"


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_answers_can_be_read_and_touched_and_axe_finds_nothing(browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 800}, bypass_csp=True, reduced_motion="reduce")
    page.goto(f"{address}/{FIND}{HUANGLONGBING}")
    page.wait_for_selector("#out li.pair")
    page.wait_for_selector("#problem option[value=ganjuhuanglongbing]", state="attached")
    got = page.evaluate(MEASURE)
    assert got["wide"] <= 0 and not got["small"] and not got["fine"], got
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
    if width == 360:
        page.locator("#elder").check(force=True)
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 30
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert not page.evaluate(MEASURE)["small"]
    page.close()


# ── The notice ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("place", [COUNTY, "350525", "320106", "630000"])
def test_printed_a_place_is_one_sheet_for_the_wall(browser, address, place):
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto(f"{address}/region/{place}.html")
    page.emulate_media(media="print")
    assert page.locator("h1 .po").is_visible()
    assert page.locator("p.po", has_text=f"region/{place}.html").is_visible()
    assert not [
        e
        for e in page.locator("main section").all()
        if e.get_attribute("id") not in {"reach", "contacts"} and e.is_visible()
    ]
    assert page.locator(".jump").is_hidden()
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    page.close()
    assert sheets == 1


def test_the_notice_tells_who_comes_and_whom_to_ring(browser, address):
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto(f"{address}/region/{COUNTY}.html")
    page.emulate_media(media="print")
    text = page.inner_text("main")
    page.close()
    for said in ("都兰县", WORDS("page.here.sheet"), "12316", TEAM, "服务范围写明都兰县"):
        assert said in text

"""What the search page shows, in a real browser: choices, order, what was understood, nothing found."""

import json
from collections import Counter
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import serve
from test_search import INDUSTRY, TYPES, vocabulary
from test_search_browser import ASSETS, shell, write_scripts

from generator.documents import documents, known
from generator.lexicon import make_lexicon
from generator.model import Catalogue, Facet, Portal, Record, Vocabulary
from generator.namefiles import files
from generator.search import index
from generator.styles import load_styles
from generator.words import Words

pytestmark = pytest.mark.browser

WORDS = Words("zh")
REGION = vocabulary(
    "region",
    [
        ("430000", "湖南省", "", "湖南", "", {"short": "湖南"}),
        ("430200", "株洲市", "430000", "", ""),
        ("430223", "攸县", "430200", "", ""),
        ("430224", "茶陵县", "430200", "", ""),
        ("430400", "衡阳市", "430000", "", ""),
        ("430405", "珠晖区", "430400", "", ""),
        ("630000", "青海省", "", "青海", "", {"short": "青海"}),
        ("632521", "共和县", "630000", "", ""),
        ("630100", "西宁市", "630000", "", ""),
        ("430423", "衡山县", "430400", "", ""),
    ],
    title="地方",
    seal="县",
)
KIND = vocabulary("kind", [("yard", "科技小院", "", "", ""), ("park", "产业园", "", "", "")], title="类别", pages=False)


def spoken(name, rows, links):
    made = vocabulary(name, rows, title=name, pages=False)
    return Vocabulary(name, made.terms, titles=made.titles, search="true", links=links, children_of=made.children_of)


PROBLEM = spoken(
    "problem",
    [
        ("queshui", "缺水", "", "", ""),
        ("huanglong", "柑橘黄龙病", "", "黄龙病", "", {"hosts": "ganju"}),
        ("chabing", "油茶炭疽病", "", "炭疽病", "炭疽病", {"hosts": "youcha"}),
        ("ganbing", "柑橘炭疽病", "", "炭疽病", "炭疽病", {"hosts": "ganju"}),
    ],
    {"hosts": "industry"},
)
SYMPTOM = spoken(
    "symptom",
    [("huang", "叶子发黄", "", "黄叶", "", {"candidates": "queshui;huanglong;chabing"})],
    {"candidates": "problem"},
)
VOCABULARIES = {"region": REGION, "industry": INDUSTRY, "kind": KIND, "problem": PROBLEM, "symptom": SYMPTOM}

ROWS = [
    ("site/a1", "攸县油茶林", "油茶林。", "yard", "430223", "youcha", {"year": "2019"}),
    ("site/a2", "茶陵油茶园", "油茶园。", "park", "430224", "youcha", {"year": "2024"}),
    ("site/a3", "茶陵油茶科技小院", "油茶。", "yard", "430224", "youcha", {"source_date": "2021-05-01"}),
    ("site/a4", "株洲油茶场", "油茶场。", "park", "430200", "youcha", {"verified_on": "2026-01-02", "year": "2011"}),
    ("site/a5", "珠晖油茶", "油茶。", "park", "430405", "youcha", {}),
    ("service/b1", "共和油茶指导", "油茶。", "", "632521", "youcha", {"year": "2022"}),
    ("service/b2", "柑橘培训", "柑橘，讲黄龙病。", "", "430000", "ganju", {"year": "2022"}),
    ("service/b3", "甘薯育苗", "甘薯。", "", "430000", "ganshu", {"year": "2022"}),
    ("service/b4", "豆薯种植", "豆薯。", "", "430000", "liangshu", {"year": "2022"}),
    ("service/b5", "橘园测土", "一家橘园的土。", "", "430223", "ganju", {"year": "2020"}),
]


def catalogue():
    types = {**TYPES, "site": replace(TYPES["site"], facets=(Facet("kind"), Facet("region", 0)))}
    records = {}
    for key, title, summary, kind, region, industry, more in ROWS:
        name, _, identifier = key.partition("/")
        terms = {
            field: (VOCABULARIES[field][term],)
            for field, term in (("kind", kind), ("region", region), ("industry", industry))
            if term
        }
        records[key] = Record(types[name], identifier, {"title": title, "summary": summary, **more}, terms=terms)
    counted = {}
    for record in records.values():
        for term in (each for terms in record.terms.values() for each in terms):
            for above in VOCABULARIES[term.vocabulary].lineage(term.id):
                counted.setdefault((above.vocabulary, above.id), Counter())[record.type.name] += 1
    by_type = {name: tuple(record for record in records.values() if record.type.name == name) for name in types}
    return Catalogue(Portal("试", "zh"), types, VOCABULARIES, records, by_type, below_term=counted)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("site")
    found = catalogue()
    lexicon = make_lexicon(VOCABULARIES.values())
    written = list(documents(found, "zh", lexicon))
    for page in [*index(written, language="zh"), *files(lexicon, known(written, lexicon))]:
        path = root / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
    styles = load_styles((ASSETS / "design.css").read_text("utf-8"))
    css = "".join(styles[part] for part in ("base", "search", "chips", "card", "facets", "note", "empty", "found"))
    contacts = [
        {
            "at": "青海省",
            "title": "青海热线",
            "note": "出处是报道",
            "phone": "12316",
            "tel": "12316",
            "record": "service/b1.html",
        }
    ]
    told = f'<script type="application/json" id="search-contacts">{json.dumps(contacts)}</script>'
    html = (
        shell()
        .replace("</head>", f"<style>{css}</style></head>")
        .replace('<input id="q"', '<input id="q" aria-label="找"')
    )
    (root / "search.html").write_text(
        html.replace('<script src="search-ahead.js"', told + '<script src="search-ahead.js"'), "utf-8"
    )
    write_scripts(root)
    with serve(root) as address:
        yield f"{address}/search.html"


@pytest.fixture
def page(browser):
    """A page that fails the test when the browser complains: about the policy, about a script, about a lost file."""
    opened = browser.new_page(viewport={"width": 360, "height": 740})
    complaints = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    opened.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield opened
    opened.close()
    assert not complaints


def search(page, site, query, **chosen):
    page.goto(f"{site}?q={quote(query)}" + "".join(f"&{name}={value}" for name, value in chosen.items()))
    return results(page)


def results(page):
    page.wait_for_selector("#results[data-state=done]", state="attached")
    return page.eval_on_selector_all("#results > li[data-record]", "all => all.map(each => each.dataset.record)")


def around(page):
    """Wait for what comes after the cards."""
    page.wait_for_selector("#facets > *", state="attached")


def records(page):
    return {key for key in results(page) if key.split("/")[0] in TYPES}


def pick(page, facet, value):
    box = page.locator(f"[data-facet={facet}]")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    box.locator(f"[data-value='{value}']").click()
    results(page)


def chips(page, facet):
    shown = page.locator(f"[data-facet={facet}] .chips a").all_text_contents()
    return {text.rstrip("0123456789"): int("".join(filter(str.isdigit, text))) for text in shown}


def asked(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


# ── Choices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_is_chosen_from_the_province_down_to_the_county(page, site):
    search(page, site, "油茶")
    page.locator("[data-facet=region] summary").click()
    assert chips(page, "region") == {"湖南": 5, "青海": 1}
    pick(page, "region", "430000")
    assert records(page) == {"site/a1", "site/a2", "site/a3", "site/a4", "site/a5"}
    assert chips(page, "region") == {"株洲市": 4, "衡阳市": 1}
    pick(page, "region", "430200")
    assert asked(page)["region"] == "430200"
    assert records(page) == {"site/a1", "site/a2", "site/a3", "site/a4"}
    assert chips(page, "region") == {"攸县": 1, "茶陵县": 2}
    pick(page, "region", "430224")
    assert records(page) == {"site/a2", "site/a3"}
    assert chips(page, "region") == {"攸县": 1, "茶陵县": 2}  # those beside it stay at hand
    assert page.locator(".chosen a").first.text_content() == "湖南 › 株洲市 › 茶陵县×"


def test_a_county_in_the_address_selects_what_lies_there(page, site):
    search(page, site, "油茶", region="430224")
    assert records(page) == {"site/a2", "site/a3"}
    assert page.get_attribute(".chosen a >> nth=0", "aria-label") == WORDS(
        "search.remove", label="湖南 › 株洲市 › 茶陵县"
    )


def test_the_way_back_up(page, site):
    search(page, site, "油茶", region="430224")
    page.locator("[data-facet=region] summary").click()
    page.locator("[data-facet=region] .crumb a", has_text="株洲市").click()
    assert len(records(page)) == 4
    page.locator("[data-facet=region] .crumb a", has_text=WORDS("search.all")).click()
    assert len(records(page)) == 6
    assert "region" not in asked(page)


def test_going_back_undoes_one_choice_after_the_other(page, site):
    search(page, site, "油茶")
    pick(page, "region", "430000")
    pick(page, "region", "430400")
    assert records(page) == {"site/a5"}
    page.go_back()
    page.wait_for_selector(".chosen a:not(:has-text('›'))")
    assert len(records(page)) == 5
    page.go_back()
    page.wait_for_selector(".chosen", state="detached")
    assert len(records(page)) == 6


def test_a_type_opens_its_own_kinds_and_takes_them_along_when_it_goes(page, site):
    search(page, site, "油茶")
    around(page)
    assert page.locator("[data-facet=kind]").count() == 0
    pick(page, "type", "site")
    page.locator("[data-facet=kind] summary").click()
    assert chips(page, "kind") == {"科技小院": 2, "产业园": 3}
    pick(page, "kind", "yard")
    assert records(page) == {"site/a1", "site/a3"}
    assert asked(page) == {"q": "油茶", "type": "site", "kind": "yard"}
    pick(page, "region", "430000")
    pick(page, "region", "430200")
    assert chips(page, "region") == {"攸县": 1, "茶陵县": 1}  # counted under the other choices
    pick(page, "type", "site")
    assert asked(page) == {"q": "油茶", "region": "430200"}


def test_an_industry_is_chosen_step_by_step(page, site):
    search(page, site, "茶陵县")
    search(page, site, "油茶", industry="youliao")
    assert len(records(page)) == 6
    page.locator("[data-facet=industry] summary").click()
    pick(page, "industry", "youcha")
    assert page.locator(".chosen a").first.text_content() == "油料 › 油茶×"


def test_all_choices_go_at_once(page, site):
    search(page, site, "油茶", type="site", kind="yard", region="430223")
    assert records(page) == {"site/a1"}
    page.click(f"text={WORDS('search.remove.all')}")
    page.wait_for_selector(".chosen", state="detached")
    assert asked(page) == {"q": "油茶"}


def test_values_that_are_none_find_nothing_and_can_be_taken_away(page, site):
    assert search(page, site, "油茶", region="nowhere", type="nothing") == []
    assert page.text_content("#say") == WORDS("search.narrowed.none")
    page.locator(".chosen a").first.click()
    page.locator(".chosen a").first.click()
    assert len(records(page)) == 6


def test_the_keyboard_stays_where_it_was(page, site):
    search(page, site, "油茶")
    page.locator("[data-facet=type] summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**type=**")
    results(page)
    page.wait_for_selector("[data-facet=type] a:focus")
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"


# ── Order ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_newest_first_by_check_source_or_year_and_in_the_address(page, site):
    search(page, site, "油茶")
    page.click(f".sort a:has-text('{WORDS('search.sort.new')}')")
    page.wait_for_url("**sort=new")
    ordered = [key for key in results(page) if key.split("/")[0] in TYPES]
    assert ordered == ["site/a4", "site/a2", "service/b1", "site/a3", "site/a1", "site/a5"]
    said = page.locator("[data-record='site/a4'] .q").text_content()
    assert WORDS("search.dated.verified_on", day="2026-01-02") in said
    page.reload()
    assert [key for key in results(page) if key.split("/")[0] in TYPES] == ordered
    page.click(f".sort a:has-text('{WORDS('search.sort.fit')}')")
    page.wait_for_url(lambda address: "sort" not in address)


# ── What was found and understood ────────────────────────────────────────────────────────────────────────────────────


def test_what_fits_in_part_stands_apart_below_a_heading(page, site):
    search(page, site, "油茶 共和县")
    rows = page.eval_on_selector_all("#results > li", "all => all.map(each => each.dataset.record || each.innerText)")
    assert rows.index("service/b1") < rows.index(WORDS("search.part")) < rows.index("site/a1")
    assert WORDS("search.as.part") in page.text_content("#say")
    search(page, site, "油茶 共和县", sort="new")
    rows = page.eval_on_selector_all("#results > li", "all => all.map(each => each.dataset.record || each.innerText)")
    assert rows.index("service/b1") < rows.index(WORDS("search.part"))


def test_all_that_fits_is_said_without_more_words(page, site):
    search(page, site, "共和县 油茶 指导", type="service")
    search(page, site, "油茶科技小院")
    assert "{" not in page.text_content("#say")


def test_another_name_marks_the_name_in_the_title(page, site):
    search(page, site, "橘子")
    marks = page.locator("[data-record='service/b2'] mark").all_text_contents()
    assert "柑橘" in marks


def test_a_name_of_two_things_is_a_choice(page, site):
    search(page, site, "地瓜 种植")
    choice = page.locator(".picks li", has_text="豆薯")
    assert choice.locator("a.go").get_attribute("href") == "industry/liangshu.html"
    choice.locator("a").first.click()
    page.wait_for_url(lambda address: "地瓜" not in address and parse_qs(urlsplit(address).query)["q"] == ["豆薯 种植"])
    assert "service/b4" in results(page)


def test_a_name_of_two_problems_without_pages_is_a_choice_of_searches(page, site):
    search(page, site, "炭疽病")
    assert page.locator(".picks a").all_text_contents() == ["油茶炭疽病", "柑橘炭疽病"]


def test_a_sign_may_come_from_several_things_and_a_crop_narrows_them(page, site):
    search(page, site, "柑橘叶子发黄")
    assert page.locator(".picks a").all_text_contents() == ["柑橘黄龙病", "缺水"]
    assert WORDS("search.sign", word="叶子发黄") in page.text_content("#hints")
    search(page, site, "叶子发黄")
    assert WORDS("search.sign.more") in page.text_content("#hints")


def test_who_has_named_a_crop_is_not_asked_for_it(page, site):
    search(page, site, "红薯叶子发黄")  # nothing is known to do this to it in particular
    assert WORDS("search.sign.more") not in page.text_content("#hints")
    assert WORDS("search.sign.then") in page.text_content("#hints")
    search(page, site, "衡山县 叶子发黄")
    assert WORDS("search.sign.more") in page.text_content("#hints")


def test_a_slip_and_pinyin_are_said(page, site):
    search(page, site, "炭疸病")
    assert WORDS("search.read", said="炭疸病", names="炭疽病") in page.text_content("#hints")
    search(page, site, "huanglongbing")
    assert WORDS("search.read.sound", said="huanglongbing", names="黄龙病") in page.text_content("#hints")
    assert "service/b2" in results(page)


# ── Nothing found ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_found_offers_near_names_and_a_need_with_the_words_in_it(page, site):
    assert search(page, site, "叶片变黄") == []
    near = page.locator(".empty a").all_text_contents()
    assert near == ["叶子发黄"]
    need = page.locator(f".none a:has-text('{WORDS('search.none.need.link')}')").get_attribute("href")
    assert parse_qs(urlsplit(need).query)["q"] == ["叶片变黄"]
    assert urlsplit(need).path == "guide/submit.html"


@pytest.mark.parametrize(("place", "lines"), [("西宁市", 1), ("衡山县", 0)])
def test_a_line_to_ring_stands_only_where_a_record_tells_of_it(page, site, place, lines):
    search(page, site, place)
    around(page)
    assert page.locator(".tel").count() == lines
    assert page.locator(".tel a[href='tel:12316']").count() == lines
    first = page.locator("#results > li h3 a").first  # its page, never nothing
    assert first.text_content() == place


# ── For everybody ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["油茶 共和县", "地瓜", "叶子发黄", "叶片变黄"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_targets_are_large(browser, site, query, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    if search(page, site, query):
        around(page)
    for summary in page.locator("#facets summary").all():
        summary.click()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    small = page.eval_on_selector_all(
        "#hints a, #facets a, #facets summary, #results a, .more button, .none a",
        """all => all.filter(each => {
            const box = each.getBoundingClientRect();
            return each.getClientRects().length && (box.height < 47.5 || box.width < 47.5);
        }).map(each => each.innerText)""",
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    assert not [(each["id"], each["nodes"][0]["html"]) for each in found]
    assert not small
    assert wide <= 0

"""Budgets of every public page of the shipped portal: bytes, nodes, links, clicks, and what a browser sees.

The limits are those that a slow phone on a slow line was measured with; they are not to be raised.
"""

import gzip
import re
from collections import deque
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, serve

from generator.load import load_types

ROOT = Path(__file__).parent.parent
KB = 1024
RECORD, LIST, POLICY, SCRIPT = 6 * KB, 8 * KB, 14 * KB, 2 * KB
NODES, CARDS, CLICKS = 600, 30, 3
SCRIPTED = {"search.html": 2, "find/index.html": 1}
"""Pages that may have scripts, and how many files. The search page's first one asks for what a query needs while the
other comes: ten cards a second sooner on the slow phone."""
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "use", "source", "wbr"}


class Outline(HTMLParser):
    """What a test wants to know of a page: elements, links, scripts, ids, and whether tags are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes = 0
        self.cards = 0
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.script = 0
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = dict(attrs)
        self.nodes += 1
        self.cards += tag == "li" and "card" in (got.get("class") or "").split()
        if tag == "a" and got.get("href"):
            self.links.append(got["href"] or "")
        if got.get("src"):
            self.loads.append(got["src"] or "")
        if tag == "link" and (got.get("rel") or "") in {"stylesheet", "preload", "icon", "manifest"}:
            self.loads.append(got.get("href") or "")
        if got.get("id"):
            self.ids.append(got["id"] or "")
        self.in_script = tag == "script" and got.get("type") != "application/json"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, *_: object) -> None:
        self.nodes += 1

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.script += len(data.encode())


@pytest.fixture(scope="module")
def pages(shipped):
    """Every lean page of the shipped portal: path -> (bytes when gzipped, outline)."""
    found = {}
    for path in sorted(shipped.rglob("*.html")):
        name = path.relative_to(shipped).as_posix()
        if name.startswith("guide/"):
            continue  # the guides are Material's, with gates of their own
        content = path.read_bytes()
        outline = Outline()
        outline.feed(content.decode())
        found[name] = (len(gzip.compress(content, 9)), outline)
    return found


@pytest.fixture(scope="module")
def types():
    return load_types(ROOT / "catalogue" / "schemas", ROOT)


def limit(name: str, types) -> int:
    folder, _, file = name.rpartition("/")
    if folder == "policy":
        return POLICY
    return RECORD if folder in types and not re.fullmatch(r"index|\d+", file[:-5]) else LIST


def test_every_page_is_light(pages, types):
    assert len(pages) > 8000
    heavy = {name: size for name, (size, _) in pages.items() if size > limit(name, types)}
    assert not heavy


def test_no_page_has_too_many_nodes_or_cards(pages):
    assert not {name: o.nodes for name, (_, o) in pages.items() if o.nodes > NODES}
    assert not {name: o.cards for name, (_, o) in pages.items() if o.cards > CARDS}


def test_pages_need_one_request_and_no_other_host(pages):
    for name, (_, outline) in pages.items():
        loads = [load for load in outline.loads if not load.startswith("data:")]
        assert not [load for load in loads if urlsplit(load).netloc], name
        assert len(loads) <= 1 + SCRIPTED.get(name, 0), (name, loads)  # the icon
        assert outline.script <= SCRIPT, name


def test_ids_are_unique_and_tags_are_closed(pages):
    for name, (_, outline) in pages.items():
        assert len(outline.ids) == len(set(outline.ids)), name
        assert not outline.crossed and not outline.open, (name, outline.crossed[:3], outline.open[:3])


def targets(name: str, outline: Outline) -> set[str]:
    """Pages of the site that a page links to."""
    found = set()
    for link in outline.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        steps = name.split("/")[:-1]
        for step in unquote(parts.path).split("/"):
            if step == "..":
                steps.pop()
            elif step != ".":
                steps.append(step)
        found.add("/".join(steps))
    return found


def test_every_link_leads_somewhere_and_works_from_a_disk(pages, shipped):
    files = {p.relative_to(shipped).as_posix() for p in shipped.rglob("*") if p.is_file()}
    broken = {}
    for name, (_, outline) in pages.items():
        if name == "404.html":
            continue  # shown at any depth, so its links start from the top of the host
        if missing := targets(name, outline) - files:
            broken[name] = sorted(missing)[:3]
    assert not broken


def test_every_record_is_three_clicks_from_home_without_script(pages, types):
    clicks = {"index.html": 0}
    queue = deque(["index.html"])
    while queue:
        name = queue.popleft()
        if clicks[name] == CLICKS or name not in pages:
            continue
        for target in targets(name, pages[name][1]):
            if target not in clicks:
                clicks[target] = clicks[name] + 1
                queue.append(target)
    records = [n for n in pages if n.split("/")[0] in types and limit(n, types) != LIST and n.count("/") == 1]
    assert len(records) > 5000
    assert not [name for name in records if name not in clicks]


# ── What a browser sees ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def address(shipped):
    with serve(shipped) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def samples(pages, types):
    """One page of each kind, the heaviest of it."""
    groups: dict[str, list[str]] = {}
    for name in pages:
        folder, _, file = name.rpartition("/")
        kind = "record" if folder in types and limit(name, types) != LIST else "list"
        kind = {"policy": "record" if not file.startswith("index") else "list"}.get(folder, kind)
        level = f"{len(file)}{file[2:6] == '0000'}{file[4:6] == '00'}" if folder == "region" else ""
        groups.setdefault(f"{folder if folder else file} {kind} {level}", []).append(name)
    chosen = [max(names, key=lambda n: pages[n][0]) for names in groups.values()]
    return [*sorted(chosen), "search.html?q=%E6%B2%B9%E8%8C%B6"]


MEASURE = """() => {
  const seen = e => { const s = getComputedStyle(e), r = e.getBoundingClientRect();
    return s.visibility !== 'hidden' && s.display !== 'none' && r.width > 1 && r.height > 1 };
  const targets = [...document.querySelectorAll('a[href],button,summary,select,input:not([type=hidden])')].filter(seen)
    .filter(e => !e.closest('.tool') || e.classList.contains('tool'));
  const small = targets.filter(e => { const r = e.getBoundingClientRect(); return r.height < 47.5 || r.width < 43.5 })
    .map(e => e.outerHTML.slice(0, 90));
  const fine = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) if (n.data.trim() && seen(n.parentElement)
    && parseFloat(getComputedStyle(n.parentElement).fontSize) < 17.9) fine.push(n.data.trim().slice(0, 20));
  return { small, fine, wide: document.documentElement.scrollWidth - innerWidth } }"""


@pytest.mark.browser
def test_a_small_phone_never_scrolls_sideways_and_everything_can_be_read_and_touched(browser, address, samples):
    assert len(samples) > 20
    found = {}
    page = browser.new_page(viewport={"width": 320, "height": 640})
    for name in samples:
        page.goto(f"{address}/{name}")
        got = page.evaluate(MEASURE)
        if got["wide"] > 0 or got["small"] or got["fine"]:
            found[name] = got
    page.close()
    assert not found


@pytest.mark.browser
def test_elder_look_is_large_and_fits(browser, address, samples):
    found = {}
    page = browser.new_page(viewport={"width": 360, "height": 740}, bypass_csp=True)
    for name in samples:
        page.goto(f"{address}/{name}")
        page.locator("#elder").check(force=True)
        size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if size < 30 or wide > 0:
            found[name] = (size, wide)
    page.close()
    assert not found


@pytest.mark.browser
def test_axe_finds_nothing(browser, address, samples):
    found = {}
    axe = Axe()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    for width, scheme in ((360, "light"), (1280, "dark")):
        page = browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
        )
        for name in samples:
            page.goto(f"{address}/{name}")
            if "?q=" in name:
                page.wait_for_selector("#results[data-state=done]")
            result = axe.run(page, options=options)
            for violation in result.response["violations"]:
                node = violation["nodes"][0]
                found.setdefault(name, []).append((violation["id"], width, node["html"][:120]))
        page.close()
    assert not found


@pytest.mark.browser
def test_pages_ask_for_one_file_and_show_without_script(browser, address, samples):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in samples:
        asked.clear()
        page.goto(f"{address}/{name}")
        files = [url for url in asked if not url.startswith("data:")]
        assert all(url.startswith(address) for url in files)
        assert len(files) <= 2, (name, files)
        assert page.locator("h1").first.is_visible()
        assert len(page.locator("main").inner_text()) > 20
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("油茶", "油茶"),
        ("科技小院", "科技小院"),
        ("黄龙病", "柑"),
        ("都兰县", "都兰"),
        ("祁阳市农业现代化示范区", "祁阳市"),
    ],
)
def test_words_without_spaces_find_the_right_records(browser, address, query, first):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{address}/index.html")
    page.fill("#q", query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#results[data-state=done]")
    assert int(page.get_attribute("#results", "data-total")) > 0
    cards = page.locator("#results > li[data-record]").all_inner_texts()
    assert any(first in card for card in cards[:3]), cards[:3]
    page.close()


@pytest.mark.browser
def test_a_facet_narrows_what_was_found(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/search.html?q=%E7%A7%91%E6%8A%80%E5%B0%8F%E9%99%A2")
    page.wait_for_selector("#results[data-state=done]")
    before = int(page.get_attribute("#results", "data-total"))
    page.locator("#facets summary").first.click()
    page.locator("#facets details[open] a, #facets details[open] button").first.click()
    page.wait_for_selector("#facets .chosen")
    page.wait_for_selector("#results[data-state=done]")
    assert 0 < int(page.get_attribute("#results", "data-total")) < before
    assert page.url.count("&") or page.url.count("=") > 1  # the choice can be shared
    page.close()

"""The worked demonstration: one invented county that has everything, and a second one that lacks much.

``KEZHU_REFRESH=1 pytest tests/test_demonstration.py`` writes ``golden/demonstration/`` anew; read what changed.
"""

import gzip
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import serve
from demonstration import OWN, PLANS, TODAY, assemble
from test_budgets import CARDS, MEASURE, NODES, SCRIPT, VOID, Outline, limit, targets

from generator.build import build
from generator.checkup import check_catalogue
from generator.duties import STATES, assess
from generator.load import load_types

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "demonstration"
READ = (
    *("ledger/index.html", "ledger/*/index.html", "ledger/*/990121/index.html", "ledger/*/*.csv"),
    *("progress/*.html", "target/*.html"),
    *("calendar/index.html", "calendar/2026-11.html", "calendar/farming.html", "calendar/farming/industry/youcha.html"),
    *("calendar/region/990121.html", "calendar/region/990121.ics", "calendar/all.ics"),
    *("calendar/team/shilixian-guwenzu.html", "calendar/team/shilixian-guwenzu.ics"),
)
"""Derived files that somebody has read: the inner part of pages, tables and calendars whole."""

MEANT = {
    ("warning", "p3-size", "team/shiliyixian-guwenzu"),
    ("warning", "p3-liaison", "team/shiliyixian-guwenzu"),
    ("warning", "p3-meeting", "team/shiliyixian-guwenzu"),
    ("warning", "p3-plan", "team/shiliyixian-guwenzu"),
    ("warning", "p3-summary", "team/shiliyixian-guwenzu"),
    ("warning", "p4-society", "organisation/shili-chaye-xuehui"),
    ("warning", "p4-one-product", "village/shili-guocun-ganju"),
}
"""What is overdue or missing, so that it can be seen what that looks like."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return assemble(tmp_path_factory.mktemp("demonstration"))


@pytest.fixture(scope="module")
def checkup(root):
    return check_catalogue(root, today=TODAY)


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("demonstration-site") / "site"
    built = build(root, out, today=TODAY)
    assert not built.checkup.failed, built.checkup.problems[:5]
    return out


@pytest.fixture(scope="module")
def pages(site):
    """Every lean page: path -> its text."""
    return {
        path.relative_to(site).as_posix(): path.read_text("utf-8")
        for path in sorted(site.rglob("*.html"))
        if not path.is_relative_to(site / "guide")
    }


@pytest.fixture(scope="module")
def types(root):
    return load_types(root / "catalogue" / "schemas", root)


# ── What it holds ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_wrong_but_what_is_meant(checkup):
    found = {(p.severity, p.rule, re.sub(r"^catalogue/|\.yml$", "", p.path)) for p in checkup.problems}
    assert found == MEANT


def test_every_type_has_records_and_all_of_them_are_invented(checkup):
    catalogue = checkup.catalogue
    assert not [name for name in catalogue.types if not catalogue.by_type.get(name)]
    own = [record for record in catalogue.records.values() if record.type.name != "policy"]
    assert not [record.key for record in own if "示例" not in record.title]
    assert all(re.match("示例", record.get("source_publisher")) for record in own)
    assert {record.id for record in catalogue.by_type["policy"]} == set(PLANS)
    assert all(term.id.startswith("99") and term.title.startswith("示例") for term in catalogue.vocabularies["region"])


def test_nothing_of_the_product_is_copied():
    assert sorted(path.name for path in (OWN / "vocabularies").iterdir()) == ["notice.csv", "region.csv"]
    assert not [name for name in ("schemas", "plans", "policy") if (OWN / name).exists()]


def test_every_state_of_a_duty_is_seen(checkup):
    catalogue, project = checkup.catalogue, checkup.project
    standings = assess(project.plans, catalogue.records.values(), TODAY, project.exemptions, catalogue.vocabularies)
    seen = {standing.state for each in standings.values() for standing in each}
    assert seen == set(STATES)
    group = {standing.duty.id: standing.state for standing in standings["team/shilixian-guwenzu"]}
    assert set(group.values()) == {"met", "open"}, group
    excepted = [s for each in standings.values() for s in each if s.state == "excepted"]
    assert all(s.exemption.reason and s.exemption.decided_on and s.exemption.decided_by for s in excepted)


def test_one_county_has_everything(checkup):
    catalogue = checkup.catalogue
    here = catalogue.counts("region", "990121")
    assert set(here) >= set(catalogue.types) - {"policy"}, set(catalogue.types) - set(here)
    kinds = {record.get("kind") for record in catalogue.by_type["activity"] if "990121" in record.list("region")}
    assert kinds == set(catalogue.vocabularies["activity_kind"].terms)


# ── What people read ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_says_that_it_is_an_example(site):
    found = list(site.rglob("*.html"))
    assert len(found) > 200
    assert not [path for path in found if '<p class="banner">示例' not in path.read_text("utf-8")]


def test_the_banner_is_read_before_anything_else_and_not_hidden_on_paper(pages):
    page = pages["team/shilixian-guwenzu.html"]
    assert re.search(r'<a class="skip"[^>]*>[^<]*</a>\s*<header class="top">\s*<p class="banner">', page)
    hidden = re.search(r"@media print\{(.*)display:none!important", page, re.S)
    assert "banner" not in hidden[1]


def main_of(page: str) -> str:
    """What stands between header and footer, a tag a line."""
    inner = re.search(r'<main id="main">(.*)</main>', page, re.S)[1]
    return re.sub(r">\s*<", ">\n<", inner).strip() + "\n"


def derived(site: Path) -> dict[str, str]:
    """What these files say, by their paths."""
    found = {}
    for path in sorted({path for pattern in READ for path in site.glob(pattern)}):
        name, text = path.relative_to(site).as_posix(), path.read_bytes().decode("utf-8-sig")
        found[name] = main_of(text) if path.suffix == ".html" else text.replace("\r\n", "\n")
    return found


def golden(name: str) -> Path:
    """One folder for all: a path becomes a name."""
    return GOLDEN / name.replace("/", "~")


def test_ledgers_targets_and_calendars_are_as_they_were_read(site):
    made = derived(site)
    if os.environ.get("KEZHU_REFRESH"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        for path in GOLDEN.iterdir():
            path.unlink()
        for name, text in made.items():
            golden(name).write_text(text, encoding="utf-8", newline="\n")
    kept = {path.name for path in GOLDEN.iterdir()}
    assert kept == {golden(name).name for name in made}
    for name, text in made.items():
        assert text == golden(name).read_text("utf-8"), name


# ── Budgets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def outlines(pages):
    found = {}
    for name, page in pages.items():
        found[name] = (len(gzip.compress(page.encode(), 9)), Outline())
        found[name][1].feed(page)
    return found


def test_every_page_is_light(outlines, types):
    assert not {name: size for name, (size, _) in outlines.items() if size > limit(name, types)}
    assert not {name: o.nodes for name, (_, o) in outlines.items() if o.nodes > NODES}
    assert not {name: o.cards for name, (_, o) in outlines.items() if o.cards > CARDS}
    assert not [name for name, (_, o) in outlines.items() if o.script > SCRIPT]


def test_every_link_leads_somewhere(outlines, site):
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert not {
        name: missing
        for name, (_, o) in outlines.items()
        if name != "404.html" and (missing := targets(name, o) - files)
    }


class Reading(HTMLParser):
    """The headings and landmarks of a page in the order in which they are read."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.marks: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in {"header", "main", "article", "aside", "footer"}:
            self.marks.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.crossed.append(tag)


def test_pages_are_read_in_a_sensible_order(pages):
    for name, page in pages.items():
        read = Reading()
        read.feed(page)
        assert not read.crossed and not read.open, name
        assert len(read.ids) == len(set(read.ids)), name
        assert read.levels[0] == 1 and read.levels.count(1) == 1, (name, read.levels)
        assert all(b <= a + 1 for a, b in zip(read.levels, read.levels[1:], strict=False)), (name, read.levels)
        assert read.marks in (["header", "main", "footer"], ["header", "main", "article", "aside", "footer"]), name


# ── What a browser sees ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def address(site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def samples(outlines, types):
    """One page of each kind, the heaviest of it: a record of each type, a list, a place, and each derived folder."""
    groups: dict[tuple[str, bool, int], list[str]] = {}
    for name in outlines:
        folder = name.rpartition("/")[0]
        kind = re.sub(r"/\d{6}$", "/place", folder)
        groups.setdefault((kind or name, limit(name, types) == limit("index.html", types), 0), []).append(name)
    chosen = {max(names, key=lambda name: outlines[name][0]) for names in groups.values()}
    return sorted(chosen | {"region/990121.html", "region/990122.html", "team/shiliyixian-guwenzu.html"})


@pytest.mark.browser
def test_a_small_phone_reads_and_touches_everything(browser, address, samples):
    assert len(samples) > 30
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
            for violation in axe.run(page, options=options).response["violations"]:
                found.setdefault(name, []).append((violation["id"], width, violation["nodes"][0]["html"][:120]))
        page.close()
    assert not found


@pytest.mark.browser
def test_without_script_the_example_is_said_first_and_the_page_is_whole(browser, address, samples):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in samples:
        asked.clear()
        page.goto(f"{address}/{name}")
        files = [url for url in asked if not url.startswith("data:")]
        assert all(url.startswith(address) for url in files) and len(files) <= 2, (name, files)
        assert page.locator(".banner").is_visible()
        assert page.locator(".banner").bounding_box()["y"] < page.locator("h1").first.bounding_box()["y"]
        assert page.locator("h1").first.is_visible()
    context.close()


@pytest.mark.browser
def test_the_banner_is_printed(browser, address):
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(f"{address}/team/shilixian-guwenzu.html")
    assert page.locator(".banner").is_visible()
    page.close()

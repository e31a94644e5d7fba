"""How good the search is: a labelled set of queries, asked in a real browser on the built site.

The only room that knows Playwright, which a portal does not need: it comes with the development packages.
"""

from __future__ import annotations

import os
import shutil
import statistics
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

TOP = 10
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'self'"
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT = 30_000  # milliseconds


@dataclass(frozen=True)
class Asked:
    """One query of the set with the keys that would be right, ``site/ns-0001`` or ``region/430224``."""

    id: str
    query: str
    kind: str
    wanted: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What came for a query: the keys of the first ten cards."""

    asked: Asked
    found: tuple[str, ...]

    @property
    def recall(self) -> float:
        """The share of the right ones among the first ten; of ten, where more than ten are right."""
        return len(self.asked.wanted & set(self.found[:TOP])) / min(TOP, len(self.asked.wanted))

    @property
    def rank(self) -> float:
        """One divided by the place of the first right one; 0 when there is none."""
        places = [i for i, key in enumerate(self.found[:TOP], 1) if key in self.asked.wanted]
        return 1 / places[0] if places else 0.0


@dataclass(frozen=True)
class Figures:
    """Means over some queries; ``misses`` counts those without any right one among the first ten."""

    count: int
    recall: float
    rank: float
    misses: int


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of a set; raises `statistics.StatisticsError` for an empty one."""
    return Figures(
        len(outcomes),
        statistics.fmean(o.recall for o in outcomes),
        statistics.fmean(o.rank for o in outcomes),
        sum(o.rank == 0 for o in outcomes),
    )


def evaluate(site: Path, asked: Sequence[Asked]) -> Iterator[Outcome]:
    """Ask every query on the site's search page, one after the other, as a visitor does."""
    with serve(site) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(f"{address}/search.html")
        for each in asked:
            yield Outcome(each, ask(page, each.query))


def ask(page: Page, query: str) -> tuple[str, ...]:
    """Type a query, send it, and read the keys of the cards; raises Playwright's TimeoutError when nothing comes."""
    page.fill("#q", query)
    page.press("#q", "Enter")
    page.locator("#results[data-state='done']").wait_for(state="attached", timeout=WAIT)
    keys = page.eval_on_selector_all("#results > li[data-record]", "cards => cards.map(card => card.dataset.record)")
    return tuple(keys[:TOP])


# ── A browser, and a folder for it ───────────────────────────────────────────────────────────────────────────────────


def find_browser() -> str | None:
    """The browser of this machine: $KEZHU_BROWSER, or the first that is on the path; None leaves it to Playwright."""
    return os.environ.get("KEZHU_BROWSER") or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own; a thread can have one at a time."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site under the policy that it is made for, without a word."""

    def end_headers(self) -> None:
        """Add the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path, handler: type[SimpleHTTPRequestHandler] = Quiet) -> Iterator[str]:
    """Serve a folder on the loopback address; gives its address, without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

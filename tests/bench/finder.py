"""How long a villager waits for the finder's answer, on a slow phone and a slow line.

Cold: an address that somebody shared, from opening it to the answer, nothing fetched before. Chosen: from the tap on
the button, when place, crop and trouble have been chosen one after the other; what that took over the line in all.

``python -m tests.bench.finder SITE``
"""

from __future__ import annotations

import gzip
import mimetypes
import statistics
import sys
import time
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.suggestions import LINE, SLOWER
from tests.browser import Handler, chromium, serve

RUNS = 7
ASKED = (
    ("柑橘黄龙病, 永春", "350000", "350525", "shuiguo", "ganju", "ganjuhuanglongbing"),
    ("枸杞, 都兰", "630000", "632822", "zhongyaocai", "gouqi", ""),
    ("牛, 唐山", "130000", "130200", "chuqin", "niu", ""),
)


class Packed(Handler):
    """The same site from a host that packs text, as most do."""

    def do_GET(self) -> None:
        """Send a file packed."""
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            SimpleHTTPRequestHandler.do_GET(self)
            return
        body = gzip.compress(file.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def slow_page(browser: Browser) -> tuple[Page, CDPSession, list[int]]:
    """A page on the slow phone, and a list that grows by the bytes of each file."""
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    session = page.context.new_cdp_session(page)
    fetched: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: fetched.append(int(event["encodedDataLength"])))
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page, session, fetched


def answered(page: Page, started: float) -> float:
    """Seconds since ``started`` until the answer stands there; returns when nothing more is fetched."""
    page.wait_for_selector("#out li.pair", state="attached")
    took = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    return took


def cold(browser: Browser, address: str, asked: tuple[str, ...]) -> tuple[float, int]:
    """Seconds from opening a shared address to the answer, and bytes."""
    _, top, place, _, crop, problem = asked
    page, _, fetched = slow_page(browser)
    try:
        started = time.perf_counter()
        query = f"?place={place}&crop={crop}&problem={problem}&top={top}"  # as the finder writes it
        page.goto(f"{address}/find/index.html{query}", wait_until="commit")
        return answered(page, started), sum(fetched)
    finally:
        page.context.close()


def chosen(browser: Browser, address: str, asked: tuple[str, ...]) -> tuple[float, int]:
    """Seconds from the tap on the button to the answer, and bytes of everything from opening the page."""
    _, top, place, kind, crop, problem = asked
    page, _, fetched = slow_page(browser)
    try:
        page.goto(f"{address}/find/index.html")
        for name, value in (("top", top), ("place", place), ("kind", kind), ("crop", crop), ("problem", problem)):
            if value:
                page.wait_for_selector(f'#{name} option[value="{value}"]', state="attached")
                page.select_option(f"#{name}", value)
        started = time.perf_counter()
        page.locator("#finder button").click(no_wait_after=True)
        return answered(page, started), sum(fetched)
    finally:
        page.context.close()


def main(site: Path) -> None:
    """Print the median of each question, from a host that packs files and from one that does not."""
    for packed, handler in (("packed", Packed), ("as they lie", Handler)):
        with serve(site, handler) as address, chromium() as browser:
            ways: tuple[Callable[[Browser, str, tuple[str, ...]], tuple[float, int]], ...] = (chosen, cold)
            for way in ways:
                for asked in ASKED:
                    got = [way(browser, address, asked) for _ in range(RUNS)]
                    took = sorted(seconds for seconds, _ in got)
                    size = max(size for _, size in got) / 1024
                    print(
                        f"finder, {way.__name__}, {packed}: {asked[0]}: {statistics.median(took):.2f} s "
                        f"({took[0]:.2f}–{took[-1]:.2f}), {size:.1f} KB",
                        flush=True,
                    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

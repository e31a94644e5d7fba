"""How long a villager waits for suggestions: from the first key to the list, on a slow phone and a slow line, cold.

``python -m tests.bench.suggestions SITE``
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chromium, serve

KEYS = "油茶科湖y黄葉"
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # 400 kbit/s
SLOWER = 6  # times, the processor
RUNS = 3


def wait_for(browser: Browser, address: str, key: str) -> float:
    """Seconds from the key to the list, with nothing fetched before."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        page.goto(f"{address}/search.html")
        page.wait_for_selector("#q[role=combobox]")
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.focus("#q")
        started = time.perf_counter()
        page.keyboard.insert_text(key)
        page.wait_for_selector("#suggest:not([hidden])")
        return time.perf_counter() - started
    finally:
        context.close()


def main(site: Path) -> None:
    """Print the median of each key."""
    with serve(site) as address, chromium() as browser:
        for key in KEYS:
            took = [wait_for(browser, address, key) for _ in range(RUNS)]
            print(f"suggestions for {key}: {statistics.median(took):.2f} s ({min(took):.2f}–{max(took):.2f})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

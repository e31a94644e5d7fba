"""What a search costs: bytes and seconds on a slow phone, and what the index costs to make.

``python -m tests.bench.search [--site FOLDER] [--query WORDS …]``: bytes and time of first and later searches of every
kind, cold each time, medians of several runs, over the shipped catalogue or a site that stands already.
``--index N … [--towns TABLE]``: CPU and memory of the index over N invented records, then again after a text and after
a title of one of them has changed, and when nothing has.

``--longest N [--site FOLDER]``: bytes of the N longest labelled queries as later searches, which cost most; of the
sets that are learnt from.

The phone: 360 px, 400 kbit/s, 400 ms to every answer, a processor a sixth as fast as this one, six requests at a time
(HTTP/1.1); texts are served packed, as every host does, under the strict policy. Other work on this machine counts six
times as well: the load is printed with the figures.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from generator import store
from generator.build import How, Site
from generator.checkup import Timings, check_catalogue, silent
from generator.labels import read_queries
from generator.manifest import Manifest
from tests.bench.measure import kezhu, run
from tests.browser import Handler, chromium, serve

QUERIES = {
    "no space": "马铃薯晚疫病怎么治",
    "spaced": "湖南 柑橘 培训",
    "synonym": "西红柿",
    "folk name": "苞谷种植",
    "traditional": "馬鈴薯晚疫病",
    "pinyin": "shuidao",
    "pinyin, two words": "wuyishan chaye",
    "initials": "kjxy",
    "slip": "猕猴挑",
    "slip, long": "种植资源圃",
    "symptom": "柑橘叶子发黄 掉果",
    "place": "黔东南",
    "mixed": "武夷山茶叶特派员",
    "long question": "家里种的桔子树得了黄龙病还有救吗",
    "organisation": "中国农大",
    "policy": "科技助力乡村振兴 文件",
    "english": "Yunnan coffee",
    "what is everywhere": "示范基地",
    "no name": "附近有没有技术培训班",
}
LATER = "水稻"
MOST_LATER = 40  # kB that a later search may fetch
QUERY_FILES = Path(__file__).parent.parent / "search"
LEARNT_FROM = ("dev", "more", "fresh", "fresh2-a")
PHONE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 6
RUNS = 3
PACKED = (".html", ".js", ".json", ".css", ".svg")
PARTS = (
    ("entry", r"pagefind-entry"),
    ("index", r"\.pf_index"),
    ("cards", r"/cards/"),
    ("facets", r"/facets"),
    ("names", r"/search/(?:forms|pinyin|typo|body)/"),
    ("page", r"search(?:-\w+)?\.(?:html|js)|\.css|\.svg|\.ico"),
)

CHANGES = (("one text changed", "，", "；另例"), ("one title changed", "示例", "另例"), ("nothing changed", "", ""))
"""What is done to the last record between two measurements of the index: the last old words become new ones."""

SHOWN = """new MutationObserver(all => all.forEach(each => {
  if (each.target.id === 'results' && each.target.dataset.state === 'done') performance.mark('shown');
})).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-state']});"""


class Packing(Handler):
    """A host that packs texts and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content, packed = packed_file(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(content)


@lru_cache(maxsize=4096)
def packed_file(path: Path) -> tuple[bytes, bool]:
    """What goes over the line for a file."""
    content = path.read_bytes()
    return (gzip.compress(content), True) if path.suffix in PACKED else (content, False)


class Phone:
    """A page behind a slow line that counts what it fetches."""

    def __init__(self, browser: Browser, *, slow: bool = True) -> None:
        self.context = browser.new_context(viewport={"width": 360, "height": 740})
        self.context.add_init_script(SHOWN)
        self.page: Page = self.context.new_page()
        self.bytes: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        paths: dict[str, str] = {}
        line = self.context.new_cdp_session(self.page)
        line.send("Network.enable")
        if slow:
            line.send("Network.emulateNetworkConditions", PHONE)
            line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        line.on("Network.requestWillBeSent", lambda got: paths.update({got["requestId"]: got["request"]["url"]}))
        line.on("Network.loadingFinished", lambda got: self._count(paths.get(got["requestId"], ""), got))

    def _count(self, url: str, got: dict[str, float]) -> None:
        part = next((name for name, pattern in PARTS if re.search(pattern, url)), "other")
        self.bytes[part] += int(got["encodedDataLength"])
        self.files[part] += 1

    def search(self, act: str, *arguments: str) -> tuple[float, Counter[str], Counter[str]]:
        """Seconds to the first ten cards, and bytes and files by part, of one search."""
        self.bytes.clear()
        self.files.clear()
        if act == "open":
            self.page.goto(arguments[0], wait_until="commit")
        else:
            self.page.fill("#q", arguments[0])
            self.page.evaluate(
                "() => { performance.mark('asked'); document.getElementById('results').dataset.state = 'asked'; }"
            )
            self.page.click("form button")
        self.page.wait_for_selector("#results[data-state=done]", state="attached", timeout=120_000)
        ended = self.page.evaluate("performance.getEntriesByName('shown').pop().startTime")
        asked = self.page.evaluate("(performance.getEntriesByName('asked').pop() || {startTime: 0}).startTime")
        self.page.wait_for_timeout(1500)
        self.page.wait_for_load_state("networkidle")
        return (ended - asked) / 1000, Counter(self.bytes), Counter(self.files)

    def close(self) -> None:
        """End the page."""
        self.context.close()


def searches(folder: Path, queries: Mapping[str, str], more: str = "", runs: int = RUNS) -> None:
    """Print what each query costs when it is the first, and what a later one costs: medians of so many runs."""
    worst = [0.0, 0.0, 0.0, 0.0]
    print(f"First search, kB and files by part; then a later one ({LATER}); medians of {runs}")
    print(f"{'kind':<20}{'kB':>6}{'s':>6}{'later':>8}{'s':>6}  " + "".join(f"{name:>10}" for name, _ in PARTS))
    with serve(folder, Packing) as address, chromium() as browser:
        for kind, query in queries.items():
            rows = []
            for _ in range(runs):
                phone = Phone(browser)
                took, parts, files = phone.search("open", f"{address}/search.html?q={quote(query)}{more}")
                after, next_parts, _ = phone.search("type", LATER)
                phone.close()
                rows.append((sum(parts.values()) / 1000, took, sum(next_parts.values()) / 1000, after))
            middle = [statistics.median(row[n] for row in rows) for n in range(4)]
            worst = [max(pair) for pair in zip(worst, middle, strict=True)]
            cells = "".join(f"{parts[name] / 1000:>6.1f}/{files[name]:<3}" for name, _ in PARTS)
            print(
                f"{kind:<20}{middle[0]:6.1f}{middle[1]:6.2f}{middle[2]:8.1f}{middle[3]:6.2f}  {cells}  {query}",
                flush=True,
            )
    print(
        f"search: first at most {worst[0]:.0f} kB and {worst[1]:.1f} s, later at most {worst[2]:.0f} kB and "
        f"{worst[3]:.1f} s; load {os.getloadavg()[0]:.1f}"
    )


def longest(folder: Path, count: int) -> None:
    """Print what the longest labelled queries fetch, each asked after `LATER`, those that fetch most first."""
    labelled = (read_queries(QUERY_FILES / f"queries-{name}.csv") for name in LEARNT_FROM)
    queries = sorted({each.query for found in labelled for each in found}, key=lambda text: (-len(text), text))[:count]
    rows = []
    with serve(folder, Packing) as address, chromium() as browser:
        for query in queries:
            phone = Phone(browser, slow=False)  # bytes are the same
            phone.search("open", f"{address}/search.html?q={quote(LATER)}")
            _, parts, files = phone.search("type", query)
            phone.close()
            rows.append((sum(parts.values()) / 1000, query, parts, files))
    for size, query, parts, files in sorted(rows, key=lambda row: -row[0]):
        print(f"{size:6.1f}  {query}  " + " ".join(f"{name} {parts[name] / 1000:.1f}/{files[name]}" for name in parts))
    over = sum(row[0] > MOST_LATER for row in rows)
    print(f"later searches: {over} of {len(rows)} over {MOST_LATER} kB, the most {max(row[0] for row in rows):.0f} kB")


def make_index(root: Path, out: Path) -> None:
    """Make the search part of a site as a build does, written to ``out``, and say what it cost."""
    catalogue = check_catalogue(root).catalogue
    assert catalogue is not None
    old = store.open_site(out)
    site = Site(catalogue, How(root, out, "", date.today(), 1, False, "", silent, Timings()))
    before, started = seconds(), time.perf_counter()
    site._index(old)
    wall, own, theirs = (
        time.perf_counter() - started,
        *(now - then for now, then in zip(seconds(), before, strict=True)),
    )
    made = [name for name, key in site.keys.items() if old.keys.get(name) != key]
    bundles = sum(name.startswith("search") for name in made)
    size = sum(entry.size for entry in site.entries if entry.path.startswith("pagefind/"))
    store.finish(out, Manifest.of(site.entries, site.keys))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"index: {len(catalogue.records):,} records, {bundles} bundles made, {size / 1e6:.1f} MB in all bundles: "
        f"{wall:.1f} s wall, {own:.1f} s cpu and Pagefind {theirs:.1f} s, "
        f"{memory:.0f} MB with the catalogue; load {os.getloadavg()[0]:.1f}"
    )


def seconds() -> tuple[float, float]:
    """Processor time so far of this process, and of those that it has waited for."""
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, theirs.ru_utime + theirs.ru_stime


def indexed(count: int, towns: Path | None) -> None:
    """Measure the index over a made catalogue, then again for each of `CHANGES`, in processes of their own."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, "-m", "tests.bench.made", folder, str(count), "places", *([str(towns)] if towns else [])])
        command = [sys.executable, "-m", "tests.bench.search", "--make", folder]
        subprocess.run(command, check=True)
        table = Path(folder) / "catalogue" / "service.csv"
        for what, old, new in CHANGES:
            lines = table.read_text("utf-8").splitlines()
            lines[-1] = new.join(lines[-1].rsplit(old, 1) if old else [lines[-1]])
            table.write_text("\n".join(lines) + "\n", "utf-8")
            print(f"  {what}, ", end="", flush=True)
            subprocess.run(command, check=True)


def main(arguments: Sequence[str]) -> None:
    """Print the tables; the last line of each holds the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--query", nargs="+", default=[])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--choose", default="", help="what is chosen in the address: &region=430000")
    parser.add_argument("--index", type=int, nargs="+", default=[], help="records: measure making the index instead")
    parser.add_argument("--towns", type=Path, help="a table of townships for the titles: code, name, county_code")
    parser.add_argument("--longest", type=int, default=0, help="queries: measure the longest as later searches instead")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.make:
        make_index(asked.make, asked.make / "site")
        return
    for count in asked.index:
        indexed(count, asked.towns)
    if asked.index:
        return
    with tempfile.TemporaryDirectory() as folder:
        site = asked.site
        if site is None:
            site = Path(folder) / "site"
            run(kezhu("build", "--out", site))
        if asked.longest:
            longest(site, asked.longest)
            return
        searches(site, {query: query for query in asked.query} or QUERIES, asked.choose, asked.runs)


if __name__ == "__main__":
    main(sys.argv[1:])

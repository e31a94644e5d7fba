"""What other static search engines find in the same pages, each asked in a real browser as its own search box asks.

`pagefind_extended` is Pagefind with its own segmentation of Chinese; `material` is the search of Material for MkDocs
with jieba. Both give the keys of the first ten pages for each query. They start a browser of their own, so the caller
may not have one open in the same thread.

``python -m tests.bench.search_peers [CACHE]`` asks both a few questions about the shipped catalogue; indexes are kept
in the folder CACHE when one is given.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from html import escape
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from string import punctuation
from typing import TypeVar

import material as theme
from mkdocs.config import load_config
from mkdocs.structure import files, nav
from mkdocs.structure import pages as mkdocs_pages

from generator.checkup import check_catalogue
from generator.model import Catalogue, Record, iter_texts
from tests.browser import chromium, serve

MISSING = [name for name in ("pagefind_bin_extended", "jieba") if find_spec(name) is None]
"""Packages that are needed here and not installed."""

T = TypeVar("T")

QUESTIONS = ("科技小院", "稻田养鱼技术", "恩施茶叶", "马铃薯晚疫病怎么治", "橘子树叶子发黄怎么办")
FIRST = 10


@dataclass(frozen=True, slots=True)
class Page:
    """One page to be found; ``text`` is plain text, a paragraph per line."""

    key: str
    title: str
    text: str

    def lines(self) -> list[str]:
        """The paragraphs, without those that are empty."""
        return [line for line in map(str.strip, self.text.splitlines()) if line]


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine: ``build`` writes its index into an empty folder, which is then served.

    ``start`` is a script for a page of that folder: it readies the search and leaves a function ``ask(query)``, which
    gives the addresses of the first results, best first. The address of a page is its number.
    """

    name: str
    packages: tuple[str, ...]
    build: Callable[[Sequence[Page], Path], None]
    start: str

    def version(self) -> str:
        """Every package that has a say in the results, with its version."""
        return ", ".join(f"{name} {version(name)}" for name in self.packages)


@dataclass(frozen=True, slots=True)
class Answers:
    """What an engine found, and what it cost: seconds, and the bytes of the folder that is served."""

    keys: list[list[str]]
    size: int
    built: float  # next to nothing when the index was in the cache
    ready: float  # from the opened page to a search that can be asked
    times: list[float]  # of each query


def pagefind_extended(pages: Sequence[Page], queries: Sequence[str], cache: Path | None = None) -> list[list[str]]:
    """For each query the keys of the first ten pages, best first, by Pagefind with Chinese segmentation."""
    return ask(PAGEFIND, pages, queries, cache).keys


def material(pages: Sequence[Page], queries: Sequence[str], cache: Path | None = None) -> list[list[str]]:
    """For each query the keys of the first ten pages, best first, by the search of Material for MkDocs with jieba.

    Not a whole ``mkdocs build``: see `build_material`.
    """
    return ask(MATERIAL, pages, queries, cache).keys


def ask(engine: Engine, pages: Sequence[Page], queries: Sequence[str], cache: Path | None = None) -> Answers:
    """Build the index, or take it from the cache when neither pages nor versions nor this file changed; then ask.

    The browser is told to pass over the content policy that `serve` sends: it is meant for our pages, not for these.
    """
    with ExitStack() as stack:
        cache = cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        took, folder = timed(lambda: built(engine, pages, cache))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        page = stack.enter_context(chromium()).new_page(bypass_csp=True)
        page.goto(stack.enter_context(serve(folder)) + "/ask.html")
        ready, _ = timed(lambda: page.evaluate(engine.start))
        found = [timed(lambda query=query: page.evaluate("query => ask(query)", query)) for query in queries]
    keys = [[pages[int(Path(address).stem)].key for address in addresses] for _, addresses in found]
    return Answers(keys, size, took, ready, [seconds for seconds, _ in found])


def built(engine: Engine, pages: Sequence[Page], cache: Path) -> Path:
    """The folder in the cache with the index of just these pages; built when it is not there."""
    made_from = json.dumps([engine.version(), [astuple(page) for page in pages]]).encode() + Path(__file__).read_bytes()
    folder = cache / f"{engine.name}-{hashlib.sha256(made_from).hexdigest()[:16]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        engine.build(pages, fresh)
        (fresh / "ask.html").write_text(html("ask", ""), "utf-8")
        fresh.rename(folder)
    return folder


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Seconds that it took, and what came of it."""
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


# ── Pagefind ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def build_pagefind(pages: Sequence[Page], folder: Path) -> None:
    """Write each page as plain HTML and run the binary over them; the pages themselves are not kept."""
    binary = import_module("pagefind_bin_extended").get_executable()
    with tempfile.TemporaryDirectory() as site:
        for number, page in enumerate(pages):
            paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in page.lines())
            text = html(page.title, f"<h1>{escape(page.title)}</h1>\n{paragraphs}")
            (Path(site) / f"{number:06}.html").write_text(text, "utf-8")
        command = [str(binary), "--site", site, "--output-path", str(folder / "pagefind")]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pagefind ended with {done.returncode}: {done.stderr}")


def html(title: str, body: str) -> str:
    """A whole page in Chinese."""
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f'<!doctype html>\n<html lang="zh-CN">{head}\n<body>\n{body}</body></html>\n'


PAGEFIND = Engine(
    "pagefind",
    ("pagefind_bin_extended",),
    build_pagefind,
    """async () => {
      const pagefind = await import("/pagefind/pagefind.js");
      await pagefind.init();
      window.ask = async query => {
        const { results } = await pagefind.search(query);
        const first = await Promise.all(results.slice(0, FIRST).map(result => result.data()));
        return first.map(page => page.url);
      };
    }""".replace("FIRST", str(FIRST)),
)


# ── Material for MkDocs ──────────────────────────────────────────────────────────────────────────────────────────────

SETTINGS = """site_name: 示例
use_directory_urls: false
theme: {name: material, language: zh}
plugins: [{search: {lang: zh}}]
"""


def build_material(pages: Sequence[Page], folder: Path) -> None:
    """Write search_index.json, and the worker that searches it.

    MkDocs and the search plugin do what they do in a build, by the same code, with one difference: no page is put into
    a template and written. The index knows nothing of that, and it takes most of the time of a build, so the time of
    this function is not what Material costs. For 1,000 pages the index was the same, byte for byte, as a build's.
    """
    import_module("jieba").setLogLevel(logging.WARNING)  # without jieba the plugin leaves Chinese in one piece
    with tempfile.TemporaryDirectory() as project:
        (Path(project) / "docs").mkdir()
        settings = Path(project) / "mkdocs.yml"
        settings.write_text(SETTINGS, "utf-8")
        config = load_config(str(settings), site_dir=str(folder))
    config.plugins.on_startup(command="build", dirty=False)
    config = config.plugins.on_config(config)
    for number, page in enumerate(pages):
        source = files.File.generated(config, f"{number:06}.md", content=markdown(page))
        rendered = mkdocs_pages.Page(None, source, config)
        rendered.read_source(config)
        rendered.render(config, files.Files([source]))
        config.plugins.on_page_context({}, page=rendered, config=config, nav=nav.Navigation([], []))
    config.plugins.on_post_build(config=config)
    scripts = Path(theme.__file__).parent / "templates" / "assets" / "javascripts"
    for name in ("workers", "lunr"):
        shutil.copytree(
            scripts / name, folder / "assets" / "javascripts" / name, ignore=shutil.ignore_patterns("*.map")
        )
    next((folder / "assets" / "javascripts" / "workers").glob("search.*.js")).rename(folder / WORKER)


def markdown(page: Page) -> str:
    """The page in Markdown, with nothing in it read as markup."""
    return "\n\n".join([f"# {plain(' '.join(page.title.split()))}", *map(plain, page.lines())]) + "\n"


def plain(text: str) -> str:
    """Text such that Markdown shows it as it is: every sign of it as a character reference."""
    return "".join(f"&#{ord(sign)};" if sign in punctuation else sign for sign in text)


WORKER = "assets/javascripts/workers/search.js"
MATERIAL = Engine(
    "material",
    ("mkdocs-material", "mkdocs", "Markdown", "jieba"),
    build_material,
    # The search box sends what was typed as it is; the worker makes a query of it. The types of messages: 0 set up,
    # 1 ready, 2 query, 3 result. A result is a list of pages, each a list of the sections found there.
    """async () => {
      const index = await (await fetch("/search/search_index.json")).json();
      const worker = new Worker("/WORKER");
      const tell = (type, data) => new Promise((done, fail) => {
        setTimeout(fail, 300000, new Error("the search worker is silent"));
        worker.onerror = fail;
        worker.onmessage = ({ data }) => data.type === type + 1 ? done(data.data) : fail(new Error("what is this?"));
        worker.postMessage({ type, data });
      });
      await tell(0, { config: index.config, docs: index.docs, options: { suggest: false } });
      window.ask = async query => {
        const { items } = await tell(2, query);
        return items.slice(0, FIRST).map(([section]) => section.location.split("#")[0]);
      };
    }""".replace("WORKER", WORKER).replace("FIRST", str(FIRST)),
)


# ── The shipped catalogue ────────────────────────────────────────────────────────────────────────────────────────────


def catalogue_pages(catalogue: Catalogue) -> list[Page]:
    """One page per record, with all that a visitor may read of it."""
    return [Page(key, record.title, "\n".join(texts(catalogue, record))) for key, record in catalogue.records.items()]


def texts(catalogue: Catalogue, record: Record) -> Iterator[str]:
    """Every text of a record but its title; for an id what it stands for: a term with those above it, a title."""
    for spec, place, text in iter_texts(record.values, record.type.fields):
        if spec.kind == "term":
            yield " ".join(
                term.label(catalogue.portal.language) for term in catalogue.vocabularies[spec.vocabulary].lineage(text)
            )
        elif spec.kind == "reference":
            yield catalogue.records[f"{spec.reference}/{text.partition('#')[0]}"].title
        elif place != ("title",):
            yield text


def main(cache: Path | None) -> None:
    """Print what each engine finds first, and the times."""
    catalogue = check_catalogue(Path()).catalogue
    assert catalogue is not None, "the catalogue has errors: kezhu check"
    pages = catalogue_pages(catalogue)
    for engine in (PAGEFIND, MATERIAL):
        answers = ask(engine, pages, QUESTIONS, cache)
        print(f"{engine.version()}: {len(pages):,} pages, {answers.size / 1e6:.1f} MB")
        print(f"  index there after {answers.built:.1f} s, search ready after {answers.ready:.2f} s more")
        for question, keys, seconds in zip(QUESTIONS, answers.keys, answers.times, strict=True):
            titles = " | ".join(catalogue.records[key].title for key in keys[:3])
            print(f"  {question} ({seconds:.2f} s): {titles or 'nothing'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

"""Our search beside other static search engines: the same pages, the same labelled queries, one run, a real browser.

``python -m tests.bench.search_peers [--queries FILE …] [--site FOLDER] [--cache FOLDER] [--show N]`` prints for each
file one table by kind of query (recall@10, MRR, queries without any right one) and the queries where ours is worse than
a peer. Without ``--site`` the site is built first. The default is the set that may be tuned on; the held one is named
when everything else is settled.

`PAGEFIND` is Pagefind with its own segmentation of Chinese, run over the pages as they are with nothing set; `MATERIAL`
is the search of Material for MkDocs with jieba. Both are asked as their own search boxes ask, and both are given the
pages that ours can find: each record's and each term's own. Lists that repeat what these hold, and the guides, are left
out; they would take places among the first ten, so this is in the peers' favour.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import logging
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import jieba
import material as theme
import pagefind_bin_extended
from mkdocs.config import load_config
from mkdocs.structure.nav import Navigation

from generator.checkup import check_catalogue
from generator.evaluate import TOP, Asked, Figures, Outcome, chromium, evaluate, figures, serve
from generator.labels import Labels, read_queries
from generator.model import Catalogue
from tests.bench.measure import kezhu, run

DEV = Path("tests") / "search" / "queries-dev.csv"
OURS = "Kezhu"
MAIN = re.compile(r"<main\b[^>]*>(.*?)</main>", re.DOTALL)
HEADING = re.compile(r"<h([1-6])(?![^>]*\sid=)")


@dataclass(frozen=True, slots=True)
class Engine:
    """A search engine: ``build`` indexes pages of a site, by their keys, into an empty folder, which is then served.

    ``start`` is a script for a page of that folder: it readies the search and leaves a function ``ask(query)``, which
    gives the addresses of the first results, best first. The address of a page is its key and ``.html``.
    """

    name: str
    packages: tuple[str, ...]
    build: Callable[[Path, Sequence[str], Path], None]
    start: str

    def version(self) -> str:
        """Every package that has a say in the results, with its version."""
        return ", ".join(f"{name} {version(name)}" for name in self.packages)


def ask(
    engine: Engine, site: Path, keys: Sequence[str], queries: Sequence[str], cache: Path | None = None
) -> list[tuple[str, ...]]:
    """For each query the keys of the first ten pages, best first.

    The index is taken from the cache when neither pages nor versions nor this file changed. A browser is started, so
    none may be open in the same thread. It is told to pass over the content policy that `serve` sends: that is meant
    for our pages, not for these.
    """
    with ExitStack() as stack:
        cache = cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(serve(built(engine, site, keys, cache)))
        page = stack.enter_context(chromium()).new_page(bypass_csp=True)
        page.goto(f"{address}/ask.html")
        page.evaluate(engine.start)
        found = [page.evaluate("query => ask(query)", query) for query in queries]
    return [tuple(each.strip("/").removesuffix(".html") for each in addresses) for addresses in found]


def built(engine: Engine, site: Path, keys: Sequence[str], cache: Path) -> Path:
    """The folder in the cache with the index of just these pages; built when it is not there."""
    made_from = hashlib.sha256(engine.version().encode() + Path(__file__).read_bytes())
    for key in keys:
        made_from.update(key.encode() + b"\0" + read(site, key).encode())
    folder = cache / f"{engine.name}-{made_from.hexdigest()[:16]}".lower()
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        engine.build(site, keys, fresh)
        (fresh / "ask.html").write_text('<!doctype html><html lang="zh-CN"><title>ask</title></html>', "utf-8")
        fresh.rename(folder)
    return folder


def read(site: Path, key: str) -> str:
    """The page of a record or a term."""
    return (site / f"{key}.html").read_text("utf-8")


# ── Pagefind ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def build_pagefind(site: Path, keys: Sequence[str], folder: Path) -> None:
    """Copy the pages, run the binary over them, drop the copies."""
    with tempfile.TemporaryDirectory() as copies:
        for key in keys:
            copy = Path(copies) / f"{key}.html"
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(site / f"{key}.html", copy)
        binary = pagefind_bin_extended.get_executable()
        command = [str(binary), "--site", copies, "--output-path", str(folder / "pagefind")]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pagefind ended with {done.returncode}: {done.stderr}")


PAGEFIND = Engine(
    "Pagefind",
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
    }""".replace("FIRST", str(TOP)),
)


# ── Material for MkDocs ──────────────────────────────────────────────────────────────────────────────────────────────

SETTINGS = """site_name: 示例
use_directory_urls: false
theme: {name: material, language: zh}
plugins: [{search: {lang: zh}}]
"""


def build_material(site: Path, keys: Sequence[str], folder: Path) -> None:
    """Write search_index.json, and the worker that searches it.

    The search plugin does what it does in a build, by the same code. It is handed the main part of each page of ours
    where a build hands it what Markdown became; there headings have an id each, by which the plugin divides a page, so
    here they are given one.
    """
    jieba.setLogLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as project:
        (Path(project) / "docs").mkdir()
        settings = Path(project) / "mkdocs.yml"
        settings.write_text(SETTINGS, "utf-8")
        config = load_config(str(settings), site_dir=str(folder))
    config.plugins.on_startup(command="build", dirty=False)
    config = config.plugins.on_config(config)
    for key in keys:
        page = SimpleNamespace(url=f"{key}.html", title=key, meta={}, toc=(), content=main_part(read(site, key)))
        config.plugins.on_page_context({}, page=page, config=config, nav=Navigation([], []))
    config.plugins.on_post_build(config=config)
    scripts = Path("assets") / "javascripts"
    for name in ("workers", "lunr"):
        source = Path(theme.__file__).parent / "templates" / scripts / name
        shutil.copytree(source, folder / scripts / name, ignore=shutil.ignore_patterns("*.map"))
    next((folder / scripts / "workers").glob("search.*.js")).rename(folder / WORKER)


def main_part(page: str) -> str:
    """What stands in ``<main>``, every heading with an id."""
    found = MAIN.search(page)
    if found is None:
        raise ValueError(f"a page without <main>: {html.escape(page[:200])}")
    count = iter(range(len(page)))
    return HEADING.sub(lambda heading: f'<h{heading[1]} id="_{next(count)}"', found[1])


WORKER = "assets/javascripts/workers/search.js"
MATERIAL = Engine(
    "Material",
    ("mkdocs-material", "jieba"),
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
    }""".replace("WORKER", WORKER).replace("FIRST", str(TOP)),
)


# ── Side by side ─────────────────────────────────────────────────────────────────────────────────────────────────────

PEERS = (PAGEFIND, MATERIAL)
MEASURES: dict[str, Callable[[Outcome], float]] = {"first": lambda o: o.rank, "recall": lambda o: o.recall}


@dataclass(frozen=True, slots=True)
class Compared:
    """One query and what came of it, ours and by the name of each peer."""

    ours: Outcome
    peers: dict[str, Outcome]

    def worse(self, measure: str) -> dict[str, float]:
        """The peers that did better by a measure of `MEASURES`, with what they reached."""
        of = MEASURES[measure]
        return {name: of(outcome) for name, outcome in self.peers.items() if of(outcome) > of(self.ours)}


def own_pages(catalogue: Catalogue, site: Path) -> list[str]:
    """The keys of all records and of the terms that have a page, as the addresses of the site give them."""
    terms = (f"{each.name}/{term.id}" for each in catalogue.vocabularies.values() if each.pages for term in each)
    return [*catalogue.records, *(key for key in terms if (site / f"{key}.html").is_file())]


def compare(site: Path, keys: Sequence[str], asked: Sequence[Asked], cache: Path | None = None) -> list[Compared]:
    """Ask ours and every peer the same queries, in the order of the queries."""
    ours = list(evaluate(site, asked))
    queries = [each.query for each in asked]
    peers = {engine.name: ask(engine, site, keys, queries, cache) for engine in PEERS}
    return [
        Compared(outcome, {name: Outcome(outcome.asked, found[i]) for name, found in peers.items()})
        for i, outcome in enumerate(ours)
    ]


def table(compared: Sequence[Compared]) -> Iterator[str]:
    """A line for each kind of query, then all: recall@10, MRR and queries without any right one, of each engine."""
    names = [OURS, *compared[0].peers]
    heads = "".join(f"{name:>10}" for name in names)
    yield f"{'':20}{'recall@10':>{len(heads)}}  {'MRR':>{len(heads)}}  {'nothing right':>{len(heads)}}"
    yield f"{'kind':<14}{'n':>6}{heads}  {heads}  {heads}"
    kinds: dict[str, list[Compared]] = {}
    for each in compared:
        kinds.setdefault(each.ours.asked.kind, []).append(each)
    for kind, some in (*kinds.items(), ("all", compared)):
        each_engine = [figures([one.ours for one in some])]
        each_engine += [figures([one.peers[name] for one in some]) for name in names[1:]]
        yield f"{kind:<14}{len(some):>6}" + "  ".join(cells(each_engine))


def cells(each_engine: Sequence[Figures]) -> Iterator[str]:
    """The three groups of a line."""
    yield "".join(f"{figure.recall:10.3f}" for figure in each_engine)
    yield "".join(f"{figure.rank:10.3f}" for figure in each_engine)
    yield "".join(f"{figure.misses:10}" for figure in each_engine)


def worse(compared: Sequence[Compared], show: int, title: Callable[[str], str]) -> Iterator[str]:
    """The queries where a peer does better, with the first ``show`` that each found; a right one bears an asterisk."""
    for measure, of in MEASURES.items():
        some = [each for each in compared if each.worse(measure)]
        wording = {"first": "by the place of the first right one (1 / place)", "recall": "by recall@10"}[measure]
        yield f"\nWorse than a peer {wording}: {len(some)} of {len(compared)}"
        for each in some:
            better = ", ".join(f"{name} {value:.2f}" for name, value in each.worse(measure).items())
            asked = each.ours.asked
            yield f"  {asked.id} [{asked.query}] {of(each.ours):.2f}, {better}; {len(asked.wanted)} right ones"
            if show:
                for name, outcome in ((OURS, each.ours), *each.peers.items()):
                    first = (f"{'*' * (key in asked.wanted)}{title(key)}" for key in outcome.found[:show])
                    yield f"      {name}: {' | '.join(first) or 'nothing'}"


def titles(catalogue: Catalogue, key: str) -> str:
    """The title of a record or a term, with its key."""
    if key in catalogue.records:
        return f"{catalogue.records[key].title} ({key})"
    name, _, term = key.partition("/")
    return f"{catalogue.vocabularies[name][term].label(catalogue.portal.language)} ({key})"


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(), metavar="FOLDER", help="the portal; default: here")
    parser.add_argument("--queries", type=Path, nargs="+", default=[DEV], metavar="FILE", help=f"default: {DEV}")
    parser.add_argument("--site", type=Path, metavar="FOLDER", help="a site built from this catalogue")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keep the peers' indexes here")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="what each found first, where ours is worse")
    options = parser.parse_args(arguments)
    catalogue = check_catalogue(options.root).catalogue
    if catalogue is None:
        sys.exit("the catalogue has errors: kezhu check")
    labels = Labels(catalogue)
    with ExitStack() as stack:
        site = options.site
        if site is None:
            site = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "site"
            run(kezhu("build", "--root", options.root, "--out", site))
        cache = options.cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        keys = own_pages(catalogue, site)
        print(f"{len(keys):,} pages; {'; '.join(engine.version() for engine in PEERS)}")
        for path in options.queries:
            asked = [Asked(q.id, q.query, q.kind, labels.relevant(q.wants)) for q in read_queries(path)]
            compared = compare(site, keys, asked, cache)
            print(f"\n{path.stem}")
            print("\n".join((*table(compared), *worse(compared, options.show, lambda key: titles(catalogue, key)))))


if __name__ == "__main__":
    main(sys.argv[1:])

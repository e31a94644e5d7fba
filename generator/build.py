"""The order of the stages: load, check, join, render, write, index. The detail of any stage is in its own room."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path

from generator import guides, store
from generator.agenda import Calendar
from generator.checkup import Checkup, Progress, Timings, check_catalogue, silent
from generator.indexing import index_parts
from generator.ledgers import Ledgers
from generator.matches import Matches
from generator.model import Catalogue, KezhuError, Page
from generator.places import Places
from generator.render import Job, Renderer
from generator.rulebook import RULES
from generator.sections import MakeSection
from generator.sheet import table_workbook
from generator.standings import Standings
from generator.targets import Targets
from generator.words import Words

CHUNK = 100  # pages per task: long enough to hide the cost of handing over, short enough to keep both cores busy
WORTH_IT = 300  # pages below which a second process costs more than it saves
SECTIONS: tuple[MakeSection, ...] = (
    Standings,
    Matches,
    Places,
    partial(Ledgers, make_book=table_workbook),
    Targets,
    Calendar,
)
"""The rooms with pages of their own, in the order of the foot of every page."""

CACHE = ".kezhu"  # a folder of the root for what the next build need not make again; nothing in it is ever needed
COMMENT = re.compile(r"//.*|/\*.*\*/")
SCRIPT = "search.js"  # made of the parts in assets/search, in the order of their names


@dataclass(frozen=True)
class Built:
    """What a build did."""

    checkup: Checkup
    out: Path
    pages: int = 0
    written: int = 0
    deleted: int = 0
    timings: Timings = field(default_factory=Timings)


def build(
    root: Path,
    out: Path,
    *,
    jobs: int | None = None,
    lang: str | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> Built:
    """Check the catalogue under ``root`` and bring ``out`` up to date; a failed check writes nothing."""
    timings = Timings()
    checkup = check_catalogue(root, today=today, timings=timings, progress=progress)
    catalogue = checkup.catalogue
    if catalogue is None:
        return Built(checkup, out, timings=timings)
    site = Site(root, out, catalogue, lang or catalogue.portal.language, today or date.today(), progress, timings)
    written, deleted = site.write(jobs if jobs is not None else os.cpu_count() or 1)
    return Built(checkup, out, len(site.entries), written, deleted, timings)


class Site:
    """One run of render, write and index for one output folder."""

    def __init__(
        self,
        root: Path,
        out: Path,
        catalogue: Catalogue,
        lang: str,
        today: date,
        progress: Progress,
        timings: Timings,
    ) -> None:
        self.root, self.out, self.catalogue, self.lang, self.today = root, out, catalogue, lang, today
        self.progress, self.timings = progress, timings
        self.entries: list[store.Entry] = []
        self.keys: dict[str, str] = {}
        self.written = 0

    def write(self, jobs: int) -> tuple[int, int]:
        """Write every page; how many files were written and how many deleted."""
        renderer = Renderer(
            self.catalogue, folders(self.root, "templates"), self._assets(), self.lang, self.today, SECTIONS
        )
        todo = renderer.jobs()
        old = store.open_site(self.out)
        before = len(self.timings.stages)
        with (
            self.timings.stage("render + write"),
            executor(jobs if len(todo) >= WORTH_IT else 1, renderer, self.out) as pool,
        ):
            chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
            futures = [submit(pool, chunk, renderer, self.out) for chunk in chunks]
            with self.timings.stage("index (beside the workers)"):
                self._index(old)
            with self.timings.stage("guides (beside the workers)"):
                self._guides(old, renderer.menus())
            done = 0
            for chunk, future in zip(chunks, futures, strict=True):
                for result in future.result():
                    self._keep(result)
                done += len(chunk)
                self.progress("render", done, len(todo))
        self.timings.take_out(before)
        for page in self._static():
            self._keep(store.put(self.out, page))
        with self.timings.stage("manifest"):
            deleted, _ = store.finish(self.out, self.entries, self.keys)
        return self.written, deleted

    def _keep(self, result: store.Put) -> None:
        self.entries.append(result.entry)
        self.written += result.written

    def _assets(self) -> list[Path]:
        return [folder / "assets" for folder in folders(self.root, "site_overrides")]

    def _static(self) -> Iterator[Page]:
        words = Words(self.lang)
        said = {key.removeprefix("search."): words(key) for key in words.keys("search.")}
        yield Page(SCRIPT, search_script(self._assets(), said).encode())

    def _index(self, old: store.Manifest) -> None:
        self.progress("index", 0, len(self.catalogue.records))
        for part in index_parts(self.catalogue, self.lang, self.root / CACHE):
            self._cached(part.name, part.key, part.paths, old, part.make)

    def _guides(self, old: store.Manifest, menus: guides.Menus) -> None:
        self.progress("guides", 0, 0)
        digest = hashlib.sha256(repr((guides_key(self.root, self.lang), menus)).encode())
        make = partial(guides.build_guides, self.root, self.catalogue, self.lang, menus)
        self._cached("guides", digest.hexdigest(), "guide/", old, make)

    def _cached(
        self,
        name: str,
        key: str,
        folder: str | tuple[str, ...],
        old: store.Manifest,
        make: Callable[[], Sequence[Page]],
    ) -> None:
        """Make a part of the site anew only when what it is made from has changed, or its files have been touched."""
        self.keys[name] = key
        entries = [entry for path, entry in old.files.items() if path.startswith(folder)]
        if old.keys.get(name) == key and store.intact(self.out, entries):
            self.entries.extend(entries)
            return
        for page in make():
            self._keep(store.put(self.out, page))


def search_script(assets: Sequence[Path], said: Mapping[str, str] | None = None) -> str:
    """The search page's script: its parts in one function, so that they share names with nobody else.

    ``said`` are the words that it shows, by key; without them it looks for them on the page.
    """
    parts: dict[str, Path] = {}
    for folder in reversed(assets):
        parts.update({path.name: path for path in (folder / "search").glob("*.js")})
    if not parts:
        raise KezhuError("this part of the product is missing", "site_overrides/assets/search")
    lines = (line for name in sorted(parts) for line in parts[name].read_text("utf-8").splitlines())
    # a line of comment and the space before a line are a fifth of what a phone fetches before it can search
    body = "\n".join(line for each in lines if (line := each.strip()) and not COMMENT.fullmatch(line))
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f'(function () {{\n"use strict";\nvar SAID = {words};\n{body}\n}})();\n'


def folders(root: Path, name: str) -> list[Path]:
    """The root's own folder first, then the product's, which a wheel carries inside the package."""
    package = Path(__file__).parent
    shipped = package / name if (package / name).is_dir() else package.parent / name
    return list(dict.fromkeys(folder.resolve() for folder in (root / name, shipped) if folder.is_dir()))


def guides_key(root: Path, lang: str) -> list[object]:
    """Everything that the guides are made from."""
    names = ("pages", "schemas", "vocabularies", "plans")
    places = [*(root / "catalogue" / name for name in names), *folders(root, "site_overrides")]
    files = sorted(path for place in places if place.is_dir() for path in place.rglob("*") if path.is_file())
    files += [path for path in (root / "mkdocs.yml", root / "catalogue" / "portal.yml") if path.is_file()]
    package = Path(__file__).parent
    files += [package / name for name in ("guides.py", "rulepage.py", "plugin.py")]
    files += sorted((package / "locale" / lang).glob("*.po"))
    content: list[object] = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    rules = [(rule.id, rule.stage, rule.severity, rule.about[lang]) for rule in RULES.values()]
    return [*content, rules, lang, version("mkdocs"), version("mkdocs-material")]


# ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_worker: dict[str, tuple[Renderer, Path]] = {}
"""What a worker process was started with; the catalogue reaches it by fork and is never pickled."""


@contextmanager
def executor(jobs: int, renderer: Renderer, out: Path) -> Iterator[Executor | None]:
    """A pool of processes that share the catalogue, or nothing where one process does as well."""
    if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        yield None
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(renderer, out)) as pool:
        yield pool


def _start(renderer: Renderer, out: Path) -> None:
    _worker["site"] = (renderer, out)


def _work(chunk: Sequence[Job]) -> list[store.Put]:
    renderer, out = _worker["site"]
    return render_chunk(chunk, renderer, out)


def submit(pool: Executor | None, chunk: Sequence[Job], renderer: Renderer, out: Path) -> Future[list[store.Put]]:
    """Hand a chunk of pages to the pool, or do it now."""
    if pool is not None:
        return pool.submit(_work, chunk)
    future: Future[list[store.Put]] = Future()
    future.set_result(render_chunk(chunk, renderer, out))
    return future


def render_chunk(chunk: Sequence[Job], renderer: Renderer, out: Path) -> list[store.Put]:
    """Render and write pages one by one, so that no more than one is in memory; a failure names its page."""
    results = []
    for job in chunk:
        try:
            page = renderer.render(job)
        except KezhuError:
            raise
        except Exception as error:  # whatever a template does wrong, say on which page
            raise KezhuError(f"this page cannot be made: {type(error).__name__}: {error}", str(job)) from error
        results.append(store.put(out, page))
    return results

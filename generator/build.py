"""The order of the stages: load, check, join, render, write, index. The detail of any stage is in its own room."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from generator import fresh, report, store
from generator.agenda import Calendar
from generator.checkup import Checkup, Progress, Timings, check_catalogue, silent
from generator.coverage import Coverage
from generator.finder import Finder
from generator.keeping import Keeper
from generator.ledgers import Ledgers
from generator.manifest import Entry, Manifest
from generator.matches import Matches
from generator.missing import Missing
from generator.model import Catalogue, Page, Problem
from generator.pickles import Pickles
from generator.places import Places
from generator.render import Job, Renderer
from generator.script import search_scripts
from generator.sections import MakeSection
from generator.standings import Standings
from generator.targets import Targets
from generator.track import take_made
from generator.update import APART, Update
from generator.words import LANGUAGES, Words
from generator.workers import Alone, Batch, Maker, render_chunk, take_shared

CHUNK = 100  # pages per task: long enough to hide the cost of handing over, short enough to keep both cores busy
WORTH_IT = 300  # pages below which a second process costs more than it saves


def make_book(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]], title: str) -> bytes:
    """`sheet.table_workbook`, loaded when a workbook is made."""
    from generator.sheet import table_workbook  # noqa: PLC0415 - a tenth of a second, and few builds need it

    return table_workbook(sheets, title)


SECTIONS: tuple[MakeSection, ...] = (
    Standings,
    Matches,
    Places,
    Finder,
    partial(Coverage, make_book=make_book),
    partial(Missing, make_book=make_book),
    partial(Ledgers, make_book=make_book),
    Targets,
    Calendar,
)
"""The rooms with pages of their own, in the order of the foot of every page."""


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
    pages_only: bool = False,
    scheduler: str = "",
    progress: Progress = silent,
    look: fresh.Look | None = None,
) -> Built:
    """Check the catalogue under ``root`` and bring ``out`` up to date; a failed check writes nothing.

    ``pages_only`` leaves index and guides as they are. ``look`` is what `fresh.look` told somebody.
    ``scheduler`` is the address of a Dask cluster that makes the pages; root and out are folders that it shares.
    """
    take_made()  # what a build that failed has left, or another one in this process
    timings, today = Timings(), today or date.today()
    look = look or fresh.look(root, out, fresh.options(lang, today, pages_only=pages_only))
    jobs = jobs if jobs is not None else os.cpu_count() or 1

    how = How(root, out, lang or "", today, jobs, pages_only, scheduler, progress, timings)

    def make_site(catalogue: Catalogue) -> Site:
        return Site(catalogue, how)

    if look.state is not None and not look.touched:
        update = Update(root, out, look, make_site, today, timings, progress)
        if update.run() and update.checkup is not None:
            site = update.site
            return Built(update.checkup, out, len(site.manifest.lines), site.written, update.deleted, timings)
        take_made()
    if look.state is not None:
        look.state.close()
    checkup = check_catalogue(root, today=today, timings=timings, progress=progress, jobs=jobs)
    catalogue = checkup.catalogue
    if catalogue is None:
        return Built(checkup, out, timings=timings)
    site = make_site(catalogue)
    deleted = site.write(look, checkup.problems)
    return Built(checkup, out, len(site.manifest.lines), site.written, deleted, timings)


@dataclass(frozen=True)
class How:
    """What a build was asked to do."""

    root: Path
    out: Path
    lang: str  # empty: the portal's own
    today: date
    jobs: int
    pages_only: bool
    scheduler: str
    progress: Progress
    timings: Timings


def make_renderer(root: Path, catalogue: Catalogue, lang: str, today: date) -> Renderer:
    """What makes the pages of a catalogue."""
    return Renderer(catalogue, folders(root, "templates"), assets(root), lang, today, SECTIONS)


class Site:
    """One run of render, write and index for one output folder."""

    def __init__(self, catalogue: Catalogue, how: How) -> None:
        self.catalogue, self.how = catalogue, how
        self.root, self.out, self.today, self.progress, self.timings = (
            how.root,
            how.out,
            how.today,
            how.progress,
            how.timings,
        )
        self.place = store.place_of(how.out)
        self.put = partial(store.put, self.place, new=self.place != how.out)
        self.lang = how.lang or catalogue.portal.language
        self.names = Pickles(catalogue)
        self.entries: list[Entry] = []
        self.keys: dict[str, str] = {}
        self.manifest = Manifest()  # once all is written
        self.changed: list[str] = []  # the paths of what was written

    @property
    def written(self) -> int:
        """How many files were written."""
        return len(self.changed)

    def renderer(self) -> Renderer:
        """What makes the pages."""
        return make_renderer(self.root, self.catalogue, self.lang, self.today)

    def write(self, look: fresh.Look, problems: Sequence[Problem]) -> int:
        """Write every page, and keep what the next build can use; how many files were deleted."""
        old = store.open_site(self.place)
        keeper = Keeper(self.root, self.out, self.catalogue, self.names, look)
        try:
            renderer = self.renderer()
            todo = renderer.jobs()
            keeper.take(take_shared(self.names))
            before = len(self.timings.stages)
            with self.timings.stage("render + write"):
                renderer.prepare()
                keeper.take(take_shared(self.names))
                for batch in self.render(todo, renderer, lambda: self.beside(old, renderer), whole=True):
                    keeper.take(batch)
            self.timings.take_out(before)
            for page in self._static():
                self._keep(self.put(page))
            with self.timings.stage("manifest"):
                self.manifest = Manifest.of(self.entries, self.keys)
                deleted, _ = store.finish(self.place, self.manifest)
                store.settle(self.place, self.out)
            with self.timings.stage("keep"):
                keeper.finish(self.told(problems), list(problems))
        except BaseException:
            keeper.drop()
            raise
        return deleted

    def render(
        self,
        todo: Sequence[Job],
        renderer: Renderer,
        meanwhile: Callable[[], None],
        *,
        whole: bool,
        starting: Callable[[], None] | None = None,
    ) -> Iterator[Batch]:
        """Make pages, and something else beside them.

        ``whole`` says that these are all pages there are: only then are others asked to make some of them.
        ``starting`` is called first in each process.
        """
        with self._makers(todo, renderer, starting, whole=whole) as (chunks, makers):
            done = 0
            for count, batch in makers.make(chunks, meanwhile):
                for made in batch.pages:
                    self._keep(made.put)
                yield batch
                done += count
                self.progress("render", done, len(todo))

    @contextmanager
    def _makers(
        self, todo: Sequence[Job], renderer: Renderer, starting: Callable[[], None] | None, *, whole: bool
    ) -> Iterator[tuple[Sequence[Sequence[Job]], Maker]]:
        """The pages in portions, and who makes them: processes of this machine, or a cluster."""
        how = self.how
        chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
        if len(todo) < WORTH_IT and not (how.scheduler and whole):
            yield chunks, Alone(lambda chunk: render_chunk(chunk, renderer, self.put, self.names))
            return
        from generator import hands  # noqa: PLC0415 - loads what several processes need, which few pages do not

        if how.scheduler and whole:
            from generator import cluster  # noqa: PLC0415 - only who has a cluster needs it

            root, out = str(self.root.resolve()), str(self.place.resolve())
            task = cluster.Task(root, out, self.lang, self.today, cluster.digest(self.catalogue))
            with cluster.cluster(how.scheduler, task) as give:
                yield cluster.shards(todo, self.catalogue), hands.Hands(give)
            return
        with hands.processes(how.jobs, renderer, self.put, self.names, starting) as makers:
            yield chunks, makers

    def beside(self, old: Manifest, renderer: Renderer) -> None:
        """Index and guides, which need no page."""
        if self.how.pages_only:
            self.entries.extend(old.under(APART))
            self.keys.update(old.keys)
            return
        with self.timings.stage("index (beside the workers)"):
            self._index(old)
        with self.timings.stage("guides (beside the workers)"):
            self._guides(old, renderer.menus())

    def told(self, problems: Sequence[Problem]) -> dict[str, Any]:
        """What a build says when it is done, for one that need not do it again."""
        types = self.catalogue.types.values()
        return {
            "records": [[t.title(lang) for lang in LANGUAGES] + [len(self.catalogue.by_type[t.name])] for t in types],
            "files": len(self.manifest.lines),
            "problems": [report.as_text(problems, Words(lang)) if problems else "" for lang in LANGUAGES],
        }

    def _keep(self, result: store.Put) -> None:
        self.entries.append(result.entry)
        if result.written:
            self.changed.append(result.entry.path)

    def _static(self) -> Iterator[Page]:
        words = Words(self.lang)
        said = {key.removeprefix("search."): words(key) for key in words.keys("search.")}
        yield from search_scripts(assets(self.root), said)

    def _index(self, old: Manifest) -> None:
        from generator.indexing import index_parts  # noqa: PLC0415 - pinyin and traditional characters: half a second

        self.progress("index", 0, len(self.catalogue.records))
        for part in index_parts(self.catalogue, self.lang, self.root / fresh.FOLDER):
            self._cached(part.name, part.key, part.paths, old, part.make)

    def _guides(self, old: Manifest, menus: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        from generator import guides  # noqa: PLC0415 - not needed when only pages are made

        self.progress("guides", 0, 0)
        key = guides.guides_key(self.root, self.lang, menus, folders(self.root, "site_overrides"))
        make = partial(guides.build_guides, self.root, self.catalogue, self.lang, menus)
        self._cached("guides", key, "guide/", old, make)

    def _cached(
        self,
        name: str,
        key: str,
        folder: str | tuple[str, ...],
        old: Manifest,
        make: Callable[[], Sequence[Page]],
    ) -> None:
        """Make a part of the site anew only when what it is made from has changed, or its files have been touched."""
        self.keys[name] = key
        entries = old.under(folder)
        if old.keys.get(name) == key and store.intact(self.place, entries):
            self.entries.extend(entries)
            return
        for page in make():
            self._keep(self.put(page))


def assets(root: Path) -> list[Path]:
    """The folders of style sheets and scripts, the root's own first."""
    return [folder / "assets" for folder in folders(root, "site_overrides")]


def folders(root: Path, name: str) -> list[Path]:
    """The root's own folder first, then the product's, which a wheel carries inside the package."""
    package = Path(__file__).parent
    shipped = package / name if (package / name).is_dir() else package.parent / name
    return list(dict.fromkeys(folder.resolve() for folder in (root / name, shipped) if folder.is_dir()))

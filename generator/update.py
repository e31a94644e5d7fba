"""Brings a site up to date after some records have changed: only those pages are made that read what changed.

Everything else comes from the state of the last build. Whatever is out of the ordinary (another schema, template or
word, a record that others name and that is gone) is left to a whole build.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import duties, fresh, load, report, stamps, store
from generator.checkup import Checkup, Known, Progress, Timings, check_catalogue
from generator.manifest import MANIFEST, Manifest
from generator.model import Catalogue, Problem, RawRecord
from generator.pickles import ERRORS, Pickles, load_frame
from generator.records import RESERVED
from generator.render import Job, Renderer
from generator.state import Broken, Readers, State, readers_of
from generator.stored import Changed, Patch, Stored, derive, note_values
from generator.track import ABSENT, now
from generator.workers import Batch, Shared, take_shared

if TYPE_CHECKING:
    from generator.build import Site

FEW = 200  # changed files above which everything is read anew
APART = ("guide/", "pagefind/", "search/")
"""How the paths of what is no page begin: guides and index."""
PLANNED = "render.Renderer._jobs()"
MENUS = "render.Renderer.menus()"


@dataclass
class Edits:
    """What is different from the last build."""

    catalogue: Catalogue
    changed: Changed
    records: Mapping[str, tuple[str, Mapping[str, Any]] | None]  # by key: path, values; ``None`` is gone
    derived: Mapping[str, Any]  # as in the state; ``None`` is gone
    checkup: Checkup


class Whole(Exception):
    """The whole site has to be made."""


@dataclass
class Shelf:
    """Shared results of the last build, but for those that may have changed and have not been made again."""

    state: State
    names: Pickles
    suspects: set[str] = field(default_factory=set)

    def find(self, node: str) -> Any:
        """The result of that name, or `ABSENT`."""
        if node in self.suspects:
            return ABSENT
        row = self.state.memo(node)
        if row is None or row[1] is None:
            return ABSENT
        try:
            return self.names.loads(row[1])
        except (*ERRORS, KeyError, EOFError, IndexError):
            return ABSENT


class Update:
    """One run. After `run` has said yes, ``site`` and ``checkup`` tell what was done."""

    def __init__(
        self,
        root: Path,
        out: Path,
        look: fresh.Look,
        make_site: Callable[[Catalogue], Site],
        today: date,
        timings: Timings,
        progress: Progress,
    ) -> None:
        self.root, self.out, self.look, self.make_site = root, out, look, make_site
        self.today, self.timings, self.progress = today, timings, progress
        self.checkup: Checkup | None = None
        self.deleted = 0

    def run(self) -> bool:
        """Whether the site is up to date; where not, it has to be made as a whole, and nothing has been done to it."""
        state = self.look.state
        if state is None:
            return False
        self.state = state
        try:
            edits = self._edits(self._files())
            self.site = self.make_site(edits.catalogue)
            self.checkup = edits.checkup
            if not edits.checkup.failed:
                self._remake(edits)
        except (Whole, Broken):
            return False
        finally:
            now.shelf = None
            state.close()
        return True

    # ── What has changed ──

    def _files(self) -> list[str]:
        """The changed files of records, below the catalogue; raises `Whole` for any other file."""
        base = f"{self.root.resolve() / 'catalogue'}{os.sep}"
        found = []
        for path in self.look.changed:
            inner = path.removeprefix(base).replace(os.sep, "/")
            top, _, name = inner.partition("/")
            if inner == path or top in RESERVED or "/" in name or top.endswith((".yml", ".md")):
                raise Whole
            found.append(inner)
        return found

    def _edits(self, files: Sequence[str]) -> Edits:
        with self.timings.stage("load"):
            frame = self._frame()
            given = (frame.portal, frame.types, frame.vocabularies, frame.plans, frame.exemptions)
            self.project = load.Project(self.root, *given)
        if len(files) <= FEW and all("/" in name for name in files):
            with suppress(Whole):
                return self._few(files, frame)
        return self._many(frame)

    def _frame(self) -> Catalogue:
        """The catalogue without its records as the last build found it: no file that it stands in has changed."""
        try:
            return load_frame(self.state.get("meta", "frame"))
        except (*ERRORS, EOFError, IndexError):
            raise Whole from None

    def _few(self, files: Sequence[str], frame: Catalogue) -> Edits:
        """Read the changed files and nothing else."""
        names = Pickles(frame)
        stored = Stored(self.state, frame, names)
        names.catalogue = catalogue = stored.joined()
        base = self.root / "catalogue"
        there = [base / name for name in files if (base / name).is_file()]
        gone: dict[str, list[str]] = {}
        for name in files:
            if base / name not in there:
                gone.setdefault(name.partition("/")[0], []).append(Path(name).stem)
        kept: list[RawRecord] = []
        old = self._old_problems(names)
        read = {f"catalogue/{name}" for name in files}
        problems = [problem for problem in old if problem.path not in read]
        checkup = Checkup(tuple(problems), self.project, catalogue, 0)
        if there:
            found = check_catalogue(
                self.root,
                only=there,
                today=self.today,
                timings=self.timings,
                progress=self.progress,
                kept=kept,
                project=self.project,
                known=Known(
                    lambda name: {**stored.titles(name), **dict.fromkeys(gone.get(name, ()), "")}, stored.settled
                ),
            )
            if found.failed:
                raise Whole  # the whole check tells all that is wrong
            settled = {f"{raw.type}/{raw.id}" for raw in kept if stored.settled(raw)}
            problems += [p for p in old if p.rule == "near-duplicate-title" and p.record in settled]
            checkup = Checkup(tuple(report.order([*problems, *found.problems])), found.project, catalogue, found.count)
        raws = {f"{raw.type}/{raw.id}": raw for raw in kept}
        patch = Patch(stored)
        wanted = [name.removesuffix(".yml") for name in files]
        if len(kept) != len(there) or not set(raws) <= set(wanted):
            raise Whole
        for key in wanted:
            if key.partition("/")[0] not in frame.types:
                raise Whole
            self._tell(patch, key, raws.get(key), frame)
        if any(raw is None and stored.value(f"back:{key}") for key, raw in patch.records.items()):
            raise Whole
        return Edits(catalogue, patch.changed, self._plain(patch), stored.derived, checkup)

    def _tell(self, patch: Patch, key: str, raw: RawRecord | None, frame: Catalogue) -> None:
        """Apply one change; raises `Whole` where others have to be asked whether it is right."""
        patch.apply(key, raw)
        what = patch.changed.get(key, set())
        type_name = key.partition("/")[0]
        need = duties.needs(frame.plans).get(type_name)
        if need is not None and what and ("?" in what or what & need.fields):
            raise Whole
        parts = {part for _, _, part in patch.stored.value(f"back:{key}") or ()}
        if parts - {""} and any(spec.kind == "object" and spec.name in what for spec in frame.types[type_name].fields):
            raise Whole

    @staticmethod
    def _plain(patch: Patch) -> dict[str, tuple[str, Mapping[str, Any]] | None]:
        found: dict[str, tuple[str, Mapping[str, Any]] | None] = {}
        for key, raw in patch.records.items():
            record = patch.stored.found.get(key)
            found[key] = (raw.path, dict(record.values)) if raw is not None and record is not None else None
        return found

    def _old_problems(self, names: Pickles) -> list[Problem]:
        """What the last check said."""
        data = self.state.get("meta", "problems")
        if data is None:
            raise Whole
        try:
            problems: list[Problem] = names.loads(data)
        except (*ERRORS, KeyError):
            raise Whole from None
        return problems

    def _many(self, frame: Catalogue) -> Edits:
        """Check and join everything, and see what is different."""
        checkup = check_catalogue(
            self.root, today=self.today, timings=self.timings, progress=self.progress, project=self.project
        )
        catalogue = checkup.catalogue
        if catalogue is None:
            return Edits(frame, {}, {}, {}, checkup)
        changed: Changed = {}
        names = Pickles(catalogue)
        old_records, old = self.state.all("record"), self.state.all("derived")
        records: dict[str, tuple[str, Mapping[str, Any]] | None] = {}
        for key in dict.fromkeys([*old_records, *catalogue.records]):
            record, was = catalogue.records.get(key), old_records.get(key)
            now_ = (record.path, dict(record.values)) if record is not None else None
            if was and now_ and (was[0], was[1], list(was[1])) == (now_[0], now_[1], list(now_[1])):
                continue
            type_name = key.partition("/")[0]
            if type_name not in catalogue.types:
                return Edits(frame, {}, {}, {}, checkup)
            note_values(changed, catalogue.types[type_name], key, was and was[1], now_ and now_[1])
            records[key] = now_
        new = dict(derive(catalogue, names))
        derived = {name: new.get(name) for name in {*new, *old} if normal(new.get(name)) != normal(old.get(name))}
        for name in derived:
            kind, _, rest = name.partition(":")
            if kind == "list":
                changed.setdefault(f"{rest}/", set()).add("#")
            elif kind == "back":
                changed.setdefault(rest, set()).add("<")
            elif kind == "term":
                changed.setdefault(f"@{rest}", set()).add("#")
        was_counts, new_counts = old.get("counts", {}), new["counts"]
        for place in {*was_counts, *new_counts}:
            if was_counts.get(place) != new_counts.get(place):
                changed.setdefault(f"@{place}", set()).add("n")
        return Edits(catalogue, changed, records, derived, checkup)

    # ── Pages ──

    def _remake(self, edits: Edits) -> None:
        """Make what read any of it, and keep what that read."""
        site, state = self.site, self.state
        if not edits.records:
            self._finish_unchanged(edits)
            return
        shelf = now.shelf = Shelf(state, site.names)
        with self.timings.stage("what to make"):
            pages, suspects = self._readers(edits.changed)
            shelf.suspects = set(suspects)
            renderer = site.renderer()
            judge = Judge(renderer, site.names, state, shelf)
            if MENUS in suspects and judge.differs(MENUS):
                raise Whole
            gone: dict[str, int] = {}
            todo: dict[str, Job] = {}
            for node, readers in suspects.items():
                if readers and judge.differs(node):
                    pages |= readers
            for _, name, job in state.nodes(sorted(pages)):
                todo[name] = Job(*job)
            if PLANNED in suspects and judge.differs(PLANNED):
                gone = self._replan(renderer, todo)
        old = self._manifest()
        batches = [take_shared(site.names)]
        fresh.marker(self.root, self.out).write_bytes(b"")
        before = len(self.timings.stages)
        with self.timings.stage("render + write"):
            jobs = [todo[path] for path in sorted(todo)]
            batches += site.render(
                jobs, renderer, lambda: site.beside(old, renderer), whole=False, starting=state.reopen
            )
        self.timings.take_out(before)
        with self.timings.stage("manifest"):
            left = {*gone, *(entry.path for entry in old.under(APART))} - {entry.path for entry in site.entries}
            site.manifest = old.altered(site.entries, left, site.keys)
            store.amend(self.out, left, site.manifest)
            self.deleted = len(left)
        with self.timings.stage("keep"):
            self._keep(edits, batches, gone.values(), suspects)
            self._put_meta(edits, [*site.changed, *left, MANIFEST])
            state.commit()
            fresh.marker(self.root, self.out).unlink(missing_ok=True)

    def _manifest(self) -> Manifest:
        """The manifest of the last build; nobody has touched it since."""
        try:
            return store.our_manifest(self.out)
        except (OSError, ValueError):
            raise Whole from None

    def _readers(self, changed: Changed) -> tuple[set[int], dict[str, set[int]]]:
        """The pages that read any of it, and the shared results that did or that used such a result, with their pages.

        Shared results come with the numbers of the pages that use them, in the order in which they were met.
        """
        pages: set[int] = set()
        suspects: dict[str, set[int]] = {}
        waiting: list[str] = []

        def split(numbers: Iterable[int], into: set[int]) -> None:
            for number, name, job in self.state.nodes(numbers):
                if job is not None:
                    into.add(number)
                elif name not in suspects:
                    suspects[name] = set()
                    waiting.append(name)

        for thing, what in sorted(changed.items()):
            split(sorted(readers_of(self.state, thing, frozenset(what))), pages)
        while waiting:
            node = waiting.pop()
            split(sorted(readers_of(self.state, node)), suspects[node])
        return pages, suspects

    def _replan(self, renderer: Renderer, todo: dict[str, Job]) -> dict[str, int]:
        """Add the pages that are new; those that are gone, with their numbers."""
        planned = {renderer.address(job): job for job in renderer.jobs()}
        known = self.state.pages()
        todo.update((path, job) for path, job in planned.items() if path not in known)
        gone = {path: number for path, number in known.items() if path not in planned}
        for path in gone:
            todo.pop(path, None)
        return gone

    # ── Keeping ──

    def _keep(
        self,
        edits: Edits,
        batches: Iterable[Batch],
        gone: Iterable[int],
        suspects: Iterable[str],
    ) -> None:
        """Begin to note what was made and from what; without the nodes that are ``gone``."""
        state = self.state
        state.begin()
        for table, values in (("record", edits.records), ("derived", edits.derived)):
            for name in [name for name, value in values.items() if value is None]:
                state.drop(table, name)
            state.put_all(table, ((name, value) for name, value in values.items() if value is not None))
        for name in suspects:
            state.drop("memo", name)
        readers, last = Readers(), state.last_number()
        shared: dict[str, tuple[Shared, Sequence[str]]] = {}
        for batch in batches:
            shared.update((each.name, (each, batch.kinds)) for each in batch.shared)
            for made in batch.pages:
                number = state.number(made.put.entry.path)
                if number is None:
                    number = last = last + 1
                    state.add_nodes([(number, made.put.entry.path, tuple_of(made.job))])
                readers.add(number, made.deps, batch.kinds)
        for each, kinds in shared.values():
            number = state.number(each.name)
            if number is None:
                number = last = last + 1
                state.add_nodes([(number, each.name, None)])
            readers.add(number, each.deps, kinds)
        state.put_memos((each.name, each.args, each.value) for each, _ in shared.values())
        state.drop_nodes(gone)
        readers.merge(state)

    def _finish_unchanged(self, edits: Edits) -> None:
        """Nothing that any page could read is different: only what the files look like is noted."""
        self.site.manifest = self._manifest()
        self.state.begin()
        self._put_meta(edits)
        self.state.commit()

    def _put_meta(self, edits: Edits, written: Iterable[str] = ()) -> None:
        state, site = self.state, self.site
        state.alter("inputs", self.look.renewed)
        state.alter("outputs", stamps.own(str(self.out), written))
        state.put("meta", "told", site.told(edits.checkup.problems))
        state.put("meta", "problems", site.names.dumps(list(edits.checkup.problems)))


@dataclass
class Judge:
    """Makes shared results again and says whether they differ from what they were."""

    renderer: Renderer
    names: Pickles
    state: State
    shelf: Shelf
    known: dict[str, bool] = field(default_factory=dict)

    def differs(self, node: str) -> bool:
        """Whether a shared result is another one now; what cannot be told is another one."""
        if node not in self.known:
            self.known[node] = self._differs(node)
        return self.known[node]

    def _differs(self, node: str) -> bool:
        row = self.state.memo(node)
        if row is None or row[0] is None or row[1] is None:
            return True
        owner, name = self._owner(node.partition("(")[0])
        if owner is None:
            return True
        try:
            args = self.names.loads(row[0])
            found = getattr(owner, name)
            value = found(*args) if callable(found) else found
        except (*ERRORS, KeyError):  # of a record that is gone
            return True
        return self.names.dumps(value) != row[1]

    def _owner(self, name: str) -> tuple[Any, str]:
        """Who has such a method: the renderer, a section, or what a section holds."""
        owner, _, method = name.rpartition(".")
        holders = [self.renderer, *self.renderer.sections]
        holders += [held for section in self.renderer.sections for held in vars(section).values()]
        for holder in holders:
            for kind in type(holder).__mro__:
                if f"{kind.__module__.rpartition('.')[2]}.{kind.__qualname__}" == owner:
                    return holder, method
        return None, method


def normal(value: Any) -> Any:
    """Lists and tuples alike, as they come back from where they were kept."""
    if isinstance(value, list | tuple):
        return [normal(each) for each in value]
    return value


def tuple_of(job: Job) -> tuple[str, str, str, int]:
    """A job as plain values."""
    return (job.kind, job.a, job.b, job.c)

"""The order of the checks: load, check, rules, join. The detail of any of them is in its own room.

Made apart from `build`, so that ``kezhu check`` loads nothing that makes pages.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from generator import check, join, load, records, report, rules
from generator import planrules as planrules  # asks what the plans ask
from generator import quality as quality  # puts its rules into the book
from generator import ruletexts as ruletexts  # puts the rules without a function into the book
from generator.model import Catalogue, Problem, RawRecord, Several
from generator.rulebook import RULES, Scene, unsettled

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, how much is done and how much there is (0 when unknown)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Stage:
    """What one stage cost: wall and CPU in seconds."""

    name: str
    wall: float
    cpu: float


@dataclass
class Timings:
    """The cost of every stage, and the largest memory seen, in bytes."""

    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside; the CPU of finished child processes counts."""
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.stages.append(Stage(name, time.perf_counter() - wall, _cpu() - cpu))

    def take_out(self, start: int) -> None:
        """The last stage held the ones from ``start`` on: their CPU is theirs, not its own."""
        *inner, outer = self.stages[start:]
        own = outer.cpu - sum(stage.cpu for stage in inner)
        self.stages[-1] = Stage(outer.name, outer.wall, own)

    @property
    def peak(self) -> int:
        """Largest resident set of this process or of any child, in bytes."""
        unit = 1 if sys.platform == "darwin" else 1024
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return unit * max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@dataclass(frozen=True)
class Checkup:
    """What checking found; ``catalogue`` is there when it was wanted and nothing stands in the way of a build."""

    problems: tuple[Problem, ...]
    project: load.Project
    catalogue: Catalogue | None = None
    count: int = 0  # records that were looked at

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True)
class Known:
    """What a check of the whole has found out about records, and need not be found out again."""

    titles: Callable[[str], Mapping[str, str]]  # of the records of a type, by id
    settled: Callable[[RawRecord], bool]  # whether its title and terms are what they were


def check_catalogue(
    root: Path,
    *,
    only: Sequence[Path] = (),
    joined: bool = True,
    today: date | None = None,
    timings: Timings | None = None,
    progress: Progress = silent,
    kept: list[RawRecord] | None = None,
    project: load.Project | None = None,
    known: Known | None = None,
    jobs: int = 1,
) -> Checkup:
    """Load, check and join; problems in order, the catalogue only when it is wanted and no error was found.

    With ``only``, just these files and folders are read and checked, against the ids of the whole catalogue; nothing
    is joined then. Without ``joined`` records are forgotten as they go by, so that memory stays flat, unless somebody
    gives a list in which they are ``kept``. ``project`` and what is ``known`` of its records come from a check of the
    whole. ``jobs`` processes read at most.
    """
    timings = timings or Timings()
    progress("load", 0, 0)
    project_known = project is not None
    with timings.stage("load"):
        project = project or load.load_project(root)
        wanted = records.wanted_paths(root, only) if only else None
        found = records.Records(root, project.types, wanted, rules.watched(), jobs)
        found.known = known.titles if known is not None else None
    problems: list[Problem] = []
    keep = kept is not None or (joined and not only)
    kept = [] if kept is None else kept
    count = 0
    with timings.stage("check"):
        scene = Scene(
            project.types,
            project.vocabularies,
            today or date.today(),
            found,
            partial=bool(only),
            plans=project.plans,
            exemptions=project.exemptions,
            settled=known.settled if known is not None else unsettled,
        )
        checker, runner = check.Checker(project.types, project.vocabularies, known=project_known), rules.Runner(scene)
        for batch in found.batches():
            checked = check_batch(checker, batch, problems)
            runner.see(checked, batch.texts, problems)
            count += len(checked)
            progress("check", count, 0)
            if keep:
                kept.extend(raw._replace(locator=check.NOWHERE) for raw in checked)  # a tree for each file otherwise
        problems.extend(found.problems)
        problems.extend(runner.finish())
        accepted = records.load_accepted(root)
        problems = first_things_first(records.accept(problems, accepted, whole=not only))
    checkup = Checkup(tuple(report.order(problems)), project, count=count)
    if checkup.failed or only or not joined:
        return checkup
    progress("join", 0, 0)
    with timings.stage("join"):
        catalogue = join.join_catalogue(
            project.portal, project.types, project.vocabularies, kept, project.plans, project.exemptions
        )
    return replace(checkup, catalogue=catalogue)


def first_things_first(problems: list[Problem]) -> list[Problem]:
    """Without advice on records that have an error: whoever wrote them has that to mend first.

    What a plan asks waits for the same reason, but one plan's error hides no other duty.
    """
    errors = [p for p in problems if p.severity == "error" and not p.says]
    faulty = {p.record for p in errors if p.record} | {(p.path, p.line) for p in errors}
    files = {p.path for p in errors if p.path.endswith(".yml")}  # one record each
    advice = {name for name, found in RULES.items() if found.stage == "quality" and found.severity == "warning"}
    return [
        p
        for p in problems
        if not (p.rule in advice or p.says) or not (p.record in faulty or (p.path, p.line) in faulty or p.path in files)
    ]


def check_batch(checker: check.Checker, batch: records.Batch, problems: list[Problem]) -> Several:
    """Judge some records of one type."""
    if batch.rows is not None:
        return checker.check_rows(batch.rows, problems)
    return checker.check(batch.records, problems)

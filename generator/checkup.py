"""The order of the checks: load, check, rules, join. The detail of any of them is in its own room.

Made apart from `build`, so that ``kezhu check`` loads nothing that makes pages.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from generator import check, join, load, report, rules
from generator.model import Catalogue, KezhuError, Problem

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
    """What checking found; ``catalogue`` is there when nothing stands in the way of a build."""

    problems: tuple[Problem, ...]
    loaded: load.Loaded
    catalogue: Catalogue | None = None

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return any(problem.severity == "error" for problem in self.problems)


def check_catalogue(
    root: Path,
    *,
    only: Sequence[Path] = (),
    today: date | None = None,
    timings: Timings | None = None,
    progress: Progress = silent,
) -> Checkup:
    """Load, check and join; problems in order, the catalogue only when no error was found."""
    timings = timings or Timings()
    progress("load", 0, 0)
    with timings.stage("load"):
        loaded = load.load_catalogue(root)
    progress("check", 0, len(loaded.records))
    with timings.stage("check"):
        checked = check.check_records(loaded.records, loaded.types, loaded.vocabularies)
        across = rules.check_rules(checked.records, loaded.types)
        problems = tuple(report.order([*loaded.problems, *checked.problems, *across]))
    if only:
        return Checkup(tuple(select(problems, root, only)), loaded)
    checkup = Checkup(problems, loaded)
    if checkup.failed:
        return checkup
    progress("join", 0, 0)
    with timings.stage("join"):
        catalogue = join.join_catalogue(loaded.portal, loaded.types, loaded.vocabularies, checked.records)
    return Checkup(problems, loaded, catalogue)


def select(problems: Sequence[Problem], root: Path, paths: Sequence[Path]) -> list[Problem]:
    """Only the problems of the named files and folders; raises `KezhuError` for a path outside the root."""
    wanted = []
    for path in paths:
        if not path.exists():
            raise KezhuError("there is no such file or folder", path)
        try:
            wanted.append(path.resolve().relative_to(root.resolve()).as_posix())
        except ValueError:
            raise KezhuError(f"this is not inside {root}", path) from None
    return [p for p in problems if any(w in (".", p.path) or p.path.startswith(f"{w}/") for w in wanted)]

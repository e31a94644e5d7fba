"""Where the time goes: a profile of the process that asks for it, in the format of the standard library's pstats."""

from __future__ import annotations

import cProfile
from pathlib import Path
from types import TracebackType


class Profiled:
    """``with Profiled(path):`` writes what happened inside, also when it ended badly."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._profile = cProfile.Profile()

    def __enter__(self) -> Profiled:
        self._profile.enable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._profile.disable()
        self._profile.dump_stats(self.path)

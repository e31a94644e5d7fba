"""Where the time goes: a profile of the process that asks for it, in the format of the standard library's pstats."""

from __future__ import annotations

import cProfile
from pathlib import Path
from types import TracebackType

from generator.model import KezhuError


class Profiled:
    """``with Profiled(path):`` writes what happened inside, also when it ended badly.

    Raises:
        KezhuError: Before anything happens, where no file can be written at that path.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._profile = cProfile.Profile()

    def __enter__(self) -> Profiled:
        try:
            self.path.open("wb").close()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise KezhuError(f"no profile can be written there: {error.strerror}", str(self.path)) from None
        self._profile.enable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._profile.disable()
        self._profile.dump_stats(self.path)

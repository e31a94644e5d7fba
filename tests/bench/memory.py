"""How much memory a command holds at its worst, with all processes that it starts; a run of its own, never a timed one.

Shared pages count once: what is added up is each process's proportional share (Linux). Elsewhere, or where a
command is over before anyone looks, the largest process alone counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

EVERY = 0.02  # seconds between two looks, at least
REST = 9  # times as long as a look takes: looking must not be what the command waits for
PROC = Path("/proc")


def peak(command: Sequence[str | Path], folder: Path | None = None) -> float:
    """Run a command and return the most that it held, in MB; exits when the command fails."""
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    most = 0
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        began = time.perf_counter()
        most = max(most, sum(map(share, family(process.pid))))
        time.sleep(max(EVERY, REST * (time.perf_counter() - began)))
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    unit = 1024 if sys.platform == "darwin" else 1
    return max(most, usage.ru_maxrss // unit) / 1024


def family(pid: int) -> Iterator[int]:
    """A process and all that come from it."""
    yield pid
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def share(pid: int) -> int:
    """The proportional share of a process in kB; 0 when it is gone."""
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0

"""Runs commands as whole processes, in turn, and says what they cost: noise hits both sides alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """One run: wall and CPU in seconds, largest memory of a process in MB."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str], expected: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end and measure it; raises when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(
    commands: dict[str, Sequence[str]], times: int, before: Callable[[str], None] | None = None
) -> dict[str, list[Cost]]:
    """Run each command ``times`` times, one after the other, so that a slow minute hits all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            if before is not None:
                before(name)
            costs[name].append(run(command))
    return costs


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(c.wall for c in costs),
        statistics.median(c.cpu for c in costs),
        statistics.median(c.memory for c in costs),
    )


def table(costs: dict[str, list[Cost]]) -> str:
    """A line for each command: medians, and how far the runs lay apart."""
    lines = []
    for name, runs in costs.items():
        m = middle(runs)
        apart = f"{min(c.wall for c in runs):.2f}–{max(c.wall for c in runs):.2f}"
        lines.append(f"  {name:<44} {m.wall:7.2f} s wall ({apart})  {m.cpu:7.2f} s cpu  {m.memory:6.0f} MB")
    return "\n".join(lines)


def kezhu(*arguments: str | Path) -> list[str]:
    """A command of ours in this checkout."""
    return [sys.executable, "-m", "generator", *map(str, arguments)]

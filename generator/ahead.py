"""Work done by other processes a few portions ahead of whoever asks, in its order. Knows nothing of the work."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

C = TypeVar("C")
R = TypeVar("R")

AHEAD = 8  # portions that may wait for whoever asks: memory stays flat

_worker: dict[str, Callable[[Any], Any]] = {}
"""What a process was started with."""


def forking() -> BaseContext | None:
    """How processes are started that have all that this one has; ``None`` where that cannot be."""
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return None
    return multiprocessing.get_context("fork")


def in_order(work: Callable[[C], R], portions: Iterable[C], count: int) -> Iterator[R]:
    """What ``work`` makes of each portion, in their order, done by this process and ``count`` beside it.

    While the next one is not done, this process does one that nobody has begun. ``work`` reaches the others by fork;
    what goes in and comes out is pickled. Raises what ``work`` raises.
    """
    context = forking()
    if context is None or count < 1:
        yield from map(work, portions)
        return
    with ProcessPoolExecutor(count, context, _start, (work,)) as pool:
        coming = iter(portions)
        waiting: deque[tuple[C, Future[R]]] = deque()
        while True:
            waiting.extend((each, pool.submit(_do, each)) for each in islice(coming, AHEAD - len(waiting)))
            if not waiting:
                return
            if waiting[0][1].done() or not _help(work, waiting):
                yield waiting.popleft()[1].result()


def _help(work: Callable[[C], R], waiting: deque[tuple[C, Future[R]]]) -> bool:
    """Do the first portion that nobody has begun; whether there was one."""
    for place, (portion, future) in enumerate(waiting):
        if future.cancel():
            done: Future[R] = Future()
            done.set_result(work(portion))
            waiting[place] = (portion, done)
            return True
    return False


def _start(work: Callable[[Any], Any]) -> None:
    _worker["work"] = work


def _do(portion: Any) -> Any:
    return _worker["work"](portion)

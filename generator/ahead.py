"""Work done by other processes beside this one, and a few portions ahead of whoever asks. Knows nothing of the work."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

C = TypeVar("C")
R = TypeVar("R")

AHEAD = 8  # portions that may wait for whoever asks: memory stays flat

_worker: dict[str, Callable[[Any], Any]] = {}
"""What a process was started with."""


@contextmanager
def beside(
    work: Callable[[C], R], count: int, starting: Callable[[], None] | None = None
) -> Iterator[Callable[[C], Future[R]] | None]:
    """What hands a portion to one of ``count`` processes for ``work``; ``None`` where there can be no such processes.

    They have all that this one has, by fork, and call ``starting`` first; portions and results are pickled. Where
    something is raised, nobody waits for what has not been begun.
    """
    context = _forking()
    if count < 1 or context is None:
        yield None
        return
    with ProcessPoolExecutor(count, context, _start, (work, starting)) as pool:
        try:
            yield lambda portion: pool.submit(_do, portion)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _forking() -> BaseContext | None:
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return None
    return multiprocessing.get_context("fork")


def in_order(work: Callable[[C], R], portions: Iterable[C], count: int) -> Iterator[R]:
    """What ``work`` makes of each portion, in their order, done by this process and ``count`` beside it.

    While the next one is not done, this process does one that nobody has begun. Raises what ``work`` raises.
    """
    with beside(work, count) as give:
        if give is None:
            yield from map(work, portions)
            return
        coming = iter(portions)
        waiting: deque[tuple[C, Future[R]]] = deque()
        while True:
            waiting.extend((each, give(each)) for each in islice(coming, AHEAD - len(waiting)))
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


def _start(work: Callable[[Any], Any], starting: Callable[[], None] | None) -> None:
    _worker["work"] = work
    if starting is not None:
        starting()


def _do(portion: Any) -> Any:
    return _worker["work"](portion)

"""Pages made by several processes: each is written where it is made, and only what became of it comes back.

The catalogue reaches the processes by fork and is never pickled.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from generator.pickles import Pickles
from generator.render import Renderer
from generator.track import take_made
from generator.workers import Alone, Batch, Chunk, Maker, Writer, render_chunk

_worker: dict[str, Any] = {}
"""What a worker process was started with."""


@dataclass(frozen=True)
class Hands:
    """``give`` hands a chunk to somebody else, ``own`` makes one here, if there is such."""

    give: Callable[[Chunk], Future[Batch]]
    own: Callable[[Chunk], Batch] | None = None

    def make(self, chunks: Iterable[Chunk], meanwhile: Callable[[], None]) -> Iterator[tuple[int, Batch]]:
        """As `Maker` has it.

        Whoever asks makes the next chunk that nobody has begun while the first one is not done: this process works as
        hard as the others do, and no more results wait than there are others at work.
        """
        waiting = deque((chunk, self.give(chunk)) for chunk in chunks)
        meanwhile()
        while waiting:
            chunk, future = waiting[0]
            if self.own is not None and not future.done() and self._take(waiting, self.own):
                continue
            batch = future.result()
            waiting.popleft()  # what has been taken is forgotten: memory stays flat
            yield len(chunk), batch

    @staticmethod
    def _take(waiting: deque[tuple[Chunk, Future[Batch]]], own: Callable[[Chunk], Batch]) -> bool:
        for place, (chunk, future) in enumerate(waiting):
            if future.cancel():
                made: Future[Batch] = Future()
                made.set_result(own(chunk))
                waiting[place] = (chunk, made)
                return True
        return False


@contextmanager
def processes(
    count: int, renderer: Renderer, put: Writer, names: Pickles, starting: Callable[[], None] | None = None
) -> Iterator[Maker]:
    """This process and ``count - 1`` others, which ``starting`` is called in first; alone where it must be."""

    def own(chunk: Chunk) -> Batch:
        return render_chunk(chunk, renderer, put, names)

    if count < 2 or "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        yield Alone(own)
        return
    context = multiprocessing.get_context("fork")
    gc.collect()
    gc.freeze()  # what all share is not looked through by each, which would copy it
    with ProcessPoolExecutor(count - 1, context, _start, (renderer, put, names, starting)) as pool:
        try:
            yield Hands(lambda chunk: pool.submit(_work, chunk), own)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # nobody waits for the other pages
            raise


def _start(renderer: Renderer, put: Writer, names: Pickles, starting: Callable[[], None] | None) -> None:
    take_made()  # the parent has these
    _worker["site"] = (renderer, put, names)
    if starting is not None:
        starting()


def _work(chunk: Chunk) -> Batch:
    return render_chunk(chunk, *_worker["site"])

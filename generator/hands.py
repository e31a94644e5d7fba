"""Pages made by several processes: each is written where it is made, and only what became of it comes back.

The catalogue reaches the processes by fork and is never pickled.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from generator.ahead import beside
from generator.pickles import Pickles
from generator.render import Renderer
from generator.track import take_made
from generator.workers import Alone, Batch, Chunk, Maker, Writer, render_chunk


@dataclass(frozen=True)
class Hands:
    """``give`` hands a chunk to somebody else, ``own`` makes one here, if there is such."""

    give: Callable[[Chunk], Future[Batch]]
    own: Callable[[Chunk], Batch] | None = None

    def make(self, chunks: Iterable[Chunk], meanwhile: Callable[[], None]) -> Iterator[tuple[int, Batch]]:
        """As `Maker` has it.

        Others begin with the first chunk and this process with the last, until they meet: what lies near in the
        catalogue is made by one process, and few records are held by both.
        """
        waiting = deque((chunk, self.give(chunk)) for chunk in chunks)
        meanwhile()
        while waiting:  # what has been taken is forgotten: memory stays flat
            if self.own is not None and not waiting[0][1].done() and waiting[-1][1].cancel():
                chunk, _ = waiting.pop()
                yield len(chunk), self.own(chunk)
            else:
                chunk, future = waiting.popleft()
                yield len(chunk), future.result()


@contextmanager
def processes(
    count: int, renderer: Renderer, put: Writer, names: Pickles, starting: Callable[[], None] | None = None
) -> Iterator[Maker]:
    """This process and ``count - 1`` others, which ``starting`` is called in first; alone where it must be."""

    def make(chunk: Chunk) -> Batch:
        return render_chunk(chunk, renderer, put, names)

    def start() -> None:
        take_made()  # the parent has these
        if starting is not None:
            starting()

    with beside(make, count - 1, start) as give:
        if give is None:
            yield Alone(make)
            return
        gc.collect()
        gc.freeze()  # what all share is not looked through by each, which would copy it
        yield Hands(give, make)

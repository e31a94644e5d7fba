"""Pages made by several processes: each is written where it is made, and only what became of it comes back.

The catalogue reaches the processes by fork and is never pickled. With every page comes what it was made from.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from generator import store
from generator.model import KezhuError, Page
from generator.pickles import Pickles
from generator.render import Job, Renderer
from generator.state import SHARED, Deps, number_of
from generator.track import BITS, Frame, Watch, names_of, take_made

Writer = Callable[[Page], store.Put]
"""Writes a page into the site."""


@dataclass(frozen=True, slots=True)
class Made:
    """One page: what became of its file, and what it was made from."""

    job: Job
    put: store.Put
    deps: Deps


@dataclass(frozen=True, slots=True)
class Shared:
    """A result that many pages share, written down; ``None`` for what cannot be."""

    name: str
    args: bytes | None
    value: bytes | None
    deps: Deps


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a chunk of pages; ``kinds`` are the sets of names to which their readings refer."""

    pages: list[Made] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


class Noting:
    """Writes down what the frames of one batch have read; the kinds of readings stand beside it (`Batch.kinds`)."""

    def __init__(self) -> None:
        self.kinds: dict[int, int] = {}  # bits -> where they stand in the batch

    def deps(self, frame: Frame) -> Deps:
        """What was read in a frame."""
        kinds = self.kinds
        things, read = array("I"), array("H")
        for thing, bits in frame.reads.items():
            things.append(number_of(thing))
            read.append(kinds.setdefault(bits, len(kinds)))
        shared = kinds.setdefault(BITS[SHARED], len(kinds)) if frame.nodes else 0
        for node in frame.nodes:
            things.append(number_of(node))
            read.append(shared)
        return things.tobytes(), read.tobytes()

    def shared(self, names: Pickles) -> list[Shared]:
        """The shared results that were made since this was last asked."""
        return [
            Shared(name, names.dumps(args), names.dumps(value), self.deps(frame))
            for name, (frame, args, value) in take_made().items()
        ]

    def batch(self, pages: list[Made], names: Pickles) -> Batch:
        """These pages with the shared results that were made for them."""
        shared = self.shared(names)
        return Batch(pages, shared, ["\n".join(names_of(bits)) for bits in self.kinds])


def take_shared(names: Pickles) -> Batch:
    """The shared results that were made since this was last asked, of no page."""
    return Noting().batch([], names)


def render_chunk(chunk: Sequence[Job], renderer: Renderer, put: Writer, names: Pickles) -> Batch:
    """Render and write pages one by one, so that no more than one is in memory; a failure names its page."""
    made, noting = [], Noting()
    for job in chunk:
        try:
            with Watch() as frame:
                page = renderer.render(job)
        except KezhuError:
            raise
        except Exception as error:  # whatever a template does wrong, say on which page
            raise KezhuError(f"this page cannot be made: {type(error).__name__}: {error}", str(job)) from error
        made.append(Made(job, put(page), noting.deps(frame)))
    return noting.batch(made, names)


# ── Sharing out ──────────────────────────────────────────────────────────────────────────────────────────────────────

Chunk = Sequence[Job]
_worker: dict[str, Any] = {}
"""What a worker process was started with."""


@dataclass(frozen=True)
class Hands:
    """Who makes pages: ``give`` hands a chunk to somebody else, ``own`` makes one here; either may be missing."""

    give: Callable[[Chunk], Future[Batch]] | None
    own: Callable[[Chunk], Batch] | None = None

    def make(self, chunks: Iterable[Chunk], meanwhile: Callable[[], None]) -> Iterator[tuple[int, Batch]]:
        """What came of the chunks, in their order, with how many pages each had; ``meanwhile`` is done first here.

        Whoever asks makes the next chunk that nobody has begun while the first one is not done: this process works as
        hard as the others do, and no more results wait than there are others at work.
        """
        waiting = deque((chunk, self.give(chunk) if self.give else Future[Batch]()) for chunk in chunks)
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
) -> Iterator[Hands]:
    """This process and ``count - 1`` others, which ``starting`` is called in first; alone where it does as well."""

    def own(chunk: Chunk) -> Batch:
        return render_chunk(chunk, renderer, put, names)

    if count < 2 or "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        yield Hands(None, own)
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

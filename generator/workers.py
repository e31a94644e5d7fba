"""Pages made and written in portions: only what became of each comes back, and what it was made from.

Loads nothing that only several processes need (`hands`): a changed record has a dozen pages made.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

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


class Maker(Protocol):
    """Whoever makes pages in portions."""

    def make(self, chunks: Iterable[Chunk], meanwhile: Callable[[], None]) -> Iterator[tuple[int, Batch]]:
        """What came of the chunks, each with how many pages it had; ``meanwhile`` is done first here."""
        ...


@dataclass(frozen=True)
class Alone:
    """This process makes them one after the other."""

    own: Callable[[Chunk], Batch]

    def make(self, chunks: Iterable[Chunk], meanwhile: Callable[[], None]) -> Iterator[tuple[int, Batch]]:
        """As `Maker` has it."""
        meanwhile()
        for chunk in chunks:
            yield len(chunk), self.own(chunk)

"""What a page was made from: every reading of a record, a list or a count is noted while something is made.

Whatever is made (a page, a result that many pages share) has a frame, which knows each thing and what was read of it.
When something changes, those who read that very thing are made anew, and nobody has to guess by kinds.

- ``("site/ns-1", "summary")``: a field of a record; ``"*"`` all of it, ``"%"`` its terms, ``"<"`` who names it, ``"?"``
  whether there is one.
- ``("site/", "summary")``: a field of all records of a type; ``"#"`` which there are and in which order.
- ``("@region/632822", "#")``: the records at a term; ``"n"`` how many are there and below.

Nothing here knows what a record is. One thread of a process makes pages at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")
Reads = tuple[tuple[str, int], ...]
"""Things, each with what was read of it as bits."""

SMALL = 4  # things that a shared result has read up to which whoever uses it notes them as its own
ABSENT: Any = object()


class _Bits(dict[str, int]):
    """A bit for each name of what can be read of a thing, in the order in which this process met them."""

    def __missing__(self, what: str) -> int:
        bit = self[what] = 1 << len(self)
        return bit


BITS = _Bits()


def names_of(bits: int) -> list[str]:
    """What has been read of a thing, sorted."""
    return sorted(what for what, bit in BITS.items() if bits & bit)


class Frame:
    """What has been read while one thing was made: ``reads``, and ``nodes``, the shared results that were used."""

    __slots__ = ("bulk", "nodes", "reads")

    def __init__(self) -> None:
        self.reads: dict[str, int] = {}  # by thing; what was read of it as bits
        self.nodes: set[str] = set()
        self.bulk: set[str] = set()  # types all of whose records are being gone through

    def readings(self) -> set[tuple[str, str]]:
        """All that has been read, as pairs of a thing and of what was read of it."""
        return {(thing, what) for thing, bits in self.reads.items() for what in names_of(bits)}

    def note(self, reads: Iterable[tuple[str, int]]) -> None:
        """Add what somebody else has read."""
        own = self.reads
        for thing, bits in reads:
            own[thing] = own.get(thing, 0) | bits


class Shelf(Protocol):
    """Shared results of an earlier build that still hold."""

    def find(self, node: str) -> Any: ...  # `ABSENT` where there is none


class _Now:
    """What is being made, what was made meanwhile, and what an earlier build left."""

    __slots__ = ("frame", "made", "shelf")

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.made: dict[str, tuple[Frame, tuple[Any, ...], Any]] = {}
        self.shelf: Shelf | None = None


now = _Now()


class Watch:
    """``with Watch() as frame:`` notes in ``frame`` what is read inside, for a thing of its own."""

    __slots__ = ("frame", "outer")

    def __init__(self) -> None:
        self.frame = Frame()

    def __enter__(self) -> Frame:
        self.outer = now.frame
        now.frame = self.frame
        return self.frame

    def __exit__(self, *_: object) -> None:
        now.frame = self.outer


def read(thing: str, what: str) -> None:
    """Note a reading."""
    if now.frame is not None:
        reads = now.frame.reads
        reads[thing] = reads.get(thing, 0) | BITS[what]


def sweep(type_name: str) -> None:
    """Note that all records of a type are gone through: from here on their fields are read as columns."""
    if now.frame is not None:
        now.frame.bulk.add(type_name)
        read(f"{type_name}/", "#")


def take_made() -> dict[str, tuple[Frame, tuple[Any, ...], Any]]:
    """The shared results that were made since this was last asked: what each read, its arguments, and what it is."""
    made, now.made = now.made, {}
    return made


def name_of(value: Any) -> str:
    """How an argument of a shared result is called, the same in every process."""
    if value is None or isinstance(value, str | int):
        return repr(value)
    if isinstance(value, tuple | frozenset):
        return f"({','.join(sorted(map(name_of, value)) if isinstance(value, frozenset) else map(name_of, value))})"
    if key := getattr(value, "key", ""):  # a record
        return str(key)
    if vocabulary := getattr(value, "vocabulary", ""):  # a term
        return f"@{vocabulary}/{value.id}"
    return str(value.name)  # a type, a vocabulary, a field


class _Kept:
    """A shared result, and what whoever uses it has to note."""

    __slots__ = ("node", "reads", "value")

    def __init__(self, value: Any, reads: Reads | None, node: str) -> None:
        self.value, self.reads, self.node = value, reads, node


def memo(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method whose result is kept with its object, once for each set of positional arguments.

    Arguments are plain values, or have a name by which `name_of` can call them. Nobody may change the result.
    """
    return _shared(method, held=True)


def once(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """As `memo`, for what is large and asked for once in a build: the next build has it, and this one lets it go."""
    return _shared(method, held=False)


def _shared(method: Callable[Concatenate[S, P], R], *, held: bool) -> Callable[Concatenate[S, P], R]:
    name = f"{method.__module__.rpartition('.')[2]}.{method.__qualname__}"

    def kept(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key: tuple[str, tuple[Any, ...]]
        memos: dict[Any, _Kept] = self.__dict__.setdefault("_memos", {})
        try:
            found = memos.get(key := (name, args))
        except TypeError:  # a term, a type: told by its name
            found = memos.get(key := (name, tuple(map(name_of, args))))
        if found is None:
            found = _make(name, args, lambda: method(self, *args, **kwargs))
            if held:
                memos[key] = found
        frame = now.frame
        if frame is not None:
            if found.reads is None:
                frame.nodes.add(found.node)
            else:
                frame.note(found.reads)
        value: R = found.value
        return value

    update_wrapper(kept, method)
    return kept


def again(most: int) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """A method some of whose results are kept for whoever asks again, ``most`` at a time; they are never written down.

    Whoever uses one notes all that was read for it, as if it had been made anew. For what is small, made often, and
    read by hundreds of pages that have nothing else in common. Arguments can be hashed.
    """

    def wrap(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        name = f"{method.__module__}.{method.__qualname__}"

        def kept(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            found: dict[tuple[Any, ...], tuple[R, Reads, tuple[str, ...]]]
            found = self.__dict__.setdefault("_again", {}).setdefault(name, {})
            made = found.get(args)
            if made is None:
                with Watch() as frame:
                    value = method(self, *args, **kwargs)
                if len(found) >= most:
                    found.clear()
                made = found[args] = (value, tuple(frame.reads.items()), tuple(frame.nodes))
            outer = now.frame
            if outer is not None:
                outer.note(made[1])
                outer.nodes.update(made[2])
            return made[0]

        update_wrapper(kept, method)
        return kept

    return wrap


def _make(name: str, args: tuple[Any, ...], make: Callable[[], Any]) -> _Kept:
    node = f"{name}({','.join(map(name_of, args))})"
    if now.shelf is not None:
        outer, now.frame = now.frame, None  # to fetch what it speaks of is no reading
        try:
            value = now.shelf.find(node)
        finally:
            now.frame = outer
        if value is not ABSENT:
            return _Kept(value, None, node)
    with Watch() as frame:
        value = make()
    # Pages of an earlier build may know it by its name: then it stays a thing of its own.
    if now.shelf is None and not frame.nodes and not frame.bulk and len(frame.reads) <= SMALL:
        return _Kept(value, tuple(frame.reads.items()), node)
    now.made[node] = (frame, args, value)
    return _Kept(value, None, node)

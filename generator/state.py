"""What a build leaves for the next one: records as they were read, who read what, and results that many pages share.

One SQLite file below ``.kezhu/``. It is made anew by a whole build and put in its place at once; a build of a few
changes alters it in one transaction. Whatever is odd about it, it is thrown away: it can always be made again.
"""

from __future__ import annotations

import marshal
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

FORMAT = "4"
TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE record (name TEXT PRIMARY KEY, value BLOB)",  # by key: path, values
    "CREATE TABLE derived (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE reader (number INTEGER PRIMARY KEY, kind TEXT, entries BLOB)",  # by what was read: things and nodes
    "CREATE TABLE node (number INTEGER PRIMARY KEY, name TEXT UNIQUE, job BLOB)",  # pages, and what they share
    "CREATE TABLE memo (name TEXT PRIMARY KEY, args BLOB, value BLOB)",
)
SHARED = ""  # what is read of a shared result
MOST = 1_000  # changes of a mapping before the whole is written anew
PARTS = 16  # rows of one kind of reading before they are put together
Deps = tuple[bytes, bytes]
"""Numbers of things (4 bytes each), and for each which kind of reading it was (2 bytes; where it stands in a list)."""


class Broken(Exception):
    """The state cannot be used; a whole build makes it anew."""


class State:
    """An open state. Every method raises `Broken` when the file is not what it should be."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._readers: dict[str, list[array[int]]] = {}  # by kind; as far as somebody has asked
        self._run("PRAGMA cache_size=-4000")
        if new:
            self._run("PRAGMA journal_mode=OFF")
            self._run("PRAGMA synchronous=OFF")
            self._run("BEGIN")
            for table in TABLES:
                self._run(table)

    @classmethod
    def open(cls, path: Path) -> State | None:
        """The state that a build left; ``None`` where there is none that can be used."""
        if not path.is_file():
            return None
        try:
            state = cls(path)
            if state.get("meta", "format") == FORMAT:
                return state
            state.close()
        except (sqlite3.Error, Broken):
            pass
        return None

    def close(self) -> None:
        """Let go of the file; what was not committed is gone."""
        with suppress(sqlite3.Error):
            self._db.close()

    def reopen(self) -> None:
        """In a new process: open the file anew, since no connection survives a fork."""
        self._db = sqlite3.connect(self.path, isolation_level=None)

    def begin(self) -> None:
        """Start the one transaction of this build."""
        self._run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep what was altered."""
        self._run("COMMIT")

    def _run(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise Broken(str(error)) from error

    def _many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._db.executemany(sql, rows)
        except sqlite3.Error as error:
            raise Broken(str(error)) from error

    # ── Values ──

    def get(self, table: str, name: str) -> Any:
        """A plain value, or ``None``."""
        row = self._run(f"SELECT value FROM {table} WHERE name=?", (name,)).fetchone()
        return None if row is None else load(row[0])

    def all(self, table: str) -> dict[str, Any]:
        """Every plain value of a table by its name."""
        return {name: load(value) for name, value in self._run(f"SELECT name, value FROM {table}")}

    def put(self, table: str, name: str, value: Any) -> None:
        """Keep a plain value."""
        self.put_all(table, [(name, value)])

    def put_all(self, table: str, pairs: Iterable[tuple[str, Any]]) -> None:
        """Keep many plain values."""
        rows = ((name, marshal.dumps(value)) for name, value in pairs)
        self._many(f"INSERT OR REPLACE INTO {table} (name, value) VALUES (?, ?)", rows)

    def mapping(self, name: str) -> dict[str, Any]:
        """A mapping among what is said of the whole, with what `alter` has changed since it was put there."""
        whole: dict[str, Any] = self.get("meta", name)
        for key, value in (self.get("meta", _changes(name)) or {}).items():
            if value is None:
                whole.pop(key, None)
            else:
                whole[key] = value
        return whole

    def alter(self, name: str, changes: Mapping[str, Any]) -> None:
        """Keep other values in a mapping, without writing all of it; ``None`` takes one out."""
        if not changes:
            return
        changes = {**(self.get("meta", _changes(name)) or {}), **changes}
        self.put("meta", _changes(name), changes)
        if len(changes) > MOST:
            whole = self.mapping(name)
            self.drop("meta", _changes(name))
            self.put("meta", name, whole)

    def drop(self, table: str, name: str) -> None:
        """Forget a value."""
        self._run(f"DELETE FROM {table} WHERE name=?", (name,))

    # ── Nodes ──

    def add_nodes(self, rows: Iterable[tuple[int, str, Any]]) -> None:
        """Pages and shared results with their numbers; a page with its job."""
        self._many(
            "INSERT OR REPLACE INTO node VALUES (?, ?, ?)", ((n, name, marshal.dumps(job)) for n, name, job in rows)
        )

    def nodes(self, numbers: Iterable[int]) -> Iterator[tuple[int, str, Any]]:
        """The nodes of these numbers; one that is gone is left out."""
        for number in numbers:
            row = self._run("SELECT name, job FROM node WHERE number=?", (number,)).fetchone()
            if row is not None:
                yield number, row[0], load(row[1])

    def pages(self) -> dict[str, int]:
        """Every page by its address, with its number."""
        return dict(self._run("SELECT name, number FROM node WHERE job != ?", (marshal.dumps(None),)).fetchall())

    def drop_nodes(self, numbers: Iterable[int]) -> None:
        """Forget pages that are gone."""
        self._many("DELETE FROM node WHERE number=?", ((number,) for number in numbers))

    def number(self, name: str) -> int | None:
        """The number of a page or a shared result."""
        row = self._run("SELECT number FROM node WHERE name=?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def last_number(self) -> int:
        """The highest number in use; 0 where there is none."""
        return int(self._run("SELECT max(number) FROM node").fetchone()[0] or 0)

    def memo(self, name: str) -> tuple[bytes, bytes | None] | None:
        """A shared result: its arguments and its value as they were written; the value may not be there."""
        row = self._run("SELECT args, value FROM memo WHERE name=?", (name,)).fetchone()
        return None if row is None else (row[0], row[1])

    def put_memos(self, rows: Iterable[tuple[str, bytes | None, bytes | None]]) -> None:
        """Keep shared results."""
        self._many("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", rows)

    # ── Readers ──

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of readings, as they were when this was first asked."""
        return frozenset(kind for (kind,) in self._run("SELECT DISTINCT kind FROM reader"))

    def readers(self, kind: str) -> list[array[int]]:
        """Sorted entries of a kind of reading, in as many parts as builds have added; see `Readers`."""
        if kind not in self._readers:
            rows = self._run("SELECT entries FROM reader WHERE kind=? ORDER BY number", (kind,))
            try:
                self._readers[kind] = [array("Q", data) for (data,) in rows]
            except (TypeError, ValueError) as error:
                raise Broken(str(error)) from error
        return self._readers[kind]

    def put_readers(self, rows: Iterable[tuple[str, array[int]]]) -> None:
        """Add entries of kinds of readings."""
        self._many(
            "INSERT INTO reader (kind, entries) VALUES (?, ?)", ((kind, found.tobytes()) for kind, found in rows)
        )

    def drop_readers(self, kind: str) -> None:
        """Forget the entries of a kind."""
        self._run("DELETE FROM reader WHERE kind=?", (kind,))


def _changes(name: str) -> str:
    return f"{name}: changes"


def load(data: bytes) -> Any:
    """A plain value; raises `Broken` for bytes that are none."""
    try:
        return marshal.loads(data)
    except (ValueError, EOFError, TypeError) as error:
        raise Broken(str(error)) from error


def number_of(thing: str) -> int:
    """A number of 32 bits for a thing, the same in every process; two may share one, and then both count as read."""
    return crc32(thing.encode())


class Readers:
    """Who read what: for each kind of reading (names of fields, joined by line breaks) things and numbers of nodes.

    An entry is a number of 64 bits: the thing above, the node below. What is written down is sorted.
    """

    def __init__(self) -> None:
        self._found: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._found.values()))

    def add(self, number: int, deps: Deps, kinds: Sequence[str]) -> None:
        """Note what one node read."""
        places = [self._found.setdefault(kind, array("Q")) for kind in kinds]
        for thing, kind in zip(array("I", deps[0]), array("H", deps[1]), strict=True):
            places[kind].append(thing << 32 | number)

    def save(self, state: State) -> None:
        """Write all of it into a new state."""
        state.put_readers((kind, array("Q", sorted(found))) for kind, found in self._found.items())

    def merge(self, state: State) -> None:
        """Add it to what a state holds. What a page read before stays: too often is better than too seldom."""
        for kind, found in self._found.items():
            held = state.readers(kind)
            new = sorted({entry for entry in found if not any(holds(each, entry) for each in held)})
            if new and len(held) < PARTS:
                state.put_readers([(kind, array("Q", new))])
            elif new:
                state.drop_readers(kind)
                state.put_readers([(kind, array("Q", sorted(chain(new, *held))))])


def holds(entries: array[int], entry: int) -> bool:
    """Whether it is among the sorted."""
    place = bisect_left(entries, entry)
    return place < len(entries) and entries[place] == entry


def readers_of(state: State, thing: str, changed: frozenset[str] = frozenset({SHARED})) -> set[int]:
    """Who read any of these fields of a thing; without fields, who used it as a shared result."""
    low = number_of(thing) << 32
    high = low + (1 << 32)
    found: set[int] = set()
    for kind in state.kinds:
        if not changed.isdisjoint(kind.split("\n")):
            for entries in state.readers(kind):
                some = entries[bisect_left(entries, low) : bisect_left(entries, high)]
                found.update(entry - low for entry in some)
    return found

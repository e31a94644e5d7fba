"""What a build leaves for the next one: records as they were read, who read what, and results that many pages share.

One SQLite file below ``.kezhu/``. It is made anew by a whole build and put in its place at once; a build of a few
changes alters it in one transaction. Whatever is odd about it, it is thrown away: it can always be made again.
"""

from __future__ import annotations

import marshal
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

FORMAT = "2"
TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE record (name TEXT PRIMARY KEY, value BLOB)",  # by key: path, values
    "CREATE TABLE derived (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE reader (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",  # by thing: what was read -> nodes
    "CREATE TABLE node (number INTEGER PRIMARY KEY, name TEXT UNIQUE, job BLOB)",  # pages, and what they share
    "CREATE TABLE memo (name TEXT PRIMARY KEY, args BLOB, value BLOB)",
)
Deps = Iterable[tuple[str, str]]
"""Things with what was read of them, several fields in one word, joined by a line break."""


class Broken(Exception):
    """The state cannot be used; a whole build makes it anew."""


class State:
    """An open state. Every method raises `Broken` when the file is not what it should be."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._run("PRAGMA cache_size=-16000")
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


def load(data: bytes) -> Any:
    """A plain value; raises `Broken` for bytes that are none."""
    try:
        return marshal.loads(data)
    except (ValueError, EOFError, TypeError) as error:
        raise Broken(str(error)) from error


class Readers:
    """Who read what: thing -> fields, joined -> numbers of nodes."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, array[int]]] = {}

    def add(self, number: int, deps: Deps) -> None:
        """Note what one node read."""
        for thing, fields in deps:
            at = self._found.setdefault(thing, {})
            if fields in at:
                at[fields].append(number)
            else:
                at[fields] = array("I", (number,))

    def save(self, state: State) -> None:
        """Write all of it into a new state."""
        state.put_all(
            "reader",
            ((thing, {k: v.tobytes() for k, v in at.items()}) for thing, at in self._found.items()),
        )

    def merge(self, state: State) -> None:
        """Add it to what a state holds. What a page read before stays: too often is better than too seldom."""
        for thing, at in self._found.items():
            held: dict[str, bytes] = state.get("reader", thing) or {}
            changed = False
            for fields, numbers in at.items():
                have = array("I", held.get(fields, b""))
                new = set(numbers) - set(have)
                if new:
                    held[fields] = have.tobytes() + array("I", sorted(new)).tobytes()
                    changed = True
            if changed:
                state.put("reader", thing, held)


def readers_of(state: State, thing: str, changed: frozenset[str] | None = None) -> set[int]:
    """Who read any of these fields of a thing; ``None`` means whatever was read of it."""
    held: Mapping[str, bytes] = state.get("reader", thing) or {}
    found: set[int] = set()
    for fields, numbers in held.items():
        if changed is None or not changed.isdisjoint(fields.split("\n")):
            found.update(array("I", numbers))
    return found

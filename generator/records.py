"""The records of the catalogue folder as text with their places: YAML files, CSV tables, workbooks.

Nothing is typed and nothing is trusted here. Anyone may send records, so whatever cannot be read becomes a problem and
the rest is read. Records come in batches and are not kept: a table of any length passes through.
"""

from __future__ import annotations

import marshal
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import re2

from generator.csvfile import CsvSheet, encoding_warning, read_terms
from generator.forms import Form
from generator.model import KezhuError, Problem, RawRecord, RecordType, Value
from generator.nearest import nearest
from generator.rulebook import RULES, Place
from generator.source import MAX_BYTES, Refusal, YamlLocator, read_decoded, read_yaml
from generator.tables import Rows, Sheet, Table
from generator.workbook import read_workbook

RESERVED = frozenset({"schemas", "vocabularies", "pages", "plans", "accepted.csv", "exceptions.csv"})
TABLES = frozenset({".csv", ".xlsx"})
WORKBOOKS = frozenset({".xlsx", ".xls", ".et", ".xlsm", ".ods"})  # what people call "the Excel file"
FILES = 100  # YAML records in a batch
MANY = 2_000  # files of a folder from which on a second process pays


@dataclass
class Batch:
    """Some records of one type: rows of a table, or records of YAML files; with their text, to be searched cheaply."""

    type: RecordType
    rows: Rows | None = None
    records: list[RawRecord] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # of each record, all of it; none where nothing need be read


class Records:
    """The records below ``root/catalogue``. ``only`` names files and folders: the rest is looked into when asked.

    ``watch``: a pattern of what any rule looks for in texts; a long table without it need not be searched by cells.
    ``jobs``: how many processes may read, this one among them.
    """

    def __init__(
        self,
        root: Path,
        types: Mapping[str, RecordType],
        only: frozenset[str] | None = None,
        watch: str = "",
        jobs: int = 1,
    ) -> None:
        self.root = root
        self.base = root / "catalogue"
        self.types = types
        self.only = only
        self.watch = watch
        self.jobs = jobs
        self.known: Callable[[str], Mapping[str, str]] | None = None  # where titles need not be looked for in files
        self.problems: list[Problem] = []
        self.unreadable: dict[str, set[str]] = {}  # by type: ids of files that are there but cannot be read
        self._ids: dict[str, frozenset[str]] = {}
        self._by_id: dict[str, dict[str, tuple[Rows, int]]] = {}  # rows of tables, once one of them has been fetched
        self._scans: dict[tuple[str, str], list[tuple[str, str, Place]]] = {}

    def batches(self) -> Iterator[Batch]:
        """Every record that is wanted, in the order of paths; what cannot be read is added to ``problems``."""
        for path in sorted(self.base.iterdir()):
            if path.name.startswith(".") or path.name in RESERVED or path.suffix in {".yml", ".md"}:
                continue
            name = path.stem if path.is_file() else path.name
            if not self._wanted_below(path):
                continue
            if name not in self.types or (path.is_file() and path.suffix not in TABLES):
                self.problems.append(self._unknown(path, name))
            elif path.is_symlink():
                self.problems.append(Problem("symlink", self._where(path)))
            elif path.is_dir():
                yield from self._folder(path, self.types[name])
            else:
                yield from self._table(path, self.types[name])

    # ── The rest of the catalogue, when a rule asks ──────────────────────────────────────────────────────────────────

    def ids(self, type_name: str) -> frozenset[str]:
        """The ids of every record of a type, wanted or not."""
        if type_name not in self._ids:
            record_type = self.types[type_name]
            ids = set(self._files(record_type))
            ids.update(record_id for record_id, _, _ in self._scan_tables(record_type, "id"))
            self._ids[type_name] = frozenset(ids)
        return self._ids[type_name]

    def titles(self, type_name: str) -> Mapping[str, str]:
        """The title of every record of a type, by id."""
        if self.known is not None:
            return self.known(type_name)
        return {record_id: title for record_id, title, _ in self.scan(type_name, "title")}

    def scan(self, type_name: str, name: str) -> list[tuple[str, str, Place]]:
        """One field of every record of a type, read as cheaply as can be: ``(id, value, place)``, where it is one line.

        Of a YAML file the line that starts with the key is looked at; it is parsed only when that line is not plain.
        """
        key = (type_name, name)
        if key not in self._scans:
            self._scans[key] = [
                *self._scan_files(self.types[type_name], name),
                *self._scan_tables(self.types[type_name], name),
            ]
        return self._scans[key]

    def places(self, type_name: str, record_id: str) -> list[Place]:
        """Every place where an id is used."""
        file = self.base / type_name / f"{record_id}.yml"
        found = [Place(self._where(file), 1)] if file.is_file() else []
        return found + self._rows[type_name].get(record_id, [])

    def fetch(self, type_name: str, record_id: str) -> RawRecord | None:
        """One record as loaded, wanted or not; ``None`` when there is none or it cannot be read."""
        record_type = self.types[type_name]
        path = self.base / type_name / f"{record_id}.yml"
        if path.is_file() and not path.is_symlink():
            read = _read_file(path)
            if isinstance(read, Refusal):
                return None
            return RawRecord(type_name, record_id, read.values, self._where(path), read.locator)
        if type_name not in self._by_id:
            found = self._by_id[type_name] = {}
            for table in self._tables(record_type):
                for rows in table.batches():
                    index = rows.table.headings.by_name["id"]
                    for i, cells in enumerate(rows.cells):
                        found.setdefault(cells[index], (rows, i))
        if record_id not in self._by_id[type_name]:
            return None
        rows, i = self._by_id[type_name][record_id]
        return rows.record(i, [])

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, list[Place]]]:
        found: dict[str, dict[str, list[Place]]] = {}
        for record_type in self.types.values():
            by_id = found.setdefault(record_type.name, {})
            for record_id, _, place in self._scan_tables(record_type, "id"):
                by_id.setdefault(record_id, []).append(place)
        return found

    def _files(self, record_type: RecordType) -> list[str]:
        """The ids of a type's YAML files, sorted; no more is asked of the file system than their names."""
        folder = self.base / record_type.name
        if not folder.is_dir():
            return []
        return sorted(entry.name[:-4] for entry in os.scandir(folder) if entry.name.endswith(".yml"))

    def _tables(self, record_type: RecordType) -> Iterator[Table]:
        for suffix in sorted(TABLES):
            path = self.base / f"{record_type.name}{suffix}"
            if path.is_file() and not path.is_symlink():
                yield from self._open(path, record_type, [])

    def _scan_files(self, record_type: RecordType, name: str) -> Iterator[tuple[str, str, Place]]:
        plain = rb"[^\s\"'|>\[{&*!#%@`-][^#\n\r\"':]*?"
        quoted = rb"\"[^\"\\\n\r]*\"|'[^'\n\r]*'"
        key = name.encode()
        line = re.compile(rb"^" + key + rb":[ ]+(?P<text>" + plain + rb"|" + quoted + rb")[ ]*\r?$", re.M)
        folder = f"{self.base}/{record_type.name}"
        for record_id in self._files(record_type):
            path = f"{folder}/{record_id}.yml"
            value, number = "", 1
            try:
                with open(path, "rb") as file:  # noqa: PTH123 - of ten thousand files; a Path costs as much as the reading
                    data = file.read()
                if found := line.search(data):
                    value, number = found["text"].decode().strip("\"'"), data.count(b"\n", 0, found.start()) + 1
                elif key in data:
                    values, locator = read_yaml(read_decoded(Path(path), MAX_BYTES).text)
                    got = values.get(name)
                    value, number = (got if isinstance(got, str) else ""), locator.locate((name,)).line
            except (Refusal, UnicodeDecodeError, OSError):  # what is wrong with it is said where it is read
                continue
            if value:
                yield record_id, value, Place(f"catalogue/{record_type.name}/{record_id}.yml", number)

    def _scan_tables(self, record_type: RecordType, name: str) -> Iterator[tuple[str, str, Place]]:
        for table in self._tables(record_type):
            for rows in table.batches():
                columns = rows.table.headings.by_name
                if name not in columns:
                    break
                for number, cells in zip(rows.numbers, rows.cells, strict=True):
                    if value := cells[columns[name]]:
                        yield cells[columns["id"]], value, Place(table.path, number)

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _where(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _wanted(self, where: str) -> bool:
        """Whether a file was named, or lies in a folder that was."""
        return self.only is None or any(
            where == name or where.startswith(f"{name}/") or name == "." for name in self.only
        )

    def _wanted_in(self, folder: Path) -> list[Path]:
        """The files of a folder that are to be read; when a few are named, the others are not even listed."""
        where = self._where(folder)
        if self.only is None or self._wanted(where):
            return [folder / name for name in sorted(entry.name for entry in os.scandir(folder))]
        return sorted(self.root / name for name in self.only if name.rpartition("/")[0] == where)

    def _wanted_below(self, path: Path) -> bool:
        """Whether a file, or anything in a folder, was named."""
        where = self._where(path)
        return self._wanted(where) or any(name.startswith(f"{where}/") for name in self.only or ())

    def _unknown(self, path: Path, name: str) -> Problem:
        if path.suffix in WORKBOOKS and path.is_file() and name in self.types:
            return Problem("workbook-kind", self._where(path), params={"name": path.name, "type": name})
        near = nearest(name, self.types, 1)
        return Problem("unknown-type", self._where(path), params={"name": name, "suggestions": near})

    def _folder(self, folder: Path, record_type: RecordType) -> Iterator[Batch]:
        """The records of ``<type>/``, one YAML file each; the file's name is the id."""
        base, names = self._where(folder), []
        for file in self._wanted_in(folder):
            if file.suffix == ".yml" and not file.is_dir() and not file.name.startswith("."):
                names.append(file.name)
            elif not file.name.startswith("."):
                self.problems.append(Problem("unknown-file", f"{base}/{file.name}", params={"name": file.name}))
        batch = Batch(record_type)
        for name, found in zip(names, self._read(folder, names), strict=True):
            where, record_id = f"{base}/{name}", name.removesuffix(".yml")
            if isinstance(found, Refusal):
                self.problems.append(found.problem(where))
                self.unreadable.setdefault(record_type.name, set()).add(record_id)
                continue
            if found.encoding:
                self.problems.append(encoding_warning(where, found.encoding))
            batch.records.append(RawRecord(record_type.name, record_id, found.values, where, found.locator))
            batch.texts.append(found.text)
            if len(batch.records) == FILES:
                yield batch
                batch = Batch(record_type)
        if batch.records:
            yield batch

    def _read(self, folder: Path, names: Sequence[str]) -> Iterator[Found | Refusal]:
        """What each file of a folder holds; of many files another process reads the next ones meanwhile."""
        if self.jobs < 2 or len(names) < MANY:
            return (_read_file(folder / name) for name in names)
        from generator import ahead  # noqa: PLC0415 - loads what several processes need, which few files do not

        portions = [names[i : i + FILES] for i in range(0, len(names), FILES)]
        packed = ahead.in_order(partial(_pack, re2.compile(self.watch), folder), portions, self.jobs - 1)
        return chain.from_iterable(map(partial(_unpack, folder), portions, packed))

    def _table(self, path: Path, record_type: RecordType) -> Iterator[Batch]:
        """The records of ``<type>.csv`` or ``<type>.xlsx``, a row each."""
        for table in self._open(path, record_type, self.problems):
            for rows in table.batches():
                yield Batch(record_type, rows, [], [] if rows.quiet else ["\n".join(cells) for cells in rows.cells])
            self.problems.extend([*table.sheet.problems(table.path), *table.problems])

    def _open(self, path: Path, record_type: RecordType, problems: list[Problem]) -> Iterator[Table]:
        where = self._where(path)
        try:
            sheet = open_sheet(path, record_type, watch=self.watch)
        except Refusal as refusal:
            problems.append(refusal.problem(where))
            return
        yield Table(sheet, record_type, where) if isinstance(sheet, CsvSheet) else Form(sheet, record_type, where)


def open_sheet(path: Path, record_type: RecordType, name: str = "", watch: str = "") -> Sheet:
    """A CSV file, or a sheet of a workbook: called ``name``, or like the type, or the first; raises `Refusal`."""
    if path.suffix.lower() == ".csv":
        return CsvSheet(path, watch=watch)
    sheets = read_workbook(path)
    wanted = [name] if name else [record_type.name, *record_type.titles.values()]
    for sheet in sheets:
        if sheet.name in wanted:
            return sheet
    if name or not sheets:
        raise Refusal("no-such-sheet", params={"name": name, "known": [sheet.name for sheet in sheets]})
    return sheets[0]


def wanted_paths(root: Path, paths: Sequence[Path]) -> frozenset[str]:
    """Named files and folders from the root; raises `KezhuError` for what is not there or lies outside."""
    wanted = []
    for path in paths:
        if not path.exists():
            raise KezhuError("there is no such file or folder", path)
        try:
            wanted.append(path.resolve().relative_to(root.resolve()).as_posix())
        except ValueError:
            raise KezhuError(f"this is not inside {root}", path) from None
    return frozenset(wanted)


class Found(NamedTuple):
    """What a YAML file of a record holds."""

    values: Mapping[str, Value]
    locator: YamlLocator
    text: str  # empty where it is known that no rule finds in it what it looks for
    encoding: str  # empty for UTF-8


def _pack(watch: re2._Regexp[str], folder: Path, names: Sequence[str]) -> bytes:
    """What plain files hold, to be read by `_unpack`, which looks into any other itself; texts that hold ``watch``."""
    found = [_read_file(folder / name) for name in names]
    return marshal.dumps(
        [
            (each.values, each.text if watch.search(each.text) else "")
            if isinstance(each, Found) and not each.encoding
            else None
            for each in found
        ]
    )


def _unpack(folder: Path, names: Sequence[str], packed: bytes) -> Iterator[Found | Refusal]:
    for name, plain in zip(names, marshal.loads(packed), strict=True):
        path = folder / name
        yield Found(plain[0], YamlLocator(path), plain[1], "") if plain else _read_file(path)


def _read_file(path: Path) -> Found | Refusal:
    try:
        decoded = read_decoded(path, MAX_BYTES)
        values, locator = read_yaml(decoded.text)
    except Refusal as refusal:
        return refusal
    return Found(without_empty(values), locator, decoded.text, "" if decoded.is_utf8 else decoded.encoding)


def without_empty(value: Any) -> Any:
    """Leave out what was written but left empty: unknown and absent are the same thing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {k: kept for k, v in value.items() if (kept := without_empty(v))}
    if isinstance(value, list):
        return [kept for v in value if (kept := without_empty(v))]
    return value


# ── Warnings that a person has looked at ─────────────────────────────────────────────────────────────────────────────

ACCEPTED = "catalogue/accepted.csv"
ACCEPTED_COLUMNS = ("rule", "record", "field", "reason", "accepted_on", "accepted_by")


@dataclass(frozen=True)
class Acceptance:
    """One line of ``accepted.csv``: this warning of this record is right as it is, and why."""

    rule: str
    record: str
    field: str
    line: int


def load_accepted(root: Path) -> list[Acceptance]:
    """The accepted warnings; raises `KezhuError` for a line that does not say what, why, when and who."""
    path = root / ACCEPTED
    if not path.is_file():
        return []
    try:
        header, rows = read_terms(path)
        if tuple(header) != ACCEPTED_COLUMNS:
            raise KezhuError(f"the columns are {','.join(ACCEPTED_COLUMNS)}", f"{ACCEPTED}:1")
        found = []
        for number, cells in rows:
            got = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            if missing := [name for name in ACCEPTED_COLUMNS if name != "field" and not got.get(name)]:
                raise KezhuError(f"{missing[0]} is empty", f"{ACCEPTED}:{number}")
            if got["rule"] not in RULES or RULES[got["rule"]].severity != "warning":
                raise KezhuError(f"{got['rule']} is not a warning that can be accepted", f"{ACCEPTED}:{number}")
            found.append(Acceptance(got["rule"], got["record"], got["field"], number))
    except Refusal as refusal:
        raise KezhuError(f"cannot be read ({refusal.rule})", f"{ACCEPTED}:{refusal.line}") from None
    return found


def accept(problems: list[Problem], accepted: list[Acceptance], *, whole: bool) -> list[Problem]:
    """Without the warnings that were accepted; an acceptance that meets no warning any more is one itself."""
    by_key = {(a.rule, a.record, a.field): a for a in accepted}
    used: set[Acceptance] = set()
    kept = []
    for problem in problems:
        names = (problem.field, problem.field.partition(".")[0], "")
        met = next((a for name in names if (a := by_key.get((problem.rule, problem.record, name)))), None)
        if met is None or problem.severity != "warning":
            kept.append(problem)
        else:
            used.add(met)
    if whole:
        for a in accepted:
            if a not in used:
                params = {"name": a.rule, "record": a.record}
                kept.append(Problem("unused-acceptance", ACCEPTED, a.line, severity="warning", params=params))
    return kept

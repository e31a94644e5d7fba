"""Tables as their authors keep them: a CSV file or a workbook's sheet to rows under the fields of a schema.

Finds the heading row, whatever language it is in, and where each cell stands. Has no opinion about the content of a
cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from generator.model import FieldSpec, Path_, Position, Problem, RawRecord, RecordType, Severity, Value
from generator.nearest import nearest
from generator.source import Refusal
from generator.words import LANGUAGES

ID_HEADINGS = frozenset({"id", "编号"})
LOOK_FOR_HEADINGS = 8  # rows in which the headings may be hidden below a big title
ROWS = 500  # in a batch: enough to test by columns, few enough to forget
MARKS = "*＊ "  # behind a heading: this one is required


class Sheet(Protocol):
    """Rows of text with their numbers, and the place of each cell: a CSV file, or a sheet of a workbook."""

    @property
    def rows(self) -> Iterable[tuple[int, list[str]]]:
        """``(number, cells)`` of each row, from the first; may raise `Refusal`."""
        ...

    @property
    def merged(self) -> Sequence[tuple[int, int, int, int]]:
        """Merged cells: first row, first column, last row, last column, from 1."""
        ...

    def locate(self, number: int, index: int) -> Position:
        """The place of a cell; ``index`` counts from 0, -1 is the row."""
        ...

    def problems(self, path: str) -> Iterator[Problem]:
        """What is wrong with the sheet as a whole, or with cells before anyone asks what they mean."""
        ...

    def quiet(self) -> bool:
        """Whether no rule of texts has anything to read in the rows given since this was asked last."""
        ...


# ── Headings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Column:
    """One column: the field it holds; ``None`` for the id."""

    index: int
    heading: str
    spec: FieldSpec | None


@dataclass(frozen=True)
class Headings:
    """What the heading row says, and in which row it stands."""

    row: int
    columns: tuple[Column, ...]
    width: int

    @cached_property
    def by_name(self) -> Mapping[str, int]:
        """Index of each column by the field's name."""
        return {column.spec.name if column.spec else "id": column.index for column in self.columns}


def known_headings(record_type: RecordType, extra: Mapping[str, str]) -> dict[str, FieldSpec | None]:
    """Every word by which a column may be headed: a field's name, its titles, and what ``extra`` maps to a name."""
    found: dict[str, FieldSpec | None] = dict.fromkeys(ID_HEADINGS)
    for spec in record_type.fields:
        for word in (spec.name, *(spec.title(lang) for lang in LANGUAGES)):
            found.setdefault(plain_heading(word), spec)
    for word, name in extra.items():
        found[plain_heading(word)] = None if name in ID_HEADINGS else record_type.by_name[name]
    return found


def plain_heading(text: str) -> str:
    """A heading without what people put around it: full-width letters, blanks, the star of a required column."""
    return unicodedata.normalize("NFKC", text).strip().strip(MARKS).casefold()


def find_headings(
    rows: Iterator[tuple[int, list[str]]], known: Mapping[str, FieldSpec | None]
) -> tuple[int, list[str], int]:
    """The heading row, its cells, and how many rows with words stood above it; raises `Refusal` for an empty table.

    Usually the first row. A row below it is taken only when it knows two columns more: a big title has one cell.
    """
    seen: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            seen.append((number, cells))
        if sum(plain_heading(cell) in known for cell in cells) >= 2 or len(seen) == LOOK_FOR_HEADINGS:
            break
    if not seen:
        raise Refusal("empty-file")
    number, cells = seen[-1]
    if sum(plain_heading(cell) in known for cell in cells) < 2:
        number, cells = seen[0]
        return number, cells, 0
    return number, cells, len(seen) - 1


# ── Rows under the fields of a type ──────────────────────────────────────────────────────────────────────────────────


class RowLocator(NamedTuple):
    """Finds a cell by its column; asked only when there is a problem to report."""

    sheet: Sheet
    number: int
    columns: Mapping[str, int]

    def locate(self, path: Path_, *, key: bool = False) -> Position:  # noqa: ARG002 - a cell has no key of its own
        """The place of the cell that holds a value; of the row when the path names no column."""
        return self.sheet.locate(self.number, self.columns.get(str(path[0]), -1) if path else -1)


@dataclass(frozen=True)
class Rows:
    """Some rows of one table, as wide as the headings, their cells without outer blanks."""

    table: Table
    numbers: list[int]
    cells: list[list[str]]
    quiet: bool = False  # no rule of texts has anything to read here

    def record(self, i: int, problems: list[Problem]) -> RawRecord:
        """The i-th row as a record: lists split at ``;``, objects at ``|`` in the order of their fields."""
        table = self.table
        locator = RowLocator(table.sheet, self.numbers[i], table.headings.by_name)
        values: dict[str, Value] = {}
        record_id = ""
        for column in table.headings.columns:
            cell = self.cells[i][column.index]
            if column.spec is None:
                record_id = cell
            elif cell:
                values[column.spec.name] = read_cell(cell, column.spec, locator, table.path, problems)
        return RawRecord(table.type.name, record_id, values, table.path, locator)


@dataclass(eq=False)
class Table:
    """A sheet read as records of a type. ``problems`` fills while the rows go by."""

    sheet: Sheet
    type: RecordType
    path: str
    extra: Mapping[str, str] = field(default_factory=dict)  # headings of the author's own, mapped to fields
    needs_id: bool = True
    problems: list[Problem] = field(default_factory=list)
    headings: Headings = field(init=False)

    def batches(self) -> Iterator[Rows]:
        """The rows, some at a time; none where the headings are wrong."""
        try:
            rows = iter(self.sheet.rows)
            if not self._read_headings(rows):
                return
            numbers: list[int] = []
            cells: list[list[str]] = []
            for number, row in rows:
                if (whole := self._fit(number, row)) is not None:
                    numbers.append(number)
                    cells.append(whole)
                if len(cells) == ROWS:
                    yield Rows(self, numbers, cells, self.sheet.quiet())
                    numbers, cells = [], []
            if cells:
                yield Rows(self, numbers, cells, self.sheet.quiet())
        except Refusal as refusal:
            self.problems.append(refusal.problem(self.path))

    def _read_headings(self, rows: Iterator[tuple[int, list[str]]]) -> bool:
        known = known_headings(self.type, self.extra)
        number, cells, above = find_headings(rows, known)
        if above:
            self._add("title-row", number, -1, n=above)
        columns = []
        for i, cell in enumerate(cells):
            word = plain_heading(cell)
            if word in known:
                columns.append(Column(i, cell.strip(), known[word]))
            elif word:
                return self._unknown_column(number, i, cell)
        names = [column.spec.name if column.spec else "id" for column in columns]
        for i, name in enumerate(names):
            if name in names[:i]:
                return self._add("duplicate-column", number, columns[i].index, name=columns[i].heading)
        if self.needs_id and "id" not in names:
            return self._add("missing-id-column", number, -1)
        self.headings = Headings(number, tuple(columns), len(cells))
        below = [area for area in self.sheet.merged if area[2] > number]
        if below:
            first = below[0]
            return self._add("merged-cells", first[0], first[1] - 1, n=len(below))
        return True

    def _fit(self, number: int, row: list[str]) -> list[str] | None:
        """The row as wide as the headings; ``None`` when it is empty or cannot be."""
        cells = list(map(str.strip, row))
        width = self.headings.width
        if len(cells) != width:
            if not any(cells):
                return None
            if len(cells) < width or any(cells[width:]):
                self._add("cell-count", number, -1, found=len(cells), expected=width)
                return None
            del cells[width:]
        elif not any(cells):
            return None
        named = {column.index for column in self.headings.columns} if len(self.headings.columns) < width else ()
        if named and (stray := next((i for i, c in enumerate(cells) if c and i not in named), None)) is not None:
            self._add("no-heading", number, stray, value=cells[stray])
            return None
        return cells

    def _unknown_column(self, number: int, index: int, heading: str) -> bool:
        words = [*self.type.by_name, *(f.title(lang) for f in self.type.fields for lang in LANGUAGES)]
        params = {"name": heading.strip(), "type": self.type, "suggestions": nearest(heading.strip(), words, 1)}
        return self._add("unknown-column", number, index, **params)

    def _add(self, rule: str, number: int, index: int, **params: Any) -> bool:
        """Note a problem of the table; false, for the caller to return."""
        place = self.sheet.locate(number, index)
        severity: Severity = "note" if rule == "title-row" else "error"
        self.problems.append(
            Problem(rule, self.path, place.line, place.column, severity=severity, params=params, cell=place.cell)
        )
        return False


def read_cell(cell: str, spec: FieldSpec, locator: RowLocator, path: str, problems: list[Problem]) -> Value:
    """One cell of a table as text, list or mapping."""
    if not spec.many and spec.kind != "object":
        return cell
    items = split_list(cell) if spec.many else [cell]
    if spec.kind != "object":
        return items
    found = []
    for item in items:
        parts = split_object(item)
        if len(parts) > len(spec.fields):
            at = locator.locate((spec.name,))
            params = {"value": item, "found": len(parts), "names": list(spec.fields)}
            problems.append(Problem("object-cell", path, at.line, at.column, spec.name, params=params, cell=at.cell))
            continue
        found.append({f.name: part for f, part in zip(spec.fields, parts, strict=False) if part})
    return found if spec.many else next(iter(found), {})


def cell_of(value: Value, spec: FieldSpec | None) -> str:
    """A value as one cell, the way `read_cell` takes it apart."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        items = [cell_of(item, spec) for item in value]
        return ("\n" if any(";" in item or "；" in item for item in items) else ";").join(items)
    if isinstance(value, Mapping) and spec is not None:
        return "|".join(str(value.get(inner.name) or "") for inner in spec.fields).rstrip("|")
    return str(value)


def split_list(cell: str) -> list[str]:
    """Items of a list written in one cell, a line each or with semicolons, also Chinese ones, between them.

    Where there are lines, a semicolon is part of the text: that is how a sentence may stand in a list.
    """
    parts = cell.split("\n") if "\n" in cell else cell.replace("；", ";").split(";")
    return [item for part in parts if (item := part.strip())]


def split_object(item: str) -> list[str]:
    """The fields of an object written in one cell, in their order."""
    return [part.strip() for part in item.split("|")]

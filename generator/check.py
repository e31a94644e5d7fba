"""Single records against their schemas: unknown keys, the shape of values, cells, items of lists, fields of objects,
terms of vocabularies. What a cell may be is asked of `cells`, what becomes of one that is not right of `doubts`.

A table is tested by columns first; only a row that is not certainly valid is looked at value by value, as every YAML
record is. So a message is made in one place, and a long table in order costs little. Reads no files, prints nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from generator.cells import (
    GOOD_ID,
    INTEGERS,
    CellCheck,
    Fast,
    Slow,
    list_descriptor,
    make_cell_check,
    read_field,
)
from generator.model import FieldSpec, Path_, Problem, RawRecord, RecordType, Several, Value, Vocabulary
from generator.rulebook import problem_at
from generator.tables import Column, RowLocator, Rows, Table, read_cell, split_list, split_object

if TYPE_CHECKING:
    from generator.doubts import Doubts

MANY_KNOWN = 100_000  # different cells of a column that are remembered as good
NO_VALUE: Any = object()


class TypeChecker:
    """All checks of one record type, made once from its schema; raises `KezhuError` for a schema that cannot be.

    Of a schema that is ``known`` not to be one the judge is only loaded when a cell needs it.
    """

    def __init__(self, record_type: RecordType, vocabularies: Mapping[str, Vocabulary], *, known: bool = False) -> None:
        self.type, self.known = record_type, known
        self.vocabularies = vocabularies
        self.cells: dict[int, CellCheck] = {}
        self.many: dict[int, Slow] = {}
        self.required = [spec for spec in record_type.fields if spec.required]
        self._prepare(record_type.fields)

    def _prepare(self, fields: Sequence[FieldSpec]) -> None:
        for spec in fields:
            if spec.many and (descriptor := list_descriptor(spec, self.type.path)):
                self.many[id(spec)] = read_field(descriptor, self.type.path, known=self.known)
            self.cells[id(spec)] = make_cell_check(spec, self.type.path, known=self.known)
            self._prepare(spec.fields)

    @cached_property
    def doubts(self) -> Doubts:
        """Who is asked of what is not certainly right."""
        from generator.doubts import Doubts  # noqa: PLC0415 - loads all that mends, and most records have no slip

        return Doubts(self.type, self.vocabularies, self.cells)

    def check(self, record: RawRecord, problems: list[Problem], absent: frozenset[str] = frozenset()) -> RawRecord:
        """Add what is wrong to ``problems``; the record comes back with repairs made and its terms as ids.

        ``absent`` are required fields whose column is missing altogether, which the table has been told already.
        """
        if not GOOD_ID(record.id):
            problems.append(self.doubts.bad_id(record))
        values = self._mapping(record, record.values, self.type.by_name, (), problems)
        for spec in self.required:
            if spec.name not in record.values and spec.name not in absent:
                problems.append(problem_at("required", record, spec, (spec.name,), type=self.type))
        return RawRecord(record.type, record.id, values, record.path, record.locator)

    def _mapping(
        self,
        record: RawRecord,
        got: Mapping[str, Value],
        by_name: Mapping[str, FieldSpec],
        at: Path_,
        problems: list[Problem],
    ) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, value in got.items():
            spec = by_name.get(name)
            if spec is None:
                problems.append(self.doubts.unknown_key(record, name, by_name, (*at, name)))
            elif (kept := self._value(record, spec, value, (*at, name), problems)) is not NO_VALUE:
                values[name] = kept
        return values

    def _value(self, record: RawRecord, spec: FieldSpec, value: Value, at: Path_, problems: list[Problem]) -> Value:
        if not spec.many:
            kept = self._item(record, spec, value, at, problems)
            return kept[0] if kept else NO_VALUE
        items = value if isinstance(value, list) else [value]
        if spec.kind == "object" and (wrong := [i for i, item in enumerate(items) if not isinstance(item, dict)]):
            at = (*at, wrong[0]) if isinstance(value, list) else at
            problems.append(problem_at("want-object", record, spec, at, names=spec.fields, value=items[wrong[0]]))
            return items
        if isinstance(value, list):
            kept = [k for i, item in enumerate(items) for k in self._item(record, spec, item, (*at, i), problems)]
        else:
            kept = self._item(record, spec, value, at, problems)
        if reader := self.many.get(id(spec)):
            for rule, limit in (reader(json.dumps(kept))[1] or {}).items():
                problems.append(self.doubts.constraint(rule, limit, record, spec, at, kept, many=True))
        return kept or NO_VALUE

    def _item(
        self, record: RawRecord, spec: FieldSpec, value: Value, at: Path_, problems: list[Problem]
    ) -> list[Value]:
        """One value as it is to be read: none when it says "nothing", several when it holds a list."""
        if spec.kind == "object":
            return [self._object(record, spec, value, at, problems)]
        if not isinstance(value, str):
            problems.append(problem_at("want-one" if isinstance(value, list) else "want-text", record, spec, at))
            return [value]
        if spec.kind == "term":
            found: Sequence[tuple[str, str]] = ()
            if (term := self.vocabularies[spec.vocabulary].resolve(value)) is not None:
                return [term.id]
        elif not (found := self.cells[id(spec)].rules(value)):
            return [value]
        return self.doubts.judge(record, spec, value, at, found, problems)

    def _object(self, record: RawRecord, spec: FieldSpec, value: Value, at: Path_, problems: list[Problem]) -> Value:
        if not isinstance(value, dict):
            problems.append(problem_at("want-object", record, spec, at, names=spec.fields, value=value))
            return value
        for inner in spec.fields:
            if inner.required and inner.name not in value:
                problems.append(problem_at("required", record, inner, at, type=self.type))
        return self._mapping(record, value, {f.name: f for f in spec.fields}, at, problems)


# ── Tables, by columns ───────────────────────────────────────────────────────────────────────────────────────────────


class TableChecker:
    """A type's checks laid out for the columns of one table."""

    def __init__(self, careful: TypeChecker, columns: Sequence[Column]) -> None:
        self.careful = careful
        self.columns = [(column.index, *self._column(column.spec)) for column in columns]
        self.names = [column.spec.name if column.spec else "" for column in columns]
        self.id_index = next((column.index for column in columns if column.spec is None), -1)
        self.plan: Plan = {
            name: (index, read) for name, (index, _, _, read) in zip(self.names, self.columns, strict=True) if name
        }
        there = set(self.names)
        self.absent = [spec for spec in careful.required if spec.name not in there]

    def check(self, rows: Rows, problems: list[Problem]) -> CheckedRows:
        """Every row as a checked record."""
        doubtful: set[int] = set()
        by_column = list(zip(*rows.cells, strict=True))
        for index, test, needed, _ in self.columns:
            cells = by_column[index]
            # written for the loops that run in C; dates, choices and terms repeat themselves, so each is asked once
            good = test.hold(cells) if hasattr(test, "hold") else all(map(test, filter(None, set(cells))))
            if not good or (needed and not all(cells)):
                doubtful.update(i for i, cell in enumerate(cells) if not (test(cell) if cell else not needed))
        absent = frozenset(spec.name for spec in self.absent)
        careful = {i: self.careful.check(rows.record(i, problems), problems, absent) for i in sorted(doubtful)}
        return CheckedRows(rows, by_column, self.plan, self.id_index, careful)

    def _column(self, spec: FieldSpec | None) -> tuple[Fast, bool, Callable[[str], Value] | None]:
        """A test that is true only if a cell with something in it is certainly valid; whether there must be something;
        and how such a cell is read."""
        if spec is None:
            return GOOD_ID, True, None
        if spec.kind == "term":
            known = Known(self.careful.vocabularies[spec.vocabulary], spec)
            return known.has, spec.required, known.__getitem__
        if spec.kind == "object":
            return self._object_test(spec), spec.required, lambda cell: read_cell(cell, spec, NOWHERE, "", [])
        one = self.careful.cells[id(spec)].fast
        if spec.many:
            return self._list_test(spec, one), spec.required, split_list
        return one, spec.required, None

    def _list_test(self, spec: FieldSpec, one: Fast) -> Fast:
        low, high = list_bounds(spec)

        def test(cell: str) -> bool:
            items = split_list(cell)
            return low <= len(items) <= high and all(map(one, items))

        return test

    def _object_test(self, spec: FieldSpec) -> Fast:
        low, high = list_bounds(spec)
        inner = [(self._inner_test(field), field.required) for field in spec.fields]

        def fits(item: str) -> bool:
            parts = split_object(item)
            if len(parts) > len(inner) or not any(parts):
                return False
            parts += [""] * (len(inner) - len(parts))
            return all(test(part) if part else not needed for part, (test, needed) in zip(parts, inner, strict=True))

        def test(cell: str) -> bool:
            items = split_list(cell) if spec.many else [cell]
            return low <= len(items) <= high and all(map(fits, items))

        return test

    def _inner_test(self, spec: FieldSpec) -> Fast:
        if spec.many or spec.kind == "object":
            return lambda _: False
        if spec.kind == "term":
            return self.careful.vocabularies[spec.vocabulary].terms.__contains__
        return self.careful.cells[id(spec)].fast


Plan = Mapping[str, tuple[int, Callable[[str], Value] | None]]
"""Where a field's cell stands in a row, and how it is read."""


class CheckedRows(Several):
    """Rows of a table that were judged; a row that is certainly valid becomes a record only for who asks for one."""

    def __init__(
        self,
        rows: Rows,
        by_column: Sequence[Sequence[str]],
        plan: Plan,
        id_index: int,
        careful: Mapping[int, RawRecord],
    ) -> None:
        self.rows = rows
        self.by_column = by_column
        self.plan = plan
        self.id_index = id_index
        self.careful = careful  # the others, by their place among the rows
        self._columns: dict[str, Sequence[Value]] = {}

    def __len__(self) -> int:
        return len(self.rows.cells)

    def __getitem__(self, index: int) -> RawRecord:
        if found := self.careful.get(index):
            return found
        table, row = self.rows.table, self.rows.cells[index]
        record_id = row[self.id_index] if self.id_index >= 0 else ""
        locator = RowLocator(table.sheet, self.rows.numbers[index], table.headings.by_name)
        return RawRecord(table.type.name, record_id, RowValues(row, self.plan), table.path, locator)

    def ids(self) -> Sequence[str]:
        """The id of each."""
        if self.id_index < 0:
            return [""] * len(self)
        return self.by_column[self.id_index]  # a record that was looked at with care keeps its id

    def column(self, name: str) -> Sequence[Value]:
        """One field of each; ``None`` where it is absent."""
        if name not in self._columns:
            self._columns[name] = self._column(name)
        return self._columns[name]

    def _column(self, name: str) -> Sequence[Value]:
        if name not in self.plan:
            return [None] * len(self)
        index, read = self.plan[name]
        cells = self.by_column[index]
        values: list[Value] = [cell or None for cell in cells]
        if read is not None:
            good = ((i, cell) for i, cell in enumerate(cells) if cell and i not in self.careful)
            for i, cell in good:
                values[i] = read(cell)
        for i, record in self.careful.items():
            values[i] = record.values.get(name)
        return values


class RowValues(Mapping[str, Value]):
    """The values of a row that is certainly valid, each read when it is asked for: rules ask for few of them."""

    __slots__ = ("cells", "plan")

    def __init__(self, cells: list[str], plan: Plan) -> None:
        self.cells = cells
        self.plan = plan

    def get(self, name: str, default: Value = None) -> Value:
        """A value, or ``default`` where the cell is empty or there is none."""
        found = self.plan.get(name)
        if found is None or not (cell := self.cells[found[0]]):
            return default
        return found[1](cell) if found[1] else cell

    def __getitem__(self, name: str) -> Value:
        value = self.get(name, NO_VALUE)
        if value is NO_VALUE:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self.plan and self.cells[self.plan[str(name)][0]] != ""

    def __iter__(self) -> Iterator[str]:
        return (name for name, (index, _) in self.plan.items() if self.cells[index])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Known(dict[str, Value]):
    """Cells of terms that have been understood, with what they mean."""

    def __init__(self, vocabulary: Vocabulary, spec: FieldSpec) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.spec = spec
        constraints = spec.descriptor.get("constraints") or {}
        self.bounded = spec.many and bool(constraints.keys() & set(INTEGERS))

    def has(self, cell: str) -> bool:
        """Whether every term of the cell is known; what is found out is remembered."""
        if cell in self:
            return True
        terms = [self.vocabulary.resolve(word) for word in (split_list(cell) if self.spec.many else [cell])]
        if self.bounded or not terms or not all(terms):
            return False
        if len(self) > MANY_KNOWN:
            self.clear()
        ids = [term.id for term in terms if term is not None]
        self[cell] = ids if self.spec.many else ids[0]
        return True

    def __missing__(self, cell: str) -> Value:  # forgotten between test and use
        self.has(cell)
        return self.get(cell)


class Nowhere:
    """Stands where no problem will be reported."""

    def locate(self, path: Path_, *, key: bool = False) -> Any:
        """Never asked: what is read with it has been tested."""
        raise AssertionError(path, key)


NOWHERE: Any = Nowhere()


def list_bounds(spec: FieldSpec) -> tuple[int, int]:
    """How many items a list may have; nothing fits where a list has constraints that only the judge knows."""
    constraints = dict(spec.descriptor.get("constraints") or {}) if spec.many else {}
    low, high = int(constraints.pop("minLength", 0)), int(constraints.pop("maxLength", 1 << 30))
    constraints.pop("required", None)
    return (low, high) if not constraints else (1, 0)


class Checker:
    """The checks of every type. Tables of one type with the same headings share their layout."""

    def __init__(
        self, types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary], *, known: bool = False
    ) -> None:
        self._make: Callable[[str], TypeChecker] = lambda name: TypeChecker(types[name], vocabularies, known=known)
        self.by_type = {} if known else {name: self._make(name) for name in types}
        self._tables: dict[Table, TableChecker] = {}

    def of(self, name: str) -> TypeChecker:
        """The checks of one type; of schemas that are known to be right they are made when they are asked for."""
        if name not in self.by_type:
            self.by_type[name] = self._make(name)
        return self.by_type[name]

    def check(self, records: Sequence[RawRecord], problems: list[Problem]) -> Several:
        """Judge records one by one."""
        return Several([self.of(record.type).check(record, problems) for record in records])

    def check_rows(self, rows: Rows, problems: list[Problem]) -> Several:
        """Judge some rows of a table; what the table lacks is said once."""
        table = rows.table
        found = self._tables.get(table)
        if found is None:
            found = TableChecker(self.of(table.type.name), table.headings.columns)
            self._tables[table] = found
            for spec in found.absent:
                place = table.sheet.locate(table.headings.row, -1)
                params = {"label": spec, "type": table.type}
                problems.append(
                    Problem("missing-column", table.path, place.line, 1, spec.name, params=params, cell=place.cell)
                )
        return found.check(rows, problems)

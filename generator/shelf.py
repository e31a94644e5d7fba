"""Puts records where they are kept: a YAML file each, or rows of the type's CSV table. Whole files or nothing.

What stands in a table already stays as it is, to the byte, unless its record is replaced or a column is new. Judges
nothing: only records that have been found good come here.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.csvfile import CsvSheet
from generator.model import KezhuError, RawRecord, RecordType
from generator.source import MAX_CSV_BYTES, read_decoded
from generator.tables import Headings, Table
from generator.tables import cell_of as cell_of
from generator.yamlout import dump_record

Plan = Mapping[Path, bytes]
"""What is to be written, by file."""


def plan_files(root: Path, record_type: RecordType, records: Iterable[RawRecord]) -> dict[Path, bytes]:
    """A YAML file for each record, named by its id."""
    folder = root / "catalogue" / record_type.name
    return {folder / f"{record.id}.yml": dump_record(record.values, record_type).encode() for record in records}


def plan_table(path: Path, where: str, record_type: RecordType, records: Sequence[RawRecord]) -> dict[Path, bytes]:
    """The type's table with these records: a row whose id is there already is replaced, the others come below.

    Raises `KezhuError` when the table that is there cannot be read itself.
    """
    if not records:
        return {}
    if not path.exists():
        used = {name for record in records for name in record.values}
        names = ["id", *(spec.name for spec in record_type.fields if spec.name in used)]
        rows = [row_of(record, names, record_type) for record in records]
        return {path: "".join(written([names, *rows])).encode()}
    return {path: Shelf(path, where, record_type).with_records(records)}


class Shelf:
    """A table that is there already."""

    def __init__(self, path: Path, where: str, record_type: RecordType) -> None:
        self.type = record_type
        self.sheet = CsvSheet(path)
        table = Table(self.sheet, record_type, where)
        self.numbers: dict[str, int] = {}  # row of each record
        for rows in table.batches():
            index = table.headings.by_name["id"]
            self.numbers |= {cells[index]: number for number, cells in zip(rows.numbers, rows.cells, strict=True)}
        broken = next((p for p in table.problems if p.severity == "error"), None)
        if broken is not None:
            raise KezhuError(f"cannot be added to before it is mended ({broken.rule})", f"{where}:{broken.line}")
        self.headings: Headings = table.headings
        raw = path.read_bytes()
        self.before = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
        self.end = "\r\n" if b"\r\n" in raw else "\n"
        self.text = read_decoded(path, MAX_CSV_BYTES).text

    def with_records(self, records: Sequence[RawRecord]) -> bytes:
        """The bytes of the table with these records in it."""
        chunks = self._chunks()
        names = self._names()
        new = [
            spec.name
            for spec in self.type.fields
            if spec.name not in names and any(spec.name in record.values for record in records)
        ]
        if new:
            chunks = {number: self._wider(number, text, new) for number, text in chunks.items()}
            names = [*names, *new]
        below = []
        for record in records:
            [row] = written([row_of(record, names, self.type)], self.sheet.delimiter)
            if record.id in self.numbers:
                chunks[self.numbers[record.id]] = row
            else:
                below.append(row)
        text = "".join(chunks.values())
        if text and not text.endswith("\n"):
            text += "\n"
        return self.before + (text + "".join(below)).replace("\n", self.end).encode()

    def _names(self) -> list[str]:
        """The field under each heading; empty where a column has none."""
        names = [""] * self.headings.width
        for name, index in self.headings.by_name.items():
            names[index] = name
        return names

    def _chunks(self) -> dict[int, str]:
        """The text of every row, blank ones with the row above them, by the number of its first line."""
        lines = self.text.splitlines(keepends=True) if "\x0b" not in self.text else self.text.split("\n")
        lines = [line if line.endswith("\n") else f"{line}\n" for line in lines if line]
        starts = [1, *(number for number, _ in self.sheet.rows if number > 1)]
        ends = [*starts[1:], len(lines) + 1]
        return {start: "".join(lines[start - 1 : end - 1]) for start, end in zip(starts, ends, strict=True)}

    def _wider(self, number: int, text: str, new: Sequence[str]) -> str:
        """A row with cells for new columns; headings get their names."""
        if number < self.headings.row or not text.strip():
            return text
        cells = next(csv.reader(io.StringIO(text), delimiter=self.sheet.delimiter))
        cells += [""] * (self.headings.width - len(cells))
        more = list(new) if number == self.headings.row else [""] * len(new)
        return written([[*cells, *more]], self.sheet.delimiter)[0]


def row_of(record: RawRecord, names: Sequence[str], record_type: RecordType) -> list[str]:
    """The cells of a record under the columns of a table."""
    values = {"id": record.id, **record.values}
    return [cell_of(values.get(name), record_type.by_name.get(name)) for name in names]


def written(rows: Iterable[Sequence[str]], delimiter: str = ",") -> list[str]:
    """Rows as lines of CSV."""
    lines = []
    for row in rows:
        target = io.StringIO()
        csv.writer(target, delimiter=delimiter, lineterminator="\n").writerow(row)
        lines.append(target.getvalue())
    return lines


def write_all(plan: Plan) -> None:
    """Write every file beside its place first, then put all of them there: a full disk changes nothing."""
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in plan}
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(plan[path])
            if path.exists():
                shutil.copymode(path, part)
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)

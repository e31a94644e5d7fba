"""CSV files as their authors saved them: bytes to rows of text, streamed.

A file in UTF-8 without anything odd is decoded a block at a time while its rows go by; at the first block that is
neither, the whole file is read in whatever encoding it has. The same look at a block says whether it holds anything a
rule watches for. Knows no headings, no types, no content.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import re2

from generator.encoding import SUSPECT, SUSPECT_TEXT, Decoded
from generator.model import Position, Problem
from generator.source import MAX_CSV_BYTES, Refusal, guard_file, read_decoded

BLOCK = 1 << 18  # bytes: larger ones leave the cache between the looks that are taken at them
LONG_ROW = 200  # lines: a quotation mark that is never closed swallows the rest of the file
DELIMITERS = (",", "\t", ";", "，")


class CsvSheet:
    """A CSV file as a sheet: rows with their numbers, and the place of each cell.

    ``watch`` is a pattern for re2 that is searched in the file as it is written, before cells are cut: between two
    quotation marks, commas and line ends, where a cell begins and ends.
    """

    merged: Sequence[tuple[int, int, int, int]] = ()
    _watching = _found = _found_here = False  # anything; since `quiet` was asked; in the block that is being read

    def __init__(self, path: Path, limit: int = MAX_CSV_BYTES, watch: str = "") -> None:
        self.path = path
        self.limit = limit
        guard_file(path, limit)
        self._decoded: Decoded | None = None
        self._look = look_for(watch)
        self._watching = bool(watch)
        self.delimiter = find_delimiter(next(self._blocks(), ""))

    @property
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold anything; raises `Refusal` when quoting is broken or the text cannot be read."""
        lines = chain.from_iterable(block.splitlines(keepends=True) for block in self._blocks())
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        start = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise Refusal("csv-quote", start) from None
            if reader.line_num > start + LONG_ROW:
                raise Refusal("csv-quote", start)
            if cells:
                yield start, cells
            start = reader.line_num + 1

    def quiet(self) -> bool:
        """Whether nothing that is watched for stands in the rows given since this was asked last."""
        found, self._found = self._found, self._found_here
        return self._watching and not found

    def locate(self, number: int, index: int) -> Position:
        """The first character of a cell; of the row when ``index`` is -1."""
        return find_cell(self.lines, number, index, self.delimiter) if index >= 0 else Position(number, 1)

    def problems(self, path: str) -> Iterator[Problem]:
        """A file that was read although it is not UTF-8; known for certain when the rows have gone by."""
        if self._decoded is not None and not self._decoded.is_utf8:
            yield encoding_warning(path, self._decoded.encoding)

    @cached_property
    def lines(self) -> list[str]:
        """Every line; read again, because the rows have gone by when a problem asks."""
        return "".join(self._blocks()).replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def _blocks(self) -> Iterator[str]:
        """The text in pieces that end with a line; raises `Refusal` for what is no text."""
        self._found = self._found_here = self._decoded is not None
        if self._decoded is not None:
            yield self._decoded.text
            return
        read = 0
        with self.path.open("rb") as file:
            if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                file.seek(0)
            for block in whole_lines(file):
                text = self._plain(block)
                if text is None:
                    break
                read += len(block)
                yield text
            else:
                return
        yield self._after(read)

    def _plain(self, block: bytes) -> str | None:
        """The text of a block; ``None`` where it is not UTF-8, or holds what a text should not."""
        try:
            text = block.decode()
        except UnicodeDecodeError:
            return None
        # a quotation mark in a cell is written twice, and would part what is watched for
        self._found_here = b'""' in block
        if self._look.search(block) is not None:
            if SUSPECT.search(block) is not None:
                return None
            self._found_here = True
        self._found |= self._found_here
        return text

    def _after(self, read: int) -> str:
        """The text behind the first ``read`` bytes, which were UTF-8, once the whole file is decoded with care."""
        self._decoded = read_decoded(self.path, self.limit)
        self._found = self._found_here = True
        data = self.path.read_bytes().removeprefix(codecs.BOM_UTF8)
        before = one_line_end(data[:read].decode())
        if not self._decoded.text.startswith(before):
            raise Refusal("encoding", before.count("\n") + 1)
        return self._decoded.text[len(before) :]


@cache
def look_for(watch: str) -> Any:
    """One pattern for all that is looked for in a block: one pass costs a third less than two."""
    return re2.compile(f"{SUSPECT_TEXT}|(?:{watch})" if watch else SUSPECT_TEXT)


def whole_lines(file: io.BufferedReader) -> Iterator[bytes]:
    """The bytes in blocks that end with a line feed; all at once where there is none."""
    rest: list[bytes] = []
    while block := file.read(BLOCK):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join([*rest, block[:cut]])
            rest.clear()
        rest.append(block[cut:])
    if last := b"".join(rest):
        yield last


def find_delimiter(text: str) -> str:
    """The comma, unless the first lines hold none and something else instead."""
    counts = {mark: text.count(mark, 0, 4096) for mark in DELIMITERS}
    return "," if counts[","] else max(DELIMITERS, key=lambda mark: counts[mark])


def one_line_end(text: str) -> str:
    """The text with every line end made ``\\n``."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encoding_warning(where: str, encoding: str) -> Problem:
    """A file that was read although it is not UTF-8."""
    return Problem("read-as-encoding", where, severity="warning", params={"encoding": encoding})


def find_cell(lines: Sequence[str], start: int, index: int, delimiter: str = ",") -> Position:
    """Line and column at which the ``index``-th cell of the row that starts at line ``start`` begins."""
    line, column, quoted = start, 1, False
    while line <= len(lines):
        for column, char in enumerate(lines[line - 1], 1):
            if index == 0 and not quoted:
                return Position(line, column)
            if char == '"':
                quoted = not quoted
            elif char == delimiter and not quoted:
                index -= 1
        if index == 0 and not quoted:
            return Position(line, len(lines[line - 1]) + 1)
        line += 1
    return Position(start, 1)


def read_terms(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The headings and rows of a vocabulary; raises `Refusal`."""
    rows = iter(CsvSheet(path).rows)
    _, header = next(rows, (1, [""]))
    header = [cell.strip() for cell in header]
    if not any(header):
        raise Refusal("empty-file")
    return header, (row for row in rows if any(cell.strip() for cell in row[1]))

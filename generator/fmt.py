"""Records' files as they should stand: keys and columns in the schema's order, quotes where they are needed, UTF-8.

A file is changed in its own text, so that comments, blocks and quotes stay the author's; no value changes. What has
been made is read again and must give the same records, else the file is left as it was. Workbooks are left alone: they
belong to the program that people keep them with.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import yaml

from generator.csvfile import CsvSheet, find_delimiter
from generator.encoding import UTF8, Decoded
from generator.model import FieldSpec, Problem, RawRecord, RecordType, Value
from generator.source import MAX_BYTES, MAX_CSV_BYTES, MAX_DEPTH, Refusal, read_decoded, read_yaml
from generator.tables import Column, Sheet, Table
from generator.yamlout import dump_record, in_order, is_typed, quote

Fields = Sequence[FieldSpec]

CERTAIN = re.compile(r"(?P<key>[ ]*(?:- +)*[^\s\"'#:\[\]{},&*!|>%@`-][^\s:#]*: +)(?P<text>[^\s\"'\[\]{}|>#].*?)[ ]*")
"""A line ``key: text`` whose text can only be meant as text: not quoted, no bracket, no block."""
DOCUMENT_MARK = re.compile(r"^(?:---|\.\.\.)(?:\s|$)|^%", re.M)
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BLOCK = ("|", ">")
MENDED = 50  # lines of one file that are put into quotes so that it can be read; with more it is something else


@dataclass(frozen=True)
class Outcome:
    """What is to become of one file; ``before`` and ``after`` are empty when it is left alone."""

    path: Path
    before: str
    after: str
    changed: bool = False  # the bytes differ, if only in encoding or line ends
    unsure: bool = False  # other records would have come out
    problems: tuple[Problem, ...] = ()  # why it cannot be read


def format_file(path: Path, where: str, record_type: RecordType) -> Outcome:
    """Work out how a record's file or a table should stand; ``where`` is its path from the root. Writes nothing."""
    try:
        if path.suffix == ".csv":
            before = read_decoded(path, MAX_CSV_BYTES).text
            after, table = format_table(CsvSheet(path), record_type, where)
            if problems := tuple(p for p in table.problems if p.severity == "error"):
                return Outcome(path, "", "", problems=problems)
        else:
            before = read_decoded(path, MAX_BYTES).text
            after = format_yaml(before, record_type)
    except Refusal as refusal:
        return Outcome(path, "", "", problems=(refusal.problem(where),))
    except ValueError:
        return Outcome(path, "", "", unsure=True)
    return Outcome(path, before, after, changed=path.read_bytes() != after.encode())


def replace_file(path: Path, text: str) -> None:
    """Put a whole new file in the place of the old one, with the same rights."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode())
        shutil.copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# ── YAML ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def format_yaml(text: str, record_type: RecordType) -> str:
    """One record's file, put in order; raises `Refusal` when it cannot be read, also with its text in quotes.

    ``text`` has line ends ``\\n``. The same record comes out, or ``ValueError`` is raised.
    """
    text = readable(text)
    values, _ = read_yaml(text)
    if _compose(text).flow_style:
        return text if "#" in text else dump_record(values, record_type)
    made = ordered(quoted(text), record_type.fields)
    if kept(read_yaml(made)[0]) != kept(values):
        raise ValueError("another record would come out")
    return made


def kept(value: Value) -> Value:
    """A value as a record keeps it: blanks and line ends around a text are not part of it."""
    if isinstance(value, dict):
        return {name: kept(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [kept(item) for item in value]
    return value.strip() if isinstance(value, str) else value


# ── Quotes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def readable(text: str) -> str:
    """The text with quotes around what keeps it from being read, where nothing else can be meant; raises `Refusal`.

    ``title: a: b`` is certain. With `` #`` in it the rest may be a comment: that is for its author to say.
    """
    lines = text.split("\n")
    for _ in range(MENDED):
        try:
            read_yaml("\n".join(lines))
        except Refusal as refusal:
            line = lines[refusal.line - 1] if refusal.line <= len(lines) else ""
            found = CERTAIN.fullmatch(line)
            if refusal.rule != "yaml-quote" or found is None or " #" in line or "\t" in line:
                raise
            lines[refusal.line - 1] = found["key"] + quote(found["text"])
        else:
            break
    return "\n".join(lines)


def quoted(text: str) -> str:
    """The text with quotes around every plain scalar that some reader would not take for text."""
    for node in reversed(list(_scalars(_compose(text)))):
        start, end = node.start_mark.index, node.end_mark.index
        plain = not node.style and node.value not in NULLS and text[start:end] == node.value
        if plain and is_typed(node.value):
            text = text[:start] + quote(node.value) + text[end:]
    return text


def _compose(text: str) -> yaml.MappingNode:
    loader = yaml.CBaseLoader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):  # `read_yaml` has refused everything else
        raise Refusal("not-a-mapping")
    return node


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for item in node.value:
        for part in item if isinstance(item, tuple) else (item,):
            yield from _scalars(part)


# ── Order ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Entry:
    """A key with its value, as lines: what stands above it, the lines themselves, comments right below."""

    name: str
    above: list[str]
    lines: list[str]
    below: list[str] = field(default_factory=list)
    open_end: bool = False  # the empty lines below are part of its value


def ordered(text: str, fields: Fields) -> str:
    """The text with the keys of every mapping in the schema's order, and not more than one empty line in a row."""
    root = _compose(text)
    for _ in range(MAX_DEPTH):  # what is inside others first
        made = _inner_ordered(text, root, fields)
        if made == text:
            break
        text, root = made, _compose(made)
    lines = text.removesuffix("\n").split("\n")
    first, column = root.start_mark.line, root.start_mark.column
    if DOCUMENT_MARK.search(text, root.start_mark.index) or not _in_block(lines, root, lines[first][:column]):
        return text
    start = first
    while start and lines[start - 1].strip().startswith("#") and indent_of(lines[start - 1]) == column:
        start -= 1
    entries, foot = split_entries(lines, root, start, len(lines))
    top = [line.rstrip() for line in lines[:start]]
    return "\n".join(join_entries(top, _sorted(entries, fields), foot)) + "\n"


def _inner_ordered(text: str, root: yaml.MappingNode, fields: Fields) -> str:
    """The text with inner mappings in order, from the end, so that the places of those above stay true.

    One that holds another that was changed waits for the next turn.
    """
    changed = len(text)
    for node, own in sorted(_mappings(root, fields), key=lambda found: -found[0].start_mark.index):
        if node.end_mark.index <= changed and (made := _reorder(text, node, own)) is not None:
            text, changed = made, node.start_mark.index
    return text


def _mappings(node: yaml.Node, fields: Fields) -> Iterator[tuple[yaml.MappingNode, Fields]]:
    """Every mapping inside ``node``, those further in first, with the fields of its object."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mappings(item, fields)
            if isinstance(item, yaml.MappingNode):
                yield item, fields
    elif isinstance(node, yaml.MappingNode):
        inner = {spec.name: spec.fields for spec in fields}
        for key, value in node.value:
            below = inner.get(key.value, ())
            yield from _mappings(value, below)
            if isinstance(value, yaml.MappingNode):
                yield value, below


def _sorted(entries: Iterable[Entry], fields: Fields) -> list[Entry]:
    by_name = {entry.name: entry for entry in entries}
    return [by_name[name] for name in in_order(by_name, fields)]


def _reorder(text: str, node: yaml.MappingNode, fields: Fields) -> str | None:
    """The text with one inner mapping in order; ``None`` when it is, or cannot be without touching more than order."""
    names = [key.value for key, _ in node.value]
    if in_order(names, fields) == names:
        return None
    if node.flow_style:
        return _reorder_flow(text, node, fields)
    lines = text.split("\n")
    start, column = node.start_mark.line, node.start_mark.column
    end = last_line(lines, node, column) + 1
    prefix = lines[start][:column]
    hanging = end < len(lines) and lines[end].lstrip().startswith("#") and indent_of(lines[end]) >= column
    if hanging or not _in_block(lines, node, prefix):
        return None
    lines[start] = " " * column + lines[start][column:]
    entries = _sorted(split_entries(lines, node, start, end)[0], fields)
    if any(line.strip() for line in entries[0].above):
        return None  # a comment would come between the dash and its first key
    body = join_entries([], entries, [])
    body[0] = prefix + body[0][column:]
    return "\n".join([*lines[:start], *body, *lines[end:]])


def _in_block(lines: Sequence[str], node: yaml.MappingNode, prefix: str) -> bool:
    """Whether every key begins a line of its own, so that lines can be moved."""
    column = node.start_mark.column
    marks = [key.start_mark for key, _ in node.value]
    alone = all(mark.column == column and not lines[mark.line][:column].strip() for mark in marks[1:])
    return alone and not prefix.strip(" -") and marks[0].column == column


def _reorder_flow(text: str, node: yaml.MappingNode, fields: Fields) -> str | None:
    """``{b: 2, a: 1}`` with its pairs in order: each place takes another pair, commas and blanks stay."""
    places = [(key.start_mark.index, max(key.end_mark.index, value.end_mark.index)) for key, value in node.value]
    pairs = {key.value: text[start:end] for (key, _), (start, end) in zip(node.value, places, strict=True)}
    if "#" in text[places[0][0] : places[-1][1]] and "\n" in text[places[0][0] : places[-1][1]]:
        return None
    for (start, end), name in reversed(list(zip(places, in_order(pairs, fields), strict=True))):
        text = text[:start] + pairs[name] + text[end:]
    return text


def last_line(lines: Sequence[str], node: yaml.Node, column: int) -> int:
    """Index of the last line on which something of a value stands; ``column`` is where its owner stands."""
    if isinstance(node, yaml.ScalarNode) and node.style in BLOCK:
        last = node.start_mark.line
        for i in range(last + 1, len(lines)):
            if lines[i].strip(" ") and indent_of(lines[i]) <= column:
                break
            if lines[i].strip(" ") or _keeps_end(lines, node):
                last = i
        return last
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        final = node.value[-1]
        if isinstance(final, tuple):
            key, value = final
            return max(int(key.end_mark.line), last_line(lines, value, node.start_mark.column))
        return last_line(lines, final, node.start_mark.column)
    return int(node.end_mark.line)


def _keeps_end(lines: Sequence[str], node: yaml.Node) -> bool:
    """Whether a value ends in a block whose empty lines below are part of it: ``|+``."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    if not isinstance(node, yaml.ScalarNode) or node.style not in BLOCK:
        return False
    return "+" in lines[node.start_mark.line][node.start_mark.column :].split("#")[0]


def indent_of(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))


def split_entries(lines: Sequence[str], node: yaml.MappingNode, start: int, end: int) -> tuple[list[Entry], list[str]]:
    """An entry for each key of the lines ``start`` to ``end``, and what stands below the last.

    A comment belongs to the key below it; right below a value and followed by an empty line, to that value. What an
    empty line parts from the last value is about the whole file.
    """
    column = node.start_mark.column
    starts = [key.start_mark.line for key, _ in node.value]
    above = list(lines[start : starts[0]])
    entries = []
    for i, (key, value) in enumerate(node.value):
        stop = starts[i + 1] if i + 1 < len(starts) else end
        last = max(key.end_mark.line, last_line(lines, value, column))
        for j in range(last + 1, stop):  # comments further in
            if lines[j].strip() and indent_of(lines[j]) > column:
                last = j
        gap = [line.rstrip() for line in lines[last + 1 : stop]]
        below, rest = _part_gap(gap, i + 1 == len(starts))
        entries.append(Entry(key.value, above, list(lines[starts[i] : last + 1]), below, _keeps_end(lines, value)))
        above = rest
    return entries, above


def _part_gap(gap: list[str], final: bool) -> tuple[list[str], list[str]]:
    """The lines between two keys: comments that belong to the value above, and the rest."""
    if "" in gap:
        cut = gap.index("")
        return gap[:cut], gap[cut:]
    return (gap, []) if final else ([], gap)


def join_entries(top: Sequence[str], entries: Sequence[Entry], foot: Sequence[str]) -> list[str]:
    """The lines of a mapping again, with one empty line where there were several or where one is needed."""
    lines = _single(top)
    if lines and lines[-1].startswith("#"):
        lines.append("")
    if lines[:1] == [""]:
        del lines[0]
    before: Entry | None = None
    for entry in entries:
        above = _single(entry.above)
        if before is None or before.open_end:
            above = above[1:] if above[:1] == [""] else above
        if before is not None and before.below and above[:1] != [""]:
            above = ["", *above]
        lines += [*above, *entry.lines, *entry.below]
        before = entry
    tail = _single(foot)
    while tail and not tail[-1]:
        tail.pop()
    return [*lines, *tail]


def _single(lines: Sequence[str]) -> list[str]:
    """No two empty lines in a row."""
    return [line for i, line in enumerate(lines) if line or i == 0 or lines[i - 1]]


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class TextSheet(CsvSheet):
    """A table in memory, read as the file would be that holds it."""

    def __init__(self, text: str) -> None:
        self.path = Path()
        self._decoded = Decoded(text, UTF8)
        self.delimiter = find_delimiter(text)


def format_table(sheet: Sheet, record_type: RecordType, path: str) -> tuple[str, Table]:
    """A table as CSV with its columns in the schema's order, and what was wrong with it in the second value.

    Columns without a heading and rows without a word go; headings stay in the author's words. The same records come
    out, or ``ValueError`` is raised. When the table has an error the text is to be thrown away.
    """
    table = Table(sheet, record_type, path)
    body = io.StringIO(newline="")
    writer = csv.writer(body, lineterminator="\n")
    columns: list[Column] = []
    for rows in table.batches():
        columns = columns or in_columns(table)
        writer.writerows([plain_ends(cells[column.index]) for column in columns] for cells in rows.cells)
    if any(problem.severity == "error" for problem in table.problems):
        return "", table
    text = headings(table) + body.getvalue()
    if not same(Table(sheet, record_type, path), Table(TextSheet(text), record_type, path)):
        raise ValueError("other records would come out")
    return text, table


def in_columns(table: Table) -> list[Column]:
    """The columns: the id, then the fields of the schema."""
    by_name = {column.spec.name if column.spec else "": column for column in table.headings.columns}
    return [by_name[name] for name in ("", *in_order(filter(None, by_name), table.type.fields)) if name in by_name]


def headings(table: Table) -> str:
    """The heading row, and the rows above it as they are."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for number, cells in table.sheet.rows:
        if number >= table.headings.row:
            break
        if any(cell.strip() for cell in cells):
            writer.writerow(cells)
    writer.writerow([column.heading for column in in_columns(table)])
    return out.getvalue()


def plain_ends(text: str) -> str:
    """Line ends inside a cell, as everywhere else."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same(one: Table, other: Table) -> bool:
    """Whether two tables hold the same records in the same order."""

    def records(table: Table) -> Iterator[RawRecord]:
        return (rows.record(i, []) for rows in table.batches() for i in range(len(rows.cells)))

    def ends(value: Value) -> Value:
        if isinstance(value, dict):
            return {name: ends(inner) for name, inner in value.items()}
        return [ends(item) for item in value] if isinstance(value, list) else plain_ends(value)

    return all(
        a is not None and b is not None and a.id == b.id and ends(a.values) == ends(b.values)
        for a, b in zip_longest(records(one), records(other))
    )

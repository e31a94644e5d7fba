"""``kezhu sheet``: a workbook to be filled in, made from a schema."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.commands.options import positive
from generator.load import load_project
from generator.model import FieldSpec, RecordType
from generator.nearest import nearest
from generator.records import Records
from generator.sheet import make_workbook
from generator.words import Words

MANY_ROWS = 10_000
MANY_PARTS = 300  # records whose parts are looked up for a list


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Type, file and rows."""
    parser.add_argument("type", metavar="TYPE", help=words("cli.help.type"))
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.xlsx", help=words("cli.help.sheet-output"))
    parser.add_argument("--rows", type=positive, default=200, metavar="N", help=words("cli.help.rows"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Write a new file; one that is already there may hold somebody's work."""
    project = load_project(args.root)
    record_type = find_type(args.type, project.types)
    out = args.output or Path(f"{args.type}.xlsx")
    if record_type is None or (wrong := wrong_place(out, words)):
        print(unknown_type(args.type, project.types, words) if record_type is None else wrong, file=sys.stderr)
        return 2
    records = Records(args.root, project.types)
    choices = {key: list(choices_of(records, *key)) for key in sorted(set(references(record_type.fields)))}
    rows = min(args.rows, MANY_ROWS)
    content = make_workbook(record_type, project.vocabularies, choices, words, rows)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    print(words("cli.sheet.made", out=out, type=record_type.title(words.lang), rows=rows))
    return 0


def find_type(name: str, types: Mapping[str, RecordType]) -> RecordType | None:
    """A record type by its name or by what people call it."""
    by_title = {title: t for t in types.values() for title in t.titles.values()}
    return types.get(name) or by_title.get(name)


def unknown_type(name: str, types: Mapping[str, RecordType], words: Words) -> str:
    """What to say of a record type that is not there: the names of those that are."""
    near = nearest(name, types, 1)
    known = words("problem.comma").join(f"{t.name}（{t.title(words.lang)}）" for t in types.values())
    return words("cli.type.near" if near else "cli.type.unknown", name=name, known=known, near=next(iter(near), ""))


def wrong_place(out: Path, words: Words) -> str:
    """What to say of a file that cannot be written; empty when it can."""
    if out.suffix.lower() != ".xlsx":
        return words("cli.sheet.suffix", path=out)
    if out.exists() or out.is_symlink():
        return words("cli.exists", path=out)
    return "" if out.parent.is_dir() else words("cli.no-folder", path=out.parent)


def references(fields: tuple[FieldSpec, ...]) -> Iterator[tuple[str, str]]:
    """The types, and parts of them, that a form needs lists of."""
    for spec in fields:
        if spec.reference:
            yield spec.reference, spec.part


def choices_of(records: Records, type_name: str, part: str) -> Iterator[str]:
    """What a reference may name, with its title; none where there are too many records to look into."""
    titles = records.titles(type_name)
    if not part:
        yield from (plain(f"{record_id} {title}") for record_id, title in titles.items())
        return
    for record_id in list(titles) if len(titles) <= MANY_PARTS else []:
        found = records.fetch(type_name, record_id)
        items = (found.values.get(part) if found else None) or []
        for item in items:
            if isinstance(item, dict) and item.get("id"):
                yield plain(f"{record_id}#{item['id']} {item.get('title') or titles[record_id]}")


def plain(text: str) -> str:
    """Words that may stand in a list: a semicolon would part them."""
    return " ".join(text.replace(";", " ").replace("；", " ").split())

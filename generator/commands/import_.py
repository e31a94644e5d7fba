"""``kezhu import``: take a filled-in workbook or table into the catalogue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator import report
from generator.commands.check import say
from generator.commands.options import today
from generator.commands.sheet import find_type, unknown_type
from generator.importer import Imported, Options, import_file
from generator.load import load_project
from generator.shelf import write_all
from generator.words import Words

SHOWN = 12  # files that are named


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """The file, what it holds and what is to be done with it."""
    parser.add_argument("file", type=Path, metavar="FILE", help=words("cli.help.file"))
    parser.add_argument("--type", required=True, metavar="TYPE", help=words("cli.help.type"))
    parser.add_argument("--sheet", default="", metavar="NAME", help=words("cli.help.import-sheet"))
    parser.add_argument("--map", action="append", default=[], metavar="HEADING=FIELD", help=words("cli.help.map"))
    parser.add_argument("--as", choices=("yaml", "csv"), default="", dest="form", help=words("cli.help.as"))
    parser.add_argument("--number", action="store_true", help=words("cli.help.number"))
    parser.add_argument("--update", action="store_true", help=words("cli.help.update"))
    parser.add_argument("--accept-clean", action="store_true", help=words("cli.help.accept-clean"))
    parser.add_argument("--dry-run", action="store_true", help=words("cli.help.dry-run"))
    parser.add_argument("--format", choices=sorted(report.FORMATS), default="text", help=words("cli.help.format"))
    today(parser, words)


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1 when something has to be mended, also where the rest was taken in."""
    record_type = find_type(args.type, types := load_project(args.root).types)
    if record_type is None:
        print(unknown_type(args.type, types, words), file=sys.stderr)
        return 2
    if not args.file.is_file():
        print(words("cli.import.no-file", path=args.file), file=sys.stderr)
        return 2
    if wrong := [text for text in args.map if "=" not in text]:
        print(words("cli.import.map", text=wrong[0]), file=sys.stderr)
        return 2
    options = Options(
        type=record_type.name,
        sheet=args.sheet,
        mapping=dict(text.split("=", 1) for text in args.map),
        form=args.form,
        accept_clean=args.accept_clean,
        number=args.number,
        update=args.update,
        today=args.today,
    )
    imported = import_file(args.root, args.file, options)
    if imported.problems or args.format != "text":
        say(imported.problems, args.format, words)
    if imported.plan and not args.dry_run:
        write_all(imported.plan)
    tell(imported, args, words)
    return 1 if imported.failed else 0


def tell(imported: Imported, args: argparse.Namespace, words: Words) -> None:
    """What was done, or would be; beside a report for programs, not in it."""
    out = sys.stdout if args.format == "text" else sys.stderr
    counts = {name: getattr(imported, name) for name in ("new", "updated", "same", "wrong", "examples")}
    print(words("cli.import.counts", **counts), file=out)
    if imported.plan:
        key = "cli.import.would" if args.dry_run else "cli.import.wrote"
        for line in shown(sorted(imported.plan), args.root, key, words):
            print(line, file=out)
    else:
        print(words("cli.import.failed" if imported.failed else "cli.import.nothing"), file=out)


def shown(paths: Sequence[Path], root: Path, key: str, words: Words) -> list[str]:
    """A line for each file, as far as anybody reads."""
    lines = [words(key, path=path.relative_to(root).as_posix()) for path in paths[:SHOWN]]
    return lines + ([words("cli.import.more", n=len(paths) - SHOWN)] if len(paths) > SHOWN else [])

"""``kezhu fmt``: put records' files in order without changing what they say."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator import report
from generator.fmt import Outcome, format_file, replace_file
from generator.load import load_project
from generator.model import RecordType
from generator.records import wanted_paths
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Paths, and whether anything is written."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=words("cli.help.fmt.paths"))
    parser.add_argument("--check", action="store_true", help=words("cli.help.fmt.check"))
    parser.add_argument("--diff", action="store_true", help=words("cli.help.fmt.diff"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1 when a file cannot be read, or, with ``--check``, would change."""
    project = load_project(args.root)
    wanted = wanted_paths(args.root, args.paths) if args.paths else frozenset({"."})
    files = dict(iter_files(args.root, project.types, wanted))
    for where in sorted(wanted - files.keys()):
        if (args.root / where).is_file():
            print(words("cli.fmt.not-ours", path=where), file=sys.stderr)
    writes = not (args.check or args.diff)
    outcomes = {where: format_file(path, where, kind) for where, (path, kind) in files.items()}
    for where, outcome in outcomes.items():
        tell(where, outcome, args.diff, writes, words)
        if outcome.changed and writes:
            replace_file(outcome.path, outcome.after)
    return finish(list(outcomes.values()), args.check, writes, words)


def iter_files(
    root: Path, types: Mapping[str, RecordType], wanted: frozenset[str]
) -> Iterator[tuple[str, tuple[Path, RecordType]]]:
    """The files of records that were named or lie in a folder that was: ``(path from the root, (path, type))``."""
    for name in sorted(types):
        table = root / "catalogue" / f"{name}.csv"
        folder = root / "catalogue" / name
        for path in [*([table] if table.is_file() else []), *sorted(folder.glob("*.yml"))]:
            where = path.relative_to(root).as_posix()
            named = any(where == one or one == "." or where.startswith(f"{one}/") for one in wanted)
            if named and not path.name.startswith(".") and not path.is_dir():
                yield where, (path, types[name])


def tell(where: str, outcome: Outcome, diff: bool, writes: bool, words: Words) -> None:
    """What is done with one file; nothing when nothing is to be done."""
    if outcome.unsure:
        print(words("cli.fmt.unsure", path=where), file=sys.stderr)
    if not outcome.changed:
        return
    if diff:
        before, after = outcome.before.splitlines(keepends=True), outcome.after.splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(before, after, where, where))
    if not diff or outcome.before == outcome.after:
        key = "cli.fmt.encoding" if outcome.before == outcome.after else "cli.fmt.file"
        print(words(f"{key}.done" if writes else f"{key}.would", path=where))


def finish(outcomes: list[Outcome], check: bool, writes: bool, words: Words) -> int:
    """The problems of what could not be read, how many files were put in order, and the exit code."""
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    if problems:
        sys.stderr.write(report.as_text(problems, words))
    changed = sum(outcome.changed for outcome in outcomes)
    left = sum(bool(outcome.problems) or outcome.unsure for outcome in outcomes)
    key = "cli.fmt.done" if writes else "cli.fmt.would"
    print(words(key, changed=changed, fine=len(outcomes) - changed - left))
    if left:
        print(words("cli.fmt.left", n=left), file=sys.stderr)
    return 1 if left or (check and changed) else 0

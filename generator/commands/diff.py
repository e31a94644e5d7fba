"""``kezhu diff``: what a deploy has to send and to delete.

Exit codes as those of diff(1): 0 when both sites are the same, 1 when they differ, 2 when they cannot be compared.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from generator.deploy import Difference, NoManifest, compare, prove, read_listing
from generator.words import Words

UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Two sites and a form."""
    for name in ("old", "new"):
        parser.add_argument(name, type=Path, metavar=name.upper(), help=words(f"cli.help.diff.{name}"))
    parser.add_argument("--format", choices=list(FORMATS), default="text", help=words("cli.help.diff.format"))
    parser.add_argument("-0", "--null", action="store_true", help=words("cli.help.diff.null"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Print the difference."""
    try:
        old, new = read_listing(args.old, may_be_empty=True), read_listing(args.new)
        difference = compare(old, new)
        prove(new, difference)
    except NoManifest as error:
        print(words(f"cli.diff.{error.reason}", path=error.path, what=ascii(error.what)), file=sys.stderr)
        return 2
    if args.format != "text" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    end = "\0" if args.null and args.format in LISTS else "\n"
    sys.stdout.writelines(line + end for line in FORMATS[args.format](difference, words))
    return 1 if difference else 0


def as_text(difference: Difference, words: Words) -> Iterable[str]:
    """A line for each file, then how much it is."""
    for mark, files in (("+", difference.added), ("~", difference.changed)):
        yield from (f"{mark} {path}  {size:,} B" for path, size in files.items())
    yield from (f"- {path}" for path in difference.deleted)
    if not difference:
        yield words("cli.diff.same", same=f"{difference.same:,}")
        return
    yield words(
        "cli.diff.sum",
        added=f"{len(difference.added):,}",
        changed=f"{len(difference.changed):,}",
        deleted=f"{len(difference.deleted):,}",
        same=f"{difference.same:,}",
        bytes=weight(difference.bytes),
    )


def as_json(difference: Difference, _words: Words) -> Iterable[str]:
    """One object: ``send``, in the order of sending, ``delete``, ``same`` and ``bytes``."""
    content = {
        "send": [
            {"path": path, "size": size, "why": "added" if path in difference.added else "changed"}
            for path, size in difference.sent.items()
        ],
        "delete": difference.deleted,
        "same": difference.same,
        "bytes": difference.bytes,
    }
    yield json.dumps(content, ensure_ascii=False, indent=1)


def as_paths(difference: Difference, _words: Words) -> Iterable[str]:
    """The paths to send, in the order of sending."""
    return difference.sent


def as_gone(difference: Difference, _words: Words) -> Iterable[str]:
    """The paths to delete."""
    return difference.deleted


FORMATS: dict[str, Callable[[Difference, Words], Iterable[str]]] = {
    "text": as_text,
    "json": as_json,
    "paths": as_paths,
    "gone": as_gone,
}
LISTS = ("paths", "gone")  # a path a line, for other programs


def weight(count: int) -> str:
    """Bytes in a unit that people read: 1.3 MB."""
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"

"""``kezhu check``: print what is wrong and what to write instead."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from generator import report
from generator.checkup import check_catalogue
from generator.commands.options import today
from generator.model import KezhuError, Problem
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Paths, format and date."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=words("cli.help.paths"))
    parser.add_argument("--format", choices=sorted(report.FORMATS), default="text", help=words("cli.help.format"))
    today(parser, words)


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1 when there is an error."""
    checkup = check_catalogue(args.root, only=args.paths, joined=False, today=args.today, jobs=os.cpu_count() or 1)
    problems = from_here(checkup.problems, args.root, args.format)
    say(problems, args.format, words)
    if args.format == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        append(Path(page), report.as_markdown(problems, words))
    return 1 if checkup.failed else 0


def from_here(problems: Sequence[Problem], root: Path, form: str) -> Sequence[Problem]:
    """Paths as they are called where the command was run, for editors and code hosts; JSON starts at the root."""
    if form == "json":
        return problems
    try:
        before = root.resolve().relative_to(Path.cwd())
    except ValueError:  # elsewhere: a terminal can open it all the same, a code host knows it by the root
        before = root if form == "text" else Path()
    return problems if before == Path() else [replace(p, path=(before / p.path).as_posix()) for p in problems]


def say(problems: Sequence[Problem], form: str, words: Words) -> None:
    """Write the report: what programs read as UTF-8 everywhere, what people read as their terminal can show it."""
    out = sys.stdout
    if form == "text":
        text = report.as_text(problems, words, colour=wants_colour(out, os.environ))
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(errors="replace")
    else:
        text = report.FORMATS[form](problems, words)
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(encoding="utf-8", newline="\n")
    out.write(text)


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """``NO_COLOR`` forbids colour and ``FORCE_COLOR`` asks for it; otherwise a terminal gets it and a file does not."""
    if environment.get("NO_COLOR"):
        return False
    if (force := environment.get("FORCE_COLOR", "")) and force != "0":
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def append(path: Path, text: str) -> None:
    """Add to the summary page of a run; several steps may write to it."""
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise KezhuError(error.strerror or "cannot be written", path) from None

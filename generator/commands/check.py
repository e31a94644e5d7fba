"""``kezhu check``: print what is wrong and what to write instead."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator import report
from generator.checkup import check_catalogue
from generator.commands.options import today
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Paths, format and date."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=words("cli.help.paths"))
    parser.add_argument("--format", choices=sorted(report.FORMATS), default="text", help=words("cli.help.format"))
    today(parser, words)


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1 when there is an error."""
    checkup = check_catalogue(args.root, only=args.paths, today=args.today)
    sys.stdout.write(report.FORMATS[args.format](checkup.problems, words))
    return 1 if checkup.failed else 0

"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from generator.words import Words


def today(parser: argparse.ArgumentParser, words: Words) -> None:
    """``--today``: the date that rules and pages reckon with."""
    parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help=words("cli.help.today"))


def output(parser: argparse.ArgumentParser, words: Words) -> None:
    """Where the site goes, how many processes make it, and for which day."""
    parser.add_argument("--out", type=Path, metavar="DIR", help=words("cli.help.out"))
    parser.add_argument("--jobs", type=positive, metavar="N", help=words("cli.help.jobs"))
    today(parser, words)


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number

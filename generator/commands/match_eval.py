"""``kezhu match-eval``: hold the matching against needs and offers that were graded by hand, and say how good it is."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator.checkup import check_catalogue
from generator.commands.options import today
from generator.match_eval import Outcome, Pair, assemble, evaluate, read_pairs
from generator.model import Catalogue, KezhuError
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """The sets, what to print."""
    parser.add_argument(
        "--set", dest="sets", type=Path, action="append", metavar="FILE", help=words("cli.help.match-sets")
    )
    parser.add_argument("--misses", action="store_true", help=words("cli.help.match-misses"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words("cli.help.format"))
    today(parser, words)


def run(args: argparse.Namespace, words: Words) -> int:
    """A table for each set; exit code 1 when a catalogue has errors."""
    files = args.sets or sorted((args.root / "tests" / "match").glob("*.csv"))
    if not files:
        raise KezhuError(words("cli.match.no-set"))
    day = args.today or date.today()
    sets = {path: read_pairs(path) for path in files}
    asked: dict[Path, list[Outcome]] = {}
    for path, pairs in sets.items():
        asked[path] = []
        for site in sorted({pair.site for pair in pairs}):
            some = [pair for pair in pairs if pair.site == site]
            catalogue = load(args.root, site, path, some, day)
            if catalogue is None:
                print(words("cli.eval.errors"), file=sys.stderr)
                return 1
            asked[path] += evaluate(catalogue, some, day)
    if args.format == "json":
        print(json.dumps({path.stem: as_json(found) for path, found in asked.items()}, ensure_ascii=False, indent=1))
        return 0
    for path, found in asked.items():
        print_table(path.stem, found, words)
        if args.misses:
            print_misses(found, words)
    return 0


def load(root: Path, site: str, path: Path, pairs: Sequence[Pair], day: date) -> Catalogue | None:
    """The catalogue that a set is asked in; nothing when it has errors."""
    with TemporaryDirectory() as folder:
        return check_catalogue(assemble(root, site, path, pairs, Path(folder) / "asked"), today=day).catalogue


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """A set for programs: the mean, and for each need the first five with their grades and what is missing."""
    return {
        "ndcg": mean(outcomes),
        "all": [
            {
                "asked": outcome.asked,
                "ndcg": outcome.ndcg,
                "found": [{"offer": key, "grade": outcome.grades.get(key)} for key in outcome.found],
                "missing": [{"offer": key, "grade": outcome.grades[key]} for key in outcome.missing],
            }
            for outcome in outcomes
        ],
    }


def mean(outcomes: Sequence[Outcome]) -> float:
    """Of all needs alike."""
    return statistics.fmean(outcome.ndcg for outcome in outcomes)


def print_table(name: str, outcomes: Sequence[Outcome], words: Words) -> None:
    """A line for each need, then the mean."""
    print(f"{name}: {words('cli.match.columns')}")
    for outcome in outcomes:
        print(f"{outcome.ndcg:7.3f} {len(outcome.grades):5}  {outcome.title}")
    pairs = sum(len(outcome.grades) for outcome in outcomes)
    print(f"{mean(outcomes):7.3f} {pairs:5}  {words('cli.match.mean', n=len(outcomes))}")


def print_misses(outcomes: Sequence[Outcome], words: Words) -> None:
    """Where something else should have stood: the first five with their grades, and what is better and not there."""
    for outcome in outcomes:
        if round(outcome.ndcg, 6) == 1:
            continue
        print(f"\n{outcome.ndcg:.3f} {outcome.title} ({outcome.asked})")
        for rank, key in enumerate(outcome.found, 1):
            grade = outcome.grades.get(key, "–")
            print(f"  {rank}. [{grade}] {key} {outcome.why.get(key, '')}")
        for key in outcome.missing:
            print(f"  {words('cli.match.missing')} [{outcome.grades[key]}] {key} {outcome.why[key]}")

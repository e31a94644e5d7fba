"""``kezhu search-eval``: ask a labelled set of queries on the built site, in a real browser, and say how good it is."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.checkup import check_catalogue
from generator.commands.options import today
from generator.labels import Labels, read_queries
from generator.model import KezhuError
from generator.words import Words

if TYPE_CHECKING:
    from generator.evaluate import Figures, Outcome

POOR = 0.5  # recall or rank below which --misses lists a query


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """The set, the site, what to print."""
    parser.add_argument("sets", nargs="*", type=Path, metavar="FILE", help=words("cli.help.sets"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=words("cli.help.out"))
    parser.add_argument("--misses", action="store_true", help=words("cli.help.misses"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words("cli.help.format"))
    today(parser, words)


def run(args: argparse.Namespace, words: Words) -> int:
    """A table for each file; exit code 1 when the catalogue has errors."""
    site = args.out or args.root / "site"
    if not (site / "search.html").is_file():
        raise KezhuError(words("cli.eval.no-site"), site)
    files = args.sets or sorted((args.root / "tests" / "search").glob("*.csv"))
    if not files:
        raise KezhuError(words("cli.eval.no-set"))
    catalogue = check_catalogue(args.root, today=args.today).catalogue
    if catalogue is None:
        print(words("cli.eval.errors"), file=sys.stderr)
        return 1
    labels = Labels(catalogue)
    evaluation = load_evaluation(words)
    asked = {
        path: [evaluation.Asked(q.id, q.query, q.kind, labels.relevant(q.wants)) for q in read_queries(path)]
        for path in files
    }
    result: dict[str, Any] = {}
    for path, queries in asked.items():
        outcomes = list(evaluation.evaluate(site, queries))
        if args.format == "json":
            result[path.stem] = [{"id": o.asked.id, "recall": o.recall, "rank": o.rank} for o in outcomes]
        else:
            print_table(path.stem, outcomes, evaluation, words)
            if args.misses:
                print_misses(outcomes)
    if result:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


def load_evaluation(words: Words) -> Any:
    """The room that needs Playwright, which only developers have."""
    try:
        return importlib.import_module("generator.evaluate")
    except ImportError:
        raise KezhuError(words("cli.eval.no-playwright")) from None


def print_table(name: str, outcomes: Sequence[Outcome], evaluation: Any, words: Words) -> None:
    """A line for each kind of query, then all."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.asked.kind, []).append(outcome)
    print(f"{name:<16} {words('cli.eval.columns')}")
    for kind, found in kinds.items():
        print(line(kind, evaluation.figures(found)))
    print(line(words("cli.eval.all"), evaluation.figures(outcomes)))


def line(name: str, figures: Figures) -> str:
    """One row of the table."""
    return f"{name:<16} {figures.count:5} {figures.recall:10.3f} {figures.rank:7.3f} {figures.misses:6}"


def print_misses(outcomes: Sequence[Outcome]) -> None:
    """The queries that did badly, with what came instead."""
    for o in outcomes:
        if o.recall < POOR or o.rank < POOR:
            print(f"{o.recall:.2f} {o.rank:.2f} [{o.asked.kind}] {o.asked.query}: {', '.join(o.found[:4])}")

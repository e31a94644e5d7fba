"""``kezhu rules``: what the check looks at, every rule and every duty of the plans, or one in full."""

from __future__ import annotations

import argparse
import io
import sys

from generator import checkup as checkup  # whoever imports the checks has every rule in the book
from generator import importer as importer  # has rules of its own
from generator import load, rulepage
from generator.nearest import nearest
from generator.rulebook import RULES
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Which rule, and the form."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help=words("cli.help.rules.rule"))
    formats = list(rulepage.FORMATS)
    parser.add_argument("--format", choices=formats, default="text", help=words("cli.help.rules.format"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 2 when there is no such rule."""
    plans = load.load_project(args.root).plans if (args.root / "catalogue" / "plans").is_dir() else {}
    rules = [*RULES.values(), *rulepage.duty_rules(plans)]
    if args.rule is not None:
        wanted = args.rule.strip().strip("[]").lower()
        by_id = {rule.id: rule for rule in rules}
        if wanted not in by_id:
            near = words("problem.comma").join(nearest(wanted, sorted(by_id), 3))
            key = "rules.unknown.near" if near else "rules.unknown"
            print(words(key, name=args.rule, near=near), file=sys.stderr)
            return 2
        rules = [by_id[wanted]]
    if args.format != "text" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(rulepage.FORMATS[args.format](rules, words))
    return 0

"""``kezhu build``: check, then bring the site up to date.

What makes pages is loaded only when there is something to make.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from generator import fresh
from generator.commands.options import output
from generator.commands.saying import say, say_stage
from generator.words import LANGUAGES, Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Output and timings."""
    output(parser, words)
    parser.add_argument("--pages-only", action="store_true", help=words("cli.help.pages-only"))
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help=words("cli.help.scheduler"))
    parser.add_argument("--timings", action="store_true", help=words("cli.help.timings"))
    parser.add_argument("--profile", type=Path, metavar="FILE", help=words("cli.help.profile"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1, and nothing written, when there is an error."""
    with profiling(args.profile):
        return bring_up_to_date(args, words)


def profiling(path: Path | None) -> Any:
    """Writes to ``path`` where this process spends its time, for pstats, snakeviz and the like."""
    if path is None:
        return nullcontext()
    from generator.profiling import Profiled  # noqa: PLC0415 - hardly ever asked for

    return Profiled(path)


def bring_up_to_date(args: argparse.Namespace, words: Words) -> int:
    """Look what has changed, and make what has to be made."""
    started, cpu = time.perf_counter(), time.process_time()
    out = args.out or args.root / "site"
    look = fresh.look(args.root, out, fresh.options(args.lang, args.today or date.today(), pages_only=args.pages_only))
    looked = (time.perf_counter() - started, time.process_time() - cpu)
    if not (look.nothing and look.state is not None and (told := fresh.told(look.state))):
        from generator.commands import building  # noqa: PLC0415 - a quarter of a second, and mostly nothing has changed

        return building.run(args, words, look, looked)
    sys.stderr.write(told["problems"][LANGUAGES.index(words.lang)])
    say(told, out, 0, 0, looked[0], words)
    if args.timings:
        say_stage("look", *looked)
    return 0

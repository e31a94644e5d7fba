"""``kezhu serve``: build, show on this machine, build again when something changes."""

from __future__ import annotations

import argparse
import sys

from generator import report
from generator.commands.building import build_with_bar, say_built
from generator.commands.options import output
from generator.serve import serve
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Output and port."""
    output(parser, words)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help=words("cli.help.port"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Serve until interrupted."""

    def again() -> bool:
        built = build_with_bar(args, words)
        if built.checkup.problems:
            sys.stderr.write(report.as_text(built.checkup.problems, words))
        if not built.checkup.failed:
            say_built(built, sum(stage.wall for stage in built.timings.stages), words)
        return not built.checkup.failed

    out = args.out or args.root / "site"
    serve(args.root, out, args.port, again, lambda address: print(words("cli.serving", address=address), flush=True))
    return 0

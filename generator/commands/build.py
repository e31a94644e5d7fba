"""``kezhu build``: check, then bring the site up to date."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from generator import report
from generator.build import Built, build
from generator.commands.options import output
from generator.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Output and timings."""
    output(parser, words)
    parser.add_argument("--timings", action="store_true", help=words("cli.help.timings"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1, and nothing written, when there is an error."""
    started = time.perf_counter()
    built = build_with_bar(args, words)
    if built.checkup.problems:
        sys.stderr.write(report.as_text(built.checkup.problems, words))
    if built.checkup.failed:
        print(words("cli.not-built", out=built.out), file=sys.stderr)
        return 1
    say_built(built, time.perf_counter() - started, words)
    if args.timings:
        for stage in built.timings.stages:
            print(f"{stage.wall:8.2f} s wall {stage.cpu:8.2f} s cpu  {stage.name}")
        print(words("cli.peak", mb=built.timings.peak // 2**20))
    return 0


def build_with_bar(args: argparse.Namespace, words: Words) -> Built:
    """Build with a progress bar on a terminal, quietly elsewhere."""
    out = args.out or args.root / "site"
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bar.update(task, description=words(f"cli.stage.{stage}"), completed=done, total=total or None)

        return build(args.root, out, jobs=args.jobs, today=args.today, lang=args.lang, progress=show)


def say_built(built: Built, seconds: float, words: Words) -> None:
    """What was built and how to look at it."""
    catalogue = built.checkup.catalogue
    if catalogue is None:
        return
    lang = words.lang
    counted = [
        f"{record_type.title(lang)} {len(catalogue.by_type[name]):,}" for name, record_type in catalogue.types.items()
    ]
    print(words("cli.built.records", n=f"{len(catalogue.records):,}", counts=words("problem.comma").join(counted)))
    print(
        words(
            "cli.built.pages",
            n=f"{built.pages:,}",
            out=built.out,
            written=f"{built.written:,}",
            deleted=f"{built.deleted:,}",
            seconds=f"{seconds:.1f}",
        )
    )
    print(words("cli.built.look", out=built.out))

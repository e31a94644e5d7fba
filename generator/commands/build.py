"""``kezhu build``: check, then bring the site up to date.

What makes pages is loaded only when there is something to make.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import fresh
from generator.commands.options import output
from generator.words import LANGUAGES, Words

if TYPE_CHECKING:
    from generator.build import Built


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Output and timings."""
    output(parser, words)
    parser.add_argument("--pages-only", action="store_true", help=words("cli.help.pages-only"))
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help=words("cli.help.scheduler"))
    parser.add_argument("--timings", action="store_true", help=words("cli.help.timings"))
    parser.add_argument("--profile", type=Path, metavar="FILE", help=words("cli.help.profile"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 1, and nothing written, when there is an error."""
    started = time.perf_counter()
    out = args.out or args.root / "site"
    look = fresh.look(args.root, out, fresh.options(args.lang, args.today or date.today(), pages_only=args.pages_only))
    if look.nothing and look.state is not None and (told := fresh.told(look.state)):
        sys.stderr.write(told["problems"][LANGUAGES.index(words.lang)])
        say(told, out, 0, 0, time.perf_counter() - started, words)
        return 0
    with profiling(args.profile):
        built = build_with_bar(args, words, look)
    return conclude(built, args, time.perf_counter() - started, words)


def conclude(built: Built, args: argparse.Namespace, seconds: float, words: Words) -> int:
    """Say what was wrong, or what was built."""
    from generator import report  # noqa: PLC0415 - not needed when nothing has changed

    if built.checkup.problems:
        sys.stderr.write(report.as_text(built.checkup.problems, words))
    if built.checkup.failed:
        print(words("cli.not-built", out=built.out), file=sys.stderr)
        return 1
    say_built(built, seconds, words)
    if args.timings:
        for stage in built.timings.stages:
            print(f"{stage.wall:8.2f} s wall {stage.cpu:8.2f} s cpu  {stage.name}")
        print(words("cli.peak", mb=built.timings.peak // 2**20))
    return 0


def profiling(path: Path | None) -> Any:
    """Writes to ``path`` where this process spends its time, for pstats, snakeviz and the like."""
    if path is None:
        return nullcontext()
    from generator.profiling import Profiled  # noqa: PLC0415 - hardly ever asked for

    return Profiled(path)


def build_with_bar(args: argparse.Namespace, words: Words, look: fresh.Look | None = None) -> Built:
    """Build with a progress bar on a terminal, quietly elsewhere."""
    from generator.build import build  # noqa: PLC0415 - not needed when nothing has changed

    given: dict[str, Any] = {"jobs": args.jobs, "today": args.today, "lang": args.lang, "look": look}
    given |= {"pages_only": getattr(args, "pages_only", False), "scheduler": getattr(args, "scheduler", "")}
    out = args.out or args.root / "site"
    if not sys.stderr.isatty():
        return build(args.root, out, **given)
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, speed="")
        stage_now = ""

        def show(stage: str, done: int, total: int) -> None:
            nonlocal stage_now
            if stage != stage_now:
                bar.reset(task, total=total or None)
                stage_now = stage
            rate = bar.tasks[0].speed
            said = words("cli.speed", n=f"{rate:,.0f}") if rate else ""
            bar.update(task, description=words(f"cli.stage.{stage}"), completed=done, total=total or None, speed=said)

        return build(args.root, out, **given, progress=show)


def say_built(built: Built, seconds: float, words: Words) -> None:
    """What was built and how to look at it."""
    catalogue = built.checkup.catalogue
    if catalogue is not None:
        types = catalogue.types.values()
        counts = [[*(t.title(lang) for lang in LANGUAGES), len(catalogue.by_type[t.name])] for t in types]
        say({"records": counts, "files": built.pages}, built.out, built.written, built.deleted, seconds, words)


def say(told: Mapping[str, Any], out: Path, written: int, deleted: int, seconds: float, words: Words) -> None:
    """The same from numbers: records of each type with its titles, and files."""
    rows: Sequence[Sequence[Any]] = told["records"]
    counted = [f"{row[LANGUAGES.index(words.lang)]} {row[-1]:,}" for row in rows]
    total = sum(row[-1] for row in rows)
    print(words("cli.built.records", n=f"{total:,}", counts=words("problem.comma").join(counted)))
    numbers = {"n": told["files"], "written": written, "deleted": deleted}
    said = {name: f"{number:,}" for name, number in numbers.items()}
    print(words("cli.built.pages", out=out, seconds=f"{seconds:.1f}", **said))
    print(words("cli.built.look", out=out))

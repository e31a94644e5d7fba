"""What ``kezhu build`` and ``kezhu serve`` do when there is something to make: build, show how far it is, and say what
was built or what was wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from generator import fresh, report
from generator.build import Built, build
from generator.checkup import Progress
from generator.commands.saying import say, say_stage
from generator.words import LANGUAGES, Words

PATIENCE = 0.5  # seconds in which a build is done or shows how far it is


def run(args: argparse.Namespace, words: Words, look: fresh.Look, looked: tuple[float, float]) -> int:
    """Build, and say what came of it; ``looked`` is what the look has cost, wall and CPU in seconds."""
    started = time.perf_counter() - looked[0]
    built = build_with_bar(args, words, look)
    if built.checkup.problems:
        sys.stderr.write(report.as_text(built.checkup.problems, words))
    if built.checkup.failed:
        print(words("cli.not-built", out=built.out), file=sys.stderr)
        return 1
    say_built(built, time.perf_counter() - started, words)
    if args.timings:
        say_stage("look", *looked)
        for stage in built.timings.stages:
            say_stage(stage.name, stage.wall, stage.cpu)
        print(words("cli.peak", mb=built.timings.peak // 2**20))
    return 0


def build_with_bar(args: argparse.Namespace, words: Words, look: fresh.Look | None = None) -> Built:
    """Build with a progress bar on a terminal, quietly elsewhere."""
    given: dict[str, Any] = {"jobs": args.jobs, "today": args.today, "lang": args.lang, "look": look}
    given |= {"pages_only": getattr(args, "pages_only", False), "scheduler": getattr(args, "scheduler", "")}
    out = args.out or args.root / "site"
    if not sys.stderr.isatty():
        return build(args.root, out, **given)
    with patiently(words) as progress:
        return build(args.root, out, **given, progress=progress)


@contextmanager
def patiently(words: Words) -> Iterator[Progress]:
    """A progress bar on a terminal, from when somebody has begun to wait."""
    started = time.perf_counter()
    show: Progress | None = None
    with ExitStack() as stack:

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal show
            if show is None and time.perf_counter() - started > PATIENCE:
                from generator.commands.bar import bar  # noqa: PLC0415 - rich, only where somebody watches and waits

                show = stack.enter_context(bar(words))
            if show is not None:
                show(stage, done, total)

        yield progress


def say_built(built: Built, seconds: float, words: Words) -> None:
    """What was built and how to look at it."""
    catalogue = built.checkup.catalogue
    if catalogue is not None:
        types = catalogue.types.values()
        counts = [[*(t.title(lang) for lang in LANGUAGES), len(catalogue.by_type[t.name])] for t in types]
        say({"records": counts, "files": built.pages}, built.out, built.written, built.deleted, seconds, words)

"""The command ``kezhu``: arguments, exit codes, progress. No business logic.

Exit code 0: fine. 1: problems in the content. 2: a broken project or a wrong call.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from generator import __version__, report
from generator.build import Built, build, check_catalogue, select
from generator.model import KezhuError
from generator.serve import serve
from generator.words import LANGUAGES, Words


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        args = parser(Words(default_language())).parse_args(argv)
        words = Words(args.lang or default_language())
        try:
            return int(args.run(args, words))
        except KezhuError as error:
            print(words("cli.broken", error=error), file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print(words("cli.interrupted"), file=sys.stderr)
            return 130
        except PermissionError as error:
            print(words("cli.permission", path=error.filename), file=sys.stderr)
            return 2
    except BrokenPipeError:  # the reader of our output has gone away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def default_language() -> str:
    """English where the terminal is set to English, else Chinese: most who run this are at a federation."""
    setting = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if setting.lower().startswith("en") else "zh"


def parser(words: Words) -> argparse.ArgumentParser:
    """The grammar of the command line, with help in the language of the terminal."""
    top = argparse.ArgumentParser(prog="kezhu", description=words("cli.help"))
    top.add_argument("--version", action="version", version=f"kezhu {__version__}")
    commands = top.add_subparsers(metavar=words("cli.command"), required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--root", type=Path, default=Path(), metavar="DIR", help=words("cli.help.root"))
    shared.add_argument("--lang", choices=LANGUAGES, help=words("cli.help.lang"))

    one = commands.add_parser("check", parents=[shared], help=words("cli.help.check"))
    one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=words("cli.help.paths"))
    one.add_argument("--format", choices=sorted(report.FORMATS), default="text", help=words("cli.help.format"))
    one.set_defaults(run=run_check)

    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--out", type=Path, metavar="DIR", help=words("cli.help.out"))
    output.add_argument("--jobs", type=positive, metavar="N", help=words("cli.help.jobs"))
    output.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help=words("cli.help.today"))

    two = commands.add_parser("build", parents=[shared, output], help=words("cli.help.build"))
    two.add_argument("--timings", action="store_true", help=words("cli.help.timings"))
    two.set_defaults(run=run_build)

    three = commands.add_parser("serve", parents=[shared, output], help=words("cli.help.serve"))
    three.add_argument("--port", type=int, default=8000, metavar="N", help=words("cli.help.port"))
    three.set_defaults(run=run_serve)
    return top


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run_check(args: argparse.Namespace, words: Words) -> int:
    """``kezhu check``: print the problems."""
    checkup = check_catalogue(args.root)
    problems = select(checkup.problems, args.root, args.paths) if args.paths else list(checkup.problems)
    sys.stdout.write(report.FORMATS[args.format](problems, words))
    return 1 if any(problem.severity == "error" for problem in problems) else 0


def run_build(args: argparse.Namespace, words: Words) -> int:
    """``kezhu build``: check, then bring the site up to date."""
    started = time.perf_counter()
    built = build_with_bar(args, words)
    if built.checkup.failed:
        sys.stderr.write(report.as_text(built.checkup.problems, words))
        print(words("cli.not-built", out=built.out), file=sys.stderr)
        return 1
    if built.checkup.problems:
        sys.stderr.write(report.as_text(built.checkup.problems, words))
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


def run_serve(args: argparse.Namespace, words: Words) -> int:
    """``kezhu serve``: build, show on this machine, build again when something changes."""

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

"""A progress bar: the stage, how much of it is done, how fast it goes and how long it will take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from generator.checkup import Progress
from generator.words import Words


@contextmanager
def bar(words: Words) -> Iterator[Progress]:
    """On the terminal of the error stream, and gone when all is done."""
    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as made:
        task = made.add_task("", total=None, speed="")
        stage_now = ""

        def show(stage: str, done: int, total: int) -> None:
            nonlocal stage_now
            if stage != stage_now:
                made.reset(task, total=total or None)
                stage_now = stage
            rate = made.tasks[0].speed
            said = words("cli.speed", n=f"{rate:,.0f}") if rate else ""
            made.update(task, description=words(f"cli.stage.{stage}"), completed=done, total=total or None, speed=said)

        yield show

"""What a build says when it is done; loads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.words import LANGUAGES, Words


def say(told: Mapping[str, Any], out: Path, written: int, deleted: int, seconds: float, words: Words) -> None:
    """How many records of each type there are, how many files, and how to look at them.

    ``told`` has ``records``, rows of a type's titles by language and its number, and ``files``, a number.
    """
    rows: Sequence[Sequence[Any]] = told["records"]
    counted = [f"{row[LANGUAGES.index(words.lang)]} {row[-1]:,}" for row in rows]
    total = sum(row[-1] for row in rows)
    print(words("cli.built.records", n=f"{total:,}", counts=words("problem.comma").join(counted)))
    numbers = {"n": told["files"], "written": written, "deleted": deleted}
    said = {name: f"{number:,}" for name, number in numbers.items()}
    print(words("cli.built.pages", out=out, seconds=f"{seconds:.1f}", **said))
    print(words("cli.built.look", out=out))


def say_stage(name: str, wall: float, cpu: float) -> None:
    """What one stage cost, in seconds."""
    print(f"{wall:8.2f} s wall {cpu:8.2f} s cpu  {name}")

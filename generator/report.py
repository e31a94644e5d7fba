"""Problems in words: text for people, JSON for programs. Decides nothing about what is a problem."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from generator.model import Problem
from generator.words import Words

LIMIT = 60  # characters of a wrong value that a message repeats
LIST_LIMIT = 12  # names that a hint lists


def say(value: Any, words: Words) -> str:
    """A parameter of a message as people read it: a title in their language, a list with commas, long text cut."""
    if callable(title := getattr(value, "title", None)) and not isinstance(value, str):
        return str(title(words.lang))
    if isinstance(value, list | tuple):
        shown = [say(item, words) for item in value[:LIST_LIMIT]]
        more = [words("problem.and-more", n=len(value) - LIST_LIMIT)] if len(value) > LIST_LIMIT else []
        return words("problem.comma").join(shown + more)
    text = " ".join(str(value).split())
    return text if len(text) <= LIMIT else text[:LIMIT] + "…"


def message(problem: Problem, words: Words) -> str:
    """What is wrong, in one sentence."""
    return _fill(f"problem.{problem.rule}", problem, words)


def hint(problem: Problem, words: Words) -> str:
    """What to write instead; names the nearest right word where one is known."""
    suggestions = problem.params.get("suggestions") or problem.params.get("suggestion")
    key = f"hint.{problem.rule}.near" if suggestions else f"hint.{problem.rule}"
    return _fill(key if key in words else f"hint.{problem.rule}", problem, words)


def _fill(key: str, problem: Problem, words: Words) -> str:
    params = {name: say(value, words) for name, value in problem.params.items()}
    return words(key).format(**params)


def order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and column; of the same complaint at the same place one is kept."""
    kept: dict[tuple[Any, ...], Problem] = {}
    for problem in sorted(problems, key=lambda p: p.sort_key):
        kept.setdefault((*problem.sort_key, problem.field), problem)
    return list(kept.values())


def as_text(problems: Sequence[Problem], words: Words) -> str:
    """``path:line:column: error: field: message`` and the hint below it, then how many in all."""
    lines = []
    for p in problems:
        field = f"{p.field}: " if p.field else ""
        severity = words(f"problem.severity.{p.severity}")
        lines.append(f"{p.path}:{p.line}:{p.column}: {severity}: {field}{message(p, words)} [{p.rule}]")
        if text := hint(p, words):
            lines.append(f"    {text}")
    lines.append(summary(problems, words))
    return "\n".join(lines) + "\n"


def summary(problems: Sequence[Problem], words: Words) -> str:
    """How many problems in how many files."""
    counts = Counter(p.severity for p in problems)
    if not problems:
        return words("problem.summary.none")
    return words(
        "problem.summary",
        errors=counts["error"],
        warnings=counts["warning"],
        files=len({p.path for p in problems}),
    )


def as_json(problems: Sequence[Problem], words: Words) -> str:
    """One array of problems, each with severity, rule, path, line, column, field, message and hint."""
    found = [
        {
            "severity": p.severity,
            "rule": p.rule,
            "path": p.path,
            "line": p.line,
            "column": p.column,
            "field": p.field,
            "message": message(p, words),
            "hint": hint(p, words),
        }
        for p in problems
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, Callable[[Sequence[Problem], Words], str]] = {"text": as_text, "json": as_json}

"""One message per cause: the same mistake in three hundred rows is said once, with the places of the others.

Nothing is left out: a group holds every problem that it stands for.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from generator.model import Problem
from generator.report.wording import PLAIN, SEVERITIES, Dress, message, printable, say
from generator.rulebook import RULES
from generator.words import Words

SYNTAX = frozenset({"file", "table"})  # stages whose problems keep everything else from being read
FLOOD = 5  # so many different wrong values with the same advice in one column are one message
PLACES = 8  # places that a message lists
VALUES = 20  # different values that a message lists
SHORT = 30  # characters of a value in such a list
CELL = re.compile(r"(.*!)?([A-Z]+)([0-9]+)", re.DOTALL)


@dataclass(frozen=True)
class Group:
    """Problems of one cause in one file: the first is shown, of the others their places.

    ``mixed`` means that the wrong values differ, so that each place is told with its value.
    """

    first: Problem
    others: tuple[Problem, ...] = ()
    mixed: bool = False

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that the group stands for, in order of place."""
        return (self.first, *self.others)


def order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, sheet, line and column; of the same complaint at the same place one is kept."""
    kept: dict[tuple[Any, ...], Problem] = {}
    for problem in sorted(problems, key=_place):
        kept.setdefault((*_place(problem), problem.cell, problem.field), problem)
    return list(kept.values())


def _place(problem: Problem) -> tuple[str, str, int, int, str]:
    return problem.path, problem.cell.rpartition("!")[0], problem.line, problem.column, problem.rule


def group(problems: Iterable[Problem], words: Words) -> list[Group]:
    """What has one cause together: errors, then warnings, then notes; among each what keeps a file from being read.

    One cause is the same message about the same field of one file; from `FLOOD` on, also messages that differ only in
    the value. Notes ask for nothing, so they are together whatever the value.
    """
    same: dict[tuple[str, ...], list[Problem]] = {}
    for problem in order(problems):
        same.setdefault((*_about(problem), message(problem, words)), []).append(problem)
    alike: dict[tuple[str, ...], list[list[Problem]]] = {}
    for about, found in same.items():
        alike.setdefault(about[:-1], []).append(found)
    groups = [made for found in alike.values() for made in _merge(found)]
    return sorted(groups, key=lambda g: _rank(g.first))


def _about(problem: Problem) -> tuple[str, str, str, str]:
    return problem.path, problem.severity, problem.rule, bare(problem.field)


def _merge(found: Sequence[list[Problem]]) -> Iterator[Group]:
    if len(found) < (2 if found[0][0].severity == "note" else FLOOD):
        for first, *others in found:
            yield Group(first, tuple(others))
    else:
        first, *others = order(problem for problems in found for problem in problems)
        yield Group(first, tuple(others), mixed=True)


def _rank(problem: Problem) -> tuple[Any, ...]:
    return (SEVERITIES.index(problem.severity), not is_syntax(problem), *_place(problem))


def is_syntax(problem: Problem) -> bool:
    """Whether a file or table cannot be read as it stands."""
    rule = RULES.get(problem.says or problem.rule)
    return rule is not None and rule.stage in SYNTAX


def bare(field: str) -> str:
    """A field's name without the numbers of list items: ``steps.2.year`` is ``steps.year``."""
    return ".".join(step for step in field.split(".") if not step.isdigit())


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def more(found: Group, words: Words, dress: Dress = PLAIN) -> str:
    """How many others there are of the same cause, and where; empty when there is none."""
    if not found.others:
        return ""
    n = len(found.others)
    own = [(found.first.line, found.first.cell)]
    if not found.mixed and {(p.line, p.cell) for p in found.others} == set(own):
        return dress.ours(words("report.more.here", n=n))
    return dress.ours(words("report.more.alike" if found.mixed else "report.more", n=n)) + _places(found, words, dress)


def _places(found: Group, words: Words, dress: Dress) -> str:
    comma, etc = dress.ours(words("problem.comma")), dress.ours(words("report.etc"))
    if found.mixed:
        told = _values(found, words, dress)
        return comma.join(told[:VALUES]) + (etc if len(told) > VALUES else "")
    if found.first.cell:
        spans = cell_spans([p.cell for p in found.others], found.first.cell)
        return comma.join(dress.theirs(printable(span)) for span in spans[:PLACES]) + (
            etc if len(spans) > PLACES else ""
        )
    spans = line_spans(p.line for p in found.others)
    shown = words("problem.comma").join(spans[:PLACES])
    key = "report.line" if spans[0].isdigit() and len(spans) == 1 else "report.lines"
    return dress.ours(words(key, lines=shown + (words("report.etc") if len(spans) > PLACES else "")))


def _values(found: Group, words: Words, dress: Dress) -> list[str]:
    """Each wrong value once: its first place, what it may be instead, and how often it stands there."""
    home = found.first.cell.rpartition("!")[0]
    firsts: dict[str, Problem] = {}
    times: Counter[str] = Counter()
    for problem in found.others:
        value = str(wrong_value(problem)) or f"{problem.line} {problem.cell}"
        firsts.setdefault(value, problem)
        times[value] += 1
    told = []
    for value, problem in islice(firsts.items(), VALUES + 1):
        often = dress.ours(words("report.times", n=times[value])) if times[value] > 1 else ""
        told.append(_place_with_value(problem, home, words, dress) + often)
    return told


def _place_with_value(problem: Problem, home: str, words: Words, dress: Dress) -> str:
    if problem.cell:
        pieces = [dress.theirs(printable(problem.cell.removeprefix(f"{home}!")))]
    else:
        pieces = [dress.ours(words("report.line", lines=problem.line))]
    if (value := wrong_value(problem)) != "":
        pieces.append(words("report.quoted", text=say(value, words, dress, SHORT)))
    if right := problem.params.get("fixed") or problem.params.get("suggestions") or problem.params.get("suggestion"):
        right = right[0] if isinstance(right, list | tuple) else right
        pieces.append(words("report.instead", text=say(right, words, dress, SHORT)))
    return "".join(pieces)


def wrong_value(problem: Problem) -> Any:
    """What the problem is about: the value, name or key in its parameters; empty when it is about something missing."""
    return next((problem.params[key] for key in ("value", "name", "key") if key in problem.params), "")


def line_spans(lines: Iterable[int]) -> list[str]:
    """Lines with neighbours drawn together: 5, 6, 7, 9 as ``5–7`` and ``9``."""
    return [str(a) if a == b else f"{a}–{b}" for a, b in _runs(sorted(set(lines)))]


def cell_spans(cells: Sequence[str], beside: str) -> list[str]:
    """Cells below each other drawn together, ``C5:C300``, without the sheet where it is that of ``beside``."""
    columns: dict[tuple[str, str], list[int]] = {}
    other: list[str] = []
    home = beside.rpartition("!")[0]
    for cell in cells:
        if (parts := CELL.fullmatch(cell)) is None:
            other.append(cell)
            continue
        sheet = "" if (parts[1] or "").rstrip("!") == home else parts[1] or ""
        columns.setdefault((sheet, parts[2]), []).append(int(parts[3]))
    spans = [
        f"{sheet}{column}{a}" + (f":{column}{b}" if b > a else "")
        for (sheet, column), rows in columns.items()
        for a, b in _runs(sorted(set(rows)))
    ]
    return spans + other


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = numbers[0]
    for before, after in pairwise([*numbers, numbers[-1] + 2]):
        if after != before + 1:
            yield start, before
            start = after


# ── Fingerprints ─────────────────────────────────────────────────────────────────────────────────────────────────────


def fingerprints(problems: Iterable[Problem]) -> Iterator[tuple[Problem, str]]:
    """Each problem with a name that stays when lines move and does not depend on the language: 64 hex digits.

    Made of rule, file, record, field and value; the same complaint again in one record counts up.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for problem in problems:
        value = wrong_value(problem)
        about = (problem.rule, problem.path, problem.record, bare(problem.field), str(getattr(value, "name", value)))
        seen[about] += 1
        text = "\0".join((*about, str(seen[about])))
        yield problem, hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()

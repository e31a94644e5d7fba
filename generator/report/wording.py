"""Sentences: what a problem is and what to write instead, filled in from the message catalogues.

A sentence is made of three kinds of text: our own words, words of the schemas (titles), and what strangers wrote. A
format says how each is put down (`Dress`), so that text of strangers can be made harmless where it enters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from generator.model import Problem, Sentence, Severity
from generator.private import masked
from generator.words import Words

LIMIT = 60  # characters of a wrong value that a message repeats
LIST_LIMIT = 12  # names that a hint lists
FIXED_LIMIT = 1000  # characters of a corrected line: it is there to be copied, and a part of it would be wrong
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that show nothing, steer a terminal or turn the reading direction, and halves of characters."""


@dataclass(frozen=True)
class Dress:
    """How text is put down: ``ours`` for our words and titles of schemas, ``theirs`` for text of strangers."""

    ours: Callable[[str], str]
    theirs: Callable[[str], str]
    between: str = ""  # put between two texts of strangers that would touch


PLAIN = Dress(str, str)


def printable(text: str) -> str:
    """The text in one line, with every character that cannot be seen named: ``‹U+202E›``."""
    return UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", " ".join(text.split()))


def say(value: Any, words: Words, dress: Dress = PLAIN, limit: int = LIMIT) -> str:
    """A parameter of a message as people read it: a title in their language, a list with commas, long text cut."""
    if callable(title := getattr(value, "title", None)) and not isinstance(value, str):
        return dress.ours(printable(str(title(words.lang))))
    if isinstance(value, Sentence):
        return _fill(words(value.key), value.params, words, dress)
    if isinstance(value, list | tuple):
        shown = dress.ours(words("problem.comma")).join(say(item, words, dress, limit) for item in value[:LIST_LIMIT])
        left = len(value) - LIST_LIMIT
        return shown + dress.ours(words("problem.and-more", n=left)) if left > 0 else shown
    if isinstance(value, int | float):
        return dress.ours(str(value))
    text = printable(masked(str(value)))  # also in a corrected line: a private number is not to be copied
    return dress.theirs(text if len(text) <= limit else text[:limit] + "…")


def message(problem: Problem, words: Words, dress: Dress = PLAIN) -> str:
    """What is wrong, in one sentence."""
    return _fill(words(f"problem.{problem.says or problem.rule}"), problem.params, words, dress)


def hint(problem: Problem, words: Words, dress: Dress = PLAIN) -> str:
    """What to write instead; names the nearest right word, and the corrected line, where one is known."""
    suggestions = problem.params.get("suggestions") or problem.params.get("suggestion")
    rule = problem.says or problem.rule
    key = f"hint.{rule}.near" if suggestions else f"hint.{rule}"
    template = words(key if key in words else f"hint.{rule}")
    said = _fill(template, problem.params, words, dress)
    if not problem.params.get("fixed") or "{fixed}" in template + words(f"problem.{rule}"):
        return said
    key = "report.read-as" if problem.severity == "note" else "report.fixed"
    fixed = _fill(words(key), problem.params, words, dress)
    return (said + fixed).strip()


def in_full(problem: Problem, words: Words) -> str:
    """What is wrong and what to write instead, in one line."""
    return " → ".join(filter(None, (message(problem, words), hint(problem, words))))


def _fill(template: str, params: Mapping[str, Any], words: Words, dress: Dress) -> str:
    pieces: list[str] = []
    for literal, name, _form, _conversion in Formatter().parse(template):
        if literal:
            pieces.append(dress.ours(literal))
        elif pieces:
            pieces.append(dress.between)
        if name is None:
            continue
        if name in params:
            pieces.append(say(params[name], words, dress, FIXED_LIMIT if name == "fixed" else LIMIT))
        else:
            pieces.append(dress.ours(f"{{{name}}}"))  # a mistake of ours: shown rather than thrown at the reader
    return "".join(pieces)


def count(key: str, n: int, words: Words) -> str:
    """A number with its noun: ``report.error`` as 3 处错误, 3 errors; the key ends in ``.one`` for a single one."""
    return words(f"{key}.one" if n == 1 else key, n=n)


def counts(problems: Iterable[Problem], words: Words) -> str:
    """How many errors, warnings and notes: only those that there are."""
    found = Counter(problem.severity for problem in problems)
    return words("problem.comma").join(count(f"report.{s}", found[s], words) for s in SEVERITIES if found[s])


def summary(problems: Iterable[Problem], words: Words) -> str:
    """How many problems in how many files, and what that means for whoever wrote them."""
    problems = list(problems)
    if not problems:
        return words("report.summary.none")
    severest = min((problem.severity for problem in problems), key=SEVERITIES.index)
    files = count("report.file", len({problem.path for problem in problems}), words)
    return words(f"report.summary.{severest}", counts=counts(problems, words), files=files)

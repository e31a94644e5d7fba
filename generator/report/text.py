"""The report on a terminal: ``path:line:column: error: field: message``, what to do below it, how many in all.

The path comes first, so that an editor or terminal opens the place on a click. Colour adds nothing but colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Problem
from generator.report.grouping import Group, group, more
from generator.report.wording import hint, message, printable, summary
from generator.words import Words

COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "place": "1", "hint": "32", "rule": "2"}


def as_text(problems: Sequence[Problem], words: Words, *, colour: bool = False) -> str:
    """Errors and warnings, then what was read in spite of how it was written, then how many in all."""
    lines: list[str] = []
    notes = False
    for found in group(problems, words):
        if found.first.severity == "note" and not notes:
            notes = True
            lines += ["", words("report.notes"), ""] if lines else [words("report.notes"), ""]
        lines += _lines(found, words, colour)
    if notes:
        lines.append("")
    return "\n".join([*lines, summary(problems, words)]) + "\n"


def place(problem: Problem) -> str:
    """Where it is, as editors understand it; ``table.xlsx:服务!C12`` in a workbook."""
    if problem.cell:
        return printable(f"{problem.path}:{problem.cell}")
    return printable(f"{problem.path}:{problem.line}:{problem.column}")


def _lines(found: Group, words: Words, colour: bool) -> Iterator[str]:
    def paint(what: str, text: str) -> str:
        return f"\x1b[{COLOURS[what]}m{text}\x1b[0m" if colour and text else text

    p = found.first
    severity = paint(p.severity, words(f"problem.severity.{p.severity}"))
    field = f"{printable(p.field)}: " if p.field else ""
    yield f"{paint('place', place(p))}: {severity}: {field}{message(p, words)} {paint('rule', f'[{p.rule}]')}"
    if text := hint(p, words):
        yield f"    {paint('hint', text)}"
    if text := more(found, words):
        yield f"    {text}"

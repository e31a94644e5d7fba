"""The report as GitHub's workflow commands: notes beside the lines of a pull request.

GitHub drops what goes beyond ten errors and ten warnings of a step, so ten of each are given, the gravest first, and
one line says how many there are in all. Repairs are counted and not annotated: nobody has to do anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.model import Problem
from generator.report.grouping import Group, group, more
from generator.report.wording import hint, message, printable, summary
from generator.words import Words

LIMIT = 10


def as_github(problems: Sequence[Problem], words: Words) -> str:
    """At most ten errors and ten warnings, a line each, then the summary."""
    groups = [found for found in group(problems, words) if found.first.severity != "note"]
    shown = [
        found
        for severity in ("error", "warning")
        for found in [g for g in groups if g.first.severity == severity][:LIMIT]
    ]
    lines = [_annotation(found, words) for found in shown]
    rest = words("report.github.rest") if len(groups) > len(shown) else ""
    return "\n".join([*lines, f"{summary(problems, words)}{rest}"]) + "\n"


def _annotation(found: Group, words: Words) -> str:
    p = found.first
    title = f"{words(f'problem.severity.{p.severity}')} {p.rule}"
    properties = {"file": p.path, "line": str(p.line), "col": str(p.column), "title": title}
    if p.cell:  # GitHub shows no lines of a workbook
        properties = {"file": p.path, "title": f"{title} {p.cell}"}
    said = "\n".join(filter(None, (message(p, words), hint(p, words), more(found, words))))
    if p.cell:
        said = f"{printable(p.cell)}: {said}"
    head = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    return f"::{p.severity} {head}::{escape(said)}"


def escape(text: str) -> str:
    """Text behind the second ``::`` of a workflow command."""
    return _whole(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A property of a workflow command."""
    return escape(text).replace(":", "%3A").replace(",", "%2C")


def _whole(text: str) -> str:
    """Without halves of characters, which a file name may hold and no log can take."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

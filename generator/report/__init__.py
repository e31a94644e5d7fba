"""Problems in words: for people on a terminal, in a pull request, and for programs. Decides nothing about what is a
problem, reads nothing and writes nothing: each format is a function from problems to one text.

`wording` makes sentences, `grouping` puts what has one cause together, and each format has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.model import Problem
from generator.report.data import as_json
from generator.report.github import as_github
from generator.report.gitlab import as_gitlab
from generator.report.grouping import Group, group, order
from generator.report.markdown import as_markdown
from generator.report.sarif import as_sarif
from generator.report.text import as_text
from generator.report.wording import hint, message, summary
from generator.words import Words

FORMATS: dict[str, Callable[[Sequence[Problem], Words], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "gitlab": as_gitlab,
    "sarif": as_sarif,
    "markdown": as_markdown,
}
"""Every form of the report by the name that ``kezhu check --format`` takes."""

__all__ = [
    "FORMATS",
    "Group",
    "as_github",
    "as_gitlab",
    "as_json",
    "as_markdown",
    "as_sarif",
    "as_text",
    "group",
    "hint",
    "message",
    "order",
    "summary",
]

"""The report as GitLab's Code Quality artifact, the part of Code Climate's format that GitLab documents."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model import Problem
from generator.report.data import dump
from generator.report.grouping import fingerprints
from generator.report.wording import in_full, printable
from generator.words import Words

SEVERITY = {"error": "major", "warning": "minor", "note": "info"}
"""GitLab knows info, minor, major, critical and blocker; the last two are for what breaks a system."""


def as_gitlab(problems: Sequence[Problem], words: Words) -> str:
    """All problems, so that GitLab can tell new ones from old by their fingerprints."""
    return dump(
        [
            {
                "description": _description(problem, words),
                "check_name": problem.rule,
                "fingerprint": fingerprint,
                "severity": SEVERITY[problem.severity],
                "location": {"path": problem.path, "lines": {"begin": problem.line}},
            }
            for problem, fingerprint in fingerprints(problems)
        ]
    )


def _description(problem: Problem, words: Words) -> str:
    cell = f"{printable(problem.cell)}: " if problem.cell else ""
    return f"{cell}{in_full(problem, words)}"

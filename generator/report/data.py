"""The report for programs: one array of problems, all of them, in order of place. Its keys are a promise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.model import Problem
from generator.report.wording import hint, message
from generator.words import Words


def as_json(problems: Sequence[Problem], words: Words) -> str:
    """Each problem with severity, rule, path, line, column, field, message and hint; of a workbook also its cell."""
    return dump([_entry(problem, words) for problem in problems])


def _entry(p: Problem, words: Words) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "severity": p.severity,
        "rule": p.rule,
        "path": p.path,
        "line": p.line,
        "column": p.column,
        "field": p.field,
        "message": message(p, words),
        "hint": hint(p, words),
    }
    return {**entry, "cell": p.cell} if p.cell else entry


def dump(value: Any) -> str:
    """JSON with Chinese as Chinese; half characters, which a file name may hold, as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) if _halves(text) else text


def _halves(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False

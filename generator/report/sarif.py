"""The report as SARIF 2.1.0 (OASIS), for code scanning and editors: every rule that was asked and all problems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from generator import __version__
from generator.model import Problem, Sentence
from generator.report.data import dump
from generator.report.grouping import fingerprints
from generator.report.wording import in_full, printable, say
from generator.rulebook import RULES
from generator.words import Words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SENTENCE = re.compile(r".*?(?:[。！？]|[.!?](?=\s|$)|$)")


def as_sarif(problems: Sequence[Problem], words: Words) -> str:
    """One run with its rules and results."""
    rules = sorted(RULES.keys() | {problem.rule for problem in problems})
    index = {rule: i for i, rule in enumerate(rules)}
    first = {problem.rule: problem for problem in reversed(problems)}
    driver = {
        "name": "kezhu",
        "version": __version__,
        "language": words.lang,
        "rules": [_rule(rule, first.get(rule), words) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(p, mark, index[p.rule], words) for p, mark in fingerprints(problems)],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule_id: str, problem: Problem | None, words: Words) -> dict[str, Any]:
    """A rule of the book, or a duty of a plan, which says what it asks in its problems."""
    rule = RULES.get(problem.says if problem and problem.says else rule_id)
    if rule is None:
        return {"id": rule_id}
    about = rule.about[words.lang]
    if problem is not None and problem.says:
        about = say(Sentence("plans.asks", problem.params), words)
        rule = replace(rule, severity=problem.severity)
    first = SENTENCE.match(about)
    return {
        "id": rule_id,
        "shortDescription": {"text": first[0] if first else about},
        "fullDescription": {"text": about},
        "help": {"text": about},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.stage]},
    }


def _result(p: Problem, fingerprint: str, rule_index: int, words: Words) -> dict[str, Any]:
    physical = {
        "artifactLocation": {"uri": uri(p.path), "uriBaseId": "%SRCROOT%"},
        # Of a workbook the row: code scanning wants a line of everything.
        "region": {"startLine": p.line} if p.cell else {"startLine": p.line, "startColumn": p.column},
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    said = in_full(p, words)
    if p.cell:
        cell = printable(p.cell)
        said = f"{cell}: {said}"
        location["logicalLocations"] = [
            {"name": cell.rpartition("!")[2], "fullyQualifiedName": cell, "kind": "cell"},
        ]
    return {
        "ruleId": p.rule,
        "ruleIndex": rule_index,
        "level": p.severity,
        "message": {"text": plain(said)},
        "locations": [location],
        # GitHub looks only at the first of the two names.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "kezhuProblem/v1": fingerprint},
    }


def uri(path: str) -> str:
    """A path as a relative reference: percent-encoded bytes, also of names that are no text."""
    return quote(path.encode("utf-8", "surrogateescape" if not _HALF.search(path) else "replace"), safe="/")


_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # halves of characters that no file name turns into


def plain(text: str) -> str:
    """Text in which a reader of SARIF finds no placeholder (3.11.5) and no embedded link (3.11.6)."""
    if "](" in text:
        text = re.sub(r"([\\\[\]])", r"\\\1", text)
    return text.replace("{", "{{").replace("}", "}}")

"""The report as one comment under a pull request, addressed to the person who wrote the records.

What strangers wrote is set as code, which no site reads as Markdown, HTML, a mention or a link; our own words and
titles of schemas are escaped. The only HTML is ``<details>`` and ``<summary>``, and only numbers stand in them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from generator.model import Problem
from generator.report.grouping import Group, group, is_syntax, more
from generator.report.wording import Dress, count, hint, message, printable
from generator.rulebook import RULES
from generator.words import Words

OPEN = 10  # messages that are seen at once
FOLDED = 60  # messages that can be unfolded; who has more mends these first
BUDGET = 50_000  # characters; GitHub takes 65,536
AREAS = {"file": "file", "table": "file", "id": "id", "shape": "value", "cell": "value", "across": "across"}
"""Stages of the checks by the part of a record that the secretary knows."""
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et")
MARKUP = re.compile(r"([\\`*_\[\]#|~$])")
ADDRESS = re.compile(r"[!-~]*(?:@|://|www\.)[!-~]*")  # what sites turn into a link or a mention by themselves


def as_markdown(problems: Sequence[Problem], words: Words) -> str:
    """Greeting, what is good, what to change and to what, how, and whom to ask; pleasant when all is well."""
    groups = group(problems, words)
    asked = [found for found in groups if found.first.severity != "note"]
    notes = [found for found in groups if found.first.severity == "note"]
    blocks = [*_opening(asked, notes, words), *_asked(asked, words), *_notes(notes, words)]
    if asked:
        blocks += [*_how(asked, words), words("report.md.ask")]
    return "\n\n".join(blocks) + "\n"


def _opening(asked: Sequence[Group], notes: Sequence[Group], words: Words) -> Iterator[str]:
    severest = asked[0].first.severity if asked else "note" if notes else "none"
    meant = [found for found in asked if found.first.severity == severest]
    title = count(f"report.md.title.{severest}", len(meant), words) if meant else words("report.md.title.none")
    n = sum(len(found.problems) for found in meant)
    yield f"### {title}" + (words("report.md.in-all", n=n) if n > len(meant) else "")
    yield words("report.md.hello") + _good(asked, words) + words(f"report.md.{severest}")


def _good(asked: Sequence[Group], words: Words) -> str:
    if not asked:
        return ""
    if any(is_syntax(found.first) for found in asked):
        return words("report.md.unread")
    wrong = {
        AREAS.get(rule.stage, "quality") if (rule := RULES.get(found.first.says or found.first.rule)) else "value"
        for found in asked
    }
    good = [area for area in ("file", "id", "value", "across") if area not in wrong]
    named = words("problem.comma").join(words(f"report.md.good.{area}") for area in good)
    return words("report.md.good", areas=named)


def _asked(asked: Sequence[Group], words: Words) -> Iterator[str]:
    """By file, the files in the order in which they first come up; what is beyond `OPEN` is folded."""
    by_path: dict[str, list[Group]] = {}
    for found in asked:
        by_path.setdefault(found.first.path, []).append(found)
    by_file = [found for together in by_path.values() for found in together]
    both = len({found.first.severity for found in asked}) > 1
    yield from _files(by_file[:OPEN], words, both)
    yield from _folded("report.md.more", by_file[OPEN:], words, both)


def _notes(notes: Sequence[Group], words: Words) -> Iterator[str]:
    yield from _folded("report.md.notes", notes, words, False)


def _folded(key: str, groups: Sequence[Group], words: Words, both: bool) -> Iterator[str]:
    if not groups:
        return
    shown = list(groups[:FOLDED])
    while len(text := "\n\n".join(_files(shown, words, both))) > BUDGET / 2:
        shown = shown[: len(shown) // 2]
    yield f"<details><summary>{count(key, len(groups), words)}</summary>"
    yield text
    if left := len(groups) - len(shown):
        yield count("report.md.left", left, words)
    yield "</details>"


def _files(groups: Sequence[Group], words: Words, both: bool) -> Iterator[str]:
    for path, found in groupby(groups, key=lambda g: g.first.path):
        yield f"**{code(printable(path) or '.')}**"
        yield "\n".join(_item(one, words, both) for one in found)


def _item(found: Group, words: Words, both: bool) -> str:
    p = found.first
    place = code(printable(p.cell)) if p.cell else words("report.line", lines=p.line)
    field = f" {code(printable(p.field))}" if p.field and not p.cell else ""
    weight = words(f"report.md.weight.{p.severity}") if both else ""
    lines = [f"- {weight}{place}{field}{words('report.md.colon')}{message(p, words, MARKDOWN)}"]
    lines += [f"  - {text}" for text in (hint(p, words, MARKDOWN), more(found, words, MARKDOWN)) if text]
    return "\n".join(lines)


def _how(asked: Sequence[Group], words: Words) -> Iterator[str]:
    """How to change a file in the browser, and how a workbook, as far as there are such."""
    workbook = [found.first.path.lower().endswith(WORKBOOKS) for found in asked]
    yield f"<details><summary>{words('report.md.how')}</summary>"
    if not all(workbook):
        yield words("report.md.how.web")
    if any(workbook):
        yield words("report.md.how.workbook")
    yield "</details>"


# ── Text that stays text ─────────────────────────────────────────────────────────────────────────────────────────────


def code(text: str) -> str:
    """Text of strangers as a code span, whatever backticks it holds; nothing for nothing."""
    if not text:
        return ""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def escape(text: str) -> str:
    """Our own words as Markdown that shows them as they are; what looks like an address becomes code."""
    pieces, end = [], 0
    for found in ADDRESS.finditer(text):
        pieces += [_escape(text[end : found.start()]), code(found[0])]
        end = found.end()
    return "".join([*pieces, _escape(text[end:])])


def _escape(text: str) -> str:
    return MARKUP.sub(r"\\\1", html.escape(text, quote=False))


MARKDOWN = Dress(escape, code, between=" ")

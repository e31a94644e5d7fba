"""The rule book as people read it: a list and single rules on a terminal, JSON, and a page of the guides.

Everything is made from `rulebook` and the message catalogues; what a message leaves open is shown as ``…``. Prints
nothing and knows no rule by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from generator.rulebook import RULES, STAGES, Rule
from generator.words import Words

GAP = re.compile(r"\{\w+\}")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!&~])")
SENTENCE = re.compile(r".*?(?:[。！？：；]|[.!?:;](?=\s|$)|$)", re.S)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """By stage as a record meets them, errors first, then by id."""
    grave = ("error", "warning", "note")
    return sorted(rules, key=lambda rule: (STAGES.index(rule.stage), grave.index(rule.severity), rule.id))


def message(rule: Rule, words: Words) -> str:
    """What a message of the rule says."""
    return _open(f"problem.{rule.id}", words)


def hints(rule: Rule, words: Words) -> list[str]:
    """What a person is told to do, without and with a suggestion; empty where the message says it all."""
    found = [_open(key, words) for key in (f"hint.{rule.id}", f"hint.{rule.id}.near")]
    return [text for text in found if text]


def _open(key: str, words: Words) -> str:
    return GAP.sub("…", words(key)) if key in words else ""


def severity(rule: Rule, words: Words) -> str:
    """How grave it is, in a word."""
    return words(f"problem.severity.{rule.severity}")


def as_text(rules: Sequence[Rule], words: Words) -> str:
    """A list by stage with the first sentence of each rule; of a single rule everything."""
    if len(rules) == 1:
        return _one(rules[0], words)
    lines = []
    wide = max((len(rule.id) for rule in rules), default=0)
    for stage in STAGES:
        of_stage = [rule for rule in in_order(rules) if rule.stage == stage]
        if of_stage:
            lines += ["", words(f"rules.stage.{stage}")]
        for rule in of_stage:
            first = SENTENCE.match(rule.about[words.lang])
            sentence = (first[0] if first else rule.about[words.lang]).rstrip("：；:;")
            lines.append(f"  {rule.id:<{wide}}  {severity(rule, words)}  {sentence}")
    return "\n".join(["", *lines[1:], "", words("rules.more", n=len(rules)), ""]).lstrip("\n")


def _one(rule: Rule, words: Words) -> str:
    stage = words(f"rules.stage.{rule.stage}")
    lines = [f"{rule.id}  {severity(rule, words)}  {stage}", "", rule.about[words.lang], ""]
    lines += [words("rules.says", text=message(rule, words))]
    lines += [words("rules.do", text=text) for text in hints(rule, words)]
    return "\n".join([*lines, "", words(f"rules.severity.{rule.severity}"), ""])


def as_json(rules: Sequence[Rule], words: Words) -> str:
    """One array of rules: id, severity, stage, about, message and hints, in the language of ``words``."""
    found = [
        {
            "id": rule.id,
            "severity": rule.severity,
            "stage": rule.stage,
            "about": rule.about[words.lang],
            "message": message(rule, words),
            "hints": hints(rule, words),
        }
        for rule in in_order(rules)
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_markdown(rules: Sequence[Rule], words: Words) -> str:
    """The page of rules: a section for each stage, and in it every rule with an anchor of its own, its id."""
    stages = [stage for stage in STAGES if any(rule.stage == stage for rule in rules)]
    parts = [f"# {words('rules.title')} {{ #rules }}", words("rules.lead")]
    parts.append("\n".join(f"- {words(f'rules.severity.{grave}')}" for grave in ("error", "warning", "note")))
    parts.append(words("rules.search"))
    for stage in stages:
        parts.append(f"## {words(f'rules.stage.{stage}')} {{ #stage-{stage} }}")
        parts.append(words(f"rules.stage.{stage}.lead"))
        parts += [_section(rule, words) for rule in in_order(rules) if rule.stage == stage]
    return "\n\n".join(parts) + "\n"


def _section(rule: Rule, words: Words) -> str:
    """One rule: its id as the heading that can be linked to, what it asks, what is said, what to do."""
    lines = [words("rules.says", text=plain(message(rule, words)))]
    lines += [words("rules.do", text=plain(text)) for text in hints(rule, words)]
    items = "\n".join(f"- {line}" for line in lines)
    heading = f"### `{rule.id}` {severity(rule, words)} {{ #{rule.id} .{rule.severity} }}"
    return "\n\n".join([heading, plain(rule.about[words.lang]), items])


def rules_page(words: Words) -> str:
    """Every rule in the book, as Markdown."""
    return as_markdown(list(RULES.values()), words)


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}

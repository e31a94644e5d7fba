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
SEVERITIES = ("error", "warning", "note")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!&~])")
SENTENCE = re.compile(r".*?(?:[。！？：；]|[.!?:;](?=\s|$)|$)", re.S)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """By stage as a record meets them, errors first, then by id."""
    return sorted(rules, key=lambda rule: (STAGES.index(rule.stage), SEVERITIES.index(rule.severity), rule.id))


def message(rule: Rule, words: Words) -> str:
    """What a message of the rule says."""
    return _open(f"problem.{rule.id}", words)


def hints(rule: Rule, words: Words) -> list[str]:
    """What a person is told to do, without and with a suggestion; empty where the message says it all."""
    found = [_open(key, words) for key in (f"hint.{rule.id}", f"hint.{rule.id}.near")]
    return [text for text in found if text]


def _open(key: str, words: Words) -> str:
    return GAP.sub("…", words(key)) if key in words else ""


def severity(name: str, words: Words) -> str:
    """How grave it is, in a word."""
    return words(f"problem.severity.{name}")


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
            lines.append(f"  {rule.id:<{wide}}  {severity(rule.severity, words)}  {sentence}")
    return "\n".join(["", *lines[1:], "", words("rules.more", n=len(rules)), ""]).lstrip("\n")


def _one(rule: Rule, words: Words) -> str:
    stage = words(f"rules.stage.{rule.stage}")
    lines = [f"{rule.id}  {severity(rule.severity, words)}  {stage}", "", rule.about[words.lang], ""]
    lines += [f"{label}{words('rules.colon')}{text}" for label, text in said(rule, words)]
    return "\n".join([*lines, "", f"{severity(rule.severity, words)}{words('rules.colon')}{meaning(rule, words)}", ""])


def said(rule: Rule, words: Words) -> list[tuple[str, str]]:
    """What the check says and tells to do, each with its label; without what a message leaves unsaid."""
    keys = {"says": f"problem.{rule.id}", "do": f"hint.{rule.id}", "near": f"hint.{rule.id}.near"}
    return [(words(f"rules.label.{name}"), text) for name, key in keys.items() if (text := _open(key, words))]


def meaning(rule: Rule, words: Words) -> str:
    """What its gravity means for whoever wrote the record."""
    return words(f"rules.severity.{rule.severity}")


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
    graves = [(severity(name, words), words(f"rules.severity.{name}")) for name in SEVERITIES]
    parts.append(_labelled(graves, words))
    parts.append(words("rules.search"))
    links = "".join(f'<li><a class="go" href="#stage-{s}">{words(f"rules.stage.{s}")}</a></li>' for s in stages)
    parts.append(f'<ul class="chips">{links}</ul>')
    for stage in stages:
        parts.append(f"## {words(f'rules.stage.{stage}')} {{ #stage-{stage} }}")
        parts.append(words(f"rules.stage.{stage}.lead"))
        parts += [_section(rule, words) for rule in in_order(rules) if rule.stage == stage]
    return "\n\n".join(parts) + "\n"


def _section(rule: Rule, words: Words) -> str:
    """One rule: its id as the heading that can be linked to, what it asks, what is said, what to do."""
    grave = f'<span class="grave {rule.severity}">{severity(rule.severity, words)}</span>'
    heading = f"### `{rule.id}` {grave} {{ #{rule.id} }}"
    items = [(label, plain(text)) for label, text in said(rule, words)]
    return "\n\n".join([heading, plain(rule.about[words.lang]), _labelled(items, words)])


def _labelled(items: Sequence[tuple[str, str]], words: Words) -> str:
    return "\n".join(f"- **{label}**{words('rules.colon')}{text}" for label, text in items)


def rules_page(words: Words) -> str:
    """Every rule in the book, as Markdown."""
    return as_markdown(list(RULES.values()), words)


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}

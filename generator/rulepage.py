"""The rule book as people read it: a list and single rules on a terminal, JSON, and a page of the guides.

Everything is made from `rulebook`, the duties of the plans and the message catalogues; what a message leaves open is
shown as ``…``. Prints nothing and knows no rule by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from generator.model import EMPTY, Plan
from generator.rulebook import RULES, STAGES, Rule
from generator.words import LANGUAGES, Words

GAP = re.compile(r"\{\w+\}")
SEVERITIES = ("error", "warning", "note")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!&~])")
SENTENCE = re.compile(r".*?(?:[。！？：；]|[.!?:;](?=\s|$)|$)", re.S)


def duty_rules(plans: Mapping[str, Plan]) -> list[Rule]:
    """What plans ask as rules that can be told like the others: each under its own id, with plan and clause."""
    found = []
    for duty in (duty for plan in plans.values() for duty in plan.duties):
        about = {
            lang: Words(lang)(
                "plans.asks",
                plan=duty.plan.title(lang),
                clause=duty.clause.title(lang),
                asked=duty.asked.title(lang),
            )
            for lang in LANGUAGES
        }
        found.append(Rule(duty.id, "plan", duty.severity, about, duty=duty))
    return found


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """By stage as a record meets them, errors first, then by id."""
    return sorted(rules, key=lambda rule: (STAGES.index(rule.stage), SEVERITIES.index(rule.severity), rule.id))


def message(rule: Rule, words: Words) -> str:
    """What a message of the rule says."""
    if rule.duty is not None:
        said = {"plan": rule.duty.plan, "clause": rule.duty.clause, "asked": rule.duty.asked}
        return words("problem.plan-duty", seen="…", **{name: text.title(words.lang) for name, text in said.items()})
    return _open(f"problem.{rule.id}", words)


def hints(rule: Rule, words: Words) -> list[str]:
    """What a person is told to do, without and with a suggestion; empty where the message says it all."""
    if rule.duty is not None:
        return [words("hint.plan-duty", advice=rule.duty.advice.title(words.lang))]
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
            lines.append(f"  {rule.id:<{wide}}  {severity(rule.severity, words)}  {in_short(rule, words)}")
    return "\n".join(["", *lines[1:], "", words("rules.more", n=len(rules)), ""]).lstrip("\n")


def in_short(rule: Rule, words: Words) -> str:
    """A rule in one line: the first sentence; of what a plan asks, what it is and where it stands."""
    if rule.duty is not None:
        names = {"plan": rule.duty.plan, "clause": rule.duty.clause, "asked": rule.duty.asked}
        return words("plans.short", **{name: text.title(words.lang) for name, text in names.items()})
    first = SENTENCE.match(rule.about[words.lang])
    return (first[0] if first else rule.about[words.lang]).rstrip("：；:;")


def _one(rule: Rule, words: Words) -> str:
    stage = words(f"rules.stage.{rule.stage}")
    lines = [f"{rule.id}  {severity(rule.severity, words)}  {stage}", "", rule.about[words.lang], ""]
    lines += [f"{label}{words('rules.colon')}{text}" for label, text in said(rule, words)]
    return "\n".join([*lines, "", f"{severity(rule.severity, words)}{words('rules.colon')}{meaning(rule, words)}", ""])


def said(rule: Rule, words: Words) -> list[tuple[str, str]]:
    """What the check says and tells to do, each with its label; without what a message leaves unsaid."""
    texts = {"says": message(rule, words)}
    if rule.duty is not None:
        [texts["do"]] = hints(rule, words)
    else:
        texts |= {"do": _open(f"hint.{rule.id}", words), "near": _open(f"hint.{rule.id}.near", words)}
    return [(words(f"rules.label.{name}"), text) for name, text in texts.items() if text]


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


def rules_page(words: Words, plans: Mapping[str, Plan] = EMPTY) -> str:
    """Every rule in the book and every duty of the plans, as Markdown."""
    return as_markdown([*RULES.values(), *duty_rules(plans)], words)


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}

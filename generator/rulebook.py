"""Every rule of the checks by its id: what it is about, how grave it is, when it is asked.

A rule that is a function or a class describes itself in its docstring; what the readers and the schemas ask is declared
here. ``kezhu rules`` and the guides' page of rules are made from nothing else. The words of a message are not here:
they are ``problem.<id>`` and ``hint.<id>`` in the message catalogues.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from generator.model import (
    Duty,
    Exemption,
    FieldSpec,
    Path_,
    Plan,
    Problem,
    RawRecord,
    RecordType,
    Several,
    Severity,
    Vocabulary,
)

STAGES = ("file", "table", "id", "shape", "cell", "across", "quality", "plan")
"""In the order in which a record meets them: reading a file, its table, its id, its keys, its values, other records,
how well it is written, what the plans of the programme ask."""

Made = TypeVar("Made", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """One rule: ``about`` holds a paragraph by language."""

    id: str
    stage: str
    severity: Severity
    about: dict[str, str]
    check: Callable[..., Any] | None = None
    texts: str = ""  # a pattern (re2): the rule is asked only about texts that hold it
    duty: Duty | None = None  # what a plan asks, where it is that


RULES: dict[str, Rule] = {}


class Place(NamedTuple):
    """Where one value stands."""

    path: str
    line: int


class Index(Protocol):
    """What there is in the whole catalogue, also where only a part of it is being checked; looked up when asked."""

    def ids(self, type_name: str) -> frozenset[str]:
        """The ids of every record of a type."""
        ...

    def titles(self, type_name: str) -> Mapping[str, str]:
        """The title of every record of a type, by id."""
        ...

    def places(self, type_name: str, record_id: str) -> Sequence[Place]:
        """Every place where an id is used; one, if all is well."""
        ...

    def scan(self, type_name: str, name: str) -> Sequence[tuple[str, str, Place]]:
        """One field of every record of a type: ``(id, value, place)``, where it holds one text."""
        ...

    def fetch(self, type_name: str, record_id: str) -> RawRecord | None:
        """One record as loaded; ``None`` when there is none or it cannot be read."""
        ...


def unsettled(_record: RawRecord) -> bool:
    """Of no record is it known that it is what it was."""
    return False


@dataclass(frozen=True)
class Scene:
    """What a rule may look at besides the record in its hands."""

    types: Mapping[str, RecordType]
    vocabularies: Mapping[str, Vocabulary]
    today: date
    index: Index
    partial: bool = False  # only some records are checked; a rule that compares has to ask the index for the others
    plans: Mapping[str, Plan] = field(default_factory=dict)
    exemptions: Sequence[Exemption] = ()
    settled: Callable[[RawRecord], bool] = unsettled
    """Whether title and terms of a record are what they were when the whole was last checked."""


class CrossCheck:
    """A rule that compares records: it sees each as it goes by, and may have something to say at the end."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def concerns(self, type_name: str) -> bool:  # noqa: ARG002 - the answer for rules that do not choose
        """Whether records of a type are worth showing to this rule."""
        return True

    def see(self, record: RawRecord) -> Iterable[Problem]:  # noqa: ARG002 - rules that only speak at the end keep this
        """What is wrong with this record, as far as is known by now."""
        return ()

    def see_all(self, records: Several) -> Iterable[Problem]:
        """The same of several records of one type; a rule that is asked of very many may have a quicker way."""
        return self.see_each(records)

    def see_each(self, records: Iterable[RawRecord]) -> Iterator[Problem]:
        """The same one by one, for those that the quicker way is in doubt about."""
        for record in records:
            yield from self.see(record)

    def finish(self) -> Iterable[Problem]:
        """What is wrong, now that every record has gone by."""
        return ()


def declare(rule_id: str, stage: str, zh: str, en: str, severity: Severity = "error") -> None:
    """Describe a rule that has no function of its own."""
    add(Rule(rule_id, stage, severity, {"zh": zh, "en": en}))


def rule(stage: str, severity: Severity = "error", texts: str = "") -> Callable[[Made], Made]:
    """Register a check under its name, ``duplicate_id`` or ``DuplicateId`` as ``duplicate-id``.

    Its docstring is a paragraph in Chinese, an empty line, and the same in English.
    """

    def register(check: Made) -> Made:
        zh, _, en = (inspect.getdoc(check) or "").partition("\n\n")
        name = "".join(f"-{c.lower()}" if c.isupper() else c for c in check.__name__).strip("-").replace("_", "-")
        add(Rule(name, stage, severity, {"zh": "".join(zh.split("\n")), "en": " ".join(en.split())}, check, texts))
        return check

    return register


def add(found: Rule) -> None:
    """Put a rule into the book; the same id twice, an unknown stage or a missing language is a mistake of ours."""
    if found.id in RULES or found.stage not in STAGES or not all(found.about.values()):
        raise ValueError(f"rule {found.id}: already there, of no known stage, or not described in both languages")
    RULES[found.id] = found


def problem_at(rule_id: str, record: RawRecord, spec: FieldSpec | None, at: Path_, **params: Any) -> Problem:
    """A problem at the place of a value, as grave as the book says; ``at`` is ``()`` for the whole record."""
    place = record.locator.locate(at)
    name = ".".join(str(step + 1) if isinstance(step, int) else step for step in at)
    if spec is not None:
        params, name = {"label": spec, **params}, name or spec.name
    severity = RULES[rule_id].severity if rule_id in RULES else "error"
    key = f"{record.type}/{record.id}"
    return Problem(rule_id, record.path, place.line, place.column, name, severity, params, place.cell, key)

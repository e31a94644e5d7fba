"""What a check of a plan is told: conditions that may stay open, the case in hand, the world around it; and what it
answers: findings, and how a record stands. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from generator.model import (
    Duty,
    Exemption,
    FieldSpec,
    Path_,
    RawRecord,
    Record,
    Sentence,
    Value,
    Vocabulary,
)
from generator.spans import Span, read_meant

STATES = ("broken", "overdue", "unknown", "open", "met", "excepted")
"""From the worst to the best: not as asked; not done in time; not to be told from what is written; still time; done;
not asked, because somebody decided so."""
YES, NO = frozenset({"true", "1", "yes", "是"}), frozenset({"false", "0", "no", "否"})
AnyRecord = RawRecord | Record


# ── Conditions that may stay open ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Condition:
    """One field and the values wanted of it, a term with all below it; none wanted: it has to be filled in."""

    field: str
    wanted: frozenset[str] = frozenset()
    boolean: bool = False

    def fits(self, values: Mapping[str, Value]) -> bool | None:
        """Whether it is so; ``None`` where the field says nothing."""
        got = [text if text in self.wanted else text.partition("#")[0] for text in texts(values.get(self.field))]
        if not got:
            return None if self.wanted else False
        if not self.wanted:
            return True
        if self.boolean:
            known = YES | NO
            return None if got[0] not in known else (got[0] in YES) == bool(self.wanted & YES)
        return any(text in self.wanted for text in got)


Where = tuple[tuple[Condition, ...], ...]
"""Alternatives; of one alternative every condition has to fit. Without an alternative everything does."""


def fits(where: Where, values: Mapping[str, Value]) -> bool | None:
    """Whether values are what is meant: certainly, certainly not, or (``None``) perhaps."""
    if not where:
        return True
    answers = [_all(condition.fits(values) for condition in conditions) for conditions in where]
    return True if True in answers else None if None in answers else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    open_ = False
    for answer in answers:
        if answer is False:
            return False
        open_ = open_ or answer is None
    return None if open_ else True


def fields_of(where: Where) -> frozenset[str]:
    """The fields that a condition looks at."""
    return frozenset(condition.field for conditions in where for condition in conditions)


def texts(value: Value) -> list[str]:
    """The texts of a value, whether it holds one, several or none."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str) and item]


def items_of(values: Mapping[str, Value], name: str) -> list[tuple[int, Mapping[str, Value]]]:
    """The objects of a list field with their places in it."""
    value = values.get(name)
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [(i, item) for i, item in enumerate(items) if isinstance(item, Mapping)]


# ── What comes out ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen: in which state it is, where it stands in the record, and in words what is written there."""

    state: str
    seen: Sentence | None = None
    found: int | None = None
    wanted: str = ""  # "8–12", "1", "≥ 1"
    until: date | None = None  # by when it is due, or was
    evidence: tuple[str, ...] = ()  # keys of the records that show it
    at: Path_ = ()
    missed: tuple[Span, ...] = ()  # earlier rounds of which nothing is written down


@dataclass(frozen=True, slots=True)
class Standing:
    """How one record stands by one duty. ``findings`` are the single things that it comes from, the worst first."""

    duty: Duty
    record_key: str
    state: str
    found: int | None = None
    wanted: str = ""
    until: date | None = None
    evidence: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    exemption: Exemption | None = None

    @property
    def missed(self) -> tuple[Span, ...]:
        """Earlier rounds of which nothing is written down."""
        return tuple(span for finding in self.findings for span in finding.missed)


# ── What a check sees ────────────────────────────────────────────────────────────────────────────────────────────────


class Source(NamedTuple):
    """Records that count for a duty: of which type, naming the duty's record in which field, which of them."""

    type: str
    by: str
    where: Where = ()
    date: str = ""

    def fields(self) -> frozenset[str]:
        """What of them is looked at."""
        return frozenset({self.by, self.date} - {""}) | fields_of(self.where)


class Need(NamedTuple):
    """What of a type's records has to be at hand: fields, and which records (any of the conditions)."""

    fields: frozenset[str]
    wheres: tuple[Where, ...]

    def wants(self, values: Mapping[str, Value]) -> bool:
        """Whether a record may matter."""
        return any(fits(where, values) is not False for where in self.wheres)


@dataclass(frozen=True)
class Case:
    """One record before one duty."""

    values: Mapping[str, Value]
    key: str
    id: str
    duty: Duty
    world: World

    @property
    def today(self) -> date:
        """The day on which it is asked."""
        return self.world.today


@dataclass(frozen=True)
class World:
    """All records that matter, the day, and the vocabularies."""

    today: date
    by_type: Mapping[str, Sequence[AnyRecord]]
    vocabularies: Mapping[str, Vocabulary]
    _named: dict[tuple[str, str], dict[str, list[AnyRecord]]] = field(default_factory=dict)
    _peers: dict[str, dict[str, list[AnyRecord]]] = field(default_factory=dict)
    _holds: dict[tuple[str, str], frozenset[str] | None] = field(default_factory=dict)

    def asked_of(self, duty: Duty) -> Iterator[AnyRecord]:
        """The records of which a duty asks something on this day."""
        places = self.places(duty, duty.within) if duty.within else None
        for record in self.by_type.get(duty.type, ()):
            if places is not None and duty.within and places.isdisjoint(texts(record.values.get(duty.within.name))):
                continue
            if concerns(duty, record.values, self.today):
                yield record

    def places(self, duty: Duty, spec: FieldSpec) -> frozenset[str] | None:
        """The terms at which a plan holds and all below them; ``None`` where its record names none."""
        key = (duty.holder, spec.name)
        if key not in self._holds:
            name, _, record_id = duty.holder.partition("/")
            held = next((r for r in self.by_type.get(name, ()) if r.id == record_id), None)
            words = texts(held.values.get(spec.name)) if held else []
            found = self.vocabularies[spec.vocabulary]
            terms = [term for word in words if (term := found.resolve(word))]
            self._holds[key] = frozenset(i for term in terms for i in below(found, term.id)) if words else None
        return self._holds[key]

    def naming(self, source: Source, record_id: str) -> list[AnyRecord]:
        """The records that name this one in a field, whichever they are."""
        key = (source.type, source.by)
        if key not in self._named:
            found = self._named[key] = {}
            for record in self.by_type.get(source.type, ()):
                for word in dict.fromkeys(texts(record.values.get(source.by))):
                    found.setdefault(word.partition("#")[0], []).append(record)
        return self._named[key].get(record_id, [])

    def sharing(self, duty: Duty, name: str, term_id: str) -> list[AnyRecord]:
        """The records that the duty is about and that name a term in a field."""
        if duty.id not in self._peers:
            found = self._peers[duty.id] = {}
            for record in self.asked_of(duty):
                for word in dict.fromkeys(texts(record.values.get(name))):
                    found.setdefault(word, []).append(record)
        return self._peers[duty.id].get(term_id, [])


def type_name(record: AnyRecord) -> str:
    """The type of a record, loaded or joined."""
    return record.type if isinstance(record.type, str) else record.type.name


def below(vocabulary: Vocabulary, term_id: str) -> Iterator[str]:
    """A term and all terms below it."""
    yield term_id
    for child in vocabulary.children(term_id):
        yield from below(vocabulary, child.id)


def key_of(record: AnyRecord) -> str:
    """``type/id``."""
    return f"{type_name(record)}/{record.id}"


def concerns(duty: Duty, values: Mapping[str, Value], today: date) -> bool:
    """Whether a duty asks anything of a record on that day."""
    if fits(duty.where, values) is not True or not all(texts(values.get(name)) for name in duty.given):
        return False
    ended = read_meant(values.get(duty.ended)) if duty.ended else None
    return ended is None or ended.last >= today

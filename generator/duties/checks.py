"""The few general ways in which a plan asks something: count, one per place, what is known of a term, every half-year,
by a day of the year, how long a notice hung, in which order, what is filled in, who was reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from generator.duties.cases import (
    STATES,
    AnyRecord,
    Case,
    Condition,
    Finding,
    Source,
    Where,
    fields_of,
    fits,
    items_of,
    key_of,
    texts,
)
from generator.model import (
    FieldSpec,
    Label,
    Path_,
    Sentence,
    Term,
    Value,
)
from generator.spans import Calendar, Round, Span, read_meant


class Check:
    """One general way to ask. ``relational`` ones look at other records, so they need all of them."""

    name: ClassVar[str] = ""
    relational: ClassVar[bool] = False

    def fields(self) -> frozenset[str]:
        """Fields of the record itself that are looked at."""
        return frozenset()

    def sources(self) -> tuple[Source, ...]:
        """Other records that are looked at."""
        return ()

    def look_at(self, source: Source) -> frozenset[str]:
        """What of these other records is looked at."""
        return source.fields()

    def judge(self, case: Case) -> Iterable[Finding]:
        """Everything seen; nothing where nothing can be told."""
        raise NotImplementedError


def bounds(low: int, high: int | None) -> str:
    """A number wanted, as people write it."""
    return f"≥ {low}" if high is None else str(low) if low == high else f"{low}–{high}"


@dataclass(frozen=True)
class Count(Check):
    """How many items a list has, of all or of those meant; with ``each``, of every value of a field so many.

    ``number`` is a field that holds the number itself and is believed before the list; ``whole`` one that says how many
    there are in all, so that a list that names fewer is known to be unfinished. ``since`` and ``until`` are fields of
    an item: who has left is not counted.
    """

    name: ClassVar[str] = "count"
    list: str
    low: int
    high: int | None = None
    where: Where = ()
    among: Where = ()  # those that the numbers speak of
    each: tuple[tuple[Condition, Label], ...] = ()
    number: str = ""
    whole: str = ""
    since: str = ""
    until: str = ""

    def fields(self) -> frozenset[str]:
        """The list, and the numbers."""
        return frozenset({self.list, self.number, self.whole} - {""})

    def judge(self, case: Case) -> Iterable[Finding]:
        """Nothing is held against a list that is not there, or not finished."""
        number = _integer(case.values.get(self.number)) if self.number else None
        items = [
            item
            for _, item in items_of(case.values, self.list)
            if self._current(item, case.today) and fits(self.among, item) is not False
        ]
        if number is None and self.list not in case.values:
            return
        whole = _integer(case.values.get(self.whole)) if self.whole else None
        unlisted = max(0, (whole or 0) - len(items))
        if self.each:
            yield self._judge_each(items, unlisted)
        elif number is not None:
            yield self._finding(number, number)
        else:
            yield self._finding(*self._range(items, self.where, unlisted))

    def _range(self, items: Sequence[Mapping[str, Value]], where: Where, unlisted: int) -> tuple[int, int]:
        answers = [fits(where, item) for item in items]
        return answers.count(True), len(answers) - answers.count(False) + unlisted

    def _current(self, item: Mapping[str, Value], today: date) -> bool:
        since, until = read_meant(item.get(self.since)), read_meant(item.get(self.until))
        return not (since and since.first > today) and not (until and until.last < today)

    def _state(self, sure: int, possible: int) -> str:
        if (self.high is not None and sure > self.high) or possible < self.low:
            return "broken"
        return "met" if sure >= self.low and (self.high is None or possible <= self.high) else "unknown"

    def _finding(self, sure: int, possible: int) -> Finding:
        found = possible if possible < self.low else sure
        seen = Sentence("plans.seen.count", {"found": found})
        return Finding(self._state(sure, possible), seen, found, bounds(self.low, self.high), at=(self.list,))

    def _judge_each(self, items: Sequence[Mapping[str, Value]], unlisted: int) -> Finding:
        states: dict[str, list[Label]] = {}
        for condition, label in self.each:
            where = tuple((*conditions, condition) for conditions in self.where or ((),))
            states.setdefault(self._state(*self._range(items, where, unlisted)), []).append(label)
        state = min(states, key=STATES.index)
        seen = Sentence("plans.seen.missing", {"missing": tuple(states[state])}) if state == "broken" else None
        found = len(states.get("met", ()))
        return Finding(state, seen, found, str(len(self.each)), at=(self.list,))


def _integer(value: Value) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


@dataclass(frozen=True)
class OnePer(Check):
    """A record names exactly one term of a level, and no other record of its kind names the same."""

    name: ClassVar[str] = "one_per"
    relational: ClassVar[bool] = True
    field: FieldSpec
    level: str = ""

    def fields(self) -> frozenset[str]:
        """The field with the term, and the title by which the others are named."""
        return frozenset({self.field.name, "title"})

    def judge(self, case: Case) -> Iterable[Finding]:
        """A place above the level says nothing."""
        terms = [t for t in terms_of(case, self.field) if not self.level or t.get("level") == self.level]
        if len(terms) > 1:
            seen = Sentence("plans.seen.several", {"names": tuple(label_of(term) for term in terms)})
            yield Finding("broken", seen, len(terms), "1", at=(self.field.name,))
        for term in terms:
            others = [r for r in case.world.sharing(case.duty, self.field.name, term.id) if r.id != case.id]
            if others:
                names = tuple(str(record.values.get("title") or record.id) for record in others)
                seen = Sentence("plans.seen.shared", {"place": label_of(term), "others": names})
                keys = tuple(map(key_of, others))
                yield Finding("broken", seen, len(others) + 1, "1", evidence=keys, at=(self.field.name,))
        if len(terms) == 1 and not others:
            yield Finding("met", Sentence("plans.seen.place", {"place": label_of(terms[0])}), 1, "1")


def terms_of(case: Case, spec: FieldSpec) -> list[Term]:
    """The terms that a field of the record names."""
    words = case.world.vocabularies[spec.vocabulary]
    return [words[word] for word in dict.fromkeys(texts(case.values.get(spec.name))) if word in words]


def label_of(term: Term) -> Label:
    """A term's name in every language."""
    return Label({"zh": term.titles.get("zh") or term.title, **term.titles})


@dataclass(frozen=True)
class TermIs(Check):
    """What the vocabulary says of the terms that a field names; an attribute left empty is unknown."""

    name: ClassVar[str] = "term"
    field: FieldSpec
    attribute: str
    wanted: frozenset[str] = frozenset()  # one of these, where there are any
    unwanted: frozenset[str] = frozenset()
    says: Label | None = None  # what it means when it is not so
    level: str = ""

    def fields(self) -> frozenset[str]:
        """The field with the term."""
        return frozenset({self.field.name})

    def judge(self, case: Case) -> Iterable[Finding]:
        """Each term by itself."""
        for term in terms_of(case, self.field):
            value = term.get(self.attribute)
            if not value or (self.level and term.get("level") != self.level):
                continue
            good = value not in self.unwanted and (not self.wanted or value in self.wanted)
            said: Label | str = self.says or value
            seen = Sentence("plans.seen.term", {"place": label_of(term), "said": said})
            place = Sentence("plans.seen.place", {"place": label_of(term)})
            yield Finding("met" if good else "broken", place if good else seen, at=(self.field.name,))


@dataclass(frozen=True)
class Recurring(Check):
    """Something comes round: every half-year, or each year by a day.

    A round counts from the first whole one after the beginning, so that nobody is late at birth. What was missed in the
    round before is overdue until it is done once in this one; older gaps are kept as ``missed``. A year without a day
    may lie in either half, and is not held against anybody.
    """

    name: ClassVar[str] = "every"
    relational: ClassVar[bool] = True
    source: Source
    calendar: Calendar
    since: str = ""

    def fields(self) -> frozenset[str]:
        """When it began."""
        return frozenset({self.since} - {""})

    def sources(self) -> tuple[Source, ...]:
        """What is done."""
        return (self.source,)

    def judge(self, case: Case) -> Iterable[Finding]:
        """One finding: the state of today's round, or of the one before."""
        done = sorted(self._done(case), key=lambda pair: (pair[0].last, pair[1]))
        began = read_meant(case.values.get(self.since))
        first = self.calendar.first_after(began) if began else self.calendar.at(done[0][0].first) if done else None
        if first is None:
            return ()
        now = self.calendar.at(case.today)
        due = now if now.due < case.today else self.calendar.before(now)
        in_time = [key for span, key in done if span.within(now.span)]
        missed = tuple(self._missed(first, due, done))
        last = Sentence("plans.seen.held", {"date": shown(done[-1][0])}) if done else None
        if in_time:
            return (Finding("met", last, len(in_time), "≥ 1", now.due, tuple(in_time[-3:]), missed=missed),)
        recent = tuple(key for _, key in done[-1:])
        if due.span.first >= first.span.first and not any(span.within(due.span) for span, _ in done):
            perhaps = any(span.meets(due.span) or span.meets(now.span) for span, _ in done)
            if not perhaps and self._undated(case):
                return (Finding("unknown", Sentence("plans.seen.undated"), 0, "≥ 1", due.due, missed=missed),)
            key = "plans.seen.perhaps" if perhaps else "plans.seen.overdue" if done else "plans.seen.never"
            params = {"until": due.due.isoformat(), **({"date": shown(done[-1][0])} if done else {})}
            state = "unknown" if perhaps else "overdue"
            return (Finding(state, Sentence(key, params), 0, "≥ 1", due.due, recent, missed=missed),)
        until = max(now, first).due
        seen = Sentence("plans.seen.open", {"until": until.isoformat()})
        if done:
            seen = Sentence("plans.seen.next", {"until": until.isoformat(), "date": shown(done[-1][0])})
        return (Finding("open", seen, 0, "≥ 1", until, recent, missed=missed),)

    def _undated(self, case: Case) -> bool:
        named = case.world.naming(self.source, case.id)
        return any(
            fits(self.source.where, r.values) and read_meant(r.values.get(self.source.date)) is None for r in named
        )

    def _done(self, case: Case) -> Iterator[tuple[Span, str]]:
        for record in case.world.naming(self.source, case.id):
            if fits(self.source.where, record.values) is True:
                span = read_meant(record.values.get(self.source.date))
                if span is not None and span.first <= case.today:
                    yield span, key_of(record)

    def _missed(self, first: Round, due: Round, done: Sequence[tuple[Span, str]]) -> Iterator[Span]:
        found = first
        while found.span.first < due.span.first:
            if not any(span.meets(found.span) for span, _ in done):
                yield found.span
            found = self.calendar.after(found)


def shown(span: Span) -> str:
    """A span as a date is written: as exact as it is known."""
    first, last = span
    if first == last:
        return first.isoformat()
    return first.isoformat()[:7] if first.month == last.month else first.isoformat()[:4]


@dataclass(frozen=True)
class Lasts(Check):
    """Each item of a list goes on for so many days; both its first and its last day count."""

    name: ClassVar[str] = "lasts"
    list: str
    days: int
    since: str
    until: str
    where: Where = ()

    def fields(self) -> frozenset[str]:
        """The list."""
        return frozenset({self.list})

    def judge(self, case: Case) -> Iterable[Finding]:
        """A finding for each item that says when it began."""
        for i, item in items_of(case.values, self.list):
            began, ended = read_meant(item.get(self.since)), read_meant(item.get(self.until))
            if fits(self.where, item) is not True or began is None:
                continue
            earliest = began.first + timedelta(days=self.days - 1)
            days = (ended.last - began.first).days + 1 if ended else None
            params = {"since": shown(began), "until": earliest.isoformat(), "wanted": self.days}
            wanted = f"≥ {self.days}"
            if days is not None and days < self.days:
                seen = Sentence("plans.seen.short", {**params, "days": max(days, 0), "date": str(item[self.until])})
                yield Finding("broken", seen, days, wanted, earliest, at=(self.list, i, self.until))
            elif days is not None:
                state = "met" if ended and ended.last < case.today else "open"
                yield Finding(state, Sentence("plans.seen.days", {"days": days}), days, wanted, earliest)
            else:
                state = "open" if case.today <= earliest else "unknown"
                seen = Sentence("plans.seen.hangs", params)
                yield Finding(state, seen, None, wanted, earliest, at=(self.list, i))


@dataclass(frozen=True)
class Order(Check):
    """Items of a list come step by step: none before all of the step above it, neither left out nor dated earlier.

    ``steps`` holds the values of ``key`` in order, those that may come in any order together. ``last`` is a field of
    the record with the day of what comes after all of them.
    """

    name: ClassVar[str] = "order"
    list: str
    key: str
    steps: tuple[tuple[tuple[str, Label], ...], ...]
    day: str = ""
    last: str = ""
    least: int = 0  # with `last`: days that an item goes on from `since` where it does not say its end
    since: str = ""

    def fields(self) -> frozenset[str]:
        """The list, and the day of what follows it."""
        return frozenset({self.list, self.last} - {""})

    def judge(self, case: Case) -> Iterable[Finding]:
        """What is left out first, then what is dated too early."""
        ranks = {value: rank for rank, step in enumerate(self.steps) for value, _ in step}
        labels = {value: label for step in self.steps for value, label in step}
        listed = items_of(case.values, self.list)
        items = [(ranks[str(item[self.key])], i, item) for i, item in listed if item.get(self.key) in ranks]
        end = read_meant(case.values.get(self.last)) if self.last else None
        if not items and end is None:
            return ()
        there = {str(item[self.key]) for _, _, item in items}
        top = len(self.steps) if end is not None else max(rank for rank, _, _ in items)
        missing = tuple(label for step in self.steps[:top] for value, label in step if value not in there)
        found: list[Finding] = []
        if missing:
            place: Path_ = (self.last,) if end is not None else (self.list,)
            seen = Sentence("plans.seen.left-out", {"missing": missing})
            found.append(Finding("broken", seen, len(there), str(len(ranks)), at=place))
        found += self._early(items, labels)
        for _, _, item in items:
            if end is not None and (day := self._end(item)) is not None and end.last <= day:
                params = {"step": labels[str(item[self.key])], "date": shown(end), "until": day.isoformat()}
                found.append(Finding("broken", Sentence("plans.seen.too-soon", params), at=(self.last,), until=day))
        done = len(there & ranks.keys()) == len(ranks) and (not self.last or end is not None)
        seen = Sentence("plans.seen.steps", {"found": len(there), "wanted": len(ranks)})
        return found or (Finding("met" if done else "open", seen, len(there), str(len(ranks))),)

    def _early(
        self, items: Sequence[tuple[int, int, Mapping[str, Value]]], labels: Mapping[str, Label]
    ) -> Iterator[Finding]:
        for n, (rank, i, item) in enumerate(items):
            for m, (other_rank, _, other) in enumerate(items):
                if other_rank >= rank:
                    continue
                mine, theirs = read_meant(item.get(self.day)), read_meant(other.get(self.day))
                early = mine.last < theirs.first if mine and theirs else n < m
                if early:
                    pair = {"step": labels[str(item[self.key])], "other": labels[str(other[self.key])]}
                    yield Finding("broken", Sentence("plans.seen.before", pair), at=(self.list, i))
                    break

    def _end(self, item: Mapping[str, Value]) -> date | None:
        if ended := read_meant(item.get(self.day)):
            return ended.first
        began = read_meant(item.get(self.since)) if self.since else None
        return began.first + timedelta(days=self.least - 1) if began and self.least else None


@dataclass(frozen=True)
class Has(Check):
    """Certain fields are filled in."""

    name: ClassVar[str] = "has"
    specs: tuple[FieldSpec, ...]

    def fields(self) -> frozenset[str]:
        """Those fields."""
        return frozenset(spec.name for spec in self.specs)

    def judge(self, case: Case) -> Iterable[Finding]:
        """One finding with what is not there."""
        missing = tuple(spec for spec in self.specs if not case.values.get(spec.name))
        found, wanted = len(self.specs) - len(missing), str(len(self.specs))
        if missing:
            return (Finding("broken", Sentence("plans.seen.missing", {"missing": missing}), found, wanted),)
        return (Finding("met", None, found, wanted),)


@dataclass(frozen=True)
class Reach(Check):
    """Other records that name this one reach everything on a list: a park, a county, a town and a village.

    Where no such record is written down at all nothing is known. ``until`` is the day by which all should be reached;
    with ``since`` it is the end of the first whole period after the record's own beginning.
    """

    name: ClassVar[str] = "reach"
    relational: ClassVar[bool] = True
    of: tuple[Source, ...]
    marks: tuple[tuple[Label, Where], ...]
    until: date | None = None
    since: str = ""
    calendar: Calendar | None = None

    def fields(self) -> frozenset[str]:
        """When it began."""
        return frozenset({self.since} - {""})

    def sources(self) -> tuple[Source, ...]:
        """What reaches."""
        return self.of

    def look_at(self, source: Source) -> frozenset[str]:
        """Of each what the list asks for, too."""
        return source.fields() | frozenset(name for _, where in self.marks for name in fields_of(where))

    def judge(self, case: Case) -> Iterable[Finding]:
        """One finding with what is still missing."""
        records = {key_of(record): record for source in self.of for record in self._found(source, case)}
        if not records:
            return ()
        missing: list[Label] = []
        evidence: dict[str, None] = {}
        for label, where in self.marks:
            keys = [key for key, record in records.items() if fits(where, record.values) is True]
            if keys:
                evidence[keys[-1]] = None
            else:
                missing.append(label)
        found, wanted = len(self.marks) - len(missing), str(len(self.marks))
        if not missing:
            return (Finding("met", None, found, wanted, evidence=tuple(evidence)),)
        until = self._until(case)
        state = "broken" if until is None else "overdue" if until < case.today else "open"
        seen = Sentence("plans.seen.unreached", {"missing": tuple(missing)})
        return (Finding(state, seen, found, wanted, until, tuple(evidence)),)

    def _found(self, source: Source, case: Case) -> Iterator[AnyRecord]:
        for record in case.world.naming(source, case.id):
            held = read_meant(record.values.get(source.date)) if source.date else None
            if fits(source.where, record.values) is True and not (held and held.first > case.today):
                yield record

    def _until(self, case: Case) -> date | None:
        began = read_meant(case.values.get(self.since)) if self.since else None
        if began is not None and self.calendar is not None:
            return self.calendar.first_after(began).due
        return self.until

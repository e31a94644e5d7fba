"""How far a target is, counted from the records, with what stands behind the number.

What is counted stands in the target itself, a line for each kind of record; lines add up. What it says wrongly is kept
as such, and what nobody has written down is unknown, never none. Pure: knows no page, no word and no day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property

from generator.model import Catalogue, FieldSpec, Record, RecordType, Term, Value, Vocabulary
from generator.picking import YES, Where, as_list, find_path, fits, leaves, read_where
from generator.views import PLACE, SOURCE

DIGITS = 18  # of a number that may be one
Thing = Term | Record
"""What is to be reached one by one: a county, a society."""


@dataclass(frozen=True)
class Among:
    """Of how many something is asked: each of ``all`` is to be reached; of ``unknown`` nobody knows whether it is."""

    all: tuple[Thing, ...]
    reached: tuple[Thing, ...]
    unknown: int = 0

    @cached_property
    def missing(self) -> tuple[Thing, ...]:
        """Those not reached yet, in their order."""
        done = {id(each) for each in self.reached}
        return tuple(each for each in self.all if id(each) not in done)


Reached = tuple[Among, tuple[Record, ...]]
"""Those to be reached, and the records that name any of them."""


@dataclass(frozen=True)
class Count:
    """One line of what is counted, counted. ``wrong`` says why it cannot be: the type or the path that is not there."""

    type: RecordType | None
    where: Where = field(default_factory=dict)
    more: Where = field(default_factory=dict)  # what each of them is to have, too
    sum: str = ""
    number: Decimal = Decimal(0)
    records: tuple[Record, ...] = ()
    looked: int = 0  # records that could be counted
    silent: int = 0  # records that fit and do not say the number, or the year
    among: Among | None = None
    years: Mapping[str, Decimal] = field(default_factory=dict)
    wrong: str = ""


@dataclass(frozen=True)
class Progress:
    """A target and how far it is. ``number`` is ``None`` when there is nothing that could be counted."""

    record: Record
    goal: Decimal | None
    unit: str
    every: bool
    due: str
    yearly: bool
    counts: tuple[Count, ...]
    number: Decimal | None
    years: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record behind the number, once."""
        return tuple({r.key: r for count in self.counts for r in count.records}.values())

    @property
    def year(self) -> str:
        """The latest year of which anything is known, of what is asked each year."""
        return max(self.years, default="")


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def assess(record: Record, catalogue: Catalogue) -> Progress:
    """Count what a target says is to be counted. What it says wrongly is kept as such; nothing is raised."""
    yearly, unit, due = is_yes(said(record, "yearly")), str(said(record, "unit") or ""), str(said(record, "due") or "")
    counts = count_lines(record, catalogue, yearly)
    good = [count for count in counts if not count.wrong]
    every = is_yes(said(record, "every")) or any(count.among for count in good)
    years = add_years(good)
    number = number_of(good, years if yearly else {})
    goal = goal_of(record, good, every)
    return Progress(record, goal, unit, every, due, yearly, counts, number, years if yearly else {})


def said(record: Record, name: str) -> Value:
    """What a target says in the field that its type has for one of the parts of a target."""
    return record.values.get(record.type.target.get(name, ""))


def count_lines(record: Record, catalogue: Catalogue, yearly: bool) -> tuple[Count, ...]:
    """The lines of what a target counts, each counted."""
    among = {"among": found} if (found := said(record, "among")) else {}
    here = tuple(term.id for term in record.term(PLACE))
    seen: set[str] = set()
    return tuple(
        count_line({**line, **among}, catalogue, yearly, seen, here)
        for line in as_list(said(record, "counts"))
        if isinstance(line, Mapping)
    )


def add_years(counts: Iterable[Count]) -> dict[str, Decimal]:
    """What was counted of each year, the first year first."""
    years: dict[str, Decimal] = {}
    for count in counts:
        for year, found in count.years.items():
            years[year] = years.get(year, Decimal(0)) + found
    return dict(sorted(years.items()))


def number_of(counts: Sequence[Count], years: Mapping[str, Decimal]) -> Decimal | None:
    """How far it is: the latest of the ``years`` of what is asked each year, else all; ``None`` if nothing counts."""
    if not any(count.looked for count in counts):
        return None
    return years[max(years)] if years else sum((count.number for count in counts), Decimal(0))


def goal_of(record: Record, counts: Sequence[Count], every: bool) -> Decimal | None:
    """The number that is asked for: the one that is written, or where each is to be reached how many there are."""
    goal = number_in(said(record, "value"))
    whole = [count.among for count in counts if count.among is not None]
    return Decimal(sum(len(among.all) for among in whole)) if goal is None and every and whole else goal


def count_line(
    line: Mapping[str, Value], catalogue: Catalogue, yearly: bool, seen: set[str], here: tuple[str, ...] = ()
) -> Count:
    """One line of what is counted; a record that an earlier line has counted (``seen``) is not counted again.

    A target of a place (``here``) counts what is there, unless the line names another place itself.
    """
    record_type = catalogue.types.get(str(line.get("type") or ""))
    if record_type is None:
        return Count(None, wrong=str(line.get("type") or "type"))
    each = is_yes(line.get("each"))
    where: dict[str, tuple[str, ...]] = read_where(line.get("where"))
    more: dict[str, tuple[str, ...]] = {}
    for name, value, into in (("field", "value", where), ("and_field", "and_value", more if each else where)):
        if line.get(name):
            into[str(line[name])] = (*into.get(str(line[name]), ()), *map(str, as_list(line.get(value))))
    if here and PLACE in record_type.by_name and PLACE not in where:
        where[PLACE] = here
    total, dated = str(line.get("sum") or ""), str(line.get("date") or "")
    for path in filter(None, (*where, *more, total, dated)):
        if not find_path(path, record_type, catalogue.types):
            return Count(record_type, where, more, total, wrong=path)
    found = [r for r in catalogue.by_type.get(record_type.name, ()) if fits(r, where, catalogue)]
    if more and each:
        done = tuple(record for record in found if fits(record, more, catalogue))
        among = Among(tuple(found), done)
        return Count(record_type, where, more, "", Decimal(len(done)), done, len(found), among=among)
    if line.get("among"):
        return count_among(line, record_type, where, found, catalogue, here)
    return add_up(record_type, where, total, dated if yearly else "", yearly, found, catalogue, seen)


def add_up(
    record_type: RecordType,
    where: Where,
    total: str,
    dated: str,
    yearly: bool,
    found: Sequence[Record],
    catalogue: Catalogue,
    seen: set[str],
) -> Count:
    """How many records there are, or the sum of what they say; by year where that is asked."""
    dated = dated or (own_date(record_type) if yearly else "")
    number, silent = Decimal(0), 0
    kept: list[Record] = []
    years: dict[str, Decimal] = {}
    for record in found:
        if not total and record.key in seen:
            continue
        values = [number_in(leaf.value) for leaf in leaves(record, total, catalogue)] if total else [Decimal(1)]
        numbers = [value for value in values if value is not None]
        year = max((str(leaf.value)[:4] for leaf in leaves(record, dated, catalogue)), default="") if yearly else "-"
        if not numbers or not year:
            silent += 1
            continue
        if not total:
            seen.add(record.key)
        kept.append(record)
        number += sum(numbers)
        if yearly:
            years[year] = years.get(year, Decimal(0)) + sum(numbers)
    return Count(record_type, where, {}, total, number, tuple(kept), len(kept), silent, years=years)


def count_among(
    line: Mapping[str, Value],
    record_type: RecordType,
    where: Where,
    found: Sequence[Record],
    catalogue: Catalogue,
    here: tuple[str, ...] = (),
) -> Count:
    """Which of those that are all to be reached are named by any of the records found; those ``here`` if it says."""
    wanted = [each for each in as_list(line["among"]) if isinstance(each, Mapping)]
    names = {str(each.get("vocabulary") or "") for each in wanted} - {""}
    types = {str(each.get("type") or "") for each in wanted} - {""}
    if len(names) + len(types) != 1:
        return Count(record_type, where, wrong="among")
    [name] = names | types
    reach = reach_terms if names else reach_records
    got = reach(name, wanted, record_type, found, catalogue, here)
    if isinstance(got, str):
        return Count(record_type, where, wrong=got)
    among, behind = got
    return Count(record_type, where, {}, "", Decimal(len(among.reached)), behind, len(found), among=among)


def reach_terms(
    name: str,
    wanted: Sequence[Mapping[str, Value]],
    record_type: RecordType,
    found: Iterable[Record],
    catalogue: Catalogue,
    here: tuple[str, ...],
) -> Reached | str:
    """The terms of a vocabulary that are meant, reached where a record names them or what lies below; or what is wrong.

    Those ``here`` alone, if the records name places of this vocabulary.
    """
    vocabulary = catalogue.vocabularies.get(name)
    if vocabulary is None:
        return name
    place = record_type.by_name.get(PLACE)
    if here and place is not None and place.vocabulary == name:
        wanted = [*wanted, {"within": list(here)}]
    meant: list[Term] = []
    unknown = 0
    for term in vocabulary:
        answers = [asks_term(each, term, catalogue) for each in wanted]
        if all(answer is True for answer in answers):
            meant.append(term)
        elif False not in answers:
            unknown += 1
    return reached_by([(record, named_terms(record, vocabulary)) for record in found], meant, unknown)


def reach_records(
    name: str,
    wanted: Sequence[Mapping[str, Value]],
    record_type: RecordType,
    found: Iterable[Record],
    catalogue: Catalogue,
    here: tuple[str, ...],
) -> Reached | str:
    """The records of a type that are meant, reached where a record names them; or what is wrong."""
    target = catalogue.types.get(name)
    if target is None:
        return name
    conditions = {str(each.get("field") or ""): tuple(map(str, as_list(each.get("is")))) for each in wanted}
    conditions.pop("", None)
    if here and PLACE in target.by_name:
        conditions.setdefault(PLACE, here)
    for path in conditions:
        if not find_path(path, target, catalogue.types):
            return path
    meant = [record for record in catalogue.by_type.get(name, ()) if fits(record, conditions, catalogue)]
    named = [(r, {each.id for each in named_records(r, record_type.fields, name, catalogue)}) for r in found]
    return reached_by(named, meant)


def reached_by(named: Iterable[tuple[Record, set[str]]], meant: Sequence[Thing], unknown: int = 0) -> Reached:
    """Which of those that are meant are among the ids that records name, and which records those are."""
    ids = {each.id for each in meant}
    behind = [(record, at & ids) for record, at in named if at & ids]
    reached = {each for _, at in behind for each in at}
    among = Among(tuple(meant), tuple(each for each in meant if each.id in reached), unknown)
    return among, tuple(record for record, _ in behind)


def named_terms(record: Record, vocabulary: Vocabulary) -> set[str]:
    """The terms of a vocabulary that a record names anywhere, with all above them."""
    named = {term.id for terms in record.terms.values() for term in terms if term.vocabulary == vocabulary.name}
    return {above.id for each in named for above in vocabulary.lineage(each)}


def asks_term(asked: Mapping[str, Value], term: Term, catalogue: Catalogue) -> bool | None:
    """Whether a term is one of those meant; ``None`` when nobody has said.

    ``attribute`` alone asks that it is given; with ``is`` an empty one is unknown. ``within`` is a term above it.
    """
    vocabulary = catalogue.vocabularies[term.vocabulary]
    if within := tuple(map(str, as_list(asked.get("within")))):
        above = {each.id for each in vocabulary.lineage(term.id)}
        if not any(found.id in above for word in within if (found := vocabulary.resolve(word))):
            return False
    attribute, wanted = str(asked.get("attribute") or ""), tuple(map(str, as_list(asked.get("is"))))
    if not attribute:
        return True
    given = term.get(attribute)
    if not wanted:
        return bool(given)
    return given in wanted if given else None


def named_records(record: Record, fields: Iterable[FieldSpec], name: str, catalogue: Catalogue) -> Iterator[Record]:
    """The records of a type that a record names anywhere."""
    for spec in fields:
        if spec.kind == "reference" and spec.reference == name:
            yield from (target for target, _ in catalogue.targets(record, spec))
        for inner in spec.fields:
            if inner.reference == name:
                for leaf in leaves(record, f"{spec.name}.{inner.name}", catalogue):
                    target = catalogue.records.get(f"{name}/{str(leaf.value).partition('#')[0]}")
                    if target is not None:
                        yield target


def own_date(record_type: RecordType) -> str:
    """The first field that dates the thing itself, not its source."""
    kinds = (spec.name for spec in record_type.fields if spec.kind == "date" and spec.name not in SOURCE)
    return next(kinds, next((s.name for s in record_type.fields if s.descriptor.get("type") == "year"), ""))


def number_in(value: Value) -> Decimal | None:
    """The number that a text is, commas apart; ``None`` for “about 100” and all that is no number."""
    try:
        found = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    sane = found.is_finite() and abs(found.adjusted()) <= DIGITS and len(found.as_tuple().digits) <= DIGITS
    return found if sane else None


def is_yes(value: Value) -> bool:
    """Whether a boolean is true."""
    return str(value or "").lower() in YES

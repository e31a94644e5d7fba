"""How far a target is, counted from the records, with what stands behind the number.

What is counted stands in the target itself, a line for each kind of record; lines add up. What it says wrongly is kept
as such, and what nobody has written down is unknown, never none. Pure: knows no page, no word and no day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property

from generator.model import Catalogue, FieldSpec, Record, RecordType, Term, Value
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
    parts = record.type.target

    def part(name: str) -> Value:
        return record.values.get(parts.get(name, ""))

    yearly = is_yes(part("yearly"))
    seen: set[str] = set()
    among = {"among": found} if (found := part("among")) else {}
    lines = [{**line, **among} for line in as_list(part("counts")) if isinstance(line, Mapping)]
    here = tuple(term.id for term in record.term(PLACE))
    counts = tuple(count_line(line, catalogue, yearly, seen, here) for line in lines)
    good = [count for count in counts if not count.wrong]
    goal = number_in(part("value"))
    every = is_yes(part("every")) or any(count.among for count in good)
    if goal is None and every and (whole := [count.among for count in good if count.among is not None]):
        goal = Decimal(sum(len(among.all) for among in whole))
    years: dict[str, Decimal] = {}
    for count in good:
        for year, found in count.years.items():
            years[year] = years.get(year, Decimal(0)) + found
    years = dict(sorted(years.items()))
    number: Decimal | None = sum((count.number for count in good), Decimal(0))
    if not any(count.looked for count in good):
        number = None
    elif yearly and years:
        number = years[max(years)]
    return Progress(
        record,
        goal,
        str(part("unit") or ""),
        every,
        str(part("due") or ""),
        yearly,
        counts,
        number,
        years if yearly else {},
    )


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
    reached: dict[str, None] = {}
    behind: dict[str, Record] = {}
    everything: list[Thing] = []
    unknown = 0
    if names:
        [name] = names
        vocabulary = catalogue.vocabularies.get(name)
        if vocabulary is None:
            return Count(record_type, where, wrong=name)
        place = record_type.by_name.get(PLACE)
        if here and place is not None and place.vocabulary == name:
            wanted = [*wanted, {"within": list(here)}]
        for term in vocabulary:
            answers = [asks_term(each, term, catalogue) for each in wanted]
            if all(answer is True for answer in answers):
                everything.append(term)
            elif False not in answers:
                unknown += 1
        ids = {term.id for term in everything if isinstance(term, Term)}
        for record in found:
            named = {t.id for terms in record.terms.values() for t in terms if t.vocabulary == name}
            at = {above.id for each in named for above in vocabulary.lineage(each)} & ids
            reached.update(dict.fromkeys(sorted(at)))
            if at:
                behind[record.key] = record
    else:
        [name] = types
        if name not in catalogue.types:
            return Count(record_type, where, wrong=name)
        conditions = {str(each.get("field") or ""): tuple(map(str, as_list(each.get("is")))) for each in wanted}
        conditions.pop("", None)
        if here and PLACE in catalogue.types[name].by_name:
            conditions.setdefault(PLACE, here)
        for path in conditions:
            if not find_path(path, catalogue.types[name], catalogue.types):
                return Count(record_type, where, wrong=path)
        everything = [r for r in catalogue.by_type.get(name, ()) if fits(r, conditions, catalogue)]
        ids = {each.id for each in everything}
        for record in found:
            at = {target.id for target in named_records(record, record_type.fields, name, catalogue)} & ids
            reached.update(dict.fromkeys(sorted(at)))
            if at:
                behind[record.key] = record
    done = tuple(each for each in everything if each.id in reached)
    among = Among(tuple(everything), done, unknown)
    return Count(record_type, where, {}, "", Decimal(len(done)), tuple(behind.values()), len(found), among=among)


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

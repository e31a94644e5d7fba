"""Checked records to one frozen `Catalogue`: terms resolved, references turned round, everything counted and sorted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from generator.model import (
    EMPTY,
    Backlink,
    Catalogue,
    Exemption,
    Listings,
    Plan,
    Portal,
    RawRecord,
    Record,
    Records,
    RecordType,
    Term,
    Value,
    Vocabulary,
    iter_references,
)

Named = dict[tuple[str, Any], tuple[Value, tuple[Term, ...]]]
"""What records say in a field of terms, by vocabulary and words: the value itself, and the terms."""


def join_catalogue(
    portal: Portal,
    types: Mapping[str, RecordType],
    vocabularies: Mapping[str, Vocabulary],
    raw: Sequence[RawRecord],
    plans: Mapping[str, Plan] = EMPTY,
    exemptions: Sequence[Exemption] = (),
) -> Catalogue:
    """Freeze what has passed the checks; the order of records is each type's own."""
    by_type: dict[str, list[Record]] = {name: [] for name in types}
    named: Named = {}
    for got in raw:
        by_type[got.type].append(make_record(got, types[got.type], vocabularies, named))
    ordered = {name: _ordered(records, types[name].sort) for name, records in by_type.items()}
    records = {record.key: record for found in ordered.values() for record in found}
    by_term, below_term = count_terms(records.values(), vocabularies)
    return Catalogue(
        portal=portal,
        types=MappingProxyType(dict(types)),
        vocabularies=MappingProxyType(dict(vocabularies)),
        records=Records(records, types),
        by_type=Listings(ordered),
        backlinks=MappingProxyType(turn_references(records)),
        by_term=MappingProxyType(by_term),
        below_term=MappingProxyType(below_term),
        plans=MappingProxyType(dict(plans)),
        exemptions=tuple(exemptions),
    )


def make_record(
    raw: RawRecord, record_type: RecordType, vocabularies: Mapping[str, Vocabulary], named: Named
) -> Record:
    """A record with the terms of its top-level fields beside the ids; ``named`` is what it shares with others."""
    values, terms = read_values(raw.values, record_type, vocabularies, named)
    return Record(record_type, raw.id, values, raw.path, terms)


def read_values(
    values: Mapping[str, Value],
    record_type: RecordType,
    vocabularies: Mapping[str, Vocabulary],
    named: Named | None = None,
) -> tuple[Mapping[str, Value], Mapping[str, tuple[Term, ...]]]:
    """What may be known of a record, and the terms of its top-level fields.

    What nobody has agreed to publish is left out here, so that no page, file or search can hold it. Records that come
    with the same ``named`` share what they say in fields of terms: a hundred thousand name a few thousand terms.
    """
    named = {} if named is None else named
    hidden = record_type.withheld(values)
    shown = {name: value for name, value in values.items() if name not in hidden} if hidden else values
    terms: dict[str, tuple[Term, ...]] = {}
    for spec in record_type.fields:
        if spec.kind == "term" and (value := shown.get(spec.name)) is not None:
            words = value if isinstance(value, str) else tuple(value)
            known = named.get((spec.vocabulary, words))
            if known is None:
                known = named[spec.vocabulary, words] = (value, _terms(vocabularies[spec.vocabulary], value))
            if isinstance(shown, dict):  # the row of a table is read anew each time it is asked
                shown[spec.name] = known[0]
            terms[spec.name] = known[1]
    return shown, terms


def _terms(vocabulary: Vocabulary, value: Value) -> tuple[Term, ...]:
    return tuple(vocabulary[word] for word in dict.fromkeys(value if isinstance(value, list) else [value]))


def sort_key(record: Record, order: Sequence[str]) -> tuple[Any, ...]:
    """By each named field (``-year`` from the latest), what lacks the field last; the title and id break ties."""
    found: list[Any] = []
    for name in order:
        text = str(record.get(name.removeprefix("-")))
        found += [not record.get(name.removeprefix("-")), Backwards(text) if name.startswith("-") else text]
    return (*found, record.title, record.id)


class Backwards(str):
    """A text that stands before those that it would follow."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)


def _ordered(records: Iterable[Record], order: Sequence[str]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: sort_key(record, order)))


def turn_references(records: Mapping[str, Record]) -> dict[str, tuple[Backlink, ...]]:
    """For each record, who names it, in the order of types and then of records."""
    found: dict[str, dict[tuple[str, str, str], Backlink]] = {}
    for record in records.values():
        for spec, _, word in iter_references(record.values, record.type.fields):
            name, _, part = word.partition("#")
            key = f"{spec.reference}/{name}"
            found.setdefault(key, {}).setdefault((record.key, spec.name, part), Backlink(record, spec, part))
    return {key: tuple(links.values()) for key, links in found.items()}


def count_terms(
    records: Iterable[Record], vocabularies: Mapping[str, Vocabulary]
) -> tuple[dict[tuple[str, str], tuple[Record, ...]], dict[tuple[str, str], Mapping[str, int]]]:
    """Records at each term, and how many of each type are at a term or below it; a record counts once."""
    at: dict[tuple[str, str], dict[str, Record]] = {}
    below: dict[tuple[str, str], dict[str, int]] = {}
    lineage = {v.name: {term.id: [t.id for t in v.lineage(term.id)] for term in v} for v in vocabularies.values()}
    for record in records:
        named = {(term.vocabulary, term.id) for terms in record.terms.values() for term in terms}
        for key in named:
            at.setdefault(key, {})[record.key] = record
        above = {(vocabulary, term_id) for vocabulary, term in named for term_id in lineage[vocabulary][term]}
        for key in above:
            counts = below.setdefault(key, {})
            counts[record.type.name] = counts.get(record.type.name, 0) + 1
    return {key: tuple(found.values()) for key, found in at.items()}, dict(below)

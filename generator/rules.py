"""Checks across records. A rule is a function that takes the loaded catalogue and yields problems.

Defining it registers it; its docstring is its documentation. No files, no templates, no type names.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.model import FieldSpec, Problem, RawRecord, RecordType, iter_references


@dataclass(frozen=True)
class Checkup:
    """What a rule may look at: every record as checked, and the types."""

    records: Sequence[RawRecord]
    types: Mapping[str, RecordType]
    by_key: Mapping[str, RawRecord] = field(default_factory=dict)


Rule = Callable[[Checkup], Iterator[Problem]]
RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    """Register a check under its name, ``duplicate_id`` as ``duplicate-id``."""
    RULES[check.__name__.replace("_", "-")] = check
    return check


def check_rules(records: Sequence[RawRecord], types: Mapping[str, RecordType]) -> list[Problem]:
    """Run every rule in the order of definition."""
    by_key: dict[str, RawRecord] = {}
    for record in records:
        by_key.setdefault(f"{record.type}/{record.id}", record)
    checkup = Checkup(records, types, by_key)
    return [problem for check in RULES.values() for problem in check(checkup)]


@rule
def duplicate_id(checkup: Checkup) -> Iterator[Problem]:
    """Two records of one type bear the same id, so that they would share one address."""
    for record in checkup.records:
        first = checkup.by_key[f"{record.type}/{record.id}"]
        if first is not record and record.id:
            here, there = record.locator.locate(("id",)), first.locator.locate(("id",))
            params = {"value": record.id, "path": first.path, "first": there.line}
            yield Problem("duplicate-id", record.path, here.line, here.column, "id", params=params)


@rule
def unknown_reference(checkup: Checkup) -> Iterator[Problem]:
    """A record points to another one, or to a part of it, that does not exist."""
    ids: dict[str, list[str]] = {}
    for record in checkup.records:
        ids.setdefault(record.type, []).append(record.id)
    for record in checkup.records:
        for spec, at, word in iter_references(record.values, checkup.types[record.type].fields):
            name, _, part = word.partition("#")
            target = checkup.by_key.get(f"{spec.reference}/{name}")
            params = {"label": spec, "value": word, "type": checkup.types[spec.reference]}
            place = record.locator.locate(at)
            where = (record.path, place.line, place.column, spec.name)
            if target is None:
                titles = {str(r.values.get("title")): r.id for r in checkup.records if r.type == spec.reference}
                known = ids.get(spec.reference, [])
                near = [titles[word]] if word in titles else difflib.get_close_matches(name, known, 2)
                near = [f"{n} {checkup.by_key[f'{spec.reference}/{n}'].values.get('title', '')}".strip() for n in near]
                yield Problem("unknown-reference", *where, params={**params, "suggestions": near})
            elif bool(part) != bool(spec.part) or (part and part not in part_ids(target, spec)):
                known = part_ids(target, spec) if spec.part else []
                near = [f"{name}#{p}" for p in difflib.get_close_matches(part, known, 1, 0.4) or known[:3]]
                yield Problem("unknown-part", *where, params={**params, "name": name, "suggestions": near})


@rule
def unique(checkup: Checkup) -> Iterator[Problem]:
    """A field that must differ from record to record holds the same text twice."""
    for record_type in checkup.types.values():
        for spec in record_type.fields:
            if (spec.descriptor.get("constraints") or {}).get("unique") != "true":
                continue
            seen: dict[str, RawRecord] = {}
            for record in checkup.records:
                value = record.values.get(spec.name)
                if record.type != record_type.name or not isinstance(value, str):
                    continue
                first = seen.setdefault(value, record)
                if first is not record:
                    place = record.locator.locate((spec.name,))
                    other = f"{first.path}:{first.locator.locate((spec.name,)).line}"
                    params = {"label": spec, "value": value, "other": other}
                    yield Problem("unique", record.path, place.line, place.column, spec.name, params=params)


def part_ids(target: RawRecord, spec: FieldSpec) -> list[str]:
    """The ids of the items that a reference with parts may point to."""
    items = target.values.get(spec.part) or []
    return [str(item.get("id", "")) for item in items if isinstance(item, dict)]

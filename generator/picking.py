"""Which records are meant, and what stands in them: conditions and paths that settings and records write down.

A path is a field's name, or several with dots between them: ``people.level`` is the level of each item of ``people``,
``team.region`` goes on in the record that ``team`` names. A condition asks that one of the values found there is one
of those wanted; a term counts for all that stand above it. No record type is known by name. Pure: no files, no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from generator.model import Catalogue, FieldSpec, KezhuError, Record, RecordType, Term, Value

YES = frozenset({"true", "1", "yes"})
Where = Mapping[str, tuple[str, ...]]
"""Wanted values by path; all paths have to fit, and of each path one value. No value wanted: any will do."""


class Leaf(NamedTuple):
    """One value that a path leads to, the record in which it stands, and below which of that record's fields."""

    record: Record
    spec: FieldSpec
    value: Value
    top: str = ""


def find_path(path: str, record_type: RecordType, types: Mapping[str, RecordType]) -> tuple[FieldSpec, ...]:
    """The fields along a path; none where it leads nowhere."""
    fields: Mapping[str, FieldSpec] = record_type.by_name
    found: list[FieldSpec] = []
    for name in path.split("."):
        spec = fields.get(name)
        if spec is None:
            return ()
        found.append(spec)
        if spec.kind == "object":
            fields = {inner.name: inner for inner in spec.fields}
        elif spec.kind == "reference" and not spec.part:
            fields = types[spec.reference].by_name
        else:
            fields = {}
    return tuple(found)


def leaves(record: Record, path: str, catalogue: Catalogue) -> Iterator[Leaf]:
    """The values at the end of a path, in their order; of the place where they stand nothing is repeated."""
    yield from _walk(record, record.values, record.type.by_name, path.split("."), catalogue)


def item_leaves(record: Record, items: FieldSpec, item: Value, path: str, catalogue: Catalogue) -> Iterator[Leaf]:
    """The same for a path that starts in one item of a list of objects."""
    if isinstance(item, Mapping):
        fields = {inner.name: inner for inner in items.fields}
        yield from _walk(record, item, fields, path.split("."), catalogue, items.name)


def _walk(
    record: Record,
    values: Mapping[str, Value],
    fields: Mapping[str, FieldSpec],
    names: Sequence[str],
    cat: Catalogue,
    top: str = "",
) -> Iterator[Leaf]:
    spec = fields.get(names[0])
    if spec is None:
        return
    for value in as_list(values.get(spec.name)):
        if len(names) == 1:
            yield Leaf(record, spec, value, top or spec.name)
        elif spec.kind == "object" and isinstance(value, Mapping):
            inner = {each.name: each for each in spec.fields}
            yield from _walk(record, value, inner, names[1:], cat, top or spec.name)
        elif spec.kind == "reference":
            target = cat.records.get(f"{spec.reference}/{str(value).partition('#')[0]}")
            if target is not None:
                yield from _walk(target, target.values, target.type.by_name, names[1:], cat)


def as_list(value: Value) -> Sequence[Value]:
    """One value, many or none, as a list; an empty text is none."""
    if value is None or value == "":
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def read_where(got: Any) -> dict[str, tuple[str, ...]]:
    """Conditions as they are written: ``{kind: [a, b], region: c}``, or a list of ``{field: kind, value: a}``."""
    if isinstance(got, Mapping):
        return {str(path): tuple(map(str, as_list(value))) for path, value in got.items()}
    found: dict[str, tuple[str, ...]] = {}
    for each in as_list(got):
        if isinstance(each, Mapping) and each.get("field"):
            path = str(each["field"])
            found[path] = (*found.get(path, ()), *map(str, as_list(each.get("value"))))
    return found


def refuse_unknown(got: Any, known: Iterable[str], where: str) -> None:
    """A key that nobody reads is a slip of the pen."""
    if not isinstance(got, Mapping):
        raise KezhuError("this is no list of settings", where)
    for key in got:
        if key not in known:
            raise KezhuError(f"unknown key {key}; known: {', '.join(sorted(known))}", where)


def fits(record: Record, where: Where, catalogue: Catalogue) -> bool:
    """Whether a record meets every condition."""
    return all(
        any(is_wanted(leaf.spec, leaf.value, wanted, catalogue) for leaf in leaves(record, path, catalogue))
        for path, wanted in where.items()
    )


def item_fits(record: Record, items: FieldSpec, item: Value, where: Where, catalogue: Catalogue) -> bool:
    """Whether one item of a list of objects meets every condition."""
    return all(
        any(is_wanted(leaf.spec, leaf.value, wanted, catalogue) for leaf in found)
        for path, wanted in where.items()
        for found in [list(item_leaves(record, items, item, path, catalogue))]
    )


def is_wanted(spec: FieldSpec, value: Value, wanted: Iterable[str], catalogue: Catalogue) -> bool:
    """Whether a value is one of those wanted; a term also where one of those stands above it."""
    wanted = tuple(wanted)
    if not wanted:
        return True
    text = str(value)
    if spec.kind == "boolean":
        return any((text.lower() in YES) == (word.lower() in YES) for word in wanted)
    if spec.kind == "reference":
        return text in wanted or text.partition("#")[0] in wanted
    if spec.kind == "term":
        vocabulary = catalogue.vocabularies.get(spec.vocabulary)
        term = vocabulary.resolve(text) if vocabulary else None
        if vocabulary is None or term is None:
            return text in wanted
        line = {each.id for each in vocabulary.lineage(term.id)}
        return any(found.id in line for word in wanted if (found := vocabulary.resolve(word)))
    return text in wanted


def text_of(spec: FieldSpec, value: Value, catalogue: Catalogue, lang: str, yes_no: tuple[str, str]) -> str:
    """A value as people read it: labels of terms, titles of records, the parts of an object in a row."""
    if isinstance(value, Mapping):
        parts = [
            text_of(inner, each, catalogue, lang, yes_no)
            for inner in spec.fields
            for each in as_list(value.get(inner.name))
        ]
        return " ".join(parts)
    text = str(value)
    if spec.kind == "term":
        term = term_of(spec, text, catalogue)
        return term.label(lang) if term else text
    if spec.kind == "reference":
        name, _, part = text.partition("#")
        target = catalogue.records.get(f"{spec.reference}/{name}")
        if target is None:
            return text
        items = target.list(spec.part) if part and spec.part else ()
        return next((str(item.get("title") or part) for item in items if item.get("id") == part), target.title)
    return yes_no[text.lower() not in YES] if spec.kind == "boolean" else text


def term_of(spec: FieldSpec, value: str, catalogue: Catalogue) -> Term | None:
    """The term that a value of a term field means."""
    vocabulary = catalogue.vocabularies.get(spec.vocabulary)
    return vocabulary.resolve(value) if vocabulary else None


# ── Persons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def guarded(record: Record) -> frozenset[str]:
    """The fields of a record that nothing may show: guarded ones that are filled without a dated consent.

    The join has left them out already; what leaves in a file is asked once more.
    """
    return frozenset(record.type.withheld(record.values))

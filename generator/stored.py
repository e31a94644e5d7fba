"""A catalogue as an earlier build left it, read from its state only as far as somebody asks, with a few changes on top.

What follows from all records (lists in order, who names whom, what is at a term) is stored beside them as plain values
and altered, not reckoned anew; what is altered is told by the name under which readers noted it (`track`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from typing import Any

from generator.join import read_values, sort_key
from generator.model import (
    Backlink,
    Catalogue,
    FieldSpec,
    Listing,
    Listings,
    RawRecord,
    Record,
    Records,
    RecordType,
    Term,
    Value,
    Vocabulary,
    iter_references,
)
from generator.pickles import Pickles
from generator.state import State
from generator.track import read, sweep

Changed = dict[str, set[str]]
"""Things by name, with what of them has changed."""


def derive(catalogue: Catalogue, names: Pickles) -> Iterator[tuple[str, Any]]:
    """Everything that follows from all records, as plain values by name."""
    for name, records in catalogue.by_type.items():
        yield f"list:{name}", [record.id for record in records]
        yield f"titles:{name}", {record.id: record.title for record in records}
    for key, links in catalogue.backlinks.items():
        yield f"back:{key}", [(link.record.key, names.numbers[id(link.field)], link.part) for link in links]
    for (vocabulary, term_id), found in catalogue.by_term.items():
        yield f"term:{vocabulary}/{term_id}", [record.key for record in found]
    yield "counts", {f"{name}/{term_id}": dict(counts) for (name, term_id), counts in catalogue.below_term.items()}


class Stored:
    """The catalogue of a state; ``catalogue`` has everything but the records, which come from the state."""

    def __init__(self, state: State, catalogue: Catalogue, names: Pickles) -> None:
        self.state, self.frame, self.names = state, catalogue, names
        self.found: dict[str, Record | None] = {}
        self.derived: dict[str, Any] = {}
        """What has been altered, by name."""
        self._kept: dict[str, Any] = {}
        self._ids: dict[str, frozenset[str]] = {}  # as the state has them; what has changed since is in `found`
        self.order = {name: n for n, name in enumerate(catalogue.types)}

    def value(self, name: str) -> Any:
        """What follows from all records, as plain values."""
        if name in self.derived:
            return self.derived[name]
        if name not in self._kept:
            self._kept[name] = self.state.get("derived", name)
        return self._kept[name]

    def titles(self, type_name: str) -> Mapping[str, str]:
        """The titles of a type's records, by id."""
        return self.value(f"titles:{type_name}") or {}

    def settled(self, raw: RawRecord) -> bool:
        """Whether a record as it is read now has the title and the terms that it had."""
        old = self.record(f"{raw.type}/{raw.id}")
        record_type = self.frame.types[raw.type]
        names = ["title", *(spec.name for spec in record_type.fields if spec.kind == "term")]
        return old is not None and all(old.values.get(name) == raw.values.get(name) for name in names)

    def record(self, key: str) -> Record | None:
        """A record, without reading it yet."""
        if key in self.found:
            return self.found[key]
        type_name, _, record_id = key.partition("/")
        if type_name not in self._ids:
            self._ids[type_name] = frozenset(self.value(f"list:{type_name}") or ())
        known = record_id in self._ids[type_name]
        found = self.found[key] = Record(self.frame.types[type_name], record_id, fill=self._fill) if known else None
        return found

    def _fill(self, record: Record) -> tuple[Mapping[str, Value], Mapping[str, tuple[Term, ...]]]:
        path, values = self.state.get("record", record.key)
        record.path = path
        return read_values(values, record.type, self.frame.vocabularies)

    def listed(self, type_name: str) -> Sequence[str]:
        """The keys of a type's records in their order."""
        return [f"{type_name}/{record_id}" for record_id in self.value(f"list:{type_name}") or ()]

    def joined(self) -> Catalogue:
        """The catalogue, to be used like any other."""
        by_type = {name: StoredList(self, name) for name in self.frame.types}
        return Catalogue(
            portal=self.frame.portal,
            types=self.frame.types,
            vocabularies=self.frame.vocabularies,
            records=StoredRecords(self, self.frame.types),
            by_type=StoredListings(by_type),
            backlinks=Asked(self._backlinks),
            by_term=Asked(self._at_term),
            below_term=Asked(self._below),
            plans=self.frame.plans,
            exemptions=self.frame.exemptions,
        )

    def _backlinks(self, key: str) -> tuple[Backlink, ...] | None:
        rows = self.value(f"back:{key}")
        if rows is None:
            return None
        return tuple(Backlink(self.need(source), self.names.fields[number], part) for source, number, part in rows)

    def _at_term(self, key: tuple[str, str]) -> tuple[Record, ...] | None:
        rows = self.value(f"term:{key[0]}/{key[1]}")
        return None if rows is None else tuple(map(self.need, rows))

    def _below(self, key: tuple[str, str]) -> Mapping[str, int] | None:
        found: Mapping[str, int] | None = self.value("counts").get(f"{key[0]}/{key[1]}")
        return found

    def need(self, key: str) -> Record:
        """A record that must be there."""
        found = self.record(key)
        if found is None:
            raise KeyError(key)
        return found


class StoredList(Sequence[Record]):
    """All records of one type, in its own order."""

    def __init__(self, stored: Stored, name: str) -> None:
        self._stored, self._name = stored, name

    def __len__(self) -> int:
        return len(self._stored.value(f"list:{self._name}") or ())

    def __getitem__(self, index: Any) -> Any:
        keys = self._stored.value(f"list:{self._name}") or ()
        if isinstance(index, slice):
            return tuple(self._stored.need(f"{self._name}/{each}") for each in keys[index])
        return self._stored.need(f"{self._name}/{keys[index]}")

    def __iter__(self) -> Iterator[Record]:
        return map(self._stored.need, self._stored.listed(self._name))


class StoredListings(Listings):
    """Each type's records by the name of the type."""

    def __init__(self, found: Mapping[str, StoredList]) -> None:
        self._found = {name: Listing(name, records) for name, records in found.items()}


class StoredRecords(Records):
    """Every record by key."""

    __slots__ = ("_stored",)

    def __init__(self, stored: Stored, types: Iterable[str]) -> None:
        super().__init__({}, types)
        self._stored = stored

    def __getitem__(self, key: str) -> Record:
        read(key, "?")
        return self._stored.need(key)

    def __contains__(self, key: object) -> bool:
        read(str(key), "?")
        return self._stored.record(str(key)) is not None

    def get(self, key: str, default: Any = None) -> Any:
        read(key, "?")
        return self._stored.record(key) or default

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        for name in self._types:
            read(f"{name}/", "#")
        return sum(len(self._stored.value(f"list:{name}") or ()) for name in self._types)

    def values(self) -> ValuesView[Record]:
        return self._all().values()

    def items(self) -> ItemsView[str, Record]:
        return self._all().items()

    def _all(self) -> dict[str, Record]:
        for name in self._types:
            sweep(name)
        return {key: self._stored.need(key) for name in self._types for key in self._stored.listed(name)}


class Asked(Mapping[Any, Any]):
    """A mapping whose values are found when they are asked for; it is never gone through."""

    def __init__(self, find: Callable[[Any], Any]) -> None:
        self._find = find

    def __getitem__(self, key: Any) -> Any:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        found = self._find(key)
        return default if found is None else found

    def __contains__(self, key: object) -> bool:
        return self._find(key) is not None

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("what an earlier build left is looked up, not gone through")

    def __len__(self) -> int:
        raise TypeError("what an earlier build left is looked up, not counted")


# ── A few changes ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Patch:
    """Alters a stored catalogue record by record, and notes what is different for whom."""

    stored: Stored
    changed: Changed = field(default_factory=dict)
    records: dict[str, RawRecord | None] = field(default_factory=dict)
    """By key what is now to be kept; ``None`` for what is gone."""

    def note(self, thing: str, *what: str) -> None:
        """Something of a thing has changed."""
        self.changed.setdefault(thing, set()).update(what)

    def apply(self, key: str, new: RawRecord | None) -> None:
        """Put a record in the place of what stood under its key, or take it away."""
        stored = self.stored
        type_name, _, record_id = key.partition("/")
        record_type = stored.frame.types[type_name]
        old = stored.record(key)
        before = dict(old.values) if old else {}
        after: Mapping[str, Value] = {}
        fresh = None
        if new is not None:
            after, terms = read_values(new.values, record_type, stored.frame.vocabularies)
            fresh = Record(record_type, record_id, after, new.path, terms)
        if old is not None and new is not None and before == after and list(before) == list(after):
            return
        note_values(self.changed, record_type, key, before if old else None, after if fresh else None)
        self.records[key] = new
        if old is None or fresh is None or old.title != fresh.title:
            titles = dict(self.stored.value(f"titles:{type_name}") or {})
            titles.pop(record_id, None)
            if fresh is not None:
                titles[record_id] = fresh.title
            self.stored.derived[f"titles:{type_name}"] = titles
        moved = self._place(record_type, key, old, fresh)
        self._terms(record_type, key, old, fresh, moved=moved)
        self._links(record_type, key, old, fresh, moved=moved)

    def _place(self, record_type: RecordType, key: str, old: Record | None, fresh: Record | None) -> bool:
        """Where it stands among those of its type; whether that is another place than before."""
        name = f"list:{record_type.name}"
        ids: list[str] = list(self.stored.value(name) or ())
        record_id = key.partition("/")[2]
        was = ids.index(record_id) if old is not None else -1
        if was >= 0:
            del ids[was]
        self.stored.found[key] = fresh
        now = -1
        if fresh is not None:
            order = record_type.sort
            want = sort_key(fresh, order)
            now = bisect_left(
                range(len(ids)), want, key=lambda n: sort_key(self.stored.need(f"{record_type.name}/{ids[n]}"), order)
            )
            ids.insert(now, record_id)
        if was == now:
            return False
        self.stored.derived[name] = ids
        self.note(f"{record_type.name}/", "#")
        return True

    def _rank(self, key: str) -> tuple[Any, ...]:
        """Where a record stands among all."""
        record = self.stored.need(key)
        return (self.stored.order[record.type.name], sort_key(record, record.type.sort))

    def _insert(self, keys: Sequence[str], key: str) -> int:
        return bisect_left(range(len(keys)), self._rank(key), key=lambda n: self._rank(keys[n]))

    def _terms(
        self, record_type: RecordType, key: str, old: Record | None, fresh: Record | None, *, moved: bool
    ) -> None:
        was, now = _named(old), _named(fresh)
        for vocabulary, term_id in sorted(was | now):
            if not moved and (vocabulary, term_id) in was and (vocabulary, term_id) in now:
                continue
            name = f"term:{vocabulary}/{term_id}"
            before: list[str] = list(self.stored.value(name) or ())
            keys = [each for each in before if each != key]
            if (vocabulary, term_id) in now:
                keys.insert(self._insert(keys, key), key)
            if keys != before:
                self.stored.derived[name] = keys or None
                self.note(f"@{vocabulary}/{term_id}", "#")
        vocabularies = self.stored.frame.vocabularies
        above_was, above_now = _above(was, vocabularies), _above(now, vocabularies)
        if above_was == above_now:
            return
        counts = dict(self.stored.value("counts"))
        for place in above_was ^ above_now:
            at = dict(counts.get(place, {}))
            at[record_type.name] = at.get(record_type.name, 0) + (1 if place in above_now else -1)
            at = {name: at[name] for name in sorted(at, key=self.stored.order.__getitem__) if at[name]}
            counts[place] = at
            if not at:
                del counts[place]
            self.note(f"@{place}", "n")
        self.stored.derived["counts"] = counts

    def _links(
        self, record_type: RecordType, key: str, old: Record | None, fresh: Record | None, *, moved: bool
    ) -> None:
        was, now = self._references(record_type, old), self._references(record_type, fresh)
        for target in dict.fromkeys([*was, *now]):
            if not moved and was.get(target) == now.get(target):
                continue
            before = [tuple(row) for row in self.stored.value(f"back:{target}") or ()]
            rows = [row for row in before if row[0] != key]
            if target in now:
                at = self._insert([row[0] for row in rows], key)
                rows[at:at] = [(key, number, part) for number, part in now[target]]
            if rows != before:
                self.stored.derived[f"back:{target}"] = rows or None
                self.note(target, "<")

    def _references(self, record_type: RecordType, record: Record | None) -> dict[str, list[tuple[int, str]]]:
        """What a record names: target -> fields by number, with the part."""
        found: dict[str, dict[tuple[str, str], int]] = {}
        for spec, _, word in iter_references(dict(record.values), record_type.fields) if record else ():
            name, _, part = word.partition("#")
            found.setdefault(f"{spec.reference}/{name}", {}).setdefault((spec.name, part), self._number(spec))
        return {target: [(number, part) for (_, part), number in at.items()] for target, at in found.items()}

    def _number(self, spec: FieldSpec) -> int:
        return self.stored.names.numbers[id(spec)]


def note_values(
    changed: Changed,
    record_type: RecordType,
    key: str,
    before: Mapping[str, Value] | None,
    after: Mapping[str, Value] | None,
) -> None:
    """Note what of a record is different; ``None`` is no record."""
    if before is None or after is None:
        what = {spec.name for spec in record_type.fields} | {"*", "%", "?", "<", *(before or ()), *(after or ())}
    else:
        what = {name for name in {*before, *after} if before.get(name) != after.get(name)} | {"*"}
        terms = {spec.name for spec in record_type.fields if spec.kind == "term"}
        if what & terms:
            what.add("%")
    changed.setdefault(key, set()).update(what)
    changed.setdefault(f"{record_type.name}/", set()).update(what)


def _named(record: Record | None) -> set[tuple[str, str]]:
    return {(term.vocabulary, term.id) for terms in record.terms.values() for term in terms} if record else set()


def _above(named: Iterable[tuple[str, str]], vocabularies: Mapping[str, Vocabulary]) -> set[str]:
    return {f"{name}/{term.id}" for name, term_id in named for term in vocabularies[name].lineage(term_id)}

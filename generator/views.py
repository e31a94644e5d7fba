"""What pages show, reckoned from the catalogue: neighbours, groups, counts, tiles, names.

Plain values for templates and nothing of how they look: no Jinja, no markup, no files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from generator.facets import Choice, FacetIndex, facet_box, index_facet
from generator.markup import safe_url
from generator.model import (
    Backlink,
    Catalogue,
    FieldSpec,
    KezhuError,
    Record,
    RecordType,
    Term,
    Vocabulary,
    in_language,
)
from generator.track import memo
from generator.words import Words

PLACE = "region"  # the field which says where; every type has it
SOURCE = ("source_publisher", "source_title", "source_date", "source_url", "confidence", "verified_on")
"""Fields that every type has and that every page shows in its box of sources."""
HEADING = ("id", "title", "summary")  # shown at the top of a record's page
CARDS, FEW = 12, 6  # cards a group on a term's page shows when there are few, and when there are many
SHOWN = 24  # cards on a term's page, all groups together: with many kinds of records each shows fewer
ROWS = 360  # plain links on a term's page, all groups together
RELATED = 5
NAMED_BY, FIRST = 30, 8  # backlinks shown, and of one kind among several; the rest are counted
NEW = 6
POPULAR = 16


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one type at one term: some as cards, some as links, the rest counted."""

    type: RecordType
    cards: tuple[Record, ...]
    rows: tuple[Record, ...]
    hidden: int
    below: int  # records at the term and below it
    list_url: str  # the page of the type's list that shows this very term, or ""


class Views:
    """Answers what a page wants to know of a catalogue; what many pages ask is reckoned once.

    ``lang`` is the language of the words in the answers.
    """

    def __init__(self, catalogue: Catalogue, lang: str) -> None:
        self.catalogue = catalogue
        self.lang = lang
        self.words = Words(lang)
        self.portal = catalogue.portal
        self._places: dict[tuple[str, str], str] = {}  # made from vocabularies alone

    @cached_property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The vocabularies whose terms have pages."""
        return tuple(v for v in self.catalogue.vocabularies.values() if v.pages)

    @memo
    def facets(self, type_name: str) -> tuple[FacetIndex, ...]:
        """The facets of a type, each with its values and their records."""
        record_type = self.catalogue.types[type_name]
        found = []
        for facet in record_type.facets:
            spec = record_type.by_name.get(facet.field)
            if spec is None:
                raise KezhuError(f"facet {facet.field} is not a field", record_type.path)
            records = self.catalogue.by_type.get(type_name, ())
            index = index_facet(facet, spec, records, self.catalogue.vocabularies, self.lang)
            if index.choices:
                found.append(index)
        return tuple(found)

    @memo
    def at(self, type_name: str, vocabulary: str, term_id: str) -> tuple[Record, ...]:
        """The records of a type that name this very term, in the type's order."""
        return tuple(r for r in self.catalogue.at_term(vocabulary, term_id) if r.type.name == type_name)

    @memo
    def coverage(self, vocabulary: str, root: str = "") -> tuple[int, int]:
        """How many terms without children stand below ``root``, and how many of them have a record.

        Where terms say their level, only those of the usual level count: a city without counties is no county.
        """
        words = self.catalogue.vocabularies[vocabulary]
        below = words.children(root)
        if not below and root:
            counts = words[root].get("level") == self.leaf_level(vocabulary)
            return int(counts), int(counts and self.total(vocabulary, root) > 0)
        pairs = [self.coverage(vocabulary, term.id) for term in below]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    @memo
    def leaf_level(self, vocabulary: str) -> str:
        """What most terms without children give as their level: ``county``; ``""`` where levels are not given."""
        words = self.catalogue.vocabularies[vocabulary]
        levels = Counter(term.get("level") for term in words if not words.children(term.id))
        return levels.most_common(1)[0][0] if levels else ""

    def total(self, vocabulary: str, term_id: str) -> int:
        """Records at a term and below it, of all types."""
        return sum(self.catalogue.counts(vocabulary, term_id).values())

    @memo
    def tiles(self, vocabulary: str) -> tuple[dict[str, Any], ...]:
        """The roots of a vocabulary as plots on a grid, when each of them has a row and a column."""
        roots = self.catalogue.vocabularies[vocabulary].children()
        if not roots or not all(term.get("row").isdigit() and term.get("col").isdigit() for term in roots):
            return ()
        found = []
        for term in roots:
            leaves, covered = self.coverage(vocabulary, term.id)
            count = self.total(vocabulary, term.id)
            found.append(
                {
                    "term": term,
                    "title": term.short if self.lang == "zh" else term.label(self.lang),
                    "row": int(term.get("row")),
                    "col": int(term.get("col")),
                    "count": count,
                    "share": round(100 * covered / leaves) if leaves else 0,
                    "leaves": leaves,
                    "covered": covered,
                }
            )
        return tuple(found)

    @memo
    def _grid(self, vocabulary: str) -> str:
        tiles = self.tiles(vocabulary)
        return "".join(_plot(tile) for tile in tiles)

    def said(self, value: Any) -> Any:
        """A setting in the page's language."""
        return in_language(value, self.lang, self.portal.language)

    def full_name(self, term: Term) -> str:
        """A term with all above it: 云南省 普洱市 澜沧拉祜族自治县; the other way round in English."""
        key = (term.vocabulary, term.id)
        if key not in self._places:
            line = [t.label(self.lang) for t in self.catalogue.vocabularies[term.vocabulary].lineage(term.id)]
            self._places[key] = " ".join(line) if self.lang == "zh" else ", ".join(reversed(line))
        return self._places[key]

    def brief_name(self, term: Term) -> str:
        """A term among its neighbours: 澜沧 for 澜沧拉祜族自治县; names that are short already stay whole."""
        label = term.label(self.lang)
        return term.short if self.lang == "zh" and len(label) > 4 else label

    def place(self, record: Record) -> str:
        """Where a record is, in a line; of many places the first two and the number."""
        terms = record.term(PLACE)
        if not terms:
            return ""
        if len(terms) == 1:
            return self.full_name(terms[0])
        names = self.words("page.list.comma").join(self.full_name(term) for term in terms[:2])
        return names if len(terms) == 2 else self.words("page.place.more", names=names, n=len(terms))

    def find_term(self, spec: FieldSpec, value: object) -> Term | None:
        """The term that a value of a term field means."""
        vocabulary = self.catalogue.vocabularies.get(spec.vocabulary)
        return vocabulary.terms.get(str(value)) if vocabulary else None

    def find_target(self, spec: FieldSpec, value: object) -> dict[str, Any] | None:
        """The record that a value of a reference field means, the part's title if it means a part, and the address."""
        key, _, part = str(value).partition("#")
        record = self.catalogue.records.get(f"{spec.reference}/{key}")
        if record is None:
            return None
        items = record.list(spec.part) if part and spec.part else ()
        title = next((item.get("title", part) for item in items if item.get("id") == part), "")
        return {"record": record, "title": title, "url": record.url + (f"#{part}" if title else "")}

    def _has_page(self, spec: FieldSpec) -> bool:
        found = self.catalogue.vocabularies.get(spec.vocabulary)
        return found is not None and found.pages

    @memo
    def _vocabulary_in_short(self, vocabulary: Vocabulary) -> dict[str, Any]:
        leaves, covered = self.coverage(vocabulary.name)
        used = [(self.total(vocabulary.name, t.id), t) for t in vocabulary if not vocabulary.children(t.id)]
        popular = sorted((pair for pair in used if pair[0]), key=lambda pair: -pair[0])[:POPULAR]
        return {
            "vocabulary": vocabulary,
            "tiles": self.tiles(vocabulary.name),
            "popular": [(term, count) for count, term in popular],
            "leaves": leaves,
            "covered": covered,
        }

    @memo
    def newest(self) -> list[Record]:
        """The records with the latest dates of their own, of the types that the portal calls news."""
        news = self.portal.get("news") or list(self.catalogue.types)
        dated = [r for r in self.catalogue.records.values() if r.get("source_date") and r.type.name in news]
        dated.sort(key=lambda record: (str(record.get("source_date")), record.key), reverse=True)
        seen: Counter[str] = Counter()
        found = []
        for record in dated:
            source = f"{record.get('source_publisher')} {record.get('source_title')}"
            seen[source] += 1
            if seen[source] <= 2:
                found.append(record)
            if len(found) == NEW:
                break
        return found

    @memo
    def census(self) -> dict[str, Any]:
        """What there is, told honestly: all records, how sure of their sources, how many confirmed by a person."""
        records = self.catalogue.records.values()
        sure = Counter(str(record.get("confidence")) for record in records)
        levels = []
        specs = (t.by_name.get("confidence") for t in self.catalogue.types.values())
        spec = next((s for s in specs if s is not None and s.vocabulary in self.catalogue.vocabularies), None)
        if spec is not None:
            levels = [(term, sure[term.id]) for term in self.catalogue.vocabularies[spec.vocabulary] if sure[term.id]]
        return {
            "all": len(records),
            "verified": sum(1 for record in records if record.get("verified_on")),
            "levels": levels,
        }

    def _facet_box(self, type_name: str, index: FacetIndex, chosen: Choice | None) -> dict[str, Any]:
        return facet_box(type_name, index, chosen, self.lang, paged=self._has_page(index.spec))

    def _source(self, record: Record) -> dict[str, str]:
        return {
            "publisher": str(record.get("source_publisher")),
            "title": str(record.get("source_title")),
            "date": str(record.get("source_date")),
            "address": str(record.get("source_url")),
            "url": safe_url(record.get("source_url")),
            "sure": self.words("page.list.comma").join(term.label(self.lang) for term in record.term("confidence")),
            "verified": str(record.get("verified_on")),
        }

    def _crumbs(self, record: Record) -> list[tuple[str, str]]:
        crumbs = [(record.type.title(self.lang), f"{record.type.name}/index.html")]
        crumbs += [
            (self.brief_name(term), f"{term.vocabulary}/{term.id}.html")
            for term in record.term(PLACE)[:1]
            if self.catalogue.vocabularies[term.vocabulary].pages
        ]
        return crumbs

    def related(self, record: Record) -> list[dict[str, Any]]:
        """Records of the same type at the same term, by vocabulary: those that follow it in the list, five in all.

        Those that follow, not the first ones: so a new record changes five pages and not all pages of its county.
        """
        found: list[dict[str, Any]] = []
        seen = {record.key}
        for spec in record.type.fields:
            if spec.kind != "term" or not self._has_page(spec):
                continue
            for term in record.term(spec.name):
                near = [r for r in self._after(record, term, RELATED) if r.key not in seen][: RELATED - len(seen) + 1]
                if near:
                    seen.update(r.key for r in near)
                    found.append({"term": term, "records": near})
        return found

    def _after(self, record: Record, term: Term, count: int) -> list[Record]:
        group = self.at(record.type.name, term.vocabulary, term.id)
        start = self._positions(record.type.name, term.vocabulary, term.id)[record.key] + 1
        return [group[n % len(group)] for n in range(start, start + min(count, len(group) - 1))]

    @memo
    def _positions(self, type_name: str, vocabulary: str, term_id: str) -> Mapping[str, int]:
        return {record.key: n for n, record in enumerate(self.at(type_name, vocabulary, term_id))}

    def named_by(self, record: Record) -> list[dict[str, Any]]:
        """Which records name this one, by type and field; a bounded number, the rest counted.

        What stands in the calendar of this record is left out: all of it stands there.
        """
        groups: dict[tuple[str, str], dict[str, Backlink]] = defaultdict(dict)
        for link in self.catalogue.backlinks_of(record):
            if not in_calendar(link.record, link.field.name):
                groups[link.record.type.name, link.field.name].setdefault(link.record.key, link)
        room, found = NAMED_BY, []
        most = FIRST if len(groups) > 1 else NAMED_BY
        for (type_name, _), links in sorted(
            groups.items(), key=lambda item: (list(self.catalogue.types).index(item[0][0]), item[0][1])
        ):
            shown = [link.record for link in list(links.values())[: min(max(room, 3), most)]]
            room -= len(shown)
            field = next(iter(links.values())).field
            found.append(
                {
                    "type": self.catalogue.types[type_name],
                    "field": field,
                    "records": shown,
                    "hidden": len(links) - len(shown),
                }
            )
        return found

    def named_parts(self, record: Record) -> Mapping[str, list[Record]]:
        """Which records name a part of this one: the part's id -> the records."""
        found: dict[str, dict[str, Record]] = defaultdict(dict)
        for link in self.catalogue.backlinks_of(record):
            if link.part:
                found[link.part].setdefault(link.record.key, link.record)
        return {part: list(records.values()) for part, records in found.items()}

    def _groups(self, vocabulary: Vocabulary, term: Term) -> tuple[list[Group], list[RecordType]]:
        counts = self.catalogue.counts(vocabulary.name, term.id)
        groups, missing, room = [], [], ROWS
        share = share_of(SHOWN, [len(self.at(name, vocabulary.name, term.id)) for name in counts])
        for record_type in self.catalogue.types.values():
            below = counts.get(record_type.name, 0)
            if not below:
                if any(record_type.by_name[f.field].vocabulary == vocabulary.name for f in record_type.facets):
                    missing.append(record_type)
                continue
            here = self.at(record_type.name, vocabulary.name, term.id)
            url, listed = self._list_of(record_type.name, vocabulary.name, term.id)
            first = min(share, CARDS if len(here) <= CARDS else FEW)
            # A list that shows them all, page by page, stands in for a long tail of links.
            rest = () if listed >= len(here) and len(here) > 2 * CARDS else here[first : first + room]
            room -= len(rest)
            hidden = len(here) - min(first, len(here)) - len(rest)
            groups.append(Group(record_type, here[:first], rest, hidden, below, url))
        return groups, missing

    def _list_of(self, type_name: str, vocabulary: str, term_id: str) -> tuple[str, int]:
        for index in self.facets(type_name):
            if index.spec.vocabulary == vocabulary and term_id in index.by_slug:
                choice = index.by_slug[term_id]
                return f"{type_name}/{choice.field}/{choice.slug}.html", len(choice.records)
        return "", 0

    def _children(self, vocabulary: Vocabulary, term_id: str) -> list[dict[str, Any]]:
        """What stands right below: first the terms that have nothing below them, then the rest with theirs."""
        children = vocabulary.children(term_id)
        leaves = [term for term in children if not vocabulary.children(term.id)]
        found: list[dict[str, Any]] = []
        if leaves:
            found.append({"term": None, "count": 0, "terms": self._counted(leaves)})
        found.extend(
            {
                "term": term,
                "count": self.total(vocabulary.name, term.id),
                "terms": self._counted(vocabulary.children(term.id)),
            }
            for term in children
            if vocabulary.children(term.id)
        )
        return found

    def _counted(self, terms: Iterable[Term]) -> list[tuple[Term, int]]:
        return [(term, self.total(term.vocabulary, term.id)) for term in terms]

    def contacts(self, vocabulary: Vocabulary, term: Term) -> list[dict[str, Any]]:
        """The portal's contacts for this term or one above it, the nearest first."""
        line = [each.id for each in vocabulary.lineage(term.id)]
        found = []
        for contact in self.portal.get("contacts") or ():
            at = str(contact.get(vocabulary.name, ""))
            if at in line:
                found.append(
                    (
                        -line.index(at),
                        {
                            "title": self.said(contact.get("title")),
                            "phone": str(contact.get("phone") or ""),
                            "note": self.said(contact.get("note")),
                            "record": self.catalogue.records.get(str(contact.get("record") or "")),
                        },
                    )
                )
        return [contact for _, contact in sorted(found, key=lambda pair: pair[0])]

    def _spot(self, vocabulary: Vocabulary, term: Term) -> dict[str, Any] | None:
        """The grid of plots with the one that the term stands in."""
        tiles = self.tiles(vocabulary.name)
        if not tiles:
            return None
        top = vocabulary.lineage(term.id)[0].id
        here = next(tile for tile in tiles if tile["term"].id == top)
        wide = max(tile["col"] for tile in tiles) * 10
        high = max(tile["row"] for tile in tiles) * 10
        return {"all": self._grid(vocabulary.name), "here": _plot(here), "box": f"0 0 {wide} {high}"}


def in_calendar(record: Record, name: str) -> bool:
    """Whether a dated record stands in the calendar of what its field ``name`` refers to."""
    return any(name in dates.per and record.get(dates.list or dates.starts) for dates in record.type.calendar)


def share_of(room: int, sizes: Sequence[int]) -> int:
    """How many each of some groups may show so that all together show no more than ``room``; one at least."""
    return next((n for n in range(room, 1, -1) if sum(min(n, size) for size in sizes) <= room), 1)


def pager(page: int, pages: int, url: Callable[[int], str]) -> dict[str, Any] | None:
    """Links to other pages of a list: previous, next, neighbours and, when there are many, all of them."""
    if pages < 2:
        return None
    near = range(1, pages + 1) if pages <= 7 else sorted({1, *range(max(1, page - 2), min(pages, page + 2) + 1), pages})
    step = ceil(pages / 200)
    return {
        "page": page,
        "pages": pages,
        "previous": url(page - 1) if page > 1 else "",
        "next": url(page + 1) if page < pages else "",
        "near": [(n, url(n)) for n in near],
        "all": [(n, url(n)) for n in range(1, pages + 1, step)] if pages > 7 else [],
    }


def facts_of(record: Record, names: Sequence[str], asked: Sequence[str] = ()) -> list[tuple[FieldSpec, Sequence[Any]]]:
    """The named fields that are filled, each with its values; one in ``asked`` is there even when empty."""
    found = []
    for name in names:
        values = record.list(name)
        if (values or name in asked) and name in record.type.by_name:
            found.append((record.type.by_name[name], values))
    return found


def rest_of(record: Record, shown: Sequence[str] = ()) -> dict[str, list[Any]]:
    """What a page has not shown yet: names of ``plain`` fields, specs of ``tables`` and of ``long`` texts."""
    found: dict[str, list[Any]] = {"plain": [], "tables": [], "long": []}
    for name in record.values:
        if name in shown or name in SOURCE or name in HEADING or name not in record.type.by_name:
            continue
        spec = record.type.by_name[name]
        if spec.kind == "object" and spec.many:
            found["tables"].append(spec)
        elif spec.kind == "markdown":
            found["long"].append(spec)
        else:
            found["plain"].append(name)
    order = {spec.name: n for n, spec in enumerate(record.type.fields)}
    found["plain"].sort(key=lambda name: order[name])
    for specs in (found["tables"], found["long"]):
        specs.sort(key=lambda spec: order[spec.name])
    return found


def columns_of(rows: Sequence[Mapping[str, Any]], spec: FieldSpec) -> list[FieldSpec]:
    """The fields of an object that any of these rows fills, but for its id."""
    used = {name for row in rows for name in row}
    return [sub for sub in spec.fields if sub.name in used and sub.name != "id"]


def alike_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Rows that say the same, once, each with how often it stands; in the order of the first of them."""
    found: list[tuple[Mapping[str, Any], int]] = []
    for row in rows:
        at = next((i for i, (other, _) in enumerate(found) if other == row), None)
        if at is None:
            found.append((row, 1))
        else:
            found[at] = (row, found[at][1] + 1)
    return found


def _plot(tile: Mapping[str, Any]) -> str:
    return f"M{(tile['col'] - 1) * 10} {(tile['row'] - 1) * 10}h8v8h-8z"

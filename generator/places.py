"""My place: what the page of a place says besides its records. What can be seen near it, what is done like it
elsewhere, the year in its fields, and who could fill its gaps.

What can come and what stands somewhere is said by ``catalogue/matching.yml``, who could act for a place by ``missing:``
of portal.yml. No type is known by name, and nothing here depends on the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from generator.days import Sayer, yearly_months
from generator.matching import Side, read_matching
from generator.model import Record, Term, Vocabulary
from generator.picking import fits as meets
from generator.picking import read_where
from generator.relations import fits
from generator.sections import Box, Section
from generator.track import memo
from generator.views import PLACE, Views

NEAR = 3  # things to look at near a place
LIKE = 2  # and of the same crop elsewhere, each in another province
WIDE = 4  # that come to all of a province or prefecture
EACH = 2  # of one place at most, so that what is shown lies apart
CROPS = 3  # of a place that its year is told of
WORKS = 8  # entries of that year
NEVER = "never"  # of a side in matching.yml: what stands there is for its neighbours alone
COME, SEE, ASK = "come", "see", "ask"


class Few(NamedTuple):
    """Offers of a place, `EACH` at most of every crop; ``""`` is any crop."""

    own: Mapping[str, tuple[Record, ...]]  # what stands there and names this very place
    see: Mapping[str, tuple[Record, ...]]  # the same and what stands below, a few of each place right below
    come: tuple[Record, ...]  # what comes there or below


class Places(Section):
    """A box on the page of every place; no pages of its own. `region.html` puts it in order with those of others."""

    name = "place"

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.catalogue, self.words = views.catalogue, views.words
        settings = views.portal.get("matching")
        self.sides: Mapping[str, Sequence[Side]] = {}
        if settings:
            self.sides = read_matching(settings, self.catalogue.types, self.catalogue.vocabularies)[0]
        self.acting = self._read_acting()
        self.say = Sayer(views.words)

    def _read_acting(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Which records are bodies that act for a place: conditions by type."""
        settings = (self.views.portal.get("missing") or {}).get("who") or {}
        found = {}
        for got in settings.values():
            if got.get("for") == PLACE and str(got.get("type")) in self.catalogue.types:
                found[str(got["type"])] = read_where(got.get("where") or {})
        return found

    # ── The box ──

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        """One box for `region.html`: who comes to all of it, what is near or below, the year, who could act."""
        if vocabulary.name != PLACE:
            return
        below = bool(vocabulary.children(term.id))
        lead = "" if below else self.lead(term.id)
        values = {
            "sorts": self.sorts(),
            "near": [] if below else self.near(term, lead),
            "like": [] if below else self.like(term, lead),
            "wide": self.wide(term) if below else [],
            "below": {sort: self.below(term, sort) if below else [] for sort in (COME, SEE)},
            "lead": self._crop(lead),
            "year": None if below else self.year(term),
            "act": self.act(term.id),
            "sheet": self.views.portal.get("address") or "",
        }
        yield Box("box/place-near.html", values, "match place")

    @memo
    def sorts(self) -> Mapping[str, str]:
        """By type: whether its records come, stand somewhere, or ask; the first word of its sides counts."""
        return {name: sort_of(sides[0]) for name, sides in self.sides.items() if sides}

    # ── What stands where ──

    @memo
    def few(self, place: str) -> Few:
        """A few of the offers at a place and below it, by crop: one shared result a place, whatever is asked of it."""
        come: dict[str, list[Record]] = {"": []}
        here: dict[str, list[Record]] = {"": []}
        for record, side in self._offers(place):
            coming = sort_of(side) == COME
            # Below a larger place what comes is shown whatever its crop.
            for crop in ("",) if coming else ("", *self._crops(record, side)):
                _add((come if coming else here).setdefault(crop, []), record)
        see = {crop: list(records) for crop, records in here.items()}
        for child in self._places.children(place):
            below = self.few(child.id)
            for crop, records in below.see.items():
                _add(see.setdefault(crop, []), *records)
            _add(come[""], *below.come)
        return Few(_frozen(here), _frozen(see), tuple(come[""]))

    def _offers(self, place: str) -> Iterator[tuple[Record, Side]]:
        """What comes or stands somewhere and names this very place, in the place's order."""
        for record in self.catalogue.at_term(PLACE, place):
            side = self._side(record)
            if side is not None and sort_of(side) != ASK and names_place(record, side, place):
                yield record, side

    def lead(self, place: str) -> str:
        """The crop that most records of a place name; ``""`` where none names any."""
        return next((crop.id for crop in self.crops(place)), "")

    def near(self, term: Term, lead: str) -> list[dict[str, Any]]:
        """What can be seen around a place: the prefecture before the province, the own crop before others."""
        line = self._places.lineage(term.id)
        found: dict[str, dict[str, Any]] = {}
        for above, branch in zip(reversed(line[:-1]), reversed(line[1:]), strict=True):
            for crop in dict.fromkeys((lead, "")):
                for record in self._around(above, branch, crop):
                    if record.key not in found and self._is_near(record, term, outside=above != line[-2]):
                        found[record.key] = self._shown(record, above, crop)
                    if len(found) == NEAR:
                        return list(found.values())
        return list(found.values())

    def _is_near(self, record: Record, term: Term, *, outside: bool) -> bool:
        """Whether something is shown as near a place: not its own, and ``outside`` its prefecture not what is nothing
        to anybody there by matching.yml."""
        side = self._side(record)
        return side is not None and not names_place(record, side, term.id) and not (outside and side.far == NEVER)

    def _around(self, above: Term, branch: Term, crop: str) -> Iterator[Record]:
        """Below ``above``, but not in ``branch``: those that follow it first, so that neighbours differ."""
        children = self._places.children(above.id)
        at = children.index(branch)
        yield from self.few(above.id).own.get(crop, ())
        for child in (*children[at + 1 :], *children[:at]):
            yield from self.few(child.id).see.get(crop, ())

    def like(self, term: Term, lead: str) -> list[dict[str, Any]]:
        """What is done with the same crop in other provinces."""
        if not lead:
            return []
        own = self._places.lineage(term.id)[0].id
        apart = [record for top, record in self.elsewhere(lead) if top != own][:LIKE]
        return [self._shown(record, None, lead) for record in apart]

    @memo
    def elsewhere(self, crop: str) -> tuple[tuple[str, Record], ...]:
        """For each province the first that stands there and names the crop, or one below it."""
        found: dict[str, Record] = {}
        for vocabulary in (v for v in self.views.vocabularies if v.name != PLACE and crop in v):
            for record in self._naming(vocabulary, crop):
                side = self._side(record)
                if side is not None and sort_of(side) == SEE and side.far != NEVER:
                    for place in record.term(side.place):
                        found.setdefault(self._places.lineage(place.id)[0].id, record)
        return tuple(found.items())

    def _naming(self, vocabulary: Vocabulary, crop: str) -> Iterator[Record]:
        yield from self.catalogue.at_term(vocabulary.name, crop)
        for child in vocabulary.children(crop):
            yield from self._naming(vocabulary, child.id)

    def wide(self, term: Term) -> list[dict[str, Any]]:
        """Of a province or prefecture: who comes to all of it, those who name it itself first."""
        found: dict[str, dict[str, Any]] = {}
        for above in reversed(self._places.lineage(term.id)):
            key = "match.reach-here" if above.id == term.id else "match.reach-above"
            names = {"theirs": self.views.brief_name(above), "mine": self.views.brief_name(term)}
            for record in self.coming(above.id):
                found.setdefault(record.key, {"record": record, "good": [self.words(key, **names)], "bad": []})
        return list(found.values())[:WIDE]

    @memo
    def coming(self, place: str) -> tuple[Record, ...]:
        """The first who come and name this very place."""
        return tuple(islice((record for record, side in self._offers(place) if sort_of(side) == COME), WIDE))

    def below(self, term: Term, sort: str) -> list[dict[str, Any]]:
        """Of a province or prefecture: a few of what its counties have, each somewhere else."""
        children = (self.few(child.id) for child in self._places.children(term.id))
        below = (record for few in children for record in (few.come if sort == COME else few.see.get("", ())))
        found: dict[str, Record] = {}
        for record in below:
            side = self._side(record)
            if side is not None and not names_place(record, side, term.id):
                found[record.key] = record
            if len(found) == NEAR:
                break
        return [self._shown(record, term, "", term.id) for record in found.values()]

    def _shown(self, record: Record, shared: Term | None, crop: str, at: str = "") -> dict[str, Any]:
        """A record for a template, with what it has in common with a place; ``at`` is the page's own, where it is."""
        side = self._side(record)
        places = record.term(side.place) if side is not None else ()
        inside = [each for each in places if shared is None or shared in self._places.lineage(each.id)]
        where = inside[0] if inside else places[0]
        if shared is None or shared.id == at:
            good = [self.words("place.at", name=self._below(where, shared))]
        elif where.id == shared.id:
            good = [self.words("match.at-there", shared=self.views.brief_name(shared))]
        else:
            names = {"shared": self.views.brief_name(shared), "theirs": self.views.brief_name(where)}
            good = [self.words("match.at-shared", **names)]
        if crop and side is not None:
            mine = self._crop(crop)
            theirs = next(each for each in record.term(side.industry) if crop in self._line(each))
            if mine is not None:
                key = "match.industry-same" if theirs == mine else "match.industry-below"
                names = {"theirs": theirs.label(self.views.lang), "mine": mine.label(self.views.lang)}
                good.insert(0 if shared is None else 1, self.words(key, **names))
        return {"record": record, "good": good, "bad": []}

    def _below(self, where: Term, above: Term | None) -> str:
        """A place by its names below another one, or all of them."""
        if above is None or where.id == above.id:
            return self.views.full_name(where)
        line = self._places.lineage(where.id)
        names = [term.label(self.views.lang) for term in line[line.index(above) + 1 :]]
        return " ".join(names) if self.views.lang == "zh" else ", ".join(reversed(names))

    # ── The year in the fields ──

    def year(self, term: Term) -> dict[str, Any] | None:
        """What is done with the crops of a place, in the order of the year; each once, with its months."""
        for crop in self.crops(term.id):
            works = self.works(term.id, crop.id)
            if works:
                rows = [
                    {"record": record, "when": self.say.yearly(starts, ends)} for record, starts, ends in works[:WORKS]
                ]
                url = f"calendar/farming/{crop.vocabulary}/{crop.id}.html"
                return {"crop": crop, "rows": rows, "total": len(works), "url": url}
        return None

    @memo
    def crops(self, place: str) -> tuple[Term, ...]:
        """The crops that most records of a place name; of equals the first of the vocabulary."""
        counts: Counter[str] = Counter()
        terms: dict[str, Term] = {}
        for record in self.catalogue.at_term(PLACE, place):
            for term in self._named(record):
                counts[term.id] += 1
                terms[term.id] = term
        return tuple(terms[crop] for crop in sorted(counts, key=lambda crop: (-counts[crop], terms[crop].line))[:CROPS])

    def works(self, place: str, crop: str) -> list[tuple[Record, str, str]]:
        """Yearly entries about a crop, or about what it belongs to, that hold at a place: the entry, first and last."""
        line = {each.id for each in self._places.lineage(place)}
        found: dict[str, tuple[Record, str, str]] = {}
        for above in self._lineage(crop):
            for record, starts, ends in self.yearly(above.vocabulary, above.id):
                held = {term.id for term in record.term(PLACE)}
                if not held or held & line:
                    found[record.key] = (record, starts, ends)
        return sorted(found.values(), key=lambda work: (work[1], work[2], work[0].key))

    @memo
    def yearly(self, vocabulary: str, crop: str) -> tuple[tuple[Record, str, str], ...]:
        """The yearly entries that name a crop itself: the entry, first and last."""
        return tuple(
            (record, starts, ends)
            for record in self.catalogue.at_term(vocabulary, crop)
            for dates in record.type.calendar
            if dates.yearly and not dates.list
            for starts, ends in [(str(record.get(dates.starts) or ""), str(record.get(dates.ends) or ""))]
            if yearly_months(starts, ends)
        )

    # ── Who could act ──

    def act(self, place: str) -> Record | None:
        """The nearest body that could fill a gap: of the place itself, or of what lies above it."""
        for record in self.catalogue.at_term(PLACE, place):
            where = self.acting.get(record.type.name)
            if where is not None and meets(record, where, self.catalogue):
                return record
        parent = self._places[place].parent
        return self.acting_at(parent) if parent else None

    @memo
    def acting_at(self, place: str) -> Record | None:
        """The same for all places below one, which would ask it one after the other."""
        return self.act(place)

    # ── Small things ──

    @property
    def _places(self) -> Vocabulary:
        return self.catalogue.vocabularies[PLACE]

    def _side(self, record: Record) -> Side | None:
        return next((side for side in self.sides.get(record.type.name, ()) if fits(record, side)), None)

    def _crops(self, record: Record, side: Side) -> dict[str, None]:
        """The crops of a record and all above them, each once."""
        return {above: None for term in record.term(side.industry) for above in self._line(term)}

    def _lineage(self, crop: str) -> tuple[Term, ...]:
        return next(v for v in self.views.vocabularies if v.name != PLACE and crop in v).lineage(crop)

    def _line(self, term: Term) -> list[str]:
        return [each.id for each in self.catalogue.vocabularies[term.vocabulary].lineage(term.id)]

    def _named(self, record: Record) -> tuple[Term, ...]:
        """The crops that a record of a place names, by the side on which it stands."""
        side = self._side(record)
        return record.term(side.industry) if side is not None else ()

    def _crop(self, crop: str) -> Term | None:
        found = (v[crop] for v in self.views.vocabularies if crop and v.name != PLACE and crop in v)
        return next(found, None)


def sort_of(side: Side) -> str:
    """Whether what stands on a side comes, stands somewhere, or asks."""
    return ASK if side.side == "asks" else SEE if side.at else COME


def names_place(record: Record, side: Side, place: str) -> bool:
    """Whether a record says by its side that it serves this very place or stands there."""
    return any(term.id == place for term in record.term(side.place))


def _add(found: list[Record], *records: Record) -> None:
    """Add records that are not there yet, up to `EACH`."""
    for record in records:
        if len(found) < EACH and record not in found:
            found.append(record)


def _frozen(found: Mapping[str, Sequence[Record]]) -> dict[str, tuple[Record, ...]]:
    """In an order that does not depend on which record named a crop first."""
    return {crop: tuple(found[crop]) for crop in sorted(found) if found[crop]}

"""What is missing, found in the records: a group that a plan asks for, what a group owes, a need that nobody has taken
up, a crop that nobody serves; each with who could act.

``missing:`` in portal.yml says what is looked for and who could act; no type is known by name. Only what records say is
held against anybody: a place of which nobody has written what it grows, or whether it is on a list, lacks nothing here
and is counted as unknown. Nothing is weighed: the order is that of the settings and of the places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from generator import duties
from generator.duties.cases import fits as may_fit
from generator.model import Catalogue, Duty, FieldSpec, KezhuError, Plan, Record, RecordType, Term
from generator.picking import YES, Where, as_list, find_path, fits, item_fits, read_where, refuse_unknown
from generator.supply import Supply
from generator.track import memo
from generator.views import PLACE, Views

INDUSTRY = "industry"
KINDS = ("group", "due", "open", "crop", "provider")
"""A record that a plan asks for in each of some places; what is overdue; what is asked and not answered; what a place
grows and nobody serves; what is asked for and nobody anywhere does."""

KEYS = {
    "group": {"duty", "what", "among", "who"},
    "due": {"types", "who"},
    "open": {"type", "where", "empty", "dated", "who"},
    "crop": {"says", "who"},
    "provider": {"who"},
    "who": {"type", "where", "for", "items", "only", "field", "title"},
}
OVERDUE = "overdue"  # the state in which a thing was not done in time
LEADING = 2  # crops that may lead together; of more nobody can tell which does
ACTORS = 4  # named beside one thing


class Actor(NamedTuple):
    """Who could act: as what, its name, its address on the site, and a telephone where one is published."""

    role: str
    title: str
    url: str = ""
    phone: str = ""


class Lack(NamedTuple):
    """One thing that is missing: a plain sentence, where, and who could act. ``key`` names the record it is about."""

    kind: str
    place: str
    text: str
    key: str = ""
    clause: str = ""
    who: tuple[Actor, ...] = ()


@dataclass(frozen=True)
class Who:
    """Where those who could act are found: records of a type ``for`` a place or an industry, or what a record names."""

    name: str
    titles: Any
    type: RecordType
    where: Where
    by: str  # place or industry; "" where it stands in the record itself
    items: FieldSpec | None
    only: Where
    field: str


class Lacks:
    """Answers what is missing at a place, and what of all that cannot be told."""

    def __init__(self, views: Views, today: date) -> None:
        self.views, self.catalogue, self.today = views, views.catalogue, today
        self.words, self.lang = views.words, views.lang
        self.supply = Supply(views, today)
        settings = views.portal.get("missing") or {}
        refuse_unknown(settings, KEYS, "missing")
        self.settings: Mapping[str, Any] = settings
        self.who = {name: self._read_who(str(name), got) for name, got in (settings.get("who") or {}).items()}
        for name in KINDS:
            for each in as_list(settings.get(name)):
                refuse_unknown(each, KEYS[name], f"missing: {name}")
                for actor in as_list(each.get("who")):
                    if actor not in self.who and actor != "contact":
                        raise KezhuError(f"who: {actor} is not defined", f"portal.yml: missing: {name}")
        self.duties: Mapping[str, Duty] = {duty.id: duty for duty in duties.all_duties(self.catalogue.plans)}
        self.says = tuple(self._says(each) for part in self._parts("crop") for each in as_list(part.get("says")))

    def _parts(self, name: str) -> list[Mapping[str, Any]]:
        return list(as_list(self.settings.get(name)))

    def _says(self, got: Any) -> tuple[RecordType, Where]:
        record_type = self.catalogue.types.get(str(got.get("type") or ""))
        if record_type is None or INDUSTRY not in record_type.by_name:
            raise KezhuError(f"there is no record type {got.get('type')} with {INDUSTRY}", "portal.yml: missing: crop")
        return record_type, read_where(got.get("where") or {})

    def _read_who(self, name: str, got: Any) -> Who:
        where = f"portal.yml: missing: who: {name}"
        refuse_unknown(got, KEYS["who"], where)
        record_type = self.catalogue.types.get(str(got.get("type") or ""))
        if record_type is None:
            raise KezhuError(f"there is no record type {got.get('type')}", where)
        conditions, only = read_where(got.get("where") or {}), read_where(got.get("only") or {})
        for path in (*conditions, *filter(None, [str(got.get("items") or "")])):
            if not find_path(path, record_type, self.catalogue.types):
                raise KezhuError(f"{record_type.name} has no field {path}", where)
        items = record_type.by_name.get(str(got.get("items") or ""))
        by, field = str(got.get("for") or ""), str(got.get("field") or "")
        return Who(name, got.get("title"), record_type, conditions, by, items, only, field)

    # ── At a place ──

    @memo
    def at(self, place: str) -> tuple[Lack, ...]:
        """What is missing at this very place, in the order of `KINDS`."""
        if self.supply.vocabulary is None:
            return ()
        term = self.supply.vocabulary[place]
        counted = not self.supply.vocabulary.children(place) and term.get("level") == self.views.leaf_level(PLACE)
        found = list(self._groups(term)) if counted else []
        found += self._due(term)
        found += self._open(term)
        found += self._crops(term) if counted else []
        return tuple(found)

    @memo
    def general(self) -> tuple[Lack, ...]:
        """What is missing at no place that is named: crops that nobody anywhere serves, and what names no place."""
        found = [lack for key, lacks in self._overdue().items() if not self._placed(key) for lack in lacks]
        found += [lack for record in self._unanswered() if not record.term(PLACE) for lack in self._asked(record, None)]
        return (*found, *self._providers())

    def _placed(self, key: str) -> bool:
        return bool(self.catalogue.records[key].term(PLACE))

    # ── Groups that a plan asks for ──

    def owed(self, part: Mapping[str, Any], term: Term) -> bool | None:
        """Whether a plan asks something for a place; ``None`` where that cannot be told from what is written."""
        answers = []
        for name, wanted in (part.get("among") or {}).items():
            group = self.supply.groups.get(str(name))
            if group is None:
                raise KezhuError(f"among: coverage has no group {name}", "portal.yml: missing: group")
            held = group.holds(term)
            answers.append(None if held is None else held == (str(wanted).lower() in YES))
        return False if False in answers else None if None in answers else True

    def _groups(self, term: Term) -> Iterator[Lack]:
        for part in self._parts("group"):
            duty = self.duties.get(str(part.get("duty")))
            if duty is None or self.owed(part, term) is not True or self._has(duty, term):
                continue
            what = str(self.views.said(part.get("what")))
            lists = [str(self.views.said(self.supply.groups[name].short)) for name in part.get("among") or ()]
            says = [
                self.words("missing.on" if str(wanted).lower() in YES else "missing.not-on", list=title)
                for title, wanted in zip(lists, (part.get("among") or {}).values(), strict=True)
            ]
            text = self.words("missing.group", what=what, lists=self.words("page.list.and").join(says))
            yield Lack("group", term.id, text, "", name_clause(duty, self.lang), self._actors(part, term))

    def _has(self, duty: Duty, term: Term) -> bool:
        """Whether a record that the duty is about, or may be about, names the place."""
        here = self.catalogue.at_term(PLACE, term.id)
        return any(
            record.type.name == duty.type
            and term in record.term(PLACE)
            and may_fit(duty.where, record.values) is not False
            for record in here
        )

    # ── What is overdue ──

    def _due(self, term: Term) -> Iterator[Lack]:
        overdue = self._overdue()
        for record in self._distinct(self.catalogue.at_term(PLACE, term.id)):
            if record.key in overdue and term in record.term(PLACE):
                yield from (lack._replace(place=term.id) for lack in overdue[record.key])

    @memo
    def _overdue(self) -> dict[str, tuple[Lack, ...]]:
        """What some types of record should have by now, by their keys."""
        found: dict[str, list[Lack]] = {}
        for part in self._parts("due"):
            types = frozenset(map(str, as_list(part.get("types"))))
            asked = {name: plan for name, plan in self.catalogue.plans.items() if _speaks_of(plan.duties, types)}
            for record, standing in iter_overdue(self.catalogue, asked, self.today):
                if standing.duty.type in types:
                    found.setdefault(record.key, []).append(self._late(part, record, standing))
        return {key: tuple(lacks) for key, lacks in found.items()}

    def _late(self, part: Mapping[str, Any], record: Record, standing: duties.Standing) -> Lack:
        until = standing.until.isoformat() if standing.until else self.words("page.unsaid")
        asked = standing.duty.asked.title(self.lang)
        text = self.words("missing.due", title=record.title, asked=asked, until=until)
        places = record.term(PLACE)
        who = self._actors(part, places[0] if places else None, record=record)
        return Lack("due", "", text, record.key, name_clause(standing.duty, self.lang), who)

    # ── What is asked and not answered ──

    def _open(self, term: Term) -> Iterator[Lack]:
        for record in self._distinct(self.catalogue.at_term(PLACE, term.id)):
            if term in record.term(PLACE):
                yield from self._asked(record, term)

    def _asked(self, record: Record, term: Term | None) -> Iterator[Lack]:
        for part in self._parts("open"):
            if record.type.name != part.get("type") or not self._is_open(record, part):
                continue
            day = str(record.get(str(part.get("dated") or "")))
            key = "missing.open-since" if day else "missing.open"
            text = self.words(key, title=record.title, date=day)
            crops = record.term(INDUSTRY)
            yield Lack("open", term.id if term else "", text, record.key, "", self._actors(part, term, crops))

    def _is_open(self, record: Record, part: Mapping[str, Any]) -> bool:
        empty = str(part.get("empty") or "")
        return fits(record, read_where(part.get("where") or {}), self.catalogue) and not (empty and record.list(empty))

    @memo
    def _unanswered(self) -> tuple[Record, ...]:
        return tuple(
            record
            for part in self._parts("open")
            for record in self.catalogue.by_type.get(str(part.get("type")), ())
            if self._is_open(record, part)
        )

    # ── Crops ──

    @memo
    def leading(self, place: str) -> tuple[tuple[str, int], ...]:
        """The crops that a place's records name most often, and how often.

        None where they name none, or too many as often.
        """
        named = Counter(
            crop.id
            for record in self._distinct(self.catalogue.at_term(PLACE, place))
            if any(each.id == place for each in record.term(PLACE)) and self._tells(record)
            for crop in record.term(INDUSTRY)
        )
        most = max(named.values(), default=0)
        found = sorted((crop, n) for crop, n in named.items() if n == most)
        return tuple(found) if len(found) <= LEADING else ()

    def _tells(self, record: Record) -> bool:
        return any(record.type is kind and fits(record, where, self.catalogue) for kind, where in self.says)

    def _crops(self, term: Term) -> Iterator[Lack]:
        """What leads at a place and nobody serves; a helper of the place who names no crop may well serve it."""
        leading = self.leading(term.id)
        if not leading:
            return
        own = [self.catalogue.records[key] for key in self.supply.state(term.id).help]
        if any(not record.term(INDUSTRY) for record in own):
            return
        near = frozenset(crop.id for record in own for crop in record.term(INDUSTRY))
        known = (near, *(self._served_from(at) for at in self.supply.above(term.id)))
        unserved = [crop for crop, _ in leading if not any(self._serves(crops, crop) for crops in known)]
        if not unserved:
            return
        crops = tuple(self.catalogue.vocabularies[INDUSTRY][crop] for crop in unserved)
        names = self.words("page.list.comma").join(crop.label(self.lang) for crop in crops)
        text = self.words("missing.crop", crops=names, n=leading[0][1])
        for part in self._parts("crop"):
            yield Lack("crop", term.id, text, "", "", self._actors(part, term, crops))

    def _serves(self, crops: frozenset[str], crop: str) -> bool:
        """Whether one of some crops is this one, holds it, or is held by it: 柑橘 and 脐橙, whichever is asked for."""
        words = self.catalogue.vocabularies[INDUSTRY]
        return any(term.id in crops for term in words.lineage(crop)) or any(
            crop in (term.id for term in words.ancestors(each)) for each in crops
        )

    @memo
    def _served_from(self, place: str) -> frozenset[str]:
        """The crops that those name who come to everything below a place."""
        records = (self.catalogue.records[key] for key in self.supply.serving(place))
        return frozenset(term.id for record in records for term in record.term(INDUSTRY))

    @memo
    def served(self) -> frozenset[str]:
        """Every crop that somebody who can be asked names."""
        return frozenset(term.id for record in self.supply.all_helpers() for term in record.term(INDUSTRY))

    @memo
    def asked_crops(self) -> dict[str, tuple[str, ...]]:
        """Every crop that is asked for, with the keys of the records that ask."""
        found: dict[str, list[str]] = {}
        for record in self.supply.all_asking():
            for term in record.term(INDUSTRY):
                found.setdefault(term.id, []).append(record.key)
        order = self.catalogue.vocabularies[INDUSTRY].terms if found else ()
        return {crop: tuple(found[crop]) for crop in order if crop in found}

    def _providers(self) -> Iterator[Lack]:
        for part in self._parts("provider"):
            words = self.catalogue.vocabularies[INDUSTRY]
            for crop, keys in self.asked_crops().items():
                if self._serves(self.served(), crop):
                    continue
                text = self.words("missing.provider", crop=words[crop].label(self.lang), n=len(keys))
                yield Lack("provider", "", text, f"{INDUSTRY}/{crop}", "", self._actors(part, None, (words[crop],)))

    # ── Who could act ──

    def _actors(
        self, part: Mapping[str, Any], place: Term | None, crops: tuple[Term, ...] = (), record: Record | None = None
    ) -> tuple[Actor, ...]:
        """Those whom records and contacts know, in the order of the settings; none where nobody is known."""
        found: dict[tuple[str, str], Actor] = {}
        for name in map(str, as_list(part.get("who"))):
            for actor in self._actors_of(name, place, crops, record):
                found.setdefault((actor.title, actor.url), actor)
        return tuple(found.values())[:ACTORS]

    def _actors_of(
        self, name: str, place: Term | None, crops: tuple[Term, ...], record: Record | None
    ) -> Iterator[Actor]:
        if name not in self.who:
            yield from self._contacts(place)
            return
        who = self.who[name]
        if who.by == PLACE:
            yield from self._nearest(who, place)
        elif who.by == INDUSTRY:
            for crop in crops:
                yield from (self._actor(who, each) for each in self._about(who, crop, place)[:2])
        else:
            holders = [record] if record is not None else self._holders(who, place)
            for holder in holders:
                if holder.type is who.type and fits(holder, who.where, self.catalogue):
                    yield from self._named(who, holder)

    def _contacts(self, place: Term | None) -> Iterator[Actor]:
        if place is None or self.supply.vocabulary is None:
            return
        for contact in self.views.contacts(self.supply.vocabulary, place):
            url = contact["record"].url if contact["record"] else ""
            yield Actor(self.words("missing.contact"), contact["title"], url, contact["phone"])

    def _nearest(self, who: Who, place: Term | None) -> Iterator[Actor]:
        """The one of the place itself or the nearest above it, and the one of the topmost place."""
        if place is None or self.supply.vocabulary is None:
            return
        found: list[Record] = []
        for term in reversed(self.supply.vocabulary.lineage(place.id)):
            here = [r for r in self._distinct(self.catalogue.at_term(PLACE, term.id)) if r.type is who.type]
            fitting = [r for r in here if term in r.term(PLACE) and fits(r, who.where, self.catalogue)]
            if fitting and (not found or not term.parent):
                found.append(fitting[0])
        yield from (self._actor(who, record) for record in found)

    def _about(self, who: Who, crop: Term, place: Term | None) -> list[Record]:
        """Those whose field or whose own name says that they are about a crop, or about what holds it.

        A body of a place is asked there only; one that names no place everywhere.
        """
        regions = self.supply.vocabulary
        above = {term.id for term in regions.lineage(place.id)} if place is not None and regions else set()
        for term in reversed(self.catalogue.vocabularies[crop.vocabulary].lineage(crop.id)):
            records = (self.catalogue.records[key] for key, about in self._bodies(who.name) if term.id in about)
            found = [r for r in records if not r.term(PLACE) or above & {each.id for each in r.term(PLACE)}]
            if found:
                return found
        return []

    @memo
    def _bodies(self, name: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """The bodies of one sort by key, each with the crops that it is about."""
        who = self.who[name]
        terms = [(term, _names(term)) for term in self.catalogue.vocabularies[INDUSTRY]]
        found = []
        for record in self.catalogue.by_type.get(who.type.name, ()):
            if not fits(record, who.where, self.catalogue):
                continue
            about = {term.id for term in record.term(INDUSTRY)}
            if not about:
                about = {term.id for term, names in terms if any(each in record.title for each in names)}
            if about:
                found.append((record.key, frozenset(about)))
        return tuple(found)

    def _holders(self, who: Who, place: Term | None) -> list[Record]:
        if place is None:
            return []
        here = self._distinct(self.catalogue.at_term(PLACE, place.id))
        return [record for record in here if record.type is who.type and place in record.term(PLACE)]

    def _named(self, who: Who, holder: Record) -> Iterator[Actor]:
        """Whom a record names: bodies, never persons; where it names none, that it has such a one."""
        if who.items is None:
            spec = holder.type.by_name.get(who.field)
            for target, _ in self.catalogue.targets(holder, spec) if spec else ():
                yield self._actor(who, target)
            return
        inner = next((spec for spec in who.items.fields if spec.name == who.field), None)
        role = str(self.views.said(who.titles))
        for item in holder.list(who.items.name):
            if not isinstance(item, Mapping) or not item_fits(holder, who.items, item, who.only, self.catalogue):
                continue
            key = f"{inner.reference}/{item.get(who.field)}" if inner and item.get(who.field) else ""
            body = self.catalogue.records.get(key) if key else None
            if body is not None:
                yield self._actor(who, body)
            else:
                yield Actor(role, holder.title, holder.url)

    def _actor(self, who: Who, record: Record) -> Actor:
        phone = str(record.get("phone")) if "phone" in record.type.by_name else ""
        return Actor(str(self.views.said(who.titles)), record.title, record.url, phone)

    # ── What cannot be told ──

    @memo
    def unknown(self) -> dict[str, int]:
        """Of how many places it cannot be told: whether a plan asks for a group there, and what leads there."""
        found = {"group": 0, "crop": 0}
        for term in self.supply.places():
            found["crop"] += not self.leading(term.id)
            found["group"] += any(self.owed(part, term) is None for part in self._parts("group"))
        return found

    @staticmethod
    def _distinct(records: Iterable[Record]) -> list[Record]:
        return list({record.key: record for record in records}.values())


def iter_overdue(
    catalogue: Catalogue, plans: Mapping[str, Plan], today: date
) -> Iterator[tuple[Record, duties.Standing]]:
    """What some plans ask for and nobody did in time: each record and how it stands, in the order of the plans."""
    records = [record for name in duties.needs(plans) for record in catalogue.by_type.get(name, ())]
    standings = duties.assess(plans, records, today, catalogue.exemptions, catalogue.vocabularies)
    for key, several in standings.items():
        for standing in several:
            if standing.state == OVERDUE:
                yield catalogue.records[key], standing


def name_clause(duty: Duty, lang: str) -> str:
    """By which rule of which plan a duty is one."""
    return f"{duty.plan.title(lang)} {duty.clause.title(lang)}"


def _speaks_of(asked: Iterable[Duty], types: frozenset[str]) -> bool:
    return any(duty.type in types for duty in asked)


def _names(term: Term) -> tuple[str, ...]:
    """What a crop is called without doubt, in at least two characters."""
    names = (term.title, *(alias for alias in term.aliases if alias not in term.ambiguous))
    return tuple(name for name in names if len(name) > 1)

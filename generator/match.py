"""Which offers answer a need, with reasons that can be checked, and which are just out of reach, with why not.

What takes part, and with which fields, is said by the schemas (``kezhu: match:``); what counts for how much, by
``catalogue/matching.yml``. No code here knows a type. Candidates come through an index of industry, place and kind, in
which every list is ordered by what does not depend on the need: a need looks at a bounded number of offers however
many there are, and no need is held against all of them. One need's answer depends on no other need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from heapq import heappush, heapreplace
from typing import Any, NamedTuple

from generator.matching import SOFT, SOURCE, Side, Weights
from generator.model import Catalogue, FieldSpec, Record, Vocabulary

TOP = 5  # answers of each sort
NEAR = 3  # offers just out of reach
LOOK = 200  # entries of one list that are looked at: they differ only in what the need did not ask first
ANY = ""  # in place of an industry, a place or a kind: all of them


class Reason(NamedTuple):
    """One sentence: the key of its words, and what is filled in. ``good`` is false for what speaks against."""

    key: str
    params: Mapping[str, Any]
    good: bool = True


class Relation(NamedTuple):
    """How one thing of a need and of an offer stand to each other: the grade's name and the sentence."""

    grade: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Match:
    """An offer for a need with its points, and reasons that are true of these two records, the weightiest first.

    ``close`` says that it is meant for what the need is about, and not only for everything.
    """

    record: Record
    points: float
    reasons: tuple[Reason, ...]
    close: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a need gets: who can come, what can be seen or copied, and who is just out of reach."""

    reach: tuple[Match, ...] = ()
    at: tuple[Match, ...] = ()
    near: tuple[Match, ...] = ()

    @property
    def met(self) -> bool:
        """Whether anybody can be asked to come who says that this is what they do."""
        return any(match.close for match in self.reach)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as the index knows it; ``points`` are those that depend on no need."""

    record: Record
    side: Side
    points: float
    kinds: tuple[str, ...]


class Matcher:
    """The offers of a catalogue, ready to be asked; made once, asked about one need at a time."""

    def __init__(
        self, catalogue: Catalogue, sides: Mapping[str, Sequence[Side]], weights: Weights, today: date
    ) -> None:
        self.catalogue = catalogue
        self.sides = sides
        self.weights = weights
        self.today = today
        self.offers: list[Offer] = []  # in the order of their keys, which breaks ties
        self._lists: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for record in sorted(catalogue.records.values(), key=lambda record: record.key):
            side = self.side(record)
            if side is not None and side.side == "offers":
                self._file(record, side)
        for numbers in self._lists.values():
            numbers.sort(key=lambda number: (-self.offers[number].points, number))

    def needs(self) -> Iterator[Record]:
        """The needs that look for somebody, in the order of the catalogue."""
        found = ((record, self.side(record)) for record in self.catalogue.records.values())
        return (record for record, side in found if side is not None and side.side == "asks")

    def side(self, record: Record) -> Side | None:
        """How a record takes part, by the first entry of its type that fits; ``None`` where none does."""
        return next((side for side in self.sides.get(record.type.name, ()) if fits(record, side)), None)

    def answer(self, need: Record) -> Answer:
        """Who answers a need, best first; of equals the one whose key comes first."""
        found = {sort: self._best(need, sort, TOP) for sort in ("reach", "at")}
        taken = {number for best in found.values() for number in best}
        near = [number for number in self._best(need, "near", NEAR + len(taken)) if number not in taken][:NEAR]
        reach, at, out = (
            tuple(self.compare(need, self.offers[number]) for number in numbers) for numbers in (*found.values(), near)
        )
        return Answer(reach, at, out)

    def reaching(self, place: str) -> list[tuple[Offer, Relation]]:
        """The offers that reach a place, those that name it first, then what lies around it, then the whole country."""
        vocabulary = next((self._vocabulary(o.record, o.side.place) for o in self.offers if o.side.reach), None)
        if vocabulary is None or place not in vocabulary:
            return []
        line = [f"r{term.id}" for term in reversed(vocabulary.lineage(place))]
        found: dict[int, Relation] = {}
        for key in (*line, "r"):
            for industry in ("*", "="):
                for number in self._lists.get((industry, key, ANY), ()):
                    if number not in found:
                        found[number] = self._reach(vocabulary, place, self.offers[number])
        return [(self.offers[number], relation) for number, relation in found.items()]

    def _reach(self, vocabulary: Vocabulary, place: str, offer: Offer) -> Relation:
        held = self._terms(offer.record, offer.side.place)
        if not held:
            return Relation("all", Reason("reach-all", {}))
        relations = (self._distance(vocabulary, place, theirs, offer.side) for theirs in held)
        return max(relations, key=lambda relation: self.weights.grades.get(relation.grade, 0))

    def compare(self, need: Record, offer: Offer) -> Match:
        """All that speaks for and against an offer."""
        relations = {
            "industry": self.industry(need, offer),
            "region": self.region(need, offer),
            "kind": self.kind(need, offer),
            **{name: self._soft(need, offer, name) for name in SOFT},
        }
        points = offer.points
        reasons = []
        for name, relation in relations.items():
            if relation is not None:
                worth = self.weights.of(name, relation.grade)
                points += worth
                reasons.append((worth, relation.reason))
        reasons += self._static(offer.record, offer.side)
        reasons.sort(key=lambda pair: (not pair[1].good, -pair[0]))
        said = tuple(reason for _, reason in reasons)
        return Match(offer.record, round(points, 6), said, self._is_close(need, offer))

    def _is_close(self, need: Record, offer: Offer) -> bool:
        if self._terms(need, self._asking(need).industry):
            return self.industry(need, offer).grade in CLOSE
        fit = self.kind(need, offer)
        return fit is not None and fit.grade == "fits" and self.region(need, offer).grade != "all"

    # ── Relations ────────────────────────────────────────────────────────────────────────────────────────────────────

    def industry(self, need: Record, offer: Offer) -> Relation:
        """How near two industries are: the same, one above the other, of one group, or not at all."""
        wanted, held = self._terms(need, self._asking(need).industry), self._terms(offer.record, offer.side.industry)
        if not held and not wanted:
            return Relation("any", Reason("industry-any", {}))
        if not held:
            mine = self._label(need, self._asking(need).industry, wanted)
            return Relation("any", Reason("industry-unsaid", {"mine": mine}, good=False))
        if not wanted:
            theirs = self._label(offer.record, offer.side.industry, held)
            return Relation("unsaid", Reason("industry-theirs", {"theirs": theirs}))
        vocabulary = self._vocabulary(need, self._asking(need).industry)
        best: tuple[int, str, str, str] = (9, "other", wanted[0], held[0])
        for mine in wanted:
            for theirs in held:
                grade = industry_grade(vocabulary, mine, theirs)
                best = min(best, (GRADES.index(grade), grade, mine, theirs), key=lambda b: b[0])
        _, grade, mine, theirs = best
        params = {"mine": vocabulary[mine], "theirs": vocabulary[theirs]}
        if grade == "sibling":
            params["group"] = vocabulary[vocabulary[mine].parent]
        return Relation(grade, Reason(f"industry-{grade}", params, good=grade != "other"))

    def region(self, need: Record, offer: Offer) -> Relation:
        """Whether an offer reaches the need's place, or how far it is from there."""
        wanted, held = self._terms(need, self._asking(need).place), self._terms(offer.record, offer.side.place)
        if not held:
            return (
                Relation("all", Reason("reach-all", {}))
                if offer.side.reach
                else Relation("far", Reason("at-unsaid", {}))
            )
        vocabulary = self._vocabulary(offer.record, offer.side.place)
        if not wanted:
            return Relation("unsaid", Reason("reach-theirs", {"theirs": vocabulary[held[0]]}))
        return min(
            (self._distance(vocabulary, mine, theirs, offer.side) for mine in wanted for theirs in held),
            key=lambda relation: (-self.weights.grades.get(relation.grade, 0), not relation.reason.good),
        )

    def _distance(self, vocabulary: Vocabulary, mine: str, theirs: str, side: Side) -> Relation:
        above = [term.id for term in vocabulary.lineage(mine)]
        params = {"mine": vocabulary[mine], "theirs": vocabulary[theirs]}
        if side.reach:
            if theirs in above:
                grade = "here" if theirs == mine else ("nearly" if above.index(theirs) else "province")
                return Relation(grade, Reason("reach-here" if theirs == mine else "reach-above", params))
            if mine in (term.id for term in vocabulary.lineage(theirs)):
                return Relation("part", Reason("reach-part", params, good=False))
            return Relation("out", Reason("reach-out", params, good=False))
        shared = [term for term in vocabulary.lineage(theirs) if term.id in above]
        if shared and shared[-1].id == mine:
            return Relation("here", Reason("at-here", params))
        if not shared:
            return Relation("far", Reason("at-far", params))
        return Relation(
            "nearly" if len(shared) > 1 else "province",
            Reason("at-shared" if shared[-1].id != theirs else "at-there", {**params, "shared": shared[-1]}),
        )

    def kind(self, need: Record, offer: Offer) -> Relation | None:
        """Whether the offer is of a kind that answers the need; nothing where the need does not say."""
        wanted = self._kinds(need)
        if not wanted:
            return None
        fitting = [
            (mine, theirs) for mine in wanted for theirs in offer.kinds if theirs in self.weights.answers.get(mine, ())
        ]
        if fitting:
            mine, theirs = fitting[0]
            return Relation(
                "fits", Reason("kind-fits", {"mine": self._kind_name(mine), "theirs": self._kind_name(theirs)})
            )
        params = {"mine": self._kind_name(wanted[0]), "theirs": self._kind_name(offer.kinds[0])}
        return Relation("other", Reason("kind-other", params, good=False))

    def _soft(self, need: Record, offer: Offer, name: str) -> Relation | None:
        mine, theirs = getattr(self._asking(need), name), getattr(offer.side, name)
        wanted, held = need.term(mine), offer.record.term(theirs)
        if not wanted or not held:
            return None
        shared = [term for term in held if term.id in {each.id for each in wanted}]
        if shared:
            return Relation("fits", Reason(f"{name}-fits", {"theirs": shared[0]}))
        return Relation("other", Reason(f"{name}-other", {"mine": wanted[0], "theirs": held[0]}, good=False))

    def _static(self, record: Record, side: Side) -> list[tuple[float, Reason]]:
        """What depends on no need: confirmed lately, with sources, in season, not taken up too often."""
        found = []
        if (day := str(record.get(side.verified))) and (left := self._freshness(day)) > 0:
            found.append((self.weights.of("freshness") * left, Reason("verified", {"date": day})))
        if said := [name for name in side.evidence if record.get(name)]:
            worth = self.weights.of("evidence") * len(said) / len(side.evidence)
            more = tuple(record.type.by_name[name] for name in said if name not in SOURCE)
            found.append((worth, Reason("evidence", {"fields": more}) if more else Reason("sourced", {})))
        months = in_season(record, side.season, self.today)
        if months is not None:
            span = {"starts": str(record.get(side.season[0])), "ends": str(record.get(side.season[1]))}
            found.append(
                (
                    self.weights.of("season") * months,
                    Reason("season" if months else "season-over", span, bool(months)),
                )
            )
        if load := self._load.get(record.key, 0):
            found.append((-min(load, 5) / 5 * self.weights.of("load"), Reason("load", {"n": load})))
        return found

    def _freshness(self, day: str) -> float:
        """From 1 on the day of the confirmation down to 0 when it has grown old."""
        try:
            age = (self.today - date.fromisoformat(day)).days
        except ValueError:
            return 0
        return max(0.0, min(1.0, 1 - age / self.weights.fresh))

    # ── Index ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _file(self, record: Record, side: Side) -> None:
        number = len(self.offers)
        kinds = (*(f"{term.vocabulary}/{term.id}" for term in record.term(side.kind)), f"type/{record.type.name}")
        points = sum(worth for worth, _ in self._static(record, side))
        self.offers.append(Offer(record, side, points, kinds))
        industries, regions = self._industry_keys(record, side), self._region_keys(record, side)
        for industry in industries:
            for region in regions:
                near = region.startswith("n")
                for kind in (ANY,) if near else (ANY, *kinds):
                    self._lists[industry, region, kind].append(number)

    def _industry_keys(self, record: Record, side: Side) -> set[str]:
        """``=id`` for its own, ``<id`` for all above them, ``=`` for none, ``*`` for any."""
        held = self._terms(record, side.industry)
        if not held:
            return {"="}
        vocabulary = self._vocabulary(record, side.industry)
        return {"*", *(f"={term}" for term in held)} | {f"<{a.id}" for term in held for a in vocabulary.ancestors(term)}

    def _region_keys(self, record: Record, side: Side) -> set[str]:
        """``r`` where it serves, ``n`` what lies around there, ``a`` what it stands in; the id follows."""
        held = self._terms(record, side.place)
        sort = "r" if side.reach else "a"
        if not held:
            return {sort}
        vocabulary = self._vocabulary(record, side.place)
        around = {term.id for each in held for term in vocabulary.lineage(each)}
        if side.reach:
            return {f"r{each}" for each in held} | {f"n{each}" for each in around} | {"n"}
        return {f"a{each}" for each in around} | {"a"}

    def _best(self, need: Record, sort: str, size: int) -> list[int]:
        """The numbers of the best offers of a sort; lists with the highest base come first, so few are read far."""
        lists = sorted(self._candidates(need, sort), key=lambda found: -found[0])
        heap: list[tuple[float, int]] = []
        seen: set[int] = set()
        softest = sum(self.weights.of(name, "fits") for name in SOFT if need.term(getattr(self._asking(need), name)))
        for base, numbers in lists:
            for number in numbers[:LOOK]:
                known = base + self.offers[number].points
                if len(heap) == size and (known + softest, -number) < heap[0]:
                    break
                if number in seen:
                    continue
                seen.add(number)
                points = known + (self._softly(need, self.offers[number]) if softest else 0)
                if points < self.weights.least and sort != "near":
                    continue
                entry = (points, -number)
                if len(heap) < size:
                    heappush(heap, entry)
                elif entry > heap[0]:
                    heapreplace(heap, entry)
        return [-number for _, number in sorted(heap, reverse=True)]

    def _softly(self, need: Record, offer: Offer) -> float:
        relations = ((name, self._soft(need, offer, name)) for name in SOFT)
        return sum(self.weights.of(name, relation.grade) for name, relation in relations if relation is not None)

    def _candidates(self, need: Record, sort: str) -> Iterator[tuple[float, list[int]]]:
        """Lists of offers, each with the points that industry, place and kind give to all of it."""
        kinds = [
            (self.weights.of("kind", "fits"), kind)
            for mine in self._kinds(need)
            for kind in self.weights.answers.get(mine, ())
        ]
        kinds.append((self.weights.of("kind", "other") if kinds else 0.0, ANY))
        for worth, industry in self._industries(need, sort):
            for reached, region in self._regions(need, sort):
                for fit, kind in [(0.0, ANY)] if sort == "near" else kinds:
                    if numbers := self._lists.get((industry, region, kind)):
                        yield worth + reached + fit, numbers

    def _industries(self, need: Record, sort: str) -> list[tuple[float, str]]:
        wanted = self._terms(need, self._asking(need).industry)
        if not wanted:
            general = [(self.weights.of("industry", "any"), "=")] if sort != "near" else []
            return [(self.weights.of("industry", "unsaid"), "*"), *general]
        vocabulary = self._vocabulary(need, self._asking(need).industry)
        found = {"=": "any"} if sort != "near" else {}
        for term in wanted:
            parent = vocabulary[term].parent
            if parent and vocabulary[parent].parent:
                found.setdefault(f"<{parent}", "sibling")
        for term in wanted:
            found[f"<{term}"] = "below"
            found.update({f"={above.id}": "above" for above in vocabulary.ancestors(term)})
        found.update({f"={term}": "same" for term in wanted})
        return [(self.weights.of("industry", grade), key) for key, grade in found.items()]

    def _regions(self, need: Record, sort: str) -> list[tuple[float, str]]:
        side = self._asking(need)
        wanted = self._terms(need, side.place)
        if sort == "near":
            if not wanted:
                return []
            vocabulary = self._vocabulary(need, side.place)
            lines = [vocabulary.lineage(each) for each in wanted]
            around = [(depth - 9.0, f"n{term.id}") for line in lines for depth, term in enumerate(line)]
            return [*around, (-9.5, "n")]  # the nearest first
        found = {"r": "all"} if sort == "reach" else {"a": "far"}
        if not wanted:
            return [(self.weights.of("region", grade), key) for key, grade in found.items()]
        vocabulary = self._vocabulary(need, side.place)
        for each in wanted:
            line = vocabulary.lineage(each)
            for depth, term in enumerate(line):
                grade = "here" if term.id == each else ("nearly" if depth else "province")
                key = f"{sort[0]}{term.id}"
                if self.weights.of("region", grade) > self.weights.of("region", found.get(key, "far")):
                    found[key] = grade
        return [(self.weights.of("region", grade), key) for key, grade in found.items()]

    def _asking(self, need: Record) -> Side:
        return next(side for side in self.sides[need.type.name] if side.side == "asks")

    # ── Terms ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @staticmethod
    def _terms(record: Record, name: str) -> tuple[str, ...]:
        return tuple(term.id for term in record.term(name))

    def _vocabulary(self, record: Record, name: str) -> Vocabulary:
        return self.catalogue.vocabularies[record.type.by_name[name].vocabulary]

    def _label(self, record: Record, name: str, ids: Sequence[str]) -> Any:
        return self._vocabulary(record, name)[ids[0]]

    def _kinds(self, need: Record) -> list[str]:
        return [f"{term.vocabulary}/{term.id}" for term in need.term(self._asking(need).kind)]

    def _kind_name(self, kind: str) -> Any:
        vocabulary, _, name = kind.partition("/")
        return self.catalogue.types[name] if vocabulary == "type" else self.catalogue.vocabularies[vocabulary][name]

    @cached_property
    def _load(self) -> Mapping[str, int]:
        """How many needs an offer has been taken up for."""
        found: dict[str, int] = defaultdict(int)
        for record in self.catalogue.records.values():
            side = self.side(record)
            if side is not None and side.side == "asks" and side.answered:
                spec: FieldSpec = record.type.by_name[side.answered]
                for target, _ in self.catalogue.targets(record, spec):
                    found[target.key] += 1
        return found


def fits(record: Record, side: Side) -> bool:
    """Whether a record takes part in this way; a field that says nothing keeps nobody out."""

    def said(name: str) -> set[str]:
        outer, _, inner = name.partition(".")
        return {str(value.get(inner, "") if isinstance(value, Mapping) else value) for value in record.list(outer)}

    return all(not said(name) or said(name) & set(allowed) for name, allowed in side.only.items()) and not any(
        said(name) & set(refused) for name, refused in side.but.items()
    )


# ── How things lie to each other ─────────────────────────────────────────────────────────────────────────────────────

CLOSE = frozenset({"same", "below", "above", "sibling"})
GRADES = ("same", "below", "above", "sibling", "other")


def industry_grade(vocabulary: Vocabulary, mine: str, theirs: str) -> str:
    """``same``; ``below`` what is asked for, or ``above`` it; ``sibling`` of one group that is no root; ``other``."""
    if mine == theirs:
        return "same"
    above_theirs = {term.id for term in vocabulary.ancestors(theirs)}
    if mine in above_theirs:
        return "below"
    if theirs in {term.id for term in vocabulary.ancestors(mine)}:
        return "above"
    parent = vocabulary[mine].parent
    return "sibling" if parent and vocabulary[parent].parent and parent in above_theirs else "other"


def in_season(record: Record, names: tuple[str, str], today: date) -> int | None:
    """1 when today lies between two months or days, ``03`` or ``11-15``; 0 when not, ``None`` when none is said."""
    starts, ends = (str(record.get(name)) for name in names)
    if not starts or not ends or not {len(starts), len(ends)} <= {2, 5}:
        return None
    now = today.isoformat()[5:]
    first, last = starts if len(starts) == 5 else f"{starts}-01", ends if len(ends) == 5 else f"{ends}-31"
    return int(first <= now <= last if first <= last else now >= first or now <= last)

"""Which offers answer a need, best first, and which are just out of reach.

What takes part is said by ``catalogue/matching.yml``, how two records stand to each other by `relations`; no code here
knows a type. Candidates come through an index of industry, place and kind, in which every list is ordered by what does
not depend on the need: a need looks at a bounded number of offers however many there are, and no need is held against
all of them. One need's answer depends on the need and on the index, never on another need.

What is kept is plain: keys, points, places in lists. The sentences are said anew for the pages that show them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappush, heapreplace
from typing import NamedTuple

from generator.matching import SOFT, Side, Weights
from generator.model import Catalogue, Record, Vocabulary
from generator.relations import Judge, Offer, Reason, Relation, is_group, terms
from generator.relations import fits as fits
from generator.track import memo

TOP = 5  # answers of each sort
NEAR = 3  # offers just out of reach
LOOK = 200  # entries of one list that are looked at: they differ only in what the need did not ask first
ANY = ""  # in place of an industry, a place or a kind: all of them
OUT = frozenset({"next", "beyond", "part", "out"})  # grades of what does not come here
Ranked = tuple[tuple[str, float], ...]
"""Keys of records with their points, the best first; of equals the one whose key comes first."""


@dataclass(frozen=True, slots=True)
class Match:
    """An offer for a need with its points, and reasons that are true of these two records, the weightiest first.

    ``close`` says that it is meant for what the need is about, and not only for everything.
    """

    record: Record
    points: float
    reasons: tuple[Reason, ...]
    close: bool = True


class Found(NamedTuple):
    """What a need gets, in keys: who can come, what can be seen or copied, who is just out of reach.

    ``met`` is the key of the best that can come and is meant for what the need is about; empty where there is none.
    """

    reach: Ranked = ()
    at: Ranked = ()
    near: Ranked = ()
    met: str = ""

    @property
    def ranked(self) -> Ranked:
        """All of them together."""
        return tuple(sorted((*self.reach, *self.at, *self.near), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a need gets, with the reasons."""

    reach: tuple[Match, ...] = ()
    at: tuple[Match, ...] = ()
    near: tuple[Match, ...] = ()
    met: bool = False
    """Whether anybody can be asked to come who says that this is what they do."""


class Index(NamedTuple):
    """The offers by number, in the order of their keys: keys, points that depend on no need, what the soft signals
    say; and numbers by industry, place and kind, the best first."""

    keys: tuple[str, ...]
    points: tuple[float, ...]
    soft: tuple[Mapping[str, tuple[str, ...]], ...]
    lists: Mapping[tuple[str, str, str], tuple[int, ...]]


class Matcher:
    """The offers of a catalogue, ready to be asked about one need, one offer or one place at a time."""

    def __init__(
        self, catalogue: Catalogue, sides: Mapping[str, Sequence[Side]], weights: Weights, today: date
    ) -> None:
        self.catalogue = catalogue
        self.sides = sides
        self.weights = weights
        self.month = today.isoformat()[:7]
        self.judge = Judge(catalogue, sides, weights, self.month)

    def _taking(self, side: str) -> Iterator[Record]:
        for name, entries in self.sides.items():
            if any(entry.side == side for entry in entries):
                yield from self.catalogue.by_type.get(name, ())

    # ── What is kept ─────────────────────────────────────────────────────────────────────────────────────────────────

    @memo
    def needs(self) -> tuple[str, ...]:
        """The keys of the needs that look for somebody, in the order of the catalogue."""
        found = ((record.key, self.judge.side(record)) for record in self._taking("asks"))
        return tuple(key for key, side in found if side is not None and side.side == "asks")

    def asks(self, record: Record) -> bool:
        """Whether a record is a need that looks for somebody."""
        side = self.judge.side(record)
        return side is not None and side.side == "asks"

    @property
    def index(self) -> Index:
        """The offers, ready to be looked up."""
        return self._index(self.month)

    @memo
    def _index(self, month: str) -> Index:  # noqa: ARG002 — what counts as fresh and in season changes with it
        return make_index(self.judge, sorted(self._taking("offers"), key=lambda record: record.key))

    def found(self, key: str) -> Found:
        """Who answers the need of this key."""
        return self._found(key, self.month)

    @memo
    def _found(self, key: str, month: str) -> Found:
        need, index = self.catalogue.records[key], self._index(month)
        best = {sort: self._best(need, sort, TOP) for sort in ("reach", "at")}
        taken = {index.keys[number] for numbers in best.values() for number in numbers}
        near = [index.keys[number] for number in self._best(need, "near", NEAR + TOP)]
        rows: dict[str, list[tuple[str, float]]] = {"reach": [], "at": [], "near": []}
        for offer_key in dict.fromkeys((*taken, *self._taken_up(need), *near)):
            offer = self._offer(offer_key)
            grade = self.judge.region(need, offer).grade
            sort = ("reach" if offer.side.reach else "at") if grade not in OUT else "near"
            rows[sort].append((offer_key, self.judge.weigh(need, offer)[0]))
        reach, at, out = (
            tuple(sorted(rows[sort], key=lambda row: (-row[1], row[0]))[:size])
            for sort, size in (("reach", TOP), ("at", TOP), ("near", NEAR))
        )
        met = (key for key, _ in reach if self.judge.is_close(need, self._offer(key)))
        return Found(reach, at, tuple(row for row in out if row[1] >= self.weights.least), next(met, ""))

    def _taken_up(self, need: Record) -> Iterator[str]:
        """The offers that have taken up this very need, wherever else they are."""
        name = self.judge.asking(need).answered
        if name:
            for target, _ in self.catalogue.targets(need, need.type.by_name[name]):
                if self.judge.offer(target) is not None:
                    yield target.key

    @memo
    def _asked(self, month: str) -> Mapping[str, Ranked]:
        """For the key of each offer the needs that it answers."""
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for need in self.needs():
            answer = self._found(need, month)
            for offer, points in (*answer.reach, *answer.at):
                found[offer].append((need, points))
        return {key: tuple(sorted(rows, key=lambda row: (-row[1], row[0]))) for key, rows in found.items()}

    def comes(self, record: Record) -> bool:
        """Whether a record is an offer that comes to whoever needs it."""
        offer = self.judge.offer(record)
        return offer is not None and bool(offer.side.reach)

    def is_close(self, need: Record, key: str) -> bool:
        """Whether the offer of this key is for what the need is about, not only near it."""
        return self.judge.is_close(need, self._offer(key))

    def asking(self, key: str) -> Ranked:
        """The needs that the offer of this key answers, those that it answers best first."""
        return self._asking(key, self.month)

    @memo
    def _asking(self, key: str, month: str) -> Ranked:
        return self._asked(month).get(key, ())

    def reaching(self, place: str) -> tuple[str, ...]:
        """The keys of the offers that reach a place: those that name it, then what lies around it, then the country."""
        return self._reaching(place, self.month)

    @memo
    def _reaching(self, place: str, month: str) -> tuple[str, ...]:
        vocabulary = self._places()
        if vocabulary is None or place not in vocabulary:
            return ()
        index = self._index(month)
        lists = (
            index.lists.get((industry, key, ANY), ())
            for key in (*(f"r{term.id}" for term in reversed(vocabulary.lineage(place))), "r")
            for industry in ("*", "=any", "=untold")
        )
        return tuple(dict.fromkeys(index.keys[number] for numbers in lists for number in numbers))

    def _places(self) -> Vocabulary | None:
        """The vocabulary of the places that offers come to."""
        for name, entries in self.sides.items():
            for entry in entries:
                if entry.side == "offers" and entry.reach:
                    return self.catalogue.vocabularies[self.catalogue.types[name].by_name[entry.reach].vocabulary]
        return None

    # ── What is said of it ───────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, need: Record) -> Answer:
        """Who answers a need, with the reasons."""
        found = self.found(need.key)
        reach, at, near = (tuple(self.match(need, key) for key, _ in rows) for rows in found[:3])
        return Answer(reach, at, near, bool(found.met))

    def match(self, need: Record, key: str) -> Match:
        """A need and the offer of this key: all that speaks for and against it."""
        offer = self._offer(key)
        points, reasons = self.judge.weigh(need, offer)
        return Match(offer.record, points, reasons, self.judge.is_close(need, offer))

    def reaches(self, place: str, key: str) -> Relation:
        """On what grounds the offer of this key reaches a place."""
        return self.judge.reaches(place, self._offer(key))

    def _offer(self, key: str) -> Offer:
        offer = self.judge.offer(self.catalogue.records[key])
        if offer is None:
            raise KeyError(key)
        return offer

    # ── Looking up ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _best(self, need: Record, sort: str, size: int) -> list[int]:
        """The numbers of the best offers of a sort; lists with the highest base come first, so few are read far."""
        index = self.index
        lists = sorted(self._candidates(need, sort), key=lambda found: -found[0])
        heap: list[tuple[float, int]] = []
        seen: set[int] = set()
        wishes = self._wishes(need)
        softest = sum(self.weights.of(name, "fits") for name in wishes)
        for base, numbers in lists:
            for number in numbers[:LOOK]:
                known = base + index.points[number]
                if len(heap) == size and (known + softest, -number) < heap[0]:
                    break
                if number in seen:
                    continue
                seen.add(number)
                points = known + (self._softly(wishes, index.soft[number]) if wishes else 0)
                if points < self.weights.least and sort != "near":
                    continue
                entry = (points, -number)
                if len(heap) < size:
                    heappush(heap, entry)
                elif entry > heap[0]:
                    heapreplace(heap, entry)
        return [-number for _, number in sorted(heap, reverse=True)]

    def _wishes(self, need: Record) -> Mapping[str, frozenset[str]]:
        side = self.judge.asking(need)
        wanted = {name: frozenset(terms(need, getattr(side, name))) for name in SOFT}
        return {name: ids for name, ids in wanted.items() if ids}

    def _softly(self, wishes: Mapping[str, frozenset[str]], held: Mapping[str, tuple[str, ...]]) -> float:
        return sum(
            self.weights.of(name, "fits" if ids.intersection(held[name]) else "other")
            for name, ids in wishes.items()
            if name in held
        )

    def _candidates(self, need: Record, sort: str) -> Iterator[tuple[float, Sequence[int]]]:
        """Lists of offers, each with the points that industry, place and kind give to all of it."""
        kinds = [
            (self.weights.of("kind", "fits"), kind)
            for mine in self.judge.kinds(need)
            for kind in self.weights.answers.get(mine, ())
        ]
        kinds.append((self.weights.of("kind", "other") if kinds else 0.0, ANY))
        lists = self.index.lists
        for worth, industry in self._industries(need, sort):
            for reached, region in self._regions(need, sort):
                for fit, kind in [(0.0, ANY)] if sort == "near" else kinds:
                    if numbers := lists.get((industry, region, kind)):
                        yield worth + reached + fit, numbers

    def _industries(self, need: Record, sort: str) -> list[tuple[float, str]]:
        side = self.judge.asking(need)
        wanted = terms(need, side.industry)
        if not wanted:
            general = [("any", "=any"), ("untold", "=untold")] if sort != "near" else []
            return [(self.weights.of("industry", grade), key) for grade, key in (("unsaid", "*"), *general)]
        vocabulary = self.judge.vocabulary(need, side.industry)
        whole = self.weights.whole
        found = {"=any": "any", "=untold": "untold"} if sort != "near" else {}
        for term in wanted:
            for above in vocabulary.ancestors(term):
                if not is_group(vocabulary, above.id, whole):
                    found[f"={above.id}"] = "wide"
        for term in wanted:
            parent = vocabulary[term].parent
            if is_group(vocabulary, parent, whole):
                found[f"<{parent}"] = "sibling"
        for term in wanted:
            for above in vocabulary.ancestors(term):
                if is_group(vocabulary, above.id, whole):
                    found[f"={above.id}"] = "above"
        for term in wanted:
            found[f"<{term}"] = "below"
        found.update({f"={term}": "same" for term in wanted})
        return [(self.weights.of("industry", grade), key) for key, grade in found.items()]

    def _regions(self, need: Record, sort: str) -> list[tuple[float, str]]:
        side = self.judge.asking(need)
        wanted = terms(need, side.place)
        if sort == "near" and not wanted:
            return []
        found = {
            "reach": {"r": "all"},
            "at": {"a": "far", "c": "copied"},
            "near": {"n": "out"},
        }[sort]
        lines = [self.judge.vocabulary(need, side.place).lineage(each) for each in wanted]
        for line in lines:
            for depth, term in enumerate(line):
                own = depth == len(line) - 1
                key, grade = {
                    "reach": (f"r{term.id}", "here" if own else ("nearly" if depth else "province")),
                    "at": (f"a{term.id}", "there" if own else ("around" if depth else "inland")),
                    "near": (f"n{term.id}", "part" if own else ("next" if depth else "beyond")),
                }[sort]
                if own and sort == "at":
                    found[f"w{term.id}"] = grade
                if self.weights.of("region", grade) > self.weights.of("region", found.get(key, "out")):
                    found[key] = grade
        return [(self.weights.of("region", grade), key) for key, grade in found.items()]


# ── Index ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_index(judge: Judge, records: Iterable[Record]) -> Index:
    """The offers among these records, which come in the order of their keys."""
    keys: list[str] = []
    points: list[float] = []
    soft: list[Mapping[str, tuple[str, ...]]] = []
    lists: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for record in records:
        offer = judge.offer(record)
        if offer is None:
            continue
        number = len(keys)
        keys.append(record.key)
        points.append(sum(worth for worth, _ in judge.standing(offer)))
        said = {name: terms(record, getattr(offer.side, name)) for name in SOFT}
        soft.append({name: ids for name, ids in said.items() if ids} or NOTHING)
        regions = region_keys(judge, offer)
        for industry in industry_keys(judge, offer):
            for region in regions:
                near = region.startswith("n")
                for kind in (ANY,) if near else (ANY, *offer.kinds):
                    lists[industry, region, kind].append(number)
    best = {key: tuple(sorted(numbers, key=lambda n: (-points[n], n))) for key, numbers in sorted(lists.items())}
    return Index(tuple(keys), tuple(points), tuple(soft), best)


NOTHING: Mapping[str, tuple[str, ...]] = {}


def industry_keys(judge: Judge, offer: Offer) -> set[str]:
    """``=id`` for its own, ``<id`` for all above them, ``*`` for any; ``=any`` or ``=untold`` where it names none."""
    held = terms(offer.record, offer.side.industry)
    if not held:
        return {f"={offer.side.silent}"}
    vocabulary = judge.vocabulary(offer.record, offer.side.industry)
    return {"*", *(f"={term}" for term in held)} | {f"<{a.id}" for term in held for a in vocabulary.ancestors(term)}


def region_keys(judge: Judge, offer: Offer) -> set[str]:
    """``r`` where it serves, ``n`` what lies around there; ``a`` what it stands in, ``w`` the same for needs of all of
    it, ``c`` what can be copied anywhere; the id of the place follows, or nothing for the whole country."""
    held = terms(offer.record, offer.side.place)
    if not held:
        return {"r"} if offer.side.reach else {"far": {"a"}, "copied": {"c"}, "never": set()}[offer.side.far]
    vocabulary = judge.vocabulary(offer.record, offer.side.place)
    around = {term.id for each in held for term in vocabulary.lineage(each)}
    if offer.side.reach:
        return {f"r{each}" for each in held} | {f"n{each}" for each in around} | {"n"}
    if offer.side.far == "never":  # not even in its own province, unless it is the whole of it, or that is what asks
        return {f"a{each}" if each in held or vocabulary[each].parent else f"w{each}" for each in around}
    return {f"a{each}" for each in around} | {"c" if offer.side.far == "copied" else "a"}

"""Which offers answer a need, best first, and which are just out of reach.

What takes part is said by ``catalogue/matching.yml``, how two records stand to each other by `relations`; no code here
knows a type. Candidates come through an index of industry, place and kind, in which every list is ordered by what does
not depend on the need: a need looks at a bounded number of offers however many there are, and no need is held against
all of them. One need's answer depends on the need and on the index, never on another need.

What is kept is plain: keys, points, places in lists. The sentences are said anew for the pages that show them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappush, heapreplace
from operator import itemgetter
from sys import intern
from typing import NamedTuple

from generator.matching import SOFT, Side, Weights
from generator.model import Catalogue, Record
from generator.relations import Ask, Judge, Offer, Reason, Relation, Tree, terms
from generator.track import memo

TOP = 5  # answers of each sort
NEAR = 3  # offers just out of reach
LOOK = 200  # entries of one list that are looked at: they differ only in what the need did not ask first
OUT = frozenset({"next", "beyond", "part", "out"})  # grades of what does not come here
FOR_ALL = ("*", "=any", "=untold")  # offers of any industry, for all of them, for nobody knows which
Ranked = tuple[tuple[str, float], ...]
"""Keys of records with their points, the best first; of equals the one whose key comes first."""
Numbers = tuple[int, ...]
"""Offers by their numbers in the index, the best first."""
Listed = tuple[float, float, Numbers]
"""Points that industry and place give to all of some offers: to those of a kind that answers, and to the others."""


class Match(NamedTuple):
    """An offer for a need with its points, and reasons that are true of these two records, the weightiest first."""

    record: Record
    points: float
    reasons: tuple[Reason, ...]


class Found(NamedTuple):
    """What a need gets, in keys: who can come, what can be seen or copied, who is just out of reach.

    ``close`` are those that can come and are meant for what the need is about, the best first.
    """

    reach: Ranked = ()
    at: Ranked = ()
    near: Ranked = ()
    close: tuple[str, ...] = ()

    @property
    def met(self) -> str:
        """The best that can come and is meant for it; empty where there is none."""
        return self.close[0] if self.close else ""

    @property
    def ranked(self) -> Ranked:
        """All of them together."""
        return tuple(sorted((*self.reach, *self.at, *self.near), key=lambda pair: (-pair[1], pair[0])))


class Around(NamedTuple):
    """Who reaches a place: keys of the first, how many there are, and the crops that any of them names."""

    first: tuple[str, ...] = ()
    total: int = 0
    crops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a need gets, with the reasons."""

    reach: tuple[Match, ...] = ()
    at: tuple[Match, ...] = ()
    near: tuple[Match, ...] = ()
    met: bool = False
    """Whether anybody can be asked to come who says that this is what they do."""


class Index(NamedTuple):
    """The offers by number, in the order of their keys, each column with what depends on no need.

    ``points`` are for what they are in themselves, ``soft`` what the soft signals say. ``lists`` hold numbers by place
    and industry (`region_keys`, `industry_keys`); ``kinds_of_long`` the best of each kind in those lists that are
    longer than anybody looks, by place, industry and kind.
    """

    keys: tuple[str, ...]
    sides: tuple[Side, ...]
    industries: tuple[tuple[str, ...], ...]
    places: tuple[tuple[str, ...], ...]
    kinds: tuple[tuple[str, ...], ...]
    points: tuple[float, ...]
    soft: tuple[Mapping[str, tuple[str, ...]], ...]
    lists: Mapping[str, Mapping[str, Numbers]]
    kinds_of_long: Mapping[tuple[str, str, str], Numbers]

    def offer(self, number: int) -> Offer:
        """What an offer is for."""
        return Offer(
            self.keys[number], self.sides[number], self.industries[number], self.places[number], self.kinds[number]
        )

    def number(self, key: str) -> int:
        """The number of a key; -1 for what is no offer."""
        number = bisect_left(self.keys, key)
        return number if number < len(self.keys) and self.keys[number] == key else -1


class Wish(NamedTuple):
    """What a need wishes besides: a soft signal, the terms, and the points of an offer that says so or something
    else."""

    name: str
    terms: frozenset[str]
    fits: float
    other: float


class Search(NamedTuple):
    """What a need looks for: ``kinds`` of offer that answer it, and its industries as keys of the index with their
    points."""

    need: Ask
    kinds: frozenset[str]
    industries: tuple[tuple[float, str], ...]
    wishes: tuple[Wish, ...]


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
        return tuple(record.key for record in self._taking("asks") if self.asks(record))

    def side(self, record: Record) -> Side | None:
        """How a record takes part; ``None`` where it does not."""
        return self.judge.side(record)

    def asks(self, record: Record) -> bool:
        """Whether a record is a need that looks for somebody."""
        return self.judge.asks(record)

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
        need, index = self.judge.ask(self.catalogue.records[key]), self._index(month)
        search = Search(need, self._kinds(need), self._industries(need), self._wishes(need))
        numbers = {each for sort in ("reach", "at") for each in self._best(search, sort, TOP)}
        numbers.update(self._best(search, "near", NEAR + TOP))
        numbers.update(number for taken in need.taken if (number := index.number(taken)) >= 0)  # wherever it is
        rows: dict[str, list[tuple[float, int]]] = {"reach": [], "at": [], "near": []}
        for number in numbers:
            sort, points = self._judge(search, number)
            rows[sort].append((-points, number))
        reach, at, near = (sorted(rows[sort])[:size] for sort, size in (("reach", TOP), ("at", TOP), ("near", NEAR)))
        near = [row for row in near if -row[0] >= self.weights.least]
        close = tuple(index.keys[number] for _, number in reach if self.judge.is_close(need, index.offer(number)))
        ranked = [tuple((index.keys[number], -points) for points, number in best) for best in (reach, at, near)]
        return Found(ranked[0], ranked[1], ranked[2], close)

    def _judge(self, search: Search, number: int) -> tuple[str, float]:
        """Of which sort the offer of a number is for a need, and its points, as `Judge.weigh` would find them."""
        index = self.index
        offer = index.offer(number)
        points = self.judge.worth(search.need, offer) + self._softly(search.wishes, index.soft[number])
        away = self.judge.apart(search.need.place, offer).grade in OUT
        sort = "near" if away else ("reach" if offer.side.reach else "at")
        return sort, round(points + index.points[number], 6)

    @memo
    def _asked(self, month: str) -> Mapping[str, Ranked]:
        """For the key of each offer that can come the needs that it is meant for."""
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for need in self.needs():
            answer = self._found(need, month)
            for offer, points in answer.reach:
                if offer in answer.close:
                    found[offer].append((need, points))
        return {key: tuple(sorted(rows, key=lambda row: (-row[1], row[0]))) for key, rows in found.items()}

    def asking(self, key: str) -> Ranked:
        """The needs that the offer of this key is meant for and can come to, those that it answers best first."""
        return self._asking(key, self.month)

    @memo
    def _asking(self, key: str, month: str) -> Ranked:
        return self._asked(month).get(key, ())

    def reaching(self, place: str) -> tuple[str, ...]:
        """The keys of the offers that reach a place: those that name it, then what lies around it, then the country."""
        index = self.index
        return tuple(index.keys[number] for number in self._reaching(place, index))

    def around(self, place: str) -> Around:
        """The same, as far as it is shown."""
        return self._around(place, self.month)

    @memo
    def _around(self, place: str, month: str) -> Around:
        index = self._index(month)
        numbers = self._reaching(place, index)
        crops = sorted({crop for number in numbers for crop in index.industries[number]})
        return Around(tuple(index.keys[number] for number in numbers[:TOP]), len(numbers), tuple(crops))

    def _reaching(self, place: str, index: Index) -> Numbers:
        tree = self.judge.places
        if place not in tree.vocabulary:
            return ()
        lists = (index.lists.get(key, {}) for key in (*(f"r{each}" for each in reversed(tree.line(place))), "r"))
        return tuple(dict.fromkeys(number for at in lists for each in FOR_ALL for number in at.get(each, ())))

    # ── What is said of it ───────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, need: Record) -> Answer:
        """Who answers a need, with the reasons."""
        found = self.found(need.key)
        reach, at, near = (tuple(self.matches(need, (key for key, _ in rows))) for rows in found[:3])
        return Answer(reach, at, near, bool(found.met))

    def matches(self, need: Record, keys: Iterable[str]) -> Iterator[Match]:
        """A need and each of the offers of these keys: all that speaks for and against it."""
        asked = self.judge.ask(need)
        for key in keys:
            record = self.catalogue.records[key]
            yield Match(record, *self.judge.weigh(asked, self._offer(record), record))

    def match(self, need: Record, key: str) -> Match:
        """A need and the offer of this key."""
        return next(self.matches(need, (key,)))

    def reaches(self, place: str, key: str) -> Relation:
        """On what grounds the offer of this key reaches a place."""
        return self.judge.reaches(place, self._offer(self.catalogue.records[key]))

    def _offer(self, record: Record) -> Offer:
        offer = self.judge.offer(record)
        if offer is None:
            raise KeyError(record.key)
        return offer

    # ── Looking up ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _best(self, search: Search, sort: str, size: int) -> list[int]:
        """The numbers of the best offers of a sort; lists with the highest base come first, so few are read far."""
        index, kinds, wishes = self.index, search.kinds, search.wishes
        heap: list[tuple[float, int]] = []
        seen: set[int] = set()
        softest = sum(wish.fits for wish in wishes)
        for fit, unfit, numbers in sorted(self._lists(search, sort), key=itemgetter(0), reverse=True):
            for number in numbers:
                known = index.points[number]
                if len(heap) == size and (fit + known + softest, -number) < heap[0]:
                    break
                if number in seen:
                    continue
                seen.add(number)
                points = (unfit if kinds.isdisjoint(index.kinds[number]) else fit) + known
                if wishes:
                    points += self._softly(wishes, index.soft[number])
                if points < self.weights.least and sort != "near":
                    continue
                entry = (points, -number)
                if len(heap) < size:
                    heappush(heap, entry)
                elif entry > heap[0]:
                    heapreplace(heap, entry)
        return [-number for _, number in heap]

    def _lists(self, search: Search, sort: str) -> Iterator[Listed]:
        """Lists of offers, none longer than anybody looks, each with the points that are the same for all of it."""
        need, kinds, industries, _ = search
        fits, other = self.weights.of("kind", "fits"), self.weights.of("kind", "other")
        fit, unfit = (max(fits, other), other) if kinds else (0.0, 0.0)
        if sort == "near":  # who names no industry is not asked from afar, and whether a kind fits is looked at later
            fit = unfit = 0.0
            kinds, industries = frozenset(), tuple(pair for pair in industries if pair[1] not in FOR_ALL[1:])
        index = self.index
        for reached, region in self._regions(need, sort):
            at = index.lists.get(region, {})
            for worth, industry in industries:
                if numbers := at.get(industry):
                    base = worth + reached
                    yield base + fit, base + unfit, numbers[:LOOK]
                    for kind in kinds if len(numbers) > LOOK else ():
                        yield base + fit, base + unfit, index.kinds_of_long.get((region, industry, kind), ())

    def _kinds(self, need: Ask) -> frozenset[str]:
        """The kinds of offer that answer a need."""
        return frozenset[str]().union(*map(self.judge.answering, need.kinds))

    def _wishes(self, need: Ask) -> tuple[Wish, ...]:
        of = self.weights.of
        return tuple(
            Wish(name, frozenset(term.id for term in wanted), of(name, "fits"), of(name, "other"))
            for name, wanted in need.wishes.items()
        )

    def _softly(self, wishes: Iterable[Wish], held: Mapping[str, tuple[str, ...]]) -> float:
        return sum(
            wish.other if wish.terms.isdisjoint(held[wish.name]) else wish.fits for wish in wishes if wish.name in held
        )

    def _industries(self, need: Ask) -> tuple[tuple[float, str], ...]:
        """Points for the keys of the index that the industries of a need meet; the last grade of a key counts."""
        tree, lines = self.judge.industries, [self.judge.industries.line(term) for term in need.industry]
        found = {"=any": "any", "=untold": "untold"} if lines else {"*": "unsaid", "=any": "any", "=untold": "untold"}
        above = [each for line in lines for each in line[:-1]]
        found.update((f"={each}", "wide") for each in above if not tree.is_group(each))
        found.update((f"<{line[-2]}", "sibling") for line in lines if len(line) > 1 and tree.is_group(line[-2]))
        found.update((f"={each}", "above") for each in above if tree.is_group(each))
        found.update((f"<{term}", "below") for term in need.industry)
        found.update((f"={term}", "same") for term in need.industry)
        return tuple((self.weights.of("industry", grade), key) for key, grade in found.items())

    def _regions(self, need: Ask, sort: str) -> list[tuple[float, str]]:
        """Points for the keys of the index that the places of a need meet."""
        if sort == "near" and not need.place:
            return []
        grades, found = PLACES[sort], dict(EVERYWHERE[sort])
        for line in map(self.judge.places.line, need.place):
            for depth, term in enumerate(line):
                own = depth == len(line) - 1
                grade = grades[0 if own else (1 if depth else 2)]
                key = f"{sort[0]}{term}"
                if own and sort == "at":
                    found[f"w{term}"] = grade
                if self.weights.of("region", grade) > self.weights.of("region", found.get(key, "out")):
                    found[key] = grade
        return [(self.weights.of("region", grade), key) for key, grade in found.items()]


PLACES = {
    "reach": ("here", "nearly", "province"),
    "at": ("there", "around", "inland"),
    "near": ("part", "next", "beyond"),
}
"""For each sort of answer the grades of a place that is the need's own, above it, and at the top; the sort's first
letter begins the keys of the index (`region_keys`)."""
EVERYWHERE = {"reach": {"r": "all"}, "at": {"a": "far", "c": "copied"}, "near": {"n": "out"}}


# ── Index ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_index(judge: Judge, records: Iterable[Record]) -> Index:
    """The offers among these records, which come in the order of their keys."""
    offers: list[Offer] = []
    points: list[float] = []
    soft: list[Mapping[str, tuple[str, ...]]] = []
    same: dict[tuple[str, ...], tuple[str, ...]] = {}  # most say what others say: kept and written down once
    for record in records:
        offer = judge.offer(record)
        if offer is None:
            continue
        offers.append(offer)
        points.append(sum(worth for worth, _ in judge.standing(record, offer)))
        said = {name: ids for name in SOFT if (ids := terms(record, getattr(offer.side, name)))}
        soft.append({name: same.setdefault(ids, ids) for name, ids in said.items()} if said else NOTHING)
    best = sorted(range(len(offers)), key=lambda number: (-points[number], number))
    lists = list_offers(judge, offers, best)
    return Index(
        tuple(offer.key for offer in offers),
        tuple(offer.side for offer in offers),
        tuple(same.setdefault(offer.industry, offer.industry) for offer in offers),
        tuple(same.setdefault(offer.place, offer.place) for offer in offers),
        tuple(same.setdefault(offer.kinds, offer.kinds) for offer in offers),
        tuple(points),
        tuple(soft),
        lists,
        list_kinds(offers, lists),
    )


NOTHING: Mapping[str, tuple[str, ...]] = {}


def list_offers(judge: Judge, offers: Sequence[Offer], best: Iterable[int]) -> Mapping[str, Mapping[str, Numbers]]:
    """The numbers of offers by place and industry, each list in the order of ``best``."""
    industries: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}
    regions: dict[tuple[tuple[str, ...], str, bool], tuple[str, ...]] = {}
    lists: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in best:
        _, side, industry, place, _ = offers[number]
        crops = industries.get(of_crop := (industry, side.silent))
        if crops is None:
            crops = industries[of_crop] = industry_keys(judge.industries, industry, side.silent)
        around = regions.get(of_place := (place, side.far, bool(side.reach)))
        if around is None:
            around = regions[of_place] = region_keys(judge.places, place, side)
        for region in around:
            at = lists[region]
            for crop in crops:
                at[crop].append(number)
    return {region: {crop: tuple(found) for crop, found in at.items()} for region, at in lists.items()}


def list_kinds(
    offers: Sequence[Offer], lists: Mapping[str, Mapping[str, Numbers]]
) -> Mapping[tuple[str, str, str], Numbers]:
    """The best of each kind in the lists that are longer than anybody looks; whoever is only out of reach is not asked
    for its kind."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for region, at in lists.items():
        for industry, numbers in at.items():
            if len(numbers) > LOOK and not region.startswith("n"):
                for number in numbers:
                    for kind in offers[number].kinds:
                        of_kind = found[region, industry, kind]
                        if len(of_kind) < LOOK:
                            of_kind.append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}


def industry_keys(tree: Tree, held: Sequence[str], silent: str) -> tuple[str, ...]:
    """``=id`` for its own, ``<id`` for all above them, ``*`` for any; ``=any`` or ``=untold`` where it names none."""
    if not held:
        return (f"={silent}",)
    above = (each for term in held for each in tree.line(term)[:-1])
    return tuple(dict.fromkeys(map(intern, ("*", *(f"={term}" for term in held), *(f"<{each}" for each in above)))))


def region_keys(tree: Tree, held: Sequence[str], side: Side) -> tuple[str, ...]:
    """``r`` where it serves, ``n`` what lies around there; ``a`` what it stands in, ``w`` the same for needs of all of
    it, ``c`` what can be copied anywhere; the id of the place follows, or nothing for the whole country."""
    if not held:
        return ("r",) if side.reach else {"far": ("a",), "copied": ("c",), "never": ()}[side.far]
    around = dict.fromkeys(each for place in held for each in tree.line(place))
    if side.reach:
        return (*dict.fromkeys(f"r{each}" for each in held), *(f"n{each}" for each in around), "n")
    if side.far == "never":  # not even in its own province, unless it is the whole of it, or that is what asks
        return tuple(f"a{each}" if each in held or len(tree.line(each)) > 1 else f"w{each}" for each in around)
    return (*(f"a{each}" for each in around), "c" if side.far == "copied" else "a")

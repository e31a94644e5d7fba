"""How a need and an offer stand to each other, signal by signal, each with a sentence that can be checked.

What takes part, and with which fields, is said by ``catalogue/matching.yml``; no code here knows a type. Two records
alone decide what is said of them: which of many offers is the best is the business of `match`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from generator.matching import SOFT, SOURCE, Side, Weights
from generator.model import Catalogue, Record, Term, Vocabulary

KEPT = 2048  # relations of industries and of kinds that are kept: many records name the same
BUSY = 5  # needs after which one more makes an offer no busier


class Reason(NamedTuple):
    """One sentence: the key of its words, and what is filled in. ``good`` is false for what speaks against."""

    key: str
    params: Mapping[str, Any]
    good: bool = True


class Relation(NamedTuple):
    """How one thing of a need and of an offer stand to each other: the grade's name and the sentence."""

    grade: str
    reason: Reason


class Apart(NamedTuple):
    """How far apart places are, and by which of those that each record names; empty where it names none."""

    grade: str
    mine: str = ""
    theirs: str = ""


class Ask(NamedTuple):
    """A need: how it takes part and what it says, in ids, but for its wishes, which are what keeps nobody out."""

    key: str
    side: Side
    industry: tuple[str, ...]
    place: tuple[str, ...]
    kinds: tuple[str, ...]  # each with its vocabulary
    wishes: Mapping[str, tuple[Term, ...]]  # by one of `SOFT`; only those of which it says something
    taken: tuple[str, ...]  # keys of the records that have taken it up


class Offer(NamedTuple):
    """A record that takes part as an offer: how it does, and what it is for, in ids."""

    key: str
    side: Side
    industry: tuple[str, ...]
    place: tuple[str, ...]
    kinds: tuple[str, ...]  # each with its vocabulary, and its type


class Judge:
    """Holds two records against each other; ``month`` is the present one, ``2026-11``."""

    def __init__(self, catalogue: Catalogue, sides: Mapping[str, Sequence[Side]], weights: Weights, month: str) -> None:
        self.catalogue = catalogue
        self.sides = sides
        self.weights = weights
        self.month = month
        self.industries = Tree(self._vocabulary("industry"), weights.whole)
        self.places = Tree(self._vocabulary("place"))
        self._answers = {mine: frozenset(theirs) for mine, theirs in weights.answers.items()}
        self._asking = {
            name: next(side for side in entries if side.side == "asks")
            for name, entries in sides.items()
            if any(side.side == "asks" for side in entries)
        }
        self._taking = {
            (name, side.answered)
            for name, entries in sides.items()
            for side in entries
            if side.side == "asks" and side.answered
        }  # types of needs, each with the field that names who has taken one up
        self._industry = lru_cache(maxsize=KEPT)(self._make_industry)
        self._kind = lru_cache(maxsize=KEPT)(self._make_kind)
        self._taken = {catalogue.types[name].by_name[field].reference for name, field in self._taking}

    def _vocabulary(self, role: str) -> Vocabulary:
        """The one vocabulary of all fields of a role; ids are compared as they are."""
        for name, entries in self.sides.items():
            for side in entries:
                spec = self.catalogue.types[name].by_name.get(getattr(side, role))
                if spec is not None:
                    return self.catalogue.vocabularies[spec.vocabulary]
        return Vocabulary("", {})

    def side(self, record: Record) -> Side | None:
        """How a record takes part, by the first entry of its type that fits; ``None`` where none does."""
        for side in self.sides.get(record.type.name, ()):
            if fits(record, side):
                return side
        return None

    def offer(self, record: Record) -> Offer | None:
        """A record as an offer; ``None`` where it is none."""
        side = self.side(record)
        if side is None or side.side != "offers":
            return None
        kinds = (*kinds_of(record, side.kind), f"type/{record.type.name}")
        return Offer(record.key, side, terms(record, side.industry), terms(record, side.place), kinds)

    def asks(self, record: Record) -> bool:
        """Whether a record is a need that looks for somebody."""
        side = self.side(record) if record.type.name in self._asking else None
        return side is not None and side.side == "asks"

    def ask(self, need: Record) -> Ask:
        """A need as it asks."""
        side = self._asking[need.type.name]
        wishes = {name: held for name in SOFT if (held := need.term(getattr(side, name)))}
        spec = need.type.by_name[side.answered] if side.answered else None
        taken = tuple(target.key for target, _ in self.catalogue.targets(need, spec)) if spec else ()
        kinds = kinds_of(need, side.kind)
        return Ask(need.key, side, terms(need, side.industry), terms(need, side.place), kinds, wishes, taken)

    def weigh(self, need: Ask, offer: Offer, record: Record) -> tuple[float, tuple[Reason, ...]]:
        """The points of an offer for a need, and all that speaks for and against it, the weightiest first."""
        of, industry, region = self.weights.of, self.industry(need, offer), self.region(need, offer)
        rows = [(of("industry", industry.grade), industry.reason), (of("region", region.grade), region.reason)]
        if (kind := self.kind(need, offer)) is not None:
            rows.append((of("kind", kind.grade), kind.reason))
        if offer.key in need.taken:
            rows.append((of("answered", ANSWERED.grade), ANSWERED.reason))
        for name, wanted in need.wishes.items():
            if (wish := soft(name, wanted, record, offer.side)) is not None:
                rows.append((of(name, wish.grade), wish.reason))
        rows += self.standing(record, offer)
        points = sum([worth for worth, _ in rows])
        rows.sort(key=itemgetter(0), reverse=True)
        good, bad = [each for _, each in rows if each.good], [each for _, each in rows if not each.good]
        return round(points, 6), (*good, *bad)

    def worth(self, need: Ask, offer: Offer) -> float:
        """The points of what depends on both records and on nothing but `Ask` and `Offer`; no sentence is made."""
        of, kind = self.weights.of, self.kind(need, offer)
        return (
            of("industry", self.industry(need, offer).grade)
            + of("region", self.apart(need.place, offer).grade)
            + (of("kind", kind.grade) if kind else 0)
            + (of("answered", ANSWERED.grade) if offer.key in need.taken else 0)
        )

    def is_close(self, need: Ask, offer: Offer) -> bool:
        """Whether an offer is meant for what the need is about, and not only for everything."""
        if need.industry:
            return self.industry(need, offer).grade in CLOSE
        fit = self.kind(need, offer)
        return fit is not None and fit.grade == "fits" and self.apart(need.place, offer).grade != "all"

    # ── What the two have to do with each other ──────────────────────────────────────────────────────────────────────

    def industry(self, need: Ask, offer: Offer) -> Relation:
        """How near two industries are: the same, one above the other, of one group, or not at all."""
        return self._industry(need.industry, offer.industry, offer.side.silent)

    def _make_industry(self, wanted: tuple[str, ...], held: tuple[str, ...], silent: str) -> Relation:
        vocabulary = self.industries.vocabulary
        if not held:
            mine = vocabulary[wanted[0]] if wanted else None
            return Relation(silent, Reason("industry-unsaid", {"mine": mine}, good=False) if mine else ANY_INDUSTRY)
        if not wanted:
            return Relation("unsaid", Reason("industry-theirs", {"theirs": vocabulary[held[0]]}))
        pairs = [(self.industries.kinship(mine, theirs), mine, theirs) for mine in wanted for theirs in held]
        grade, mine_id, theirs_id = min(pairs, key=lambda pair: NEARNESS[pair[0]])
        params = {"mine": vocabulary[mine_id], "theirs": vocabulary[theirs_id]}
        if grade == "sibling":
            params["group"] = vocabulary[vocabulary[mine_id].parent]
        return Relation(grade, Reason(f"industry-{WORDS.get(grade, grade)}", params, good=grade != "other"))

    def apart(self, wanted: tuple[str, ...], offer: Offer) -> Apart:
        """Whether an offer reaches one of these places, or how far it is from there."""
        held, side = offer.place, offer.side
        if not held:
            return Apart(nowhere(side))
        if not wanted:
            return Apart("unsaid", "", held[0])
        pairs = [Apart(distance(self.places, mine, theirs, side), mine, theirs) for mine in wanted for theirs in held]
        if len(pairs) == 1:
            return pairs[0]
        worth = self.weights.grades
        return min(pairs, key=lambda pair: (-worth.get(pair.grade, 0), pair.grade not in HERE))

    def region(self, need: Ask, offer: Offer) -> Relation:
        """The same for a need's places, with what is to be said of it."""
        return self._place(self.apart(need.place, offer), offer.side)

    def reaches(self, place: str, offer: Offer) -> Relation:
        """How an offer that comes to people stands to a place."""
        return self._place(self.apart((place,), offer), offer.side)

    def _place(self, found: Apart, side: Side) -> Relation:
        grade, mine, theirs = found
        if not theirs:
            return Relation(grade, REACHES_ALL if side.reach or side.far == "copied" else NOBODY_KNOWS_WHERE)
        vocabulary = self.places.vocabulary
        if not mine:
            return Relation(grade, Reason("reach-theirs", {"theirs": vocabulary[theirs]}))
        params = {"mine": vocabulary[mine], "theirs": vocabulary[theirs]}
        if side.reach:
            key = REACHED.get(grade, "reach-out")
        elif grade in SHARED:
            line = self.places.line(theirs)
            shared = line[meet(self.places.line(mine), line) - 1]
            key = "at-there" if shared == theirs else "at-shared"
            params["shared"] = vocabulary[shared]
        else:
            key = "at-here" if grade == "there" else "at-far"
        return Relation(grade, Reason(key, params, good=grade in HERE))

    def kind(self, need: Ask, offer: Offer) -> Relation | None:
        """Whether the offer is of a kind that answers the need; nothing where the need does not say."""
        return self._kind(need.kinds, offer.kinds) if need.kinds else None

    def _make_kind(self, wanted: tuple[str, ...], held: tuple[str, ...]) -> Relation:
        fitting = ((mine, theirs) for mine in wanted for theirs in held if theirs in self.answering(mine))
        mine, theirs = next(fitting, ("", ""))
        grade = "fits" if mine else "other"
        params = {"mine": self._kind_name(mine or wanted[0]), "theirs": self._kind_name(theirs or held[0])}
        return Relation(grade, Reason(f"kind-{grade}", params, good=bool(mine)))

    def answering(self, kind: str) -> frozenset[str]:
        """The kinds of offer that answer a kind of need."""
        return self._answers.get(kind, frozenset())

    def _kind_name(self, kind: str) -> Any:
        vocabulary, _, name = kind.partition("/")
        return self.catalogue.types[name] if vocabulary == "type" else self.catalogue.vocabularies[vocabulary][name]

    # ── What an offer is worth to any need ───────────────────────────────────────────────────────────────────────────

    def standing(self, record: Record, offer: Offer) -> list[tuple[float, Reason]]:
        """What depends on no need: for one crop only, confirmed lately, with sources, in season, not taken up much."""
        weights, side, found = self.weights, offer.side, []
        if (heard := self._heard(record, side)) is not None:
            found.append(heard)
        if said := [name for name in side.evidence if record.get(name)]:
            worth = weights.of("evidence") * len(said) / len(side.evidence)
            more = tuple([record.type.by_name[name] for name in said if name not in SOURCE])
            found.append((worth, Reason("evidence", {"fields": more}) if more else SOURCED))
        if len(offer.industry) == 1:
            only = self.industries.vocabulary[offer.industry[0]]
            found.append((weights.of("focus"), Reason("focus", {"theirs": only})))
        if months := record.term(side.season):
            now = next((term for term in months if term.id == self.month[5:]), None)
            reason = Reason("in-season", {"now": now}) if now else Reason("off-season", {"months": months}, good=False)
            found.append((weights.of("season", "now") if now else 0.0, reason))
        if load := self.load(record):
            found.append((-min(load, BUSY) / BUSY * weights.of("load"), Reason("load", {"n": load})))
        return found

    def _heard(self, record: Record, side: Side) -> tuple[float, Reason] | None:
        """When somebody last confirmed a record; where nobody has, when it was last heard of."""
        weights = self.weights
        day = str(record.get(side.verified))
        if day and (left := freshness(self.month, day, weights.fresh)) > 0:
            return weights.of("freshness") * left, Reason("verified", {"date": day})
        for name in side.dated:
            if day := str(record.get(name)):
                if (left := freshness(self.month, day, weights.heard)) > 0:
                    reason = Reason("heard", {"field": record.type.by_name[name], "date": day})
                    return weights.of("freshness", "heard") * left, reason
                break
        return None

    def load(self, record: Record) -> int:
        """How many needs that still look for somebody an offer has been taken up for."""
        if record.type.name not in self._taken:
            return 0
        found = set()
        for link in self.catalogue.backlinks_of(record):
            if (link.record.type.name, link.field.name) in self._taking:
                side = self.side(link.record)
                if side is not None and side.side == "asks" and side.answered == link.field.name:
                    found.add(link.record.key)
        return len(found)


# ── How things lie to each other ─────────────────────────────────────────────────────────────────────────────────────

CLOSE = frozenset({"same", "below", "above", "sibling"})
NEARNESS = {name: number for number, name in enumerate(("same", "below", "above", "sibling", "wide", "other"))}
WORDS = {"wide": "above"}
"""Grades of which the same is said as of another."""
REACHED = {"here": "reach-here", "nearly": "reach-above", "province": "reach-above", "part": "reach-part"}
SHARED = frozenset({"around", "inland"})
HERE = SHARED | {"here", "nearly", "province", "there"}
"""Grades of places that speak for an offer."""

ANSWERED = Relation("fits", Reason("answered", {}))
ANY_INDUSTRY = Reason("industry-any", {})
REACHES_ALL = Reason("reach-all", {})
NOBODY_KNOWS_WHERE = Reason("at-unsaid", {}, good=False)
SOURCED = Reason("sourced", {})


class Tree:
    """How the terms of a vocabulary lie to each other. The line of each is reckoned once.

    Roots among ``whole`` (``industry/chaye``) count as groups.
    """

    def __init__(self, vocabulary: Vocabulary, whole: Collection[str] = ()) -> None:
        self.vocabulary = vocabulary
        self._whole = frozenset(whole)
        self._lines: dict[str, tuple[str, ...]] = {}

    def line(self, term_id: str) -> tuple[str, ...]:
        """The ids from the root down to the term itself."""
        found = self._lines.get(term_id)
        if found is None:
            found = self._lines[term_id] = tuple(term.id for term in self.vocabulary.lineage(term_id))
        return found

    def is_group(self, term_id: str) -> bool:
        """Whether what stands below a term has more in common than a root does, such as all fruit."""
        return len(self.line(term_id)) > 1 or f"{self.vocabulary.name}/{term_id}" in self._whole

    def kinship(self, mine: str, theirs: str) -> str:
        """``same``; ``below`` what is asked for, or ``above`` it, ``wide`` where that is no group; ``sibling`` of one
        group; ``other``."""
        if mine == theirs:
            return "same"
        line, other = self.line(mine), self.line(theirs)
        shared = meet(line, other)
        if shared == len(line):
            return "below"
        if shared == len(other):
            return "above" if self.is_group(theirs) else "wide"
        return "sibling" if shared and shared == len(line) - 1 and self.is_group(line[-2]) else "other"


def meet(line: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many terms two lines have in common: they part once."""
    count = 0
    for mine, theirs in zip(line, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def distance(tree: Tree, mine: str, theirs: str, side: Side) -> str:
    """The grade at which a need's place stands to one that an offer serves or stands in."""
    line, other = tree.line(mine), tree.line(theirs)
    shared = meet(line, other)
    if side.reach:
        if shared == len(other):
            return "here" if mine == theirs else ("nearly" if shared > 1 else "province")
        return "part" if shared == len(line) else ("out", "beyond", "next")[min(shared, 2)]
    if shared == len(line):
        return "there"
    if shared > 1 or (shared and (side.far != "never" or len(other) == 1)):
        return "around" if shared > 1 else "inland"
    return {"far": "far", "copied": "copied", "never": "out"}[side.far]


def nowhere(side: Side) -> str:
    """The grade of an offer that names no place: it comes everywhere, is of use everywhere, or stands who knows
    where."""
    return "all" if side.reach else {"far": "far", "copied": "copied", "never": "out"}[side.far]


def soft(name: str, wanted: tuple[Term, ...], record: Record, side: Side) -> Relation | None:
    """A wish that keeps nobody out: for whom, in what way, in which language, when; nothing unless both say it."""
    held = record.term(getattr(side, name))
    if not held:
        return None
    shared = next((term for term in held if any(term.id == each.id for each in wanted)), None)
    if shared is not None:
        return Relation("fits", Reason(f"{name}-fits", {"theirs": shared}))
    return Relation("other", Reason(f"{name}-other", {"mine": wanted[0], "theirs": held[0]}, good=False))


# ── What records say ─────────────────────────────────────────────────────────────────────────────────────────────────


def terms(record: Record, name: str) -> tuple[str, ...]:
    """The ids of a field's terms."""
    return tuple([term.id for term in record.term(name)])


def kinds_of(record: Record, name: str) -> tuple[str, ...]:
    """The ids of a field's terms, each with its vocabulary."""
    return tuple([f"{term.vocabulary}/{term.id}" for term in record.term(name)])


def fits(record: Record, side: Side) -> bool:
    """Whether a record takes part in this way; a field that says nothing keeps nobody out."""
    for name, allowed in side.only.items():
        said = _said(record, name)
        if said and not any(value in allowed for value in said):
            return False
    return not any(value in refused for name, refused in side.but.items() for value in _said(record, name))


def _said(record: Record, name: str) -> list[str]:
    """What a field says, or for ``statuses.status`` a field of the objects in it."""
    outer, _, inner = name.partition(".")
    return [
        value if isinstance(value, str) else str(value.get(inner, "") if isinstance(value, Mapping) else value)
        for value in record.list(outer)
    ]


@lru_cache(maxsize=4096)
def freshness(month: str, day: str, days: int) -> float:
    """From 1 in the month of a day down to 0 after so many days; a year alone is its January."""
    now, then = months_of(month), months_of(day)
    return 0 if now is None or then is None else max(0.0, min(1.0, 1 - (now - then) * 30.4 / days))


def months_of(day: str) -> int | None:
    """Months since the year 0 of ``2026-11-22``, ``2026-11`` or ``2026``; ``None`` for anything else."""
    year, _, rest = day.partition("-")
    month = rest.partition("-")[0] or "1"
    return 12 * int(year) + int(month) - 1 if year.isdigit() and month.isdigit() else None

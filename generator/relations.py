"""How a need and an offer stand to each other, signal by signal, each with a sentence that can be checked.

What takes part, and with which fields, is said by ``catalogue/matching.yml``; no code here knows a type. Two records
alone decide what is said of them: which of many offers is the best is the business of `match`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from generator.matching import SOFT, SOURCE, Side, Weights
from generator.model import Catalogue, Record, Vocabulary

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


@dataclass(frozen=True, slots=True)
class Offer:
    """A record that takes part as an offer, how it does, and the kinds that it counts for."""

    record: Record
    side: Side
    kinds: tuple[str, ...]


class Judge:
    """Holds two records against each other; ``month`` is the present one, ``2026-11``."""

    def __init__(self, catalogue: Catalogue, sides: Mapping[str, Sequence[Side]], weights: Weights, month: str) -> None:
        self.catalogue = catalogue
        self.sides = sides
        self.weights = weights
        self.month = month
        self._taken_up = {
            catalogue.types[name].by_name[side.answered].reference
            for name, entries in sides.items()
            for side in entries
            if side.answered
        }  # types whose records needs name as those that answer them

    def side(self, record: Record) -> Side | None:
        """How a record takes part, by the first entry of its type that fits; ``None`` where none does."""
        return next((side for side in self.sides.get(record.type.name, ()) if fits(record, side)), None)

    def offer(self, record: Record) -> Offer | None:
        """A record as an offer; ``None`` where it is none."""
        side = self.side(record)
        if side is None or side.side != "offers":
            return None
        kinds = (*(f"{term.vocabulary}/{term.id}" for term in record.term(side.kind)), f"type/{record.type.name}")
        return Offer(record, side, kinds)

    def asking(self, need: Record) -> Side:
        """How a need takes part."""
        return next(side for side in self.sides[need.type.name] if side.side == "asks")

    def weigh(self, need: Record, offer: Offer) -> tuple[float, tuple[Reason, ...]]:
        """The points of an offer for a need, and all that speaks for and against it, the weightiest first."""
        relations = {
            "industry": self.industry(need, offer),
            "region": self.region(need, offer),
            "kind": self.kind(need, offer),
            "answered": self.answered(need, offer),
            **{name: self.soft(need, offer, name) for name in SOFT},
        }
        reasons = [
            (self.weights.of(name, relation.grade), relation.reason)
            for name, relation in relations.items()
            if relation is not None
        ]
        reasons += self.standing(offer)
        points = sum(worth for worth, _ in reasons)
        reasons.sort(key=lambda pair: (not pair[1].good, -pair[0]))
        return round(points, 6), tuple(reason for _, reason in reasons)

    def is_close(self, need: Record, offer: Offer) -> bool:
        """Whether an offer is meant for what the need is about, and not only for everything."""
        if terms(need, self.asking(need).industry):
            return self.industry(need, offer).grade in CLOSE
        fit = self.kind(need, offer)
        return fit is not None and fit.grade == "fits" and self.region(need, offer).grade != "all"

    # ── What the two have to do with each other ──────────────────────────────────────────────────────────────────────

    def industry(self, need: Record, offer: Offer) -> Relation:
        """How near two industries are: the same, one above the other, of one group, or not at all."""
        asking = self.asking(need)
        wanted, held = terms(need, asking.industry), terms(offer.record, offer.side.industry)
        if not held and not wanted:
            return Relation(offer.side.silent, Reason("industry-any", {}))
        if not held:
            mine = self.vocabulary(need, asking.industry)[wanted[0]]
            return Relation(offer.side.silent, Reason("industry-unsaid", {"mine": mine}, good=False))
        if not wanted:
            theirs = self.vocabulary(offer.record, offer.side.industry)[held[0]]
            return Relation("unsaid", Reason("industry-theirs", {"theirs": theirs}))
        vocabulary = self.vocabulary(need, asking.industry)
        best: tuple[int, str, str, str] = (9, "other", wanted[0], held[0])
        for mine_id in wanted:
            for theirs_id in held:
                grade = industry_grade(vocabulary, mine_id, theirs_id, self.weights.whole)
                best = min(best, (GRADES.index(grade), grade, mine_id, theirs_id), key=lambda b: b[0])
        _, grade, mine_id, theirs_id = best
        params = {"mine": vocabulary[mine_id], "theirs": vocabulary[theirs_id]}
        if grade == "sibling":
            params["group"] = vocabulary[vocabulary[mine_id].parent]
        return Relation(grade, Reason(f"industry-{WORDS.get(grade, grade)}", params, good=grade != "other"))

    def region(self, need: Record, offer: Offer) -> Relation:
        """Whether an offer reaches the need's place, or how far it is from there."""
        wanted, held = terms(need, self.asking(need).place), terms(offer.record, offer.side.place)
        if not held:
            return nowhere(offer.side)
        vocabulary = self.vocabulary(offer.record, offer.side.place)
        if not wanted:
            return Relation("unsaid", Reason("reach-theirs", {"theirs": vocabulary[held[0]]}))
        return min(
            (distance(vocabulary, mine, theirs, offer.side) for mine in wanted for theirs in held),
            key=lambda relation: (-self.weights.grades.get(relation.grade, 0), not relation.reason.good),
        )

    def reaches(self, place: str, offer: Offer) -> Relation:
        """How an offer that comes to people stands to a place."""
        held = terms(offer.record, offer.side.place)
        if not held:
            return nowhere(offer.side)
        vocabulary = self.vocabulary(offer.record, offer.side.place)
        relations = (distance(vocabulary, place, theirs, offer.side) for theirs in held)
        return max(relations, key=lambda relation: self.weights.grades.get(relation.grade, 0))

    def kind(self, need: Record, offer: Offer) -> Relation | None:
        """Whether the offer is of a kind that answers the need; nothing where the need does not say."""
        wanted = self.kinds(need)
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

    def kinds(self, need: Record) -> list[str]:
        """What kinds of help a need asks for, each with its vocabulary."""
        return [f"{term.vocabulary}/{term.id}" for term in need.term(self.asking(need).kind)]

    def _kind_name(self, kind: str) -> Any:
        vocabulary, _, name = kind.partition("/")
        return self.catalogue.types[name] if vocabulary == "type" else self.catalogue.vocabularies[vocabulary][name]

    def answered(self, need: Record, offer: Offer) -> Relation | None:
        """Whether the need has been taken up by this very offer."""
        name = self.asking(need).answered
        spec = need.type.by_name[name] if name else None
        if spec is None or spec.reference != offer.record.type.name:
            return None
        taken = any(target.key == offer.record.key for target, _ in self.catalogue.targets(need, spec))
        return Relation("fits", Reason("answered", {})) if taken else None

    def soft(self, need: Record, offer: Offer, name: str) -> Relation | None:
        """A wish that keeps nobody out: for whom, in what way, in which language, when; nothing unless both say it."""
        wanted = need.term(getattr(self.asking(need), name))
        held = offer.record.term(getattr(offer.side, name)) if wanted else ()
        if not wanted or not held:
            return None
        shared = [term for term in held if term.id in {each.id for each in wanted}]
        if shared:
            return Relation("fits", Reason(f"{name}-fits", {"theirs": shared[0]}))
        return Relation("other", Reason(f"{name}-other", {"mine": wanted[0], "theirs": held[0]}, good=False))

    # ── What an offer is worth to any need ───────────────────────────────────────────────────────────────────────────

    def standing(self, offer: Offer) -> list[tuple[float, Reason]]:
        """What depends on no need: for one crop only, confirmed lately, with sources, in season, not taken up much."""
        record, side, weights = offer.record, offer.side, self.weights
        found = []
        heard = next(((name, day) for name in side.dated if (day := str(record.get(name)))), None)
        if (day := str(record.get(side.verified))) and (left := self._fresh(day, weights.fresh)) > 0:
            found.append((weights.of("freshness") * left, Reason("verified", {"date": day})))
        elif heard and (left := self._fresh(heard[1], weights.heard)) > 0:
            field = record.type.by_name[heard[0]]
            found.append((weights.of("freshness", "heard") * left, Reason("heard", {"field": field, "date": heard[1]})))
        if said := [name for name in side.evidence if record.get(name)]:
            worth = weights.of("evidence") * len(said) / len(side.evidence)
            more = tuple(record.type.by_name[name] for name in said if name not in SOURCE)
            found.append((worth, Reason("evidence", {"fields": more}) if more else Reason("sourced", {})))
        if len(only := record.term(side.industry)) == 1:
            found.append((weights.of("focus"), Reason("focus", {"theirs": only[0]})))
        if months := record.term(side.season):
            now = next((term for term in months if term.id == self.month[5:]), None)
            worth = weights.of("season", "now") if now else 0.0
            found.append(
                (
                    worth,
                    Reason("in-season", {"now": now}) if now else Reason("off-season", {"months": months}, good=False),
                )
            )
        if load := self.load(record):
            found.append((-min(load, BUSY) / BUSY * weights.of("load"), Reason("load", {"n": load})))
        return found

    def load(self, record: Record) -> int:
        """How many needs that still look for somebody an offer has been taken up for."""
        if record.type.name not in self._taken_up:
            return 0
        taken = set()
        for link in self.catalogue.backlinks_of(record):
            side = self.side(link.record)
            if side is not None and side.side == "asks" and side.answered == link.field.name:
                taken.add(link.record.key)
        return len(taken)

    def _fresh(self, day: str, days: int) -> float:
        """From 1 in the month of a day down to 0 when it has grown old; a year alone is its January."""
        ages = [months_of(each) for each in (self.month, day)]
        if None in ages:
            return 0
        age = (ages[0] or 0) - (ages[1] or 0)
        return max(0.0, min(1.0, 1 - age * 30.4 / days))

    def vocabulary(self, record: Record, name: str) -> Vocabulary:
        """The vocabulary of a record's field."""
        return self.catalogue.vocabularies[record.type.by_name[name].vocabulary]


# ── How things lie to each other ─────────────────────────────────────────────────────────────────────────────────────

CLOSE = frozenset({"same", "below", "above", "sibling"})
GRADES = ("same", "below", "above", "sibling", "wide", "other")
WORDS = {"wide": "above"}
"""Grades of which the same is said as of another."""


def terms(record: Record, name: str) -> tuple[str, ...]:
    """The ids of a field's terms."""
    return tuple(term.id for term in record.term(name))


def industry_grade(vocabulary: Vocabulary, mine: str, theirs: str, whole: Collection[str] = ()) -> str:
    """``same``; ``below`` what is asked for, or ``above`` it, ``wide`` where that is a root; ``sibling`` of one group
    that is no root; ``other``. Roots that are ``whole`` (``industry/chaye``) count as groups."""
    if mine == theirs:
        return "same"
    above_theirs = {term.id for term in vocabulary.ancestors(theirs)}
    if mine in above_theirs:
        return "below"
    if theirs in {term.id for term in vocabulary.ancestors(mine)}:
        return "above" if is_group(vocabulary, theirs, whole) else "wide"
    parent = vocabulary[mine].parent
    return "sibling" if parent in above_theirs and is_group(vocabulary, parent, whole) else "other"


def is_group(vocabulary: Vocabulary, term_id: str, whole: Collection[str]) -> bool:
    """Whether what stands below a term has more in common than a root does, such as all fruit."""
    return bool(term_id) and (bool(vocabulary[term_id].parent) or f"{vocabulary.name}/{term_id}" in whole)


def nowhere(side: Side) -> Relation:
    """How an offer that names no place stands to any: it comes everywhere, is of use everywhere, or stands who knows
    where."""
    if side.reach or side.far == "copied":
        return Relation("all" if side.reach else "copied", Reason("reach-all", {}))
    return Relation("far" if side.far == "far" else "out", Reason("at-unsaid", {}, good=False))


def distance(vocabulary: Vocabulary, mine: str, theirs: str, side: Side) -> Relation:
    """How a need's place stands to one that an offer serves or stands in."""
    line, other = vocabulary.lineage(mine), vocabulary.lineage(theirs)
    above = [term.id for term in line]
    params = {"mine": vocabulary[mine], "theirs": vocabulary[theirs]}
    shared = [term for term in other if term.id in above]
    if side.reach:
        if theirs in above:
            grade = "here" if theirs == mine else ("nearly" if above.index(theirs) else "province")
            return Relation(grade, Reason("reach-here" if theirs == mine else "reach-above", params))
        if len(shared) == len(line):
            return Relation("part", Reason("reach-part", params, good=False))
        return Relation(("out", "beyond", "next")[min(len(shared), 2)], Reason("reach-out", params, good=False))
    if len(shared) == len(line):
        return Relation("there", Reason("at-here", params))
    if len(shared) == len(other):
        return Relation("around" if len(shared) > 1 else "inland", Reason("at-there", {**params, "shared": shared[-1]}))
    if not shared or (side.far == "never" and len(shared) < 2):
        grade = {"far": "far", "copied": "copied", "never": "out"}[side.far]
        return Relation(grade, Reason("at-far", params, good=False))
    return Relation("around" if len(shared) > 1 else "inland", Reason("at-shared", {**params, "shared": shared[-1]}))


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


def months_of(day: str) -> int | None:
    """Months since the year 0 of ``2026-11-22``, ``2026-11`` or ``2026``; ``None`` for anything else."""
    year, _, rest = day.partition("-")
    month = rest.partition("-")[0] or "1"
    return 12 * int(year) + int(month) - 1 if year.isdigit() and month.isdigit() else None

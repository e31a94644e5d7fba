"""What ``catalogue/matching.yml`` says: who takes part in matching and how, and what counts for how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from typing import Any, TypeVar

from generator.model import KezhuError, RecordType, Vocabulary

SOURCE = ("source_title", "source_publisher")
SOFT = ("audience", "delivery", "language", "season")
POINTS = ("industry", "region", "kind", "answered", "focus", *SOFT, "freshness", "evidence", "load")
RELATIONS = (
    *("same", "below", "above", "sibling", "wide", "any", "untold", "unsaid", "other", "fits"),
    *("here", "nearly", "province", "all", "next", "beyond", "part", "out"),
    *("there", "around", "inland", "far", "copied"),
    *("heard", "now"),
)
FAR = ("far", "copied", "never")
SILENT = ("any", "untold")
WHERE = "catalogue/matching.yml"
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Side:
    """How the records of a type take part: ``kezhu: match:`` of its schema.

    ``side`` is ``asks`` or ``offers``. An offer has either ``reach``, the field with the places it serves (none: the
    whole country), or ``at``, the field with the place where it stands and can be visited or copied. The other names
    are those of fields. ``only`` holds, for a field, the values with which a record takes part, ``but`` those with
    which it does not; a field of an object is written ``statuses.status``.

    ``far`` is what something in another province is worth: ``far``, a look; ``copied``, it can be done anywhere;
    ``never``, nothing outside its own prefecture. ``silent`` is what it means that an offer names no industry: ``any``,
    it is for all of them; ``untold``, nobody has written down which.
    """

    side: str
    reach: str = ""
    at: str = ""
    far: str = "far"
    silent: str = "any"
    industry: str = "industry"
    kind: str = ""
    audience: str = "audience"
    delivery: str = "delivery"
    language: str = "language"
    season: str = "season"  # months, by the two digits of their ids
    verified: str = "verified_on"
    dated: tuple[str, ...] = ("held_on", "source_date")  # where nobody has confirmed it: when it was last heard of
    evidence: tuple[str, ...] = SOURCE
    answered: str = ""  # of a need: the field that names who has taken it up
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    but: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The field with the places."""
        return self.reach or self.at


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much, from ``catalogue/matching.yml``.

    ``points`` by signal; ``grades`` says how much of its points a relation gets, from 0 to 1; ``answers`` names, for a
    kind of need (``vocabulary/term``), the kinds of offer that answer it, and types as ``type/name``; ``whole`` are
    industries at the top of their tree whose parts have as much in common as a smaller group; a confirmation
    counts for nothing more after ``fresh`` days, a report after ``heard``; ``least`` are the points below which an
    offer is no answer.
    """

    points: Mapping[str, float]
    grades: Mapping[str, float]
    answers: Mapping[str, tuple[str, ...]]
    fresh: int = 730
    heard: int = 3650
    least: float = 0
    whole: frozenset[str] = frozenset()

    def of(self, signal: str, grade: str = "") -> float:
        """The points of a signal, at a grade."""
        return self.points.get(signal, 0) * (self.grades.get(grade, 0) if grade else 1)


def read_matching(
    settings: Mapping[str, Any], types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary]
) -> tuple[dict[str, tuple[Side, ...]], Weights]:
    """What ``catalogue/matching.yml`` says; raises `KezhuError` for whatever is not there or not known."""
    sides = {}
    for name, entries in (settings.get("sides") or {}).items():
        record_type = _known(name, types, "type")
        sides[name] = tuple(_read_side(entry, record_type) for entry in entries)
    points = {name: _number(each.get("points"), name) for name, each in (settings.get("points") or {}).items()}
    grades = {name: _number(each, name) for name, each in (settings.get("grades") or {}).items()}
    for given, names in ((points, POINTS), (grades, RELATIONS)):
        if set(given) != set(names):
            wrong = ", ".join(sorted(set(given) ^ set(names)))
            raise KezhuError(f"these are missing or not known: {wrong}", WHERE)
    answers = {mine: tuple(theirs) for mine, theirs in (settings.get("answers") or {}).items()}
    whole = frozenset(settings.get("whole") or ())
    for word in {*answers, *whole, *(each for theirs in answers.values() for each in theirs)}:
        vocabulary, _, name = word.partition("/")
        if vocabulary == "type":
            _known(name, types, "type")
        else:
            _known(name, _known(vocabulary, vocabularies, "vocabulary").terms, f"term of {vocabulary}")
    fresh, heard = (_number(settings.get(name, 730), name) for name in ("fresh", "heard"))
    least = _number(settings.get("least", 0), "least")
    return sides, Weights(points, grades, answers, int(fresh), int(heard), least, whole)


def _read_side(entry: Mapping[str, Any], record_type: RecordType) -> Side:
    names = {each.name for each in dataclass_fields(Side)}
    for key in entry:
        _known(key, dict.fromkeys(names), "word of a side")
    found: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    for key in ("only", "but"):
        if key in found:
            found[key] = {name: tuple(values) for name, values in found[key].items()}
            for name in found[key]:
                _known(name.partition(".")[0], record_type.by_name, f"field of {record_type.name}")
    for key in ("reach", "at", "kind", "answered"):
        if key in found:
            _known(found[key], record_type.by_name, f"field of {record_type.name}")
    for key, known in (("far", FAR), ("silent", SILENT)):
        if key in found:
            _known(found[key], dict.fromkeys(known), f"sort of {key}")
    if found.get("side") not in {"asks", "offers"} or not (found.get("reach") or found.get("at")):
        raise KezhuError(f"{record_type.name}: side is asks or offers, and there is reach or at", WHERE)
    return Side(**found)


def _known(name: str, among: Mapping[str, Known], what: str) -> Known:
    if name not in among:
        raise KezhuError(f"there is no {what} {name}", WHERE)
    return among[name]


def _number(text: Any, name: str) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        raise KezhuError(f"{name} is a number, not {text!r}", WHERE) from None

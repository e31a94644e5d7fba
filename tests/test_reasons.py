"""Every reason that is shown is true: reckoned anew from the records' own fields, not from what matching reckons.

For the shipped catalogue with the needs of the labelled set, and for the demonstration.
"""

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from demonstration import TODAY, assemble

from generator.checkup import check_catalogue
from generator.matches import LATER, Matches
from generator.model import Catalogue, Record, RecordType, Term
from generator.views import Views

ROOT = Path(__file__).parent.parent
NEEDS = Path(__file__).parent / "match" / "needs"


def shipped(folder: Path) -> Path:
    shutil.copytree(ROOT / "catalogue", folder / "catalogue")
    for path in NEEDS.glob("*.yml"):
        shutil.copy(path, folder / "catalogue" / "need")
    return folder


@pytest.fixture(scope="module", params=[shipped, assemble])
def matches(request, tmp_path_factory) -> Matches:
    catalogue = check_catalogue(request.param(tmp_path_factory.mktemp("matched")), today=TODAY).catalogue
    assert catalogue is not None
    return Matches(Views(catalogue, "zh"), TODAY)


class Checker:
    """What the records themselves say."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def above(self, terms: Iterable[Term]) -> set[str]:
        """The terms and all above them."""
        return {each.id for t in terms for each in self.catalogue.vocabularies[t.vocabulary].lineage(t.id)}

    def kinds(self, record: Record) -> set[str]:
        return {term.id for name in ("kind", "role") for term in record.term(name)} | {record.type.name}

    def holds(self, key: str, params: dict, good: bool, need: Record, offer: Record) -> bool:
        mine, theirs = params.get("mine"), params.get("theirs")
        group, _, grade = key.partition("-")
        if group in {"industry", "reach", "at"}:
            field = "industry" if group == "industry" else "region"
            wanted, held = need.term(field), offer.term(field)
            assert mine is None or mine in wanted
            if grade in {"any", "unsaid", "all"}:
                return not held and good is (grade != "unsaid")
            assert theirs in held
            line, other = self.above([mine]) if mine else set(), self.above([theirs])
            return {
                "industry-same": mine == theirs and good,
                "industry-below": mine is not None and mine.id in other and mine != theirs,
                "industry-above": theirs.id in line and mine != theirs,
                "industry-sibling": "group" in params and params["group"].id in line & other,
                "industry-theirs": not wanted,
                "reach-here": mine == theirs and good,
                "reach-above": theirs.id in line and mine != theirs and good,
                "reach-theirs": not wanted,
                "reach-part": mine is not None and mine.id in other and not good,
                "reach-out": not good and not self.above(wanted) & {theirs.id},
                "at-here": mine is not None and mine.id in other,
                "at-there": theirs.id in line and params.get("shared") == theirs,
                "at-shared": "shared" in params and params["shared"].id in line & other and params["shared"] != theirs,
                "at-far": not good and mine is not None and mine.id not in other,
            }[key]
        if group == "kind":
            name = (lambda value: value.name if isinstance(value, RecordType) else value.id)(theirs)
            return name in self.kinds(offer) and mine in need.term("kind")
        if group in {"audience", "delivery", "language", "season"}:
            return theirs in offer.term(group) and (grade == "fits") == (theirs in need.term(group)) == good
        return {
            "verified": lambda: offer.get("verified_on") == params["date"],
            "heard": lambda: params["date"] in {offer.get(name) for name in ("held_on", "source_date")},
            "sourced": lambda: bool(offer.get("source_title") or offer.get("source_publisher")),
            "evidence": lambda: bool(params["fields"]) and all(offer.get(spec.name) for spec in params["fields"]),
            "focus": lambda: offer.term("industry") == (theirs,),
            "answered": lambda: offer.id in need.list("answered_by"),
            "in-season": lambda: params["now"] in offer.term("season") and int(params["now"].id) == TODAY.month,
            "off-season": lambda: params["months"] == offer.term("season") and not good,
            "load": lambda: params["n"] == self.load(offer) and params["n"] > 0,
        }[key]()

    def load(self, offer: Record) -> int:
        rows = self.catalogue.by_type["need"]
        return sum(offer.id in need.list("answered_by") and need.get("status") in {"open", "matched"} for need in rows)


def test_every_match_and_every_why_not_shows_two_reasons_that_are_true(matches):
    checker = Checker(matches.views.catalogue)
    records = matches.views.catalogue.records
    looked = 0
    for need, found in matches.found():
        for key, _ in (*found.reach, *found.at, *found.near):
            match = matches.matcher.match(need, key)
            for reason in match.reasons:
                looked += 1
                assert checker.holds(*reason, need, records[key]), (need.key, key, reason)
                assert matches.say(reason)
            shown = matches._shown(match, LATER)
            assert len(shown["good"]) + len(shown["bad"]) >= 2, (need.key, key)
        for key, _ in found.near:
            assert not all(reason.good for reason in matches.matcher.match(need, key).reasons)
    assert looked > 40


def test_what_reaches_a_place_says_so_truly(matches):
    checker = Checker(matches.views.catalogue)
    places = {term.id: term for need, _ in matches.found() for term in need.term("region")}
    seen = 0
    for place in places.values():
        for key in matches.matcher.reaching(place.id):
            reason = matches.matcher.reaches(place.id, key).reason
            held = matches.views.catalogue.records[key].term("region")
            assert reason.good
            assert (reason.params["theirs"].id in checker.above([place])) if held else reason.key == "reach-all"
            seen += 1
    assert seen


def test_a_reason_that_is_not_true_is_found_out(matches):
    """The test above can fail."""
    need, found = next((need, found) for need, found in matches.found() if found.reach or found.at)
    key = found.ranked[0][0]
    offer = matches.views.catalogue.records[key]
    checker = Checker(matches.views.catalogue)
    assert not checker.holds("verified", {"date": date.max.isoformat()}, True, need, offer)
    assert not checker.holds("load", {"n": 99}, True, need, offer)
    assert not checker.holds("answered", {}, True, found_by_nobody(matches), offer)


def found_by_nobody(matches) -> Record:
    return next(need for need, _ in matches.found() if not need.get("answered_by"))

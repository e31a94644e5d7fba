"""Matching: the index gives what comparing everything would give, and what is said of a match is true."""

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from match_made import SIDES, TODAY, VOCABULARIES, WEIGHTS, many, matcher, record

from generator import match as matched
from generator import matching, relations
from generator.match import NEAR, OUT, TOP, Match, Matcher
from generator.relations import Tree
from generator.track import Watch, now

SCHEMAS = Path(__file__).parent.parent / "catalogue" / "schemas"
PLACES = [term.id for term in VOCABULARIES["region"]]
CROPS = [term.id for term in VOCABULARIES["industry"]]
values = st.fixed_dictionaries(
    {},
    optional={
        "region": st.lists(st.sampled_from(PLACES), max_size=2, unique=True),
        "industry": st.lists(st.sampled_from(CROPS), max_size=2, unique=True),
        "kind": st.lists(st.sampled_from(["teach", "sell"]), max_size=2, unique=True),
        "audience": st.lists(st.sampled_from(["women", "youth"]), max_size=1),
        "delivery": st.lists(st.sampled_from(["remote", "on-site"]), max_size=1),
        "language": st.lists(st.sampled_from(["bo", "mn"]), max_size=1),
        "season": st.lists(st.sampled_from(["03", "10", "11"]), max_size=2, unique=True),
        "verified_on": st.sampled_from(["2026-10-13", "2025-01-01", "2020-01-01"]),
        "source_date": st.sampled_from(["2026", "2022-07", "2011-04-02"]),
        "source_title": st.just("示例"),
    },
)
offers = st.lists(st.tuples(st.sampled_from(["help", "spot", "tale", "past"]), values), max_size=14).map(
    lambda rows: [record(kind, f"o{n:02}", row) for n, (kind, row) in enumerate(rows)]
)
needs = st.fixed_dictionaries(
    {"region": st.lists(st.sampled_from(PLACES), min_size=1, max_size=2, unique=True)},
    optional={
        "industry": st.lists(st.sampled_from(CROPS), max_size=2, unique=True),
        "kind": st.lists(st.sampled_from(["learn", "buy"]), max_size=2, unique=True),
        "audience": st.lists(st.sampled_from(["women", "youth"]), max_size=1),
        "season": st.lists(st.sampled_from(["03", "10", "11"]), max_size=2, unique=True),
    },
).map(lambda row: record("ask", "n", row))


def by_comparing(found: Matcher, need, sort: str) -> list[str]:
    """The slow way: every offer against the need."""
    ranked, asked = [], found.judge.ask(need)
    for each in found.catalogue.records.values():
        offer = found.judge.offer(each)
        if offer is None or bool(offer.side.reach) != (sort == "reach"):
            continue
        points, _ = found.judge.weigh(asked, offer, each)
        place, industry = found.judge.region(asked, offer).grade, found.judge.industry(asked, offer).grade
        if place in OUT or industry == "other" or points < WEIGHTS.least:
            continue
        ranked.append((-points, each.key))
    return [key for _, key in sorted(ranked)[:TOP]]


def reads_of(frame) -> set[tuple[str, str]]:
    """All that was read in a frame and in the shared results that it used."""
    found, ahead, seen = frame.readings(), list(frame.nodes), set()
    while ahead:
        node = ahead.pop()
        if node in now.made and node not in seen:
            seen.add(node)
            found |= now.made[node][0].readings()
            ahead += now.made[node][0].nodes
    return found


def keys(matches: tuple[Match, ...]) -> list[str]:
    return [match.record.key for match in matches]


@given(need=needs, made=offers)
@settings(max_examples=400, deadline=None)
def test_the_index_gives_what_comparing_everything_gives(need, made):
    found = matcher([need, *made])
    answer = found.answer(need)
    assert keys(answer.reach) == by_comparing(found, need, "reach")
    assert keys(answer.at) == by_comparing(found, need, "at")
    for match, (_, points) in zip(
        (*answer.reach, *answer.at, *answer.near),
        (row for rows in found.found(need.key)[:3] for row in rows),
        strict=True,
    ):
        assert match.points == points, "what is reckoned without a sentence is what the sentences come to"


@given(need=needs, made=offers)
@settings(max_examples=200, deadline=None)
def test_every_match_and_every_why_not_has_two_reasons(need, made):
    answer = matcher([need, *made]).answer(need)
    for match in (*answer.reach, *answer.at):
        assert len(match.reasons) >= 2
        assert any(reason.good for reason in match.reasons)
    for match in answer.near:
        assert len(match.reasons) >= 2
        assert not all(reason.good for reason in match.reasons)
    assert len(answer.near) <= NEAR
    assert not set(keys(answer.near)) & {*keys(answer.reach), *keys(answer.at)}


LINES = {crop: {above.id for above in VOCABULARIES["industry"].lineage(crop)} for crop in CROPS}
APART = [(mine, other) for mine in CROPS for other in CROPS if not LINES[mine] & LINES[other]]
"""Crops that have nothing above them in common."""


@given(
    asked=needs,
    made=offers,
    row=values,
    crops=st.sampled_from(APART),
    kind=st.sampled_from(["help", "spot", "tale", "past"]),
    name=st.sampled_from(["aa", "zz"]),
)
@settings(max_examples=200, deadline=None)
def test_an_unrelated_offer_changes_nothing(asked, made, row, crops, kind, name):
    """Neither the order nor the points, wherever it is and whatever else it says."""
    need = record("ask", "n", {**asked.values, "industry": [crops[0]]})
    other = record(kind, name, {**row, "industry": [crops[1]]})
    assert matcher([need, *made, other]).found(need.key) == matcher([need, *made]).found(need.key)


@given(need=needs, made=offers, row=values, data=st.data())
@settings(max_examples=200, deadline=None)
def test_who_covers_the_county_never_ranks_below_the_twin_who_does_not(need, made, row, data):
    """Wherever the twin serves, and although its key comes first; among all that a need is shown."""
    regions = VOCABULARIES["region"]
    lines = [{above.id for above in regions.lineage(term.id)} for term in need.term("region")]
    elsewhere = [place for place in PLACES if not any(place in line for line in lines)]
    assume(elsewhere)
    covering = record("help", "zz-covers", {**row, "region": [data.draw(st.sampled_from(sorted(lines[0])))]})
    twin = record("help", "aa-twin", {**row, "region": [data.draw(st.sampled_from(elsewhere))]})
    found = matcher([need, covering, twin, *made]).found(need.key)
    ranked = [key for key, _ in found.ranked]
    assert twin.key not in ranked or ranked.index(covering.key) < ranked.index(twin.key)
    assert twin.key not in [key for key, _ in found.reach]


@given(need=needs, made=offers, seed=st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_equals_stand_in_the_order_of_their_keys(need, made, seed):
    shuffled = [need, *made]
    random.Random(seed).shuffle(shuffled)
    assert matcher(shuffled).answer(need) == matcher([need, *made]).answer(need)
    twins = [record("help", f"t{n}", {"region": ["p0"]}) for n in range(3)]
    asking = record("ask", "n", {"region": ["p0"], "kind": ["learn"]})
    assert keys(matcher([asking, *reversed(twins)]).answer(asking).reach) == ["help/t0", "help/t1", "help/t2"]


def test_no_type_is_named_in_the_code():
    """Types take part by what catalogue/matching.yml says; a new one needs no Python."""
    types = {path.stem for path in SCHEMAS.glob("*.yml")}
    assert {"need", "service", "person"} <= types
    for room in (matched, relations, matching):
        nodes = ast.walk(ast.parse(Path(room.__file__).read_text("utf-8")))
        words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert not words & types, room.__name__


def test_a_changed_need_is_answered_anew_and_no_other():
    """What one answer reads is its own need, offers and the index of offers, never another need."""
    rows = [("m", {"region": ["p0"], "industry": ["r0"]}), ("n", {"region": ["p0c0"], "industry": ["r0g0"]})]
    asking = [record("ask", name, row) for name, row in rows]
    made = [record("help", name, {"region": ["p0"], "industry": ["r0"]}) for name in "ab"]
    found = matcher([*asking, *made])
    for need, other in (asking, reversed(asking)):
        with Watch() as frame:
            found.found(need.key)
        read = {thing for thing, _ in reads_of(frame)}
        assert need.key in read
        assert other.key not in read
        assert f"{need.type.name}/" not in read


def test_reasons_say_what_is_so():
    need = record("ask", "n", {"region": ["p0c0x0"], "industry": ["r0g0k0"], "kind": ["learn"]})
    help_ = record(
        "help",
        "o",
        {
            "region": ["p0"],
            "industry": ["r0g0"],
            "kind": ["teach"],
            "verified_on": "2026-10-13",
            "source_title": "示例",
        },
    )
    answer = matcher([need, help_]).answer(need)
    said = {reason.key: reason.params for reason in answer.reach[0].reasons}
    assert list(said) == ["industry-above", "reach-above", "kind-fits", "verified", "sourced", "focus"]
    assert said["industry-above"]["theirs"].id == "r0g0"
    assert said["reach-above"]["theirs"].id == "p0"
    assert said["verified"] == {"date": "2026-10-13"}


def test_who_serves_another_county_is_near_and_says_why_not():
    need = record("ask", "n", {"region": ["p0c0x0"], "industry": ["r0g0k0"]})
    away = record("help", "o", {"region": ["p0c0x1"], "industry": ["r0g0k0"]})
    farther = record("help", "a", {"region": ["p1c0x1"], "industry": ["r0g0k0"]})
    answer = matcher([need, away, farther]).answer(need)
    assert not answer.reach
    assert keys(answer.near) == ["help/o", "help/a"]
    said = [(reason.key, reason.good) for reason in answer.near[0].reasons]
    assert said == [("industry-same", True), ("focus", True), ("reach-out", False)]


def test_taken_up_often_counts_a_little_less():
    need = record("ask", "n", {"region": ["p0"], "industry": ["r0"], "answered_by": []})
    busy = [record("ask", f"m{n}", {"region": ["p0"], "answered_by": ["a"]}) for n in range(5)]
    made = [record("help", name, {"region": ["p0"], "industry": ["r0"]}) for name in ("a", "b")]
    answer = matcher([need, *busy, *made]).answer(need)
    assert keys(answer.reach) == ["help/b", "help/a"]
    assert "load" in [reason.key for reason in answer.reach[1].reasons]


def test_who_no_longer_takes_part_is_not_offered():
    sides = {**SIDES, "help": (replace(SIDES["help"][0], only={"kind": ("teach",)}),)}
    need = record("ask", "n", {"region": ["p0"], "industry": ["r0"]})
    made = [record("help", kind, {"region": ["p0"], "industry": ["r0"], "kind": [kind]}) for kind in ("teach", "sell")]
    found = matcher([need, *made])
    closed = Matcher(found.catalogue, sides, WEIGHTS, TODAY)
    assert keys(closed.answer(need).reach) == ["help/teach"]


@pytest.mark.parametrize(
    ("mine", "theirs", "grade"),
    [
        ("r0g0k0", "r0g0k0", "same"),
        ("r0g0", "r0g0k0", "below"),
        ("r0g0k0", "r0", "wide"),
        ("r1g0k0", "r1", "above"),
        ("r1g0", "r1g1", "sibling"),
        ("r0g0k0", "r0g0k1", "sibling"),
        ("r0g0", "r0g1", "other"),
        ("r0g0k0", "r0g1k0", "other"),
        ("r0", "r1", "other"),
    ],
)
def test_grades_of_industries(mine, theirs, grade):
    assert Tree(VOCABULARIES["industry"], {"industry/r1"}).kinship(mine, theirs) == grade


@pytest.mark.parametrize(
    ("wished", "months", "said"),
    [
        ([], ["10", "11"], {"in-season": True}),
        ([], ["03"], {"off-season": False}),
        ([], [], {}),
        (["03"], ["03", "10"], {"season-fits": True, "off-season": False}),
        (["03"], ["11"], {"season-other": False, "in-season": True}),
        (["03"], [], {}),
    ],
)
def test_seasons_are_those_that_are_wished_for_or_the_present_one(wished, months, said):
    need = record("ask", "n", {"region": ["p0"], "season": wished})
    offer = record("help", "o", {"region": ["p0"], "season": months})
    match = matcher([need, offer]).match(need, offer.key)
    assert {reason.key: reason.good for reason in match.reasons if "season" in reason.key} == said


@pytest.mark.parametrize(
    ("row", "key", "more"),
    [
        ({"verified_on": "2026-10-13", "source_date": "2026-11"}, "verified", True),
        ({"verified_on": "2019-10-13", "source_date": "2022-07"}, "heard", True),
        ({"source_date": "2022"}, "heard", True),
        ({"source_date": "2011-04-02"}, None, False),
        ({"source_date": "unknown"}, None, False),
        ({}, None, False),
    ],
)
def test_what_was_confirmed_or_reported_lately_counts_more(row, key, more):
    need = record("ask", "n", {"region": ["p0"], "industry": ["r0"]})
    offer, plain = (
        record("help", name, {"region": ["p0"], "industry": ["r0"], **said}) for name, said in [("z", row), ("a", {})]
    )
    found = matcher([need, offer, plain])
    match = found.match(need, offer.key)
    assert [reason.key for reason in match.reasons if reason.key in {"verified", "heard"}] == ([key] if key else [])
    assert (match.points > found.match(need, plain.key).points) is more


def test_many_offers_are_not_all_looked_at(monkeypatch):
    """The number of offers that are weighed for a need does not follow their number."""
    weighed = []
    for count in (300, 3000):
        records, vocabularies = many(40, count)
        found = matcher(records, vocabularies=vocabularies)
        seen = 0
        original = found._softly

        def counted(wishes, held, original=original):
            nonlocal seen
            seen += 1
            return original(wishes, held)

        monkeypatch.setattr(found, "_softly", counted)
        for need in found.needs():
            found.found(need)
        weighed.append(seen)
    assert 0 < weighed[1] < 4 * max(weighed[0], 50)


@given(made=offers, place=st.sampled_from(PLACES))
@settings(max_examples=150, deadline=None)
def test_what_reaches_a_place_names_it_or_what_lies_around_it_or_nothing(made, place):
    line = [term.id for term in VOCABULARIES["region"].lineage(place)]
    asked = matcher(made)
    found = asked.reaching(place)
    expected = {
        each.key
        for each in made
        if each.type.name == "help" and (not each.term("region") or {t.id for t in each.term("region")} & set(line))
    }
    assert set(found) == expected
    relations = [asked.reaches(place, key) for key in found]
    worth = [WEIGHTS.grades[relation.grade] for relation in relations]
    assert worth == sorted(worth, reverse=True)
    assert all(relation.reason.good for relation in relations)

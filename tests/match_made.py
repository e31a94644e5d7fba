"""Catalogues of needs and offers, made in memory for the tests and the benchmark of matching."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from generator.load import make_vocabulary
from generator.match import Matcher
from generator.matching import Side, Weights
from generator.model import Backlink, Catalogue, FieldSpec, Portal, Record, RecordType, Term, Vocabulary

TODAY = date(2026, 11, 22)
SOFT = ("audience", "delivery", "language", "season")
TERMS = {"region": "region", "industry": "industry", "kind": "", **{name: name for name in SOFT}}


def vocabulary(name: str, rows: Iterable[tuple[str, str]]) -> Vocabulary:
    """Terms by id and parent, titled 示例 and their id."""
    return make_vocabulary(name, {i: Term(name, i, f"示例{i}", parent) for i, parent in rows}, {}, name)


def regions(provinces: int, cities: int, counties: int) -> Vocabulary:
    """A tree of places: p0, p0c1, p0c1x2."""
    rows: list[tuple[str, str]] = []
    for p in range(provinces):
        rows.append((f"p{p}", ""))
        for c in range(cities):
            rows.append((f"p{p}c{c}", f"p{p}"))
            rows += [(f"p{p}c{c}x{x}", f"p{p}c{c}") for x in range(counties)]
    return vocabulary("region", rows)


def industries(roots: int, groups: int, crops: int) -> Vocabulary:
    """A tree of crops: r0, r0g1, r0g1k2."""
    rows: list[tuple[str, str]] = []
    for r in range(roots):
        rows.append((f"r{r}", ""))
        for g in range(groups):
            rows.append((f"r{r}g{g}", f"r{r}"))
            rows += [(f"r{r}g{g}k{k}", f"r{r}g{g}") for k in range(crops)]
    return vocabulary("industry", rows)


def record_type(name: str, kinds: str) -> RecordType:
    """A type with the fields that matching looks at."""
    term_fields = {**TERMS, "kind": kinds}
    fields = [FieldSpec("title", "text", {"": "名称"}, {})]
    fields += [FieldSpec(n, "term", {"": n}, {}, many=True, vocabulary=v) for n, v in term_fields.items() if v]
    fields += [
        FieldSpec(n, "text", {"": n}, {}) for n in ("verified_on", "source_title", "source_publisher", "source_date")
    ]
    fields.append(FieldSpec("answered_by", "reference", {"": "answered_by"}, {}, many=True, reference="help"))
    return RecordType(name, {"": name}, {}, tuple(fields), "", {}, by_name={f.name: f for f in fields})


VOCABULARIES: dict[str, Vocabulary] = {
    "region": regions(2, 2, 2),
    "industry": industries(2, 2, 2),
    "wish": vocabulary("wish", [("learn", ""), ("buy", "")]),
    "act": vocabulary("act", [("teach", ""), ("sell", "")]),
    "audience": vocabulary("audience", [("women", ""), ("youth", "")]),
    "delivery": vocabulary("delivery", [("remote", ""), ("on-site", "")]),
    "language": vocabulary("language", [("bo", ""), ("mn", "")]),
    "season": vocabulary("season", [("03", ""), ("10", ""), ("11", "")]),
}
TYPES = {
    "ask": record_type("ask", "wish"),
    "help": record_type("help", "act"),
    **{name: record_type(name, "act") for name in ("spot", "tale", "past")},
}
SIDES = {
    "ask": (Side("asks", reach="region", kind="kind", answered="answered_by"),),
    "help": (Side("offers", reach="region", kind="kind"),),
    "spot": (Side("offers", at="region", kind="kind", silent="untold"),),
    "tale": (Side("offers", at="region", far="copied", kind="kind"),),
    "past": (Side("offers", at="region", far="never", kind="kind"),),
}
WEIGHTS = Weights(
    points={
        **{"industry": 40, "region": 25, "kind": 12, "audience": 3, "delivery": 3, "language": 3},
        **{"season": 3, "freshness": 6, "evidence": 4, "load": 3, "answered": 8, "focus": 2},
    },
    grades={
        **{"same": 1, "below": 0.8, "above": 0.7, "sibling": 0.35, "wide": 0.3, "other": 0, "fits": 1},
        **{"any": 0.2, "untold": 0.1, "unsaid": 0.5, "part": 0.3, "next": 0.3, "beyond": 0.1, "out": -0.5},
        **{"here": 1, "nearly": 0.9, "province": 0.8, "all": 0.7, "heard": 0.4, "now": 0.5},
        **{"there": 1, "around": 0.8, "inland": 0.6, "copied": 0.3, "far": 0.1},
    },
    answers={"wish/learn": ("act/teach",), "wish/buy": ("act/sell", "type/spot")},
    least=20,
)


def record(
    type_name: str,
    record_id: str,
    values: Mapping[str, Any],
    types: Mapping[str, RecordType] = TYPES,
    vocabularies: Mapping[str, Vocabulary] = VOCABULARIES,
) -> Record:
    """A record as joined."""
    kind = types[type_name]
    terms = {
        spec.name: tuple(vocabularies[spec.vocabulary][i] for i in values.get(spec.name, ()))
        for spec in kind.fields
        if spec.vocabulary and values.get(spec.name)
    }
    return Record(kind, record_id, {"title": f"示例 {record_id}", **values}, terms=terms)


def catalogue(records: Sequence[Record], vocabularies: Mapping[str, Vocabulary] = VOCABULARIES) -> Catalogue:
    """A joined catalogue of these records."""
    by_type = {name: tuple(r for r in records if r.type.name == name) for name in TYPES}
    named: dict[str, list[Backlink]] = defaultdict(list)
    for each in records:
        if each.get("answered_by"):
            spec = each.type.by_name["answered_by"]
            for word in each.list(spec.name):
                named[f"{spec.reference}/{word}"].append(Backlink(each, spec))
    backlinks = {key: tuple(links) for key, links in named.items()}
    return Catalogue(Portal("示例", "zh"), TYPES, vocabularies, {r.key: r for r in records}, by_type, backlinks)


def matcher(
    records: Sequence[Record], weights: Weights = WEIGHTS, vocabularies: Mapping[str, Vocabulary] = VOCABULARIES
) -> Matcher:
    """The matcher of these records."""
    return Matcher(catalogue(records, vocabularies), SIDES, weights, TODAY)


def many(needs: int, offers: int, seed: int = 7) -> tuple[list[Record], dict[str, Vocabulary]]:
    """Records as a country would have them: 2,800 counties, 400 crops, half of the offers bound to a county."""
    chance = random.Random(seed)
    places, crops = regions(31, 9, 10), industries(8, 10, 5)
    vocabularies = {**VOCABULARIES, "region": places, "industry": crops}
    counties = [t.id for t in places if not places.children(t.id)]
    leaves = [t.id for t in crops if not crops.children(t.id)]

    def where() -> list[str]:
        county = chance.choice(counties)
        line = [t.id for t in places.lineage(county)]
        return chance.choice([[county], [county], [line[1]], [line[0]], []])

    def what() -> list[str]:
        crop = chance.choice(leaves)
        return chance.choice([[crop], [crop, chance.choice(leaves)], [crops[crop].parent], []])

    def said() -> dict[str, Any]:
        found: dict[str, Any] = {"kind": [chance.choice(["teach", "sell"])], "source_title": "示例"}
        if chance.random() < 0.5:
            found["verified_on"] = date.fromordinal(TODAY.toordinal() - chance.randrange(900)).isoformat()
        if chance.random() < 0.3:
            found["audience"] = [chance.choice(["women", "youth"])]
        if chance.random() < 0.3:
            found["delivery"] = [chance.choice(["remote", "on-site"])]
        return found

    made = [
        record(
            chance.choice(["help", "help", "spot"]),
            f"o{n}",
            {"region": where(), "industry": what(), **said()},
            vocabularies=vocabularies,
        )
        for n in range(offers)
    ]
    made += [
        record(
            "ask",
            f"n{n}",
            {
                "region": [chance.choice(counties)],
                "industry": [chance.choice(leaves)],
                "kind": [chance.choice(["learn", "buy"])],
                **({"audience": ["women"]} if chance.random() < 0.2 else {}),
            },
            vocabularies=vocabularies,
        )
        for n in range(needs)
    ]
    return made, vocabularies

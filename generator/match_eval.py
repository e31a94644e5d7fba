"""How good the matching is: needs and offers that somebody who knows has graded, against the order that is shown.

A set is a CSV file: ``site`` (empty: the project's own catalogue; ``demonstration``: the invented one), ``asked`` and
``offer`` (keys), ``grade`` (0 to 3) and ``why``. An offer that is not graded counts as 0. Needs that are invented for
the set stand in ``needs/`` beside it. The figure is the normalised discounted cumulative gain of the first five, with
2^grade − 1 as the gain and the binary logarithm of one more than the rank as the discount: 1 where nothing better could
have stood there.
"""

from __future__ import annotations

import csv
import importlib.util
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import log2
from pathlib import Path
from typing import Any

from generator.match import Matcher
from generator.matching import read_matching
from generator.model import Catalogue, KezhuError

COLUMNS = ("site", "asked", "offer", "grade", "why")
DEMONSTRATION = "demonstration"
TOP = 5
BEST = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a set."""

    site: str
    asked: str
    offer: str
    grade: int
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came for a need: keys of the first five, the grade of each offer that has one, and why."""

    asked: str
    title: str
    found: tuple[str, ...]
    grades: Mapping[str, int]
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def ndcg(self) -> float:
        """From 0 to 1."""
        ideal = gain(sorted(self.grades.values(), reverse=True))
        return gain([self.grades.get(key, 0) for key in self.found]) / ideal

    @property
    def missing(self) -> tuple[str, ...]:
        """Offers that are not among the first five although they have a higher grade than one that is; best first."""
        least = min((self.grades.get(key, 0) for key in self.found), default=0) if len(self.found) == TOP else 0
        better = [key for key, grade in self.grades.items() if grade > least and key not in self.found]
        return tuple(sorted(better, key=lambda key: (-self.grades[key], key)))


def gain(grades: Sequence[int]) -> float:
    """The discounted cumulative gain of the first five."""
    return sum((2.0**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades[:TOP], 1))


def read_pairs(path: Path) -> list[Pair]:
    """The lines of a set; raises `KezhuError` for one that is not understood or comes twice, and for a need that
    no offer helps."""
    found: dict[tuple[str, str], Pair] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise KezhuError(f"the columns should be {','.join(COLUMNS)}", path)
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if None in row or None in row.values() or row["grade"] not in {str(n) for n in range(BEST + 1)}:
                raise KezhuError(f"a line has {len(COLUMNS)} cells, and a grade from 0 to {BEST}", where)
            if not row["why"].strip() or row["site"] not in {"", DEMONSTRATION}:
                raise KezhuError(f"why is empty, or site is neither empty nor {DEMONSTRATION}", where)
            pair = Pair(row["site"], row["asked"], row["offer"], int(row["grade"]), row["why"])
            if (pair.asked, pair.offer) in found:
                raise KezhuError(f"{pair.asked} and {pair.offer} stand here twice", where)
            found[pair.asked, pair.offer] = pair
    helped = {pair.asked for pair in found.values() if pair.grade}
    if idle := sorted({pair.asked for pair in found.values()} - helped):
        raise KezhuError(f"nothing helps {idle[0]}: no order is better than another", path)
    return list(found.values())


def evaluate(catalogue: Catalogue, pairs: Sequence[Pair], today: date) -> Iterator[Outcome]:
    """Ask about every need of a set, in its order; raises `KezhuError` for a key that the catalogue does not have."""
    settings = catalogue.portal.get("matching")
    if not settings:
        raise KezhuError("this portal does not match anything", "catalogue/matching.yml")
    matcher = Matcher(catalogue, *read_matching(settings, catalogue.types, catalogue.vocabularies), today)
    by_need: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_need.setdefault(pair.asked, []).append(pair)
        for key in (pair.asked, pair.offer):
            if key not in catalogue.records:
                raise KezhuError(f"no such record: {key}")
    for key, rows in by_need.items():
        need = catalogue.records[key]
        if not matcher.asks(need):
            raise KezhuError(f"{key} does not look for anybody")
        found = tuple(offer for offer, _ in matcher.found(key).ranked[:TOP])
        yield Outcome(
            key, need.title, found, {row.offer: row.grade for row in rows}, {row.offer: row.why for row in rows}
        )


def assemble(root: Path, site: str, path: Path, pairs: Sequence[Pair], into: Path) -> Path:
    """A project to ask: the demonstration, or the one below ``root`` with those needs of a set that stand beside it."""
    if site == DEMONSTRATION:
        return Path(load_demonstration(root).assemble(into))
    shutil.copytree(root / "catalogue", into / "catalogue")
    for key in sorted({pair.asked for pair in pairs}):
        added = path.parent / "needs" / f"{key.partition('/')[2]}.yml"
        if added.is_file():
            folder = into / "catalogue" / key.partition("/")[0]
            folder.mkdir(exist_ok=True)
            shutil.copy(added, folder)
    return into


def load_demonstration(root: Path) -> Any:
    """The module that puts the demonstration together; it lies with the tests, as its records do."""
    path = root / "tests" / "demonstration.py"
    spec = importlib.util.spec_from_file_location("kezhu_demonstration", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise KezhuError("the demonstration is not here", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

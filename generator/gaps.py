"""The pages of all needs that look for somebody, unmet ones first, and the unmet ones as a table.

A few needs stand on one page. Many are parted by the province that they lie in, and each part by pages: what has to be
made again when one need has changed does not grow with the country.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from math import ceil
from typing import Any, NamedTuple

from generator.csvout import write_csv
from generator.match import Found, Matcher
from generator.model import Record, Term
from generator.sections import Template
from generator.track import memo
from generator.views import PLACE, Views, pager

FEW = 60  # needs on one page; more are parted by place
PER_PAGE = 20  # needs on a page of a place
LATER = 2  # reasons beside an offer that could help after all
COLUMNS = ("asked", "key", "place", "industry", "could")
START = "match/index.html"
TABLE = "match/gaps.csv"
NOWHERE = "nowhere"
"""Stands for the province of a need that names no place."""

Show = Callable[..., dict[str, Any]]
"""A match for a template, with no more than so many reasons that speak for it."""


class Part(NamedTuple):
    """The needs of one province, as keys; one that lies in several provinces is counted where it lies first."""

    unmet: tuple[str, ...]
    met: tuple[str, ...]
    counted: int  # of all of them
    gaps: tuple[str, ...]  # those that are unmet and counted here

    @property
    def pages(self) -> int:
        """How many pages they fill."""
        return ceil((len(self.unmet) + len(self.met)) / PER_PAGE)


class Gaps:
    """The pages and the table; ``show`` puts a match into words."""

    def __init__(self, views: Views, matcher: Matcher, show: Show) -> None:
        self.views, self.matcher, self.show = views, matcher, show

    def paths(self) -> Iterator[str]:
        """The address of every page and of the table."""
        yield START
        yield TABLE
        if len(self.matcher.needs()) > FEW:
            for place in self._places():
                yield from (_address(place, n + 1) for n in range(self._part(place).pages))

    def page(self, path: str) -> Template | bytes:
        """What stands at one of these addresses; raises `KeyError` for any other."""
        if path == TABLE:
            heads = [self.views.words(f"match.column.{name}") for name in COLUMNS]
            return write_csv(chain([heads], *map(self._rows, self._places())))
        if path == START:
            return self._all_places() if len(self.matcher.needs()) > FEW else self._all_needs()
        place, _, number = path.removeprefix("match/").removesuffix(".html").partition("-")
        return self._place(place, int(number or 1))

    # ── Pages ──

    def _all_needs(self) -> Template:
        needs = self._found(self.matcher.needs())
        unmet = [(need, found) for need, found in needs if not found.met]
        met = [(need, found) for need, found in needs if found.met]
        return self._template(unmet, met, len(unmet), len(met), gaps=self._gaps())

    def _all_places(self) -> Template:
        """What is missing where, and the way to each place."""
        parts = {place: self._part(place) for place in self._places()}
        unmet = sum(len(part.gaps) for part in parts.values())
        met = sum(part.counted for part in parts.values()) - unmet
        ways = [
            {
                "title": self._name(place),
                "url": _address(place, 1),
                "unmet": len(part.unmet),
                "met_url": f"{_address(place, len(part.unmet) // PER_PAGE + 1)}#met",
                "met": len(part.met),
            }
            for place, part in parts.items()
        ]
        return self._template([], [], unmet, met, gaps=self._gaps(PLACE), ways=ways)

    def _place(self, place: str, number: int) -> Template:
        part, start = self._part(place), (number - 1) * PER_PAGE
        rows = self._found((*part.unmet, *part.met)[start : start + PER_PAGE])
        unmet = max(0, len(part.unmet) - start)
        return self._template(
            rows[:unmet],
            rows[unmet:],
            len(part.unmet),
            len(part.met),
            place=self._name(place),
            pager=pager(number, part.pages, lambda n: _address(place, n)),
        )

    def _found(self, keys: Iterable[str]) -> list[tuple[Record, Found]]:
        return [(self.views.catalogue.records[key], self.matcher.found(key)) for key in keys]

    def _template(
        self,
        unmet: Iterable[tuple[Record, Found]],
        met: Iterable[tuple[Record, Found]],
        unmet_total: int,
        met_total: int,
        **values: Any,
    ) -> Template:
        """The page; ``unmet`` and ``met`` are the needs that stand on it, the totals are those it is about."""
        return Template(
            "site/match.html",
            {
                "unmet": [{"record": need, "could": self._could(need, found)} for need, found in unmet],
                "met": [
                    {"record": need, "best": self.show(self.matcher.match(need, found.met))} for need, found in met
                ],
                "unmet_total": unmet_total,
                "met_total": met_total,
                "table": TABLE,
                "gaps": (),
                "ways": (),
                "place": "",
                "start": START,
                "pager": None,
                **values,
            },
        )

    def _could(self, need: Record, found: Found) -> list[dict[str, Any]]:
        """Who could help with an unmet need after all: the nearest offers, and what can be seen or copied."""
        keys = [key for key, _ in (*found.near, *found.at, *found.reach)][:3]
        return [self.show(match, LATER) for match in self.matcher.matches(need, keys)]

    # ── What is missing where ──

    def _name(self, place: str) -> str:
        if place == NOWHERE:
            return self.views.words("match.nowhere")
        return self.views.catalogue.vocabularies[PLACE][place].label(self.views.lang)

    def _provinces(self, need: Record) -> list[str]:
        """The topmost places that a need lies in."""
        found = dict.fromkeys(self._counted_at(PLACE, term)[1] for term in need.term(PLACE))
        return [*found] or [NOWHERE]

    @memo
    def _places(self) -> dict[str, tuple[str, ...]]:
        """The keys of the needs at each topmost place, in the order of the places and of the catalogue."""
        found: dict[str, list[str]] = defaultdict(list)
        for key in self.matcher.needs():
            for place in self._provinces(self.views.catalogue.records[key]):
                found[place].append(key)
        elsewhere = found.pop(NOWHERE, [])
        ordered = sorted(found, key=lambda place: self.views.catalogue.vocabularies[PLACE][place].line)
        return {place: tuple(found[place]) for place in ordered} | ({NOWHERE: tuple(elsewhere)} if elsewhere else {})

    @memo
    def _part(self, place: str) -> Part:
        keys, records = self._places()[place], self.views.catalogue.records
        unmet = tuple(key for key in keys if not self.matcher.found(key).met)
        here = {key for key in keys if self._provinces(records[key])[0] == place}
        gone = set(unmet)
        met = tuple(key for key in keys if key not in gone)
        return Part(unmet, met, len(here), tuple(key for key in unmet if key in here))

    @memo
    def _missing(self, place: str) -> tuple[tuple[str, str, int], ...]:
        """How many unmet needs of a place are about each industry, and in how many places each lies."""
        part, records = self._part(place), self.views.catalogue.records
        counts: Counter[tuple[str, str]] = Counter()
        for key in part.gaps:
            need = records[key]
            for name in ("industry", PLACE):
                counts.update({self._counted_at(name, term) for term in need.term(name)})
        return tuple((vocabulary, term, n) for (vocabulary, term), n in sorted(counts.items()))

    def _gaps(self, without: str = "") -> list[dict[str, Any]]:
        """How many unmet needs there are of each industry and, last, in each topmost place; one may be left out."""
        counts: dict[str, Counter[str]] = {}
        for place in self._places():
            for vocabulary, term, n in self._missing(place):
                counts.setdefault(vocabulary, Counter())[term] += n
        found = []
        for vocabulary in sorted(counts.keys() - {without}, key=lambda name: (name == PLACE, name)):
            terms = self.views.catalogue.vocabularies[vocabulary]
            ordered = sorted(counts[vocabulary].items(), key=lambda pair: (-pair[1], terms[pair[0]].line))
            found.append({"vocabulary": terms, "terms": [(terms[term], n) for term, n in ordered]})
        return found

    def _counted_at(self, name: str, term: Term) -> tuple[str, str]:
        """A place counts for its province, a crop for itself: vocabulary and id."""
        line = self.views.catalogue.vocabularies[term.vocabulary].lineage(term.id)
        return term.vocabulary, (line[0] if name == PLACE else term).id

    # ── The table ──

    @memo
    def _rows(self, place: str) -> tuple[tuple[str, ...], ...]:
        """The unmet needs of a place for the federation: need, place, industry, who could help and why not yet."""
        return tuple(map(self._row, self._part(place).gaps))

    def _row(self, key: str) -> tuple[str, ...]:
        need = self.views.catalogue.records[key]
        crops = self.views.words("page.list.comma").join(term.label(self.views.lang) for term in need.term("industry"))
        near = self.matcher.matches(need, dict(self.matcher.found(key).near))
        could = [f"{each.record.title}：{against}" for each in near for against in self.show(each, 0)["bad"]]
        return need.title, key, self.views.place(need), crops, "；".join(could)


def _address(place: str, number: int) -> str:
    return f"match/{place}.html" if number == 1 else f"match/{place}-{number}.html"

"""Coverage: which places have something of their own, a need, both or neither; the country, each province, a table.

What counts is said in portal.yml (`supply`), and in words on the page. A place that only a hotline of its province or
of the country reaches has nothing of its own, and that is said beside it. Lists of places (the 832, the 160) are pages
of the same kind; of what is not known to be on a list nothing is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from generator.charts import percent
from generator.csvout import write_csv
from generator.model import Record, Term, Vocabulary
from generator.sections import Box, MakeBook, Section, Template
from generator.supply import REACHES, STATES, Group, Supply
from generator.track import memo
from generator.views import PLACE, Views

FOLDER = "coverage"
TABLE = "counties"
NAMED = 40  # villages and towns on a page; the table holds all
EACH = 6  # records of one of them
WIDE = 12  # of those that come from afar


class Coverage(Section):
    """A page for the country, for each list of places and for each province; a row a place as CSV and workbook."""

    name = FOLDER

    def __init__(self, views: Views, today: date, make_book: MakeBook | None = None) -> None:
        super().__init__(views, today)
        self.make_book = make_book
        self.supply = Supply(views, today)
        self.vocabulary = self.supply.vocabulary

    @property
    def entry(self) -> tuple[str, str]:
        return (self.views.words("coverage.title"), f"{FOLDER}/index.html") if self.vocabulary else ("", "")

    def paths(self) -> Iterator[str]:
        if self.vocabulary is None:
            return
        yield f"{FOLDER}/index.html"
        yield from (f"{FOLDER}/{name}.html" for name in self.supply.groups)
        yield from (f"{FOLDER}/{term.id}.html" for term in self.tops())
        yield f"{FOLDER}/{TABLE}.csv"
        if self.make_book is not None:
            yield f"{FOLDER}/{TABLE}.xlsx"

    def page(self, path: str) -> Template | bytes:
        name, _, suffix = path.removeprefix(f"{FOLDER}/").rpartition(".")
        if suffix == "csv":
            return write_csv(self.table())
        if suffix == "xlsx" and self.make_book is not None:
            title = self.views.words("coverage.title")
            return self.make_book([(title, self.table())], title)
        if self.vocabulary is not None and name in self.vocabulary:
            return Template("site/coverage-place.html", self._place(self.vocabulary[name]))
        return Template("site/coverage.html", self._country(self.supply.groups.get(name)))

    # ── Counting ──

    def tops(self) -> list[Term]:
        """The provinces that have places that are counted."""
        roots = self.vocabulary.children() if self.vocabulary else ()
        return [term for term in roots if any(True for _ in self.supply.places(term.id))]

    @memo
    def tally(self, root: str, group: str) -> dict[str, int]:
        """How many places below ``root`` (all for ``""``) are in which state, of one list of places or of all.

        ``all``, one number for each of `STATES`, ``own`` and ``reach-…`` for each of `REACHES`, ``help`` with people of
        their own who can be asked, and ``unknown``: of those nobody knows whether they are on the list.
        """
        found: Counter[str] = Counter({"all": 0, "help": 0, "unknown": 0})
        found.update(dict.fromkeys((*STATES, *(f"reach-{reach}" for reach in REACHES)), 0))
        for term in self.supply.places(root):
            held = self.supply.groups[group].holds(term) if group else True
            if held is None:
                found["unknown"] += 1
            if not held:
                continue
            state = self.supply.state(term.id)
            found.update(["all", state.kind, f"reach-{self.supply.reach(term.id)}"])
            found["help"] += bool(state.help)
        return {**found, "own": found["both"] + found["supply"]}

    # ── The country ──

    def _country(self, group: Group | None) -> dict[str, Any]:
        name = group.name if group else ""
        tops = self.tops()
        rows = [(term, self.tally(term.id, name)) for term in tops]
        shown = [(term, tally) for term, tally in rows if tally["all"]]
        shown.sort(key=lambda row: (Decimal(row[1]["own"]) / row[1]["all"], row[0].id))
        return {
            "group": self._group(group, "") if group else None,
            "groups": [self._group(each, "") for each in self.supply.groups.values()],
            "tally": self.tally("", name),
            "tiles": [self._tile(term, name) for term in (self.vocabulary.children() if self.vocabulary else ())],
            "rows": [(term, self._short(term), tally) for term, tally in shown],
            "unknown": [(term, self._short(term), tally["unknown"]) for term, tally in rows if tally["unknown"]],
            "counts": {key: self.supply.told(key) for key in ("supply", "demand")},
            "aside": [term for term in self._aside("") if self.supply.state(term.id).own],
            **self._files(),
        }

    def _tile(self, term: Term, group: str) -> dict[str, Any]:
        tally = self.tally(term.id, group)
        part = percent(Decimal(tally["own"]), Decimal(tally["all"]))
        covered = term in self.tops()
        url = f"{FOLDER}/{term.id}.html" if covered else f"{PLACE}/{term.id}.html"
        return {
            "title": self._short(term),
            "row": term.get("row"),
            "col": term.get("col"),
            "all": tally["all"],
            "share": part,
            "url": url,
        }

    def _short(self, term: Term) -> str:
        return term.short if self.views.lang == "zh" else term.label(self.views.lang)

    def _group(self, group: Group, root: str) -> dict[str, Any]:
        said = self.views.said
        return {
            "title": str(said(group.titles)),
            "short": str(said(group.short)),
            "mark": str(said(group.mark)),
            "size": group.size,
            "tally": self.tally(root, group.name),
            "url": f"{FOLDER}/{group.name}.html",
        }

    def _files(self) -> dict[str, str]:
        return {
            "csv": f"{FOLDER}/{TABLE}.csv",
            "xlsx": f"{FOLDER}/{TABLE}.xlsx" if self.make_book is not None else "",
        }

    def _aside(self, root: str) -> Iterator[Term]:
        """Places without anything below them that are not counted: a city without counties."""
        if self.vocabulary is None:
            return
        for term in self.vocabulary.children(root):
            if self.vocabulary.children(term.id):
                yield from self._aside(term.id)
            elif term.parent and term.get("level") != self.views.leaf_level(PLACE):
                yield term

    # ── A province ──

    def _place(self, term: Term) -> dict[str, Any]:
        places = list(self.supply.places(term.id))
        states = {each.id: self.supply.state(each.id) for each in places}
        # blank spots first: they are what the page is for
        order = ("neither", "demand", "both", "supply")
        kinds = [(kind, [each for each in places if states[each.id].kind == kind]) for kind in order]
        named = self._named(places)
        wide = self._from_afar([each.id for each in places if not states[each.id].own])
        return {
            "term": term,
            "tally": self.tally(term.id, ""),
            "kinds": [(kind, len(found), self._by_parent(found, term)) for kind, found in kinds if found],
            "groups": [self._group(each, term.id) for each in self.supply.groups.values()],
            "wide": [(self._reaches(at), self._record(key)) for at, key in wide[:WIDE]],
            "widest": max(0, len(wide) - WIDE),
            "named": named[:NAMED],
            "unnamed": max(0, len(named) - NAMED),
            "vague": sum(self.supply.vague(each.id) for each in self._above(term)),
            "aside": [(each, len(self.supply.state(each.id).own)) for each in self._aside(term.id)],
            **self._files(),
        }

    def _from_afar(self, places: Iterable[str]) -> list[tuple[str, str]]:
        """What serves some places without naming them, once: the place that it names and its key; nearest first."""
        above = dict.fromkeys(at for place in places for at in self.supply.above(place))
        vocabulary = self.vocabulary
        order = sorted(above, key=lambda at: 2 if not at or not vocabulary else not vocabulary[at].parent)
        seen: dict[str, str] = {}
        for at in order:
            for key in self.supply.serving(at):
                seen.setdefault(key, at)
        return [(at, key) for key, at in seen.items()]

    def _named(self, places: Iterable[Term]) -> list[dict[str, Any]]:
        """Villages and towns of some places, each once, with all the records that name it.

        ``text`` is as the first of them writes it; ``at`` the place, where another one has one of the same name.
        """
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for place in places:
            for text, key in self.supply.state(place.id).named:
                name = self._below(place, text)
                row = found.setdefault((place.id, name), {"text": text, "name": name, "at": place, "records": []})
                row["records"].append(self._record(key))
        often = Counter(name for _, name in found)
        return [
            {
                "text": row["name"] if often[row["name"]] > 1 else row["text"],
                "at": row["at"] if often[row["name"]] > 1 else None,
                "records": row["records"][:EACH],
                "more": len(row["records"][EACH:]),
            }
            for row in found.values()
        ]

    def _below(self, place: Term, text: str) -> str:
        """A village by its name within its county: 甲县乙镇丙村 and 乙镇丙村 are one."""
        for above in self.vocabulary.lineage(place.id) if self.vocabulary else ():
            text = text.removeprefix(above.title) or text
        return text

    def _by_parent(self, places: Sequence[Term], top: Term) -> list[dict[str, Any]]:
        """Places under the prefecture that they belong to, each with what is to be said of it."""
        found: dict[str, list[dict[str, Any]]] = {}
        for place in places:
            found.setdefault(place.parent, []).append(self._county(place))
        vocabulary = self.vocabulary
        return [
            {"parent": vocabulary[parent] if vocabulary and parent != top.id else None, "places": shown}
            for parent, shown in found.items()
        ]

    def _county(self, place: Term) -> dict[str, Any]:
        state = self.supply.state(place.id)
        marks = [str(self.views.said(g.mark)) for g in self.supply.groups.values() if g.holds(place)]
        return {"term": place, "own": len(state.own), "asks": len(state.asks), "marks": marks}

    def _above(self, term: Term) -> Iterator[Term]:
        """A place and all below it that are larger than those that are counted."""
        if self.vocabulary is not None and self.vocabulary.children(term.id):
            yield term
            for child in self.vocabulary.children(term.id):
                yield from self._above(child)

    def _reaches(self, place: str) -> str:
        """Where something serves, in a word."""
        if not place or self.vocabulary is None:
            return self.views.words("coverage.country")
        return self._short(self.vocabulary[place])

    def _record(self, key: str) -> Record:
        return self.views.catalogue.records[key]

    # ── The table ──

    def table(self) -> list[list[str]]:
        """One row a place, headings first: where, state, how many records of which sort, lists of places."""
        words, groups = self.views.words, self.supply.groups.values()
        heads = ["code", "top", "middle", "place", "state", "reach", "own", "help", "asks", "named"]
        found = [
            [words(f"coverage.column.{name}") for name in heads] + [str(self.views.said(g.titles)) for g in groups]
        ]
        for term in self.supply.places():
            state = self.supply.state(term.id)
            line = self.vocabulary.lineage(term.id) if self.vocabulary else ()
            names = [each.label(self.views.lang) for each in line]
            found.append(
                [
                    term.id,
                    names[0],
                    self.views.words("page.list.and").join(names[1:-1]),
                    names[-1],
                    words(f"coverage.state.{state.kind}"),
                    words(f"coverage.reach.{self.supply.reach(term.id)}"),
                    str(len(state.own)),
                    str(len(state.help)),
                    str(len(state.asks)),
                    words("page.list.comma").join(dict.fromkeys(text for text, _ in state.named)),
                    *(self._held(group, term) for group in groups),
                ]
            )
        return found

    def _held(self, group: Group, term: Term) -> str:
        """Yes with what is written, no, or that nobody knows."""
        held = group.holds(term)
        words = self.views.words
        return words("coverage.unknown") if held is None else words("page.yes" if held else "page.no")

    # ── On the page of a place ──

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterator[Box]:
        """On the page of a place: how its province stands, and where its blank spots are named."""
        if self.vocabulary is None or vocabulary.name != PLACE:
            return
        top = vocabulary.lineage(term.id)[0]
        tally = self.tally(top.id, "")
        if tally["all"]:
            blank = tally["all"] - tally["own"]
            yield Box("box/coverage.html", {"top": top, "blank": blank, "url": f"{FOLDER}/{top.id}.html", **tally})

"""What is missing is shown: on the page of the place, by province, and all of it as one list and one table.

Every line is a plain sentence that is true by the records (`lacks`), with who could act, or that nobody is known who
could. Nothing is weighed or coloured, and nothing is said of persons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from generator.csvout import write_csv
from generator.lacks import INDUSTRY, KINDS, Lack, Lacks
from generator.model import Term, Vocabulary
from generator.sections import Box, MakeBook, Section, Template
from generator.track import memo
from generator.views import PLACE, Views, pager

FOLDER = "missing"
TABLE = "missing"
GENERAL = "country"  # the page of what names no place
WEIGHT, NEW, SAME, ACTOR = 300, 12, 2, 3  # of a page; of a sentence, of one more place of which it holds, of an actor
BOXED = 3  # on the page of a place
FIRST = 8  # of the whole country, on the first page
COLUMNS = ("kind", "top", "middle", "place", "code", "text", "clause", "who", "phone", "about")


class Missing(Section):
    """All that is missing, in pages by province, as CSV and workbook; and a box on the page of each place."""

    name = FOLDER

    def __init__(self, views: Views, today: date, make_book: MakeBook | None = None) -> None:
        super().__init__(views, today)
        self.make_book = make_book
        self.lacks = Lacks(views, today)
        self.vocabulary = self.lacks.supply.vocabulary if self.lacks.settings else None

    @property
    def entry(self) -> tuple[str, str]:
        return (self.views.words("missing.title"), f"{FOLDER}/index.html") if self.vocabulary else ("", "")

    # ── Counting ──

    @memo
    def counts(self, root: str) -> dict[str, int]:
        """How many sentences of each kind there are at a place and below it."""
        found = Counter(dict.fromkeys(KINDS, 0))
        found.update(lack.kind for lack in self.lacks.at(root))
        for child in self.vocabulary.children(root) if self.vocabulary else ():
            found.update(self.counts(child.id))
        return dict(found)

    def below(self, root: str) -> Iterator[Lack]:
        """Every sentence of a place and below it, in the order of the vocabulary."""
        yield from self.lacks.at(root)
        for child in self.vocabulary.children(root) if self.vocabulary else ():
            yield from self.below(child.id)

    @memo
    def sorted(self, name: str) -> tuple[Lack, ...]:
        """The sentences of one list, by kind: of a province, or of no place (`GENERAL`)."""
        found = self.lacks.general() if name == GENERAL else self.below(name)
        return tuple(sorted(found, key=lambda lack: KINDS.index(lack.kind)))

    @memo
    def pages(self, name: str) -> tuple[tuple[int, int], ...]:
        """Where each page of a list begins and ends: as much on it as a slow phone carries."""
        found: list[tuple[int, int]] = []
        start, weight = 0, 0
        last: Lack | None = None
        lacks = self.sorted(name)
        for n, lack in enumerate(lacks):
            this = lack._replace(place="")
            own = SAME if this == last else NEW + ACTOR * len(lack.who)
            if n > start and weight + own > WEIGHT:
                found.append((start, n))
                start, weight = n, 0
                own = NEW + ACTOR * len(lack.who)
            weight, last = weight + own, this
        return (*found, (start, len(lacks)))

    def lists(self) -> list[str]:
        """The names of the lists that have any sentence: provinces in their order, then what names no place."""
        roots = self.vocabulary.children() if self.vocabulary else ()
        found = [term.id for term in roots if any(self.counts(term.id).values())]
        return [*found, GENERAL] if self.lacks.general() else found

    # ── Pages ──

    def paths(self) -> Iterator[str]:
        if self.vocabulary is None:
            return
        yield f"{FOLDER}/index.html"
        for name in self.lists():
            yield from (address(name, n) for n in range(1, len(self.pages(name)) + 1))
        yield f"{FOLDER}/{TABLE}.csv"
        if self.make_book is not None:
            yield f"{FOLDER}/{TABLE}.xlsx"

    def page(self, path: str) -> Template | bytes:
        name, _, suffix = path.removeprefix(f"{FOLDER}/").rpartition(".")
        title = self.views.words("missing.title")
        if suffix == "csv":
            return write_csv(self.table())
        if suffix == "xlsx" and self.make_book is not None:
            return self.make_book([(title, self.table())], title)
        if name == "index":
            return Template("site/missing.html", self._index())
        name, _, number = name.partition("-")
        return Template("site/missing-list.html", self._list(name, int(number or 1)))

    def _index(self) -> dict[str, Any]:
        rows = [
            (term, address(term.id), self.counts(term.id))
            for term in (self.vocabulary.children() if self.vocabulary else ())
            if any(self.counts(term.id).values())
        ]
        general = self.sorted(GENERAL)
        totals = {kind: sum(counts[kind] for _, _, counts in rows) for kind in KINDS}
        for lack in general:
            totals[lack.kind] += 1
        return {
            "rows": [
                (term, url, [(kind, counts[kind]) for kind in KINDS if counts[kind]]) for term, url, counts in rows
            ],
            "totals": [(kind, totals[kind]) for kind in KINDS],
            "total": sum(totals.values()),
            "general": self._together(general[:FIRST]),
            "more": len(general) if len(general) > FIRST else 0,
            "all": address(GENERAL),
            "unknown": self.lacks.unknown(),
            **self._files(),
        }

    def _list(self, name: str, n: int) -> dict[str, Any]:
        """One page of one list, under the headings of the kinds."""
        lacks = self.sorted(name)
        counts = Counter(lack.kind for lack in lacks)
        pages = self.pages(name)
        here = lacks[slice(*pages[n - 1])]
        kinds = [kind for kind in KINDS if any(lack.kind == kind for lack in here)]
        term = self.vocabulary[name] if self.vocabulary and name != GENERAL else None
        return {
            "term": term,
            "counted": term is not None and any(True for _ in self.lacks.supply.places(term.id)),
            "groups": [(k, counts[k], self._together([each for each in here if each.kind == k])) for k in kinds],
            "total": len(lacks),
            "pager": pager(n, len(pages), lambda m: address(name, m)),
            **self._files(),
        }

    def _together(self, lacks: Iterable[Lack]) -> list[dict[str, Any]]:
        """Sentences in rows: what is said of several places once, and what the same people could see to together."""
        found: dict[Lack, list[tuple[str, str]]] = {}
        for lack in lacks:
            found.setdefault(lack._replace(place=""), []).append(self._place(lack))
        rows: list[dict[str, Any]] = []
        for lack, places in found.items():
            if rows and (rows[-1]["places"], rows[-1]["who"]) == (places, lack.who) and lack.who:
                rows[-1]["sentences"].append(self._sentence(lack))
            else:
                rows.append({"places": places, "who": lack.who, "sentences": [self._sentence(lack)]})
        return rows

    def _place(self, lack: Lack) -> tuple[str, str]:
        """The place or the crop that a sentence is about, and its address."""
        if lack.place and self.vocabulary:
            return self.vocabulary[lack.place].label(self.views.lang), f"{PLACE}/{lack.place}.html"
        name, _, term_id = lack.key.partition("/")
        if name == INDUSTRY:
            return self.views.catalogue.vocabularies[name][term_id].label(self.views.lang), f"{name}/{term_id}.html"
        return "", ""

    def _sentence(self, lack: Lack) -> dict[str, str]:
        """A sentence for a template: its text, the plan that asks, the address of the record that it is about."""
        record = self.views.catalogue.records.get(lack.key) if lack.key else None
        return {"text": lack.text, "clause": lack.clause, "url": record.url if record is not None else ""}

    def _files(self) -> dict[str, str]:
        return {
            "csv": f"{FOLDER}/{TABLE}.csv",
            "xlsx": f"{FOLDER}/{TABLE}.xlsx" if self.make_book is not None else "",
        }

    # ── The table ──

    def table(self) -> list[list[str]]:
        """One row a sentence, headings first: kind, place, sentence, by which plan, who could act."""
        words = self.views.words
        found = [[words(f"missing.column.{name}") for name in COLUMNS]]
        found += [self._row(lack) for name in self.lists() for lack in self.sorted(name)]
        return found

    def _row(self, lack: Lack) -> list[str]:
        words = self.views.words
        line: Sequence[Term] = self.vocabulary.lineage(lack.place) if self.vocabulary and lack.place else ()
        names = [term.label(self.views.lang) for term in line]
        own = ["", "", ""]
        if names:
            own = [names[0], words("page.list.and").join(names[1:-1]), names[-1] if len(names) > 1 else ""]
        comma = words("page.list.comma")
        who = comma.join(words("missing.actor", role=actor.role, title=actor.title) for actor in lack.who)
        phones = comma.join(dict.fromkeys(actor.phone for actor in lack.who if actor.phone))
        nobody = words("missing.nobody")
        kind = words(f"missing.kind.{lack.kind}")
        return [kind, *own, lack.place, lack.text, lack.clause, who or nobody, phones, lack.key]

    # ── On the pages of others ──

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterator[Box]:
        """On the page of a place: its own sentences, and how many there are below; of a crop: that nobody serves it."""
        if self.vocabulary is None:
            return
        if vocabulary.name == INDUSTRY:
            key = f"{INDUSTRY}/{term.id}"
            about = [lack for lack in self.lacks.general() if lack.key == key]
            if about:
                yield self._box(about, {}, 0, address(GENERAL), "")
            return
        if vocabulary.name != PLACE:
            return
        own, counts = self.lacks.at(term.id), self.counts(term.id)
        total = sum(counts.values())
        if total:
            top = vocabulary.lineage(term.id)[0]
            below = counts if vocabulary.children(term.id) else {}
            yield self._box(own, below, total, address(top.id), top.label(self.views.lang))

    def _box(self, own: Sequence[Lack], below: dict[str, int], total: int, url: str, top: str) -> Box:
        return Box(
            "box/missing.html",
            {
                "rows": self._together(own[:BOXED]),
                "more": max(0, len(own) - BOXED),
                "below": [(kind, below[kind]) for kind in KINDS if below.get(kind)],
                "total": total,
                "url": url,
                "top": top,
            },
        )


def address(name: str, n: int = 1) -> str:
    """Where a page of a list stands."""
    return f"{FOLDER}/{name}{'' if n == 1 else f'-{n}'}.html"

"""Ledgers: what the portal holds, in rows and columns that its settings choose, as a page, a CSV file and a workbook.

Nothing is typed for a ledger: its rows and their cells come from `ledgerrows`. A ledger of whole records comes back
through ``kezhu import`` as it went out: what is reckoned stands in columns whose headings say so, which the import
passes over. What of its records is overdue by the plans stands on its first page and in its workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from generator import duties
from generator.csvout import write_csv
from generator.lacks import iter_overdue, name_clause
from generator.ledgerrows import Ledger, Row, Writer, iter_rows, read_ledgers
from generator.model import EMPTY, Record, RecordType, Term, Vocabulary
from generator.sections import Box, MakeBook, Section, Template
from generator.track import memo
from generator.views import Views, pager

FOLDER = "ledger"
ROWS, WEIGHT = 25, 1600  # on a page: rows, and characters in their cells
PLACES = 40  # places that are named; the others' own pages lead to their ledgers
LATE = 12  # overdue things on a ledger's first page; the rest stand in its files


@dataclass(frozen=True)
class Late:
    """One thing that a record should have by now: what, by which rule of which plan, and by when."""

    record: Record
    duty: str  # its id
    title: str
    clause: str = ""
    until: str = ""


def find_late(views: Views, today: date) -> dict[str, list[Late]]:
    """What the plans ask for and is overdue on a day, by the key of the record."""
    found: dict[str, list[Late]] = {}
    for record, standing in iter_overdue(views.catalogue, views.catalogue.plans, today):
        duty = standing.duty
        until = standing.until.isoformat() if standing.until else ""
        late = Late(record, duty.id, duty.asked.title(views.lang), name_clause(duty, views.lang), until)
        found.setdefault(record.key, []).append(late)
    return found


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Ledgers(Section):
    """A page of all ledgers; each in pages, as a CSV file and as a workbook, and so for each county that has rows."""

    name = FOLDER

    def __init__(self, views: Views, today: date, make_book: MakeBook | None = None) -> None:
        super().__init__(views, today)
        self.catalogue = views.catalogue
        self.make_book = make_book
        self.ledgers = {ledger.name: ledger for ledger in read_ledgers(self.catalogue)}
        self.writers = {name: Writer(ledger, views) for name, ledger in self.ledgers.items()}

    @memo
    def rows(self, name: str) -> Sequence[Row]:
        """A ledger's rows."""
        return tuple(iter_rows(self.ledgers[name], self.catalogue))

    @memo
    def by_term(self, name: str) -> Mapping[str, Sequence[Row]]:
        """Of a ledger that has pages for each term: the rows that name it, in the order of the vocabulary."""
        ledger = self.ledgers[name]
        if ledger.by is None:
            return {}
        at: dict[str, list[Row]] = {}
        for row in self.rows(name):
            for term in row.record.term(ledger.by.name):
                at.setdefault(term.id, []).append(row)
        order = self.catalogue.vocabularies[ledger.by.vocabulary].terms
        return {term_id: at[term_id] for term_id in order if term_id in at}

    @memo
    def count_at(self, name: str, term_id: str) -> int:
        """How many rows of a ledger name a term; with ``""`` how many there are."""
        return len(self.by_term(name).get(term_id, ()) if term_id else self.rows(name))

    @property
    @memo
    def overdue(self) -> Mapping[str, Sequence[Late]]:
        """What is overdue, by record; reckoned only when a ledger shows it."""
        return find_late(self.views, self.today) if any(map(self.asks, self.ledgers.values())) else EMPTY

    def asks(self, ledger: Ledger) -> bool:
        """Whether a plan asks anything of a ledger's records that the ledger shows when it is overdue."""
        return ledger.overdue is not None and any(
            duty.type == ledger.type.name and (not ledger.overdue or duty.id in ledger.overdue)
            for duty in duties.all_duties(self.catalogue.plans)
        )

    def late(self, ledger: Ledger, rows: Iterable[Row]) -> list[Late]:
        """What is overdue among some rows of a ledger, the longest due first."""
        if ledger.overdue is None:
            return []
        keys = dict.fromkeys(row.record.key for row in rows)
        all_of = (late for key in keys for late in self.overdue.get(key, ()))
        found = [late for late in all_of if not ledger.overdue or late.duty in ledger.overdue]
        return sorted(found, key=lambda late: (late.until or "9999", late.record.title, late.duty))

    def title(self, ledger: Ledger) -> str:
        """What a ledger is called."""
        return str(self.views.said(ledger.titles)) or self.views.words("page.ledger.of", type=self._type(ledger))

    def _type(self, ledger: Ledger) -> str:
        return ledger.type.title(self.views.lang)

    @property
    def entry(self) -> tuple[str, str]:
        return (self.views.words("page.ledger.title"), f"{FOLDER}/index.html") if self.ledgers else ("", "")

    def paths(self) -> Iterator[str]:
        if not self.ledgers:
            return
        yield f"{FOLDER}/index.html"
        for name in self.ledgers:
            for term_id in ("", *self.by_term(name)):
                yield from self._paths(name, term_id)

    def _paths(self, name: str, term_id: str) -> Iterator[str]:
        yield from (address(name, term_id, n) for n in range(1, len(self._pages(name, term_id)) + 1))
        yield file_of(name, term_id, "csv")
        if self.make_book is not None:
            yield file_of(name, term_id, "xlsx")

    def _rows(self, name: str, term_id: str) -> Sequence[Row]:
        return self.by_term(name)[term_id] if term_id else self.rows(name)

    @memo
    def _pages(self, name: str, term_id: str) -> tuple[range, ...]:
        """Which rows stand on each page: as many as a slow line carries, whether cells hold much or little."""
        writer, rows = self.writers[name], self._rows(name, term_id)
        ledger = self.ledgers[name]
        found, start = [], 0
        weight = 30 * min(LATE, len(self.late(ledger, rows))) + (0 if term_id else 6 * len(self._places(ledger)))
        for n, row in enumerate(rows):
            own = sum(len(text) for cell in writer.shown(row) for text, _ in cell["parts"])
            if n > start and (n - start == ROWS or weight + own > WEIGHT):
                found.append(range(start, n))
                start, weight = n, 0
            weight += own
        return (*found, range(start, len(rows)))

    def page(self, path: str) -> Template | bytes:
        parts = path.removeprefix(f"{FOLDER}/").split("/")
        if len(parts) == 1:
            return Template("site/ledgers.html", {"ledgers": [self._short(ledger) for ledger in self.ledgers.values()]})
        ledger, term_id, last = self.ledgers[parts[0]], "/".join(parts[1:-1]), parts[-1]
        rows = self._rows(ledger.name, term_id)
        if last.endswith(".csv"):
            return write_csv(self._table(ledger, rows))
        if last.endswith(".xlsx") and self.make_book is not None:
            return self.make_book(list(self._sheets(ledger, rows)), self._heading(ledger, term_id))
        n = 1 if last == "index.html" else int(last.removeprefix("p").removesuffix(".html"))
        return Template("site/ledger.html", self._values(ledger, term_id, rows, n))

    def _table(self, ledger: Ledger, rows: Iterable[Row]) -> list[list[str]]:
        """The rows of a file, headings first."""
        writer = self.writers[ledger.name]
        return [writer.headings(), *(writer.cells(row) for row in rows)]

    def _sheets(self, ledger: Ledger, rows: Sequence[Row]) -> Iterator[tuple[str, list[list[str]]]]:
        """The sheets of a workbook: the ledger, and below another heading what is overdue."""
        words = self.views.words
        yield self.title(ledger), self._table(ledger, rows)
        if self.asks(ledger):
            heads = [words(f"page.ledger.late.{name}") for name in ("record", "duty", "clause", "until")]
            late = [[each.record.title, each.title, each.clause, each.until] for each in self.late(ledger, rows)]
            yield words("page.ledger.overdue"), [heads, *late]

    def _short(self, ledger: Ledger) -> dict[str, Any]:
        """A ledger among the others."""
        rows = self.rows(ledger.name)
        return {
            "title": self.title(ledger),
            "about": self.views.said(ledger.about),
            "url": address(ledger.name, "", 1),
            "rows": len(rows),
            "late": len(self.late(ledger, rows)) if self.asks(ledger) else None,
            **self._files(ledger, ""),
        }

    def _files(self, ledger: Ledger, term_id: str) -> dict[str, str]:
        book = file_of(ledger.name, term_id, "xlsx") if self.make_book is not None else ""
        return {"csv": file_of(ledger.name, term_id, "csv"), "xlsx": book}

    def _heading(self, ledger: Ledger, term_id: str) -> str:
        title = self.title(ledger)
        if not term_id or ledger.by is None:
            return title
        term = self.catalogue.vocabularies[ledger.by.vocabulary][term_id]
        return self.views.words("page.ledger.at", place=term.label(self.views.lang), title=title)

    def _values(self, ledger: Ledger, term_id: str, rows: Sequence[Row], n: int) -> dict[str, Any]:
        """What a page of a ledger shows."""
        writer, lang, own = self.writers[ledger.name], self.views.lang, self.views.portal.language
        pages = self._pages(ledger.name, term_id)
        late = self.late(ledger, rows) if n == 1 else []
        places = self._places(ledger) if n == 1 and not term_id else []
        return {
            "heading": self._heading(ledger, term_id),
            "about": "" if term_id else self.views.said(ledger.about),
            "type": ledger.type,
            "whole": ("", "") if not term_id else (self.title(ledger), address(ledger.name, "", 1)),
            "headings": [column.title(lang, own) for column in ledger.columns],
            "rows": [(row.record, writer.shown(row)) for row in map(rows.__getitem__, pages[n - 1])],
            "total": len(rows),
            "asked": self.asks(ledger) and n == 1,
            "late": late[:LATE],
            "later": max(0, len(late) - LATE),
            "returns": ledger.returns,
            "places": places,
            "elsewhere": self._elsewhere(ledger, len(places)),
            "pager": pager(n, len(pages), lambda m: address(ledger.name, term_id, m)),
            **self._files(ledger, term_id),
        }

    def _places(self, ledger: Ledger) -> list[tuple[str, str, int]]:
        """The terms that have a ledger of their own: name, address, rows."""
        if ledger.by is None:
            return []
        vocabulary, found = self.catalogue.vocabularies[ledger.by.vocabulary], self.by_term(ledger.name)
        most = set(sorted(found, key=lambda term_id: -len(found[term_id]))[:PLACES])
        return [
            (self.views.brief_name(vocabulary[term_id]), address(ledger.name, term_id, 1), len(rows))
            for term_id, rows in found.items()
            if term_id in most
        ]

    def _elsewhere(self, ledger: Ledger, named: int) -> tuple[int, str]:
        """How many places are not named, and where they are found."""
        if ledger.by is None or not named:
            return 0, ""
        return len(self.by_term(ledger.name)) - named, f"{ledger.by.vocabulary}/index.html"

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterator[Box]:
        """On a county's page: its ledgers."""
        found = [
            (self.title(ledger), address(name, term.id, 1), rows)
            for name, ledger in self.ledgers.items()
            if ledger.by is not None and ledger.by.vocabulary == vocabulary.name
            if (rows := self.count_at(name, term.id))
        ]
        if found:
            yield Box("box/ledgers.html", {"ledgers": found})

    def list_boxes(self, record_type: RecordType) -> Iterator[Box]:
        """Above a type's list: its ledgers."""
        found = [
            (self.title(ledger), address(name, "", 1), self.count_at(name, ""))
            for name, ledger in self.ledgers.items()
            if ledger.type is record_type
        ]
        if found:
            yield Box("box/ledgers.html", {"ledgers": found})


def address(name: str, term_id: str, n: int) -> str:
    """Where a page of a ledger stands."""
    folder = f"{FOLDER}/{name}/{term_id}" if term_id else f"{FOLDER}/{name}"
    return f"{folder}/{'index' if n == 1 else f'p{n}'}.html"


def file_of(name: str, term_id: str, suffix: str) -> str:
    """Where a file of a ledger stands; its own name says what it is once it is on somebody's disk."""
    return f"{FOLDER}/{name}/{term_id}/{name}-{term_id}.{suffix}" if term_id else f"{FOLDER}/{name}/{name}.{suffix}"

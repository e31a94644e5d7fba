"""Ledgers: what the portal holds, in rows and columns that its settings choose, as a page, a CSV file and a workbook.

``ledgers:`` in portal.yml names each ledger's type, which of its records, and its columns; nothing is typed for a
ledger. A ledger of whole records comes back through ``kezhu import`` as it went out: what is reckoned stands in columns
whose headings say so, which the import passes over. What a schema guards leaves only with the person's consent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from generator import duties
from generator.csvout import write_csv
from generator.forms import choice
from generator.markup import clip
from generator.model import (
    EMPTY,
    Catalogue,
    FieldSpec,
    KezhuError,
    Record,
    RecordType,
    Term,
    Value,
    Vocabulary,
    in_language,
)
from generator.nearest import nearest
from generator.picking import (
    Leaf,
    Where,
    as_list,
    find_path,
    fits,
    guarded,
    item_fits,
    item_leaves,
    leaves,
    read_where,
    text_of,
)
from generator.sections import Box, Section, Template
from generator.tables import cell_of, known_headings, plain_heading
from generator.track import memo
from generator.views import Views, pager

FOLDER = "ledger"
ROWS, WEIGHT = 25, 1600  # on a page: rows, and characters in their cells
PLACES = 40  # places that are named; the others' own pages lead to their ledgers
WIDE = 60  # characters of a cell on a page; files hold all
HALF = 14  # half a phone, in characters of which a Chinese one takes two: heading and cell that stand side by side
FEW = 4  # values of a cell on a page
LATE = 12  # overdue things on a ledger's first page; the rest stand in its files
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEYS = {"name", "title", "about", "type", "where", "items", "only", "columns", "by", "overdue"}
COLUMN_KEYS = {"field", "title", "of", "count", "only"}
OVERDUE = "overdue"  # the state in which a thing was not done in time

MakeBook = Callable[[Sequence[tuple[str, Sequence[Sequence[str]]]], str], bytes]
"""Sheets (name, rows of text; the first row holds the headings) and a title to the bytes of a workbook."""


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
    catalogue, lang = views.catalogue, views.lang
    standings = duties.assess(
        catalogue.plans, catalogue.records.values(), today, catalogue.exemptions, catalogue.vocabularies
    )
    found: dict[str, list[Late]] = {}
    for key, several in standings.items():
        for standing in several:
            if standing.state == OVERDUE and key in catalogue.records:
                duty = standing.duty
                clause = f"{duty.plan.title(lang)} {duty.clause.title(lang)}"
                until = standing.until.isoformat() if standing.until else ""
                late = Late(catalogue.records[key], duty.id, duty.asked.title(lang), clause, until)
                found.setdefault(key, []).append(late)
    return found


# ── What the settings say ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Column:
    """One column: the values at a path, or with ``counted`` how many there are, ``only`` of those objects that fit.

    ``whole`` is a field of the record itself, written so that it can be read again.
    """

    path: str
    spec: FieldSpec
    titles: Any  # as written in the settings; empty for the field's own
    in_item: bool = False
    counted: bool = False
    whole: bool = False
    only: Where = field(default_factory=dict)

    def title(self, lang: str, own: str) -> str:
        """The heading on a page."""
        return str(in_language(self.titles, lang, own) or self.spec.title(lang))


@dataclass(frozen=True)
class Ledger:
    """One ledger as the settings define it."""

    name: str
    titles: Any
    about: Any
    type: RecordType
    where: Where
    items: FieldSpec | None
    only: Where  # of the items
    columns: tuple[Column, ...]
    by: FieldSpec | None  # a page of its own for each term
    overdue: tuple[str, ...] | None  # ids of duties; () is any, None is not asked

    @property
    def returns(self) -> bool:
        """Whether its files can be taken in again: a row is a record."""
        return self.items is None


def read_ledgers(catalogue: Catalogue) -> tuple[Ledger, ...]:
    """The ledgers of portal.yml; raises `KezhuError` for one that names what is not there."""
    found: list[Ledger] = []
    for got in as_list(catalogue.portal.get("ledgers", ())):
        ledger = read_ledger(got, catalogue)
        if any(other.name == ledger.name for other in found):
            raise KezhuError(f"two ledgers are called {ledger.name}", "portal.yml")
        found.append(ledger)
    return tuple(found)


def read_ledger(got: Any, catalogue: Catalogue) -> Ledger:
    """One entry of ``ledgers:``."""
    if not isinstance(got, Mapping) or not SLUG.fullmatch(str(got.get("name") or "")):
        raise KezhuError("a ledger needs a name of small letters, digits and hyphens", "portal.yml")
    where = f"portal.yml: ledger {got['name']}"
    refuse_unknown(got, KEYS, where)
    record_type = catalogue.types.get(str(got.get("type") or ""))
    if record_type is None:
        raise KezhuError(f"there is no record type {got.get('type')}", where)
    items = field_named(record_type, str(got.get("items") or ""), where)
    if items is not None and (items.kind != "object" or not items.many):
        raise KezhuError(f"items: {items.name} is no list of objects", where)
    by = field_named(record_type, str(got.get("by") or ""), where)
    if by is not None and (by.kind != "term" or not catalogue.vocabularies[by.vocabulary].pages):
        raise KezhuError(f"by: {by.name} holds no terms with pages", where)
    columns = tuple(read_column(each, record_type, items, catalogue, where) for each in as_list(got.get("columns")))
    if not columns:
        raise KezhuError("a ledger needs columns", where)
    overdue = got.get("overdue") or None
    asked = None if overdue in (None, "false") else () if overdue == "true" else tuple(map(str, as_list(overdue)))
    check_duties(asked or (), catalogue, where)
    conditions, only = read_where(got.get("where") or {}), read_where(got.get("only") or {})
    for path, wanted in conditions.items():
        check_condition(find_path(path, record_type, catalogue.types), path, wanted, catalogue, where)
    for path, wanted in only.items():
        inside = find_in_item(items, path, catalogue) if items else ()
        check_condition(inside, path, wanted, catalogue, where)
    return Ledger(
        name=str(got["name"]),
        titles=got.get("title"),
        about=got.get("about"),
        type=record_type,
        where=conditions,
        items=items,
        only=only,
        columns=columns,
        by=by,
        overdue=asked,
    )


def read_column(got: Any, record_type: RecordType, items: FieldSpec | None, catalogue: Catalogue, where: str) -> Column:
    """A field's name, or ``{field, title, of}``, or ``{count, title, of, only}``; ``of`` is the path to where it
    stands, ``.`` the record."""
    settings = got if isinstance(got, Mapping) else {"field": got}
    refuse_unknown(settings, COLUMN_KEYS, where)
    counted = "count" in settings
    name, of = str(settings.get("count" if counted else "field") or ""), str(settings.get("of") or "")
    path = f"{of}.{name}" if of.strip(".") else name
    inside = find_in_item(items, path, catalogue) if items is not None and of != "." else ()
    specs = inside or find_path(path, record_type, catalogue.types)
    if not name or not specs:
        near = nearest(path, record_type.by_name, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise KezhuError(f"columns: {path or got} leads to no field{hint}", where)
    whole = items is None and not counted and len(specs) == 1
    if not counted and any(inner.kind == "object" for inner in specs[-1].fields):
        raise KezhuError(f"columns: a cell cannot hold {path}, whose objects hold objects", where)
    only = read_where(settings.get("only") or {})
    for name, wanted in only.items():
        within = find_in_item(specs[-1], name, catalogue) if counted and specs[-1].kind == "object" else ()
        check_condition(within, name, wanted, catalogue, where)
    return Column(path, specs[-1], settings.get("title"), bool(inside), counted, whole, only)


def find_in_item(items: FieldSpec, path: str, catalogue: Catalogue) -> tuple[FieldSpec, ...]:
    """The fields along a path that starts in an item; none where it leads nowhere."""
    first, _, rest = path.partition(".")
    spec = next((inner for inner in items.fields if inner.name == first), None)
    if spec is None or not rest:
        return (spec,) if spec else ()
    more = find_path(rest, catalogue.types[spec.reference], catalogue.types) if spec.reference else ()
    return (spec, *more) if more else ()


def field_named(record_type: RecordType, name: str, where: str) -> FieldSpec | None:
    """A field of the type; ``None`` for no name."""
    if name and name not in record_type.by_name:
        raise KezhuError(f"{record_type.name} has no field {name}", where)
    return record_type.by_name.get(name)


def check_condition(
    specs: Sequence[FieldSpec], path: str, wanted: Iterable[str], catalogue: Catalogue, where: str
) -> None:
    """A condition names a field and, for terms, terms that are there."""
    if not specs:
        raise KezhuError(f"where: {path} leads to no field", where)
    vocabulary = catalogue.vocabularies.get(specs[-1].vocabulary)
    for word in wanted if vocabulary else ():
        if vocabulary and vocabulary.resolve(word) is None:
            raise KezhuError(f"where: {vocabulary.name} has no term {word}", where)


def check_duties(asked: Iterable[str], catalogue: Catalogue, where: str) -> None:
    """Every duty that is named is one of a plan."""
    known = {duty.id for duty in duties.all_duties(catalogue.plans)}
    for name in asked:
        if name not in known:
            raise KezhuError(f"overdue: no plan asks {name}", where)


def refuse_unknown(got: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """A key that nobody reads is a slip of the pen."""
    for key in got:
        if key not in known:
            raise KezhuError(f"unknown key {key}; known: {', '.join(sorted(known))}", where)


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """A record, or one item of its list."""

    record: Record
    item: Mapping[str, Value] = field(default_factory=dict)


def iter_rows(ledger: Ledger, catalogue: Catalogue) -> Iterator[Row]:
    """The rows of a ledger in the order of its type."""
    for record in catalogue.by_type.get(ledger.type.name, ()):
        if not fits(record, ledger.where, catalogue):
            continue
        if ledger.items is None:
            yield Row(record)
            continue
        for item in record.list(ledger.items.name):
            if isinstance(item, Mapping) and item_fits(record, ledger.items, item, ledger.only, catalogue):
                yield Row(record, item)


def row_leaves(ledger: Ledger, column: Column, row: Row, catalogue: Catalogue) -> list[Leaf]:
    """The values of a cell that may be shown."""
    if column.in_item and ledger.items is not None:
        found = item_leaves(row.record, ledger.items, row.item, column.path, catalogue)
    else:
        found = leaves(row.record, column.path, catalogue)
    return [
        leaf
        for leaf in found
        if leaf.top not in guarded(leaf.record)
        and (not column.only or item_fits(leaf.record, column.spec, leaf.value, column.only, catalogue))
    ]


class Writer:
    """A ledger's cells as text: for people, and so that a file can be read again."""

    def __init__(self, ledger: Ledger, views: Views) -> None:
        self.ledger, self.views, self.catalogue = ledger, views, views.catalogue
        self.yes_no = (views.words("page.yes"), views.words("page.no"))

    def headings(self) -> list[str]:
        """Of the files: the id, then the columns; fields by what an import knows them by."""
        ledger, views = self.ledger, self.views
        known = known_headings(ledger.type, {})
        found = [views.words("sheet.id")] if ledger.returns else []
        for column in ledger.columns:
            if column.whole:
                title = column.spec.title(views.lang)
                found.append(title if known.get(plain_heading(title)) is column.spec else column.spec.name)
            else:
                title = column.title(views.lang, views.portal.language)
                found.append(views.words("page.ledger.reckoned", title=title) if ledger.returns else title)
        often = [found[:n].count(title) for n, title in enumerate(found)]
        return [f"{title} {n + 1}" if n else title for title, n in zip(found, often, strict=True)]

    def cells(self, row: Row) -> list[str]:
        """A row of the files."""
        found = [row.record.id] if self.ledger.returns else []
        return found + [self.cell(column, row) for column in self.ledger.columns]

    def cell(self, column: Column, row: Row) -> str:
        """One cell of the files."""
        values = row_leaves(self.ledger, column, row, self.catalogue)
        if column.counted:  # a list that nobody has written is no list of none
            return str(len(values) or "")
        if not column.whole:
            return self.views.words("page.list.comma").join(map(self.text, values))
        if column.spec.kind in {"term", "reference"}:
            return "; ".join(self.picked(column.spec, str(leaf.value)) for leaf in values)
        if column.spec.kind == "boolean" and not column.spec.many:
            said = {"true": self.views.words("sheet.yes"), "false": self.views.words("sheet.no")}
            return said.get(str(row.record.get(column.spec.name)), str(row.record.get(column.spec.name)))
        value = row.record.values.get(column.spec.name) if values else None
        return cell_of(value, column.spec)

    def text(self, leaf: Leaf) -> str:
        """One value as people read it."""
        return text_of(leaf.spec, leaf.value, self.catalogue, self.views.lang, self.yes_no)

    def picked(self, spec: FieldSpec, value: str) -> str:
        """A term or a reference as it is picked in a form: a name that is nobody else's, or an id and its name."""
        if spec.kind == "term":
            vocabulary = self.catalogue.vocabularies[spec.vocabulary]
            term = vocabulary.resolve(value)
            return choice(term, vocabulary, self.views.lang) if term else value
        title = re.sub(r"[;；|\s]+", " ", text_of(spec, value, self.catalogue, self.views.lang, self.yes_no))
        return f"{value} {title}" if title != value else value

    def shown(self, row: Row) -> list[dict[str, Any]]:
        """The cells of a page: short, with addresses where a record is named."""
        found = []
        for column in self.ledger.columns:
            values = row_leaves(self.ledger, column, row, self.catalogue)
            parts = [self._linked(leaf) for leaf in values[:FEW]]
            if column.counted and values:
                parts = [(str(len(values)), "")]
            more = 0 if column.counted else max(0, len(values) - FEW)
            number = column.counted or column.spec.kind in {"date", "integer", "number"}
            heading = column.title(self.views.lang, self.views.portal.language)
            size = wide(heading) + sum(wide(text) for text, _ in parts)
            long = column.spec.kind == "reference" or size > HALF
            found.append({"parts": parts, "more": more, "number": number, "long": long})
        return found

    def _linked(self, leaf: Leaf) -> tuple[str, str]:
        text = clip(self.text(leaf), WIDE)
        if leaf.spec.kind != "reference":
            return text, ""
        target = self.catalogue.records.get(f"{leaf.spec.reference}/{str(leaf.value).partition('#')[0]}")
        return text, target.url if target else ""


def wide(text: str) -> int:
    """How wide a text is, in characters of which a Chinese one takes two."""
    return sum(1 + (ord(char) > 0x2E7F) for char in text)


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
        return len(self._rows(name, term_id)) if not term_id else len(self.by_term(name).get(term_id, ()))

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

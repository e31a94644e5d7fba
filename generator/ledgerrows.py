"""What a ledger is by its settings, which rows it has, and what stands in their cells: on a page, and in a file.

Knows ``ledgers:`` of portal.yml and the records: each ledger's type, which of its records, and its columns. What a
schema guards leaves only with the person's consent. Knows no page and no file: where a ledger stands, how its rows are
parted into pages and what of them is overdue is for `ledgers` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator import duties
from generator.forms import choice
from generator.markup import clip, width_of
from generator.model import Catalogue, FieldSpec, KezhuError, Record, RecordType, Value, in_language
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
    refuse_unknown,
    text_of,
)
from generator.tables import cell_of, known_headings, plain_heading
from generator.views import Views

WIDE = 60  # characters of a cell on a page; files hold all
HALF = 14  # half a phone, in characters of which a Chinese one takes two: heading and cell that stand side by side
FEW = 4  # values of a cell on a page
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEYS = {"name", "title", "about", "type", "where", "items", "only", "columns", "by", "overdue"}
COLUMN_KEYS = {"field", "title", "of", "count", "only"}


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
    items = read_items(got, record_type, where)
    by = read_by(got, record_type, catalogue, where)
    columns = tuple(read_column(each, record_type, items, catalogue, where) for each in as_list(got.get("columns")))
    if not columns:
        raise KezhuError("a ledger needs columns", where)
    return Ledger(
        name=str(got["name"]),
        titles=got.get("title"),
        about=got.get("about"),
        type=record_type,
        items=items,
        columns=columns,
        by=by,
        overdue=read_overdue(got.get("overdue"), catalogue, where),
        where=read_conditions(got.get("where"), record_type, catalogue, where),
        only=read_only(got.get("only"), items, catalogue, where),
    )


def read_items(got: Mapping[str, Any], record_type: RecordType, where: str) -> FieldSpec | None:
    """The list whose items are the rows; ``None`` where a row is a record."""
    items = field_named(record_type, str(got.get("items") or ""), where)
    if items is not None and (items.kind != "object" or not items.many):
        raise KezhuError(f"items: {items.name} is no list of objects", where)
    return items


def read_by(got: Mapping[str, Any], record_type: RecordType, catalogue: Catalogue, where: str) -> FieldSpec | None:
    """The field for whose terms the ledger has pages of their own, if any."""
    by = field_named(record_type, str(got.get("by") or ""), where)
    if by is not None and (by.kind != "term" or not catalogue.vocabularies[by.vocabulary].pages):
        raise KezhuError(f"by: {by.name} holds no terms with pages", where)
    return by


def read_overdue(got: Any, catalogue: Catalogue, where: str) -> tuple[str, ...] | None:
    """The ids of the duties that are asked about; ``()`` is any of them, ``None`` is not asked."""
    if not got or got == "false":
        return None
    if got == "true":
        return ()
    asked = tuple(map(str, as_list(got)))
    check_duties(asked, catalogue, where)
    return asked


def read_conditions(got: Any, record_type: RecordType, catalogue: Catalogue, where: str) -> Where:
    """Which records have rows."""
    conditions = read_where(got or {})
    for path, wanted in conditions.items():
        check_condition(find_path(path, record_type, catalogue.types), path, wanted, catalogue, where)
    return conditions


def read_only(got: Any, items: FieldSpec | None, catalogue: Catalogue, where: str) -> Where:
    """Which of their items have."""
    only = read_where(got or {})
    for path, wanted in only.items():
        check_condition(find_in_item(items, path, catalogue) if items else (), path, wanted, catalogue, where)
    return only


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
            size = width_of(heading) + sum(width_of(text) for text, _ in parts)
            long = column.spec.kind == "reference" or size > HALF
            found.append({"parts": parts, "more": more, "number": number, "long": long})
        return found

    def _linked(self, leaf: Leaf) -> tuple[str, str]:
        text = clip(self.text(leaf), WIDE)
        if leaf.spec.kind != "reference":
            return text, ""
        target = self.catalogue.records.get(f"{leaf.spec.reference}/{str(leaf.value).partition('#')[0]}")
        return text, target.url if target else ""

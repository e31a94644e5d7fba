"""What has dates: the entries that records make, by place, group and month, and what comes every year.

A type takes part by its schema (``kezhu: calendar``). A day that nobody wrote down is not made up: what is known to the
month or the year is kept as that. Knows no type by name, no page and no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from generator.days import When, read_when, yearly_months
from generator.model import Dates, FieldSpec, Record, Term
from generator.picking import as_list
from generator.track import memo
from generator.views import PLACE, Views

FOLDER = "calendar"
BOXED = 3  # entries in a box on somebody else's page


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the calendar. ``kind`` is what it is called, ``days`` of a yearly one its first and last."""

    record: Record
    uid: str
    kind: str
    place: str
    when: When | None = None
    days: tuple[str, str] = ("", "")


@dataclass
class Agenda:
    """The entries of one place or group, or of all; ``path`` is where its pages stand, without their ending."""

    path: str
    title: str
    home: str = ""  # address of the page that it belongs to
    entries: dict[str, Entry] = field(default_factory=dict)  # by uid

    @cached_property
    def ordered(self) -> Sequence[Entry]:
        """The entries by their days; asked for when all are there."""
        return sorted(self.entries.values(), key=in_order)

    @property
    def file(self) -> str:
        """Address of the calendar file; ``""`` where no day is known."""
        return f"{self.path}.ics" if any(e.when and e.when.exact for e in self.entries.values()) else ""


class Glance(NamedTuple):
    """An agenda on somebody else's page: where its pages and its file stand, and a few of its entries."""

    path: str
    file: str
    total: int
    newest: tuple[Entry, ...]  # `BOXED` at most
    coming: Entry | None  # the first that is not over


@dataclass
class Book:
    """All agendas: of everything, by path, and what comes every year."""

    all: Agenda
    agendas: dict[str, Agenda] = field(default_factory=dict)
    yearly: list[Entry] = field(default_factory=list)


class Diary:
    """Every entry of a catalogue, and what it can be looked up by."""

    def __init__(self, views: Views, today: date) -> None:
        self.views, self.today, self.words = views, today, views.words
        self.title = self.words("page.calendar")
        self.taking_part = [t for t in views.catalogue.types.values() if t.calendar]

    @memo
    def _book(self) -> Book:
        book = Book(Agenda(f"{FOLDER}/all", self.title))
        for record_type in self.taking_part:
            for record in self.views.catalogue.by_type.get(record_type.name, ()):
                for dates in record_type.calendar:
                    self._add(record, dates, book)
        # A province and its counties one after the other: their files hold the same events.
        agendas = {path: book.agendas[path] for path in sorted(book.agendas)}
        return Book(book.all, agendas, sorted(book.yearly, key=in_year))

    @property
    def all(self) -> Agenda:
        """Everything that has a day."""
        return self._book().all

    @property
    def agendas(self) -> Mapping[str, Agenda]:
        """Those of places and groups, by path."""
        return self._book().agendas

    @property
    def yearly(self) -> Sequence[Entry]:
        """What comes every year."""
        return self._book().yearly

    @memo
    def glance(self, path: str) -> Glance | None:
        """What other pages say of one of them, so that only those are made anew for which that changes."""
        agenda = self.agendas.get(path)
        if agenda is None:
            return None
        coming = next((entry for entry in agenda.ordered if entry.when and entry.when.last >= self.today), None)
        newest = tuple(reversed(agenda.ordered[-BOXED:]))
        return Glance(path, agenda.file, len(agenda.entries), newest, coming)

    @memo
    def farming_at(self, slug: str) -> Sequence[Entry]:
        """The yearly entries of a month, a crop or a place."""
        return self.farming.get(slug, ())

    @memo
    def has_yearly(self) -> bool:
        """Whether anything comes every year."""
        return bool(self.yearly)

    def _add(self, record: Record, dates: Dates, book: Book) -> None:
        for entry in self.entries(record, dates):
            if dates.yearly:
                book.yearly.append(entry)
                continue
            for agenda in (book.all, *self._agendas_of(record, dates, book)):
                agenda.entries[entry.uid] = entry

    def entries(self, record: Record, dates: Dates) -> Iterator[Entry]:
        """What one record has by one of its type's ``calendar`` settings."""
        spec = record.type.by_name.get(dates.list)
        fields = {sub.name: sub for sub in spec.fields} if spec else record.type.by_name
        for number, item in enumerate(record.list(dates.list) if spec else [record.values], start=1):
            starts, ends = str(item.get(dates.starts) or ""), str(item.get(dates.ends) or "")
            when = None if dates.yearly else read_when(starts, ends)
            if when is None and not (dates.yearly and yearly_months(starts, ends)):
                continue
            yield Entry(
                record,
                f"{record.key}/{dates.list}/{number}" if spec else f"{record.key}/{dates.starts}",
                self._kind(record, spec, item, dates.place),
                self._place(record, fields.get(dates.place), item.get(dates.place)),
                when,
                (starts, ends) if dates.yearly else ("", ""),
            )

    def _kind(self, record: Record, spec: FieldSpec | None, item: Mapping[str, Any], place: str) -> str:
        """What it is called: a training, a visit; of an item of a list, the list's name and what tells items apart."""
        fields = spec.fields if spec else [record.type.by_name[name] for name in record.type.card]
        paged = {vocabulary.name for vocabulary in self.views.vocabularies}
        named = [sub for sub in fields if sub.vocabulary and sub.vocabulary not in paged and sub.name != place]
        values = [(sub, value) for sub in named for value in as_list(item.get(sub.name))]
        labels = [term.label(self.views.lang) for sub, value in values if (term := self.views.find_term(sub, value))]
        if spec:
            return self.words("page.list.and").join([spec.title(self.views.lang), *labels])
        return self.words("page.list.comma").join(labels) or record.type.title(self.views.lang)

    def _place(self, record: Record, spec: FieldSpec | None, value: Any) -> str:
        term = self.views.find_term(spec, value) if spec and spec.vocabulary and value else None
        own = self.views.full_name(term) if term else str(value or "")
        where = self.views.place(record)
        return self.words("page.list.and").join(part for part in (where, "" if own in where else own) if part)

    def _agendas_of(self, record: Record, dates: Dates, book: Book) -> Iterator[Agenda]:
        for place in record.term(PLACE):
            for term in self.line(place):
                yield self._agenda(slug_of(term), self.views.full_name(term), book)
        for name in dates.per:
            for named, _ in self.views.catalogue.targets(record, record.type.by_name[name]):
                yield self._agenda(named.key, named.title, book)

    def _agenda(self, slug: str, title: str, book: Book) -> Agenda:
        vocabulary = self.views.catalogue.vocabularies.get(slug.partition("/")[0])
        home = "" if vocabulary and not vocabulary.pages else f"{slug}.html"
        return book.agendas.setdefault(f"{FOLDER}/{slug}", Agenda(f"{FOLDER}/{slug}", title, home))

    @property
    @memo
    def by_month(self) -> Mapping[str, Sequence[Entry]]:
        """``2026-12`` -> what is known to take place then; ``2026`` -> that of which no month is known; in order."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.all.entries.values():
            if entry.when:
                for month in entry.when.months():
                    found[month].append(entry)
                    found.setdefault(month[:4], [])  # a year has a page when one of its months has
                if len(entry.when.starts) == 4:
                    found[entry.when.starts].append(entry)
        return {month: sorted(found[month], key=in_order) for month in sorted(found)}

    @property
    @memo
    def months(self) -> tuple[str, ...]:
        """The months and years of `by_month`, in order."""
        return tuple(self.by_month)

    @memo
    def in_month(self, month: str) -> Sequence[Entry]:
        """One of them, so that its page is made without all others."""
        return self.by_month[month]

    @property
    @memo
    def farming(self) -> Mapping[str, Sequence[Entry]]:
        """The yearly entries by what they can be looked up by: ``04``, ``industry/youcha``, ``region/360000``.

        To a term belong those of the terms below it, and what is said of all that lies above: what is done in the
        whole province is done in its counties.
        """
        found: dict[str, dict[str, Entry]] = defaultdict(dict)
        terms: dict[str, Term] = {}
        for entry in self.yearly:
            for month in yearly_months(*entry.days):
                found[f"{month:02}"][entry.uid] = entry
            for term in self.terms(entry.record):
                for each in self.line(term):
                    found[slug_of(each)][entry.uid], terms[slug_of(each)] = entry, each
        for slug, term in terms.items():
            found[slug].update((entry.uid, entry) for entry in self.from_above(term))
        return {slug: sorted(found[slug].values(), key=in_year) for slug in sorted(found)}

    @property
    @memo
    def _naming(self) -> Mapping[str, Sequence[Entry]]:
        """The yearly entries by the very terms that they name."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.yearly:
            for slug in dict.fromkeys(map(slug_of, self.terms(entry.record))):
                found[slug].append(entry)
        return found

    @memo
    def _named_at(self, slug: str) -> Sequence[Entry]:
        return self._naming.get(slug, ())

    def from_above(self, term: Term) -> Iterator[Entry]:
        """What is said of all that lies above a term."""
        return (entry for above in self.line(term)[:-1] for entry in self._named_at(slug_of(above)))

    def line(self, term: Term) -> tuple[Term, ...]:
        """A term with all that lie above it, from the root."""
        return self.views.catalogue.vocabularies[term.vocabulary].lineage(term.id)

    def terms(self, record: Record) -> list[Term]:
        """The terms of a record that have pages of their own."""
        paged = {vocabulary.name for vocabulary in self.views.vocabularies}
        return [term for terms in record.terms.values() for term in terms if term.vocabulary in paged]


def in_order(entry: Entry) -> tuple[date, bool, date, str]:
    """Sorts by days; what is exact stands first of one day."""
    when = entry.when or When(date.max, date.max, "")
    return when.first, not when.exact, when.last, entry.uid


def in_year(entry: Entry) -> tuple[tuple[str, str], str]:
    """Sorts what comes every year."""
    return entry.days, entry.uid


def slug_of(term: Term) -> str:
    """What a term's agenda and its farming calendar are filed under."""
    return f"{term.vocabulary}/{term.id}"

"""The calendar: what is ahead, what was, month by month; a farming calendar by crop and place; files for telephones.

A type takes part by its schema (``kezhu: calendar``). A day that nobody wrote down is not made up: what is known to the
month or the year is shown as that, and stands in no calendar file. Knows no type by name, no markup and no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from generator.days import Sayer, When, read_when, yearly_months
from generator.ics import Event, wrap_events, write_events
from generator.markup import clip, safe_url
from generator.model import Dates, FieldSpec, Record, RecordType, Term, Vocabulary
from generator.sections import Box, Section, Template
from generator.spans import read_span
from generator.track import again, memo
from generator.views import PLACE, Views, pager

FOLDER = "calendar"
PER_PAGE = 30
YEARS = 8  # whose months stand on the first page; older years are links
TERMS = 40  # crops or places offered at once; where more are named, the topmost stand for them
BOXED = 3  # entries in a box on somebody else's page
BLOCK = 50  # events of a calendar file that are written together
WRITTEN = 5000  # events that are kept while files are written, 5 MB: those of a province and its counties follow it
TEXT = 500  # characters of a record's summary in a calendar file
STAMPS = ("verified_on", "source_date")  # days of a record that say when what it says was last looked at
CSS = "chips agenda"


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
        return sorted(self.entries.values(), key=_in_order)

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


class Calendar(Section):
    """The pages below ``calendar/``, its files, and boxes on the pages of places, crops, groups and lists."""

    name = FOLDER

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.words = views.words
        self.say = Sayer(self.words)
        self.taking_part = [t for t in views.catalogue.types.values() if t.calendar]
        self.title = self.words("page.calendar")
        self._with_agenda = {
            t.by_name[name].reference for t in self.taking_part for dates in t.calendar for name in dates.per
        }

    # ── What there is ──

    @memo
    def _book(self) -> Book:
        book = Book(Agenda(f"{FOLDER}/all", self.title))
        for record_type in self.taking_part:
            for record in self.views.catalogue.by_type.get(record_type.name, ()):
                for dates in record_type.calendar:
                    self._add(record, dates, book)
        # A province and its counties one after the other: their files hold the same events.
        agendas = {path: book.agendas[path] for path in sorted(book.agendas)}
        return Book(book.all, agendas, sorted(book.yearly, key=_in_year))

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
    def _has_yearly(self) -> bool:
        return bool(self.yearly)

    def _add(self, record: Record, dates: Dates, book: Book) -> None:
        for entry in self._entries(record, dates):
            if dates.yearly:
                book.yearly.append(entry)
                continue
            for agenda in (book.all, *self._agendas_of(record, dates, book)):
                agenda.entries[entry.uid] = entry

    def _entries(self, record: Record, dates: Dates) -> Iterator[Entry]:
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
        values = [(sub, value) for sub in named for value in _as_list(item.get(sub.name))]
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
            for term in self._line(place):
                yield self._agenda(_slug(term), self.views.full_name(term), book)
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
        return {month: sorted(found[month], key=_in_order) for month in sorted(found)}

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
            for term in self._terms(entry.record):
                for each in self._line(term):
                    found[_slug(each)][entry.uid], terms[_slug(each)] = entry, each
        for slug, term in terms.items():
            found[slug].update((entry.uid, entry) for entry in self._from_above(term))
        return {slug: sorted(found[slug].values(), key=_in_year) for slug in sorted(found)}

    @property
    @memo
    def _naming(self) -> Mapping[str, Sequence[Entry]]:
        """The yearly entries by the very terms that they name."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.yearly:
            for slug in dict.fromkeys(map(_slug, self._terms(entry.record))):
                found[slug].append(entry)
        return found

    @memo
    def _named_at(self, slug: str) -> Sequence[Entry]:
        return self._naming.get(slug, ())

    def _from_above(self, term: Term) -> Iterator[Entry]:
        return (entry for above in self._line(term)[:-1] for entry in self._named_at(_slug(above)))

    def _line(self, term: Term) -> tuple[Term, ...]:
        return self.views.catalogue.vocabularies[term.vocabulary].lineage(term.id)

    def _terms(self, record: Record) -> list[Term]:
        paged = {vocabulary.name for vocabulary in self.views.vocabularies}
        return [term for terms in record.terms.values() for term in terms if term.vocabulary in paged]

    @property
    def has_farming(self) -> bool:
        return any(dates.yearly for record_type in self.taking_part for dates in record_type.calendar)

    # ── Pages ──

    @property
    def entry(self) -> tuple[str, str]:
        return (self.title, f"{FOLDER}/index.html") if self.taking_part else ("", "")

    def paths(self) -> Iterable[str]:
        if not self.taking_part:
            return
        yield from self._numbered(f"{FOLDER}/index", len(self._ahead(self.all)))
        for slug, entries in self.by_month.items():
            yield from self._numbered(f"{FOLDER}/{slug}", len(entries))
        for agenda in self.agendas.values():
            yield from self._numbered(agenda.path, len(agenda.entries))
        yield from (agenda.file for agenda in (self.all, *self.agendas.values()) if agenda.file)
        if self.has_farming:
            yield from self._numbered(f"{FOLDER}/farming", len(self.yearly))
            for slug, entries in self.farming.items():
                yield from self._numbered(f"{FOLDER}/farming/{slug}", len(entries))

    def page(self, path: str) -> Template | bytes:
        name, _, ending = path.rpartition(".")
        if ending == "ics":
            return self._file(name)
        name, _, number = name.partition("_")
        n = int(number or 1)
        if name == f"{FOLDER}/index":
            return self._index(n)
        if name in self.agendas:
            return self._agenda_page(self.agendas[name], n)
        slug = name.removeprefix(f"{FOLDER}/")
        if slug == "farming" or slug.startswith("farming/"):
            return self._farming_page(slug.removeprefix("farming").removeprefix("/"), n)
        return self._month_page(slug, n)

    def _numbered(self, name: str, total: int) -> Iterator[str]:
        return (_address(name, n) for n in range(1, _pages(total) + 1))

    def _index(self, n: int) -> Template:
        ahead = self._ahead(self.all)
        first = n == 1
        return self._template(
            f"{FOLDER}/index",
            n,
            [(heading, entry) for heading, entry in ahead],
            title=self.title,
            lead=self.words("page.calendar.lead"),
            crumbs=[],
            years=self._years() if first else [],
            this_month=self._this_month() if first else {},
            subscribe=self._subscribe(self.all) if first else {},
            quiet=bool(self.all.entries) and not ahead,
            bare=not self.all.entries,
        )

    def _agenda_page(self, agenda: Agenda, n: int) -> Template:
        past = [entry for entry in agenda.ordered if entry.when and entry.when.last < self.today]
        rows = [*self._ahead(agenda), *((self.words("page.calendar.past"), entry) for entry in reversed(past))]
        crumbs = [(self.title, f"{FOLDER}/index.html")]
        return self._template(
            agenda.path,
            n,
            rows,
            title=self.words("page.calendar.of", name=agenda.title),
            lead="",
            crumbs=crumbs,
            home=(agenda.title, agenda.home) if agenda.home else None,
            subscribe=self._subscribe(agenda) if n == 1 else {},
            bare=False,
        )

    def _month_page(self, slug: str, n: int) -> Template:
        crumbs = [(self.title, f"{FOLDER}/index.html")]
        if len(slug) > 4:
            crumbs.append((self._month(slug[:4]), f"{FOLDER}/{slug[:4]}.html"))
        like = [each for each in self.by_month if len(each) == len(slug)]
        at = like.index(slug)
        near = {"before": like[at - 1] if at else "", "after": like[at + 1] if at + 1 < len(like) else ""}
        heading = "" if len(slug) > 4 else self.words("page.calendar.no-month", year=self._month(slug))
        return self._template(
            f"{FOLDER}/{slug}",
            n,
            [(heading, entry) for entry in self.by_month[slug]],
            title=self.words("page.calendar.of", name=self._month(slug)),
            lead="",
            crumbs=crumbs,
            months=self._months_of(slug) if len(slug) == 4 and n == 1 else [],
            near={side: (self._month(each), f"{FOLDER}/{each}.html") for side, each in near.items() if each},
            bare=False,
        )

    def _template(self, name: str, n: int, rows: Sequence[tuple[str, Entry]], **values: Any) -> Template:
        """A page of dated entries: those of this page in groups of the same heading."""
        groups: list[dict[str, Any]] = []
        for heading, entry in rows[(n - 1) * PER_PAGE : n * PER_PAGE]:
            if not groups or groups[-1]["heading"] != heading:
                groups.append({"heading": heading, "rows": []})
            groups[-1]["rows"].append(self.row(entry))
        given: dict[str, Any] = {
            "years": [],
            "months": [],
            "near": {},
            "home": None,
            "this_month": {},
            "subscribe": {},
            "quiet": False,
        }
        return Template(
            "site/calendar.html",
            {
                **given,
                **values,
                "groups": groups,
                "types": [t for t in self.taking_part if not all(dates.yearly for dates in t.calendar)],
                "farming": f"{FOLDER}/farming.html" if self.has_farming else "",
                "pager": pager(n, _pages(len(rows)), lambda number: _address(name, number)),
                "nth": n,
            },
        )

    def _ahead(self, agenda: Agenda) -> list[tuple[str, Entry]]:
        """What is not over yet, each with the heading it stands under: known days first."""
        ahead = [entry for entry in agenda.ordered if entry.when and entry.when.last >= self.today]
        known, vague = self.words("page.calendar.ahead"), self.words("page.calendar.vague")
        exact = [(known, entry) for entry in ahead if entry.when and entry.when.exact]
        return exact + [(vague, entry) for entry in ahead if entry.when and not entry.when.exact]

    def _years(self) -> list[dict[str, Any]]:
        """Every year with its months, the newest first; of older ones the year alone."""
        years = sorted((slug for slug in self.by_month if len(slug) == 4), reverse=True)
        return [
            {
                "title": self._month(year),
                "url": f"{FOLDER}/{year}.html",
                "months": self._months_of(year) if n < YEARS else [],
                "vague": len(self.by_month[year]),
            }
            for n, year in enumerate(years)
        ]

    def _months_of(self, year: str) -> list[tuple[str, int, str]]:
        months = [slug for slug in self.by_month if len(slug) > 4 and slug.startswith(year)]
        return [(self.say.month(int(slug[5:])), len(self.by_month[slug]), f"{FOLDER}/{slug}.html") for slug in months]

    # ── The farming calendar ──

    def _farming_page(self, slug: str, n: int) -> Template:
        entries = self.farming[slug] if slug else self.yearly
        name = f"{FOLDER}/farming/{slug}" if slug else f"{FOLDER}/farming"
        about = self._about(slug)
        crumbs = [(self.title, f"{FOLDER}/index.html")]
        if slug:
            crumbs.append((self.words("page.calendar.farming"), f"{FOLDER}/farming.html"))
        return Template(
            "site/calendar-farming.html",
            {
                "title": self._farming_title(slug),
                "crumbs": crumbs,
                "about": about,
                "rows": [self.row(entry) for entry in entries[(n - 1) * PER_PAGE : n * PER_PAGE]],
                "total": len(entries),
                "months": self._farming_months() if n == 1 and not slug else [],
                "choices": self._farming_choices() if n == 1 and not slug else [],
                "types": [t for t in self.taking_part if any(dates.yearly for dates in t.calendar)],
                "pager": pager(n, _pages(len(entries)), lambda number: _address(name, number)),
                "nth": n,
            },
        )

    def _farming_title(self, slug: str) -> str:
        if not slug:
            return self.words("page.calendar.farming")
        return self.words("page.calendar.farming-of", name=self._about(slug)["title"])

    def _about(self, slug: str) -> dict[str, str]:
        """What a page of the farming calendar is about: its name, and the address of a page of its own."""
        vocabulary, _, term_id = slug.partition("/")
        if term_id:
            term = self.views.catalogue.vocabularies[vocabulary][term_id]
            return {"title": self.views.full_name(term), "url": f"{slug}.html"}
        return {"title": self.say.month(int(slug)) if slug else "", "url": ""}

    def _farming_months(self) -> list[tuple[str, int, str]]:
        """All twelve months with the number of entries; one without any has no page."""
        found = []
        for month in range(1, 13):
            slug = f"{month:02}"
            count = len(self.farming.get(slug, ()))
            url = f"{FOLDER}/farming/{slug}.html" if count else ""
            found.append((self.say.month(month), count, url))
        return found

    def _farming_choices(self) -> list[dict[str, Any]]:
        """By vocabulary the terms that entries name, or the topmost where these are many."""
        found = []
        for vocabulary in self.views.vocabularies:
            named = {
                term.id for e in self.yearly for term in self._terms(e.record) if term.vocabulary == vocabulary.name
            }
            if len(named) > TERMS:
                named = {vocabulary.lineage(term_id)[0].id for term_id in named}
            terms = [term for term in vocabulary if term.id in named]
            if terms:
                choices = [
                    (term.label(self.views.lang), len(self.farming[slug]), f"{FOLDER}/farming/{slug}.html")
                    for term in terms
                    if (slug := _slug(term))
                ]
                found.append({"title": vocabulary.title(self.views.lang), "choices": choices})
        return found

    def _this_month(self) -> dict[str, Any]:
        """What the farming calendar says of the month of ``today``."""
        slug = f"{self.today.month:02}"
        entries = self.farming.get(slug, ())
        if not entries:
            return {}
        return {
            "title": self._farming_title(slug),
            "rows": [self.row(entry) for entry in entries[:BOXED]],
            "total": len(entries),
            "url": f"{FOLDER}/farming/{slug}.html",
        }

    # ── In words ──

    def row(self, entry: Entry) -> dict[str, Any]:
        """An entry as a page shows it."""
        return {
            "when": self.say.when(entry.when) if entry.when else self.say.yearly(*entry.days),
            "day": entry.when.starts if entry.when else "",
            "title": entry.record.title,
            "url": entry.record.url,
            "kind": entry.kind if entry.when else "",
            "place": entry.place,
        }

    def _month(self, slug: str) -> str:
        year, _, month = slug.partition("-")
        return self.say.month(int(month), int(year)) if month else self.say.year(int(year))

    # ── Calendar files ──

    @cached_property
    def base(self) -> str:
        """The address of the portal, ending in a slash, or ``""``."""
        address = safe_url(self.views.portal.get("address"))
        return address and address.rstrip("/") + "/"

    def _subscribe(self, agenda: Agenda) -> dict[str, Any]:
        """What a page says of its calendar file: where it is, what is in it and what is not."""
        known = sum(1 for entry in agenda.entries.values() if entry.when and entry.when.exact)
        return {
            "file": agenda.file,
            "address": self.base and agenda.file and self.base + agenda.file,
            "known": known,
            "vague": len(agenda.entries) - known,
        }

    def _file(self, path: str) -> bytes:
        own = self.views.said(self.views.portal.get("name")) or self.views.portal.name
        title, uids = self._listed(path)
        name = self.words("page.calendar.file", name=title, portal=own) if title else own
        if len(uids) <= BLOCK:
            return wrap_events(name, b"".join(map(self._written, uids)))
        return wrap_events(name, b"".join(self._events(path, n) for n in range(0, len(uids), BLOCK)))

    @memo
    def _listed(self, path: str) -> tuple[str, tuple[str, ...]]:
        """Whose calendar a file is, which nobody says of that of everything, and the entries in it, in its order.

        They are named and not held: one stands in the files of its county, its province, its group and of all.
        """
        agenda = self.all if path == self.all.path else self.agendas[path]
        dated = ((e.when.first, e.uid) for e in agenda.entries.values() if e.when and e.when.exact)
        return "" if agenda is self.all else agenda.title, tuple(uid for _, uid in sorted(dated))

    @memo
    def _events(self, path: str, start: int) -> bytes:
        """Some of them written down: a changed record has them written again and not the thousands of a country."""
        return b"".join(map(self._written, self._listed(path)[1][start : start + BLOCK]))

    @again(WRITTEN)
    def _written(self, uid: str) -> bytes:
        """One of them as it stands in every file that holds it."""
        record = self.views.catalogue.records["/".join(uid.split("/", 2)[:2])]
        entries = (each for dates in record.type.calendar if not dates.yearly for each in self._entries(record, dates))
        event = self.event({entry.uid: entry for entry in entries}[uid])
        return write_events([event] if event else [])

    def event(self, entry: Entry) -> Event | None:
        """An entry as a calendar file holds it; ``None`` where its days are not known."""
        record, when = entry.record, entry.when
        if when is None or not when.exact:
            return None
        stamps = [span.first for name in STAMPS if (span := read_span(record.get(name))) and span.first == span.last]
        host = urlsplit(self.base).hostname or "kezhu"
        source = str(record.get("source_publisher"))
        said = [clip(str(record.get("summary")), TEXT), source and self.words("page.calendar.source", name=source)]
        return Event(
            uid=f"{entry.uid}@{host}",
            title=record.title,
            first=when.first,
            last=when.last,
            stamp=max(stamps, default=when.first),
            place=entry.place,
            text="\n".join(filter(None, said)),
            url=self.base and self.base + record.url,
            kind=entry.kind,
        )

    # ── On the pages of others ──

    def record_boxes(self, record: Record) -> Iterable[Box]:
        agenda = self.glance(f"{FOLDER}/{record.key}") if record.type.name in self._with_agenda else None
        return self._boxes(agenda, None, brief=True)  # a record's page has much else to say

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        del vocabulary
        agenda = self.glance(f"{FOLDER}/{_slug(term)}")
        return self._boxes(agenda, self._farming_at(term) if self._has_yearly() else None)

    def list_boxes(self, record_type: RecordType) -> Iterable[Box]:
        if record_type.calendar:
            farming = all(dates.yearly for dates in record_type.calendar)
            url = f"{FOLDER}/farming.html" if farming else f"{FOLDER}/index.html"
            title = self.words("page.calendar.farming") if farming else self.words("page.calendar.by-date")
            yield Box("box/calendar.html", {"link": (title, url), "agenda": None, "farming": None})

    def _boxes(self, agenda: Glance | None, farming: dict[str, Any] | None, *, brief: bool = False) -> Iterator[Box]:
        """A box with what was or will be; a ``brief`` one tells the next date, or else the last."""
        if agenda is None and farming is None:
            return
        shown = None
        if agenda is not None:
            entries = agenda.newest if not brief else (agenda.coming,) if agenda.coming else agenda.newest[:1]
            shown = {
                "rows": [self.row(entry) for entry in entries],
                "total": agenda.total,
                "url": f"{agenda.path}.html",
                "file": agenda.file,
            }
        values = {"link": None, "agenda": shown, "farming": farming, "brief": brief}
        yield Box("box/calendar.html", values, "" if brief else CSS)

    def _farming_at(self, term: Term) -> dict[str, Any] | None:
        """What is done there and below, or else what is said of all that lies above."""
        slug = next((slug for each in reversed(self._line(term)) if self.farming_at(slug := _slug(each))), "")
        entries = self.farming_at(slug) if slug == _slug(term) else sorted(self._from_above(term), key=_in_year)
        if not entries:
            return None
        return {
            "rows": [self.row(entry) for entry in entries[:BOXED]],
            "title": self._farming_title(slug),
            "url": f"{FOLDER}/farming/{slug}.html",
        }


def _in_order(entry: Entry) -> tuple[date, bool, date, str]:
    when = entry.when or When(date.max, date.max, "")
    return when.first, not when.exact, when.last, entry.uid


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _in_year(entry: Entry) -> tuple[tuple[str, str], str]:
    return entry.days, entry.uid


def _slug(term: Term) -> str:
    return f"{term.vocabulary}/{term.id}"


def _address(name: str, n: int) -> str:
    return f"{name}.html" if n == 1 else f"{name}_{n}.html"


def _pages(total: int) -> int:
    return max(1, ceil(total / PER_PAGE))

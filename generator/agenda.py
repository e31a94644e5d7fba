"""The calendar: what is ahead, what was, month by month; a farming calendar by crop and place; files for telephones.

What is known to the month or the year alone stands in no calendar file. A file holds what is ahead and what was over
last, `MOST` at a time: it is fetched once a day by telephones, whatever the country has gathered. Knows no type by name
and no markup.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from generator.days import Sayer
from generator.diary import BOXED, FOLDER, Agenda, Diary, Entry, Glance, in_year, slug_of
from generator.ics import Event, wrap_events, write_events
from generator.markup import clip, safe_url
from generator.model import Record, RecordType, Term, Vocabulary
from generator.sections import Box, Section, Template
from generator.spans import read_span
from generator.track import again, memo, once
from generator.views import Views, pager

PER_PAGE = 30
YEARS = 8  # whose months stand on the first page; older years are links
TERMS = 40  # crops or places offered at once; where more are named, the topmost stand for them
MOST = 300  # events of a calendar file, 170 KB
BLOCK = 50  # events of a calendar file that are written together
WRITTEN = 5000  # events that are kept while files are written, 5 MB: those of a province and its counties follow it
TEXT = 500  # characters of a record's summary in a calendar file
STAMPS = ("verified_on", "source_date")  # days of a record that say when what it says was last looked at
CSS = "chips agenda"


class Calendar(Section):
    """The pages below ``calendar/``, its files, and boxes on the pages of places, crops, groups and lists."""

    name = FOLDER

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.words = views.words
        self.say = Sayer(self.words)
        self.diary = Diary(views, today)
        self.title = self.words("page.calendar")
        self._with_agenda = {
            t.by_name[name].reference for t in self.diary.taking_part for dates in t.calendar for name in dates.per
        }

    @property
    def has_farming(self) -> bool:
        return any(dates.yearly for record_type in self.diary.taking_part for dates in record_type.calendar)

    # ── Pages ──

    @property
    def entry(self) -> tuple[str, str]:
        return (self.title, f"{FOLDER}/index.html") if self.diary.taking_part else ("", "")

    def paths(self) -> Iterable[str]:
        if not self.diary.taking_part:
            return
        yield from self._numbered(f"{FOLDER}/index", len(self._ahead(self.diary.all)))
        for slug, entries in self.diary.by_month.items():
            yield from self._numbered(f"{FOLDER}/{slug}", len(entries))
        for agenda in self.diary.agendas.values():
            yield from self._numbered(agenda.path, len(agenda.entries))
        yield from (agenda.file for agenda in (self.diary.all, *self.diary.agendas.values()) if agenda.file)
        if self.has_farming:
            yield from self._numbered(f"{FOLDER}/farming", len(self.diary.yearly))
            for slug, entries in self.diary.farming.items():
                yield from self._numbered(f"{FOLDER}/farming/{slug}", len(entries))

    def page(self, path: str) -> Template | bytes:
        name, _, ending = path.rpartition(".")
        if ending == "ics":
            return self._file(name)
        name, _, number = name.partition("_")
        n = int(number or 1)
        if name == f"{FOLDER}/index":
            return self._index(n)
        slug = name.removeprefix(f"{FOLDER}/")
        if slug in self.diary.months:  # asked before the agendas, of which there are many more
            return self._month_page(slug, n)
        if name in self.diary.agendas:
            return self._agenda_page(self.diary.agendas[name], n)
        return self._farming_page(slug.removeprefix("farming").removeprefix("/"), n)

    def _numbered(self, name: str, total: int) -> Iterator[str]:
        return (_address(name, n) for n in range(1, _pages(total) + 1))

    def _index(self, n: int) -> Template:
        ahead = self._ahead(self.diary.all)
        first = n == 1
        return self._template(
            f"{FOLDER}/index",
            n,
            ahead,
            title=self.title,
            lead=self.words("page.calendar.lead"),
            crumbs=[],
            years=self._years() if first else [],
            this_month=self._this_month() if first else {},
            subscribe=self._subscribe(self.diary.all) if first else {},
            quiet=bool(self.diary.all.entries) and not ahead,
            bare=not self.diary.all.entries,
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
        like = [each for each in self.diary.months if len(each) == len(slug)]
        at = like.index(slug)
        near = {"before": like[at - 1] if at else "", "after": like[at + 1] if at + 1 < len(like) else ""}
        heading = "" if len(slug) > 4 else self.words("page.calendar.no-month", year=self._month(slug))
        return self._template(
            f"{FOLDER}/{slug}",
            n,
            [(heading, entry) for entry in self.diary.in_month(slug)],
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
                "types": [t for t in self.diary.taking_part if not all(dates.yearly for dates in t.calendar)],
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
        years = sorted((slug for slug in self.diary.by_month if len(slug) == 4), reverse=True)
        return [
            {
                "title": self._month(year),
                "url": f"{FOLDER}/{year}.html",
                "months": self._months_of(year) if n < YEARS else [],
                "vague": len(self.diary.by_month[year]),
            }
            for n, year in enumerate(years)
        ]

    def _months_of(self, year: str) -> list[tuple[str, int, str]]:
        months = [slug for slug in self.diary.by_month if len(slug) > 4 and slug.startswith(year)]
        return [
            (self.say.month(int(slug[5:])), len(self.diary.by_month[slug]), f"{FOLDER}/{slug}.html") for slug in months
        ]

    # ── The farming calendar ──

    def _farming_page(self, slug: str, n: int) -> Template:
        entries = self.diary.farming[slug] if slug else self.diary.yearly
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
                "types": [t for t in self.diary.taking_part if any(dates.yearly for dates in t.calendar)],
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
            count = len(self.diary.farming.get(slug, ()))
            url = f"{FOLDER}/farming/{slug}.html" if count else ""
            found.append((self.say.month(month), count, url))
        return found

    def _farming_choices(self) -> list[dict[str, Any]]:
        """By vocabulary the terms that entries name, or the topmost where these are many."""
        found = []
        for vocabulary in self.views.vocabularies:
            named = {
                term.id
                for e in self.diary.yearly
                for term in self.diary.terms(e.record)
                if term.vocabulary == vocabulary.name
            }
            if len(named) > TERMS:
                named = {vocabulary.lineage(term_id)[0].id for term_id in named}
            terms = [term for term in vocabulary if term.id in named]
            if terms:
                choices = [
                    (term.label(self.views.lang), len(self.diary.farming[slug]), f"{FOLDER}/farming/{slug}.html")
                    for term in terms
                    if (slug := slug_of(term))
                ]
                found.append({"title": vocabulary.title(self.views.lang), "choices": choices})
        return found

    def _this_month(self) -> dict[str, Any]:
        """What the farming calendar says of the month of ``today``."""
        slug = f"{self.today.month:02}"
        entries = self.diary.farming.get(slug, ())
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
        days = [entry.when.last for entry in agenda.entries.values() if entry.when and entry.when.exact]
        return {
            "file": agenda.file,
            "address": self.base and agenda.file and self.base + agenda.file,
            "known": len(days),
            "vague": len(agenda.entries) - len(days),
            "held": min(len(days), MOST),
            "full": sum(day >= self.today for day in days) > MOST,
            "elsewhere": agenda is self.diary.all,
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
        agenda = self.diary.all if path == self.diary.all.path else self.diary.agendas[path]
        held = ((e.when.first, e.uid) for e in _saved(agenda, self.today) if e.when)
        return "" if agenda is self.diary.all else agenda.title, tuple(uid for _, uid in sorted(held))

    @once
    def _events(self, path: str, start: int) -> bytes:
        """Some of them written down: a changed record has them written again and not the thousands of a country."""
        return b"".join(map(self._written, self._listed(path)[1][start : start + BLOCK]))

    @again(WRITTEN)
    def _written(self, uid: str) -> bytes:
        """One of them as it stands in every file that holds it."""
        record = self.views.catalogue.records["/".join(uid.split("/", 2)[:2])]
        entries = (
            each for dates in record.type.calendar if not dates.yearly for each in self.diary.entries(record, dates)
        )
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
        agenda = self.diary.glance(f"{FOLDER}/{record.key}") if record.type.name in self._with_agenda else None
        return self._boxes(agenda, None, brief=True)  # a record's page has much else to say

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        del vocabulary
        agenda = self.diary.glance(f"{FOLDER}/{slug_of(term)}")
        return self._boxes(agenda, self._farming_at(term) if self.diary.has_yearly() else None)

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
        slug = next(
            (slug for each in reversed(self.diary.line(term)) if self.diary.farming_at(slug := slug_of(each))), ""
        )
        entries = (
            self.diary.farming_at(slug) if slug == slug_of(term) else sorted(self.diary.from_above(term), key=in_year)
        )
        if not entries:
            return None
        return {
            "rows": [self.row(entry) for entry in entries[:BOXED]],
            "title": self._farming_title(slug),
            "url": f"{FOLDER}/farming/{slug}.html",
        }


def _address(name: str, n: int) -> str:
    return f"{name}.html" if n == 1 else f"{name}_{n}.html"


def _pages(total: int) -> int:
    return max(1, ceil(total / PER_PAGE))


def _saved(agenda: Agenda, today: date) -> Sequence[Entry]:
    """What the calendar file of an agenda holds: what is ahead, and of what is over the last; `MOST` in all.

    Where more than that is ahead, those of it that are over first. Otherwise the day does not matter: they are the last
    ones there are, so a file changes only when something comes into it, and that of a quiet place keeps what there was.
    """
    dated = sorted((e.when.last, e.uid) for e in agenda.entries.values() if e.when and e.when.exact)
    ahead = bisect_left(dated, (today, ""))
    start = max(0, min(ahead, len(dated) - MOST))
    return [agenda.entries[uid] for _, uid in dated[start : start + MOST]]

"""Targets: how far the plans' targets are, in bars and in words, each number with the records behind it.

A type holds targets when its schema says which field holds what (``kezhu: goal:``); `progress` counts. Where nothing
can be counted that is said, and never shown as none: nobody having written it down is not nobody having done it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from markupsafe import Markup

from generator.charts import bar, percent
from generator.markup import num
from generator.model import Record, RecordType
from generator.picking import Where, find_path, text_of
from generator.progress import Count, Progress, Thing, assess
from generator.sections import Box, Section, Template
from generator.track import memo
from generator.views import Views, pager

FOLDER = "progress"
SHOWN = 8  # records behind a number on the target's own page; the rest stand on pages of their own
BOXED = 8  # bars in a box on somebody else's page
ROWS = 30  # bars on a page
LINES = 200  # links on a page
MISSED = 8  # of those not reached yet


class Targets(Section):
    """Progress of every target: a page of bars, a box on each target's page and on what sets it, the records behind."""

    name = FOLDER

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.catalogue = views.catalogue
        self.types = tuple(t for t in self.catalogue.types.values() if t.target)
        of = ((t, t.target.get("of", "")) for t in self.types)
        self._setting = {t.by_name[name].reference for t, name in of if name in t.by_name}

    @memo
    def progress(self, key: str) -> Progress:
        """One target, counted."""
        return assess(self.catalogue.records[key], self.catalogue)

    @memo
    def keys(self) -> tuple[str, ...]:
        """Every target."""
        return tuple(record.key for t in self.types for record in self.catalogue.by_type.get(t.name, ()))

    @memo
    def behind(self, key: str) -> int:
        """How many records stand behind a target's number."""
        return len(self.progress(key).records)

    @property
    def entry(self) -> tuple[str, str]:
        return (self.views.words("page.goal.title"), f"{FOLDER}/index.html") if self.types else ("", "")

    def paths(self) -> Iterator[str]:
        if not self.types:
            return
        for n in range(1, self._pages + 1):
            yield self._index(n)
        for key in self.keys():
            if (total := self.behind(key)) > SHOWN:
                yield from (behind(key, n) for n in range(1, ceil(total / LINES) + 1))

    @property
    def _pages(self) -> int:
        return max(1, ceil(len(self.keys()) / ROWS))

    def _index(self, n: int) -> str:
        return f"{FOLDER}/{'index' if n == 1 else n}.html"

    def page(self, path: str) -> Template:
        name = path.removeprefix(f"{FOLDER}/").removesuffix(".html")
        if "/" not in name:
            n = 1 if name == "index" else int(name)
            return Template("site/goals.html", self._bars(n))
        key, _, last = name.rpartition("/")
        key, n = (f"{key}/{last}", 1) if f"{key}/{last}" in self.keys() else (key, int(last))
        progress = self.progress(key)
        return Template("site/goal.html", {**self._behind(progress, n)})

    def _bars(self, n: int) -> dict[str, Any]:
        """One page of bars, by what sets the targets."""
        ordered = [self.progress(key) for _, keys in self._grouped() for key in keys]
        shown = {progress.record.key for progress in ordered[(n - 1) * ROWS : n * ROWS]}
        groups = []
        for source, keys in self._grouped():
            here = [self._row(self.progress(key)) for key in keys if key in shown]
            if here:
                groups.append((source, here))
        return {
            "type": self.types[0],
            "groups": groups,
            "total": len(ordered),
            "counted": sum(progress.number is not None for progress in ordered),
            "pager": pager(n, self._pages, self._index),
        }

    @memo
    def _grouped(self) -> list[tuple[Record | None, list[str]]]:
        """The targets by the record that sets them."""
        found: dict[str, tuple[Record | None, list[str]]] = {}
        for record in (record for t in self.types for record in self.catalogue.by_type.get(t.name, ())):
            source = self._source(record)
            by = source["record"] if source else None
            found.setdefault(by.key if by else "", (by, []))[1].append(record.key)
        return [found[key] for key in sorted(found, key=lambda key: (key == "", key))]

    @memo
    def set_by(self, key: str) -> Sequence[str]:
        """The targets that a record sets."""
        return next((keys for source, keys in self._grouped() if source is not None and source.key == key), ())

    def _source(self, record: Record) -> dict[str, Any] | None:
        """The record that sets a target, and which part of it."""
        spec = record.type.by_name.get(record.type.target.get("of", ""))
        return self.views.find_target(spec, record.get(spec.name)) if spec and spec.kind == "reference" else None

    # ── What is said of a target ──

    def _row(self, progress: Progress) -> dict[str, Any]:
        """A target in a row of bars."""
        return {
            "record": progress.record,
            "bar": self._bar(progress, f"b-{progress.record.type.name}-{progress.record.id}"),
            "number": self._number(progress),
            "state": self._state(progress),
            "due": progress.due,
            "year": progress.year,
        }

    def _bar(self, progress: Progress, key: str) -> Markup | None:
        """The bar; none where there is no number, or none to hold it against."""
        if progress.number is None or not progress.goal:
            return None
        return bar(progress.number, progress.goal, progress.record.title, self._said(progress), key)

    def _number(self, progress: Progress) -> str:
        """37 / 100 项; what nobody knows is said."""
        words = self.views.words
        if progress.number is None:
            if progress.goal is None:
                return self._none(progress)
            asked = words("page.goal.wanted", goal=plain(progress.goal), unit=progress.unit).strip()
            return words("page.list.and").join((asked, self._none(progress)))
        goal = plain(progress.goal) if progress.goal is not None else words("page.goal.open")
        return words("page.goal.of", number=plain(progress.number), goal=goal, unit=progress.unit).strip()

    def _none(self, progress: Progress) -> str:
        """Why there is no number."""
        return self.views.words("page.goal.none" if progress.counts else "page.goal.uncounted")

    def _state(self, progress: Progress) -> str:
        """Per cent, or that it is reached; nothing where there is nothing to say."""
        if progress.number is None or not progress.goal:
            return ""
        if progress.number >= progress.goal:
            return self.views.words("page.goal.reached")
        return self.views.words("page.goal.percent", n=percent(progress.number, progress.goal))

    def _said(self, progress: Progress) -> str:
        """The bar in words."""
        sentence = self.views.words("page.list.comma").join(
            filter(None, (self._number(progress), self._state(progress)))
        )
        return f"{progress.year} {sentence}" if progress.year else sentence

    def _line(self, count: Count) -> dict[str, Any]:
        """One line of what is counted, in words, with the records behind it."""
        among = count.among
        return {
            "type": count.type,
            "wrong": count.wrong,
            "says": [*self._conditions(count.type, count.where), *self._conditions(count.type, count.more)],
            "sum": self._label(count.type, count.sum),
            "number": plain(count.number),
            "looked": count.looked,
            "unit": count.type.unit(self.views.lang) if count.type and not count.sum and not among else "",
            "silent": count.silent,
            "all": len(among.all) if among else 0,
            "unknown": among.unknown if among else 0,
            "missing": [self._thing(each) for each in among.missing[:MISSED]] if among else [],
            "missed": max(0, len(among.missing) - MISSED) if among else 0,
        }

    def _thing(self, thing: Thing) -> tuple[str, str]:
        """What is to be reached, as a title and an address."""
        if isinstance(thing, Record):
            return thing.title, thing.url
        paged = self.catalogue.vocabularies[thing.vocabulary].pages
        return self.views.full_name(thing), f"{thing.vocabulary}/{thing.id}.html" if paged else ""

    def _label(self, record_type: RecordType | None, path: str) -> str:
        """The last field of a path, as people call it."""
        found = find_path(path, record_type, self.catalogue.types) if record_type and path else ()
        return found[-1].title(self.views.lang) if found else path

    def _conditions(self, record_type: RecordType | None, where: Where) -> list[str]:
        """The conditions in words, one each."""
        words, said = self.views.words, []
        yes_no = (words("page.yes"), words("page.no"))
        for path, wanted in where.items():
            found = find_path(path, record_type, self.catalogue.types) if record_type else ()
            said_of = [
                text_of(found[-1], each, self.catalogue, self.views.lang, yes_no) if found else each for each in wanted
            ]
            key = "page.goal.is" if wanted else "page.goal.given"
            value = words("page.list.comma").join(said_of)
            said.append(words(key, field=self._label(record_type, path), value=value))
        return said

    def record_boxes(self, record: Record) -> Iterator[Box]:
        """On a target: how far it is, from what. On what sets targets: their bars."""
        if record.type in self.types:
            yield Box("box/target.html", self._whole(self.progress(record.key)), "goal stat table")
        elif record.type.name in self._setting and (keys := self.set_by(record.key)):
            yield self._box([self._row(self.progress(key)) for key in keys[:BOXED]], len(keys), 2)

    def list_boxes(self, record_type: RecordType) -> Iterator[Box]:
        """Above a list of targets: how far they are."""
        if record_type in self.types:
            keys = [record.key for record in self.catalogue.by_type.get(record_type.name, ())]
            if keys:
                yield self._box([self._row(self.progress(key)) for key in keys[: 2 * BOXED]], len(keys), 2)

    def _box(self, rows: Sequence[Mapping[str, Any]], total: int, level: int) -> Box:
        values = {"rows": rows, "total": total, "level": level, "url": self._index(1), "more": total - len(rows)}
        return Box("box/targets.html", values, "goal table")

    def _whole(self, progress: Progress) -> dict[str, Any]:
        """Everything that a target's own page says of its progress."""
        scale = max([*progress.years.values(), progress.goal or Decimal(0)], default=Decimal(0))
        years = [
            {
                "year": year,
                "number": plain(found),
                "bar": bar(found, progress.goal, year, self._year(progress, found), f"y{year}", scale),
                "state": self._reached(progress, found),
            }
            for year, found in sorted(progress.years.items(), reverse=True)
        ]
        records = progress.records
        return {
            "bar": None if progress.years else self._bar(progress, "goal"),
            "number": None if progress.number is None else plain(progress.number),
            "goal": None if progress.goal is None else plain(progress.goal),
            "unit": progress.unit,
            "state": self._state(progress),
            "said": self._number(progress),
            "none": self._none(progress),
            "year": progress.year,
            "years": years,
            "every": progress.every,
            "yearly": progress.yearly,
            "due": progress.due,
            "past": bool(progress.due) and progress.due < self.today.isoformat()[: len(progress.due)],
            "lines": [self._line(count) for count in progress.counts],
            "records": records[:SHOWN],
            "hidden": max(0, len(records) - SHOWN),
            "url": behind(progress.record.key, 1),
            "source": self._source(progress.record),
        }

    def _year(self, progress: Progress, found: Decimal) -> str:
        words = self.views.words
        goal = plain(progress.goal) if progress.goal is not None else words("page.goal.open")
        return words("page.goal.of", number=plain(found), goal=goal, unit=progress.unit).strip()

    def _reached(self, progress: Progress, found: Decimal) -> str:
        if not progress.goal:
            return ""
        words = self.views.words
        if found >= progress.goal:
            return words("page.goal.reached")
        return words("page.goal.percent", n=percent(found, progress.goal))

    def _behind(self, progress: Progress, n: int) -> dict[str, Any]:
        """One page of the records behind a number."""
        records = progress.records
        return {
            "record": progress.record,
            "said": self._said(progress),
            "records": records[(n - 1) * LINES : n * LINES],
            "total": len(records),
            "pager": pager(n, ceil(len(records) / LINES), lambda m: behind(progress.record.key, m)),
        }


def behind(key: str, n: int) -> str:
    """The address of a page of the records behind a number."""
    return f"{FOLDER}/{key}{'' if n == 1 else f'/{n}'}.html"


def plain(number: Decimal) -> str:
    """A number as people read it: 1,500, 12.5."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    whole, dot, rest = text.partition(".")
    return f"{num(whole)}{dot}{rest}"

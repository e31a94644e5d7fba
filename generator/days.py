"""Times as they were written, as exactly as that and no more: days, months, years, months of any year; and in words.

A day that nobody wrote down is not made up here: what is known to the month is a month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from generator.spans import read_span
from generator.words import Words

YEARLY = re.compile(r"(\d\d)(?:-(\d\d))?")
LONG = 366  # days after which something stands in its first and last month only
LEAP = 2000  # any year that has a 29 February


@dataclass(frozen=True, slots=True)
class When:
    """A time as it was written: ``first`` and ``last`` are the earliest and latest days that it may mean."""

    first: date
    last: date
    starts: str
    ends: str = ""

    @property
    def exact(self) -> bool:
        """Whether the days themselves are known."""
        return len(self.starts) == 10 and len(self.ends) in (0, 10)

    def months(self) -> Iterator[str]:
        """The months it is known to touch, ``2026-12``, in order; of something very long the first and the last."""
        known = len(self.starts) > 4, len(self.ends) > 4
        first, last = self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month - 1
        if not self.ends and known[0]:
            months: Iterable[int] = (first,)
        elif all(known) and (self.last - self.first).days <= LONG:
            months = range(first, last + 1)
        else:
            months = dict.fromkeys(month for month, sure in zip((first, last), known, strict=True) if sure)
        return (f"{month // 12:04}-{month % 12 + 1:02}" for month in months)


def read_when(starts: str, ends: str = "") -> When | None:
    """The time between two partial dates; an end before its beginning is none."""
    known, until = read_span(starts), read_span(ends)
    if known is None:
        return None
    if until is None or until.last < known.last:
        return When(known.first, known.last, starts)
    return When(known.first, until.last, starts, ends)


def yearly_months(starts: str, ends: str = "") -> tuple[int, ...]:
    """The months that a yearly time touches, in its own order: from November to February is 11, 12, 1, 2."""
    found = [YEARLY.fullmatch(day) for day in (starts, ends or starts)]
    months = [int(each[1]) for each in found if each and 1 <= int(each[1]) <= 12]
    if len(months) < 2:
        return ()
    first, last = months
    return tuple((first - 1 + n) % 12 + 1 for n in range((last - first) % 12 + 1))


class Sayer:
    """Times in the words of one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.when = cache(self._when)
        self._locale = "zh" if words.lang == "zh" else "en_GB"

    @cached_property
    def _cldr(self) -> Any:
        from babel import dates  # noqa: PLC0415 - as long to load as a page to make, and few pages say a day in words

        return dates

    def _when(self, when: When) -> str:
        """A time: 2026年12月3日周四; what is less exact says so."""
        if when.exact and not when.ends:
            return self._format(when.first, "yMMMEd")
        if when.exact:
            return self._between(when.first, when.last, "yMMMd")
        if when.ends and len(when.starts) != len(when.ends):
            parts = [self.when(found) for each in (when.starts, when.ends) if (found := read_when(each))]
            return self._span(*parts)
        text = self._between(when.first, when.last.replace(day=1), "y" if len(when.starts) == 4 else "yMMMM")
        return self._words("page.calendar.no-day", when=text)

    def yearly(self, starts: str, ends: str = "") -> str:
        """A time of any year: 11月至2月, 3月15日至4月10日."""
        said = [self._yearly(day) for day in (starts, ends) if day]
        return said[0] if len(said) < 2 or said[0] == said[1] else self._span(*said)

    def year(self, year: int) -> str:
        """2026年."""
        return self._format(date(year, 1, 1), "y")

    def month(self, month: int, year: int | None = None) -> str:
        """12月, 2026年12月."""
        if year is None and self._words.lang != "zh":
            # In Chinese it would be 十二月.
            return str(self._cldr.format_date(date(LEAP, month, 1), "LLLL", locale=self._locale))
        return self._format(date(year or LEAP, month, 1), "MMM" if year is None else "yMMMM")

    def _yearly(self, day: str) -> str:
        month, _, number = day.partition("-")
        last = monthrange(LEAP, int(month))[1]
        return (
            self._format(date(LEAP, int(month), min(int(number), last)), "MMMd") if number else self.month(int(month))
        )

    def _between(self, first: date, last: date, skeleton: str) -> str:
        if first == last or (skeleton == "y" and first.year == last.year):
            return self._format(first, skeleton)
        found = self._cldr.format_interval(first, last, skeleton.replace("MMMM", "MMM"), locale=self._locale)
        return str(found).replace("\u2009", " ")

    def _span(self, first: str, last: str) -> str:
        return self._words("page.calendar.span", first=first, last=last)

    def _format(self, day: date, skeleton: str) -> str:
        return str(self._cldr.format_skeleton(skeleton, day, locale=self._locale))

"""Dates as they are known (a day, a month, a year) as spans of days, and the periods in which things come round.

A span says what is certain and what is only possible: a meeting "in 2024" was in one half of the year, nobody knows
which. Pure; ``today`` is always handed in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

WRITTEN = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
EARLIEST, LATEST = 1000, 2999  # years
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""The periods by name, with their length in months; each starts on the first of a month and tiles the year."""


class Span(NamedTuple):
    """Days from ``first`` to ``last``, both of them in it."""

    first: date
    last: date

    def within(self, other: Span) -> bool:
        """Whether it lies in the other one, whatever day of it is meant."""
        return other.first <= self.first and self.last <= other.last

    def meets(self, other: Span) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


def read_span(text: object) -> Span | None:
    """``2024``, ``2024-03`` or ``2024-03-05``; ``None`` for anything else and for days that do not exist."""
    found = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            return Span(date(year, month, day), date(year, month, day))
        if month:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return Span(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        return None


def read_meant(text: object) -> Span | None:
    """The same, but ``None`` for a year that nobody means, from which no round of anything is reckoned.

    9999 stands for "for ever", and 0001 is a slip.
    """
    found = read_span(text)
    return found if found and EARLIEST <= found.first.year <= LATEST else None


def on(year: int, month: int, day: int) -> date:
    """A day of a year; the last of its month where the month is too short for it."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def read_month_day(text: str) -> tuple[int, int] | None:
    """``03-31`` as month and day; ``None`` for anything else."""
    found = re.fullmatch(r"(\d\d)-(\d\d)", text)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    return (month, day) if 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1] else None


class Round(NamedTuple):
    """One round of what comes again and again: what is done in ``span`` counts, and should be done by ``due``."""

    span: Span
    due: date


class Calendar(NamedTuple):
    """Rounds of ``months`` months that start on a day of the year; done they have to be by ``due``, or their end."""

    months: int
    opens: tuple[int, int] = (1, 1)
    due: tuple[int, int] | None = None

    def at(self, day: date) -> Round:
        """The round in which a day lies."""
        first = on(day.year, *self.opens)
        if first > day:
            first = on(day.year - 1, *self.opens)
        while (following := self._shift(first)) <= day:
            first = following
        span = Span(first, following - timedelta(days=1))
        if self.due is None:
            return Round(span, span.last)
        due = on(first.year, *self.due)
        return Round(span, due if due >= first else on(first.year + 1, *self.due))

    def _shift(self, first: date) -> date:
        month = first.month - 1 + self.months
        return on(first.year + month // 12, month % 12 + 1, self.opens[1])

    def before(self, found: Round) -> Round:
        """The round before one."""
        return self.at(found.span.first - timedelta(days=1))

    def after(self, found: Round) -> Round:
        """The round after one."""
        return self.at(found.span.last + timedelta(days=1))

    def first_after(self, span: Span) -> Round:
        """The first whole round of whatever began in a span, on whatever day of it."""
        found = self.at(span.last)
        return found if found.span.first == span.last else self.after(found)

"""Calendar files (RFC 5545): events of whole days as bytes. The only import of icalendar, made when one is written.

Knows neither records nor pages. What has no known day never comes here, so no day is invented.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

PRODUCT = "-//Kezhu//Calendar//ZH"
END = b"END:VCALENDAR\r\n"
REFRESH = timedelta(days=1)  # how often a telephone that subscribes may ask
KEPT = 10_000  # events, 15 MB: one stands in the calendars of its county, its province, its group and of all


@dataclass(frozen=True, slots=True)
class Event:
    """Something that takes whole days, ``first`` to ``last``, both included.

    ``stamp`` is the day on which what is said of it was last revised, as far as the record itself tells; ``uid`` never
    changes.
    """

    uid: str
    title: str
    first: date
    last: date
    stamp: date
    place: str = ""
    text: str = ""
    url: str = ""
    kind: str = ""


def write_calendar(name: str, events: Iterable[Event]) -> bytes:
    """A calendar file: the same events give the same bytes. Without any event it is no valid calendar: ``b""``."""
    blocks = [_write_event(event) for event in sorted(events, key=lambda event: (event.first, event.uid))]
    if not blocks:
        return b""
    head = _write_head(" ".join(plain(name).split()))
    return b"".join((head.removesuffix(END), *blocks, END))


def plain(text: str) -> str:
    """Text that a calendar file can hold: line breaks as ``\\n``, and no character that steers a terminal.

    A backslash before an N becomes a wide one: icalendar and many a telephone take the two for the end of a line.
    """
    text = re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return text.replace("\\N", "＼N").strip()


def _write_head(name: str) -> bytes:
    from icalendar import Calendar, vDuration, vText  # noqa: PLC0415 - a tenth of a second, for those who need it

    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", PRODUCT)
    made.add("calscale", "GREGORIAN")
    made.add("name", vText(name))
    made.add("x-wr-calname", vText(name))  # what telephones read instead of NAME
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    return bytes(made.to_ical())


@lru_cache(maxsize=KEPT)
def _write_event(event: Event) -> bytes:
    from icalendar import Event as Component  # noqa: PLC0415 - see above

    made = Component()
    made.add("uid", event.uid)
    made.add("dtstamp", datetime.combine(event.stamp, time(), UTC))
    made.add("dtstart", event.first)
    if event.last < date.max:  # the end of the calendar has no day after it
        made.add("dtend", event.last + timedelta(days=1))  # the first day after it, says the standard
    made.add("summary", " ".join(plain(event.title).split()))
    for key, value in (("location", event.place), ("description", event.text)):
        if value := plain(value):
            made.add(key, value)
    if event.url:
        made.add("url", event.url)
    if event.kind:
        made.add("categories", [plain(event.kind)])
    made.add("transp", "TRANSPARENT")  # nobody is busy because something takes place in the county
    return bytes(made.to_ical())

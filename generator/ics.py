"""Calendar files (RFC 5545): events of whole days as bytes, as icalendar would write them; the tests ask it.

Knows neither records nor pages. What has no known day never comes here, so no day is invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

PRODUCT = "-//Kezhu//Calendar//ZH"
END = b"END:VCALENDAR\r\n"
REFRESH = "P1D"  # how often a telephone that subscribes may ask: once a day
LINE = 75  # bytes that a line may not reach
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters and halves of characters


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
    return wrap_events(name, write_events(sorted(events, key=lambda event: (event.first, event.uid))))


def write_events(events: Iterable[Event]) -> bytes:
    """Some events as they stand in a calendar file, in the order in which they come."""
    return b"".join(map(_write_event, events))


def wrap_events(name: str, events: bytes) -> bytes:
    """A calendar file of events that are written already; ``b""`` where there is none."""
    if not events:
        return b""
    head = (_folded(line) + b"\r\n" for line in _head_lines(_escaped(" ".join(plain(name).split()))))
    return b"".join((*head, events, END))


def plain(text: str) -> str:
    """Text that a calendar file can hold: line breaks as ``\\n``, and no character that steers a terminal.

    A backslash before an N becomes a wide one: icalendar and many a telephone take the two for the end of a line.
    """
    text = re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return STEERING.sub("", text).replace("\\N", "＼N").strip()


def _head_lines(name: str) -> Iterator[str]:
    """The lines before the events of a calendar; what it is called is escaped already."""
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield f"NAME:{name}"
    yield f"X-WR-CALNAME:{name}"  # what telephones read instead of NAME
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"


def _write_event(event: Event) -> bytes:
    """An event as icalendar writes it, byte for byte, in a tenth of the time: there are thousands."""
    return b"".join(_folded(line) + b"\r\n" for line in _event_lines(event))


def _event_lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"SUMMARY:{_escaped(' '.join(plain(event.title).split()))}"
    yield f"DTSTART;VALUE=DATE:{_day(event.first)}"
    if event.last < date.max:  # the end of the calendar has no day after it
        yield f"DTEND;VALUE=DATE:{_day(event.last + timedelta(days=1))}"  # the first day after it, says the standard
    yield f"DTSTAMP:{_day(event.stamp)}T000000Z"
    yield f"UID:{_escaped(event.uid)}"
    if event.kind:
        yield f"CATEGORIES:{_escaped(plain(event.kind))}"
    if text := plain(event.text):
        yield f"DESCRIPTION:{_escaped(text)}"
    if place := plain(event.place):
        yield f"LOCATION:{_escaped(place)}"
    yield "TRANSP:TRANSPARENT"  # nobody is busy because something takes place in the county
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _escaped(text: str) -> str:
    text = text.replace("\\N", "\n").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """A long line in several, each but the first begun with a blank; no character and no escape is cut in two."""
    data = line.encode()
    pieces, start = [], 0
    while len(data) - start >= LINE:
        end = start + LINE - 1
        while data[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        if data[end - 1] in b"\\^":
            end -= 1
        pieces.append(data[start:end])
        start = end
    return b"\r\n ".join((*pieces, data[start:]))

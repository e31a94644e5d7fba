"""Pages that are neither a record's nor a term's: a ledger, a calendar; and what such a room adds to other pages.

The renderer asks each section which files it has, makes them one by one, and shows its boxes on the pages of records,
terms and lists. A section is made once for a build, from what all pages know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from generator.model import Record, RecordType, Term, Vocabulary
from generator.views import Views


@dataclass(frozen=True, slots=True)
class Template:
    """A page to be filled in: the template's name below ``templates/``, and what it is filled with."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of somebody else's page: a template that sees the page's own values and, as ``box``, these.

    ``parts`` names the parts of design.css that it needs.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: str = ""


class Section:
    """A room with pages of its own; each method may be left as it is.

    ``views`` answers what pages know of the catalogue; ``today`` is the day the build takes for today. Only what a
    section says of that day may change when nothing but the day has.
    """

    name = ""
    """The folder of its pages, by which portal.yml speaks of it."""

    def __init__(self, views: Views, today: date) -> None:
        self.views = views
        self.today = today

    @property
    def entry(self) -> tuple[str, str]:
        """The title under which the menu and the foot of every page name the section, and where it starts; or none."""
        return "", ""

    def paths(self) -> Iterable[str]:
        """The address of every file, from the top of the site, in a fixed order."""
        return ()

    def page(self, path: str) -> Template | bytes:
        """What stands at one of these addresses: a template, or a file as it is."""
        raise KeyError(path)

    def prepare(self) -> None:
        """Reckon what pages of many kinds share, before several processes make them: each would do it again."""

    def record_boxes(self, record: Record) -> Iterable[Box]:
        """What stands on a record's page, below its facts."""
        del record
        return ()

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        """What stands on a term's page, above its records."""
        del vocabulary, term
        return ()

    def list_boxes(self, record_type: RecordType) -> Iterable[Box]:
        """What stands on the first page of a type's list, above its records."""
        del record_type
        return ()


MakeSection = Callable[[Views, date], Section]

MakeBook = Callable[[Sequence[tuple[str, Sequence[Sequence[str]]]], str], bytes]
"""Sheets (name, rows of text; the first row holds the headings) and a title to the bytes of a workbook."""

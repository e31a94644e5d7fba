"""What counts as supply and as demand of a place, as portal.yml says it, and who reaches a place from further off.

``coverage:`` names the types, the field with the place, and conditions; no type is known by name here. What names the
place itself is its own; what names a place above it, or none, reaches it from afar if it can come at all. A record of a
province that cannot come stands somewhere in it, nobody knows where, and counts for no county. Lists of places
(``groups``) know three answers: on it, not on it, and unknown where the vocabulary says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from generator.model import FieldSpec, KezhuError, Record, RecordType, Term, Vocabulary
from generator.picking import YES, Where, as_list, find_path, fits, read_where, refuse_unknown, text_of
from generator.spans import read_span
from generator.track import memo
from generator.views import PLACE, Views

KEYS = {
    "supply": {"type", "at", "where", "but", "until", "wide", "help"},
    "demand": {"type", "at", "where", "but", "until"},
    "named": {"type", "at", "text", "where", "but"},
    "groups": {"name", "title", "short", "mark", "attribute", "is", "but", "size"},
}
"""The words of each list of ``coverage:``."""

STATES = ("both", "supply", "demand", "neither")
"""How a place stands: something of its own and a need; only the one; only the other; neither."""

REACHES = ("own", "middle", "top", "all", "none")
"""From how far off a place is reached at best: something of its own; what serves the prefecture, the province, the
country; nobody."""


@dataclass(frozen=True)
class Line:
    """Records of one type that count: those that meet ``where`` and not ``but``, until the day in ``until``.

    ``at`` is the field with the place. ``wide`` ones come to every place below the one they name; ``help`` are people
    who can be asked, not a place to look at. ``text`` is the field that names a village or town.
    """

    type: RecordType
    at: FieldSpec
    where: Where
    but: Where
    until: str = ""
    wide: bool = False
    help: bool = False
    text: str = ""


@dataclass(frozen=True)
class Group:
    """A list of places: those whose attribute is one of ``wanted`` (none: any) and none of ``unwanted``."""

    name: str
    titles: Any
    short: Any
    mark: Any
    attribute: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    size: int  # how many there are on the list itself; 0 where it does not matter

    def holds(self, term: Term) -> bool | None:
        """Whether a place is on the list; ``None`` where nobody has written it down."""
        given = term.get(self.attribute)
        if not given:
            return None
        return given not in self.unwanted and (not self.wanted or given in self.wanted)


class State(NamedTuple):
    """What there is of a place itself; records by their keys."""

    own: tuple[str, ...] = ()
    help: tuple[str, ...] = ()  # those of its own who can be asked
    asks: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()  # villages and towns as they are written, and the record that names them

    @property
    def kind(self) -> str:
        """One of `STATES`."""
        return STATES[(0 if self.asks else 1) if self.own else (2 if self.asks else 3)]


class Supply:
    """Answers for every place what it has of its own, who reaches it, and what it asks for."""

    def __init__(self, views: Views, today: date) -> None:
        self.views, self.catalogue, self.today = views, views.catalogue, today
        settings = views.portal.get("coverage") or {}
        refuse_unknown(settings, KEYS, "coverage")
        vocabulary = views.catalogue.vocabularies.get(PLACE)
        self.lines = {
            name: tuple(read_line(each, name, views) for each in as_list(settings.get(name)))
            for name in ("supply", "demand", "named")
        }
        self.groups = {group.name: group for group in map(read_group, as_list(settings.get("groups")))}
        self.vocabulary: Vocabulary | None = vocabulary if settings else None

    def places(self, root: str = "") -> Iterator[Term]:
        """The places that are counted: below ``root``, of the usual lowest level, in the order of the vocabulary."""
        vocabulary = self.vocabulary
        if vocabulary is None:
            return
        for term in vocabulary.children(root):
            if vocabulary.children(term.id):
                yield from self.places(term.id)
            elif term.get("level") == self.views.leaf_level(PLACE):
                yield term

    @memo
    def state(self, place: str) -> State:
        """What there is of one place."""
        own = {record.key: line for line, record in self.here(place, "supply")}
        helping = tuple(key for key, line in own.items() if line.help)
        asks = tuple(record.key for _, record in self.here(place, "demand"))
        named = dict.fromkeys(
            (str(record.get(line.text)), record.key) for line, record in self.here(place, "named") if line.text
        )
        return State(tuple(own), helping, asks, tuple(pair for pair in named if pair[0]))

    def here(self, place: str, name: str) -> Iterator[tuple[Line, Record]]:
        """The records that count in one of the lists and name this very place, each with the first line that fits."""
        for record in self.catalogue.at_term(PLACE, place):
            line = self._line(record, name)
            if line is not None and any(term.id == place for term in record.term(line.at.name)):
                yield line, record

    def _line(self, record: Record, name: str) -> Line | None:
        return next(
            (line for line in self.lines[name] if line.type is record.type and self._counts(record, line)), None
        )

    def _counts(self, record: Record, line: Line) -> bool:
        if not fits(record, line.where, self.catalogue) or (line.but and fits(record, line.but, self.catalogue)):
            return False
        ended = read_span(record.get(line.until)) if line.until else None
        return ended is None or ended.last >= self.today

    @memo
    def serving(self, place: str) -> tuple[str, ...]:
        """What comes to every place below the one that it names, which is this; for ``""``: what names none at all."""
        if place:
            return tuple(record.key for line, record in self.here(place, "supply") if line.wide)
        return tuple(
            record.key
            for name in dict.fromkeys(line.type.name for line in self.lines["supply"] if line.wide)
            for record in self.catalogue.by_type.get(name, ())
            if (line := self._line(record, "supply")) is not None and line.wide and not record.term(line.at.name)
        )

    def above(self, place: str) -> tuple[str, ...]:
        """From where something may come to a place: the places above it, the nearest first, and the whole country."""
        ancestors = self.vocabulary.ancestors(place) if self.vocabulary else ()
        return (*(term.id for term in reversed(ancestors)), "")

    def reach(self, place: str) -> str:
        """One of `REACHES`."""
        if self.state(place).own:
            return "own"
        at = next((each for each in self.above(place) if self.serving(each)), None)
        if not at or self.vocabulary is None:
            return "none" if at is None else "all"
        return "middle" if self.vocabulary[at].parent else "top"

    def vague(self, place: str) -> int:
        """How many records of supply stand somewhere in a larger place, nobody knows in which of those that count."""
        return sum(not line.wide for line, _ in self.here(place, "supply"))

    def all_helpers(self) -> Iterator[Record]:
        """Everybody who can be asked anywhere."""
        for name in dict.fromkeys(line.type.name for line in self.lines["supply"] if line.help):
            for record in self.catalogue.by_type.get(name, ()):
                line = self._line(record, "supply")
                if line is not None and line.help:
                    yield record

    def all_asking(self) -> Iterator[Record]:
        """Every record of demand."""
        for name in dict.fromkeys(line.type.name for line in self.lines["demand"]):
            yield from (r for r in self.catalogue.by_type.get(name, ()) if self._line(r, "demand") is not None)

    def told(self, name: str) -> list[dict[str, Any]]:
        """What counts in one of the lists, in words: the type, and its conditions one by one."""
        lang, words = self.views.lang, self.views.words
        found = []
        for line in self.lines[name]:
            says = [self._condition(line, path, wanted, "coverage.is") for path, wanted in line.where.items()]
            says += [self._condition(line, path, wanted, "coverage.is-not") for path, wanted in line.but.items()]
            if line.until:
                says.append(words("coverage.until", field=line.type.by_name[line.until].title(lang)))
            found.append({"type": line.type, "says": says, "wide": line.wide, "help": line.help})
        return found

    def _condition(self, line: Line, path: str, wanted: Iterable[str], key: str) -> str:
        specs = find_path(path, line.type, self.catalogue.types)
        words = self.views.words
        yes_no = (words("page.yes"), words("page.no"))
        values = [text_of(specs[-1], each, self.catalogue, self.views.lang, yes_no) for each in wanted]
        comma = words("page.list.comma")
        return words(key, field=specs[-1].title(self.views.lang), value=comma.join(values))


# ── What the settings say ────────────────────────────────────────────────────────────────────────────────────────────


def read_line(got: Any, name: str, views: Views) -> Line:
    """One line of ``supply``, ``demand`` or ``named``; raises `KezhuError` for what is not there."""
    where = f"portal.yml: coverage: {name}"
    settings: Mapping[str, Any] = got if isinstance(got, Mapping) else {"type": got}
    refuse_unknown(settings, KEYS[name], where)
    record_type = views.catalogue.types.get(str(settings.get("type") or ""))
    if record_type is None:
        raise KezhuError(f"there is no record type {settings.get('type')}", where)
    at = record_type.by_name.get(str(settings.get("at") or PLACE))
    if at is None or at.kind != "term" or at.vocabulary != PLACE:
        raise KezhuError(f"at: {record_type.name} has no field {settings.get('at') or PLACE} with places", where)
    conditions = [read_where(settings.get(key) or {}) for key in ("where", "but")]
    for path in (path for each in conditions for path in each):
        if not find_path(path, record_type, views.catalogue.types):
            raise KezhuError(f"{record_type.name} has no field {path}", where)
    for key in ("until", "text"):
        if settings.get(key) and settings[key] not in record_type.by_name:
            raise KezhuError(f"{key}: {record_type.name} has no field {settings[key]}", where)
    texts = [str(settings.get(key) or "") for key in ("until", "text", "wide", "help")]
    until, text, wide, helps = texts
    flags = [flag.lower() in YES for flag in (wide, helps)]
    return Line(record_type, at, conditions[0], conditions[1], until, flags[0], flags[1], text)


def read_group(got: Any) -> Group:
    """One list of places."""
    refuse_unknown(got, KEYS["groups"], "portal.yml: coverage: groups")
    return Group(
        name=str(got.get("name") or ""),
        titles=got.get("title"),
        short=got.get("short"),
        mark=got.get("mark"),
        attribute=str(got.get("attribute") or got.get("name") or ""),
        wanted=tuple(map(str, as_list(got.get("is")))),
        unwanted=tuple(map(str, as_list(got.get("but")))),
        size=int(got.get("size") or 0),
    )

"""What describes kinds of things: record types and their fields, vocabularies, the portal, and what plans ask.

All of it is read from the catalogue once and never changes while a build runs; records, which do, are in `model`.
Frozen values and nothing else; this room imports no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made  # "field" is also a word of ours
from types import MappingProxyType
from typing import Any, Literal

Value = Any
"""One value of a record: ``str``, a ``list`` of values, or a ``dict`` of values by name; ``None`` when left empty."""

Severity = Literal["error", "warning", "note"]

EMPTY: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a record type, as its schema says.

    ``kind``: ``text`` ``markdown`` ``url`` ``email`` ``phone`` ``date`` ``integer`` ``number`` ``boolean``
    ``term`` ``reference`` ``object``; ``many`` means that the field holds a list of that kind.
    ``descriptor`` is the Table Schema field as written.
    """

    name: str
    kind: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    many: bool = False
    required: bool = False
    vocabulary: str = ""
    reference: str = ""
    part: str = ""  # with reference: the list field of the target whose items are pointed to, written "id#item"
    fields: tuple[FieldSpec, ...] = ()  # of an object
    descriptor: Mapping[str, Any] = made(default_factory=dict)

    def title(self, lang: str) -> str:
        return self.titles.get(lang) or self.titles.get("") or self.name

    def description(self, lang: str) -> str:
        return self.descriptions.get(lang) or self.descriptions.get("") or ""


def referring(fields: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """The fields that point to other records, and the objects that hold such a field."""
    return tuple(spec for spec in fields if spec.reference or referring(spec.fields))


@dataclass(frozen=True, slots=True)
class Facet:
    """A field by which a list is split: ``level`` 0 means the topmost term of a tree, -1 the term itself."""

    field: str
    level: int = -1


@dataclass(frozen=True, slots=True)
class Dates:
    """How a type stands in the calendar: names of its fields, or of the fields of the objects in the field ``list``.

    ``yearly`` days are months or days of any year: ``04``, ``04-15``. ``per`` names reference fields of the record:
    each record that is named there has a calendar of its own.
    """

    starts: str
    ends: str = ""
    place: str = ""
    list: str = ""
    yearly: bool = False
    per: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record: what its schema file says. A type is data; no code knows a type by name."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    fields: tuple[FieldSpec, ...]
    path: str  # of the schema, relative to the root
    schema: Mapping[str, Any]  # the Table Schema descriptor as read
    seal: str = ""
    tone: str = ""  # colour of the seal: "" field, s sky, c accent, n earth, p grey
    order: int = 100
    units: Mapping[str, str] = made(default_factory=dict)  # counter word: 处, 条
    notes: Mapping[str, str] = made(default_factory=dict)  # words that every page of this type shows above the facts
    facets: tuple[Facet, ...] = ()
    sort: tuple[str, ...] = ()  # "-year" is descending; the title breaks ties
    card: tuple[str, ...] = ("summary",)  # fields that a card shows, in order
    names: tuple[str, ...] | None = None  # fields with other names; when given, queries understand records by name
    verify_within: int = 0  # days after which a record should be confirmed anew; 0 is never
    consent: str = ""  # the object that holds a person's consent: given_on, scope
    guards: tuple[str, ...] = ()  # fields that nobody sees without it
    search: tuple[str, ...] = ("summary",)  # fields searched besides the title, terms and references
    calendar: tuple[Dates, ...] = ()
    target: Mapping[str, str] = made(default_factory=dict)  # part of a target -> field; none: the type holds none
    by_name: Mapping[str, FieldSpec] = made(default_factory=dict)

    def title(self, lang: str) -> str:
        return self.titles.get(lang) or self.titles.get("") or self.name

    def description(self, lang: str) -> str:
        return self.descriptions.get(lang) or self.descriptions.get("") or ""

    def unit(self, lang: str) -> str:
        return self.units.get(lang) or self.units.get("") or ""

    def note(self, lang: str) -> str:
        return self.notes.get(lang) or self.notes.get("") or ""

    def withheld(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """The guarded fields that are filled although no consent with a date and a scope stands beside them."""
        given = values.get(self.consent) if self.guards else None
        if isinstance(given, Mapping) and given.get("given_on") and given.get("scope"):
            return ()
        return tuple(name for name in self.guards if values.get(name) not in (None, "", [], {}))


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary: a county, a crop, a kind of service."""

    vocabulary: str
    id: str
    title: str
    parent: str = ""
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()  # the aliases that may also mean something else
    titles: Mapping[str, str] = made(default_factory=dict)  # by language
    attributes: Mapping[str, str] = made(default_factory=dict)  # every other column of the CSV, as text
    line: int = 1

    def label(self, lang: str = "") -> str:
        return self.titles.get(lang) or self.title

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def short(self) -> str:
        """What people call it: 北京 for 北京市."""
        return self.attributes.get("short") or self.title


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list or tree of terms in the order of its CSV file; ``pages`` gives each term a page of its own."""

    name: str
    terms: Mapping[str, Term]
    path: str = ""
    titles: Mapping[str, str] = made(default_factory=dict)
    seal: str = ""
    pages: bool = False
    abbreviates: bool = False  # a term's aliases are what its title is cut down to inside longer names
    search: str = ""  # "true": its names are understood in queries, although its terms have no pages; "soft": they
    # are, but narrow nothing down, because whoever says 种植 or 技术 seldom means it
    links: Mapping[str, str] = made(default_factory=dict)  # column -> vocabulary whose ids it holds ("" for name/id)
    children_of: Mapping[str, tuple[Term, ...]] = made(default_factory=dict)  # "" holds the roots
    by_name: Mapping[str, tuple[Term, ...]] = made(default_factory=dict)  # title or alias -> terms that bear it

    def title(self, lang: str) -> str:
        return self.titles.get(lang) or self.titles.get("") or self.name

    def __contains__(self, term_id: object) -> bool:
        return term_id in self.terms

    def __getitem__(self, term_id: str) -> Term:
        return self.terms[term_id]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def __len__(self) -> int:
        return len(self.terms)

    def children(self, term_id: str = "") -> tuple[Term, ...]:
        return self.children_of.get(term_id, ())

    def ancestors(self, term_id: str) -> tuple[Term, ...]:
        """From the root down to the term's parent."""
        chain: list[Term] = []
        parent = self.terms[term_id].parent
        while parent:
            chain.append(self.terms[parent])
            parent = self.terms[parent].parent
        return tuple(reversed(chain))

    def lineage(self, term_id: str) -> tuple[Term, ...]:
        """From the root down to the term itself."""
        return (*self.ancestors(term_id), self.terms[term_id])

    def resolve(self, word: str) -> Term | None:
        """The term meant by an id, a title or an alias that only one term bears; otherwise ``None``."""
        if word in self.terms:
            return self.terms[word]
        found = self.by_name.get(word, ())
        return found[0] if len(found) == 1 and word not in found[0].ambiguous else None


def in_language(value: Value, lang: str, own: str) -> Value:
    """A setting in a language: of ``{zh: …, en: …}`` that one, else the portal's ``own``; plain words as they are."""
    if isinstance(value, Mapping) and ("zh" in value or "en" in value):
        return value.get(lang) or value.get(own) or ""
    return "" if value is None else value


@dataclass(frozen=True, slots=True)
class Portal:
    """``catalogue/portal.yml``: the portal's own words and switches, by name; see CONTRIBUTING for each."""

    name: str
    language: str
    settings: Mapping[str, Any] = made(default_factory=dict)

    def get(self, name: str, default: Any = "") -> Any:
        """A setting as written; a text may be a mapping of languages."""
        return self.settings.get(name, default)

    def words(self, name: str, lang: str) -> Value:
        """A setting in the page's language."""
        return in_language(self.settings.get(name), lang, self.language)


@dataclass(frozen=True, slots=True)
class Label:
    """Words in every language, written by maintainers: what a plan asks."""

    titles: Mapping[str, str]

    def title(self, lang: str) -> str:
        return self.titles.get(lang) or next(iter(self.titles.values()), "")


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a plan asks of certain records: ``check``, from `duties`, tells whether a record does it."""

    id: str
    holder: str  # key of the record that holds the plan
    part: str  # of that record: the item that asks for it
    plan: Label  # what the plan is called
    clause: Label  # where it stands in the plan
    asked: Label
    advice: Label
    severity: Severity
    type: str  # of the records that it is about
    where: Any  # which of them, from `duties`
    check: Any
    given: tuple[str, ...] = ()  # fields that have to be filled in, or it does not concern a record
    ended: str = ""  # a field with a date after which nothing is asked any more
    within: FieldSpec | None = None  # a field with places: it is asked only at those that the plan's own record names


@dataclass(frozen=True, slots=True)
class Plan:
    """What one plan asks: a file of ``catalogue/plans``."""

    id: str
    type: str  # of the record that holds the plan
    name: Label
    duties: tuple[Duty, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Somebody decided that a record need not do what a duty asks: why, when, who, and until which day or for good."""

    duty: str
    record: str
    reason: str
    decided_on: str
    decided_by: str
    until: str = ""
    line: int = 1

    def holds(self, today: str) -> bool:
        """Whether it is in force on a day, written ``2026-11-22``."""
        return self.decided_on <= today and (not self.until or today <= self.until)

"""What can be found: a document for each record and each term with a page, with its card, its facets and its tokens.

Every word is turned into a code of plain letters (`tokens`), here for the documents and in
``site_overrides/assets/search.js`` for the query. A mark says where a code stands (`SELF` … `CONTEXT`), since Pagefind
tells a script which documents hold a word but not with which weight; search.js asks for a code under each of its marks,
and weighs.

A concept comes from the fields of a record, and a title or text only says more exactly what a field says: a park in
茶陵县 does not grow tea.

This room refuses the markup of pages: a card is drawn by search.js from the values given here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import NamedTuple

from generator.lexicon import Lexicon, cut_down, make_lexicon, simplified
from generator.model import Catalogue, FieldSpec, Record, RecordType, Term, Value, Vocabulary, iter_texts
from generator.tokens import concept, findable, fold, pairs_of
from generator.words import Words

TYPES = "record_type"
"""The vocabulary whose terms are the record types, where a portal has one: 案例 then asks for cases."""

PLACES = "region"
"""The vocabulary whose terms are places, which a card shows above its title."""

# Where a token stands. The letters come after o: behind a single character they cannot be taken for a second one.
# search.js gives them their weights: a title's words count five times a text's.
SELF, TITLE, FIELD, TEXT, CONTEXT = "s", "t", "f", "x", "r"

EVERY = "a"  # a word of every document: no page is without words
DATES = ("verified_on", "source_date", "year")  # what is newest: when it was confirmed, told, or took place
TAKEN = ("q", "sort", "type", "year")  # names that mean something else in the address of the search page
TEXT_LIMIT = 1000  # characters indexed per document: five times the text makes the bundle five times as large
LINE_LIMIT = 120  # characters of one line of a card
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")


class Filter(NamedTuple):
    """One value of a facet; ``order`` says where the value stands among the others."""

    facet: str
    facet_title: str
    value: str
    label: str
    order: int
    url: str = ""


class Finer(NamedTuple):
    """A choice that opens once ``value`` of ``facet`` is chosen: its counties, or the kinds of a type.

    ``path`` leads from the first step below that value down to the document's own: (value, label, line of the term).
    """

    facet: str
    value: str
    name: str
    title: str
    path: tuple[tuple[str, str, int], ...]


class Document(NamedTuple):
    """A page that can be found: what its card shows, and the tokens by which it is found.

    ``blocks`` holds (mark, tokens in any order), each token once, where it weighs most. A concept: `SELF` the page is
    about this very term, `FIELD` a field names it or one below it, `CONTEXT` it lies around a place, which makes
    “湖南 茶陵” find the county but does not make “湖南” list all its counties. A word: `TITLE` or `TEXT`.
    """

    key: str
    url: str
    title: str
    type: str
    type_title: str
    seal: str
    tone: str
    place: str
    lines: tuple[str, ...]
    blocks: tuple[tuple[str, frozenset[str]], ...]
    filters: tuple[Filter, ...]
    finer: tuple[Finer, ...] = ()
    dated: tuple[str, str] = ("", "")  # the day by which “newest first” sorts, and the field that it comes from


def documents(catalogue: Catalogue, lang: str, lexicon: Lexicon | None = None) -> Iterator[Document]:
    """One document per record, then one per term with a page and records; in the portal's order.

    The page of a term without records is found by its name alone: the lexicon holds its label.
    """
    make = Maker(catalogue, lang, lexicon or make_lexicon(catalogue.vocabularies.values(), record_names(catalogue)))
    for name in catalogue.types:
        yield from map(make.record, catalogue.by_type.get(name, ()))
    yield from (make.term(vocabulary, term) for vocabulary, term in found_terms(catalogue))


def found_terms(catalogue: Catalogue) -> Iterator[tuple[Vocabulary, Term]]:
    """The terms that have a document: those with a page and records."""
    for vocabulary in catalogue.vocabularies.values():
        for term in vocabulary if vocabulary.pages else ():
            if any(catalogue.counts(vocabulary.name, term.id).values()):
                yield vocabulary, term


def record_names(catalogue: Catalogue) -> dict[str, list[str]]:
    """The names of records that queries understand, by key."""
    return {
        record.key: names_of(record)
        for records in catalogue.by_type.values()
        for record in records
        if record.type.names is not None
    }


def names_of(record: Record) -> list[str]:
    """All names of a record."""
    return [record.title, *(str(name) for field in record.type.names or () for name in record.list(field))]


def known(documents: Iterable[Document], lexicon: Lexicon) -> dict[str, int]:
    """How many documents hold each concept of the lexicon."""
    return known_of(
        Counter(chain.from_iterable(block for document in documents for _, block in document.blocks)), lexicon
    )


def known_of(counts: Mapping[str, int], lexicon: Lexicon) -> dict[str, int]:
    """The same, where it is counted already how many documents hold each token."""
    keys = set(chain.from_iterable(lexicon.forms.values()))
    return {key: counts.get(concept(*key.split("/", 1)), 0) for key in sorted(keys)}


def place_of(catalogue: Catalogue, terms: Iterable[Term]) -> str:
    """The topmost place above all of a record's places, where there is just one and places have pages."""
    places = catalogue.vocabularies.get(PLACES)
    if places is None or not places.pages:
        return ""
    tops = {places.lineage(term.id)[0].id for term in terms if term.vocabulary == PLACES}
    return tops.pop() if len(tops) == 1 else ""


def vocabularies_of(catalogue: Catalogue) -> set[str]:
    """The vocabularies whose terms are fields of records; the others are met in texts and in parts of fields only."""
    return {TYPES, *(spec.vocabulary for record_type in catalogue.types.values() for spec in record_type.fields)}


@dataclass(frozen=True)
class Ear:
    """What is understood of a text beside its words. ``spoken``: the vocabularies that no field takes terms of."""

    lexicon: Lexicon
    spoken: frozenset[str]
    vocabularies: Mapping[str, Vocabulary]
    shorter: Sequence[Term]
    paths: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # of terms met so far, from the topmost down

    def heard(self, text: str, pairs: Sequence[str] | None = None) -> dict[int, str]:
        """Where a plain text says which names."""
        return dict(self.lexicon.mentions.hits(text, pairs))

    def mentioned(
        self, heard: Mapping[int, str], held: Container[tuple[str, str]] = (), *, proper: bool = False
    ) -> list[str]:
        """The concepts of no field that a text names: a disease, a variety. A crop comes from its field; a text may
        only say more exactly what is ``held``: where the field says fish, a title that says turtle is believed. A
        ``proper`` name, of a body that queries understand, says itself what it is about: 中国茶叶学会."""
        found: list[str] = []
        for key in self.lexicon.mentions.concepts(heard.values()):
            name, _, term = key.partition("/")
            if name in self.spoken:
                found.append(concept(name, term))
            elif name in self.vocabularies and name != PLACES:
                above = self.paths.get(key)
                if above is None:
                    above = self.paths[key] = [(name, each.id) for each in self.vocabularies[name].lineage(term)]
                if (proper and self.vocabularies[name].pages) or any(each in held for each in above):
                    found += [concept(name, each) for _, each in above]
        return found

    def about(self, name: str) -> list[str]:
        """What a proper name says that its body is about, where only a single character says so: 中国蚕学会."""
        meant = [self.lexicon.forms.get(character, ()) for character in name]
        terms = [key[0].partition("/") for key in meant if len(key) == 1]
        return [
            concept(vocabulary, each.id)
            for vocabulary, _, term in terms
            if vocabulary in self.vocabularies and vocabulary != PLACES and self.vocabularies[vocabulary].pages
            for each in self.vocabularies[vocabulary].lineage(term)
        ]

    def cut_down(self, record: Record) -> list[str]:
        """A record's name as people cut it down, where queries understand its name."""
        return [] if record.type.names is None else list(cut_down(record.title, self.shorter))


@dataclass(frozen=True, slots=True)
class Share:
    """What a term adds to the documents of all records that bear it."""

    concepts: tuple[str, ...]
    words: tuple[str, ...]
    filter: Filter | None
    finer: tuple[Finer, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type says of all its records: ``kinds``, the fields that only this type is split by."""

    filter: Filter
    concepts: tuple[str, ...]
    references: tuple[FieldSpec, ...]
    objects: tuple[FieldSpec, ...]
    kinds: tuple[FieldSpec, ...]
    card: tuple[FieldSpec, ...]


class Maker:
    """Makes documents. The one of a record is made of its values, its terms, what it names (whether it is there, and
    its title), and of what is the same for all: types, vocabularies, the lexicon's terms (`heard`)."""

    def __init__(self, catalogue: Catalogue, lang: str, lexicon: Lexicon) -> None:
        self.catalogue, self.lang, self.words = catalogue, lang, Words(lang)
        vocabularies = catalogue.vocabularies
        self.ear = Ear(
            lexicon,
            frozenset(vocabularies) - vocabularies_of(catalogue),
            vocabularies,
            [term for vocabulary in vocabularies.values() if vocabulary.abbreviates for term in vocabulary],
        )
        self.shares: dict[tuple[str, str], Share] = {}
        self.kinds = {name: self._kind(record_type) for name, record_type in catalogue.types.items()}
        self.places: dict[str, str] = {}
        self.starts: dict[str, list[int]] = {}  # where names begin in a title, of the documents made so far

    def record(self, record: Record) -> Document:
        """The document of a record."""
        kind, record_type, lang = self.kinds[record.type.name], record.type, self.lang
        concepts = list(kind.concepts)
        named: list[str] = []
        filters, finer = [kind.filter], list(self._split(record, kind))
        held: set[tuple[str, str]] = set()
        for name, terms in sorted(record.terms.items()):
            for term in terms:
                key = (term.vocabulary, term.id)
                held.add(key)
                said = self.shares.get(key) or self._share(*key)
                concepts += said.concepts
                named += said.words
                if name == term.vocabulary and said.filter:
                    filters.append(said.filter)
                    finer += said.finer
        year = record.get("year")
        if isinstance(year, str) and year.isdecimal():
            filters.append(Filter("year", self.words("search.facet.year"), year, year, -int(year)))
        targets = [target for spec in kind.references for target, _ in self.catalogue.targets(record, spec)]
        others = [target.title for target in targets]
        concepts += [concept(target.type.name, target.id) for target in targets if target.type.names is not None]
        for spec, _, part in iter_texts(record.values, kind.objects) if kind.objects else ():
            vocabulary = self.catalogue.vocabularies[spec.vocabulary] if spec.vocabulary else None
            if vocabulary is not None and vocabulary.search and part in vocabulary:
                concepts += [concept(vocabulary.name, each.id) for each in vocabulary.lineage(part)]
            elif spec.descriptor.get("type") == "year":
                named += _words(part)
        for name in (*others, str(year), *self.ear.cut_down(record)):
            named += _words(name)
        title = plain(record.title)
        text = plain(" ".join(map(_text, map(record.get, record_type.search)))[:TEXT_LIMIT])
        begun, read = pairs_of(title), pairs_of(text)
        named += self.ear.mentioned(self.ear.heard(text, read), held)
        if others:
            named += self.ear.mentioned(self.ear.heard(plain(" ".join(others))))
        heard = self.ear.heard(title, begun)
        self.starts[title] = list(heard)
        own = []
        of_title = self.ear.mentioned(heard, held)
        if record_type.names is not None:
            own = [concept(record_type.name, record.id)]
            proper = self.ear.mentioned(heard, held, proper=True)
            of_title = proper if proper != of_title else [*proper, *self.ear.about(title)]
        return Document(
            key=record.key,
            url=record.url,
            title=record.title,
            type=record_type.name,
            type_title=record_type.title(lang),
            seal=record_type.seal,
            tone=record_type.tone,
            place=self._place(record.term(PLACES)),
            lines=tuple(self._lines(record, kind)),
            blocks=_blocks(
                (SELF, own),
                (TITLE, findable(title, begun)),
                (FIELD, (*concepts, *of_title)),
                (TEXT, findable(text, read).union(named)),
            ),
            filters=tuple(dict.fromkeys(filters)),
            finer=tuple(dict.fromkeys(finer)),
            dated=next(((day, name) for name in DATES if (day := _text(record.get(name)))), ("", "")),
        )

    def term(self, vocabulary: Vocabulary, term: Term) -> Document:
        """The document of a term: made of the vocabulary, and of how many records of each type are at it or below."""
        lang, above = self.lang, vocabulary.ancestors(term.id)
        around = [concept(vocabulary.name, each.id) for each in above]
        names = " ".join((*_names(term, lang), term.short))
        also = " ".join(alias for alias in term.aliases if alias not in term.ambiguous)
        return Document(
            key=f"{vocabulary.name}/{term.id}",
            url=f"{vocabulary.name}/{term.id}.html",
            title=term.label(lang),
            type=vocabulary.name,
            type_title=vocabulary.title(lang),
            seal=vocabulary.seal,
            tone="",
            place=" ".join(_steps(above, lang)),
            lines=(_holdings(self.catalogue, vocabulary, term, lang, self.words),),
            blocks=_blocks(
                (SELF, [concept(vocabulary.name, term.id)]),
                (TITLE, _words(names)),
                (TEXT, _words(also)),
                (CONTEXT, around),
            ),
            filters=(self._type_filter(vocabulary.name), _term_filter(vocabulary, term, lang)),
            finer=tuple(_finer(vocabulary, term, lang)),
        )

    def _kind(self, record_type: RecordType) -> Kind:
        split = [record_type.by_name.get(each.field) for each in record_type.facets]
        fields, vocabularies = record_type.fields, self.catalogue.vocabularies
        return Kind(
            self._type_filter(record_type.name),
            (concept(TYPES, record_type.name),) if TYPES in vocabularies else (),
            tuple(spec for spec in fields if spec.kind == "reference"),
            tuple(spec for spec in fields if spec.kind == "object"),
            tuple(
                spec
                for spec in split
                if spec and spec.kind == "term" and spec.name not in TAKEN and not vocabularies[spec.vocabulary].pages
            ),
            tuple(spec for name in record_type.card if (spec := record_type.by_name.get(name)) is not None),
        )

    def _share(self, name: str, term_id: str) -> Share:
        vocabulary, lang = self.catalogue.vocabularies[name], self.lang
        term, lineage = vocabulary[term_id], vocabulary.lineage(term_id)
        understood = lineage if vocabulary.pages or vocabulary.search else ()
        named = [term] if vocabulary.pages else lineage
        foreign = name != PLACES or not vocabulary.pages
        names = [each for one in named for each in (*_names(one, lang), *(one.titles.values() if foreign else ()))]
        share = self.shares[name, term_id] = Share(
            tuple(concept(name, each.id) for each in understood),
            tuple(code for each in names for code in _words(each)),
            _term_filter(vocabulary, term, lang) if vocabulary.pages else None,
            tuple(_finer(vocabulary, term, lang)) if vocabulary.pages else (),
        )
        return share

    def _type_filter(self, name: str) -> Filter:
        types, title = self.catalogue.types, self.words("search.facet.type")
        if name in types:
            return Filter("type", title, name, types[name].title(self.lang), list(types).index(name))
        vocabularies = self.catalogue.vocabularies
        order = len(types) + list(vocabularies).index(name)
        return Filter("type", title, name, vocabularies[name].title(self.lang), order)

    def _split(self, record: Record, kind: Kind) -> Iterator[Finer]:
        """What the record's type is split by in its lists and other types are not: kind, state, discipline."""
        for spec in kind.kinds:
            vocabulary = self.catalogue.vocabularies[spec.vocabulary]
            for term in record.term(spec.name):
                path = _path(vocabulary.lineage(term.id), self.lang)
                yield Finer("type", record.type.name, spec.name, spec.title(self.lang), path)

    def _place(self, places: Sequence[Term]) -> str:
        """“河南 南阳市 西峡县”, for the first two places."""
        regions = self.catalogue.vocabularies.get(PLACES)
        if regions is None:
            return ""
        for place in places[:2]:
            if place.id not in self.places:
                self.places[place.id] = " ".join(_steps(regions.lineage(place.id), self.lang))
        return "、".join(self.places[place.id] for place in places[:2]) + ("…" if len(places) > 2 else "")

    def _lines(self, record: Record, kind: Kind) -> Iterator[str]:
        """What a card says under the title: one line for each of the type's card fields that has a value."""
        for spec in kind.card:
            line = " ".join(self._shown(record, spec).split())
            if line:
                yield line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"

    def _shown(self, record: Record, spec: FieldSpec) -> str:
        if spec.kind == "term":
            return "、".join(term.label(self.lang) for term in record.term(spec.name))
        if spec.kind == "reference":
            return "、".join(target.title for target, _ in self.catalogue.targets(record, spec))
        return _text(record.get(spec.name))


def _holdings(catalogue: Catalogue, vocabulary: Vocabulary, term: Term, lang: str, words: Words) -> str:
    """What stands on a term's page: “示范基地 3 处，典型案例 2 条”."""
    counts = catalogue.counts(vocabulary.name, term.id)
    held = [
        words("search.holding", type=kind.title(lang), n=counts[name], unit=kind.unit(lang)).strip()
        for name, kind in catalogue.types.items()
        if counts.get(name)
    ]
    return words("search.holding.join").join(held) if held else words("search.holding.none")


def _blocks(*marked: tuple[str, Iterable[str]]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each token once, where it weighs most: repetitions only make the bundle larger."""
    seen: frozenset[str] = frozenset()
    blocks = []
    for mark, found in marked:
        new = frozenset(found) - seen
        if new:
            blocks.append((mark, new))
            seen |= new
    return tuple(blocks)


@cache
def _words(name: str) -> tuple[str, ...]:
    """The codes of a name that many documents hold."""
    return tuple(findable(plain(name)))


def plain(text: str) -> str:
    """A text as it is understood: simple characters, one width, no capitals."""
    return fold(simplified(text))


def _names(term: Term, lang: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((term.title, term.label(lang))))


def _term_filter(vocabulary: Vocabulary, term: Term, lang: str) -> Filter:
    """The topmost term above: a list of a thousand counties helps nobody to choose."""
    top = vocabulary.lineage(term.id)[0]
    roots = vocabulary.children()
    order = next((n for n, root in enumerate(roots) if root.id == top.id), len(roots))
    label = top.short if top.label(lang) == top.title else top.label(lang)
    return Filter(vocabulary.name, vocabulary.title(lang), top.id, label, order, f"{vocabulary.name}/{top.id}.html")


def _finer(vocabulary: Vocabulary, term: Term, lang: str) -> Iterator[Finer]:
    """The way from the topmost term above down to this one; none for a topmost term."""
    top, *below = vocabulary.lineage(term.id)
    if below:
        yield Finer(vocabulary.name, top.id, vocabulary.name, vocabulary.title(lang), _path(below, lang))


def _path(terms: Sequence[Term], lang: str) -> tuple[tuple[str, str, int], ...]:
    return tuple((term.id, term.label(lang), term.line) for term in terms)


def _steps(lineage: Sequence[Term], lang: str) -> list[str]:
    """The names along a path; the first as people say it, since it only leads to the rest."""
    return [
        term.short if not number and term.label(lang) == term.title else term.label(lang)
        for number, term in enumerate(lineage)
    ]


def _text(value: Value) -> str:
    """All text of a value; addresses behind the links of a Markdown text are no words."""
    if isinstance(value, str):
        return ADDRESS.sub(" ", value) if "](" in value or "http" in value else value
    if isinstance(value, Mapping):
        return " ".join(_text(each) for each in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_text(each) for each in value)
    return ""

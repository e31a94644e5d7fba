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
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain, filterfalse

from generator.lexicon import Lexicon, cut_down, make_lexicon, simplified
from generator.model import Catalogue, FieldSpec, Record, Term, Value, Vocabulary, iter_texts
from generator.tokens import concept, findable, fold
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


@dataclass(frozen=True, slots=True)
class Filter:
    """One value of a facet; ``order`` says where the value stands among the others."""

    facet: str
    facet_title: str
    value: str
    label: str
    order: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finer:
    """A choice that opens once ``value`` of ``facet`` is chosen: its counties, or the kinds of a type.

    ``path`` leads from the first step below that value down to the document's own: (value, label, line of the term).
    """

    facet: str
    value: str
    name: str
    title: str
    path: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A page that can be found: what its card shows, and the tokens by which it is found.

    ``blocks`` holds (mark, tokens), each token once, where it weighs most. A concept: `SELF` the page is about this
    very term, `FIELD` a field names it or one below it, `CONTEXT` it lies around a place, which makes “湖南 茶陵” find
    the county but does not make “湖南” list all its counties. A word: `TITLE` or `TEXT`.
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
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    filters: tuple[Filter, ...]
    finer: tuple[Finer, ...] = ()
    dated: tuple[str, str] = ("", "")  # the day by which “newest first” sorts, and the field that it comes from


def documents(catalogue: Catalogue, lang: str, lexicon: Lexicon | None = None) -> Iterator[Document]:
    """One document per record, then one per term with a page and records; in the portal's order.

    The page of a term without records is found by its name alone: the lexicon holds its label.
    """
    words = Words(lang)
    lexicon = lexicon or make_lexicon(catalogue.vocabularies.values(), record_names(catalogue))
    ear = Ear(
        lexicon,
        frozenset(catalogue.vocabularies) - vocabularies_of(catalogue),
        catalogue.vocabularies,
        [term for vocabulary in catalogue.vocabularies.values() if vocabulary.abbreviates for term in vocabulary],
    )
    share = cache(partial(_share, catalogue, lang))
    paged = [vocabulary for vocabulary in catalogue.vocabularies.values() if vocabulary.pages]
    for records in (catalogue.by_type.get(name, ()) for name in catalogue.types):
        for record in records:
            yield _record_document(catalogue, record, lang, words, ear, share)
    for vocabulary in paged:
        for term in vocabulary:
            if any(catalogue.counts(vocabulary.name, term.id).values()):
                yield _term_document(catalogue, vocabulary, term, lang, words)


def record_names(catalogue: Catalogue) -> dict[str, list[str]]:
    """The names of records that queries understand, by key."""
    return {
        record.key: [record.title, *(str(name) for field in record.type.names for name in record.list(field))]
        for records in catalogue.by_type.values()
        for record in records
        if record.type.names is not None
    }


def known(documents: Iterable[Document], lexicon: Lexicon) -> dict[str, int]:
    """How many documents hold each concept of the lexicon."""
    counts = Counter(chain.from_iterable(block for document in documents for _, block in document.blocks))
    keys = {key for concepts in lexicon.forms.values() for key in concepts}
    return {key: counts[concept(*key.split("/", 1))] for key in sorted(keys)}


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

    def mentioned(self, text: str, held: Container[tuple[str, str]] = (), *, proper: bool = False) -> list[str]:
        """The concepts of no field that a plain text names: a disease, a variety. A crop comes from its field; a text
        may only say more exactly what is ``held``: where the field says fish, a title that says turtle is believed. A
        ``proper`` name, of a body that queries understand, says itself what it is about: 中国茶叶学会."""
        found: list[str] = []
        for key in self.lexicon.mentions.find(text):
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


def _share(catalogue: Catalogue, lang: str, name: str, term_id: str) -> Share:
    vocabulary = catalogue.vocabularies[name]
    term, lineage = vocabulary[term_id], vocabulary.lineage(term_id)
    understood = lineage if vocabulary.pages or vocabulary.search else ()
    named = [term] if vocabulary.pages else lineage
    foreign = name != PLACES or not vocabulary.pages
    names = [each for one in named for each in (*_names(one, lang), *(one.titles.values() if foreign else ()))]
    return Share(
        tuple(concept(name, each.id) for each in understood),
        tuple(code for each in names for code in _words(each)),
        _term_filter(vocabulary, term, lang) if vocabulary.pages else None,
        tuple(_finer(vocabulary, term, lang)) if vocabulary.pages else (),
    )


def _record_document(
    catalogue: Catalogue, record: Record, lang: str, words: Words, ear: Ear, share: Callable[[str, str], Share]
) -> Document:
    concepts: list[str] = [concept(TYPES, record.type.name)] if TYPES in catalogue.vocabularies else []
    named: list[str] = []
    filters = [_type_filter(catalogue, record.type.name, words, lang)]
    finer: list[Finer] = list(_kinds(catalogue, record, lang))
    held: set[tuple[str, str]] = set()
    for name, terms in sorted(record.terms.items()):
        for term in terms:
            held.add((term.vocabulary, term.id))
            said = share(term.vocabulary, term.id)
            concepts += said.concepts
            named += said.words
            if name == term.vocabulary and said.filter:
                filters.append(said.filter)
                finer += said.finer
    year = record.get("year")
    if isinstance(year, str) and year.isdecimal():
        filters.append(Filter("year", words("search.facet.year"), year, year, -int(year)))
    others: list[str] = []
    for spec in record.type.fields:
        if spec.kind == "reference":
            targets = [target for target, _ in catalogue.targets(record, spec)]
            others += [target.title for target in targets]
            concepts += [concept(target.type.name, target.id) for target in targets if target.type.names is not None]
    for spec, _, part in iter_texts(record.values, [spec for spec in record.type.fields if spec.kind == "object"]):
        if spec.vocabulary and (vocabulary := catalogue.vocabularies[spec.vocabulary]).search and part in vocabulary:
            concepts += [concept(vocabulary.name, each.id) for each in vocabulary.lineage(part)]
        elif spec.descriptor.get("type") == "year":
            named += _words(part)
    named += [code for name in (*others, str(record.get("year")), *ear.cut_down(record)) for code in _words(name)]
    title = plain(record.title)
    of_title = ear.mentioned(title, held, proper=record.type.names is not None)
    if record.type.names is not None and of_title == ear.mentioned(title, held):
        of_title += ear.about(title)
    text = plain(" ".join(_text(record.get(name)) for name in record.type.search)[:TEXT_LIMIT])
    return Document(
        key=record.key,
        url=record.url,
        title=record.title,
        type=record.type.name,
        type_title=record.type.title(lang),
        seal=record.type.seal,
        tone=record.type.tone,
        place=_place(catalogue, record.term(PLACES), lang),
        lines=tuple(_lines(catalogue, record, lang)),
        blocks=_blocks(
            (SELF, [concept(record.type.name, record.id)] if record.type.names is not None else []),
            (TITLE, findable(title)),
            (FIELD, [*concepts, *of_title]),
            (TEXT, [*ear.mentioned(text, held), *ear.mentioned(plain(" ".join(others))), *named, *findable(text)]),
        ),
        filters=tuple(dict.fromkeys(filters)),
        finer=tuple(dict.fromkeys(finer)),
        dated=next(((day, name) for name in DATES if (day := _text(record.get(name)))), ("", "")),
    )


def _term_document(catalogue: Catalogue, vocabulary: Vocabulary, term: Term, lang: str, words: Words) -> Document:
    above = vocabulary.ancestors(term.id)
    around = [concept(vocabulary.name, each.id) for each in above]
    title = term.label(lang)
    names = " ".join((*_names(term, lang), term.short))
    also = " ".join(alias for alias in term.aliases if alias not in term.ambiguous)
    return Document(
        key=f"{vocabulary.name}/{term.id}",
        url=f"{vocabulary.name}/{term.id}.html",
        title=title,
        type=vocabulary.name,
        type_title=vocabulary.title(lang),
        seal=vocabulary.seal,
        tone="",
        place=" ".join(_steps(above, lang)),
        lines=(_holdings(catalogue, vocabulary, term, lang, words),),
        blocks=_blocks(
            (SELF, [concept(vocabulary.name, term.id)]), (TITLE, _words(names)), (TEXT, _words(also)), (CONTEXT, around)
        ),
        filters=(_type_filter(catalogue, vocabulary.name, words, lang), _term_filter(vocabulary, term, lang)),
        finer=tuple(_finer(vocabulary, term, lang)),
    )


def _holdings(catalogue: Catalogue, vocabulary: Vocabulary, term: Term, lang: str, words: Words) -> str:
    """What stands on a term's page: “示范基地 3 处，典型案例 2 条”."""
    counts = catalogue.counts(vocabulary.name, term.id)
    held = [
        words("search.holding", type=kind.title(lang), n=counts[name], unit=kind.unit(lang)).strip()
        for name, kind in catalogue.types.items()
        if counts.get(name)
    ]
    return words("search.holding.join").join(held) if held else words("search.holding.none")


def _blocks(*marked: tuple[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each token once, where it weighs most: repetitions only make the bundle larger."""
    seen: set[str] = set()
    blocks = []
    for mark, found in marked:
        new = tuple(filterfalse(seen.__contains__, dict.fromkeys(found)))
        seen.update(new)
        if new:
            blocks.append((mark, new))
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


def _type_filter(catalogue: Catalogue, name: str, words: Words, lang: str) -> Filter:
    types, title = list(catalogue.types), words("search.facet.type")
    if name in catalogue.types:
        return Filter("type", title, name, catalogue.types[name].title(lang), types.index(name))
    order = len(types) + list(catalogue.vocabularies).index(name)
    return Filter("type", title, name, catalogue.vocabularies[name].title(lang), order)


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


def _kinds(catalogue: Catalogue, record: Record, lang: str) -> Iterator[Finer]:
    """What the record's type is split by in its lists and other types are not: kind, state, discipline."""
    for each in record.type.facets:
        spec = record.type.by_name.get(each.field)
        if spec is None or spec.kind != "term" or spec.name in TAKEN:
            continue
        vocabulary = catalogue.vocabularies[spec.vocabulary]
        if vocabulary.pages:
            continue  # a facet of all types
        for term in record.term(spec.name):
            path = _path(vocabulary.lineage(term.id), lang)
            yield Finer("type", record.type.name, spec.name, spec.title(lang), path)


def _path(terms: Sequence[Term], lang: str) -> tuple[tuple[str, str, int], ...]:
    return tuple((term.id, term.label(lang), term.line) for term in terms)


def _place(catalogue: Catalogue, places: Sequence[Term], lang: str) -> str:
    """“河南 南阳市 西峡县”, for the first two places."""
    regions = catalogue.vocabularies.get(PLACES)
    if regions is None:
        return ""
    shown = [" ".join(_steps(regions.lineage(place.id), lang)) for place in places[:2]]
    return "、".join(shown) + ("…" if len(places) > 2 else "")


def _steps(lineage: Sequence[Term], lang: str) -> list[str]:
    """The names along a path; the first as people say it, since it only leads to the rest."""
    return [
        term.short if not number and term.label(lang) == term.title else term.label(lang)
        for number, term in enumerate(lineage)
    ]


def _lines(catalogue: Catalogue, record: Record, lang: str) -> Iterator[str]:
    """What a card says under the title: one line for each of the type's card fields that has a value."""
    for name in record.type.card:
        spec = record.type.by_name.get(name)
        if spec is None:
            continue
        line = " ".join(_shown(catalogue, record, spec, lang).split())
        if line:
            yield line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"


def _shown(catalogue: Catalogue, record: Record, spec: FieldSpec, lang: str) -> str:
    if spec.kind == "term":
        return "、".join(term.label(lang) for term in record.term(spec.name))
    if spec.kind == "reference":
        return "、".join(target.title for target, _ in catalogue.targets(record, spec))
    return _text(record.get(spec.name))


def _text(value: Value) -> str:
    """All text of a value; addresses behind the links of a Markdown text are no words."""
    if isinstance(value, str):
        return re.sub(r"\]\([^)]*\)|https?://\S+", " ", value)
    if isinstance(value, Mapping):
        return " ".join(_text(each) for each in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_text(each) for each in value)
    return ""

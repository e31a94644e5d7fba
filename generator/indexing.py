"""The search part of a site in parts, each with a key: bundles, lexicon, suggestions; and what is kept between builds.

Says which part is made of what; what is in a part is said in `documents`, `search`, `namefiles` and `suggest`.

A document is made of its record (told by a digest), of the titles of the records that it names, and of what is the same
for all: code, types, vocabularies, words (the seal), and the names that are heard in texts (the ear). So a part's key
is known before any document is made, and one changed record costs reading the documents of one part.
"""

from __future__ import annotations

import gc
import json
import sys
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property, partial
from hashlib import blake2b, sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from generator import lexicon, namefiles, search, store, suggest
from generator.documents import PLACES, Document, Filter, Finer, Maker, found_terms, known_of, names_of, place_of
from generator.lexicon import Lexicon
from generator.model import Catalogue, Page, Record, Vocabulary
from generator.tokens import is_concept, is_pair
from generator.words import Words

HEARD = ("search/pinyin/", "search/typo/", "search/body/", "search/begun.json")
CODE = (
    "bundle",
    "documents",
    "hearing",
    "indexing",
    "lexicon",
    "model",
    "namefiles",
    "search",
    "suggest",
    "tokens",
    "words",
)
PACKAGES = ("opencc", "pagefind_bin", "pypinyin")
encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=dict).encode


@dataclass(frozen=True)
class Part:
    """A part of the site that is made as a whole: whoever holds its files under the same ``key`` need not ``make`` it.

    ``paths``: how the paths of its files begin, and those of no other part.
    """

    name: str
    key: str
    paths: tuple[str, ...]
    make: Callable[[], Sequence[Page]]


def index_parts(
    catalogue: Catalogue, lang: str, cache: Path | None = None, digests: Mapping[str, str] | None = None
) -> Iterator[Part]:
    """The parts in their order; made one after the other, each takes its share of memory.

    ``cache`` is a folder for what was made of each record, which the next run reads; nothing in it is ever needed.
    ``digests`` of all records by their keys spare the reading of records that have not changed; whoever gives them says
    that a record with the same digest has the same values.

    Raises:
        KezhuError: Pagefind is missing or fails, or writes another format than we do.
    """
    collecting = gc.isenabled()
    gc.disable()  # a fifth of the time, to find nothing: what is made here has no cycles
    try:
        yield from Index(catalogue, lang, cache, digests or {}).parts()
    finally:
        if collecting:
            gc.enable()


# ── What is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Cache:
    """Plain values by name, each a file with the ``seal`` under which it was made and its checksum.

    What is spoilt, cut, or of another seal is as good as nothing. JSON, because nothing that comes from a file is run.
    """

    def __init__(self, folder: Path | None, seal: str) -> None:
        self.folder, self.seal = folder, seal
        self.names: set[str] = set()

    def get(self, name: str) -> Any:
        """The value, or ``None``."""
        self.names.add(name)
        if self.folder is None:
            return None
        try:
            head, _, body = (self.folder / name).read_bytes().partition(b"\n")
        except OSError:
            return None
        return json.loads(body) if head == self._head(body) else None

    def put(self, name: str, value: object) -> None:
        """Keep a value, where there is room for it."""
        self.names.add(name)
        if self.folder is not None:
            body = encode(value).encode()
            with suppress(OSError):
                store.replace(self.folder / name, self._head(body) + b"\n" + body)

    def tidy(self, begun: str) -> None:
        """Remove those whose names have ``begun`` so and that nobody has asked for or kept."""
        with suppress(OSError):
            for path in sorted(self.folder.glob(f"{begun}*")) if self.folder else ():
                if path.name not in self.names:
                    path.unlink()

    def _head(self, body: bytes) -> bytes:
        return f"{self.seal} {sha256(body).hexdigest()}".encode()


def digest_of(*values: object) -> str:
    """What stands for values that have a fixed form as JSON."""
    return blake2b(encode(values).encode(), digest_size=12).hexdigest()


def sealed(catalogue: Catalogue, lang: str) -> str:
    """What stands for everything that all documents are made of, and for whoever makes them."""
    found = sha256()
    for name in CODE:
        path = Path(__file__).with_name(f"{name}.py")
        found.update(path.read_bytes() if path.is_file() else b"")
    words = Words(lang)
    found.update(
        repr(
            (
                [sys.version, unicodedata.unidata_version, zlib.ZLIB_RUNTIME_VERSION, *map(version, PACKAGES)],
                [lang, *((key, words(key)) for key in words.keys("search."))],
                dict(catalogue.types),
                [_said(vocabulary) for vocabulary in catalogue.vocabularies.values()],
            )
        ).encode()
    )
    return found.hexdigest()


def _said(vocabulary: Vocabulary) -> tuple[object, ...]:
    """All that a vocabulary says."""
    return (
        *(vocabulary.name, vocabulary.titles, vocabulary.seal, vocabulary.pages, vocabulary.abbreviates),
        *(vocabulary.search, vocabulary.links),
        [
            (t.id, t.title, t.parent, t.aliases, t.ambiguous, t.titles, t.attributes, t.line)
            for t in vocabulary.terms.values()
        ],
    )


class Row(NamedTuple):
    """What is told of a record without reading it again: ``place``, the topmost place that it alone belongs to, and
    ``targets``, the keys of what it names; ``names`` where queries understand it by name."""

    digest: str
    place: str
    title: str
    year: str
    names: Sequence[str]
    targets: Sequence[str]


# ── The parts ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Index:
    """One run over a catalogue."""

    def __init__(self, catalogue: Catalogue, lang: str, folder: Path | None, digests: Mapping[str, str]) -> None:
        self.catalogue, self.lang = catalogue, lang
        self.cache = Cache(folder and folder / f"index-{lang}", sealed(catalogue, lang))
        self.rows = self._rows(digests)
        self.terms = {f"{vocabulary.name}/{term.id}": (vocabulary, term) for vocabulary, term in found_terms(catalogue)}
        self.lexicon, self.lexicon_key, self.ear = self._lexicon()
        self.starts: dict[str, list[int]] = {}  # where names begin in the titles of the documents made in this run

    def parts(self) -> Iterator[Part]:
        """Every part; see `index_parts`."""
        shared = search.share_out([(key, self._place(key)) for key in chain(self.rows, self.terms)])
        outline = search.outline(shared, self.catalogue.vocabularies.get(PLACES))
        before = self.kept("totals") or {}
        totals: dict[str, list[Any]] = {}
        for name, keys in shared.items():
            held = Held(self, name, {key: self._mark(key) for key in keys})
            others = () if name else outline
            key = digest_of(self.ear, held.digest, others)
            yield Part(f"search {name}".strip(), key, search.paths(name), partial(self._bundle, held, others))
            had = before.get(name)
            totals[name] = had if had and had[0] == held.digest else [held.digest, *counted(held.documents)]
            held.let_go()
        if totals != before:
            self.keep("totals", totals)
        yield from self._names(totals.values())
        self.cache.tidy("documents-")

    def _names(self, totals: Iterable[Sequence[Any]]) -> Iterator[Part]:
        """The parts that are made of all documents together: what things are called, and what is suggested."""
        counts: Counter[str] = Counter()
        pairs: set[str] = set()
        for _, concepts, codes in totals:
            counts.update(concepts)
            pairs.update(codes.split())
        known = known_of(counts, self.lexicon)
        found = sorted(pairs)
        nowhere = [key for key, n in known.items() if not n]
        key = digest_of(self.lexicon_key, nowhere, found)
        yield Part("names", key, ("search/forms/",), lambda: self._forms(known, found))
        key = digest_of(self.lexicon_key, known)
        yield Part("sounds", key, HEARD, lambda: namefiles.heard_pages(self.lexicon, known))
        titles: dict[str, list[tuple[str, str, str]]] = {name: [] for name in self.catalogue.types}
        for name, row in self.rows.items():
            titles[name.partition("/")[0]].append((name, row.title, row.year))
        used = [
            sum(self.catalogue.counts(vocabulary.name, term.id).values())
            for vocabulary in self.catalogue.vocabularies.values()
            for term in (vocabulary if vocabulary.pages else ())
        ]
        key = digest_of(self.lexicon_key, known, used, titles)
        yield Part("suggest", key, (suggest.FOLDER,), lambda: self._suggest(known, titles))

    def _bundle(self, held: Held, others: search.Outline) -> list[Page]:
        return search.index(held.documents, language=self.lang, part=held.part, others=others)

    def _forms(self, known: Mapping[str, int], codes: Sequence[str]) -> list[Page]:
        had = self.cache.get("names")
        base = had[1] if had and had[0] == self.lexicon_key else namefiles.form_base(self.lexicon)
        if not had or had[0] != self.lexicon_key:
            self.cache.put("names", [self.lexicon_key, base])
        return list(namefiles.form_pages(base, known, codes))

    def _suggest(self, known: Mapping[str, int], titles: suggest.Titles) -> list[Page]:
        found = suggest.entries(self.catalogue, self.lang, self.lexicon, known, titles)
        had = self.kept("heard") or {}
        before = suggest.Heard({**had.get("starts", {}), **self.starts}, had.get("read", {}))
        after = suggest.Heard()
        pages = suggest.files(found, self.lexicon, before, after)
        if had != vars(after):
            self.keep("heard", vars(after))
        return pages

    # ── What each thing is made of ──

    def kept(self, name: str) -> Any:
        """What was kept under a name, if it was made with the same ear."""
        got = self.cache.get(name)
        return got[1] if got and got[0] == self.ear else None

    def keep(self, name: str, value: object) -> None:
        """Keep what was made with this ear."""
        self.cache.put(name, [self.ear, value])

    def _rows(self, digests: Mapping[str, str]) -> dict[str, Row]:
        before = self.cache.get("rows") or {}
        rows: dict[str, Row] = {}
        new = False
        for name in self.catalogue.types:
            for record in self.catalogue.by_type.get(name, ()):
                digest = digests.get(record.key) or digest_of(record.values)
                had = before.get(record.key)
                if had and had[0] == digest:
                    rows[record.key] = Row._make(had)
                else:
                    rows[record.key], new = self._row(record, digest), True
        if new or len(before) != len(rows):
            self.cache.put("rows", rows)
        return rows

    def _row(self, record: Record, digest: str) -> Row:
        names = record.type.names
        named = [
            f"{spec.reference}/{str(word).partition('#')[0]}"
            for spec in record.type.fields
            if spec.kind == "reference"
            for word in record.list(spec.name)
        ]
        return Row(
            digest,
            place_of(self.catalogue, record.terms.get(PLACES, ())),
            record.title,
            str(record.get("year")),
            [] if names is None else names_of(record),
            list(dict.fromkeys(named)),
        )

    def _place(self, key: str) -> str:
        if key in self.rows:
            return self.rows[key].place
        vocabulary, term = self.terms[key]
        return place_of(self.catalogue, [term]) if vocabulary.name == PLACES else ""

    def _mark(self, key: str) -> str:
        """What the document of a record or a term is made of, beside what is the same for all."""
        row = self.rows.get(key)
        if row is None:
            vocabulary, term = self.terms[key]
            return " ".join(f"{name}={n}" for name, n in self.catalogue.counts(vocabulary.name, term.id).items())
        if not row.targets:
            return row.digest
        return digest_of(row.digest, [self.rows[each].title if each in self.rows else None for each in row.targets])

    def _lexicon(self) -> tuple[Lexicon, str, str]:
        """The lexicon, what it is made of, and what stands for the part of it that is heard in texts."""
        names = {key: row.names for key, row in self.rows.items() if row.names}
        key = digest_of(self.cache.seal, list(names.items()))
        got = self.cache.get("lexicon")
        if got and got[0] == key:
            return thawed(got[2]), key, got[1]
        made = lexicon.make_lexicon(self.catalogue.vocabularies.values(), names)
        heard = [(form, keys) for form, keys in made.forms.items() if len(form) == 1 or form not in made.proper]
        ear = digest_of(self.cache.seal, heard, sorted(made.ambiguous))
        self.cache.put("lexicon", [key, ear, frozen(made)])
        return made, key, ear

    @cached_property
    def maker(self) -> Maker:
        """Whoever makes documents, if any have to be made."""
        maker = Maker(self.catalogue, self.lang, self.lexicon)
        maker.starts = self.starts
        return maker

    def make(self, key: str) -> Document:
        """The document of a record or a term."""
        return self.maker.record(self.catalogue.records[key]) if key in self.rows else self.maker.term(*self.terms[key])


class Held:
    """The documents of one part, read and made when they are asked for; ``marks`` tell what each is made of."""

    def __init__(self, index: Index, part: str, marks: Mapping[str, str]) -> None:
        self.index, self.part, self.marks = index, part, marks
        self.digest = digest_of(list(marks.items()))
        self.name = f"documents-{digest_of(part)}"
        self._found: list[Document] | None = None

    @property
    def documents(self) -> list[Document]:
        """The documents, in the order of their marks."""
        if self._found is None:
            before = self.index.kept(self.name) or {}
            after: dict[str, list[Any]] = {}
            found: list[Document] = []
            new = False
            for key, mark in self.marks.items():
                had = before.get(key)
                if had and had[0] == mark:
                    found.append(from_row(had))
                    after[key] = had
                else:
                    found.append(self.index.make(key))
                    after[key], new = to_row(mark, found[-1]), True
            if new or len(before) != len(after):
                self.index.keep(self.name, after)
            self._found = found
        return self._found

    def let_go(self) -> None:
        """Forget the documents: they can be read again."""
        self._found = None
        self.index.cache.names.add(self.name)


def to_row(mark: str, document: Document) -> list[Any]:
    """A document as a plain list, behind what it is made of."""
    row: list[Any] = [mark, *document]
    row[1 + Document._fields.index("blocks")] = [(mark, " ".join(codes)) for mark, codes in document.blocks]
    return row


def from_row(row: Sequence[Any]) -> Document:
    """The document again."""
    held = dict(zip(Document._fields, row[1:], strict=True))
    held["lines"] = tuple(held["lines"])
    held["blocks"] = tuple((mark, frozenset(codes.split(" "))) for mark, codes in held["blocks"])
    held["filters"] = tuple(map(Filter._make, held["filters"]))
    held["finer"] = tuple(Finer._make((*each[:4], tuple(map(tuple, each[4])))) for each in held["finer"])
    held["dated"] = tuple(held["dated"])
    return Document(**held)


def counted(found: Iterable[Document]) -> tuple[dict[str, int], str]:
    """How many documents hold each concept, and the codes of all pairs of characters that they hold."""
    counts = Counter(chain.from_iterable(block for document in found for _, block in document.blocks))
    concepts = {code: counts[code] for code in sorted(counts) if is_concept(code)}
    return concepts, " ".join(code for code in sorted(counts) if is_pair(code))


def frozen(made: Lexicon) -> dict[str, Any]:
    """A lexicon as plain values."""
    plain = ((each.name, getattr(made, each.name)) for each in fields(made))
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in plain}


def thawed(plain: Mapping[str, Any]) -> Lexicon:
    """The lexicon again."""
    found: dict[str, Any] = {}
    for each in fields(Lexicon):
        value = plain[each.name]
        if isinstance(value, dict):
            found[each.name] = {key: tupled(held) for key, held in value.items()}
        else:
            found[each.name] = frozenset(value)
    return Lexicon(**found)


def tupled(value: Any) -> Any:
    """Lists as tuples, inside too."""
    return tuple(map(tupled, value)) if isinstance(value, list) else value

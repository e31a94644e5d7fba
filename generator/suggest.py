"""Suggestions while typing: names of terms and records, in small files by the characters that they begin with.

A name is filed under its first character; where too many begin alike, only the best of them are, and all of them under
their first two characters, then three. So a first keystroke costs one small file, and a longer word one more:
``search/suggest/<n>.json`` holds

* ``e`` entries ``[label, kind, address, detail, records]``, empty ends left out; without an address the label is asked;
* ``k`` kinds ``[word, seal, tone]``, which entries point to;
* ``g`` for each beginning a flat row of entries and names: a name is a place in the label, or what follows the
  beginning in another name, as pinyin or initials are;
* ``s`` for a first character with too many names: the longer beginnings that have too many as well;
* ``t`` traditional characters with the simple ones that occur here; the best of 叶 stand under 葉 too.

Knows the lexicon and the catalogue; nothing of Pagefind or pages.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from generator.hearing import pinyin
from generator.lexicon import FORM_LIMIT, Lexicon, simplified, traditional
from generator.model import Catalogue, Page, Term, Vocabulary
from generator.tokens import RUN, fold

FOLDER = "search/suggest/"
BUCKETS = 512  # files; 70-suggest.js knows this number
WHOLE = 48  # names under one beginning; of more, the best stand there and all stand under longer beginnings
TOP = 16  # the best: more than are shown at once, for one record may look like another and stand back
SHOWN = 8  # at once; 70-suggest.js knows this number
ALIKE = 4  # of one kind among the best, while there are others: beside four places a crop; 70-suggest.js does the same
DEEPEST = 10  # characters of the longest beginning
SMALL = 100  # records of a type whose names stand with those of organisations, before the many

NAMED, ALSO, BARE, FEW, TITLED, INSIDE, LAST = range(7)
"""In which order suggestions stand: a term by its name and by other names; terms that have no records; records that
are few; titles, first by their beginning; other names of terms without records."""


Titles = Mapping[str, Sequence[tuple[str, str, str]]]
"""By type: key, title and year of each record, in the type's order."""


class Entry(NamedTuple):
    """One thing to suggest. ``names`` are all its names, folded; ``inside``: those in its label count as beginnings."""

    label: str
    kind: tuple[str, str, str]
    address: str = ""
    detail: str = ""
    records: int = 0
    ranks: tuple[int, int] = (TITLED, INSIDE)  # by its own name, by any other
    names: tuple[str, ...] = ()
    inside: bool = False
    heard: bool = False  # found by pinyin and initials too

    def row(self, kind: int) -> list[object]:
        """The entry as the browser reads it."""
        row: list[object] = [self.label, kind, self.address, self.detail, self.records]
        while not row[-1]:
            row.pop()
        return row if len(row) > 1 else [*row, 0]


class Name(NamedTuple):
    """A folded name of an entry; ``at`` is its place in the label, or -1."""

    rank: int
    entry: int
    key: str
    at: int


# ── What may be suggested ────────────────────────────────────────────────────────────────────────────────────────────


def entries(
    catalogue: Catalogue, lang: str, lexicon: Lexicon, known: Mapping[str, int], titles: Titles | None = None
) -> list[Entry]:
    """Terms that have a page or find something, then every record. ``known``: how many documents a concept has.

    ``titles`` are those of the catalogue's records, for whoever has them without reading each record.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for form, concepts in lexicon.forms.items():
        if not form.isdecimal():
            for key in concepts:
                names[key].append(form)
    found = [
        entry
        for vocabulary in catalogue.vocabularies.values()
        for term in vocabulary
        if (entry := _term_entry(catalogue, vocabulary, term, lang, lexicon, known, names)) is not None
    ]
    found = list(dict.fromkeys(found))  # terms without pages of two vocabularies may look the same
    for record_type in catalogue.types.values():
        records = (titles if titles is not None else _titles(catalogue)).get(record_type.name, ())
        few = record_type.names is not None or len(records) <= SMALL
        kind = (record_type.title(lang), record_type.seal, record_type.tone)
        ranks = (FEW, TITLED) if few else (TITLED, INSIDE)
        shared = Counter(title for _, title, _ in records)
        for key, title, year in records:
            apart = year if shared[title] > 1 else ""
            found.append(Entry(title, kind, key, apart, 0, ranks, tuple(names.get(key, ())), True, few))
    return found


def _titles(catalogue: Catalogue) -> Titles:
    return {
        name: [(record.key, record.title, str(record.get("year"))) for record in records]
        for name, records in catalogue.by_type.items()
    }


def _term_entry(
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    term: Term,
    lang: str,
    lexicon: Lexicon,
    known: Mapping[str, int],
    names: Mapping[str, Sequence[str]],
) -> Entry | None:
    key = f"{vocabulary.name}/{term.id}"
    count = sum(catalogue.counts(vocabulary.name, term.id).values()) or (0 if vocabulary.pages else known.get(key, 0))
    if not names.get(key) or not (vocabulary.pages or count or lexicon.wider.get(key)):
        return None
    ranks = (NAMED, ALSO) if count and key not in lexicon.soft else (BARE, LAST)
    above = vocabulary.ancestors(term.id) if vocabulary.pages else ()
    return Entry(
        term.label(lang),
        (vocabulary.title(lang), vocabulary.seal, ""),
        key if vocabulary.pages else "",
        " ".join(each.short if each.label(lang) == each.title else each.label(lang) for each in above),
        count,
        ranks,
        tuple(names[key]),
        heard=True,
    )


@dataclass
class Heard:
    """What was heard of labels: where names begin in them, and how names are read (syllables, a space between)."""

    starts: dict[str, list[int]] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_names(
    number: int, entry: Entry, label: str, inside: Iterable[int], syllables_of: Callable[[str], Sequence[str]] = pinyin
) -> Iterator[Name]:
    """Every name by which an entry is found; one that only begins another of the same standing is left out.

    ``label`` is the entry's as it is typed, ``inside`` where names begin in it.
    """
    aligned = len(label) == len(entry.label)
    own, other = entry.ranks
    first = RUN.search(label)
    starts = sorted({*([first.start()] if first else ()), *inside})
    if aligned and not entry.heard and not entry.names:
        for start in starts:
            yield Name(own if start == starts[0] else max(other, INSIDE), number, label[start:], start)
        return
    keys: dict[str, tuple[int, int]] = {}

    def add(key: str, rank: int, at: int = -1) -> None:
        if key and (key not in keys or rank < keys[key][0]):
            keys[key] = (rank, at)

    def hear(name: str, rank: int) -> None:
        syllables = syllables_of(name) if entry.heard else ()
        add("".join(syllables), rank)
        if len(syllables) > 1:
            add("".join(syllable[0] for syllable in syllables), rank)

    for start in starts:
        add(label[start:], own if start == starts[0] else max(other, INSIDE), start if aligned else -1)
    hear(label, own)
    for name in entry.names:
        rank = own if label.startswith(name) else other
        if rank == other:
            add(name, rank)
        hear(name, rank)
    begun = _begun(keys)
    for key, (rank, at) in keys.items():
        if at >= 0 or key not in begun:
            yield Name(rank, number, key, at)


def _begun(keys: Mapping[str, tuple[int, int]]) -> set[str]:
    """The names that only begin another of the same standing, or of a better one."""
    found: set[str] = set()
    ordered = sorted(keys)
    for place, key in enumerate(ordered):
        for longer in islice(ordered, place + 1, None):  # what begins alike stands together
            if not longer.startswith(key):
                break
            if keys[longer][0] <= keys[key][0]:
                found.add(key)
                break
    return found


def all_names(found: Sequence[Entry], lexicon: Lexicon, before: Heard, after: Heard) -> Iterator[Name]:
    """The names of all entries. What was heard ``before`` is not asked again; ``after`` gets all that was needed."""

    def read(name: str) -> list[str]:
        syllables = before.read.get(name)
        if syllables is None:
            syllables = before.read[name] = " ".join(pinyin(name))
        after.read[name] = syllables
        return syllables.split()

    for number, entry in enumerate(found):
        label = simplified(fold(entry.label))
        inside: Sequence[int] = ()
        if entry.inside:
            starts = before.starts.get(label)
            if starts is None:
                starts = [start for start, _ in lexicon.mentions.hits(label)]
            inside = after.starts[label] = starts
        yield from find_names(number, entry, label, inside, read)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def bucket(beginning: str) -> int:
    """The file that holds a beginning; 70-suggest.js reckons the same."""
    number = 0
    for character in beginning:
        number = (number * 31 + ord(character)) % BUCKETS
    return number


@dataclass(slots=True)
class Part:
    """One file in the making."""

    groups: dict[str, list[Name]] = field(default_factory=dict)
    split: dict[str, list[str]] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)


def files(found: Sequence[Entry], lexicon: Lexicon, had: Heard | None = None, used: Heard | None = None) -> list[Page]:
    """The entries by their beginnings; as many files as there may be, empty ones too, so that none is missing.

    ``had`` and ``used`` are what `all_names` is given: before, after.
    """
    order = sorted(range(len(found)), key=lambda n: (-found[n].records, len(found[n].label), found[n].label, n))
    standing = {number: place for place, number in enumerate(order)}
    names = all_names(found, lexicon, had or Heard(), used or Heard())
    parts = [Part() for _ in range(BUCKETS)]
    for first, group in _by_beginning(names, 1).items():
        group.sort(key=lambda name: name.rank * len(order) + standing[name.entry])
        _file(first, group, parts, found)
    before: dict[str, list[str]] = defaultdict(list)
    for old, new in traditional().items():
        before[new].append(old)
        part = parts[bucket(old)]
        part.letters.add(new)
        if new in parts[bucket(new)].groups:
            part.groups[old] = _best(new, parts[bucket(new)].groups[new], found)[:SHOWN]
    return [Page(f"{FOLDER}{n}.json", _pack(part, found, before)) for n, part in enumerate(parts)]


def _by_beginning(names: Iterable[Name], size: int) -> dict[str, list[Name]]:
    groups: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        if len(name.key) >= size:
            groups[name.key[:size]].append(name)
    return groups


def _file(first: str, names: list[Name], parts: Sequence[Part], found: Sequence[Entry]) -> None:
    """File the names that begin with a character, and those of longer beginnings where there are too many."""
    todo = [(first, names)]
    while todo:
        beginning, group = todo.pop()
        part = parts[bucket(beginning)]
        if len(group) <= WHOLE or len(beginning) >= DEEPEST:
            part.groups[beginning] = group[:WHOLE]
        else:
            longer = _by_beginning(group, len(beginning) + 1)
            part.groups[beginning] = _best(beginning, group, found)
            part.letters.update(each[-1] for each in longer)
            split = parts[bucket(first)].split.setdefault(first, [])
            if beginning != first:
                split.append(beginning)
                parts[bucket(first)].letters.update(beginning)
            todo += longer.items()
        for name in part.groups[beginning]:
            part.letters.update(name.key[:FORM_LIMIT])


def _best(beginning: str, names: Sequence[Name], found: Sequence[Entry]) -> list[Name]:
    """The names to be shown before more is typed, one for each entry: first what is called just that."""
    whole = [name for name in names if name.key == beginning]
    once: dict[int, Name] = {}
    for name in (*whole, *names):
        once.setdefault(name.entry, name)
    alike: Counter[tuple[str, str, str]] = Counter()
    first: list[Name] = []
    later: list[Name] = []
    for name in once.values():
        kind = found[name.entry].kind
        alike[kind] += 1
        (first if alike[kind] <= ALIKE else later).append(name)
    return [*first, *later][:TOP]


def _pack(part: Part, found: Sequence[Entry], before: Mapping[str, Sequence[str]]) -> bytes:
    kinds: dict[tuple[str, str, str], int] = {}
    numbers: dict[int, int] = {}
    rows: list[list[object]] = []
    groups: dict[str, list[object]] = {}
    for beginning in sorted(part.groups):
        row = groups[beginning] = []
        for name in part.groups[beginning]:
            if name.entry not in numbers:
                numbers[name.entry] = len(rows)
                entry = found[name.entry]
                rows.append(entry.row(kinds.setdefault(entry.kind, len(kinds))))
            row += (numbers[name.entry], name.at if name.at >= 0 else name.key[len(beginning) : FORM_LIMIT])
    value = {
        "e": rows,
        "k": [list(kind) for kind in kinds],
        "g": groups,
        "s": {first: sorted(split) for first, split in sorted(part.split.items())},
        "t": {old: new for new in sorted(part.letters) for old in before.get(new, ())},
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

"""What people call things: names and their concepts, for queries and for documents; made of the vocabularies alone.

A concept is a term of a vocabulary whose names are understood in queries, written ``industry/ganju``. A name may mean
several concepts (地瓜 is two plants), and a concept may be answered by wider ones (脐橙 by 柑橘, a disease by its
host): the columns that name other terms say so. The browser gets all this in small files by the first characters of a
name, so that a query fetches a few kilobytes: ``search/{forms,pinyin,typo}/<n>.json``.

Knows nothing of records, pages or Pagefind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import re2
from opencc import OpenCC
from pypinyin import lazy_pinyin

from generator.model import Page, Term, Vocabulary
from generator.tokens import RUN, fold

FORM_LIMIT = 24  # characters of the longest name that a query is searched for; search.js knows this number
BUCKETS = 512  # files of names; search.js knows this number
SHORTEST_TYPO = 3  # characters of a name that may be found although one of them is wrong
MOST_PER_SOUND = 6  # names that sound alike or share their initials; more of them are no hint
CANDIDATES = "candidates"  # the column of a sign that names what it may come from: a hint, never a diagnosis
HANZI = "".join(map(chr, range(0x4E00, 0x9FA6)))


@dataclass(frozen=True)
class Lexicon:
    """``forms``: folded name -> concepts, the wider first. ``wider``: concept -> concepts that may answer for it."""

    forms: Mapping[str, tuple[str, ...]]
    ambiguous: frozenset[str] = frozenset()
    wider: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # of concepts that have a page: what it is called
    soft: frozenset[str] = frozenset()  # concepts that narrow nothing down
    called: Mapping[str, str] = field(default_factory=dict)  # of concepts without a page: what to call them in a choice
    hints: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # of a sign: what it may come from
    places: frozenset[str] = frozenset()  # names of places, for which a word is easily mistaken

    @cached_property
    def mentions(self) -> Mention:
        """Finds the concepts that a text mentions."""
        return Mention(self)


class Mention:
    """Finds names in a text, the longest first, so that no crop is found inside the name of a place."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        options = re2.Options()
        options.longest_match = True
        options.max_mem = 1 << 28
        names = [re2.escape(form) for form in sorted(lexicon.forms) if len(form) > 1]
        self.pattern = re2.compile("|".join(names) or r"[^\s\S]", options)

    def find(self, text: str) -> list[str]:
        """The concepts that a text names without ambiguity, in order, each once."""
        found: dict[str, None] = {}
        for hit in self.pattern.finditer(fold(text)):
            concepts = self.lexicon.forms[hit[0]]
            if len(concepts) == 1 and hit[0] not in self.lexicon.ambiguous:
                found[concepts[0]] = None
        return list(found)


def make_lexicon(vocabularies: Iterable[Vocabulary], records: Mapping[str, Sequence[str]] | None = None) -> Lexicon:
    """The names of every vocabulary that is understood in queries, and of ``records``: names by key."""
    vocabularies = list(vocabularies)
    searched = [vocabulary for vocabulary in vocabularies if vocabulary.search or vocabulary.pages]
    forms: dict[str, dict[str, None]] = defaultdict(dict)
    ambiguous: set[str] = set()
    wider: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    soft: set[str] = set()
    called: dict[str, str] = {}
    hints: dict[str, tuple[tuple[str, str], ...]] = {}
    by_name = {vocabulary.name: vocabulary for vocabulary in vocabularies}
    places: set[str] = set()
    for vocabulary in searched:
        for term in sorted(vocabulary, key=lambda term: len(vocabulary.ancestors(term.id))):
            key = f"{vocabulary.name}/{term.id}"
            if vocabulary.search == "soft":
                soft.add(key)
            if vocabulary.pages:
                labels[key] = " ".join(each.title for each in vocabulary.lineage(term.id))
            elif vocabulary.search != "soft":
                called[key] = term.title
            if candidates := tuple(hinted(vocabulary, term, by_name)):
                hints[key] = candidates
            above = [f"{vocabulary.name}/{term.parent}"] if term.parent and vocabulary.search != "soft" else []
            if answers := tuple(dict.fromkeys([*linked(vocabulary, term), *above])):
                wider[key] = answers
            for name in names_of(term):
                form = simplified(" ".join(fold(name).split()))
                if RUN.match(form) and len(form) <= FORM_LIMIT:
                    forms[form][key] = None
                    places.update([form] if term.get("level") else [])
            ambiguous.update(simplified(fold(name)) for name in term.ambiguous)
    shorter = [term for vocabulary in vocabularies if vocabulary.abbreviates for term in vocabulary]
    for key, names in (records or {}).items():
        for name in names:
            for form in {simplified(fold(each)) for each in (name, *cut_down(name, shorter))}:
                if RUN.fullmatch(form) and len(form) <= FORM_LIMIT:
                    forms[form][key] = None
    return Lexicon(
        {form: tuple(forms[form]) for form in sorted(forms)},
        frozenset(ambiguous),
        wider,
        labels,
        frozenset(soft),
        places=frozenset(places),
        called=called,
        hints=hints,
    )


def cut_down(name: str, shorter: Sequence[Term]) -> Iterator[str]:
    """A long name as people cut it down: 中国农大 for 中国农业大学; one part after the other, the longest first."""
    short = name
    for term in sorted(shorter, key=lambda term: -len(term.title)):
        for alias in term.aliases:
            if term.title in short:
                short = short.replace(term.title, alias)
                yield short


def names_of(term: Term) -> Iterator[str]:
    """Every name by which people ask for a term: its titles and aliases, one or many of it in English, its number."""
    yield from (term.title, term.short, *term.aliases)
    for name in term.titles.values():
        yield name
        if name.isascii() and name.endswith("s"):
            yield name.removesuffix("s")
    yield from (code for code in (term.id, *term.get("former_codes").split(";")) if code.isdecimal())
    yield from (name[:-1] for name in term.aliases if len(name) > 2 and name[-1] in "市县区" and term.get("level"))


def linked(vocabulary: Vocabulary, term: Term) -> Iterator[str]:
    """The concepts that a term's columns name, those above the term included."""
    for column, other in vocabulary.links.items():
        for word in term.get(column).split(";"):
            if word := word.strip():
                yield word if "/" in word else f"{other}/{word}"


def hinted(vocabulary: Vocabulary, term: Term, others: Mapping[str, Vocabulary]) -> Iterator[tuple[str, str]]:
    """What a sign may come from: the name of each candidate, and the concepts that it befalls, as far as known."""
    other = others.get(vocabulary.links.get(CANDIDATES, ""))
    for word in term.get(CANDIDATES).split(";") if other else ():
        if other and word.strip() in other:
            candidate = other[word.strip()]
            yield candidate.title, " ".join(linked(other, candidate))


# ── One form for every way of writing ────────────────────────────────────────────────────────────────────────────────


@cache
def traditional() -> Mapping[str, str]:
    """Each traditional character with its simplified one; OpenCC's choice where there are several."""
    converter = OpenCC("t2s")
    pairs = ((character, converter.convert(character)) for character in HANZI)
    return {before: after for before, after in pairs if before != after and len(after) == 1}


def simplified(text: str) -> str:
    """A text with every traditional character made simple, character by character, as search.js does."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    return {ord(before): after for before, after in traditional().items()}


@cache
def sounds() -> Mapping[str, str]:
    """How each common character is read, without tones; the usual reading where there are several."""
    common = [character for character in HANZI if _is_common(character)]
    return dict(zip(common, lazy_pinyin(common), strict=True))


def _is_common(character: str) -> bool:
    """Whether a character is in GB 2312, which holds what people type."""
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def pinyin(form: str) -> list[str]:
    """The syllables of a name as it is read, ``ü`` as ``v``; empty when it holds anything but characters."""
    if not all("\u4e00" <= character <= "\u9fff" for character in form):
        return []
    return [syllable for syllable in lazy_pinyin(form) if syllable.isascii()]


# ── Files for the browser ────────────────────────────────────────────────────────────────────────────────────────────


def files(lexicon: Lexicon, known: Mapping[str, int] | None = None) -> list[Page]:
    """The lexicon cut into small files by a number that the browser can reckon.

    ``known`` says how many records a concept has: of names that sound alike, the one that finds most comes first.
    """
    weight = {form: max((known or {}).get(key, 0) for key in concepts) for form, concepts in lexicon.forms.items()}
    return [*_form_files(lexicon), *_sound_files(lexicon, weight), *_typo_files(lexicon, weight)]


def bucket(text: str) -> int:
    """The file that holds a key: its first two characters, mixed; search.js reckons the same."""
    second = ord(text[1]) if len(text) > 1 else 0
    return (ord(text[0]) * 31 + second) % BUCKETS


def _form_files(lexicon: Lexicon) -> Iterator[Page]:
    """``{f: {name: [concepts]}, w: {concept: [wider]}, n: {concept: label}, s: {soft concept: 1}, l: {concept
    without a page, where a name has several meanings: label}, c: {sign: [[candidate, hosts]]}, t: {traditional:
    simple}, p: {character: sound}}``; what is said of concepts is said of those that the file names."""
    parts: list[dict[str, dict[str, object]]] = [{key: {} for key in "fwnslctp"} for _ in range(BUCKETS)]
    for form, concepts in lexicon.forms.items():
        part = parts[ord(form[0]) % BUCKETS]
        part["f"][form] = list(concepts)
        part["w"].update({key: list(lexicon.wider[key]) for key in concepts if key in lexicon.wider})
        part["s"].update({key: 1 for key in concepts if key in lexicon.soft})
        part["n"].update({key: lexicon.labels[key] for key in concepts if key in lexicon.labels})
        part["c"].update({key: lexicon.hints[key] for key in concepts if key in lexicon.hints})
        if len(concepts) > 1:
            part["l"].update({key: lexicon.called[key] for key in concepts if key in lexicon.called})
    for before, after in traditional().items():
        parts[ord(before) % BUCKETS]["t"][before] = after
    for character, sound in sounds().items():
        parts[ord(character) % BUCKETS]["p"][character] = sound
    for number, part in enumerate(parts):
        yield _json(f"search/forms/{number}.json", part)


def _sound_files(lexicon: Lexicon, weight: Mapping[str, int]) -> Iterator[Page]:
    """``{sounds or initials: [names]}``, for queries in Latin letters and for characters that sound alike."""
    heard: dict[str, list[str]] = defaultdict(list)
    for form in lexicon.forms:
        syllables = pinyin(form)
        if len(syllables) < 2:
            continue
        heard["".join(syllables)].append(form)
        heard["".join(syllable[0] for syllable in syllables)].append(form)
    yield from _bucketed("search/pinyin", heard, weight)


def _typo_files(lexicon: Lexicon, weight: Mapping[str, int]) -> Iterator[Page]:
    """``{name with one character as ?: [names]}``, and with the character left out."""
    near: dict[str, list[str]] = defaultdict(list)
    for form in lexicon.forms:
        short = len(form) == 2 and weight[form] and form not in lexicon.places
        if (len(form) >= SHORTEST_TYPO or short) and not form.isascii():
            for i in range(len(form)):
                near[form[:i] + "?" + form[i + 1 :]].append(form)
                if len(form) > SHORTEST_TYPO:
                    near[form[:i] + form[i + 1 :]].append(form)
    yield from _bucketed("search/typo", near, weight)


def _bucketed(folder: str, found: Mapping[str, Sequence[str]], weight: Mapping[str, int]) -> Iterator[Page]:
    parts: list[dict[str, list[str]]] = [{} for _ in range(BUCKETS)]
    for key in sorted(found):
        names = sorted(set(found[key]), key=lambda name: (-weight[name], name))
        parts[bucket(key)][key] = names[:MOST_PER_SOUND]
    for number, part in enumerate(parts):
        yield _json(f"{folder}/{number}.json", part)


def _json(path: str, value: object) -> Page:
    return Page(path, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

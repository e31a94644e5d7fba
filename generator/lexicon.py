"""What people call things: names and their concepts, for queries and for documents; made of the vocabularies alone.

A concept is a term of a vocabulary whose names are understood in queries, written ``industry/ganju``. A name may mean
several concepts (地瓜 is two plants), and a concept may be answered by wider ones (脐橙 by 柑橘, a disease by its
host): the columns that name other terms say so.

Knows nothing of records, files, pages or Pagefind.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress, count

from opencc import OpenCC

from generator.hearing import HANZI, is_common
from generator.model import Term, Vocabulary
from generator.tokens import RUN, fold, pairs_of

FORM_LIMIT = 24  # characters of the longest name that a query is searched for; search.js knows this number
PHRASE_LIMIT = 60  # characters of the longest name in Latin letters, which is found by its words
CANDIDATES = "candidates"  # the column of a sign that names what it may come from: a hint, never a diagnosis
NUMBERS = (("ies", "y"), ("oes", "o"), ("shes", "sh"), ("ches", "ch"), ("ss", "ss"), ("s", ""))
"""How the English words for many end, and for one."""
OF_PLACE = re.compile("(?!中国)(.{2,4}?)(?:省|市|县|区|壮族自治区|回族自治区|维吾尔自治区|自治区|州)(?=..)")
"""What an organisation's name begins with, and what people leave out of it: 江苏(省)农业科学院."""
PART_OF = re.compile("^.*?(?:科学院|研究院|大学|农村部)(?=.{4})")
"""What stands before the name of a part of an organisation: 中国农业科学院|茶叶研究所."""
SCHOOL = re.compile("(.{2,3}?)(?:农业|农林科技|农林|农)(?=大学$|学院$)")
"""A school by its place and what it teaches; people say the first characters of both: 华农 for 华南农业大学."""
OF_ALL = re.compile("^(?:中国|中华|国家)")
"""What a body of the whole country begins with, and what people leave out of it: (国家)乡村振兴局."""
UNIVERSITY = re.compile("..大学")
"""A university with a name of two characters, of which the first is said: 浙江大学 is 浙大."""
WORDS = frozenset({"重大", "中大", "北大", "东大", "西大"})
"""What would be such a name, and means something else to most."""
OF_CROP = re.compile("中国农业科学院(.)[^业].?研究所")
"""A national institute of one crop: 中国农业科学院棉花研究所 is 中棉所."""
BRANCH = re.compile("(?:农业科学院|农科院)(?P<place>.{2,5})分院$")
"""A branch of an academy is the academy of its place: 黑龙江省农业科学院克山分院 is 克山农科院."""
HALF = re.compile("(?:[^中]|内蒙)(?:省|市|区|壮族|回族|维吾尔|自治区)")
"""How no name begins: what is left of 北京市农林科学院 where 北京 is cut down to 京."""
GROWN = ("种{}", "栽{}", "养{}", "喂{}", "{}农", "{}苗", "{}场", "{}园", "{}田", "{}地")
"""What is done with a crop or an animal whose name is a single character, and by whom."""


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
    proper: frozenset[str] = frozenset()  # names of records only, inside which other names are heard
    main: frozenset[str] = frozenset()  # what things are called first, beside their other names
    bodies: frozenset[str] = frozenset()  # names of records as they are written
    parts: Mapping[str, int] = field(default_factory=dict)  # short words that several names of records end in: 农科院
    spoken: frozenset[str] = frozenset()  # made of a name of one character, so no word that another is mistaken for

    @cached_property
    def mentions(self) -> Mention:
        """Finds the concepts that a text mentions."""
        return Mention(self)


class Mention:
    """Finds names in a text, the longest first, so that no crop is found inside the name of a place."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.meant = {form: each for form, each in lexicon.forms.items() if form not in lexicon.ambiguous}
        names = [form for form in lexicon.forms if len(form) > 1 and form not in lexicon.proper]
        self.begins = dict.fromkeys((name[:size] for name in names for size in range(2, len(name))), False)
        self.begins.update(dict.fromkeys(names, True))

    def hits(self, folded: str, pairs: Sequence[str] | None = None) -> Iterator[tuple[int, str]]:
        """Where names stand in a folded text, and which; none overlaps another. Whoever has its ``pairs`` of
        neighbouring characters gives them."""
        begins, free = self.begins, 0
        for place in compress(count(), map(begins.__contains__, pairs_of(folded) if pairs is None else pairs)):
            if place < free:
                continue
            part, end = folded[place : place + 2], place + 2
            while (whole := begins.get(part)) is not None:
                if whole:
                    name, free = part, end
                end += 1
                if len(part) == len(part := folded[place:end]):
                    break  # the text has ended
            if free > place:
                yield place, name

    def concepts(self, names: Iterable[str]) -> list[str]:
        """What names in a text mean, in order, each once; a name marked as ambiguous means nothing."""
        return list(dict.fromkeys(key for name in names for key in self.meant.get(name, ())))


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
    main: set[str] = set()
    cut: list[tuple[str, str]] = []
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
            hosts = sufferers(hints[key]) if key in hints else []
            if answers := tuple(dict.fromkeys([*hosts, *linked(vocabulary, term), *above])):
                wider[key] = answers
            main.update(simplified(fold(name)) for name in (term.title, term.short))
            for name in names_of(term):
                form = simplified(" ".join(fold(name).split()))
                if RUN.match(form) and len(form) <= (PHRASE_LIMIT if form.isascii() else FORM_LIMIT):
                    forms[form][key] = None
                    places.update([form] if term.get("level") else [])
            if term.get("level"):
                former = (name for name in term.aliases if len(name) > 2 and name[-1] in "市县区")
                cut.extend((simplified(fold(name[:-1])), key) for name in former)
            ambiguous.update(simplified(fold(name)) for name in term.ambiguous)
    spoken = grown(forms)
    for form, key in spoken:
        forms[form][key] = None
    for form, key in cut_places(cut, forms):
        forms[form][key] = None
        places.add(form)
    shorter = [term for vocabulary in vocabularies if vocabulary.abbreviates for term in vocabulary]
    terms = frozenset(forms)
    for key, names in with_wholes(records or {}):
        for name in names:
            for form in {simplified(" ".join(fold(each).split())) for each in (name, *cut_down(name, shorter))}:
                latin = form.isascii() and len(form) <= PHRASE_LIMIT and RUN.match(form)
                if latin or (RUN.fullmatch(form) and len(form) <= FORM_LIMIT):
                    forms[form][key] = None
    whole = (simplified(fold(names[0])) for names in (records or {}).values())
    bodies = frozenset(name for name in whole if name in forms and not name.isascii())
    return Lexicon(
        {form: tuple(forms[form]) for form in sorted(forms)},
        frozenset(ambiguous),
        wider,
        labels,
        frozenset(soft),
        places=frozenset(places),
        proper=frozenset(forms) - terms,
        called=called,
        hints=hints,
        main=frozenset(main) | bodies,
        bodies=bodies,
        parts=parts_of(shorter, forms),
        spoken=frozenset(form for form, _ in spoken),
    )


def parts_of(shorter: Sequence[Term], forms: Iterable[str]) -> dict[str, int]:
    """The short words of three characters or more in which several names end, with how many do."""
    short = tuple(dict.fromkeys(alias for term in shorter for alias in term.aliases if len(alias) > 2))
    counts = Counter(alias for form in forms for alias in short if form != alias and form.endswith(alias))
    return {alias: counts[alias] for alias in sorted(short) if counts[alias] > 1}


def with_wholes(records: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Names by key; a body that is no record itself is answered by its parts: 热科院, of which only institutes are."""
    yield from records.items()
    whole = {name for names in records.values() for name in names}
    for key, names in records.items():
        part = PART_OF.match(names[0])
        if part and part[0] not in whole:
            yield key, [part[0]]


def cut_down(name: str, shorter: Sequence[Term]) -> list[str]:
    """A long name as people cut it down, each way once: 中国农大 for 中国农业大学, 茶叶所 and 农科院茶叶所 for
    中国农业科学院茶叶研究所, 江苏农科院 for 江苏省农业科学院."""
    common = {name for term in shorter for name in (term.title, *term.aliases)}
    bare = re.sub("（.*?）", "", name)
    begun = {name: None}
    for one in [bare, *(match[1] + bare[match.end() :] for match in [OF_PLACE.match(bare)] if match)]:
        begun[one] = None
        begun.update((rest, None) for rest in (OF_ALL.sub("", one), PART_OF.sub("", one, count=1)) if rest != one)
    if branch := BRANCH.search(bare):
        begun[branch["place"] + "农业科学院"] = None
    begun = {one: None for one in begun if one == name or one not in common}
    place = OF_PLACE.match(bare)
    begun.update(
        (place[1] + one, None) for one in list(begun) if place and one == PART_OF.sub("", bare, count=1) != bare
    )
    found = {short: None for one in begun for short in (one, *_abbreviated(one, shorter))}
    return [
        short
        for short in (*found, *_nicknames(bare))
        if short != name and (len(short) > 2 or short[1:] in ("农", "大")) and not HALF.match(short)
    ]


def _nicknames(name: str) -> Iterator[str]:
    """The name of a university or a national institute by single characters of it, as far as it is the whole name."""
    if SCHOOL.match(name):
        yield from (f"{name[0]}农", f"{name[0]}农大")[: 2 if name.endswith("大学") else 1]
    if UNIVERSITY.fullmatch(name) and f"{name[0]}大" not in WORDS:
        yield f"{name[0]}大"
    if crop := OF_CROP.fullmatch(name):
        yield f"中{crop[1]}所"


def _abbreviated(name: str, shorter: Sequence[Term]) -> Iterator[str]:
    """One part after the other made short, the longest first."""
    short = [name]
    for term in sorted(shorter, key=lambda term: -len(term.title)):
        if term.aliases and term.title in short[0]:
            short = [each.replace(term.title, alias) for each in short for alias in term.aliases]
            yield from short


def grown(forms: Mapping[str, Mapping[str, None]]) -> list[tuple[str, str]]:
    """What people say of a crop or an animal with a name of one character, unless that is a name itself: 种枣, 棉农."""
    single = [(form, list(keys)) for form, keys in forms.items() if len(form) == 1 and not form.isascii()]
    made = [(way.format(form), keys[0]) for form, keys in single if len(keys) == 1 for way in GROWN]
    return [(form, key) for form, key in made if key.startswith("industry/") and form not in forms]


def cut_places(cut: Iterable[tuple[str, str]], forms: Mapping[str, object]) -> list[tuple[str, str]]:
    """The former names of places without their last character, as far as nothing else is called so: 襄樊 for 襄樊市,
    but not 许昌 for the district that was 许昌县 once."""
    return [(form, key) for form, key in cut if form not in forms]


def names_of(term: Term) -> Iterator[str]:
    """Every name by which people ask for a term: its titles and aliases, one or many of it in English, its number."""
    yield from (term.title, term.short, *term.aliases)
    for name in (*term.titles.values(), *term.get("also_en").split(";")):
        yield name
        if name.isascii() and not term.get("level"):
            yield from in_number(name.strip())
    yield from (code for code in (term.id, *term.get("former_codes").split(";")) if code.isdecimal())


def in_number(name: str) -> Iterator[str]:
    """One of what is many in English, and many of what is one."""
    for many, one in NUMBERS:
        if name.endswith(many):
            yield name.removesuffix(many) + one
            return
    if name[-1:].isalpha():
        ends = (("y", "ies"), ("o", "oes"), ("sh", "shes"), ("ch", "ches"), ("", "s"))
        one, many = next(pair for pair in ends if name.endswith(pair[0]))
        yield name.removesuffix(one) + many


def linked(vocabulary: Vocabulary, term: Term) -> Iterator[str]:
    """The concepts that a term's columns name; what a sign may come from is the last to answer for it."""
    for column, other in sorted(vocabulary.links.items(), key=lambda link: link[0] == CANDIDATES):
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


def sufferers(candidates: Sequence[tuple[str, str]]) -> list[str]:
    """Whom everything befalls that a sign may come from, if that is one or two: 鸡不下蛋 says what animal it is."""
    found = list(dict.fromkeys(host for _, hosts in candidates for host in hosts.split()))
    return found if len(found) <= 2 else []


# ── One form for every way of writing ────────────────────────────────────────────────────────────────────────────────


@cache
def traditional() -> Mapping[str, str]:
    """Each traditional character with its simplified one; OpenCC's choice where there are several."""
    converter, japanese = OpenCC("t2s"), OpenCC("jp2t")

    def plainer(character: str) -> str:
        simple: str = converter.convert(character)
        if simple == character and not is_common(character):  # 稲 for 稻, but not 芸, which is a word here as well
            simple = converter.convert(japanese.convert(character))
        return simple

    pairs = ((character, plainer(character)) for character in HANZI)
    return {before: after for before, after in pairs if before != after and len(after) == 1}


def simplified(text: str) -> str:
    """A text with every traditional character made simple, character by character, as search.js does."""
    table, found = _table()
    return text.translate(table) if found.search(text) else text


@cache
def _table() -> tuple[dict[int, str], re.Pattern[str]]:
    """What becomes of each traditional character, and what finds one."""
    return {ord(before): after for before, after in traditional().items()}, re.compile(f"[{''.join(traditional())}]")

"""The finder: place, crop and trouble in, who can help out; a page, a script and small files, without a server.

What a telephone fetches for an answer is a file of its province, one of its crop, and one for the whole country; each
is bounded however many records there are. The files hold what the records say; the script weighs it as
``catalogue/matching.yml`` does. Without a script the page leads to the pages of places and crops. No type is known by
name, and no vocabulary but by what the schemas and the links of portal.yml say of it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from generator.markup import tel
from generator.matching import Side, Weights, read_matching
from generator.model import KezhuError, Record, Term, Vocabulary, iter_texts
from generator.relations import fits
from generator.sections import Section, Template
from generator.track import memo
from generator.views import PLACE, SOURCE, Views

FOLDER = "find"
START, SCRIPT, ALL = f"{FOLDER}/index.html", f"{FOLDER}/find.js", f"{FOLDER}/all.json"
OFFERS, SIGHTS, READS = 150, 200, 40  # rows of one file
MOST = {"o": OFFERS, "a": SIGHTS}
NEVER = "never"  # of a side in matching.yml: what stands there helps the neighbours alone
AUDIENCE, INDUSTRY = "audience", "industry"  # fields of those that are on no side
NAME = 2  # characters of the shortest title that is looked for in texts; others are longer (矮化 is a technique too)
PARTS = "finder"  # the folder of the script's parts among the assets
COMMENT = re.compile(r"//.*")
REASONS = (
    *("industry-same", "industry-below", "industry-above", "industry-any"),
    *("reach-here", "reach-above", "reach-all", "reach-theirs", "reach-part", "reach-out"),
    *("at-here", "at-shared", "at-there", "at-unsaid"),
)
"""The sentences of matching that the script says too."""
Row = list[Any]
"""Title, address without its ending, ids of places, ids of crops: a record as a file holds it. A 1 behind them: it is
nothing to anybody outside its prefecture."""


class Finder(Section):
    """The page, its script and its files; none where nothing is matched."""

    name = FOLDER

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.catalogue, self.words, self.lang = views.catalogue, views.words, views.lang
        self.sides: Mapping[str, Sequence[Side]] = {}
        self.weights: Weights | None = None
        self.crops: Vocabulary | None = None
        settings = views.portal.get("matching")
        if settings and PLACE in self.catalogue.vocabularies:
            self.sides, self.weights = read_matching(settings, self.catalogue.types, self.catalogue.vocabularies)
            self.crops = next(self._crop_vocabularies(), None)
        self.troubles = [v for v in self.catalogue.vocabularies.values() if self._hosts(v)] if self.crops else []

    def _crop_vocabularies(self) -> Iterator[Vocabulary]:
        for name, sides in self.sides.items():
            for side in sides:
                spec = self.catalogue.types[name].by_name.get(side.industry)
                if spec is not None and spec.vocabulary in self.catalogue.vocabularies:
                    yield self.catalogue.vocabularies[spec.vocabulary]

    def _hosts(self, vocabulary: Vocabulary) -> str:
        """The column that says on which crops a trouble is found; words for crops themselves are no troubles."""
        found = [column for column, linked in vocabulary.links.items() if self.crops and linked == self.crops.name]
        return next((column for column in found if column != "means"), "")

    @property
    def places(self) -> Vocabulary:
        return self.catalogue.vocabularies[PLACE]

    # ── Files ──

    @property
    def entry(self) -> tuple[str, str]:
        return (self.words("finder.title"), START) if self.crops else ("", "")

    def paths(self) -> Iterator[str]:
        if self.crops is None:
            return
        yield from (START, SCRIPT, ALL)
        yield from (f"{FOLDER}/p/{term.id}.json" for term in self.places.children())
        yield from (f"{FOLDER}/g/{term.id}.json" for term in self.crops.children())
        yield from (f"{FOLDER}/c/{term.id}.json" for term in self.crops)

    def page(self, path: str) -> Template | bytes:
        if self.crops is None:
            raise KeyError(path)
        if path == START:
            return Template("site/finder.html", {"tops": self.places.children(), "kinds": self.crops.children()})
        if path == SCRIPT:
            said = {key.removeprefix("finder.say."): self.words(key) for key in self.words.keys("finder.say.")}
            return make_script({**said, **{key: self.words(f"match.{key}") for key in REASONS}}).encode()
        if path == ALL:
            return as_json(self.country())
        _, sort, file = path.split("/")
        name = file.removesuffix(".json")
        if sort == "p":
            return as_json(self.province(self.places[name]))
        return as_json(self.kind(self.crops[name]) if sort == "g" else self.crop(self.crops[name]))

    def country(self) -> dict[str, Any]:
        """``o``: what comes everywhere for every crop; ``w``: what counts for how much; ``t``: names of types."""
        weights = self.weights
        grades = weights.grades if weights else {}
        points = weights.points if weights else {}
        used = dict.fromkeys([*self.sides, *self._reading()])
        return {
            "o": [self._row(record) for record in self._everywhere()[:OFFERS]],
            "w": {"industry": points.get("industry", 0), "region": points.get("region", 0), **grades},
            "t": {name: self.catalogue.types[name].title(self.lang) for name in used},
        }

    def province(self, top: Term) -> dict[str, Any]:
        """``c``: the places below, groups of id, name and places; ``o``: what reaches one of them; ``k``: names of the
        crops in ``o``; ``b``: telephones, each with the place where it answers."""
        below = [[term.id, term.label(self.lang), self._leaves(term)] for term in self.places.children(top.id)]
        rows = [self._row(record) for record in self._spread(self._reaching(top), OFFERS)]
        return {"c": below, "o": rows, "k": self._crop_names(rows), "b": list(self._telephones(top))}

    def kind(self, top: Term) -> list[list[Any]]:
        """The crops of a group in the order of the tree: id, name, how deep."""
        return [[term.id, term.label(self.lang), depth] for term, depth in self._walk(top, 0)]

    def crop(self, term: Term) -> dict[str, Any]:
        """``l`` what the crop belongs to and ``d`` what belongs to it, by id; ``o`` who comes for it, ``a`` what can be
        seen, ``r`` what can be read; ``q`` troubles: id, name, and rows of records that write of it with what they call
        it; ``k`` names of crops; ``p`` places: name, and the ids of all above."""
        sorts: dict[str, list[Record]] = {"o": [], "a": [], "r": [], "": []}
        for record in self._related(term):
            sorts[self._sort(record)].append(record)
        shown = {**{sort: self._spread(sorts[sort], most) for sort, most in MOST.items()}, "r": sorts["r"][:READS]}
        rows = {sort: [self._row(record) for record in found] for sort, found in shown.items()}
        troubles = self._troubles_of(term)
        every = [row for found in rows.values() for row in found]
        every += [row for trouble in troubles for row, _ in trouble[2]]
        crops = self.crops
        return {
            "l": [each.id for each in crops.lineage(term.id)] if crops else [],
            "d": [each.id for each, depth in self._walk(term, 0) if depth],
            **rows,
            "q": troubles,
            "k": {**self._crop_names(every), term.id: term.label(self.lang)},
            "p": self._place_names(every),
        }

    # ── What reaches, what stands, what is read ──

    def _side(self, record: Record) -> Side | None:
        sides = self.sides.get(record.type.name, ())
        return next((side for side in sides if side.side == "offers" and fits(record, side)), None)

    def _sort(self, record: Record) -> str:
        """``o`` for what comes, ``a`` for what stands somewhere, ``r`` for what can be read, ``""`` for none of it."""
        side = self._side(record)
        if side is None:
            return "r" if record.type.name in self._reading() else ""
        return "a" if side.at else "o"

    @memo
    def _reading(self) -> tuple[str, ...]:
        """The types that are on no side and are made for an audience: what can be read, heard or seen anywhere."""
        types = self.catalogue.types.values()
        return tuple(t.name for t in types if t.name not in self.sides and AUDIENCE in t.by_name)

    @memo
    def _everywhere(self) -> tuple[Record, ...]:
        """Offers that name neither a place nor a crop."""
        found = []
        for name, sides in self.sides.items():
            if any(side.side == "offers" and side.reach for side in sides):
                for record in self.catalogue.by_type.get(name, ()):
                    side = self._side(record)
                    if side and side.reach and not record.term(side.place) and not record.term(side.industry):
                        found.append(record)
        return tuple(found)

    def _reaching(self, top: Term) -> Iterator[Record]:
        for term, _ in walk(self.places, top, 0):
            for record in self.catalogue.at_term(PLACE, term.id):
                side = self._side(record)
                if side is not None and side.reach and term in record.term(side.place):
                    yield record

    def _related(self, crop: Term) -> list[Record]:
        """The records that name a crop, what belongs to it or what it belongs to; the nearest kin first."""
        above = self.crops.ancestors(crop.id) if self.crops else ()
        terms = [*(term for term, _ in self._walk(crop, 0)), *reversed(above)]
        found = (record for term in terms for record in self.catalogue.at_term(term.vocabulary, term.id))
        return list({record.key: record for record in found}.values())

    def _spread(self, records: Iterable[Record], most: int) -> Iterator[Record]:
        """So many at most, one of each place before a second one of any."""
        turns: dict[str, int] = defaultdict(int)
        rounds: dict[int, list[Record]] = defaultdict(list)
        for record in dict.fromkeys(records):
            place = next((term.id for term in record.term(PLACE)), "")
            rounds[turns[place]].append(record)
            turns[place] += 1
        return islice(chain.from_iterable(rounds[turn] for turn in sorted(rounds)), most)

    # ── Troubles ──

    def _troubles_of(self, crop: Term) -> list[Row]:
        """Troubles of a crop, and others that a record about the crop, or about none, writes of."""
        kin = {term.id for term, _ in self._walk(crop, 0)}
        kin |= {term.id for term in self.crops.lineage(crop.id)} if self.crops else set()
        hosted = self._hosted()
        written = self._written() if hosted else {}  # where nothing can be found, no text is read
        found = []
        for trouble, hosts in hosted:
            if hosts.isdisjoint(kin) if hosts else not trouble.parent:
                continue
            rows = []
            for key, word in written.get(f"{trouble.vocabulary}/{trouble.id}", ()):
                record = self.catalogue.records[key]
                named = {term.id for term in self._crops_of(record)}
                if named & kin or (hosts and not named):
                    rows.append([self._row(record), word])
            if rows or hosts:
                found.append([trouble.id, trouble.label(self.lang), rows[:READS]])
        return found

    @memo
    def _hosted(self) -> tuple[tuple[Term, frozenset[str]], ...]:
        """Every trouble with the crops on which it is found; none where nothing is said of them."""
        columns = ((vocabulary, self._hosts(vocabulary)) for vocabulary in self.troubles)
        return tuple(
            (trouble, frozenset(filter(None, trouble.get(column).split(";"))))
            for vocabulary, column in columns
            for trouble in vocabulary
        )

    @memo
    def _written(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For each trouble the records that name it in their own words, in which words; nobody who asks."""
        names = self._names()
        if not names:
            return {}
        starts = starts_of(names)
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for name, record_type in self.catalogue.types.items():
            if name not in self.sides and name not in self._reading():
                continue
            told = {"title", *record_type.search, *(f.name for f in record_type.fields if f.kind == "markdown")}
            fields = [f for f in record_type.fields if f.name in told and f.name not in SOURCE]
            for record in self.catalogue.by_type.get(name, ()):
                if name in self._reading() or self._side(record) is not None:
                    values = {field.name: record.get(field.name) for field in fields}
                    for _, _, text in iter_texts(values, fields):
                        for trouble, word in find_names(text, names, starts):
                            found[trouble].setdefault(record.key, word)
        return {trouble: tuple(rows.items()) for trouble, rows in found.items()}

    @memo
    def _names(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """By their first characters the names of troubles, the longest first, each with the trouble."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for vocabulary in self.troubles:
            for term in vocabulary:
                long = (each for each in term.aliases if each not in term.ambiguous and len(each) > NAME)
                for name in {term.title, *long}:
                    if len(name) >= NAME and term.parent:
                        found[name[:NAME]].append((name, f"{vocabulary.name}/{term.id}"))
        return {start: tuple(sorted(names, key=lambda n: (-len(n[0]), n))) for start, names in found.items()}

    # ── Rows ──

    def _row(self, record: Record) -> Row:
        side = self._side(record)
        places = record.term(side.place if side else PLACE)
        crops = record.term(side.industry if side else INDUSTRY)
        row = [record.title, record.key, [place.id for place in places], [crop.id for crop in crops]]
        return [*row, 1] if side is not None and side.far == NEVER else row

    def _crops_of(self, record: Record) -> tuple[Term, ...]:
        side = self._side(record)
        return record.term(side.industry if side else INDUSTRY)

    def _crop_names(self, rows: Iterable[Row]) -> dict[str, str]:
        crops = self.crops
        named = {crop for row in rows for crop in row[3]}
        return {crop: crops[crop].label(self.lang) for crop in sorted(named) if crops and crop in crops}

    def _place_names(self, rows: Iterable[Row]) -> dict[str, list[Any]]:
        """The places in rows and all above them: the name, and the ids above, the nearest first."""
        own = {place for row in rows for place in row[2]}
        named = {each.id: each for place in own for each in self.places.lineage(place)}
        above = {name: [each.id for each in reversed(self.places.ancestors(name))] for name in sorted(named)}
        return {name: [named[name].label(self.lang), ids] for name, ids in above.items()}

    def _leaves(self, term: Term) -> list[list[str]]:
        return [[each.id, each.label(self.lang)] for each, depth in walk(self.places, term, 0) if depth]

    def _walk(self, term: Term, depth: int) -> Iterator[tuple[Term, int]]:
        if self.crops is not None:
            yield from walk(self.crops, term, depth)

    def _telephones(self, top: Term) -> Iterator[list[str]]:
        """The portal's contacts that answer in a province: place, title, as it is written, what to dial."""
        for contact in self.views.portal.get("contacts") or ():
            at, phone = str(contact.get(PLACE) or ""), str(contact.get("phone") or "")
            if at in self.places and self.places.lineage(at)[0] == top and phone:
                yield [at, str(self.views.said(contact.get("title"))), phone, tel(phone)]


def walk(vocabulary: Vocabulary, term: Term, depth: int) -> Iterator[tuple[Term, int]]:
    """A term and all below it, in the order of the tree, each with how deep it lies."""
    yield term, depth
    for child in vocabulary.children(term.id):
        yield from walk(vocabulary, child, depth + 1)


def starts_of(names: Iterable[str]) -> re.Pattern[str]:
    """What finds the first characters of some names: most characters of a text begin none of them."""
    return re.compile("|".join(sorted({re.escape(name[0]) for name in names})) or "(?!)")


def find_names(
    text: str, names: Mapping[str, Sequence[tuple[str, str]]], starts: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """The names in a text, of those that begin at one character the longest; each with what it means."""
    at = 0
    while begun := starts.search(text, at):
        at, step = begun.start(), 1
        for name, meant in names.get(text[at : at + NAME], ()):
            if text.startswith(name, at) and (step == 1 or len(name) == step):
                yield meant, name
                step = len(name)
        at += step


def as_json(value: Any) -> bytes:
    """A file for the script, as short as JSON can be."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def make_script(said: Mapping[str, str]) -> str:
    """The script: its parts in one function, the words that it says in front."""
    package = Path(__file__).parent
    folders = (place / "site_overrides" / "assets" / PARTS for place in (package, package.parent))
    parts = next((found for folder in folders if (found := sorted(folder.glob("*.js")))), [])
    if not parts:
        raise KezhuError("this part of the product is missing", f"site_overrides/assets/{PARTS}")
    lines = (line.strip() for part in parts for line in part.read_text("utf-8").splitlines())
    body = "\n".join(line for line in lines if line and not COMMENT.fullmatch(line))
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f'(function () {{\n"use strict";\nvar SAID = {words};\n{body}\n}})();\n'

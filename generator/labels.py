"""What a query of the labelled set wants, as an expression over the catalogue's own data; no search engine is asked.

An expression joins conditions with ``&`` (and), ``|`` (or), ``!`` (not) and parentheses; ``&`` binds closer than ``|``.
A condition is ``name:value``:

* ``industry:ganju``: a vocabulary and a term: records that name the term, or one below it, in any field;
* ``type:case``: records of a type;
* ``key:case/xyz``: that record;
* ``ref:organisation/abc``: records that name that record, or a part of it, in any field;
* ``title:…``: records whose title holds the words; ``text:…``: records that hold them in any text of their own
  (the place of publication and addresses are left aside, see `ASIDE`);
* ``is:year=2021``: records whose field has that very value, or has it in its list;
* ``page:region/430224``: the page of a term, where the page itself is a right answer.

A value ends at an operator, a parenthesis or a space, unless it stands in single quotes: ``title:'GB/T 4754'``.
Capitals and full-width forms are the same as their plain ones. A word that the catalogue does not know (a type, a
term, a key) is an error, so that a label cannot rot in silence.

How the queries were judged:

* a crop or an animal: its page and every record of it; a place: its page and every record in it;
* a variety or a kind that a record names: that record; otherwise the crop, and without a crop the wider group;
* both together: the records that have both; only where there are none, the nearest ones and the two pages;
* a problem, a practice or a body that records name: those records. A problem that no record names, or a symptom:
  whatever the catalogue holds on the crop, since a person in need is better off there than with nothing;
* a name with two meanings: the one that the catalogue knows, or both.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.model import Catalogue, KezhuError

COLUMNS = ("id", "query", "kind", "wants", "why")
ASIDE = ("source_publisher", "source_title", "source_url", "source_date")
"""Fields that say where a record comes from: five hundred towns share the title of one notice."""

Keys = frozenset[str]
Matches = Callable[["Labels"], Keys]
PART = re.compile(r"\s*(?:(?P<op>[&|!()])|(?P<name>[a-z_]+):(?:'(?P<quoted>[^']*)'|(?P<plain>[^&|!()\s']+)))")


class LabelError(KezhuError):
    """An expression or a table of queries that cannot be read, and where."""


@dataclass(frozen=True, slots=True)
class Query:
    """One line of the labelled set."""

    id: str
    query: str
    kind: str
    wants: str
    why: str


def read_queries(path: Path) -> list[Query]:
    """The queries of one file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise LabelError(f"{path.name}: the columns should be {','.join(COLUMNS)}")
        found = []
        for row in rows:
            at = f"{path.name}:{rows.line_num}"
            if None in row or None in row.values():
                raise LabelError(f"{at}: this line should have {len(COLUMNS)} cells")
            for name in COLUMNS:
                if not row[name].strip():
                    raise LabelError(f"{at}: {name} is empty")
            found.append(Query(**row))
    return found


def parse(wants: str) -> Matches:
    """Read an expression; what it returns is given the `Labels` of a catalogue."""
    parts = list(_parts(wants))
    matches, rest = _either(parts, 0, wants)
    if rest < len(parts):
        raise LabelError(f"one part too many at character {parts[rest].start + 1}: {wants!r}")
    return matches


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    op: str = ""
    name: str = ""
    value: str = ""


def _parts(wants: str) -> Iterator[_Part]:
    at = 0
    end = len(wants.rstrip())
    while at < end:
        found = PART.match(wants, at)
        if not found:
            raise LabelError(f"neither an operator nor name:value at character {at + 1}: {wants!r}")
        value = found["plain"] if found["quoted"] is None else found["quoted"]
        start = found.start("op" if found["op"] else "name")
        if not found["op"] and not value:
            raise LabelError(f"{found['name']}: without a value at character {start + 1}: {wants!r}")
        yield _Part(start, found["op"] or "", found["name"] or "", value or "")
        at = found.end()


def _either(parts: list[_Part], at: int, wants: str) -> tuple[Matches, int]:
    matches, at = _both(parts, at, wants)
    while at < len(parts) and parts[at].op == "|":
        other, at = _both(parts, at + 1, wants)
        matches = _join(frozenset.union, matches, other)
    return matches, at


def _both(parts: list[_Part], at: int, wants: str) -> tuple[Matches, int]:
    matches, at = _one(parts, at, wants)
    while at < len(parts) and parts[at].op == "&":
        other, at = _one(parts, at + 1, wants)
        matches = _join(frozenset.intersection, matches, other)
    return matches, at


def _one(parts: list[_Part], at: int, wants: str) -> tuple[Matches, int]:
    if at >= len(parts):
        raise LabelError(f"something is missing at the end: {wants!r}")
    part = parts[at]
    if part.op == "!":
        inner, at = _one(parts, at + 1, wants)
        return (lambda labels: labels.every - inner(labels)), at
    if part.op == "(":
        inner, at = _either(parts, at + 1, wants)
        if at >= len(parts) or parts[at].op != ")":
            raise LabelError(f"the parenthesis at character {part.start + 1} is not closed: {wants!r}")
        return inner, at + 1
    if part.op:
        raise LabelError(f"no {part.op!r} can stand at character {part.start + 1}: {wants!r}")
    return (lambda labels: labels.holds(part.name, part.value)), at + 1


def _join(how: Callable[[Keys, Keys], Keys], one: Matches, other: Matches) -> Matches:
    return lambda labels: how(one(labels), other(labels))


# ── Finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Labels:
    """A joined catalogue, asked by expressions; its records are read once, then a condition is a look-up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.every: Keys = frozenset(catalogue.records)  # what "not" takes from: records, never pages
        self._terms: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._named: dict[str, set[str]] = defaultdict(set)
        self._titles = {key: _fold(record.title) for key, record in catalogue.records.items()}
        self._texts: dict[str, str] = {}
        for key, record in catalogue.records.items():
            own = []
            for spec, text in _values(record.values, record.type.fields):
                if spec.vocabulary:
                    self._terms[spec.vocabulary, text].add(key)
                elif spec.reference:
                    self._named[f"{spec.reference}/{text.partition('#')[0]}"].add(key)
                elif spec.name not in ASIDE:
                    own.append(text)
            self._texts[key] = _fold("\n".join(own))

    def relevant(self, wants: str) -> Keys:
        """The keys that an expression means: ``site/ns-0001``, ``region/430224``."""
        return parse(wants)(self)

    def holds(self, name: str, value: str) -> Keys:
        """The keys that one condition means."""
        known = CONDITIONS.get(name)
        return known(self, value) if known else self._term(name, value)

    def _type(self, value: str) -> Keys:
        if value not in self.catalogue.types:
            raise LabelError(f"no such type: {value}")
        return frozenset(record.key for record in self.catalogue.by_type.get(value, ()))

    def _key(self, value: str) -> Keys:
        if value not in self.every:
            raise LabelError(f"no such record: {value}")
        return frozenset([value])

    def _page(self, value: str) -> Keys:
        name, _, term = value.partition("/")
        vocabulary = self.catalogue.vocabularies.get(name)
        if vocabulary is None or not vocabulary.pages:
            raise LabelError(f"no such vocabulary with pages: {name}")
        if term not in vocabulary:
            raise LabelError(f"no such term: {value}")
        return frozenset([value])

    def _ref(self, value: str) -> Keys:
        self._key(value)
        return frozenset(self._named.get(value, ()))

    def _title(self, value: str) -> Keys:
        return frozenset(key for key, title in self._titles.items() if _fold(value) in title)

    def _text(self, value: str) -> Keys:
        return frozenset(key for key, text in self._texts.items() if _fold(value) in text)

    def _is(self, value: str) -> Keys:
        name, mark, wanted = value.partition("=")
        if not mark or not any(name in kind.by_name for kind in self.catalogue.types.values()):
            raise LabelError(f"is: wants field=value, with a field of some type: {value}")
        return frozenset(key for key, record in self.catalogue.records.items() if wanted in record.list(name))

    def _term(self, name: str, value: str) -> Keys:
        vocabulary = self.catalogue.vocabularies.get(name)
        if vocabulary is None:
            raise LabelError(f"neither a condition nor a vocabulary: {name}")
        if value not in vocabulary:
            raise LabelError(f"no such term: {name}/{value}")
        found: set[str] = set()
        ahead = [value]
        while ahead:
            term = ahead.pop()
            found |= self._terms.get((name, term), set())
            ahead += [child.id for child in vocabulary.children(term)]
        return frozenset(found)


CONDITIONS: Mapping[str, Callable[[Labels, str], Keys]] = {
    "type": Labels._type,
    "key": Labels._key,
    "page": Labels._page,
    "ref": Labels._ref,
    "title": Labels._title,
    "text": Labels._text,
    "is": Labels._is,
}


def _values(values: Mapping[str, Any], fields: Any) -> Iterator[tuple[Any, str]]:
    """Every text of a record with its field, items of lists and fields of objects too."""
    for spec in fields:
        value = values.get(spec.name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, str):
                yield spec, item
            elif isinstance(item, Mapping):
                yield from _values(item, spec.fields)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()

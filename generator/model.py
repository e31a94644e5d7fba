"""What the stages hand to each other: records, the catalogue, pages, problems and errors.

What describes their kinds (`kinds`) is offered here too: who speaks of a record speaks of its type and its terms.
No files, no Jinja, no frictionless, no MkDocs in here; every other room may import this one.
A value of a record stays the text that its author wrote: the schema decides what the text may be,
and nothing is converted behind the author's back.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from dataclasses import field as made  # "field" is also a word of ours
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from generator.kinds import (
    EMPTY,
    Dates,
    Duty,
    Exemption,
    Facet,
    FieldSpec,
    Label,
    Plan,
    Portal,
    RecordType,
    Severity,
    Term,
    Value,
    Vocabulary,
    in_language,
    referring,
)
from generator.track import BITS, now, read, sweep

__all__ = [
    "EMPTY",
    "Backlink",
    "Catalogue",
    "Dates",
    "Duty",
    "Exemption",
    "Facet",
    "FieldSpec",
    "KezhuError",
    "Label",
    "Listing",
    "Listings",
    "Locator",
    "Page",
    "Part",
    "Path_",
    "Plan",
    "Portal",
    "Position",
    "Problem",
    "RawRecord",
    "Record",
    "RecordType",
    "Records",
    "Refusal",
    "Sentence",
    "Several",
    "Severity",
    "Term",
    "Value",
    "Values",
    "Vocabulary",
    "in_language",
    "iter_references",
    "iter_texts",
    "referring",
]

Path_ = tuple[str | int, ...]
"""Where a value stands inside a record: ``("statuses", 0, "year")``."""

LISTS = (list, tuple)  # a union of the two would be made anew at each question


class KezhuError(Exception):
    """A broken project or a wrong call (exit code 2); says which file. Bad content is never an exception."""

    def __init__(self, message: str, path: Path | str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class Position(NamedTuple):
    """A place in a file; line and column count from 1, column in characters."""

    line: int = 1
    column: int = 1
    cell: str = ""  # of a workbook: 服务!C12


class Locator(Protocol):
    """Finds a value's place in its file; asked only when there is a problem to report."""

    def locate(self, path: Path_, *, key: bool = False) -> Position: ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words by their key in the message catalogues, and what fills their gaps."""

    key: str
    params: Mapping[str, Any] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person has to look at. Words are made from ``rule`` and ``params`` by `report`, in two languages."""

    rule: str
    path: str
    line: int = 1
    column: int = 1
    field: str = ""
    severity: Severity = "error"
    params: Mapping[str, Any] = made(default_factory=dict)
    cell: str = ""  # of a workbook: 服务!C12
    record: str = ""  # key of the record, "service/youcha-peixun", where there is one
    says: str = ""  # the rule in whose words it is told, where that is another one

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        return (self.path, self.line, self.column, self.rule)


@dataclass(eq=False)
class Refusal(Exception):
    """Why a file cannot be read as it is, and where; caught by whoever opened it and made a `Problem`."""

    rule: str
    line: int = 1
    column: int = 1
    params: Mapping[str, Any] = made(default_factory=dict)

    def problem(self, path: str) -> Problem:
        """The same, as a problem of ``path``."""
        return Problem(self.rule, path, self.line, self.column, params=self.params)


# ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class RawRecord(NamedTuple):
    """A record as loaded: nothing typed, nothing trusted. A tuple, because a hundred thousand are made in a second."""

    type: str
    id: str
    values: Mapping[str, Value]
    path: str
    locator: Locator


class Several:
    """Records of one type that are looked at together, one by one or field by field."""

    def __init__(self, records: Sequence[RawRecord]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> RawRecord:
        return self._records[index]

    def __iter__(self) -> Iterator[RawRecord]:
        return (self[i] for i in range(len(self)))

    def ids(self) -> Sequence[str]:
        """The id of each."""
        return [record.id for record in self._records]

    def column(self, name: str) -> Sequence[Value]:
        """One field of each; ``None`` where it is absent."""
        return [record.values.get(name) for record in self._records]


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a list field that others may point to: a task of a policy."""

    id: str
    title: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Backlink:
    """``record`` names this record in ``field``; ``part`` is the item meant, when it names one."""

    record: Record
    field: FieldSpec
    part: str = ""


class Record:
    """A checked record. ``values`` holds text, lists and mappings; terms and references are resolved beside them.

    Whoever reads of it is noted (`track`). One that an earlier build left may be read from there only when it is asked:
    ``fill`` gives its values and terms.
    """

    __slots__ = ("_fill", "_terms", "_values", "id", "key", "path", "type")

    def __init__(
        self,
        type: RecordType,
        id: str,
        values: Mapping[str, Value] | None = None,
        path: str = "",
        terms: Mapping[str, tuple[Term, ...]] = EMPTY,  # top-level term fields, resolved
        fill: Callable[[Record], tuple[Mapping[str, Value], Mapping[str, tuple[Term, ...]]]] | None = None,
    ) -> None:
        self.type, self.id, self.path, self.key = type, id, path, f"{type.name}/{id}"
        self._values, self._terms, self._fill = values, terms, fill

    def __repr__(self) -> str:
        return f"Record({self.key})"

    def _read(self, name: str) -> Mapping[str, Value]:
        frame = now.frame
        if frame is not None:
            thing = f"{self.type.name}/" if frame.bulk and self.type.name in frame.bulk else self.key
            reads = frame.reads
            reads[thing] = reads.get(thing, 0) | BITS[name]
        if self._values is None:
            if self._fill is None:
                self._values = EMPTY
            else:
                self._values, self._terms = self._fill(self)
        return self._values

    @property
    def values(self) -> Mapping[str, Value]:
        return Values(self) if now.frame is not None else MappingProxyType(self._read("*"))

    @property
    def terms(self) -> Mapping[str, tuple[Term, ...]]:
        self._read("%")
        return MappingProxyType(self._terms)

    @property
    def title(self) -> str:
        return str(self._read("title").get("title") or self.id)

    @property
    def url(self) -> str:
        """Address from the top of the site."""
        return f"{self.key}.html"

    def get(self, name: str, default: Value = "") -> Value:
        value = self._read(name).get(name)
        return default if value is None else value

    def list(self, name: str) -> Sequence[Value]:
        """The value as a list, whether the field holds one value, many or none."""
        value = self._read(name).get(name)
        if value is None or value == "":
            return ()
        return value if isinstance(value, LISTS) else (value,)

    def term(self, name: str) -> tuple[Term, ...]:
        self._read(name)
        return self._terms.get(name, ())


class Values(Mapping[str, Value]):
    """A record's values, each noted when it is read."""

    __slots__ = ("_record",)

    def __init__(self, record: Record) -> None:
        self._record = record

    def __getitem__(self, name: str) -> Value:
        return self._record._read(name)[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self._record._read(name).get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._record._read(str(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._record._read("*"))

    def __len__(self) -> int:
        return len(self._record._read("*"))


class Listing(Sequence[Record]):
    """All records of one type, in its own order; whoever goes through them is noted."""

    __slots__ = ("_name", "_records")

    def __init__(self, name: str, records: Sequence[Record]) -> None:
        self._name, self._records = name, records

    def __len__(self) -> int:
        read(f"{self._name}/", "#")
        return len(self._records)

    def __getitem__(self, index: Any) -> Any:
        read(f"{self._name}/", "#")
        return self._records[index]

    def __iter__(self) -> Iterator[Record]:
        sweep(self._name)
        return iter(self._records)


class Listings(Mapping[str, Sequence[Record]]):
    """Each type's records by the name of the type."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[str, Sequence[Record]]) -> None:
        self._found = {name: Listing(name, records) for name, records in found.items()}

    def __getitem__(self, name: str) -> Listing:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Records(Mapping[str, Record]):
    """Every record by key; whoever asks for one that is not there is noted too."""

    __slots__ = ("_found", "_types")

    def __init__(self, found: Mapping[str, Record], types: Iterable[str]) -> None:
        self._found, self._types = found, tuple(types)

    def __getitem__(self, key: str) -> Record:
        read(key, "?")
        return self._found[key]

    def __contains__(self, key: object) -> bool:
        read(str(key), "?")
        return key in self._found

    def __iter__(self) -> Iterator[str]:
        self._sweep()
        return iter(self._found)

    def __len__(self) -> int:
        for name in self._types:
            read(f"{name}/", "#")
        return len(self._found)

    def get(self, key: str, default: Any = None) -> Any:
        read(key, "?")
        return self._found.get(key, default)

    def values(self) -> ValuesView[Record]:
        """All records, of each type in its order."""
        self._sweep()
        return self._found.values()

    def items(self) -> ItemsView[str, Record]:
        """All records with their keys."""
        self._sweep()
        return self._found.items()

    def _sweep(self) -> None:
        for name in self._types:
            sweep(name)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that pages are made from, joined and frozen."""

    portal: Portal
    types: Mapping[str, RecordType]  # in the order of the home page
    vocabularies: Mapping[str, Vocabulary]
    records: Mapping[str, Record]  # by key, "site/ns-0001"
    by_type: Mapping[str, Sequence[Record]]  # in the type's own order
    backlinks: Mapping[str, tuple[Backlink, ...]] = made(default_factory=dict)  # by the key of the record that is named
    by_term: Mapping[tuple[str, str], tuple[Record, ...]] = made(default_factory=dict)
    """By vocabulary and term id: the records that name that very term."""
    below_term: Mapping[tuple[str, str], Mapping[str, int]] = made(default_factory=dict)
    """By vocabulary and term id: how many records of each type are at the term or below it."""
    plans: Mapping[str, Plan] = made(default_factory=dict)  # by id of the record that holds the plan
    exemptions: tuple[Exemption, ...] = ()

    def backlinks_of(self, record: Record) -> tuple[Backlink, ...]:
        read(record.key, "<")
        return self.backlinks.get(record.key, ())

    def targets(self, record: Record, spec: FieldSpec) -> tuple[tuple[Record, str], ...]:
        """The records that a reference field names, each with the id of the part it points to or ``""``."""
        found = []
        for word in record.list(spec.name):
            name, _, part = str(word).partition("#")
            target = self.records.get(f"{spec.reference}/{name}")
            if target is not None:
                found.append((target, part))
        return tuple(found)

    def at_term(self, vocabulary: str, term_id: str) -> tuple[Record, ...]:
        read(f"@{vocabulary}/{term_id}", "#")
        return self.by_term.get((vocabulary, term_id), ())

    def counts(self, vocabulary: str, term_id: str) -> Mapping[str, int]:
        read(f"@{vocabulary}/{term_id}", "n")
        return self.below_term.get((vocabulary, term_id), EMPTY)


def iter_references(
    values: Mapping[str, Value], fields: Sequence[FieldSpec], at: Path_ = ()
) -> Iterator[tuple[FieldSpec, Path_, str]]:
    """Every reference of a record with its place, inside objects too."""
    for spec in fields:
        value = values.get(spec.name)
        if value is None or spec.kind not in {"reference", "object"}:
            continue
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for i, item in items:
            here: Path_ = (*at, spec.name) if i is None else (*at, spec.name, i)
            if spec.kind == "object" and isinstance(item, dict):
                yield from iter_references(item, spec.fields, here)
            elif spec.kind == "reference" and isinstance(item, str):
                yield spec, here, item


def iter_texts(
    values: Mapping[str, Value], fields: Sequence[FieldSpec], at: Path_ = ()
) -> Iterator[tuple[FieldSpec, Path_, str]]:
    """Every text of a record with its field and place, items of lists and fields of objects too."""
    for spec in fields:
        value = values.get(spec.name)
        if value is None:
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for i, item in items:
            here: Path_ = (*at, spec.name) if i is None else (*at, spec.name, i)
            if isinstance(item, str):
                yield spec, here, item
            elif isinstance(item, dict):
                yield from iter_texts(item, spec.fields, here)


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site, whole, in memory. ``path`` is relative to the site, with forward slashes."""

    path: str
    content: bytes

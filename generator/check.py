"""Single records against their schemas. The only room that knows frictionless, which is the judge.

Frictionless builds a reader per cell once; we keep those readers and loop. Before asking a reader, a cheap test may
say that a cell is certainly valid: it can only wave through what the reader would pass, and every refusal is the
reader's own. What frictionless drops or ignores is checked here: unknown keys, the shape of values, items of lists,
fields of objects, terms of vocabularies. Reads no files and prints nothing.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from frictionless import Field as TableField

from generator.model import (
    FieldSpec,
    KezhuError,
    Path_,
    Problem,
    RawRecord,
    RecordType,
    Severity,
    Value,
    Vocabulary,
)

Fast = Callable[[str], bool]
Slow = Callable[[str], tuple[Any, Mapping[str, str] | None]]

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])")
PARTIAL_DATE = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
PHONE = r"\+?[0-9][0-9 ()-]{3,22}[0-9]"
INTEGERS = ("minLength", "maxLength")
MISSPELLED_LIMIT = 400  # a word longer than this is not a slip of the pen


@dataclass(frozen=True)
class CellCheck:
    """How one value of a field is judged: a cheap test, then frictionless' reader."""

    spec: FieldSpec
    fast: Fast
    slow: Slow

    def notes(self, text: str) -> Mapping[str, str]:
        """The constraints that a text breaks, as frictionless names them; empty when it breaks none."""
        if self.fast(text):
            return {}
        return self.slow(text)[1] or {}


@dataclass(frozen=True)
class Checked:
    """The records that can be joined, and everything that is wrong."""

    records: tuple[RawRecord, ...]
    problems: tuple[Problem, ...]


def check_records(
    records: Sequence[RawRecord], types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary]
) -> Checked:
    """Judge every record; terms written by name come back as ids in the records."""
    checkers = {name: TypeChecker(record_type, vocabularies) for name, record_type in types.items()}
    problems: list[Problem] = []
    checked = [checkers[record.type].check(record, problems) for record in records]
    return Checked(tuple(checked), tuple(problems))


class TypeChecker:
    """All checks of one record type, made once from its schema."""

    def __init__(self, record_type: RecordType, vocabularies: Mapping[str, Vocabulary]) -> None:
        self.type = record_type
        self.vocabularies = vocabularies
        self.cells: dict[int, CellCheck] = {}
        self.many: dict[int, Slow] = {}
        self.required = [spec for spec in record_type.fields if spec.required]
        self._prepare(record_type.fields)

    def _prepare(self, fields: Sequence[FieldSpec]) -> None:
        for spec in fields:
            descriptor = cell_descriptor(spec)
            if spec.many and spec.descriptor.get("constraints"):
                constraints = typed_constraints(spec.descriptor["constraints"])
                constraints.pop("required", None)
                if constraints:
                    array = {"name": spec.name, "type": "array", "constraints": constraints}
                    self.many[id(spec)] = read_field(array, self.type.path)
            self.cells[id(spec)] = CellCheck(spec, fast_test(descriptor), read_field(descriptor, self.type.path))
            self._prepare(spec.fields)

    def check(self, record: RawRecord, problems: list[Problem]) -> RawRecord:
        """Add what is wrong to ``problems``; the record comes back with its terms as ids."""
        problems.extend(check_id(record))
        values = self._check_mapping(record, record.values, self.type.by_name, (), problems)
        for spec in self.required:
            if spec.name not in record.values:
                problems.append(make_problem("required", record, spec, (), type=self.type))
        return RawRecord(record.type, record.id, values, record.path, record.locator)

    def _check_mapping(
        self,
        record: RawRecord,
        got: Mapping[str, Value],
        by_name: Mapping[str, FieldSpec],
        at: Path_,
        problems: list[Problem],
    ) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, value in got.items():
            spec = by_name.get(name)
            if spec is None:
                problems.append(unknown_key(record, name, by_name, (*at, name), self.type))
                continue
            values[name] = self._check_value(record, spec, value, (*at, name), problems)
        return values

    def _check_value(
        self, record: RawRecord, spec: FieldSpec, value: Value, at: Path_, problems: list[Problem]
    ) -> Value:
        if not spec.many:
            return self._check_item(record, spec, value, at, problems)
        items = value if isinstance(value, list) else [value]
        if reader := self.many.get(id(spec)):
            for rule, limit in (reader(json.dumps(items))[1] or {}).items():
                problems.append(constraint_problem(rule, limit, record, spec, at, items, many=True))
        if spec.kind == "object" and (wrong := [i for i, item in enumerate(items) if not isinstance(item, dict)]):
            at = (*at, wrong[0]) if isinstance(value, list) else at
            names = [f.name for f in spec.fields]
            problems.append(make_problem("want-object", record, spec, at, names=names, value=items[wrong[0]]))
            return items
        if not isinstance(value, list):
            return [self._check_item(record, spec, value, at, problems)]
        return [self._check_item(record, spec, item, (*at, i), problems) for i, item in enumerate(items)]

    def _check_item(
        self, record: RawRecord, spec: FieldSpec, value: Value, at: Path_, problems: list[Problem]
    ) -> Value:
        if spec.kind == "object":
            if not isinstance(value, dict):
                names = [f.name for f in spec.fields]
                problems.append(make_problem("want-object", record, spec, at, names=names, value=value))
                return value
            by_name = {f.name: f for f in spec.fields}
            for inner in spec.fields:
                if inner.required and inner.name not in value:
                    problems.append(make_problem("required", record, inner, at, type=self.type))
            return self._check_mapping(record, value, by_name, at, problems)
        if not isinstance(value, str):
            rule = "want-one" if isinstance(value, list) else "want-text"
            problems.append(make_problem(rule, record, spec, at))
            return value
        if spec.kind == "term":
            return self._check_term(record, spec, value, at, problems)
        notes = self.cells[id(spec)].notes(value)
        for rule, limit in notes.items():
            problems.append(constraint_problem(rule, limit, record, spec, at, value))
        if not notes and (own := own_rule(spec.kind, value)) is not None:
            problems.append(make_problem(own, record, spec, at, value=value))
        return value

    def _check_term(self, record: RawRecord, spec: FieldSpec, value: str, at: Path_, problems: list[Problem]) -> str:
        vocabulary = self.vocabularies[spec.vocabulary]
        if value in vocabulary.terms:
            return value
        if (term := vocabulary.resolve(value)) is not None:
            return term.id
        bearers = vocabulary.by_name.get(value, ())
        params: dict[str, Any] = {"value": value, "vocabulary": vocabulary}
        if bearers:
            candidates = [f"{term.id} {describe_term(vocabulary, term.id)}" for term in bearers[:6]]
            problems.append(make_problem("ambiguous-term", record, spec, at, candidates=candidates, **params))
        else:
            problems.append(
                make_problem("unknown-term", record, spec, at, suggestions=suggest_terms(value, vocabulary), **params)
            )
        return value


# ── Frictionless ─────────────────────────────────────────────────────────────────────────────────────────────────────


def typed_constraints(constraints: Mapping[str, Any]) -> dict[str, Any]:
    """Constraints as frictionless wants them, from the text that a schema file holds."""
    typed: dict[str, Any] = dict(constraints)
    for name in INTEGERS:
        if name in typed:
            typed[name] = int(typed[name])
    for name in ("required", "unique"):
        if name in typed:
            typed[name] = typed[name] == "true"
    if "pattern" in typed:
        typed["pattern"] = f"(?:{typed['pattern']})"  # frictionless adds ^ and $, which a|b would tear apart
    return typed


def cell_descriptor(spec: FieldSpec) -> dict[str, Any]:
    """The Table Schema field that judges one value of ``spec``; of one item where the field holds a list."""
    source = (spec.descriptor.get("arrayItem") or {"type": "string"}) if spec.many else spec.descriptor
    constraints = typed_constraints(source.get("constraints") or {})
    constraints.pop("required", None)  # whether something is there at all is asked before any cell is read
    constraints.pop("unique", None)
    kind, form = source.get("type", "string"), source.get("format") or "default"
    if spec.kind == "object":
        return {"name": spec.name, "type": "any"}
    if form == "partial-date":
        constraints.setdefault("pattern", PARTIAL_DATE)
    if form == "phone":
        constraints.setdefault("pattern", PHONE)
    if form in {"partial-date", "phone", "markdown"} or spec.kind in {"term", "reference"}:
        kind, form = "string", "default"
    return {"name": spec.name, "type": kind, "format": form, "constraints": constraints}


def read_field(descriptor: Mapping[str, Any], where: str) -> Slow:
    """Frictionless' own reader of a cell; raises `KezhuError` when it refuses the field."""
    try:
        field = TableField.from_descriptor(dict(descriptor))
        reader = field.create_cell_reader()
        reader("")
    except Exception as error:  # frictionless raises several kinds for a bad field, all of them a broken schema
        raise KezhuError(f"field {descriptor.get('name')}: {error}", where) from None
    return reader


def fast_test(descriptor: Mapping[str, Any]) -> Fast:
    """A test that is true only for texts which the reader surely accepts; false means "ask the reader"."""
    kind, form = descriptor["type"], descriptor.get("format", "default")
    constraints = dict(descriptor.get("constraints") or {})
    if kind == "any":
        return lambda _: True
    if kind == "string" and form == "default":
        low, high = constraints.pop("minLength", 0), constraints.pop("maxLength", 1 << 30)
        pattern, enum = constraints.pop("pattern", None), constraints.pop("enum", None)
        if constraints:
            return never
        fits = re.compile(pattern).fullmatch if pattern else None
        allowed = frozenset(enum) if enum is not None else None
        if fits is None and allowed is None:
            return lambda text: low <= len(text) <= high
        return lambda text: (
            low <= len(text) <= high
            and (fits is None or fits(text) is not None)
            and (allowed is None or text in allowed)
        )
    if kind == "year" and not constraints:
        return lambda text: len(text) == 4 and text.isascii() and text.isdigit() and text[0] != "0"
    if kind == "date" and form == "default" and not constraints:
        return is_date
    return never


def never(_: str) -> bool:
    """Nothing is certain: the reader decides."""
    return False


def is_date(text: str) -> bool:
    """A whole date, written as 2022-07-13."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# ── What frictionless does not judge ─────────────────────────────────────────────────────────────────────────────────


def own_rule(kind: str, value: str) -> str | None:
    """The rule that a value breaks although frictionless accepts it."""
    if kind == "url" and not is_web_address(value):
        return "web-address"
    if kind == "date" and len(value) != 4 and len(value) != 7 and not is_date(value):
        return "date-form" if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", value) else None
    if kind in {"integer", "number"} and not (value.isascii() and "_" not in value):
        return "plain-number"
    return None


def is_web_address(value: str) -> bool:
    """http or https with a host; ``javascript:``, ``//host`` and blanks are none."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\\<>\"\x00-\x1f]", value)


def check_id(record: RawRecord) -> Iterator[Problem]:
    """An id is an address: ``[a-z0-9]+(-[a-z0-9]+)*``, at most 64, not only digits, no name that a system keeps."""
    reason = ""
    if not record.id:
        reason = "empty"
    elif len(record.id) > 64:
        reason = "long"
    elif record.id.replace("-", "").isdigit():
        reason = "digits"
    elif record.id == "index" or DEVICE.fullmatch(record.id):
        reason = "kept"
    elif not ID.fullmatch(record.id):
        reason = "form"
    if reason:
        place = record.locator.locate(("id",))
        params = {"value": record.id, "suggestion": suggest_id(record.id)}
        yield Problem(f"bad-id-{reason}", record.path, place.line, place.column, "id", params=params)


def suggest_id(text: str) -> str:
    """What the id could be, or ``""`` where nothing of it can be kept."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64].strip("-")


def unknown_key(
    record: RawRecord, name: str, by_name: Mapping[str, FieldSpec], at: Path_, record_type: RecordType
) -> Problem:
    """A key that the schema does not have; a field's Chinese or English title counts as a slip for its name."""
    titles = {title: spec.name for spec in by_name.values() for title in spec.titles.values()}
    near = [titles[name]] if name in titles else difflib.get_close_matches(name, list(by_name), 1, 0.7)
    place = record.locator.locate(at, key=True)
    params = {"name": name, "type": record_type, "suggestions": near, "known": list(by_name)}
    return Problem("unknown-key", record.path, place.line, place.column, name, params=params)


def describe_term(vocabulary: Vocabulary, term_id: str) -> str:
    """A term with what stands above it: 云南省普洱市澜沧县."""
    return "".join(term.title for term in vocabulary.lineage(term_id))


def suggest_terms(value: str, vocabulary: Vocabulary) -> list[str]:
    """Up to three terms that may have been meant, with their names."""
    if len(value) > MISSPELLED_LIMIT:
        return []
    names = {**{term.id: term.id for term in vocabulary}, **{w: t[0].id for w, t in vocabulary.by_name.items()}}
    near = difflib.get_close_matches(value, list(names), 3, 0.5)
    near += [word for word in names if len(value) > 1 and word != value and (value in word or word in value)][:3]
    ids = list(dict.fromkeys(names[word] for word in near))[:3]
    return [f"{term_id} {describe_term(vocabulary, term_id)}" for term_id in ids]


# ── Problems ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_problem(
    rule: str, record: RawRecord, spec: FieldSpec, at: Path_, severity: Severity = "error", **params: Any
) -> Problem:
    """A problem at the place of a value."""
    place = record.locator.locate(at)
    name = ".".join(str(step + 1) if isinstance(step, int) else step for step in at) or spec.name
    return Problem(rule, record.path, place.line, place.column, name, severity, {"label": spec, **params})


def constraint_problem(
    rule: str, note: str, record: RawRecord, spec: FieldSpec, at: Path_, value: Any, *, many: bool = False
) -> Problem:
    """What frictionless found, under a rule of ours with the numbers that matter."""
    source = spec.descriptor if many or not spec.many else spec.descriptor.get("arrayItem") or {}
    constraints = source.get("constraints") or {}
    params: dict[str, Any] = {"value": value, "limit": constraints.get(rule, note)}
    name = {"minLength": "too-short", "maxLength": "too-long", "minimum": "too-small", "maximum": "too-large-number"}
    if rule == "type":
        ours = "web-address" if spec.kind == "url" else f"want-{spec.kind}"
    elif rule in name:
        ours = f"{name[rule]}-list" if many else name[rule]
        params["found"] = len(value) if rule in INTEGERS else value
    elif rule == "enum":
        ours = "not-in-list"
        params["known"] = list(constraints.get("enum") or [])
        params["suggestions"] = difflib.get_close_matches(str(value), params["known"], 1)
    elif rule == "pattern":
        ours = {"phone": "want-phone", "date": "want-date"}.get(spec.kind, "pattern")
        params["suggestions"] = [example] if (example := spec.descriptor.get("example")) else []
    else:
        ours = "constraint"
        params["constraint"] = rule
    return make_problem(ours, record, spec, at, **params)

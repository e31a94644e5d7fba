"""The catalogue folder to values: portal, schemas, vocabularies, and records as text with their places.

Nothing is typed and nothing is trusted here. What belongs to maintainers (portal.yml, schemas, vocabularies) must be
right, or the project is broken: `KezhuError`. What anyone may send (records) is loaded as far as it can be read, and
the rest becomes problems. Has no opinion about content.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.model import (
    Facet,
    FieldSpec,
    KezhuError,
    Portal,
    Position,
    Problem,
    RawRecord,
    RecordType,
    Term,
    Value,
    Vocabulary,
)
from generator.source import MAX_BYTES, MAX_CSV_BYTES, CsvRow, Refusal, read_csv, read_text, read_yaml
from generator.words import LANGUAGES

RESERVED = frozenset({"schemas", "vocabularies", "pages"})
TYPE_KEYS = {"title", "description", "kezhu", "fields", "missingValues", "primaryKey", *LANGUAGES}
KEZHU_KEYS = {"seal", "tone", "order", "unit", "note", "facets", "sort", "card", "search"}
FIELD_KEYS = {
    *("name", "type", "format", "title", "description", "example", "constraints", "arrayItem", "fields"),
    *("vocabulary", "reference", "part", *LANGUAGES),
}
KINDS = {
    ("string", "default"): "text",
    ("string", "markdown"): "markdown",
    ("string", "uri"): "url",
    ("string", "email"): "email",
    ("string", "phone"): "phone",
    ("string", "partial-date"): "date",
    ("date", "default"): "date",
    ("integer", "default"): "integer",
    ("year", "default"): "integer",
    ("number", "default"): "number",
    ("boolean", "default"): "boolean",
    ("object", "default"): "object",
}
TERM_KEYS = ("id", "title", "parent", "aliases", "ambiguous", *LANGUAGES)
TONES = ("", "s", "c", "n", "p")


@dataclass(frozen=True)
class Loaded:
    """What the catalogue folder holds, and what could not be read."""

    root: Path
    portal: Portal
    types: Mapping[str, RecordType]
    vocabularies: Mapping[str, Vocabulary]
    records: tuple[RawRecord, ...]
    problems: tuple[Problem, ...] = field(default=())


def load_catalogue(root: Path) -> Loaded:
    """Load ``root/catalogue``; raises `KezhuError` when the project itself is broken."""
    base = root / "catalogue"
    if not base.is_dir():
        raise KezhuError("there is no folder catalogue/ here; name another with --root DIR", root)
    portal = load_portal(base / "portal.yml", root)
    types = load_types(base / "schemas", root)
    vocabularies = load_vocabularies(base / "vocabularies", portal, root)
    check_references(types, vocabularies)
    for name in sorted(types.keys() & {v.name for v in vocabularies.values() if v.pages}):
        raise KezhuError(f"{name} is both a record type and a vocabulary with pages", types[name].path)
    problems: list[Problem] = []
    records = tuple(iter_records(base, types, root, problems))
    return Loaded(root, portal, types, vocabularies, records, tuple(problems))


def relative(path: Path, root: Path) -> str:
    """The path as people write it: from the root, with forward slashes."""
    return path.relative_to(root).as_posix()


def load_settings(path: Path, root: Path) -> tuple[dict[str, Any], Any]:
    """A maintainer's YAML file; raises `KezhuError` with the place when it cannot be read."""
    try:
        return read_yaml(read_text(path, MAX_BYTES))
    except FileNotFoundError:
        raise KezhuError("this file is missing", relative(path, root)) from None
    except Refusal as refusal:
        where = f"{relative(path, root)}:{refusal.line}:{refusal.column}"
        raise KezhuError(f"cannot be read ({refusal.rule})", where) from None


# ── Portal ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def load_portal(path: Path, root: Path) -> Portal:
    """Read ``portal.yml``; a portal needs a name and a language."""
    settings, _ = load_settings(path, root)
    language = settings.get("language") or "zh"
    if language not in LANGUAGES:
        raise KezhuError(f"language is {language!r}; it can be {' or '.join(LANGUAGES)}", relative(path, root))
    name = settings.get("name")
    if not name:
        raise KezhuError("a portal needs a name", relative(path, root))
    words = name.get(language) if isinstance(name, dict) else name
    return Portal(str(words), language, settings)


# ── Schemas ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def load_types(folder: Path, root: Path) -> dict[str, RecordType]:
    """Every schema as a record type, in the order of the home page."""
    found = [load_type(path, root) for path in sorted(folder.glob("*.yml"))]
    if not found:
        raise KezhuError("no schema here: a catalogue needs at least one record type", relative(folder, root))
    return {t.name: t for t in sorted(found, key=lambda t: (t.order, t.name))}


def load_type(path: Path, root: Path) -> RecordType:
    """One schema file; an unknown key is refused, since frictionless would ignore it without a word."""
    where = relative(path, root)
    settings, locator = load_settings(path, root)

    def refuse_unknown(got: Mapping[str, Any], known: Iterable[str], at: tuple[str | int, ...]) -> None:
        known = sorted(known)
        for key in got:
            if key not in known:
                place = locator.locate((*at, key), key=True)
                near = difflib.get_close_matches(key, known, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
                raise KezhuError(f"unknown key {key}{hint}", f"{where}:{place.line}:{place.column}")

    def load_field(got: Any, at: tuple[str | int, ...]) -> FieldSpec:
        place = locator.locate(at)
        if not isinstance(got, dict) or not got.get("name"):
            raise KezhuError("a field needs a name", f"{where}:{place.line}:{place.column}")
        refuse_unknown(got, FIELD_KEYS, at)
        many = got.get("type") == "array"
        item = got.get("arrayItem") or {"type": "string"} if many else got
        if many:
            refuse_unknown(item, FIELD_KEYS - {"name"}, (*at, "arrayItem"))
        base_type, form = item.get("type", "string"), item.get("format") or "default"
        kind = KINDS.get((base_type, form))
        if kind is None:
            raise KezhuError(
                f"field {got['name']}: type {base_type} with format {form} is not known", f"{where}:{place.line}:1"
            )
        vocabulary = got.get("vocabulary") or item.get("vocabulary") or ""
        reference = got.get("reference") or item.get("reference") or ""
        if vocabulary or reference:
            kind = "term" if vocabulary else "reference"
        inner = item.get("fields") or []
        if kind == "object" and not inner:
            raise KezhuError(f"field {got['name']}: an object needs fields", f"{where}:{place.line}:1")
        inner_at = (*at, "arrayItem", "fields") if many else (*at, "fields")
        return FieldSpec(
            name=got["name"],
            kind=kind,
            titles=by_language(got, "title"),
            descriptions=by_language(got, "description"),
            many=many,
            required=(got.get("constraints") or {}).get("required") == "true",
            vocabulary=vocabulary,
            reference=reference,
            part=got.get("part") or "",
            fields=tuple(load_field(sub, (*inner_at, i)) for i, sub in enumerate(inner)),
            descriptor=got,
        )

    refuse_unknown(settings, TYPE_KEYS, ())
    own = settings.get("kezhu") or {}
    refuse_unknown(own, KEZHU_KEYS, ("kezhu",))
    fields = tuple(load_field(f, ("fields", i)) for i, f in enumerate(settings.get("fields") or []))
    by_name = {f.name: f for f in fields}
    if "title" not in by_name or not by_name["title"].required:
        raise KezhuError("every type needs a field title with constraints: {required: true}", where)
    if "id" in by_name:
        raise KezhuError("id is not written as a field: every record has one", where)
    facets = tuple(load_facet(f) for f in own.get("facets") or [])
    for name in [*(f.field for f in facets), *(own.get("card") or []), *(own.get("search") or [])]:
        if name not in by_name:
            raise KezhuError(f"kezhu names the field {name}, which the schema does not have", where)
    if (own.get("tone") or "") not in TONES:
        raise KezhuError(f"tone is one of {', '.join(TONES[1:])} or empty", where)
    return RecordType(
        name=path.stem,
        titles=by_language(settings, "title"),
        descriptions=by_language(settings, "description"),
        fields=fields,
        path=where,
        schema=settings,
        seal=own.get("seal") or "",
        tone=own.get("tone") or "",
        order=int(own.get("order") or 100),
        units=by_language(settings, "unit", own),
        notes=by_language(settings, "note", own),
        facets=facets,
        sort=tuple(own.get("sort") or ()),
        card=tuple(own.get("card") or [n for n in ("summary",) if n in by_name]),
        search=tuple(own.get("search") or [n for n in ("summary",) if n in by_name]),
        by_name=by_name,
    )


def load_facet(got: Any) -> Facet:
    """A facet is a field's name, or a field with the level of its tree at which to split."""
    if isinstance(got, dict):
        return Facet(str(got.get("field", "")), int(got.get("level", -1)))
    return Facet(str(got))


def by_language(got: Mapping[str, Any], name: str, own: Mapping[str, Any] | None = None) -> dict[str, str]:
    """A text with its translations: ``""`` holds the portal's own language."""
    found = {lang: (got.get(lang) or {}).get(name) for lang in LANGUAGES}
    found[""] = (got if own is None else own).get(name)
    return {lang: str(text) for lang, text in found.items() if text}


# ── Vocabularies ─────────────────────────────────────────────────────────────────────────────────────────────────────


def load_vocabularies(folder: Path, portal: Portal, root: Path) -> dict[str, Vocabulary]:
    """Every vocabulary by name; ``portal.yml`` says which have pages and what they are called."""
    settings = portal.get("vocabularies") or {}
    found = {}
    for path in sorted(folder.glob("*.csv")):
        found[path.stem] = load_vocabulary(path, settings.get(path.stem) or {}, root)
    for name in settings:
        if name not in found:
            raise KezhuError(f"portal.yml names the vocabulary {name}; there is no vocabularies/{name}.csv")
    return found


def load_vocabulary(path: Path, settings: Mapping[str, Any], root: Path) -> Vocabulary:
    """One CSV of terms; ids are unique, parents exist and come before their children."""
    where = relative(path, root)
    terms: dict[str, Term] = {}
    try:
        header, rows = read_csv(read_text(path, MAX_CSV_BYTES))
        if "id" not in header or "title" not in header:
            raise KezhuError("a vocabulary needs the columns id and title", f"{where}:1")
        for row in rows:
            term = load_term(path.stem, dict(zip(header, row.cells, strict=False)), row.locator.start)
            if not term.id or not term.title:
                raise KezhuError("a term needs an id and a title", f"{where}:{term.line}")
            if term.id in terms:
                raise KezhuError(f"{term.id} stands here and in line {terms[term.id].line}", f"{where}:{term.line}")
            if term.parent and term.parent not in terms:
                raise KezhuError(f"the parent {term.parent} must stand above {term.id}", f"{where}:{term.line}")
            terms[term.id] = term
    except Refusal as refusal:
        raise KezhuError(f"cannot be read ({refusal.rule})", f"{where}:{refusal.line}:{refusal.column}") from None
    return make_vocabulary(path.stem, terms, settings, where)


def make_vocabulary(name: str, terms: Mapping[str, Term], settings: Mapping[str, Any], where: str) -> Vocabulary:
    """Add what is looked up often: children by parent, terms by every name they bear."""
    children: dict[str, list[Term]] = {}
    names: dict[str, dict[str, Term]] = {}
    for term in terms.values():
        children.setdefault(term.parent, []).append(term)
        for word in {term.title, *term.aliases, *term.titles.values()}:
            names.setdefault(word, {})[term.id] = term
    return Vocabulary(
        name=name,
        terms=terms,
        path=where,
        titles=by_language(settings, "title"),
        seal=settings.get("seal") or "",
        pages=settings.get("pages") == "true",
        children_of={parent: tuple(found) for parent, found in children.items()},
        by_name={word: tuple(found.values()) for word, found in names.items()},
    )


def load_term(vocabulary: str, row: Mapping[str, str], line: int) -> Term:
    """One row of a vocabulary."""
    row = {name: cell.strip() for name, cell in row.items() if name}
    return Term(
        vocabulary=vocabulary,
        id=row["id"],
        title=row["title"],
        parent=row.get("parent", ""),
        aliases=tuple(split_list(row.get("aliases", ""))),
        ambiguous=tuple(split_list(row.get("ambiguous", ""))),
        titles={lang: row[lang] for lang in LANGUAGES if row.get(lang)},
        attributes={name: cell for name, cell in row.items() if cell and name not in TERM_KEYS},
        line=line,
    )


def check_references(types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary]) -> None:
    """Every vocabulary and type that a schema names must exist."""

    def look(fields: Iterable[FieldSpec], where: str) -> None:
        for spec in fields:
            if spec.vocabulary and spec.vocabulary not in vocabularies:
                raise KezhuError(f"field {spec.name}: there is no vocabulary {spec.vocabulary}", where)
            if spec.reference and spec.reference not in types:
                raise KezhuError(f"field {spec.name}: there is no record type {spec.reference}", where)
            if spec.part and spec.part not in types[spec.reference].by_name:
                raise KezhuError(f"field {spec.name}: {spec.reference} has no field {spec.part}", where)
            look(spec.fields, where)

    for record_type in types.values():
        look(record_type.fields, record_type.path)


# ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def iter_records(
    base: Path, types: Mapping[str, RecordType], root: Path, problems: list[Problem]
) -> Iterator[RawRecord]:
    """Every record of the catalogue in the order of paths; what cannot be read is added to ``problems``."""
    for path in sorted(base.iterdir()):
        where = relative(path, root)
        name = path.stem if path.is_file() else path.name
        if path.name.startswith(".") or path.name in RESERVED or path.suffix in {".yml", ".md"}:
            continue
        if name not in types or (path.is_file() and path.suffix != ".csv"):
            params = {"name": name, "suggestions": difflib.get_close_matches(name, list(types), 1)}
            problems.append(Problem("unknown-type", where, params=params))
        elif path.is_symlink():
            problems.append(Problem("symlink", where))
        elif path.is_dir():
            yield from iter_folder(path, types[name], root, problems)
        else:
            yield from iter_table(path, types[name], root, problems)


def iter_folder(path: Path, record_type: RecordType, root: Path, problems: list[Problem]) -> Iterator[RawRecord]:
    """The records of ``<type>/``, one YAML file each; the file's name is the id."""
    for file in sorted(path.iterdir()):
        where = relative(file, root)
        if file.name.startswith("."):
            continue
        if file.suffix != ".yml" or file.is_dir():
            problems.append(Problem("unknown-file", where, params={"name": file.name}))
            continue
        try:
            values, locator = read_yaml(read_text(file, MAX_BYTES))
        except Refusal as refusal:
            problems.append(refusal.problem(where))
            continue
        yield RawRecord(record_type.name, file.stem, without_empty(values), where, locator)


def iter_table(path: Path, record_type: RecordType, root: Path, problems: list[Problem]) -> Iterator[RawRecord]:
    """The records of ``<type>.csv``, a row each."""
    where = relative(path, root)
    try:
        header, rows = read_csv(read_text(path, MAX_CSV_BYTES))
        if "id" not in header:
            problems.append(Problem("missing-id-column", where))
            return
        for i, heading in enumerate(header):
            if heading in header[:i]:
                problems.append(Problem("duplicate-column", where, params={"name": heading}))
                return
            if heading != "id" and heading not in record_type.by_name:
                problems.append(unknown_column(heading, record_type, where, header))
                return
        for row in rows:
            if len(row.cells) != len(header):
                params = {"found": len(row.cells), "expected": len(header)}
                problems.append(Problem("cell-count", where, row.locator.start, params=params))
                continue
            yield read_row(row, header, record_type, where, problems)
    except Refusal as refusal:
        problems.append(refusal.problem(where))


def unknown_column(heading: str, record_type: RecordType, where: str, header: list[str]) -> Problem:
    """A heading that the schema does not have: one problem for the whole file."""
    known = [*record_type.by_name, *(f.title(lang) for f in record_type.fields for lang in LANGUAGES)]
    column = sum(len(name) + 1 for name in header[: header.index(heading)]) + 1
    params = {"name": heading, "type": record_type, "suggestions": difflib.get_close_matches(heading, known, 1)}
    return Problem("unknown-column", where, 1, column, params=params)


def read_row(row: CsvRow, header: list[str], record_type: RecordType, where: str, problems: list[Problem]) -> RawRecord:
    """A row as a record: lists split at ``;``, objects at ``|`` in the order of their fields."""
    values: dict[str, Value] = {}
    record_id = ""
    for heading, cell in zip(header, row.cells, strict=True):
        cell = cell.strip()
        if heading == "id":
            record_id = cell
        elif cell:
            values[heading] = read_cell(cell, record_type.by_name[heading], row, where, problems)
    return RawRecord(record_type.name, record_id, values, where, row.locator)


def read_cell(cell: str, spec: FieldSpec, row: CsvRow, where: str, problems: list[Problem]) -> Value:
    """One cell of a table as text, list or mapping."""
    if not spec.many and spec.kind != "object":
        return cell
    items = split_list(cell) if spec.many else [cell]
    if spec.kind != "object":
        return items
    found = []
    for item in items:
        parts = [part.strip() for part in item.split("|")]
        if len(parts) > len(spec.fields):
            at: Position = row.locator.locate((spec.name,))
            names = [f.name for f in spec.fields]
            params = {"value": item, "found": len(parts), "names": names}
            problems.append(Problem("object-cell", where, at.line, at.column, spec.name, params=params))
            continue
        found.append({f.name: part for f, part in zip(spec.fields, parts, strict=False) if part})
    return found if spec.many else next(iter(found), {})


def split_list(cell: str) -> list[str]:
    """Items of a list written in one cell; the Chinese semicolon works as well."""
    return [item for part in cell.replace("；", ";").split(";") if (item := part.strip())]


def without_empty(value: Any) -> Any:
    """Leave out what was written but left empty: unknown and absent are the same thing."""
    if isinstance(value, dict):
        return {k: kept for k, v in value.items() if (kept := without_empty(v)) not in (None, "", [], {})}
    if isinstance(value, list):
        return [kept for v in value if (kept := without_empty(v)) not in (None, "", [], {})]
    return value.strip() if isinstance(value, str) else value

"""The catalogue folder to values: portal, schemas, vocabularies, and records as text with their places.

Nothing is typed and nothing is trusted here. What belongs to maintainers (portal.yml, schemas, vocabularies) must be
right, or the project is broken: `KezhuError`. What anyone may send (records) is loaded as far as it can be read, and
the rest becomes problems. Has no opinion about content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.csvfile import read_terms
from generator.model import (
    Dates,
    Exemption,
    Facet,
    FieldSpec,
    KezhuError,
    Plan,
    Portal,
    RecordType,
    Term,
    Vocabulary,
)
from generator.nearest import nearest
from generator.plans import load_exemptions, load_plans
from generator.source import MAX_BYTES, Refusal, read_text, read_yaml
from generator.tables import split_list
from generator.words import LANGUAGES

TYPE_KEYS = {"title", "description", "kezhu", "fields", "missingValues", "primaryKey", *LANGUAGES}
KEZHU_KEYS = {
    *("seal", "tone", "order", "unit", "note", "facets", "sort", "card", "search", "names", "verify_within"),
    *("calendar", "consent", "goal"),
}
CALENDAR_KEYS = {"starts", "ends", "place", "list", "yearly", "per"}
TARGET_PARTS = {"of", "value", "unit", "every", "due", "yearly", "counts", "among"}
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
MATCHING = "matching.yml"  # who answers a need: read here, understood by those who match
TERM_KEYS = ("id", "title", "parent", "aliases", "ambiguous", *LANGUAGES)
TONES = ("", "s", "c", "n", "p")


@dataclass(frozen=True)
class Project:
    """What maintainers keep: the portal, the record types, the vocabularies and what plans ask."""

    root: Path
    portal: Portal
    types: Mapping[str, RecordType]
    vocabularies: Mapping[str, Vocabulary]
    plans: Mapping[str, Plan] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()


def load_project(root: Path) -> Project:
    """Load ``root/catalogue`` but for its records; raises `KezhuError` when the project itself is broken."""
    base = root / "catalogue"
    if not base.is_dir():
        raise KezhuError("there is no folder catalogue/ here; name another with --root DIR", root)
    portal = load_portal(base / "portal.yml", root)
    if (base / MATCHING).is_file():
        settings = {**portal.settings, "matching": load_settings(base / MATCHING, root)[0]}
        portal = Portal(portal.name, portal.language, settings)
    types = load_types(base / "schemas", root)
    vocabularies = load_vocabularies(base / "vocabularies", portal, root)
    check_references(types, vocabularies)
    for name in sorted(types.keys() & {v.name for v in vocabularies.values() if v.pages}):
        raise KezhuError(f"{name} is both a record type and a vocabulary with pages", types[name].path)
    plans = load_plans(base / "plans", root, types, vocabularies)
    return Project(root, portal, types, vocabularies, plans, load_exemptions(root, plans))


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
                near = nearest(key, known, 1)
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
    for name in [
        *(f.field for f in facets),
        *(own.get("card") or []),
        *(own.get("search") or []),
        *(own.get("names") or []),
    ]:
        if name not in by_name:
            raise KezhuError(f"kezhu names the field {name}, which the schema does not have", where)
    dates = own.get("calendar") or []
    calendar = []
    for i, got in enumerate(dates if isinstance(dates, list) else [dates]):
        if not isinstance(got, dict):
            raise KezhuError("calendar names fields: {starts: …, ends: …}", where)
        refuse_unknown(
            got, CALENDAR_KEYS, ("kezhu", "calendar", i) if isinstance(dates, list) else ("kezhu", "calendar")
        )
        calendar.append(load_dates(got, by_name, where))
    consent, guards = load_consent(own.get("consent") or {}, by_name, where)
    target = load_target(own.get("goal") or {}, by_name, where)
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
        order=read_number(own, "order", 100, where),
        units=by_language(settings, "unit", own),
        notes=by_language(settings, "note", own),
        facets=facets,
        sort=tuple(own.get("sort") or ()),
        card=tuple(own.get("card") or [n for n in ("summary",) if n in by_name]),
        search=tuple(own.get("search") or [n for n in ("summary",) if n in by_name]),
        calendar=tuple(calendar),
        names=tuple(own["names"] or ()) if "names" in own else None,
        verify_within=read_number(own, "verify_within", 0, where),
        consent=consent,
        guards=guards,
        target=target,
        by_name=by_name,
    )


def load_consent(got: Any, by_name: Mapping[str, FieldSpec], where: str) -> tuple[str, tuple[str, ...]]:
    """``{by: field, guards: [fields]}``: the object that says who agreed to what and when, and what it guards."""
    if not got:
        return "", ()
    by, guards = (str(got.get("by") or ""), tuple(got.get("guards") or ())) if isinstance(got, dict) else ("", ())
    for name in (by, *guards):
        if name not in by_name:
            raise KezhuError(f"consent names the field {name}, which the schema does not have", where)
    if not guards or not {"given_on", "scope"} <= {spec.name for spec in by_name[by].fields}:
        raise KezhuError(f"consent: {by} must be an object with given_on and scope, and guards must name fields", where)
    return by, guards


def load_dates(got: Mapping[str, Any], by_name: Mapping[str, FieldSpec], where: str) -> Dates:
    """One entry of ``kezhu: calendar``; each field that it names must be there and be of a kind that will do."""
    holder, listed = by_name, str(got.get("list") or "")
    if listed:
        spec = by_name.get(listed)
        if spec is None or spec.kind != "object" or not spec.many:
            raise KezhuError(f"calendar: list names a list of objects, which {listed} is not", where)
        holder = {sub.name: sub for sub in spec.fields}
    yearly = got.get("yearly") == "true"
    fit = {"text"} if yearly else {"date"}
    starts, ends = str(got.get("starts") or ""), str(got.get("ends") or "")
    for name, kinds in ((starts, fit), (ends, fit), (str(got.get("place") or ""), {"text", "term"})):
        if name and (name not in holder or holder[name].kind not in kinds):
            among = f"the fields of {listed}" if listed else "the fields"
            raise KezhuError(f"calendar: {name} is not among {among} that hold a {' or '.join(sorted(kinds))}", where)
    if not starts:
        raise KezhuError("calendar: starts names the field that holds the first day", where)
    per = tuple(got.get("per") or ())
    for name in per:
        if name not in by_name or not by_name[name].reference:
            raise KezhuError(f"calendar: {name} is no field that names another record", where)
    return Dates(starts, ends, str(got.get("place") or ""), listed, yearly, per)


def load_target(got: Any, by_name: Mapping[str, FieldSpec], where: str) -> dict[str, str]:
    """``kezhu: goal``: what of a target stands in which field. Raises `KezhuError` for no part or no field."""
    if not isinstance(got, dict):
        raise KezhuError("goal names fields: {value: …, counts: …}", where)
    for part, name in got.items():
        if part not in TARGET_PARTS:
            raise KezhuError(f"goal has no part {part}; known: {', '.join(sorted(TARGET_PARTS))}", where)
        if name not in by_name:
            raise KezhuError(f"goal names the field {name}, which the schema does not have", where)
    counts = by_name.get(got.get("counts", ""))
    if got and (counts is None or counts.kind != "object" or not counts.many):
        raise KezhuError("goal: counts names a list of objects that say what is counted", where)
    return {part: str(name) for part, name in got.items()}


def read_number(own: Mapping[str, Any], name: str, default: int, where: str) -> int:
    """A whole number below ``kezhu``; raises `KezhuError` for anything else."""
    text = str(own.get(name) or default)
    if not (text.isascii() and text.isdigit()):
        raise KezhuError(f"{name} is a whole number, not {text!r}", where)
    return int(text)


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
        header, rows = read_terms(path)
        if "id" not in header or "title" not in header:
            raise KezhuError("a vocabulary needs the columns id and title", f"{where}:1")
        for number, cells in rows:
            term = load_term(path.stem, dict(zip(header, cells, strict=False)), number)
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
        for word in dict.fromkeys([term.title, *term.aliases, *term.titles.values()]):
            names.setdefault(word, {})[term.id] = term
    return Vocabulary(
        name=name,
        terms=terms,
        path=where,
        titles=by_language(settings, "title"),
        seal=settings.get("seal") or "",
        pages=settings.get("pages") == "true",
        abbreviates=settings.get("abbreviates") == "true",
        search=settings.get("search") or "",
        links=dict(settings.get("links") or {}),
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

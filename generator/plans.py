"""What plans ask, as maintainers write it: ``catalogue/plans/*.yml``, and ``exceptions.csv`` beside the records.

Both belong to maintainers and must be right, or the project is broken: `KezhuError` with file, line and column. Every
name in a plan is looked up: types, fields, terms, periods. What a check does is in `duties`; what a record says of it
is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from generator import duties
from generator.csvfile import read_terms
from generator.duties import Check, Condition, Source, Where
from generator.model import (
    Duty,
    Exemption,
    FieldSpec,
    KezhuError,
    Label,
    Path_,
    Plan,
    RecordType,
    Severity,
    Term,
    Vocabulary,
)
from generator.nearest import nearest
from generator.source import MAX_BYTES, Refusal, read_text, read_yaml
from generator.spans import MONTHS, Calendar, read_month_day, read_span
from generator.words import LANGUAGES

EXEMPTIONS = "catalogue/exceptions.csv"
COLUMNS = ("duty", "record", "reason", "decided_on", "decided_by", "until")
DUTY = ("id", "task", "clause", "severity", "title", "about", "check", "hint")
ABOUT = ("type", "where", "given", "ended", "within")
SOURCE = ("type", "by", "where", "date")
GIVEN = "*"  # in a condition: whatever it is, it has to be there
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def load_plans(
    folder: Path, root: Path, types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary]
) -> dict[str, Plan]:
    """Every plan by the id of the record that holds it; raises `KezhuError` for the first thing that is not right."""
    found: dict[str, Plan] = {}
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
        plan = load_plan(path, root, types, vocabularies)
        if plan.id in found:
            raise KezhuError(f"{plan.id} has a file already: {found[plan.id].path}", plan.path)
        for duty in plan.duties:
            if duty.id in seen:
                raise KezhuError(f"the id {duty.id} stands in {seen[duty.id]} already", plan.path)
            seen[duty.id] = plan.path
        found[plan.id] = plan
    return found


def load_plan(path: Path, root: Path, types: Mapping[str, RecordType], vocabularies: Mapping[str, Vocabulary]) -> Plan:
    """One file: the record that holds the plan, under the name of its type, what it is called, and its duties."""
    where = path.relative_to(root).as_posix()
    try:
        settings, locator = read_yaml(read_text(path, MAX_BYTES))
    except Refusal as refusal:
        raise KezhuError(f"cannot be read ({refusal.rule})", f"{where}:{refusal.line}:{refusal.column}") from None

    def broken(words: str, at: Path_) -> KezhuError:
        place = locator.locate(at)
        return KezhuError(words, f"{where}:{place.line}:{place.column}")

    reader = Reader(types, vocabularies, broken)
    reader.known(settings, (), ("name", "duties", *types))
    holders = [name for name in settings if name in types]
    if len(holders) != 1 or not isinstance(settings[holders[0]], str):
        raise broken("a plan names the record that holds it, such as «type: id»", ())
    holder, record_id = holders[0], settings[holders[0]]
    name = reader.label(settings, "name", ())
    listed = reader.items(settings.get("duties"), ("duties",), needed=True)
    made = tuple(reader.duty(each, ("duties", i), holder, record_id, name) for i, each in enumerate(listed))
    return Plan(record_id, holder, name, made, where)


Fields = Mapping[str, FieldSpec]


class Reader:
    """Reads the parts of one plan and looks up every name in it; ``broken`` makes the error for a place."""

    def __init__(
        self,
        types: Mapping[str, RecordType],
        vocabularies: Mapping[str, Vocabulary],
        broken: Callable[[str, Path_], KezhuError],
    ) -> None:
        self.types = types
        self.vocabularies = vocabularies
        self.broken = broken
        self.checks: Mapping[str, Callable[[Any, Path_, RecordType], Check]] = {
            "count": self._count,
            "one_per": self._one_per,
            "term": self._term,
            "every": self._every,
            "due": self._due,
            "lasts": self._lasts,
            "order": self._order,
            "has": self._has,
            "reach": self._reach,
        }

    # ── Parts ──

    def known(self, got: Any, at: Path_, names: Sequence[str], needed: Sequence[str] = ()) -> Mapping[str, Any]:
        """A mapping that has only these keys, and at least the needed ones."""
        if not isinstance(got, Mapping):
            raise self.broken(f"names and values are wanted here: {', '.join(names)}", at)
        for key in got:
            if key not in names:
                near = nearest(key, list(names), 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(names)}"
                raise self.broken(f"unknown key {key}{hint}", (*at, key))
        for name in needed:
            if got.get(name) in (None, "", [], {}):
                raise self.broken(f"{name} is missing", at)
        return got

    def items(self, got: Any, at: Path_, *, needed: bool = False) -> Sequence[Any]:
        """A list as it is, one value as a list of it."""
        found = got if isinstance(got, list) else [] if got is None else [got]
        if needed and not found:
            raise self.broken("at least one is wanted here", at)
        return found

    def label(self, got: Mapping[str, Any], name: str, at: Path_) -> Label:
        """Words in every language."""
        words = self.known(got.get(name), (*at, name), LANGUAGES, LANGUAGES)
        return Label({lang: " ".join(str(words[lang]).split()) for lang in LANGUAGES})

    def number(self, got: Mapping[str, Any], name: str, at: Path_, default: int | None = None) -> int | None:
        """A whole number."""
        text = got.get(name)
        if text is None:
            return default
        if not (isinstance(text, str) and text.isascii() and text.isdigit()):
            raise self.broken(f"{name} is a whole number, not {text}", (*at, name))
        return int(text)

    def type(self, got: Mapping[str, Any], at: Path_) -> RecordType:
        """A record type by its name."""
        name = str(got.get("type") or "")
        if name not in self.types:
            near = "".join(f"; did you mean {word}?" for word in nearest(name, list(self.types), 1))
            raise self.broken(f"there is no record type {name or '(none named)'}{near}", (*at, "type"))
        return self.types[name]

    def field(self, name: Any, fields: Fields, at: Path_, kinds: Sequence[str] = ()) -> FieldSpec:
        """A field by its name, of one of these kinds."""
        spec = fields.get(str(name))
        if spec is None:
            near = nearest(str(name), list(fields), 1)
            raise self.broken(f"there is no field {name}" + (f"; did you mean {near[0]}?" if near else ""), at)
        if kinds and spec.kind not in kinds:
            raise self.broken(f"the field {name} is {spec.kind}; wanted is {' or '.join(kinds)}", at)
        return spec

    def optional(self, got: Mapping[str, Any], name: str, fields: Fields, at: Path_, *kinds: str) -> str:
        """The name of a field, or nothing."""
        return self.field(got[name], fields, (*at, name), kinds).name if got.get(name) else ""

    def objects(self, got: Mapping[str, Any], owner: RecordType, at: Path_) -> tuple[str, Fields]:
        """The name of a list of objects, and the fields of each."""
        spec = self.field(got.get("list"), owner.by_name, (*at, "list"), ("object",))
        return spec.name, {inner.name: inner for inner in spec.fields}

    # ── Conditions ──

    def where(self, got: Any, fields: Fields, at: Path_) -> Where:
        """Conditions by field; a list of them holds alternatives."""
        found: list[tuple[Condition, ...]] = []
        for i, each in enumerate(self.items(got, at)):
            here = (*at, i) if isinstance(got, list) else at
            if not isinstance(each, Mapping):
                raise self.broken("a condition is a field and what it has to be", here)
            found.append(tuple(self.condition(name, wanted, fields, (*here, name)) for name, wanted in each.items()))
        return tuple(found)

    def condition(self, name: str, got: Any, fields: Fields, at: Path_) -> Condition:
        """One field and the values wanted; terms by id or name, each with all that stand below it."""
        spec = self.field(name, fields, at)
        words = [str(word) for word in self.items(got, at, needed=True)]
        if GIVEN in words:
            return Condition(spec.name)
        if spec.kind == "term":
            terms = [self.find_term(spec, word, at) for word in words]
            wanted = {below for term in terms for below in duties.below(self.vocabularies[spec.vocabulary], term.id)}
            return Condition(spec.name, frozenset(wanted))
        if spec.kind == "boolean" and not set(words) <= {"true", "false"}:
            raise self.broken(f"{name} is true or false", at)
        return Condition(spec.name, frozenset(words), spec.kind == "boolean")

    def find_term(self, spec: FieldSpec, word: Any, at: Path_) -> Term:
        """The term of a field's vocabulary that a word means."""
        vocabulary = self.vocabularies.get(spec.vocabulary)
        if vocabulary is None:
            raise self.broken(f"the field {spec.name} holds no terms", at)
        term = vocabulary.resolve(str(word))
        if term is None:
            near = nearest(str(word), list(vocabulary.terms), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise self.broken(f"{word} is no term of the vocabulary {spec.vocabulary}{hint}", at)
        return term

    def value(self, spec: FieldSpec, word: Any, at: Path_) -> tuple[str, Label]:
        """A value of a field with what it is called."""
        if spec.kind != "term":
            return str(word), Label(dict.fromkeys(LANGUAGES, str(word)))
        term = self.find_term(spec, word, at)
        return term.id, duties.label_of(term)

    def source(self, got: Any, owner: RecordType, at: Path_, more: Sequence[str] = ()) -> tuple[Source, RecordType]:
        """Records of another type that name those of ``owner``."""
        got = self.known(got, at, (*SOURCE, *more), ("type", "by"))
        other = self.type(got, at)
        by = self.field(got["by"], other.by_name, (*at, "by"), ("reference",))
        if by.reference != owner.name:
            raise self.broken(f"{by.name} names {by.reference}, not {owner.name}", (*at, "by"))
        dated = self.optional(got, "date", other.by_name, at, "date")
        where = self.where(got.get("where"), other.by_name, (*at, "where"))
        return Source(other.name, by.name, where, dated), other

    # ── A duty ──

    def duty(self, got: Any, at: Path_, holder: str, record_id: str, plan: Label) -> Duty:
        """One thing that is asked."""
        got = self.known(got, at, DUTY, DUTY)
        if got["severity"] not in SEVERITIES:
            raise self.broken(f"severity is {', '.join(SEVERITIES)}", (*at, "severity"))
        about = self.known(got["about"], (*at, "about"), ABOUT, ("type",))
        owner = self.type(about, (*at, "about"))
        given = self.items(about.get("given"), (*at, "about", "given"))
        for i, name in enumerate(given):
            self.field(name, owner.by_name, (*at, "about", "given", i))
        check = got["check"]
        if not isinstance(check, Mapping) or len(check) != 1:
            raise self.broken(f"one check is wanted: {', '.join(self.checks)}", (*at, "check"))
        self.known(check, (*at, "check"), tuple(self.checks))
        [(kind, asked)] = check.items()
        return Duty(
            id=str(got["id"]),
            holder=f"{holder}/{record_id}",
            part=self.part(str(got["task"]), holder, record_id, (*at, "task")),
            plan=plan,
            clause=self.label(got, "clause", at),
            asked=self.label(got, "title", at),
            advice=self.label(got, "hint", at),
            severity=got["severity"],
            type=owner.name,
            where=self.where(about.get("where"), owner.by_name, (*at, "about", "where")),
            check=self.checks[kind](asked, (*at, "check", kind), owner),
            given=tuple(map(str, given)),
            ended=self.optional(about, "ended", owner.by_name, (*at, "about"), "date"),
            within=self.within(about, owner, self.types[holder], (*at, "about")),
        )

    def part(self, word: str, holder: str, record_id: str, at: Path_) -> str:
        """The item of the holder's record that is meant, as ``p3#size`` or ``size``."""
        name, sharp, part = word.rpartition("#")
        if (sharp and name != record_id) or not part:
            raise self.broken(f"the task is one of {record_id}", at)
        if not any(spec.part and spec.reference == holder for t in self.types.values() for spec in t.fields):
            raise self.broken(f"no schema lets records point to parts of {holder}", at)
        return part

    def within(self, about: Mapping[str, Any], owner: RecordType, holder: RecordType, at: Path_) -> FieldSpec | None:
        """A field with terms that the records and the plan's own record both have."""
        name = self.optional(about, "within", owner.by_name, at, "term")
        if not name:
            return None
        if self.field(name, holder.by_name, (*at, "within"), ("term",)).vocabulary != (owner.by_name[name].vocabulary):
            raise self.broken(f"{holder.name} and {owner.name} take {name} from different vocabularies", at)
        return owner.by_name[name]

    # ── Checks ──

    def _count(self, got: Any, at: Path_, owner: RecordType) -> Check:
        names = ("list", "among", "where", "from", "to", "each", "number", "whole", "since", "until")
        got = self.known(got, at, names, ("list", "from"))
        name, inner = self.objects(got, owner, at)
        each: list[tuple[Condition, Label]] = []
        for field_name, words in self.known(got.get("each") or {}, (*at, "each"), tuple(inner)).items():
            here = (*at, "each", field_name)
            for word in self.items(words, here, needed=True):
                value, label = self.value(inner[field_name], word, here)
                each.append((Condition(field_name, frozenset({value})), label))
        low, high = self.number(got, "from", at, 0), self.number(got, "to", at)
        if high is not None and low is not None and low > high:
            raise self.broken("from is more than to", at)
        return duties.Count(
            list=name,
            low=low or 0,
            high=high,
            where=self.where(got.get("where"), inner, (*at, "where")),
            among=self.where(got.get("among"), inner, (*at, "among")),
            each=tuple(each),
            number=self.optional(got, "number", owner.by_name, at, "integer"),
            whole=self.optional(got, "whole", owner.by_name, at, "integer"),
            since=self.optional(got, "since", inner, at, "date"),
            until=self.optional(got, "until", inner, at, "date"),
        )

    def _one_per(self, got: Any, at: Path_, owner: RecordType) -> Check:
        got = self.known(got, at, ("field", "level"), ("field",))
        spec = self.field(got["field"], owner.by_name, (*at, "field"), ("term",))
        return duties.OnePer(spec, str(got.get("level") or ""))

    def _term(self, got: Any, at: Path_, owner: RecordType) -> Check:
        got = self.known(
            got, at, ("field", "attribute", "is", "not", "says", "level", "unknown"), ("field", "attribute")
        )
        if got.get("unknown", "silent") != "silent":
            raise self.broken("unknown is silent: nothing is held against what nobody knows", (*at, "unknown"))
        spec = self.field(got["field"], owner.by_name, (*at, "field"), ("term",))
        known = {name for term in self.vocabularies[spec.vocabulary] for name in term.attributes}
        if known and got["attribute"] not in known:
            raise self.broken(f"no term of {spec.vocabulary} has {got['attribute']}", (*at, "attribute"))
        wanted, unwanted = (frozenset(map(str, self.items(got.get(key), (*at, key)))) for key in ("is", "not"))
        if not wanted and not unwanted:
            raise self.broken("is or not is missing", at)
        says = self.label(got, "says", at) if got.get("says") else None
        return duties.TermIs(spec, got["attribute"], wanted, unwanted, says, str(got.get("level") or ""))

    def _every(self, got: Any, at: Path_, owner: RecordType) -> Check:
        source, other = self.source(got, owner, at, ("period", "since"))
        del other
        return duties.Recurring(self._dated(source, at), self.period(got, at), self._since(got, owner, at))

    def _due(self, got: Any, at: Path_, owner: RecordType) -> Check:
        source, _ = self.source(got, owner, at, ("month-day", "opens", "each", "since"))
        if got.get("each", "year") != "year":
            raise self.broken("each is year", (*at, "each"))
        days = {name: read_month_day(str(got.get(name, default))) for name, default in DAYS.items()}
        for name, day in days.items():
            if day is None:
                raise self.broken(f"{name} is a day such as 03-31", (*at, name))
        calendar = Calendar(12, days["opens"] or (1, 1), days["month-day"])
        return duties.Recurring(self._dated(source, at), calendar, self._since(got, owner, at))

    def _dated(self, source: Source, at: Path_) -> Source:
        if not source.date:
            raise self.broken("date is missing: the field that says when", at)
        return source

    def _since(self, got: Mapping[str, Any], owner: RecordType, at: Path_) -> str:
        return self.optional(got, "since", owner.by_name, at, "date")

    def period(self, got: Mapping[str, Any], at: Path_) -> Calendar:
        """A period by its name."""
        name = str(got.get("period") or "")
        if name not in MONTHS:
            raise self.broken(f"period is one of {', '.join(MONTHS)}", (*at, "period"))
        return Calendar(MONTHS[name])

    def _lasts(self, got: Any, at: Path_, owner: RecordType) -> Check:
        got = self.known(got, at, ("list", "where", "from", "until", "days"), ("list", "from", "until", "days"))
        name, inner = self.objects(got, owner, at)
        since, until = (self.optional(got, key, inner, at, "date") for key in ("from", "until"))
        days = self.number(got, "days", at) or 1
        return duties.Lasts(name, days, since, until, self.where(got.get("where"), inner, (*at, "where")))

    def _order(self, got: Any, at: Path_, owner: RecordType) -> Check:
        names = ("list", "key", "date", "sequence", "last", "from", "days")
        got = self.known(got, at, names, ("list", "key", "sequence"))
        name, inner = self.objects(got, owner, at)
        key = self.field(got["key"], inner, (*at, "key"))
        steps = tuple(
            tuple(self.value(key, word, (*at, "sequence", i)) for word in self.items(step, (*at, "sequence", i)))
            for i, step in enumerate(self.items(got["sequence"], (*at, "sequence")))
        )
        return duties.Order(
            list=name,
            key=key.name,
            steps=steps,
            day=self.optional(got, "date", inner, at, "date"),
            last=self.optional(got, "last", owner.by_name, at, "date"),
            least=self.number(got, "days", at, 0) or 0,
            since=self.optional(got, "from", inner, at, "date"),
        )

    def _has(self, got: Any, at: Path_, owner: RecordType) -> Check:
        names = self.items(self.known(got, at, ("fields",), ("fields",))["fields"], (*at, "fields"))
        return duties.Has(tuple(self.field(n, owner.by_name, (*at, "fields", i)) for i, n in enumerate(names)))

    def _reach(self, got: Any, at: Path_, owner: RecordType) -> Check:
        got = self.known(got, at, ("of", *SOURCE, "field", "values", "marks", "until", "since", "period"))
        listed = got.get("of") or {name: got[name] for name in SOURCE if name in got}
        within = (*at, "of") if got.get("of") else at
        pairs = [
            self.source(each, owner, (*within, i) if isinstance(listed, list) else within)
            for i, each in enumerate(self.items(listed, within))
        ]
        until = read_span(got.get("until")) if got.get("until") else None
        if got.get("until") and until is None:
            raise self.broken("until is a date such as 2022-12-31", (*at, "until"))
        return duties.Reach(
            of=tuple(source for source, _ in pairs),
            marks=tuple(self._marks(got, at, [other for _, other in pairs])),
            until=until.last if until else None,
            since=self._since(got, owner, at),
            calendar=self.period(got, at) if got.get("period") else None,
        )

    def _marks(self, got: Mapping[str, Any], at: Path_, others: Sequence[RecordType]) -> Iterable[tuple[Label, Where]]:
        fields: dict[str, FieldSpec] = {}
        for other in others:
            fields = {**other.by_name, **fields}
        marks = self.items(got.get("marks"), (*at, "marks"))
        values = self.items(got.get("values"), (*at, "values"))
        if not marks and not values:
            raise self.broken("values or marks are missing: what is to be reached", at)
        if values:
            spec = self.field(got.get("field"), fields, (*at, "field"))
            for word in values:
                _, label = self.value(spec, word, (*at, "values"))
                yield label, ((self.condition(spec.name, word, fields, (*at, "values")),),)
        for i, mark in enumerate(marks):
            here = (*at, "marks", i)
            mark = self.known(mark, here, ("title", "where"), ("title", "where"))
            yield self.label(mark, "title", here), self.where(mark["where"], fields, (*here, "where"))


DAYS = {"opens": "01-01", "month-day": ""}


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def load_exemptions(root: Path, plans: Mapping[str, Plan]) -> tuple[Exemption, ...]:
    """The recorded exceptions; raises `KezhuError` for a line that does not say which, why, when and who."""
    path = root / EXEMPTIONS
    if not path.is_file():
        return ()
    known = {duty.id for duty in duties.all_duties(plans)}
    try:
        header, rows = read_terms(path)
        if tuple(header) != COLUMNS:
            raise KezhuError(f"the columns are {','.join(COLUMNS)}", f"{EXEMPTIONS}:1")
        return tuple(
            exemption(dict(zip(header, (cell.strip() for cell in cells), strict=False)), number, known)
            for number, cells in rows
        )
    except Refusal as refusal:
        raise KezhuError(f"cannot be read ({refusal.rule})", f"{EXEMPTIONS}:{refusal.line}") from None


def exemption(got: Mapping[str, str], line: int, known: Iterable[str]) -> Exemption:
    """One line of the table."""
    where = f"{EXEMPTIONS}:{line}"
    if missing := [name for name in COLUMNS if name != "until" and not got.get(name)]:
        raise KezhuError(f"{missing[0]} is empty", where)
    if got["duty"] not in known:
        near = "".join(f"; did you mean {word}?" for word in nearest(got["duty"], sorted(known), 1))
        raise KezhuError(f"no plan asks {got['duty']}{near}", where)
    for name in ("decided_on", "until"):
        if got.get(name) and not is_day(got[name]):
            raise KezhuError(f"{name} is a day such as 2026-11-22, not {got[name]}", where)
    return Exemption(**{name: got.get(name, "") for name in COLUMNS}, line=line)


def is_day(text: str) -> bool:
    """Whether a text is a whole date."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

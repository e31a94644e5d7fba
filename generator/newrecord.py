"""A new record: a commented file to be filled in, or questions one at a time.

Both are made from the schema and say for each field what it is, what it may hold and what it looks like; neither makes
up a fact. Judging an answer and finding other records is for those who call: they hand over a `Desk`. Reads no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from generator.model import FieldSpec, RecordType, Term, Value, Vocabulary
from generator.nearest import nearest
from generator.words import Words

LISTED = 16  # terms of a vocabulary that are all named; of a longer one three, and the page that has them
EXAMPLES = 3
LONG = 200  # characters from which a text gets lines of its own
LIMITS = ("minLength", "maxLength", "minimum", "maximum", "enum")
HELP = frozenset({"?", "？"})
ENOUGH = frozenset({".", "。"})
PAGE = "guide/fields.html"


@dataclass(frozen=True)
class Explainer:
    """What a field asks for, in a language."""

    types: Mapping[str, RecordType]
    vocabularies: Mapping[str, Vocabulary]
    words: Words

    def lines(self, spec: FieldSpec) -> Iterator[str]:
        """Description, kind with limits, choices, example: a line each."""
        words = self.words
        if description := spec.description(words.lang):
            yield description
        if said := [text for text in (self._kind(spec), *self._limits(spec)) if text]:
            yield words("guide.fields.blank").join(said)
        if spec.kind == "term":
            yield self._choices(spec)
        if spec.many and spec.kind != "object":
            yield words("new.many")
        if example := spec.descriptor.get("example"):
            yield words("new.example", value=example)

    def brief(self, spec: FieldSpec) -> list[str]:
        """What nobody can answer without: the description, and what there is to choose from."""
        description = spec.description(self.words.lang)
        return [*([description] if description else []), *([self._choices(spec)] if spec.kind == "term" else [])]

    def _kind(self, spec: FieldSpec) -> str:
        words = self.words
        if spec.kind == "term":
            return ""
        if spec.kind == "reference":
            target = self.types[spec.reference].title(words.lang)
            return words("guide.kind.part" if spec.part else "guide.kind.reference", link=target)
        if spec.kind == "object":
            return words("new.groups" if spec.many else "new.group")
        item = (spec.descriptor.get("arrayItem") or {}) if spec.many else spec.descriptor
        if spec.kind == "text":
            return ""
        finer = [name for name in (item.get("format"), item.get("type"), spec.kind) if name and name != "string"]
        return next((words(f"guide.kind.{name}") for name in finer if f"guide.kind.{name}" in words), "")

    def _limits(self, spec: FieldSpec) -> Iterator[str]:
        item = (spec.descriptor.get("arrayItem") or {}) if spec.many else spec.descriptor
        constraints = item.get("constraints") or {}
        for name in LIMITS:
            if name in constraints:
                value = constraints[name]
                shown = self.words("problem.comma").join(map(str, value)) if isinstance(value, list) else str(value)
                yield self.words(f"guide.limit.{name}", value=shown)

    def _choices(self, spec: FieldSpec) -> str:
        vocabulary = self.vocabularies[spec.vocabulary]
        comma = self.words("problem.comma")
        if len(vocabulary) <= LISTED:
            return self.words("new.choices", terms=comma.join(self._term(vocabulary, term) for term in vocabulary))
        leaves = [term for term in vocabulary if not vocabulary.children(term.id)][:EXAMPLES]
        shown = comma.join(self._term(vocabulary, term) for term in leaves)
        page = f"{PAGE}#vocabulary-{vocabulary.name}"
        return self.words("new.choices-long", terms=shown, n=len(vocabulary), page=page)

    def _term(self, vocabulary: Vocabulary, term: Term) -> str:
        """A term with its name, and what stands above it where the name alone is not clear."""
        lone = len(vocabulary.by_name.get(term.title, ())) < 2
        lang = self.words.lang
        return (
            f"{term.id} {term.label(lang) if lone else ''.join(one.label(lang) for one in vocabulary.lineage(term.id))}"
        )


# ── A file to be filled in ───────────────────────────────────────────────────────────────────────────────────────────


def blank(record_type: RecordType, explainer: Explainer, record_id: str = "") -> str:
    """The YAML of a record with every field of its type: required ones open, the others behind ``#``, none filled."""
    words = explainer.words
    name = record_id or words("new.id")
    path = f"catalogue/{record_type.name}/{name}.yml"
    title, about = record_type.title(words.lang), record_type.description(words.lang)
    first = words("new.blank.title", type=title, about=about) if about else title
    head = [first, *words("new.blank.how", path=path).split("\n")]
    parts = ["".join(f"# {line}\n" for line in head)]
    for spec in record_type.fields:
        must = words("new.must") if spec.required else ""
        lines = [words("new.blank.field", title=spec.title(words.lang), must=must)]
        lines += explainer.lines(spec)
        lines += [words("new.blank.part", name=inner.name, text=_inner(inner, explainer)) for inner in spec.fields]
        comment = "".join(f"# {' '.join(line.split())}\n" for line in lines)
        mark = "" if spec.required else "#"
        parts.append(comment + "".join(f"{mark}{line}\n" for line in _open(spec)))
    return "\n".join(parts)


def _inner(spec: FieldSpec, explainer: Explainer) -> str:
    """A field of an object in one line."""
    must = explainer.words("new.must") if spec.required else ""
    title = explainer.words("new.blank.field", title=spec.title(explainer.words.lang), must=must)
    return explainer.words("new.blank.comma").join([title, *(line.rstrip("。.") for line in explainer.lines(spec))])


def _open(spec: FieldSpec) -> list[str]:
    """The key of a field, ready for its value."""
    if spec.kind == "object":
        first = "  - " if spec.many else "  "
        names = [inner.name for inner in spec.fields]
        return [f"{spec.name}:", f"{first}{names[0]}:", *(f"{' ' * len(first)}{name}:" for name in names[1:])]
    if spec.many:
        return [f"{spec.name}: []"] if spec.kind != "text" else [f"{spec.name}:", "  -"]
    return [f"{spec.name}: |"] if spec.kind == "markdown" else [f"{spec.name}:"]


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Verdict:
    """What the check says of an answer, in words; ``value`` is what the record will hold, ``None`` for nothing."""

    value: Value
    wrong: Sequence[str] = ()
    notes: Sequence[str] = ()


class Desk(Protocol):
    """Where answers are judged and other records are known."""

    def judge(self, path: Sequence[FieldSpec], value: Value) -> Verdict:
        """A value of a field, or of a field of an object: ``path`` leads to it."""
        ...

    def judge_id(self, record_id: str) -> Verdict:
        """An id: well formed, and not in use."""
        ...

    def titles(self, type_name: str) -> Mapping[str, str]:
        """The title of every record of a type, by id."""
        ...

    def parts(self, type_name: str, record_id: str, field: str) -> Mapping[str, str]:
        """The items of a list field of a record: title by id."""
        ...


class Enough(Exception):
    """The person has nothing more to say."""


@dataclass
class Interview:
    """Asks for a record's fields one at a time: required ones first, then what else is known.

    ``ask`` shows a prompt and returns a line; what it raises when the person gives up goes through.
    """

    type: RecordType
    explainer: Explainer
    desk: Desk
    ask: Callable[[str], str]
    say: Callable[[str], None]
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The words of the conversation."""
        return self.explainer.words

    def run(self, record_id: str = "") -> str:
        """Fill ``values``; returns the id."""
        self.say(self.words("new.ask.lead", type=self.type.title(self.words.lang)))
        must = [spec for spec in self.type.fields if spec.required]
        for spec in must:
            self._field(spec)
        record_id = record_id or self._id()
        self.say("")
        self.say(self.words("new.ask.rest"))
        try:
            for spec in self.type.fields:
                if not spec.required:
                    self._field(spec)
        except Enough:
            pass
        return record_id

    def _field(self, spec: FieldSpec) -> None:
        must = self.words("new.must") if spec.required else ""
        self.say("")
        self.say(self.words("new.blank.field", title=spec.title(self.words.lang), must=must))
        for text in self.explainer.brief(spec):
            self.say(f"  {text}")
        value = self._objects(spec) if spec.kind == "object" else self._value([spec])
        if value not in (None, "", [], {}):
            self.values[spec.name] = value

    def _id(self) -> str:
        self.say("")
        others = sorted(self.desk.titles(self.type.name))
        while True:
            line = self.ask(self.words("new.ask.id")).strip()
            if not line or line in HELP:
                known = self.words("problem.comma").join(others[:EXAMPLES])
                self.say(self.words("new.help.id-known" if known else "new.help.id", known=known))
                continue
            verdict = self.desk.judge_id(line)
            self._tell(verdict)
            if not verdict.wrong:
                return line

    def _objects(self, spec: FieldSpec) -> Value:
        """The groups of an object field; an empty first answer ends them."""
        found: list[Value] = []
        while True:
            if spec.many:
                self.say(self.words("new.ask.group", n=len(found) + 1))
            item = {}
            for i, inner in enumerate(spec.fields):
                value = self._value([spec, inner], skip=i == 0 and not (spec.required and not found))
                if value in (None, "", []):
                    if i == 0:
                        break
                    continue
                item[inner.name] = value
            if not item:
                return found if spec.many else None
            if not spec.many:
                return item
            found.append(item)

    def _value(self, path: Sequence[FieldSpec], *, skip: bool = False) -> Value:
        """One field's value, asked until it is right; ``None`` when it is left out."""
        spec = path[-1]
        while True:
            line = self._read(path)
            if line in HELP:
                self._help(path)
                continue
            if line in ENOUGH and not path[0].required:
                raise Enough
            verdict = self._judged(path, line) if line else Verdict(None)
            self._tell(verdict)
            if verdict.wrong:
                continue
            if verdict.value in (None, "", []) and spec.required and not skip:
                self.say(self.words("new.ask.must"))
                continue
            return verdict.value

    def _read(self, path: Sequence[FieldSpec]) -> str:
        """A line; of a long text several, up to two empty ones."""
        spec = path[-1]
        must = self.words("new.must") if spec.required else ""
        title = self.words("new.blank.field", title=spec.title(self.words.lang), must=must) if len(path) > 1 else ""
        line = self.ask(f"  {title}> " if title else "> ").strip()
        if spec.kind != "markdown" or not line or line in HELP | ENOUGH:
            return line
        self.say(self.words("new.ask.lines"))
        lines = [line]
        while lines[-2:] != ["", ""]:
            lines.append(self.ask("> ").rstrip())
        text = "\n".join(lines).strip()
        return f"{text}\n" if "\n" in text else text

    def _help(self, path: Sequence[FieldSpec]) -> None:
        for text in self.explainer.lines(path[-1]):
            self.say(f"  {text}")
        name = "-".join([self.type.name, *(spec.name for spec in path)])
        self.say("  " + self.words("new.help.page", page=f"{PAGE}#{name}"))

    def _judged(self, path: Sequence[FieldSpec], line: str) -> Verdict:
        spec = path[-1]
        if "\ufffd" in line:
            return Verdict(None, [self.words("new.ask.lost")])
        if not spec.many:
            return self._reference(spec, line) if spec.kind == "reference" else self.desk.judge(path, line)
        items = split_answer(line, spec)
        if spec.kind != "reference":
            return self.desk.judge(path, items)
        verdicts = [self._reference(spec, item) for item in items]
        wrong = [text for verdict in verdicts for text in verdict.wrong]
        return Verdict([verdict.value for verdict in verdicts], wrong, [n for v in verdicts for n in v.notes])

    def _reference(self, spec: FieldSpec, word: str) -> Verdict:
        """The id that a person means by an id or a title, and of a part by ``id#part``."""
        titles = self.desk.titles(spec.reference)
        name, _, part = word.partition("#")
        bearers = [record_id for record_id, title in titles.items() if title == name]
        found = name if name in titles else bearers[0] if len(bearers) == 1 else ""
        if not found:
            return Verdict(None, [self._unknown(name, titles, spec)])
        if not spec.part:
            notes = [] if found == word else [f"→ {found}"]
            return Verdict(found, notes=notes) if not part else Verdict(None, [self._unknown(word, titles, spec)])
        parts = self.desk.parts(spec.reference, found, spec.part)
        ids = [part_id for part_id, title in parts.items() if part in {part_id, title}]
        if len(ids) == 1:
            return Verdict(f"{found}#{ids[0]}", notes=[f"→ {found}#{ids[0]} {parts[ids[0]]}".rstrip()])
        listed = self.words("problem.comma").join(f"{found}#{key} {title}".rstrip() for key, title in parts.items())
        return Verdict(None, [self.words("new.ask.part", id=found, parts=listed)])

    def _unknown(self, word: str, titles: Mapping[str, str], spec: FieldSpec) -> str:
        by_word = {**{title: key for key, title in titles.items()}, **{key: key for key in titles}}
        near = dict.fromkeys(by_word[one] for one in nearest(word, list(by_word), EXAMPLES))
        shown = self.words("problem.comma").join(f"{key} {titles[key]}" for key in near)
        key = "new.ask.reference-near" if shown else "new.ask.reference"
        kind = self.explainer.types[spec.reference].title(self.words.lang)
        return self.words(key, name=word, type=kind, near=shown)

    def _tell(self, verdict: Verdict) -> None:
        for text in [*verdict.wrong, *verdict.notes]:
            self.say(f"  {text}")


def split_answer(line: str, spec: FieldSpec) -> list[str]:
    """Several values on one line: parted by semicolons, and by commas too where no value holds one."""
    marks = ";；" if spec.kind in {"text", "markdown", "url"} else ";；,，、"
    for mark in marks:
        line = line.replace(mark, ";")
    return [item for part in line.split(";") if (item := part.strip())]

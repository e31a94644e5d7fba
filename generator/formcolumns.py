"""What a blank form says of each column: its heading, whether it is needed, what may stand there, an example.

Everything comes from the schema, the vocabularies and the titles of records; no type is known by name, and nothing is
made up. The headings are the titles that `tables` finds again. Knows no workbook: `sheet` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.forms import choice
from generator.model import FieldSpec, RecordType, Vocabulary
from generator.tables import known_headings, plain_heading
from generator.words import Words

Choices = Mapping[tuple[str, str], Sequence[str]]
"""What a reference may name, by type and part: ``id`` and title with a blank between, ``id#part title``."""

LIMITS = ("minLength", "maxLength", "minimum", "maximum")
WIDE = 120  # a text that may be longer than this gets a wide column
WIDTHS = {"url": 30, "email": 22, "phone": 18, "date": 13, "integer": 9, "number": 10, "boolean": 8, "object": 34}


@dataclass(frozen=True)
class Column:
    """One column of the form, in words."""

    name: str
    heading: str
    required: bool
    need: str  # whether it must be filled in
    pick: str  # how many may be written, and how; empty for one value
    about: str  # the field's description
    allowed: str  # what may stand here
    example: str
    width: int
    choices: tuple[str, ...] = ()
    refuse: str = ""  # what the program does with a word that is no choice: stop, warning or information
    limit: int = 0  # characters

    @property
    def label(self) -> str:
        """The heading with the star of a required one."""
        return f"{self.heading} *" if self.required else self.heading

    @property
    def shown(self) -> str:
        """The example; none where the cell says what the row is."""
        return "" if self.name in {"id", "title"} else self.example

    def how(self, *parts: str) -> str:
        """What is said about the column, a line each, nothing twice."""
        return "\n".join(dict.fromkeys(part for part in parts if part))


def id_column(record_type: RecordType, words: Words) -> Column:
    """The first column: the id, which may be left to the maintainers."""
    how = words("sheet.id.how", example=f"{record_type.name}-2024-01")
    return Column("id", words("sheet.id"), False, words("sheet.may"), "", how, "", words("sheet.example"), 16)


def make_columns(
    record_type: RecordType, vocabularies: Mapping[str, Vocabulary], references: Choices, words: Words
) -> Iterator[Column]:
    """A column for each field, in the order of the schema."""
    known = known_headings(record_type, {})
    for spec in record_type.fields:
        title = spec.title(words.lang)
        choices = tuple(choices_of(spec, vocabularies, references, words))
        yield Column(
            name=spec.name,
            heading=title if known.get(plain_heading(title)) is spec else spec.name,  # two fields may share a title
            required=spec.required,
            need=words("sheet.must" if spec.required else "sheet.may"),
            pick=pick(spec, words),
            about=spec.description(words.lang),
            allowed=words("guide.fields.blank").join(allowed(spec, words)),
            example=words("sheet.example.title")
            if spec.name == "title"
            else example(spec, vocabularies, references, words),
            width=width(spec),
            choices=choices,
            refuse=refusal(spec) if choices else "",
            limit=int(constraints(spec).get("maxLength") or 0) if spec.kind in {"text", "markdown"} else 0,
        )


def constraints(spec: FieldSpec) -> Mapping[str, Any]:
    """What the schema asks of one value of a field."""
    source = spec.descriptor.get("arrayItem") or {} if spec.many else spec.descriptor
    return source.get("constraints") or {}


def choices_of(
    spec: FieldSpec, vocabularies: Mapping[str, Vocabulary], references: Choices, words: Words
) -> Iterator[str]:
    """What the drop-down list of a field holds; each of it can be read again."""
    if spec.kind == "term":
        vocabulary = vocabularies[spec.vocabulary]
        yield from (choice(term, vocabulary, words.lang) for term in vocabulary)
    elif spec.kind == "reference":
        yield from references.get((spec.reference, spec.part), ())
    elif spec.kind == "boolean":
        yield from (words("sheet.yes"), words("sheet.no"))
    else:
        yield from constraints(spec).get("enum") or ()


def refusal(spec: FieldSpec) -> str:
    """Words that are no choice: refused where nothing else can be right, asked about otherwise."""
    if spec.many:
        return "information"
    return "warning" if spec.kind in {"term", "reference"} else "stop"


def pick(spec: FieldSpec, words: Words) -> str:
    """How many may be chosen or written in one cell, and how they are parted."""
    if spec.kind == "object":
        names = "|".join(sub.title(words.lang) for sub in spec.fields)
        return words("sheet.groups" if spec.many else "sheet.group", names=names)
    if spec.kind in {"term", "reference"}:
        return words("sheet.pick-many" if spec.many else "sheet.pick")
    return words("sheet.several") if spec.many else ""


def allowed(spec: FieldSpec, words: Words) -> Iterator[str]:
    """What may stand in a cell, a sentence each: the kind, then the limits."""
    known = constraints(spec)
    if spec.kind in {"term", "reference", "boolean"}:
        yield words(f"sheet.allowed.{spec.kind}")
    elif spec.kind not in {"object", "text"} and "enum" not in known:
        source = spec.descriptor.get("arrayItem") or {} if spec.many else spec.descriptor
        finer = (source.get("format"), source.get("type"), spec.kind)
        yield words(next(key for name in finer if (key := f"guide.kind.{name}") in words and name != "string"))
    if "enum" in known:
        yield words("sheet.allowed.enum", value=words("problem.comma").join(known["enum"]))
    yield from (words(f"guide.limit.{name}", value=known[name]) for name in LIMITS if name in known)


def example(
    spec: FieldSpec, vocabularies: Mapping[str, Vocabulary], references: Choices, words: Words, inner: bool = False
) -> str:
    """A cell as it may look: the schema's own example, or words of the lists; nothing is made up.

    ``inner`` is a field of an object: prose is then stood for by its title, and an id by a short one.
    """
    item = spec.descriptor.get("arrayItem") or {}
    if given := spec.descriptor.get("example") or item.get("example"):
        return "; ".join(map(str, given)) if isinstance(given, list) else str(given)
    if spec.kind == "object":  # what holds objects itself fits in no cell
        inner_ones = (example(sub, vocabularies, references, words, True) for sub in spec.fields)
        return "" if inner else "|".join(inner_ones).rstrip("|")
    if spec.kind == "term":
        vocabulary = vocabularies[spec.vocabulary]
        leaves = [term for term in vocabulary if not vocabulary.children(term.id)]
        several = spec.many and int((spec.descriptor.get("constraints") or {}).get("maxLength") or 2) > 1
        shown = [term.id if inner else choice(term, vocabulary, words.lang) for term in leaves]
        return "; ".join(shown[: 2 if several and not inner else 1])
    if choices := list(choices_of(spec, vocabularies, references, words)):
        return choices[0].split(" ")[0] if inner and spec.kind == "reference" else choices[0]
    if found := example_of_kind(spec, words):
        return found
    if inner and spec.name == "id":
        return "a1"
    return words("sheet.example.text", name=spec.title(words.lang)) if inner and spec.kind == "text" else ""


def example_of_kind(spec: FieldSpec, words: Words) -> str:
    """The form of a date, a number or an address; empty for prose."""
    if "pattern" in constraints(spec):
        return ""
    source = spec.descriptor.get("arrayItem") or {} if spec.many else spec.descriptor
    if source.get("type") == "year":
        return "2022"
    if spec.kind == "date":
        return "2022-07" if source.get("format") == "partial-date" else "2022-07-13"
    if spec.kind in {"integer", "number"}:
        return str(constraints(spec).get("minimum") or ("100" if spec.kind == "integer" else "12.5"))
    plain = {"url": "https://example.com/", "email": "name@example.com", "phone": words("sheet.example.phone")}
    return plain.get(spec.kind, "")


def width(spec: FieldSpec) -> int:
    """Of a column, in characters."""
    if spec.name == "title":
        return 30
    if spec.kind in {"term", "reference"}:
        return 22 if spec.many or spec.kind == "reference" else 15
    if spec.kind in WIDTHS and not spec.many:
        return WIDTHS[spec.kind]
    if spec.kind in {"text", "markdown"}:
        limit = int(constraints(spec).get("maxLength") or 0)
        return 40 if spec.kind == "markdown" or limit > WIDE else 22 if limit == 0 or limit > 30 else 15
    return max(WIDTHS.get(spec.kind, 20), 18)

"""What a filled-in form says beyond its cells: the example row, what was picked from a list, columns to be left out.

A form is a workbook made by ``kezhu sheet``. Its drop-down lists show people what they can tell apart, such as
``320106 江苏省南京市鼓楼区`` or 是; here that becomes what a record holds. The rules that are asked
only of what comes in are described here. Stands on `tables`; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from generator.model import FieldSpec, Position, Problem, Term, Vocabulary
from generator.rulebook import declare
from generator.tables import LOOK_FOR_HEADINGS, Sheet, Table, plain_heading, split_list
from generator.words import LANGUAGES, Words
from generator.workbook import Flaw

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:#[a-z0-9-]+)?")


declare(
    "import-exists",
    "id",
    "收表时，目录里已经有这个编号，内容又不一样。要么是编号用重了，要么是要改旧的那一条：改旧的，收的时候加 --update。",
    "A record that comes in bears an id that the catalogue has, with other content. Either the id is taken, or the old "
    "record is to be changed: then import with --update.",
)
declare(
    "import-no-id",
    "id",
    "收表时，这一行没有编号。编号是网页的地址，一旦定了就不改，所以要由人定；加 --number 就用建议的编号。",
    "A row has no id. An id is an address for good, so a person chooses it; --number takes the proposal.",
)


declare(
    "import-other-sheets",
    "table",
    "工作簿里有几张像登记表的工作表，一次只收一张。别的要收，用 --sheet 说出名字，再收一次。",
    "Several sheets of the workbook look like the form, and one is taken in at a time. Name the others with --sheet.",
    "warning",
)


@cache
def examples() -> frozenset[str]:
    """What stands in place of an id in the row that shows how to fill in the form, in every language."""
    return frozenset(Words(lang)("sheet.example") for lang in LANGUAGES)


@cache
def yes_and_no() -> Mapping[str, str]:
    """What is picked for true and false, in every language."""
    known = (("yes", "true"), ("no", "false"))
    return {Words(lang)(f"sheet.{key}"): value for lang in LANGUAGES for key, value in known}


def choice(term: Term, vocabulary: Vocabulary, lang: str) -> str:
    """A term as people pick it: its name, or where several bear that name its id and all that stands above it."""
    label = term.label(lang)
    if vocabulary.resolve(label) is term and not re.search("[;；|]", label):
        return label
    return f"{term.id} {re.sub('[;；|]', ' ', ''.join(t.label(lang) for t in vocabulary.lineage(term.id)))}"


@cache
def reckoned_marks() -> tuple[str, ...]:
    """How the heading of a column ends that a ledger has reckoned and nobody fills in, in every language."""
    return tuple(plain_heading(Words(lang)("page.ledger.reckoned", title="")) for lang in LANGUAGES)


@dataclass(eq=False)
class Form(Table):
    """A sheet read as records of a type, the way people fill in forms."""

    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    ids: Callable[[str], Collection[str]] | None = None  # of a type; asked where a title might look like an id
    by_title: Callable[[str], Mapping[str, str]] | None = None  # of a type: the id of a title that one record bears
    examples: list[int] = field(default_factory=list)  # rows that were passed over
    flaws: dict[int, list[Problem]] = field(default_factory=dict)  # of cells as they stand in the workbook, by row

    def _fit(self, number: int, row: list[str]) -> list[str] | None:
        cells = super()._fit(number, row)
        if cells is None:
            return None
        index = self.headings.by_name.get("id", -1)
        if index >= 0 and cells[index] in examples():
            self.examples.append(number)
            return None
        if found := list(self._find_flaws(number, cells[index] if index >= 0 else "")):
            self.flaws[number] = found
            self.problems.extend(found)
        for i, spec in self._picked:
            if cells[i]:
                cells[i] = self._meant(cells[i], spec)
        return cells

    def _find_flaws(self, number: int, record_id: str) -> Iterator[Problem]:
        """What is wrong with cells of a row before anyone asks what they mean."""
        names = {index: name for name, index in self.headings.by_name.items()}
        for flaw in self._flaws.get(number, ()):
            if (name := names.get(flaw.column - 1)) is not None:
                at = self.sheet.locate(number, flaw.column - 1)
                key = f"{self.type.name}/{record_id}"
                yield Problem(flaw.rule, self.path, at.line, at.column, name, "error", flaw.params, at.cell, key)

    @cached_property
    def _flaws(self) -> Mapping[int, list[Flaw]]:
        found: dict[int, list[Flaw]] = {}
        for flaw in getattr(self.sheet, "flaws", ()):
            found.setdefault(flaw.row, []).append(flaw)
        return found

    @cached_property
    def _picked(self) -> list[tuple[int, FieldSpec]]:
        """The columns that have lists to pick from."""
        kinds = {"term", "reference", "boolean"}
        return [(c.index, c.spec) for c in self.headings.columns if c.spec is not None and c.spec.kind in kinds]

    def _meant(self, cell: str, spec: FieldSpec) -> str:
        if spec.kind == "boolean":
            return yes_and_no().get(cell, cell)
        items = split_list(cell.replace("\n", ";")) if spec.many else [cell]  # no word of a list holds a semicolon
        return "; ".join(self._id_of(item, spec) for item in items)

    def _id_of(self, item: str, spec: FieldSpec) -> str:
        """``id`` of ``id title``, or of a title that is nobody else's; anything else as it is."""
        first, _, title = item.partition(" ")
        if spec.kind == "reference" and not spec.part and (named := self._named(spec.reference, item)):
            return named
        if not title:
            return item
        if spec.kind == "term" and (vocabulary := self.vocabularies.get(spec.vocabulary)):
            return first if vocabulary.resolve(item) is None and first in vocabulary else item
        if spec.kind == "reference" and self.ids is not None:
            return first if first.partition("#")[0] in self.ids(spec.reference) else item
        return first if ID.fullmatch(first) and not title.isascii() else item

    def _named(self, type_name: str, title: str) -> str:
        return self.by_title(type_name).get(title, "") if self.by_title is not None else ""


@dataclass(frozen=True)
class Without:
    """A sheet without the columns under some headings: a running number, notes of a colleague, what was reckoned."""

    sheet: Sheet
    headings: frozenset[str]  # as `plain_heading` makes them

    @property
    def flaws(self) -> Sequence[Flaw]:
        """As they are."""
        return getattr(self.sheet, "flaws", ())

    def quiet(self) -> bool:
        """As it is; more was looked at than is left."""
        return self.sheet.quiet()

    @property
    def merged(self) -> Sequence[tuple[int, int, int, int]]:
        """As they are."""
        return self.sheet.merged

    @property
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows with these columns empty."""
        dropped: set[int] = set()
        for n, (number, cells) in enumerate(self.sheet.rows):
            if n < LOOK_FOR_HEADINGS:
                heads = list(map(plain_heading, cells))
                dropped |= {i for i, head in enumerate(heads) if head in self.headings}
                dropped |= {i for i, head in enumerate(heads) if head.endswith(reckoned_marks())}
            yield number, ["" if i in dropped else cell for i, cell in enumerate(cells)]

    def locate(self, number: int, index: int) -> Position:
        """As it is."""
        return self.sheet.locate(number, index)

    def problems(self, path: str) -> Iterator[Problem]:
        """As they are."""
        return self.sheet.problems(path)

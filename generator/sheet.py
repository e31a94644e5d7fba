"""A blank workbook for a record type, made from its schema: people who keep records in Excel or WPS need no other tool.

Everything in it comes from the schema, the vocabularies and the titles of records; no type is known by name. Cells are
text, so that no program eats a leading zero or turns 2022-07 into a day. The headings are the titles that `tables`
finds again, the rows above them are what it passes over. The only room that knows xlsxwriter; writes no file itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from generator.forms import choice
from generator.model import FieldSpec, RecordType, Vocabulary
from generator.tables import known_headings, plain_heading
from generator.words import Words

Choices = Mapping[tuple[str, str], Sequence[str]]
"""What a reference may name, by type and part: ``id`` and title with a blank between, ``id#part title``."""

CREATED = datetime(2000, 1, 1)  # a date of its own in every file would make no two alike
GUIDE, HEADINGS, EXAMPLE, FIRST = 1, 2, 3, 4  # rows, from 0
TIP_TITLE, TIP = 32, 255  # characters that a spreadsheet shows when a cell is chosen
LIMITS = ("minLength", "maxLength", "minimum", "maximum")
WIDE = 120  # a text that may be longer than this gets a wide column
WIDTHS = {"url": 30, "email": 22, "phone": 18, "date": 13, "integer": 9, "number": 10, "boolean": 8, "object": 34}
INK, GREEN, RUST, PAPER, TINT, LINE, QUIET = (
    *("#1d2621", "#1a553d", "#ab3813", "#f8f5ec", "#e7eddd", "#d8d2c0", "#65675c"),
)


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


def make_workbook(
    record_type: RecordType, vocabularies: Mapping[str, Vocabulary], references: Choices, words: Words, rows: int = 200
) -> bytes:
    """The bytes of the workbook: the form with ``rows`` prepared rows, a page of help, the lists (hidden)."""
    columns = [id_column(record_type, words), *make_columns(record_type, vocabularies, references, words)]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": CREATED, "title": words("sheet.title", type=record_type.title(words.lang))})
    form = Form(book, record_type, columns, words, rows)
    form.write()
    book.close()
    return target.getvalue()


def table_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]], title: str) -> bytes:
    """The bytes of a workbook of plain tables: ``(name, rows)`` of each sheet, the first row its headings.

    Every cell is text, so that codes, telephones and days stay as they are written; the same rows give the same bytes.
    Headings stay in sight, can be filtered by, and are printed on every page.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": CREATED, "title": title})
    face = {"font_size": 10, "font_color": INK, "num_format": "@", "valign": "top", "text_wrap": True}
    cell = book.add_format({**face, "border": 1, "border_color": LINE})
    head = book.add_format({**face, "bold": True, "font_color": "#ffffff", "bg_color": GREEN, "border": 1})
    names: list[str] = []
    for name, rows in sheets:
        names.append(sheet_name(name, *names))
        write_table(book.add_worksheet(names[-1]), rows, head, cell, book.add_format(face))
    book.close()
    return target.getvalue()


def write_table(sheet: Any, rows: Sequence[Sequence[str]], head: Any, cell: Any, blank: Any) -> None:
    """Rows onto a sheet, as wide as their words, with what a long table needs."""
    last = max(0, *(len(row) for row in rows)) - 1 if rows else -1
    for i in range(last + 1):
        texts = (line for row in rows if i < len(row) for line in row[i].split("\n"))
        sheet.set_column(i, i, min(40, max(10, *(2 + width_of(text) for text in texts), 0)), blank)
    for n, row in enumerate(rows):
        for i, text in enumerate(row):
            sheet.write_string(n, i, text, cell if n else head)
    if last < 0:
        return
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows) - 1, last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{letters_of(last)}{len(rows)}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&9&P / &N")


def width_of(text: str) -> int:
    """How wide a line is, in characters; a Chinese one takes two."""
    return sum(1 + (ord(char) > 0x2E7F) for char in text)


# ── What a column says ───────────────────────────────────────────────────────────────────────────────────────────────


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


# ── The workbook ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Form:
    """Writes the three sheets into a workbook."""

    book: Any
    type: RecordType
    columns: Sequence[Column]
    words: Words
    rows: int
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)  # choices -> name of their range

    def write(self) -> None:
        """The form first, since some programs look at the first sheet only."""
        title = self.type.title(self.words.lang)
        self.sheet = self.book.add_worksheet(sheet_name(title))
        self.help = self.book.add_worksheet(sheet_name(self.words("sheet.help"), self.sheet.get_name()))
        self.terms = self.book.add_worksheet(
            sheet_name(self.words("sheet.terms"), self.sheet.get_name(), self.help.get_name())
        )
        self.terms.hide()
        self._write_top(title)
        for i, column in enumerate(self.columns):
            self._write_column(i, column)
        self._write_cells()
        self._set_up()
        self._write_help(title)
        for sheet in (self.sheet, self.help, self.terms):
            sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True})

    def style(self, **more: Any) -> Any:
        """A cell format in the form's own face."""
        plain = {
            "font_name": self.words("sheet.font"),
            "font_size": 10,
            "font_color": INK,
            "valign": "top",
            "align": "left",
            "indent": 1,
            "text_wrap": True,
        }
        return self.book.add_format({**plain, **more})

    def _write_top(self, title: str) -> None:
        words, sheet = self.words, self.sheet
        sheet.set_row(0, 34)
        band = self.style(bg_color=PAPER)
        for i in range(len(self.columns)):
            sheet.write_blank(0, i, None, band)
        big = self.style(bold=True, font_size=16, font_color=GREEN, bg_color=PAPER, text_wrap=False, valign="vcenter")
        small = self.style(font_color=QUIET, bg_color=PAPER, text_wrap=False, valign="vcenter")
        sheet.write_string(0, 0, words("sheet.title", type=title), big)
        sheet.write_string(0, 2, words("sheet.lead", help=self.help.get_name()), small)
        sheet.set_row(
            GUIDE, 14 * max(3, min(7, max(1 + lines(c.how(c.pick, c.about), c.width * 7 // 6) for c in self.columns)))
        )
        sheet.set_row(HEADINGS, 24)
        sheet.set_row(EXAMPLE, 15 * max(2, min(4, max(lines(c.example, c.width) for c in self.columns))))

    def _write_column(self, i: int, column: Column) -> None:
        sheet = self.sheet
        sheet.set_column(i, i, column.width, self.style(num_format="@", locked=False))
        self._write_guide(i, column)
        fill = RUST if column.required else GREEN
        head = self.style(bold=True, font_size=11, font_color="#ffffff", bg_color=fill, valign="vcenter", border=1)
        head.set_border_color("#ffffff")
        sheet.write_string(HEADINGS, i, column.label, head)
        name = self.words("sheet.field", name=column.name)
        note = column.how(column.need, column.pick, column.about, column.allowed, name)
        height = 18 * (lines(note, 36) + 1)
        sheet.write_comment(HEADINGS, i, note, {"author": "", "width": 280, "height": height, "font_size": 9})
        shown = self.style(
            italic=True, font_color=QUIET, bg_color=TINT, num_format="@", bottom=1, bottom_color=GREEN, right=1
        )
        shown.set_right_color(LINE)
        sheet.write_string(EXAMPLE, i, column.example, shown)
        sheet.data_validation(FIRST, i, FIRST + self.rows - 1, i, self._rule(column))

    def _write_guide(self, i: int, column: Column) -> None:
        cell = self.style(font_color=QUIET, font_size=9, bg_color=PAPER, right=1, right_color=LINE)
        strong = self.style(bold=True, font_size=9, font_color=RUST if column.required else INK)
        plain = self.style(font_size=9, font_color=QUIET)
        if more := column.how(column.pick, column.about):
            self.sheet.write_rich_string(GUIDE, i, strong, column.need, plain, f"\n{more}", cell)
        else:
            self.sheet.write_string(GUIDE, i, column.need, cell)

    def _rule(self, column: Column) -> dict[str, Any]:
        """What the program watches and says at the cells of a column."""
        words = self.words
        said = words("sheet.example.said", value=column.shown) if column.shown else ""
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": cut(column.label, TIP_TITLE),
            "input_message": cut(column.how(column.about, column.pick, column.allowed, said), TIP),
        }
        warn = {"stop": "enum", "warning": "one", "information": "many"}
        if column.choices:
            rule |= {"validate": "list", "source": f"={self._list(column)}", "error_type": column.refuse}
            rule |= {"error_message": cut(words(f"sheet.warn.{warn[column.refuse]}"), TIP)}
        elif column.limit:
            rule |= {"validate": "length", "criteria": "<=", "value": column.limit, "error_type": "warning"}
            rule |= {"error_message": cut(words("sheet.warn.long", limit=column.limit), TIP)}
        return {**rule, "error_title": rule["input_title"]}

    def _list(self, column: Column) -> str:
        """The name of the range that holds a column's choices; columns with the same choices share one."""
        if column.choices not in self.lists:
            i = len(self.lists)
            name = f"list_{i + 1}_{re.sub('[^A-Za-z0-9_]', '_', column.name)}"
            self.terms.set_column(i, i, 28, self.style(num_format="@", text_wrap=False))
            self.terms.write_string(0, i, column.heading, self.style(bold=True))
            for row, text in enumerate(column.choices, 1):
                self.terms.write_string(row, i, text)
            letters = xlsxwriter.utility.xl_col_to_name(i, True)
            quoted = self.terms.get_name().replace("'", "''")
            self.book.define_name(name, f"='{quoted}'!{letters}$2:{letters}${len(column.choices) + 1}")
            self.lists[column.choices] = name
        return self.lists[column.choices]

    def _write_cells(self) -> None:
        """The rows to be filled in: white, framed, text."""
        blank = self.style(num_format="@", locked=False, border=1, border_color=LINE)
        for row in range(FIRST, FIRST + self.rows):
            for i in range(len(self.columns)):
                self.sheet.write_blank(row, i, None, blank)

    def _set_up(self) -> None:
        """What stays in sight while scrolling, and how it prints."""
        sheet, last = self.sheet, len(self.columns) - 1
        sheet.freeze_panes(FIRST, 2, FIRST, 2)
        sheet.set_selection(FIRST, 0, FIRST, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A{EXAMPLE + 1}:{letters_of(last)}{FIRST + self.rows}"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.repeat_rows(HEADINGS)
        sheet.repeat_columns(0, 1)
        sheet.set_print_scale(75)
        sheet.print_across()
        sheet.set_footer(f"&C&9{self.words('sheet.page')}")

    # ── The page of help ─────────────────────────────────────────────────────────────────────────────────────────────

    def _write_help(self, title: str) -> None:
        words, sheet = self.words, self.help
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C&9{words('sheet.page')}")
        for i, wide in enumerate((26, 13, 58, 31)):
            sheet.set_column(i, i, wide)
        big = self.style(bold=True, font_size=16, font_color=GREEN, text_wrap=False, valign="vcenter")
        sheet.set_row(0, 34)
        sheet.write_string(0, 0, words("sheet.help.title", type=title), big)
        params = {
            "type": self.sheet.get_name(),
            "row": FIRST + 1,
            "column": "C",
            "cell": f"{self.sheet.get_name()}!C12",
        }
        row = self._write_steps(2, "sheet.help.fill", params)
        row = self._write_steps(row + 1, "sheet.help.send", {**params, "row": 12})
        self._write_list(row + 1)

    def _write_steps(self, row: int, key: str, params: Mapping[str, object]) -> int:
        """A heading and its numbered lines; the row below them."""
        self._write_head(row, key)
        plain = self.style(font_size=11)
        for n, name in enumerate(self.words.keys(f"{key}."), 1):
            text = f"{n}. {self.words(name, **params)}"
            self.help.merge_range(row + n, 0, row + n, 3, text, plain)
            self.help.set_row(row + n, 17 * lines(text, 112))
        return row + len(self.words.keys(f"{key}.")) + 1

    def _write_head(self, row: int, key: str) -> None:
        head = self.style(bold=True, font_size=13, font_color=GREEN, text_wrap=False, valign="bottom")
        self.help.set_row(row, 26)
        self.help.write_string(row, 0, self.words(key), head)

    def _write_list(self, row: int) -> None:
        """Every column of the form: whether it is needed, how to write it, an example."""
        words = self.words
        self._write_head(row, "sheet.help.columns")
        head = self.style(bold=True, font_color="#ffffff", bg_color=GREEN, border=1, border_color=GREEN)
        for i, name in enumerate(("column", "must", "how", "example")):
            self.help.write_string(row + 1, i, words(f"sheet.help.{name}"), head)
        cells = {name: self.style(border=1, border_color=LINE, **more) for name, more in LOOKS.items()}
        for n, column in enumerate(self.columns, row + 2):
            how = column.how(column.about, column.pick, column.allowed)
            self.help.write_string(n, 0, column.label, cells["name"])
            self.help.write_string(n, 1, column.need, cells["must" if column.required else "plain"])
            self.help.write_string(n, 2, how, cells["plain"])
            self.help.write_string(n, 3, column.shown, cells["quiet"])
            tall = max(lines(text, wide) for text, wide in ((column.label, 26), (how, 72), (column.shown, 38)))
            self.help.set_row(n, 15 * tall + 3)


LOOKS: Mapping[str, Mapping[str, Any]] = {
    "name": {"bold": True, "bg_color": PAPER},
    "must": {"bold": True, "font_color": RUST},
    "plain": {},
    "quiet": {"font_color": QUIET, "num_format": "@"},
}


def letters_of(index: int) -> str:
    """The letters of a column by its index from 0."""
    return str(xlsxwriter.utility.xl_col_to_name(index))


def sheet_name(title: str, *taken: str) -> str:
    """A title as a sheet may be called: 31 characters, none of ``[]:*?/\\``, unlike the others."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip().strip("'")[:31] or "kezhu"
    while name.casefold() in {other.casefold() for other in taken}:
        name = f"{name[:29]} 2" if not name.endswith(" 2") else f"{name[:-2]} 3"
    return name


def lines(text: str, wide: int) -> int:
    """How many lines a text takes in a cell of that many characters; a Chinese one takes two."""
    return sum(
        max(1, -(-sum(1 + (ord(char) > 0x2E7F) for char in line) // max(wide - 1, 1))) for line in text.split("\n")
    )


def cut(text: str, limit: int) -> str:
    """A text as long as a spreadsheet will show."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

"""A blank workbook for a record type, made from its schema: people who keep records in Excel or WPS need no other tool.

What it says of each column comes from `formcolumns`. Cells are text, so that no program eats a leading zero or turns
2022-07 into a day; the rows above the headings are what `tables` passes over. Rows of any table become a workbook here
too. The only room that knows xlsxwriter; writes no file itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from generator.formcolumns import Choices, Column, id_column, make_columns
from generator.markup import width_of
from generator.model import RecordType, Vocabulary
from generator.words import Words

CREATED = datetime(2000, 1, 1)  # a date of its own in every file would make no two alike
GUIDE, HEADINGS, EXAMPLE, FIRST = 1, 2, 3, 4  # rows, from 0
TIP_TITLE, TIP = 32, 255  # characters that a spreadsheet shows when a cell is chosen
INK, GREEN, RUST, PAPER, TINT, LINE, QUIET = (
    *("#1d2621", "#1a553d", "#ab3813", "#f8f5ec", "#e7eddd", "#d8d2c0", "#65675c"),
)


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
    return sum(max(1, -(-width_of(line) // max(wide - 1, 1))) for line in text.split("\n"))


def cut(text: str, limit: int) -> str:
    """A text as long as a spreadsheet will show."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

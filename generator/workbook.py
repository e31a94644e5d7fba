"""Workbooks (.xlsx) as their authors meant them: every cell as the text that a person sees, with its place.

The only room that knows calamine, which is shown a copy made by us: the parts that hold cells, unpacked and weighed,
and nothing else (no macros, no pictures). Whatever cannot be read is a `Refusal` that says what to do; no bytes make an
exception. Knows nothing of schemas, headings or types. Calamine drops error values and the way a date is shown, so
these two are looked up in the sheet itself.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from generator.model import Position, Problem, Refusal
from generator.rulebook import declare

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 400  # tables of repeated words shrink to a hundredth; what shrinks further is no table
MAX_PARTS = 2_000
MAX_CELLS = 4_000_000  # of the rectangle around everything written on one sheet
EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what .xls, .et and every locked workbook begin with
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

declare(
    "workbook-old",
    "file",
    "表格要存成 .xlsx。旧的 .xls 和 WPS 自己的 .et 这里打不开，另存一次就行。",
    "A workbook has to be saved as .xlsx. The old .xls and the .et of WPS cannot be read here; save it anew.",
)
declare(
    "workbook-locked",
    "file",
    "设了打开密码的表格谁也读不了，要先去掉密码。只保护工作表、不设打开密码的不受影响。",
    "A workbook that asks for a password to be opened cannot be read; take the password off.",
)
declare(
    "workbook-broken",
    "file",
    "文件坏了，或者只是改了扩展名：里面不是 .xlsx 表格。",
    "The file is damaged, or only its name ends in .xlsx: what is inside is no such workbook.",
)
declare(
    "workbook-huge",
    "file",
    "文件展开以后太大。正常的登记表展开后只有几兆，多半是图片、整列的格式或者别的东西跟着进来了。",
    "Unpacked, the file is far too large. A table has a few megabytes; pictures or formatting have come along.",
)
declare(
    "workbook-far",
    "file",
    "工作表的角落里有一格写了东西，离表太远，多半是不小心碰上的。删掉那一格再存。",
    "Something is written in a far corner of the sheet, most likely by accident. Empty that cell and save.",
)
declare(
    "cell-error",
    "table",
    "格子里是 #REF!、#N/A 这样的公式错误，不是内容。把公式换成要写的文字或数。",
    "The cell shows a formula error such as #REF! or #N/A. Write the words or the number in its place.",
)
declare(
    "cell-formula",
    "table",
    "格子里是公式，可是算出来的结果没有存在文件里。用 WPS 或 Excel 打开，存一次，结果就在了。",
    "The cell holds a formula whose result is not in the file. Open it in WPS or Excel and save it once.",
)
declare(
    "cell-digits",
    "table",
    "表格软件只记得住一个数的前十五位，后面的已经变成 0。长的编号和号码要先把格子设成“文本”再填。",
    "A spreadsheet keeps fifteen digits of a number; the rest have become zeros. Format the cell as text, then type.",
)


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one cell as it stands in the workbook; its text is then not to be trusted."""

    rule: str
    row: int  # from 1
    column: int  # from 1
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One visible worksheet: only the rows that hold anything, each as wide as the sheet."""

    name: str
    rows: Sequence[tuple[int, list[str]]]  # the row's number, from 1, and its cells
    merged: Sequence[tuple[int, int, int, int]] = ()  # first row, first column, last row, last column, from 1
    flaws: Sequence[Flaw] = ()

    def locate(self, line: int, column_index: int) -> Position:
        """The place of a cell by the row's number (from 1) and the cell's index (from 0); the row where it is -1."""
        if column_index < 0:
            return Position(line, 1, f"{self.name}!{line}:{line}")
        return Position(line, column_index + 1, f"{self.name}!{letters(column_index)}{line}")

    def problems(self, path: str) -> Iterator[Problem]:
        """Nothing: which flaws matter is known when it is known which cells hold records."""
        del path
        return iter(())

    def quiet(self) -> bool:
        """No: whatever stands in a workbook is worth a look."""
        return False


def letters(index: int) -> str:
    """The letters of a column by its index from 0: A, Z, AA."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_number(name: str) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for char in name.upper():
        number = number * 26 + ord(char) - 64
    return number


def read_workbook(path: Path) -> list[Sheet]:
    """The visible worksheets in their order; raises `Refusal` when the file is not a workbook that can be read."""
    if path.is_symlink():
        raise Refusal("symlink")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Refusal("too-large", params={"size": size // 1024, "limit": MAX_BYTES // 1024})
    return read_sheets(path.read_bytes())


def read_sheets(data: bytes) -> list[Sheet]:
    """The same from the bytes of a file."""
    if not data:
        raise Refusal("empty-file")
    if data.startswith(OLE):
        raise Refusal("workbook-locked" if ENCRYPTED in data else "workbook-old")
    parts = unpack(data)
    try:
        return list(iter_sheets(parts))
    except (Refusal, MemoryError):
        raise
    except Exception:  # calamine and ElementTree raise many kinds; for the author all of them are one: a broken file
        raise Refusal("workbook-broken") from None
    except BaseException as error:  # a panic of calamine's does not derive from Exception
        if type(error).__name__ != "PanicException":
            raise
        raise Refusal("workbook-broken") from None


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────────

KEPT = re.compile(r"(?:\[Content_Types\]|xl/[^/]+|xl/worksheets/[^/]+)\.xml|_rels/\.rels|xl/_rels/[^/]+\.rels")


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts that hold cells, by name; refused before anything large is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            weigh(entries, len(data))
            names = [(entry.filename.replace("\\", "/"), entry) for entry in entries]
            return {name: archive.read(entry) for name, entry in names if KEPT.fullmatch(name)}
    except Refusal:
        raise
    # the ways in which zipfile and zlib give up on bytes that strangers made
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise Refusal("workbook-broken") from None


def weigh(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Refuse what would unpack to more than any table needs, and what is locked. Reading stops at the size declared."""
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refusal("workbook-locked")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED or len(entries) > MAX_PARTS or total > max(size * MAX_RATIO, 16 * 1024 * 1024):
        raise Refusal("workbook-huge", params={"size": total >> 20, "limit": MAX_UNPACKED >> 20})


def repack(parts: Mapping[str, bytes]) -> io.BytesIO:
    """The parts as an archive that needs no unpacking: what calamine sees has been weighed by us."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    target.seek(0)
    return target


def iter_sheets(parts: Mapping[str, bytes]) -> Iterator[Sheet]:
    """Every visible worksheet; a hidden one holds helpers of the form, not records."""
    if "xl/workbook.xml" not in parts:
        raise Refusal("workbook-broken")
    forms = cell_forms(parts.get("xl/styles.xml", b""))
    files = sheet_files(parts)
    with CalamineWorkbook.from_filelike(repack(parts)) as book:
        for meta in book.sheets_metadata:
            if meta.visible is not SheetVisibleEnum.Visible or meta.typ is not SheetTypeEnum.WorkSheet:
                continue
            seen = look(parts[files[meta.name]], forms, meta.name)
            yield make_sheet(book.get_sheet_by_name(meta.name), seen)


def parse(xml: bytes) -> ElementTree.Element:
    """A small part as a tree; entities of its own are refused, since they may grow without end."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refusal("workbook-broken")
    return ElementTree.fromstring(xml)


def sheet_files(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name."""
    targets = {}
    for link in parse(parts["xl/_rels/workbook.xml.rels"]):
        target = link.get("Target", "")
        targets[link.get("Id", "")] = target[1:] if target.startswith("/") else normpath(join("xl", target))
    found = {}
    for element in parse(parts["xl/workbook.xml"]).iter():
        if element.tag.endswith("}sheet"):
            key = next((value for name, value in element.items() if name.endswith("}id")), "")
            found[element.get("name", "")] = targets.get(key, "")
    return found


# ── What calamine does not tell ──────────────────────────────────────────────────────────────────────────────────────

MONTHS = dict.fromkeys((17, 27, 36, 50, 52, 57), "month")  # of the formats that every Chinese workbook knows
CELL = re.compile(
    rb"<(?:\w+:)?c\b((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*+)\s*>(?!</)"  # an empty cell is none
    rb"(?:\s*<(?:\w+:)?f\b[^<]*(?:/>|</(?:\w+:)?f>)(\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</)?)?"
)
USUAL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?(?: t="[a-zA-Z]+")?>(?!</)')
EMPTY = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?: t="[a-zA-Z]+")?(?:/>|></)')
SPECIAL = (b"<f", b":f", b't="e"', b"t='e'")  # a formula or an error: a cell to be looked at
ATTRIBUTE = re.compile(rb"\b([rst])\s*=\s*[\"']([^\"']*)[\"']")
REFERENCE = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})</")
BARE = re.compile(rb"<(?:\w+:)?c(?:/?>|\s+(?!r\s*=))")  # a cell that may have no reference
PLACED = re.compile(
    rb"<((?:\w+:)?)(row|c)((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*+\s*/?>)"
)  # rows and cells, empty ones too


@dataclass(frozen=True)
class Seen:
    """Of one sheet: the cells shown in a way of their own, and those that hold no value."""

    forms: Mapping[tuple[int, int], str]
    flaws: Sequence[Flaw]


def cell_forms(styles: bytes) -> dict[bytes, str]:
    """How cells of a style are shown, where it matters (``month``, ``year``, ``percent``, ``000``), by its number."""
    if not styles:
        return {}
    root = parse(styles)
    named = {**MONTHS, 9: "percent", 10: "percent"}
    for element in root.iter():
        if element.tag.endswith("}numFmt") and (form := name_form(element.get("formatCode", ""))):
            named[int(element.get("numFmtId", "0"))] = form
    cells = next((list(e) for e in root if e.tag.endswith("}cellXfs")), [])
    used = {str(i).encode(): named.get(int(style.get("numFmtId") or "0"), "") for i, style in enumerate(cells)}
    return {style: form for style, form in used.items() if form}


def name_form(code: str) -> str:
    """The kind of a number format as far as it changes what a person reads."""
    plain = re.sub(r"\"[^\"]*\"|\\.|\[[^\]]*\]|_.|\*.", "", code.split(";")[0]).lower()
    if "y" in plain and not set(plain) & set("dhs"):
        return "month" if "m" in plain else "year"
    if re.fullmatch(r"0{2,20}", plain):
        return plain
    return "percent" if plain.endswith("%") else ""


def look(xml: bytes, forms: Mapping[bytes, str], name: str) -> Seen:
    """Walk over the cells of a sheet that hold anything; refused when the rectangle around them is too large."""
    shown: dict[tuple[int, int], str] = {}
    flaws: list[Flaw] = []
    last_row, last_column = (0, 0) if forms or any(mark in xml for mark in SPECIAL) else corner(xml)
    row = column = 0
    if not last_row and BARE.search(xml):
        xml = numbered(xml)
    for match in CELL.finditer(xml) if not last_row else ():
        row, column = place(match[1], row, column)
        last_row, last_column = max(last_row, row), max(last_column, column)
        got = dict(ATTRIBUTE.findall(match[1])) if b"t=" in match[1] or forms else {}
        if got.get(b"t") == b"e":
            value = VALUE.search(xml, match.end(), match.end() + 200)
            flaws.append(
                Flaw("cell-error", row, column, {"value": value[1].decode("utf-8", "replace") if value else "#"})
            )
        elif match[2] is not None:
            flaws.append(Flaw("cell-formula", row, column, {}))
        if form := forms.get(got.get(b"s", b"")):
            shown[row, column] = form
    if last_row * last_column > MAX_CELLS or last_row > 1 << 20 or last_column > 1 << 14:
        raise Refusal("workbook-far", last_row, params={"cell": f"{letters(last_column - 1)}{last_row}", "sheet": name})
    return Seen(shown, flaws)


def corner(xml: bytes) -> tuple[int, int]:
    """Last row and column of a sheet whose cells are all written in the usual way; ``(0, 0)`` for any other."""
    found = USUAL.findall(xml)
    if len(found) + len(EMPTY.findall(xml)) != xml.count(b"<c ") + xml.count(b"<c>") + xml.count(b":c "):
        return 0, 0
    columns, rows = {letter for letter, _ in found}, {int(row) for _, row in found}
    return max(rows, default=0), max((column_number(letter.decode()) for letter in columns), default=0)


def numbered(xml: bytes) -> bytes:
    """A sheet with the references that its program left out: a row or cell without one follows the last."""
    row = column = 0

    def number(match: re.Match[bytes]) -> bytes:
        nonlocal row, column
        prefix, tag, rest = match.groups()
        given = dict(ATTRIBUTE.findall(rest)).get(b"r", b"")
        if tag == b"row":
            row, column = int(given) if given.isdigit() else row + 1, 0
        elif found := REFERENCE.fullmatch(given):
            row, column = int(found[2]), column_number(found[1].decode())
        else:
            column += 1
            return b'<%sc r="%s%d"%s' % (prefix, letters(column - 1).encode(), row, rest)
        return match[0]

    return PLACED.sub(number, xml)


def place(attributes: bytes, row: int, column: int) -> tuple[int, int]:
    """Row and column of a cell; a cell without a reference stands right of the one before."""
    got = dict(ATTRIBUTE.findall(attributes)) if b"r" in attributes else {}
    found = REFERENCE.fullmatch(got.get(b"r", b""))
    return (int(found[2]), column_number(found[1].decode())) if found else (row, column + 1)


# ── Cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_sheet(sheet: CalamineSheet, seen: Seen) -> Sheet:
    """The rows that hold anything, and what is wrong with single cells."""
    flaws = list(seen.flaws)
    broken = {(flaw.row, flaw.column): str(flaw.params.get("value", "")) for flaw in flaws}
    rows = []
    before: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)  # calamine begins at the first column in use
    for number, values in enumerate(sheet.iter_rows(), 1):
        texts = before + values
        for i, cell in enumerate(texts):
            if type(cell) is not str:
                texts[i] = say(cell, seen.forms.get((number, i + 1), ""))
                if type(cell) is float and not -EXACT < cell < EXACT:
                    flaws.append(Flaw("cell-digits", number, i + 1, {"value": texts[i]}))
            elif "\r" in cell or "_x000D_" in cell:
                texts[i] = cell.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
        rows.append((number, texts))
    for (number, column), value in broken.items():
        if value and number <= len(rows) and column <= len(rows[number - 1][1]):
            rows[number - 1][1][column - 1] = value
    merged = tuple((a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    held = [(number, cells) for number, cells in rows if any(cell and not cell.isspace() for cell in cells)]
    return Sheet(sheet.name, held, merged, tuple(sorted(flaws, key=lambda f: (f.row, f.column))))


def say(cell: object, form: str) -> str:
    """A cell that is not text, as a person reads it; dates as ISO writes them."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | int):
        return say_number(cell, form)
    if isinstance(cell, datetime):
        cell = cell.date() if cell.time() == time() else cell
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes" if not cell.second else "seconds")
    if isinstance(cell, date):
        return cell.isoformat()[: {"year": 4, "month": 7}.get(form, 10)]
    if isinstance(cell, time):
        return cell.isoformat("minutes" if not cell.second else "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(cell)


def say_number(number: float, form: str) -> str:
    """A number without ``.0`` and without exponent, to fifteen digits; with the zeros or the percent that are shown."""
    if number != number or number in (float("inf"), float("-inf")):
        return ""
    if not form and -EXACT < number < EXACT and number == int(number):
        return str(int(number))
    exact = Decimal(f"{number:.15g}")
    text = f"{exact * 100 if form == 'percent' else exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if form == "percent":
        return f"{text}%"
    return text.zfill(len(form)) if form.startswith("0") and text.isdigit() else text

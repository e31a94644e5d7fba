"""Workbooks as people see them; files that cannot be opened say why, and no bytes make an exception."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from generator import report, workbook
from generator.model import Position, Refusal
from generator.words import Words
from generator.workbook import Sheet, letters, read_sheets, read_workbook, unpack

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def made(fill) -> bytes:
    """The bytes of a workbook that ``fill`` has written into."""
    book = openpyxl.Workbook()
    book.active.title = "服务"
    fill(book.active)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def rezipped(data: bytes, **changes) -> bytes:
    """A workbook with parts replaced; ``None`` takes one away. Dots and slashes are written as ``_`` and ``__``."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        read_sheets(data)
    problem = caught.value.problem("shili.xlsx")
    for lang in ("zh", "en"):
        for text in (report.message(problem, Words(lang)), report.hint(problem, Words(lang))):
            assert text and not re.search(r"\{\w*\}", text)
    return problem.rule


PLAIN = made(lambda sheet: sheet.append(["编号", "名称"]))


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("  前后有空格  ", None, "  前后有空格  "),
        ("0123", None, "0123"),
        ("一行\n两行", None, "一行\n两行"),
        (12, None, "12"),
        (13800000000.0, None, "13800000000"),
        (1.1, None, "1.1"),
        (0.1 + 0.2, None, "0.3"),
        (1e-7, None, "0.0000001"),
        (-0.0, None, "0"),
        (11000, "000000", "011000"),
        (0.15, "0%", "15%"),
        (0.125, "0.0%", "12.5%"),
        (True, None, "true"),
        (False, None, "false"),
        (date(2022, 7, 13), None, "2022-07-13"),
        (datetime(2022, 7, 13), None, "2022-07-13"),
        (datetime(2022, 7, 13), 'yyyy"年"m"月"d"日"', "2022-07-13"),
        (datetime(2022, 7, 1), 'yyyy"年"m"月"', "2022-07"),
        (datetime(2022, 7, 1), "mmm-yy", "2022-07"),
        (datetime(2022, 1, 1), 'yyyy"年"', "2022"),
        (datetime(2022, 7, 13), "[$-804]yyyy\\-mm\\-dd;@", "2022-07-13"),
        (datetime(2022, 7, 13, 8, 30), None, "2022-07-13 08:30"),
        (time(12, 30), None, "12:30"),
        (timedelta(hours=30, minutes=5), None, "30:05"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(value, form, text):
    def write(sheet):
        sheet["C3"] = value
        if form:
            sheet["C3"].number_format = form

    [sheet] = read_sheets(made(write))
    assert sheet.rows == [(3, ["", "", text])]
    assert sheet.flaws == ()


@pytest.mark.parametrize(
    ("number", "text"), [(14, "2022-07-13"), (31, "2022-07-13"), (58, "2022-07-13"), (57, "2022-07")]
)
def test_the_formats_of_chinese_programs_are_known_by_number(number, text):
    def write(sheet):
        sheet["A1"] = date(2022, 7, 13)
        sheet["A1"].number_format = "yyyy-x-mm"

    data = made(write)
    styles = unpack(data)["xl/styles.xml"].decode()
    own = re.search(r'numFmtId="([0-9]+)" formatCode="yyyy-x-mm"', styles)[1]
    styles = re.sub(r"<numFmts.*?</numFmts>", "", styles).replace(f'numFmtId="{own}"', f'numFmtId="{number}"')
    [sheet] = read_sheets(rezipped(data, **{"xl/styles.xml": styles}))
    assert sheet.rows == [(1, [text])]


def test_rich_text_and_stored_results_of_formulas_are_text():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("甲")
    sheet.write_rich_string("A1", "一", book.add_format({"bold": True}), "二", "三")
    sheet.write_formula("B1", "=1+1", value=2)
    sheet.write_formula("C1", '="字"', value="字")
    book.close()
    [found] = read_sheets(target.getvalue())
    assert found.rows == [(1, ["一二三", "2", "字"])]


def test_errors_and_formulas_without_a_result_and_long_numbers_are_flaws():
    def write(sheet):
        sheet["B2"], sheet["C2"], sheet["D4"], sheet["E4"] = "#REF!", "=NA()", 110101199003070000, "好的"

    [sheet] = read_sheets(made(write))
    assert [(f.rule, f.row, f.column) for f in sheet.flaws] == [
        ("cell-error", 2, 2),
        ("cell-formula", 2, 3),
        ("cell-digits", 4, 4),
    ]


def test_places_are_named_as_in_the_program():
    sheet = Sheet("服务", [])
    assert sheet.locate(12, 2) == Position(12, 3, "服务!C12")
    assert sheet.locate(12, -1).line == 12
    assert [letters(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_merged_cells_are_known_from_one():
    def write(sheet):
        sheet["A1"] = "大标题"
        sheet.merge_cells("A1:C2")

    [sheet] = read_sheets(made(write))
    assert sheet.merged == ((1, 1, 2, 3),)


def test_formatted_empty_rows_cost_nothing():
    def write(sheet):
        sheet.append(["编号", "名称"])
        for row in range(2, 3000):
            sheet.cell(row, 200).font = Font(bold=True)

    [sheet] = read_sheets(made(write))
    assert sheet.rows == [(1, ["编号", "名称"])]


def test_hidden_sheets_are_helpers():
    book = openpyxl.Workbook()
    book.active.append(["一"])
    book.create_sheet("词表").append(["二"])
    book["词表"].sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    assert [sheet.name for sheet in read_sheets(target.getvalue())] == ["Sheet"]


# ── Files that cannot be opened ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty-file"),
        (OLE + b"\0" * 600, "workbook-old"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "workbook-locked"),
        (b"<html><table><tr><td>1</td></tr></table>", "workbook-broken"),
        ("编号,名称\n".encode(), "workbook-broken"),
        (PLAIN[: len(PLAIN) // 2], "workbook-broken"),
        (rezipped(PLAIN, **{"xl/workbook.xml": None}), "workbook-broken"),
        (rezipped(PLAIN, **{"xl/workbook.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><workbook/>"}), "workbook-broken"),
        (rezipped(PLAIN, **{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"}), "workbook-broken"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(data, rule):
    assert refused(data) == rule


def test_a_link_and_a_giant_are_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(PLAIN)
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "a.xlsx")
    (tmp_path / "c.xlsx").write_bytes(b"\0" * (workbook.MAX_BYTES + 1))
    assert [sheet.rows for sheet in read_workbook(tmp_path / "a.xlsx")] == [[(1, ["编号", "名称"])]]
    for name, rule in (("b", "symlink"), ("c", "too-large")):
        with pytest.raises(Refusal) as caught:
            read_workbook(tmp_path / f"{name}.xlsx")
        assert caught.value.rule == rule


def test_a_bomb_is_not_unpacked(monkeypatch):
    bomb = rezipped(PLAIN, **{"xl/worksheets/sheet1.xml": b" " * (20 << 20)})
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("was unpacked"))
    assert refused(bomb) == "workbook-huge"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either():
    bomb = rezipped(PLAIN, **{"xl/sharedStrings.xml": b" " * (12 << 20)})
    at = bomb.rindex(b"xl/sharedStrings.xml") - 46
    lying = bomb[: at + 24] + (100).to_bytes(4, "little") + bomb[at + 28 :]
    assert refused(lying) == "workbook-broken"


def test_a_cell_in_a_far_corner_is_named_instead_of_filling_the_memory():
    def write(sheet):
        sheet["A1"] = "编号"
        sheet["XFD1048576"] = "碰上了"

    data = made(write)
    assert refused(data) == "workbook-far"
    with pytest.raises(Refusal) as caught:
        read_sheets(data)
    assert caught.value.params["cell"] == "XFD1048576"


@pytest.mark.parametrize(
    "cell",
    [
        '<c  r = "XFD1048576"><v>1</v></c>',
        "<c s='0' r='XFD1048576'><v>1</v></c>",
        '<c x=">" r="XFD1048576"><v>1</v></c>',
        '<c r="XFD1048576" t="e"><v>#N/A</v></c>',
    ],
)
def test_a_far_corner_is_found_however_it_is_written(cell):
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        f'<c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row></sheetData></worksheet>'
    )
    assert refused(rezipped(PLAIN, **{"xl/worksheets/sheet1.xml": sheet})) in {"workbook-far", "workbook-broken"}


def test_cells_without_a_place_stand_one_after_another():
    cells = "<c><v>1</v></c>" * 3
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"<row>{cells}</row><row>{cells}</row></sheetData></worksheet>"
    )
    [found] = read_sheets(rezipped(PLAIN, **{"xl/worksheets/sheet1.xml": sheet}))
    assert found.rows == [(1, ["1"] * 3), (2, ["1"] * 3)]


def test_what_is_wrong_with_a_cell_without_a_place_is_found_where_it_stands():
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        "<row><c><v>1</v></c><c><v>2</v></c></row>"
        '<row><c/><c t="e"><v>#REF!</v></c><c><f>1+1</f></c></row>'
        '<row r="5"><c r="C5"><v>3</v></c><c t="e"><v>#N/A</v></c></row></sheetData></worksheet>'
    )
    [found] = read_sheets(rezipped(PLAIN, **{"xl/worksheets/sheet1.xml": sheet}))
    flaws = [(flaw.rule, flaw.row, flaw.column) for flaw in found.flaws]
    assert flaws == [("cell-error", 2, 2), ("cell-formula", 2, 3), ("cell-error", 5, 4)]
    assert [(n, [cell for cell in cells if cell]) for n, cells in found.rows] == [
        (1, ["1", "2"]),
        (2, ["#REF!"]),
        (5, ["3", "#N/A"]),
    ]


# ── Any bytes at all ─────────────────────────────────────────────────────────────────────────────────────────────────


def rich() -> bytes:
    """A workbook with something of everything, to be spoilt."""

    def write(sheet):
        sheet.append(["编号", "名称", "日期", "人数"])
        sheet.append(["shili-1", "示例：一", date(2022, 7, 13), 12])
        sheet.append(["shili-2", "#REF!", "=1+1", True])
        sheet.merge_cells("A5:B6")
        sheet["C2"].number_format = 'yyyy"年"m"月"'

    return made(write)


RICH = rich()
PARTS = sorted(unpack(RICH))


def survives(data: bytes) -> None:
    """Rows of text or a refusal that has words."""
    try:
        sheets = read_sheets(data)
    except Refusal as refusal:
        assert f"problem.{refusal.rule}" in Words("zh")
        return
    for sheet in sheets:
        assert all(isinstance(cell, str) for _, cells in sheet.rows for cell in cells)
        assert [number for number, _ in sheet.rows] == sorted({number for number, _ in sheet.rows})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_an_exception(data):
    survives(data)
    survives(b"PK\x03\x04" + data)
    survives(OLE + data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_no_damaged_workbook_makes_an_exception(seed):
    """Bytes of the archive are changed, cut and doubled."""
    dice = random.Random(seed)
    data = bytearray(RICH)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(data))
        match dice.randrange(3):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randint(1, 40)]
            case _:
                data[at:at] = data[at : at + dice.randint(1, 40)]
    survives(bytes(data))


WORDS = [
    "A1",
    "XFD1048576",
    "ZZZZ9",
    "0",
    "-1",
    "99999999999",
    "1e400",
    "NaN",
    "",
    "s",
    "e",
    "b",
    "d",
    "inlineStr",
    "9",
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_no_spoilt_part_makes_an_exception(seed):
    """The archive is whole and what it holds is not: values, references and marks are changed."""
    dice = random.Random(seed)
    name = dice.choice([part for part in PARTS if part != "xl/theme/theme1.xml"])
    text = unpack(RICH)[name].decode("utf-8", "replace")
    for _ in range(dice.randint(1, 4)):
        spots = list(re.finditer(r"\"[^\"]*\"|>[^<>]+<|<[^<>]*>", text))
        if not spots:
            break
        spot = dice.choice(spots)
        word = dice.choice(WORDS)
        new = {'"': f'"{word}"', ">": f">{word}<", "<": dice.choice(["", "<", f"<c r='{word}'>", "</row>"])}[spot[0][0]]
        text = text[: spot.start()] + new + text[spot.end() :]
    survives(rezipped(RICH, **{name: text}))

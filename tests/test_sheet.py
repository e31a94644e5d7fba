"""The form: made from any schema, the same bytes every time, hard to fill in wrongly."""

from __future__ import annotations

import re
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from generator.cli import main
from generator.importer import Options, import_file
from generator.load import load_project
from generator.sheet import EXAMPLE, FIRST, GUIDE, HEADINGS, TIP, TIP_TITLE, cut, lines, make_workbook, sheet_name
from generator.tables import plain_heading
from generator.words import Words
from generator.workbook import read_workbook

HERE = Path(__file__).parent
ROOT = HERE.parent
SHIPPED = sorted(path.stem for path in (ROOT / "catalogue" / "schemas").glob("*.yml"))


def make(root: Path, kind: str, out: Path, *more: str) -> Path:
    assert main(["sheet", kind, "--root", str(root), "-o", str(out), *more]) == 0
    return out


def area(rule):
    """The cells that a rule of validity watches."""
    return next(iter(rule.sqref.ranges))


@pytest.fixture(scope="module", params=SHIPPED)
def form(request, tmp_path_factory):
    """The form of a shipped type: its record type and the file."""
    out = tmp_path_factory.mktemp("forms") / f"{request.param}.xlsx"
    return load_project(ROOT).types[request.param], make(ROOT, request.param, out)


@pytest.fixture
def small_form(small, tmp_path):
    return openpyxl.load_workbook(make(small, "service", tmp_path / "form.xlsx"))


def test_every_field_has_a_column_that_is_found_again(form):
    kind, path = form
    [sheet, helped] = read_workbook(path)  # the lists are hidden
    assert (sheet.name, helped.name) == (kind.title("zh"), "说明")
    heads = dict(sheet.rows)[HEADINGS + 1]
    assert len(heads) == len(kind.fields) + 1
    marked = {plain_heading(head) for head in heads if head.endswith(" *")}
    assert marked == {plain_heading(spec.title("zh")) for spec in kind.fields if spec.required}
    assert all(spec.title("zh") in str(helped.rows) for spec in kind.fields)


def test_cells_are_text_and_open_while_headings_and_example_are_shut(form):
    kind, path = form
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.protection.sheet and not sheet.protection.password
    for row in (FIRST + 1, FIRST + 200):
        assert {(c.number_format, c.protection.locked) for c in sheet[row]} == {("@", False)}
    for row in (1, GUIDE + 1, HEADINGS + 1, EXAMPLE + 1):
        assert {c.protection.locked for c in sheet[row]} == {True}
    columns = [sheet.column_dimensions[name] for name in sorted(sheet.column_dimensions)]
    assert all(column.number_format == "@" and not column.protection.locked for column in columns)
    assert sheet.freeze_panes == f"C{FIRST + 1}"
    assert sheet.print_title_rows and sheet.page_setup.orientation == "landscape"
    assert kind.title("zh") in sheet["A1"].value


def test_lists_hold_every_term_and_every_word_of_them_is_understood(form):
    kind, path = form
    project = load_project(ROOT)
    book = openpyxl.load_workbook(path)
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible", "hidden"]
    sheet, terms = book.worksheets[0], book.worksheets[2]
    rules = {area(rule).min_col: rule for rule in sheet.data_validations.dataValidation}
    for column, spec in enumerate(kind.fields, 2):
        rule = rules[column]
        assert area(rule).min_row == FIRST + 1
        assert len(rule.prompt) <= TIP and len(rule.promptTitle) <= TIP_TITLE
        if spec.kind != "term":
            continue
        vocabulary = project.vocabularies[spec.vocabulary]
        cells = book.defined_names[rule.formula1].attr_text.split("!")[1].replace("$", "")
        words = [str(cell.value) for [cell] in terms[cells]]
        assert len(words) == len(vocabulary) == len(set(words))
        for word, term in zip(words, vocabulary, strict=True):
            assert vocabulary.resolve(word) is term or word.split(" ")[0] == term.id
        assert rule.errorStyle == ("information" if spec.many else "warning")


def test_the_example_is_a_good_one(form, tmp_path):
    """With an id and a title of its own, the example row itself would pass."""
    kind, path = form
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.cell(EXAMPLE + 1, 1).value == "示例"
    sheet.cell(EXAMPLE + 1, 1).value = "shili-yihang"
    title = [spec.name for spec in kind.fields].index("title") + 2
    sheet.cell(EXAMPLE + 1, title).value = "示例：照着填的一行"
    book.save(tmp_path / "filled.xlsx")
    imported = import_file(ROOT, tmp_path / "filled.xlsx", Options(kind.name, form="yaml", today=date(2026, 11, 22)))
    assert [p for p in imported.problems if p.severity == "error"] == []
    assert imported.new == 1


def test_an_empty_form_has_nothing_to_take_in(form):
    kind, path = form
    imported = import_file(ROOT, path, Options(kind.name))
    assert (imported.problems, imported.plan, imported.examples) == ((), {}, 1)


def test_the_same_bytes_whenever_it_is_made(small, tmp_path, monkeypatch):
    first = make(small, "service", tmp_path / "a.xlsx").read_bytes()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 1e6)
    assert make(small, "service", tmp_path / "b.xlsx").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert b"2000-01-01" in archive.read("docProps/core.xml")


def test_notes_say_what_is_allowed_and_what_the_field_is_called(small_form):
    sheet = small_form.worksheets[0]
    notes = {cell.value: cell.comment.text for cell in sheet[HEADINGS + 1]}
    assert "字段名：people" in notes["人数"]
    assert "不小于 1" in notes["人数"] and "不大于 10000" in notes["人数"]
    assert "只能是：县、市、省" in notes["级别"]
    assert "依次写 做什么|年份|在哪里" in notes["步骤"]
    rules = {rule.promptTitle: rule for rule in sheet.data_validations.dataValidation}
    assert "例：示科〔2022〕1号" in rules["文号"].prompt
    assert (rules["级别"].errorStyle, rules["免费"].errorStyle) == (None, None)  # stop is what is not said
    assert (rules["简介"].type, rules["简介"].formula1) == ("textLength", "60")


def test_references_can_be_picked_by_name(small_form):
    terms = small_form.worksheets[2]
    words = {str(cell.value) for row in terms.iter_rows() for cell in row if cell.value}
    assert {"shili-xuehui 示例学会", "shili-xuehui#peixun 办培训", "是", "否", "县"} <= words


def test_a_list_shows_which_of_two_places_is_meant(small):
    project = load_project(small)
    path = small / "catalogue" / "vocabularies" / "region.csv"
    text = path.read_text("utf-8")
    twin = text.splitlines()[-1].split(",")[1]
    path.write_text(f"{text.rstrip()}\n999999,{twin}\n", "utf-8")
    project = load_project(small)
    book = make_workbook(project.types["service"], project.vocabularies, {}, Words("zh"), 3)
    (small / "two.xlsx").write_bytes(book)
    words = [
        str(cell.value) for row in openpyxl.load_workbook(small / "two.xlsx").worksheets[2].iter_rows() for cell in row
    ]
    assert f"999999 {twin}" in words and twin not in words


def test_an_english_form_of_another_portal(tmp_path):
    software = HERE / "sites" / "software"
    book = openpyxl.load_workbook(make(software, "tool", tmp_path / "tool.xlsx", "--lang", "en", "--rows", "7"))
    sheet = book.worksheets[0]
    assert book.sheetnames == ["Programs", "Help", "Lists"]
    assert [cell.value for cell in sheet[HEADINGS + 1]][:4] == [
        "Id",
        "Name *",
        "Summary",
        "Field",
    ]
    assert sheet.cell(EXAMPLE + 1, 1).value == "Example"
    assert not re.search("[\u4e00-\u9fff]", str([cell.value for row in sheet.iter_rows() for cell in row]))
    assert max(area(rule).max_row for rule in sheet.data_validations.dataValidation) == FIRST + 7


def test_two_fields_with_one_title_are_told_apart_by_name(small, tmp_path):
    schema = small / "catalogue" / "schemas" / "organisation.yml"
    schema.write_text(schema.read_text("utf-8") + "  - {name: nick, type: string, title: 名称}\n", "utf-8")
    [sheet, _] = read_workbook(make(small, "organisation", tmp_path / "o.xlsx"))
    heads = dict(sheet.rows)[HEADINGS + 1]
    assert heads.count("名称 *") == 1 and "nick" in heads


def test_words_that_look_like_formulas_are_words(small, tmp_path):
    path = small / "catalogue" / "vocabularies" / "industry.csv"
    path.write_text(path.read_text("utf-8").rstrip() + "\ngongshi,=1+1\n", "utf-8")
    make(small, "service", tmp_path / "form.xlsx")
    terms = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[2]
    [cell] = [cell for row in terms.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "f" or cell.data_type == "s"
    with zipfile.ZipFile(tmp_path / "form.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)


def test_the_command_overwrites_nothing_and_says_why(small, tmp_path, capsys):
    make(small, "service", tmp_path / "form.xlsx")
    before = (tmp_path / "form.xlsx").read_bytes()
    capsys.readouterr()
    calls = [
        ("service", tmp_path / "form.xlsx", "已经有这个文件"),
        ("service", tmp_path / "form.xls", "要以 .xlsx 结尾"),
        ("service", tmp_path / "none" / "form.xlsx", "没有这个文件夹"),
        ("servise", tmp_path / "new.xlsx", "是不是 service"),
        ("zzz", tmp_path / "new.xlsx", "没有“zzz”这一类记录"),
    ]
    for kind, out, said in calls:
        assert main(["sheet", kind, "--root", str(small), "--lang", "zh", "-o", str(out)]) == 2
        assert said in capsys.readouterr().err
    assert (tmp_path / "form.xlsx").read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.xlsx")] == ["form.xlsx"]


def test_names_and_lengths_that_a_spreadsheet_takes():
    assert sheet_name("服务/[表]*?:") == "服务  表"
    assert sheet_name("说明", "说明") == "说明 2"
    assert sheet_name("x" * 40) == "x" * 31
    assert sheet_name("'") == "kezhu"
    assert cut("x" * 300, TIP) == "x" * (TIP - 1) + "…"
    assert lines("十个字十个字十个字一", 11) == 2
    assert lines("a\nb", 10) == 2

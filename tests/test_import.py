"""Workbooks and tables on their way into the catalogue: identical values, problems at cells, all or nothing."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator import records, report
from generator.check import Checker
from generator.checkup import check_catalogue
from generator.cli import main
from generator.importer import Imported, Options, import_file
from generator.load import load_project
from generator.model import KezhuError, RawRecord, RecordType, Value
from generator.shelf import cell_of, write_all
from generator.words import Words

HERE = Path(__file__).parent
ROOT = HERE.parent
TODAY = date(2026, 11, 22)


def make_form(root: Path, kind: str, out: Path, *more: str) -> Path:
    """A workbook as ``kezhu sheet`` makes it."""
    assert main(["sheet", kind, "--root", str(root), "-o", str(out), *more]) == 0
    return out


def fill(form: Path, kind: RecordType, rows: list[Mapping[str, Value]], lang: str = "zh") -> None:
    """Write rows into the form below the example, as a person would: under the headings."""
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[0]
    heads = [str(cell.value).removesuffix(" *") for cell in sheet[3]]
    titles = {spec.title(lang): spec.name for spec in kind.fields} | {heads[0]: "id"}
    for number, values in enumerate(rows, 5):
        for column, head in enumerate(heads, 1):
            name = titles.get(head, head)
            value = values.get(name)
            if value not in (None, ""):
                sheet.cell(number, column).value = value
    book.save(form)


def cells(record: RawRecord, kind: RecordType) -> dict[str, Value]:
    """A record as the texts of its cells."""
    found = {name: cell_of(value, kind.by_name[name]) for name, value in record.values.items()}
    return {"id": record.id, **found}


def read_all(root: Path, name: str) -> dict[str, Mapping[str, Value]]:
    """The values of every record of a type, judged: terms are ids."""
    project = load_project(root)
    checker = Checker(project.types, project.vocabularies).by_type[name]
    return {record.id: checker.check(record, []).values for record in raw(root, name)}


def raw(root: Path, name: str) -> Iterator[RawRecord]:
    project = load_project(root)
    for batch in records.Records(root, project.types).batches():
        if batch.type.name == name:
            yield from (
                batch.records
                if batch.rows is None
                else (batch.rows.record(i, []) for i in range(len(batch.rows.cells)))
            )


def emptied(root: Path, name: str) -> None:
    """Take the records of a type away."""
    shutil.rmtree(root / "catalogue" / name, ignore_errors=True)
    (root / "catalogue" / f"{name}.csv").unlink(missing_ok=True)


def take(root: Path, file: Path, kind: str, **more: object) -> Imported:
    return import_file(root, file, Options(type=kind, today=TODAY, **more))  # type: ignore[arg-type]


def wrong(imported: Imported) -> list[str]:
    """The rules that something breaks; that a source is missing and the like is not what is tried here."""
    return [problem.rule for problem in imported.problems if problem.severity == "error"]


def said(imported: Imported, lang: str = "zh") -> str:
    return report.as_text(imported.problems, Words(lang))


# ── Identical values ─────────────────────────────────────────────────────────────────────────────────────────────────

FULL = {
    "id": "shili-quan",
    "title": "示例：样样都填",
    "summary": "电话、代码、日期都在。",
    "region": "甲县",
    "industry": "油茶",
    "hosts": "shili-xuehui 示例学会",
    "serves": "shili-xuehui#peixun 办培训; shili-xuehui#zhidao",
    "level": "县",
    "code": "示科〔2022〕1号",
    "phones": "0731-88888888; 12316",
    "email": "a@shili.example",
    "body": "第一段。\n\n第二段，12:30。",
    "since": "2022",
    "people": "0120",
    "area": "1.10",
    "free": "是",
    "steps": "讲课|2022|甲县; 下地",
    "source_publisher": "示例学会",
    "source_title": "001 号",
    "source_date": "2022-07",
    "source_url": "https://kezhu.example/a?b=1;c",
    "verified_on": "2023-01-05",
}
FULL_VALUES = {
    **{name: value for name, value in FULL.items() if name != "id"},
    "region": ["990121"],
    "industry": ["youcha"],
    "hosts": ["shili-xuehui"],
    "serves": ["shili-xuehui#peixun", "shili-xuehui#zhidao"],
    "phones": ["0731-88888888", "12316"],
    "free": "true",
    "steps": [{"what": "讲课", "year": "2022", "place": "990121"}, {"what": "下地"}],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_a_filled_form_comes_back_as_it_was(small, tmp_path, form, lang):
    kind = load_project(small).types["service"]
    book = make_form(small, "service", tmp_path / "form.xlsx", "--lang", lang)
    words = {"是": Words(lang)("sheet.yes")}
    fill(book, kind, [{name: words.get(value, value) for name, value in FULL.items()}], lang)
    imported = take(small, book, "service", form=form)
    assert wrong(imported) == []
    assert (imported.new, imported.examples) == (1, 1)
    write_all(imported.plan)
    assert read_all(small, "service")["shili-quan"] == FULL_VALUES
    assert check_catalogue(small, today=TODAY).problems == ()


def test_typed_cells_come_back_as_a_person_sees_them(small, tmp_path):
    """Somebody fills in a plain workbook of their own: numbers, dates and truth values, not texts."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "名称", "人数", "亩数", "免费", "起始年份", "核实日期", "电话", "地方"])
    sheet.append(["zijide-biao", "示例：自己的表", 120, 1.1, True, 2022, date(2023, 1, 5), 12316, 990121])
    book.save(tmp_path / "own.xlsx")
    imported = take(small, tmp_path / "own.xlsx", "service")
    assert not imported.failed, said(imported)
    write_all(imported.plan)
    values = read_all(small, "service")["zijide-biao"]
    assert values == {
        "title": "示例：自己的表",
        "people": "120",
        "area": "1.1",
        "free": "true",
        "since": "2022",
        "verified_on": "2023-01-05",
        "phones": ["12316"],
        "region": ["990121"],
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "catalogue" / "schemas").glob("*.yml")))
def test_every_shipped_record_goes_through_a_form_and_comes_back(tmp_path, name):
    root = tmp_path / "shipped"
    shutil.copytree(ROOT / "catalogue", root / "catalogue")
    kind = load_project(root).types[name]
    before = read_all(root, name)
    book = make_form(root, name, tmp_path / "form.xlsx")
    wanted = list(raw(root, name))[:300]
    fill(book, kind, [cells(record, kind) for record in wanted])
    emptied(root, name)
    imported = take(root, book, name)
    assert imported.new == len(wanted), said(imported)
    write_all(imported.plan)
    assert read_all(root, name) == {record.id: before[record.id] for record in wanted}


# ── All or nothing ───────────────────────────────────────────────────────────────────────────────────────────────────


def table(tmp_path: Path, *rows: list[str], name: str = "in.csv") -> Path:
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


HEAD = ["编号", "名称", "地方"]
GOOD = ["shili-hao", "示例：好的一行", "甲县"]
BAD = ["shili-huai", "示例：坏的一行", "没有这个县"]


def test_one_bad_row_keeps_all_from_being_written(small, tmp_path):
    imported = take(small, table(tmp_path, HEAD, GOOD, BAD), "service")
    assert wrong(imported) == ["unknown-term"]
    assert imported.plan == {}
    assert (imported.new, imported.wrong) == (1, 1)


def test_clean_rows_may_be_taken_and_the_rest_listed(small, tmp_path):
    imported = take(small, table(tmp_path, HEAD, GOOD, BAD), "service", accept_clean=True)
    assert imported.failed
    assert [path.name for path in imported.plan] == ["shili-hao.yml"]


def test_a_row_that_cannot_be_read_stays_out_and_a_missing_column_keeps_all_out(small, tmp_path):
    file = table(tmp_path, HEAD, GOOD, ["shili-duan", "示例：少一格"])
    imported = take(small, file, "service", accept_clean=True)
    assert (wrong(imported), imported.wrong, len(imported.plan)) == (["cell-count"], 1, 1)
    file = table(tmp_path, ["编号", "地方"], ["shili-hao", "甲县"], ["shili-duan"])
    imported = take(small, file, "service", accept_clean=True)
    assert (sorted(wrong(imported)), imported.plan) == (["cell-count", "missing-column"], {})


def test_everything_wrong_with_a_row_is_said_at_once(small, tmp_path):
    file = table(tmp_path, [*HEAD, "承办", "级别"], ["", "示例：到处都错", "没有这个县", "没有这个会", "村"])
    assert wrong(take(small, file, "service")) == ["import-no-id", "unknown-term", "unknown-reference", "not-in-list"]


def test_problems_stand_at_cells(small, tmp_path):
    kind = load_project(small).types["service"]
    book = make_form(small, "service", tmp_path / "form.xlsx")
    fill(book, kind, [FULL, {**FULL, "id": "shili-er", "title": "示例：第二条", "region": "没有这个县"}])
    imported = take(small, book, "service")
    [problem] = imported.problems
    assert problem.cell == "服务!D6"
    assert "服务!D6" in said(imported)


def test_a_failed_formula_is_said_once(small, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "服务"
    sheet.append(["编号", "名称", "人数"])
    sheet.append(["shili-gongshi", "#REF!", "=1+1"])
    book.save(tmp_path / "own.xlsx")
    imported = take(small, tmp_path / "own.xlsx", "service")
    assert [(p.rule, p.cell) for p in imported.problems] == [("cell-error", "服务!B2"), ("cell-formula", "服务!C2")]


def test_records_of_one_file_may_name_each_other(small, tmp_path):
    file = table(tmp_path, ["id", "title", "tasks"], ["shili-er", "示例二会", "jiangke|讲课"])
    write_all(take(small, file, "organisation").plan)
    rows = table(tmp_path, ["id", "title", "hosts", "serves"], ["yi", "示例：头一条", "shili-er", "shili-er#jiangke"])
    assert wrong(take(small, rows, "service")) == []


def test_who_names_a_row_that_stays_out_stays_out_too(small, tmp_path):
    schema = small / "catalogue" / "schemas" / "service.yml"
    extra = "  - {name: after, type: array, title: 接着, reference: service}\n"
    schema.write_text(schema.read_text("utf-8") + extra, "utf-8")
    rows = [
        ["yi", "示例：头一条", "", "er"],
        ["er", "示例：第二条", "", "san"],
        ["san", "示例：第三条", "没有这个县", ""],
    ]
    file = table(tmp_path, [*HEAD, "接着"], *rows, ["si", "示例：第四条", "", ""])
    assert wrong(take(small, file, "service")) == ["unknown-term"]
    imported = take(small, file, "service", accept_clean=True)
    assert sorted(wrong(imported)) == ["unknown-reference", "unknown-reference", "unknown-term"]
    assert [path.name for path in imported.plan] == ["si.yml"]


# ── What is there already ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_record_again_is_passed_over(small, tmp_path):
    file = table(tmp_path, HEAD, GOOD)
    write_all(take(small, file, "service").plan)
    again = take(small, file, "service")
    assert (wrong(again), again.plan, again.same) == ([], {}, 1)


def test_other_content_under_the_same_id_is_asked_about_with_what_differs(small, tmp_path):
    file = table(tmp_path, ["编号", "名称", "简介"], ["youcha-peixun", "示例：油茶培训", "改过的话。"])
    imported = take(small, file, "service")
    assert wrong(imported) == ["import-exists"]
    for lang in ("zh", "en"):
        assert "改过的话。" in said(imported, lang) and "示例学会到甲县讲油茶修剪。" in said(imported, lang)
    assert imported.plan == {}


def test_update_replaces_what_differs_and_keeps_the_rest(small, tmp_path):
    before = read_all(small, "service")["youcha-peixun"]
    file = table(tmp_path, ["编号", "名称", "简介"], ["youcha-peixun", "示例：油茶培训", "改过的话。"])
    imported = take(small, file, "service", update=True)
    assert (wrong(imported), imported.updated) == ([], 1)
    write_all(imported.plan)
    assert read_all(small, "service")["youcha-peixun"] == {**before, "summary": "改过的话。"}
    assert not (small / "catalogue" / "service.csv").exists()


# ── Ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("head", [["编号", "名称", "日期"], ["名称", "日期"]])
def test_rows_without_an_id_are_asked_for_one_with_a_proposal(small, tmp_path, head):
    rows = [["示例：没有编号", "2024-05"], ["示例：也没有", "2024-06"], ["Drip planner", "2025"]]
    rows = [[""] * (len(head) - 2) + row for row in rows]
    file = table(tmp_path, head, *rows)
    imported = take(small, file, "service")
    assert wrong(imported) == ["import-no-id"] * 3
    assert [p.params["proposed"] for p in imported.problems if p.rule == "import-no-id"] == [
        "service-2024-01",
        "service-2024-02",
        "drip-planner",
    ]
    assert "--number" in said(imported) and "--number" in said(imported, "en")
    numbered = take(small, file, "service", number=True)
    assert wrong(numbered) == []
    assert sorted(p.stem for p in numbered.plan) == ["drip-planner", "service-2024-01", "service-2024-02"]


def test_a_row_without_an_id_that_came_in_before_is_known_again(small, tmp_path):
    rows = [["示例：没有编号", "甲县"], ["示例：第二行", "没有这个县"]]
    first = take(small, table(tmp_path, HEAD[1:], *rows), "service", number=True, accept_clean=True)
    write_all(first.plan)
    rows[1][1] = "甲县"
    again = take(small, table(tmp_path, HEAD[1:], *rows), "service", number=True)
    assert (again.same, again.new) == (1, 1)
    assert [path.stem for path in again.plan] == ["service-2026-03"]
    write_all(again.plan)
    third = take(small, table(tmp_path, HEAD[1:], *rows), "service")
    assert (wrong(third), third.same) == ([], 2)


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_come_below_the_table_that_is_there_and_nothing_else_changes(small, tmp_path):
    shelf = small / "catalogue" / "service.csv"
    old = '\ufeffid,title,summary\r\nshili-jiu,"示例：旧的, 一条",\r\n\r\nshili-jiu-2,示例：又一条,"两\r\n行"\r\n'
    shelf.write_bytes(old.encode())
    imported = take(small, table(tmp_path, ["编号", "名称", "简介"], ["shili-xin", "示例：新的", "话"]), "service")
    assert list(imported.plan) == [shelf]
    write_all(imported.plan)
    assert shelf.read_bytes().decode() == old + "shili-xin,示例：新的,话\r\n"


def test_a_new_field_is_a_new_column(small, tmp_path):
    shelf = small / "catalogue" / "service.csv"
    shelf.write_text("服务表,\n编号,名称\nshili-jiu,示例：旧的一条\n", "utf-8")
    write_all(take(small, table(tmp_path, HEAD, GOOD), "service").plan)
    assert shelf.read_text("utf-8") == (
        "服务表,\n编号,名称,region\nshili-jiu,示例：旧的一条,\nshili-hao,示例：好的一行,990121\n"
    )
    assert read_all(small, "service")["shili-hao"] == {"title": "示例：好的一行", "region": ["990121"]}


def test_a_row_of_a_table_is_replaced_where_it_stands(small, tmp_path):
    shelf = small / "catalogue" / "service.csv"
    shelf.write_text("id,title,summary\na1,示例：头一条,一\nb2,示例：另一条,二\n", "utf-8")
    file = table(tmp_path, ["编号", "简介", "名称"], ["a1", "改了", "示例：头一条"])
    write_all(take(small, file, "service", update=True).plan)
    assert shelf.read_text("utf-8") == "id,title,summary\na1,示例：头一条,改了\nb2,示例：另一条,二\n"


def test_a_table_of_another_encoding_is_read_and_said(small, tmp_path):
    file = tmp_path / "wps.csv"
    file.write_bytes("编号,名称,地方\nshili-gbk,示例：从表格软件另存的一行，汉字很多,甲县\n".encode("gb18030"))
    imported = take(small, file, "service")
    assert "read-as-encoding" in {p.rule for p in imported.problems}
    assert imported.new == 1


# ── Headings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_headings_of_ones_own_can_be_mapped_and_left_out(small, tmp_path):
    file = table(tmp_path, ["序号", "代号", "活动名称", "区县"], ["1", *GOOD])
    assert wrong(take(small, file, "service")) == ["unknown-column"]
    mapping = {"序号": "", "代号": "id", "活动名称": "名称", "区县": "region"}
    imported = take(small, file, "service", mapping=mapping)
    assert (wrong(imported), imported.new) == ([], 1)


def test_a_record_may_be_named_by_its_title_where_nobody_else_bears_it(small, tmp_path):
    file = table(tmp_path, [*HEAD, "承办"], [*GOOD, "示例学会"])
    imported = take(small, file, "service")
    assert wrong(imported) == []
    [content] = imported.plan.values()
    assert b"hosts: [shili-xuehui]" in content
    (small / "catalogue" / "organisation" / "shili-xuehui-er.yml").write_text("title: 示例学会\n", "utf-8")
    assert "unknown-reference" in wrong(take(small, file, "service"))


def test_lines_and_semicolons_may_both_part_what_was_picked(small, tmp_path):
    file = table(tmp_path, [*HEAD, "步骤"], [*GOOD[:2], "甲县；\n乙县;", "讲课|2022\n下地；再讲一次"])
    imported = take(small, file, "service")
    assert wrong(imported) == []
    write_all(imported.plan)
    values = read_all(small, "service")["shili-hao"]
    assert values["region"] == ["990121", "990122"]
    assert values["steps"] == [{"what": "讲课", "year": "2022"}, {"what": "下地；再讲一次"}]


def test_a_mapping_to_no_field_is_a_wrong_call(small, tmp_path):
    with pytest.raises(KezhuError, match="no field nowhere"):
        take(small, table(tmp_path, HEAD, GOOD), "service", mapping={"名称": "nowhere"})


def test_the_sheet_is_the_one_called_like_the_type_or_with_its_headings(small, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["封面", "填表单位"])
    for title, row in (("汇总", GOOD), ("备用", [*GOOD[:1], "示例：备用表", ""])):
        sheet = book.create_sheet(title)
        sheet.append(HEAD)
        sheet.append(row)
    book.save(tmp_path / "many.xlsx")
    assert "shili-hao.yml" in {p.name for p in take(small, tmp_path / "many.xlsx", "service").plan}
    [left] = [p for p in take(small, tmp_path / "many.xlsx", "service").problems if p.rule == "import-other-sheets"]
    assert report.message(left, Words("zh")) == "这次只收了“汇总”这一张；“备用”也像登记表，没有收"
    named = take(small, tmp_path / "many.xlsx", "service", sheet="备用")
    assert "import-other-sheets" not in {p.rule for p in named.problems}
    [content] = named.plan.values()
    assert "示例：备用表" in content.decode()
    other = take(small, tmp_path / "many.xlsx", "service", sheet="没有")
    assert wrong(other) == ["no-such-sheet"]


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_and_says_so(small, tmp_path, capsys):
    file = str(table(tmp_path, HEAD, GOOD))
    call = ["import", file, "--type", "服务", "--root", str(small), "--lang", "zh"]
    assert main([*call, "--dry-run"]) == 0
    assert "会写：catalogue/service/shili-hao.yml" in capsys.readouterr().out
    assert not (small / "catalogue" / "service" / "shili-hao.yml").exists()
    assert main(call) == 0
    assert "写好了：catalogue/service/shili-hao.yml" in capsys.readouterr().out
    assert (small / "catalogue" / "service" / "shili-hao.yml").read_text("utf-8") == (
        'title: 示例：好的一行\nregion: ["990121"]\n'
    )
    assert main(call) == 0
    assert "没有要写的" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_and_writes_nothing(small, tmp_path, capsys):
    file = str(table(tmp_path, HEAD, GOOD, BAD))
    before = sorted(small.rglob("*"))
    assert main(["import", file, "--type", "service", "--root", str(small), "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert "没有这个县" in out and "什么也没有写" in out
    assert sorted(small.rglob("*")) == before
    assert main(["import", file, "--type", "service", "--root", str(small), "--lang", "en", "--accept-clean"]) == 1
    assert "Written: catalogue/service/shili-hao.yml" in capsys.readouterr().out


@pytest.mark.parametrize("more", [["--map", "名称"], ["--type", "servise"], ["--map", "名称=x"], ["--as", "yaml"]])
def test_a_wrong_call_is_explained(small, tmp_path, capsys, more):
    file = str(table(tmp_path, HEAD, GOOD)) if "--as" not in more else str(tmp_path / "nowhere.csv")
    assert main(["import", file, "--type", "service", "--root", str(small), *more]) == 2
    assert capsys.readouterr().err


def test_a_full_disk_changes_nothing(small, tmp_path, monkeypatch):
    imported = take(small, table(tmp_path, HEAD, GOOD, ["shili-hao-2", "示例：第二行", ""]), "service")
    real = Path.write_bytes
    calls = []

    def full(path: Path, data: bytes) -> int:
        calls.append(path)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    before = sorted(small.rglob("*"))
    with pytest.raises(OSError, match="No space"):
        write_all(imported.plan)
    assert sorted(small.rglob("*")) == before


def test_a_filled_form_may_be_put_into_the_catalogue_as_it_is(small, tmp_path):
    kind = load_project(small).types["service"]
    book = make_form(small, "service", tmp_path / "form.xlsx")
    fill(book, kind, [FULL])
    shutil.copyfile(book, small / "catalogue" / "service.xlsx")
    checkup = check_catalogue(small, today=TODAY)
    assert not checkup.failed, report.as_text(checkup.problems, Words("zh"))
    assert checkup.catalogue.records["service/shili-quan"].values == FULL_VALUES


def test_what_comes_in_is_asked_every_rule_of_the_check():
    """Which rules there are depends on what has been imported: a command must not know fewer than another."""
    show = "; from generator.rulebook import RULES; print(sorted(RULES))"
    call = [sys.executable, "-c"]
    known = [
        subprocess.run([*call, f"import generator.{name}{show}"], cwd=ROOT, capture_output=True, text=True, check=True)
        for name in ("checkup", "importer")
    ]
    assert known[0].stdout == known[1].stdout


CELLS = st.sampled_from(
    [
        "",
        "示例",
        "甲县",
        "a-1",
        "a 1",
        "youcha",
        "12",
        "1|2|3|4|5",
        "a;b；c",
        "a\nb",
        '"',
        "=1+1",
        "#REF!",
        "是",
        "  ",
        "\u3000",
    ]
) | st.text(max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=6), head=st.integers(0, 3))
def test_no_table_makes_an_exception(small, tmp_path, rows, head):
    heads = [HEAD, ["id", "title", "steps", "hosts", "free", "since"], ["名称", "编号", "编号"], []][head]
    file = table(tmp_path, heads, *rows, name="any.csv")
    imported = take(small, file, "service", accept_clean=True, number=True)
    for lang in ("zh", "en"):
        assert said(imported, lang)

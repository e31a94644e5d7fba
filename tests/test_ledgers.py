"""Ledgers: rows and columns as set, files that come back as they went out, nothing private, what is late."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import serve
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import ledgerrows, ledgers
from generator.build import build
from generator.checkup import check_catalogue
from generator.csvfile import CsvSheet
from generator.csvout import write_csv
from generator.importer import Options, import_file
from generator.ledgerrows import Row, Writer, iter_rows, read_ledger, read_ledgers
from generator.ledgers import Late, Ledgers
from generator.model import KezhuError, Record
from generator.render import Renderer
from generator.sheet import table_workbook
from generator.tables import Table
from generator.views import Views
from generator.workbook import read_workbook

HERE = Path(__file__).parent
ROOT = HERE.parent
SITE = HERE / "sites" / "ledgers"
TODAY = date(2026, 11, 22)
MAKE = (partial(Ledgers, make_book=table_workbook),)


@pytest.fixture(scope="module")
def catalogue():
    found = check_catalogue(SITE, today=TODAY)
    assert found.catalogue is not None, found.problems
    return found.catalogue


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("ledgers") / "site"
    assert not build(SITE, out, jobs=1, today=TODAY).checkup.failed
    return out


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(SITE, tmp_path / "root"))


def table(site, name):
    return list(csv.reader(io.StringIO((site / f"ledger/{name}").read_bytes().decode("utf-8-sig"), newline="")))


def main(site, path):
    text = (site / path).read_text("utf-8")
    return text[text.index("<main") : text.index("</main>")]


def words(site, path):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main(site, path)))


def with_records(catalogue, *records):
    """The catalogue with records in place of those of the same id."""
    known = {**catalogue.records, **{record.key: record for record in records}}
    types = {t: tuple(r for r in known.values() if r.type.name == t) for t in catalogue.types}
    return replace(catalogue, records=MappingProxyType(known), by_type=MappingProxyType(types))


# ── Rows and columns ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ledger_of_records_has_a_row_for_each_and_ids_that_people_can_read(site):
    heads, *rows = table(site, "crews/crews.csv")
    assert heads == [
        *("编号", "名称", "类别", "地方", "代码", "办公电话", "成立", "队长", "有补贴", "讲什么", "队员"),
        *("人数（自动算出）", "姓名（自动算出）"),
    ]
    by_id = {row[0]: row for row in rows}
    first = by_id["shili-a"]
    assert first[2:9] == ["示例顾问", "990121 示例省示例市示例甲县", "00123", "0990-1234567", "2025-03", first[7], "是"]
    assert first[7] == "shili-yes 示例专家"
    assert first[9] == "剪枝\n示例；带分号的"
    assert first[11] == "3"
    assert by_id["shili-b"][3] == "980121 示例另省示例甲县; 示例乙县"
    assert by_id["shili-c"][11] == ""  # nobody has written who is in it


def test_a_ledger_of_items_has_a_row_for_each_and_goes_on_into_other_records(site):
    heads, *rows = table(site, "hands/hands.csv")
    assert heads == ["名称", "角色", "人", "电话", "代码", "从哪天"]
    assert rows == [
        ["示例一队", "队员", "示例组员", "", "00123", "2025-03-01"],
        ["示例一队", "队员", "", "", "00123", ""],
    ]


def test_where_chooses_records(site):
    assert len(table(site, "outings/outings.csv")) == 31
    assert table(site, "goals/goals.csv") == [["编号", "名称", "多少"]]
    assert "还没有一行" in words(site, "ledger/goals/index.html")


def test_there_is_a_ledger_for_each_county_that_has_rows(site):
    assert sorted(p.name for p in (site / "ledger/crews").iterdir() if p.is_dir()) == [
        *("980121", "990121", "990122", "990123"),
    ]
    assert [row[0] for row in table(site, "crews/990122/crews-990122.csv")] == ["编号", "shili-b"]
    assert "示例乙县：示例队台账" in words(site, "ledger/crews/990122/index.html")
    assert "ledger/crews/990122/index.html" in main(site, "region/990122.html")
    assert "ledger/crews/990122/index.html" in main(site, "ledger/crews/index.html").replace("../../", "")
    assert "ledger/crews/index.html" in main(site, "crew/index.html")


def test_a_long_ledger_goes_on_pages(site):
    assert main(site, "ledger/outings/index.html").count("<tr") == 26
    assert main(site, "ledger/outings/p2.html").count("<tr") == 6
    assert "p2.html" in main(site, "ledger/outings/index.html")
    assert not (site / "ledger/outings/p3.html").exists()


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ({"name": "A b"}, "small letters"),
        ({"name": "a", "type": "nobody"}, "no record type nobody"),
        ({"name": "a", "type": "crew"}, "needs columns"),
        ({"name": "a", "type": "crew", "columns": ["titel"]}, "did you mean title"),
        ({"name": "a", "type": "crew", "columns": [{"field": "name", "of": "kind"}]}, "kind.name leads to no field"),
        ({"name": "a", "type": "crew", "columns": ["title"], "items": "topics"}, "no list of objects"),
        ({"name": "a", "type": "crew", "columns": ["title"], "by": "kind"}, "no terms with pages"),
        ({"name": "a", "type": "crew", "columns": ["title"], "where": {"kind": "nothing"}}, "no term nothing"),
        ({"name": "a", "type": "crew", "columns": ["title"], "where": {"knd": "x"}}, "knd leads to no field"),
        ({"name": "a", "type": "crew", "columns": ["title"], "colour": "red"}, "unknown key colour"),
        ({"name": "a", "type": "crew", "columns": [{"field": "title", "off": "x"}]}, "unknown key off"),
        ({"name": "a", "type": "crew", "columns": ["title"], "overdue": "nothing"}, "no plan asks nothing"),
        ({"name": "a", "type": "crew", "columns": ["kit"]}, "a cell cannot hold kit"),
        ({"name": "a", "type": "crew", "columns": [{"count": "hands", "only": {"rol": "x"}}]}, "rol leads to no field"),
    ],
)
def test_a_setting_that_names_what_is_not_there_breaks_the_project(catalogue, ledger, said):
    with pytest.raises(KezhuError, match=re.escape(said)):
        read_ledger(ledger, catalogue)


def test_a_count_may_be_of_some_objects_only(catalogue):
    only = {"count": "hands", "only": {"local": "true"}}
    ledger = read_ledger({"name": "a", "type": "crew", "columns": [{"count": "hands"}, only]}, catalogue)
    writer = Writer(ledger, Views(catalogue, "zh"))
    record = catalogue.records["crew/shili-a"]
    assert [writer.cell(column, Row(record)) for column in ledger.columns] == ["3", "2"]


def test_two_ledgers_of_one_name_are_refused(catalogue):
    twice = replace(catalogue.portal, settings={"ledgers": [{"name": "a", "type": "crew", "columns": ["title"]}] * 2})
    with pytest.raises(KezhuError, match="two ledgers are called a"):
        read_ledgers(replace(catalogue, portal=twice))


# ── Files that come back ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_csv_opens_where_people_work_and_holds_no_formula(site):
    raw = (site / "ledger/crews/crews.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
    cells = {cell for row in table(site, "crews/crews.csv") for cell in row}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert " =示例二队" in cells and " +86" in cells


@pytest.mark.parametrize("sign", "=+-@\t\r＝＋－＠")
def test_nothing_that_a_spreadsheet_would_reckon_begins_a_cell(sign):
    """Half-width or full-width: Excel in a Japanese environment reads both; inside a cell a sign is a sign."""
    written = write_csv([[f"{sign}1+1", f"示例{sign}1"]])
    assert f" {sign}1+1".encode() in written and f" 示例{sign}1".encode() not in written


@pytest.mark.parametrize("name", ["crews", "hands", "outings", "goals"])
def test_both_files_hold_the_same_and_are_read_by_the_loaders(site, name):
    book = site / f"ledger/{name}/{name}.xlsx"
    [sheet] = read_workbook(book)
    written = [[cell.strip() for cell in row] for row in table(site, f"{name}/{name}.csv")]
    assert [cells for _, cells in sheet.rows] == written
    assert [[cell.strip() for cell in cells] for _, cells in CsvSheet(book.with_suffix(".csv")).rows] == written
    assert not sheet.flaws


def test_every_cell_of_the_workbook_is_text(site):
    sheet = openpyxl.load_workbook(site / "ledger/crews/crews.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert "00123" in {cell.value for cell in cells} and "=示例二队" in {cell.value for cell in cells}
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref and sheet.print_title_rows


def test_the_loader_of_tables_takes_what_is_no_pick(site, catalogue):
    """A ledger whose columns are plain fields is a table of the catalogue as it stands."""
    ledger = read_ledger(
        {"name": "a", "type": "crew", "columns": ["title", "code", "phone", "topics", "hands"]}, catalogue
    )
    writer = Writer(ledger, Views(catalogue, "zh"))
    path = site.parent / "crew.csv"
    rows = iter_rows(ledger, catalogue)
    path.write_bytes(write_csv([writer.headings(), *(writer.cells(row) for row in rows)]))
    read = Table(CsvSheet(path), ledger.type, "crew.csv")
    found = {}
    for batch in read.batches():
        for i in range(len(batch.cells)):
            record = batch.record(i, read.problems)
            found[record.id] = record.values
    assert not read.problems
    names = ("title", "code", "phone", "topics", "hands")
    for record in catalogue.by_type["crew"]:
        assert found[record.id] == {name: record.values[name] for name in names if name in record.values}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(("kind", "name", "count"), [("crew", "crews", 3), ("goal", "all", 10)])
def test_a_ledger_of_records_is_taken_in_unchanged(site, root, catalogue, suffix, kind, name, count):
    path = site / f"ledger/{name}/{name}.{suffix}"
    if name == "all":  # lists of objects that hold lists stay at home: one cell cannot hold them
        columns = [spec.name for spec in catalogue.types[kind].fields if spec.name != "counts"]
        ledger = read_ledger({"name": name, "type": kind, "columns": columns}, catalogue)
        writer = Writer(ledger, Views(catalogue, "zh"))
        rows = [writer.headings(), *(writer.cells(row) for row in iter_rows(ledger, catalogue))]
        path = root / f"all.{suffix}"
        path.write_bytes(write_csv(rows) if suffix == "csv" else table_workbook([("示例", rows)], "示例"))
    back = import_file(root, path, Options(type=kind, today=TODAY))
    assert [p for p in back.problems if p.severity != "note"] == []
    assert (back.same, back.new, back.updated, back.plan) == (count, 0, 0, {})


def test_what_somebody_changes_in_the_file_comes_back(site, root):
    book = openpyxl.load_workbook(site / "ledger/crews/crews.xlsx")
    sheet = book.active
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "shili-c")
    row[4].value, row[2].value = "0700", "示例顾问"
    book.save(root / "back.xlsx")
    back = import_file(root, root / "back.xlsx", Options(type="crew", today=TODAY, update=True))
    assert (back.updated, back.same) == (1, 2)
    [content] = back.plan.values()
    assert '"0700"' in content.decode() and "kind: advice" in content.decode()


def test_files_are_the_same_every_time():
    rows = [["编号", "名称"], ["a", "示例\n两行"], ["", "x"]]
    sheets = [("示例", rows), ("示例", rows), ("a/b:c", [])]
    one, other = table_workbook(sheets, "示例"), table_workbook(sheets, "示例")
    assert one == other
    assert openpyxl.load_workbook(io.BytesIO(one)).sheetnames == ["示例", "示例 2", "a b c"]


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), max_size=30).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_text_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    rows = [[f"x{cell}" if n == 0 else cell for n, cell in enumerate(row)] for row in rows]  # no row is empty
    path.write_bytes(write_csv([["编号", "名称"], *rows]))
    assert [[cell.strip() for cell in cells] for _, cells in CsvSheet(path).rows][1:] == rows


# ── Persons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("consent", "shown"),
    [
        (None, False),
        ({"given_on": "2025-01-01"}, False),
        ({"scope": "示例"}, False),
        ({"given_on": "2025-01-01", "scope": "示例"}, True),
    ],
)
@pytest.mark.parametrize("columns", [["title", "name", "phone"], [{"count": "name"}, "phone"]])
def test_nothing_guarded_leaves_without_consent(catalogue, consent, shown, columns):
    """Even if a record with a name and no consent got past the check and the join."""
    helper = catalogue.records["helper/shili-yes"]
    values = {**helper.values, "name": "示例姓名", "phone": "0990-9999999"}
    values = {**values, "consent": consent} if consent else {k: v for k, v in values.items() if k != "consent"}
    found = with_records(catalogue, Record(helper.type, helper.id, values, helper.path, helper.terms))
    views = Views(found, "zh")
    for settings_, key in (
        ({"name": "a", "type": "helper", "columns": columns}, "helper/shili-yes"),
        (
            {
                "name": "a",
                "type": "crew",
                "columns": ["title", *({"field": n, "of": "leader"} for n in ("name", "phone"))],
            },
            "",
        ),
        ({"name": "a", "type": "crew", "items": "hands", "columns": [{"field": "phone", "of": "helper"}]}, ""),
    ):
        ledger = read_ledger(settings_, found)
        writer = Writer(ledger, views)
        rows = [row for row in iter_rows(ledger, found) if not key or row.record.key == key]
        text = repr([(writer.cells(row), writer.shown(row)) for row in rows])
        assert ("0990-9999999" in text) is shown
        assert shown or "示例姓名" not in text


def test_a_shipped_ledger_asks_for_no_private_field_of_a_person():
    """Names and contacts of persons are not even columns of the shipped ledgers."""
    catalogue = check_catalogue(ROOT, today=TODAY).catalogue
    assert catalogue is not None
    guards = {name for t in catalogue.types.values() for name in t.guards}
    found = read_ledgers(catalogue)
    assert {ledger.name for ledger in found} >= {"groups", "members", "activities"}
    for ledger in found:
        for column in ledger.columns:
            if "." in column.path:
                assert column.path.rpartition(".")[2] not in guards


# ── What is overdue ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def late(catalogue, monkeypatch):
    """Two things overdue, as the plans would say, and a ledger that shows them."""
    first, other = catalogue.records["crew/shili-a"], catalogue.records["crew/shili-c"]
    found = {
        first.key: [Late(first, "shili-meet", "示例：半年会商一次", "示例方案 第二条", "2026-06-30")],
        other.key: [Late(other, "shili-plan", "示例：年初有计划", "示例方案 第三条", "2026-03-31")],
    }
    monkeypatch.setattr(ledgers, "find_late", lambda *_: found)
    monkeypatch.setattr(Ledgers, "asks", lambda _, ledger: ledger.overdue is not None)
    monkeypatch.setattr(ledgerrows, "check_duties", lambda *_: None)

    def make(overdue):
        shown = {"name": "a", "type": "crew", "by": "region", "columns": ["title"], "overdue": overdue}
        portal = replace(catalogue.portal, settings={**catalogue.portal.settings, "ledgers": [shown]})
        folders = [ROOT / "templates"], [ROOT / "site_overrides" / "assets"]
        return Renderer(replace(catalogue, portal=portal), *folders, "zh", TODAY, MAKE)

    return make


def section(renderer, path):
    job = next(job for job in renderer.jobs() if renderer.address(job) == path)
    return renderer.render(job).content


def test_what_is_overdue_stands_first_the_longest_due_before_the_rest(late):
    page = section(late("true"), "ledger/a/index.html").decode()
    assert page.index("年初有计划") < page.index("半年会商一次")
    assert "示例方案 第三条" in page and "2026-03-31" in page
    assert "2 件过期" in section(late("true"), "ledger/index.html").decode()


def test_a_ledger_may_show_some_duties_and_a_county_its_own(late):
    page = section(late(["shili-meet"]), "ledger/a/index.html").decode()
    assert "半年会商一次" in page and "年初有计划" not in page
    page = section(late("true"), "ledger/a/990123/index.html").decode()
    assert "年初有计划" in page and "半年会商一次" not in page
    assert "没有过期的" in section(late("true"), "ledger/a/990122/index.html").decode()
    assert "过期" not in section(late("false"), "ledger/a/index.html").decode()


def test_the_workbook_holds_what_is_overdue_on_a_sheet_of_its_own(late, root):
    path = root / "a.xlsx"
    path.write_bytes(section(late("true"), "ledger/a/a.xlsx"))
    first, second = read_workbook(path)
    assert (first.name, second.name) == ("a", "过期没做的") or second.name == "过期没做的"
    assert [cells for _, cells in second.rows][1] == ["示例三队", "示例：年初有计划", "示例方案 第三条", "2026-03-31"]
    back = import_file(root, path, Options(type="crew", today=TODAY))  # and it does not stand in the way
    assert [p for p in back.problems if p.severity != "note"] == [] and back.same == 3


def test_where_no_plan_asks_nothing_is_said_of_being_late(site):
    assert "过期" not in words(site, "ledger/crews/index.html")


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_are_light_and_keep_their_promises(site):
    for path in site.glob("ledger/**/*.html"):
        text = path.read_text("utf-8")
        assert len(gzip.compress(text.encode(), 9)) <= 8 * 1024, path
        assert len(re.findall("<[a-z]", text)) <= 600, path
        for link in re.findall(r'href="([^"#]+)"', text):
            if not link.startswith(("http", "tel:", "data:")):
                assert (path.parent / link).resolve().is_file(), (path, link)


def test_a_full_page_of_wide_rows_stays_light(catalogue):
    """Eight columns of as much as a cell shows, of different words in each."""
    record = catalogue.records["outing/shili-01"]
    letters = [chr(0x4E00 + n) for n in range(3000)]

    def text(n, size=24):
        return "".join(letters[(n * 37 + i * i * 11) % 3000] for i in range(size))

    names = ("title", "kind", "held_on", "taught", "source_title")
    many = [
        Record(record.type, f"shili-{n:03}", {name: text(n * 7 + i) for i, name in enumerate(names)})
        for n in range(ledgers.ROWS * 3)
    ]
    found = replace(catalogue, by_type=MappingProxyType({**catalogue.by_type, "outing": tuple(many)}))
    columns = [*names, *({"field": n, "title": f"列{n}"} for n in names[:3])]
    shown = {"name": "a", "type": "outing", "columns": columns}
    portal = replace(found.portal, settings={**found.portal.settings, "ledgers": [shown]})
    folders = [ROOT / "templates"], [ROOT / "site_overrides" / "assets"]
    page = section(Renderer(replace(found, portal=portal), *folders, "zh", TODAY, MAKE), "ledger/a/p2.html")
    assert len(gzip.compress(page, 9)) <= 8 * 1024
    assert len(re.findall(rb"<[a-z]", page)) <= 600


def test_a_ledger_in_english(tmp_path):
    out = tmp_path / "en"
    build(SITE, out, jobs=1, lang="en", today=TODAY)
    heads, *rows = table(out, "crews/crews.csv")
    assert heads[:4] == ["Id", "Title", "Kind", "Place"] and heads[-2:] == ["Hands (reckoned)", "Name (reckoned)"]
    assert "Advice" in {cell for row in rows for cell in row}
    back = import_file(SITE, out / "ledger/crews/crews.csv", Options(type="crew", today=TODAY))
    assert (back.same, back.plan) == (3, {})


def test_a_portal_without_ledgers_has_no_such_page(small, tmp_path):
    build(small, tmp_path / "out", jobs=1, today=TODAY)
    assert not (tmp_path / "out" / "ledger").exists()


def test_a_row_knows_its_record(catalogue):
    ledger = read_ledger({"name": "a", "type": "crew", "columns": ["title"]}, catalogue)
    assert next(iter(iter_rows(ledger, catalogue))) == Row(catalogue.by_type["crew"][0])


@pytest.mark.browser
def test_ledgers_are_read_and_touched_on_a_phone(browser, site):
    axe, found = Axe(), {}
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    names = ("ledger/index.html", "ledger/crews/index.html", "ledger/outings/index.html", "ledger/goals/index.html")
    with serve(site) as address:
        for width, scheme in ((320, "light"), (360, "dark"), (1280, "light")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
            for name in names:
                page.goto(f"{address}/{name}")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (name, width)
                small = page.evaluate(
                    "() => [...document.querySelectorAll('main a')]"
                    ".filter(e => e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML)"
                )
                assert not small, (name, small[:2])
                for violation in axe.run(page, options=options).response["violations"]:
                    found.setdefault((name, width), []).append(violation["id"])
            page.close()
    assert not found


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_the_elder_look_fits_a_phone(browser, site, script):
    context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True, java_script_enabled=script)
    page = context.new_page()
    with serve(site) as address:
        for name in (
            "ledger/index.html",
            "ledger/crews/index.html",
            "ledger/outings/index.html",
            "ledger/hands/index.html",
        ):
            page.goto(f"{address}/{name}")
            page.locator("#elder").check(force=True)
            assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 30
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    context.close()

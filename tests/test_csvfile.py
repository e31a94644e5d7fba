"""CSV files as they come: streamed where they are plain, read with care from the first block that is not."""

import csv
import io

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import quality as quality  # puts its rules into the book
from generator import rules
from generator.csvfile import BLOCK, CsvSheet
from generator.model import Refusal

HEAD = "id,title\n"


def long_table(rows: int) -> str:
    return HEAD + "".join(f"示例-{i},示例油茶培训第{i}期\n" for i in range(rows))


def read(path, watch=""):
    return list(CsvSheet(path, watch=watch).rows)


MANY = 3 * BLOCK // 40
"""Rows that fill more than two blocks."""


def test_a_long_file_is_read_block_by_block(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(long_table(MANY), "utf-8-sig")
    assert path.stat().st_size > 2 * BLOCK
    sheet = CsvSheet(path)
    rows = list(sheet.rows)
    assert rows[0] == (1, ["id", "title"])
    assert rows[-1] == (MANY + 1, [f"示例-{MANY - 1}", f"示例油茶培训第{MANY - 1}期"])
    assert len(rows) == MANY + 1
    assert not list(sheet.problems("long.csv"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_odd_far_below_is_read_with_care(tmp_path, end):
    """锛 is a character and the mark of garbled text: such a file is decoded again, and goes on where it was."""
    path = tmp_path / "late.csv"
    path.write_bytes((long_table(MANY) + "last,示例锛厂\n").replace("\n", end).encode())
    rows = read(path)
    assert [number for number, _ in rows] == list(range(1, MANY + 3))
    assert rows[-1][1] == ["last", "示例锛厂"]


def test_gbk_behind_much_ascii_is_said_when_it_was_found(tmp_path):
    path = tmp_path / "late.csv"
    ascii_rows = "".join(f"r{i},{'x' * 40}\n" for i in range(BLOCK // 20))
    path.write_bytes((HEAD + ascii_rows).encode() + "last,示例油茶培训\n".encode("gbk"))
    sheet = CsvSheet(path)
    rows = list(sheet.rows)
    assert rows[-1][1] == ["last", "示例油茶培训"]
    assert len(rows) == BLOCK // 20 + 2
    assert [problem.rule for problem in sheet.problems("late.csv")] == ["read-as-encoding"]


def test_two_encodings_in_one_long_file_are_refused_with_the_line(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes(long_table(MANY).encode() + "last,示例油茶培训\n".encode("gbk"))
    with pytest.raises(Refusal) as refused:
        read(path)
    assert refused.value.rule == "mixed-encoding"
    assert refused.value.line == MANY + 2


def test_what_went_by_as_utf8_and_is_not_stops_the_reading(tmp_path):
    """ʾ in UTF-8 is 示 in GBK: a first block of such pairs may pass for what it is not."""
    path = tmp_path / "chance.csv"
    path.write_bytes(b"id,title\n" + "示示示示\n".encode("gbk") * (BLOCK // 9) + "last,示例油茶培训\n".encode("gbk"))
    with pytest.raises(Refusal) as refused:
        read(path)
    assert refused.value.rule in {"encoding", "mixed-encoding"}


@pytest.mark.parametrize("before", range(1, 9))
def test_a_long_file_is_searched_across_its_blocks(tmp_path, before):
    path = tmp_path / "long.csv"
    path.write_bytes(b"a" * (BLOCK - before) + "锟斤拷".encode())
    with pytest.raises(Refusal, match="lost-characters"):
        read(path)


def test_one_line_without_end(tmp_path):
    path = tmp_path / "one.csv"
    path.write_bytes(b"a" + b",b" * BLOCK + b"\rc,d")
    assert [(number, len(cells)) for number, cells in read(path)] == [(1, BLOCK + 1), (2, 2)]


def test_rows_far_from_a_find_are_quiet(tmp_path):
    path = tmp_path / "long.csv"
    lines = long_table(MANY).splitlines(keepends=True)
    path.write_text("".join([*lines[:-1], "last,加微信刷单示例\n"]), "utf-8")
    sheet = CsvSheet(path, watch="刷单")
    said = []
    for number, _ in sheet.rows:
        if number % 500 == 0:
            said.append(sheet.quiet())
    assert said[0]
    assert not sheet.quiet()
    assert not CsvSheet(path).quiet()


@given(
    texts=st.lists(
        st.text(st.sampled_from('示例油茶","\n"1234567890 -（()shi li加微信刷单&nbsp;<br>А;]：.'), max_size=24),
        min_size=2,
        max_size=6,
    ),
    found=st.sampled_from(
        [
            "13812345678",
            "示例（shìlì）",
            "加微信刷单",
            "&nbsp;",
            "<br>",
            "[示例](a.html)",
            "⻢铃薯",
            "440524188001010014",
        ]
    ),
    at=st.integers(0, 5),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
@settings(max_examples=300, deadline=None)
def test_what_a_rule_would_find_in_a_cell_is_found_in_the_file(tmp_path_factory, texts, found, at, delimiter):
    """The look at whole blocks never says quiet where the look at cells would not."""
    texts[at % len(texts)] = found if at % 2 else texts[at % len(texts)] + found
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([["a", "b"], *([text, "示例"] for text in texts)])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(out.getvalue().encode())
    pattern = rules.watched()
    look = re2.compile(pattern)
    sheet = CsvSheet(path, watch=pattern)
    sheet.delimiter = delimiter
    cells = [cell for _, row in sheet.rows for cell in row]
    if any(look.search(cell) for cell in cells):
        assert not sheet.quiet()

"""`kezhu fmt`: keys in order, quotes where needed, comments beside their keys, and never another value."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.cli import main
from generator.fmt import TextSheet, format_file, format_table, format_yaml, kept, readable
from generator.load import load_project
from generator.model import Refusal
from generator.source import read_yaml

HERE = Path(__file__).parent
PROJECT = load_project(HERE / "sites" / "small")
SERVICE = PROJECT.types["service"]


def formatted(text: str) -> str:
    """The text in order; in order it stays."""
    made = format_yaml(text, SERVICE)
    assert format_yaml(made, SERVICE) == made
    return made


# ── Any file ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = st.sampled_from(["示例", "12:30", "no", "2022-07-13", "0123", "a:b", "C#", "约 3000", "1.10", "null", "-水稻"])
TEXT = st.one_of(
    PLAIN,
    PLAIN.map(lambda text: f'"{text}"'),
    PLAIN.map(lambda text: f"'{text} # 不是注释'"),
    st.just('"两行\n  # 也不是注释\n\n  的"'),
    st.just("两行\n  的话"),
)
HEAD = st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "| # 注释"])
BLOCK_LINE = st.sampled_from(["文字", "  缩进", "", "# 不是注释", "- 一", "a: b", "---"])
COMMENT = st.sampled_from(["# 注释", "#", "  # 缩进的注释"])
GAP = st.lists(st.one_of(COMMENT, st.sampled_from(["", "  "])), max_size=4)
INLINE = st.sampled_from(["", "", "  # 行尾"])


def indented(lines: list[str], indent: str) -> str:
    return "".join(f"\n{indent}{line}" if line.strip() else f"\n{line}" for line in lines)


@st.composite
def a_block(draw, indent: str) -> str:
    return draw(HEAD) + indented(["第一行", *draw(st.lists(BLOCK_LINE, max_size=4))], indent + "  ")


@st.composite
def a_mapping(draw, indent: str) -> str:
    names = draw(st.lists(st.sampled_from(["place", "year", "what", "no"]), unique=True, min_size=1))
    if draw(st.booleans()):
        return "{" + ", ".join(f"{name}: {draw(PLAIN)}" for name in names) + "}"
    entries = []
    for i, name in enumerate(names):
        above = [line.strip() for line in draw(GAP)] if i else []
        value = draw(st.one_of(TEXT, a_block(indent)).filter(lambda value: "\n " not in value or value[0] in "|>"))
        entries.append(indented([*above, f"{name}: {value}"], indent))
    return "".join(entries).lstrip("\n").removeprefix(indent)


@st.composite
def a_value(draw) -> str:
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return " " + draw(a_block(""))
    if kind == 1:
        return " [" + ", ".join(draw(st.lists(PLAIN))) + "]" + draw(INLINE)
    if kind == 2:
        return "".join(f"\n  - {draw(a_mapping('    '))}" for _ in range(draw(st.integers(1, 3))))
    if kind == 3:
        return "".join(f"\n- {draw(PLAIN)}{draw(INLINE)}" for _ in range(draw(st.integers(1, 3))))
    return f" {draw(TEXT)}{draw(INLINE)}" if kind == 4 else draw(INLINE)


@st.composite
def a_file(draw) -> str:
    names = draw(st.lists(st.sampled_from([*SERVICE.by_name, "unknown", "no", "12"]), unique=True, min_size=1))
    parts = [line.strip() for line in draw(GAP)]
    if draw(st.booleans()):
        parts.append("---")
    for name in names:
        parts += [f"{name}:{draw(a_value())}", *draw(GAP)]
    return "\n".join(parts) + draw(st.sampled_from(["", "\n", "\n\n\n", "\n..."]))


@settings(max_examples=600, deadline=None)
@given(a_file())
def test_order_changes_no_value_and_comes_to_rest(text: str) -> None:
    try:
        before = read_yaml(readable(text))[0]
    except Refusal:
        with pytest.raises(Refusal):
            format_yaml(text, SERVICE)
        return
    made = formatted(text)
    assert kept(read_yaml(made)[0]) == kept(before)
    assert sorted(line.strip() for line in made.split("\n") if line.strip().startswith("#")) == sorted(
        line.strip() for line in text.split("\n") if line.strip().startswith("#")
    )


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), st.sampled_from(["a\nb", 'a"b', "a,b", ""])
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["title", "名称", "summary", "Place", "industry", "email", "since"]), unique_by=str, min_size=1
    ),
    st.data(),
)
def test_a_table_in_order_holds_the_same_records(names: list[str], data: st.DataObject) -> None:
    names = [*dict.fromkeys("title" if name == "名称" else name for name in names), "id"]
    names = data.draw(st.permutations(names))
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), max_size=5))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    made, table = format_table(TextSheet(out.getvalue()), SERVICE, "service.csv")
    assert not table.problems
    assert format_table(TextSheet(made), SERVICE, "service.csv")[0] == made
    assert "\r" not in made


# ── What a person sees ───────────────────────────────────────────────────────────────────────────────────────────────


def test_comments_stay_with_their_keys() -> None:
    text = """\
# 这个文件讲什么

# 关于地方
region: [990121]
summary: 甲县讲课  # 行尾
# 简介核对过

title: 示例：油茶
body: |
  第一行
  # 不是注释


level: 县
"""
    assert (
        formatted(text)
        == """\
# 这个文件讲什么

title: 示例：油茶
summary: 甲县讲课  # 行尾
# 简介核对过

# 关于地方
region: ["990121"]

level: 县
body: |
  第一行
  # 不是注释
"""
    )


def test_objects_are_put_in_order_as_well() -> None:
    text = """\
title: 示例：油茶
steps:
  - year: 2022  # 年
    # 在哪里
    place: 甲县
    what: |-
      讲课

  - {place: 甲县, what: 下地}
  # 后来
  - what: 修剪
"""
    assert (
        formatted(text)
        == """\
title: 示例：油茶
steps:
  - what: |-
      讲课
    year: "2022"  # 年
    # 在哪里
    place: 甲县

  - {what: 下地, place: 甲县}
  # 后来
  - what: 修剪
"""
    )


def test_only_what_needs_quotes_gets_them() -> None:
    text = (
        "title: 示例 no 12:30\nsummary: no\nlevel: '县'\ncode: 0123\nbody: >\n  1.10\nsince: ~\nphones: [12316, 甲]\n"
    )
    assert formatted(text) == (
        'title: 示例 no 12:30\nsummary: "no"\nlevel: \'县\'\ncode: "0123"\nphones: ["12316", 甲]\nbody: >\n  1.10\n'
        "since: ~\n"
    )


def test_what_can_only_be_text_is_quoted_so_that_it_can_be_read() -> None:
    assert formatted("title: 示例: 油茶\nsteps:\n  - what: 讲课: 一\nsummary: '好'\ncode: @甲 \"乙\"\n") == (
        'title: "示例: 油茶"\nsummary: \'好\'\ncode: \'@甲 "乙"\'\nsteps:\n  - what: "讲课: 一"\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "title: 示例: 油茶 # 注释还是内容\n",
        "title: 示例\n\tsummary: x\n",
        "title：示例\n",
        'title: "示例\n',
        "title: 示例\ntitle: 又一个\n",
        "- title: 示例\n",
        "",
    ],
)
def test_what_is_not_certain_is_left_to_its_author(text: str) -> None:
    with pytest.raises(Refusal):
        format_yaml(text, SERVICE)


def test_one_line_in_braces_becomes_a_file_as_people_write_it() -> None:
    assert formatted('{"since": "2022", "title": "示例：油茶", "hosts": ["甲", "乙"]}') == (
        'title: 示例：油茶\nhosts: [甲, 乙]\nsince: "2022"\n'
    )


def test_a_table_keeps_rows_words_and_big_title() -> None:
    text = '示例登记表,,,\r\n标题,编号,"简介",\r\n示例：一,yi,"a, b",\r\n,,,\r\n示例：二,er,"两行\r\n的",\r\n'
    text = text.replace("标题", "名称")
    made, table = format_table(TextSheet(text), SERVICE, "service.csv")
    assert [problem.severity for problem in table.problems] == ["note"]
    assert made == '示例登记表,,,\n编号,名称,简介\nyi,示例：一,"a, b"\ner,示例：二,"两行\n的"\n'


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fmt(root: Path, *arguments: str) -> int:
    return main(["fmt", "--root", str(root), "--lang", "zh", *arguments])


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def tidy(small: Path) -> Path:
    """The small site after a first run."""
    assert fmt(small) == 0
    return small


def test_a_second_run_has_nothing_to_do(tidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tidy)
    capsys.readouterr()
    assert fmt(tidy) == fmt(tidy, "--check") == 0
    assert contents(tidy) == before
    assert "排好 0 个文件；2 个本来就整齐。" in capsys.readouterr().out


def test_check_and_diff_write_nothing(tidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tidy / "catalogue/service/luan.yml"
    record.write_text("summary: 油茶\ntitle: 示例：乱的\n", "utf-8")
    assert fmt(tidy, "--check") == 1
    assert "要排：catalogue/service/luan.yml" in capsys.readouterr().out
    assert fmt(tidy, "--diff") == 0
    assert "+title: 示例：乱的\n summary: 油茶\n-title: 示例：乱的\n" in capsys.readouterr().out
    assert fmt(tidy, "--diff", "--check") == 1
    assert record.read_text("utf-8") == "summary: 油茶\ntitle: 示例：乱的\n"


def test_rights_stay_and_nothing_is_left_behind(tidy: Path) -> None:
    record = tidy / "catalogue/service/luan.yml"
    record.write_text("summary: 油茶\ntitle: 示例：乱的\n", "utf-8")
    record.chmod(0o640)
    names = contents(tidy).keys()
    assert fmt(tidy, str(record)) == 0
    assert record.read_text("utf-8") == "title: 示例：乱的\nsummary: 油茶\n"
    assert record.stat().st_mode & 0o777 == 0o640
    assert contents(tidy).keys() == names


def test_files_from_windows_become_plain(tidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "title: 示例：油茶培训班\r\nsummary: 甲县的油茶怎样修剪，学会的老师讲了一天。\r\n"
    folder = tidy / "catalogue/service"
    (folder / "guobiao.yml").write_bytes(text.encode("gb18030"))
    (folder / "biaoji.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (tidy / "catalogue/service.csv").write_bytes("title,id\r\n示例：表里的油茶培训,biao\r\n".encode("gb18030"))
    assert fmt(tidy) == 0
    assert "存成了 UTF-8：catalogue/service/guobiao.yml" in capsys.readouterr().out
    for name in ("guobiao", "biaoji"):
        assert (folder / f"{name}.yml").read_bytes() == text.replace("\r\n", "\n").encode()
    assert (tidy / "catalogue/service.csv").read_text("utf-8") == "id,title\nbiao,示例：表里的油茶培训\n"


def test_what_cannot_be_read_is_shown_and_left_alone(tidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tidy / "catalogue/service"
    (folder / "cuo.yml").write_text('summary: 示例\ntitle: "没有收尾\n', "utf-8")
    (folder / "lian.yml").symlink_to(tidy / "catalogue/portal.yml")
    (tidy / "catalogue/service.csv").write_text("summary,id\n一,a,b\n", "utf-8")
    before = contents(tidy)
    assert fmt(tidy) == 1
    assert contents(tidy) == before
    said = capsys.readouterr().err
    for name in ("service/cuo.yml", "service/lian.yml", "service.csv"):
        assert name in said
    assert "3 个文件没有动" in said


def test_other_files_are_not_touched(tidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tidy / "catalogue/organisation.xlsx").write_bytes(b"PK")
    before = contents(tidy)
    named = ["catalogue/organisation.xlsx", "catalogue/portal.yml", "catalogue/schemas/service.yml"]
    assert fmt(tidy, *(str(tidy / name) for name in named)) == 0
    assert contents(tidy) == before
    assert all(f"{name}：没有动" in capsys.readouterr().err for name in named[:1])
    assert fmt(tidy, str(tidy / "catalogue/nowhere")) == 2


GOOD = (HERE / "sites/small/catalogue/service/youcha-peixun.yml").read_bytes()
TABLE = '编号,名称,地方\nyi,示例：一,甲县\ner,示例：二,"乙县"\n'.encode()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([(GOOD, ".yml"), (TABLE, ".csv")]),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 3), st.binary(max_size=4) | st.sampled_from(b"\n: #-?|>\"'[]{},&*!%\t")
        ),
        max_size=6,
    ),
)
def test_nothing_that_is_sent_is_too_much(
    tmp_path_factory: pytest.TempPathFactory, start: tuple[bytes, str], changes: list[tuple[float, int, bytes | int]]
) -> None:
    data, suffix = start
    for where, gone, new in changes:
        at = int(where * len(data))
        data = data[:at] + (bytes([new]) if isinstance(new, int) else new) + data[at + gone :]
    path = tmp_path_factory.mktemp("sent") / f"x{suffix}"
    path.write_bytes(data)
    outcome = format_file(path, path.name, SERVICE)
    assert not outcome.unsure
    assert outcome.changed <= (outcome.problems == ())


CASES = sorted(p for p in (HERE / "records").rglob("*") if p.suffix in {".yml", ".csv"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_whatever_people_send_is_put_in_order_or_left_alone(case: Path) -> None:
    outcome = format_file(case, case.name, SERVICE)
    assert not outcome.unsure
    if outcome.changed and case.suffix == ".yml":
        assert formatted(outcome.after) == outcome.after


def test_our_own_records_are_in_order() -> None:
    assert fmt(HERE.parent, "--check") == 0

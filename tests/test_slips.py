"""Slips of people who write YAML by hand: cause, place and the line as it should be."""

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model import Refusal
from generator.slips import explain, find_slips, mend_line, parses, quoted
from generator.source import read_yaml


def refused(text: str) -> Refusal | None:
    try:
        read_yaml(text)
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("line", "fixed"),
    {
        "名称：示例": "名称: 示例",
        "id:1": "id: 1",
        "-水稻": "- 水稻",
        "• 水稻": "- 水稻",
        "\t- what: 讲课": "  - what: 讲课",
        "　　- what：讲课": "    - what: 讲课",
        "title:　示例": "title: 示例",
        "title :示例": "title: 示例",
        "industry: [水稻，小麦]": "industry: [水稻, 小麦]",
        "industry: [水稻、小麦，]": "industry: [水稻, 小麦]",
        "- {what：讲课，year：2022}": "- {what: 讲课, year: 2022}",
        "summary: *重要*": 'summary: "*重要*"',
        "summary：*重要*": 'summary: "*重要*"',
        "summary: 时间: 上午": 'summary: "时间: 上午"',
        'summary: 他说"是": 真的': "summary: '他说\"是\": 真的'",
        "summary: C:\\示例: 一": "summary: 'C:\\示例: 一'",
        'summary: "讲油茶': 'summary: "讲油茶"',
        "region: [a, {b: c": "region: [a, {b: c}]",
        'industry: [水稻，"a，b"]': 'industry: [水稻, "a，b"]',
    }.items(),
)
def test_the_corrected_line(line, fixed):
    assert mend_line(line) == fixed
    assert parses(fixed.strip())


@pytest.mark.parametrize(
    "line",
    [
        "title: 示例：油茶",
        "url: https://kezhu.example/a#b",
        "https://kezhu.example/a",
        "time: 12:30",
        'summary: "时间: 上午"',
        "- 水稻",
        "- what: 讲课",
        "level: 县 # 级别",
        "summary: “引号”里的话",
        "body: |",
        "body: >-",
        "steps: [{what: 讲课, year: 2022}]",
        "--- ",
        "",
    ],
)
def test_a_good_line_is_left_alone(line):
    assert mend_line(line) == line
    assert find_slips(line) == []


def test_the_line_that_a_person_would_change():
    """The reader often notices later than where the slip is."""
    assert refused('title: "示例\nlevel: "县"\n').line == 1
    assert refused("title: 示例\n没有字段名的一行\nlevel: 县\n").line == 2
    assert refused("title: 示例\nlevel: 县\nregion: [a,\n  b\nsince: 2022\n").line == 3
    assert refused("title: 示例\nsteps:\n  - what: 讲课\n   year: 2022\n").line == 4


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 50_000,
        "a: " + "{" * 50_000,
        "- " * 50_000,
        "a:\n" + "".join(f"{' ' * i}a:\n" for i in range(1, 400)),
    ],
)
def test_depth_that_would_crash_the_process(text):
    assert refused(text).rule == "too-deep"


def test_lines_that_no_person_wrote_cost_little():
    for text in ("a: [" + "，" * 200_000, "a: " + '"' * 200_000, "：" * 200_000, "a: b\n" + "  c：d\n" * 20_000):
        start = time.process_time()
        assert refused(text) is not None
        assert (
            time.process_time() - start < 60
        )  # that would be minutes where time grows with the square; no measure of speed


def test_the_other_lines_with_the_same_slip_are_named():
    assert refused("名称：示例\n简介：讲油茶\nbody: |\n  说明：正文\n级别：县\n").params["suggestions"] == [2, 5]
    assert refused("a:\n  -水稻\n  -小麦\n  - 甘薯\n").params["suggestions"] == [3]


def test_one_cause_at_a_time_until_the_file_is_good():
    text = "名称：示例\n简介:讲油茶\n产业：[水稻，小麦]\n说明: *重要*\n"
    for _ in range(6):
        refusal = refused(text)
        if refusal is None:
            break
        lines = text.split("\n")
        lines[refusal.line - 1] = refusal.params["fixed"]
        text = "\n".join(lines)
    assert read_yaml(text)[0] == {"名称": "示例", "简介": "讲油茶", "产业": ["水稻", "小麦"], "说明": "*重要*"}


@given(st.text(st.sampled_from("示例a\"'\\: #[]{}*&!,，-|>@%`?\t"), min_size=1, max_size=20))
def test_quoted_text_is_the_text(text):
    assert yaml.safe_load(f"a: {quoted(text)}")["a"] == text.strip()


# ── What must hold of any text ───────────────────────────────────────────────────────────────────────────────────────

PARTS = [
    "title",
    "level",
    "示例",
    "县",
    ":",
    "：",
    ": ",
    " ",
    "  ",
    "\n",
    "\n",
    "- ",
    "-",
    "•",
    "[",
    "]",
    "{",
    "}",
    "，",
    "、",
    ", ",
]
PARTS += [
    '"',
    "'",
    "#",
    " #",
    "# ",
    "*",
    "&",
    "!",
    "|",
    ">",
    "@",
    "%",
    "`",
    "\t",
    "\u3000",
    "\u00a0",
    "---\n",
    "?",
    "\\",
    "2022",
    "——",
]
WILD = st.lists(st.sampled_from(PARTS), max_size=24).map("".join)
GOOD = "title: 示例：油茶\nsummary: 讲油茶修剪\nindustry:\n  - 水稻\n  - 小麦\nsteps:\n  - {what: 讲课, year: 2022}\n"


def check_refusal(text: str) -> None:
    refusal = refused(text)
    if refusal is None:
        return
    lines = text.split("\n")
    assert 1 <= refusal.line <= len(lines) + 1
    assert refusal.column >= 1
    if "fixed" in refusal.params:
        fixed = refusal.params["fixed"]
        assert parses(fixed.strip()), (text, fixed)
        assert fixed != lines[refusal.line - 1].rstrip(" "), "a correction changes something"
        assert not [slip for slip in find_slips(fixed) if slip.fixed != fixed], "and needs no other"


@settings(max_examples=800, deadline=None)
@given(WILD)
def test_every_corrected_line_can_be_read(text):
    check_refusal(text)


@settings(max_examples=800, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 3), st.lists(st.sampled_from(PARTS), max_size=3).map("".join))
def test_a_good_record_with_a_slip_in_it(at, gone, put):
    check_refusal(GOOD[:at] + put + GOOD[at + gone :])


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_read_or_refused(text):
    refused(text)
    assert isinstance(find_slips(text.split("\n")[0]), list)


def test_a_complaint_without_a_place():
    assert explain(yaml.YAMLError("x"), "a").rule == "yaml-syntax"

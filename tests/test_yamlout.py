"""Records as YAML: every reader gets the same text back, and a person sees no quotes that are not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.encoding import SPOILT
from generator.load import load_types
from generator.model import RecordType
from generator.source import read_yaml
from generator.yamlout import block, dump_record, is_plain, quote, scalar

SMALL = Path(__file__).parent / "sites" / "small"
SERVICE = load_types(SMALL / "catalogue" / "schemas", SMALL)["service"]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
"""Also what the reader refuses when it stands in a file: a record may get it through an escape or a workbook."""
TRICKY = st.lists(
    st.sampled_from(
        [
            *"-?:,[]{}#&*!|>'\"%@`~=<.+_ \t\n\r\\0129eExXo",
            *"　：，、；（）【】",
            "水稻",
            "no",
            "---",
            "...",
            "\xa0",
            "😀",
        ]
    ),
    max_size=8,
).map("".join)
WORDS_FOR_MORE = """no on Yes OFF y N ~ null NULL true False 0123 12:30 1.10 2022-07-13 2022-07 2022 511623
010-12345678 0x1F 0o17 1e3 1_000 .5 .inf -.INF +1 = <<"""
LOOKS_TYPED = st.one_of(
    st.sampled_from(WORDS_FOR_MORE.split()),
    st.floats().map(str),
    st.integers().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.times().map(str),
)
VALUE = st.recursive(
    st.one_of(st.none(), TEXT, TRICKY, LOOKS_TYPED),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXT, TRICKY), inner, max_size=4)),
    max_leaves=12,
)
KEY = st.one_of(st.sampled_from(list(SERVICE.by_name)), TEXT, TRICKY, LOOKS_TYPED)


def readable(value: Any) -> bool:
    """Keys of any text are more than our reader takes: one that begins with a wide space is refused on purpose."""
    if isinstance(value, dict):
        return all(not key.startswith("\u3000") and readable(inner) for key, inner in value.items())
    return all(map(readable, value)) if isinstance(value, list) else True


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(KEY, VALUE, max_size=6).filter(readable))
def test_every_reader_gets_the_same_text_back(values: dict[str, Any]) -> None:
    text = dump_record(values, SERVICE)
    assert not SPOILT.search(text)
    assert read_yaml(text)[0] == values
    assert yaml.safe_load(text) == values
    assert yaml.load(text, yaml.BaseLoader).keys() == values.keys()


@settings(max_examples=500, deadline=None)
@given(st.one_of(TEXT, TRICKY, LOOKS_TYPED))
def test_one_text_comes_back_wherever_it_stands(text: str) -> None:
    values = {"title": text, "industry": [text], "hosts": ["x", text], "steps": [{"what": text}]}
    assert yaml.safe_load(dump_record(values, SERVICE)) == values


STAMPS = """2022-07-13 10:00:00
2022-07-13T10:00:00Z"""
MARKED = """a: b
a:
a #b
- 水稻
-水稻
*重要*
@某人
%
`x`
&a
!a
|
>
[甲]
{甲}
"引"
'引'
#一
?"""
UNMARKED = """油茶培训
“双减”后的课
A-01
p1#keji-xiaoyuan
https://kezhu.example/a?b=c#d
100 余份
约 3000
科协发普字〔2022〕27号
a:b
C#
2011—2015 年
某县：油茶
nobody
3号楼
12月
a, b
x [1]"""


@pytest.mark.parametrize(
    "text",
    [*WORDS_FOR_MORE.split(), *STAMPS.split("\n"), *MARKED.split("\n"), "", " 空格", "空格 ", "\u3000全角", "a\tb"],
)
def test_what_a_reader_might_take_for_something_else_is_quoted(text: str) -> None:
    assert not is_plain(text)
    assert yaml.safe_load(scalar(text)) == text


@pytest.mark.parametrize("text", UNMARKED.split("\n"))
def test_what_needs_no_quotes_has_none(text: str) -> None:
    assert scalar(text) == text
    assert yaml.safe_load(text) == text


def test_double_quotes_unless_single_ones_save_escapes() -> None:
    assert quote("12:30") == '"12:30"'
    assert quote('"引" C:\\x') == "'\"引\" C:\\x'"
    assert quote('it\'s "x"') == '"it\'s \\"x\\""'
    assert quote("a\ufeffb") == '"a\\ufeffb"'


def test_several_lines_become_a_block() -> None:
    assert block("一行\n二行\n") == ["|", "一行", "二行"]
    assert block("一行\n\n二行") == ["|-", "一行", "", "二行"]
    assert block("一行\n\n\n") == ["|+", "一行", "", ""]
    assert block("一行") is None
    assert block("  缩进\n二行") is None


def test_a_record_as_a_careful_person_writes_it() -> None:
    values = {
        "source_date": "2022-07",
        "body": "## 小标题\n\n- 一\n- 二\n",
        "phones": ["12316", "010-12345678"],
        "extra": "多出来的",
        "steps": [{"year": "2022", "what": "讲课"}, {"what": "下地: 看", "place": "990121"}],
        "industry": ["youcha", "youliao"],
        "hosts": ["一个很长的名字" * 6, "另一个很长的名字" * 3],
        "title": "示例：油茶培训",
        "serves": ["讲课, 下地", "修剪"],
        "region": [],
    }
    assert dump_record(values, SERVICE) == (
        "title: 示例：油茶培训\n"
        "region: []\n"
        "industry: [youcha, youliao]\n"
        f"hosts:\n  - {values['hosts'][0]}\n  - {values['hosts'][1]}\n"
        "serves:\n  - 讲课, 下地\n  - 修剪\n"
        'phones: ["12316", "010-12345678"]\n'
        "body: |\n  ## 小标题\n\n  - 一\n  - 二\n"
        'steps:\n  - what: 讲课\n    year: "2022"\n  - what: "下地: 看"\n    place: "990121"\n'
        'source_date: "2022-07"\n'
        "extra: 多出来的\n"
    )


def test_an_empty_record_is_still_a_record() -> None:
    assert read_yaml(dump_record({}, SERVICE))[0] == {}


def test_no_type_is_known_by_name() -> None:
    bare = RecordType("x", {}, {}, (), "x.yml", {})
    assert dump_record({"b": "1", "a": "x"}, bare) == 'b: "1"\na: x\n'

"""Bytes to text: what is read, what is refused, with which line, and how fast."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.encoding import GB, SPOILT, SUSPECT, UTF8, UTF16, Decoded, decode, is_plausible
from generator.model import Refusal
from generator.source import read_decoded, read_text

TEXT = "title: 示例：油茶培训\nsummary: 示例学会到甲县讲油茶修剪、施肥。\n"


def refused(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decode(data)
    return caught.value


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode(), UTF8),
        (codecs.BOM_UTF8 + TEXT.encode(), UTF8),
        (codecs.BOM_UTF8 * 2 + TEXT.encode(), UTF8),
        (TEXT.encode("gbk"), GB),
        (TEXT.encode("gb2312"), GB),
        (TEXT.encode("gb18030"), GB),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), UTF16),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), UTF16),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_people_save(data, name, end):
    if name == UTF16:
        order = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        data = data.replace("\n".encode(order), end.encode(order))
    else:
        data = data.replace(b"\n", end.encode())
    assert decode(data) == Decoded(TEXT, name)
    assert decode(data).is_utf8 == (name == UTF8)


def test_plain_ascii_and_nothing_at_all_are_utf8():
    assert decode(b"a: 1\n") == Decoded("a: 1\n", UTF8)
    assert decode(b"") == Decoded("", UTF8)


@pytest.mark.parametrize("codec", ["big5", "shift_jis", "cp1251", "cp1252"])
def test_no_mojibake_is_taken_for_chinese(codec):
    words = {
        "big5": "示例學會到甲縣講油茶",
        "shift_jis": "あいうえおかきくけこ",
        "cp1251": "Привет как дела",
        "cp1252": "Gefäß für Öl",
    }
    assert refused(words[codec].encode(codec)).rule == "encoding"


def test_names_of_herbs_are_plausible():
    assert is_plausible("薏苡、芫荽、茼蒿、荸荠，种在澜沧县")
    assert not is_plausible("涓枃")
    assert not is_plausible("示例\ue000")


def test_the_line_that_does_not_fit():
    utf8, gb = "示例学会到甲县讲油茶\n".encode(), "从别处接过来的一行\n".encode("gbk")
    first = refused(utf8 * 3 + gb + utf8)
    assert (first.rule, first.line, first.params["encoding"], first.params["count"]) == ("mixed-encoding", 4, GB, 1)
    other = refused(gb * 3 + utf8 + gb)
    assert (other.rule, other.line, other.params["encoding"]) == ("mixed-encoding", 4, UTF8)
    broken = refused(utf8 + "讲油茶".encode()[:-1] + b"\n" + utf8)
    assert (broken.rule, broken.line) == ("encoding", 2)


def test_gbk_that_looks_like_a_greek_letter_is_still_gbk():
    text = "名称：示例学会到甲县讲油茶\n矛\n"  # 矛 is C3 AC, which is ì in UTF-8
    assert decode(text.encode("gbk")) == Decoded(text, GB)


def test_utf16_without_its_mark_is_not_guessed_at():
    assert refused("id,title\na,b\n".encode("utf-16-le")).rule == "encoding"
    assert refused(TEXT.encode("utf-16-le")).rule == "encoding"
    assert refused(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1]).rule == "encoding"


SPOILERS = dict.fromkeys(["\x00", "\x85", "\u202e", "\ufeff"], "control-character")
SPOILERS |= dict.fromkeys(["\ufffd", "锟斤拷"], "lost-characters")


@pytest.mark.parametrize(("char", "rule"), SPOILERS.items())
def test_what_must_not_stand_in_a_text(char, rule):
    found = refused(f"title: 示例\nsummary: 讲{char}油茶\n".encode())
    assert (found.rule, found.line, found.column) == (rule, 2, 11)


def test_text_that_was_saved_in_the_wrong_encoding_is_read_back():
    spoilt = "示例学会，讲油茶。".encode().decode("gb18030", "replace").replace("\ufffd", "?")
    found = refused(f"title: x\nsummary: {spoilt}\n".encode())
    assert (found.rule, found.line) == ("garbled", 2)
    assert found.params["fixed"].startswith("summary: 示例学会，讲油")
    assert decode("锛是一种化学元素吗\n".encode()).is_utf8, "a rare character is no proof"


@pytest.mark.parametrize("data", [b"PK\x03\x04abc", b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"\x89PNG", b"\xff\xd8\xff"])
def test_files_that_only_bear_the_name_of_a_text(data):
    assert refused(data).rule == "not-text"


def test_both_searches_know_the_same_characters():
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            char = chr(code)
            if SPOILT.search(char):
                assert SUSPECT.search(char.encode()), hex(code)
            elif char not in "锛銆":
                assert not SUSPECT.search(char.encode()), hex(code)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        decoded = decode(data)
    except Refusal as refusal:
        assert refusal.line >= 1
        return
    assert "\r" not in decoded.text
    assert not SPOILT.search(decoded.text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("示例油茶培训，。1a \n"), max_size=60), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_what_was_written_is_what_is_read(text, codec):
    text += "示例学会"  # a single character may by chance be UTF-8 as well: 示 in GBK is ʾ in UTF-8
    assert decode(text.encode(codec)).text == text


def test_reading_a_file(tmp_path: Path):
    path = tmp_path / "a.yml"
    path.write_bytes(TEXT.encode("gbk"))
    assert read_decoded(path, 1000) == Decoded(TEXT, GB)
    assert read_text(path, 1000) == TEXT
    with pytest.raises(Refusal, match="too-large"):
        read_text(path, 10)
    (tmp_path / "b.yml").symlink_to(path)
    with pytest.raises(Refusal, match="symlink"):
        read_text(tmp_path / "b.yml", 1000)

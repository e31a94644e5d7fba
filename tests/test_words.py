"""The message catalogues: read quickly where they are written plainly, and the same as babel reads them."""

from pathlib import Path

import pytest

from generator import pofile
from generator.model import KezhuError
from generator.words import LANGUAGES, LOCALES, PLAIN, Words, load_words, read_messages

FILES = sorted(LOCALES.glob("*/*.po"))
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_own_files_are_read_as_babel_reads_them(path):
    assert PLAIN.fullmatch(path.read_text("utf-8")), "loads babel each time"
    assert list(read_messages(path, path.parent.name)) == pofile.read_messages(path, path.parent.name)


@pytest.mark.parametrize(
    "written",
    [
        'msgid "a"\nmsgstr "一行\\n又一行：\\"引\\"，\\\\，\\t"\n',
        'msgid "a"\nmsgstr ""\n"断开的"\n"文字"\n',
        '#: words.py:3\n#, fuzzy\nmsgid "a"\nmsgstr "有记号"\n',
        'msgid "a"\nmsgstr "一"\n\n#~ msgid "b"\n#~ msgstr "不要了"\n',
        'msgid "a"\r\nmsgstr "一"\r\n',
        '# 说明\n\n\nmsgid "a"\nmsgstr ""\n# msgid "b"\nmsgid "c"\nmsgstr "三"',
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "一"\n',
    ],
)
def test_whatever_a_program_writes_is_read_as_babel_reads_it(tmp_path: Path, written: str):
    path = tmp_path / "page.po"
    path.write_bytes((HEAD + "\n" + written).encode())
    assert list(read_messages(path, "zh")) == pofile.read_messages(path, "zh") != []


def test_a_key_that_is_written_twice_is_refused(tmp_path, monkeypatch):
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.po").write_text(HEAD + '\nmsgid "a"\nmsgstr "一"\n\nmsgid "a"\nmsgstr "二"\n', "utf-8")
    monkeypatch.setattr("generator.words.LOCALES", tmp_path)
    with pytest.raises(KezhuError, match="a is written twice"):
        load_words.__wrapped__("zh")


def test_both_languages_have_the_same_keys():
    assert len({tuple(Words(lang).keys()) for lang in LANGUAGES}) == 1

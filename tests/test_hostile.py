"""What a stranger may send: whatever the bytes, there are problems or a record, never a traceback."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import report
from generator.checkup import check_catalogue
from generator.source import Refusal, read_yaml
from generator.tables import CsvSheet, find_cell
from generator.words import Words

PIECES = [
    *("title: ", "- ", "{", "}", "[", "]", ": ", " #", "&a ", "*a", "!!str ", "|\n", ">-\n", '"', "'", "\n", "  "),
    *(
        "\t",
        "？",
        "：",
        "　",
        "%TAG",
        "---\n",
        "...\n",
        "? ",
        "<<: ",
        "null",
        "~",
        "示例",
        "\x00",
        "\ufeff",
        "😀",
        "\\",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=1500, deadline=None)
def test_any_yaml_is_read_or_refused(text):
    try:
        values, locator = read_yaml(text)
    except Refusal as refusal:
        problem = refusal.problem("x.yml")
        for lang in ("zh", "en"):
            assert report.message(problem, Words(lang)) and report.hint(problem, Words(lang))
        return
    assert isinstance(values, dict)
    for key in values:
        assert locator.locate((key,)).line >= 1


@given(rows=st.lists(st.lists(st.text(st.sampled_from('ab,"\n；| '), max_size=6), min_size=3, max_size=3), max_size=5))
@settings(max_examples=500, deadline=None)
def test_a_cell_is_found_where_it_was_written(tmp_path_factory, rows):
    written = [["id", "b", "c"], *([f"r{i}", *row[1:]] for i, row in enumerate(rows))]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in written) + "\n"
    path = tmp_path_factory.mktemp("cells") / "t.csv"
    path.write_text(text, "utf-8")
    lines = text.split("\n")
    for number, cells in CsvSheet(path).rows:
        for i, cell in enumerate(cells):
            place = find_cell(lines, number, i)
            rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
            assert rest.startswith('"' + cell.replace('"', '""') + '"')


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_record_gives_problems_with_words(small, seed):
    chance = random.Random(seed)
    path = small / "catalogue" / "service" / "youcha-peixun.yml"
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        data[at : at + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 3))
    path.write_bytes(bytes(data))
    checkup = check_catalogue(small)
    assert checkup.problems or checkup.catalogue is not None
    for lang in ("zh", "en"):
        assert report.as_text(checkup.problems, Words(lang))


def test_nesting_never_reaches_the_parser():
    for text in ("a: " + "[" * 60_000, "a:\n" + "\n".join(" " * i + "k:" for i in range(400)), "- " * 60_000 + "x"):
        with pytest.raises(Refusal) as caught:
            read_yaml(text)
        assert caught.value.rule == "too-deep"

"""What a stranger may send: whatever the bytes, there are problems or a record, never a traceback."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import report
from generator.checkup import check_catalogue
from generator.csvfile import CsvSheet, find_cell
from generator.source import Refusal, read_yaml
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


CASES = sorted(p for p in (Path(__file__).parent / "records").glob("*/*") if p.suffix in {".yml", ".csv", ".xlsx"})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile") / "small"
    shutil.copytree(Path(__file__).parent / "sites" / "small", root)
    return root


@given(
    case=st.sampled_from(CASES) | st.sampled_from([".yml", ".csv", ".xlsx"]),
    spoil=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 6), st.binary(max_size=5)), max_size=6),
    raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
)
@settings(max_examples=600, deadline=None)
def test_no_bytes_of_a_record_file_reach_the_user_as_an_exception(site, case, spoil, raw):
    suffix = case if isinstance(case, str) else case.suffix
    data = bytearray(raw if isinstance(case, str) else case.read_bytes())
    for at, cut, put in spoil:
        data[at % (len(data) + 1) : at % (len(data) + 1) + cut] = put
    path = site / "catalogue" / ("service/x.yml" if suffix == ".yml" else f"service{suffix}")
    path.write_bytes(bytes(data))
    try:
        checkup = check_catalogue(site)
        assert checkup.problems or checkup.catalogue is not None
        for words in (Words("zh"), Words("en")):
            for said in report.FORMATS.values():
                assert said(checkup.problems, words)
    finally:
        path.unlink()


def test_nesting_never_reaches_the_parser():
    for text in ("a: " + "[" * 60_000, "a:\n" + "\n".join(" " * i + "k:" for i in range(400)), "- " * 60_000 + "x"):
        with pytest.raises(Refusal) as caught:
            read_yaml(text)
        assert caught.value.rule == "too-deep"

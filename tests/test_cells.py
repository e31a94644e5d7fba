"""The cheap test, the patterns and frictionless give one verdict; tables by columns say what records one by one say."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.cells import cell_descriptor, compile_pattern, make_cell_check
from generator.check import Checker, TypeChecker
from generator.csvfile import CsvSheet
from generator.load import load_project
from generator.model import KezhuError
from generator.tables import Table

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "sites" / "small"
CELLS, EXAMPLES = 800, 125  # 100,000 cells a run
SEEN: Counter[bool] = Counter()


def all_checks():
    """Every kind of field that the small site and the shipped catalogue have, once."""
    found = {}
    for root in (SMALL, ROOT):
        for record_type in load_project(root).types.values():
            todo = list(record_type.fields)
            while todo:
                spec = todo.pop()
                todo += spec.fields
                if spec.kind != "object":
                    descriptor = cell_descriptor(spec, record_type.path)
                    found.setdefault(json.dumps({**descriptor, "name": ""}), (spec, descriptor))
    return [(make_cell_check(spec, "test"), descriptor) for spec, descriptor in found.values()]


CHECKS = all_checks()
PIECES = [
    *(
        "2022",
        "-07",
        "-13",
        "-7",
        "2022-02-30",
        "0",
        "1",
        "9",
        "00",
        "12",
        "1_0",
        "０",
        "２０",
        ".5",
        "1.",
        "e5",
        "-",
        "+",
        ",",
    ),
    *(
        "true",
        "false",
        "True",
        "TRUE",
        "yes",
        "是",
        "NaN",
        "INF",
        "-INF",
        "infinity",
        "10000",
        "10001",
        "99999999999999999999",
    ),
    *(
        "http://",
        "https://",
        "HTTP://",
        "example",
        ".org",
        ".中国",
        "/a",
        "?q=1",
        "#x",
        ":80",
        " ",
        "%20",
        "javascript:",
        "//",
    ),
    *(
        "a",
        "b",
        "@",
        "a@b.cn",
        "A.b+c",
        "..",
        '"',
        "'",
        "中文",
        "示例",
        "〔2022〕",
        "1号",
        "\u3000",
        "\u00a0",
        "é",
        "\\",
    ),
    *(
        "010-12345678",
        "12316",
        "(",
        ")",
        "转",
        "县",
        "市",
        "省",
        "示科〔2022〕1号",
        "x" * 30,
        "字" * 61,
        "|",
        ";",
        "；",
    ),
]


def cells_from(chance: random.Random, pieces: list[str], count: int) -> list[str]:
    """Texts as the loader hands them over: no outer blanks, no controls, not empty."""
    found: list[str] = []
    while len(found) < count:
        text = "".join(chance.choices(pieces, k=chance.randint(1, 5))).strip()
        text = "".join(c for c in text if c.isprintable() or c in "\u3000\u00a0").strip()
        if text:
            found.append(text)
    return found


def verdicts(descriptor, cells: list[str]) -> list[set[str]]:
    """What ``frictionless.Resource.validate`` says of each cell: the names of the constraints that it breaks."""
    constraints = dict(descriptor.get("constraints") or {})
    if "pattern" in constraints:
        constraints["pattern"] = f"(?:{constraints['pattern']})"  # frictionless adds ^ and $, which tear a|b apart
    field = {**descriptor, "name": "value", "constraints": constraints}
    schema = Schema.from_descriptor({"fields": [{"name": "row", "type": "string"}, field]})
    resource = Resource(data=[["row", "value"], *([str(i), cell] for i, cell in enumerate(cells))], schema=schema)
    found: list[set[str]] = [set() for _ in cells]
    for error in resource.validate(limit_errors=10**9).tasks[0].errors:
        name = "type" if error.type == "type-error" else error.note.split('"')[1]
        found[error.row_number - 2].add(name)
    return found


@given(
    which=st.integers(0, len(CHECKS) - 1),
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=3, max_size=12),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_fast_and_slow_and_frictionless_agree(which, pieces, seed):
    check, descriptor = CHECKS[which]
    cells = cells_from(random.Random(seed), [p for p in pieces if p.strip()] or PIECES, CELLS)
    for cell, expected in zip(cells, verdicts(descriptor, cells), strict=True):
        assert set(check.notes(cell)) == expected, (cell, descriptor)
        if check.fast(cell):
            assert not expected and check.rules(cell) == [], (cell, descriptor)
        SEEN[bool(expected)] += 1


def test_enough_cells_were_good_and_enough_were_bad():
    if not SEEN:
        pytest.skip("the comparison above was not run")
    assert SEEN.total() >= CELLS * EXAMPLES
    assert min(SEEN.values()) > SEEN.total() / 20


@given(rows=st.lists(st.lists(st.sampled_from(PIECES) | st.just(""), min_size=8, max_size=8), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_table_by_columns_says_what_its_rows_say(tmp_path_factory, rows):
    project = load_project(SMALL)
    names = ["title", "region", "industry", "level", "people", "verified_on", "steps", "phones"]
    path = tmp_path_factory.mktemp("table") / "service.csv"
    lines = [["id", *names], *([f"r{i}", *row] for i, row in enumerate(rows))]
    path.write_text(
        "\n".join(",".join('"' + c.replace('"', '""') + '"' for c in line) for line in lines) + "\n", "utf-8"
    )
    by_column, by_row, problems, expected = [], [], [], []
    for batch in Table(CsvSheet(path), project.types["service"], "service.csv").batches():
        by_column += Checker(project.types, project.vocabularies).check_rows(batch, problems)
    for batch in Table(CsvSheet(path), project.types["service"], "service.csv").batches():
        careful = TypeChecker(project.types["service"], project.vocabularies)
        by_row += [careful.check(batch.record(i, expected), expected) for i in range(len(batch.cells))]
    assert [(r.id, dict(r.values)) for r in by_column] == [(r.id, dict(r.values)) for r in by_row]
    assert [(p.rule, p.line, p.column, p.field) for p in problems] == [
        (p.rule, p.line, p.column, p.field) for p in expected
    ]


@pytest.mark.parametrize("pattern", [r"\d+", r"a$", r"^a", r"(?=a)b", r"(a)\1", r"[", r"\w"])
def test_a_pattern_that_could_mean_two_things_breaks_the_project(pattern):
    with pytest.raises(KezhuError, match="pattern"):
        compile_pattern(pattern, "code", "schemas/x.yml")


def test_a_pattern_that_would_run_for_ever_does_not():
    fits = compile_pattern("(a|a)*b", "code", "schemas/x.yml")
    assert not fits("a" * 5000 + "!")


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        ("{requierd: true}", "no constraint requierd"),
        ("{required: ja}", "required is true or false"),
        ("{maxLength: viele}", "maxLength is a whole number"),
        ("{minLength: 9, maxLength: 3}", "more than maxLength"),
        ("{minimum: 3}", "no constraint minimum"),
        ("{enum: eins}", "enum is a list"),
    ],
)
def test_a_mistyped_schema_breaks_the_project(small, constraints, said):
    path = small / "catalogue" / "schemas" / "service.yml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("constraints: {maxLength: 60}", f"constraints: {constraints}"), "utf-8")
    project = load_project(small)
    with pytest.raises(KezhuError, match=said):
        Checker(project.types, project.vocabularies)

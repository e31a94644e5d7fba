"""Every row of what the plans ask for has a type, a page, a rule where there is one, and a test; all of them exist."""

import ast
import re
from pathlib import Path

import pytest
from demonstration import assemble, make_renderer

import requirements
from generator import quality as quality  # puts its rules into the book
from generator import ruletexts as ruletexts  # puts the rules without a function into the book
from generator.load import load_project
from generator.rulebook import RULES

ROOT = Path(__file__).parent.parent
ASKED = ROOT.parent / "shared" / "REQUIREMENTS.md"
ROWS = requirements.rows()


@pytest.fixture(scope="module")
def project():
    return load_project(ROOT)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The addresses of the demonstration, where every row has an example."""
    root = assemble(tmp_path_factory.mktemp("demonstration"))
    renderer = make_renderer(root)
    return {renderer.address(job) for job in renderer.jobs()}


def test_the_table_is_what_the_list_says():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert requirements.START in text
    assert requirements.with_table(text) == text, "python -m tests.requirements writes it anew"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["asked"][:30])
def test_what_a_row_names_is_there(row, project, pages):
    types, duties = project.types, {duty.id for plan in project.plans.values() for duty in plan.duties}
    assert row["type"]
    assert row["page"]
    assert row["test"]
    assert set(requirements.words(row["type"])) <= types.keys()
    assert set(requirements.words(row["page"])) <= pages
    for name in requirements.words(row["rule"]):
        assert name in duties or name in RULES, name
    for name in requirements.words(row["test"]):
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_every_duty_answers_a_row(project):
    named = {name for row in ROWS for name in requirements.words(row["rule"])}
    assert {duty.id for plan in project.plans.values() for duty in plan.duties} <= named


@pytest.mark.skipif(not ASKED.is_file(), reason="the list of what the plans ask for lies beside the project, not in it")
def test_no_row_of_what_is_asked_for_is_missing():
    """The first cells of its tables, and each kind of place that is named between dots."""
    text = ASKED.read_text("utf-8")
    ours = {row["asked"] for row in ROWS}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|- ") or cells[0] in {"Asked for", "Id", "Plan"}:
            continue
        asked = f"{cells[0]}: {cells[1]}" if re.fullmatch(r"P[1-4]", cells[0]) else cells[0]
        assert asked in ours, asked
    places = text.partition("## Places and platforms\n")[2].partition(" Each is a `site`")[0]
    for asked in (re.sub(r"\s*\([^)]*\)", "", each).strip(" .\n") for each in " ".join(places.split()).split(" · ")):
        assert asked in ours, asked

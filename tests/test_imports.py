"""The rooms and their doors: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "generator"
STAGES = {
    "load",
    "check",
    "rules",
    "join",
    "matches",
    "render",
    "search",
    "suggest",
    "store",
    "report",
    "guides",
    "records",
    "quality",
    "planrules",
    "standings",
    "sheet",
    "shelf",
    "evaluate",
    "match_eval",
    "agenda",
    "ledgers",
    "targets",
    "coverage",
    "places",
    "finder",
    "missing",
}
SHARED = {
    "model",
    "kinds",
    "words",
    "source",
    "markup",
    "styles",
    "tokens",
    "views",
    "rulebook",
}  # what stages stand on
SHARED |= {
    "lexicon",
    "encoding",
    "repair",
    "tables",
    "workbook",
    "yamlout",
    "rulepage",
    "cells",
    "nearest",
    "ruletexts",
    "forms",
    "formcolumns",
    "csvfile",
    "sections",
    "facets",
    "spans",
    "duties",
    "plans",
    "days",
    "ics",
    "match",
    "matching",
    "relations",
    "picking",
    "ledgerrows",
    "progress",
    "charts",
    "csvout",
    "supply",
    "lacks",
}
SHARED |= {
    "compiling",
    "diary",
    "gaps",
    "track",
    "ahead",
    "manifest",
    "pickles",
    "state",
    "stamps",
    "fresh",
    "lookalike",
    "private",
    "hearing",
    "lexicon",
    "labels",
    "bundle",
    "documents",
    "doubts",
}
CONDUCTORS = {"build", "checkup", "importer", "indexing", "update", "keeping", "stored", "workers", "hands", "cluster"}
ONLY = {
    "frictionless": {"cells"},
    "mkdocs": {"plugin"},
    "jinja2": {"render", "compiling", "plugin"},
    "pagefind_bin": {"bundle"},
    "python_calamine": {"workbook"},
    "xlsxwriter": {"sheet"},
    "icalendar": set(),  # the tests hold our calendar files to it
    "distributed": {"cluster"},
}
ROOMS = {path.name: path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() and path.name != "commands"}
"""Rooms that are a package: whatever a module of theirs imports, the room imports."""
MODULES = {path.stem: path for path in PACKAGE.glob("*.py")} | ROOMS


def trees(path: Path) -> Iterator[ast.Module]:
    for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
        yield ast.parse(file.read_text("utf-8"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in (node for tree in trees(path) for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


COMMANDS = {f"commands.{path.stem}": path for path in (PACKAGE / "commands").glob("*.py")}


def own(path: Path) -> set[str]:
    """Rooms of ours that a room imports, besides itself."""
    parts = [name.split(".") for name in imports(path) if name.startswith("generator")]
    return {p[1] for p in parts if len(p) > 1 and p[1] in MODULES.keys() | {"commands"}} - {path.stem}


def test_there_are_rooms_to_look_at():
    assert {"model", "load", "check", "rules", "render", "search", "store", "report", "build", "cli"} <= MODULES.keys()


def test_model_stands_on_nothing():
    assert own(MODULES["model"]) == {"track", "kinds"}
    assert own(MODULES["kinds"]) == set()
    assert own(MODULES["track"]) == set()


@pytest.mark.parametrize("name", sorted(STAGES & MODULES.keys()))
def test_stages_know_only_the_ground(name):
    assert own(MODULES[name]) <= SHARED


@pytest.mark.parametrize("name", sorted(MODULES.keys() - STAGES - CONDUCTORS))
def test_only_conductors_import_stages(name):
    assert not own(MODULES[name]) & (STAGES - {"report"})


@pytest.mark.parametrize("name", sorted(MODULES.keys() - CONDUCTORS - {"plugin"}))
def test_only_doors_call_the_conductors(name):
    used = own(MODULES[name]) & (CONDUCTORS | {"commands"})
    assert not used, "commands and plugin import the conductors; cli finds a command by its name"


def test_build_stands_on_checkup_and_not_the_other_way():
    assert "checkup" in own(MODULES["build"])
    assert "build" not in own(MODULES["checkup"])


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"commands.building", "commands.serve"}))
def test_a_check_does_not_load_what_makes_pages(name):
    assert "build" not in own(COMMANDS[name])


@pytest.mark.parametrize("library", sorted(ONLY))
def test_a_library_has_one_room(library):
    users = {
        name for name, path in {**MODULES, **COMMANDS}.items() if any(i.split(".")[0] == library for i in imports(path))
    }
    assert users <= ONLY[library]


def test_no_code_knows_a_record_type_by_name():
    types = {path.stem for path in (PACKAGE.parent / "catalogue" / "schemas").glob("*.yml")}
    assert types
    for path in (*MODULES.values(), *COMMANDS.values()):
        words = {
            node.value
            for tree in trees(path)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not words & (types - {"site"}), path.name  # "site" is also the output folder

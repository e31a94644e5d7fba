"""What `kezhu match-eval` measures, and the labelled set itself."""

import csv
import hashlib
import json
import shutil
from math import log2
from pathlib import Path

import pytest
import yaml
from demonstration import assemble

from generator.cli import main
from generator.match_eval import COLUMNS, Outcome, read_pairs
from generator.model import KezhuError

ROOT = Path(__file__).parent.parent
SETS = ROOT / "tests" / "match"
NEED, HELP, CASE = "need/shilixian-youcha-dichan", "service/shili-youcha-jianzhi", "case/shilicun-youcha-gaizao"


def outcome(found: str, **grades: int) -> Outcome:
    """Keys are single letters."""
    return Outcome("need/n", "示例", tuple(found), grades)


@pytest.mark.parametrize(
    ("found", "grades", "ndcg"),
    [
        ("ab", {"a": 3, "b": 1}, 1),
        ("ba", {"a": 3, "b": 1}, (1 + 7 / log2(3)) / (7 + 1 / log2(3))),
        ("xa", {"a": 2}, 1 / log2(3)),
        ("", {"a": 2}, 0),
        ("vwxyz", {"a": 3}, 0),
        ("abcde", {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}, 1),  # of six alike five can stand there
        ("abcdex", {"x": 3}, 0),  # the sixth is not shown
        ("az", {"a": 2, "z": 0}, 1),
    ],
)
def test_the_figure(found, grades, ndcg):
    assert outcome(found, **grades).ndcg == pytest.approx(ndcg)


def test_what_is_missing_is_what_would_have_been_better():
    assert outcome("vwxyz", a=1, b=2, v=1, z=0).missing == ("b", "a")
    assert outcome("vwxyz", a=1, b=2, v=1, w=1, x=1, y=1, z=1).missing == ("b",)
    assert outcome("v", a=1, v=3).missing == ("a",)
    assert outcome("v", v=3, a=0).missing == ()


def write(path: Path, *rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return path


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("", "need/a", "site/b", "4", "示例")], "grade"),
        ([("", "need/a", "site/b", "much", "示例")], "grade"),
        ([("", "need/a", "site/b", "1")], "cells"),
        ([("", "need/a", "site/b", "1", " ")], "why"),
        ([("elsewhere", "need/a", "site/b", "1", "示例")], "site"),
        ([("", "need/a", "site/b", "1", "示例"), ("", "need/a", "site/b", "2", "示例")], "twice"),
        ([("", "need/a", "site/b", "0", "示例")], "nothing helps need/a"),
    ],
)
def test_a_set_that_is_no_set_is_refused(tmp_path, rows, told):
    with pytest.raises(KezhuError, match=told):
        read_pairs(write(tmp_path / "set.csv", *rows))


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(KezhuError, match="columns"):
        read_pairs(write(tmp_path / "set.csv", columns=("a", "b")))


# ── The labelled set ──


def test_a_third_is_held_out_by_a_rule_and_no_need_stands_in_both():
    for name, held in (("pairs", False), ("pairs-held", True)):
        for pair in read_pairs(SETS / f"{name}.csv"):
            assert (hashlib.sha256(pair.asked.encode()).digest()[0] < 85) is held, pair.asked


def test_there_is_enough_of_it():
    pairs = [pair for name in ("pairs", "pairs-held") for pair in read_pairs(SETS / f"{name}.csv")]
    asked = {pair.asked for pair in pairs}
    assert len(pairs) >= 90 and len(asked) >= 20
    assert {pair.grade for pair in pairs} == {0, 1, 2, 3}
    assert {pair.site for pair in pairs} == {"", "demonstration"}
    shipped = {f"need/{path.stem}" for path in (ROOT / "catalogue" / "need").glob("*.yml")}
    assert shipped <= asked, "every need that is shipped is judged"
    invented = {f"need/{path.stem}" for path in (SETS / "needs").glob("*.yml")}
    assert invented <= asked


def test_invented_needs_say_so():
    for path in sorted((SETS / "needs").glob("*.yml")):
        values = yaml.safe_load(path.read_text("utf-8"))
        assert all("示例" in values[name] for name in ("title", "summary", "source_publisher", "asked_by")), path.name


# ── The command ──


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """The demonstration as a project with a set of its own and one more need beside it."""
    root = assemble(tmp_path_factory.mktemp("demonstration"))
    (root / "tests" / "match" / "needs").mkdir(parents=True)
    values = yaml.safe_load((root / "catalogue" / f"{NEED}.yml").read_text("utf-8"))
    values = {name: values[name] for name in ("title", "summary", "kind", "region", "industry", "source_publisher")}
    added = root / "tests" / "match" / "needs" / "shili-beside.yml"
    added.write_text(yaml.safe_dump({**values, "status": "open"}, allow_unicode=True), encoding="utf-8")
    write(
        root / "tests" / "match" / "first.csv",
        ("", NEED, HELP, "3", "正是这一项"),
        ("", NEED, "site/shilixian-ganju-yuanqu", "0", "柑橘"),
        ("", "need/shiliyixian-chaye-jicai", "person/shili-zuzhang", "3", "其实管油茶"),
    )
    write(root / "tests" / "match" / "second.csv", ("", "need/shili-beside", CASE, "2", "照着做"))
    return root


def run(root: Path, *arguments: str) -> int:
    return main(["match-eval", "--lang", "en", "--root", str(root), "--today", "2026-11-22", *arguments])


def test_every_set_is_a_table_with_a_mean(root, capsys):
    assert run(root) == 0
    out = capsys.readouterr().out
    assert out.index("first: ") < out.index("second: ")
    assert "mean of 2 needs" in out and "mean of 1 needs" in out
    assert "not there" not in out


def test_what_ranked_wrongly_is_listed_with_the_reasons_of_those_who_judged(root, capsys):
    assert run(root, "--misses", "--set", str(root / "tests" / "match" / "first.csv")) == 0
    out = capsys.readouterr().out
    assert "second: " not in out
    assert "0.000 示例乙县" in out
    assert "not there: [3] person/shili-zuzhang 其实管油茶" in out
    assert "[–] team/shiliyixian-guwenzu" in out


def test_for_programs_it_is_json(root, capsys):
    assert run(root, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"first", "second"}
    first = {each["asked"]: each for each in found["first"]["all"]}
    assert first[NEED]["found"][0] == {"offer": HELP, "grade": 3}
    assert first[NEED]["ndcg"] == 1
    assert found["first"]["ndcg"] == 0.5
    assert first["need/shiliyixian-chaye-jicai"]["missing"] == [{"offer": "person/shili-zuzhang", "grade": 3}]


@pytest.mark.parametrize(
    ("asked", "offer", "told"),
    [
        ("need/nobody", HELP, "need/nobody"),
        (NEED, "site/nowhere", "site/nowhere"),
        ("need/shilixian-ganju-fenxuan", HELP, "does not look"),
    ],
)
def test_a_set_of_what_is_not_there_is_refused(root, tmp_path, capsys, asked, offer, told):
    assert run(root, "--set", str(write(tmp_path / "set.csv", ("", asked, offer, "1", "示例")))) != 0
    assert told in capsys.readouterr().err


def test_a_catalogue_with_errors_or_without_a_set_is_said(root, tmp_path, capsys):
    assert run(tmp_path) != 0
    assert "no file" in capsys.readouterr().err
    shutil.copytree(root, tmp_path / "broken")
    (tmp_path / "broken" / "catalogue" / "need" / "broken.yml").write_text("title: 示例\n", encoding="utf-8")
    assert run(tmp_path / "broken") == 1
    assert "kezhu check" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["pairs", "pairs-held"])
def test_the_bar_holds(name, capsys):
    """Of the held third nothing but this mean is looked at while anything is changed."""
    assert run(ROOT, "--format", "json", "--set", str(SETS / f"{name}.csv")) == 0
    assert json.loads(capsys.readouterr().out)[name]["ndcg"] >= 0.9

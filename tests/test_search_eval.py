"""What `kezhu search-eval` measures, and that it measures it on a built site in a browser."""

from __future__ import annotations

import csv
import json
import statistics
import sys
import urllib.error
import urllib.request
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from generator.build import build
from generator.cli import main
from generator.evaluate import POLICY, Asked, Outcome, figures, serve
from generator.labels import COLUMNS

SMALL = Path(__file__).parent / "sites" / "small"
ROWS = [
    ("q1", "油茶培训", "folk", "title:油茶培训", "示例"),
    ("q2", "油茶 培训", "spaced", "title:油茶培训", "示例"),
    ("q3", "kubernetes", "english", "title:油茶培训", "示例"),
]


def outcome(wanted: str, found: str) -> Outcome:
    """Keys are single letters."""
    return Outcome(Asked("q", "茶", "folk", frozenset(wanted)), tuple(found))


@pytest.mark.parametrize(
    ("wanted", "found", "recall", "rank"),
    [
        ("a", "a", 1, 1),
        ("a", "xa", 1, 1 / 2),
        ("ab", "xxa", 1 / 2, 1 / 3),
        ("a", "", 0, 0),
        ("a", "xyz", 0, 0),
        ("a", "0123456789a", 0, 0),  # the eleventh is on no first page
        ("abcdefghijklmnopqrst", "abcdefghij", 1, 1),  # of twenty right ones ten can stand there
        ("abcdefghijklmnopqrst", "abcde", 1 / 2, 1),
    ],
)
def test_recall_and_rank_of_a_query(wanted, found, recall, rank):
    assert outcome(wanted, found).recall == recall
    assert outcome(wanted, found).rank == rank


def test_figures_are_means_and_misses_are_counted():
    found = figures([outcome("ab", "a"), outcome("a", "xa"), outcome("a", "x")])
    assert (found.count, found.recall, found.rank, found.misses) == (3, 0.5, 0.5, 1)
    with pytest.raises(statistics.StatisticsError):
        figures([])


def test_a_folder_is_served_under_the_policy_or_by_another_handler(tmp_path):
    (tmp_path / "a.html").write_text("茶", "utf-8")
    with serve(tmp_path) as address, urllib.request.urlopen(f"{address}/a.html") as answer:
        assert answer.read().decode() == "茶"
        assert answer.headers["Content-Security-Policy"] == POLICY

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

    with serve(tmp_path, Silent) as address, urllib.request.urlopen(f"{address}/a.html") as answer:
        assert answer.headers["Content-Security-Policy"] is None
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/a.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("small") / "site"
    assert build(SMALL, out).pages
    return out


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *ROWS])
    return path


def run(*arguments: object) -> int:
    return main(["search-eval", "--lang", "en", "--root", str(SMALL), *map(str, arguments)])


@pytest.mark.browser
def test_a_table_by_kind_and_what_went_wrong(site, few, capsys):
    assert run(few, "--out", site, "--misses") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][0] == "few"
    assert lines[1:4] == [
        ["folk", "1", "1.000", "1.000", "0"],
        ["spaced", "1", "1.000", "1.000", "0"],
        ["english", "1", "0.000", "0.000", "1"],
    ]
    assert lines[4][-4:] == ["3", "0.667", "0.667", "1"]
    assert lines[5] == ["0.00", "0.00", "[english]", "kubernetes:"]


@pytest.mark.browser
def test_json_gives_each_query(site, few, capsys):
    assert run(few, "--out", site, "--format", "json") == 0
    assert [(q["id"], q["recall"], q["rank"]) for q in json.loads(capsys.readouterr().out)["few"]] == [
        ("q1", 1.0, 1.0),
        ("q2", 1.0, 1.0),
        ("q3", 0.0, 0.0),
    ]


def test_what_is_missing_is_said(site, few, tmp_path, monkeypatch, capsys):
    assert run(few, "--out", tmp_path) == 2
    assert "kezhu build" in capsys.readouterr().err
    assert run("--out", site) == 2, "the small portal has no queries of its own"
    monkeypatch.setitem(sys.modules, "generator.evaluate", None)
    assert run(few, "--out", site) == 2
    assert "kezhu[dev]" in capsys.readouterr().err

"""Work by other processes, and records read by several: the same as by one, in the same order."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from generator import ahead, records, rules
from generator.checkup import check_catalogue
from generator.load import load_project

SMALL = Path(__file__).parent / "sites" / "small"


def square(number: int) -> tuple[int, int]:
    if number == 41:
        raise ValueError("示例: not this one")
    return number * number, os.getpid()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_comes_back_is_in_order(count):
    found = list(ahead.in_order(square, range(40), count))
    assert [value for value, _ in found] == [number * number for number in range(40)]
    assert len({process for _, process in found}) <= count + 1
    assert count == 0 or {process for _, process in found} != {os.getpid()}


def test_no_more_is_asked_for_than_may_wait():
    asked: list[int] = []
    coming = ahead.in_order(square, (asked.append(n) or n for n in range(1000)), 1)
    next(coming)
    assert len(asked) <= ahead.AHEAD
    coming.close()


@pytest.mark.parametrize("count", [0, 1])
def test_a_failure_is_raised(count):
    with pytest.raises(ValueError, match="not this one"):
        list(ahead.in_order(square, range(60), count))


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """A root with files of every kind that `Records` tells apart; three files are many."""
    shutil.copytree(SMALL / "catalogue", tmp_path / "catalogue")
    folder = tmp_path / "catalogue" / "organisation"
    plain = next(folder.glob("*.yml")).read_text("utf-8")
    for number in range(230):
        (folder / f"shili-{number:03}.yml").write_text(plain, "utf-8")
    (folder / "shili-010.yml").write_text("title: *nobody\n", "utf-8")
    (folder / "shili-011.yml").write_bytes(plain.encode("gb18030"))
    (folder / "shili-012.yml").write_text("", "utf-8")
    (folder / "shili-013.yml").write_text(plain + "summary: '示例 {{title}} 请填写'\nfounded: 二〇二〇年\n", "utf-8")
    (folder / "shili-014.yml").unlink()
    (folder / "shili-014.yml").mkdir()
    (folder / "shili-015.txt").write_text("示例", "utf-8")
    monkeypatch.setattr(records, "MANY", 3)
    return tmp_path


def test_files_read_by_two_are_what_one_reads(odd):
    types = load_project(odd).types
    found = []
    for jobs in (1, 2):
        reader = records.Records(odd, types, None, rules.watched(), jobs)
        rows = [
            (raw.path, raw.values, raw.locator.locate(("title",)), raw.locator.locate(("title",), key=True))
            for batch in reader.batches()
            for raw in batch.records
        ]
        found.append((rows, reader.problems, reader.unreadable))
    assert found[0] == found[1]
    assert len(found[0][1]) >= 4 and found[0][2]["organisation"] == {"shili-010", "shili-012"}


def test_what_is_wrong_is_said_alike(odd):
    one, two = (check_catalogue(odd, jobs=jobs).problems for jobs in (1, 2))
    assert one == two and len(one) > 5


def test_a_file_that_is_gone_has_no_places(odd):
    reader = records.Records(odd, load_project(odd).types, None, rules.watched(), 2)
    [raw, *_] = [raw for batch in reader.batches() for raw in batch.records if raw.id == "shili-020"]
    (odd / raw.path).unlink()
    assert raw.locator.locate(("title",)).line == 1

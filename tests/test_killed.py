"""A build that is killed leaves every file whole, and the next one makes what a whole build makes."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from test_incremental import snapshot

from generator.build import build

TODAY = date(2026, 11, 22)
MOMENTS = 20


def command(root, out):
    given = ["--root", str(root), "--out", str(out), "--today", TODAY.isoformat(), "--jobs", "2"]
    return [sys.executable, "-m", "generator", "build", *given]


@pytest.fixture
def turns(small, tmp_path):
    """What a whole build makes of each of the four states in which the test puts the catalogue."""
    record = small / "catalogue" / "organisation" / "shili-xuehui.yml"
    words = small / "catalogue" / "portal.yml"
    texts = {path: path.read_text("utf-8") for path in (record, words)}
    known = {}

    def turn(number):
        """One record differs each time; every fourth time so does a setting that all pages show."""
        one, other = number % 2, number // 4 % 2
        record.write_text(texts[record].replace("示例学会", "示例大学会") if one else texts[record], "utf-8")
        words.write_text(texts[words].replace("示例", "又一示例") if other else texts[words], "utf-8")
        if (one, other) not in known:
            out = tmp_path / f"whole-{one}{other}"
            assert not build(small, out, jobs=1, today=TODAY).checkup.failed
            known[one, other] = snapshot(out)
            shutil.rmtree(out)
        return known[one, other]

    return turn


def test_killed_at_any_moment(small, turns, tmp_path):
    site = tmp_path / "site"
    chance = random.Random(20261122)
    before: dict[str, bytes] = {}
    killed = 0
    shortest: dict[bool, float] = {}  # a build of all pages, and one of a few, that nobody stopped: in seconds
    for number in range(MOMENTS):
        after, everything = turns(number), number % 4 == 0
        started = time.perf_counter()
        process = subprocess.Popen(command(small, site), stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(timeout=chance.uniform(0, shortest[everything]) if everything in shortest else None)
            shortest[everything] = min(shortest.get(everything, math.inf), time.perf_counter() - started)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        left = {path: content for path, content in snapshot(site).items() if not path.endswith(".part")}
        torn = [path for path, content in left.items() if content not in (before.get(path), after.get(path))]
        assert torn == []
        build(small, site, jobs=1, today=TODAY)
        before = snapshot(site)
        assert before == after
    assert killed > MOMENTS / 2

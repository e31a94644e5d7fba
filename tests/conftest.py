"""What several tests stand on: copies of the small sites, and the shipped portal built once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from browser import chromium

from generator.build import build
from generator.model import Portal
from generator.rulebook import RULES

HERE = Path(__file__).parent
ROOT = HERE.parent
TODAY = date(2026, 11, 22)


@contextmanager
def instead(portal: Portal, name: str, value: object) -> Iterator[None]:
    """A setting of portal.yml as another one for a while; a portal is frozen, and a test may share it."""
    old = portal.settings
    object.__setattr__(portal, "settings", {**old, name: value})
    try:
        yield
    finally:
        object.__setattr__(portal, "settings", old)


@pytest.fixture
def small(tmp_path):
    """A copy of the small site, to spoil as one likes."""
    root = tmp_path / "small"
    shutil.copytree(HERE / "sites" / "small", root)
    return root


@pytest.fixture(autouse=True)
def without_sources(request, monkeypatch):
    """The small records of tests need not name their source; but where that is what the test is about."""
    if "missing-source" not in request.node.name and request.module.__name__ != "test_quality":
        found = RULES.get("missing-source")
        if found is not None:
            monkeypatch.setitem(RULES, "missing-source", replace(found, check=None))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """The shipped catalogue as a built site: the folder."""
    out = tmp_path_factory.mktemp("shipped") / "site"
    built = build(ROOT, out, today=TODAY)
    assert not built.checkup.failed, built.checkup.problems[:5]
    return out


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of a file."""
    with chromium() as started:
        yield started

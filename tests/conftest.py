"""What several tests stand on: copies of the small sites, and the shipped portal built once."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from generator.build import build

HERE = Path(__file__).parent
ROOT = HERE.parent
TODAY = date(2026, 11, 22)


@pytest.fixture
def small(tmp_path):
    """A copy of the small site, to spoil as one likes."""
    root = tmp_path / "small"
    shutil.copytree(HERE / "sites" / "small", root)
    return root


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """The shipped catalogue as a built site: the folder."""
    out = tmp_path_factory.mktemp("shipped") / "site"
    built = build(ROOT, out, today=TODAY)
    assert not built.checkup.failed, built.checkup.problems[:5]
    return out

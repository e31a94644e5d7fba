"""The list of a site's files: altered line by line it is what it would be if it were made anew."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.manifest import Entry, Manifest

PATHS = st.text('ab!"\\\n,:[/ 茶🍵', min_size=1, max_size=6)  # what would be cut in the wrong place, or sorted there
FILES = st.dictionaries(PATHS, st.tuples(st.integers(0, 9_999), st.sampled_from(["0" * 64, "f" * 64])), max_size=12)
KEYS = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3)


def listed(files: dict[str, tuple[int, str]], keys: dict[str, str]) -> Manifest:
    return Manifest.of([Entry(path, *held) for path, held in files.items()], keys)


@given(FILES, KEYS)
def test_what_was_written_is_read_in_both_ways(files, keys):
    text = listed(files, keys).page().content.decode()
    assert json.loads(text) == {"keys": keys, "files": {path: list(held) for path, held in files.items()}}
    assert Manifest.read(text) == Manifest.ours(text) == listed(files, keys)
    assert listed(files, keys).paths() == set(files)


@given(FILES, FILES, st.lists(PATHS), KEYS)
def test_altered_is_as_made_anew(old, new, gone, keys):
    altered = listed(old, {"old": "key"}).altered([Entry(path, *held) for path, held in new.items()], gone, keys)
    left = {path: held for path, held in old.items() if path not in gone}
    assert altered == listed(left | new, keys)


@given(FILES, st.lists(PATHS, max_size=3, unique=True))
def test_files_are_found_by_how_their_paths_begin(files, beginnings):
    wanted = [b for b in beginnings if not any(b != other and b.startswith(other) for other in beginnings)]
    found = listed(files, {}).under(tuple(wanted))
    assert Manifest.of(found, {}) == listed({p: held for p, held in files.items() if p.startswith(tuple(wanted))}, {})
    assert len(found) == len({entry.path for entry in found})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', '{"files": {"a": [1]}, "keys": {}}', '{"files": {}}'])
def test_what_a_hand_has_been_at_says_nothing(text):
    assert Manifest.read(text) == Manifest()


def test_what_is_no_manifest_is_not_ours():
    with pytest.raises(ValueError, match="Expecting"):
        Manifest.ours("")

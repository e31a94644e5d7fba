"""Writing: only what changed, each file whole, nothing that is not ours."""

import json

import pytest

from generator import store
from generator.manifest import Manifest
from generator.model import KezhuError, Page


def test_a_page_is_written_once(tmp_path):
    page = Page("a/b.html", b"one")
    assert store.put(tmp_path, page).written
    assert not store.put(tmp_path, page).written
    assert store.put(tmp_path, Page("a/b.html", b"two")).written
    assert (tmp_path / "a" / "b.html").read_bytes() == b"two"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b.html"]


def test_same_size_other_bytes_is_a_change(tmp_path):
    store.put(tmp_path, Page("x", b"abc"))
    assert store.put(tmp_path, Page("x", b"abd")).written


def test_finish_deletes_what_is_gone_and_keeps_dotfiles_at_the_top(tmp_path):
    out = tmp_path / "site"
    store.open_site(out)
    kept = store.put(out, Page("a.html", b"a")).entry
    store.put(out, Page("old/b.html", b"b"))
    (out / ".nojekyll").write_bytes(b"")
    (out / ".c.html.99.part").write_bytes(b"half")
    assert store.finish(out, Manifest.of([kept], {"search": "k"})) == (2, True)
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*")) == [
        ".kezhu",
        ".nojekyll",
        "a.html",
        "manifest.json",
    ]
    assert store.open_site(out) == Manifest.of([kept], {"search": "k"})
    assert store.finish(out, Manifest.of([kept], {"search": "k"})) == (0, False)


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "thesis.doc").write_bytes(b"")
    with pytest.raises(KezhuError):
        store.open_site(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}', '{"files": {"a": [1]}, "keys": {}}'])
def test_a_manifest_that_a_hand_has_been_at_counts_for_nothing(tmp_path, content):
    store.open_site(tmp_path)
    (tmp_path / "manifest.json").write_text(content)
    assert store.open_site(tmp_path) == Manifest()


def test_intact_tells_a_cut_file_from_a_whole_one(tmp_path):
    entry = store.put(tmp_path, Page("x", b"whole")).entry
    assert store.intact(tmp_path, [entry])
    (tmp_path / "x").write_bytes(b"whol")
    assert not store.intact(tmp_path, [entry])
    (tmp_path / "x").unlink()
    assert not store.intact(tmp_path, [entry])


def test_the_manifest_lists_sizes_and_hashes(tmp_path):
    store.open_site(tmp_path)
    entry = store.put(tmp_path, Page("x", b"whole")).entry
    store.finish(tmp_path, Manifest.of([entry], {}))
    assert json.loads((tmp_path / "manifest.json").read_text())["files"] == {"x": [5, entry.sha256]}


def test_a_first_site_is_made_beside_its_place(tmp_path):
    out = tmp_path / "site"
    place = store.place_of(out)
    store.open_site(place)
    (place / "a.html").write_bytes(b"half of wh")  # what a build that was killed has left
    entry = store.put(place, Page("a.html", b"half of what"), new=True).entry
    assert not out.exists()
    store.finish(place, Manifest.of([entry], {}))
    store.settle(place, out)
    assert not place.exists() and (out / "a.html").read_bytes() == b"half of what"
    assert store.place_of(out) == out
    store.settle(out, out)


def test_a_site_that_somebody_else_has_put_there_stays(tmp_path):
    out = tmp_path / "site"
    place = store.place_of(out)
    store.open_site(place)
    out.mkdir()
    (out / "mine").write_bytes(b"")
    with pytest.raises(KezhuError, match="cannot be moved"):
        store.settle(place, out)
    assert (out / "mine").exists()

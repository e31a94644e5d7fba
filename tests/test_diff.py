"""What a deploy sends and deletes: done to the old site, it gives the new one; a foreign list is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import cli, deploy, store
from generator.deploy import NoManifest, compare, prove, read_listing
from generator.manifest import Manifest
from generator.model import Page

HERE = Path(__file__).parent.parent


def make_site(out: Path, files: dict[str, bytes], keys: dict[str, str] | None = None) -> Path:
    """A site as a build leaves it."""
    store.open_site(out)
    written = [store.put(out, Page(path, content)).entry for path, content in files.items()]
    store.finish(out, Manifest.of(written, keys or {}))
    return out


def contents(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def deployed(old: Path, new: Path, host: Path) -> dict[str, bytes]:
    """What a host holds that held ``old`` when what ``kezhu diff`` says has been done to it."""
    shutil.copytree(old, host)
    difference = compare(read_listing(old), read_listing(new))
    for path in difference.deleted:
        (host / path).unlink()
    for path in difference.sent:
        (host / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(new / path, host / path)
    return contents(host)


@pytest.fixture
def sites(tmp_path: Path) -> tuple[Path, Path]:
    old = make_site(tmp_path / "old", {"a.html": b"a", "b/c.html": b"c", "b/gone.html": b"g", "村.html": "一".encode()})
    new = make_site(tmp_path / "new", {"a.html": b"a", "b/c.html": b"C", "b/d.html": b"dd", "村.html": "一".encode()})
    return old, new


# ── The difference ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_manifest_is_the_one_that_a_build_writes():
    assert deploy.MANIFEST == store.MANIFEST


def test_what_is_sent_and_deleted(sites):
    difference = compare(*map(read_listing, sites))
    manifest = (sites[1] / "manifest.json").stat().st_size
    assert difference.added == {"b/d.html": 2}
    assert difference.changed == {"b/c.html": 1, "manifest.json": manifest}
    assert list(difference.sent) == ["b/c.html", "b/d.html", "manifest.json"]
    assert difference.deleted == ("b/gone.html",)
    assert difference.same == 2
    assert difference.bytes == 3 + manifest


def test_the_manifest_is_sent_last_whatever_it_is_called_between(tmp_path):
    new = make_site(tmp_path / "new", {"z.html": b"z", "a.html": b"a", "nav/x.html": b"x"})
    (tmp_path / "empty").mkdir()
    assert (
        list(compare(read_listing(tmp_path / "empty", may_be_empty=True), read_listing(new)).sent)[-1]
        == "manifest.json"
    )


def test_another_key_alone_sends_the_manifest_alone(tmp_path):
    old, new = (make_site(tmp_path / key, {"a.html": b"a"}, {"search": key}) for key in ("1", "2"))
    assert list(compare(read_listing(old), read_listing(new)).sent) == ["manifest.json"]
    assert deployed(old, new, tmp_path / "host") == contents(new)


PATHS = st.sampled_from(["a.html", "b.html", "c/a.html", "c/b.html", "c/d/e.html", "村.html", "pagefind/x.pf_index"])
SITES = st.dictionaries(PATHS, st.binary(max_size=3), max_size=7)


@settings(max_examples=60, deadline=None)
@given(SITES, SITES)
def test_done_to_a_copy_of_the_old_site_it_gives_the_new_one(tmp_path_factory, old_files, new_files):
    top = tmp_path_factory.mktemp("deploy")
    old, new = make_site(top / "old", old_files), make_site(top / "new", new_files)
    assert deployed(old, new, top / "host") == contents(new)
    assert not compare(read_listing(new), read_listing(top / "host"))


def test_a_real_site_after_a_change_of_its_catalogue(tmp_path, small):
    """Built, changed and built again; the host has what the second build has, from manifests kept as files, too."""

    def build(out: Path) -> Path:
        assert cli.main(["build", "--root", str(small), "--out", str(out), "--today", "2026-01-01"]) == 0
        return out

    old = build(tmp_path / "old")
    record = min((small / "catalogue" / "service").glob("*.yml"))
    record.write_text(record.read_text("utf-8").replace("title: ", "title: 改名的", 1), "utf-8")
    new = build(tmp_path / "new")
    assert deployed(old, new, tmp_path / "host") == contents(new)
    kept = shutil.copyfile(old / "manifest.json", tmp_path / "kept.json")
    difference = compare(read_listing(kept), read_listing(new))
    assert difference == compare(read_listing(old), read_listing(new))
    assert f"service/{record.stem}.html" in difference.changed
    assert difference.same > 0


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def refused(path: Path, *, may_be_empty: bool = False) -> str:
    with pytest.raises(NoManifest) as caught:
        read_listing(path, may_be_empty=may_be_empty)
    return caught.value.reason


def test_a_place_without_a_site(tmp_path):
    assert refused(tmp_path / "nowhere") == "missing"
    (tmp_path / "file").write_text("x")
    assert refused(tmp_path / "file" / "below") == "missing"
    (tmp_path / "folder").mkdir()
    assert read_listing(tmp_path / "folder", may_be_empty=True).files == {}
    (tmp_path / "folder" / "index.html").write_text("somebody's")
    assert refused(tmp_path / "folder", may_be_empty=True) == "bare"
    (tmp_path / "odd" / "manifest.json").mkdir(parents=True)
    assert refused(tmp_path / "odd") == "foreign"


def test_an_empty_folder_is_no_new_site(sites, tmp_path, capsys):
    """A build that failed leaves one; taken for a site it would have every file of the host deleted."""
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty") == "bare"
    assert cli.main(["diff", "--format", "gone", str(sites[0]), str(tmp_path / "empty")]) == 2
    said = capsys.readouterr()
    assert not said.out and "manifest.json" in said.err


GOOD = {"keys": {}, "files": {"a.html": [1, "0" * 64]}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b"[]",
        b"{}",
        b'{"files": {}}',
        b'{"files": [], "keys": {}}',
        json.dumps({**GOOD, "files": {"a.html": None}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": [1]}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": ["1", "0" * 64]}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": [True, "0" * 64]}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": [-1, "0" * 64]}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": [1, "0" * 63]}}).encode(),
        json.dumps({**GOOD, "files": {"a.html": [1, "Z" * 64]}}).encode(),
        json.dumps(GOOD).encode()[:-3],
    ],
)
def test_what_is_no_manifest(tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    assert refused(tmp_path) == "foreign"


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a", "a/../../b", "a/..", ".", "a//b", "a/", "a\\b", "C:/a", "a\nb", "a\0b", "\ud800"],
)
def test_a_path_out_of_the_site_spoils_the_whole(tmp_path, path):
    (tmp_path / "m.json").write_text(json.dumps({**GOOD, "files": {"a.html": [1, "0" * 64], path: [1, "0" * 64]}}))
    assert refused(tmp_path / "m.json") == "unsafe"


@pytest.mark.parametrize("path", ["a..b/c.html", ".well-known/x", "a b.html", "村/一.html", "x.pf_index", "...html"])
def test_an_unusual_path_is_no_crime(tmp_path, path):
    (tmp_path / "m.json").write_text(json.dumps({**GOOD, "files": {path: [1, "0" * 64]}}))
    assert path in read_listing(tmp_path / "m.json").files


@pytest.mark.parametrize("spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b"X"), lambda p: p.write_bytes(b"")])
def test_a_file_that_is_not_as_listed_is_not_sent(sites, spoil):
    spoil(sites[1] / "b" / "c.html")
    old, new = map(read_listing, sites)
    with pytest.raises(NoManifest) as caught:
        prove(new, compare(old, new))
    assert (caught.value.reason, caught.value.what) == ("untrue", "b/c.html")


def test_a_file_that_is_not_sent_is_not_read(sites):
    (sites[1] / "a.html").unlink()
    old, new = map(read_listing, sites)
    prove(new, compare(old, new))


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_exit_codes_are_those_of_diff(sites, tmp_path, capsys, lang):
    old, new = map(str, sites)
    assert cli.main(["diff", "--lang", lang, old, old]) == 0
    assert "5" in capsys.readouterr().out
    assert cli.main(["diff", "--lang", lang, old, new]) == 1
    told = capsys.readouterr().out.splitlines()
    assert {"+ b/d.html  2 B", "~ b/c.html  1 B", "- b/gone.html"} <= set(told)
    for place in ("nowhere", "foreign"):
        (tmp_path / "foreign").write_text("{}")
        assert cli.main(["diff", "--lang", lang, str(tmp_path / place), new]) == 2
        said = capsys.readouterr()
        assert not said.out and str(tmp_path / place) in said.err


def test_the_messages_of_both_languages_hold_the_numbers(sites, capsys):
    for lang, wanted in (
        ("zh", "新的 1 个，改了的 2 个；要删 1 个；2 个没有变"),
        ("en", "1 new and 2 changed. To delete: 1"),
    ):
        cli.main(["diff", "--lang", lang, *map(str, sites)])
        assert wanted in capsys.readouterr().out


def test_an_unsafe_path_is_shown_harmless(tmp_path, capsys):
    (tmp_path / "m.json").write_text(json.dumps({**GOOD, "files": {"../\x1b[31m": [1, "0" * 64]}}))
    assert cli.main(["diff", str(tmp_path / "m.json"), str(tmp_path / "m.json")]) == 2
    assert "\x1b" not in capsys.readouterr().err


def output(*arguments: str | Path) -> bytes:
    command = [sys.executable, "-m", "generator", "diff", *map(str, arguments)]
    return subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=False).stdout


def test_formats_for_programs(sites):
    assert output("--format", "paths", *sites) == b"b/c.html\nb/d.html\nmanifest.json\n"
    assert output("--format", "paths", "-0", *sites) == b"b/c.html\0b/d.html\0manifest.json\0"
    assert output("--format", "gone", *sites) == b"b/gone.html\n"
    told = json.loads(output("--format", "json", "--null", *sites))
    assert [(each["path"], each["why"]) for each in told["send"]][:2] == [
        ("b/c.html", "changed"),
        ("b/d.html", "added"),
    ]
    assert told["delete"] == ["b/gone.html"] and told["same"] == 2
    assert told["bytes"] == sum(each["size"] for each in told["send"])


def test_paths_are_utf_8_wherever_it_runs(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps({**GOOD, "files": {"村.html": [1, "0" * 64]}}))
    (tmp_path / "old").mkdir()
    command = [sys.executable, "-m", "generator", "diff", "--format", "paths", "old", "m.json"]
    env = {"PATH": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env={**env, "PYTHONPATH": str(HERE)}, stdout=subprocess.PIPE)
    assert done.stdout.decode() == "村.html\nmanifest.json\n"

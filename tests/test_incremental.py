"""What a build of a few changes leaves is, byte for byte, what a whole build would have made."""

from __future__ import annotations

import ast
import random
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from demonstration import assemble
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from generator import fresh, update
from generator.build import SECTIONS, Built, build
from generator.state import Broken, State
from generator.track import Frame, now

TODAY = date(2026, 11, 22)
KINDS = ("text", "title", "field", "drop", "delete", "copy", "rename")


def class_of(section) -> type:
    """The class that makes a section, where it is given something first."""
    return getattr(section, "func", section)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".kezhu"
    }


class Bench:
    """A root with a site that is built again and again, and a folder for whole builds to compare it with."""

    def __init__(self, folder: Path, *, pages_only: bool = True) -> None:
        self.root, self.site, self.whole = folder / "root", folder / "site", folder / "whole"
        self.pages_only = pages_only
        self.root.mkdir()

    def build(self, out: Path | None = None) -> Built:
        return build(self.root, out or self.site, jobs=1, today=TODAY, pages_only=self.pages_only)

    def records(self) -> list[Path]:
        # A plan whose record is gone is a broken project.
        reserved = {"schemas", "vocabularies", "pages", "plans", "policy"}
        return sorted(p for p in (self.root / "catalogue").glob("*/*.yml") if p.parent.name not in reserved)

    def set_back(self, base: Path) -> None:
        """The records as they were; what is the same is not touched."""
        here = self.root / "catalogue"
        for path in here.rglob("*"):
            if path.is_file() and not (base / path.relative_to(here)).is_file():
                path.unlink()
        for path in base.rglob("*"):
            there = here / path.relative_to(base)
            if path.is_file() and (not there.is_file() or there.read_bytes() != path.read_bytes()):
                shutil.copyfile(path, there)

    def same(self) -> list[str]:
        """Build the whole elsewhere and name every file that differs."""
        shutil.rmtree(self.whole, ignore_errors=True)
        shutil.rmtree(fresh.state_folder(self.root, self.whole), ignore_errors=True)
        self.build(self.whole)
        here, there = snapshot(self.site), snapshot(self.whole)
        return [path for path in sorted({*here, *there}) if here.get(path) != there.get(path)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("incremental")
    made = Bench(folder)
    assemble(made.root)
    shutil.copytree(made.root / "catalogue", folder / "base")
    made.build()
    made.first = snapshot(made.site)
    return made


@pytest.fixture
def seen(monkeypatch):
    """How each build came about: ``few`` ``many`` ``whole``."""
    found: list[str] = []
    for name in ("_few", "_many"):
        real = getattr(update.Update, name)

        def spy(*args, _real=real, _name=name, **kwargs):
            result = _real(*args, **kwargs)
            found.append(_name[1:])
            return result

        monkeypatch.setattr(update.Update, name, spy)
    return found


def edit(bench: Bench, kind: str, number: int) -> None:
    """Change the records as a person might; ``number`` decides which and how."""
    chance = random.Random(number)
    files = bench.records()
    path = chance.choice(files)
    values = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    if kind == "delete":
        path.unlink()
        return
    if kind == "text":
        values["summary"] = f"{values.get('summary', '')}示例{number % 97}"
    elif kind == "title":
        values["title"] = f"示例{chance.choice('甲乙丙丁')}{number % 97}"
    elif kind in ("field", "drop"):
        name = chance.choice([name for name in values if name != "title"])
        other = yaml.load(
            chance.choice([f for f in files if f.parent == path.parent]).read_text("utf-8"), yaml.BaseLoader
        )
        if kind == "field" and name in other:
            values[name] = other[name]
        else:
            del values[name]
    elif kind == "rename":
        path.unlink()
    if kind in ("copy", "rename"):
        path = path.with_name(f"shili-{number % 97}.yml")
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), "utf-8")


# Each example builds three times: a failing one is told as it was found, not made smaller for minutes.
@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(edits=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000)), min_size=1, max_size=3))
def test_any_edits_leave_what_a_whole_build_makes(bench, edits):
    bench.set_back(bench.site.parent / "base")
    bench.build()
    assert snapshot(bench.site) == bench.first
    for kind, number in edits:
        edit(bench, kind, number)
    before = snapshot(bench.site)
    if bench.build().checkup.failed:
        assert snapshot(bench.site) == before
    else:
        assert bench.same() == []


def test_a_changed_text_is_made_of_the_state_and_touches_few_pages(bench, seen):
    bench.set_back(bench.site.parent / "base")
    bench.build()
    seen.clear()
    path = bench.root / "catalogue" / "service" / "shili-youcha-jianzhi.yml"
    path.write_text(path.read_text("utf-8").replace("summary: ", "summary: 示例改过。", 1), "utf-8")
    built = bench.build()
    assert seen == ["few"]
    assert 0 < built.written < 30
    assert "示例改过" in (bench.site / "service" / "shili-youcha-jianzhi.html").read_text("utf-8")
    assert bench.same() == []


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_build_that_failed_has_left_is_not_taken(bench, whole):
    bench.build()
    if whole:
        shutil.rmtree(fresh.state_folder(bench.root, bench.site))
    path = bench.root / "catalogue" / "service" / "shili-youcha-jianzhi.yml"
    path.write_text(path.read_text("utf-8").replace("summary: ", f"summary: 示例{whole}。", 1), "utf-8")
    now.made["agenda.Example.left()"] = (Frame(), (), "示例：这是别人的")
    bench.build()
    look = fresh.look(bench.root, bench.site, fresh.options(None, TODAY, pages_only=True))
    assert look.state.number("agenda.Example.left()") is None and look.state.last_number() > 0
    look.state.close()


def test_nothing_changed_is_told_from_stamps_alone(bench):
    bench.build()
    look = fresh.look(bench.root, bench.site, fresh.options(None, TODAY, pages_only=True))
    assert look.nothing
    assert fresh.told(look.state)["files"] == len(snapshot(bench.site)) - 1  # the manifest does not list itself
    look.state.close()


def test_a_file_written_again_with_the_same_text_changes_nothing(bench):
    bench.build()
    path = bench.records()[0]
    path.write_bytes(path.read_bytes())
    assert bench.build().written == 0
    look = fresh.look(bench.root, bench.site, fresh.options(None, TODAY, pages_only=True))
    assert look.nothing
    look.state.close()


@pytest.mark.parametrize("many", [0, 10_000])
def test_a_page_that_somebody_spoilt_is_mended(bench, many, monkeypatch):
    monkeypatch.setattr("generator.fresh.MANY", many)  # of many files another process asks
    bench.build()
    page = bench.site / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole[:100])
    bench.build()
    assert page.read_bytes() == whole


@pytest.mark.parametrize("most", [0, 1_000])
def test_what_was_noted_of_one_change_holds_for_the_next(bench, most, monkeypatch):
    monkeypatch.setattr("generator.state.MOST", most)  # changes that are kept beside the whole
    bench.build()
    for step, kind in enumerate(("text", "title", "copy", "delete")):
        edit(bench, kind, step)
        assert bench.build().written
        look = fresh.look(bench.root, bench.site, fresh.options(None, TODAY, pages_only=True))
        assert look.nothing
        look.state.close()
    assert bench.same() == []


def test_a_state_that_is_no_state_is_made_again(bench):
    bench.build()
    path = fresh.state_file(bench.root, bench.site)
    path.write_bytes(path.read_bytes()[:5000] + b"\0" * 5000)
    edit(bench, "text", 1)
    bench.build()
    assert bench.same() == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("vocabularies/industry.csv", "油茶", "大油茶"),
        ("schemas/service.yml", "服务", "新服务"),
        ("portal.yml", "示例", "又一示例"),
        ("plans/p3.yml", "组", "小组"),
    ],
)
def test_a_changed_project_makes_all_pages_anew(bench, seen, name, old, new):
    bench.set_back(bench.site.parent / "base")
    bench.build()
    seen.clear()
    path = bench.root / "catalogue" / name
    text = path.read_text("utf-8")
    assert old in text
    changed = "\n".join(
        line.replace(old, new, 1) if "title" in line or ":" not in line else line for line in text.split("\n")
    )
    path.write_text(changed, "utf-8")
    built = bench.build()
    assert seen == []
    if not built.checkup.failed:
        assert bench.same() == []
    path.write_text(text, "utf-8")


def test_a_template_of_the_root_reaches_its_pages(bench):
    bench.set_back(bench.site.parent / "base")
    bench.build()
    own = bench.root / "templates" / "site" / "404.html"
    own.parent.mkdir(parents=True)
    shipped = Path(__file__).parent.parent / "templates" / "site" / "404.html"
    own.write_text(shipped.read_text("utf-8").replace("</h1>", "示例</h1>", 1), "utf-8")
    bench.build()
    assert "示例</h1>" in (bench.site / "404.html").read_text("utf-8")
    assert bench.same() == []
    shutil.rmtree(bench.root / "templates")


def test_words_and_code_are_among_what_a_site_is_made_from(bench):
    names = fresh.inputs(bench.root)
    for ending in (
        "locale/zh/page.po",
        "generator/render.py",
        "templates/base.html",
        "assets/design.css",
        "portal.yml",
    ):
        assert any(name.endswith(ending) for name in names), ending


def test_the_index_follows_too(small, tmp_path):
    def make(out: Path) -> Built:
        return build(small, out, jobs=1, today=TODAY)

    site, whole = tmp_path / "site", tmp_path / "whole"
    make(site)
    path = small / "catalogue" / "organisation" / "shili-xuehui.yml"
    path.write_text(path.read_text("utf-8").replace("示例学会", "示例大学会"), "utf-8")
    make(site)
    make(whole)
    assert snapshot(site) == snapshot(whole)
    tops = {path.partition("/")[0] for path in snapshot(site)}
    assert tops > {"pagefind", "search", "search.js"}


def test_two_processes_make_the_same_of_a_change(bench, monkeypatch):
    bench.set_back(bench.site.parent / "base")
    bench.build()
    monkeypatch.setattr("generator.build.WORTH_IT", 1)
    monkeypatch.setattr("generator.build.CHUNK", 3)
    edit(bench, "title", 5)
    build(bench.root, bench.site, jobs=2, today=TODAY, pages_only=True)
    assert bench.same() == []


def test_needs_that_are_parted_by_place_follow_too(bench, monkeypatch):
    monkeypatch.setattr("generator.gaps.FEW", 0)
    bench.set_back(bench.site.parent / "base")
    shutil.rmtree(fresh.state_folder(bench.root, bench.site), ignore_errors=True)
    bench.build()
    need = bench.root / "catalogue" / "need" / "shilixian-youcha-dichan.yml"
    text = need.read_text("utf-8")
    for old, new in (("title: ", "title: 示例"), ("990121", "990122"), ("status: matched", "status: withdrawn")):
        assert old in text
        need.write_text(text.replace(old, new, 1), "utf-8")
        bench.build()
        assert bench.same() == []
    shutil.rmtree(fresh.state_folder(bench.root, bench.site))


@pytest.mark.parametrize("name", ["put_memos", "add_nodes", "commit"])
def test_without_room_for_the_state_the_site_is_made_all_the_same(small, tmp_path, monkeypatch, name):
    def full(*_args, **_kwargs):
        raise Broken("database or disk is full")

    monkeypatch.setattr(State, name, full)
    built = build(small, tmp_path / "site", jobs=1, today=TODAY, pages_only=True)
    assert built.written == len(snapshot(tmp_path / "site")) - 1
    assert not fresh.state_folder(small, tmp_path / "site").exists()
    monkeypatch.undo()
    assert build(small, tmp_path / "site", jobs=1, today=TODAY, pages_only=True).written == 0


KEPT = {
    "views": {"vocabularies"},
    "render": {"base", "_sheet", "_shell"},
    "agenda": {"base"},
    "diary": {"ordered"},
    "progress": {"missing"},
}
"""What rooms that read records keep without noting who reads it: made from settings, words and vocabularies, or from a
value that was noted."""

BEHIND = {"generator.views", "generator.ledgerrows", "generator.progress", "generator.diary"}
"""Rooms that reckon for the sections what these keep."""


@pytest.mark.parametrize("name", sorted({section.__module__ for section in map(class_of, SECTIONS)} | BEHIND))
def test_what_many_pages_read_is_kept_where_readers_are_noted(name):
    tree = ast.parse(Path(sys.modules[name].__file__).read_text("utf-8"))
    marked = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if ast.unparse(mark)
        in {"cached_property", "cache", "lru_cache", "functools.cache", "functools.cached_property"}
    }
    assert marked <= KEPT.get(name.rpartition(".")[2], set())

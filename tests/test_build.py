"""The whole way: records in, site out; what is wrong stops it, what is unchanged is left alone."""

import json
import pstats
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from generator import cli
from generator.build import build

BAD = "title: 坏\nregion: [甲县]\n"


def snapshot(out: Path) -> dict[str, tuple[int, bytes]]:
    return {
        p.relative_to(out).as_posix(): (p.stat().st_mtime_ns, p.read_bytes()) for p in out.rglob("*") if p.is_file()
    }


@pytest.fixture
def site(small, tmp_path):
    out = tmp_path / "site"
    build(small, out, jobs=1)
    return out


def test_nothing_changed_writes_nothing(small, site):
    before = snapshot(site)
    built = build(small, site, jobs=1)
    assert (built.written, built.deleted) == (0, 0)
    assert snapshot(site) == before


def test_another_day_changes_no_page(small, site):
    before = snapshot(site)
    build(small, site, jobs=1, today=date(2031, 5, 4))
    assert snapshot(site) == before


def test_two_processes_write_what_one_writes(small, site, tmp_path, monkeypatch):
    monkeypatch.setattr("generator.build.WORTH_IT", 1)
    build(small, tmp_path / "two", jobs=2)
    two, one = snapshot(tmp_path / "two"), snapshot(site)
    assert {path: content for path, (_, content) in two.items()} == {
        path: content for path, (_, content) in one.items()
    }


def test_a_failed_check_leaves_the_site_alone(small, site, capsys):
    before = snapshot(site)
    (small / "catalogue" / "service" / "huai.yml").write_text(BAD, "utf-8")
    assert cli.main(["build", "--root", str(small), "--out", str(site), "--lang", "zh"]) == 1
    assert snapshot(site) == before
    err = capsys.readouterr().err
    assert "catalogue/service/huai.yml:1:8: 错误: title:" in err
    assert "网站没有动" in err


def test_a_record_that_is_gone_takes_its_pages_along(small, site):
    (small / "catalogue" / "service" / "youcha-peixun.yml").unlink()
    built = build(small, site, jobs=1)
    assert built.deleted
    assert not (site / "service" / "youcha-peixun.html").exists()
    assert "youcha-peixun" not in (site / "region" / "990121.html").read_text("utf-8")


def test_a_changed_title_reaches_every_page_that_shows_it(small, site):
    path = small / "catalogue" / "organisation" / "shili-xuehui.yml"
    path.write_text(path.read_text("utf-8").replace("示例学会", "示例大学会"), "utf-8")
    build(small, site, jobs=1)
    assert "示例大学会" in (site / "service" / "youcha-peixun.html").read_text("utf-8")


def test_a_cut_bundle_is_made_whole(small, site):
    victim = max((site / "pagefind").rglob("*.pf_*"), key=lambda p: p.stat().st_size)
    whole = victim.read_bytes()
    victim.write_bytes(whole[: len(whole) // 2])
    build(small, site, jobs=1)
    assert victim.read_bytes() == whole


def test_check_as_json(small, capsys):
    (small / "catalogue" / "service" / "huai.yml").write_text(BAD, "utf-8")
    assert cli.main(["check", "--root", str(small), "--format", "json", "--lang", "en"]) == 1
    [problem] = json.loads(capsys.readouterr().out)
    assert set(problem) == {"severity", "rule", "path", "line", "column", "field", "message", "hint"}
    assert (problem["severity"], problem["rule"], problem["line"], problem["column"]) == ("error", "too-short", 1, 8)
    assert problem["message"] == "“Title” is too short: 1 characters, at least 4"


def test_check_only_what_is_named(small, capsys):
    (small / "catalogue" / "service" / "huai.yml").write_text(BAD, "utf-8")
    other = small / "catalogue" / "organisation"
    assert cli.main(["check", "--root", str(small), str(other)]) == 0
    assert cli.main(["check", "--root", str(small), str(other), str(small / "catalogue" / "service")]) == 1
    assert cli.main(["check", "--root", str(small), str(small / "nowhere")]) == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("portal.yml", "tagline: x\n", "a portal needs a name"),
        ("portal.yml", "name: [\n", "cannot be read"),
        ("schemas/service.yml", "titel: x\n", "did you mean title?"),
        ("schemas/service.yml", "title: x\nfields: [{name: a, type: strin}]\n", "type strin"),
        (
            "schemas/service.yml",
            "title: x\nfields: [{name: title, type: string, constraints: {required: true, minLenght: 2}}]\n",
            "minLenght",
        ),
        ("schemas/service.yml", "title: x\nfields: []\n", "needs a field title"),
        ("vocabularies/region.csv", "id,title,parent\na,甲,b\n", "the parent b must stand above a"),
        ("vocabularies/region.csv", "id,title\na,甲\na,乙\n", "stands here and in line 2"),
    ],
)
def test_a_broken_project_says_which_file(small, capsys, path, content, said):
    (small / "catalogue" / path).write_text(content, "utf-8")
    assert cli.main(["check", "--root", str(small)]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
    assert path.split("/")[-1].split(".")[0] in err


def test_the_output_folder_of_somebody_else_is_left_alone(small, tmp_path, capsys):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    assert cli.main(["build", "--root", str(small), "--out", str(tmp_path / "home")]) == 2
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["letter.txt"]
    capsys.readouterr()


def test_no_catalogue_here(tmp_path, capsys):
    assert cli.main(["check", "--root", str(tmp_path)]) == 2
    assert "--root" in capsys.readouterr().err


def test_build_says_what_it_built(small, tmp_path, capsys):
    out = str(tmp_path / "site")
    assert cli.main(["build", "--root", str(small), "--out", out, "--timings", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "记录 2 条：服务 1、机构 1" in said and out in said and "check" in said


def test_timings_and_profile_tell_of_the_look_when_nothing_has_changed(small, tmp_path, capsys):
    given = ["build", "--root", str(small), "--out", str(tmp_path / "site"), "--pages-only", "--today", "2026-11-22"]
    assert cli.main(given) == 0
    capsys.readouterr()
    assert cli.main([*given, "--timings", "--profile", str(tmp_path / "profile")]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines() if " s wall " in line] == ["look"]
    assert pstats.Stats(str(tmp_path / "profile")).total_calls > 0


def test_a_profile_that_cannot_be_written_is_refused_before_anything_is_made(small, tmp_path, capsys):
    for path in (tmp_path / "nowhere" / "profile", tmp_path):
        given = ["build", "--root", str(small), "--out", str(tmp_path / "site"), "--profile", str(path)]
        assert cli.main(given) == 2
        assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("patience", [0.0, 3600.0])
def test_only_who_waits_is_shown_a_bar(patience, small, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("generator.commands.building.PATIENCE", patience)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert cli.main(["build", "--root", str(small), "--out", str(tmp_path / "site"), "--pages-only"]) == 0
    assert bool(capsys.readouterr().err) == (patience == 0)


@pytest.mark.parametrize("output", ["", "| true"])
@pytest.mark.parametrize(("given", "code"), [(["check", "--root"], 0), (["check", "--nonsense"], 2)])
def test_a_process_ends_with_its_code_and_all_that_it_said(small, given, code, output):
    command = f'set -o pipefail; {sys.executable} -m generator "$@" {output}'
    ended = subprocess.run(["bash", "-c", command, "bash", *given, small], capture_output=True, text=True)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert bool(ended.stdout) == (output == "" and code == 0)

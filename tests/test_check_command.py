"""``kezhu check`` as it is called: colour, paths, GitHub's summary page, the hook, and what CONTRIBUTING shows."""

import io
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from generator import cli, report
from generator.commands import check

ROOT = Path(__file__).parent.parent


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "0"}, False),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(stream, environment, wanted):
    assert check.wants_colour(stream, environment) is wanted


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def spoilt(small):
    (small / "catalogue" / "service" / "shili-cuo.yml").write_text("title: 示例：有错的\nindustry: [油菜]\n", "utf-8")
    return small


def test_check_names_paths_as_they_are_called_here(spoilt, monkeypatch, capsys):
    where = "catalogue/service/shili-cuo.yml"
    assert cli.main(["check", "--root", str(spoilt)]) == 1
    assert capsys.readouterr().out.startswith(f"{spoilt.as_posix()}/{where}:2:12: ")
    monkeypatch.chdir(spoilt.parent)
    assert cli.main(["check", "--root", "small"]) == 1
    assert capsys.readouterr().out.startswith(f"small/{where}:2:12: ")
    for form, wanted in (("json", f'"{where}"'), ("github", f"file=small/{where},"), ("gitlab", f'"small/{where}"')):
        assert cli.main(["check", "--root", "small", "--format", form]) == 1
        assert wanted in capsys.readouterr().out
    monkeypatch.chdir("/")
    assert cli.main(["check", "--root", str(spoilt), "--format", "sarif"]) == 1
    assert f"{where}" in capsys.readouterr().out


def test_check_adds_to_the_summary_page_of_github(spoilt, monkeypatch, tmp_path, capsys):
    page = tmp_path / "summary.md"
    page.write_text("# 以前的\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    assert cli.main(["check", "--root", str(spoilt), "--lang", "zh"]) == 1
    assert page.read_text("utf-8") == "# 以前的\n"
    assert cli.main(["check", "--root", str(spoilt), "--lang", "zh", "--format", "github"]) == 1
    assert capsys.readouterr().out.count("::error file=") == 1
    assert page.read_text("utf-8").startswith("# 以前的\n### 快好了，还有 1 样要改\n\n您好！")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such" / "folder"))
    assert cli.main(["check", "--root", str(spoilt), "--lang", "zh", "--format", "github"]) == 2


def test_what_programs_read_is_utf_8_on_any_machine(spoilt, monkeypatch):
    for form, read in (("json", "utf-8"), ("text", "ascii")):
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        monkeypatch.setattr(sys, "stdout", out)
        assert cli.main(["check", "--root", str(spoilt), "--lang", "zh", "--format", form]) == 1
        out.flush()
        said = out.buffer.getvalue().decode(read)
        assert ("“油菜”" in said) is (form == "json")


# ── What CONTRIBUTING says ───────────────────────────────────────────────────────────────────────────────────────────


def test_contributing_shows_every_format_and_calls_what_there_is():
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## In a pull request\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == report.FORMATS.keys()
    blocks = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 3 and all(isinstance(yaml.safe_load(block), dict) for block in blocks)
    assert set(re.findall(r"kezhu ([a-z]+)", section)) <= cli.COMMANDS.keys()
    assert set(re.findall(r"--format (\w+)", section)) <= report.FORMATS.keys()
    assert "id: kezhu-check" in section


# ── The pre-commit hook ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_hook_calls_a_command_that_there_is(spoilt, monkeypatch, capsys):
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["id"] == "kezhu-check" and hook["language"] == "python"
    program, command, *arguments = hook["entry"].split()
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert command in cli.COMMANDS
    for path, wanted in (("catalogue/service/a.yml", True), ("catalogue/service.csv", True), ("docs/a.yml", False)):
        assert bool(re.search(hook["files"], path)) is wanted
    monkeypatch.chdir(spoilt)
    assert cli.main([command, *arguments, *hook.get("args", []), "catalogue/service/shili-cuo.yml"]) == 1
    assert "shili-cuo.yml:2:12" in capsys.readouterr().out
    assert hook["pass_filenames"] is True and hook["require_serial"] is True

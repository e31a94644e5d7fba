"""What the documents and the set-up promise: commands, options, settings, pinned packages."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import generator

HERE = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
PROJECT: dict[str, Any] = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]


def read(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def locked(name: str) -> dict[str, list[str]]:
    """Every version of every package in a lock file, which may depend on the Python."""
    found: dict[str, list[str]] = {}
    for match in re.finditer(r"^([a-z0-9._-]+)==([^ \\]+)(?: ; ([^\\\n]+))?", read(f"requirements/{name}.lock"), re.M):
        found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


def usage(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "generator", *words, "--help"],
        cwd=HERE,
        env={**os.environ, "COLUMNS": "200", "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", READMES)
def test_commands_and_options_in_the_readmes_exist(name: str) -> None:
    told = re.findall(r"^\| `kezhu ([\w-]+)([^`]*)` \|", read(name), re.M)
    assert told
    top = usage()
    for command, options in told:
        assert command in top
        shown = usage(command)
        for option in [*re.findall(r"--[a-z]+", options), "--root", "--lang"]:
            assert option in shown, (command, option)


def test_no_command_is_left_untold() -> None:
    commands = re.findall(r"^    ([\w-]+)(?: |$)", usage(), re.M)
    assert commands
    for name in READMES:
        told = re.findall(r"^\| `kezhu ([\w-]+)", read(name), re.M)
        assert sorted(told) == sorted(commands)
        for command in commands:
            options = set(re.findall(r"--[a-z]+", usage(command))) - {"--help", "--out", "--jobs", "--today"}
            assert not [option for option in options if option not in read(name)], (name, command)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_make_targets_and_files_in_the_documents_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
    assert set(re.findall(r"`make ([a-z]+)", read(name))) <= targets
    for path in re.findall(r"\]\(((?!https?:)[^)#]+)\)", read(name)):
        assert (HERE / path).exists(), path
    for path in re.findall(r"`((?:catalogue|generator|templates|requirements|tests)/[\w./-]*)`", read(name)):
        assert (HERE / path).exists(), path


@pytest.mark.parametrize("name", READMES)
def test_examples_in_the_readmes_are_shipped_records(name: str) -> None:
    examples = re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", read(name), re.S)
    assert len(examples) == 2
    for path, text in examples:
        if path.endswith(".yml"):
            assert yaml.safe_load(text).items() <= yaml.safe_load(read(path)).items()
            continue
        with (HERE / path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert all(row in rows for row in csv.DictReader(io.StringIO(text)))


def test_every_setting_is_explained() -> None:
    settings = yaml.safe_load(read("catalogue/portal.yml"))
    told = re.findall(r"^\| `(\w+)` \|", read("CONTRIBUTING.md").split("## Settings")[1], re.M)
    assert set(settings) <= set(told)


def test_every_key_of_a_schema_is_explained() -> None:
    text = read("CONTRIBUTING.md")
    for path in sorted((HERE / "catalogue/schemas").glob("*.yml")):
        for key in yaml.safe_load(path.read_text("utf-8"))["kezhu"]:
            assert f"| `{key}` |" in text, (path.name, key)


@pytest.mark.parametrize("name", ["run", "dev"])
def test_locks_pin_what_the_project_asks_for(name: str) -> None:
    wanted = list(PROJECT["dependencies"])
    if name == "dev":
        wanted += PROJECT["optional-dependencies"]["dev"]
    pins = locked(name)
    for text in wanted:
        requirement = Requirement(text)
        versions = pins[canonicalize_name(requirement.name)]
        assert any(requirement.specifier.contains(Version(version)) for version in versions), text


def test_locks_agree_and_name_no_address_and_hash_everything() -> None:
    run, dev = locked("run"), locked("dev")
    assert run.items() <= dev.items()
    for name in ("run", "dev"):
        text = read(f"requirements/{name}.lock")
        assert "http" not in text
        assert "--index" not in text
        for block in re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_this_python_is_one_the_project_promises() -> None:
    assert (
        Version(default_environment()["python_full_version"]) in Requirement(f"x{PROJECT['requires-python']}").specifier
    )


def test_one_version_everywhere() -> None:
    assert PROJECT["version"] == generator.__version__
    assert f"## [{generator.__version__}]" in read("CHANGELOG.md")


def test_continuous_integration_can_be_run() -> None:
    assert os.access(HERE / ".ci/run", os.X_OK)
    assert subprocess.run(["bash", "-n", ".ci/run"], cwd=HERE, check=False).returncode == 0


@pytest.mark.parametrize("target", ["site", "serve", "test", "lint", "budgets", "lock"])
def test_make_knows_what_to_do(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_is_installed_twice(tmp_path: Path) -> None:
    """With stamps newer than the locks, `make site` only builds; a newer lock makes it install again."""
    for name in ("Makefile", "pyproject.toml", "requirements/run.lock", "requirements/dev.lock", ".venv/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        content = (HERE / name).read_bytes() if not name.startswith(".venv") else b""
        (tmp_path / name).write_bytes(content)
        os.utime(tmp_path / name, (1_000, 1_000))
    for name in (".run-installed", ".dev-installed"):
        (tmp_path / ".venv" / name).touch()

    def commands() -> str:
        return subprocess.run(
            ["make", "--dry-run", "site"], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert "kezhu build" in commands() and "pip" not in commands()
    os.utime(tmp_path / "requirements" / "run.lock", (4_000_000_000, 4_000_000_000))
    assert "pip" in commands()

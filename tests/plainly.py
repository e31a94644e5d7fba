"""The catalogue read with csv and yaml alone, so that what the product counts can be counted a second time.

Values stay the text that was written. Only what the tests of coverage and of what is missing ask for is understood.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import yaml

LISTS = ("region", "industry", "kind", "organisations")
ASIDE = {"schemas", "vocabularies", "pages", "plans"}


class Plain(NamedTuple):
    """A record as its author wrote it."""

    type: str
    id: str
    values: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.type}/{self.id}"

    def list(self, name: str) -> list[Any]:
        value = self.values.get(name)
        return [] if value in (None, "") else value if isinstance(value, list) else [value]

    def get(self, name: str) -> str:
        return str(self.values.get(name) or "")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def terms(root: Path, name: str) -> dict[str, dict[str, str]]:
    """A vocabulary by id, in its order."""
    return {row["id"]: row for row in rows(root / "catalogue" / "vocabularies" / f"{name}.csv")}


def lineage(found: dict[str, dict[str, str]], term_id: str) -> list[str]:
    """A term and all above it, the term first."""
    line = [term_id]
    while found[line[-1]]["parent"]:
        line.append(found[line[-1]]["parent"])
    return line


def counties(root: Path) -> dict[str, dict[str, str]]:
    return {key: row for key, row in terms(root, "region").items() if row["level"] == "county"}


def read(root: Path) -> list[Plain]:
    """Every record of the catalogue."""
    base = root / "catalogue"
    types = {path.stem for path in (base / "schemas").glob("*.yml")}
    found = []
    for path in sorted(base.glob("*.csv")):
        if path.stem in types:
            found += [Plain(path.stem, row["id"], _cells(row)) for row in rows(path)]
    for folder in sorted(path for path in base.iterdir() if path.is_dir() and path.name in types - ASIDE):
        for path in sorted(folder.glob("*.yml")):
            found.append(Plain(folder.name, path.stem, yaml.load(path.read_text("utf-8"), yaml.BaseLoader)))
        for path in sorted(folder.glob("*.csv")):
            found += [Plain(folder.name, row["id"], _cells(row)) for row in rows(path)]
    return found


def _cells(row: dict[str, str]) -> dict[str, Any]:
    """Lists in a cell are cut at ``;``; of an object in a list only its first field is kept, as ``status``."""
    values: dict[str, Any] = {
        name: [part.strip() for part in cell.split(";")] if name in LISTS and cell else cell
        for name, cell in row.items()
    }
    if row.get("statuses"):
        values["statuses"] = [{"status": part.split("|")[0].strip()} for part in row["statuses"].split(";")]
    return values

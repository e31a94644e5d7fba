"""The files of names, read as the search page reads them."""

import csv
import json


def lines(content: bytes) -> list[tuple[str, ...]]:
    """The concepts in a file of names, as rows that begin with the whole key."""
    held = json.loads(content).get("v", {}).items()
    return [(f"{name}/{row[0]}", *row[1:]) for name, text in held for row in csv.reader(text.split("\n"), "excel-tab")]


def names_in(content: bytes) -> dict[str, list[str]]:
    """The names in a file with their concepts."""
    found = {name: [key] for key, *row in lines(content) for name in (row[0].split(";") if row and row[0] else ())}
    for line in json.loads(content).get("m", "").split("\n"):
        names, _, keys = line.partition("\t")
        found.update((name, keys.split(";")) for name in names.split(";") if name)
    return found


def empty_in(content: bytes) -> set[str]:
    """The concepts in a file that no document is about."""
    marked = zip(lines(content), json.loads(content).get("e", ""), strict=False)  # no mark behind the last of them
    return {row[0] for row, mark in marked if mark == "1"}

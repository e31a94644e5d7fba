"""The search page's scripts, joined from their parts in ``site_overrides/assets/search``.

A phone fetches `AHEAD` first, which is a few hundred bytes and asks for what a query needs whatever it means, while
`SCRIPT` still comes; that draws the first cards. What is mostly not needed for these is in the folders of `ASIDE`, a
file for each. `SCRIPT` and these are modules of one another: what a part in ``later/`` uses of the others is imported,
and what the others use of it stands there as ``late.name``.

A part of the portal's own takes the place of ours with the same name. This room knows nothing of what the parts do.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.model import KezhuError, Page

SCRIPT = "search.js"  # made of the parts in assets/search, in the order of their names
AHEAD = "search-ahead.js"  # made of SHARED and the parts in assets/search/ahead
ASIDE = {"later": "late", "slips": "slip"}
"""Folders in assets/search, and by what name the others call what stands in their parts."""
SHARED = "05-files.js"
COMMENT = re.compile(r"""^(?://.*|/\*.*\*/)$|(?<=[;,{}]) // [^"']*$""")  # never the inside of a text
NAME = re.compile(r"^(?:var|function) (\w+)", re.MULTILINE)
WORD = re.compile(r"\w+")


def search_scripts(assets: Sequence[Path], said: Mapping[str, str] | None = None) -> list[Page]:
    """The scripts as files of the site; the first of the folders ``assets`` wins.

    ``said`` are the words that they show, by key; without them they look for them on the page.
    """
    parts = _parts(assets, "")
    core, names = _text(parts.values()), _names(parts.values())
    addresses, wanted, aside = "", set(), []
    for folder, called in ASIDE.items():
        others = _parts(assets, folder)
        text = _text(others.values())
        used = names & set(WORD.findall(text)) - _names(others.values())
        exported = _export(re.findall(rf"\b{called}\.(\w+)", core))
        content = f'import {{{",".join(sorted(used))}}} from "./{SCRIPT}";\n{text}\n{exported}'.encode()
        # asked for with what is in it, so that no cache puts scripts of different days together
        addresses += f'var {folder.upper()} = "{address(folder)}?{hashlib.sha256(content).hexdigest()[:8]}";\n'
        wanted |= used
        aside.append(Page(address(folder), content))
    ahead = _text([parts[SHARED], *_parts(assets, "ahead").values()])
    words = f"var SAID = {json.dumps(said, ensure_ascii=False, separators=(',', ':'))};"
    return [
        Page(AHEAD, f'(function () {{\n"use strict";\n{addresses}{ahead}\n}})();\n'.encode()),
        Page(SCRIPT, f"{addresses}{words}\n{core}\n{_export(wanted)}".encode()),
        *aside,
    ]


def address(folder: str) -> str:
    """The file that holds the parts of one of the `ASIDE`."""
    return f"search-{folder}.js"


def _export(names: Iterable[str]) -> str:
    return f"export {{{','.join(sorted(set(names)))}}};\n"


def _parts(assets: Sequence[Path], folder: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for each in reversed(assets):
        found.update({path.name: path for path in (each / "search" / folder).glob("*.js")})
    if not found:
        raise KezhuError("this part of the product is missing", f"site_overrides/assets/search/{folder}")
    return {name: found[name] for name in sorted(found)}


def _names(parts: Iterable[Path]) -> set[str]:
    """What stands at the top of these parts."""
    return {name for path in parts for name in NAME.findall(path.read_text("utf-8"))}


def _text(parts: Iterable[Path]) -> str:
    lines = (line for path in parts for line in path.read_text("utf-8").splitlines())
    # comments and the space before a line are a fifth of what a phone fetches before it can search
    return "\n".join(line for each in lines if (line := COMMENT.sub("", each.strip())))

"""The search page's scripts, joined from their parts in ``site_overrides/assets/search``.

A phone fetches `AHEAD` first, which is a few hundred bytes and asks for what a query needs whatever it means, while
`SCRIPT` still comes; that draws the first cards. What is not needed for these is in `LATER`. `SCRIPT` and `LATER` are
modules of one another: what a part in ``later/`` uses of the others is imported, and what the others use of it stands
there as ``late.name``.

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
LATER = "search-later.js"  # made of the parts in assets/search/later
SHARED = "05-files.js"
COMMENT = re.compile(r"""^(?://.*|/\*.*\*/)$|(?<=[;,{}]) // [^"']*$""")  # never the inside of a text
NAME = re.compile(r"^(?:var|function) (\w+)", re.MULTILINE)
LATE = re.compile(r"\blate\.(\w+)")
WORD = re.compile(r"\w+")


def search_scripts(assets: Sequence[Path], said: Mapping[str, str] | None = None) -> list[Page]:
    """The scripts as files of the site; the first of the folders ``assets`` wins.

    ``said`` are the words that they show, by key; without them they look for them on the page.
    """
    parts, others = _parts(assets, ""), _parts(assets, "later")
    core, later = _text(parts.values()), _text(others.values())
    ahead = _text([parts[SHARED], *_parts(assets, "ahead").values()])
    wanted = _names(parts.values()) & set(WORD.findall(later)) - _names(others.values())
    later = f'import {{{",".join(sorted(wanted))}}} from "./{SCRIPT}";\n{later}\n{_export(LATE.findall(core))}'
    # asked for with what is in it, so that no cache puts the two of different days together
    address = f'var LATER = "{LATER}?{hashlib.sha256(later.encode()).hexdigest()[:8]}";'
    words = f"var SAID = {json.dumps(said, ensure_ascii=False, separators=(',', ':'))};"
    return [
        Page(AHEAD, f'(function () {{\n"use strict";\n{address}\n{ahead}\n}})();\n'.encode()),
        Page(SCRIPT, f"{address}\n{words}\n{core}\n{_export(wanted)}".encode()),
        Page(LATER, later.encode()),
    ]


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

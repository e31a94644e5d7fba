"""The search page's scripts, joined from their parts in ``site_overrides/assets/search``.

A phone fetches `AHEAD` first, which is a few hundred bytes and asks for what a query needs whatever it means, while
`SCRIPT` still comes. A part of the portal's own takes the place of ours with the same name. This room knows nothing of
what the parts do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.model import KezhuError, Page

SCRIPT = "search.js"  # made of the parts in assets/search, in the order of their names
AHEAD = "search-ahead.js"  # made of SHARED and the parts in assets/search/ahead
SHARED = "05-files.js"
COMMENT = re.compile(r"//.*|/\*.*\*/")


def search_scripts(assets: Sequence[Path], said: Mapping[str, str] | None = None) -> list[Page]:
    """The scripts as files of the site; the first of the folders ``assets`` wins.

    ``said`` are the words that they show, by key; without them they look for them on the page.
    """
    parts = _parts(assets, "")
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    ahead = [*(path for path in parts if path.name == SHARED), *_parts(assets, "ahead")]
    return [
        Page(AHEAD, _joined(ahead).encode()),
        Page(SCRIPT, _joined(parts, f"var SAID = {words};").encode()),
    ]


def _parts(assets: Sequence[Path], folder: str) -> list[Path]:
    found: dict[str, Path] = {}
    for each in reversed(assets):
        found.update({path.name: path for path in (each / "search" / folder).glob("*.js")})
    if not found:
        raise KezhuError("this part of the product is missing", f"site_overrides/assets/search/{folder}")
    return [found[name] for name in sorted(found)]


def _joined(parts: Iterable[Path], *first: str) -> str:
    """The parts in one function, so that they share names with nobody else."""
    lines = [line for path in parts for line in path.read_text("utf-8").splitlines()]
    # a line of comment and the space before a line are a fifth of what a phone fetches before it can search
    kept = (line for each in lines if (line := each.strip()) and not COMMENT.fullmatch(line))
    return "\n".join(["(function () {", '"use strict";', *first, *kept, "})();", ""])

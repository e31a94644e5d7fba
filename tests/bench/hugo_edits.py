"""The same edits to a made portal and to Hugo's site of the same records, and proof that the pages show them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.build_made import SHIPPED

RECORD = "s-000000"  # it names the organisation with many backlinks
MANY = "o-000000"
TEMPLATE = Path("record/service.html")


@dataclass(frozen=True)
class Pair:
    """Where the two sites are made from."""

    portal: Path
    hugo: Path
    crop: str  # a term that records use


@dataclass(frozen=True)
class Seen:
    """A page, the same path on both sites, and what must stand on it."""

    path: str
    text: str


def prepare(pair: Pair) -> None:
    """Give the portal a template of its own, so that it can change without the product."""
    ours = pair.portal / "templates" / TEMPLATE
    ours.parent.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED.parent / "templates" / TEMPLATE).read_text("utf-8")
    ours.write_text(changed(text, r"\{% block body %\}\n", '{% block body %}\n<p class="q">模板第0版</p>'), "utf-8")
    layout = pair.hugo / "layouts" / "page.html"
    note = '<div class="note">这是'
    layout.write_text(changed(layout.read_text("utf-8"), note, f'<p class="q">模板第0版</p>{note}'), "utf-8")


def changed(text: str, pattern: str, new: str) -> str:
    """The text with the first place that the pattern finds put anew; it must be there."""
    after, found = re.subn(pattern, lambda _: new, text, count=1, flags=re.M)
    if not found or after == text:
        raise ValueError(f"nothing to change by {pattern}")
    return after


def rewrite(path: Path, pattern: str, new: str) -> None:
    """Change a file in place."""
    path.write_text(changed(path.read_text("utf-8"), pattern, new), "utf-8")


def nothing(pair: Pair, n: int) -> list[Seen]:
    """No edit at all."""
    del pair, n
    return [Seen(f"service/{RECORD}.html", "示例")]


def one(pair: Pair, n: int) -> list[Seen]:
    """The summary of one record."""
    new = f"改到第{n}次的一句话，别的都没有动"
    rewrite(pair.portal / "catalogue" / "service" / f"{RECORD}.yml", "^summary: .*$", f"summary: {new}")
    rewrite(pair.hugo / "content" / "service" / f"{RECORD}.md", "^  says: .*$", f"  says: {new}")
    return [Seen(f"service/{RECORD}.html", new)]


def many(pair: Pair, n: int) -> list[Seen]:
    """The name of the organisation that most records name."""
    new = f"示例改名单位之{n}"
    rewrite(pair.portal / "catalogue" / "organisation" / f"{MANY}.yml", "^title: .*$", f"title: {new}")
    rewrite(pair.hugo / "content" / "organisation" / f"{MANY}.md", "^title: .*$", f"title: {new}")
    return [Seen(f"organisation/{MANY}.html", new), Seen(f"service/{RECORD}.html", new)]


def template(pair: Pair, n: int) -> list[Seen]:
    """What the page of every service is made with."""
    new = f"模板第{n}版"
    rewrite(pair.portal / "templates" / TEMPLATE, "模板第[0-9]+版", new)
    rewrite(pair.hugo / "layouts" / "page.html", "模板第[0-9]+版", new)
    return [Seen(f"service/{RECORD}.html", new)]


def term(pair: Pair, n: int) -> list[Seen]:
    """The name of a crop."""
    new = f"示例改名作物{n}"
    table = pair.portal / "catalogue" / "vocabularies" / "industry.csv"
    rewrite(table, f"^{pair.crop},[^,]*,", f"{pair.crop},{new},")
    path = pair.hugo / "data" / "vocabularies.json"
    words = json.loads(path.read_text("utf-8"))
    words[f"industry/{pair.crop}"]["title"] = new
    path.write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    return [Seen(f"industry/{pair.crop}.html", new)]


EDITS: dict[str, Callable[[Pair, int], list[Seen]]] = {
    "none": nothing,
    "one": one,
    "many": many,
    "template": template,
    "term": term,
}

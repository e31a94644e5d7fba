"""The records of a made portal as a site for Hugo, written as somebody would who knows Hugo well.

One Markdown file per record, front matter in YAML; lists by taxonomies; what names a record is gathered once
(``partialCached``), as are cards, facets and neighbours. Style, header and footer are those of our own pages, so that
pages weigh the same.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml

from generator.load import load_project
from generator.model import RecordType, Term, Vocabulary
from generator.yamlout import dump_record
from tests.bench.build_made import SHARES, Maker
from tests.bench.weights import middles

LAYOUTS = Path(__file__).with_name("hugo_layouts")
ORDER = ("service", "case", "need", "organisation")
FACETS = {
    "service": {"kind": "service_kind", "region": "region", "industry": "industry"},
    "case": {"industry": "industry", "region": "region"},
    "need": {"kind": "need_kind", "status": "need_status", "region": "region"},
    "organisation": {"kind": "organisation_kind", "region": "region"},
}
"""The facets of the shipped schemas and the vocabularies that they show."""
LABELS = ("service_kind", "service_status", "need_kind", "need_status", "organisation_kind", "confidence")
DATES = {"service": "held_on", "need": "asked_on", "case": "source_date", "organisation": "source_date"}
STYLED = {
    **{f"page/{name}": (name, f"{name}/{name[0]}-*.html") for name in SHARES},
    "list": ("lists", "service/2.html"),
    "term/calendar": ("calendar", "calendar/region/*.html"),
    "term/month": ("month", "calendar/20*-*.html"),
    "term/region": ("region", "region/*.html"),
    "term/industry": ("industry", "industry/*.html"),
}
"""Kinds of Hugo's pages: their name in `weights`, and the pages of ours whose style they take, the middle one's."""


def hugo_binary() -> Path:
    """The program itself: the package's command is a script that starts it."""
    name = "hugo.exe" if sys.platform == "win32" else "hugo"
    try:
        return Path(str(distribution("hugo").locate_file(f"hugo/binaries/{name}")))
    except PackageNotFoundError:
        raise SystemExit("hugo is missing: make bench installs it (requirements/bench.lock)") from None


def make_hugo(portal: Path, ours: Path, folder: Path, count: int) -> Path:
    """A site of the records below ``portal``, in the style of the pages in ``ours``."""
    project = load_project(portal)
    vocabularies = project.vocabularies
    shutil.copytree(LAYOUTS, folder / "layouts")
    taxonomies = [*("region", "industry", "calendar", "month"), *(f"{t}_{f}" for t in FACETS for f in FACETS[t])]
    (folder / "hugo.yaml").write_text(yaml.safe_dump(settings(taxonomies)), "utf-8")
    (folder / "data").mkdir()
    data = {
        "vocabularies": terms_data(vocabularies),
        "labels": {f"{name}/{term.id}": term.title for name in LABELS for term in vocabularies[name]},
        "said": said_data(project.types),
        "shell": shell_data(ours),
    }
    for name, value in data.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    for name in SHARES:
        (folder / "content" / name).mkdir(parents=True)
    for name, key, values in Maker(count).records():
        path = folder / "content" / name / f"{key}.md"
        path.write_text(content(name, key, values, project.types[name], vocabularies), "utf-8")
    return folder


def settings(taxonomies: list[str]) -> dict[str, Any]:
    """The settings of the site: addresses like ours, no feeds, calendars beside the lists of places."""
    return {
        "baseURL": "https://made.example/",
        "title": "示例门户",
        "locale": "zh-CN",
        "uglyURLs": True,
        "enableRobotsTXT": True,
        "disableKinds": ["rss"],
        "taxonomies": {name: name for name in taxonomies},
        "pagination": {"pagerSize": 30, "disableAliases": True},
        "cascade": [{"target": {"path": "/calendar/**", "kind": "term"}, "outputs": ["html", "calendar"]}],
        "markup": {"goldmark": {"parser": {"autoHeadingID": False}}},
    }


def content(name: str, key: str, values: Mapping[str, Any], kind: RecordType, words: Mapping[str, Vocabulary]) -> str:
    """The file of one record. Hugo has meanings of its own for ``kind`` and ``summary``: they bear other names."""
    place, crop = values["region"][0], values["industry"][0]
    places = [term.id for term in words["region"].lineage(place)]
    crops = [term.id for term in words["industry"].lineage(crop)]
    top: dict[str, Any] = {"title": values["title"], "date": values[DATES[name]], "region": places, "industry": crops}
    for facet in FACETS[name]:
        given = {"region": places[:1], "industry": crops[:1]}.get(facet, values.get(facet))
        top[f"{name}_{facet}"] = given if isinstance(given, list) else [given]
    if name == "service":
        top |= {"calendar": places, "month": [values["held_on"][:7]]}
    own = {"id": key, "at": place, "crop": crop, "says": values["summary"]}
    if "kind" in values:
        own["sort"] = values["kind"]
    left = {n: v for n, v in values.items() if n not in ("title", "summary", "kind", "region", "industry", "body")}
    dumped = dump_record({**own, **left}, kind)
    params = "".join(f"  {line}\n" for line in dumped.splitlines())
    return f"---\n{dump_record(top, kind)}params:\n{params}---\n{values['body']}"


def terms_data(words: Mapping[str, Vocabulary]) -> dict[str, dict[str, Any]]:
    """What pages say of terms: ``region/130109`` and, for the lists of a type, ``service_region/130000``."""

    def said(vocabulary: Vocabulary, term: Term) -> dict[str, Any]:
        line = vocabulary.lineage(term.id)
        return {
            "title": term.title,
            "full": " ".join(each.title for each in line),
            "above": [each.id for each in line[:-1]],
            "children": [each.id for each in vocabulary.children(term.id)],
            "aliases": "、".join(term.aliases),
        }

    found = {f"{v}/{term.id}": said(words[v], term) for v in ("region", "industry") for term in words[v]}
    for name, facets in FACETS.items():
        for field, vocabulary in facets.items():
            roots = words[vocabulary].children()
            found |= {f"{name}_{field}/{term.id}": {"title": f"{term.title}"} for term in roots}
    return found


def said_data(types: Mapping[str, RecordType]) -> dict[str, Any]:
    """Titles of types and fields."""
    return {
        "order": ORDER,
        "titles": {name: types[name].title("zh") for name in ORDER},
        "about": {name: types[name].description("zh") for name in ORDER},
        "seals": {name: types[name].seal for name in ORDER},
        "facets": {name: list(facets) for name, facets in FACETS.items()},
        "fields": {f: types[t].by_name[f].title("zh") for t in reversed(ORDER) for f in FACETS[t]},
    }


def shell_data(ours: Path) -> dict[str, str]:
    """Styles by kind of page, header, footer and what else is the same on many pages, cut out of pages of ours."""
    found: dict[str, str] = {}
    for kind, (_, pattern) in STYLED.items():
        some = sorted(ours.glob(pattern), key=lambda each: each.stat().st_size)
        found[kind] = cut(r"<style>.*?</style>", some[len(some) // 2])
    record = ours / "service" / "s-000000.html"
    found["top"] = absolute(cut(r'<a class="skip".*?</header><div class="rule"[^>]*></div>', record))
    found["bottom"] = absolute(cut(r"<footer.*?</footer>\s*<script>.*?</script>", record))
    region = max((ours / "region").glob("*.html"), key=lambda each: each.stat().st_size)
    found["map"] = cut(r'<svg class="loc[ "].*?</svg>', region)
    agenda = max((ours / "calendar" / "region").glob("*.html"), key=lambda each: each.stat().st_size)
    found["phone"] = absolute(cut(r'<section[^>]*id="phone">.*?</section>', agenda))
    return found


def level(ours: Path, folder: Path) -> None:
    """Bring Hugo's pages to the weight of ours: what is still lacking, or too much, is made up for in the style."""
    want, got = middles(ours), middles(folder / "public")
    path = folder / "data" / "shell.json"
    shell = json.loads(path.read_text("utf-8"))
    for kind, (name, _) in STYLED.items():
        more = round(want[name] - got[name])
        inside = shell[kind].removesuffix("</style>")
        shell[kind] = (f"{inside}/*{'.' * (more - 4)}*/" if more > 4 else inside[: len(inside) + more]) + "</style>"
    path.write_text(json.dumps(shell, ensure_ascii=False), "utf-8")


def cut(pattern: str, path: Path) -> str:
    """The part of a page that a pattern finds."""
    found = re.search(pattern, path.read_text("utf-8"), re.S)
    if found is None:
        raise ValueError(f"{path} holds no {pattern}")
    return found[0]


def absolute(html: str) -> str:
    """Links from the top of the site: Hugo's pages stand at other depths."""
    return re.sub(r'href="(?:\.\./)+', 'href="/', html)

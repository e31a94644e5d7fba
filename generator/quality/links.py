"""Links within the portal that lead nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from generator.model import FieldSpec, Path_, Problem, RawRecord
from generator.nearest import nearest
from generator.private import masked
from generator.rulebook import Scene, problem_at, rule

LINK = re.compile(
    r"(?<!!)\[[^\[\]]*\]\([ ]?<?(?P<to>[^\s)<>]+)|^[ ]{0,3}\[[^\[\]\n]+\]:[ ]{0,3}<?(?P<def>[^\s<>]+)", re.M
)
ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|\?")
HOST = re.compile(r"(?:www\.|[a-z0-9-]+\.(?:com|cn|org|net|gov|edu)\b)", re.I)
PAGES = frozenset({"", ".", "index.html", "search.html"})
TOLD = 10  # dead links of one text; whoever mends these will see the others
NOT_OURS = frozenset({"guide", "data", "assets"})  # folders whose files are not made from records


@rule("quality", "warning", texts=r"\]\(|\]:")
def dead_link(record: RawRecord, spec: FieldSpec, at: Path_, text: str, scene: Scene) -> Iterator[Problem]:
    """正文里的站内链接打不开：没有这条记录、这个地方，或者路径写得不对。从一条记录链到另一条，写“../类别/编号.html”。

    A link within the portal leads nowhere: there is no such record or term, or the path is wrong. From one record to
    another it is written ``../type/id.html``.
    """
    if spec.kind != "markdown":
        return
    links = (found["to"] or found["def"] for found in LINK.finditer(text))
    dead = (link for link in links if not ELSEWHERE.match(link) and not is_page(_resolve(link, record.type), scene))
    for link in islice(dead, TOLD):
        near = _nearest_page(link, record, scene)
        yield problem_at("dead-link", record, spec, at, value=masked(link), suggestions=near)


def _resolve(link: str, folder: str) -> str:
    """Where a link on a page of ``folder/`` leads, from the top of the site."""
    path = re.split(r"[?#]", link, maxsplit=1)[0]
    return posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))


def is_page(path: str, scene: Scene) -> bool:
    """Whether the site has a page at ``path``: of a record, a type, a facet, a term, or one that is always there."""
    folder, _, rest = path.partition("/")
    if path in PAGES or folder in NOT_OURS:
        return True
    name, dot, suffix = rest.rpartition(".")
    if not dot or suffix != "html" or path.startswith(".."):
        return False
    if folder in scene.types:
        facet, slash, _ = name.partition("/")
        if slash:
            return any(facet == known.field for known in scene.types[folder].facets)
        return name == "index" or name.isdigit() or name in scene.index.ids(folder)
    vocabulary = scene.vocabularies.get(folder)
    return vocabulary is not None and vocabulary.pages and (name == "index" or name in vocabulary)


def _nearest_page(link: str, record: RawRecord, scene: Scene) -> list[str]:
    """What may have been meant: the address of the record or term whose id or name is nearest."""
    if HOST.match(link):
        return [f"https://{link}"]
    *folders, last = [part for part in re.split(r"[?#]", link)[0].split("/") if part not in {"", ".", ".."}] or [""]
    stem = last.removesuffix(".html").removesuffix(".yml").removesuffix(".md")
    named = [name for name in folders if name in scene.types or name in scene.vocabularies]
    folder = named[-1] if named else record.type
    if folder in scene.types:
        ids = scene.index.ids(folder)
        found = [stem] if stem in ids or stem == "index" else nearest(stem, sorted(ids), 1, 70)
    else:
        vocabulary = scene.vocabularies[folder]
        term = vocabulary.resolve(stem)
        found = [term.id] if term else nearest(stem, vocabulary.terms, 1, 70) if vocabulary.pages else []
    return [address for name in found if is_page((address := f"../{folder}/{name}.html")[3:], scene)]

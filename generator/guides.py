"""The guides: hand-written pages in ``catalogue/pages/``, the data dictionary, made from the schemas, and the page of
rules, made from the rule book.

Knows nothing of MkDocs: what the pages need is put into one job, and `plugin` turns the job into pages in a process of
its own, which leaves neither its memory nor its logging behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator.model import Catalogue, FieldSpec, KezhuError, Page, RecordType, Term
from generator.rulebook import RULES
from generator.rulepage import plain, rules_page
from generator.words import Words

PAGES = Path("catalogue/pages")
MARKER = "<!-- data-dictionary -->"
"""A page that holds this line gets the data dictionary in its place."""
RULES_MARKER = "<!-- rules -->"
"""The same for the rules of the check."""

KEPT = frozenset({".md", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"})
LIMITS = ("minLength", "maxLength", "minimum", "maximum", "pattern", "enum", "unique")
"""The constraints of a Table Schema that the dictionary puts into words; ``required`` has a column of its own."""

LONGEST = 64
"""A vocabulary with more terms than this is described by its topmost terms."""

SAID = ("skip", "search", "elder", "nav", "foot", "home", "submit", "report", "dark", "light", "promise")
"""The words that header and footer share with the public pages: ``page.skip`` and so on."""

ASIDE = re.compile(r"\.\./([a-z0-9_-]+)/(?:index\.html)?(?:[?#].*)?$")
"""A link from a guide to a list: ``../site/index.html``."""


Menus = Mapping[str, Sequence[Mapping[str, str]]]
"""The links of header (``nav``) and footer (``foot``): title and address from the top of the site."""


def guides_key(root: Path, lang: str, menus: Menus, overrides: Sequence[Path]) -> str:
    """What stands for everything that the guides are made from; ``overrides`` are the folders of their looks."""
    names = ("pages", "schemas", "vocabularies", "plans")
    places = [*(root / "catalogue" / name for name in names), *overrides]
    files = sorted(path for place in places if place.is_dir() for path in place.rglob("*") if path.is_file())
    files += [path for path in (root / "mkdocs.yml", root / "catalogue" / "portal.yml") if path.is_file()]
    package = Path(__file__).parent
    files += [package / name for name in ("guides.py", "rulepage.py", "plugin.py")]
    files += sorted((package / "locale" / lang).glob("*.po"))
    content: list[object] = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    rules = [(rule.id, rule.stage, rule.severity, rule.about[lang]) for rule in RULES.values()]
    made_from = [*content, rules, lang, version("mkdocs"), version("mkdocs-material")]
    return hashlib.sha256(repr((made_from, menus)).encode()).hexdigest()


def build_guides(root: Path, catalogue: Catalogue, lang: str, menus: Menus) -> list[Page]:
    """Every file below ``guide/``, sorted by path; none when the root has no ``catalogue/pages``."""
    words = Words(lang)
    sources = load_sources(root, words)
    if not any(path.endswith(".md") for path in sources):
        return []
    sources = put_in(sources, RULES_MARKER, "rules.md", rules_page(words, catalogue.plans))
    sources = put_in(sources, MARKER, "fields.md", data_dictionary(catalogue, lang))
    with TemporaryDirectory(prefix="kezhu-guide-") as folder:
        work = Path(folder)
        for path, content in sources.items():
            target = work / "docs" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        job = {"root": str(root.resolve()), "work": folder, "face": face(catalogue, words, menus), "language": lang}
        (work / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
        complain(root, catalogue, words, run(work))
        out = work / "site"
        return [
            Page(f"guide/{path.relative_to(out).as_posix()}", path.read_bytes())
            for path in sorted(out.rglob("*"))
            if path.is_file()
        ]


def load_sources(root: Path, words: Words) -> dict[str, bytes]:
    """The guides' own files by path, in a fixed order. A symbolic link could bring in any file of this machine."""
    found: dict[str, bytes] = {}
    top = root / PAGES
    for path in sorted([top, *top.rglob("*")]):
        if path.is_symlink():
            raise KezhuError(words("guide.symlink"), path.relative_to(root))
        if path.is_file() and path.suffix.lower() in KEPT and not path.name.startswith("."):
            found[path.relative_to(top).as_posix()] = path.read_bytes()
    return found


def put_in(sources: Mapping[str, bytes], line: str, name: str, made: str) -> dict[str, bytes]:
    """Put a page that we make where its marker is, or into a file of its own when no page asks for it."""
    marker, body = line.encode(), made.encode()
    if any(marker in content for content in sources.values()):
        return {path: content.replace(marker, body) for path, content in sources.items()}
    return {name: body, **sources}


def run(work: Path) -> list[dict[str, str]]:
    """Make the pages; what is wrong with them, as the plugin says it."""
    package = str(Path(__file__).parent.parent)
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "generator.plugin", str(work)],
        # Sets are ordered by hash: the same guide must give the same bytes.
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    report = work / "report.json"
    if report.is_file():
        problems: list[dict[str, str]] = json.loads(report.read_text(encoding="utf-8"))
        return problems
    last = done.stdout.decode("utf-8", "replace").strip().splitlines()[-1:]
    return [{"message": "".join(last) or f"exit {done.returncode}"}]


def complain(root: Path, catalogue: Catalogue, words: Words, problems: Sequence[Mapping[str, str]]) -> None:
    """Raise the first problem, in the portal's language, with the guide's file and line."""
    for problem in problems:
        file, link = problem.get("file", ""), problem.get("link", "")
        if link and leads_to_list(catalogue, link):
            continue
        where = (PAGES / file if file else Path("mkdocs.yml")).as_posix()
        if link:
            raise KezhuError(words("guide.link", link=link), f"{where}:{line_of(root / where, link)}")
        raise KezhuError(words("guide.failed", message=problem["message"]), where)


def leads_to_list(catalogue: Catalogue, link: str) -> bool:
    """Whether a link leaves the guides for a page that the rest of the site is sure to have."""
    if re.fullmatch(r"\.\./(index|search)\.html(?:[?#].*)?", link):
        return True
    found = ASIDE.fullmatch(link)
    return found is not None and (found[1] in catalogue.types or has_pages(catalogue, found[1]))


def has_pages(catalogue: Catalogue, vocabulary: str) -> bool:
    """Whether the terms of a vocabulary have pages of their own."""
    found = catalogue.vocabularies.get(vocabulary)
    return bool(found and found.pages)


def line_of(path: Path, text: str) -> int:
    """The line where ``text`` is first written, or 1."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)


# ── The face: what the header and the footer say, the same as on the other pages ─────────────────────────────────────


def face(catalogue: Catalogue, words: Words, menus: Menus) -> dict[str, Any]:
    """Plain values for the header and footer of a guide; addresses are relative to the top of the site."""
    portal, lang = catalogue.portal, words.lang
    compiled, filing = str(portal.get("compiled")), str(portal.get("filing"))
    return {
        "lang": lang,
        "name": str(portal.words("name", lang) or portal.name),
        "tagline": str(portal.words("tagline", lang)),
        "banner": str(portal.words("banner", lang)),
        **{name: [{"title": item["title"], "url": item["url"]} for item in menus[name]] for name in ("nav", "foot")},
        "report": str(portal.get("report") or "guide/submit.html"),
        "compiled": words("page.compiled", date=compiled) if compiled else "",
        "filing": words("page.filing", number=filing) if filing else "",
        "words": {name: words(f"page.{name}") for name in SAID} | {"guides": words("guide.nav")},
    }


# ── The data dictionary ──────────────────────────────────────────────────────────────────────────────────────────────


def data_dictionary(catalogue: Catalogue, lang: str) -> str:
    """Every type with its fields and every vocabulary with its terms, as Markdown; the tables are HTML."""
    words = Words(lang)
    types = list(catalogue.types.values())
    parts = [f"# {words('guide.fields.title')} {{ #fields }}", words("guide.fields.lead")]
    contents = "".join(f"<li>{anchor(kind.name, kind.title(lang))}</li>" for kind in types)
    parts.append(f'<ul class="chips">{contents}</ul>')
    parts += [describe_type(kind, catalogue, words) for kind in types]
    if catalogue.vocabularies:
        parts.append(f"## {words('guide.fields.vocabularies')} {{ #vocabularies }}")
        parts.append(words("guide.fields.vocabularies-lead"))
        parts += [describe_vocabulary(name, catalogue, words) for name in sorted(catalogue.vocabularies)]
    return "\n\n".join(part for part in parts if part) + "\n"


def describe_type(kind: RecordType, catalogue: Catalogue, words: Words) -> str:
    """A type's heading, what it is for, where its records are kept, and its fields."""
    lang = words.lang
    rows = [row(words, kind.name, "id", words("guide.fields.id"), [words("guide.fields.id-how")], True)]
    rows += list(field_rows(words, catalogue, kind.name, kind.fields))
    return "\n\n".join(
        [
            f"## {plain(kind.title(lang))} {{ #{kind.name} }}",
            plain(kind.description(lang)),
            words("guide.fields.files", type=kind.name),
            table(words, kind.title(lang), rows),
        ]
    )


def table(words: Words, caption: str, rows: Sequence[str]) -> str:
    """A table that a phone shows as blocks; one line each, so that Markdown leaves it alone."""
    head = "".join(f'<th scope="col">{escape(words(f"guide.fields.{name}"))}</th>' for name in ("field", "how", "must"))
    top = f'<table class="tbl st"><caption class="vh">{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>'
    return "\n".join([top, *rows, "</tbody></table>"])


def field_rows(
    words: Words, catalogue: Catalogue, prefix: str, fields: Sequence[FieldSpec], owner: str = ""
) -> Iterator[str]:
    """A row for each field, and one for each field of an object, named ``statuses.year``."""
    for spec in fields:
        name = f"{owner}.{spec.name}" if owner else spec.name
        yield row(words, prefix, name, spec.title(words.lang), list(how(spec, catalogue, words)), spec.required)
        yield from field_rows(words, catalogue, prefix, spec.fields, name)


def row(words: Words, prefix: str, name: str, title: str, lines: Sequence[str], must: bool) -> str:
    """One field: what it is called, how it is written, whether it must be there. ``lines`` are HTML."""
    must_word = words("guide.fields.yes" if must else "guide.fields.no")
    label = escape(words("guide.fields.must"))
    return (
        f'<tr id="{escape(prefix)}-{escape(name.replace(".", "-"))}">'
        f'<th scope="row">{escape(title)} <code>{escape(name)}</code></th>'
        f'<td class="l">{"<br>".join(lines)}</td><td data-l="{label}">{escape(must_word)}</td></tr>'
    )


def how(spec: FieldSpec, catalogue: Catalogue, words: Words) -> Iterator[str]:
    """How a field is written, as lines of HTML: its description, its kind with its limits, whether it is a list."""
    if description := spec.description(words.lang):
        yield escape(description)
    yield words("guide.fields.blank").join([kind_of(spec, catalogue, words), *limits(spec, words)])
    if spec.many:
        yield escape(words("guide.fields.many-objects" if spec.fields else "guide.fields.many"))


def limits(spec: FieldSpec, words: Words) -> Iterator[str]:
    """The schema's constraints in words, as HTML; those of a list's items count as the list's."""
    item = spec.descriptor.get("arrayItem") or {}
    constraints = {**(item.get("constraints") or {}), **(spec.descriptor.get("constraints") or {})}
    for name in LIMITS:
        if name in constraints:
            value = constraints[name]
            shown = words("problem.comma").join(map(str, value)) if isinstance(value, list) else str(value)
            yield escape(words(f"guide.limit.{name}", value=shown))


def kind_of(spec: FieldSpec, catalogue: Catalogue, words: Words) -> str:
    """The kind of a value as HTML; vocabularies and types are linked."""
    if spec.vocabulary:
        title = vocabulary_title(spec.vocabulary, catalogue, words.lang)
        return words("guide.kind.term", link=anchor(f"vocabulary-{spec.vocabulary}", title))
    if spec.reference:
        kind = catalogue.types.get(spec.reference)
        link = anchor(spec.reference, kind.title(words.lang) if kind else spec.reference)
        return words("guide.kind.part" if spec.part else "guide.kind.reference", link=link)
    if spec.kind == "object":
        return escape(words("guide.kind.object", names=" | ".join(field.title(words.lang) for field in spec.fields)))
    # Some kinds are written more narrowly than they are kept: a year is an integer, a partial date is a date.
    finer = (spec.descriptor.get("format"), spec.descriptor.get("type"), spec.kind)
    return escape(words(next(key for name in finer if (key := f"guide.kind.{name}") in words and name != "string")))


def anchor(name: str, title: str) -> str:
    """A link within the page."""
    return f'<a class="go" href="#{escape(name)}">{escape(title)}</a>'


def vocabulary_title(name: str, catalogue: Catalogue, lang: str) -> str:
    """What ``portal.yml`` calls the vocabulary, else what the first field that uses it is called."""
    if (vocabulary := catalogue.vocabularies.get(name)) and vocabulary.titles:
        return vocabulary.title(lang)
    for kind in catalogue.types.values():
        for spec in walk(kind.fields):
            if spec.vocabulary == name:
                return f"{kind.title(lang)} · {spec.title(lang)}"
    return name


def walk(fields: Sequence[FieldSpec]) -> Iterator[FieldSpec]:
    """Every field, and the fields of objects."""
    for spec in fields:
        yield spec
        yield from walk(spec.fields)


def describe_vocabulary(name: str, catalogue: Catalogue, words: Words) -> str:
    """A vocabulary's terms, or its topmost ones when there are many."""
    vocabulary = catalogue.vocabularies[name]
    terms: Sequence[Term] = list(vocabulary)
    key = "guide.fields.terms"
    if len(terms) > LONGEST:
        terms, key = vocabulary.children()[:LONGEST], "guide.fields.roots"
    path = vocabulary.path or f"catalogue/vocabularies/{vocabulary.name}.csv"
    items = "".join(f"<li>{escape(term.label(words.lang))} <code>{escape(term.id)}</code></li>" for term in terms)
    return "\n\n".join(
        [
            f"### {plain(vocabulary_title(name, catalogue, words.lang))} {{ #vocabulary-{vocabulary.name} }}",
            words(key, count=len(vocabulary), shown=len(terms), path=f"`{path}`"),
            f'<ul class="terms">{items}</ul>',
        ]
    )

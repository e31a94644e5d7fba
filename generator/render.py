"""Pages in memory: the Jinja environment, its filters, Markdown, and the plan of which pages there are.

Nothing is written here and nothing is read but templates and the style sheet. A type of record is data: its own
template is found by its name, and no name of a type stands in this file. Values of records are never templates;
they come out escaped, and Markdown comes out through a strict allow-list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from jinja2.ext import Extension
from markupsafe import Markup, escape

from generator.markup import clauses, clip, make_markdown, num, safe_url, tel
from generator.model import (
    Backlink,
    Catalogue,
    Facet,
    FieldSpec,
    KezhuError,
    Page,
    Record,
    RecordType,
    Term,
    Vocabulary,
)
from generator.styles import load_styles, prune
from generator.words import Words

PLACE = "region"  # the field which says where; every type has it
SOURCE = ("source_publisher", "source_title", "source_date", "source_url", "confidence", "verified_on")
"""Fields that every type has and that every page shows in its box of sources."""

HEADING = ("id", "title", "summary")  # shown at the top of a record's page

PER_PAGE = 30  # cards on a page of a list: more break the budget of nodes
CHIPS = 40  # facet values shown; the rest stand on the vocabulary's own page
CARDS, FEW = 12, 6  # cards a group on a term's page shows when there are few, and when there are many
ROWS = 360  # plain links on a term's page, all groups together
SHORT, LONG = 16, 64  # characters of a card's text that may share a line, and that a line of its own may have
RELATED = 5
NAMED_BY = 30  # backlinks shown; the rest are counted
NEW = 6
POPULAR = 16
SITEMAP = 50_000  # addresses that one sitemap may hold, says its specification

ONCE = {
    "home": "index.html",
    "search": "search.html",
    "missing": "404.html",
    "robots": "robots.txt",
    "icon": "icon.svg",
}
"""The pages of which there is one."""
CLASSES = re.compile(r'class="([^"]*)"')
TOKENS = re.compile(r"var\(--([\w-]+)")
SAFE_SLUG = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Job:
    """One page to make: ``kind`` names the method, ``a`` ``b`` ``c`` say which page of that kind."""

    kind: str
    a: str = ""
    b: str = ""
    c: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, with the records that have it."""

    field: str
    slug: str
    label: str
    records: tuple[Record, ...]
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class FacetIndex:
    """All values of one facet of one type, in the order in which they are shown."""

    facet: Facet
    spec: FieldSpec
    choices: tuple[Choice, ...]
    by_slug: Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one type at one term: some as cards, some as links, the rest counted."""

    type: RecordType
    cards: tuple[Record, ...]
    rows: tuple[Record, ...]
    hidden: int
    below: int  # records at the term and below it
    list_url: str  # the page of the type's list that shows this very term, or ""


# ── Templates ─────────────────────────────────────────────────────────────────────────────────────────────


class Tight(Extension):
    """Drops line breaks and indents between tags when a template is compiled, so that no page pays for them.

    A blank that must stay is written as a blank on one line. A fixed word, ``{{ w["page.home"] }}``, is written in at
    the same moment.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Keep the number of lines, so that an error names the right one."""
        words: Any = self.environment.globals.get("w", {})
        fixed = re.compile(r"""\{\{ w\[(["'])([\w.-]+)\1\] \}\}""")
        source = fixed.sub(lambda found: str(escape(words[found[2]])) if found[2] in words else found[0], source)
        return re.sub(
            r"\{#.*?#\}|(?<=>)[ \t]*\n\s*(?=<|\{%)",
            lambda found: found[0] if found[0].startswith("{#") else "{#" + "\n" * found[0].count("\n") + "#}",
            source,
            flags=re.S,
        )


# ── The renderer ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Renderer:
    """Knows every page of a catalogue (`jobs`) and makes each one (`render`), alone and without side effects.

    ``templates`` and ``assets`` are folders; the first that has a file wins, so a portal's own come first.
    """

    def __init__(
        self, catalogue: Catalogue, templates: Sequence[Path], assets: Sequence[Path], lang: str, today: date
    ) -> None:
        self.catalogue = catalogue
        self.lang = lang
        self.today = today  # no page shows it: a page must not change when only the day does
        self.words = Words(lang)
        self.portal = catalogue.portal
        self._assets = tuple(assets)
        self._markdown = make_markdown()
        self._cards: dict[str, Callable[..., Markup]] = {}
        self._places: dict[tuple[str, str], str] = {}
        self._tops: dict[tuple[str, str, str], Markup] = {}
        self._lines: dict[str, list[str]] = {}
        self._slimmed: dict[tuple[str, frozenset[str]], str] = {}
        self._positions: dict[tuple[str, str, str], dict[str, int]] = {}
        # Kept with the renderer, not with its class: `kezhu serve` makes a renderer for each change.
        self.facets = cache(self._index_facets)
        self.coverage = cache(self._count_coverage)
        self.tiles = cache(self._make_tiles)
        self._grid = cache(self._make_grid)
        self._template = cache(self._find_template)
        self._makers: dict[str, Callable[[Job], Page]] = {
            "home": self._home,
            "list": self._list,
            "facet": self._facet,
            "record": self._record,
            "term": self._term,
            "vocabulary": self._vocabulary,
            "search": self._search,
            "missing": self._missing,
            "icon": self._icon,
            "robots": self._robots,
            "sitemap": self._sitemap,
        }
        self.environment = self._make_environment(templates)

    def _make_environment(self, templates: Sequence[Path]) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([str(folder) for folder in templates]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=[Tight, "jinja2.ext.do"],
        )
        environment.filters.update(
            markdown=self._markdown,
            safe_url=safe_url,
            tel=tel,
            num=num,
            clauses=clauses,
            clip=clip,
            label=lambda term: term.label(self.lang),
            name=lambda thing: thing.title(self.lang),
            full=self.full_name,
            brief=self.brief_name,
            facts=facts_of,
            rest=rest_of,
            columns=columns_of,
        )
        portal = self.portal
        environment.globals.update(
            lang=self.lang,
            locale="zh-CN" if self.lang == "zh" else "en",
            words=self.words,
            portal=portal,
            said=self.said,
            compiled=str(portal.get("compiled") or ""),
            catalogue=self.catalogue,
            site_name=self.said(portal.get("name")) or portal.name,
            nav=self.nav,
            foot=self._foot(),
            report=str(portal.get("report") or "guide/submit.html"),
            styles=cache(self.styles),
            card=self.card,
            place=self.place,
            term=self.find_term,
            target=self.find_target,
            paged=frozenset(vocabulary.name for vocabulary in self.vocabularies),
            w={key: Markup(escape(self.words(key))) for key in self.words.keys("page.")},
            top=self._top,
            bottom=cache(lambda root: self._shell.bottom(root)),
        )
        return environment

    # ── Plan ──

    def jobs(self) -> list[Job]:
        """Every page of the site, in a fixed order; two pages at one address are a broken project."""
        found = list(self._iter_jobs())
        at: dict[str, Job] = {}
        for job in found:
            path = self.address(job)
            if path in at:
                raise KezhuError(f"two pages want the address {path}: {at[path]} and {job}")
            at[path] = job
        return found

    def _iter_jobs(self) -> Iterator[Job]:
        yield Job("home")
        yield Job("search")
        yield Job("missing")
        for record_type in self.catalogue.types.values():
            records = self.catalogue.by_type.get(record_type.name, ())
            yield from (Job("list", record_type.name, "", n) for n in _numbers(len(records)))
            for index in self.facets(record_type.name):
                for choice in index.choices:
                    slug = f"{choice.field}/{choice.slug}"
                    yield from (Job("facet", record_type.name, slug, n) for n in _numbers(len(choice.records)))
            yield from (Job("record", record.key) for record in records)
        for vocabulary in self.vocabularies:
            yield Job("vocabulary", vocabulary.name)
            yield from (Job("term", vocabulary.name, term.id) for term in vocabulary)
        yield Job("robots")
        yield Job("icon")
        if self.base:
            yield from (Job("sitemap", c=n) for n in range(self._sitemaps + 1 if self._sitemaps > 1 else 1))

    def address(self, job: Job) -> str:
        """Where a job's page stands, from the top of the site."""
        match job.kind:
            case "list":
                return f"{job.a}/{'index' if job.c == 1 else job.c}.html"
            case "facet":
                return f"{job.a}/{job.b}{'' if job.c == 1 else f'-{job.c}'}.html"
            case "record":
                return f"{job.a}.html"
            case "term":
                return f"{job.a}/{job.b}.html"
            case "vocabulary":
                return f"{job.a}/index.html"
            case "sitemap":
                return f"sitemap-{job.c}.xml" if job.c else "sitemap.xml"
        return ONCE[job.kind]

    def render(self, job: Job) -> Page:
        """Make one page."""
        return self._makers[job.kind](job)

    # ── What is reckoned once for all pages ──

    @cached_property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The vocabularies whose terms have pages."""
        return tuple(v for v in self.catalogue.vocabularies.values() if v.pages)

    @cached_property
    def base(self) -> str:
        """The address of the portal, ending in a slash, or ``""``."""
        address = safe_url(self.portal.get("address"))
        return address and address.rstrip("/") + "/"

    @cached_property
    def nav(self) -> tuple[dict[str, str], ...]:
        """The main sections: a name of a type or vocabulary, or ``{to: name, title: words}`` for a shorter title."""
        entries = self.portal.get("nav") or [*self.catalogue.types, *(v.name for v in self.vocabularies)]
        found = []
        for entry in entries:
            name = str(entry["to"] if isinstance(entry, Mapping) else entry)
            thing = self.catalogue.types.get(name) or self.catalogue.vocabularies.get(name)
            if thing is None or (isinstance(thing, Vocabulary) and not thing.pages):
                raise KezhuError(f"nav names {name}, which is neither a type nor a vocabulary with pages", "portal.yml")
            short = self.said(entry.get("title")) if isinstance(entry, Mapping) else ""
            found.append({"name": name, "title": short or thing.title(self.lang), "url": f"{name}/index.html"})
        return tuple(found)

    def _foot(self) -> list[dict[str, str]]:
        things: list[RecordType | Vocabulary] = [*self.catalogue.types.values(), *self.vocabularies]
        return [{"title": thing.title(self.lang), "url": f"{thing.name}/index.html"} for thing in things]

    @cached_property
    def _styles(self) -> dict[str, str]:
        for folder in self._assets:
            path = folder / "design.css"
            if path.is_file():
                return load_styles(path.read_text("utf-8"))
        raise KezhuError("design.css is in none of the folders of assets")

    def styles(self, parts: str) -> Markup:
        """The named parts of the style sheet after the base, ready to stand inside ``<style>``."""
        names = dict.fromkeys(["base", *parts.split()])
        unknown = [name for name in names if name not in self._styles]
        if unknown:
            raise KezhuError(f"design.css has no part {', '.join(unknown)}")
        return Markup("".join(self._styles[name] for name in names))

    def _slim(self, html: str) -> str:
        """The page without the styles that nothing on it uses, unless a script may still add to the page."""
        start = html.find("<style>") + 7
        end = html.find("</style>", start)
        css = html[start:end]
        if start < 7 or 'id="results"' in html:
            return html
        classes = frozenset(name for names in CLASSES.findall(html, end) for name in names.split())
        if (css, classes) not in self._slimmed:
            slim = prune(css, classes | {"elder", "dark", "light"})
            # Tokens that nothing uses go too. What a drawing on the page uses comes with a class of its own.
            used = set(TOKENS.findall(slim + html[end:]))
            slim = re.sub(r"--([\w-]+):[^;{}]*(;|(?=\}))", lambda found: found[0] if found[1] in used else "", slim)
            self._slimmed[css, classes] = slim.replace(";}", "}")
        return html[:start] + self._slimmed[css, classes] + html[end:]

    def _index_facets(self, type_name: str) -> tuple[FacetIndex, ...]:
        """The facets of a type, each with its values and their records."""
        record_type = self.catalogue.types[type_name]
        found = []
        for facet in record_type.facets:
            spec = record_type.by_name.get(facet.field)
            if spec is None:
                raise KezhuError(f"facet {facet.field} is not a field", record_type.path)
            choices = self._choices(facet, spec, self.catalogue.by_type.get(type_name, ()))
            if choices:
                found.append(FacetIndex(facet, spec, choices, {choice.slug: choice for choice in choices}))
        return tuple(found)

    def _choices(self, facet: Facet, spec: FieldSpec, records: Iterable[Record]) -> tuple[Choice, ...]:
        having: dict[str, dict[str, Record]] = defaultdict(dict)
        terms: dict[str, Term] = {}
        labels: dict[str, str] = {}
        for record in records:
            if spec.kind == "term":
                for named in record.term(spec.name):
                    term = self._at_level(named, facet.level)
                    terms[term.id], labels[term.id] = term, term.label(self.lang)
                    having[term.id][record.key] = record
            else:
                for value in map(str, record.list(spec.name)):
                    labels[slug_of(value)] = value
                    having[slug_of(value)][record.key] = record
        if terms:
            order = {key: n for n, key in enumerate(self.catalogue.vocabularies[spec.vocabulary].terms)}
            whole = facet.level == 0 and any(term.parent for term in self.catalogue.vocabularies[spec.vocabulary])
            slugs = sorted(having, key=lambda slug: (0 if whole else -len(having[slug]), order[slug]))
        else:
            slugs = sorted(having, key=lambda slug: labels[slug], reverse=True)
        return tuple(
            Choice(spec.name, slug, labels[slug], tuple(having[slug].values()), terms.get(slug)) for slug in slugs
        )

    def _at_level(self, term: Term, level: int) -> Term:
        if level < 0:
            return term
        line = self.catalogue.vocabularies[term.vocabulary].lineage(term.id)
        return line[min(level, len(line) - 1)]

    @cached_property
    def _by_type_and_term(self) -> Mapping[tuple[str, str, str], tuple[Record, ...]]:
        """(type, vocabulary, term id) -> records that name that very term, in the type's order."""
        found: dict[tuple[str, str, str], dict[str, Record]] = defaultdict(dict)
        for records in self.catalogue.by_type.values():
            for record in records:
                for terms in record.terms.values():
                    for term in terms:
                        found[record.type.name, term.vocabulary, term.id][record.key] = record
        return {key: tuple(records.values()) for key, records in found.items()}

    def at(self, type_name: str, vocabulary: str, term_id: str) -> tuple[Record, ...]:
        """The records of a type that name this very term."""
        return self._by_type_and_term.get((type_name, vocabulary, term_id), ())

    def _count_coverage(self, vocabulary: str, root: str = "") -> tuple[int, int]:
        """How many terms without children stand below ``root``, and how many of them have a record."""
        words = self.catalogue.vocabularies[vocabulary]
        below = words.children(root)
        if not below and root:
            return 1, int(self.total(vocabulary, root) > 0)
        pairs = [self.coverage(vocabulary, term.id) for term in below]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    def total(self, vocabulary: str, term_id: str) -> int:
        """Records at a term and below it, of all types."""
        return sum(self.catalogue.counts(vocabulary, term_id).values())

    def _make_tiles(self, vocabulary: str) -> tuple[dict[str, Any], ...]:
        """The roots of a vocabulary as plots on a grid, when each of them has a row and a column."""
        roots = self.catalogue.vocabularies[vocabulary].children()
        if not roots or not all(term.get("row").isdigit() and term.get("col").isdigit() for term in roots):
            return ()
        found = []
        for term in roots:
            leaves, covered = self.coverage(vocabulary, term.id)
            count = self.total(vocabulary, term.id)
            found.append(
                {
                    "term": term,
                    "title": term.short if self.lang == "zh" else term.label(self.lang),
                    "row": int(term.get("row")),
                    "col": int(term.get("col")),
                    "count": count,
                    "share": round(100 * covered / leaves) if count else 0,
                    "leaves": leaves,
                    "covered": covered,
                }
            )
        return tuple(found)

    def _make_grid(self, vocabulary: str) -> str:
        tiles = self.tiles(vocabulary)
        return "".join(_plot(tile) for tile in tiles)

    # ── Small things that templates ask for ──

    def said(self, value: Any) -> Any:
        """A setting in the page's language: ``{zh: …, en: …}`` or plain words."""
        if isinstance(value, Mapping) and ("zh" in value or "en" in value):
            return value.get(self.lang) or value.get(self.portal.language) or ""
        return "" if value is None else value

    def full_name(self, term: Term) -> str:
        """A term with all above it: 云南省 普洱市 澜沧拉祜族自治县; the other way round in English."""
        key = (term.vocabulary, term.id)
        if key not in self._places:
            line = [t.label(self.lang) for t in self.catalogue.vocabularies[term.vocabulary].lineage(term.id)]
            self._places[key] = " ".join(line) if self.lang == "zh" else ", ".join(reversed(line))
        return self._places[key]

    def brief_name(self, term: Term) -> str:
        """A term among its neighbours: 澜沧 for 澜沧拉祜族自治县; names that are short already stay whole."""
        label = term.label(self.lang)
        return term.short if self.lang == "zh" and len(label) > 4 else label

    def place(self, record: Record) -> str:
        """Where a record is, in a line; of many places the first two and the number."""
        terms = record.term(PLACE)
        if not terms:
            return ""
        if len(terms) == 1:
            return self.full_name(terms[0])
        names = self.words("page.list.comma").join(self.full_name(term) for term in terms[:2])
        return names if len(terms) == 2 else self.words("page.place.more", names=names, n=len(terms))

    def find_term(self, spec: FieldSpec, value: object) -> Term | None:
        """The term that a value of a term field means."""
        vocabulary = self.catalogue.vocabularies.get(spec.vocabulary)
        return vocabulary.terms.get(str(value)) if vocabulary else None

    def find_target(self, spec: FieldSpec, value: object) -> dict[str, Any] | None:
        """The record that a value of a reference field means, the part's title if it means a part, and the address."""
        key, _, part = str(value).partition("#")
        record = self.catalogue.records.get(f"{spec.reference}/{key}")
        if record is None:
            return None
        items = record.list(spec.part) if part and spec.part else ()
        title = next((item.get("title", part) for item in items if item.get("id") == part), "")
        return {"record": record, "title": title, "url": record.url + (f"#{part}" if title else "")}

    def _has_page(self, spec: FieldSpec) -> bool:
        found = self.catalogue.vocabularies.get(spec.vocabulary)
        return found is not None and found.pages

    @cached_property
    def _shell(self) -> Any:
        return self.environment.get_template("macros/shell.html").module

    def _top(self, root: str, section: str, path: str) -> Markup:
        """The header; it is the same for all pages of a section but the section's first."""
        key = (root, section, path if path.endswith("/index.html") else "")
        if key not in self._tops:
            self._tops[key] = self._shell.top(*key)
        return self._tops[key]

    def card(self, root: str, record: Record, at: Term | None = None) -> Markup:
        """The record as a card, by the macro ``card`` of its type's template; ``at`` is the page's own term."""
        name = record.type.name
        if name not in self._cards:
            template = self.environment.select_template([f"card/{name}.html", "card/_default.html"])
            self._cards[name] = template.module.card  # type: ignore[attr-defined]
        where = "" if at and record.term(PLACE) == (at,) else self.place(record)
        if record.key not in self._lines:
            self._lines[record.key] = self._card_lines(record)
        return self._cards[name](root, record, where, self._lines[record.key])

    def _card_lines(self, record: Record) -> list[str]:
        """What the schema's ``card`` names: long text in lines of its own, short values together in one."""
        lines, short = [], []
        for name in record.type.card:
            spec = record.type.by_name[name]
            values = list(map(str, record.list(name)))
            if spec.kind == "term":
                short += [term.label(self.lang) for term in record.term(name)]
            elif spec.kind == "reference":
                short += [target.title for target, _ in self.catalogue.targets(record, spec)[:2]]
            elif spec.kind in ("text", "markdown") and sum(map(len, values)) > SHORT:
                lines.append(clip(self.words("page.list.comma").join(values), LONG))
            elif spec.kind != "object":
                short += values
        return [*lines, clip(self.words("page.list.and").join(short), LONG)] if short else lines

    # ── Pages ──

    def _find_template(self, names: tuple[str, ...]) -> Template:
        try:
            template = self.environment.select_template(list(names))
        except TemplateNotFound as error:
            raise KezhuError(f"no template {' or '.join(names)}") from error
        # Copied for each page: a plain dict much faster than the chain of them that Jinja makes.
        template.globals = dict(template.globals)
        return template

    def _page(self, path: str, names: Sequence[str], **values: Any) -> Page:
        root = "../" * path.count("/")
        template = self._template(tuple(names))
        values = {"root": root, "path": path, "section": path.partition("/")[0], **values}
        return Page(path, self._slim(template.render(values)).encode())

    def _home(self, job: Job) -> Page:
        kinds: list[dict[str, Any]] = [
            {
                "name": t.name,
                "title": t.title(self.lang),
                "seal": t.seal,
                "tone": t.tone,
                "count": len(self.catalogue.by_type.get(t.name, ())),
                "unit": t.unit(self.lang),
                "says": t.description(self.lang),
            }
            for t in self.catalogue.types.values()
        ]
        return self._page(
            self.address(job),
            ["site/home.html"],
            kinds=kinds,
            by=sorted(map(self._vocabulary_in_short, self.vocabularies), key=lambda short: not short["tiles"]),
            new=self.newest(),
            counts=self.census(),
        )

    def _vocabulary_in_short(self, vocabulary: Vocabulary) -> dict[str, Any]:
        leaves, covered = self.coverage(vocabulary.name)
        used = [(self.total(vocabulary.name, t.id), t) for t in vocabulary if not vocabulary.children(t.id)]
        popular = sorted((pair for pair in used if pair[0]), key=lambda pair: -pair[0])[:POPULAR]
        return {
            "vocabulary": vocabulary,
            "tiles": self.tiles(vocabulary.name),
            "popular": [(term, count) for count, term in popular],
            "leaves": leaves,
            "covered": covered,
        }

    def newest(self) -> list[Record]:
        """The records with the latest dates of their own, of the types that the portal calls news."""
        news = self.portal.get("news") or list(self.catalogue.types)
        dated = [r for r in self.catalogue.records.values() if r.get("source_date") and r.type.name in news]
        dated.sort(key=lambda record: (str(record.get("source_date")), record.key), reverse=True)
        seen: Counter[str] = Counter()
        found = []
        for record in dated:
            source = f"{record.get('source_publisher')} {record.get('source_title')}"
            seen[source] += 1
            if seen[source] <= 2:
                found.append(record)
            if len(found) == NEW:
                break
        return found

    def census(self) -> dict[str, Any]:
        """What there is, told honestly: all records, how sure of their sources, how many confirmed by a person."""
        records = self.catalogue.records.values()
        sure = Counter(str(record.get("confidence")) for record in records)
        levels = []
        specs = (t.by_name.get("confidence") for t in self.catalogue.types.values())
        spec = next((s for s in specs if s is not None and s.vocabulary in self.catalogue.vocabularies), None)
        if spec is not None:
            levels = [(term, sure[term.id]) for term in self.catalogue.vocabularies[spec.vocabulary] if sure[term.id]]
        return {
            "all": len(records),
            "verified": sum(1 for record in records if record.get("verified_on")),
            "levels": levels,
        }

    def _list(self, job: Job) -> Page:
        return self._list_page(job, self.catalogue.by_type.get(job.a, ()), None, None)

    def _facet(self, job: Job) -> Page:
        field, _, slug = job.b.partition("/")
        index = next(index for index in self.facets(job.a) if index.spec.name == field)
        return self._list_page(job, index.by_slug[slug].records, index, index.by_slug[slug])

    def _list_page(self, job: Job, records: Sequence[Record], index: FacetIndex | None, choice: Choice | None) -> Page:
        pages = _pages(len(records))
        return self._page(
            self.address(job),
            [f"list/{job.a}.html", "list/_default.html"],
            type=self.catalogue.types[job.a],
            records=records[(job.c - 1) * PER_PAGE : job.c * PER_PAGE],
            total=len(records),
            chosen=choice,
            chosen_by=index,
            facets=[self._facet_box(job.a, each, choice) for each in self.facets(job.a)],
            pager=pager(job.c, pages, lambda n: self.address(Job(job.kind, job.a, job.b, n))),
        )

    def _facet_box(self, type_name: str, index: FacetIndex, chosen: Choice | None) -> dict[str, Any]:
        shown = index.choices[:CHIPS]
        return {
            "title": index.spec.title(self.lang),
            "choices": [
                {
                    "label": choice.term.short if choice.term and self.lang == "zh" else choice.label,
                    # Beside another choice the number would be read as what both have in common.
                    "count": len(choice.records) if chosen is None or chosen.field == choice.field else 0,
                    "url": f"{type_name}/{choice.field}/{choice.slug}.html",
                    "chosen": choice is chosen,
                }
                for choice in shown
            ],
            "more": len(index.choices) - len(shown),
            "all": f"{index.spec.vocabulary}/index.html" if self._has_page(index.spec) else "",
        }

    def _record(self, job: Job) -> Page:
        record = self.catalogue.records[job.a]
        return self._page(
            self.address(job),
            [f"record/{record.type.name}.html", "record/_default.html"],
            record=record,
            type=record.type,
            title=record.title,
            where=self.place(record),
            crumbs=self._crumbs(record),
            source=self._source(record),
            related=self.related(record),
            named_by=self.named_by(record),
            named_parts=self.named_parts(record),
        )

    def _source(self, record: Record) -> dict[str, str]:
        return {
            "publisher": str(record.get("source_publisher")),
            "title": str(record.get("source_title")),
            "date": str(record.get("source_date")),
            "address": str(record.get("source_url")),
            "url": safe_url(record.get("source_url")),
            "sure": self.words("page.list.comma").join(term.label(self.lang) for term in record.term("confidence")),
            "verified": str(record.get("verified_on")),
        }

    def _crumbs(self, record: Record) -> list[tuple[str, str]]:
        crumbs = [(record.type.title(self.lang), f"{record.type.name}/index.html")]
        crumbs += [
            (self.brief_name(term), f"{term.vocabulary}/{term.id}.html")
            for term in record.term(PLACE)[:1]
            if self.catalogue.vocabularies[term.vocabulary].pages
        ]
        return crumbs

    def related(self, record: Record) -> list[dict[str, Any]]:
        """Records of the same type at the same term, by vocabulary: those that follow it in the list, five in all.

        Those that follow, not the first ones: so a new record changes five pages and not all pages of its county.
        """
        found: list[dict[str, Any]] = []
        seen = {record.key}
        for spec in record.type.fields:
            if spec.kind != "term" or not self._has_page(spec):
                continue
            for term in record.term(spec.name):
                near = [r for r in self._after(record, term, RELATED) if r.key not in seen][: RELATED - len(seen) + 1]
                if near:
                    seen.update(r.key for r in near)
                    found.append({"term": term, "records": near})
        return found

    def _after(self, record: Record, term: Term, count: int) -> list[Record]:
        key = (record.type.name, term.vocabulary, term.id)
        group = self._by_type_and_term[key]
        if key not in self._positions:
            self._positions[key] = {each.key: n for n, each in enumerate(group)}
        start = self._positions[key][record.key] + 1
        return [group[n % len(group)] for n in range(start, start + min(count, len(group) - 1))]

    def named_by(self, record: Record) -> list[dict[str, Any]]:
        """Which records name this one, by type and field; a bounded number, the rest counted."""
        groups: dict[tuple[str, str], dict[str, Backlink]] = defaultdict(dict)
        for link in self.catalogue.backlinks_of(record):
            groups[link.record.type.name, link.field.name].setdefault(link.record.key, link)
        room, found = NAMED_BY, []
        for (type_name, _), links in sorted(
            groups.items(), key=lambda item: (list(self.catalogue.types).index(item[0][0]), item[0][1])
        ):
            shown = [link.record for link in list(links.values())[: max(room, 3)]]
            room -= len(shown)
            field = next(iter(links.values())).field
            found.append(
                {
                    "type": self.catalogue.types[type_name],
                    "field": field,
                    "records": shown,
                    "hidden": len(links) - len(shown),
                }
            )
        return found

    def named_parts(self, record: Record) -> Mapping[str, list[Record]]:
        """Which records name a part of this one: the part's id -> the records."""
        found: dict[str, dict[str, Record]] = defaultdict(dict)
        for link in self.catalogue.backlinks_of(record):
            if link.part:
                found[link.part].setdefault(link.record.key, link.record)
        return {part: list(records.values()) for part, records in found.items()}

    def _term(self, job: Job) -> Page:
        vocabulary = self.catalogue.vocabularies[job.a]
        term = vocabulary[job.b]
        groups, missing = self._groups(vocabulary, term)
        return self._page(
            self.address(job),
            [f"term/{job.a}.html", "term/_default.html"],
            vocabulary=vocabulary,
            term=term,
            above=vocabulary.ancestors(term.id),
            groups=groups,
            missing=missing,
            total=self.total(job.a, term.id),
            children=self._children(vocabulary, term.id),
            contacts=self.contacts(vocabulary, term),
            spot=self._spot(vocabulary, term),
            coverage=self.coverage(job.a, term.id),
        )

    def _groups(self, vocabulary: Vocabulary, term: Term) -> tuple[list[Group], list[RecordType]]:
        counts = self.catalogue.counts(vocabulary.name, term.id)
        groups, missing, room = [], [], ROWS
        for record_type in self.catalogue.types.values():
            below = counts.get(record_type.name, 0)
            if not below:
                if any(record_type.by_name[f.field].vocabulary == vocabulary.name for f in record_type.facets):
                    missing.append(record_type)
                continue
            here = self.at(record_type.name, vocabulary.name, term.id)
            url, listed = self._list_of(record_type.name, vocabulary.name, term.id)
            first = CARDS if len(here) <= CARDS else FEW
            # A list that shows them all, page by page, stands in for a long tail of links.
            rest = () if listed >= len(here) and len(here) > 2 * CARDS else here[first : first + room]
            room -= len(rest)
            hidden = len(here) - min(first, len(here)) - len(rest)
            groups.append(Group(record_type, here[:first], rest, hidden, below, url))
        return groups, missing

    def _list_of(self, type_name: str, vocabulary: str, term_id: str) -> tuple[str, int]:
        for index in self.facets(type_name):
            if index.spec.vocabulary == vocabulary and term_id in index.by_slug:
                choice = index.by_slug[term_id]
                return f"{type_name}/{choice.field}/{choice.slug}.html", len(choice.records)
        return "", 0

    def _children(self, vocabulary: Vocabulary, term_id: str) -> list[dict[str, Any]]:
        """What stands right below: first the terms that have nothing below them, then the rest with theirs."""
        children = vocabulary.children(term_id)
        leaves = [term for term in children if not vocabulary.children(term.id)]
        found: list[dict[str, Any]] = []
        if leaves:
            found.append({"term": None, "count": 0, "terms": self._counted(leaves)})
        found.extend(
            {
                "term": term,
                "count": self.total(vocabulary.name, term.id),
                "terms": self._counted(vocabulary.children(term.id)),
            }
            for term in children
            if vocabulary.children(term.id)
        )
        return found

    def _counted(self, terms: Iterable[Term]) -> list[tuple[Term, int]]:
        return [(term, self.total(term.vocabulary, term.id)) for term in terms]

    def contacts(self, vocabulary: Vocabulary, term: Term) -> list[dict[str, Any]]:
        """The portal's contacts for this term or one above it, the nearest first."""
        line = [each.id for each in vocabulary.lineage(term.id)]
        found = []
        for contact in self.portal.get("contacts") or ():
            at = str(contact.get(vocabulary.name, ""))
            if at in line:
                found.append(
                    (
                        -line.index(at),
                        {
                            "title": self.said(contact.get("title")),
                            "phone": str(contact.get("phone") or ""),
                            "note": self.said(contact.get("note")),
                            "record": self.catalogue.records.get(str(contact.get("record") or "")),
                        },
                    )
                )
        return [contact for _, contact in sorted(found, key=lambda pair: pair[0])]

    def _spot(self, vocabulary: Vocabulary, term: Term) -> dict[str, Any] | None:
        """The grid of plots with the one that the term stands in."""
        tiles = self.tiles(vocabulary.name)
        if not tiles:
            return None
        top = vocabulary.lineage(term.id)[0].id
        here = next(tile for tile in tiles if tile["term"].id == top)
        wide = max(tile["col"] for tile in tiles) * 10
        high = max(tile["row"] for tile in tiles) * 10
        return {"all": self._grid(vocabulary.name), "here": _plot(here), "box": f"0 0 {wide} {high}"}

    def _vocabulary(self, job: Job) -> Page:
        vocabulary = self.catalogue.vocabularies[job.a]
        leaves, covered = self.coverage(job.a)
        return self._page(
            self.address(job),
            [f"vocabulary/{job.a}.html", "vocabulary/_default.html"],
            vocabulary=vocabulary,
            tiles=self.tiles(job.a),
            children=self._children(vocabulary, ""),
            leaves=leaves,
            covered=covered,
        )

    def _search(self, job: Job) -> Page:
        said = {key.removeprefix("search."): self.words(key) for key in self.words.keys("search.")}
        return self._page(self.address(job), ["site/search.html"], search_words=said)

    def _missing(self, job: Job) -> Page:
        # A missing page is served at any depth: its links start at the site's own folder.
        return self._page(self.address(job), ["site/404.html"], root=urlsplit(self.base).path or "/")

    def _icon(self, job: Job) -> Page:
        return Page(self.address(job), self.environment.get_template("site/icon.svg").render().encode())

    def _robots(self, job: Job) -> Page:
        lines = ["User-agent: *", "Allow: /"]
        if self.base:
            lines += ["", f"Sitemap: {self.base}sitemap.xml"]
        return Page(self.address(job), ("\n".join(lines) + "\n").encode())

    @cached_property
    def _public(self) -> list[str]:
        skipped = ("missing", "robots", "sitemap")
        return [self.address(job) for job in self._iter_public() if job.kind not in skipped]

    def _iter_public(self) -> Iterator[Job]:
        for job in self._iter_jobs():
            if job.kind == "robots":  # what follows are the sitemaps themselves
                return
            yield job

    @cached_property
    def _sitemaps(self) -> int:
        return ceil(len(self._public) / SITEMAP)

    def _sitemap(self, job: Job) -> Page:
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if job.c == 0 and self._sitemaps > 1:
            places = (f"{self.base}sitemap-{n}.xml" for n in range(1, self._sitemaps + 1))
            inner, outer = "sitemap", "sitemapindex"
        else:
            first = max(job.c - 1, 0) * SITEMAP
            places = (self.base + path for path in self._public[first : first + SITEMAP])
            inner, outer = "url", "urlset"
        body = "".join(f"<{inner}><loc>{escape(place)}</loc></{inner}>\n" for place in places)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {space}>\n{body}</{outer}>\n'
        return Page(self.address(job), text.encode())


def facts_of(record: Record, names: Sequence[str], asked: Sequence[str] = ()) -> list[tuple[FieldSpec, Sequence[Any]]]:
    """The named fields that are filled, each with its values; one in ``asked`` is there even when empty."""
    found = []
    for name in names:
        values = record.list(name)
        if (values or name in asked) and name in record.type.by_name:
            found.append((record.type.by_name[name], values))
    return found


def rest_of(record: Record, shown: Sequence[str] = ()) -> dict[str, list[Any]]:
    """What a page has not shown yet: names of ``plain`` fields, specs of ``tables`` and of ``long`` texts."""
    found: dict[str, list[Any]] = {"plain": [], "tables": [], "long": []}
    for name in record.values:
        if name in shown or name in SOURCE or name in HEADING or name not in record.type.by_name:
            continue
        spec = record.type.by_name[name]
        if spec.kind == "object" and spec.many:
            found["tables"].append(spec)
        elif spec.kind == "markdown":
            found["long"].append(spec)
        else:
            found["plain"].append(name)
    order = {spec.name: n for n, spec in enumerate(record.type.fields)}
    found["plain"].sort(key=lambda name: order[name])
    for specs in (found["tables"], found["long"]):
        specs.sort(key=lambda spec: order[spec.name])
    return found


def columns_of(rows: Sequence[Mapping[str, Any]], spec: FieldSpec) -> list[FieldSpec]:
    """The fields of an object that any of these rows fills, but for its id."""
    used = {name for row in rows for name in row}
    return [sub for sub in spec.fields if sub.name in used and sub.name != "id"]


def pager(page: int, pages: int, url: Callable[[int], str]) -> dict[str, Any] | None:
    """Links to other pages of a list: previous, next, neighbours and, when there are many, all of them."""
    if pages < 2:
        return None
    near = range(1, pages + 1) if pages <= 7 else sorted({1, *range(max(1, page - 2), min(pages, page + 2) + 1), pages})
    step = ceil(pages / 200)
    return {
        "page": page,
        "pages": pages,
        "previous": url(page - 1) if page > 1 else "",
        "next": url(page + 1) if page < pages else "",
        "near": [(n, url(n)) for n in near],
        "all": [(n, url(n)) for n in range(1, pages + 1, step)] if pages > 7 else [],
    }


def slug_of(value: str) -> str:
    """A file name for a value that is not a term: itself when plain, otherwise made plain with a checksum."""
    if SAFE_SLUG.fullmatch(value):
        return value
    return (re.sub(r"[^A-Za-z0-9]+", "-", value).strip("-") + f"-{crc32(value.encode()):08x}").lstrip("-")


def _pages(total: int) -> int:
    return max(1, ceil(total / PER_PAGE))


def _numbers(total: int) -> range:
    return range(1, _pages(total) + 1)


def _plot(tile: Mapping[str, Any]) -> str:
    return f"M{(tile['col'] - 1) * 10} {(tile['row'] - 1) * 10}h8v8h-8z"

"""Pages in memory: the Jinja environment, its filters, Markdown, and the plan of which pages there are.

Nothing is written here and nothing is read but templates and the style sheet. A type of record is data: its own
template is found by its name, and no name of a type stands in this file. Values of records are never templates;
they come out escaped, and Markdown comes out through a strict allow-list.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound
from markupsafe import Markup, escape

from generator.compiling import LeanEnvironment, Tight, kept_code
from generator.facets import Choice, FacetIndex
from generator.markup import clauses, clip, make_markdown, num, safe_url, tel
from generator.model import Catalogue, KezhuError, Page, Record, RecordType, Term, Vocabulary
from generator.sections import Box, MakeSection, Section
from generator.stamps import look
from generator.styles import Sheet
from generator.track import again, memo
from generator.views import PLACE, Views, alike_of, columns_of, facts_of, pager, rest_of

PER_PAGE = 30  # cards on a page of a list: more break the budget of nodes
SHORT, LONG = 16, 64  # characters of a card's text that may share a line, and that a line of its own may have
CARDS = 10_000  # cards kept by each process, 20 MB: a record has one in its list, its facets and its places
SITEMAP = 50_000  # addresses that one sitemap may hold, says its specification

ONCE = {
    "home": "index.html",
    "search": "search.html",
    "missing": "404.html",
    "robots": "robots.txt",
    "icon": "icon.svg",
}
"""The pages of which there is one."""


@dataclass(frozen=True, slots=True)
class Job:
    """One page to make: ``kind`` names the method, ``a`` ``b`` ``c`` say which page of that kind."""

    kind: str
    a: str = ""
    b: str = ""
    c: int = 1


# ── The renderer ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Renderer(Views):
    """Knows every page of a catalogue (`jobs`) and makes each one (`render`), alone and without side effects.

    ``templates`` and ``assets`` are folders; the first that has a file wins, so a portal's own come first.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        templates: Sequence[Path],
        assets: Sequence[Path],
        lang: str,
        today: date,
        sections: Sequence[MakeSection] = (),
    ) -> None:
        super().__init__(catalogue, lang)
        self.today = today  # no page shows it: a page must not change when only the day does
        self._assets = tuple(assets)
        self._markdown = make_markdown()
        self._cards: dict[str, Callable[..., Markup]] = {}
        self._tops: dict[tuple[str, str, str], Markup] = {}
        # Kept with the renderer, not with its class: `kezhu serve` makes a renderer for each change.
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
            "section": self._section,
        }
        self.sections = [make(self, today) for make in sections]
        self.environment = self._make_environment(templates)

    def _salt(self) -> str:
        """What stands for our code and for the words that are written into templates when they are compiled."""
        words = [(key, self.words(key)) for key in self.words.keys("page.")]
        return repr((jinja2.__version__, sys.version, words, sorted(look(str(Path(__file__).parent)).items())))

    def _make_environment(self, templates: Sequence[Path]) -> Environment:
        environment = LeanEnvironment(
            loader=FileSystemLoader([str(folder) for folder in templates]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=kept_code(self._salt()),
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
            alike=alike_of,
        )
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
        portal, menus = self.portal, self.menus()
        environment.globals.update(
            lang=self.lang,
            locale="zh-CN" if self.lang == "zh" else "en",
            words=self.words,
            portal=portal,
            said=self.said,
            compiled=str(portal.get("compiled") or ""),
            catalogue=self.catalogue,
            site_name=self.said(portal.get("name")) or portal.name,
            nav=menus["nav"],
            foot=menus["foot"],
            places=self.places,
            submit=str(portal.get("submit") or ""),
            report=str(portal.get("report") or ""),
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
        found = self._jobs()
        at: dict[str, Job] = {}
        for job in found:
            path = self.address(job)
            if path in at:
                raise KezhuError(f"two pages want the address {path}: {at[path]} and {job}")
            at[path] = job
        return found

    @memo
    def _jobs(self) -> list[Job]:
        maps = range(self._sitemaps() + 1 if self._sitemaps() > 1 else 1) if self.base else ()
        return [*self._pages_planned(), Job("robots"), Job("icon"), *(Job("sitemap", c=n) for n in maps)]

    @memo
    def _pages_planned(self) -> list[Job]:
        return list(self._iter_jobs())

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
        for number, section in enumerate(self.sections):
            yield from (Job("section", str(number), path) for path in section.paths())

    def prepare(self) -> None:
        """Reckon what most pages ask; worth it where all are made, by several processes."""
        for section in self.sections:
            section.prepare()

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
            case "section":
                return job.b
            case "sitemap":
                return f"sitemap-{job.c}.xml" if job.c else "sitemap.xml"
        return ONCE[job.kind]

    def render(self, job: Job) -> Page:
        """Make one page."""
        return self._makers[job.kind](job)

    # ── What is reckoned once for all pages ──

    @cached_property
    def base(self) -> str:
        """The address of the portal, ending in a slash, or ``""``."""
        address = safe_url(self.portal.get("address"))
        return address and address.rstrip("/") + "/"

    @memo
    def menus(self) -> dict[str, Sequence[Mapping[str, str]]]:
        """The links of header and footer."""
        return {"nav": self._nav(), "foot": self._foot()}

    def _nav(self) -> tuple[dict[str, str], ...]:
        """The main sections: a name of a type or vocabulary, or ``{to: name, title: words}`` for a shorter title."""
        entries = self.portal.get("nav") or [*self.catalogue.types, *(v.name for v in self.vocabularies)]
        sections = {url.partition("/")[0]: (title, url) for title, url in (s.entry for s in self.sections) if url}
        found = []
        for entry in entries:
            name = str(entry["to"] if isinstance(entry, Mapping) else entry)
            short = self.said(entry.get("title")) if isinstance(entry, Mapping) else ""
            if name in sections:
                title, url = sections[name]
                found.append({"name": name, "title": short or title, "url": url})
                continue
            thing = self.catalogue.types.get(name) or self.catalogue.vocabularies.get(name)
            if thing is None or (isinstance(thing, Vocabulary) and not thing.pages):
                raise KezhuError(f"nav names {name}, which is neither a type nor a vocabulary with pages", "portal.yml")
            found.append({"name": name, "title": short or thing.title(self.lang), "url": f"{name}/index.html"})
        return tuple(found)

    def places(self) -> dict[str, dict[str, str]]:
        """Title and address of every type, vocabulary and room that has pages, by name."""
        things: list[RecordType | Vocabulary] = [*self.catalogue.types.values(), *self.vocabularies]
        found = {thing.name: {"title": thing.title(self.lang), "url": f"{thing.name}/index.html"} for thing in things}
        entries = (section.entry for section in self.sections)
        found.update({url.partition("/")[0]: {"title": title, "url": url} for title, url in entries if url})
        return found

    def _foot(self) -> list[dict[str, str]]:
        """What the portal chooses of `places`: every link costs some bytes on every page."""
        places = self.places()
        chosen = self.portal.get("foot") or list(places)
        for name in chosen:
            # a room without a page of its own, such as a calendar of nothing, has no link
            if name not in places and name not in {section.name for section in self.sections}:
                raise KezhuError(f"foot names {name}, which is no type, vocabulary or room with pages", "portal.yml")
        return [places[name] for name in chosen if name in places]

    @cached_property
    def _sheet(self) -> Sheet:
        for folder in self._assets:
            path = folder / "design.css"
            if path.is_file():
                return Sheet(path.read_text("utf-8"))
        raise KezhuError("design.css is in none of the folders of assets")

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
        return self._card(root, record, bool(at) and record.term(PLACE) == (at,))

    @again(CARDS)
    def _card(self, root: str, record: Record, here: bool) -> Markup:
        name = record.type.name
        if name not in self._cards:
            template = self.environment.select_template([f"card/{name}.html", "card/_default.html"])
            self._cards[name] = template.module.card  # type: ignore[attr-defined]  # a macro of that file
        where = "" if here else self.place(record)
        return self._cards[name](root, record, where, self._card_lines(record))

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
            return self.environment.select_template(list(names))
        except TemplateNotFound as error:
            raise KezhuError(f"no template {' or '.join(names)}") from error

    def _page(self, path: str, names: Sequence[str], **values: Any) -> Page:
        root = "../" * path.count("/")
        template = self._template(tuple(names))
        values = {"root": root, "path": path, "section": path.partition("/")[0], "boxes": (), **values}
        return Page(path, self._sheet.dress(template.render(values)).encode())

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

    def _list(self, job: Job) -> Page:
        return self._list_page(job, self.catalogue.by_type.get(job.a, ()), None, None)

    def _facet(self, job: Job) -> Page:
        field, _, slug = job.b.partition("/")
        index = next(index for index in self.facets(job.a) if index.spec.name == field)
        return self._list_page(job, index.by_slug[slug].records, index, index.by_slug[slug])

    def _list_page(self, job: Job, records: Sequence[Record], index: FacetIndex | None, choice: Choice | None) -> Page:
        pages, first = _pages(len(records)), index is None and job.c == 1
        return self._page(
            self.address(job),
            [f"list/{job.a}.html", "list/_default.html"],
            type=self.catalogue.types[job.a],
            records=records[(job.c - 1) * PER_PAGE : job.c * PER_PAGE],
            total=len(records),
            chosen=choice,
            chosen_by=index,
            boxes=self._boxes(lambda s: s.list_boxes(self.catalogue.types[job.a])) if first else (),
            facets=[self._facet_box(job.a, each, choice) for each in self.facets(job.a)],
            pager=pager(job.c, pages, lambda n: self.address(Job(job.kind, job.a, job.b, n))),
        )

    def _section(self, job: Job) -> Page:
        made = self.sections[int(job.a)].page(job.b)
        if isinstance(made, bytes):
            return Page(job.b, made)
        return self._page(job.b, [made.name], **made.values)

    def _boxes(self, ask: Callable[[Section], Iterable[Box]]) -> list[Box]:
        return [box for section in self.sections for box in ask(section)]

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
            boxes=self._boxes(lambda section: section.record_boxes(record)),
        )

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
            boxes=self._boxes(lambda section: section.term_boxes(vocabulary, term)),
        )

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
        return self._page(self.address(job), ["site/search.html"])

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

    @memo
    def _public(self) -> list[str]:
        found = (self.address(job) for job in self._pages_planned() if job.kind != "missing")
        return [path for path in found if path.endswith(".html")]

    @memo
    def _sitemaps(self) -> int:
        return ceil(len(self._public()) / SITEMAP)

    def _sitemap(self, job: Job) -> Page:
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if job.c == 0 and self._sitemaps() > 1:
            places = (f"{self.base}sitemap-{n}.xml" for n in range(1, self._sitemaps() + 1))
            inner, outer = "sitemap", "sitemapindex"
        else:
            first = max(job.c - 1, 0) * SITEMAP
            places = (self.base + path for path in self._public()[first : first + SITEMAP])
            inner, outer = "url", "urlset"
        body = "".join(f"<{inner}><loc>{escape(place)}</loc></{inner}>\n" for place in places)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {space}>\n{body}</{outer}>\n'
        return Page(self.address(job), text.encode())


def _pages(total: int) -> int:
    return max(1, ceil(total / PER_PAGE))


def _numbers(total: int) -> range:
    return range(1, _pages(total) + 1)

"""Facets: the values of a field by which a list is split, each with its records, and the box that offers them.

A field of terms may count at a level of its tree; any other value has a file name made from itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from generator.model import Facet, FieldSpec, Record, Term, Vocabulary

SHOWN = 40  # values in a box; the rest stand on the vocabulary's own page
SAFE_SLUG = re.compile(r"[A-Za-z0-9_-]+")


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


def index_facet(
    facet: Facet, spec: FieldSpec, records: Iterable[Record], vocabularies: Mapping[str, Vocabulary], lang: str
) -> FacetIndex:
    """The values that some records have in a field, by their names in a language."""
    choices = _choices(facet, spec, records, vocabularies, lang)
    return FacetIndex(facet, spec, choices, {choice.slug: choice for choice in choices})


def _choices(
    facet: Facet, spec: FieldSpec, records: Iterable[Record], vocabularies: Mapping[str, Vocabulary], lang: str
) -> tuple[Choice, ...]:
    having: dict[str, dict[str, Record]] = defaultdict(dict)
    terms: dict[str, Term] = {}
    labels: dict[str, str] = {}
    for record in records:
        if spec.kind == "term":
            for named in record.term(spec.name):
                term = _at_level(named, facet.level, vocabularies)
                terms[term.id], labels[term.id] = term, term.label(lang)
                having[term.id][record.key] = record
        else:
            for value in map(str, record.list(spec.name)):
                labels[slug_of(value)] = value
                having[slug_of(value)][record.key] = record
    if terms:
        order = {key: n for n, key in enumerate(vocabularies[spec.vocabulary].terms)}
        whole = facet.level == 0 and any(term.parent for term in vocabularies[spec.vocabulary])
        slugs = sorted(having, key=lambda slug: (0 if whole else -len(having[slug]), order[slug]))
    else:
        slugs = sorted(having, key=lambda slug: labels[slug], reverse=True)
    return tuple(Choice(spec.name, slug, labels[slug], tuple(having[slug].values()), terms.get(slug)) for slug in slugs)


def _at_level(term: Term, level: int, vocabularies: Mapping[str, Vocabulary]) -> Term:
    if level < 0:
        return term
    line = vocabularies[term.vocabulary].lineage(term.id)
    return line[min(level, len(line) - 1)]


def facet_box(type_name: str, index: FacetIndex, chosen: Choice | None, lang: str, *, paged: bool) -> dict[str, Any]:
    """A facet for a template; ``paged`` says whether its vocabulary has pages, where all values stand."""
    shown = index.choices[:SHOWN]
    return {
        "title": index.spec.title(lang),
        "choices": [
            {
                "label": choice.term.short if choice.term and lang == "zh" else choice.label,
                # Beside another choice the number would be read as what both have in common.
                "count": len(choice.records) if chosen is None or chosen.field == choice.field else 0,
                "url": f"{type_name}/{choice.field}/{choice.slug}.html",
                "chosen": choice is chosen,
            }
            for choice in shown
        ],
        "more": len(index.choices) - len(shown),
        "all": f"{index.spec.vocabulary}/index.html" if paged else "",
    }


def slug_of(value: str) -> str:
    """A file name for a value that is not a term: itself when plain, otherwise made plain with a checksum."""
    if SAFE_SLUG.fullmatch(value):
        return value
    return (re.sub(r"[^A-Za-z0-9]+", "-", value).strip("-") + f"-{crc32(value.encode()):08x}").lstrip("-")

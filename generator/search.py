"""Search: the bundles of documents for the browser, with their cards, their facets and what these open.

Pagefind is used as a store of posting lists and nothing else. It cuts Chinese badly, and it cuts a query in another way
than a page, so it never sees Chinese: words are codes of plain letters (`tokens`), which pass through it whole.
``tests/vectors/tokens.json`` keeps the two sides equal.

What is in a document is said by `documents`; this room says in which bundle and under which number it stands.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from generator.bundle import make_bundle
from generator.documents import EVERY, PLACES, Document, Filter
from generator.model import Page, Vocabulary

CARDS_PER_FILE = 20  # search.js knows it too: ten cards mostly stand in four files; a phone asks for six at a time
T = TypeVar("T")

# ── The bundle ───────────────────────────────────────────────────────────────────────────────────────────────────────

Outline = Sequence[tuple[str, str, str, int]]


ROOT = ""
"""The bundle that is always asked: all of a small portal, of a large one what belongs to no single place."""

WHOLE = 10_000
"""Documents up to which one bundle holds all."""


def parts(documents: Iterable[Document], whole: int | None = None) -> dict[str, list[Document]]:
    """The documents of each bundle, in their order."""
    placed = []
    for document in in_order(documents):
        places = [each.value for each in document.filters if each.facet == PLACES]
        placed.append((document, places[0] if len(places) == 1 else ROOT))
    return share_out(placed, whole)


def share_out(placed: Sequence[tuple[T, str]], whole: int | None = None) -> dict[str, list[T]]:
    """What stands in which bundle, of things with the one topmost place of each, or ``""``: past ``whole`` of them a
    bundle for each place, and `ROOT`."""
    limit = WHOLE if whole is None else whole
    found: dict[str, list[T]] = {ROOT: []}
    for each, place in placed:
        found.setdefault(place if len(placed) > limit else ROOT, []).append(each)
    return found if found[ROOT] or not placed else {ROOT: [each for each, _ in placed]}


def folder(part: str) -> str:
    """Where the files of a bundle stand in the site."""
    return f"pagefind/{part}/" if part else "pagefind/"


def paths(part: str) -> tuple[str, ...]:
    """How the paths of a bundle's files begin, and those of no other."""
    own = ("pagefind", "wasm", "index/", "cards/", "facets", "below/", "dates")
    return (folder(part),) if part else tuple(f"pagefind/{name}" for name in own)


def index(documents: Iterable[Document], *, language: str, part: str = ROOT, others: Outline = ()) -> list[Page]:
    """The Pagefind bundle, the cards and the facets of these documents, all below ``pagefind/``.

    A document's number is its place in `in_order`: cards and facets are filed under it, and equal scores follow it.
    Facets are ours because Pagefind 1.5.2 writes its filter files in an order that differs from run to run, and
    fetches all of them for counts. The same documents give the same bytes, in whatever order they come. The `ROOT`
    names the ``others``. The entry says with what the others are asked for (``made``), so that no cache mixes two
    builds, and how cards are ``filed``.

    Raises:
        KezhuError: the binary is missing or fails, or it writes another format than we do.
    """
    ordered = in_order(documents)
    if not ordered:
        return []
    at = folder(part)
    shown = [*_cards(at, ordered), _facets(at, ordered), *_below(at, ordered), _dates(at, ordered)]
    made = hashlib.sha256(b"".join(page.content for page in shown)).hexdigest()[:8]
    extra: dict[str, object] = {"made": made, "filed": _filed(ordered)}
    if others:
        extra |= {"parts": others, "by": PLACES}
    if part or others:
        extra["steps"] = _steps_of(ordered)
    # a tag for private use: Pagefind then neither stems nor segments
    files = make_bundle(((("", (EVERY,)), *document.blocks) for document in ordered), f"x-{language}", extra)
    shared = ("pagefind.js", "wasm.unknown.pagefind") if part else ()
    return [*(Page(f"{at}{name}", content) for name, content in files.items() if name not in shared), *shown]


def outline(found: Mapping[str, Sequence[object]], places: Vocabulary | None) -> Outline:
    """What the browser must know of the bundles beside the `ROOT`: name, title, label, how many documents."""
    if places is None:
        return ()
    tops = [places[name] for name in found if name]
    return tuple(
        (top.id, top.title, top.short, len(found[top.id])) for top in sorted(tops, key=lambda top: (top.line, top.id))
    )


def _steps_of(ordered: Sequence[Document]) -> list[tuple[int, int, int]]:
    """From which number on documents are of a type and a year: bundles that are asked together are sorted by it."""
    steps: dict[tuple[int, int], int] = {}
    for number, document in enumerate(ordered):
        order = {each.facet: each.order for each in document.filters}
        steps.setdefault((order["type"], order.get("year", 1)), number)
    return [(kind, year, number) for (kind, year), number in steps.items()]


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Types in the order of the portal, newest first, then what is about the same and neighbours together, which packs
    best."""

    def place(document: Document) -> tuple[object, ...]:
        first = {each.facet: each.order for each in reversed(document.filters)}
        rest = sorted((facet, order) for facet, order in first.items() if facet not in ("type", "year", PLACES))
        subject = _subject(document)
        return first["type"], first.get("year", 1), subject is None, subject, first.get(PLACES, -1), rest, document.key

    return sorted(documents, key=place)


def _subject(document: Document) -> tuple[str, int, tuple[int, ...]] | None:
    """What a document names first beside its type, year and place, a crop or a trade: facet, order, and the line of
    the first step below, if it names one."""
    named = (each for each in document.filters if each.facet not in ("type", "year", PLACES))
    first = min(named, key=lambda each: (each.facet, each.order), default=None)
    if first is None:
        return None
    below = (each.path[0][2] for each in document.finer if (each.facet, each.value) == (first.facet, first.value))
    return first.facet, first.order, tuple(sorted(below)[:1])


def _subjects(documents: Sequence[Document]) -> list[int]:
    """What each document is about, as a number; what is about nothing has the last one."""
    named = list(map(_subject, documents))
    numbers = {each: number for number, each in enumerate(sorted(filter(None, set(named))))}
    return [len(numbers) if each is None else numbers[each] for each in named]


def _filed(documents: Sequence[Document]) -> list[int]:
    """How cards are filed: the subject of so many documents, in the order of their numbers, then of so many more."""
    return [each for subject, same in groupby(_subjects(documents)) for each in (subject, sum(1 for _ in same))]


def _cards(folder: str, documents: Sequence[Document]) -> Iterator[Page]:
    """The cards, some to a file, those of a subject together: what is found together mostly stands in few files."""
    subjects = _subjects(documents)
    cards = [
        [each.key, each.title, each.type_title, each.seal, each.tone, each.place, *each.lines]
        for each in (documents[number] for number in sorted(range(len(documents)), key=subjects.__getitem__))
    ]
    for number in range(0, len(cards), CARDS_PER_FILE):
        yield _json(f"{folder}cards/{number // CARDS_PER_FILE}.json", cards[number : number + CARDS_PER_FILE])


def _facets(folder: str, documents: Sequence[Document]) -> Page:
    """Facet values: for each facet a row of value positions (0 none), documents in the order of their numbers.

    Neighbours often have the same: a row is a list of (position or positions, how many times).
    """
    titles: dict[str, str] = {}
    values: dict[str, set[Filter]] = defaultdict(set)
    for document in documents:
        for each in document.filters:
            titles.setdefault(each.facet, each.facet_title)
            values[each.facet].add(each)
    facets = []
    for name in sorted(titles, key=lambda name: ({"type": 0, "year": 2}.get(name, 1), name != PLACES, name)):
        ordered = sorted(values[name], key=lambda each: (each.order, each.value))
        position = {each: number for number, each in enumerate(ordered, 1)}
        rows: list[int | list[int]] = []
        for document in documents:
            row = sorted(position[each] for each in document.filters if each.facet == name)
            rows.append(row if len(row) > 1 else sum(row))
        shown = [[each.value, each.label, *([each.url] if each.url else [])] for each in ordered]
        runs = [each for row, same in groupby(rows) for each in (row, sum(1 for _ in same))]
        order = [each.order for each in ordered]
        facets.append({"name": name, "title": titles[name], "values": shown, "order": order, "runs": runs})
    return _json(f"{folder}facets.json", {"total": len(documents), "facets": facets})


def _below(folder: str, documents: Sequence[Document]) -> Iterator[Page]:
    """What a facet's value opens, a file for each value: all counties at once would cost more than the first search.

    ``below/region/430000.json`` holds facets whose rows are those of the documents with that value only, and whose
    values name the one above, if that is in the same file. ``below/region.json`` tells in which file a value stands.
    A value that opens nothing has its file too, so that nobody asks for one that is not there.
    """
    opened: dict[tuple[str, str], dict[str, tuple[str, dict[tuple[str, str, int], str]]]] = defaultdict(dict)
    for each in (each for document in documents for each in document.finer):
        _, steps = opened[each.facet, each.value].setdefault(each.name, (each.title, {}))
        above = ""
        for step in each.path:
            steps.setdefault(step, above)
            above = step[0]
    held: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        for key in dict.fromkeys((each.facet, each.value) for each in document.filters):
            held[key].append(document)
    stand: dict[str, dict[str, str]] = defaultdict(dict)
    for key in sorted(held):
        facet, top = key
        if facet == "year":
            continue
        if facet != "type":
            stand[facet].setdefault(top, "")
        facets = []
        for name, (title, steps) in sorted(opened[key].items()):
            ordered = sorted(steps, key=lambda step: (step[2], step[0]))
            number = {step[0]: n for n, step in enumerate(ordered, 1)}
            rows = [_row(document, key, name, number) for document in held[key]]
            values = [[step[0], step[1], *([steps[step]] if steps[step] else [])] for step in ordered]
            facets.append({"name": name, "title": title, "values": values, "rows": rows})
            if name == facet:
                stand[facet][top] = " ".join(number)
        yield _json(f"{folder}below/{facet}/{top}.json", {"total": len(held[key]), "facets": facets})
    for facet in sorted(stand):
        yield _json(f"{folder}below/{facet}.json", stand[facet])


def _row(document: Document, key: tuple[str, str], name: str, number: Mapping[str, int]) -> int | list[int]:
    row = sorted(
        {number[each.path[-1][0]] for each in document.finer if (each.facet, each.value) == key and each.name == name}
    )
    return row if len(row) > 1 else sum(row)


def _dates(folder: str, documents: Sequence[Document]) -> Page:
    """When each document is from, for who wants the newest first: positions among the days, the newest is 1."""
    days = sorted({document.dated for document in documents if document.dated[0]}, reverse=True)
    position = {day: number for number, day in enumerate(days, 1)}
    rows = [position.get(document.dated, 0) for document in documents]
    return _json(f"{folder}dates.json", {"values": days, "rows": rows})


def _json(path: str, value: object) -> Page:
    return Page(path, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

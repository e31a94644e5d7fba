"""The lexicon cut into small files for the browser, so that a query fetches a few kilobytes.

A name is filed by its first character, in Latin letters by its first word: ``search/forms/<n>.json``. The browser makes
of such a file what it is in a `Lexicon`; every byte is paid for by somebody on a slow line. Names that are written
otherwise than they should be are filed by `hearing`.

Knows nothing of records, documents or Pagefind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce

from generator.hearing import begun_page, body_pages, file_of, slip_pages, sound_pages, sounds
from generator.lexicon import Lexicon, traditional
from generator.model import Page
from generator.tokens import LETTERS, RUN

FORM_FILES = 4096  # search.js knows this number


def files(lexicon: Lexicon, known: Mapping[str, int] | None = None, codes: Iterable[str] | None = None) -> list[Page]:
    """All files of a lexicon, by numbers that the browser can reckon.

    ``known`` says how many records a concept has: of names that sound alike, the one that finds most comes first.
    ``codes`` are all words of all documents, so that the browser need not ask for what is nowhere.
    """
    return [*form_pages(form_base(lexicon), known or {}, codes), *heard_pages(lexicon, known or {})]


def heard_pages(lexicon: Lexicon, known: Mapping[str, int]) -> list[Page]:
    """The files for whoever writes a name otherwise."""
    forms = lexicon.forms
    weight = {form: max(known.get(key, 0) for key in concepts) for form, concepts in forms.items()}
    return [
        *sound_pages(forms, weight, lexicon.main, lexicon.spoken, lexicon.parts),
        *slip_pages(forms, weight, lexicon.places, lexicon.proper, lexicon.spoken),
        *body_pages(lexicon.bodies),
        begun_page(forms, traditional()),
    ]


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class File:
    """What one of the files of names holds, before it is known what records there are."""

    names: dict[str, list[str]] = field(default_factory=dict)  # concept: names that mean nothing else
    shared: dict[tuple[str, ...], list[str]] = field(default_factory=dict)  # concepts: names that mean each of them
    simple: dict[str, str] = field(default_factory=dict)  # traditional character: simple one
    sounds: dict[str, str] = field(default_factory=dict)

    def add(self, form: str, concepts: tuple[str, ...]) -> None:
        """File a name."""
        for key in concepts:
            self.names.setdefault(key, [])
        (self.names[concepts[0]] if len(concepts) == 1 else self.shared.setdefault(concepts, [])).append(form)


def form_base(lexicon: Lexicon) -> list[tuple[str, list[str]]]:
    """What names alone decide of each of the files that `form_pages` completes: JSON without its braces, and concepts.

    ``{v: {vocabulary: lines}, m: lines, t: "traditional and simple character, …", p: {character: sound}}``. A line of
    ``v`` is a concept, parted by tabs: id, names, label, wider concepts, whether it is soft, what to call it where a
    name has several meanings, and of a sign the candidates, each followed by its hosts. A line of ``m`` are names and
    their concepts. Names and concepts of a list are parted by semicolons, concepts of the same vocabulary go without
    its name. What is empty is left out, at the end of a line too.
    """
    parts = [File() for _ in range(FORM_FILES)]
    several = {key for concepts in lexicon.forms.values() if len(concepts) > 1 for key in concepts}
    for form, concepts in lexicon.forms.items():
        if ";" not in form:  # a query is cut there, so that nobody can ask for it
            parts[file_of(_first(form), FORM_FILES)].add(form, concepts)
    for before, after in traditional().items():
        parts[file_of(before, FORM_FILES)].simple[before] = after
    for character, sound in sounds().items():
        parts[file_of(character, FORM_FILES)].sounds[character] = sound
    return [_written(part, lexicon, several) for part in parts]


def _written(part: File, lexicon: Lexicon, several: Container[str]) -> tuple[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    concepts = sorted(part.names)
    for key in concepts:
        lines[key.partition("/")[0]].append(_line(key, part.names[key], lexicon, several))
    shared = (f"{';'.join(names)}\t{';'.join(keys)}" for keys, names in part.shared.items())
    said = {
        "v": {vocabulary: "\n".join(found) for vocabulary, found in lines.items()},
        "m": "\n".join(shared),
        "t": "".join(before + after for before, after in part.simple.items()),
        "p": part.sounds,
    }
    return _dense({key: held for key, held in said.items() if held})[1:-1], concepts


def _line(key: str, names: Sequence[str], lexicon: Lexicon, several: Container[str]) -> str:
    vocabulary, _, term = key.partition("/")
    candidates = (_plain(each) for candidate in lexicon.hints.get(key, ()) for each in candidate)
    return "\t".join(
        (
            term,
            ";".join(names),
            _plain(lexicon.labels.get(key, "")),
            ";".join(wider.removeprefix(f"{vocabulary}/") for wider in lexicon.wider.get(key, ())),
            "1" if key in lexicon.soft else "",
            _plain(lexicon.called.get(key, "")) if key in several else "",
            *candidates,
        )
    ).rstrip("\t")


def _plain(text: str) -> str:
    """A text without what parts lines and columns."""
    return " ".join(text.split())


def form_pages(
    base: Sequence[tuple[str, Sequence[str]]], known: Mapping[str, int], codes: Iterable[str] | None
) -> Iterator[Page]:
    """The files of names: beside what `form_base` says ``{e: "01…", k: {character: all that follow it in documents}}``.

    ``e`` has a 1 for each concept, in their order, that no document is about. What is empty is left out, and ``k`` when
    it is not known.
    """
    behind: list[dict[str, str]] = [{} for _ in range(FORM_FILES)]
    for character, found in followers(codes or ()).items():
        behind[file_of(character, FORM_FILES)][character] = found
    for number, (said, concepts) in enumerate(base):
        empty = "".join("01"[known.get(key) == 0] for key in concepts).rstrip("0")
        more = {**({"e": empty} if empty else {}), **({} if codes is None else {"k": behind[number]})}
        text = ",".join(each for each in (said, _dense(more)[1:-1]) if each)
        yield Page(f"search/forms/{number}.json", f"{{{text}}}".encode())


def _first(form: str) -> str:
    """What a name is filed under."""
    begun = RUN.match(form)
    assert begun is not None  # or it would be no name
    return begun[0] if begun[0].isascii() else form[0]


def followers(codes: Iterable[str]) -> dict[str, str]:
    """For each character those that follow it somewhere, of the codes of pairs."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in sorted(set(codes)):
        if len(code) == 8 and code[0] <= "o":
            first, second = (chr(_number(half)) for half in (code[:4], code[4:]))
            found[first].append(second)
    return {first: "".join(found[first]) for first in sorted(found)}


@cache
def _number(code: str) -> int:
    return reduce(lambda number, letter: number * 26 + LETTERS.index(letter), code, 0)


def _dense(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

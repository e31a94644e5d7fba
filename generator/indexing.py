"""The search part of a site in parts, each with a key: bundles, lexicon, suggestions.

Says which part is made of what; what is in a part is said in `documents`, `search`, `lexicon` and `suggest`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from generator import documents, lexicon, search, suggest
from generator.model import Catalogue, Page

LEXICON = ("search/forms/", "search/pinyin/", "search/typo/")
SEARCHED = ("documents.py", "search.py", "bundle.py", "tokens.py")


@dataclass(frozen=True)
class Part:
    """A part of the site that is made as a whole: whoever holds its files under the same ``key`` need not ``make`` it.

    ``paths``: how the paths of its files begin, and those of no other part.
    """

    name: str
    key: str
    paths: tuple[str, ...]
    make: Callable[[], Sequence[Page]]


def index_parts(catalogue: Catalogue, lang: str, cache: Path | None = None) -> Iterator[Part]:  # noqa: ARG001
    """The parts in their order; made one after the other, each takes its share of memory.

    ``cache`` is a folder for what was made of each record, which the next run reads; nothing in it is ever needed.

    Raises:
        KezhuError: Pagefind is missing or fails, or writes another format than we do.
    """
    names = lexicon.make_lexicon(catalogue.vocabularies.values(), documents.record_names(catalogue))
    findable = list(documents.documents(catalogue, lang, names))
    made_from = [Path(search.__file__).with_name(name).read_bytes() for name in SEARCHED]
    found = search.parts(findable)
    outline = search.outline(found, catalogue.vocabularies.get(documents.PLACES))
    for part, held in found.items():
        others = () if part else outline
        digest = hashlib.sha256(version("pagefind_bin").encode() + b"".join(made_from) + repr(others).encode())
        for document in held:
            digest.update(repr(document).encode())
        make = partial(search.index, held, language=lang, part=part, others=others)
        yield Part(f"search {part}".strip(), digest.hexdigest(), search.paths(part), make)
    known = documents.known(findable, names)
    key = hashlib.sha256(
        repr((names.forms, names.wider, names.labels, names.soft, names.called, names.hints, known)).encode()
    )
    key.update(Path(lexicon.__file__).read_bytes() + version("opencc").encode() + version("pypinyin").encode())
    codes = sorted(set().union(*(block for document in findable for _, block in document.blocks)))
    key.update(repr(codes).encode())
    yield Part("lexicon", key.hexdigest(), LEXICON, lambda: lexicon.files(names, known, codes))
    suggested = suggest.entries(catalogue, lang, names, known)
    key.update(repr(suggested).encode() + Path(suggest.__file__).read_bytes())
    yield Part("suggest", key.hexdigest(), (suggest.FOLDER,), lambda: suggest.files(suggested, names))

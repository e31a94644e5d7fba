"""Words as codes of plain letters, which pass through Pagefind whole; search.js makes the same of a query.

The codes. Letters only, because Pagefind cuts a word again where a digit meets a letter:

* a character (CJK, kana, 〇 々): four letters, its code point in base 26, so that all planes fit; the first is a to o;
* two neighbouring characters: the eight letters of both; a run of one character: its four;
* a Latin or digit run: ``x``, then its letters, a digit d as ``z`` and the d-th letter of a–j, z itself as ``zz``;
  ``GB/T`` and ``24a`` also give their parts;
* a concept, that is a term of a vocabulary with pages: ``y``, then the vocabulary and the term's id.

``tests/vectors/tokens.json`` keeps the two sides equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from operator import add

CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"[{CJK}]+|[a-z0-9]+(?:[./-][a-z0-9]+)*")
PAIR = re.compile(f"[{CJK}]{{2}}")
PART = re.compile("[a-z]+|[0-9]+")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PLAIN = {
    **{letter: letter for letter in LETTERS},
    **{str(n): "z" + LETTERS[n] for n in range(10)},
    "z": "zz",
    "-": "zx",
}


def fold(text: str) -> str:
    """Make forms of one word equal: full-width and compatibility forms, capitals."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()


def tokens(text: str) -> list[str]:
    """The codes of a text's words, in order and with repetitions; search.js gives the same."""
    found: list[str] = []
    for run in RUN.findall(fold(text)):
        found += _latin(run) if run[0] in PLAIN else _grams(run)
    return found


def pairs_of(folded: str) -> list[str]:
    """Each character of a folded text with the next one."""
    return list(map(add, folded, folded[1:]))


def findable(folded: str, pairs: Sequence[str] | None = None) -> set[str]:
    """The codes by which a folded text is found: its words', and the last character of each run of several, for with
    the pairs' first ones each character can then be asked alone. Whoever has its ``pairs`` gives them."""
    found = set(map(PAIRS.__getitem__, pairs_of(folded) if pairs is None else pairs))
    found.discard("")
    for run in RUN.findall(folded):
        if run[0] in PLAIN:
            found.update(_latin(run))
        else:
            found.add(_code(run[-1]))
    return found


@cache
def concept(vocabulary: str, term_id: str) -> str:
    """The token of a term."""
    return "y" + _plain(vocabulary) + "zy" + _plain(term_id)


def is_concept(code: str) -> bool:
    """Whether a code is that of a term."""
    return code[0] == "y"


def is_pair(code: str) -> bool:
    """Whether a code is that of two neighbouring characters."""
    return len(code) == 8 and code[0] <= "o"


class _Codes(dict[str, str]):
    """The codes of one character or two: some ten thousand pairs make up all texts, and their codes are held once."""

    def __missing__(self, characters: str) -> str:
        numbers = map(ord, characters)
        code = self[characters] = "".join(LETTERS[each // 26**at % 26] for each in numbers for at in (3, 2, 1, 0))
        return code


class _Pairs(dict[str, str]):
    """The codes of pairs of any two characters; nothing for two that are no neighbours in a word."""

    def __missing__(self, pair: str) -> str:
        code = self[pair] = _code(pair) if PAIR.fullmatch(pair) else ""
        return code


_code = _Codes().__getitem__
PAIRS = _Pairs()


def _grams(run: str) -> list[str]:
    return list(map(_code, pairs_of(run))) or [_code(run)]


@cache
def _latin(run: str) -> tuple[str, ...]:
    parts = PART.findall(run)
    return ("x" + _plain("".join(parts)), *(("x" + _plain(part) for part in parts) if len(parts) > 1 else ()))


def _plain(text: str) -> str:
    return "".join(PLAIN.get(character) or "zw" + _code(character) for character in text)

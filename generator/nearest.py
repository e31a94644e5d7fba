"""The right word for a wrong one. Any number of candidates: the comparison runs in C++ (rapidfuzz)."""

from __future__ import annotations

from collections.abc import Iterable

SLIP = 400  # a text longer than this is not a slip of the pen


def nearest(word: str, words: Iterable[str], limit: int = 3, likeness: float = 60.0) -> list[str]:
    """Up to ``limit`` of ``words`` that are at least ``likeness`` per cent like ``word``, the likest first."""
    if not word or len(word) > SLIP:
        return []
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - longer to load than a file to check, and most have no slip

    found = process.extract(word, list(words), scorer=fuzz.ratio, limit=limit, score_cutoff=likeness)
    return [str(text) for text, _, _ in found]

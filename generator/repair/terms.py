"""Terms of vocabularies and ids of records as people write them. Only what is found exactly counts as meant."""

from __future__ import annotations

import re
import unicodedata

from generator.model import Term, Vocabulary
from generator.repair.outcome import SCIENTIFIC, Doubt, Outcome, Repair, narrow, plain_dashes, read_as

_WRAPS = "《》〈〉<>\"'“”‘’`()[]【】「」 \t\n"
_ENDS = "。．.，,、；;：:"
_AND_SO_ON = re.compile(r"(?:等等|等地|等)$")
_COMMAS = re.compile(r"[、，,;；/|\n\t]+")
_WORDS = re.compile(r"[、，,;；/|\s和及与]+")
_STEPS = re.compile(r"[\s·/\\>→-]+")  # between a province and its county; a comma is between two counties
_REGISTERED = (9, 12)  # digits of a place in the registers of statistics, which go on below the county with zeros
_LONGEST = 60
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:#[a-z0-9]+(?:-[a-z0-9]+)*)?")


def mend_term(text: str, vocabulary: Vocabulary, *, many: bool) -> Outcome:
    """A name or code of ``vocabulary``; several where the field takes ``many`` and every piece is known."""
    if len(text) > 20 * _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", narrow(text)).strip(_WRAPS)
    if SCIENTIFIC.fullmatch(plain):
        return Doubt("digits-lost")
    if re.fullmatch(r"[0-9]+(?:\.0+)?", plain):
        return _mend_code(text, plain.split(".")[0], vocabulary)
    for tried in (plain, plain.strip(_ENDS), re.sub(r"\s+", "", plain)):
        if vocabulary.resolve(tried):
            return read_as("read-as-term", text, tried)
    if meant := _code_and_name(plain, vocabulary):
        return meant
    if len(paths := _paths(plain, vocabulary)) == 1:
        term = vocabulary[paths.pop()]
        return Repair((term.title if vocabulary.resolve(term.title) is term else term.id,), "read-as-term")
    return _list(plain, vocabulary, many=many)


# ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mend_code(text: str, digits: str, vocabulary: Vocabulary) -> Outcome:
    """A code as it is, or with the zeros that a spreadsheet took from its front or a register added at its end."""
    if digits in vocabulary:
        return read_as("read-as-code", text, digits)
    fuller = [code for n in range(1, 4) if (code := "0" * n + digits) in vocabulary]
    if len(digits) in _REGISTERED and digits.endswith("000") and digits[:6] in vocabulary:
        fuller += [digits[:6]] if not digits[6:].strip("0") else []
    fuller += [code for n in range(1, 3) if (code := digits + "0" * n) in vocabulary]
    if len(fuller) == 1 and not (fuller[0].startswith(digits) and len(fuller[0]) > len(digits)):
        return Repair((fuller[0],), "read-as-code")
    return Doubt("code-digits", {"candidates": [_said(vocabulary[code]) for code in fuller]}) if fuller else None


def _code_and_name(plain: str, vocabulary: Vocabulary) -> Outcome:
    """``110000 北京市``: the code, if both mean the same term."""
    found = re.fullmatch(r"([0-9]{4,12})[\s:_-]*\(?([^0-9()]+)\)?", plain)
    code, name = (found[1], found[2].strip()) if found else ("", "")
    if not found and (found := re.fullmatch(r"([^0-9()]+?)[\s:_-]*\(?([0-9]{4,12})\)?", plain)):
        name, code = found[1].strip(), found[2]
    if not found or code not in vocabulary:
        return None
    if code in {term.id for term in _bearers(name, vocabulary)} or _is_path(name, vocabulary[code], vocabulary):
        return Repair((code,), "read-as-code")
    others = [_said(term) for term in _bearers(name, vocabulary)[:2]]
    return Doubt("code-and-name", {"candidates": [_said(vocabulary[code]), *others]})


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _bearers(name: str, vocabulary: Vocabulary) -> tuple[Term, ...]:
    return vocabulary.by_name.get(name, ())


def _list(plain: str, vocabulary: Vocabulary, *, many: bool) -> Outcome:
    """``水稻、小麦等``: the items, if every one is known; a question if only some are."""
    trimmed = _AND_SO_ON.sub("", plain.rstrip(_ENDS)).rstrip(_ENDS)
    if trimmed != plain and vocabulary.resolve(trimmed):
        return Repair((trimmed,), "read-as-term")
    for between in (_COMMAS, _WORDS):
        pieces = list(dict.fromkeys(p for piece in between.split(trimmed) if (p := piece.strip(_WRAPS))))
        known = [piece for piece in pieces if vocabulary.resolve(piece)]
        if len(pieces) > 1 and len(known) == len(pieces):
            return Repair(tuple(pieces), "read-as-list") if many else Doubt("term-several", {"candidates": known})
        if known and len(pieces) > 1 and between is _COMMAS:
            unknown = [piece for piece in pieces if piece not in known]
            return Doubt("list-unknown", {"unknown": unknown, "known": known})
    return None


def _paths(plain: str, vocabulary: Vocabulary) -> set[str]:
    """``湖南省茶陵县``, ``湖南/茶陵``: the terms whose names end the text and whose parents' names begin it."""
    plain = _STEPS.sub("", plain)
    if len(plain) > _LONGEST:
        return set()
    ends = (plain[i:] for i in range(1, len(plain)))
    return {term.id for end in ends for term in _bearers(end, vocabulary) if _is_path(plain, term, vocabulary)}


def _is_path(plain: str, term: Term, vocabulary: Vocabulary) -> bool:
    """Whether a text is the term's name after names of what stands above it, in order; some may be left out."""
    rests = {_STEPS.sub("", plain)}
    for above in vocabulary.ancestors(term.id):
        rests |= {rest.removeprefix(name) for rest in rests for name in _names(above)}
    return bool(rests & _names(term))


def _names(term: Term) -> set[str]:
    return {term.title, term.short, *term.aliases} - {""}


def _said(term: Term) -> str:
    return f"{term.id} {term.title}"


# ── Ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def mend_reference(text: str, target: str, *, many: bool) -> Outcome:
    """The id of a record of the type ``target`` without its folder, its ending and its capitals.

    Whether there is such a record is asked elsewhere.
    """
    plain = _id(text, target)
    if _ID.fullmatch(plain):
        return read_as("read-as-id", text, plain)
    pieces = [_id(piece, target) for piece in _COMMAS.split(narrow(text)) if piece.strip(_WRAPS)]
    if many and len(pieces) > 1 and all(_ID.fullmatch(piece) for piece in pieces):
        return Repair(tuple(dict.fromkeys(pieces)), "read-as-list")
    return None


def _id(text: str, target: str) -> str:
    plain = plain_dashes(narrow(text)).strip(_WRAPS).lower().removeprefix("catalogue/").removeprefix(f"{target}/")
    return plain.removesuffix(".yml").removesuffix(".html").replace("_", "-")

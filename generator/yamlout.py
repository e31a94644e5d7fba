"""Records as YAML the way a careful person writes it: keys in the schema's order, quotes only where they are needed.

All our values are text, and our reader leaves them so; other readers guess. Whatever a reader of YAML 1.1 or 1.2 would
take for a number, a date, a time, yes, no or nothing is quoted, so that everybody reads the same text. A list of words
that fits a line stands on that line, as most lists do in the catalogue; one that does not fit, or holds sentences, has
an item a line. Lines are never folded. Reads nothing, writes no files, and has no opinion about content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from generator.model import FieldSpec, RecordType, Value

WIDTH = 100  # of a line with a list on it, in characters; Chinese ones count twice
INDENT = "  "

NUMERIC = re.compile(r"[-+.]?[0-9.][0-9.,:_+\-/ ]*(?:[eE][-+]?[0-9]+)?")
"""Digits and what stands between digits: 0123, 1.10, 12:30, 2022-07-13, 511623, 010-12345678. Nobody need remember
which of them a reader would turn into something else: all of them are quoted."""
OTHER_NUMBERS = re.compile(
    r"[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[oObB]?[0-7_]+|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt ][0-9:. ]+(?:Z|[-+][0-9:]+)?"
)
WORDS = frozenset({"~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"})
"""Words that mean something to one reader or another, however they are capitalised."""

INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
MARKS_IN_TEXT = re.compile(r":(?:\s|$)|\s#|\t")
ONE_LINE_ITEM = re.compile(r"[^\s,，、:：?\[\]{}\"'\\]+(?: [^\s,，、:：?#\[\]{}\"'\\]+)?")
"""What may stand in a list on one line: a word or two, without anything that means something between brackets, or that
people take for it."""
PLAIN_KEY = re.compile(r"\w[\w-]*")

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\xad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\ufff9-\uffff]"
)
"""Characters that nobody sees or that a reader refuses: written as escapes."""
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dump_record(values: Mapping[str, Value], record_type: RecordType) -> str:
    """A record as the text of its YAML file; `source.read_yaml` gives back ``values``, and so does any other reader.

    Keys stand in the order of the schema; what the schema does not know stands below, as it came. Text with several
    lines becomes a block below ``|``.
    """
    return "".join(f"{line}\n" for line in _mapping(values, record_type.fields, "")) or "{}\n"


def in_order(names: Iterable[str], fields: Sequence[FieldSpec]) -> list[str]:
    """The names in the order of the fields, unknown ones at the end as they came."""
    place = {spec.name: i for i, spec in enumerate(fields)}
    return sorted(names, key=lambda name: place.get(name, len(place)))


def is_typed(text: str) -> bool:
    """Whether some reader of YAML would not take this for text when it stands without quotes."""
    return bool(text.lower() in WORDS or NUMERIC.fullmatch(text) or OTHER_NUMBERS.fullmatch(text) or not text)


def is_plain(text: str) -> bool:
    """Whether a text may stand after ``key:`` without quotes and be read by everybody as what it is."""
    return not (
        is_typed(text)
        or text[0] in INDICATORS
        or text != text.strip()
        or "\n" in text
        or MARKS_IN_TEXT.search(text)
        or HIDDEN.search(text)
    )


def quote(text: str) -> str:
    """A text in quotes, on one line: double ones, or single ones where that saves escapes."""
    if ('"' in text or "\\" in text) and not ("'" in text or "\n" in text or "\t" in text or HIDDEN.search(text)):
        return f"'{text}'"
    escaped = re.sub(r'[\\"\n\t\r]', lambda found: ESCAPES[found[0]], text)
    return '"' + HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


def scalar(text: str) -> str:
    """A text on one line, quoted where it must be."""
    return text if is_plain(text) else quote(text)


def block(text: str) -> list[str] | None:
    """A text of several lines below ``|``: the sign and the lines without indent; ``None`` where it cannot say it."""
    body, end = text.rstrip("\n"), len(text) - len(text.rstrip("\n"))
    if ("\n" not in body and not end) or not body or body[0].isspace() or HIDDEN.search(body) or "\r" in text:
        return None
    sign = ("|-", "|")[end] if end < 2 else "|+"
    return [sign, *body.split("\n"), *[""] * (end - 1)]


def one_line(items: Sequence[Value], room: int) -> str | None:
    """A list of words on one line, ``[youcha, "511623"]``; ``None`` when it holds more than words or does not fit."""
    if not all(isinstance(item, str) and ONE_LINE_ITEM.fullmatch(item) and "\n" not in item for item in items):
        return None
    shown = f"[{', '.join(scalar(item) for item in items)}]"
    return shown if width(shown) <= room or len(items) == 1 else None


def width(text: str) -> int:
    """Columns that a text takes where Chinese is twice as wide as Latin."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _mapping(values: Mapping[str, Value], fields: Sequence[FieldSpec], indent: str) -> list[str]:
    inner = {spec.name: spec.fields for spec in fields}
    lines: list[str] = []
    for name in in_order(values, fields):
        key = name if PLAIN_KEY.fullmatch(name) and not is_typed(name) else quote(name)
        lines += _entry(f"{indent}{key}:", values[name], inner.get(name, ()), indent)
    return lines


def _entry(head: str, value: Value, fields: Sequence[FieldSpec], indent: str) -> list[str]:
    """What follows ``key:`` or ``-``: on the same line, or on lines with more indent."""
    deeper = indent + INDENT
    if value is None:
        return [head]
    if isinstance(value, str):
        if (lines := block(value)) is None:
            return [f"{head} {scalar(value)}"]
        return [f"{head} {lines[0]}", *(f"{deeper}{line}" if line else "" for line in lines[1:])]
    if isinstance(value, Mapping):
        return [head, *_mapping(value, fields, deeper)] if value else [f"{head} {{}}"]
    if (shown := one_line(value, WIDTH - width(head) - 1)) is not None:
        return [f"{head} {shown}"]
    lines = [head]
    for item in value:
        lines += _item(item, fields, deeper)
    return lines


def _item(item: Value, fields: Sequence[FieldSpec], indent: str) -> list[str]:
    """An item of a list on lines of its own; a mapping or a list begins on the line of its dash."""
    head = f"{indent}-"
    if isinstance(item, Mapping) and item:
        first, *rest = _mapping(item, fields, indent + INDENT)
        return [f"{head} {first.lstrip(' ')}", *rest]
    if isinstance(item, list | tuple) and one_line(item, WIDTH - width(head)) is None:
        inner = [line for one in item for line in _item(one, fields, indent + INDENT)]
        return [f"{head} {inner[0].lstrip(' ')}", *inner[1:]]
    return _entry(head, item, fields, indent)

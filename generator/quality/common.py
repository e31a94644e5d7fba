"""What the rules of this room have in common: places of common fields, and texts fit for a message."""

from __future__ import annotations

from generator.model import FieldSpec, Path_, RawRecord, Several
from generator.private import masked
from generator.rulebook import Scene

AROUND = 10  # characters on either side of a find that a message repeats


def field_at(scene: Scene, record: RawRecord, name: str) -> tuple[FieldSpec | None, Path_]:
    """A field of the common list by its name, and where it stands."""
    return scene.types[record.type].by_name.get(name), (name,)


def words_of(records: Several, name: str) -> list[str]:
    """One field of each record, ``""`` where it holds no text."""
    return [value if isinstance(value, str) else "" for value in records.column(name)]


def shown(text: str) -> str:
    """A text in one line, fit for a message."""
    return masked(" ".join(text.split()))


def around(text: str, start: int, end: int) -> str:
    """A find with a few characters on either side, and no private number."""
    text = masked(text)
    start, end = max(0, start - AROUND), min(len(text), end + AROUND)
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")

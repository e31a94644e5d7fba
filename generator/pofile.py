"""Message files as translators' programs write them: wrapped lines, marks, plurals. The only reader of gettext's whole
format; `words` asks it for a file that is not written plainly."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po


def read_messages(path: Path, lang: str) -> list[tuple[str, str]]:
    """Every key with its text, in the order of the file."""
    with path.open("rb") as file:
        return [(str(message.id), str(message.string)) for message in read_po(file, locale=lang) if message.id]

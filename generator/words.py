"""The words that people see, by key and language, from the message catalogues in ``locale/<lang>/*.po``.

A key is a dotted name (``page.search.title``), so that Chinese and English stand side by side and neither is "the
original". What a sentence leaves open is written ``{name}``. A key that nobody wrote is a mistake of ours: KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from generator.model import KezhuError

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")
QUOTED = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"\n'
MESSAGE = re.compile(rf"msgid ({QUOTED})msgstr ((?:{QUOTED})+)")
PLAIN = re.compile(rf"(?:(?:# .*)?\n|{MESSAGE.pattern})*")
"""A whole file as we write it: remarks, a line for each key, and its text below on one line or more."""
HEAD = '""\n'  # the key of what is said of the file itself
ESCAPED = re.compile(r"\\(.)")
MEANT = {"n": "\n", "t": "\t", "r": "\r"}


class Words:
    """The words of one language: ``words("cli.built", n=3)``."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._by_key = load_words(lang)

    def __call__(self, key: str, /, **params: object) -> str:
        """The text of a key; KeyError when nobody wrote it."""
        text = self._by_key[key]
        return text.format(**params) if params else text

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def keys(self, prefix: str = "") -> list[str]:
        """Every key that starts with ``prefix``, sorted."""
        return sorted(key for key in self._by_key if key.startswith(prefix))

    def __reduce__(self) -> tuple[type[Words], tuple[str]]:
        return Words, (self.lang,)


@cache
def load_words(lang: str) -> dict[str, str]:
    """Read all message files of a language; the same key twice is refused."""
    if lang not in LANGUAGES:
        raise KezhuError(f"no words for language {lang!r}; there are {', '.join(LANGUAGES)}")
    found: dict[str, str] = {}
    for path in sorted((LOCALES / lang).glob("*.po")):
        for key, text in read_messages(path, lang):
            if key in found:
                raise KezhuError(f"{key} is written twice", path)
            found[key] = text
    return found


def read_messages(path: Path, lang: str) -> Sequence[tuple[str, str]]:
    """Every key of one file with its text. A tenth of the time of a reader of all that gettext knows."""
    content = path.read_text("utf-8")
    if not PLAIN.fullmatch(content):
        from generator import pofile  # noqa: PLC0415 - loads babel, for a file that a translator's program has written

        return pofile.read_messages(path, lang)
    return [(_text(key), _text(text)) for key, text in MESSAGE.findall(content) if key != HEAD]


def _text(quoted: str) -> str:
    """What stands between quotes, on one line or on several."""
    text = quoted[1:-2].replace('"\n"', "")
    return ESCAPED.sub(lambda found: MEANT.get(found[1], found[1]), text) if "\\" in text else text

"""The words that people see, by key and language, from the message catalogues in ``locale/<lang>/*.po``.

A key is a dotted name (``page.search.title``), so that Chinese and English stand side by side and neither is "the
original". What a sentence leaves open is written ``{name}``. A key that nobody wrote is a mistake of ours: KeyError.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from generator.model import KezhuError

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")


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
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if not message.id:
                    continue
                key = str(message.id)
                if key in found:
                    raise KezhuError(f"{key} is written twice", path)
                found[key] = str(message.string)
    return found

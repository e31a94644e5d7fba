"""Characters that look like another one and are not: a radical for a word, a Cyrillic or Greek letter for a Latin one.

They come with text copied from a PDF or from a page in another script; nobody sees them, and nobody who searches finds
them. Says what was meant and makes the form by which names are compared; knows no record and alters none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PATTERN = r"[\x{370}-\x{52f}\x{2e80}-\x{2fdf}\x{f900}-\x{fad9}\x{2f800}-\x{2fa1f}]"
"""For re2: a text without any of these holds nothing to look at."""

# Radicals that have a character of their own, which Unicode itself does not fold (CJK Radicals Supplement); the
# Kangxi radicals and the compatibility ideographs are folded by NFKC.
RADICALS = dict(
    zip(
        "⺁⺇⺈⺊⺌⺍⺎⺐⺒⺓⺔⺕⺛⺜⺝⺞⺠⺧⺩⺪⺫⺬⺮⺯⺶⺷⺹⺼⺽⻁⻃⻄⻅⻆⻇⻉⻊⻋⻏⻑⻓⻔⻕⻗⻘⻙⻚⻛⻜⻝⻞⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂几刀卜小小兀尢巳幺彐彐旡日月歹民牛王疋目示竹糸羊羊老肉臼虎西西见角角贝足车邑長长门阜雨青韦页风飞食食首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
        strict=True,
    )
)
CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХЗаеорсухѕіјԁԛԝ", "ABESIJKMHOPCTYX3aeopcyxsijdqw", strict=True))
GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
LETTERS = {**CYRILLIC, **GREEK}
IDEOGRAPH = re.compile("[\u2e80-\u2fdf\uf900-\ufad9\U0002f800-\U0002fa1f]")
WORD = re.compile("[A-Za-z0-9\u0370-\u052f]+")
RUSSIAN = re.compile("[\u0400-\u052f]+")

FOLD = str.maketrans({**RADICALS, **LETTERS})
PLAIN = re.compile("[\u4e00-\u9fff]+")
NOT_A_LETTER = re.compile(r"[\W_]+")


def corrected(text: str) -> str:
    """The text with every look-alike made what it looks like; the same text when there is none.

    A Greek or Cyrillic letter counts only inside a word with Latin letters, a Cyrillic one also when the text holds no
    letter that is Cyrillic beyond doubt: β-胡萝卜素, μm and a Russian name stay.
    """
    text = IDEOGRAPH.sub(_ideograph, text)
    russian = any(set(word) - CYRILLIC.keys() for word in RUSSIAN.findall(text))

    def word(found: re.Match[str]) -> str:
        letters = [c for c in found[0] if not c.isdigit()]
        latin = any(c.isascii() for c in letters)
        doubtful = [c for c in letters if not c.isascii()]
        if not doubtful or any(c not in LETTERS for c in doubtful):
            return found[0]
        if latin or (not russian and all(c in CYRILLIC for c in doubtful)):
            return "".join(LETTERS.get(c, c) for c in found[0])
        return found[0]

    return WORD.sub(word, text)


def _ideograph(found: re.Match[str]) -> str:
    char = found[0]
    return RADICALS.get(char) or unicodedata.normalize("NFKC", char)


@lru_cache(maxsize=1024)  # several rules ask for the names of a batch, one after the other
def skeleton(text: str) -> str:
    """The form by which two names are compared: width, case, look-alikes, punctuation and spaces make no difference."""
    if PLAIN.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", text).translate(FOLD).casefold()
    return NOT_A_LETTER.sub("", folded)

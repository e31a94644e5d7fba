"""Numbers as people write them: 1,200, ３５, 35.0. A number with words around it is asked for, not cut out of them."""

from __future__ import annotations

import re
from decimal import Decimal

from generator.repair.outcome import SCIENTIFIC, Doubt, Outcome, narrow, plain_dashes, read_as

_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}([,' ’])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_IN_WORDS = re.compile(r"([零〇一二两三四五六七八九十百千万亿]+)([^0-9零〇一二两三四五六七八九十百千万亿]{0,4})")
_NUMBER = r"([0-9][0-9,]{0,15}(?:\.[0-9]{1,9})?)"
_ABOUT = re.compile(
    r"约|大概|大约|左右|上下|将近|接近|近|超过|超|逾|余|多|几|以上|以下|以内|不足|不到|至少|至多|最多|[~≈><≥≤+]"
)
_RANGE = re.compile(rf"{_NUMBER}[^0-9]{{0,3}}(?:-+|~+|～|至|到){_NUMBER}[^0-9]{{0,6}}")


def mend_number(text: str, *, whole: bool) -> Outcome:
    """A number with a full stop for its decimals and nothing else; where ``whole``, without any."""
    plain = plain_dashes(narrow(text)).lstrip("'’‘`")
    if whole and SCIENTIFIC.fullmatch(plain):
        return Doubt("digits-lost")
    if _GROUPED.fullmatch(plain):
        plain = re.sub(r"[,' ’]", "", plain)
    if whole and (found := re.fullmatch(r"([-+]?[0-9]+)\.0*", plain)):
        plain = found[1]
    if _PLAIN.fullmatch(plain) and not (whole and "." in plain):
        return read_as("read-as-number", text, plain)
    return _ask(plain, whole=whole)


def _ask(plain: str, *, whole: bool) -> Outcome:
    """The question that words around a number raise."""
    if found := _RANGE.fullmatch(plain):
        return Doubt("number-range", {"candidates": [found[1].replace(",", ""), found[2].replace(",", "")]})
    if found := _IN_WORDS.fullmatch(plain):
        value = _from_words(found[1])
        return Doubt("number-unit", {"fixed": str(value)}) if value and not _ABOUT.search(found[2]) else None
    numbers = re.findall(rf"{_NUMBER}\s*([十百千万亿]?)", plain)
    if len(numbers) != 1 or len(plain) > 40 or not re.search(r"[^0-9.,\s+-]", plain):
        return None
    digits, scale = numbers[0]
    if "," in digits and not _GROUPED.fullmatch(digits):
        return None
    fixed = _expand(digits.replace(",", ""), _SCALE.get(scale, 1))
    if whole and "." in fixed:
        return None
    return Doubt("number-about" if _ABOUT.search(plain) else "number-unit", {"fixed": fixed})


def _expand(digits: str, scale: int) -> str:
    """1.2 and 10,000 as 12000."""
    number = Decimal(digits) * scale
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"


def _from_words(words: str) -> int:
    """三十五 as 35; 0 where it is no number or, like 一百五, one that is said and not written."""
    if re.search("[百千万亿][一二两三四五六七八九]$", words):
        return 0
    total = section = digit = 0
    for char in words:
        if char in _DIGITS:
            if digit:  # 二二: digits one after the other are a number of another kind
                return 0
            digit = _DIGITS[char]
        elif _SCALE[char] < _SCALE["万"]:
            section += (digit or 1) * _SCALE[char]
            digit = 0
        else:
            total = (total + section + digit) * _SCALE[char]
            section = digit = 0
    return total + section + digit

"""Numbers that belong to a person, mobile telephones and identity numbers: found in prose, hidden in messages.

Lines of offices and hotlines, order numbers, addresses and long rows of digits are none. Knows no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

START, END = r"(?:^|[^0-9A-Za-z_.])", r"(?:[^0-9]|$)"
PHONE_PATTERN = (
    START + r"(?:(?:[+＋]|00)?[8８][6６][ )）\-]{0,2}|[0０])?[1１](?:[3-9３-９][0-9０-９](?:[ 　\-–—.·]?[0-9０-９]){8}"
    r"|(?:[ 　\-][0-9０-９]){10})" + END
)
IDENTITY_PATTERN = (
    START + r"[1-8１-８][0-9０-９]{5}[ 　\-]?[0-9０-９]{6}(?:[0-9０-９]{2}[ 　\-]?[0-9０-９]{3}[0-9Xx０-９Ｘｘ]"
    r"|[ 　\-]?[0-9０-９]{3})" + END
)
"""Both for re2, and both catch too much: what is found is looked at again."""

WIDE = str.maketrans("０１２３４５６７８９Ｘｘ＋－　", "0123456789Xx+- ")
ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s，。；、）)】》”]+|\b(?:doi:\s*)?10\.[0-9]{4,9}/[^\s，。；、）)】》”]+", re.I
)
NUMBERED = re.compile(
    r"(?:订单|单号|编号|批号|证号|许可|登记|备案|专利|流水|货号|条码|文号|注册号|代码|群号|型号|QQ|ISBN|ISSN|No\.?|#)"
    r"[号码]{0,2}\s*[（(]?[：:为是]?\s*$",
    re.I,
)
"""What stands before a number that is no telephone."""
COUNTED = re.compile(
    r"\s*[万亿千]?(?:元|美元|吨|公斤|千克|克|斤|亩|公顷|平方|立方|株|棵|头|只|尾|羽|米|千瓦|人次|字节)"
)

MOBILE = re.compile(
    r"(?<![0-9A-Za-z._])(?<![0-9][-–—.])(?:(?:\+|00)?86[ )）-]{0,2}|0)?"
    r"(?P<number>1(?:[3-9][0-9](?:[ \-–—.·]?[0-9]){8}|(?:[ -][0-9]){10}))"
    r"(?![0-9a-z_])(?![-–—.][0-9])"
)
BARE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
GROUPS = {(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (1,) * 11}
HYPHENATED = {(4, 4, 3), (4, 3, 4), (5, 6), (6, 5)}

IDENTITY = re.compile(
    r"(?<![0-9A-Za-z._])(?<![0-9][-–—.])"
    r"(?P<number>(?P<place>[1-8][0-9])[0-9]{4}(?P<gap>[ -]?)"
    r"(?:(?P<born>(?:18|19|20)[0-9]{6})(?P=gap)[0-9]{3}[0-9Xx]|(?P<old>[0-9]{6})(?P=gap)[0-9]{3}))"
    r"(?![0-9A-Za-z_])(?![-–—.][0-9])"
)
PLACES = re.compile(
    "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
)  # GB 11643: the first two digits are a province's
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"


def find_phones(text: str, *, is_phone: bool = False) -> Iterator[re.Match[str]]:
    """Mobile numbers in a text; ``is_phone`` says that the whole text is meant as a telephone number.

    The matches are of the text in half width without addresses, character for character.
    """
    text = _prepared(text)
    for found in MOBILE.finditer(text):
        if _is_mobile(found["number"]) and (is_phone or not _is_another(text, found)):
            yield found


def find_identities(text: str) -> Iterator[re.Match[str]]:
    """Identity numbers: eighteen digits with the right check digit, fifteen with a day that there was."""
    text = _prepared(text)
    for found in IDENTITY.finditer(text):
        if not PLACES.fullmatch(found["place"]):
            continue
        if found["born"]:
            digits = re.sub(r"[ -]", "", found["number"]).upper()
            if _is_day(found["born"]) and check_digit(digits) == digits[17]:
                yield found
        elif _is_day("19" + found["old"]) and not _is_another(text, found):
            yield found


def masked(text: str) -> str:
    """The text with the middle of every such number hidden; this and nothing else may stand in a message.

    Hides too much rather than too little: also what is written in an address, or behind a letter as in an account.
    """
    found = [match.span("number") for match in (*find_phones(text), *find_identities(text))]
    found += [match.span() for match in BARE.finditer(text)]
    chars = list(text)
    for start, end in found:
        chars[start:end] = mask(text[start:end])
    return "".join(chars)


def mask(number: str) -> str:
    """A number of which the first three and the last two characters are left: 138******78, as long as it was."""
    return number[:3] + "*" * max(0, len(number) - 5) + number[-2:]


def check_digit(digits: str) -> str:
    """The last character that the first seventeen digits of an identity number ask for (ISO 7064, MOD 11-2)."""
    return CHECK[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False)) % 11]


def _prepared(text: str) -> str:
    return ADDRESS.sub(lambda found: "/" * len(found[0]), text.translate(WIDE))


def _is_mobile(number: str) -> bool:
    """Whether the digits stand together as people write telephone numbers; ``150 200 300 50`` does not."""
    parts = re.split(r"[ \-–—.·]", number)
    lengths = tuple(map(len, parts))
    signs = set(re.sub(r"[0-9]", "", number))
    if len(signs) > 1 or "".join(parts)[1] not in "3456789" or (lengths == (3, 8) and _is_day(parts[1])):
        return False
    return lengths in GROUPS or (signs == {"-"} and lengths in HYPHENATED)


def _is_another(text: str, found: re.Match[str]) -> bool:
    """Whether the words around say that it is the number of something else, or an amount."""
    before = text[max(0, found.start() - 12) : found.start()]
    return NUMBERED.search(before) is not None or COUNTED.match(text, found.end()) is not None


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1850 < day.year < 2100

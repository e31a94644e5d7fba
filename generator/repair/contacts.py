"""Telephones, web and e-mail addresses as people write them. A digit that is gone is never made up."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from generator.repair.outcome import SCIENTIFIC, Doubt, Outcome, Repair, narrow, plain_dashes, read_as

_BETWEEN = re.compile(r"\s*[、,;；|\n]\s*|\s*/\s*|\s+(?:或|和|及)?\s*|或者?|和|及")

# ── Telephones ───────────────────────────────────────────────────────────────────────────────────────────────────────

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,22}[0-9]")
_LABEL = re.compile(
    r"(?:(?:联系|咨询|办公|服务|公司|单位|值班)?(?:电话|手机|座机|热线|固话|传真)(?:号码?)?|tel|phone|mobile|fax)\s*[::.]?\s*",
    re.I,
)
_EXTENSION = re.compile(r"\s*-?\s*(?:转分机|转|分机|ext\.?|x|#)\s*[::.]?\s*([0-9]{1,6})$", re.I)
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
_FREE = re.compile(r"[48]00[0-9]{7}")


def mend_phone(text: str, *, many: bool) -> Outcome:
    """Digits with spaces and hyphens, the extension after a hyphen; several where the field takes ``many``."""
    plain = plain_dashes(narrow(text)).strip("'’‘`").strip()
    plain = _LABEL.sub("", plain, count=1) if _LABEL.match(plain) else plain
    if SCIENTIFIC.fullmatch(plain):
        return Doubt("digits-lost")
    if found := re.fullmatch(r"([0-9]+)\.0+", plain):
        return _from_number(text, found[1])
    if one := _one_phone(plain):
        return read_as("read-as-phone", text, one)
    pieces = [piece for piece in _BETWEEN.split(plain) if piece]
    if len(pieces) > 1 and not re.search(r"[^0-9+()\-转分机.\s]", "".join(pieces)):
        phones = [_one_phone(piece) for piece in pieces]
        if many and all(phones):
            return Repair(tuple(dict.fromkeys(phones)), "read-as-list")
        return Doubt("phone-several")
    found_in = [n for n in re.findall(r"\+?[0-9][0-9 -]{5,22}[0-9]", plain) if _one_phone(n)]
    return Doubt("phone-words", {"fixed": [n.strip() for n in found_in]}) if found_in else None


def _one_phone(plain: str) -> str:
    """One number without its brackets, dots and words; ``""`` when it is none."""
    plain = _EXTENSION.sub(r"-\1", plain)
    plain = re.sub(r"\(\s*(\+?[0-9]{2,5})\s*\)\s*-?\s*", r"\1-", plain)
    plain = re.sub(r"(?<=[0-9])\s*[.·_]\s*(?=[0-9])", "-", plain)
    plain = re.sub(r"\s*-[\s-]*", "-", plain).strip("-. ")
    digits = sum(c.isdigit() for c in plain)
    return plain if 5 <= digits <= 18 and "(" not in plain and ")" not in plain and _PHONE.fullmatch(plain) else ""


def _from_number(text: str, digits: str) -> Outcome:
    """A spreadsheet took a telephone for a number: if it began with 0, the 0 is gone."""
    if _MOBILE.fullmatch(digits) or _FREE.fullmatch(digits) or 5 <= len(digits) <= 8:
        return read_as("read-as-phone", text, digits)
    return Doubt("phone-lost-zero", {"fixed": f"0{digits}"}) if 9 <= len(digits) <= 11 else None


# ── Web addresses ────────────────────────────────────────────────────────────────────────────────────────────────────

_WRAPPED = re.compile(r"""^[《〈<"'“”‘’`(\[【「]+(.*?)[》〉>"'“”‘’`)\]】」]+$""", re.S)
_URL_LABEL = re.compile(r"(?:网址|网站|链接|官网|地址|来源|原文|url|link)(?:链接|地址)?\s*[::]\s*", re.I)
_URL = re.compile(r"https?://[^\s<>\"\\,;，。；、（）《》“”【】]+", re.I)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::[0-9]+)?(?:[/?#]\S*)?", re.I)
_SCHEME = re.compile(r"h?ttp(s?)\s*[:;.]*\s*[/]*\s*", re.I)


def mend_url(text: str, *, many: bool) -> Outcome:
    """A whole address; one without ``https://`` is asked for, since nobody can know that it would answer."""
    plain = narrow(text)
    plain = _URL_LABEL.sub("", plain, count=1) if _URL_LABEL.match(plain) else plain
    plain = found[1].strip() if (found := _WRAPPED.match(plain)) else plain.lstrip("'’‘`")
    tidy = re.sub(r"^(https?:)\s*/\s*/\s*", r"\1//", plain.replace("\\", "/"), flags=re.I)
    if _is_address(tidy) and len(_URL.findall(tidy)) <= 1:
        return read_as("read-as-address", text, tidy)
    return _ask_url(plain, tidy, many=many)


def _ask_url(plain: str, tidy: str, *, many: bool) -> Outcome:
    found = _URL.findall(plain)
    rest = _URL.sub("", plain).strip()
    if len(found) > 1 and all(_is_address(url) for url in found):
        if many and not re.sub(r"[\s、,;；|]", "", rest):
            return Repair(tuple(dict.fromkeys(found)), "read-as-list")
        return Doubt("address-several")
    if found and _is_address(found[0]):
        joined = re.sub(r"\s+", "", plain)
        if joined.isascii() and _is_address(joined):
            return Doubt("address-space", {"fixed": joined})
        return Doubt("address-words", {"fixed": found[0]})
    if re.match(r"[a-z]:/|file:|//?[a-z0-9]+/|~/", tidy, re.I):
        return Doubt("address-local")
    head = _SCHEME.match(tidy)
    fixed = f"http{head[1].lower()}://{tidy[head.end() :]}" if head else f"https://{tidy}"
    domain = tidy[head.end() :] if head else tidy
    return Doubt("address-scheme", {"fixed": fixed}) if _DOMAIN.fullmatch(domain) and _is_address(fixed) else None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\\<>\"\x00-\x1f]", text)


# ── E-mail ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_EMAIL = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}")
_EMAIL_LABEL = re.compile(r"(?:电子)?(?:邮箱|邮件|信箱)(?:地址)?\s*[::]?\s*|e-?mail\s*[::]?\s*|mailto:\s*", re.I)


def mend_email(text: str, *, many: bool) -> Outcome:
    """One address without labels, brackets and stray spaces; several where the field takes ``many``."""
    plain = narrow(text)
    plain = _EMAIL_LABEL.sub("", plain, count=1) if _EMAIL_LABEL.match(plain) else plain
    plain = found[1].strip() if (found := _WRAPPED.match(plain)) else plain.strip("'’‘`")
    tidy = re.sub(r"\s*([@.])\s*", r"\1", plain.replace("。", "."))
    if _EMAIL.fullmatch(tidy):
        return read_as("read-as-email", text, tidy)
    inside = _EMAIL.findall(tidy)
    if len(inside) > 1:
        clean = many and not re.sub(r"[\s、,;；|/]", "", _EMAIL.sub("", tidy))
        return Repair(tuple(dict.fromkeys(inside)), "read-as-list") if clean else Doubt("email-several")
    if inside:
        return Doubt("email-words", {"fixed": inside[0]})
    guess = re.sub(r"\s*[(\[]at[)\]]\s*|\s+at\s+", "@", tidy, count=1, flags=re.I).replace(",", ".")
    return Doubt("email-words", {"fixed": guess}) if _EMAIL.fullmatch(guess) else None

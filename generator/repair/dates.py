"""Dates as people write them: 2022年7月13日, 2022/7/13, 二〇二二年七月. What may be two days is asked, not guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from generator.repair.outcome import Doubt, Outcome, narrow, plain_dashes, read_as

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS = {"": 0, "十": 10, "二十": 20, "廿": 20, "三十": 30, "卅": 30}
_ONES = " 一二三四五六七八九"
_NUMERALS = {(tens + (_ONES[n] if n else "")): value + n for tens, value in _TENS.items() for n in range(10)}
_IN_WORDS = re.compile(
    r"([〇○零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:份|([一二三四五六七八九十廿卅]{1,3})[日号])?)?"
)

_SEP = r"\s*[-/.。、,]\s*"
_DAY = re.compile(
    rf"([0-9]{{4}})(?:\s*年\s*|{_SEP})([0-9]{{1,2}})(?:\s*月\s*|{_SEP})([0-9]{{1,2}})(?![0-9])\s*[日号]?[.。]?(.*)",
    re.S,
)
_AFTER = re.compile(
    r"\s*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?\s*(?:T?[0-9]{1,2}[::][0-9]{2}(?:[::][0-9]{2}(?:\.[0-9]+)?)?)?"
)
_MONTH = re.compile(rf"([0-9]{{4}})(?:\s*年\s*|({_SEP}))([0-9]{{1,2}})\s*(月份?)?")
_YEAR = re.compile(r"([0-9]{4})\s*(?:年|年度|\.0+)?")
_SHORT = re.compile(rf"'?([0-9]{{2}})(\s*年\s*|{_SEP})([0-9]{{1,2}})(?:\s*月\s*|{_SEP})([0-9]{{1,2}})\s*[日号]?")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}}){_SEP}([0-9]{{1,2}}){_SEP}([0-9]{{4}})")
_OPEN = re.compile(r"至今|迄今|长期|常年|全年|永久|每年|每月|目前|现在|持续|不限|随时|present|ongoing", re.I)
_ABOUT = re.compile(
    r"约|大概|左右|前后|[上中下]旬|[上下]半年|年[初中底末]|月[初中底末]|[春夏秋冬]|季度|before|after|about", re.I
)
_RANGE = re.compile(
    r"[0-9日号月年]\s*(?:~+|～|至|到)\s*[0-9]|[日号月年]\s*-+\s*[0-9]|^[0-9]{4}\s*-+\s*[0-9]{4}年?$"
    r"|[0-9]{4}[./][0-9]{1,2}(?:[./][0-9]{1,2})?\s*-+\s*[0-9]|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*-+\s*[0-9]"
)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119


def mend_date(text: str, *, partial: bool) -> Outcome:
    """A date as ``2022-07-13``; where ``partial``, as ``2022-07`` or ``2022`` when no more is written."""
    return _mend(text, partial=partial) or _ask(_plain(text))


def mend_year(text: str) -> Outcome:
    """The year of whatever date is written."""
    plain = _plain(text)
    if found := _YEAR.fullmatch(plain):
        return read_as("read-as-date", text, found[1])
    whole = _mend(text, partial=True)
    if whole is None or isinstance(whole, Doubt):
        return _ask(plain) if whole is None or whole.rule != "date-no-such-day" else whole
    return read_as("read-as-date", text, whole.values[0][:4])


def _plain(text: str) -> str:
    """Narrow, with plain dashes and with digits for the numerals of official letters."""
    text = plain_dashes(narrow(text)).lstrip("'’‘`")

    def digits(found: re.Match[str]) -> str:
        year = found[1].translate(_DIGITS) + "年"
        month = f"{_NUMERALS.get(found[2], 0)}月" if found[2] else ""
        return year + month + (f"{_NUMERALS.get(found[3], 0)}日" if found[3] else "")

    return _IN_WORDS.sub(digits, text)


def _mend(text: str, *, partial: bool) -> Outcome:
    plain = _plain(text)
    if re.fullmatch(r"[0-9]{8}(?:\.0+)?", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:8]}"
    if found := _DAY.fullmatch(plain):
        if not _AFTER.fullmatch(found[4]):
            return None
        return _whole_day(text, int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR.fullmatch(plain):
        return read_as("read-as-date", text, found[1]) if partial else Doubt("date-no-day")
    if found := _MONTH.fullmatch(plain):
        return _month(text, found[1], found[2] or "", found[3], named=bool(found[4]), partial=partial)
    if re.fullmatch(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])", plain) and not "2001" <= plain[:4] <= "2012":
        return read_as("read-as-date", text, f"{plain[:4]}-{plain[4:]}") if partial else Doubt("date-no-day")
    return None


def _whole_day(text: str, year: int, month: int, day: int) -> Outcome:
    try:
        return read_as("read-as-date", text, date(year, month, day).isoformat())
    except ValueError:
        return Doubt("date-no-such-day")


def _month(text: str, year: str, sep: str, month: str, *, named: bool, partial: bool) -> Outcome:
    if not 1 <= int(month) <= 12:
        return Doubt("date-no-such-day")
    if "." in sep and month == "1" and not named:  # a spreadsheet shows 2022.10 as 2022.1
        return Doubt("date-unclear", {"candidates": [f"{year}-01", f"{year}-10"]})
    return read_as("read-as-date", text, f"{year}-{int(month):02}") if partial else Doubt("date-no-day")


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ask(plain: str) -> Outcome:
    """The question that a date raises which cannot be read."""
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", plain) and _FIRST_SERIAL <= int(plain[:5]) <= _LAST_SERIAL:
        day = (date(1899, 12, 30) + timedelta(days=int(plain[:5]))).isoformat()
        if re.fullmatch("20[0-9]{2}[1-9]", plain):  # 20226 is a day of 1955, or June 2022 without its hyphen
            return Doubt("date-unclear", {"candidates": [f"{plain[:4]}-0{plain[4]}", day]})
        return Doubt("date-serial", {"fixed": day})
    if _OPEN.search(plain):
        return Doubt("date-open")
    if _RANGE.search(plain):
        return Doubt("date-range")
    if (found := _SHORT.fullmatch(plain)) and ("年" in found[2] or int(found[1]) > 31):
        return Doubt("date-short-year")
    if (found := _YEAR_LAST.fullmatch(plain)) or (found := _SHORT.fullmatch(plain)):
        return _unclear(*(group for group in found.groups() if re.fullmatch("[0-9]+", group)))
    if found := re.fullmatch(r"(20(?:0[1-9]|1[0-2]))(0[1-9]|1[0-2])", plain):
        return Doubt(
            "date-unclear",
            {"candidates": [*_days((f"20{plain[:2]}", plain[2:4], plain[4:])), f"{found[1]}-{found[2]}"]},
        )
    if re.fullmatch(r"[0-9]{6}|[0-9]{2}年(?:[0-9]{1,2}月)?", plain):
        return Doubt("date-short-year")
    return Doubt("date-about") if _ABOUT.search(plain) and re.search("[0-9]", plain) else None


def _unclear(first: str, second: str, last: str) -> Outcome:
    """Day, month and year in an order that only their writer knows."""
    year = last if len(last) == 4 else f"20{last}"
    orders = [(year, first, second), (year, second, first)]
    if len(last) == 2:
        orders.append((f"20{first}", second, last))
    found = list(dict.fromkeys(day for order in orders for day in _days(order)))
    return Doubt("date-unclear", {"candidates": found}) if found else Doubt("date-no-such-day")


def _days(parts: tuple[str, str, str]) -> list[str]:
    try:
        return [date(*map(int, parts)).isoformat()]
    except ValueError:
        return []

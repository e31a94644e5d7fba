"""What must not stand in a text: look-alikes, leftovers of copying, advertisements, private numbers.

Each rule is asked only of texts that hold its pattern, and looks again with more care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator import lookalike, private
from generator.model import FieldSpec, Path_, Problem, RawRecord
from generator.quality import leftovers
from generator.quality.common import around
from generator.rulebook import Scene, problem_at, rule

SHOWN = 80  # characters of a corrected text that a hint repeats whole


@rule("quality", "warning", texts=lookalike.PATTERN)
def look_alike(record: RawRecord, spec: FieldSpec, at: Path_, text: str, _scene: Scene) -> Iterator[Problem]:
    """文字里有看着一样、其实是另一个的字：部首“⽔”冒充“水”，俄文字母冒充英文字母。看不出来，但是搜不到，也对不上。

    A character that only looks like the right one: a radical for a word, a Cyrillic letter for a Latin one. Nobody sees
    it, and nobody who searches finds it.
    """
    right = lookalike.corrected(text)
    wrong = [i for i, (a, b) in enumerate(zip(text, right, strict=True)) if a != b]
    if wrong:
        found = [f"{_named(text[i])}→{right[i]}" for i in wrong]
        fixed = right if len(right) <= SHOWN else around(right, wrong[0], wrong[0] + 1)
        params = {"found": list(dict.fromkeys(found)), "fixed": private.masked(fixed)}
        yield problem_at("look-alike", record, spec, at, **params)


def _named(char: str) -> str:
    """A letter with its number, since it looks like the right one; an ideograph differs a little."""
    return f"{char} (U+{ord(char):04X})" if ord(char) < 0x2E80 else char


@rule("quality", "warning", texts=leftovers.RESIDUE_PATTERN)
def scrape_residue(record: RawRecord, spec: FieldSpec, at: Path_, text: str, _scene: Scene) -> Iterator[Problem]:
    """从网页、PDF 或别的程序复制时带来的零碎：
    “&nbsp;”、“点击查看”、“上一篇：”、“责任编辑：”、注释号“[1]”、乱码、字与字之间的空格。

    What copying brought along: pieces of web pages and programs, reference marks, broken encodings, spaces between
    characters, invisible characters.
    """
    found = list(leftovers.find_residue(text, markdown=spec.kind == "markdown"))
    found = [piece for piece in found if spec.kind != "url" or piece[0] == "entity"]
    if not found:
        return
    sort, start, end = found[0]
    shown = around(text, start, end) if sort in {"spaces", "mark", "invisible"} else private.masked(text[start:end])
    if sort == "spaces":
        shown = re.sub(r"[ \u00a0\u3000]", "␣", shown)
    clean = leftovers.cleaned(text) if {sort for sort, _, _ in found} <= leftovers.CLEANABLE else ""
    near = private.masked(clean) if len(clean) <= SHOWN else ""
    yield problem_at("scrape-residue", record, spec, at, found=shown, suggestion=near)


@rule("quality", "warning", texts=leftovers.SPAM_PATTERN)
def injected_spam(record: RawRecord, spec: FieldSpec, at: Path_, text: str, _scene: Scene) -> Iterator[Problem]:
    """像是别人塞进来的广告（赌博、色情、贷款、代开发票等，带着链接或号码），或者留了个人的微信号。宣传防范诈骗的文字不算。

    It looks like an advertisement that somebody put in (gambling, pornography, loans, forged papers, with a link or a
    number), or like a person's account. A text that warns of such things is none.
    """
    if spec.kind != "url" and (found := leftovers.find_spam(text)):
        yield problem_at("injected-spam", record, spec, at, found=around(text, *found))


@rule("quality", "warning", texts=leftovers.PINYIN_PATTERN)
def pinyin_in_brackets(record: RawRecord, spec: FieldSpec, at: Path_, text: str, _scene: Scene) -> Iterator[Problem]:
    """字后面用括号注了拼音，比如“柑橘（gān jú）”。拼音把一个词拆成两半，搜索时会漏掉；搜索本来就认得拼音。

    Pinyin in brackets after a word tears it apart for searching, and the search knows pinyin anyway.
    """
    if spans := list(leftovers.find_pinyin(text)):
        fixed = text
        for start, end in reversed(spans):
            fixed = fixed[:start] + fixed[end:]
        start, end = spans[0]
        shown = fixed if len(fixed) <= SHOWN else around(fixed, start, start)
        params = {"found": text[max(0, start - 4) : end], "fixed": private.masked(shown)}
        yield problem_at("pinyin-in-brackets", record, spec, at, **params)


@rule("quality", "warning", texts=private.PHONE_PATTERN)
def private_phone(record: RawRecord, spec: FieldSpec, at: Path_, text: str, scene: Scene) -> Iterator[Problem]:
    """写了手机号码，多半是个人的。没有本人同意不能上网；单位的座机、400 和 800 电话、12316 这样的热线可以写。

    A mobile number, most likely a person's. It must not be published without consent; office lines, 400 and 800
    numbers and hotlines such as 12316 may be.
    """
    kind = scene.types[record.type]
    agreed = spec.name in kind.guards and not kind.withheld(record.values)
    if spec.kind != "url" and not agreed:
        for found in private.find_phones(text, is_phone=spec.kind == "phone"):
            yield problem_at("private-phone", record, spec, at, value=private.mask(found["number"]))
            return


@rule("quality", "warning", texts=private.IDENTITY_PATTERN)
def identity_number(record: RawRecord, spec: FieldSpec, at: Path_, text: str, _scene: Scene) -> Iterator[Problem]:
    """像是一个人的身份证号码（校验码或出生日期对得上）。身份证号码任何时候都不能上网。

    It looks like a person's identity number: the check digit or the date of birth is right. It must never be published.
    """
    if spec.kind != "url":
        for found in private.find_identities(text):
            yield problem_at("identity-number", record, spec, at, value=private.mask(found["number"]))
            return

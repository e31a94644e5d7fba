"""What a value was surely meant to be, where it is not written as its field wants it; otherwise the right question.

Asked only about values that the judge refused, and only about dates, numbers, yes and no, telephones, addresses, terms
and references. Text that people read is never touched. Whatever comes out goes back to the judge. Pure: no files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.model import FieldSpec, Vocabulary
from generator.repair.contacts import mend_email, mend_phone, mend_url
from generator.repair.dates import mend_date, mend_year
from generator.repair.numbers import mend_number
from generator.repair.outcome import Doubt, Outcome, Repair, narrow
from generator.repair.terms import mend_reference, mend_term

__all__ = ["TYPED", "Doubt", "Outcome", "Repair", "mend"]

TYPED = frozenset({"date", "integer", "number", "boolean", "phone", "url", "email", "term", "reference"})
"""The kinds that may be mended; all others are prose or hold values of their own."""

LONGEST = 500  # characters; nothing that long is a slip of the pen


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOTHING = _words("""
    无 没有 暂无 暂缺 缺 空 空白 空着 不详 未详 未知 不明 不知道 不清楚 待定 待补 待补充 待填 待确认 未填 未填写 无数据
    n/a na none null nil nan tbd tbc unknown - -- --- — —— – / // \\ ? ?? … …… ... * . 。 、 ~ _
""")
DITTO = _words("同上 同前 同左 〃 ″ ″″ ditto")
BROKEN = _words("#n/a #value! #ref! #name? #div/0! #num! #null!")
YES = _words("true t yes y on 1 1.0 是 是的 有 对 真 可以 可 能 √ ✓ ✔ ☑ ✅ v")
NO = _words("false f no n off 0 0.0 否 不是 不 没有 无 假 不可以 不可 不能 × ✗ ✘ ☒ ❌ x")


def mend(spec: FieldSpec, text: str, vocabulary: Vocabulary | None) -> Outcome:
    """What ``text`` should be read as in the field, or the question to ask; ``None`` when neither is known.

    ``vocabulary`` is that of a field that takes terms. Of a list, ``text`` is one item.
    """
    if spec.kind not in TYPED or len(text) > LONGEST:
        return None
    word = narrow(text).strip("()[]“”'’\" ").casefold() or narrow(text)
    if spec.kind == "boolean" and word in YES | NO:
        outcome: Outcome = Repair(("true" if word in YES else "false",), "read-as-boolean")
    elif word in NOTHING or not narrow(text):
        outcome = Doubt("empty-required") if spec.required else Repair((), "read-as-empty")
    elif word in DITTO:
        outcome = Doubt("ditto")
    elif word in BROKEN:
        outcome = Doubt("cell-error")
    elif word.startswith("###") and not word.strip("#"):  # how a narrow column shows a number
        outcome = Doubt("digits-lost")
    else:
        outcome = _by_kind(spec, text, vocabulary)
    return None if isinstance(outcome, Repair) and outcome.values == (text,) else outcome


def _by_kind(spec: FieldSpec, text: str, vocabulary: Vocabulary | None) -> Outcome:
    item = _item(spec)
    if spec.kind == "date":
        return mend_date(text, partial=item.get("format") == "partial-date")
    if spec.kind in {"integer", "number"}:
        return mend_year(text) if item.get("type") == "year" else mend_number(text, whole=spec.kind == "integer")
    if spec.kind == "term":
        return mend_term(text, vocabulary, many=spec.many) if vocabulary is not None else None
    if spec.kind == "reference":
        return mend_reference(text, spec.reference, many=spec.many)
    contacts = {"phone": mend_phone, "url": mend_url, "email": mend_email}
    return contacts[spec.kind](text, many=spec.many) if spec.kind in contacts else None


def _item(spec: FieldSpec) -> Mapping[str, Any]:
    """The Table Schema field that describes one value."""
    return (spec.descriptor.get("arrayItem") or {}) if spec.many else spec.descriptor

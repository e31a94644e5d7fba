"""What mending can come to, and the first thing every kind of value needs: narrow letters and no invisible ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that can only mean one thing: ``values`` is what it is read as, ``rule`` the note that says so.

    No values: it says that nothing is known. Several: one item that held a list.
    """

    values: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that may mean several things, or has lost something: ``rule`` is the question to ask."""

    rule: str
    params: Mapping[str, Any] = field(default_factory=dict)


Outcome = Repair | Doubt | None

# Only the wide forms of ASCII, not all of NFKC, which would make 10² a hundred and two.
_WIDTH: dict[int, str | None] = {0xFF01 + i: chr(0x21 + i) for i in range(0x5E)}
_WIDTH |= dict.fromkeys([0x00A0, 0x3000, 0x202F, 0x205F, *range(0x2002, 0x200B)], " ")
_WIDTH |= dict.fromkeys(
    [0x00AD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−─﹣－"), "-")

SCIENTIFIC = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
"""How a spreadsheet shows a number that is too long for its column; what follows the shown digits is gone."""


def narrow(text: str) -> str:
    """Wide letters, digits, signs and spaces made narrow; invisible ones and the spaces around it left out."""
    return text.translate(_WIDTH).strip()


def plain_dashes(text: str) -> str:
    """Every kind of dash as a hyphen."""
    return text.translate(_DASHES)


def read_as(rule: str, text: str, *values: str) -> Repair:
    """A repair under ``rule``, or under ``read-as-width`` where narrowing was all that had to be done."""
    return Repair(values, "read-as-width" if values == (narrow(text),) else rule)

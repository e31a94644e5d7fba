"""Bars as SVG, made when the site is: a full part, an open rest, and a line where the goal stands.

A picture here never says anything alone. It has a title and a description for those who do not see it, its numbers
stand beside it as text, and what is done differs from what is not by being full or empty, whatever the colours are.
Nothing is drawn in letters: a label would shrink with the picture. Knows no record and no word.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from markupsafe import Markup, escape

STEP = Decimal("0.01")  # per cent: finer than anybody sees


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Per cent of the whole, from 0 to 100, to the hundredth."""
    if whole <= 0 or part <= 0:
        return Decimal(0)
    return min(Decimal(100), (100 * part / whole).quantize(STEP, ROUND_HALF_UP))


def percent(part: Decimal, whole: Decimal) -> int:
    """Whole per cent as people read them: 100 only when all is done, 0 only when nothing is."""
    if whole <= 0 or part <= 0:
        return 0
    found = int((100 * part / whole).quantize(Decimal(1), ROUND_HALF_UP))
    return max(1, found) if part >= whole else max(1, min(99, found))


def bar(
    number: Decimal, goal: Decimal | None, title: str, about: str, key: str, scale: Decimal | None = None
) -> Markup:
    """One bar as wide as its place. ``scale`` is the number that fills it: the goal, or what has gone beyond it.

    ``key`` names it on its page. Below one per cent something is still seen.
    """
    full = max(scale or Decimal(0), goal or Decimal(0), number)
    done = share(number, full)
    if number > 0:
        done = max(done, Decimal(1))
    parts = [Markup('<rect width="{}%" height="100%"/>').format(_plain(done))] if done else []
    if goal is not None and 0 < goal < full:
        at = _plain(share(goal, full))
        parts.append(Markup('<line x1="{0}%" x2="{0}%" y2="100%"/>').format(at))
    return Markup(
        '<svg class="goal" role="img" aria-labelledby="{0}t {0}d"><title id="{0}t">{1}</title>'
        '<desc id="{0}d">{2}</desc>{3}</svg>'
    ).format(escape(key), title, about, Markup("").join(parts))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

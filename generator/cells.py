"""One cell of a field: is it valid as written? The only room that knows frictionless, which is the judge.

Frictionless builds a reader per field once; we keep those readers and loop. Before asking a reader, a cheap test may
say that a cell is certainly valid: it can only wave through what the reader would pass, and every refusal is the
reader's own. Patterns are tried by re2, whose time is linear, instead of frictionless' ``re``; a schema's pattern must
mean the same in both. What frictionless lets pass although no reader of ours should is refused in `own_rule`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import re2

from generator.model import FieldSpec, KezhuError

Fast = Callable[[str], bool]
Slow = Callable[[str], tuple[Any, Mapping[str, str] | None]]

PARTIAL_DATE = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
PHONE = r"\+?[0-9][0-9 ()-]{3,22}[0-9]"
INTEGERS = ("minLength", "maxLength")
NUMBERS = ("minimum", "maximum")
CONSTRAINTS = {
    "string": {"required", "unique", "minLength", "maxLength", "pattern", "enum"},
    "integer": {"required", "unique", "minimum", "maximum", "enum"},
    "year": {"required", "unique", "minimum", "maximum", "enum"},
    "number": {"required", "unique", "minimum", "maximum", "enum"},
    "date": {"required", "unique", "minimum", "maximum", "enum"},
    "boolean": {"required"},
    "array": {"required", "minLength", "maxLength"},
    "object": {"required"},
}
"""What Table Schema allows for a type and we can keep; frictionless ignores the rest without a word."""
# Where re and re2 part: re's classes take every script's digits and letters, and $ lets a newline pass.
UNLIKE = re.compile(r"\\[dDwWsSbBAZ]|(?<!\\)[$]|(?<![\\\[])\^|\(\?[^:]")
TRUE_FALSE = frozenset({"true", "True", "TRUE", "1", "false", "False", "FALSE", "0"})
EMAIL = re.compile(
    r"(?=.{1,60}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,50}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,12}"
)
URL = re.compile(r"https?://(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,12}(?:/[A-Za-z0-9._~/-]*)?")
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
MAX_BOUND = 10**9
# The same for re2, which has no looking ahead.
EMAILS = r"[A-Za-z0-9_+-]{1,60}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,50}[A-Za-z0-9]\.){1,5}[A-Za-z]{2,12}"


def matcher(pattern: str) -> Fast:
    """A whole-text match by `re`, for patterns of ours that cannot run away."""
    fits = re.compile(pattern, re.ASCII).fullmatch
    return lambda text: fits(text) is not None


OWN_PATTERNS = {pattern: matcher(pattern) for pattern in (PARTIAL_DATE, PHONE)}


@dataclass
class Later:
    """A reader that is made when it is first asked."""

    descriptor: Mapping[str, Any]
    where: str
    reader: Slow | None = None

    def __call__(self, text: str) -> Any:
        if self.reader is None:
            self.reader = read_field(self.descriptor, self.where)
        return self.reader(text)


@dataclass(frozen=True)
class CellCheck:
    """How one value of a field is judged: a cheap test, then frictionless' reader and the pattern."""

    spec: FieldSpec
    fast: Fast
    slow: Slow
    fits: Fast | None = None

    def notes(self, text: str) -> Mapping[str, str]:
        """The constraints that a text breaks, as frictionless names them; empty when it breaks none."""
        if self.fast(text):
            return {}
        found = dict(self.slow(text)[1] or {})
        if self.fits is not None and "type" not in found and not self.fits(text):
            found["pattern"] = "pattern"
        return found

    def rules(self, text: str) -> list[tuple[str, str]]:
        """Every rule that a text breaks with what frictionless said of it; own rules stand under ``own``."""
        found = list(self.notes(text).items())
        if not found and (rule := own_rule(self.spec.kind, text)) is not None:
            found = [("own", rule)]
        return found


def make_cell_check(spec: FieldSpec, where: str, *, known: bool = False) -> CellCheck:
    """The judge of one value of ``spec``, or of one item where the field holds a list; raises `KezhuError`.

    A schema that is ``known`` has been read before: frictionless is asked only when a cell needs it.
    """
    descriptor = cell_descriptor(spec, where)
    bare = {**descriptor, "constraints": dict(descriptor.get("constraints") or {})}
    pattern = bare["constraints"].pop("pattern", None)
    if pattern in OWN_PATTERNS:
        fits: Fast | None = OWN_PATTERNS[pattern]
    else:
        fits = compile_pattern(pattern, spec.name, where) if pattern else None
    fast = fast_test(bare, fits)
    if spec.kind == "date" and bare["type"] == "string":  # the pattern of a partial date knows no calendar
        return CellCheck(
            spec, lambda text: fast(text) and own_rule("date", text) is None, read_field(bare, where, known=known), fits
        )
    return CellCheck(spec, fast, read_field(bare, where, known=known), fits)


def compile_pattern(pattern: str, name: str, where: str) -> Fast:
    """A whole-text match in linear time; raises `KezhuError` for a pattern that re and re2 might read differently."""
    if found := UNLIKE.search(pattern):
        raise KezhuError(f"field {name}: pattern: write [0-9] and the like instead of {found[0]}", where)
    try:
        compiled = re2.compile(pattern)
    except re2.error as error:
        raise KezhuError(f"field {name}: pattern: {error}", where) from None

    @lru_cache(maxsize=4096)  # crossing into the engine costs more than remembering; columns repeat themselves
    def fits(text: str) -> bool:
        return compiled.fullmatch(text) is not None

    return fits


def typed_constraints(constraints: Mapping[str, Any], kind: str, name: str, where: str) -> dict[str, Any]:
    """Constraints as frictionless wants them, from the text that a schema holds; a mistyped one is a `KezhuError`."""
    typed: dict[str, Any] = dict(constraints)
    for key, value in typed.items():
        if key not in CONSTRAINTS.get(kind, set()):
            known = ", ".join(sorted(CONSTRAINTS.get(kind, set())))
            raise KezhuError(f"field {name}: {kind} knows no constraint {key}; known: {known}", where)
        if key in INTEGERS:
            if not (isinstance(value, str) and value.isascii() and value.isdigit() and int(value) <= MAX_BOUND):
                raise KezhuError(f"field {name}: {key} is a whole number, not {value!r}", where)
            typed[key] = int(value)
        elif key in {"required", "unique"}:
            if value not in {"true", "false"}:
                raise KezhuError(f"field {name}: {key} is true or false, not {value!r}", where)
            typed[key] = value == "true"
        elif key == "enum" and not (isinstance(value, list) and value and all(isinstance(v, str) for v in value)):
            raise KezhuError(f"field {name}: enum is a list of words", where)
    low, high = typed.get("minLength", 0), typed.get("maxLength", MAX_BOUND)
    if low > high:
        raise KezhuError(f"field {name}: minLength {low} is more than maxLength {high}", where)
    return typed


def cell_descriptor(spec: FieldSpec, where: str) -> dict[str, Any]:
    """The Table Schema field that judges one value of ``spec``; of one item where the field holds a list."""
    source = (spec.descriptor.get("arrayItem") or {"type": "string"}) if spec.many else spec.descriptor
    kind, form = source.get("type", "string"), source.get("format") or "default"
    constraints = typed_constraints(source.get("constraints") or {}, kind, spec.name, where)
    constraints.pop("required", None)  # whether something is there at all is asked before any cell is read
    constraints.pop("unique", None)
    if spec.kind == "object":
        return {"name": spec.name, "type": "any"}
    if form == "partial-date":
        constraints.setdefault("pattern", PARTIAL_DATE)
    if form == "phone":
        constraints.setdefault("pattern", PHONE)
    if form in {"partial-date", "phone", "markdown"} or spec.kind in {"term", "reference"}:
        kind, form = "string", "default"
    return {"name": spec.name, "type": kind, "format": form, "constraints": constraints}


def list_descriptor(spec: FieldSpec, where: str) -> dict[str, Any] | None:
    """The Table Schema field that judges a list as a whole; ``None`` when the schema says nothing of it."""
    constraints = typed_constraints(spec.descriptor.get("constraints") or {}, "array", spec.name, where)
    constraints.pop("required", None)
    return {"name": spec.name, "type": "array", "constraints": constraints} if constraints else None


def read_field(descriptor: Mapping[str, Any], where: str, *, known: bool = False) -> Slow:
    """Frictionless' own reader of a cell; raises `KezhuError` when it refuses the field, a ``known`` one when asked."""
    if known:
        return Later(descriptor, where)
    from frictionless import Field as TableField  # noqa: PLC0415 - a quarter of a second

    try:
        field = TableField.from_descriptor(dict(descriptor))
        reader: Slow = field.create_cell_reader()
        reader("")
    except Exception as error:  # frictionless raises several kinds for a bad field, all of them a broken schema
        raise KezhuError(f"field {descriptor.get('name')}: {error}", where) from None
    return reader


# ── Certainly valid ──────────────────────────────────────────────────────────────────────────────────────────────────


def fast_test(descriptor: Mapping[str, Any], fits: Fast | None = None) -> Fast:
    """A test that is true only for texts which every judge surely accepts; false means "ask the reader"."""
    kind, form = descriptor["type"], descriptor.get("format", "default")
    constraints = dict(descriptor.get("constraints") or {})
    if kind == "any":
        return lambda _: True
    make = MAKERS.get((kind, form))
    test = make(constraints) if make else never
    if constraints:  # a maker takes out what it has seen to
        return never
    return test if fits is None else lambda text: test(text) and fits(text)


def never(_: str) -> bool:
    """Nothing is certain: the reader decides."""
    return False


class ByColumn(Protocol):
    """A test that has a quicker way for a whole column; where ``hold`` says no, each text has to be asked about."""

    def __call__(self, text: str) -> bool:
        """Whether one text, which is not empty, is certainly good."""
        ...

    def hold(self, texts: Sequence[str]) -> bool:
        """Whether every text that is not empty is certainly good."""
        ...


@dataclass(frozen=True)
class Bounds:
    """Texts of a certain length; a column is measured in loops that run in C."""

    low: int
    high: int

    def __call__(self, text: str) -> bool:
        return self.low <= len(text) <= self.high

    def hold(self, texts: Sequence[str]) -> bool:
        """Whether every text that is not empty is in bounds."""
        return len(max(texts, key=len)) <= self.high and (
            self.low < 2 or min(map(len, filter(None, texts)), default=self.low) >= self.low
        )


def text_test(constraints: dict[str, Any]) -> Fast:
    """Length and choice."""
    low, high = constraints.pop("minLength", 0), constraints.pop("maxLength", MAX_BOUND)
    if (enum := constraints.pop("enum", None)) is not None:
        allowed = frozenset(word for word in enum if low <= len(word) <= high)
        return allowed.__contains__
    return Bounds(low, high)


@dataclass(frozen=True)
class Narrow:
    """Texts that a narrow pattern knows to be good, within bounds of length and outside a list of words.

    ``lines`` is a pattern for re2, the same or narrower, by which a column is matched in one call.
    """

    pattern: re.Pattern[str]
    lines: str
    bounds: Bounds
    but: frozenset[str] = frozenset()

    def __call__(self, text: str) -> bool:
        return self.bounds(text) and self.pattern.fullmatch(text) is not None and text not in self.but

    def hold(self, texts: Sequence[str]) -> bool:
        """Whether every text that is not empty is good; a text of several lines is left to the other way."""
        words = list(filter(None, texts))
        joined = "\n".join([*words, ""])
        return (
            joined.count("\n") == len(words)
            and self.bounds.hold(texts)
            and self.but.isdisjoint(words)
            and one_per_line(self.lines).fullmatch(joined) is not None
        )


@cache
def one_per_line(pattern: str) -> Any:
    """Lines that each match a pattern."""
    return re2.compile(f"(?:(?:{pattern})\n)*")


def matching(pattern: re.Pattern[str], lines: str) -> Callable[[dict[str, Any]], Fast]:
    """Texts that a narrow pattern knows to be good, within bounds of length."""

    def make(constraints: dict[str, Any]) -> Fast:
        low, high = constraints.pop("minLength", 0), constraints.pop("maxLength", MAX_BOUND)
        return Narrow(pattern, lines, Bounds(low, high))

    return make


def whole_test(constraints: dict[str, Any]) -> Fast:
    """Whole numbers of ASCII digits, within bounds."""
    low, high = int(constraints.pop("minimum", -(1 << 62))), int(constraints.pop("maximum", 1 << 62))
    return lambda text: text.isascii() and text.isdigit() and len(text) < 19 and low <= int(text) <= high


def number_test(constraints: dict[str, Any]) -> Fast:
    """Plain numbers of at most fifteen digits, within bounds."""
    low, high = float(constraints.pop("minimum", "-inf")), float(constraints.pop("maximum", "inf"))
    return Numbers(low, high)


@dataclass(frozen=True)
class Numbers:
    """Plain numbers of at most fifteen digits, within bounds."""

    low: float
    high: float

    def __call__(self, text: str) -> bool:
        return NUMBER.fullmatch(text) is not None and self.low <= float(text) <= self.high

    def hold(self, texts: Sequence[str]) -> bool:
        """Whether every text that is not empty is such a number."""
        if not PLAIN_NUMBERS.hold(texts):
            return False
        values = [float(text) for text in set(texts) if text]
        return not values or (self.low <= min(values) and max(values) <= self.high)


def year_test(_: dict[str, Any]) -> Fast:
    """Four digits."""
    return lambda text: len(text) == 4 and text.isascii() and text.isdigit() and text[0] != "0"


def date_test(_: dict[str, Any]) -> Fast:
    """A whole date."""
    return is_date


def boolean_test(_: dict[str, Any]) -> Fast:
    """Table Schema's words for true and false."""
    return TRUE_FALSE.__contains__


MAKERS: dict[tuple[str, str], Callable[[dict[str, Any]], Fast]] = {
    ("string", "default"): text_test,
    ("string", "email"): matching(EMAIL, EMAILS),
    ("string", "uri"): matching(URL, URL.pattern),
    ("integer", "default"): whole_test,
    ("number", "default"): number_test,
    ("year", "default"): year_test,
    ("date", "default"): date_test,
    ("boolean", "default"): boolean_test,
}


PLAIN_NUMBERS = Narrow(NUMBER, NUMBER.pattern, Bounds(0, MAX_BOUND))


def is_date(text: str) -> bool:
    """A whole date, written as 2022-07-13."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# ── What frictionless does not judge ─────────────────────────────────────────────────────────────────────────────────


def own_rule(kind: str, value: str) -> str | None:
    """The rule that a value breaks although frictionless accepts it."""
    if kind == "url" and not is_web_address(value):
        return "web-address"
    if kind == "date" and len(value) != 4 and len(value) != 7 and not is_date(value):
        return "want-date" if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", value) else None
    if kind in {"integer", "number"} and not (value.isascii() and "_" not in value):
        return "plain-number"
    return None


def is_web_address(value: str) -> bool:
    """http or https with a host; ``javascript:``, ``//host`` and blanks are none."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\\<>\"\x00-\x1f]", value)


# ── Ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


ID = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 64  # characters
DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
KEPT = frozenset({"index", *DEVICES})
GOOD_ID = Narrow(ID, r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", Bounds(1, LONGEST_ID), KEPT)
"""Whether a text may be an id: ``[a-z0-9]+(-[a-z0-9]+)*``, at most 64, not only digits, no kept name."""

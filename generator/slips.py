"""Slips of people who write YAML by hand: the cause, the place, and the line as it should have been.

Looks at single lines, and proposes a corrected line only if it can be read by itself. Where several causes are
possible, the one is named whose correction lets the reader get further. Reads no files and has no opinion on content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from generator.model import Refusal

WIDE_SPACES = "\u3000\u00a0\u2002\u2003\u2009"
LONGEST_LINE = 5000  # characters; a longer one is no line of a person's, and looking at it takes long
BULLETS = "－—–•·●◦▪■*"

_LINE = re.compile(rf"(?P<indent>[ \t{WIDE_SPACES}]*)(?P<dashes>(?:-[ ]+)*)(?P<rest>.*)")
_KEY = r"""[^\s"'\[\]{}#&*!|>%@`,，。、:：?()（）<《“‘-][^\s"'\[\]{}#,，。、:：;；!！?？()（）<>《》“”‘’]{0,24}"""
_PAIR = re.compile(rf"(?P<key>{_KEY})(?P<before>\s*)(?P<colon>[:：])(?P<space>\s*)(?P<value>.*)")
_BULLET = re.compile(rf"(?:[{BULLETS}][ {WIDE_SPACES}]*|-[{WIDE_SPACES}]+|-)(?=[^\s{BULLETS}-])")
_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"[ \t]*(?:#.*)?'),
    "'": re.compile(r"'(?:[^']|'')*'[ \t]*(?:#.*)?"),
}
_CLOSERS = {"[": "]", "{": "}"}
# Text that YAML would take for something else unless it stands in quotes.
_SPECIAL = re.compile(r"""[@%`*&!\]},?]|- |[|>](?![-+0-9]*[ \t]*(?:#.*)?$)|.*: |.*:$|["'].*[^\s"']|[\[{].*[^\s\]}]$""")
CUT = re.compile(r"\s+#(?=[^\s#=*~-])")
"""A # that a space goes before but not after: more often a part of the text than the beginning of a remark."""
_IN_KEY = re.compile(rf"[:：{WIDE_SPACES}]")


@dataclass(frozen=True)
class Slip:
    """One cause in one line: the rule, the column from 1, the whole corrected line, and the sign it is about."""

    rule: str
    column: int
    fixed: str
    text: str = ""

    def refusal(self, line: int) -> Refusal:
        """The same at a line, counted from 1."""
        params = {"fixed": self.fixed.rstrip(), **({"text": self.text} if self.text else {})}
        return Refusal(self.rule, line, self.column, params)


def split_lines(text: str) -> list[str]:
    """The lines as libyaml counts them."""
    if "\r" in text or "\x85" in text or "\u2028" in text or "\u2029" in text:
        return re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    return text.split("\n")


def parses(text: str) -> bool:
    """Whether a YAML reader takes a text."""
    return _stops_at(text) is None


def quoted(text: str) -> str:
    """A text in the quotes that change least of it."""
    text = text.strip()
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


# ── A file that cannot be read ───────────────────────────────────────────────────────────────────────────────────────


def explain(error: yaml.YAMLError, text: str) -> Refusal:
    """Turn libyaml's complaint into the cause that a person can see in a line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Refusal("yaml-syntax", params={"text": ""})
    lines = split_lines(text)
    if getattr(error, "context", None) == "expected a single document in the stream":
        return Refusal("yaml-documents", mark.line + 1, 1)
    stuck = min(mark.line, len(lines) - 1)
    possible: list[tuple[int, Slip]] = []
    for number in _suspects(error, lines, stuck):
        for slip in find_slips(lines[number]):
            after = _stops_at("\n".join([*lines[:number], slip.fixed, *lines[number + 1 :]]))
            if after is None or after > max(stuck, number):
                return slip.refusal(number + 1)
            possible.append((number, slip))
    if possible:
        number, slip = possible[0]
        return slip.refusal(number + 1)
    return _beyond_one_line(error, lines, stuck, mark.column)


def _beyond_one_line(error: yaml.YAMLError, lines: Sequence[str], stuck: int, column: int) -> Refusal:
    """What is wrong where no line is by itself: a blank line that is none, the indent, a sentence without a field."""
    if "\t" in lines[stuck] and not lines[stuck].strip():
        return Refusal("yaml-tab", stuck + 1, lines[stuck].index("\t") + 1)
    if (moved := _indented_wrongly(lines, stuck)) is not None:
        return moved.refusal(stuck + 1)
    begun = getattr(error, "context_mark", None)
    if begun is not None and "expected ':'" in str(getattr(error, "problem", "")):  # noticed a line too late
        text = lines[min(begun.line, len(lines) - 1)].strip()
        return Refusal("yaml-no-field", begun.line + 1, begun.column + 1, {"text": text})
    return Refusal("yaml-syntax", stuck + 1, column + 1, {"text": lines[stuck].strip()[:60]})


def _suspects(error: yaml.YAMLError, lines: Sequence[str], stuck: int) -> Iterator[int]:
    """The lines in which the cause may be: where something was opened, where the reader is stuck, and those above."""
    opened = [i for i in range(stuck + 1) if any(s.rule == "yaml-unclosed" for s in find_slips(lines[i]))]
    context = getattr(error, "context_mark", None)
    near = [context.line] if context is not None else []
    above = [i for i in range(stuck, -1, -1) if lines[i].strip()][:2]
    found = (i for i in (*near, *above, *opened[:1]) if 0 <= i < len(lines) and lines[i].strip())
    yield from dict.fromkeys(found)


def _indented_wrongly(lines: Sequence[str], number: int) -> Slip | None:
    """A field that begins one space off: moved below a field above it, where the reader then gets further."""
    found = _LINE.fullmatch(lines[number])
    if found is None or not (found["dashes"] or _PAIR.fullmatch(found["rest"])):
        return None
    own = len(found["indent"])
    columns: list[int] = []
    for above in reversed(lines[max(0, number - 20) : number]):
        if (other := _LINE.fullmatch(above)) and above.strip():
            columns += [len(other["indent"]), other.start("rest")]
    for column in sorted(dict.fromkeys(columns), key=lambda column: abs(column - own)):
        fixed = " " * column + lines[number].lstrip()
        after = _stops_at("\n".join([*lines[:number], fixed, *lines[number + 1 :]]))
        if column != own and (after is None or after > number) and parses(fixed.strip()):
            return Slip("yaml-indent", own + 1, fixed)
    return None


def _stops_at(text: str) -> int | None:
    """The line, from 0, at which a YAML reader gives up; ``None`` when it does not."""
    loader = yaml.CBaseLoader(text)
    try:
        loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.line if mark is not None else 0
    finally:
        loader.dispose()
    return None


REPEATED = frozenset(
    {"yaml-tab", "yaml-wide-space", "yaml-wide-colon", "yaml-colon-space", "yaml-dash", "yaml-wide-comma", "yaml-quote"}
)
"""Slips of habit: who makes one makes it in every line."""


def with_others(refusal: Refusal, text: str) -> Refusal:
    """The refusal at the first of several lines with the same slip, naming the others, so that one round mends all.

    They stand under ``suggestions``, which is what makes a hint name them.
    """
    if refusal.rule not in REPEATED or "fixed" not in refusal.params:
        return refusal
    lines = split_lines(text)
    indent = _indent(lines[refusal.line - 1])

    def same(line: str) -> Slip | None:
        slips = find_slips(line) if _indent(line) == indent else []
        return next((slip for slip in slips if slip.rule == refusal.rule), None)

    first = refusal.line
    while first > 1 and (above := same(lines[first - 2])):
        first -= 1
        refusal = above.refusal(first)
    others = [number for number, line in enumerate(lines[first:], first + 1) if same(line)]
    params = {**refusal.params, **({"suggestions": others} if others else {})}
    return Refusal(refusal.rule, first, refusal.column, params)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


# ── One line ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_slips(line: str) -> list[Slip]:
    """What may be wrong with a line, the likeliest first; only with a correction that can be read by itself."""
    if len(line) > LONGEST_LINE:
        return []
    fixed = mend_line(line)
    slips = [Slip(s.rule, s.column, fixed, s.text) for s in _slips(line)] if fixed != line else []
    return [slip for slip in slips if parses(slip.fixed.strip())]


def mend_line(line: str) -> str:
    """A line with every slip in it corrected."""
    for _ in range(6):  # one slip may hide another: a tab, then a colon, then a quote
        slip = next(_slips(line), None)
        if slip is None or slip.fixed == line:
            break
        line = slip.fixed
    return line


def _slips(line: str) -> Iterator[Slip]:
    found = _LINE.fullmatch(line)
    if found is None or not line.strip() or line.strip() in {"---", "..."}:
        return
    indent, rest, start = found["indent"], found["rest"], found.start("rest")
    if indent.strip(" "):
        rule = "yaml-tab" if "\t" in indent else "yaml-wide-space"
        column = next(i for i, c in enumerate(indent, 1) if c != " ")
        yield Slip(rule, column, re.sub(rf"[\t{WIDE_SPACES}]", "  ", indent) + line[len(indent) :])
    if not found["dashes"] and (bullet := _BULLET.match(rest)):
        yield Slip("yaml-dash", start + 1, f"{line[:start]}- {rest[bullet.end() :]}")
    elif pair := _PAIR.fullmatch(rest):
        yield from _pair_slips(line, start, pair)
    elif rest:
        slips = _value_slips(line, start)
        yield from slips if found["dashes"] else (slip for slip in slips if slip.rule != "yaml-quote")


def _pair_slips(line: str, start: int, pair: re.Match[str]) -> Iterator[Slip]:
    key, space, value = line[:start] + pair["key"], pair["space"], pair["value"]
    column = start + pair.start("colon") + 1
    fixed = f"{key}: {value}" if value else f"{key}:"
    if pair["colon"] == "：":
        yield Slip("yaml-wide-colon", column, fixed)
    elif set(pair["before"] + space) & set(WIDE_SPACES):
        yield Slip("yaml-wide-space", column, fixed)
    elif value and not space:
        if not value.startswith("//"):
            yield Slip("yaml-colon-space", column, fixed)
    elif value:
        yield from _value_slips(line, start + pair.start("value"))


def _value_slips(line: str, start: int) -> Iterator[Slip]:
    """Slips of what stands after the key, or of an item of a list."""
    head, value = line[:start], line[start:].rstrip()
    if not value:
        return
    sign = value[0]
    if sign in _CLOSERS:
        inner = _narrow_flow(value)
        if inner != value and _closes(inner):
            yield Slip("yaml-wide-comma", start + 1 + _first_difference(value, inner), head + inner)
        if not _closes(value):
            yield Slip("yaml-unclosed", start + 1, f"{head}{_close(inner)}", sign)
    if sign in _CLOSED and not _CLOSED[sign].fullmatch(value) and value.count(sign) % 2:
        yield Slip("yaml-unclosed", start + 1, f"{head}{value}{sign}", sign)
    if sign in _CLOSERS and _closes(value) and re.search(r"\s#", value) and not parses(value):
        kept = re.sub(r"(?<=[\[,])\s*([^,\[\]{}\"']*\s#[^,\[\]{}\"']*)", lambda found: f" {quoted(found[1])}", value)
        lost = re.split(r"[\]},]", value[value.index("#") :])[0]
        fixed = head + re.sub(r"^\[ ", "[", kept)
        yield Slip("yaml-cut-off", start + 1 + value.index("#"), fixed, lost)
    elif _SPECIAL.match(value) and not parses(line.strip()):
        yield Slip("yaml-quote", start + 1, head + quoted(value))


def _narrow_flow(value: str) -> str:
    """What stands in brackets with the commas and colons that YAML knows; texts in quotes stay as they are."""
    pieces = re.split(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')", value)
    for i in range(0, len(pieces), 2):
        pieces[i] = re.sub(r"\s*[，、]\s*(?=[\]}])", "", pieces[i])
        pieces[i] = re.sub(r"\s*[，、]\s*", ", ", pieces[i])
        if value[0] == "{":
            pieces[i] = re.sub(rf"(?<=[{{,])(\s*{_KEY})\s*(?:：\s*|:(?=[^\s/]))", r"\1: ", pieces[i])
    return "".join(pieces)


def _first_difference(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _open_brackets(value: str) -> list[str]:
    unquoted = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'", "", value)
    stack: list[str] = []
    for char in unquoted:
        if char in _CLOSERS:
            stack.append(_CLOSERS[char])
        elif stack and char == stack[-1]:
            stack.pop()
    return stack


def _closes(value: str) -> bool:
    return not _open_brackets(value)


def _close(value: str) -> str:
    return value.rstrip(",， ") + "".join(reversed(_open_brackets(value)))


# ── A file that can be read, but not as it was meant ─────────────────────────────────────────────────────────────────


def check_scalar(node: yaml.ScalarNode, lines: Sequence[str]) -> None:
    """Refuse text that swallowed a list or the next field, or that a # cut off; raises `Refusal`."""
    first, last = node.start_mark, node.end_mark
    if first.line >= len(lines) or last.line >= len(lines):
        return
    on_own_line = not lines[first.line][: first.column].strip()
    if on_own_line or first.line != last.line:
        _check_swallowed(lines, first.line if on_own_line else first.line + 1, first.line, last.line)
    elif "#" in lines[first.line]:
        _check_cut(node, lines[first.line])


def _check_swallowed(lines: Sequence[str], start: int, first: int, last: int) -> None:
    for number in range(start, last + 1):
        text = lines[number].lstrip()
        if number > first and text.startswith("- "):
            raise Refusal("yaml-list-after-text", number + 1, len(lines[number]) - len(text) + 1, {"text": text})
        if text.startswith(("—", "–")):  # a dash of running text
            continue
        for slip in find_slips(lines[number]):
            swallowed = slip.rule in {"yaml-dash", "yaml-tab"} or (number > first and slip.rule in _SWALLOWED)
            if swallowed and _is_field(slip, lines[number]):
                raise slip.refusal(number + 1)


_SWALLOWED = frozenset({"yaml-wide-colon", "yaml-colon-space", "yaml-wide-space"})


def _is_field(slip: Slip, line: str) -> bool:
    """A colon within running text is one; only after a field's name at the start of a line it is a slip."""
    return slip.rule not in {"yaml-wide-colon", "yaml-colon-space"} or bool(
        re.match(r"\s*(?:- )?[a-z_]+\s*[:：]", line)
    )


def _check_cut(node: yaml.ScalarNode, line: str) -> None:
    found = CUT.match(line, node.end_mark.column)
    if not found:
        return
    start = node.start_mark.column
    head = line[:start] if node.value else f"{line[:start].rstrip()} "  # the text began with the #
    fixed = mend_line(head + quoted(line[start:]))
    if parses(fixed.strip()):
        params = {"text": line[node.end_mark.column :].strip(), "fixed": fixed.rstrip()}
        raise Refusal("yaml-cut-off", node.end_mark.line + 1, found.end(), params)


def check_sequence(node: yaml.SequenceNode, lines: Sequence[str]) -> None:
    """Refuse ``[水稻，小麦]``, which YAML takes for one item; raises `Refusal`."""
    if not node.flow_style or len(node.value) != 1:
        return
    [item] = node.value
    if not isinstance(item, yaml.ScalarNode) or item.style or not re.search("[，、]", item.value):
        return
    first, last = node.start_mark, node.end_mark
    if first.line != last.line:  # no one line to show; the item says itself what it is when it is judged
        return
    line = lines[first.line]
    fixed = line[: first.column] + _narrow_flow(line[first.column : last.column]) + line[last.column :]
    column = item.start_mark.column + 1 + next(i for i, c in enumerate(item.value) if c in "，、")
    if parses(fixed.strip()):
        raise Refusal("yaml-wide-comma", first.line + 1, column, {"fixed": fixed.rstrip()})


def check_key(node: yaml.ScalarNode, lines: Sequence[str]) -> None:
    """Refuse a key that swallowed its value, ``{what：讲课}``, or holds wide spaces; raises `Refusal`."""
    key, mark = node.value, node.start_mark
    if node.style or not _IN_KEY.search(key):
        return
    for slip in find_slips(lines[mark.line]):
        if slip.rule in _SWALLOWED:
            raise slip.refusal(mark.line + 1)
    found = re.match(rf"({_KEY})\s*([:：])\s*", key)
    line = lines[mark.line]
    if found and line.startswith(key, mark.column):
        rule = "yaml-wide-colon" if found[2] == "：" else "yaml-colon-space"
        fixed = f"{line[: mark.column]}{found[1]}: {key[found.end() :]}{line[mark.column + len(key) :]}"
        fixed = mend_line(fixed)
        if parses(fixed.strip()):
            raise Slip(rule, mark.column + found.end(1) + 1, fixed).refusal(mark.line + 1)

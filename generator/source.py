"""Text files as their authors sent them: bytes to text, YAML and CSV to text values with their places.

Reads what is strictly one document of plain values; anything clever (anchors, tags, deep nesting) is refused with
its line. Knows nothing of schemas, types or content.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # its stubs forget that it is offered

from generator import slips
from generator.encoding import Decoded, decode
from generator.model import Path_, Position, Value
from generator.model import Refusal as Refusal  # offered to those who read with us

MAX_BYTES = 256 * 1024  # of one YAML record; a record of ours has a few kilobytes
MAX_CSV_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 20
SHORT = 24  # characters of a value that other records may well hold too

# Found by counting brackets and indents before parsing: libyaml's composer recurses in C and crashes the process.
DEEP_BLOCK = re.compile(r"^[ \t]*(?:[-?:][ \t]+){20}|^ {200}", re.M)

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
PLAIN_TAGS = frozenset(TAGS.values())
NAMED = re.compile("(?<![^\\s\\[\\]{},:?\ufeff-])[&!]")
"""What an anchor or a tag begins with, where one can begin."""


def read_decoded(path: Path, limit: int) -> Decoded:
    """Read a file of at most ``limit`` bytes as text, whatever encoding it was saved in; raises `Refusal`."""
    guard_file(path, limit)
    return decode(path.read_bytes())


def guard_file(path: Path, limit: int) -> None:
    """Refuse links, and files too large to be what they should be; raises `Refusal`."""
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        raise Refusal("symlink")
    size = about.st_size
    if size > limit:
        raise Refusal("too-large", params={"size": size // 1024, "limit": limit // 1024})


def read_text(path: Path, limit: int) -> str:
    """The text of a file with line ends made ``\\n``; raises `Refusal`."""
    return read_decoded(path, limit).text


# ── YAML ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class YamlLocator:
    """Knows where each value and key of one YAML document stands: remembers it, or looks into the text when asked.

    Instead of the text there may be the file that holds it.
    """

    __slots__ = ("_text", "keys", "values")

    def __init__(self, text: str | Path = "") -> None:
        self.values: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        self._text = text

    def locate(self, path: Path_, *, key: bool = False) -> Position:
        """The place of a value (or of its key); of the nearest thing around it when it is not written at all."""
        if self._text:
            text, self._text = self._text, ""
            with suppress(OSError, Refusal, yaml.YAMLError):  # somebody has altered the file meanwhile
                text = read_decoded(text, MAX_BYTES).text if isinstance(text, Path) else text
                _plain(_compose(text), (), _Reading(slips.split_lines(text), self))
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        while path:
            if found := first.get(path) or second.get(path):
                return Position(*found)
            path = path[:-1]
        return Position()


def read_yaml(text: str) -> tuple[dict[str, Value], YamlLocator]:
    """Compose one YAML document into text, lists and mappings; raises `Refusal` at the first thing that is not plain.

    Every scalar stays text, so that ``no``, ``0123``, ``1.10`` and ``12:30`` are what their author wrote.
    """
    guard_depth(text)
    try:
        return _read(text)
    except Refusal as refusal:
        raise slips.with_others(refusal, text) from None


class _Composer(CParser):
    """Makes nodes; a scalar is text, whatever it looks like."""

    def resolve(self, kind: type[yaml.Node], _value: Any, _implicit: Any) -> str:
        """The tag of a node that gives none itself."""
        return TAGS[kind]

    def descend_resolver(self, _parent: Any, _index: Any) -> None:
        """Nothing: tags do not depend on places."""

    def ascend_resolver(self) -> None:
        """Nothing either."""


def _compose(text: str) -> Any:
    loader = _Composer(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _read(text: str) -> tuple[dict[str, Value], YamlLocator]:
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        raise slips.explain(error, text) from None
    if node is None:
        raise Refusal("empty-file")
    lines = slips.split_lines(text)
    if not isinstance(node, yaml.MappingNode):
        raise _no_mapping(node, lines)
    if not (("&" in text or "!" in text) and NAMED.search(text)):
        with suppress(_Odd, Refusal):  # the first of all that is odd is found below
            return _quick(node, 0, lines), YamlLocator(text)
    locator = YamlLocator()
    return _plain(node, (), _Reading(lines, locator)), locator


class _Odd(Exception):
    """Something in a document has to be looked at with care."""


def _quick(node: Any, depth: int, lines: Sequence[str]) -> Any:
    """What `_plain` gives for a document of which nothing is refused, without its places: most are in order."""
    if isinstance(node, yaml.ScalarNode):
        value = shared(node.value)
        if node.style:
            return value
        slips.check_scalar(node, lines)
        return None if value in NULLS else value
    if depth >= MAX_DEPTH:
        raise _Odd
    depth += 1
    if isinstance(node, yaml.SequenceNode):
        slips.check_sequence(node, lines)
        return [_quick(item, depth, lines) for item in node.value]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or key in found:
            raise _Odd
        if not key.isidentifier():  # which has neither colon nor blank in it
            slips.check_key(key_node, lines)
        found[intern(key)] = _quick(value_node, depth, lines)
    return found


def shared(value: str) -> str:
    """A short text as the one that all records share: codes, dates and choices are most of what they say."""
    return intern(value) if len(value) <= SHORT else value


def _no_mapping(node: yaml.Node, lines: Sequence[str]) -> Refusal:
    """The first line that should have been ``name: text`` and why it is not."""
    if isinstance(node, yaml.ScalarNode) and not node.style:
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                found = slips.find_slips(line)
                if found:
                    return found[0].refusal(number)
                break
    return Refusal("not-a-mapping", node.start_mark.line + 1, node.start_mark.column + 1)


def guard_depth(text: str) -> None:
    """Refuse nesting that would overflow the C stack, before libyaml sees it."""
    if found := DEEP_BLOCK.search(text):
        raise Refusal("too-deep", line=text.count("\n", 0, found.start()) + 1, params={"limit": MAX_DEPTH})
    if text.count("[") + text.count("{") <= 200:
        return
    depth = 0
    for found in re.finditer(r"[\[\]{}\n]", text):
        char = found[0]
        if char == "\n":
            continue
        depth += 1 if char in "[{" else -1
        if depth > 200:  # prose may hold some brackets; no prose holds two hundred unclosed ones
            raise Refusal("too-deep", line=text.count("\n", 0, found.start()) + 1, params={"limit": MAX_DEPTH})


@dataclass
class _Reading:
    """What is known while one document is being read."""

    lines: Sequence[str]
    locator: YamlLocator
    seen: set[int] = field(default_factory=set)

    def line(self, number: int) -> str:
        """A line by its number from 0; the mark of what is not written may stand below the last one."""
        return self.lines[number] if number < len(self.lines) else ""


def _plain(node: yaml.Node, path: Path_, reading: _Reading) -> Any:
    mark = node.start_mark
    here = (mark.line + 1, mark.column + 1)
    reading.locator.values[path] = here
    if node.tag not in PLAIN_TAGS:
        raise Refusal("yaml-tag", *here, {"tag": node.tag.removeprefix("tag:yaml.org,2002:")})
    if id(node) in reading.seen or reading.line(mark.line).startswith("&", mark.column):
        raise Refusal("yaml-anchor", *here)
    reading.seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if not node.style:
            slips.check_scalar(node, reading.lines)
        return None if not node.style and node.value in NULLS else shared(node.value)
    if len(path) >= MAX_DEPTH:
        raise Refusal("too-deep", *here, {"limit": MAX_DEPTH})
    if isinstance(node, yaml.SequenceNode):
        slips.check_sequence(node, reading.lines)
        return [_plain(item, (*path, i), reading) for i, item in enumerate(node.value)]
    return _mapping(node, path, reading)


def _mapping(node: yaml.Node, path: Path_, reading: _Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        place = (mark.line + 1, mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise Refusal("yaml-key", *place)
        slips.check_key(key_node, reading.lines)
        key = key_node.value
        if key in found:
            raise Refusal("duplicate-key", *place, {"key": key, "first": reading.locator.keys[(*path, key)][0]})
        reading.locator.keys[(*path, key)] = place
        found[intern(key)] = _plain(value_node, (*path, key), reading)
    return found

"""The list of a site's files with their sizes and digests, a line for each; read and altered only where something is.

Knows no folder and writes nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from json.encoder import encode_basestring  # what `json.dumps` does to a text, a tenth of the time
from typing import NamedTuple

from generator.model import Page

MANIFEST = "manifest.json"
"""The manifest's own name below the top of a site; it lists every file but itself."""

FILES = ',\n"files": {\n'
"""What stands between the keys and the first file."""


class Entry(NamedTuple):
    """A file of the site; a tuple, because every build makes one of each file."""

    path: str
    size: int  # bytes
    sha256: str  # in hexadecimal


@dataclass(frozen=True)
class Manifest:
    """What the last whole build left: a line for each file, in the order of their paths, and keys of cached parts."""

    lines: Sequence[str] = ()
    keys: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], keys: Mapping[str, str]) -> Manifest:
        """A manifest of these files; of two with one path the later one counts."""
        files = {entry.path: entry for entry in entries}
        return cls([_line(files[path]) for path in sorted(files)], keys)

    @classmethod
    def read(cls, text: str) -> Manifest:
        """A manifest as any hand may have left it; one that says something else says nothing."""
        try:
            got = json.loads(text)
            found = (Entry(path, int(size), str(digest)) for path, (size, digest) in got["files"].items())
            return cls.of(found, dict(got["keys"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    @classmethod
    def ours(cls, text: str) -> Manifest:
        """A manifest that nobody has touched since `page` made it: a tenth of the time that `read` takes."""
        head, _, rest = text.removesuffix("\n}}\n").partition(FILES)
        return cls(rest.split(",\n") if rest else [], json.loads(head.removeprefix('{"keys": ')))

    def paths(self) -> set[str]:
        """Where the files are."""
        return set(map(_path, self.lines))

    def under(self, beginnings: str | tuple[str, ...]) -> list[Entry]:
        """The files whose paths begin so."""
        found: list[Entry] = []
        for beginning in (beginnings,) if isinstance(beginnings, str) else beginnings:
            for line in islice(self.lines, _place(self.lines, beginning), None):
                entry = _entry(line)
                if not entry.path.startswith(beginning):
                    break
                found.append(entry)
        return found

    def altered(self, entries: Iterable[Entry], gone: Iterable[str], keys: Mapping[str, str]) -> Manifest:
        """The same with these files as they are now, without those that are gone, and with other keys."""
        lines = list(self.lines)
        for path in gone:
            _put(lines, path)
        for entry in entries:
            _put(lines, entry.path, _line(entry))
        return Manifest(lines, keys)

    def page(self) -> Page:
        """The file itself."""
        head = json.dumps(dict(sorted(self.keys.items())), ensure_ascii=False, indent=0)
        lines = ",\n".join(self.lines)
        return Page(MANIFEST, f'{{"keys": {head}{FILES}{lines}\n}}}}\n'.encode())


def _put(lines: list[str], path: str, *new: str) -> None:
    place = _place(lines, path)
    held = place < len(lines) and _path(lines[place]) == path
    lines[place : place + held] = new


def _place(lines: Sequence[str], path: str) -> int:
    return bisect_left(lines, path, key=_path)


def _line(entry: Entry) -> str:
    return f'{encode_basestring(entry.path)}: [{entry.size}, "{entry.sha256}"]'


def _path(line: str) -> str:
    return str(json.loads(line[: line.rindex(": [")]))


def _entry(line: str) -> Entry:
    path = _path(line)
    size, digest = json.loads(line[line.rindex("[") :])
    return Entry(path, size, digest)

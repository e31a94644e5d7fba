"""What the file system says of files without opening them, so that a build can see at once what has changed.

Imports next to nothing: when nothing has changed, this is all that runs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

Stamp = tuple[int, int, int] | bytes
"""Size, time of content, time of anything, in bytes and nanoseconds. Of a file too young for its times to be trusted
the digest of what is in it."""

YOUNG = 50_000_000  # nanoseconds in which a file may be written twice without its time telling
SKIPPED = frozenset({"__pycache__", ".git", "node_modules"})


def look(folder: str, base: str = "", *, own: bool = False) -> dict[str, Stamp]:
    """Every file below a folder with its stamp, by its path after ``base``; in no order that means anything.

    In a folder that is our ``own`` nobody else writes while we do: young files are trusted.
    """
    found: dict[str, Stamp] = {}
    _look(folder, base, found, sys.maxsize if own else time.time_ns() - YOUNG)
    return found


def _look(folder: str, base: str, found: dict[str, Stamp], young: int) -> None:
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            name = entry.name
            if name[0] == "." or name in SKIPPED:
                continue
            path = base + name
            if entry.is_dir():
                _look(entry.path, path + "/", found, young)
                continue
            try:
                stat = entry.stat()
            except OSError:  # a link that leads nowhere: whoever reads it will say so
                found[path] = b""
                continue
            stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            found[path] = stamp if stamp[1] <= young and stamp[2] <= young else digest(entry.path)


def look_at(files: Iterable[str]) -> dict[str, Stamp]:
    """The same of single files, by the path that was given; what is not there is left out."""
    found: dict[str, Stamp] = {}
    young = time.time_ns() - YOUNG
    for path in files:
        try:
            stat = Path(path).stat()
        except OSError:
            continue
        late = max(stat.st_mtime_ns, stat.st_ctime_ns) > young
        found[path] = digest(path) if late else (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return found


def own(folder: str, paths: Iterable[str]) -> dict[str, Stamp | None]:
    """The stamps of these files of our own folder; ``None`` for one that is not there."""
    found: dict[str, Stamp | None] = {}
    for path in paths:
        try:
            stat = Path(folder, path).stat()
        except OSError:
            found[path] = None
        else:
            found[path] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return found


def digest(path: str) -> bytes:
    """What stands for the content of a file; nothing for one that cannot be read."""
    try:
        return blake2b(Path(path).read_bytes(), digest_size=16).digest()
    except OSError:
        return b""


def changes(old: Mapping[str, Stamp], new: Mapping[str, Stamp]) -> dict[str, Stamp | None]:
    """The stamps that are not what they were; ``None`` for a file that is gone."""
    if old == new:
        return {}
    found: dict[str, Stamp | None] = {path: stamp for path, stamp in new.items() if old.get(path) != stamp}
    found.update((path, None) for path in old if path not in new)
    return found


def different(old: Mapping[str, Stamp], changed: Mapping[str, Stamp | None]) -> list[str]:
    """Of the files with changed stamps those that came, went or hold something else, sorted; paths are absolute."""
    return sorted(path for path in changed if not isinstance(was := old.get(path), bytes) or digest(path) != was)


def installed() -> list[str]:
    """When packages were last installed, and which Python runs."""
    places = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return [sys.version, *(f"{path} {stamp!r}" for path, stamp in sorted(look_at(places).items()))]

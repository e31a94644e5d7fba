"""What a deploy has to send and to delete: two manifests of a site, compared. Reads nothing but what is to be sent.

Whoever deletes by a list trusts it with every file of a host, so a manifest that is not ours, or that names a path
outside its site, is refused as a whole. Knows no host and no network, and writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from generator.manifest import MANIFEST

DIGEST = re.compile(r"[0-9a-f]{64}")
UNSAFE = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]|^/|/$|//|(?:^|/)\.\.?(?:/|$)|^[A-Za-z]:")
"""What no path of a site holds: control characters, backslashes, steps upwards, drives, the top of a disk."""


class Held(NamedTuple):
    """What one file holds: bytes in number, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


class NoManifest(Exception):
    """Why a place cannot be compared: ``reason`` is ``missing``, ``bare``, ``foreign``, ``unsafe`` or ``untrue``.

    ``path`` is the folder or file, ``what`` the entry that gave the reason, where there is one.
    """

    def __init__(self, reason: str, path: Path, what: str = "") -> None:
        super().__init__(f"{path}: {reason} {what}".rstrip())
        self.reason, self.path, self.what = reason, path, what


@dataclass(frozen=True)
class Listing:
    """The files of a site by path, its manifest among them; ``folder`` is where they lie, if they lie here."""

    path: Path
    files: Mapping[str, Held]
    folder: Path | None = None


@dataclass(frozen=True)
class Difference:
    """What makes the new site of the old one: sizes of the files to send, paths to delete, each in order.

    The manifest is the last to be sent: a host that has it has everything it lists.
    """

    added: Mapping[str, int]
    changed: Mapping[str, int]
    deleted: tuple[str, ...]
    same: int

    @property
    def sent(self) -> dict[str, int]:
        """Sizes of all files to send, by path; the manifest stands last."""
        both = {**self.added, **self.changed}
        return {path: both[path] for path in sorted(both, key=lambda path: (path == MANIFEST, path))}

    @property
    def bytes(self) -> int:
        """Bytes of all files to send."""
        return sum(self.added.values()) + sum(self.changed.values())

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.deleted)


def read_listing(path: Path, *, may_be_empty: bool = False) -> Listing:
    """The listing of a site folder, or of a manifest file that was kept of one.

    An empty folder lists nothing, and only where it ``may_be_empty``, before the first deploy: taken for the new site
    it would have every file of the host deleted.

    Raises:
        NoManifest: There is none, or it is not one that we wrote.
    """
    folder = path if path.is_dir() else None
    file = path / MANIFEST if folder else path
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        if folder is None:
            raise NoManifest("missing", path) from None
        if not may_be_empty or any(folder.iterdir()):
            raise NoManifest("bare", path) from None
        return Listing(path, {}, folder)
    except NotADirectoryError:
        raise NoManifest("missing", path) from None
    except IsADirectoryError:
        raise NoManifest("foreign", path) from None
    try:
        files = read_files(json.loads(content))
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or no manifest
        raise NoManifest("foreign", path) from None
    for name in files:
        if not name or UNSAFE.search(name):
            raise NoManifest("unsafe", path, name)
    files[MANIFEST] = Held(len(content), hashlib.sha256(content).hexdigest())
    return Listing(path, files, folder)


def read_files(content: Any) -> dict[str, Held]:
    """The files of a manifest; ValueError when this is not one."""
    listed = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, dict) or not isinstance(content.get("keys"), dict):
        raise ValueError("no manifest")
    files = {}
    for path, held in listed.items():
        match held:
            case [int(size), str(digest)] if not isinstance(size, bool) and size >= 0 and DIGEST.fullmatch(digest):
                files[path] = Held(size, digest)
            case _:
                raise ValueError(path)
    return files


def compare(old: Listing, new: Listing) -> Difference:
    """What has to be sent and deleted so that a host that holds the old site holds the new one."""
    added = {path: held.size for path, held in new.files.items() if path not in old.files}
    both = new.files.keys() & old.files.keys()
    changed = {path: new.files[path].size for path in sorted(both) if new.files[path] != old.files[path]}
    deleted = tuple(sorted(old.files.keys() - new.files.keys()))
    return Difference(dict(sorted(added.items())), changed, deleted, len(both) - len(changed))


def prove(new: Listing, difference: Difference) -> None:
    """Read every file that is to be sent: a build that was cut off, or a hand, leaves files that are not as listed.

    Raises:
        NoManifest: One is not there, or holds other bytes.
    """
    if new.folder is None:
        return
    for path in difference.sent:
        try:
            with (new.folder / path).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            digest = ""
        if digest != new.files[path].sha256:
            raise NoManifest("untrue", new.path, path)

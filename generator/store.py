"""The site folder: writes what changed, each file whole, deletes what is gone, and the manifest last.

Does not know what a page is. A build that is cut off leaves old or new files, never half of one; the next build
finishes the work. A first build is made beside its place and put there whole. A folder that this program did not make
is never touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.manifest import MANIFEST, Entry, Manifest
from generator.model import KezhuError, Page

MARK = ".kezhu"  # says that the folder is ours, from before the first file on
NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one page."""

    entry: Entry
    written: bool


def open_site(out: Path) -> Manifest:
    """Claim ``out`` as a site folder and read its manifest; raises `KezhuError` if it holds somebody else's files."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise KezhuError("this is not a folder that a site can be written to", out)
    if out.is_dir() and not (out / MARK).exists() and any(out.iterdir()):
        raise KezhuError("this folder holds files that are not ours; name an empty one with --out DIR", out)
    if not (out / MARK).exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_bytes(b"")
    try:
        return Manifest.read((out / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return Manifest()  # no build has finished here yet, or a hand has been at it: everything is compared anew


def our_manifest(out: Path) -> Manifest:
    """The manifest of a site that nobody has touched since it was made; raises `OSError`, `ValueError` otherwise."""
    return Manifest.ours((out / MANIFEST).read_text("utf-8"))


def place_of(out: Path) -> Path:
    """Where the files of a site go: ``out``; as long as there is none, a folder beside it that `settle` puts there."""
    return out if out.exists() else out.with_name(f".{out.name}.part")


def settle(place: Path, out: Path) -> None:
    """A whole new site takes its place; raises `KezhuError` where somebody has put something else there meanwhile."""
    if place != out:
        try:
            place.rename(out)
        except OSError as error:
            raise KezhuError(f"the site is made, in {place}, and cannot be moved: {error.strerror}", out) from None


def put(out: Path, page: Page, *, new: bool = False) -> Put:
    """Write a page unless its file already holds these very bytes; what a ``new`` site has is not looked at."""
    target = out / page.path
    entry = Entry(page.path, len(page.content), hashlib.sha256(page.content).hexdigest())
    if new:
        _write(target, page.content)
    elif _holds(target, page.content):
        return Put(entry, False)
    else:
        replace(target, page.content)
    return Put(entry, True)


def _holds(target: Path, content: bytes) -> bool:
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def replace(target: Path, content: bytes) -> None:
    """Put a whole new file in the place of an old one."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    _write(part, content)
    part.replace(target)


def _write(target: Path, content: bytes) -> None:
    try:
        file = os.open(target, NEW, 0o666)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(target, NEW, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def intact(out: Path, entries: Iterable[Entry]) -> bool:
    """Whether every one of these files still holds what the manifest says."""
    for entry in entries:
        try:
            content = (out / entry.path).read_bytes()
        except OSError:
            return False
        if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
            return False
    return True


def finish(out: Path, manifest: Manifest) -> tuple[int, bool]:
    """Delete every file that is not listed, then write the manifest; how many were deleted, and whether it changed."""
    listed = manifest.paths()
    gone = 0
    for folder, _, names in os.walk(out, topdown=False):
        here = Path(folder)
        for name in names:
            path = (here / name).relative_to(out).as_posix()
            top = here == out
            if path in listed or (top and (name == MANIFEST or (name.startswith(".") and not name.endswith(".part")))):
                continue
            (here / name).unlink()
            gone += 1
        if here != out and not here.relative_to(out).parts[0].startswith("."):
            with contextlib.suppress(OSError):  # not empty: something listed is still in it
                here.rmdir()
    return gone, put(out, manifest.page()).written


def amend(out: Path, gone: Iterable[str], manifest: Manifest) -> None:
    """Delete these files, then write the manifest that lists them no more."""
    paths = [out / path for path in gone]
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in sorted({parent for path in paths for parent in path.relative_to(out).parents}, reverse=True):
        if folder.parts:
            with contextlib.suppress(OSError):  # not empty
                (out / folder).rmdir()
    put(out, manifest.page())

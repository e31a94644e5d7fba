"""What a site is made of: pages by kind, how many, how heavy; ours beside Hugo's, and as a catalogue grows."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.store import MANIFEST
from tests.bench.build_made import SHARES

TYPES = "|".join(SHARES)
KINDS = {
    **{name: rf"{name}/[a-z]-[0-9]+\.html" for name in SHARES},
    "region": r"region/[0-9]+\.html",
    "industry": r"industry/(?!index)[a-z0-9-]+\.html",
    "lists": rf"(?:{TYPES})(?:_[a-z]+)?(?:/.*)?\.html",
    "month": r"(?:month|calendar)/20[0-9]{2}-[0-9]{2}\.html",
    "calendar": r"calendar(?:/region)?/[0-9]{6}[0-9a-z/-]*\.html",
    "calendar files": r".*\.ics",
    "bundles": r"pagefind/.*",
    "names and suggestions": r"search/.*",
    "guides": r"guide/.*",
    "other pages": r".*\.html",
    "other files": r".*",
}
"""The first that fits the whole path; the addresses of ours and those of Hugo."""
NO_PAGES = ("calendar files", "bundles", "names and suggestions", "guides", "other files")
NEAR = 0.05


def kind_of(path: str) -> str:
    """What a file of a site is."""
    return next(kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, path))


def by_kind(files: Mapping[str, int]) -> dict[str, list[int]]:
    """The sizes of all files of each kind, from path to size."""
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for path, size in files.items():
        found[kind_of(path)].append(size)
    return found


def weigh(ours: Path, theirs: Path) -> Iterator[str]:
    """A line for each kind of page: how many and how heavy on either side, and whether they are near each other."""
    sides = [by_kind({p.relative_to(top).as_posix(): p.stat().st_size for p in files(top)}) for top in (ours, theirs)]
    yield f"{'pages':<24}{'ours':>9}{'Hugo':>9}  {'median B':>10}{'Hugo':>10}{'Hugo/ours':>11}"
    for kind in KINDS:
        mine, other = (side[kind] for side in sides)
        if mine and other:
            ratio = statistics.median(other) / statistics.median(mine)
            note = "" if abs(ratio - 1) <= NEAR else f"  more than {NEAR:.0%} apart"
            yield (
                f"{kind:<24}{len(mine):>9,}{len(other):>9,}  {statistics.median(mine):>10,.0f}"
                f"{statistics.median(other):>10,.0f}{ratio:>11.2f}{note}"
            )
        elif mine or other:
            yield f"{kind:<24}{len(mine):>9,}{len(other):>9,}"
    pages = [[size for kind, sizes in side.items() if kind not in NO_PAGES for size in sizes] for side in sides]
    count, size = len(pages[1]) / len(pages[0]), sum(pages[1]) / sum(pages[0])
    numbers = "".join(f"{len(side):>9,}" for side in pages)
    yield f"{'all pages':<24}{numbers}  Hugo/ours: {count:.3f} in number, {size:.3f} in bytes"


def middles(top: Path) -> dict[str, float]:
    """The median size of each kind of page."""
    found = by_kind({p.relative_to(top).as_posix(): p.stat().st_size for p in files(top)})
    return {kind: statistics.median(sizes) for kind, sizes in found.items() if sizes}


def files(top: Path) -> Iterator[Path]:
    """Every file of a site."""
    return (path for path in top.rglob("*") if path.is_file())


def shares(site: Path) -> Iterator[str]:
    """A line for each kind of file in a site of ours: how many and how many bytes, as shares of all."""
    listed = json.loads((site / MANIFEST).read_text("utf-8"))["files"]
    found = {
        kind: sizes for kind, sizes in by_kind({path: size for path, (size, _) in listed.items()}).items() if sizes
    }
    count, size = len(listed), sum(map(sum, found.values()))
    yield f"{'the site':<24}{'files':>10}{'share':>8}{'MB':>10}{'share':>8}"
    for kind, sizes in found.items():
        yield (
            f"{kind:<24}{len(sizes):>10,}{len(sizes) / count:>8.1%}{sum(sizes) / 1e6:>10.1f}{sum(sizes) / size:>8.1%}"
        )
    yield f"{'all':<24}{count:>10,}{'':>8}{size / 1e6:>10.1f}"

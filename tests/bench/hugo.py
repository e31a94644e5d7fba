"""Our build beside Hugo's, of the same records and with pages of equal weight and number; Hugo checks nothing.

``python -m tests.bench.hugo [N …] [--runs R] [--only cold,none,…]``; without N: 1,000 and 10,000. 100,000 takes an hour
or so: it is run only when it is asked for, with one pair of runs each, and stops when ``--guard`` minutes are over.

Both run in turn; the edits are the same, and each is looked for on the pages of both. What counts is the ratio of the
two runs of a pair: a slow minute hits both. Where the ratios of all pairs lie on one side of 1, that is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pagefind_bin_extended

from generator.deploy import compare, read_listing
from tests.bench import memory
from tests.bench.build_made import Maker
from tests.bench.hugo_edits import EDITS, Pair, Seen, prepare
from tests.bench.hugo_site import hugo_binary, level, make_hugo
from tests.bench.measure import Cost, kezhu, run
from tests.bench.weights import shares, weigh

SCENARIOS = {
    "cold": "everything anew",
    "csv": "everything anew, ours from tables",
    "none": "nothing changed",
    "one": "one record changed",
    "many": "an organisation with 500 backlinks renamed",
    "template": "one template changed",
    "term": "one term of a vocabulary renamed",
    "search": "everything anew, with search",
    "search-one": "one record changed, with search",
}
RUNS, LARGE, GUARD = 5, 100_000, 60


@dataclass
class Side:
    """One of the two: its commands in order, and where it writes."""

    name: str
    commands: list[Sequence[str | Path]]
    out: Path
    caches: tuple[Path, ...] = ()
    costs: list[Cost] = field(default_factory=list)
    memory: float = 0.0

    def clean(self) -> None:
        """As if it had never run."""
        for folder in (self.out, *self.caches):
            shutil.rmtree(folder, ignore_errors=True)

    def run(self) -> None:
        """Do the work once and note what it cost."""
        os.sync()  # what the other one has written is not ours to wait for
        some = [run([str(part) for part in command]) for command in self.commands]
        self.costs.append(Cost(sum(c.wall for c in some), sum(c.cpu for c in some), max(c.memory for c in some)))

    def weigh(self) -> None:
        """Do the work once more and note the memory of all processes."""
        self.memory = max(memory.peak(command) for command in self.commands)


@dataclass
class Bench:
    """One size: the two sites and what has been measured."""

    folder: Path
    count: int
    runs: int
    pair: Pair = field(init=False)
    edits: int = 0

    def __post_init__(self) -> None:
        self.pair = Pair(self.folder / "portal", self.folder / "hugo", Maker(self.count).crops[0]["id"])
        made = [sys.executable, "-m", "tests.bench.build_made"]
        run([*made, self.pair.portal, str(self.count), "yaml"])
        run([*made, self.folder / "tables", str(self.count), "csv"])

    @property
    def out(self) -> Path:
        """Where ours is built."""
        return self.folder / "site"

    def ours(self, *, search: bool = False, portal: Path | None = None) -> Side:
        """Our side."""
        root = portal or self.pair.portal
        command = kezhu("build", "--root", root, "--out", self.out, *(() if search else ("--pages-only",)))
        return Side("kezhu", [command], self.out, (root / ".kezhu",))

    def theirs(self, *, search: bool = False) -> Side:
        """Hugo's side; an ordinary build, with its cache where it can be deleted."""
        out, kept = self.pair.hugo / "public", self.folder / "hugo-cache"
        commands: list[Sequence[str | Path]] = [
            [hugo_binary(), "build", "--quiet", "--source", self.pair.hugo, "--cacheDir", kept]
        ]
        if search:
            commands.append([pagefind_bin_extended.get_executable(), "--site", out])
        return Side("hugo", commands, out, (kept, self.pair.hugo / "resources"))

    def start(self) -> None:
        """Build ours once, for the style of the pages, then write Hugo's site and build it."""
        ours = self.ours()
        ours.run()
        make_hugo(self.pair.portal, self.out, self.pair.hugo, self.count)
        prepare(self.pair)
        self.theirs().run()
        ours.run()
        level(self.out, self.pair.hugo)
        self.theirs().run()

    def measure(self, name: str) -> None:
        """Run one scenario in pairs and print it."""
        search = name.startswith("search")
        portal = self.folder / "tables" if name == "csv" else None
        sides = [self.ours(search=search, portal=portal), self.theirs(search=search)]
        edit = EDITS.get(name.removeprefix("search-"))
        if edit:  # what an earlier scenario left may be of another kind
            sides[0].run()
            sides[0].costs.clear()
        load = os.getloadavg()[0]
        old = read_listing(self.out) if edit else None
        for number in range(self.runs):
            seen = self.before(edit, sides)
            for side in sides if number % 2 == 0 else reversed(sides):
                side.run()
            check(seen, sides)
        sent = compare(old, read_listing(self.out)) if old else None
        print("\n".join(costs(SCENARIOS[name], sides, load)), flush=True)
        self.before(edit, sides)
        for side in sides:
            side.weigh()
        print(held(sides), flush=True)
        if sent is not None:
            count = f"{len(sent.sent):,} files, {sent.bytes / 1e6:.1f} MB, and deletes {len(sent.deleted):,}"
            print(f"  a deploy of ours sends {count}; {sent.same:,} stay", flush=True)

    def before(self, edit: object, sides: Sequence[Side]) -> list[Seen]:
        """Make the edit on both sides, or delete what both have made."""
        self.edits += 1
        if callable(edit):
            seen: list[Seen] = edit(self.pair, self.edits)
            return seen
        for side in sides:
            side.clean()
        return [Seen("organisation/o-000000.html", "示例")]


def check(seen: Sequence[Seen], sides: Sequence[Side]) -> None:
    """Whether the pages of both show what was changed; a bench that measured something else ends here."""
    for each in seen:
        for side in sides:
            if each.text not in (side.out / each.path).read_text("utf-8"):
                sys.exit(f"{side.name}: {each.path} does not show {each.text}")


def costs(title: str, sides: Sequence[Side], load: float) -> list[str]:
    """What both cost, and the ratios of the pairs."""
    lines = [f"{title}; load {load:.1f} before, {os.getloadavg()[0]:.1f} after"]
    for side in sides:
        wall, cpu = [c.wall for c in side.costs], [c.cpu for c in side.costs]
        lines.append(f"  {side.name:<6} {spread(wall, '7.2f')} s wall  {spread(cpu, '7.2f')} s cpu")
    pairs = list(zip(*(side.costs for side in sides), strict=True))
    walls, cpus = [a.wall / b.wall for a, b in pairs], [a.cpu / b.cpu for a, b in pairs]
    lines.append(
        f"  ratio  {spread(walls, '7.2f')}   wall  {spread(cpus, '7.2f')}   cpu"
        f"   wall {verdict(walls)}, cpu {verdict(cpus)}"
    )
    return lines


def held(sides: Sequence[Side]) -> str:
    """The memory of both, and the ratio."""
    ours, theirs = (side.memory for side in sides)
    return f"  memory of all processes: {ours:.0f} MB, {theirs:.0f} MB, ratio {ours / theirs:.2f}"


def spread(values: Sequence[float], form: str) -> str:
    """The median and how far the values lie apart."""
    return f"{statistics.median(values):{form}} ({min(values):.2f}–{max(values):.2f})"


def verdict(ratios: Sequence[float]) -> str:
    """Whether all pairs say the same."""
    if len(ratios) < 3:
        return "of too few pairs to tell noise"
    return "less" if max(ratios) < 1 else "more" if min(ratios) > 1 else "cannot be told from noise"


def main(arguments: Sequence[str]) -> None:
    """Print all tables of all sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("counts", type=int, nargs="*", default=[1_000, 10_000], metavar="N", help="records")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"pairs of each scenario; default: {RUNS}")
    parser.add_argument("--only", default=",".join(SCENARIOS), help=f"default: {','.join(SCENARIOS)}")
    parser.add_argument("--guard", type=float, default=GUARD, help="minutes for each size, then no further scenario")
    parser.add_argument("--folder", type=Path, help="where to make everything; it is kept")
    asked = parser.parse_args(arguments)
    names = asked.only.split(",")
    if unknown := set(names) - set(SCENARIOS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there is {', '.join(SCENARIOS)}")
    with tempfile.TemporaryDirectory() as scratch:
        for count in asked.counts:
            runs = 1 if count >= LARGE else asked.runs
            said = "; one pair of runs each, which tells no noise" if count >= LARGE else ""
            print(f"\n{count:,} records; {os.cpu_count()} processors{said}", flush=True)
            bench = Bench((asked.folder or Path(scratch)) / str(count), count, runs)
            bench.start()
            ends = time.monotonic() + asked.guard * 60
            print("\n".join(weigh(bench.out, bench.pair.hugo / "public")), flush=True)
            for name in names:
                if time.monotonic() > ends:
                    print(f"{SCENARIOS[name]}: not measured, {asked.guard:g} minutes are over (--guard)")
                    continue
                bench.measure(name)
            print("\n".join(shares(bench.out)), flush=True)
            if not asked.folder:
                shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main(sys.argv[1:])

"""What matching costs as offers grow: 10,000 needs against 10,000 and against 100,000 offers.

``python -m tests.bench.matching [NEEDS]``; time and memory of the matching itself, records are made in memory first.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from match_made import many, matcher

from generator.match import Matcher

CORES = 2
_shared: dict[str, tuple[Matcher, tuple[str, ...]]] = {}


def some(part: tuple[int, int]) -> int:
    """Answer some of the needs; how many found somebody."""
    found, needs = _shared["all"]
    return sum(bool(found.found(need).reach) for need in needs[part[0] : part[1]])


def main(count: int) -> None:
    """Print a line for each number of offers; the last line compares the cost of one need."""
    costs = []
    for offers in (count, 10 * count):
        records, vocabularies = many(count, offers)
        started, cpu = time.perf_counter(), time.process_time()
        found = matcher(records, vocabularies=vocabularies)
        _ = found.index
        ready, filed = time.perf_counter() - started, time.process_time() - cpu
        needs = found.needs()
        sample = needs[: max(1, count // 10)]
        cpu = time.process_time()
        for need in sample:
            found.found(need)
        sampled = time.process_time() - cpu
        each = sampled / len(sample)
        _shared["all"] = (found, needs)
        steps = [(i, i + 250) for i in range(len(sample), len(needs), 250)]
        started = time.perf_counter()
        with ProcessPoolExecutor(CORES, multiprocessing.get_context("fork")) as pool:
            answered = sum(pool.map(some, steps)) + some((0, len(sample)))
        wall = time.perf_counter() - started + sampled  # what is kept of the sample is not reckoned again
        memory = (
            max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        )
        costs.append(each)
        print(
            f"  {count:,} needs, {offers:,} offers: {ready + wall:.1f} s wall ({ready:.1f} filing, {filed:.1f} cpu), "
            f"{1000 * each:.2f} ms cpu a need, {memory:,.0f} MB, {answered:,} answered"
        )
    print(f"matching: one need costs {costs[1] / costs[0]:.2f} × when offers grow tenfold")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

"""What a check costs, beside frictionless on the same tables.

``python -m tests.bench.checks [N]``: N records for a check of few changed ones (default 10,000); the table that both
read whole has 100,000 rows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.measure import in_turn, kezhu, middle, run, table

ROWS = 100_000
JUDGE = "import sys; from frictionless import Package; sys.exit(not Package(sys.argv[1]).validate().valid)"


def main(count: int) -> None:
    """Print both tables; the last line holds the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        files, rows = Path(folder) / "files", Path(folder) / "rows"
        run([sys.executable, "-m", "tests.bench.made", files, str(count), "yaml"])
        run([sys.executable, "-m", "tests.bench.made", rows, str(ROWS), "csv"])
        changed = sorted((files / "catalogue" / "service").iterdir())[:200]
        few = {
            f"kezhu check, 1 of {count:,} records": kezhu("check", "--root", files, changed[7]),
            f"kezhu check, 200 of {count:,} records": kezhu("check", "--root", files, *changed),
            f"kezhu check, all {count:,} records": kezhu("check", "--root", files),
        }
        costs = in_turn(few, 5)
        print(f"Changed records in a catalogue of {count:,} YAML files")
        print(table(costs))
        both = {
            "kezhu check": kezhu("check", "--root", rows),
            "frictionless Package.validate": [sys.executable, "-c", JUDGE, rows / "datapackage.json"],
        }
        print(f"{ROWS:,} CSV rows with references")
        pair = in_turn(both, 3)
        print(table(pair))
        ours, theirs = (middle(runs) for runs in pair.values())
        print(f"  frictionless / kezhu: {theirs.cpu / ours.cpu:.1f} × cpu, {theirs.memory / ours.memory:.2f} × memory")
        one, two, _ = (middle(runs) for runs in costs.values())
        print(
            f"check: 1 changed {one.wall:.2f} s, 200 changed {two.wall:.2f} s, "
            f"100,000 rows {theirs.wall / ours.wall:.1f} × faster than Package.validate, "
            f"{ours.memory / theirs.memory:.2f} × its memory"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

"""A million cells, one in fifty damaged: our judge and ``frictionless.Resource.validate`` side by side.

``python -m tests.bench.cells [CELLS]``. Ends with exit code 1 when they disagree about any cell.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from frictionless import Resource, Schema

from generator.cells import make_cell_check
from generator.load import load_type
from tests.bench.made import make_package, make_root, make_rows
from tests.test_cells import PIECES, cells_from


def main(count: int) -> None:
    """Print the time of both and how often they disagree."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_root(Path(folder), 1, "csv")
        package = json.loads(make_package(root).read_text("utf-8"))
        record_type = load_type(root / "catalogue" / "schemas" / "service.yml", root)
    fields = package["resources"][2]["schema"]["fields"][1:]
    names = [field["name"] for field in fields]
    chance = random.Random(2)
    rows = [[row[name] for name in names] for row in make_rows(count // len(names))]
    for row in rows:
        for i in range(len(row)):
            if chance.random() < 0.02:
                row[i] = cells_from(chance, PIECES, 1)[0]

    started = time.perf_counter()
    checks = [make_cell_check(record_type.by_name[name], "made") for name in names]
    required = [record_type.by_name[name].required for name in names]
    ours = set()
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if (cell and checks[j].notes(cell)) or (not cell and required[j]):
                ours.add((i, names[j]))
    own = time.perf_counter() - started

    started = time.perf_counter()
    schema = Schema.from_descriptor({"fields": fields})
    report = Resource(data=[names, *rows], schema=schema).validate(limit_errors=10**9)
    theirs = {(error.row_number - 2, error.field_name) for error in report.tasks[0].errors}
    other = time.perf_counter() - started

    cells = len(rows) * len(names)
    print(f"{cells:,} cells, {len(theirs):,} of them wrong: kezhu {own:.1f} s, frictionless {other:.1f} s")
    differ = ours ^ theirs
    print(f"cells: {other / own:.1f} × faster than Resource.validate, {len(differ)} disagreements")
    if differ:
        sys.exit(str(sorted(differ)[:10]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

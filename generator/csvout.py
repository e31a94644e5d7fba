"""Rows as a CSV file that the programs of people who keep lists open as it is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take a cell for that begins with it


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a file in UTF-8 with a mark, its lines ended as Windows ends them.

    A cell that a spreadsheet would take for a formula gets a blank in front, which every reader of ours drops.
    """
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(
        [f" {cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows
    )
    return target.getvalue().encode("utf-8-sig")

"""Rows as a CSV file that the programs of people who keep lists open as it is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet would take a cell for that begins with it.

The full-width signs too: Excel in a Japanese environment reads a cell that begins with ＝ as a formula
(github.com/OWASP/www-community, issue 1088), and Numbers does anywhere (github.com/adaltas/node-csv, pull request 387).
"""


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a file in UTF-8 with a mark, its lines ended as Windows ends them.

    A cell that a spreadsheet would take for a formula gets a blank in front, which every reader of ours drops.
    """
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(
        [f" {cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows
    )
    return target.getvalue().encode("utf-8-sig")

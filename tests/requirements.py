"""What the four plans ask for, row by row, and where this portal answers it: the table in ARCHITECTURE.md.

``tests/requirements.csv`` is the list; ``python -m tests.requirements`` writes the table anew, and tests hold both to
what there is.
"""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / "requirements.csv"
PLAN = HERE.parent / "ARCHITECTURE.md"
START, END = "<!-- requirements -->", "<!-- end of requirements -->"
COLUMNS = {"asked": "Asked for", "plan": "Plan", "type": "Type", "page": "Page", "rule": "Rule", "test": "Test"}


def rows() -> list[dict[str, str]]:
    """The list as it is."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(cell: str) -> list[str]:
    """What a cell names: words between blanks."""
    return cell.split()


def table() -> str:
    """The list as Markdown: names in code, what a rule is computed from in plain words."""
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|---" * len(COLUMNS) + "|"]
    for row in rows():
        cells = [row["asked"], row["plan"], *(_code(row[name]) for name in ("type", "page", "rule", "test"))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _code(cell: str) -> str:
    return " ".join(f"`{word}`" for word in words(cell)) or "–"


def with_table(text: str) -> str:
    """A text with the table between its marks made anew."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}{END}{after}"


if __name__ == "__main__":
    PLAN.write_text(with_table(PLAN.read_text("utf-8")), encoding="utf-8", newline="\n")

"""``kezhu build`` without index and guides: ``python -m tests.bench.pages_only --root ROOT --out OUT``."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from generator.build import build

if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 100)  # as the command does
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    built = build(asked.root, asked.out, pages_only=True)
    sys.exit(built.checkup.failed)

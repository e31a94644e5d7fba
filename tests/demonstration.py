"""The worked demonstration of the whole programme: an invented county that has everything, and one that lacks much.

``tests/sites/demonstration/`` holds only what is invented: records, places, own words. Schemas, plan rules,
vocabularies and the other settings are those that are shipped, and so are the four plans, so that the demonstration
cannot fall behind them. ``python -m tests.demonstration OUT`` builds it into the folder OUT for people to look at.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from generator.build import SECTIONS, Built, build, folders
from generator.checkup import check_catalogue
from generator.load import load_types
from generator.model import Catalogue, FieldSpec
from generator.render import Renderer
from generator.sections import MakeSection

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "catalogue"
OWN = HERE / "sites" / "demonstration" / "catalogue"
TODAY = date(2026, 11, 22)
"""The day on which all of it was written: what is due or overdue is so on this day."""

PLANS = ("p1", "p2", "p3", "p4")
BLOCK = re.compile(r"^(\w+):.*\n(?:[ \t#-].*\n|\n)*", re.M)
"""A setting of portal.yml with what stands below it."""

REGION = re.compile(r"^region:.*\n(?:[ -].*\n)*", re.M)
ISSUERS = re.compile(r"^issuers:.*\n(?:[ -].*\n)*", re.M)
"""What in a plan points to real places and organisations, which have no page here."""

HERE_TOO = 'region: ["990000"]\n'
"""A plan for one province is here a plan for the invented one."""


def assemble(root: Path) -> Path:
    """Put the demonstration together below ``root``, a folder that may be empty; returns it."""
    base = root / "catalogue"
    shutil.copytree(SHIPPED / "schemas", base / "schemas")
    if (SHIPPED / "plans").is_dir():
        shutil.copytree(SHIPPED / "plans", base / "plans")
    for path in sorted(SHIPPED.glob("*.yml")):
        shutil.copy(path, base)
    (base / "vocabularies").mkdir()
    (base / "policy").mkdir()
    types = load_types(base / "schemas", root)
    for name in sorted({name for kind in types.values() for name in vocabularies(kind.fields)}):
        shutil.copy(SHIPPED / "vocabularies" / f"{name}.csv", base / "vocabularies")
    for name in PLANS:
        text = (SHIPPED / "policy" / f"{name}.yml").read_text("utf-8")
        text = ISSUERS.sub("", REGION.sub(HERE_TOO, text))
        (base / "policy" / f"{name}.yml").write_text(text, encoding="utf-8", newline="\n")
    shutil.copytree(OWN, base, dirs_exist_ok=True)
    own, shipped = ((folder / "portal.yml").read_text("utf-8") for folder in (OWN, SHIPPED))
    said = {block[1] for block in BLOCK.finditer(own)}
    rest = "".join(block[0] for block in BLOCK.finditer(shipped) if block[1] not in said)
    (base / "portal.yml").write_text(own + rest, encoding="utf-8", newline="\n")
    return root


def vocabularies(fields: Iterable[FieldSpec]) -> Iterable[str]:
    """The vocabularies that fields take their terms from."""
    for field in fields:
        if field.vocabulary:
            yield field.vocabulary
        yield from vocabularies(field.fields)


def joined(root: Path) -> Catalogue:
    """The catalogue of a root, checked on the day."""
    found = check_catalogue(root, today=TODAY)
    assert found.catalogue is not None, found.problems[:5]
    return found.catalogue


def make_renderer(
    root: Path, lang: str = "zh", sections: Sequence[MakeSection] = SECTIONS, catalogue: Catalogue | None = None
) -> Renderer:
    """What makes the pages of a root on the day, of its own catalogue or of one that a test has altered."""
    assets = [folder / "assets" for folder in folders(root, "site_overrides")]
    return Renderer(catalogue or joined(root), folders(root, "templates"), assets, lang, TODAY, sections)


def make(out: Path) -> Built:
    """Build the demonstration into a folder."""
    with TemporaryDirectory() as folder:
        return build(assemble(Path(folder)), out, today=TODAY)


if __name__ == "__main__":
    built = make(Path(sys.argv[1]))
    sys.exit(f"{len(built.checkup.problems)} problems, {built.pages} pages in {built.out}")

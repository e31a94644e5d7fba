"""Whether a site is still what a build would make: told from stamps of files, before anything else is loaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from generator import __version__, stamps
from generator.stamps import Stamp
from generator.state import Broken, State

FOLDER = ".kezhu"
MANY = 20_000  # files of a site above which another process asks of them meanwhile


@dataclass
class Look:
    """What a look at the files has told. Without a ``state`` the whole site has to be made."""

    inputs: dict[str, Stamp]
    options: list[str]
    state: State | None = None
    renewed: dict[str, Stamp | None] = field(default_factory=dict)  # input files with other stamps; ``None`` is gone
    changed: list[str] = field(default_factory=list)  # those of them that hold something else
    touched: bool = False  # somebody has been at the site

    @property
    def nothing(self) -> bool:
        """Whether the site is what a build would make."""
        return self.state is not None and not self.changed and not self.touched


def state_folder(root: Path, out: Path) -> Path:
    """Where the state of one site is kept: below the root, one folder for each place that a site is written to."""
    return root / FOLDER / blake2b(str(out.resolve()).encode(), digest_size=6).hexdigest()


def state_file(root: Path, out: Path) -> Path:
    """The state itself."""
    return state_folder(root, out) / "state.db"


def marker(root: Path, out: Path) -> Path:
    """A file that is there while pages are written: a build that was cut off leaves it behind."""
    return state_folder(root, out) / "writing"


def options(lang: str | None, today: date, *, pages_only: bool = False) -> dict[str, object]:
    """What decides on a site besides files."""
    return {"lang": lang or "", "today": today, "pages_only": pages_only}


def look(root: Path, out: Path, options: Mapping[str, Any]) -> Look:
    """Compare what is there with what the last build saw. ``options`` are whatever else decides on the pages."""
    said = [__version__, *(f"{name}={value}" for name, value in sorted(options.items())), *stamps.installed()]
    state = None if marker(root, out).exists() else State.open(state_file(root, out))
    if state is None:
        return Look(inputs(root), said)
    try:
        if state.get("meta", "options") != said:
            raise Broken("made in another way")
        with _asking(state, out) as touched:
            found = Look(inputs(root), said)
            held = state.mapping("inputs")
            found.renewed = stamps.changes(held, found.inputs)
            found.changed = stamps.different(held, found.renewed)
            found.touched = touched()
    except (Broken, AttributeError, TypeError):
        state.close()
        return Look(inputs(root), said)
    found.state = state
    return found


@contextmanager
def _asking(state: State, out: Path) -> Iterator[Callable[[], bool]]:
    """What tells whether somebody has been at the site; of many files another process asks meanwhile."""
    if told(state).get("files", 0) < MANY:
        yield lambda: _touched(state, out)
        return
    from generator import ahead  # noqa: PLC0415 - loads what several processes need, which few files do not

    with ahead.beside(partial(_touched_there, state.path), 1) as give:
        if give is None:
            yield lambda: _touched(state, out)
        else:
            yield give(out).result


def _touched_there(path: Path, out: Path) -> bool:
    """In a new process: with a connection of its own, since none survives a fork."""
    return _touched(State(path), out)


def _touched(state: State, out: Path) -> bool:
    return state.mapping("outputs") != stamps.look(str(out), own=True)


def inputs(root: Path) -> dict[str, Stamp]:
    """The stamps of everything that a site is made from, by absolute path."""
    package = Path(__file__).resolve().parent
    folders = {root.resolve() / name for name in ("catalogue", "templates", "site_overrides")}
    folders |= {package, package.parent / "templates", package.parent / "site_overrides"}
    found: dict[str, Stamp] = {}
    for folder in sorted(map(str, folders)):
        found.update(stamps.look(folder, f"{folder}{os.sep}"))
    found.update(stamps.look_at([str(root.resolve() / "mkdocs.yml")]))
    return found


def told(state: State) -> Mapping[str, Any]:
    """What the last build said when it was done: numbers of records by type, of pages, and warnings in words."""
    found: Mapping[str, Any] = state.get("meta", "told") or {}
    return found

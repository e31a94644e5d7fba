"""Keeps what a whole build made, for the next one (`state`): while pages are made, and as one file in the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator import fresh, stamps
from generator.model import Catalogue, Record
from generator.pickles import Pickles, dump_frame
from generator.state import FORMAT, Broken, Readers, State
from generator.stored import derive
from generator.workers import Batch

MOST = 2_000_000  # readings held at a time


class Keeper:
    """The state of a site while it is being made. Where it cannot be written the site is made all the same.

    The stamps of the ``look`` are written down at once and let go.
    """

    def __init__(self, root: Path, out: Path, catalogue: Catalogue, names: Pickles, look: fresh.Look) -> None:
        self.root, self.out, self.catalogue, self.names = root, out, catalogue, names
        self.readers = Readers()
        self.shared: dict[str, int] = {}  # shared results that have been taken, by name
        self.last = 0
        self.state: State | None = None
        self._part = fresh.state_file(root, out).with_suffix(f".{os.getpid()}.part")
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            fresh.marker(root, out).write_bytes(b"")
            fresh.state_file(root, out).unlink(missing_ok=True)
            self._part.unlink(missing_ok=True)
            self.state = State(self._part, new=True)
            self.state.put_all("meta", {"format": FORMAT, "options": look.options, "inputs": look.inputs}.items())
            look.inputs.clear()  # of 100,000 records 40 MB, which would be held until the end
        except (OSError, Broken):  # a root that cannot be written to
            self.state = None

    def take(self, batch: Batch) -> None:
        """Note what some pages were made from."""
        try:
            self._take(batch)
        except (OSError, Broken):  # no room: the site matters, the state does not
            self.drop()

    def _take(self, batch: Batch) -> None:
        if self.state is None:
            return
        nodes: list[tuple[int, str, Any]] = []
        for made in batch.pages:
            job = made.job
            self.last += 1
            nodes.append((self.last, made.put.entry.path, (job.kind, job.a, job.b, job.c)))
            self.readers.add(self.last, made.deps, batch.kinds)
        new = [shared for shared in batch.shared if shared.name not in self.shared]
        for shared in new:
            self.last = self.shared[shared.name] = self.last + 1
            nodes.append((self.last, shared.name, None))
            self.readers.add(self.last, shared.deps, batch.kinds)
        self.state.add_nodes(nodes)
        self.state.put_memos((shared.name, shared.args, shared.value) for shared in new)
        if len(self.readers) > MOST:
            self.readers.save(self.state)
            self.readers = Readers()

    def finish(self, told: Mapping[str, Any], problems: object) -> None:
        """Write the rest and put the whole in its place; the site is done."""
        try:
            self._finish(told, problems)
        except (OSError, Broken):
            self.drop()

    def _finish(self, told: Mapping[str, Any], problems: object) -> None:
        if self.state is None:
            return
        state = self.state
        self.readers.save(state)
        state.put_all("record", ((r.key, plain(r)) for r in self.catalogue.records.values()))
        state.put_all("derived", derive(self.catalogue, self.names))
        state.put_all(
            "meta",
            {
                "outputs": stamps.look(str(self.out), own=True),
                "told": dict(told),
                "problems": self.names.dumps(problems),
                "frame": dump_frame(self.catalogue),
            }.items(),
        )
        state.commit()
        state.close()
        self._part.replace(fresh.state_file(self.root, self.out))
        fresh.marker(self.root, self.out).unlink(missing_ok=True)

    def drop(self) -> None:
        """Nothing is kept: the build has failed, or there is no room."""
        if self.state is not None:
            self.state.close()
            self.state = None
            shutil.rmtree(self._part.parent, ignore_errors=True)


def plain(record: Record) -> tuple[str, dict[str, Any]]:
    """A record as plain values."""
    return record.path, dict(record.values)

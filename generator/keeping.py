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


class Keeper:
    """The state of a site while it is being made. Where it cannot be written the site is made all the same."""

    def __init__(self, root: Path, out: Path, catalogue: Catalogue, names: Pickles) -> None:
        self.root, self.out, self.catalogue, self.names = root, out, catalogue, names
        self.readers = Readers()
        self.numbers: dict[str, int] = {}
        self._nodes: list[tuple[int, str, Any]] = []
        self.state: State | None = None
        self._part = fresh.state_file(root, out).with_suffix(f".{os.getpid()}.part")
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            fresh.marker(root, out).write_bytes(b"")
            fresh.state_file(root, out).unlink(missing_ok=True)
            self._part.unlink(missing_ok=True)
            self.state = State(self._part, new=True)
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
        for made in batch.pages:
            job = made.job
            self.readers.add(self._number(made.put.entry.path, (job.kind, job.a, job.b, job.c)), made.deps, batch.kinds)
        new = [shared for shared in batch.shared if shared.name not in self.numbers]
        for shared in new:
            self.readers.add(self._number(shared.name, None), shared.deps, batch.kinds)
        self.state.put_memos((shared.name, shared.args, shared.value) for shared in new)

    def _number(self, name: str, job: Any) -> int:
        number = self.numbers[name] = len(self.numbers) + 1
        self._nodes.append((number, name, job))
        return number

    def finish(self, look: fresh.Look, told: Mapping[str, Any], problems: object) -> None:
        """Write the rest and put the whole in its place; the site is done."""
        try:
            self._finish(look, told, problems)
        except (OSError, Broken):
            self.drop()

    def _finish(self, look: fresh.Look, told: Mapping[str, Any], problems: object) -> None:
        if self.state is None:
            return
        state = self.state
        state.add_nodes(self._nodes)
        self.readers.save(state)
        state.put_all("record", ((r.key, plain(r)) for r in self.catalogue.records.values()))
        state.put_all("derived", derive(self.catalogue, self.names))
        state.put_all(
            "meta",
            {
                "format": FORMAT,
                "options": look.options,
                "inputs": stamps.settle(look.inputs),
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

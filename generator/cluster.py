"""Pages made by a Dask cluster, where one machine is not enough. The only room that knows Dask.

Every worker reads the catalogue itself, from a folder that all machines share, makes sure that it is the very one that
the build is about, and writes the pages of its shards into the site's folder, which they share too. A shard is a
province: its pages speak of the same records.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from generator import store
from generator.checkup import check_catalogue
from generator.model import Catalogue, KezhuError
from generator.pickles import Pickles
from generator.render import Job, Renderer
from generator.track import take_made
from generator.views import PLACE
from generator.workers import Batch, render_chunk

PATIENCE = "15s"  # in which a scheduler has to answer
SHARD = 500  # pages of a task at most: a task that is lost with its machine is made again
Submit = Callable[[Sequence[Job]], "Future[Batch]"]


@dataclass(frozen=True)
class Task:
    """What a worker needs to know besides its pages; paths are those of the shared folders."""

    root: str
    out: str
    lang: str
    today: date
    digest: str  # of the catalogue


def digest(catalogue: Catalogue) -> str:
    """What all records say, as one word: two catalogues that differ in anything have different ones."""
    found = hashlib.blake2b(digest_size=16)
    for record in catalogue.records.values():
        found.update(repr((record.key, dict(record.values))).encode())
    return found.hexdigest()


def shards(jobs: Sequence[Job], catalogue: Catalogue) -> list[list[Job]]:
    """The pages by province, and what belongs to none of them by itself; every page once, in a fixed order."""
    by: dict[str, list[Job]] = {}
    for job in jobs:
        by.setdefault(_province(job, catalogue), []).append(job)
    return [held[i : i + SHARD] for _, held in sorted(by.items()) for i in range(0, len(held), SHARD)]


def _province(job: Job, catalogue: Catalogue) -> str:
    if job.kind == "record":
        terms = catalogue.records[job.a].term(PLACE)
        return catalogue.vocabularies[terms[0].vocabulary].lineage(terms[0].id)[0].id if terms else ""
    if job.kind == "term" and job.a == PLACE:
        return catalogue.vocabularies[job.a].lineage(job.b)[0].id
    return ""


@contextmanager
def cluster(address: str, task: Task) -> Iterator[Submit]:
    """Hands shards to the cluster at ``address``; raises `KezhuError` where there is none or Dask is not installed."""
    try:
        from distributed import Client as Dask  # noqa: PLC0415 - only who has a cluster has it
    except ImportError:
        raise KezhuError("this needs Dask: pip install 'kezhu[cluster]'", "--scheduler") from None
    make: Any = Dask  # it has no types
    try:
        client = make(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise KezhuError(f"no scheduler answers there: {error}", address) from None
    try:
        yield lambda jobs: _ended(client.submit(render_shard, task, list(jobs), pure=False))
    finally:
        client.close()


def _ended(handed: Any) -> Future[Batch]:
    """Dask's future as one of the standard library's."""
    found: Future[Batch] = Future()

    def ended(done: Any) -> None:
        if done.status == "finished":
            found.set_result(done.result())
        else:
            error = done.exception() if done.status == "error" else KezhuError("the cluster gave up on some pages")
            found.set_exception(error or KezhuError("the cluster gave up on some pages"))

    handed.add_done_callback(ended)
    return found


# ── On a worker ──────────────────────────────────────────────────────────────────────────────────────────────────────

_lock = threading.Lock()
_sites: dict[Task, tuple[Renderer, Pickles]] = {}
"""The catalogue of this worker; only the last one is kept."""


def render_shard(task: Task, jobs: Sequence[Job]) -> Batch:
    """Make and write some pages; a failure names its page, or says that this machine sees other records."""
    with _lock:  # one thread of a process makes pages at a time
        if task not in _sites:
            _sites.clear()
            _sites[task] = _open(task)
        renderer, names = _sites[task]
        return render_chunk(jobs, renderer, partial(store.put, Path(task.out)), names)


def _open(task: Task) -> tuple[Renderer, Pickles]:
    from generator.build import make_renderer  # noqa: PLC0415 - build knows this room

    catalogue = check_catalogue(Path(task.root), today=task.today).catalogue
    if catalogue is None or digest(catalogue) != task.digest:
        raise KezhuError(
            "a worker sees other records here than the build does: is it the same shared folder?", task.root
        )
    renderer = make_renderer(Path(task.root), catalogue, task.lang, task.today)
    renderer.jobs()  # reckons what many pages share
    take_made()
    return renderer, Pickles(catalogue)

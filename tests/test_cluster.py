"""A cluster of two workers makes, byte for byte, what one machine makes."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from demonstration import assemble
from distributed import LocalCluster
from test_incremental import snapshot

from generator import cluster
from generator.build import build, make_renderer
from generator.checkup import check_catalogue
from generator.model import KezhuError

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def address():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as started:
        yield started.scheduler_address


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return assemble(tmp_path_factory.mktemp("cluster") / "root")


def test_two_workers_write_what_one_machine_writes(root, address, tmp_path):
    build(root, tmp_path / "one", jobs=1, today=TODAY, pages_only=True)
    built = build(root, tmp_path / "two", today=TODAY, pages_only=True, scheduler=address)
    assert built.written > 500
    assert snapshot(tmp_path / "two") == snapshot(tmp_path / "one")


def test_what_a_cluster_made_is_brought_up_to_date_like_any_other(small, address, tmp_path):
    path = small / "catalogue" / "organisation" / "shili-xuehui.yml"
    build(small, tmp_path / "site", today=TODAY, pages_only=True, scheduler=address)
    path.write_text(path.read_text("utf-8").replace("示例学会", "示例大学会"), "utf-8")
    built = build(small, tmp_path / "site", today=TODAY, pages_only=True, scheduler=address)
    assert 0 < built.written < built.pages
    build(small, tmp_path / "whole", jobs=1, today=TODAY, pages_only=True)
    assert snapshot(tmp_path / "site") == snapshot(tmp_path / "whole")


def test_a_worker_that_fails_names_the_page(small, address, tmp_path):
    own = small / "templates" / "record" / "service.html"
    own.parent.mkdir(parents=True)
    own.write_text("{{ record.nothing.of.the.kind }}", "utf-8")
    with pytest.raises(KezhuError, match=r"service/youcha-peixun.*this page cannot be made"):
        build(small, tmp_path / "site", today=TODAY, pages_only=True, scheduler=address)


def test_a_worker_that_sees_other_records_says_so(small, tmp_path):
    catalogue = check_catalogue(small, today=TODAY).catalogue
    other = tmp_path / "other"
    shutil.copytree(small, other)
    (other / "catalogue" / "service" / "youcha-peixun.yml").unlink()
    task = cluster.Task(str(other), str(tmp_path / "out"), "zh", TODAY, cluster.digest(catalogue))
    with pytest.raises(KezhuError, match="other records"):
        cluster.render_shard(task, [])


def test_where_no_scheduler_answers_that_is_said(small, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    with pytest.raises(KezhuError, match=r"127\.0\.0\.1:9: no scheduler answers there"):
        build(small, tmp_path / "site", today=TODAY, pages_only=True, scheduler="tcp://127.0.0.1:9")


def test_every_page_is_in_one_shard_and_those_of_a_province_together(root):
    catalogue = check_catalogue(root, today=TODAY).catalogue
    jobs = make_renderer(root, catalogue, "zh", TODAY).jobs()
    found = cluster.shards(jobs, catalogue)
    assert sorted(map(str, (job for shard in found for job in shard))) == sorted(map(str, jobs))
    regions = [{job.b[:2] for job in shard if job.kind == "term" and job.a == "region"} for shard in found]
    assert all(len(provinces) <= 1 for provinces in regions)
    assert any(regions)

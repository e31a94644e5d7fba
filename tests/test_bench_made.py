"""The made portal of the bench stands: valid, the same every time, and Hugo's site holds the same records."""

from __future__ import annotations

import re

import pytest

from generator.checkup import check_catalogue
from tests.bench.build_made import SHARES, Maker, make_portal_of
from tests.bench.hugo_site import FACETS, content
from tests.bench.weights import KINDS, kind_of

COUNT = 100


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return {form: make_portal_of(tmp_path_factory.mktemp("made") / form, COUNT, form) for form in ("yaml", "csv")}


def test_no_record_has_a_problem_and_both_forms_hold_the_same(made):
    checkups = {form: check_catalogue(root) for form, root in made.items()}
    for checkup in checkups.values():
        assert not checkup.problems
        assert checkup.count == COUNT
    one, other = (checkup.catalogue for checkup in checkups.values())
    assert one is not None and other is not None
    assert {k: dict(r.values) for k, r in one.records.items()} == {k: dict(r.values) for k, r in other.records.items()}


def test_records_are_the_same_for_the_same_number_and_hold_what_was_promised():
    records = list(Maker(COUNT).records())
    assert records == list(Maker(COUNT).records())
    assert {name: sum(kind == name for kind, _, _ in records) for name in SHARES} == SHARES
    texts = ["".join(re.findall(r"[\u4e00-\u9fff，。]", str(values))) for _, _, values in records]
    assert 700 < sum(map(len, texts)) / len(texts) < 1_100


def test_one_organisation_has_500_backlinks():
    named = [values.get("organisations", []) for _, _, values in Maker(1_000).records()]
    assert sum("o-000000" in each for each in named) == 500


def test_hugo_is_given_every_text(made):
    checkup = check_catalogue(made["yaml"])
    project = checkup.project
    for name, key, values in Maker(COUNT).records():
        text = content(name, key, values, project.types[name], project.vocabularies)
        assert text.startswith("---\n") and text.endswith(f"---\n{values['body']}")
        for field in ("title", "summary", "done", "problem", "actions", "how"):
            assert str(values.get(field, "")) in text
        assert all(f"\n{name}_{field}: " in text for field in FACETS[name])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("service/s-000001.html", "service"),
        ("service/index.html", "lists"),
        ("service/2.html", "lists"),
        ("service_kind/training/page/2.html", "lists"),
        ("need/region/130000-2.html", "lists"),
        ("region/130109.html", "region"),
        ("industry/index.html", "other pages"),
        ("calendar/region/130109.html", "calendar"),
        ("calendar/130109.html", "calendar"),
        ("calendar/2024-05.html", "month"),
        ("calendar/all.ics", "calendar files"),
        ("pagefind/index/a.pf_index", "bundles"),
        ("match/index.html", "other pages"),
        ("sitemap.xml", "other files"),
    ],
)
def test_files_are_counted_as_what_they_are(path, kind):
    assert kind in KINDS
    assert kind_of(path) == kind

"""The record types that are shipped: their fields, what guards a person's name, empty lists, what is unknown.

That every type can be typed in, imported and asked for field by field: see test_new, test_sheet and test_import.
"""

import gzip
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from generator.build import SECTIONS, build
from generator.checkup import check_catalogue
from generator.documents import documents
from generator.join import join_catalogue
from generator.load import load_project
from generator.model import KezhuError, Position, RawRecord
from generator.render import Job, Renderer
from generator.rulebook import RULES
from generator.words import Words

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "sites" / "small"
TODAY = date(2026, 11, 22)
PROJECT = load_project(ROOT)

FIELDS = {
    "person": "role organisation field level name phone email consent",
    "team": "people partner",
    "pairing": "kind team person organisation need level place agreement started_on ended_on",
    "activity": "kind team organisations pairing need site held_on held_until place attended trained tour result",
    "resource": "kind audience language url length script case organisation",
    "technology": "kind organisations year released_on figures conditions",
    "honour": "kind recipient organisation team person given_by given_on year",
    "project": "kind organisations team started_on status notices pool_on figures steps",
    "target": "of value unit every due yearly counts",
    "village": "place product association operators brand station",
    "farmwork": "starts ends work",
    "need": "steps",
}
"""What plan rules, ledgers, targets and calendars ask these types for."""
COMMON = "title summary region industry tasks note body source_publisher source_title source_date source_url confidence"


class Nowhere:
    def locate(self, *_, **__):
        return Position()


@pytest.fixture(scope="module")
def catalogue():
    found = check_catalogue(ROOT, today=TODAY).catalogue
    assert found is not None
    return found


@pytest.fixture(scope="module")
def renderer(catalogue):
    return make_renderer(catalogue)


def make_renderer(catalogue, lang="zh"):
    assets = [ROOT / "site_overrides" / "assets"]
    return Renderer(catalogue, [ROOT / "templates"], assets, lang, TODAY, SECTIONS)


def page(renderer, *job):
    html = renderer.render(Job(*job)).content.decode()
    return re.search(r"<main.*</main>", html, re.S)[0]


def text(html):
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize("name", FIELDS)
def test_a_type_has_the_fields_that_others_ask_for(name):
    kind = PROJECT.types[name]
    common = () if name in {"team", "need"} else COMMON.split()
    served = {"tasks"} if name == "target" else set()  # a target names the task that sets it, not one that it serves
    assert {*FIELDS[name].split(), *common} - served <= kind.by_name.keys()


def test_every_type_is_called_something_in_both_languages():
    for kind in PROJECT.types.values():
        for lang in ("zh", "en"):
            assert kind.titles.get(lang) or (lang == "zh" and kind.titles.get("")), kind.name
            assert kind.unit(lang) and kind.description(lang), kind.name


def test_every_term_of_a_field_of_choices_has_an_english_word():
    used = {spec.vocabulary for kind in PROJECT.types.values() for spec in walk(kind.fields) if spec.vocabulary}
    for name in used - {"notice"}:
        assert all(term.titles.get("en") for term in PROJECT.vocabularies[name]), name


def walk(fields):
    for spec in fields:
        yield spec
        yield from walk(spec.fields)


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────────────────────────

PRIVATE = "示例某人"
AGREED = {"given_on": "2026-11-01", "scope": "姓名"}


def person(**values):
    return RawRecord("service", "shili-ren", {"title": "示例：职务", **values}, "service/shili-ren.yml", Nowhere())


@pytest.mark.parametrize(
    ("consent", "seen"),
    [
        (None, False),
        ({}, False),
        ({"given_on": "2026-11-01"}, False),
        ({"scope": "姓名"}, False),
        ({"given_on": "", "scope": "姓名"}, False),
        (AGREED, True),
    ],
)
def test_nothing_guarded_gets_past_the_join_without_consent(consent, seen):
    project = load_project(SMALL)
    values = {"contact": PRIVATE, "mobile": "010-88888888"} | ({} if consent is None else {"consent": consent})
    joined = join_catalogue(project.portal, project.types, project.vocabularies, [person(**values)])
    [record] = joined.by_type["service"]
    assert ("contact" in record.values, "mobile" in record.values) == (seen, seen)
    assert record.title == "示例：职务"
    html = page(make_renderer(joined), "record", record.key)
    assert (PRIVATE in html) is seen
    assert (PRIVATE in repr(list(documents(joined, "zh")))) is False, "a guarded field is not searched in any case"


def test_a_name_without_consent_stops_the_build_and_is_in_no_file_without_the_rule(small, tmp_path, monkeypatch):
    (small / "catalogue/service/shili-ren.yml").write_text(f"title: 示例：职务\ncontact: {PRIVATE}\n", "utf-8")
    out = tmp_path / "site"
    built = build(small, out, jobs=1, today=TODAY)
    assert built.checkup.failed and not out.exists()
    assert [p.rule for p in built.checkup.problems if p.severity == "error"] == ["consent"]
    monkeypatch.setitem(RULES, "consent", replace(RULES["consent"], check=None))
    assert not build(small, out, jobs=1, today=TODAY).checkup.failed
    assert (out / "service/shili-ren.html").is_file()
    files = [path for path in out.rglob("*") if path.is_file()]
    for path in files:
        held = path.read_bytes()
        held = gzip.decompress(held) if held.startswith(b"\x1f\x8b") else held
        assert PRIVATE.encode() not in held, path
        assert PRIVATE.encode("unicode_escape") not in held, path


def test_no_person_is_named_in_the_shipped_catalogue_without_consent(catalogue):
    for kind in catalogue.types.values():
        for record in catalogue.by_type[kind.name] if kind.guards else ():
            assert not kind.withheld(record.values), record.key


@pytest.mark.parametrize(
    "written",
    [
        "{by: consent}",
        "{by: consent, guards: [nobody]}",
        "{by: nobody, guards: [contact]}",
        "{by: body, guards: [contact]}",
        "{guards: [contact]}",
        "[contact]",
    ],
)
def test_a_schema_that_guards_nothing_breaks_the_project(small, written):
    schema = small / "catalogue/schemas/service.yml"
    had = "{by: consent, guards: [contact, mobile]}"
    assert had in schema.read_text("utf-8")
    schema.write_text(schema.read_text("utf-8").replace(had, written), "utf-8")
    with pytest.raises(KezhuError, match="consent"):
        load_project(small)


# ── Lists without records ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def empty():
    return make_renderer(join_catalogue(PROJECT.portal, PROJECT.types, PROJECT.vocabularies, []))


@pytest.mark.parametrize("name", PROJECT.types)
def test_an_empty_list_says_how_to_add_to_it(empty, name):
    html = page(empty, "list", name)
    assert f"kezhu sheet {name}" in html
    assert f"catalogue/{name}/" in html
    assert f"guide/fields.html#{name}" in html
    assert f"{PROJECT.portal.get('submit')}" in html
    assert 'class="card' not in html


# ── What is there and what is not ────────────────────────────────────────────────────────────────────────────────────


def test_networks_of_the_past_say_so_on_card_and_page(catalogue, renderer):
    """The lists of posts of 2011–2015 are the newest that could be found; their terms are long over."""
    past = [record for record in catalogue.by_type["team"] if record.id.startswith("cars-")]
    assert len(past) == 50
    for record in past:
        assert "2011—2015年" in record.title
        assert "历史名单" in text(str(renderer.card("../", record))), record.key
        assert "任期早已结束" in text(page(renderer, "record", record.key)), record.key


def test_a_plan_page_lists_who_serves_a_task_or_says_that_nobody_does(catalogue, renderer):
    nobody = Words("zh")("page.policy.nobody")
    listed = page(renderer, "list", "policy")
    for policy in catalogue.by_type["policy"]:
        served = {link.part for link in catalogue.backlinks_of(policy) if link.field.name == "tasks"}
        html = page(renderer, "record", policy.key)
        for task in policy.list("tasks"):
            item = re.search(rf'<li id="{task["id"]}">.*?</li>', html, re.S)[0]
            assert (nobody in item) is (task["id"] not in served), (policy.key, task["id"])
            assert (f'{policy.url}#{task["id"]}"' in listed) is (task["id"] not in served), (policy.key, task["id"])


def test_the_eighteen_targets_name_their_plan_and_what_they_count(catalogue):
    targets = catalogue.by_type["target"]
    assert len(targets) == 18
    for target in targets:
        plan, _, task = target.get("of").partition("#")
        assert plan in {"p2", "p3", "p4"}
        assert task in {each["id"] for each in catalogue.records[f"policy/{plan}"].list("tasks")}
        assert target.get("value") or target.get("every") == "true", "a number, or all that apply"
        assert target.get("source_title")
        assert target.list("counts") or target.get("note"), "counted, or said why not"
        for line in target.list("counts"):
            kind = catalogue.types[line["type"]]
            assert {line[name] for name in ("field", "and_field", "sum") if name in line} <= kind.by_name.keys()


def test_what_was_said_of_a_case_aloud_names_the_case(catalogue):
    scripts = [record for record in catalogue.by_type["resource"] if record.get("script")]
    assert scripts
    for record in scripts:
        assert f"case/{record.get('case')}" in catalogue.records
        assert not re.search(r"[0-9]", record.get("script")), "numbers are written as they are spoken"


def test_the_demonstration_is_not_shipped():
    held = {path.name for path in (ROOT / "catalogue").rglob("*.yml") if "schemas" not in path.parts}
    assert not any(name.startswith("shili") for name in held)


def test_under_a_task_stand_the_rules_and_targets_of_it(catalogue, renderer):
    plans = [plan for plan in catalogue.plans.values() if plan.duties]
    assert plans
    for plan in plans:
        html = page(renderer, "record", f"{plan.type}/{plan.id}")
        for duty in plan.duties:
            item = re.search(rf'<li id="{duty.part}">.*?</li>', html, re.S)[0]
            assert duty.asked.title("zh") in text(item), duty.id
        assert "Label(" not in html
    for target in catalogue.by_type["target"]:
        policy, _, task = target.get("of").partition("#")
        item = re.search(rf'<li id="{task}">.*?</li>', page(renderer, "record", f"policy/{policy}"), re.S)[0]
        assert target.url in item

"""What the plans ask: a good and a bad record for every duty that is shipped, the engine day by day, the files.

``plans/<duty>.yml`` holds invented records; those whose id begins with ``hao-`` do what is asked, those with ``huai-``
do not. ``plans/<duty>.expected`` holds what is said of the bad ones in both languages; ``KEZHU_REFRESH=1`` writes these
files anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator import duties, report
from generator.build import build
from generator.checkup import check_catalogue
from generator.duties import STATES, assess, needs
from generator.load import load_project
from generator.model import KezhuError, Position, RawRecord, Several
from generator.planrules import PlanDuty
from generator.rulebook import Scene
from generator.spans import MONTHS, Calendar, Span, read_span
from generator.words import LANGUAGES, Words

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "catalogue"
CASES = sorted((HERE / "plans").glob("*.yml"))
TODAY = date(2026, 11, 22)
REGIONS = """id,title,parent,en,level,lifted,key_county
990000,示例省,,Example Province,province,,
990100,示例市,990000,Example City,prefecture,,
990121,甲县,990100,County A,county,2019,no
990122,乙县,990100,County B,county,2018,no
990123,丙县,990100,County C,county,2020,yes
990124,丁县,990100,County D,county,no,no
990125,戊县,990100,County E,county,,
440000,示例东省,,Example East,province,,
440100,示例东市,440000,Example East City,prefecture,,
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A root with the shipped schemas, vocabularies, plans and their records, with invented places and nothing else."""
    root = tmp_path_factory.mktemp("plans")
    base = root / "catalogue"
    for name in ("schemas", "plans", "vocabularies"):
        shutil.copytree(SHIPPED / name, base / name)
    (base / "vocabularies" / "region.csv").write_text(REGIONS, "utf-8")
    (base / "vocabularies" / "area.csv").unlink(missing_ok=True)
    (base / "portal.yml").write_text("name: {zh: 示例, en: Example}\nlanguage: zh\n", "utf-8")
    (base / "policy").mkdir()
    for path in sorted((base / "plans").glob("*.yml")):
        text = (SHIPPED / "policy" / path.name).read_text("utf-8")
        text = re.sub(r"^issuers:.*\n", "", text, flags=re.M)
        (base / "policy" / path.name).write_text(text, "utf-8")
    return root


@pytest.fixture
def root(empty, tmp_path):
    """A copy of it, to be filled."""
    shutil.copytree(empty, tmp_path / "root")
    return tmp_path / "root"


def put(root: Path, records: dict[str, dict]) -> None:
    for key, values in records.items():
        path = root / "catalogue" / f"{key}.yml"
        path.parent.mkdir(exist_ok=True)
        values = {"title": f"示例：{path.stem}", **values}
        path.write_text(yaml.dump(values, allow_unicode=True, sort_keys=False), "utf-8")


def read_case(path: Path) -> tuple[dict[str, dict], date]:
    got = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    return got["records"], date.fromisoformat(got.get("today", TODAY.isoformat()))


def told(problems) -> str:
    lines = []
    for p in problems:
        lines.append(f"{p.severity} {p.record} {p.field}".rstrip())
        for lang in LANGUAGES:
            lines += [report.message(p, Words(lang)), report.hint(p, Words(lang))]
    return "\n".join(lines) + "\n"


def plans_of(root: Path):
    return load_project(root).plans


# ── Every duty that is shipped ───────────────────────────────────────────────────────────────────────────────────────


def test_every_duty_has_a_case():
    plans = load_project(SHIPPED.parent).plans
    assert {duty.id for duty in duties.all_duties(plans)} == {path.stem for path in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_good_records_pass_and_bad_ones_are_told_with_plan_and_clause(root, case):
    records, today = read_case(case)
    put(root, records)
    checkup = check_catalogue(root, today=today)
    assert not [p for p in checkup.problems if p.rule != "missing-source" and not p.says]
    found = [p for p in checkup.problems if p.rule == case.stem]
    expected = case.with_suffix(".expected")
    if os.environ.get("KEZHU_REFRESH"):
        expected.write_text(told(found), "utf-8")
    assert told(found) == expected.read_text("utf-8")
    assert found
    assert {p.record.partition("/")[2][:5] for p in found} == {"huai-"}
    [duty] = [duty for duty in duties.all_duties(checkup.project.plans) if duty.id == case.stem]
    for problem in found:
        assert problem.severity == duty.severity
        for lang in LANGUAGES:
            said = report.message(problem, Words(lang))
            for text in (duty.plan, duty.clause, duty.asked):
                assert text.title(lang) in said
            assert not re.search(r"\{\w*\}", said + report.hint(problem, Words(lang)))
    raw = [RawRecord(*key.split("/"), values, key, None) for key, values in records.items()]
    standings = assess(checkup.project.plans, raw, today, (), checkup.project.vocabularies)
    states = {
        key: standing.state for key, each in standings.items() for standing in each if standing.duty.id == case.stem
    }
    assert {state for key, state in states.items() if "/hao-" in key} == {"met"}
    assert {state for key, state in states.items() if "/huai-" in key} <= {"broken", "overdue"}


@pytest.mark.parametrize("form", sorted(report.FORMATS))
def test_every_format_names_the_duty(root, form):
    records, _ = read_case(HERE / "plans" / "p3-notice.yml")
    put(root, records)
    said = report.FORMATS[form](check_catalogue(root, today=TODAY).problems, Words("zh"))
    assert "2026-03-10" in said
    if form == "json":
        assert {"p3-notice"} <= {entry["rule"] for entry in json.loads(said)}
    elif form == "sarif":
        rules = {rule["id"]: rule for rule in json.loads(said)["runs"][0]["tool"]["driver"]["rules"]}
        assert "项目公示" in rules["p3-notice"]["fullDescription"]["text"]
        assert rules["p3-notice"]["defaultConfiguration"]["level"] == "error"
    elif form != "markdown":
        assert "p3-notice" in said


# ── Day by day ───────────────────────────────────────────────────────────────────────────────────────────────────────

GROUP = {"team/shili": {"kind": "advisory-group", "region": ["990121"], "formed_on": "2025-01-10"}}


def met_on(*days: str) -> dict[str, dict]:
    return {
        f"activity/shili-{n}": {"kind": "meeting", "team": "shili", **({"held_on": day} if day else {})}
        for n, day in enumerate(days)
    }


def standing(root, records, today, duty_id, key="team/shili", exemptions=()):
    project = load_project(root)
    raw = [RawRecord(*k.split("/"), values, k, None) for k, values in records.items()]
    found = assess(project.plans, raw, date.fromisoformat(today), exemptions, project.vocabularies)
    return next(s for s in found[key] if s.duty.id == duty_id)


@pytest.mark.parametrize(
    ("days", "today", "state", "until"),
    [
        ((), "2025-01-10", "open", "2025-12-31"),  # the first whole half-year is the second
        ((), "2025-12-31", "open", "2025-12-31"),
        ((), "2026-01-01", "overdue", "2025-12-31"),
        (("2025-03-01",), "2026-01-01", "overdue", "2025-12-31"),
        (("2025-08-01",), "2025-12-31", "met", "2025-12-31"),
        (("2025-08-01",), "2026-01-01", "open", "2026-06-30"),  # a half-year that has just begun
        (("2025-08-01",), "2026-06-30", "open", "2026-06-30"),
        (("2025-08-01",), "2026-07-01", "overdue", "2026-06-30"),
        (("2025-08-01", "2026-09-01"), "2026-09-01", "met", "2026-12-31"),
        (("2025-08-01", "2026-09-01"), "2026-08-31", "overdue", "2026-06-30"),  # still to come
        (("2025-08-01", "2026"), "2026-07-01", "unknown", "2026-06-30"),  # in one half, nobody knows which
        (("2025-08-01", ""), "2026-07-01", "unknown", "2026-06-30"),
        (("2025-08-01", "2026-05"), "2026-07-01", "open", "2026-12-31"),
    ],
)
def test_a_meeting_each_half_year(empty, days, today, state, until):
    found = standing(empty, {**GROUP, **met_on(*days)}, today, "p3-meeting")
    assert (found.state, str(found.until)) == (state, until)


def test_what_was_missed_earlier_is_kept_and_not_held_against_who_meets_again(empty):
    found = standing(empty, {**GROUP, **met_on("2026-08-01")}, "2026-11-22", "p3-meeting")
    assert found.state == "met"
    assert found.evidence == ("activity/shili-0",)
    assert [str(span.first) for span in found.missed] == ["2025-07-01"]


def test_a_group_of_unknown_age_that_never_met_is_unknown(empty):
    records = {"team/shili": {"kind": "advisory-group", "region": ["990121"]}}
    assert standing(empty, records, "2026-11-22", "p3-meeting").state == "unknown"


@pytest.mark.parametrize(
    ("day", "today", "state", "until"),
    [
        ("", "2026-03-31", "open", "2026-03-31"),
        ("", "2026-04-01", "overdue", "2026-03-31"),
        ("2026-04-20", "2026-04-21", "met", "2026-03-31"),  # late, but there
        ("2025-12-05", "2026-04-01", "met", "2026-03-31"),  # written before the year began
        ("2026-02-01", "2026-10-31", "met", "2026-03-31"),
        ("2026-02-01", "2026-11-01", "open", "2027-03-31"),
        ("2025-03-01", "2026-04-01", "overdue", "2026-03-31"),
    ],
)
def test_a_plan_at_the_start_of_each_year(empty, day, today, state, until):
    plan = {"activity/jihua": {"kind": "plan", "team": "shili", "held_on": day}} if day else {}
    found = standing(empty, {**GROUP, **plan}, today, "p3-plan")
    assert (found.state, str(found.until)) == (state, until)


PERSON = {"role": "member", "level": "province", "local": "false", "origin": "province"}


@pytest.mark.parametrize(
    ("group", "duty", "state"),
    [
        ({"members": "10"}, "p3-size", "met"),
        ({"members": "13"}, "p3-size", "broken"),
        ({}, "p3-size", "unknown"),
        ({"people": [PERSON] * 10}, "p3-size", "met"),
        ({"people": [PERSON] * 10 + [{"role": "liaison"}] * 3}, "p3-size", "met"),
        ({"people": [{**PERSON, "until": "2026-01-01"}] * 4 + [PERSON] * 9}, "p3-size", "met"),
        ({"people": [PERSON] * 9}, "p3-local", "broken"),
        ({"people": [PERSON] * 9, "members": "10"}, "p3-local", "unknown"),  # the list is not finished
        ({"people": [{"role": "member"}] * 9}, "p3-local", "unknown"),
        ({"people": [{**PERSON, "origin": "local", "local": "true"}] * 3, "members": "10"}, "p3-local", "broken"),
        ({"people": [{"role": "leader"}]}, "p3-leader", "unknown"),
        ({"people": [{"role": "leader", "level": "province"}]}, "p3-leader", "broken"),
        ({"region": ["990125"]}, "p3-lifted", "unknown"),
        ({"region": ["990125"]}, "p3-not-key", "unknown"),
        ({"region": ["990100"]}, "p3-one-group", "unknown"),
    ],
)
def test_what_is_not_written_down_is_held_against_nobody(empty, group, duty, state):
    records = {"team/shili": {**GROUP["team/shili"], **group}}
    assert standing(empty, records, "2026-11-22", duty).state == state


@pytest.mark.parametrize(
    ("notice", "today", "state", "until"),
    [
        ({"from": "2026-02-20", "until": "2026-03-01"}, "2026-03-02", "met", "2026-03-01"),
        ({"from": "2026-02-20", "until": "2026-02-28"}, "2026-03-02", "broken", "2026-03-01"),
        ({"from": "2026-02-20", "until": "2026-02-01"}, "2026-03-02", "broken", "2026-03-01"),
        ({"from": "2026-02-20"}, "2026-02-25", "open", "2026-03-01"),
        ({"from": "2026-02-20"}, "2026-03-02", "unknown", "2026-03-01"),
        ({"until": "2026-02-20"}, "2026-03-02", "unknown", "None"),
    ],
)
def test_a_notice_hangs_for_ten_days(empty, notice, today, state, until):
    records = {"project/shili": {"notices": [{"level": "village", **notice}]}}
    found = standing(empty, records, today, "p3-notice", "project/shili")
    assert (found.state, str(found.until)) == (state, until)


def test_each_notice_is_told_at_its_own_line(root):
    short = {"from": "2026-03-01", "until": "2026-03-04"}
    notices = [{"level": "village", **short}, {"level": "county", **short}, {"level": "town", **short}]
    put(root, {"project/shili": {"kind": "industry", "notices": notices}})
    found = [p for p in check_catalogue(root, today=TODAY).problems if p.rule == "p3-notice"]
    assert [(p.line, p.field) for p in found] == [(6, "notices.1.until"), (12, "notices.3.until")]


def test_a_plan_holds_where_its_record_says(empty):
    pairing = {"pairing/shili": {"organisation": "shili", "level": "park"}}
    policy = {"policy/p4": {"region": ["440000"]}}
    there = {"organisation/shili": {"kind": "society", "region": ["440100"]}}
    assert (
        standing(empty, {**pairing, **policy, **there}, "2026-11-22", "p4-society", "organisation/shili").missed == ()
    )
    for region in (["990100"], []):
        elsewhere = {"organisation/shili": {"kind": "society", "region": region}}
        raw = [RawRecord(*k.split("/"), v, k, None) for k, v in {**pairing, **policy, **elsewhere}.items()]
        project = load_project(empty)
        assert not assess(project.plans, raw, TODAY, (), project.vocabularies).get("organisation/shili")


def test_a_society_of_which_nothing_is_recorded_is_unknown(empty):
    records = {"organisation/shili": {"kind": "society", "region": ["440100"]}, "policy/p4": {"region": ["440000"]}}
    assert standing(empty, records, "2026-11-22", "p4-society", "organisation/shili").state == "unknown"
    pairing = {"pairing/shili": {"organisation": "shili", "level": "park", "started_on": "2021"}}
    found = standing(empty, {**records, **pairing}, "2022-12-31", "p4-society", "organisation/shili")
    assert (found.state, found.found, found.wanted) == ("open", 1, "4")
    assert standing(empty, {**records, **pairing}, "2023-01-01", "p4-society", "organisation/shili").state == "overdue"


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────────────────

TABLE = "duty,record,reason,decided_on,decided_by,until\n"
SHORT = {
    "project/shili": {
        "kind": "industry",
        "notices": [{"level": "village", "from": "2026-03-01", "until": "2026-03-04"}],
    }
}
EXCEPTED = f"{TABLE}p3-notice,project/shili,示例：汛期抢修,2026-03-01,示例县农业农村局,2026-12-31\n"


def except_(root: Path, text: str) -> None:
    (root / "catalogue" / "exceptions.csv").write_text(text, "utf-8")


def rules(root: Path, today: date = TODAY) -> list[str]:
    return [p.rule for p in check_catalogue(root, today=today).problems if p.rule != "missing-source"]


def test_an_exception_holds_from_its_day_until_its_end(root):
    put(root, SHORT)
    assert rules(root) == ["p3-notice"]
    except_(root, EXCEPTED)
    assert rules(root) == []
    assert rules(root, date(2026, 2, 28)) == ["p3-notice"]
    assert rules(root, date(2027, 1, 1)) == ["p3-notice"]


@pytest.mark.parametrize("record", ["project/meiyou", "team/shili"])
def test_an_exception_for_nobody_is_told(root, record):
    put(root, SHORT)
    except_(root, EXCEPTED.replace("project/shili", record))
    assert rules(root) == ["unused-exception", "p3-notice"]


def test_an_exception_that_is_not_needed_any_more_is_told(root):
    put(
        root,
        {
            "project/shili": {
                "kind": "industry",
                "notices": [{"level": "village", "from": "2026-03-01", "until": "2026-03-24"}],
            }
        },
    )
    except_(root, EXCEPTED)
    [problem] = [p for p in check_catalogue(root, today=TODAY).problems if p.rule != "missing-source"]
    assert (problem.rule, problem.path, problem.line) == ("unused-exception", "catalogue/exceptions.csv", 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p3-notise,project/a,示例,2026-03-01,示例局,\n", "no plan asks p3-notise; did you mean p3-notice"),
        ("p3-notice,project/a,,2026-03-01,示例局,\n", "reason is empty"),
        ("p3-notice,project/a,示例,2026-03,示例局,\n", "decided_on is a day"),
        ("p3-notice,project/a,示例,2026-03-01,示例局,明年\n", "until is a day"),
    ],
)
def test_an_exception_says_which_why_when_and_who(root, line, said):
    except_(root, TABLE + line)
    with pytest.raises(KezhuError, match=said):
        check_catalogue(root)


def test_the_columns_of_the_table_are_fixed(root):
    except_(root, "duty,record\n")
    with pytest.raises(KezhuError, match="the columns are"):
        check_catalogue(root)


# ── What is checked when ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_part_is_judged_by_itself_and_never_by_what_was_not_read(root):
    group = {**GROUP["team/shili"], "members": "20"}
    put(root, {"team/shili": group, "team/ling": {**group, "members": "10"}, **met_on("2025-02-01")})
    alone = check_catalogue(root, only=[root / "catalogue" / "team" / "shili.yml"], today=TODAY)
    assert [p.rule for p in alone.problems if p.says] == ["p3-size"]
    whole = {p.rule for p in check_catalogue(root, today=TODAY).problems if p.says}
    assert {"p3-size", "p3-one-group", "p3-meeting", "p3-plan"} <= whole


def test_what_a_plan_asks_waits_until_the_record_has_no_mistake(root):
    put(root, {"team/shili": {**GROUP["team/shili"], "members": "20", "formed_on": "去年"}})
    found = check_catalogue(root, today=TODAY).problems
    assert found and not [p for p in found if p.says]


class NothingElse:
    """An index of a catalogue that holds the plans' own records."""

    def __init__(self, plans):
        self.held = {
            plan.id: RawRecord(plan.type, plan.id, {"tasks": [{"id": d.part} for d in plan.duties]}, "", None)
            for plan in plans.values()
        }

    def fetch(self, _, record_id):
        return self.held.get(record_id)


class Untouchable(Several):
    """Records that nobody may look at."""

    def __getitem__(self, _):
        raise AssertionError("looked at")

    def column(self, name):
        raise AssertionError(name)


def test_records_that_no_plan_speaks_of_are_not_looked_at(empty):
    project = load_project(empty)
    rule = PlanDuty(Scene(project.types, project.vocabularies, TODAY, NothingElse(project.plans), plans=project.plans))
    spoken = needs(project.plans).keys()
    silent = project.types.keys() - spoken
    assert {"service", "site", "case"} <= silent
    for name in silent:
        assert not rule.concerns(name)
    none = PlanDuty(Scene(project.types, project.vocabularies, TODAY, NothingElse({})))
    assert not any(none.concerns(name) for name in project.types)


def test_of_other_records_only_those_meant_are_kept_and_only_what_is_looked_at(empty):
    project = load_project(empty)
    rule = PlanDuty(Scene(project.types, project.vocabularies, TODAY, NothingElse(project.plans), plans=project.plans))

    class Here:
        def locate(self, *_, **__):
            return Position()

    kinds = ["university", "society", "enterprise-association", "other"] * 25
    rows = [
        RawRecord("organisation", f"shili-{n}", {"title": "示例", "kind": kind, "note": "长" * 100}, "a.csv", Here())
        for n, kind in enumerate(kinds)
    ]
    assert not list(rule.see_all(Several(rows)))
    assert {record.values["kind"] for record in rule.kept} == {"society", "enterprise-association"}
    assert len(rule.kept) == 50
    assert {name for record in rule.kept for name in record.values} == {"kind"}


# ── Files of plans ───────────────────────────────────────────────────────────────────────────────────────────────────

WRONG = [
    ("severity: warning", "severity: grave", "severity is error, warning, note|severity is"),
    ("task: p3#zucheng", "task: p4#zucheng", "the task is one of p3"),
    ("type: team", "type: teem", "there is no record type teem; did you mean team"),
    ("kind: advisory-group", "kind: advisory-grup", "no term of the vocabulary team_kind; did you mean advisory-group"),
    ("list: people", "list: peeple", "there is no field peeple; did you mean people"),
    ("number: members", "number: work", "the field work is text; wanted is integer"),
    ('from: "8"', 'from: "many"', "from is a whole number"),
    ('to: "12"', 'to: "2"', "from is more than to"),
    ("count: {", "cuont: {", "unknown key cuont; did you mean count"),
    ("hint: {zh", "hnit: {zh", "unknown key hnit; did you mean hint"),
    ("period: half-year", "period: fortnight", "period is one of month, quarter, half-year, year"),
    ('month-day: "03-31"', 'month-day: "02-31"', "month-day is a day such as 03-31"),
    ("by: team, where: {kind: meeting}", "by: need, where: {kind: meeting}", "need names need, not team"),
    ("attribute: lifted", "attribute: liftet", "no term of region has liftet"),
    ("id: p3-local", "id: p3-size", "the id p3-size stands in"),
    ("policy: p3", "name2: p3", "unknown key name2"),
    ("policy: p3", "policy: p9", "."),
    ("p3#huishang", "p3#meiyou", "has no item meiyou"),
    ("sequence: [[village, town]]", "sequence: [[village, twon]]", "twon is no term"),
    ("{zh: 会商, en: Meetings}", "{zh: 会商}", "en is missing"),
    ('not: ["yes"], ', "", "is or not is missing"),
]


@pytest.mark.parametrize(("before", "after", "said"), WRONG, ids=[after or before for before, after, _ in WRONG])
def test_a_plan_that_is_not_right_breaks_the_project_and_says_where(root, before, after, said):
    path = root / "catalogue" / "plans" / "p3.yml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(KezhuError, match=said) as broken:
        check_catalogue(root)
    assert "catalogue/plans/" in str(broken.value)


def test_a_plan_whose_record_is_not_there_breaks_the_project(root):
    (root / "catalogue" / "policy" / "p3.yml").unlink()
    with pytest.raises(KezhuError, match="there is no record policy/p3"):
        check_catalogue(root)


def test_every_sentence_is_written_in_both_languages():
    room = (HERE.parent / "generator" / "duties").glob("*.py")
    used = {key for path in room for key in re.findall(r'"(plans\.seen\.[a-z-]+)"', path.read_text("utf-8"))}
    used |= {"plans.seen.nothing", *(f"plans.state.{state}" for state in STATES)}
    for lang in LANGUAGES:
        words = Words(lang)
        assert used == {key for key in words.keys("plans.") if key.startswith(("plans.seen.", "plans.state."))}


# ── Spans and rounds ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.sampled_from(sorted(MONTHS.values())),
    st.integers(1, 12),
    st.integers(1, 28),
    st.none() | st.tuples(st.integers(1, 12), st.integers(1, 28)),
)
def test_rounds_tile_the_time(day, months, month, first, due):
    calendar = Calendar(months, (month, first), due if months == 12 else None)
    found = calendar.at(day)
    assert found.span.first <= day <= found.span.last
    assert found.span.first <= found.due <= found.span.last
    assert calendar.after(found).span.first == found.span.last + timedelta(days=1)
    assert calendar.before(calendar.after(found)) == found
    assert calendar.first_after(Span(day, day)).span.first >= day


@pytest.mark.parametrize("day", ["9999-12-20", "0001-01-01"])
def test_a_day_that_nobody_means_stops_no_check(root, day):
    put(root, {"team/shili": {**GROUP["team/shili"], "formed_on": day}})
    check_catalogue(root, today=TODAY)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2024", ("2024-01-01", "2024-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2024-02-29", ("2024-02-29", "2024-02-29")),
        ("2023-02-29", None),
        ("2024-13", None),
        ("去年", None),
        (None, None),
    ],
)
def test_dates_are_spans_as_exact_as_they_are_known(text, span):
    assert read_span(text) == (span and Span(*map(date.fromisoformat, span)))


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_shows_duties_with_evidence_and_exceptions_with_their_date(root, tmp_path, lang):
    put(root, {**GROUP, **SHORT, **met_on("2026-08-01")})
    except_(root, EXCEPTED)
    out = tmp_path / "site"
    built = build(root, out, today=TODAY, lang=lang, jobs=1)
    assert not built.checkup.failed
    words = Words(lang)
    page = (out / "team" / "shili.html").read_text("utf-8")
    box = page[page.index('id="plans"') :]
    box = box[: box.index("</section>")]
    for text in (*("plans.state.overdue", "plans.state.met", "page.plans.unknown"),):
        assert words(text) in box
    assert 'href="../activity/shili-0.html"' in box
    assert 'href="../policy/p3.html"' in box
    excepted = (out / "project" / "shili.html").read_text("utf-8")
    for text in (words("plans.state.excepted"), "汛期抢修", "2026-03-01", "示例县农业农村局", "2026-12-31"):
        assert text in excepted
    plan = (out / "policy" / "p3.html").read_text("utf-8")
    for duty in plans_of(root)["p3"].duties:
        assert duty.asked.title(lang).split("&")[0] in plan


OWN = """policy: p4
name: {zh: 示例计划, en: Example plan}
duties:
"""
DUTY = """  - id: shili
    task: yicun-yipin
    clause: {zh: 一, en: One}
    severity: note
    title: {zh: 要求, en: this}
    about: {type: team, where: {kind: "*"}, ended: formed_on}
    check: CHECK
    hint: {zh: 做。, en: Do.}
"""


@pytest.mark.parametrize(
    ("check", "records", "state"),
    [
        ('{term: {field: region, attribute: lifted, is: ["2019"]}}', {}, "met"),
        ('{term: {field: region, attribute: lifted, is: ["2018"]}}', {}, "broken"),
        ("{one_per: {field: region}}", {"team/er": {"kind": "advisory", "region": ["990121"]}}, "broken"),
        ("{one_per: {field: region}}", {}, "met"),
        ("{reach: {type: activity, by: team, field: kind, values: [meeting]}}", met_on("2026-01-01"), "met"),
        ("{reach: {type: activity, by: team, field: kind, values: [plan]}}", met_on("2026-01-01"), "broken"),
        (
            "{reach: {type: activity, by: team, date: held_on, field: kind, values: [meeting]}}",
            met_on("2027"),
            "unknown",
        ),
        ("{every: {type: activity, by: team, date: held_on, period: quarter}}", met_on("2026-06-30"), "overdue"),
        ("{every: {type: activity, by: team, date: held_on, period: month}}", met_on("2026-10-31"), "open"),
        ("{has: {fields: [work, phone]}}", {}, "broken"),
        ("{count: {list: people, from: '1'}}", {}, "unknown"),
    ],
)
def test_checks_are_general(root, check, records, state):
    (root / "catalogue" / "plans" / "p4.yml").write_text(OWN + DUTY.replace("CHECK", check), "utf-8")
    group = {"team/shili": {"kind": "expert-pool", "region": ["990121"]}}
    found = standing(root, {**group, **records}, "2026-11-22", "shili")
    assert found.state == state
    put(root, {**group, **{k: {"kind": "meeting", **v} for k, v in records.items()}})
    problems = [
        p for p in check_catalogue(root, today=TODAY).problems if p.rule == "shili" and p.record == "team/shili"
    ]
    assert [p.severity for p in problems] == (["note"] if state in {"broken", "overdue"} else [])


def test_after_its_end_nothing_is_asked_of_a_record(root):
    check = "{has: {fields: [work]}}"
    (root / "catalogue" / "plans" / "p4.yml").write_text(OWN + DUTY.replace("CHECK", check), "utf-8")
    plans = load_project(root).plans
    ended = [RawRecord("team", "shili", {"kind": "system", "formed_on": "2026-10"}, "", None)]
    assert assess(plans, ended, date(2026, 10, 31))["team/shili"]
    assert not assess(plans, ended, date(2026, 11, 1))

"""Every mistake that the check knows, as a file, and the good neighbours of the bad ones.

A file of ``records/<group>`` is put into the small site as ``service/<name>.yml``, ``service.csv`` or ``service.xlsx``.
Its name begins with the rule. What is expected stands beside it as ``<name>.expected``, a line for each problem:
``severity rule place field``, and what was read instead. ``KEZHU_REFRESH=1`` writes these files anew.
"""

import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from generator import report
from generator.checkup import check_catalogue
from generator.model import KezhuError
from generator.rulebook import RULES
from generator.words import Words

HERE = Path(__file__).parent / "records"
GROUPS = {"invalid": "error", "warned": "warning", "repaired": "note", "valid": ""}
"""One error; one warning; read as something else and told so; nothing to say."""
TODAY = date(2026, 11, 22)
CASES = sorted(p for group in GROUPS for p in (HERE / group).iterdir() if p.suffix in {".yml", ".csv", ".xlsx"})
BESIDE = {
    "workbook-kind",
    "unused-acceptance",
    "symlink",
    "too-large",
    "unknown-type",
    "unknown-file",
    "unique",
    "constraint",
    "empty-required",
    "read-as-id",
}
BESIDE |= {"plan-duty", "unused-exception"}
BESIDE |= {"workbook-huge", "import-exists", "import-no-id", "import-other-sheets", "no-such-sheet"}
"""Rules whose mistake is not the content of one record; each has a test of its own in this folder."""


def put(root: Path, case: Path) -> Path:
    name = f"service/{case.stem.replace('--', '-')}.yml" if case.suffix == ".yml" else f"service{case.suffix}"
    return Path(shutil.copyfile(case, root / "catalogue" / name))


def described(problems) -> str:
    lines = []
    for p in problems:
        fixed = f" => {p.params['fixed']}" if "fixed" in p.params else ""
        lines.append(f"{p.severity} {p.rule} {p.cell or f'{p.line}:{p.column}'} {p.field}".rstrip() + f"{fixed}\n")
    return "".join(lines)


def test_the_small_site_has_no_problem(small):
    assert check_catalogue(small, today=TODAY).problems == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_file_gives_what_is_expected(small, case):
    path = put(small, case)
    checkup = check_catalogue(small, today=TODAY)
    expected = case.with_suffix(".expected")
    if os.environ.get("KEZHU_REFRESH"):
        expected.write_text(described(checkup.problems), "utf-8")
    assert described(checkup.problems) == expected.read_text("utf-8")
    severity = GROUPS[case.parent.name]
    assert {p.severity for p in checkup.problems} == ({severity} if severity else set())
    assert checkup.failed == (severity == "error")
    if severity in {"error", "warning"}:
        [problem] = checkup.problems
        assert problem.rule == case.stem.split("--")[0]
    for problem in checkup.problems:
        for words in (Words("zh"), Words("en")):
            for text in (report.message(problem, words), report.hint(problem, words)):
                assert text
                assert not re.search(r"\{\w*\}", text), text
    alone = check_catalogue(small, only=[path], today=TODAY)
    assert described(alone.problems) == described(checkup.problems), "the same when only this file is checked"


def test_every_expectation_has_a_case():
    expectations = {p.parent.name + p.stem for p in HERE.glob("*/*.expected")}
    assert expectations == {case.parent.name + case.stem for case in CASES}


def test_every_rule_has_a_case_and_a_hint():
    words = Words("zh")
    rules = {k.split(".")[1] for k in words.keys("problem.")} - {"severity", "comma", "and-more", "summary"}
    assert rules == RULES.keys()
    assert {k.split(".")[1] for k in words.keys("hint.")} == rules
    seen = {line.split()[1] for case in CASES for line in case.with_suffix(".expected").read_text("utf-8").splitlines()}
    assert seen | BESIDE == rules


def test_both_languages_have_the_same_words_with_the_same_gaps():
    zh, en = Words("zh"), Words("en")
    assert zh.keys() == en.keys()
    keys = zh.keys()
    assert keys
    for key in keys:
        gaps = [set(re.findall(r"\{(\w+)\}", words(key))) - {"unit"} for words in (zh, en)]
        assert gaps[0] == gaps[1], key  # English has no counter words


def test_file_mistakes(small):
    base = small / "catalogue"
    (base / "service" / "lianjie.yml").symlink_to(base / "organisation" / "shili-xuehui.yml")
    (base / "service" / "biaoge.xlsx").write_bytes(b"PK")
    (base / "service" / "da.yml").write_text("title: 示例：很大\nsummary: " + "大" * 100_000, "utf-8")
    (base / "servise").mkdir()
    (base / "organisation" / "shili-xuehui-2.yml").write_text("title: 示例学会二\ncode: S-1\n", "utf-8")
    problems = check_catalogue(small).problems
    assert described(problems).split("\n")[:-1] == [
        "error unique 3:7 code",
        "error unknown-file 1:1",
        "error too-large 1:1",
        "error symlink 1:1",
        "error unknown-type 1:1",
    ]
    text = report.as_text(problems, Words("zh"))
    assert "是不是想放进 service？" in text
    assert "catalogue/organisation/shili-xuehui-2.yml:2" in text


def test_a_required_value_is_not_to_be_called_unknown(small):
    schema = small / "catalogue" / "schemas" / "service.yml"
    line = "  - {name: opened, type: date, title: 开放日期, en: {title: Opened}, constraints: {required: true}}\n"
    schema.write_text(schema.read_text("utf-8") + line, "utf-8")
    (small / "catalogue" / "service" / "youcha-peixun.yml").unlink()
    (small / "catalogue" / "service" / "buxiang.yml").write_text("title: 示例：不详的\nopened: 不详\n", "utf-8")
    problems = check_catalogue(small, today=TODAY).problems
    assert described(problems) == "error empty-required 2:9 opened\n"
    assert report.message(problems[0], Words("zh")) == "“开放日期”必须写，不能写“不详”"


def test_a_workbook_of_another_kind_is_named(small):
    (small / "catalogue" / "service.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    [problem] = check_catalogue(small).problems
    assert problem.rule == "workbook-kind"
    assert "service.xlsx" in report.hint(problem, Words("zh"))


ACCEPTED = "rule,record,field,reason,accepted_on,accepted_by\n"


def test_a_warning_may_be_accepted_with_a_reason_and_the_acceptance_lapses(small):
    path = small / "catalogue" / "service" / "ming.yml"
    path.write_text("title: 培训活动\n", "utf-8")
    [warning] = check_catalogue(small, today=TODAY).problems
    assert warning.severity == "warning"
    accepted = small / "catalogue" / "accepted.csv"
    line = f"{warning.rule},service/ming,{warning.field},示例：就是这样,2026-11-22,示例学会\n"
    accepted.write_text(ACCEPTED + line, "utf-8")
    assert check_catalogue(small, today=TODAY).problems == ()
    path.unlink()
    [lapsed] = check_catalogue(small, today=TODAY).problems
    assert (lapsed.rule, lapsed.path, lapsed.line) == ("unused-acceptance", "catalogue/accepted.csv", 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("unknown-term,service/a,,示例,2026-11-22,示例学会\n", "not a warning"),
        ("missing-source,service/a,,,2026-11-22,示例学会\n", "reason is empty"),
    ],
)
def test_an_acceptance_says_what_why_when_and_who(small, line, said):
    (small / "catalogue" / "accepted.csv").write_text(ACCEPTED + line, "utf-8")
    with pytest.raises(KezhuError, match=said):
        check_catalogue(small)


def test_terms_may_be_written_as_people_say_them(small):
    (small / "catalogue" / "service" / "mingzi.yml").write_text(
        "title: 示例：按名字写\nregion: [甲县]\nindustry: 山茶油\n", "utf-8"
    )
    catalogue = check_catalogue(small).catalogue
    record = catalogue.records["service/mingzi"]
    assert record.get("region") == ["990121"]
    assert [term.id for term in record.term("industry")] == ["youcha"]


def test_yaml_values_stay_the_text_that_was_written(small):
    (small / "catalogue" / "service" / "wenzi.yml").write_text(
        "title: 示例：no 与 12:30\nsummary: 0123\ncode: 示科〔2022〕1号\nlevel:\nphones: []\n", "utf-8"
    )
    values = check_catalogue(small).catalogue.records["service/wenzi"].values
    assert values == {"title": "示例：no 与 12:30", "summary": "0123", "code": "示科〔2022〕1号"}


def test_a_table_and_files_hold_the_same(small):
    (small / "catalogue" / "service.csv").write_text(
        "\ufeffid,title,region,steps,phones\r\n"
        "biao,示例：表里的,990121；990122,讲课|2022|990121;下地,12316;010-12345678\r\n",
        "utf-8",
    )
    values = check_catalogue(small).catalogue.records["service/biao"].values
    assert values["region"] == ["990121", "990122"]
    assert values["steps"] == [{"what": "讲课", "year": "2022", "place": "990121"}, {"what": "下地"}]
    assert values["phones"] == ["12316", "010-12345678"]


def test_no_message_repeats_a_private_number(small):
    path = small / "catalogue" / "service" / "dianhua.yml"
    path.write_text("title: 示例：留了手机\nphones: [打给13912345678]\nemail: '13912345678'\n", "utf-8")
    problems = check_catalogue(small).problems
    assert problems
    for said in report.FORMATS.values():
        assert "13912345678" not in said(problems, Words("zh"))


def test_messages_read_well(small):
    (small / "catalogue" / "service" / "cuo.yml").write_text(
        "title: 示例：有错的\nhosts: [示例学会]\nindustry: [油菜]\n", "utf-8"
    )
    text = report.as_text(check_catalogue(small).problems, Words("zh"))
    assert text.splitlines()[:4] == [
        "catalogue/service/cuo.yml:2:9: 错误: hosts.1: “承办”里的“示例学会”不在“机构”里 [unknown-reference]",
        "    是不是：shili-xuehui 示例学会？",
        "catalogue/service/cuo.yml:3:12: 错误: industry.1: “油菜”不在词表“产业”里 [unknown-term]",
        "    是不是：youliao 油料、youcha 油料油茶？",
    ]

"""Every mistake that the check knows, as a file: one file, one problem, at one place, with words in both languages.

A file of ``records/invalid`` is put into the small site as ``service/<name>.yml`` or ``service.csv``. What is expected
stands beside it as ``<name>.expected``: ``rule line:column field``. ``KEZHU_REFRESH=1`` writes these files anew.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from generator import report
from generator.checkup import check_catalogue
from generator.words import Words

HERE = Path(__file__).parent
CASES = sorted(p for p in (HERE / "records" / "invalid").iterdir() if p.suffix in {".yml", ".csv"})
BESIDE = {"symlink", "too-large", "unknown-type", "unknown-file", "unique", "constraint"}
"""Rules whose mistake is not the content of one record; each has a test of its own in this folder."""


def put(root: Path, case: Path) -> None:
    target = (
        root / "catalogue" / ("service.csv" if case.suffix == ".csv" else f"service/{case.stem.replace('--', '-')}.yml")
    )
    shutil.copyfile(case, target)


def described(problems) -> str:
    return "".join(f"{p.rule} {p.line}:{p.column} {p.field}".rstrip() + "\n" for p in problems)


def test_the_small_site_has_no_problem(small):
    assert check_catalogue(small).problems == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_gives_one_problem_with_place_and_hint(small, case):
    put(small, case)
    checkup = check_catalogue(small)
    expected = case.with_suffix(".expected")
    if os.environ.get("KEZHU_REFRESH"):
        expected.write_text(described(checkup.problems), "utf-8")
    assert described(checkup.problems) == expected.read_text("utf-8")
    [problem] = checkup.problems
    assert problem.rule == case.stem.split("--")[0]
    assert checkup.failed and checkup.catalogue is None
    for lang in ("zh", "en"):
        for text in (report.message(problem, Words(lang)), report.hint(problem, Words(lang))):
            assert text
            assert not re.search(r"\{\w*\}", text), text


def test_every_expectation_has_a_case():
    expectations = {p.stem for p in (HERE / "records" / "invalid").glob("*.expected")}
    assert expectations == {case.stem for case in CASES}


def test_every_rule_has_a_case_and_a_hint():
    words = Words("zh")
    rules = {k.split(".")[1] for k in words.keys("problem.")} - {"severity", "comma", "and-more", "summary"}
    assert {case.stem.split("--")[0] for case in CASES} | BESIDE == rules
    assert {k.split(".")[1] for k in words.keys("hint.")} == rules


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
    assert described(problems) == ("unique 3:7 code\nunknown-file 1:1\ntoo-large 1:1\nsymlink 1:1\nunknown-type 1:1\n")
    text = report.as_text(problems, Words("zh"))
    assert "是不是想放进 service？" in text
    assert "catalogue/organisation/shili-xuehui-2.yml:2" in text


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


def test_messages_read_well(small):
    (small / "catalogue" / "service" / "cuo.yml").write_text(
        "title: 示例：有错的\nhosts: [示例学会]\nindustry: [油菜]\n", "utf-8"
    )
    text = report.as_text(check_catalogue(small).problems, Words("zh"))
    assert text.splitlines()[:4] == [
        "catalogue/service/cuo.yml:2:9: 错误: hosts: “承办”里的“示例学会”不在“机构”里 [unknown-reference]",
        "    是不是：shili-xuehui 示例学会？",
        "catalogue/service/cuo.yml:3:12: 错误: industry.1: “油菜”不在词表“产业”里 [unknown-term]",
        "    是不是：youcha 油料油茶、youliao 油料？",
    ]

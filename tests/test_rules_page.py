"""Every rule is told: on a terminal, as JSON, and on the guides' page, with the words that the check uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from generator import checkup as checkup  # fills the book
from generator import importer as importer  # has two of its own
from generator.cli import main
from generator.guides import RULES_MARKER
from generator.load import load_project
from generator.rulebook import RULES, STAGES, Rule
from generator.rulepage import as_markdown, duty_rules, in_order, plain, rules_page
from generator.words import LANGUAGES, Words

HERE = Path(__file__).parent.parent
NO_RULE = {"severity", "comma", "and-more", "summary"}  # what else begins with "problem."
RULE = sorted(RULES.values(), key=lambda rule: rule.id)
PLANS = load_project(HERE).plans
ALL = [*RULE, *duty_rules(PLANS)]


def command(*arguments: str) -> int:
    return main(["rules", "--lang", "zh", *arguments])


def told(lang: str, prefix: str) -> set[str]:
    return {key.split(".")[1] for key in Words(lang).keys(f"{prefix}.")} - NO_RULE


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_words_and_every_message_a_rule(lang: str) -> None:
    assert told(lang, "problem") == set(RULES)
    assert told(lang, "hint") == set(RULES)


@pytest.mark.parametrize("rule", RULE, ids=lambda rule: rule.id)
def test_a_rule_says_in_both_languages_what_it_asks(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", rule.id)
    assert rule.stage in STAGES
    assert rule.severity in {"error", "warning", "note"}
    assert re.search("[\u4e00-\u9fff]", rule.about["zh"])
    assert rule.about["zh"].endswith(("。", "）", "”"))
    assert rule.about["en"].endswith((".", ")", "”"))
    assert re.search("[a-z]{3}", rule.about["en"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_every_rule_under_its_stage(lang: str) -> None:
    words = Words(lang)
    page = rules_page(words, PLANS)
    assert re.findall(r"^### `([^`]+)` .* \{ #([^ ]+) \}$", page, re.M) == [(r.id, r.id) for r in in_order(ALL)]
    sections = dict(re.findall(r"^## [^\n]* \{ #stage-(\w+) \}\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    assert list(sections) == [stage for stage in STAGES if stage in sections]
    for rule in ALL:
        assert f"### `{rule.id}` " in sections[rule.stage]
        assert plain(rule.about[lang]) in sections[rule.stage]
    assert not re.search(r"\{\w+\}", page)
    assert page == rules_page(words, PLANS)


def test_the_page_is_in_the_guides() -> None:
    assert (HERE / "catalogue/pages/rules.md").read_text("utf-8").strip() == RULES_MARKER
    assert "rules.md" in (HERE / "mkdocs.yml").read_text("utf-8")


def test_text_of_rules_is_no_markup() -> None:
    rule = Rule("some-rule", "cell", "error", {"zh": "写 *这样* <b>的</b> `x` [甲](乙)。", "en": "So."})
    assert r"写 \*这样\* \<b\>的\</b\> \`x\` \[甲\](乙)。" in as_markdown([rule], Words("zh"))


def test_the_list_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert command() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [rule.id for rule in in_order(ALL)]
    assert f"共 {len(ALL)} 条" in lines[-1]


@pytest.mark.parametrize("name", ["duplicate-id", "[duplicate-id]", " Duplicate-Id "])
def test_one_rule_is_told_in_full(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(name) == 0
    said = capsys.readouterr().out
    assert RULES["duplicate-id"].about["zh"] in said
    assert "检查时说：" in said
    assert "怎样办：" in said
    assert "改好才能上网" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_plan_asks_is_told_with_plan_and_clause(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert PLANS
    for duty in (duty for plan in PLANS.values() for duty in plan.duties):
        assert main(["rules", "--lang", lang, duty.id]) == 0
        said = capsys.readouterr().out
        for text in (duty.plan, duty.clause, duty.asked, duty.advice):
            assert text.title(lang) in said
        assert not re.search(r"\{\w+\}", said)


def test_a_rule_that_is_not_there_brings_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("duplicat-id") == 2
    assert "是不是 duplicate-id" in capsys.readouterr().err
    assert command("没有") == 2
    assert "列出全部" in capsys.readouterr().err


def test_programs_get_json_and_pages_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in found] == [rule.id for rule in in_order(ALL)]
    assert set(found[0]) == {"id", "severity", "stage", "about", "message", "hints"}
    assert command("--format", "markdown", "--lang", "en") == 0
    assert capsys.readouterr().out == rules_page(Words("en"), PLANS)

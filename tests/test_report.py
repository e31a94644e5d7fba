"""What is said of problems: golden files of every format in both languages, and what hostile text cannot do.

``KEZHU_REFRESH=1 pytest tests/test_report.py`` writes ``golden/report/`` anew; read what changed.
"""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import comrak
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting import CASES, HOSTILE, RECORDS, RULES, SampleWords, sample

from generator import checkup, report, rulebook
from generator.model import Problem
from generator.report import github, grouping, markdown, sarif
from generator.words import LANGUAGES

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "report"
ENDINGS = {
    "text": "txt",
    "json": "json",
    "github": "github",
    "gitlab": "gitlab.json",
    "sarif": "sarif",
    "markdown": "md",
}
WORDS = {lang: SampleWords(lang) for lang in LANGUAGES}
ZH = WORDS["zh"]


def schema(name):
    return json.loads((HERE / "schemas" / f"{name}.json").read_text("utf-8"))


SARIF = jsonschema.Draft4Validator(schema("sarif-2.1.0"))
GITLAB = jsonschema.Draft202012Validator(schema("gitlab-code-quality"))


@pytest.fixture(autouse=True)
def rules(monkeypatch):
    """The invented rules only, so that no golden file changes when a rule is worded anew."""
    for module in (grouping, markdown, sarif):
        monkeypatch.setattr(module, "RULES", RULES)


# ── Golden files ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", sorted(report.FORMATS))
@pytest.mark.parametrize("case", sorted(CASES))
def test_a_report_is_as_it_was(case, form, lang):
    said = report.FORMATS[form](CASES[case](), WORDS[lang])
    path = GOLDEN / f"{case}.{lang}.{ENDINGS[form]}"
    if os.environ.get("KEZHU_REFRESH"):
        path.write_text(said, "utf-8")
    assert said == path.read_text("utf-8")
    assert said.endswith("\n")


def test_every_golden_file_has_a_report():
    wanted = {f"{case}.{lang}.{end}" for case in CASES for lang in LANGUAGES for end in ENDINGS.values()}
    assert {path.name for path in GOLDEN.iterdir()} == wanted
    assert ENDINGS.keys() == report.FORMATS.keys()


# ── Grouping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_cause_is_one_message_and_the_summary_counts_all():
    text = report.as_text(sample(), ZH)
    assert text.count("“油菜”不在词表“产业”里") == 1
    assert "    同样的还有 299 处：第 5、7–303、310 行" in text
    assert text.rstrip().endswith("里。“错误”改好才能上网；改好后再检查一次。")
    assert "共 315 处错误、1 处提醒、2 处说明，在 5 个文件里" in text


def test_many_values_with_one_mistake_are_one_message_that_tells_each():
    found = next(g for g in report.group(sample(), ZH) if g.first.rule == "want-integer")
    assert found.mixed and len(found.problems) == 8
    assert grouping.more(found, ZH).startswith("类似的还有 7 处：第 21 行“2022年”、第 22 行“两千”")


def test_few_values_are_told_one_by_one():
    few = [p for p in sample() if p.rule == "want-integer"][:4]
    assert [len(g.problems) for g in report.group(few, ZH)] == [1, 1, 1, 1]


def test_groups_keep_every_problem():
    grouped = [p for g in report.group(sample(), ZH) for p in g.problems]
    assert sorted(map(repr, grouped)) == sorted(map(repr, report.order(sample())))


def test_what_cannot_be_read_comes_first_and_repairs_last():
    groups = report.group(sample(), ZH)
    assert groups[0].first.rule == "yaml-quote"
    assert [g.first.severity for g in groups] == ["error"] * 6 + ["warning"] + ["note"]


def test_files_severities_and_fields_are_kept_apart():
    params = {"value": "x"}
    problems = [
        Problem("want-email", "a.csv", 2, 1, "mail", params=params),
        Problem("want-email", "a.csv", 3, 1, "mail", params=params),
        Problem("want-email", "a.csv", 3, 9, "other", params=params),
        Problem("want-email", "b.csv", 2, 1, "mail", params=params),
        Problem("want-email", "b.csv", 3, 1, "mail", "warning", params),
    ]
    assert sorted(len(g.problems) for g in report.group(problems, ZH)) == [1, 1, 1, 2]


def test_items_of_one_list_are_one_field():
    problems = [Problem("want-email", "a.yml", 2, c, f"mail.{c}", params={"value": "x"}) for c in (1, 5, 9)]
    [found] = report.group(problems, ZH)
    assert grouping.more(found, ZH) == "同样的还有 2 处，都在这里。"


def test_the_same_cell_of_two_sheets_is_two_places():
    problems = [Problem("bad-id-empty", "a.xlsx", 2, 1, "id", cell=f"{sheet}!A2") for sheet in ("一", "二")]
    assert len(report.order(problems * 2)) == 2
    assert grouping.more(report.group(problems, ZH)[0], ZH) == "同样的还有 1 处：二!A2"


def test_a_workbook_is_told_sheet_by_sheet():
    cells = [("二", 2), ("一", 9), ("二", 1), ("一", 3)]
    problems = [Problem("bad-id-empty", "a.xlsx", row, 1, cell=f"{sheet}!A{row}") for sheet, row in cells]
    assert [p.cell for p in report.order(problems)] == ["一!A3", "一!A9", "二!A1", "二!A2"]


def test_lines_and_cells_next_to_each_other_are_drawn_together():
    assert grouping.line_spans([9, 5, 6, 7, 5]) == ["5–7", "9"]
    assert grouping.cell_spans(["服务!C5", "服务!C6", "服务!D6", "别的!C7", "?"], "服务!C2") == [
        "C5:C6",
        "D6",
        "别的!C7",
        "?",
    ]


def test_places_beyond_a_handful_are_left_to_the_imagination():
    lines = [Problem("bad-id-empty", "a.csv", line, 1, "id") for line in range(2, 60, 2)]
    said = grouping.more(report.group(lines, ZH)[0], ZH)
    assert said == "同样的还有 28 处：第 4、6、8、10、12、14、16、18…… 行"
    assert grouping.more(report.group(lines, WORDS["en"])[0], WORDS["en"]).endswith(
        "lines 4, 6, 8, 10, 12, 14, 16, 18 …"
    )


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_corrected_line_is_shown_whole_where_the_hint_does_not_name_it():
    line = "title: " + "长" * 200
    plain = Problem("want-email", "a.yml", params={"value": "x", "fixed": line})
    assert report.hint(plain, ZH).endswith(f"。改成：{line}")
    assert report.hint(Problem("yaml-quote", "a.yml", params={"fixed": line}), ZH) == f"改成：{line}"
    note = Problem("shili-date", "a.yml", severity="note", params={"value": "x", "label": "y", "fixed": "2022-07-13"})
    assert report.hint(note, ZH) == "读作：2022-07-13"
    assert report.hint(Problem("want-email", "a.yml", params={"value": "x", "fixed": ""}), ZH).count("改成") == 0


def test_a_parameter_that_is_missing_is_shown_and_not_thrown():
    assert report.message(Problem("want-email", "a.yml"), ZH) == "“{value}”不是邮箱地址"


def test_what_cannot_be_seen_is_named():
    said = report.message(Problem("want-email", "a.yml", params={"value": "a\u202e\x1b[31m\udcff b\n c"}), ZH)
    assert said == "“a‹U+202E›‹U+001B›[31m‹U+DCFF› b c”不是邮箱地址"


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_can_be_clicked():
    lines = report.as_text(sample(), ZH).splitlines()
    assert lines[0].startswith(f"{RECORDS}/shili.yml:2:8: 错误: ")
    assert any(line.startswith(f"{RECORDS}.xlsx:服务!C12: 错误: hosts: ") for line in lines)


def test_colour_adds_nothing_but_colour():
    coloured = report.as_text(sample(), ZH, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == report.as_text(sample(), ZH)


# ── For programs ─────────────────────────────────────────────────────────────────────────────────────────────────────

KEYS = ["severity", "rule", "path", "line", "column", "field", "message", "hint"]


def test_json_has_the_promised_keys_and_all_problems():
    found = json.loads(report.as_json(sample(), ZH))
    assert len(found) == len(sample())
    for entry in found:
        assert list(entry) == KEYS + (["cell"] if entry["path"].endswith(".xlsx") else [])


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_sarif_and_gitlab_keep_to_their_schemas(case, lang):
    problems = CASES[case]()
    log = json.loads(report.as_sarif(problems, WORDS[lang]))
    SARIF.validate(log)
    quality = json.loads(report.as_gitlab(problems, WORDS[lang]))
    GITLAB.validate(quality)
    assert len(quality) == len(log["runs"][0]["results"]) == len(problems)
    assert len({entry["fingerprint"] for entry in quality}) == len(quality)


def test_the_schemas_can_refuse():
    log = json.loads(report.as_sarif(sample(), ZH))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SARIF.is_valid(log)
    assert not GITLAB.is_valid([{"description": "x"}])


def test_fingerprints_stay_when_lines_move_and_in_another_language():
    moved = [
        Problem(p.rule, p.path, p.line + 7, p.column, p.field, p.severity, p.params, p.cell, p.record) for p in sample()
    ]
    before, after = (json.loads(report.as_gitlab(p, ZH)) for p in (sample(), moved))
    english = json.loads(report.as_gitlab(sample(), WORDS["en"]))
    assert (
        [e["fingerprint"] for e in before] == [e["fingerprint"] for e in after] == [e["fingerprint"] for e in english]
    )
    assert before[0]["location"]["lines"]["begin"] != after[0]["location"]["lines"]["begin"]


def test_sarif_says_where_and_why():
    [run] = json.loads(report.as_sarif(sample(), ZH))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    about = next(rule for rule in rules if rule["id"] == "shili-date")
    assert about["shortDescription"]["text"] == "示例规则“shili-date”。"
    assert about["help"]["text"].endswith("第二句。")
    assert about["defaultConfiguration"]["level"] == "note"
    cell = next(r for r in run["results"] if r["ruleId"] == "required")["locations"][0]
    assert cell["logicalLocations"] == [{"name": "B4", "fullyQualifiedName": "服务!B4", "kind": "cell"}]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert f"{RECORDS}/e%2Cyi%3A%2050%25.yml" in uris


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_of_the_book_explains_itself_in_sarif(lang, monkeypatch):
    assert checkup.check_catalogue  # whoever can check has read the whole book
    monkeypatch.setattr(sarif, "RULES", rulebook.RULES)
    log = json.loads(report.as_sarif([], WORDS[lang]))
    SARIF.validate(log)
    found = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in found] == sorted(rulebook.RULES) and found
    for rule in found:
        assert rule["help"]["text"] and len(rule["shortDescription"]["text"]) < 1024  # more than GitHub shows


def test_sarif_reads_no_placeholder_and_no_link_in_a_record():
    assert sarif.plain("{0} [点我](javascript:1)") == "{{0}} \\[点我\\](javascript:1)"
    assert sarif.plain("[方括号]") == "[方括号]"


def test_a_path_that_is_no_text_has_an_address():
    assert sarif.uri("目录/\udcff.yml") == "%E7%9B%AE%E5%BD%95/%FF.yml"


# ── GitHub ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_github_gets_ten_of_each_and_a_summary():
    problems = [
        Problem("want-email", f"{i}.yml", line, params={"value": "x"}, severity=severity)
        for i in range(40)
        for line, severity in enumerate(("error", "warning", "note"), 1)
    ]
    lines = report.as_github(problems, ZH).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10
    assert lines[-1].startswith("共 40 处错误、40 处提醒、40 处说明，在 40 个文件里。")
    assert lines[-1].endswith("全部的在这次检查的摘要页里。")


def test_github_is_escaped():
    [line, _summary] = report.as_github([p for p in sample() if "e,yi" in p.path], ZH).splitlines()
    assert line.startswith(f"::error file={RECORDS}/e%2Cyi%3A 50%25.yml,line=4,col=5,title=错误 unknown-reference::")
    assert line.count("%0A") == 1  # between message and hint
    assert github.escape("50%0A\r\n") == "50%250A%0D%0A"
    assert github.escape_property("a:b,c%\n") == "a%3Ab%2Cc%25%0A"


def test_github_names_the_cell_where_it_has_no_line():
    line = next(x for x in report.as_github(sample(), ZH).splitlines() if "C12" in x)
    assert line.startswith(f"::error file={RECORDS}.xlsx,title=错误 unknown-reference 服务!C12::服务!C12: ")


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────────────────────

OURS = {"h3", "p", "strong", "code", "ul", "ol", "li", "details", "summary", "em"}


class Seen(HTMLParser):
    """The tags of a page, its attributes, and its text outside of code."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.depth = set(), [], "", 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.depth += tag == "code"

    def handle_endtag(self, tag):
        self.depth -= tag == "code"

    def handle_data(self, data):
        self.text += data if not self.depth else "□"


def rendered(text):
    extension, render = comrak.ExtensionOptions(), comrak.RenderOptions()
    for name in ("strikethrough", "table", "autolink", "tasklist", "footnotes", "math_dollars", "math_code", "alerts"):
        setattr(extension, name, True)
    render.unsafe_ = True
    return comrak.render_markdown(text, extension_options=extension, render_options=render)


def assert_harmless(text):
    seen = Seen(rendered(text))
    assert seen.tags <= OURS, seen.tags - OURS
    assert seen.attributes == []
    assert not re.search(r"@\w|#\d|https?:|www\.", seen.text), seen.text
    assert seen.depth == 0


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", sorted(CASES))
def test_markdown_holds_nothing_but_our_own(case, lang):
    said = report.as_markdown(CASES[case](), WORDS[lang])
    assert_harmless(said)
    assert said.count("\n<details>") == said.count("\n</details>\n")


def test_our_tests_would_see_harm():
    for text in ("<b>x</b>", "[x](javascript:1)", "@everyone", "see #12", "https://evil.example", "~~x~~"):
        with pytest.raises(AssertionError):
            assert_harmless(text)


def test_markdown_stays_short():
    many = [Problem("want-email", f"{i}.yml", i + 1, 1, "mail", params={"value": HOSTILE}) for i in range(900)]
    said = report.as_markdown(many, ZH)
    assert len(said) < markdown.BUDGET
    opened = re.sub(r"^<details>.*?^</details>$", "", said, flags=re.DOTALL | re.MULTILINE)
    assert opened.count("\n- ") == markdown.OPEN
    assert "还有 890 样，点开看" in said and "还有 830 样没有列出来" in said


def test_markdown_names_each_file_once():
    said = report.as_markdown(sample(), ZH)
    assert said.count(f"**`{RECORDS}.csv`**") == 1


def test_markdown_praises_only_what_was_looked_at():
    mail = Problem("want-email", "a.yml", params={"value": "x"})
    assert "文件格式、编号、和别的记录的关联都没有问题" in report.as_markdown([mail], ZH)
    assert "没有问题" not in report.as_markdown(sample(), ZH)


def test_markdown_tells_how_to_change_what_there_is():
    book = [p for p in sample() if p.cell and p.severity == "error"]
    assert "编辑文件" not in report.as_markdown(book, ZH)
    assert "照原来的文件名上传" in report.as_markdown(book, ZH)
    assert "照原来的文件名上传" not in report.as_markdown(book_free := [p for p in sample() if not p.cell], ZH)
    assert "编辑文件" in report.as_markdown(book_free, ZH)


# ── Any text at all ──────────────────────────────────────────────────────────────────────────────────────────────────

NASTY = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("`*_[]()<>!@#|~$\\&:/%,.-+={} \n\r\t1aw中\u202e\u2028\ud800\udcff"), max_size=60),
    st.sampled_from([HOSTILE, "@a", "`", "``", "#1", "a@b.example", "www.x.example", "::error::", "%0A", "~~~", "---"]),
)


@st.composite
def problems(draw):
    made = []
    for _ in range(draw(st.integers(1, 4))):
        rule = draw(st.sampled_from(["unknown-term", "want-integer", "yaml-quote", "unknown-column", "shili-date"]))
        names = ("value", "label", "vocabulary", "type", "name", "fixed")
        params = {name: draw(NASTY) for name in names} | {"suggestions": draw(st.lists(NASTY, max_size=3))}
        severity = draw(st.sampled_from(["error", "warning", "note"]))
        place = draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(NASTY)
        made.append(Problem(rule, draw(NASTY), *place, severity, params, draw(st.just("") | NASTY), draw(NASTY)))
    return made


@settings(deadline=None)  # several schemas a time, on machines that do other things too
@given(problems(), st.sampled_from(LANGUAGES))
def test_any_text_keeps_every_format_whole(found, lang):
    words = WORDS[lang]
    for form, make in report.FORMATS.items():
        make(found, words).encode("utf-8")  # can be written
        assert form in ENDINGS
    lines = report.as_github(found, words).removesuffix("\n").split("\n")
    assert "\r" not in "".join(lines)
    assert len(lines) == 1 + sum(g.first.severity != "note" for g in report.group(found, words))
    assert all(line.startswith(("::error ", "::warning ")) for line in lines[:-1]) and not lines[-1].startswith("::")
    assert len(json.loads(report.as_json(found, words))) == len(found)
    GITLAB.validate(
        [{**e, "location": {**e["location"], "path": "x"}} for e in json.loads(report.as_gitlab(found, words))]
    )
    SARIF.validate(json.loads(report.as_sarif(found, words)))
    assert_harmless(report.as_markdown(found, words))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", report.as_text(found, words))

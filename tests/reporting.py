"""The invented problems (示例) that reports are tried with: every severity, a flood, a workbook, a hostile record."""

from generator.model import FieldSpec, Label, Problem, RecordType, Sentence, Vocabulary
from generator.rulebook import Rule
from generator.words import Words

HOSTILE = (
    "</details><script>alert(1)</script> @everyone [点我](javascript:alert(1)) ![x](http://evil.example/x.png) #1 "
    "``` ` ::error::x %0A | **粗** {0} \u202e\x1b[31m\r\n::warning::y"
)
RECORDS = "catalogue/service"


def spec(name, kind, zh, en):
    return FieldSpec(name, kind, {"zh": zh, "en": en}, {})


HOSTS = spec("hosts", "reference", "承办", "hosts")
INDUSTRY = spec("industry", "term", "产业", "industry")
YEAR = spec("year", "integer", "年份", "year")
DATE = spec("verified_on", "date", "核实日期", "verified on")
TITLE = spec("title", "text", "名称", "title")
ORGANISATION = RecordType("organisation", {"zh": "机构", "en": "organisations"}, {}, (), "", {})
SERVICE = RecordType("service", {"zh": "服务", "en": "services"}, {}, (), "", {})
INDUSTRIES = Vocabulary("industry", {}, titles={"zh": "产业", "en": "industries"})

RULES = {
    rule: Rule(rule, stage, severity, {"zh": f"示例规则“{rule}”。第二句。", "en": f"Invented rule “{rule}”. And more."})
    for rule, stage, severity in (
        ("yaml-quote", "file", "error"),
        ("unknown-reference", "across", "error"),
        ("unknown-term", "cell", "error"),
        ("want-integer", "cell", "error"),
        ("required", "shape", "error"),
        ("shili-old", "quality", "warning"),
        ("shili-date", "cell", "note"),
        ("plan-duty", "plan", "warning"),
    )
}
EXTRA = {
    "zh": {
        "problem.shili-old": "“{label}”是 {value}，过了一年多了",
        "hint.shili-old": "打个电话问一问，再改成今天的日期。",
        "problem.shili-date": "“{label}”写成了“{value}”",
        "hint.shili-date": "",
    },
    "en": {
        "problem.shili-old": "“{label}” is {value}, more than a year ago",
        "hint.shili-old": "Ring them up and ask, then write today's date.",
        "problem.shili-date": "“{label}” was written “{value}”",
        "hint.shili-date": "",
    },
}


class SampleWords(Words):
    """The project's words, and those of two invented rules."""

    def __init__(self, lang):
        super().__init__(lang)
        self._by_key = self._by_key | EXTRA[lang]


def flood():
    """The same wrong term in 300 rows, and years that are no numbers in seven."""
    path = f"{RECORDS}.csv"
    near = {"suggestions": ["youcha 油料油茶", "youliao 油料"]}
    for line in (3, 5, *range(7, 304), 310):
        params = {"label": INDUSTRY, "value": "油菜", "vocabulary": INDUSTRIES, **near}
        yield Problem("unknown-term", path, line, 12, "industry", params=params, record=f"service/shili-{line}")
    for line, value in enumerate(("约 3 年", "2022年", "两千", "去年", "二〇二二", "不清楚", "2021年", "2021年"), 20):
        params = {"label": YEAR, "value": value}
        yield Problem("want-integer", path, line, 30, "year", params=params, record=f"service/shili-{line}")


def workbook():
    """Problems at cells of a workbook, and repairs there."""
    path = f"{RECORDS}.xlsx"
    near = {"suggestions": ["shili-xuehui 示例学会"]}
    params = {"label": HOSTS, "value": "示例学会二", "type": ORGANISATION, **near}
    yield Problem("unknown-reference", path, 12, 3, "hosts", params=params, cell="服务!C12", record="service/a")
    for line in (4, 5, 6, 9):
        params = {"label": TITLE, "type": SERVICE}
        yield Problem(
            "required", path, line, 2, "title", params=params, cell=f"服务!B{line}", record=f"service/b{line}"
        )
    for line, (value, fixed) in enumerate((("2022年7月13日", "2022-07-13"), ("2022.8.1", "2022-08-01")), 4):
        params = {"label": DATE, "value": value, "fixed": fixed}
        yield Problem("shili-date", path, line, 5, "verified_on", "note", params, f"服务!E{line}", f"service/n{line}")


def sample():
    """All of them."""
    quote = Problem("yaml-quote", f"{RECORDS}/shili.yml", 2, 8, params={"fixed": 'summary: "示例: 一句话"'})
    old = {"label": DATE, "value": "2023-01-05"}
    hostile = {"label": HOSTS, "value": HOSTILE, "type": ORGANISATION, "suggestions": [HOSTILE]}
    return [
        *flood(),
        *workbook(),
        quote,
        Problem("shili-old", f"{RECORDS}/jiu.yml", 9, 14, "verified_on", "warning", old, record="service/jiu"),
        Problem("unknown-reference", f"{RECORDS}/e,yi: 50%.yml", 4, 5, "hosts.1", params=hostile, record="service/e"),
    ]


def warned():
    """Nothing but a warning."""
    return [problem for problem in sample() if problem.severity == "warning"]


def repaired():
    """Nothing but repairs."""
    return [problem for problem in sample() if problem.severity == "note"]


def planned():
    """What a plan asks: an error with the day until which a notice hangs, and two warnings, under the duties' ids."""
    plan = Label({"zh": "示例方案", "en": "Invented scheme"})
    notice = {
        "plan": plan,
        "clause": Label({"zh": "项目公示", "en": "Notices"}),
        "asked": Label({"zh": "公示不少于 10 天", "en": "a notice hangs for at least 10 days"}),
        "advice": Label({"zh": "公示到那一天再撤。", "en": "Let it hang until that day."}),
    }
    short = {"since": "2026-03-01", "date": "2026-03-04", "days": 4, "wanted": 10, "until": "2026-03-10"}
    seen = {**notice, "seen": Sentence("plans.seen.short", short)}
    size = {**notice, "clause": Label({"zh": "组里有谁", "en": "Who is in the group"})}
    size |= {
        "asked": Label({"zh": "10 人左右", "en": "about 10 members"}),
        "seen": Sentence("plans.seen.count", {"found": 6}),
    }
    one = {**size, "seen": Sentence("plans.seen.shared", {"place": "甲县", "others": ("示例组", HOSTILE)})}
    for line, field in ((10, "notices.1.until"), (12, "notices.2.until")):
        yield Problem("shili-notice", f"{RECORDS}/xiang.yml", line, 67, field, "error", seen, "", "a/x", "plan-duty")
    for rule, params in (("shili-size", size), ("shili-one", one)):
        yield Problem(rule, f"{RECORDS}/zu.yml", 4, 3, "people", "warning", params, "", "a/zu", "plan-duty")


CASES = {"sample": sample, "warned": warned, "repaired": repaired, "well": list, "planned": lambda: list(planned())}

"""What people type into typed cells, what it is read as, and what is asked instead of guessing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import cells, report
from generator.checkup import check_catalogue
from generator.load import make_vocabulary
from generator.model import FieldSpec, Term
from generator.repair import NO, NOTHING, TYPED, YES, Doubt, Repair, mend
from generator.words import Words

REGIONS = [
    ("430000", "湖南省", "", "湖南"),
    ("430200", "株洲市", "430000", "株洲"),
    ("430224", "茶陵县", "430200", "茶陵"),
    ("110000", "北京市", "", "北京"),
    ("110105", "朝阳区", "110000", "朝阳"),
    ("220000", "吉林省", "", ""),
    ("220104", "朝阳区", "220000", "朝阳"),
    ("011000", "示例零县", "", ""),
    ("012000", "示例甲县", "", ""),
    ("120000", "天津市", "", ""),
    ("shuidao", "水稻", "", "稻子"),
    ("xiaomai", "小麦", "", ""),
    ("heping", "和平县", "", ""),
]
TERMS = {
    code: Term("mix", code, title, parent, tuple(a for a in [alias] if a)) for code, title, parent, alias in REGIONS
}
VOCABULARY = make_vocabulary("mix", TERMS, {}, "mix.csv")

FIELDS = {
    "day": {"type": "date"},
    "partial": {"type": "string", "format": "partial-date"},
    "year": {"type": "year"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "phone": {"type": "string", "format": "phone"},
    "url": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"},
    "term": {"type": "string", "vocabulary": "mix"},
    "reference": {"type": "string", "reference": "organisation"},
}
KINDS = {"day": "date", "partial": "date", "year": "integer"}


def field(name: str, *, many: bool = False, required: bool = False) -> FieldSpec:
    descriptor = {"name": name, **FIELDS.get(name, {"type": "string"})}
    if many:
        descriptor = {"name": name, "type": "array", "arrayItem": FIELDS.get(name, {"type": "string"})}
    return FieldSpec(
        name,
        KINDS.get(name, name),
        {},
        {},
        many=many,
        required=required,
        vocabulary="mix" if name == "term" else "",
        reference="organisation" if name == "reference" else "",
        descriptor=descriptor,
    )


def said(name: str, text: str, *, many: bool = False, required: bool = False) -> str:
    """What comes out, in one line: ``rule: value | value``, ``rule?`` for a question, ``-`` for nothing."""
    found = mend(field(name, many=many, required=required), text, VOCABULARY if name == "term" else None)
    if found is None:
        return "-"
    if isinstance(found, Doubt):
        shown = found.params.get("fixed") or found.params.get("candidates") or found.params.get("unknown") or ""
        return f"{found.rule}? {shown if isinstance(shown, str) else ' | '.join(shown)}".strip()
    return f"{found.rule}: {' | '.join(found.values)}".strip()


DATES = {
    "2022年7月13日": "read-as-date: 2022-07-13",
    "2022 年 7 月 13 日": "read-as-date: 2022-07-13",
    "2022年7月13号": "read-as-date: 2022-07-13",
    "2022/7/13": "read-as-date: 2022-07-13",
    "2022.7.13": "read-as-date: 2022-07-13",
    "2022.07.13.": "read-as-date: 2022-07-13",
    "2022。7。13": "read-as-date: 2022-07-13",
    "20220713": "read-as-date: 2022-07-13",
    "20220713.0": "read-as-date: 2022-07-13",
    "2022-7-3": "read-as-date: 2022-07-03",
    "2022－07－13": "read-as-width: 2022-07-13",
    "２０２２-０７-１３": "read-as-width: 2022-07-13",
    "2022-07-13 00:00:00": "read-as-date: 2022-07-13",
    "2022/7/13 14:30:05": "read-as-date: 2022-07-13",
    "2022-07-13T08:00:00": "read-as-date: 2022-07-13",
    "2022年7月13日（星期三）": "read-as-date: 2022-07-13",
    "'2022-07-13": "read-as-date: 2022-07-13",
    "二〇二二年七月十三日": "read-as-date: 2022-07-13",
    "二○二二年十二月三十一日": "read-as-date: 2022-12-31",
    "2022-02-30": "date-no-such-day?",
    "2022年13月1日": "date-no-such-day?",
    "1900-01-00": "date-no-such-day?",
    "44755": "date-serial? 2022-07-13",
    "20226": "date-unclear? 2022-06 | 1955-05-17",
    "44755.0": "date-serial? 2022-07-13",
    "44755.604": "date-serial? 2022-07-13",
    "至今": "date-open?",
    "2020年7月至今": "date-open?",
    "长期": "date-open?",
    "2022年7月13日-15日": "date-range?",
    "2022-07-13至2022-07-15": "date-range?",
    "2021-2022": "date-range?",
    "2022年7月上旬": "date-about?",
    "约2022年": "date-about?",
    "22.7.13": "date-unclear? 2013-07-22 | 2022-07-13",
    "7/8/2022": "date-unclear? 2022-07-08 | 2022-08-07",
    "7/13/2022": "date-unclear? 2022-07-13",
    "22年7月13日": "date-short-year?",
    "98.7.13": "date-short-year?",
    "201205": "date-unclear? 2020-12-05 | 2012-05",
    "2022-07-12T16:00:00Z": "-",
    "无": "read-as-empty:",
    "同上": "ditto?",
    "夏天": "-",
}
ONLY_MONTH = {
    "2022年7月": "2022-07",
    "2022年7月份": "2022-07",
    "2022-7": "2022-07",
    "2022/07": "2022-07",
    "2022.07": "2022-07",
    "二〇二二年七月": "2022-07",
    "202207": "2022-07",
    "2022年": "2022",
    "2022.0": "2022",
    "二〇二二年": "2022",
}


@pytest.mark.parametrize(("text", "expected"), DATES.items())
@pytest.mark.parametrize("name", ["day", "partial"])
def test_dates(name, text, expected):
    assert said(name, text) == expected


@pytest.mark.parametrize(("text", "expected"), ONLY_MONTH.items())
def test_a_month_will_do_only_where_the_field_says_so(text, expected):
    assert said("partial", text) == f"read-as-date: {expected}"
    assert said("day", text) == "date-no-day?"
    assert said("year", text) == f"read-as-date: {expected[:4]}"


def test_a_spreadsheet_turns_october_into_january():
    assert said("partial", "2022.1") == "date-unclear? 2022-01 | 2022-10"
    assert said("partial", "2022.10") == "read-as-date: 2022-10"
    assert said("partial", "2022年1月") == "read-as-date: 2022-01"


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "2022年": "read-as-date: 2022",
        "２０２２": "read-as-width: 2022",
        "2022.0": "read-as-date: 2022",
        "2022-07-13": "read-as-date: 2022",
        "2020年至今": "date-open?",
        "2020-2022年": "date-range?",
        "22年": "date-short-year?",
        "约2020年": "date-about?",
        "不详": "read-as-empty:",
    }.items(),
)
def test_years(text, expected):
    assert said("year", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "１２００": "read-as-width: 1200",
        "1,200": "read-as-number: 1200",
        "1，200，000": "read-as-number: 1200000",
        "1 200": "read-as-number: 1200",
        "35.0": "read-as-number: 35",
        "35.00": "read-as-number: 35",
        "1,200.0": "read-as-number: 1200",
        "'35": "read-as-number: 35",
        "－5": "read-as-width: -5",
        "35人": "number-unit? 35",
        "1.2万": "number-unit? 12000",
        "1.2万亩": "number-unit? 12000",
        "3亿": "number-unit? 300000000",
        "35%": "number-unit? 35",
        "￥1,200": "number-unit? 1200",
        "约35": "number-about? 35",
        "30余人": "number-about? 30",
        "2万多": "number-about? 20000",
        "300人以上": "number-about? 300",
        "30-50": "number-range? 30 | 50",
        "30～50人": "number-range? 30 | 50",
        "1.38E+10": "digits-lost?",
        "12,34": "-",
        "35.5": "-",
        "10²": "number-unit? 10",
        "三十五": "number-unit? 35",
        "一百零五人": "number-unit? 105",
        "两千": "number-unit? 2000",
        "一万二千三百": "number-unit? 12300",
        "十二": "number-unit? 12",
        "一百五": "-",
        "二二": "-",
        "三十余人": "-",
        "########": "digits-lost?",
        "暂无": "read-as-empty:",
        "N/A": "read-as-empty:",
    }.items(),
)
def test_whole_numbers(text, expected):
    assert said("integer", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "３．５": "read-as-width: 3.5",
        "1,200.50": "read-as-number: 1200.50",
        "3.5亩": "number-unit? 3.5",
        "—": "read-as-empty:",
    }.items(),
)
def test_numbers(text, expected):
    assert said("number", text) == expected


@pytest.mark.parametrize("word", ["是", "有", "√", "TRUE", "Y", "ｙｅｓ", "✓", "对", "（是）"])
def test_yes(word):
    assert said("boolean", word) == "read-as-boolean: true"


@pytest.mark.parametrize("word", ["否", "无", "×", "FALSE", "n", "Ｎｏ", "没有"])
def test_no(word):
    assert said("boolean", word) == "read-as-boolean: false"


def test_neither_yes_nor_no():
    assert said("boolean", "不详") == "read-as-empty:"
    assert said("boolean", "部分") == "-"
    assert not YES & NO and not YES & NOTHING


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "（010）12345678": "read-as-phone: 010-12345678",
        "(010)12345678": "read-as-phone: 010-12345678",
        "(010) 1234 5678": "read-as-phone: 010-1234 5678",
        "010—12345678": "read-as-phone: 010-12345678",
        "０１０-１２３４５６７８": "read-as-width: 010-12345678",
        "010－12345678": "read-as-width: 010-12345678",
        "010.12345678": "read-as-phone: 010-12345678",
        "138·0000·0000": "read-as-phone: 138-0000-0000",
        "13800000000.0": "read-as-phone: 13800000000",
        "12316.0": "read-as-phone: 12316",
        "4001234567.0": "read-as-phone: 4001234567",
        "'13800000000": "read-as-phone: 13800000000",
        "’010-12345678": "read-as-phone: 010-12345678",
        "(+86)13800000000": "read-as-phone: +86-13800000000",
        "（+86）010-12345678": "read-as-phone: +86-010-12345678",
        "010-12345678转8001": "read-as-phone: 010-12345678-8001",
        "010-12345678 转 8001": "read-as-phone: 010-12345678-8001",
        "010-12345678 ext.8001": "read-as-phone: 010-12345678-8001",
        "010-12345678（分机：8001）": "phone-words? 010-12345678",
        "电话：010-12345678": "read-as-phone: 010-12345678",
        "\u202d13800000000\u202c": "read-as-width: 13800000000",
        "1.38E+10": "digits-lost?",
        "1.38e10": "digits-lost?",
        "1012345678.0": "phone-lost-zero? 01012345678",
        "010-12345678、010-87654321": "phone-several?",
        "010-12345678/79": "phone-several?",
        "010-12345678（张老师）": "phone-words? 010-12345678",
        "打给老王": "-",
        "1234": "-",
        "无": "read-as-empty:",
    }.items(),
)
def test_phones(text, expected):
    assert said("phone", text) == expected


def test_a_list_of_phones_takes_what_one_item_holds():
    assert said("phone", "010-12345678、12316", many=True) == "read-as-list: 010-12345678 | 12316"
    assert said("phone", "010-12345678/79", many=True) == "phone-several?"


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "ｈｔｔｐｓ：／／kezhu.example/a": "read-as-width: https://kezhu.example/a",
        "https：//kezhu.example/a": "read-as-width: https://kezhu.example/a",
        "《https://kezhu.example/a》": "read-as-address: https://kezhu.example/a",
        "<https://kezhu.example/a>": "read-as-address: https://kezhu.example/a",
        "网址：https://kezhu.example/a": "read-as-address: https://kezhu.example/a",
        "https:\\\\kezhu.example\\a": "read-as-address: https://kezhu.example/a",
        "https:// kezhu.example/a": "read-as-address: https://kezhu.example/a",
        "\u200bhttps://kezhu.example/a": "read-as-width: https://kezhu.example/a",
        "www.kezhu.example/a": "address-scheme? https://www.kezhu.example/a",
        "kezhu.example": "address-scheme? https://kezhu.example",
        "http;//kezhu.example": "address-scheme? http://kezhu.example",
        "ttps://kezhu.example": "address-scheme? https://kezhu.example",
        "httpskezhu": "-",
        "https://kezhu.example/a b": "address-space? https://kezhu.example/ab",
        "示例通知 https://kezhu.example/a": "address-words? https://kezhu.example/a",
        "https://a.example https://b.example": "address-several?",
        "C:\\Users\\a.html": "address-local?",
        "file:///C:/a.html": "address-local?",
        "javascript:alert(1)": "-",
        "见附件": "-",
        "——": "read-as-empty:",
    }.items(),
)
def test_web_addresses(text, expected):
    assert said("url", text) == expected


def test_a_list_of_addresses_takes_what_one_item_holds():
    assert (
        said("url", "https://a.example；https://b.example", many=True)
        == "read-as-list: https://a.example | https://b.example"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "a＠kezhu.example": "read-as-width: a@kezhu.example",
        "a@kezhu。example": "read-as-email: a@kezhu.example",
        "a @ kezhu.example": "read-as-email: a@kezhu.example",
        "邮箱：a@kezhu.example": "read-as-email: a@kezhu.example",
        "mailto:a@kezhu.example": "read-as-email: a@kezhu.example",
        "<a@kezhu.example>": "read-as-email: a@kezhu.example",
        "示例 a@kezhu.example": "email-words? a@kezhu.example",
        "a@kezhu,example": "email-words? a@kezhu.example",
        "a(at)kezhu.example": "email-words? a@kezhu.example",
        "a@x.example b@y.example": "email-several?",
        "a@": "-",
    }.items(),
)
def test_email(text, expected):
    assert said("email", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "水 稻": "read-as-term: 水稻",
        "《水稻》": "read-as-term: 水稻",
        "水稻。": "read-as-term: 水稻",
        "水稻等": "read-as-term: 水稻",
        "ｓｈｕｉｄａｏ": "read-as-width: shuidao",
        "⽔稻": "read-as-term: 水稻",  # ⽔ is U+2F54, a radical
        "水稻、小麦": "term-several? 水稻 | 小麦",
        "水稻和小麦": "term-several? 水稻 | 小麦",
        "水稻、不知什么": "list-unknown? 不知什么",
        "湖南省株洲市茶陵县": "read-as-term: 茶陵县",
        "湖南省茶陵县": "read-as-term: 茶陵县",
        "湖南/株洲/茶陵": "read-as-term: 茶陵县",
        "湖南 茶陵": "read-as-term: 茶陵县",
        "北京市朝阳区": "read-as-term: 110105",
        "吉林省朝阳区": "read-as-term: 220104",
        "朝阳": "-",
        "430224.0": "read-as-code: 430224",
        "'430224": "read-as-code: 430224",
        "430224000000": "read-as-code: 430224",
        "11000": "code-digits? 011000 示例零县 | 110000 北京市",
        "11000.0": "code-digits? 011000 示例零县 | 110000 北京市",
        "12000": "code-digits? 012000 示例甲县 | 120000 天津市",
        "43022": "-",
        "43020": "code-digits? 430200 株洲市",
        "4.30E+05": "digits-lost?",
        "430224 茶陵县": "read-as-code: 430224",
        "茶陵县（430224）": "read-as-code: 430224",
        "430224湖南省茶陵县": "read-as-code: 430224",
        "110105 茶陵县": "code-and-name? 110105 朝阳区 | 430224 茶陵县",
        "火星": "-",
        "不详": "read-as-empty:",
    }.items(),
)
def test_terms(text, expected):
    assert said("term", text) == expected


def test_a_list_of_terms_takes_what_one_item_holds():
    assert said("term", "水稻、小麦", many=True) == "read-as-list: 水稻 | 小麦"
    assert said("term", "水稻，小麦等。", many=True) == "read-as-list: 水稻 | 小麦"
    assert said("term", "［水稻，小麦］", many=True) == "read-as-list: 水稻 | 小麦"
    assert said("term", "水稻和小麦", many=True) == "read-as-list: 水稻 | 小麦"
    assert said("term", "水稻和和平县", many=True) == "-"
    assert said("term", "湖南、株洲、茶陵", many=True) == "read-as-list: 湖南 | 株洲 | 茶陵"
    assert said("term", "湖南/株洲/茶陵", many=True) == "read-as-term: 茶陵县", "a county with what stands above it"


def test_a_zero_is_put_back_only_where_one_term_has_it():
    terms = {"011000": Term("code", "011000", "示例零县")}
    alone = make_vocabulary("code", terms, {}, "code.csv")
    assert mend(field("term"), "11000", alone) == Repair(("011000",), "read-as-code")
    assert mend(field("term"), "11001", alone) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "Shili-Xuehui": "read-as-id: shili-xuehui",
        "shili_xuehui": "read-as-id: shili-xuehui",
        "shili－xuehui": "read-as-width: shili-xuehui",
        "shili-xuehui.yml": "read-as-id: shili-xuehui",
        "organisation/shili-xuehui": "read-as-id: shili-xuehui",
        "shili-xuehui＃peixun": "read-as-width: shili-xuehui#peixun",
        "示例学会": "-",
    }.items(),
)
def test_references(text, expected):
    assert said("reference", text) == expected


def test_a_broken_formula_is_not_read_as_empty():
    assert said("integer", "#REF!") == "cell-error?"
    assert said("term", "#N/A", many=True) == "cell-error?"


def test_an_id_is_mended_where_the_schema_says_what_ids_look_like(small):
    schema = small / "catalogue" / "schemas" / "service.yml"
    strict = "reference: organisation, arrayItem: {constraints: {pattern: '[a-z0-9-]+'}}"
    schema.write_text(schema.read_text("utf-8").replace("reference: organisation", strict, 1), "utf-8")
    record = small / "catalogue" / "service" / "daxie.yml"
    record.write_text("title: 示例：大写的编号\nhosts: [Shili-Xuehui.yml]\n", "utf-8")
    [problem] = [p for p in check_catalogue(small).problems if p.severity != "warning"]
    assert (problem.rule, problem.severity, problem.params["fixed"]) == ("read-as-id", "note", "shili-xuehui")
    assert report.message(problem, Words("zh")) == "编号“Shili-Xuehui.yml”读作“shili-xuehui”"


def test_nothing_in_a_field_that_must_be_filled_is_asked_for():
    assert said("day", "不详", required=True) == "empty-required?"
    assert said("day", "\u3000", required=True) == "empty-required?"


# ── What must hold of any text ───────────────────────────────────────────────────────────────────────────────────────

PARTS = (
    "2022 ７ 年 月 - / . ， 、 \u3000 13800000000 E+10 .0 ' （ ) 转 约 万 https:// www. a.example @ 水稻 茶陵县 430224"
)
PIECES = st.sampled_from([*PARTS.split(" "), " ", "等", "无", "是", "至", "\u200b", "+86", "010", "和", "²", "０"])
ANY = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join))
NAMES = st.sampled_from(sorted(FIELDS))


def fits(spec: FieldSpec, text: str) -> bool:
    """What the judge of cells says."""
    if spec.kind == "term":
        return VOCABULARY.resolve(text) is not None
    return not cells.make_cell_check(spec, "test").rules(text)


@settings(max_examples=1500, deadline=None)
@given(NAMES, ANY, st.booleans(), st.booleans())
def test_a_repair_fits_its_field_and_needs_no_other(name, text, many, required):
    spec = field(name, many=many, required=required)
    found = mend(spec, text, VOCABULARY if name == "term" else None)
    if not isinstance(found, Repair):
        return
    assert found.values != (text,)
    assert len(found.values) < 2 or many
    for value in found.values:
        assert fits(spec, value), (found, value)
        again = mend(spec, value, VOCABULARY if name == "term" else None)
        assert again is None or isinstance(again, Doubt), (found, again)


@given(st.sampled_from(["text", "markdown", "object"]), ANY)
def test_prose_is_never_touched(kind, text):
    assert kind not in TYPED
    assert mend(field(kind), text, VOCABULARY) is None

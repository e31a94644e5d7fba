"""What the rules of quality find and what they let pass: tables of both, and properties for any text."""

import re
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import lookalike, private, report
from generator.checkup import check_catalogue
from generator.load import load_project
from generator.model import Position, RawRecord, Several
from generator.quality import leftovers, links, names
from generator.quality.duplicates import NearDuplicateTitle
from generator.rulebook import RULES, Scene
from generator.rules import Runner
from generator.words import Words

TODAY = date(2026, 11, 22)
SOURCE = "source_publisher: 示例学会\nsource_title: 示例通知\n"
WARNINGS = [name for name, rule in RULES.items() if rule.stage == "quality" and rule.severity == "warning"]
LETTER = st.sampled_from("ab")
HAN = "示例油茶培训水稻柑橘修剪电话手机联系的和在，。：（）、 "


@pytest.fixture(scope="module")
def project():
    return load_project(Path(__file__).parent / "sites" / "small")


class Nothing:
    """An index of an empty catalogue."""

    def titles(self, _):
        return {}

    def ids(self, _):
        return frozenset()

    def fetch(self, *_):
        return None


def identity(first17: str) -> str:
    return first17 + private.check_digit(first17)


# ── Private numbers ──────────────────────────────────────────────────────────────────────────────────────────────────

PHONES = [
    "13800138000",
    "联系电话13800138000。",
    "138-0013-8000",
    "138 0013 8000",
    "138.0013.8000",
    "１３８００１３８０００",
    "１３８　００１３　８０００",
    "+86 138 0013 8000",
    "+8613800138000",
    "（+86）13800138000",
    "0086-13800138000",
    "013800138000",
    "手机/微信:19900001111",
    "0571-87654321/13800138000",
    "13800138000（微信同号）",
    "13800138000QQ同号",
    "1 3 8 0 0 1 3 8 0 0 0",
    "1380-0138-000",
    "电话：1380013 8000",
    "订单找他，13800138000",
    "王老师17012345678、李老师16612345678",
]
NO_PHONES = [
    "010-12345678",
    "(0571) 8765 4321",
    "0771-3912345 转 8001",
    "400-138-1380",
    "4001381380",
    "8008101234",
    "95598",
    "12316",
    "12396",
    "12345",
    "订单号：13800138000",
    "许可证号（13800138000）",
    "编号为13800138000",
    "ISBN 13800138000",
    "总投资13800138000元",
    "13800138000 株",
    "https://kezhu.example/13800138000.html",
    "www.kezhu.example/t?id=13800138000",
    "https://kezhu.example/a?tel=13800138000",
    "doi:10.13800/13800138000",
    "10.1380/j.13800138000",
    "1380013800012345",
    "2013800138000",
    "1381-2345-6789-0123",
    "面积分别为150 200 300 50亩",
    "1985 1990 200",
    "151 20220101",
    "2013-13800138000",
    "1380013800a",
    "abc13800138000",
    "13800138000.5",
    "128-0013-8000",
    "1,380,013,800",
    "t20230413_13800138000.jpg",
]


@pytest.mark.parametrize("text", PHONES)
def test_a_private_telephone_is_found_and_hidden(text):
    found = list(private.find_phones(text))
    assert found
    assert re2.search(private.PHONE_PATTERN, text)
    hidden = private.masked(text)
    assert "*" in hidden and len(hidden) == len(text)
    assert not list(private.find_phones(hidden))


@pytest.mark.parametrize("text", NO_PHONES)
def test_other_numbers_are_no_private_telephone(text):
    assert not list(private.find_phones(text))


def test_in_a_field_for_telephones_an_amount_is_no_excuse():
    assert list(private.find_phones("13800138000 株", is_phone=True))


@given(
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.sampled_from(["{0}{1}{2}", "{0}-{1}-{2}", "{0} {1} {2}", "+86 {0}{1}{2}", "{0} {1}{2}"]),
    st.text(HAN, max_size=12),
    st.text("，。）；的 ", max_size=4),
)
def test_every_mobile_number_in_prose_is_found(number, form, before, after):
    written = form.format(number[:3], number[3:7], number[7:])
    if form == "{0} {1}{2}" and number[3:5] in {"19", "20"}:
        return  # may be a number and a day
    text = f"{before}，{written}{after}"
    [found] = private.find_phones(text)
    assert re.sub(r"\D", "", found["number"]) == number
    assert re2.search(private.PHONE_PATTERN, text)
    assert number[3:9] not in re.sub(r"\D", "", private.masked(text))


IDENTITIES = [
    identity("11010119900101123"),
    "身份证" + identity("45022420011231001") + "。",
    identity("11010119900101123")[:6] + " 19900101 " + identity("11010119900101123")[14:],
    identity("11010119900101100").replace("X", "x"),
    "110101900101123",
    "证件 330106 851231 123",
]
NO_IDENTITIES = [
    identity("11010119900101123")[:17] + ("1" if identity("11010119900101123")[17] != "1" else "2"),
    identity("11010119901301123"),  # no thirteenth month
    identity("99010119900101123"),  # no such province
    identity("11010119900101123") + "1",
    "X" + identity("11010119900101123"),
    "https://kezhu.example/" + identity("11010119900101123"),
    "注册号 110101900101123",
    "订单号：110101900101123",
    "110101901301123",
    "201907181234567",
    "350723100012345",
    "91110108600001234X",
    "6222021234567890123",
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_an_identity_number_is_found_and_hidden(text):
    assert list(private.find_identities(text))
    assert re2.search(private.IDENTITY_PATTERN, text)
    assert not list(private.find_identities(private.masked(text)))


@pytest.mark.parametrize("text", NO_IDENTITIES)
def test_other_numbers_are_no_identity_number(text):
    assert not list(private.find_identities(text))


def test_the_check_digit_is_that_of_the_standard():
    assert private.check_digit("11010519491231002") == "X"  # the example of GB 11643
    assert private.check_digit("44052418800101001") == "4"


@pytest.mark.parametrize("name", sorted(report.FORMATS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_report_repeats_a_private_number(small, name, lang):
    number = identity("11010119900101123")
    text = (
        "title: 示例：电话13912345678的培训\n"
        f"summary: 电话 139-1234-5678&nbsp; {number}，加微信 a13912345678\n"
        "phones: ['13912345678']\n"
        f"body: '[x](a.html)柑橘（gān jú）13912345678⽔，{number}，博彩 www.kezhu.example 13912345678'\n"
    )
    (small / "catalogue" / "service" / "haoma.yml").write_text(text + SOURCE, "utf-8")
    (small / "catalogue" / "service" / "zai.yml").write_text("title: 示例：电话13912345678培训\n" + SOURCE, "utf-8")
    checkup = check_catalogue(small, today=TODAY)
    assert {"private-phone", "identity-number", "near-duplicate-title"} <= {p.rule for p in checkup.problems}
    shown = report.FORMATS[name](checkup.problems, Words(lang))
    assert shown
    digits = re.sub(r"[^0-9]", "", shown)
    assert "91234567" not in digits and number[6:14] not in digits


# ── Look-alikes ──────────────────────────────────────────────────────────────────────────────────────────────────────

LOOK_ALIKE = {
    "⽔稻科技⼩院": "水稻科技小院",
    "⻢铃薯": "马铃薯",
    "\uf9e1花": "李花",
    "Кiwi": "Kiwi",
    "АВС公司": "ABC公司",
    "维生素С": "维生素C",
    "ΑBC": "ABC",
}
ALIKE_BUT_RIGHT = ["水稻", "β-胡萝卜素", "5 μm", "Ω-3", "αPS", "Институт с видом", "Москва", "ＡＢＣ", "Δ", "ρ=1.2"]


@pytest.mark.parametrize("text", LOOK_ALIKE)
def test_a_look_alike_is_told_with_what_it_looks_like(text):
    assert lookalike.corrected(text) == LOOK_ALIKE[text]
    assert re2.search(lookalike.PATTERN, text)
    assert lookalike.skeleton(text) == lookalike.skeleton(LOOK_ALIKE[text])


@pytest.mark.parametrize("text", ALIKE_BUT_RIGHT)
def test_letters_that_are_meant_stay(text):
    assert lookalike.corrected(text) == text


@given(st.text())
@example("İ")
def test_correcting_keeps_every_place(text):
    right = lookalike.corrected(text)
    assert len(right) == len(text)
    if right != text:
        assert re2.search(lookalike.PATTERN, text)
    assert lookalike.corrected(right) == right


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("示例（水稻）", "示例(水稻)"),
        ("示例 水稻。", "示例水稻"),
        ("ABC 示例", "ａｂｃ示例"),
        ("⽔稻", "水稻"),
        ("Кiwi", "kiwi"),
        ("①号", "1号"),
    ],
)
def test_names_are_compared_without_what_nobody_sees(one, two):
    assert lookalike.skeleton(one) == lookalike.skeleton(two)


# ── Leftovers ────────────────────────────────────────────────────────────────────────────────────────────────────────

RESIDUE = {
    "entity": ["讲课&nbsp;下地", "A&amp;B", "&#13;", "&#x4E00;", "“&ldquo;”"],
    "tag": ["<p>讲课", "讲课</span>", "<br/>", '<a href="x">', "<!-- x -->", "[url=http://x]"],
    "script": ["var a = 1", "function (x)", "document.write(", "{{title}}", "${name}", "[object Object]"],
    "invisible": ["油\u200b茶", "油\ufeff茶", "油\xad茶"],
    "office": ["油茶_x000D_", "#REF!", "#N/A", "油茶\\n修剪", "a\\r\\nb"],
    "page": [
        *("点击查看详情", "点击下载", "上一篇：培训", "上一篇 培训 下一篇", "责任编辑：某", "责编：某", "原标题：培训"),
        *(
            "打印 关闭窗口",
            "【打印】",
            "浏览次数：12",
            "分享到：",
            "当前位置：首页",
            "您现在的位置：",
            "设为首页",
            "阅读全文",
        ),
        *("扫码关注", "长按识别二维码", "字号：大 中 小", "首页 > 新闻", "[关闭窗口]", "培训\n下一篇"),
    ],
    "mark": ["修剪[1]", "修剪［12］。", "增产20%[1-3]", "修剪[1,2]和", "修剪。[3]"],
    "spaces": ["油茶  修剪", "油茶\u3000\u3000修剪", "通 知 公 告 ", "油 茶 修 剪 会"],
    "garbled": ["绀轰緥鐨勭戞妧鍩硅", "Ã©cole", "donâ€™t", "科技ï¼Œ", "ä¸\xadæ–‡", "\ufffd", "烫烫烫", "锟斤拷"],
}
CLEAN = [
    *(
        "大棚关闭窗口前",
        "打印清单后再关门",
        "把经验分享到全县",
        "上一篇报道讲过",
        "扫一扫二维码报名",
        "资金来源：县财政",
    ),
    *(
        "示科〔2022〕1号",
        "示科[2022]1号",
        "[2022]",
        "亩产<500公斤",
        "3<p 且 x>1",
        "a < b > c",
        "AT&T",
        "R&D 投入",
        "A & B",
    ),
    *("第一 第二 第三", "王 某", "甲县 乙县 丙县", "1 2 3 4", "São Paulo", "café", "ångström", "naïve", "Müller"),
    *(
        "油茶（见 1）",
        "《方案》[节选]",
        "阅读量很大",
        "可到农技中心查看更多资料",
        "责任编辑部",
        "编辑：",
        "繁體字農業競爭",
    ),
    *("路径 C:\\new", "价格 $5", "{水稻}", "功能 function", "variety x = 1", "&", "；&；", "〇八", "鐨", "銆"),
]


@pytest.mark.parametrize(("sort", "text"), [(sort, text) for sort, texts in RESIDUE.items() for text in texts])
def test_leftovers_of_copying_are_found(sort, text):
    assert sort in {found for found, _, _ in leftovers.find_residue(text)}
    assert re2.search(leftovers.RESIDUE_PATTERN, text)


@pytest.mark.parametrize("text", CLEAN)
def test_words_that_only_resemble_leftovers_pass(text):
    assert not list(leftovers.find_residue(text))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("讲课&nbsp;下地", "讲课下地"),
        ("A&amp;B", "A&B"),
        ("<p>讲课</p>", "讲课"),
        ("修剪[1]，下地", "修剪，下地"),
        ("油茶　　修剪", "油茶修剪"),
        ("油\u200b茶", "油茶"),
    ],
)
def test_what_can_be_taken_out_is_taken_out(text, clean):
    assert leftovers.cleaned(text) == clean
    assert not list(leftovers.find_residue(clean))


def test_markdown_may_number_its_links_and_draw_tables():
    assert not list(
        leftovers.find_residue("见[1](https://kezhu.example/)、修剪[1]: https://kezhu.example", markdown=True)
    )
    assert not list(leftovers.find_residue("| 油茶  修剪 | 二 |", markdown=True))


SPAM = [
    "油茶修剪。博彩网站 www.kezhu.example",
    "真人娱乐 https://kezhu.example",
    "代开各类发票 QQ：123456789",
    "无抵押小额贷款，加微信 abc123456",
    "刷单兼职日结，微信号：abc123456",
    "办证刻章 13800138000",
    "想学的加微信 shili_123456",
    "个人微信号：abc123456",
    "联系微信：abc123456",
    "VX：abc123456",
]
NO_SPAM = [
    "宣传防范网贷、刷单诈骗，见 https://kezhu.example/",
    "警惕博彩网站 www.kezhu.example",
    "妇女小额贷款无抵押，详见 https://kezhu.example/",
    "淫羊藿补肾壮阳，出处 https://kezhu.example/",
    "微信公众号：shilixuehui",
    "关注微信公众号 shilixuehui",
    "学会微信小程序",
    "公私服务都有 https://kezhu.example/",
    "水下注浆 https://kezhu.example/",
    "到办证大厅办证，网址 https://kezhu.example/",
    "种葡京树",
    "禁止赌博",
]


@pytest.mark.parametrize("text", SPAM)
def test_advertisements_are_found(text):
    assert leftovers.find_spam(text)
    assert re2.search(leftovers.SPAM_PATTERN, text)


@pytest.mark.parametrize("text", NO_SPAM)
def test_words_of_advertisements_in_honest_texts_pass(text):
    assert leftovers.find_spam(text) is None


PINYIN = [
    "柑橘（gān jú）",
    "柑橘（gānjú）",
    "柑橘(gan ju)",
    "圳（zhèn）",
    "勐海（拼音：meng hai）",
    "“柑橘”（gān jú）",
    "猕猴桃（mí hóu táo）修剪",
    "绿（lǜ）",
]
NO_PINYIN = [
    *(
        "油茶（Camellia oleifera）",
        "咖啡（café）",
        "试验（a）和（b）",
        "单元（unit）",
        "香蕉（banana）",
        "融安（Rong An）",
        "名称（he）",
    ),
    *(
        "见（PDF）",
        "系统（linux he）",
        "（gān jú）",
        "县（qu）",
        "José（jo sé）",
        "电话（12316）",
        "评估（good）",
        "阿拉比卡（arabica）",
    ),
]


@pytest.mark.parametrize("text", PINYIN)
def test_pinyin_in_brackets_is_found(text):
    assert list(leftovers.find_pinyin(text))
    assert re2.search(leftovers.PINYIN_PATTERN, text)


@pytest.mark.parametrize("text", NO_PINYIN)
def test_other_words_in_brackets_pass(text):
    assert not list(leftovers.find_pinyin(text))


SEEDS = [*PHONES, *IDENTITIES, *[t for texts in RESIDUE.values() for t in texts], *SPAM, *PINYIN, *LOOK_ALIKE]


@settings(max_examples=300)
@given(
    st.lists(st.one_of(st.sampled_from(SEEDS), st.text(HAN, max_size=6), st.text(max_size=4)), max_size=5).map("".join)
)
def test_no_text_breaks_a_finder_and_no_pattern_misses_what_it_finds(text):
    checks = [
        (private.PHONE_PATTERN, list(private.find_phones(text))),
        (private.IDENTITY_PATTERN, list(private.find_identities(text))),
        (leftovers.RESIDUE_PATTERN, list(leftovers.find_residue(text))),
        (leftovers.SPAM_PATTERN, leftovers.find_spam(text)),
        (leftovers.PINYIN_PATTERN, list(leftovers.find_pinyin(text))),
    ]
    for pattern, found in checks:
        if found:
            assert re2.search(pattern, text)
    assert len(private.masked(text)) == len(text)
    leftovers.cleaned(text)


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def rules_of(small, text: str, name: str = "shi", only=True) -> list[str]:
    path = small / "catalogue" / "service" / f"{name}.yml"
    path.write_text(text + SOURCE, "utf-8")
    return [p.rule for p in check_catalogue(small, today=TODAY, only=[path] if only else ()).problems]


@pytest.mark.parametrize(
    "title",
    ["科技小院", "示范基地", "培训培训", "农业技术培训", "科技小院二", "Tea oil", "Services", "Example Province"],
)
def test_a_title_that_is_only_a_category(small, title):
    assert rules_of(small, f"title: {title}\n") == ["title-only-category"]


@pytest.mark.parametrize("title", ["甲县科技小院", "油茶技术培训", "示例科技小院", "科技小院在甲县", "农业农村局"])
def test_a_title_that_names_something(small, title):
    assert rules_of(small, f"title: {title}\n") == []


def test_generic_words_are_in_no_name_of_a_type_alone():
    assert names.GENERIC.count("||") == 0


@pytest.mark.parametrize(
    ("title", "summary", "repeats"),
    [
        ("示例：甲县油茶培训", "示例：甲县油茶培训", True),
        ("示例：甲县油茶培训", "甲县的油茶培训。", True),
        ("示例：甲县油茶培训", "油茶培训（甲县）", True),
        ("示例：甲县油茶培训", "这是甲县的一个油茶培训。", True),
        ("示例：甲县油茶培训", "示例学会到甲县讲油茶修剪。", False),
        ("示例：甲县油茶培训", "讲修剪和施肥。", False),
        ("示例：甲县油茶培训", "甲县油茶培训，2022 年。", False),
    ],
)
def test_a_summary_that_repeats_the_title(small, title, summary, repeats):
    found = rules_of(small, f"title: {title}\nsummary: {summary}\n")
    assert found == (["summary-repeats-title"] if repeats else [])


# ── Dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("verified_on", "2026-11-22", ""),
        ("verified_on", "2026-11-23", ""),  # it may be tomorrow already in the east
        ("verified_on", "2026-11-24", "future-date"),
        ("verified_on", "2016-11-26", ""),
        ("verified_on", "2016-11-20", "verified-long-ago"),
        ("source_date", "2026", ""),
        ("source_date", "2026-11", ""),
        ("source_date", "2026-12", "future-source-date"),
        ("source_date", "2027", "future-source-date"),
        ("source_date", "2026-11-30", "future-source-date"),
    ],
)
def test_dates(small, field, value, rule):
    assert rules_of(small, f"title: 示例：有日期的\n{field}: {value}\n") == ([rule] if rule else [])


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────

LIVE = [
    *("../service/youcha-peixun.html", "youcha-peixun.html", "/service/youcha-peixun.html#a", "../index.html", "/"),
    *("../region/990121.html", "../industry/index.html", "../service/index.html", "../service/2.html", "#a", "?q=1"),
    *(
        "../search.html?q=a",
        "https://kezhu.example/x",
        "mailto:a@kezhu.example",
        "//kezhu.example/x",
        "../guide/a.html",
    ),
    *("../service/industry/youcha.html", "../organisation/shili-xuehui.html", "shi.html"),
]
DEAD = {
    "../service/youcha-peixum.html": "../service/youcha-peixun.html",
    "service/youcha-peixun.html": "../service/youcha-peixun.html",
    "service/youcha-peixun": "../service/youcha-peixun.html",
    "/service/youcha-peixun": "../service/youcha-peixun.html",
    "youcha-peixun.yml": "../service/youcha-peixun.html",
    "../organisation/shili-xuehui": "../organisation/shili-xuehui.html",
    "../region/甲县.html": "../region/990121.html",
    "../region/990129.html": "../region/990122.html",
    "www.kezhu.example/x": "https://www.kezhu.example/x",
    "kezhu.cn/x": "https://kezhu.cn/x",
    "../nothing/x.html": "",
    "../../secret.html": "",
    "file.pdf": "",
}


@pytest.mark.parametrize("link", LIVE)
def test_links_that_lead_somewhere(small, link):
    assert rules_of(small, f"title: 示例：链接\nbody: '[x]({link})'\n") == []


@pytest.mark.parametrize("link", DEAD)
def test_links_that_lead_nowhere(small, link):
    path = small / "catalogue" / "service" / "shi.yml"
    path.write_text(f"title: 示例：链接\nbody: '[x]({link})'\n{SOURCE}", "utf-8")
    [problem] = check_catalogue(small, today=TODAY, only=[path]).problems
    assert problem.rule == "dead-link"
    near = problem.params["suggestions"]
    assert near == ([DEAD[link]] if DEAD[link] and link != "../region/990129.html" else near)
    assert bool(near) == bool(DEAD[link])


def test_a_reference_definition_is_a_link_too():
    assert [found["def"] for found in links.LINK.finditer("[x][1]\n\n[1]: ../service/a.html")] == ["../service/a.html"]


# ── The same thing twice ─────────────────────────────────────────────────────────────────────────────────────────────

FIRST = ("示例：甲县油茶示范园", "990121", "youcha")
TWICE = [
    ("示例：甲县油茶示范园", "990121", "youcha"),
    ("示例甲县油茶示范园", "990121", "youcha"),
    ("示例省甲县油茶示范园", "990121", "youcha"),
    ("示例省示例市甲县油茶示范园。", "990121", ""),
    ("示例：甲县的油茶示范园", "990100", "youcha"),
    ("示例：甲县油茶⽰范园", "990121", "youcha"),
    ("示例：甲油茶示范园", "甲县", "youcha"),
    ("示例：甲区油茶示范园", "990121", "youcha"),  # a county that became a district
]
NOT_TWICE = [
    ("示例：甲县油茶示范园二", "990121", "youcha"),
    ("示例：甲县油桐示范园", "990121", "youcha"),
    ("示例：甲县北油茶示范园", "990121", "youcha"),
    ("示例：甲县油茶示范园", "990122", "youcha"),
    ("示例：甲县油茶示范园", "990121", "ganshu"),
    ("示例：甲县油茶示范园2022", "990121", "youcha"),
]


def two_rows(small, second, first=FIRST):
    head = "id,title,region,industry,source_publisher,source_title\n"
    rows = "".join(f"r-{i},{','.join(row)},示例学会,示例通知\n" for i, row in enumerate([first, second]))
    (small / "catalogue" / "service.csv").write_text(head + rows, "utf-8")
    return check_catalogue(small, today=TODAY).problems


@pytest.mark.parametrize("second", TWICE)
def test_the_same_thing_under_almost_one_name(small, second):
    [problem] = [p for p in two_rows(small, second) if p.rule != "look-alike"]
    assert (problem.rule, problem.line) == ("near-duplicate-title", 3)
    assert problem.params["other"] == "service/r-0" and problem.params["title"] == FIRST[0]


@pytest.mark.parametrize("second", NOT_TWICE)
def test_different_things_under_almost_one_name(small, second):
    assert two_rows(small, second) == ()


def test_without_places_the_name_has_to_say_the_same_one(small):
    first = ("示例省农业科学研究所", "", "")
    assert two_rows(small, ("示例市农业科学研究所", "", ""), first) == ()
    assert len(two_rows(small, ("示例省 农业科学研究所", "", ""), first)) == 1


def test_a_place_in_front_of_a_name_may_be_the_name(small):
    first = ("示例省农业科学研究所", "990000", "")
    assert two_rows(small, ("示例市农业科学研究所", "990100", ""), first) == ()


@pytest.mark.parametrize("only", [True, False])
def test_a_new_file_is_held_against_the_whole_catalogue(small, only):
    text = "title: 示例省油茶的培训\nregion: [甲县]\n"
    assert rules_of(small, text, name="zai", only=only) == ["near-duplicate-title"]


def test_what_is_kept_of_each_record_is_little(project):
    rule = NearDuplicateTitle(Scene(project.types, project.vocabularies, TODAY, Nothing()))
    place = type("Place", (), {"locate": lambda *_: Position()})()
    count = 20_000
    for i in range(count):
        values = {"title": f"示例：第{i}次培训", "region": ["990121"], "industry": ["youcha"]}
        list(rule.see(RawRecord("service", f"r-{i}", values, "x.csv", place)))
    assert list(rule.finish()) == []
    held = sum(map(sys.getsizeof, (rule.ids, rule.keys, rule.facts, *rule.ids))) + len(rule.again) * 500
    assert held / count <= 100


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_warning_says_how_to_accept_it_or_what_to_do():
    for lang in ("zh", "en"):
        words = Words(lang)
        for name in set(WARNINGS) - {"verified-long-ago"}:  # nobody accepts that: one asks
            assert "catalogue/accepted.csv" in words(f"hint.{name}"), name


def test_advice_waits_until_the_errors_are_mended(small):
    assert rules_of(small, "title: 科技小院\nlevel: 镇\n") == ["not-in-list"]
    assert rules_of(small, "title: 科技小院\n") == ["title-only-category"]


HANG = 60  # seconds; time that grows with the square would be minutes. No measure of speed: machines are shared
HOSTILE = {
    "brackets": "[" * 100_000 + "](x)",
    "definitions": "[\n" * 80_000 + "](x) [1]:",
    "links": "[x](a)" * 30_000,
    "spaces": "柑橘（" + " " * 200_000 + "（gān",
    "letters": "柑橘（gān " + "an" * 100_000 + "x）",
    "syllables": "柑橘（gān " + "an" * 30 + "x）",
    "account": "微信" + " " * 100_000 + "加微信" + " " * 100_000,
    "tables": "|" + "油  茶|" * 50_000,
    "tags": "<p" + " " * 200_000 + "<p " * 50_000,
    "phones": "13800138000，" * 15_000,
    "places": "北京" * 60_000,
    "small places": "示例省" * 60_000,
    "digits": "1" * 200_000 + " 1 3" * 50_000,
    "marks": "修[1](" * 40_000,
    "look-alikes": "⽔А" * 30_000,
    "baits": "博彩" * 80_000 + "www.",
    "pages": "上一页" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_keeps_a_rule_busy(project, name):
    place = type("Place", (), {"locate": lambda *_, **__: Position()})()
    values = {"title": HOSTILE[name], "summary": HOSTILE[name], "body": HOSTILE[name]}
    record = RawRecord("service", "x", values, "x.yml", place)
    runner = Runner(Scene(project.types, project.vocabularies, TODAY, Nothing()))
    problems = []
    start = time.process_time()
    runner.see(Several([record]), [HOSTILE[name] + "](" + "\n".join(SEEDS)], problems)
    for problem in problems:
        report.message(problem, Words("zh"))
    assert time.process_time() - start < HANG


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["title", "summary", "source_date", "verified_on", "region", "industry", "body", "source_title"]
        ),
        st.recursive(
            st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        ),
        max_size=5,
    )
)
def test_no_value_of_any_shape_breaks_a_rule(project, values):
    place = type("Place", (), {"locate": lambda *_, **__: Position()})()
    record = RawRecord("service", "x", values, "x.yml", place)
    for partial in (False, True):
        runner = Runner(Scene(project.types, project.vocabularies, TODAY, Nothing(), partial=partial))
        quality = {rule.check for rule in RULES.values() if rule.stage == "quality"}
        runner.seers = [seer for seer in runner.seers if type(seer) in quality]
        problems = []
        runner.see(Several([record, record]), ["\n".join(SEEDS)] * 2, problems)
        problems += runner.finish()
        for problem in problems:
            assert report.message(problem, Words("zh"))

"""Pages of a small catalogue made by hand; everything in it is an invented example."""

import posixpath
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urldefrag, urlsplit

import pytest
from jinja2 import UndefinedError

from generator.facets import slug_of
from generator.join import join_catalogue
from generator.load import make_vocabulary
from generator.markup import clauses, make_markdown, num, safe_url, tel
from generator.model import (
    Facet,
    FieldSpec,
    KezhuError,
    Portal,
    Position,
    RawRecord,
    RecordType,
    Term,
)
from generator.render import Job, Renderer
from generator.styles import iter_rules, load_styles, prune
from generator.views import pager, share_of
from generator.words import Words

ROOT = Path(__file__).parent.parent
ASSETS = [ROOT / "site_overrides" / "assets"]
TODAY = date(2026, 11, 22)
EVIL = '<script>alert("示例")</script>'
MANY = 65  # records: three pages of a list


class Nowhere:
    def locate(self, *_, **__):
        return Position()


def spec(name, kind="text", title="", **more):
    return FieldSpec(name, kind, {"": title or name}, {}, **more)


COMMON = [
    spec("title", title="名称", required=True),
    spec("summary", title="一句话"),
    spec("region", "term", "地方", many=True, vocabulary="region"),
    spec("industry", "term", "产业", many=True, vocabulary="industry"),
    spec("source_publisher"),
    spec("source_title"),
    spec("source_date", "date"),
    spec("source_url", "url"),
    spec("confidence", "term", vocabulary="confidence"),
    spec("verified_on", "date"),
]


def make_type(name, fields, **more):
    every = (*COMMON, *fields)
    return RecordType(
        name,
        {"": f"示例{name}", "en": f"Example {name}"},
        {"": "示例类别"},
        every,
        f"catalogue/schemas/{name}.yml",
        {},
        seal="例",
        by_name=MappingProxyType({field.name: field for field in every}),
        **more,
    )


def make_words(name, rows, **settings):
    terms = {row[0]: Term(name, *row[:3], **(row[3] if len(row) > 3 else {})) for row in rows}
    return make_vocabulary(name, terms, settings, f"catalogue/vocabularies/{name}.csv")


def make_catalogue(tiles=True, language="zh", **settings):
    plot = {"attributes": {"row": "1", "col": "2", "short": "示例"}} if tiles else {}
    words = {
        "region": make_words(
            "region",
            [
                ("990000", "示例省", "", plot),
                ("990100", "示例市", "990000"),
                ("990121", "甲县", "990100", {"aliases": ("甲地",), "ambiguous": ("甲地",)}),
                ("990122", "乙县", "990100"),
            ],
            title="地方",
            pages="true",
        ),
        "industry": make_words(
            "industry", [("liang", "粮食", ""), ("dao", "水稻", "liang")], title="产业", pages="true"
        ),
        "confidence": make_words("confidence", [("high", "示例：高", "")], title="可信度"),
    }
    row = (spec("what", title="看什么"), spec("value", "integer", "多少"))
    task = (spec("id"), spec("title", title="任务"), spec("text", title="内容"))
    types = {
        "thing": make_type(
            "thing",
            [
                spec("year", "integer", "年份"),
                spec("phone", "phone", "电话"),
                spec("site", "url", "网址"),
                spec("open", "boolean", "开放"),
                spec("figures", "object", "数字", many=True, fields=row),
                spec("serves", "reference", "落实", many=True, reference="plan", part="tasks"),
                spec("body", "markdown", "正文"),
            ],
            facets=(Facet("region", 0), Facet("industry"), Facet("year")),
            card=("summary", "year"),
            units={"": "件"},
        ),
        "plan": make_type("plan", [spec("tasks", "object", "要点", many=True, fields=task)]),
        "empty": make_type("empty", []),
    }
    raw = [
        RawRecord(
            "thing",
            f"shili-{n}",
            {
                "title": f"示例 {n}",
                "region": ["990121" if n % 2 else "990122"],
                "industry": ["dao"],
                "year": str(2020 + n % 3),
                "source_date": f"2025-{n % 12 + 1:02}",
                "confidence": "high",
            },
            "",
            Nowhere(),
        )
        for n in range(MANY)
    ]
    raw.append(
        RawRecord(
            "thing",
            "quan",
            {
                "title": EVIL,
                "summary": f"示例{EVIL}",
                "region": ["990000"],
                "phone": "010-12345678",
                "site": "javascript:alert(1)",
                "open": "true",
                "figures": [{"what": EVIL, "value": "4878"}],
                "serves": ["jihua#yi", "jihua"],
                "body": f"# 示例\n\n**“引号”**的 {EVIL}",
                "source_url": "https://example.org/?a=1&b=2",
                "verified_on": "2026-01-31",
            },
            "",
            Nowhere(),
        )
    )
    tasks = [{"id": "yi", "title": "示例一"}, {"id": "er", "title": "示例二", "text": "内容"}]
    raw.append(RawRecord("plan", "jihua", {"title": "示例计划", "tasks": tasks}, "", Nowhere()))
    contact = {"region": "990000", "title": "示例热线", "phone": "12316", "record": "thing/quan"}
    portal = Portal(
        "示例目录",
        language,
        {
            "name": "示例目录",
            "address": "https://kezhu.example/sub/",
            "compiled": "2026-01-31",
            "nav": ["thing", {"to": "region", "title": "我的县"}],
            "submit": "guide/submit.html",
            "report": "guide/report.html",
            "contacts": [contact],
            **settings,
        },
    )
    return join_catalogue(portal, types, words, raw)


def make_renderer(catalogue=None, lang="zh", templates=()):
    return Renderer(catalogue or make_catalogue(), [*templates, ROOT / "templates"], ASSETS, lang, TODAY)


@pytest.fixture(scope="module")
def site():
    renderer = make_renderer()
    return {page.path: page.content.decode() for page in map(renderer.render, renderer.jobs())}


def main_of(html):
    return re.search(r"<main.*</main>", html, re.S)[0]


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.ids = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "action") and tag != "base":
                self.found.append(value)
            if name == "id":
                self.ids.add(value)


# ── Text ──


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,x)",
        "[x](//evil.example/)",
        "[x](/\\evil.example/)",
        "[x](\\\\evil.example/)",
        "[x](https:evil.example)",
        "[x](https://user@evil.example/)",
        "[x](vbscript:x)",
        "![x](https://evil.example/x.png)",
        '<img src="https://evil.example/x.png" onerror="alert(1)">',
        '<a href="https://evil.example/" onclick="alert(1)">x</a>',
        "<script>alert(1)</script>",
        "<https://evil.example/\"onmouseover='alert(1)'>",
    ],
)
def test_markdown_leaves_nothing_that_acts_or_calls_another_host(text):
    html = make_markdown()(text)
    assert not re.search(r"<(script|img|iframe|style|svg)|<[^>]*\son\w+=|<[^>]*evil", html), html


def test_markdown_keeps_what_people_write():
    html = make_markdown()(
        "# 头\n\n### 小\n\n**“引号”**的 ~~旧~~\n\n|甲|乙|\n|-|-|\n|1|2|\n\n[远](https://example.org/)，[近](../a.html)"
    )
    assert "<h3>头</h3>" in html and "<h5>小</h5>" in html
    assert "<strong>“引号”</strong>的" in html and "<del>旧</del>" in html and "<td>1</td>" in html
    assert '<a href="https://example.org/" rel="nofollow noopener">' in html and '<a href="../a.html"' in html


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("https://example.org/a?b=1#c", True),
        ("http://例子.中国/", True),
        ("https://example.org:8443/", True),
        ("javascript:alert(1)", False),
        ("//example.org/", False),
        ("https:///path", False),
        ("https://", False),
        ("http://a b/", False),
        ("https://user:pw@example.org/", False),
        ("https://example.org\\@evil.example/", False),
        ("https://example.org:port/", False),
        ("http://[::1", False),
        ("ftp://example.org/", False),
        ("", False),
    ],
)
def test_only_web_addresses_with_a_host_become_links(text, ok):
    assert safe_url(text) == (text if ok else "")


@pytest.mark.parametrize(
    ("text", "dial"),
    [
        ("12316", "12316"),
        ("010-12345678", "01012345678"),
        ("(0879) 722 1234", "08797221234"),
        ("+86 10 12345678", "+861012345678"),
        ("县科协（电话没有公布）", ""),
        ("12", ""),
        ("1234567890123456", ""),
        ("010-12345678 转 8", ""),
    ],
)
def test_only_telephone_numbers_can_be_dialled(text, dial):
    assert tel(text) == dial


def test_small_filters():
    assert (num("4878"), num(-1234567), num("约 1,500"), num("2022-07")) == (
        "4,878",
        "-1,234,567",
        "约 1,500",
        "2022-07",
    )
    assert clauses("甲<b>，乙：丙") == "<span>甲&lt;b&gt;，</span><span>乙：</span><span>丙</span>"
    assert clauses("一个词") == "一个词"
    assert slug_of("2022-07") == "2022-07"
    assert re.fullmatch(r"[0-9a-f]{8}", slug_of("国家级")) and slug_of("a/b") != slug_of("a b")


def test_styles_are_split_and_pruned():
    parts = load_styles(
        "/* @part base */\n.a { color: red; }\n/* @part more (why) */ .b, .c > i{x:y}@media(a){.d{x:y}}"
    )
    assert parts == {"base": ".a{color: red}", "more": ".b,.c > i{x:y}@media(a){.d{x:y}}"}
    assert list(iter_rules("a{b}@media x{c{d}e{f}}")) == [("a", "b"), ("@media x", "c{d}e{f}")]
    assert prune(parts["more"], frozenset("c")) == ".c > i{x:y}"
    assert prune("p{x:y}html:has(#e:checked) .z{x:y}", frozenset()) == "p{x:y}"


# ── The plan ──


def test_jobs_are_all_pages_once_and_in_a_fixed_order(site):
    renderer = make_renderer()
    jobs = renderer.jobs()
    assert jobs == make_renderer().jobs()
    assert sorted(renderer.address(job) for job in jobs) == sorted(site)
    assert {"index.html", "thing/index.html", "thing/3.html", "thing/quan.html", "empty/index.html"} <= set(site)
    assert {"thing/region/990000.html", "thing/region/990000-3.html", "thing/year/2021.html"} <= set(site)
    assert {"region/index.html", "region/990121.html", "industry/dao.html", "search.html", "404.html"} <= set(site)
    assert {"robots.txt", "sitemap.xml", "icon.svg"} <= set(site)
    assert "thing/region/990121.html" not in site  # level 0 is the topmost term
    assert not any(path.startswith("confidence/") for path in site)


def test_two_pages_at_one_address_are_refused():
    catalogue = make_catalogue()
    catalogue.vocabularies["industry"].terms["liang"]  # a term may not be called like a page of a list
    words = make_words("industry", [("index", "示例", "")], title="产业", pages="true")
    broken = join_catalogue(catalogue.portal, catalogue.types, {**catalogue.vocabularies, "industry": words}, [])
    with pytest.raises(KezhuError, match=r"industry/index\.html"):
        make_renderer(broken).jobs()


def test_lists_hold_thirty_and_facets_count(site):
    cards = [site[f"thing/{name}.html"].count('<li class="card') for name in ("index", 2, 3)]
    assert cards == [30, 30, 6]
    first = main_of(site["thing/index.html"])
    assert 'rel="next" href="../thing/2.html"' in first and 'rel="prev"' not in first
    assert 'rel="next"' not in site["thing/3.html"]
    assert '<a href="../thing/year/2020.html">2020 22</a>' in first
    chosen = main_of(site["thing/year/2020.html"])
    assert 'aria-current="true" href="../../thing/year/2020.html"' in chosen
    assert 'href="../../thing/index.html" aria-label="去掉2020"' in chosen


def test_an_empty_list_says_how_to_add(site):
    page = main_of(site["empty/index.html"])
    assert "目录里还没有示例empty" in page and 'href="../guide/submit.html"' in page


@pytest.mark.parametrize(
    ("page", "pages", "near", "every"),
    [
        (1, 1, None, 0),
        (2, 3, [1, 2, 3], 0),
        (50, 163, [1, 48, 49, 50, 51, 52, 163], 163),
        (1, 450, [1, 2, 3, 450], 150),
    ],
)
def test_pager(page, pages, near, every):
    got = pager(page, pages, str)
    assert (got and [n for n, _ in got["near"]]) == near
    assert not got or len(got["all"]) == every
    assert not got or (got["previous"], got["next"]) == (
        str(page - 1) if page > 1 else "",
        str(page + 1) if page < pages else "",
    )


# ── Pages ──


def test_what_a_record_says_is_text(site):
    assert all("<script>alert(" not in page for page in site.values())
    page = site["thing/quan.html"]
    assert "&lt;script&gt;" in page
    assert "javascript:alert(1)" in page and 'href="javascript' not in page
    assert 'href="https://example.org/?a=1&amp;b=2"' in page
    assert 'href="tel:01012345678"' in page


def test_a_record_shows_its_fields_parts_and_sources(site):
    page = main_of(site["thing/quan.html"])
    assert '<td data-l="多少"' in page and "4878" in page
    assert '示例计划：</span><a class="go" href="../plan/jihua.html#yi">示例一</a>' in page
    assert 'href="../plan/jihua.html">示例计划</a>' in page
    assert "2026-01-31 已核实" in page
    plan = main_of(site["plan/jihua.html"])
    assert 'id="yi"' in plan and 'href="../thing/quan.html"' in plan  # the part, and the record that names it
    assert "尚未逐条核实" in plan and "还没有人核实" in plan


def test_related_records_follow_the_record_and_are_bounded():
    renderer = make_renderer()
    record = renderer.catalogue.records["thing/shili-3"]
    groups = renderer.related(record)
    found = [each.key for group in groups for each in group["records"]]
    assert len(found) == len(set(found)) == 5 and record.key not in found
    assert groups[0]["term"].id == "990121"


def test_backlinks_are_bounded_and_the_rest_is_counted():
    catalogue = make_catalogue()
    raw = [
        RawRecord("thing", f"lian-{n}", {"title": f"示例 {n}", "serves": ["jihua#er"]}, "", Nowhere())
        for n in range(45)
    ]
    raw.append(RawRecord("plan", "jihua", dict(catalogue.records["plan/jihua"].values), "", Nowhere()))
    renderer = make_renderer(join_catalogue(catalogue.portal, catalogue.types, catalogue.vocabularies, raw))
    [group] = renderer.named_by(renderer.catalogue.records["plan/jihua"])
    assert (len(group["records"]), group["hidden"]) == (30, 15)
    assert "还有 15 条" in renderer.render(Job("record", "plan/jihua")).content.decode()


def test_a_term_page_links_every_record_of_its_own(site):
    page = site["region/990121.html"]
    for n in range(1, MANY, 2):
        assert f'href="../thing/shili-{n}.html"' in page
    assert 'href="tel:12316"' in page  # the province's contact, backed by a record
    assert "“甲地”有时指别的东西" in page
    assert "示例empty" not in main_of(site["region/990121.html"])  # not divided by place, so not missed there
    above = main_of(site["region/990000.html"])
    assert 'href="990121.html"' in above and 'href="990100.html"' in above


def test_home_counts_honestly(site):
    page = main_of(site["index.html"])
    assert "67 条里，有人逐条核实过的：1 条" in page
    assert '<b class="n">2</b>个县级单位有记录' in page
    assert "--a:1/2;--f:100%" in page
    assert page.count("的消息") == 2  # the latest, and at most two from one source


def test_sections_appear_only_when_there_is_something_to_show():
    catalogue = make_catalogue(tiles=False, contacts=[])
    empty = join_catalogue(catalogue.portal, catalogue.types, catalogue.vocabularies, [])
    page = main_of(make_renderer(empty).render(Job("home")).content.decode())
    assert 'class="provs"' not in page and "新收录" not in page and "逐条核实还没有开始：0 条" in page


def test_pages_do_not_change_with_the_day():
    catalogue = make_catalogue()
    later = Renderer(catalogue, [ROOT / "templates"], ASSETS, "zh", date(2030, 1, 1))
    now = make_renderer(catalogue)
    assert [later.render(job) for job in later.jobs()] == [now.render(job) for job in now.jobs()]


def test_links_are_relative_and_lead_somewhere(site):
    ids = {path: Links(html).ids for path, html in site.items() if path.endswith(".html")}
    for path, html in site.items():
        if not path.endswith(".html"):
            continue
        for href in Links(html).found:
            address, anchor = urldefrag(href)
            if urlsplit(href).scheme in ("https", "tel", "data"):  # the last holds what it leads to
                continue
            if path == "404.html" and address:
                assert address.startswith("/sub/"), href
                address = address.removeprefix("/sub/")
            else:
                assert not address.startswith("/"), (path, href)
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), address.split("?")[0])) if address else path
            )
            if target.startswith("guide/") or target in ("search.js", "search-ahead.js"):
                continue  # made by others
            assert target in site, (path, href)
            assert not anchor or anchor in ids[target], (path, href)


def test_every_record_is_three_clicks_away(site):
    seen, edge = {"index.html"}, {"index.html"}
    for _ in range(3):
        edge = {
            posixpath.normpath(posixpath.join(posixpath.dirname(path), urldefrag(href)[0]))
            for path in edge
            for href in Links(site[path]).found
        } & set(site) - seen
        seen |= edge
    assert {path for path in site if path.startswith(("thing/", "plan/"))} <= seen


def test_every_page_has_the_shell(site):
    for path, html in site.items():
        if path.endswith(".html"):
            assert html.startswith('<!doctype html><html lang="zh-CN">'), path
            assert html.count("<h1") == 1, path
            assert 'id="elder"' in html and 'id="theme"' in html and 'class="skip"' in html, path
            assert "备案号" not in html
            scripts = re.findall(r"<script(?! src| type)[^>]*>(.*?)</script>", html, re.S)
            assert sum(len(script) for script in scripts) <= 2048
            sections = re.findall(r'<a[^>]*href="([^"]*)"[^>]*aria-current', html.partition("</nav>")[0])
            assert len(sections) == (path.split("/")[0] in ("thing", "region") and "/" in path), path


def test_search_has_what_its_script_looks_for(site):
    page = site["search.html"]
    assert {"q", "results", "facets", "say"} <= Links(page).ids
    assert (
        'role="search"' in page and '<script src="search.js" type="module"></script>' in page and "<noscript>" in page
    )
    assert "search-words" not in page  # the script brings its words along


def test_sitemap_names_every_page(site):
    places = re.findall(r"<loc>(.*?)</loc>", site["sitemap.xml"])
    assert "https://kezhu.example/sub/thing/quan.html" in places
    assert len(places) == sum(path.endswith(".html") for path in site) - 1  # all but the page for missing pages
    assert "Sitemap: https://kezhu.example/sub/sitemap.xml" in site["robots.txt"]


def test_a_large_sitemap_is_split(monkeypatch):
    monkeypatch.setattr("generator.render.SITEMAP", 40)
    renderer = make_renderer()
    pages = {job.c: renderer.render(job).content.decode() for job in renderer.jobs() if job.kind == "sitemap"}
    assert len(pages) > 3 and "sitemap-2.xml" in pages[0] and "<sitemapindex" in pages[0]
    assert all(pages[n].count("<loc>") <= 40 for n in pages if n)


def test_no_address_no_sitemap():
    renderer = make_renderer(make_catalogue(address=""))
    assert not any(job.kind == "sitemap" for job in renderer.jobs())
    assert 'href="/index.html"' in renderer.render(Job("missing")).content.decode()


def test_english_is_complete():
    renderer = make_renderer(make_catalogue(language="en"), "en")
    pages = [renderer.render(job) for job in renderer.jobs()]
    assert b'<html lang="en">' in pages[0].content
    assert "Find by " in pages[0].content.decode()


# ── Templates and words ──


def test_an_own_template_comes_first_and_unknown_names_are_errors(tmp_path):
    (tmp_path / "record").mkdir()
    own = tmp_path / "record" / "plan.html"
    own.write_text('{% extends "base.html" %}{% block main %}<p>{{ record.title }}</p>{% endblock %}', "utf-8")
    assert (
        b"<p>\xe7\xa4\xba\xe4\xbe\x8b"
        in make_renderer(templates=[tmp_path]).render(Job("record", "plan/jihua")).content
    )
    own.write_text("\n\n{{ recrod.title }}", "utf-8")
    with pytest.raises(UndefinedError, match="recrod"):
        make_renderer(templates=[tmp_path]).render(Job("record", "plan/jihua"))


def test_a_part_that_the_style_sheet_lacks_is_an_error(tmp_path):
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "plan.html").write_text('{% set parts = "nope" %}{% extends "base.html" %}', "utf-8")
    with pytest.raises(KezhuError, match="nope"):
        make_renderer(templates=[tmp_path]).render(Job("record", "plan/jihua"))


def test_nav_names_what_is_there():
    with pytest.raises(KezhuError, match="nope"):
        make_renderer(make_catalogue(nav=["nope"]))


def test_page_words_are_used_and_the_same_in_both_languages():
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "generator").glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    used = set(re.findall(r"""["'](page\.[a-z][a-z0-9.-]*[a-z0-9])["']""", text))
    for stem in re.findall(r"""["'](page\.[a-z.-]+\.)["'] ~""", text):
        used |= set(Words("zh").keys(stem))
    chinese, english = Words("zh"), Words("en")
    assert used == set(chinese.keys("page.")) == set(english.keys("page."))
    for key in used:
        assert set(re.findall(r"\{\w+\}", chinese(key))) >= set(re.findall(r"\{\w+\}", english(key))), key


@pytest.mark.parametrize(
    ("sizes", "share"), [([], 24), ([7], 24), ([12, 12], 24), ([30, 1, 1], 22), ([2] * 17, 1), ([5] * 40, 1)]
)
def test_groups_share_the_cards_of_a_page(sizes, share):
    assert share_of(24, sizes) == share

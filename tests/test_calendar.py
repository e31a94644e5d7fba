"""The calendar: what is ahead and what was, files for telephones both ways, the farming year, and no invented day."""

import gzip
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, serve
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar as Parsed
from icalendar import vDuration, vText
from test_budgets import LIST, MEASURE, NODES, Outline, targets

from generator.agenda import MOST, PER_PAGE, Calendar
from generator.build import SECTIONS
from generator.checkup import check_catalogue
from generator.days import Sayer, read_when, yearly_months
from generator.ics import Event, plain, write_calendar
from generator.load import load_type
from generator.model import KezhuError
from generator.render import Renderer
from generator.words import Words

HERE = Path(__file__).parent
ROOT = HERE.parent
TODAY = date(2026, 11, 22)

# ── Times ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("starts", "ends", "zh", "en", "exact", "months"),
    [
        ("2026-12-03", "", "2026年12月3日周四", "Thu, 3 Dec 2026", True, ["2026-12"]),
        ("2026-12-03", "2026-12-05", "2026年12月3日至5日", "3–5 Dec 2026", True, ["2026-12"]),
        (
            "2026-12-30",
            "2027-01-02",
            "2026年12月30日至2027年1月2日",
            "30 Dec 2026 – 2 Jan 2027",
            True,
            ["2026-12", "2027-01"],
        ),
        ("2024-05", "", "2024年5月（没写哪天）", "May 2024 (day not given)", False, ["2024-05"]),
        (
            "2024-05",
            "2024-07",
            "2024年5月至7月（没写哪天）",
            "May – Jul 2024 (day not given)",
            False,
            ["2024-05", "2024-06", "2024-07"],
        ),
        ("2024", "", "2024年（没写哪天）", "2024 (day not given)", False, []),
        (
            "2024-05-30",
            "2024-06",
            "2024年5月30日周四至2024年6月（没写哪天）",
            "Thu, 30 May 2024 to June 2024 (day not given)",
            False,
            ["2024-05", "2024-06"],
        ),
        ("2024-05-30", "2024-05-01", "2024年5月30日周四", "Thu, 30 May 2024", True, ["2024-05"]),
        (
            "2020-01-01",
            "2024-12-31",
            "2020年1月1日至2024年12月31日",
            "1 Jan 2020 – 31 Dec 2024",
            True,
            ["2020-01", "2024-12"],
        ),
    ],
)
def test_a_time_is_said_as_exactly_as_it_was_written(starts, ends, zh, en, exact, months):
    when = read_when(starts, ends)
    assert (when.exact, list(when.months())) == (exact, months)
    assert Sayer(Words("zh")).when(when) == zh
    assert Sayer(Words("en")).when(when) == en


@pytest.mark.parametrize("text", ["", "明年", "2026-13", "2026-02-30", "26-01-01", "2026-1-1", "0000-01"])
def test_what_is_no_date_is_no_time(text):
    assert read_when(text) is None


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from([0, 4, 7, 10]))
def test_a_time_never_claims_more_than_its_parts(first, last, start, end):
    when = read_when(first.isoformat()[:start], last.isoformat()[:end])
    assert when.first <= when.last and when.first <= first
    assert when.exact == (start == 10 and len(when.ends) in (0, 10))
    assert all(re.fullmatch(r"\d{4}-\d\d", month) for month in when.months())
    assert Sayer(Words("zh")).when(when) and Sayer(Words("en")).when(when)


@pytest.mark.parametrize(
    ("days", "months", "zh", "en"),
    [
        (("04",), (4,), "4月", "April"),
        (("11", "02"), (11, 12, 1, 2), "11月至2月", "November to February"),
        (("03-15", "04-10"), (3, 4), "3月15日至4月10日", "15 Mar to 10 Apr"),
        (("02-29", "02-29"), (2,), "2月29日", "29 Feb"),
        (("04", "04"), (4,), "4月", "April"),
        (("13",), (), "", ""),
        (("春天",), (), "", ""),
        (("03", "秋天"), (), "", ""),
    ],
)
def test_months_of_any_year(days, months, zh, en):
    assert yearly_months(*days) == months
    if months:
        assert Sayer(Words("zh")).yearly(*days) == zh
        assert Sayer(Words("en")).yearly(*days) == en


# ── Calendar files, both ways ────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="\\,;:\"'\r\n\t nN\u2028\u0085\x00\x1b\x7f长😀\u202e=", max_size=120),
    st.sampled_from(
        [
            "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x",
            "a\\nb",
            "\\",
            "\\\\n",
            "长" * 100,
            "x" * 74 + "长",
            "=?utf-8?B?",
        ]
    ),
)
TITLE = HOSTILE.map(lambda text: f"示例{text}")
EVENTS = st.lists(
    st.builds(
        Event,
        uid=st.from_regex(r"[a-z]{1,9}/[a-z0-9-]{1,40}@kezhu\.example", fullmatch=True),
        title=TITLE,
        first=st.dates(),
        last=st.dates(),
        stamp=st.dates(),
        place=HOSTILE,
        text=HOSTILE,
        url=st.sampled_from(["", "https://kezhu.example/a,b;c.html?q=1"]),
        kind=HOSTILE,
    ).filter(lambda event: event.first <= event.last),
    max_size=6,
    unique_by=lambda event: event.uid,
)


@given(TITLE, EVENTS)
def test_what_is_written_is_read_back_and_written_the_same(name, events):
    content = write_calendar(name, events)
    assert content == write_calendar(name, reversed(events))  # in an order of its own
    if not events:
        assert content == b""  # a calendar of nothing is no valid file
        return
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75 and b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert not any(plain(line) != line.strip() for line in content.decode().replace("\r\n", "\n").split("\n"))
    parsed = Parsed.from_ical(content)
    assert parsed.to_ical() == content
    found = {str(event["uid"]): event for event in parsed.events}
    assert found.keys() == {event.uid for event in events}
    for event in events:
        got = found[event.uid]
        assert str(got["summary"]) == " ".join(plain(event.title).split())
        assert str(got.get("location", "")) == plain(event.place)
        assert str(got.get("description", "")) == plain(event.text)
        assert str(got.get("url", "")) == event.url
        assert got["dtstart"].dt == event.first and not isinstance(got["dtstart"].dt, datetime)
        assert got["dtstamp"].dt == datetime(event.stamp.year, event.stamp.month, event.stamp.day, tzinfo=UTC)
        if event.last < date.max:
            assert got["dtend"].dt == event.last + timedelta(days=1)


@pytest.mark.parametrize("name", ["示例县的日历", "示例; 一, 二 \\ 三", "示例，名字很长的一个县" * 9, "示例\n两行"])
def test_the_head_of_a_file_is_as_icalendar_writes_it(name):
    day = date(2026, 11, 22)
    head, begins, _ = write_calendar(name, [Event("a", "示例", day, day, day)]).partition(b"BEGIN:VEVENT")
    theirs, said = Parsed(), vText(" ".join(name.split()))
    for key, value in (("version", "2.0"), ("prodid", "-//Kezhu//Calendar//ZH"), ("calscale", "GREGORIAN")):
        theirs.add(key, value)
    theirs.add("name", said)
    theirs.add("x-wr-calname", said)
    theirs.add("refresh-interval", vDuration(timedelta(days=1)), parameters={"VALUE": "DURATION"})
    theirs.add("x-published-ttl", vDuration(timedelta(days=1)))
    assert begins and head == theirs.to_ical().removesuffix(b"END:VCALENDAR\r\n")


# ── A portal with a calendar ─────────────────────────────────────────────────────────────────────────────────────────

GATHERING = """
title: 集会
en: {title: Gatherings}
description: 示例集会
kezhu:
  seal: 集
  card: [summary, sort]
  calendar:
    - {starts: on_day, ends: until_day, place: where, per: [host]}
    - {list: posts, starts: from, ends: until, place: board}
fields:
  - {name: title, type: string, title: 名称, en: {title: Title}, constraints: {required: true}}
  - {name: summary, type: string, title: 简介, en: {title: Summary}}
  - {name: sort, type: string, title: 哪类, en: {title: Sort}, vocabulary: sort}
  - {name: region, type: array, title: 地方, en: {title: Place}, vocabulary: region}
  - {name: host, type: array, title: 谁办, en: {title: Host}, reference: organisation}
  - {name: on_day, type: string, format: partial-date, title: 哪天, en: {title: On}}
  - {name: until_day, type: string, format: partial-date, title: 到哪天, en: {title: Until}}
  - {name: where, type: string, title: 在哪, en: {title: Where}}
  - name: posts
    type: array
    title: 告示
    en: {title: Notices}
    arrayItem:
      type: object
      fields:
        - {name: sort, type: string, title: 哪级, en: {title: Level}, vocabulary: sort}
        - {name: board, type: string, title: 贴在哪, en: {title: Board}, vocabulary: region}
        - {name: from, type: date, title: 从, en: {title: From}}
        - {name: until, type: date, title: 到, en: {title: Until}}
  - {name: source_publisher, type: string, title: 发布, en: {title: Publisher}}
  - {name: source_date, type: string, format: partial-date, title: 日期, en: {title: Date}}
  - {name: verified_on, type: date, title: 核实, en: {title: Verified}}
"""
TOIL = """
title: 农活
en: {title: Toil}
description: 示例农活
kezhu: {seal: 农, calendar: {starts: starts, ends: ends, yearly: true}}
fields:
  - {name: title, type: string, title: 名称, en: {title: Title}, constraints: {required: true}}
  - {name: region, type: array, title: 地方, en: {title: Place}, vocabulary: region}
  - {name: industry, type: array, title: 产业, en: {title: Industry}, vocabulary: industry}
  - {name: starts, type: string, title: 从几月, en: {title: From}}
  - {name: ends, type: string, title: 到几月, en: {title: Until}}
"""
GATHERINGS = """id,title,summary,sort,region,host,on_day,until_day,where,posts,source_publisher,source_date,verified_on
jinri,示例：今天的培训,示例，讲修剪。,class,990121,shili-xuehui,2026-11-22,,甲镇文化站,,示例社,2026-11-01,2026-11-20
dapengche,示例：大篷车,,visit,990122,,2026-12-03,2026-12-05,,,,,
kuanian,"示例：跨年的, 会; \\",,class,990000,,2026-12-30,2027-01-02,,,,2026-11,
wuyue,示例：五月某天的课,,class,990121,,2026-05,,,,,,
mingnian,示例：明年的课,,,990121,,2027,,,,,,
jinnian,示例：今年不知哪天的课,,,990123,,2026,,,,,,
jiunian,示例：旧年的课,,class,990121,shili-xuehui,2024-05-20,2024-05-22,,,,,
quanguo,示例：全国的会,,,,,2025-01-15,,线上,,,,
gaoshi,示例：贴告示的,,,990121,,,,,class|990121|2026-11-10|2026-11-21;visit||2026-11-20|2026-12-01;class||2026-12-02|,,,
meiri,示例：没有日子的,,,990121,,,,,,,,
"""
TOILS = """id,title,region,industry,starts,ends
caiguo,示例：油茶采果,990121,youcha,10-15,11-05
jianzhi,示例：油茶剪枝,990000,youcha,11,02
shifei,示例：油料施肥,990000,youliao,03,
wagua,示例：甘薯采挖,990122,ganshu,10,11
"""


@dataclass
class Made:
    """A site in memory: what the calendar makes of a root on a day."""

    section: Calendar
    pages: dict[str, bytes] = field(default_factory=dict)

    def text(self, path: str) -> str:
        html = re.sub(r"<(style|script)\b.*?</\1>", "", self.pages[path].decode(), flags=re.S)
        return re.sub(r"<[^>]+>", "\n", html[html.index('<main id="main">') : html.index("</main>")])

    def calendar(self, path: str) -> Parsed:
        return Parsed.from_ical(self.pages[path])


def make(root: Path, today: date = TODAY, lang: str = "zh") -> Made:
    checkup = check_catalogue(root, today=today)
    assert not checkup.failed, checkup.problems
    renderer = Renderer(
        checkup.catalogue, [ROOT / "templates"], [ROOT / "site_overrides/assets"], lang, today, (Calendar,)
    )
    made = Made(renderer.sections[0])
    for job in renderer.jobs():
        if job.kind != "sitemap":
            page = renderer.render(job)
            made.pages[page.path] = page.content
    return made


def fill(root: Path, gatherings: str = GATHERINGS, toils: str = TOILS) -> Path:
    base = root / "catalogue"
    (base / "schemas" / "gathering.yml").write_text(GATHERING, "utf-8")
    (base / "schemas" / "toil.yml").write_text(TOIL, "utf-8")
    (base / "vocabularies" / "sort.csv").write_text("id,title,en\nclass,上课,Class\nvisit,下乡,Visit\n", "utf-8")
    for name, text in (("gathering", gatherings), ("toil", toils)):
        (base / f"{name}.csv").write_text(text, "utf-8")
    return root


def table(like: str, rows: list[str]) -> str:
    """Other rows below the same headings."""
    return "\n".join([like.splitlines()[0], *rows]) + "\n"


@pytest.fixture
def made(small):
    return make(fill(small))


def order(text: str, *titles: str) -> bool:
    """Whether these stand in the text one after the other."""
    return re.search(".*".join(map(re.escape, titles)), text, re.S) is not None


def test_what_is_ahead_stands_first_and_in_order(made):
    text = made.text("calendar/index.html")
    ahead, _, rest = text.partition("哪天还没定")
    assert order(ahead, "接下来", "贴告示的", "今天的培训", "贴告示的", "大篷车", "跨年的")
    assert "2026年11月20日至12月1日" in ahead and "2026年11月10日" not in text  # the first notice was over yesterday
    vague, _, months = rest.partition("按月份看")
    assert order(vague, "今年不知哪天的课", "明年的课")
    assert "五月某天的课" not in text and "旧年的课" not in text  # over
    assert order(months, "2027年", "2026年", "2025年", "2024年")
    assert "上课，示例省 示例市 甲县，甲镇文化站" in text  # what and where


def test_today_changes_only_the_calendar_and_only_when_something_is_over(small):
    fill(small)
    first, same, later = make(small), make(small, TODAY - timedelta(days=1)), make(small, TODAY + timedelta(days=1))
    assert {path for path in first.pages if first.pages[path] != same.pages[path]} == {
        "calendar/index.html",
        "calendar/region/990000.html",
        "calendar/region/990100.html",
        "calendar/region/990121.html",
    }
    changed = {path for path in first.pages if first.pages[path] != later.pages[path]}
    assert changed and all(path.startswith("calendar/") and path.endswith(".html") for path in changed)
    assert b"2026-11-21" not in same.pages["calendar/index.html"]


def test_a_month_holds_what_touches_it_and_says_what_has_no_day(made):
    assert order(made.text("calendar/2026-11.html"), "2026年11月的日历", "贴告示的", "今天的培训")
    assert "跨年的" in made.text("calendar/2026-12.html") and "跨年的" in made.text("calendar/2027-01.html")
    assert "2026年5月（没写哪天）" in made.text("calendar/2026-05.html")
    assert "2026年，没写哪个月" in made.text("calendar/2026.html")
    assert "今年不知哪天的课" in made.text("calendar/2026.html")
    assert "calendar/2024-05.html" in made.pages["calendar/2025-01.html"].decode()  # the month before that has any
    assert not any("没有日子的" in made.text(path) for path in made.pages if path.startswith("calendar/20"))


def test_files_hold_what_has_days_and_nothing_else(made):
    everything = made.calendar("calendar/all.ics")
    titles = [str(event["summary"]) for event in everything.events]
    names = ("旧年的课", "全国的会", "贴告示的", "贴告示的", "今天的培训", "贴告示的", "大篷车", "跨年的, 会; \\")
    assert titles == [f"示例：{name}" for name in names]
    assert "另有 3 项只写到月份或年份" in made.text("calendar/index.html")
    assert "文件里有 8 项" in made.text("calendar/index.html")
    county = {str(event["uid"]) for event in made.calendar("calendar/region/990121.ics").events}
    assert county == {
        "gathering/jinri/on_day@kezhu.example",
        "gathering/jiunian/on_day@kezhu.example",
        *(f"gathering/gaoshi/posts/{n}@kezhu.example" for n in (1, 2, 3)),
    }
    province = {str(event["uid"]) for event in made.calendar("calendar/region/990000.ics").events}
    assert county < province < {str(event["uid"]) for event in everything.events}
    group = made.calendar("calendar/organisation/shili-xuehui.ics")
    assert [str(event["summary"]) for event in group.events] == ["示例：旧年的课", "示例：今天的培训"]
    assert "calendar/region/990123.ics" not in made.pages  # all that is known there is a year
    assert "没有可以存进手机的日历文件" in made.text("calendar/region/990123.html")


def lessons(days: Sequence[date]) -> str:
    """A lesson in the county for each day, numbered from 0."""
    return table(GATHERINGS, [f"ke-{n},示例：第{n}课,,,990121,,{day},,,,,," for n, day in enumerate(days)])


def uids(made: Made, path: str) -> set[int]:
    """The numbers of the lessons that a calendar file holds."""
    return {int(str(event["uid"]).split("/")[1].removeprefix("ke-")) for event in made.calendar(path).events}


def test_a_file_holds_what_is_ahead_and_of_what_is_over_the_last(small):
    before = [TODAY - timedelta(days=n) for n in range(1, 2 * MOST)]
    made = make(fill(small, lessons([*before, TODAY, TODAY + timedelta(days=9)])))
    lately = {*range(MOST - 2), len(before), len(before) + 1}
    assert uids(made, "calendar/all.ics") == uids(made, "calendar/region/990121.ics") == lately
    text = made.text("calendar/index.html")
    assert f"{2 * MOST + 1} 项写明了是哪一天，文件里放 {MOST} 项：还没过去的全在" in text
    assert "到那个地方的网页上" in text
    assert "还没过去的全在" in made.text("calendar/region/990121.html")
    assert "到那个地方的网页上" not in made.text("calendar/region/990121.html")
    assert sum(len(entries) for entries in made.section.diary.by_month.values()) == 2 * MOST + 1  # the pages have all
    later = make(small, TODAY + timedelta(days=30))
    assert later.pages["calendar/all.ics"] == made.pages["calendar/all.ics"]  # whatever day it is


def test_of_too_much_that_is_ahead_a_file_holds_what_is_over_first(small):
    made = make(fill(small, lessons([TODAY + timedelta(days=n - 5) for n in range(2 * MOST)])))
    assert uids(made, "calendar/all.ics") == set(range(5, MOST + 5))
    assert f"{2 * MOST} 项写明了是哪一天，文件里放 {MOST} 项：还没过去的里面" in made.text("calendar/index.html")
    assert "of what is not over yet" in make(small, lang="en").text("calendar/index.html")


def test_no_file_grows_with_the_country(small):
    days = [date(2000, 1, 1) + timedelta(days=n) for n in range(4 * MOST)]
    made = make(fill(small, lessons(days[::4])))
    sizes = {path: len(content) for path, content in made.pages.items() if path.endswith(".ics")}
    many = make(fill(small, lessons(days)))
    for path, size in sizes.items():
        assert len(many.pages[path]) <= size + 4 * MOST, path  # a digit more in id, title and address


def test_an_event_is_dated_by_its_record_and_not_by_the_build(made):
    events = {str(event["uid"]): event for event in made.calendar("calendar/all.ics").events}
    today = events["gathering/jinri/on_day@kezhu.example"]
    assert today["dtstamp"].dt == datetime(2026, 11, 20, tzinfo=UTC)  # verified after it was published
    assert events["gathering/kuanian/on_day@kezhu.example"]["dtstamp"].dt == datetime(2026, 12, 30, tzinfo=UTC)
    assert (today["dtstart"].dt, today["dtend"].dt) == (date(2026, 11, 22), date(2026, 11, 23))
    assert str(today["location"]) == "示例省 示例市 甲县，甲镇文化站"
    assert str(today["description"]) == "示例，讲修剪。\n出处：示例社"
    assert str(today["url"]) == "https://kezhu.example/gathering/jinri.html"
    assert today["categories"].to_ical().decode() == "上课"
    notice = events["gathering/gaoshi/posts/2@kezhu.example"]
    assert notice["categories"].to_ical().decode() == "告示，下乡"


def test_every_file_passes_both_ways(made):
    files = [path for path in made.pages if path.endswith(".ics")]
    assert len(files) == 6
    for path in files:
        parsed = made.calendar(path)
        assert parsed.to_ical() == made.pages[path] and parsed.events
        assert not parsed.errors and not any(event.errors for event in parsed.events)


def test_places_groups_and_lists_lead_to_their_calendars(made):
    county = made.pages["region/990121.html"].decode()
    assert "../calendar/region/990121.html" in county and "今天的培训" in county
    assert order(made.text("region/990121.html"), "2027年", "2026年12月2日", "2026年11月22日")  # newest first
    assert "calendar/organisation/shili-xuehui.html#phone" in made.pages["organisation/shili-xuehui.html"].decode()
    assert "../calendar/index.html" in made.pages["gathering/index.html"].decode()
    assert "../calendar/farming.html" in made.pages["toil/index.html"].decode()
    assert "calendar/index.html" in made.pages["index.html"].decode()  # in the foot
    files = set(made.pages)
    for path, content in made.pages.items():
        if path.endswith(".html") and path != "404.html":
            outline = Outline()
            outline.feed(content.decode())
            missing = {t for t in targets(path, outline) - files if not t.startswith("guide/")}
            assert not {t for t in missing if "calendar" in t}, path
            assert not outline.crossed and not outline.open, path


def test_the_farming_calendar_goes_by_month_crop_and_place(made):
    text = made.text("calendar/farming.html")
    assert order(text, "一共 4 条", "油料施肥", "甘薯采挖", "油茶采果", "油茶剪枝")
    assert "11月至2月" in text and "10月15日至11月5日" in text
    assert {f"calendar/farming/{m:02}.html" for m in (1, 2, 3, 10, 11, 12)} == {
        path for path in made.pages if re.fullmatch(r"calendar/farming/\d\d\.html", path)
    }
    assert order(made.text("calendar/index.html"), "11月的农事", "甘薯采挖", "油茶采果", "油茶剪枝", "按月份看")
    # Of a crop: its own, those of what it is a kind of, never those of its sisters.
    assert order(made.text("calendar/farming/industry/youcha.html"), "油料施肥", "油茶采果", "油茶剪枝")
    assert "甘薯" not in made.text("calendar/farming/industry/youcha.html")
    # Of a county: its own and the province's, never the next county's.
    county = made.text("calendar/farming/region/990121.html")
    assert order(county, "油料施肥", "油茶采果", "油茶剪枝") and "甘薯" not in county
    elsewhere = made.text("region/990123.html")
    assert order(elsewhere, "油料施肥", "油茶剪枝") and "采果" not in elsewhere and "甘薯" not in elsewhere
    assert not any(path.endswith(".ics") and "farming" in path for path in made.pages)


def test_long_lists_are_paged_and_nothing_is_lost(small):
    rows = [f"ke-{n},示例：第{n}课,,,990121,shili-xuehui,2026-12-{n % 28 + 1:02},,,,,," for n in range(100)]
    toils = [f"huo-{n},示例：第{n}活,990121,youcha,03," for n in range(65)]
    made = make(fill(small, table(GATHERINGS, rows), table(TOILS, toils)))
    for name, total, what in [
        ("calendar/index", 100, "gathering/ke-"),
        ("calendar/2026-12", 100, "gathering/ke-"),
        ("calendar/region/990121", 100, "gathering/ke-"),
        ("calendar/organisation/shili-xuehui", 100, "gathering/ke-"),
        ("calendar/farming", 65, "toil/huo-"),
        ("calendar/farming/industry/youcha", 65, "toil/huo-"),
    ]:
        pages = [path for path in made.pages if re.fullmatch(rf"{name}(_\d+)?\.html", path)]
        assert len(pages) == -(-total // PER_PAGE)
        html = "".join(made.pages[path].decode() for path in pages)
        shown = re.findall(rf'href="[./]*({what}\d+)\.html"', html)
        assert len(shown) == len(set(shown)) == total, name
    assert len(made.calendar("calendar/all.ics").events) == 100


def test_an_empty_calendar_says_how_to_add_something(small):
    made = make(fill(small, table(GATHERINGS, []), table(TOILS, [])))
    text = made.text("calendar/index.html")
    assert "日历里还没有内容" in text and "我们不编" in text and "集会" in text
    assert "农事历里还没有内容" in made.text("calendar/farming.html")
    assert not any(path.endswith(".ics") for path in made.pages)
    assert 'id="calendar"' not in made.pages["region/990121.html"].decode()


def test_a_portal_without_dates_has_no_calendar(small):
    made = make(small)
    assert not any(path.startswith("calendar/") for path in made.pages)
    assert "calendar/" not in made.pages["index.html"].decode()


def test_it_is_all_there_in_english(small):
    made = make(fill(small), lang="en")
    own = [path for path in made.pages if path.startswith("calendar/") and path.endswith(".html")]
    assert len(own) > 20
    for path in own:
        text = made.text(path)
        for record in ("示例学会", "示例", "甲镇文化站", "线上"):
            text = text.replace(record, "")
        left = set(re.findall(r"[\u4e00-\u9fff]+", re.sub(r"：.*", "", text)))
        assert not left, path
    assert "2026 (day not given)" in made.text("calendar/2026.html")
    assert "Coming up" in made.text("calendar/index.html")


# ── What a schema may say ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("{starts: tomorrow}", "tomorrow is not among the fields that hold a date"),
        ("{starts: title}", "title is not among the fields that hold a date"),
        ("{ends: on_day}", "starts names the field"),
        ("{starts: on_day, place: posts}", "posts is not among the fields that hold a term or text"),
        ("{starts: on_day, list: posts}", "on_day is not among the fields of posts"),
        ("{starts: from, list: title}", "list names a list of objects"),
        ("{starts: on_day, yearly: true}", "on_day is not among the fields that hold a text"),
        ("{starts: on_day, per: [title]}", "title is no field that names another record"),
        ("{start: on_day}", "unknown key start; did you mean starts"),
        ("[{starts: on_day}, {begin: on_day}]", "unknown key begin"),
        ("on_day", "calendar names fields"),
    ],
)
def test_a_schema_that_names_no_such_field_is_refused(tmp_path, said, complaint):
    path = tmp_path / "gathering.yml"
    head, tail = GATHERING.split("  calendar:\n")[0], GATHERING[GATHERING.index("fields:") :]
    path.write_text(f"{head}  calendar: {said}\n{tail}", "utf-8")
    with pytest.raises(KezhuError, match=complaint):
        load_type(path, tmp_path)


# ── The shipped catalogue, and what a browser sees ───────────────────────────────────────────────────────────────────


def test_what_is_shipped_is_over_and_says_so():
    catalogue = check_catalogue(ROOT, today=TODAY).catalogue
    renderer = Renderer(catalogue, [ROOT / "templates"], [ROOT / "site_overrides/assets"], "zh", TODAY, SECTIONS)
    section = next(section for section in renderer.sections if isinstance(section, Calendar))
    known = [entry for entry in section.diary.all.entries.values() if entry.when]
    assert known
    index = renderer.render(next(job for job in renderer.jobs() if job.b == "calendar/index.html")).content.decode()
    for entry in known:  # years-old reports are never shown as coming
        assert (f"../{entry.record.url}" in index) == (entry.when.last >= TODAY)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The calendar's pages of a filled portal on the disk, and the longest of them."""
    root, out = tmp_path_factory.mktemp("root") / "small", tmp_path_factory.mktemp("site")
    shutil.copytree(HERE / "sites" / "small", root)
    end = ",,class,990121,shili-xuehui,2026-12-03,,甲镇文化站,,,,"
    rows = [f"ke-{n},示例：给甲县茶农讲冬天修剪的第{n}课{end}" for n in range(40)]
    toils = [f"huo-{n},示例：油茶第{n}样活,990121,youcha,{n % 12 + 1:02}," for n in range(40)]
    made = make(fill(root, GATHERINGS + "\n".join(rows) + "\n", TOILS + "\n".join(toils) + "\n"))
    for path, content in made.pages.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    return out


PAGES = (
    "calendar/index.html",
    "calendar/index_2.html",
    "calendar/2026-12.html",
    "calendar/2026.html",
    "calendar/region/990121.html",
    "calendar/organisation/shili-xuehui.html",
    "calendar/farming.html",
    "calendar/farming/03.html",
    "calendar/farming/industry/youcha.html",
    "region/990121.html",
)


def test_pages_are_light(site):
    for path in sorted(site.rglob("calendar/**/*.html")):
        content = path.read_bytes()
        outline = Outline()
        outline.feed(content.decode())
        assert len(gzip.compress(content, 9)) <= LIST, path
        assert outline.nodes <= NODES, path
        assert len(outline.ids) == len(set(outline.ids)), path


@pytest.mark.browser
def test_pages_can_be_read_and_touched_and_axe_finds_nothing(site):
    found: dict[str, list[object]] = {}
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    with serve(site) as address, chromium() as browser:
        for width, scheme in ((320, "light"), (1280, "dark")):
            page = browser.new_page(
                viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
            )
            for name in PAGES:
                page.goto(f"{address}/{name}")
                got = page.evaluate(MEASURE)
                if got["wide"] > 0 or got["small"] or got["fine"]:
                    found.setdefault(name, []).append(got)
                for violation in Axe().run(page, options=options).response["violations"]:
                    found.setdefault(name, []).append((violation["id"], violation["nodes"][0]["html"][:120]))
            page.close()
    assert not found

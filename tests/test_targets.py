"""Targets: what is counted, what is said when nothing can be, and the bars that show it."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import serve

from generator import charts
from generator.build import build
from generator.checkup import check_catalogue
from generator.load import load_types
from generator.model import KezhuError, Record
from generator.progress import assess, number_in
from generator.render import Renderer
from generator.targets import LINES, Targets, behind, plain

HERE = Path(__file__).parent
ROOT = HERE.parent
SITE = HERE / "sites" / "ledgers"
TODAY = date(2026, 11, 22)
SVG = "{http://www.w3.org/2000/svg}"
WEIGHTS = {"record": 6 * 1024, "list": 8 * 1024}


@pytest.fixture(scope="module")
def catalogue():
    found = check_catalogue(SITE, today=TODAY)
    assert found.catalogue is not None, found.problems
    return found.catalogue


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("targets") / "site"
    assert not build(SITE, out, jobs=1, today=TODAY).checkup.failed
    return out


def measure(catalogue, name):
    return assess(catalogue.records[f"goal/{name}"], catalogue)


def main(site, path):
    text = (site / path).read_text("utf-8")
    return re.sub(r"<(style|script)\b.*?</\1>", "", text[text.index("<main") : text.index("</main>")], flags=re.S)


def words(site, path):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main(site, path)))


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sum_adds_what_is_a_number_and_says_how_many_say_none(catalogue):
    found = measure(catalogue, "shili-sum")
    assert (found.number, found.goal) == (107, 80)  # 10 + 20 + 30 + 40 and 7; “about 20” is no number
    assert len(found.records) == 5
    assert found.counts[0].silent == 26


def test_lines_add_up_and_a_record_counts_once(catalogue):
    found = measure(catalogue, "shili-crews")
    assert [count.number for count in found.counts] == [2, 1]
    assert sorted(record.id for record in found.records) == ["shili-a", "shili-b", "shili-c"]
    assert found.number == 3


def test_what_is_asked_each_year_is_counted_by_year(catalogue):
    found = measure(catalogue, "shili-yearly")
    assert found.years == {"2024": 15, "2025": 15}
    assert (found.year, found.number, found.goal) == ("2025", 15, 20)
    assert found.counts[0].silent == 1  # without a date


def test_of_all_that_apply_some_are_reached_some_missing_some_unknown(catalogue):
    [count] = (found := measure(catalogue, "shili-every")).counts
    assert [term.id for term in count.among.all] == ["990121", "990124", "980121"]
    assert [term.id for term in count.among.reached] == ["990121", "980121"]
    assert [term.id for term in count.among.missing] == ["990124"]
    assert count.among.unknown == 1  # 990123 was lifted, and nobody says whether it is a key county
    assert (found.number, found.goal) == (2, 3)
    assert [record.id for record in found.records] == ["shili-b", "shili-a"]


def test_a_target_of_a_place_counts_what_is_there(catalogue):
    [count] = (found := measure(catalogue, "shili-here")).counts
    assert [term.id for term in count.among.all] == ["990121", "990124"]
    assert (found.number, found.goal) == (1, 2)


def test_each_record_may_be_asked_for_something_more(catalogue):
    found = measure(catalogue, "shili-each")
    assert (found.number, found.goal) == (1, 2)
    assert [record.id for record in found.counts[0].among.missing] == ["shili-b"]


def test_records_may_be_what_is_to_be_reached(catalogue):
    found = measure(catalogue, "shili-members")
    assert (found.number, found.goal) == (2, 2)  # named in a field, and in an object of a list


@pytest.mark.parametrize("name", ["shili-none", "shili-uncounted", "shili-wrong"])
def test_nothing_to_count_is_never_shown_as_none(catalogue, name):
    assert measure(catalogue, name).number is None


def test_what_cannot_be_counted_says_what_is_not_there(catalogue):
    assert [count.wrong for count in measure(catalogue, "shili-wrong").counts] == ["nobody", "nothing", "nowhere"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("1,500", 1500),
        ("2.5", Decimal("2.5")),
        ("约20", None),
        ("", None),
        ("NaN", None),
        ("1e400000", None),
    ],
)
def test_only_a_number_is_a_number(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize(("number", "text"), [("1500", "1,500"), ("12.50", "12.5"), ("0", "0"), ("1E+3", "1,000")])
def test_numbers_are_written_plainly(number, text):
    assert plain(Decimal(number)) == text


def test_a_schema_that_names_no_field_breaks_the_project(small):
    schemas = small / "catalogue" / "schemas"
    text = (schemas / "service.yml").read_text("utf-8")
    for target in ("{value: nothing, counts: steps}", "{value: area}", "{valu: area, counts: steps}", "area"):
        (schemas / "service.yml").write_text(text.replace("  seal: 服\n", f"  seal: 服\n  goal: {target}\n"), "utf-8")
        with pytest.raises(KezhuError, match="goal"):
            load_types(schemas, small)


# ── Bars ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def drawn(*args, **more):
    svg = str(charts.bar(*args, **more))
    return ElementTree.fromstring(svg.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def test_a_bar_has_a_title_a_description_and_the_right_length():
    svg = drawn(Decimal(37), Decimal(100), "示例 <a>", "37 / 100", "k")
    assert svg.get("role") == "img" and svg.get("aria-labelledby") == "kt kd"
    assert svg.find(f"{SVG}title").text == "示例 <a>" and svg.find(f"{SVG}title").get("id") == "kt"
    assert svg.find(f"{SVG}desc").text == "37 / 100"
    assert svg.find(f"{SVG}rect").get("width") == "37%"
    assert svg.find(f"{SVG}line") is None


def test_past_the_goal_the_bar_is_full_and_a_line_stands_at_the_goal():
    svg = drawn(Decimal(200), Decimal(50), "a", "b", "k")
    assert svg.find(f"{SVG}rect").get("width") == "100%"
    assert svg.find(f"{SVG}line").get("x1") == "25%"


def test_little_is_seen_and_nothing_is_not():
    assert drawn(Decimal(1), Decimal(100000), "a", "b", "k").find(f"{SVG}rect").get("width") == "1%"
    assert drawn(Decimal(0), Decimal(100), "a", "b", "k").find(f"{SVG}rect") is None


@pytest.mark.parametrize(
    ("part", "all_of", "said"), [(0, 5, 0), (1, 1000, 1), (999, 1000, 99), (5, 5, 100), (9, 5, 180)]
)
def test_per_cent_says_all_only_of_all(part, all_of, said):
    assert charts.percent(Decimal(part), Decimal(all_of)) == said


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_bar_has_its_numbers_beside_it(site):
    page = main(site, "progress/index.html")
    rows = re.findall(r"<tr>.*?</tr>", page)
    bars = [row for row in rows if "<svg" in row]
    assert len(bars) == 7
    for row in bars:
        said = re.search(r"<desc[^>]*>(.*?)</desc>", row)[1]
        number = re.search(r"[\d,]+ / [\d,]+", said)[0]
        assert number in re.sub(r"<svg.*?</svg>", "", row)
    text = words(site, "progress/index.html")
    assert "没有可以计数的记录" in text and "还没有定怎么数" in text
    assert "107 / 80 人" in text and "已达到" in text
    assert "10 个目标，其中 7 个有记录可数" in text


def test_targets_stand_with_what_sets_them(site):
    page = main(site, "progress/index.html")
    assert page.index("crew/shili-a.html") < page.index("goal/shili-sum.html") < page.index("没写出自哪份文件的")
    assert "goal/shili-sum.html" in main(site, "crew/shili-a.html")  # a box on its page


def test_the_list_of_targets_shows_how_far_they_are(site):
    assert main(site, "goal/index.html").count("<svg") >= 7
    assert "../progress/index.html" in main(site, "goal/index.html")


def test_a_target_lists_the_records_behind_its_number(site):
    text, page = words(site, "goal/shili-yearly.html"), main(site, "goal/shili-yearly.html")
    assert "2025 15 / 20" in text and "2024 15 / 20" in text and "全部 30 条" in text
    assert len(re.findall(r'href="\.\./outing/', page[page.index("算进来的记录") :])) == 8
    assert "另有 1 条没写清数或日期" in text
    assert "../progress/goal/shili-yearly.html" in page
    behind_it = main(site, "progress/goal/shili-yearly.html")
    assert len(set(re.findall(r"outing/shili-\d+\.html", behind_it))) == 30
    assert "一共 30" in words(site, "progress/goal/shili-yearly.html")


def test_a_target_says_what_is_missing_and_what_nobody_knows(site):
    text = words(site, "goal/shili-every.html")
    assert "3 个里的 2 个" in text and "另有 1 个不知道算不算" in text
    assert "还没有的 示例省 示例市 示例丁县" in text
    assert "region/990124.html" in main(site, "goal/shili-every.html")


@pytest.mark.parametrize(
    ("name", "said"),
    [("none", "没有可以计数的记录"), ("uncounted", "还没有定怎么数"), ("wrong", "数不了：没有“nobody”")],
)
def test_not_enough_is_said_plainly(site, name, said):
    assert said in words(site, f"goal/shili-{name}.html")
    assert "<svg" not in main(site, f"goal/shili-{name}.html").split("出自哪里")[-1].split("</section>")[0]


def test_what_is_asked_for_is_shown_also_where_nothing_can_be_counted(site):
    assert "2277 个村 目标" in words(site, "goal/shili-uncounted.html").replace(",", "")
    assert "目标 2,277 个村，还没有定怎么数" in words(site, "progress/index.html")


def test_a_shipped_target_counts_only_what_is_there():
    """No line of a shipped target names a type, a field or a list of places that does not exist."""
    catalogue = check_catalogue(ROOT, today=TODAY).catalogue
    assert catalogue is not None
    found = [r for t in catalogue.types.values() if t.target for r in catalogue.by_type[t.name]]
    assert len(found) > 10
    assert not {r.id: c.wrong for r in found for c in assess(r, catalogue).counts if c.wrong}


def test_the_date_is_shown_and_that_it_has_passed(site):
    text = words(site, "goal/shili-sum.html")
    assert "期限：2025" in text and "期限已过" in text
    assert "示例一队" in text


def test_many_targets_and_many_records_go_on_pages(catalogue):
    """More than a page of bars, more than a page of links: each stays within its budget."""
    record = catalogue.records["goal/shili-yearly"]
    goals = [
        Record(record.type, f"shili-{n:03}", {**record.values, "title": f"示例目标 {n}"}, "", record.terms)
        for n in range(65)
    ]
    outing = catalogue.records["outing/shili-01"]
    outings = [Record(outing.type, f"shili-{n:04}", outing.values, "", outing.terms) for n in range(LINES * 2 + 1)]
    by_type = {**catalogue.by_type, "goal": tuple(goals), "outing": tuple(outings)}
    records = {each.key: each for several in by_type.values() for each in several}
    many = replace(catalogue, by_type=MappingProxyType(by_type), records=MappingProxyType(records))
    folders = [ROOT / "templates"], [ROOT / "site_overrides" / "assets"]
    renderer = Renderer(many, *folders, "zh", TODAY, (Targets,))
    paths = {renderer.address(job): job for job in renderer.jobs() if job.kind == "section"}
    assert {"progress/index.html", "progress/2.html", "progress/3.html"} <= paths.keys()
    assert behind("goal/shili-000", 3) in paths and behind("goal/shili-000", 4) not in paths
    for path in ("progress/index.html", "progress/2.html", behind("goal/shili-000", 1), behind("goal/shili-000", 3)):
        page = renderer.render(paths[path]).content
        assert len(gzip.compress(page, 9)) <= WEIGHTS["list"]
        assert len(re.findall(rb"<[a-z]", page)) <= 600
    lists = next(job for job in renderer.jobs() if job.kind == "list" and job.a == "goal" and job.c == 1)
    page = renderer.render(lists).content
    assert len(gzip.compress(page, 9)) <= WEIGHTS["list"] and len(re.findall(rb"<[a-z]", page)) <= 600


def test_pages_are_light(site):
    for path in site.glob("goal/shili-*.html"):
        assert len(gzip.compress(path.read_bytes(), 9)) <= WEIGHTS["record"], path
    for path in site.glob("progress/**/*.html"):
        assert len(gzip.compress(path.read_bytes(), 9)) <= WEIGHTS["list"], path


def test_a_catalogue_without_targets_has_no_such_page(small, tmp_path):
    build(small, tmp_path / "out", jobs=1, today=TODAY)
    assert not (tmp_path / "out" / "progress").exists()


def test_pages_are_the_same_tomorrow_but_for_what_falls_due(catalogue):
    def pages(today):
        renderer = Renderer(
            catalogue, [ROOT / "templates"], [ROOT / "site_overrides" / "assets"], "zh", today, (partial(Targets),)
        )
        return {job: renderer.render(job).content for job in renderer.jobs() if job.kind in {"section", "record"}}

    assert pages(TODAY) == pages(date(2026, 11, 23))


@pytest.mark.browser
def test_bars_are_seen_in_both_lights_and_on_paper(browser, site):
    axe, found = Axe(), {}
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    with serve(site) as address:
        for width, scheme in ((360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
            for name in ("progress/index.html", "goal/index.html", "goal/shili-yearly.html", "goal/shili-every.html"):
                page.goto(f"{address}/{name}")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
                for violation in axe.run(page, options=options).response["violations"]:
                    found.setdefault((name, width, scheme), []).append(violation["id"])
            bar = page.locator(".goal").first
            assert bar.bounding_box()["height"] >= 24 and bar.bounding_box()["width"] > 100
            fill, paper = page.evaluate(
                "() => [getComputedStyle(document.querySelector('.goal rect')).fill,"
                " getComputedStyle(document.body).backgroundColor]"
            )
            assert contrast(fill, paper) >= 3  # WCAG 1.4.11
            page.emulate_media(media="print")
            assert page.evaluate("getComputedStyle(document.querySelector('.goal rect')).fill") == "rgb(0, 0, 0)"
            page.close()
    assert not found


def contrast(one, other):
    def light(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_the_elder_look_fits_a_phone(browser, site, script):
    context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True, java_script_enabled=script)
    page = context.new_page()
    with serve(site) as address:
        for name in ("progress/index.html", "goal/index.html", "goal/shili-yearly.html", "goal/shili-wrong.html"):
            page.goto(f"{address}/{name}")
            page.locator("#elder").check(force=True)
            assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 30
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    context.close()

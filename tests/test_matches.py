"""What pages say of matching, on the demonstration: reasons in words, the list of gaps, who can come to a county."""

import gzip
import re
import shutil

import pytest
from demonstration import assemble, joined, make_renderer

from generator.csvfile import CsvSheet
from generator.gaps import START, TABLE
from generator.load import load_project
from generator.matches import Matches
from generator.matching import read_matching
from generator.model import KezhuError
from generator.render import Job
from generator.words import Words

NEED = "need/shilixian-youcha-dichan"


UNMET = """title: 示例乙县：中蜂养殖户要检测蜂病
summary: 示例。蜂群得了病，找不到人看。
kind: [technology]
status: open
region: ["990122"]
industry: [mifeng]
asked_by: 示例乙县养蜂户
source_publisher: 示例
source_title: 演示用的材料（示例）
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The demonstration, and a need that nobody in it answers."""
    root = assemble(tmp_path_factory.mktemp("demonstration"))
    (root / "catalogue" / "need" / "shiliyixian-fengbing.yml").write_text(UNMET, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def renderer(root):
    return make_renderer(root)


@pytest.fixture(scope="module")
def matches(renderer):
    return renderer.sections[number(renderer)]


def number(renderer):
    return next(n for n, section in enumerate(renderer.sections) if isinstance(section, Matches))


def answers(matches):
    return [(need, matches.matcher.answer(need)) for need, _ in matches.found()]


def answer_of(matches, key=NEED):
    return matches.matcher.answer(matches.views.catalogue.records[key])


def page(renderer, job):
    return renderer.render(job).content.decode()


def test_a_need_shows_who_may_help_and_why(renderer, matches):
    html = page(renderer, Job("record", NEED))
    words = Words("zh")
    assert words("page.match.who") in html
    answer = answer_of(matches)
    assert answer.met
    first = answer.reach[0]
    assert f"{first.record.url}" in html
    for reason in first.reasons[:3]:
        assert f"✓ {matches.say(reason)}" in html if reason.good else f"✗ {matches.say(reason)}" in html
    assert html.index('id="match"') > html.index("<h1")


def test_an_offer_shows_whom_it_may_help(renderer, matches):
    first = answer_of(matches).reach[0].record
    html = page(renderer, Job("record", first.key))
    assert Words("zh")("page.match.whom") in html
    assert f"{NEED}.html" in html


def test_unmet_needs_are_one_list_and_a_table(renderer, matches, tmp_path):
    unmet = {need.title for need, answer in answers(matches) if not answer.met}
    assert "示例乙县：中蜂养殖户要检测蜂病" in unmet
    html = page(renderer, Job("section", str(number(renderer)), "match/index.html"))
    gaps = html[html.index('id="gaps"') : html.find('id="met"')]
    assert all(title in gaps for title in unmet)
    path = tmp_path / "gaps.csv"
    path.write_bytes(renderer.render(Job("section", str(number(renderer)), "match/gaps.csv")).content)
    rows = [cells for _, cells in CsvSheet(path).rows]
    assert {row[0] for row in rows[1:]} == unmet
    assert all(len(row) == len(rows[0]) for row in rows)


def test_many_needs_are_parted_by_place(root, matches, monkeypatch):
    monkeypatch.setattr("generator.gaps.FEW", 0)
    monkeypatch.setattr("generator.gaps.PER_PAGE", 2)
    renderer = make_renderer(root)
    section = str(number(renderer))
    pages = {path: page(renderer, Job("section", section, path)) for path in renderer.sections[int(section)].paths()}
    linked = set(re.findall(r'href="[./]*(match/[^"#]+)', "".join(pages.values())))
    assert linked == pages.keys() and "match/990000-2.html" in pages
    unmet, met = ({need for need, found in matches.found() if bool(found.met) == state} for state in (False, True))
    places = {path: html for path, html in pages.items() if path not in (START, TABLE)}
    for need in unmet | met:
        at = [html for html in places.values() if f'<a class="go" href="../{need.url}"><strong>' in html]
        provinces = {matches.views.catalogue.vocabularies["region"].lineage(t.id)[0].id for t in need.term("region")}
        assert len(at) == max(1, len(provinces))
        assert all((html.rfind(need.url) < html.find('id="met"')) or need in met for html in at)
    assert f"（{len(unmet)} 项）" in pages[START] and f"（{len(met)} 项）" in pages[START]
    assert pages[TABLE] == page(renderer, Job("section", section, TABLE))
    for url, name in re.findall(r'href="[./]*(match/[^"]+)#met">(\S+) \d+<', pages[START]):
        assert 'id="met"' in pages[url] and name in pages[url]


def test_a_need_that_names_no_place_stands_on_a_page_too(root, tmp_path, monkeypatch):
    monkeypatch.setattr("generator.gaps.FEW", 0)
    other = shutil.copytree(root, tmp_path / "root")
    path = other / "catalogue" / "need" / "shiliyixian-fengbing.yml"
    path.write_text(UNMET.replace('region: ["990122"]\n', ""), "utf-8")
    renderer = make_renderer(other)
    html = page(renderer, Job("section", str(number(renderer)), "match/nowhere.html"))
    assert "中蜂养殖户要检测蜂病" in html and Words("zh")("match.nowhere") in html


def test_a_county_says_who_can_come_and_on_what_grounds(renderer, matches):
    regions = matches.views.catalogue.vocabularies["region"]
    county = matches.views.catalogue.records[NEED].term("region")[0]
    html = page(renderer, Job("term", "region", county.id))
    assert Words("zh")("page.match.here", name=county.title) in html
    box = html[html.index('id="reach"') :]
    for key in matches.matcher.reaching(county.id)[:4]:
        assert matches.views.catalogue.records[key].url in box
        assert matches.say(matches.matcher.reaches(county.id, key).reason) in box
    province = regions.lineage(county.id)[0]
    assert 'id="reach"' not in page(renderer, Job("term", "region", province.id))


def test_it_is_all_there_in_english(root):
    html = page(make_renderer(root, "en"), Job("record", NEED))
    assert Words("en")("page.match.who") in html
    assert "Same industry" in html or "includes" in html


def test_pages_are_light(renderer, matches):
    for path in matches.paths():
        assert len(gzip.compress(renderer.render(Job("section", str(number(renderer)), path)).content)) <= 8192


def test_what_settings_do_not_know_breaks_the_project(root):
    project = load_project(root)
    good = project.portal.get("matching")
    read_matching(good, project.types, project.vocabularies)
    for name, wrong, told in [
        ("sides", {"nothing": []}, "nothing"),
        ("sides", {"need": [{"side": "asks", "reach": "nowhere"}]}, "nowhere"),
        ("sides", {"need": [{"side": "perhaps", "reach": "region"}]}, "asks or offers"),
        ("sides", {"need": [{"side": "asks", "reach": "region", "colour": "red"}]}, "colour"),
        ("points", {"industry": {"points": "many"}}, "a number"),
        ("points", {}, "industry"),
        ("grades", {"same": "1"}, "above"),
        ("answers", {"need_kind/people": ["need_kind/nobody"]}, "nobody"),
        ("answers", {"need_kind/people": ["type/nobody"]}, "nobody"),
        ("fresh", "soon", "fresh"),
    ]:
        with pytest.raises(KezhuError, match=told):
            read_matching({**good, name: wrong}, project.types, project.vocabularies)


def test_a_portal_without_matching_has_none_of_it(root):
    catalogue = joined(root)
    settings = {name: value for name, value in catalogue.portal.settings.items() if name != "matching"}
    object.__setattr__(catalogue.portal, "settings", settings)
    bare = make_renderer(root, catalogue=catalogue)
    assert not list(bare.sections[number(bare)].paths())
    assert 'id="match"' not in page(bare, Job("record", NEED))

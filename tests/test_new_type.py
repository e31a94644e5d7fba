"""A record type is data, and so is a portal: no line of Python is written for either."""

import re
import shutil
from pathlib import Path

from generator.build import build
from generator.checkup import check_catalogue
from generator.documents import documents

HERE = Path(__file__).parent
SCHEMA = """
title: 资助
description: 示例资助
kezhu: {seal: 资, order: 5, unit: 项, facets: [region], card: [summary]}
fields:
  - {name: title, type: string, title: 名称, constraints: {required: true}}
  - {name: summary, type: string, title: 简介}
  - {name: region, type: array, title: 地方, vocabulary: region}
  - {name: giver, type: string, title: 出资, reference: organisation}
  - {name: amount, type: integer, title: 万元, constraints: {minimum: 1}}
"""
RECORD = """
title: 示例：烘干机补助
summary: 示例内容，给甲县的烘干机。
region: ["990121"]
giver: shili-xuehui
amount: 20
"""


def read(out: Path, path: str) -> str:
    return (out / path).read_text("utf-8")


def test_a_schema_and_a_record_make_a_type(small, tmp_path):
    base = small / "catalogue"
    (base / "schemas" / "grant.yml").write_text(SCHEMA, "utf-8")
    (base / "grant").mkdir()
    (base / "grant" / "hongganji.yml").write_text(RECORD, "utf-8")
    (base / "grant" / "cuo.yml").write_text("title: 示例：写错的\namount: 很多\n", "utf-8")
    [problem] = check_catalogue(small).problems  # checked
    assert (problem.rule, problem.path, problem.line) == ("want-integer", "catalogue/grant/cuo.yml", 2)
    (base / "grant" / "cuo.yml").unlink()

    out = tmp_path / "out"
    built = build(small, out, jobs=1)
    assert not built.checkup.problems
    page = read(out, "grant/hongganji.html")
    assert "示例：烘干机补助" in page and "万元" in page
    assert "../organisation/shili-xuehui.html" in page  # linked
    assert "grant/hongganji.html" in read(out, "organisation/shili-xuehui.html")  # and linked back
    assert "hongganji.html" in read(out, "grant/index.html")  # listed
    assert "grant/hongganji.html" in read(out, "grant/region/990121.html")
    assert "grant/hongganji.html" in read(out, "region/990121.html")
    assert "grant/index.html" in read(out, "index.html")
    found = [d for d in documents(built.checkup.catalogue, "zh") if d.url == "grant/hongganji.html"]
    assert found and "示例：烘干机补助" in found[0].title  # searchable


def test_a_template_of_its_own_needs_only_its_name(small, tmp_path):
    (small / "templates" / "record").mkdir(parents=True)
    (small / "templates" / "record" / "service.html").write_text(
        '{% extends "base.html" %}{% block main %}<p id="own">{{ record.title }}</p>{% endblock %}', "utf-8"
    )
    build(small, tmp_path / "out", jobs=1)
    assert '<p id="own">示例：油茶培训</p>' in read(tmp_path / "out", "service/youcha-peixun.html")


def test_a_portal_on_another_subject_in_english(tmp_path):
    root = tmp_path / "software"
    shutil.copytree(HERE / "sites" / "software", root)
    out = tmp_path / "out"
    built = build(root, out, jobs=1)
    assert not built.checkup.problems
    assert "GPL 3" in read(out, "tool/soil-diary.html")
    assert "drip-planner" in read(out, "field/irrigation.html")
    assert (out / "search.html").is_file() and any((out / "pagefind").iterdir())
    pages = sorted(out.rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = re.sub(r"<(style|script)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.S)
        assert 'lang="en"' in text, page
        assert not re.findall(r"[\u4e00-\u9fff]+", text), page


def test_a_portal_without_guides_links_to_none(tmp_path):
    root, out = HERE / "sites" / "software", tmp_path / "out"
    build(root, out, jobs=1)
    assert not (out / "guide").exists()
    assert not [page for page in out.rglob("*.html") if "guide/" in page.read_text("utf-8")]

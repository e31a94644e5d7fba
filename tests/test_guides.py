"""The guides: complete, the same bytes every time, in the public pages' own face, wrong links refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from generator import guides, plugin
from generator.build import make_renderer
from generator.checkup import check_catalogue
from generator.guides import PAGES, build_guides, data_dictionary, face, walk
from generator.model import Catalogue, KezhuError, Page
from generator.words import Words

HERE = Path(__file__).parent.parent
TODAY = date(2026, 11, 22)

SCHEMA = """
title: 示范基地
en: {title: Sites, description: Places to visit}
description: 可以去看的地方
kezhu: {seal: 基, unit: 处, facets: [kind]}
fields:
  - {name: title, type: string, title: 名称, constraints: {required: true, minLength: 2}}
  - {name: kind, type: string, vocabulary: kind, title: 哪类 *基地*}
  - name: statuses
    type: array
    title: 状态
    arrayItem: {type: object, fields: [{name: year, type: year, title: 年份}]}
  - {name: seen_on, type: string, format: partial-date, title: 去看的日子}
"""


def make_root(folder: Path, guides: dict[str, str]) -> Path:
    """A whole small portal with one record."""
    files = {
        "catalogue/portal.yml": "name: {zh: 试验站, en: Trial}\nlanguage: zh\nnav: [site]\nreport: guide/index.html\n",
        "catalogue/schemas/site.yml": SCHEMA,
        "catalogue/vocabularies/kind.csv": "id,title,en\ngarden,果园,Orchard\npond,鱼塘,Pond\n",
        "catalogue/site/first.yml": "title: 第一处\nkind: garden\n",
        **{f"catalogue/pages/{name}": text for name, text in guides.items()},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def joined(root: Path) -> Catalogue:
    """The checked catalogue of a root."""
    checkup = check_catalogue(root)
    assert checkup.catalogue is not None, checkup.problems
    return checkup.catalogue


def all_guides(root: Path, catalogue: Catalogue, lang: str = "zh") -> list[Page]:
    """The guides of a root, with the menus of its public pages."""
    return build_guides(root, catalogue, lang, make_renderer(root, catalogue, lang, TODAY).menus())


def made(root: Path, lang: str = "zh") -> dict[str, str]:
    """The guides of a root by path, as text."""
    return {page.path: page.content.decode() for page in all_guides(root, joined(root), lang)}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return joined(HERE)


@pytest.fixture(scope="module")
def pages(shipped: Catalogue) -> list[Page]:
    return all_guides(HERE, shipped)


class Reader(HTMLParser):
    """Collects ids, addresses and headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag in ("script", "img", "iframe"):
            self.loaded.append(values.get("src", ""))
        if tag == "link":
            self.loaded.append(values.get("href", ""))


def test_a_root_without_guides_has_none(tmp_path: Path) -> None:
    assert made(make_root(tmp_path, {})) == {}


def test_a_root_without_mkdocs_settings_gets_guides_and_a_dictionary(tmp_path: Path) -> None:
    found = made(make_root(tmp_path, {"index.md": "# 关于 { #about }\n\n这里写一行\n再写一行。"}))
    assert {"guide/index.html", "guide/fields.html", "guide/assets/guide.css"} <= set(found)
    assert "试验站" in found["guide/index.html"]
    assert "这里写一行再写一行。" in found["guide/index.html"]


def test_the_dictionary_stands_where_the_marker_is(tmp_path: Path) -> None:
    found = made(make_root(tmp_path, {"words.md": "<!-- data-dictionary -->"}))
    assert 'id="site-seen_on"' in found["guide/words.html"]
    assert "guide/fields.html" not in found


def test_english_guides_speak_english(tmp_path: Path) -> None:
    found = made(make_root(tmp_path, {"index.md": "# About { #about }"}), "en")
    assert "Data dictionary" in found["guide/fields.html"]
    assert ">Sites</a>" in found["guide/index.html"]


def test_two_builds_give_the_same_bytes(pages: list[Page], shipped: Catalogue) -> None:
    assert all_guides(HERE, shipped) == pages


def test_the_dictionary_names_every_field_and_every_vocabulary(pages: list[Page], shipped: Catalogue) -> None:
    html = next(page.content.decode() for page in pages if page.path == "guide/fields.html")
    ids = Reader(html).ids
    for kind in shipped.types.values():
        assert kind.name in ids
        assert f"{kind.name}-id" in ids
        for spec in kind.fields:
            assert f"{kind.name}-{spec.name}" in ids
            assert f"<code>{spec.name}</code>" in html
        for spec in walk(kind.fields):
            assert spec.title("zh") in html
    for name in shipped.vocabularies:
        assert f"vocabulary-{name}" in ids
    assert len(ids) == len(set(ids))


def test_what_the_schema_says_reaches_the_dictionary(tmp_path: Path) -> None:
    text = data_dictionary(joined(make_root(tmp_path, {})), "zh")
    assert "哪类 *基地*" in text  # inside a table, which Markdown leaves alone
    assert "site-statuses-year" in text
    assert "最少 2 个字" in text
    assert "只知道年月写 2022-07" in text
    assert "鱼塘 <code>pond</code>" in text


@pytest.mark.parametrize(
    ("link", "line"), [("nowhere.md", 3), ("#nowhere", 3), ("/site/index.html", 3), ("../nothing/index.html", 3)]
)
def test_a_broken_link_names_the_guide_and_the_line(tmp_path: Path, link: str, line: int) -> None:
    root = make_root(tmp_path, {"index.md": f"# 关于 {{ #about }}\n\n[看]({link})\n"})
    with pytest.raises(KezhuError, match=re.escape(link)) as caught:
        made(root)
    assert str(caught.value).startswith(f"{PAGES}/index.md:{line}: ")


def test_links_to_the_lists_of_the_portal_are_fine(tmp_path: Path) -> None:
    text = "# 关于 { #about }\n\n[搜](../search.html?q=x) [基地](../site/index.html) [首页](../index.html)\n"
    assert 'href="../site/index.html"' in made(make_root(tmp_path, {"index.md": text}))["guide/index.html"]


def test_a_guide_that_mkdocs_cannot_make_is_told_in_one_line(tmp_path: Path) -> None:
    root = make_root(tmp_path, {"index.md": "# 关于 { #about }"})
    (root / "mkdocs.yml").write_text("site_name: x\ntheme: no-such-theme\n", encoding="utf-8")
    with pytest.raises(KezhuError) as caught:
        made(root)
    assert str(caught.value).startswith("mkdocs.yml: ")
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["secret.md", "folder"])
def test_symbolic_links_are_refused(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("# secret", encoding="utf-8")
    root = make_root(tmp_path / "root", {"index.md": "# 关于 { #about }"})
    (root / PAGES / name).symlink_to(outside / "secret.md" if name.endswith(".md") else outside)
    with pytest.raises(KezhuError, match="符号链接"):
        made(root)


def test_headings_have_ids_that_can_be_linked_to() -> None:
    for path in sorted((HERE / PAGES).glob("*.md")):
        headings = re.findall(r"^#{1,6} .*$", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S), re.M)
        assert all(re.search(r"\{ #[a-z][a-z0-9-]* \}$", heading) for heading in headings), path.name


def test_nothing_is_asked_of_another_host_and_little_is_shipped(pages: list[Page]) -> None:
    for page in pages:
        if page.path.endswith(".html"):
            loaded = [src for src in Reader(page.content.decode()).loaded if src and not src.startswith("data:")]
            assert loaded
            assert not [src for src in loaded if "//" in src]
        if page.path.endswith(".css"):
            assert not re.search(rb"url\((?!\"?data:)", page.content), page.path
    assets = [page for page in pages if not page.path.endswith(".html")]
    assert len(assets) == 2
    assert sum(len(page.content) for page in assets) < 170_000


def test_every_link_of_a_guide_leads_somewhere(pages: list[Page], shipped: Catalogue) -> None:
    ids = {page.path: Reader(page.content.decode()).ids for page in pages if page.path.endswith(".html")}
    public = make_renderer(HERE, shipped, "zh", TODAY)
    public_pages = {public.address(job) for job in public.jobs()}
    for page in pages:
        if not page.path.endswith(".html"):
            continue
        for link in Reader(page.content.decode()).links:
            path, _, anchor = link.partition("#")
            if path.startswith("../") and not path.startswith("../guide/"):
                assert path.removeprefix("../") in public_pages, (page.path, link)
                continue
            target = f"guide/{path.removeprefix('../guide/')}" if path else page.path
            assert target in ids, (page.path, link)
            assert not anchor or anchor in ids[target], (page.path, link)


def test_header_footer_and_script_are_those_of_the_public_pages(pages: list[Page], shipped: Catalogue) -> None:
    public_pages = make_renderer(HERE, shipped, "zh", TODAY)
    missing = next(job for job in public_pages.jobs() if public_pages.address(job) == "search.html")
    public = public_pages.render(missing).content.decode()
    guide = next(page.content.decode() for page in pages if page.path == "guide/need.html")
    for pattern in (r"<header.*?</header>", r"<footer.*?</footer>", r"<script>\(.*?</script>"):
        shown = [re.search(pattern, html, re.S) for html in (public, guide)]
        assert shown[0], pattern
        assert shown[1], pattern
        ours, theirs = (re.sub(r"\s*\n\s*|(?<=>)\s+(?=<)", "", found[0]) for found in shown if found)
        ours = re.sub(r' aria-current="\w+"', "", re.sub(r'href="(?![\w]*:)(?:\.\./)*', 'href="../', ours))
        assert ours == theirs


def test_the_colours_are_the_shared_ones(pages: list[Page]) -> None:
    own = (HERE / "site_overrides/assets/guide.css").read_text("utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", re.sub(r"/\*.*?\*/", "", own, flags=re.S))
    css = next(page.content.decode() for page in pages if page.path == "guide/assets/guide.css")
    design = (HERE / "site_overrides/assets/design.css").read_text("utf-8")
    base = re.split(r"/\* @part [\w-]+[^*]*\*/", design)[1].strip()
    assert "--paper:#" in base
    assert base in css


def test_the_message_in_the_guide_is_what_the_check_prints(tmp_path: Path) -> None:
    told = told_in_the_guide("messages")
    root = without_records(tmp_path / "root")
    (root / "catalogue/need").mkdir()
    lines = ["title: 油茶炭疽病防治", "kind:", "  - technology", "status: open", "region:", "  - 融安"]
    record = "\n".join([*lines, "source_date: 2024年春", ""])
    (root / "catalogue/need/shi-yan.yml").write_text(record, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "generator", "check", "--root", str(root), "--lang", "zh"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=HERE,
        check=False,
    )
    assert done.returncode == 1
    assert told in done.stdout


def test_what_comes_back_for_a_form_is_what_the_guide_says(tmp_path: Path) -> None:
    told = told_in_the_guide("sheet")
    root = without_records(tmp_path / "root")
    form = tmp_path / "需求登记表.xlsx"
    kezhu = [sys.executable, "-m", "generator"]
    here = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(HERE)}, "text": True, "encoding": "utf-8"}
    subprocess.run([*kezhu, "sheet", "need", "--root", root, "--output", form.name, "--lang", "zh"], check=True, **here)
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[0]
    heads = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[3]}
    for head, value in {"名称": "油茶炭疽病防治", "要什么": "要技术", "现在怎样": "还在找", "地方": "鼓楼区"}.items():
        sheet.cell(5, heads[head]).value = value
    book.save(form)
    call = [*kezhu, "import", form.name, "--type", "need", "--root", root, "--lang", "zh", "--number"]
    done = subprocess.run(call, capture_output=True, check=False, **here)
    assert done.returncode == 1, done.stderr
    assert told in done.stdout


def told_in_the_guide(heading: str) -> str:
    """What the guide on submitting shows as printed, below one of its headings."""
    text = (HERE / PAGES / "submit.md").read_text("utf-8").split(f"{{ #{heading} }}")[1]
    found = re.search(r"```text\n(.*?)```", text, re.S)
    assert found
    return found[1]


def without_records(root: Path) -> Path:
    """A root with the shipped schemas and vocabularies and no record."""
    for name in ("schemas", "vocabularies"):
        for path in sorted((HERE / "catalogue" / name).iterdir()):
            target = root / "catalogue" / name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    portal = (HERE / "catalogue/portal.yml").read_text("utf-8").split("# A line is shown only")[0]  # no contacts
    (root / "catalogue/portal.yml").write_text(portal, encoding="utf-8")
    return root


def test_the_face_needs_no_settings(tmp_path: Path) -> None:
    root = make_root(tmp_path, {})
    (root / "catalogue/portal.yml").write_text("name: x\nlanguage: zh\n", encoding="utf-8")
    catalogue = joined(root)
    shown = face(catalogue, Words("zh"), make_renderer(root, catalogue, "zh", TODAY).menus())
    assert [item["url"] for item in shown["nav"]] == ["site/index.html"]
    assert shown["compiled"] == shown["filing"] == ""


def test_mkdocs_build_builds_the_whole_portal(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root", {"index.md": "# 关于 { #about }"})
    (root / "mkdocs.yml").write_text(
        "site_name: x\ndocs_dir: catalogue/pages\nsite_dir: out\n"
        f"theme: {{name: material, font: false, custom_dir: '{HERE / 'site_overrides'}'}}\n"
        "plugins: [kezhu]\nmarkdown_extensions: [attr_list]\nnav: [index.md]\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build"], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for name in ("index.html", "site/first.html", "guide/index.html", "guide/fields.html"):
        assert (root / "out" / name).is_file(), name
    mkdocs_build(load_config(str(root / "mkdocs.yml")))
    (root / "catalogue/site/second.yml").write_text("title: 第二处\nkind: nothing\n", encoding="utf-8")
    with pytest.raises(Abort):
        mkdocs_build(load_config(str(root / "mkdocs.yml")))
    (root / "catalogue/portal.yml").rename(root / "portal.yml")
    with pytest.raises(Abort):
        mkdocs_build(load_config(str(root / "mkdocs.yml")))
    (root / "portal.yml").rename(root / "catalogue/portal.yml")
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build"], cwd=root, capture_output=True, check=False)
    assert done.returncode != 0
    assert "second.yml:2" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_the_process_of_its_own_does_its_work_in_any_process(
    tmp_path: Path, pages: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_here(work: Path) -> list[dict[str, str]]:
        assert plugin.main(str(work)) == 0
        report: list[dict[str, str]] = json.loads((work / "report.json").read_text("utf-8"))
        return report

    monkeypatch.setattr(guides, "run", run_here)
    assert all_guides(HERE, joined(HERE)) == pages
    root = make_root(tmp_path, {"index.md": "# 关于 { #about }\n\n[看](nowhere.md)\n"})
    with pytest.raises(KezhuError, match=r"nowhere\.md"):
        made(root)
    (root / "mkdocs.yml").write_text("site_name: [", encoding="utf-8")
    with pytest.raises(KezhuError, match=r"^mkdocs\.yml"):
        made(root)
    (root / "mkdocs.yml").write_text("site_name: x\nnav: [gone.md]\ntheme: {name: material}\n", encoding="utf-8")
    with pytest.raises(KezhuError, match=r"^mkdocs\.yml:2: .*gone\.md"):
        made(root)


def test_a_process_that_dies_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(KezhuError, match="exit 1"):
        made(make_root(tmp_path, {"index.md": "# 关于 { #about }"}))


@pytest.mark.browser
@pytest.mark.parametrize(("width", "look"), [(360, ""), (360, "elder"), (1280, "dark")])
def test_guides_are_easy_to_read_and_to_touch(tmp_path: Path, pages: list[Page], width: int, look: str) -> None:
    for page in pages:
        target = tmp_path / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page.content)
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        for path in sorted((tmp_path / "guide").glob("*.html")):
            tab.goto(path.as_uri())
            tab.evaluate("look => document.documentElement.className = look", look)
            tab.evaluate(
                "document.getAnimations().forEach(each => each.finish())"
            )  # colours fade from one to the other
            run_only = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
            found = Axe().run(tab, options={"runOnly": run_only}).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path.name
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path.name
            small = tab.evaluate(
                """() => [...document.querySelectorAll('a,button,label.tool')].filter(e => {
                  const r = e.getBoundingClientRect()
                  return e.offsetParent && r.left > -100 && (r.height < 47.9 || r.width < 47.9)
                }).map(e => e.outerHTML)"""
            )
            assert small == [], path.name
            tiny = tab.evaluate(
                """() => [...document.querySelectorAll('body *')].filter(e => e.offsetParent
                  && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())
                  && parseFloat(getComputedStyle(e).fontSize) < 18).map(e => e.outerHTML)"""
            )
            assert tiny == [], path.name
    assert [url for url in asked if not url.startswith("file:")] == []

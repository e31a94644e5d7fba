"""A portal of many records: a bundle for each province, made again only when its own records change."""

import json

import pytest
from bench.made import make_provinces
from browser import serve
from test_search import REGION, VOCABULARIES, small_catalogue
from test_search_browser import results, shell, write_scripts
from test_search_browser import search as search_for

from generator import search
from generator.build import build
from generator.documents import documents
from generator.lexicon import make_lexicon
from generator.namefiles import files
from generator.search import ROOT, index, outline, parts, paths


@pytest.fixture(scope="module")
def found():
    return list(documents(small_catalogue(), "zh"))


def keys(held):
    return {document.key for document in held}


# ── Which document stands in which bundle ────────────────────────────────────────────────────────────────────────────


def test_a_small_portal_has_one_bundle(found):
    assert list(parts(found)) == [ROOT]
    assert keys(parts(found, len(found))[ROOT]) == keys(found)


def test_past_the_limit_each_province_has_its_own(found):
    held = parts(found, 5)
    assert set(held) == {ROOT, "360000", "430000"}
    assert {"site/s1", "service/v1", "region/360902"} <= keys(held["360000"])
    assert {"site/s2", "region/430224"} <= keys(held["430000"])
    assert {"service/v4", "industry/youcha"} <= keys(held[ROOT])
    assert sum(map(len, held.values())) == len(found)


def test_what_lies_in_two_provinces_belongs_to_none(found):
    one, two = (next(each for each in found if each.key == key) for key in ("site/s1", "site/s2"))
    both = one._replace(filters=(*one.filters, *(each for each in two.filters if each.facet == "region")))
    assert both.key in keys(parts([both, *found[1:]], 5)[ROOT])


def test_the_browser_is_told_of_the_others(found):
    held = parts(found, 5)
    assert outline(held, REGION) == (
        ("360000", "江西省", "江西", len(held["360000"])),
        ("430000", "湖南省", "湖南", len(held["430000"])),
    )
    assert outline(parts(found), REGION) == outline(held, None) == ()


# ── What a bundle holds ──────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_root_has_the_programs(found):
    held = parts(found, 5)
    root = {page.path for page in index(held[ROOT], language="zh", others=outline(held, REGION))}
    hunan = {page.path for page in index(held["430000"], language="zh", part="430000")}
    assert {"pagefind/pagefind.js", "pagefind/wasm.unknown.pagefind"} <= root
    assert not [path for path in hunan if path.endswith(("pagefind.js", "wasm.unknown.pagefind"))]
    assert all(path.startswith(paths(ROOT)) for path in root)
    assert all(path.startswith(paths("430000")) and not path.startswith(paths(ROOT)) for path in hunan)


def test_a_bundle_does_not_depend_on_the_others(found):
    held = parts(found, 5)
    fewer = parts([each for each in found if each.key != "site/s1"], 5)
    assert index(held["430000"], language="zh", part="430000") == index(fewer["430000"], language="zh", part="430000")


def test_numbers_follow_type_year_and_place(found):
    held = parts(found, 5)["430000"]
    (entry,) = (
        json.loads(page.content)
        for page in index(reversed(held), language="zh", part="430000")
        if page.path.endswith("entry.json")
    )
    assert [step[2] for step in entry["steps"]] == sorted({step[2] for step in entry["steps"]})
    order = [(step[0], step[1]) for step in entry["steps"]]
    assert order == sorted(order)


# ── One changed record, one bundle ───────────────────────────────────────────────────────────────────────────────────


def test_a_changed_record_makes_its_own_bundle_anew(tmp_path, monkeypatch):
    root = make_provinces(tmp_path / "root", 60)
    monkeypatch.setattr(search, "WHOLE", 20)
    made = []
    real = search.index

    def count(held, **options):
        made.append(options["part"])
        return real(held, **options)

    monkeypatch.setattr(search, "index", count)
    out = tmp_path / "site"
    assert build(root, out, jobs=1).checkup.catalogue is not None
    assert len(made) > 3 and made[0] == ROOT
    before = {path: path.read_bytes() for path in (out / "pagefind").rglob("*") if path.is_file()}
    made.clear()
    build(root, out, jobs=1)
    assert made == []
    table = root / "catalogue" / "service.csv"
    lines = table.read_text("utf-8").splitlines()
    lines[5] = lines[5].replace("示例", "另例", 1)
    table.write_text("\n".join(lines) + "\n", "utf-8")
    build(root, out, jobs=1)
    assert len(made) == 1 and made != [ROOT]
    after = {path: path.read_bytes() for path in (out / "pagefind").rglob("*") if path.is_file()}
    changed = {
        path.relative_to(out).parts[1] for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    }
    assert changed == set(made)


# ── In a browser ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def site(tmp_path_factory, found):
    root = tmp_path_factory.mktemp("site")
    held = parts(found, 5)
    pages = [*files(make_lexicon(VOCABULARIES.values()))]
    for part, some in held.items():
        pages += index(some, language="zh", part=part, others=() if part else outline(held, REGION))
    for page in pages:
        path = root / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
    (root / "search.html").write_text(shell(), "utf-8")
    write_scripts(root)
    with serve(root) as address:
        yield f"{address}/search.html"


@pytest.fixture
def page(browser):
    """A page that fails the test when the browser complains, and that remembers what it fetched."""
    opened = browser.new_page()
    complaints = []
    opened.fetched = []
    opened.on("request", lambda request: opened.fetched.append(request.url))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    opened.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield opened
    opened.close()
    assert not complaints


def of(page, part):
    return [url for url in page.fetched if f"/pagefind/{part}/" in url]


@pytest.mark.browser
def test_a_place_in_the_query_asks_its_bundle_only(page, site):
    assert search_for(page, site, "茶陵县油茶")[0] == "service/v2"
    assert of(page, "430000")
    assert not of(page, "360000")
    assert not [url for url in of(page, "430000") if "wasm" in url]


@pytest.mark.browser
def test_without_a_place_other_provinces_are_offered(page, site):
    assert "site/s1" not in search_for(page, site, "科技小院")
    assert not of(page, "360000")
    assert not of(page, "430000")
    page.click("#elsewhere a:has-text('江西')")
    page.wait_for_url("**at=360000")
    page.wait_for_selector("#results > li[data-record='site/s1']")
    assert "site/s3" not in results(page)
    page.click("#elsewhere a:last-child")
    page.wait_for_selector("#results > li[data-record='site/s3']")
    assert set(results(page)) == {"site/s1", "site/s3"}
    assert page.locator("#elsewhere a").count() == 0


@pytest.mark.browser
def test_a_choice_stays_for_the_next_query(page, site):
    search_for(page, site, "科技小院", at="360000")
    page.evaluate("document.getElementById('q').value = '黄龙病'")  # typed, it would be completed
    page.click("form button")
    page.wait_for_selector("#results > li[data-record='service/v1']")
    assert "at=360000" in page.url


@pytest.mark.browser
def test_facets_count_over_all_bundles_asked(page, site):
    everything = set(search_for(page, site, "油茶", at="all"))
    assert {"industry/youcha", "site/s1", "service/v2"} <= everything
    page.click("[data-facet=region] summary")
    chips = page.locator("[data-facet=region] .chips a")
    assert chips.evaluate_all("all => all.map(each => each.dataset.value)") == ["360000", "430000"]
    page.click("[data-facet=region] [data-value='430000']")
    page.wait_for_url("**region=430000")
    assert set(results(page)) == {"service/v2"}

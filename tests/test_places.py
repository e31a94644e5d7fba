"""What the page of a place says: what is near it and like it, its year in the fields, who could act, its notice."""

import gzip
import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from demonstration import TODAY, assemble, make_renderer
from hypothesis import given, settings
from hypothesis import strategies as st
from match_made import industries, record_type, regions

from generator.load import load_project
from generator.model import Catalogue, Portal, Record
from generator.places import EACH, LIKE, NEAR, WIDE, Places
from generator.render import Job
from generator.views import Views
from generator.words import Words

ROOT = Path(__file__).parent.parent
COUNTY, NEXT, BARE, CITY, TOP = "990121", "990122", "990125", "990100", "990000"


@pytest.fixture(scope="module")
def renderer(tmp_path_factory):
    root = assemble(tmp_path_factory.mktemp("demonstration"))
    return make_renderer(root)


@pytest.fixture(scope="module")
def places(renderer):
    return next(section for section in renderer.sections if isinstance(section, Places))


def values(places, place):
    vocabulary = places.catalogue.vocabularies["region"]
    (box,) = places.term_boxes(vocabulary, vocabulary[place])
    return box.values


def page(renderer, place):
    return renderer.render(Job("term", "region", place)).content.decode()


def lineage(places, record):
    tree = places.catalogue.vocabularies["region"]
    return {each.id for term in record.term("region") for each in tree.lineage(term.id)}


# ── The demonstration ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_county_without_anything_sees_what_its_neighbours_have(places):
    near = values(places, BARE)["near"]
    assert near
    for each in near:
        assert CITY in lineage(places, each["record"])
        assert each["good"][0].startswith("同在示例市")


def test_a_province_shows_a_few_of_what_lies_below_and_no_more(places):
    below = values(places, TOP)["below"]
    assert below["see"] and below["come"]
    for sort in ("see", "come"):
        assert len(below[sort]) <= NEAR
        for each in below[sort]:
            held = {term.id for term in each["record"].term("region")}
            assert TOP in lineage(places, each["record"]) and TOP not in held
            assert all(reason.startswith("在示例市") for reason in each["good"])


def test_a_larger_place_says_who_comes_to_all_of_it_its_own_first(places, renderer):
    team, teacher = "team/shili-youcha-fuwutuan", "person/shili-xiaoyuan-laoshi"
    assert [each["record"].key for each in values(places, TOP)["wide"]] == [team]
    assert [each["record"].key for each in values(places, CITY)["wide"]] == [teacher, team]
    assert values(places, COUNTY)["wide"] == [], "a county has a box of its own, with who comes from afar"
    for place, reasons in (
        (TOP, ["服务范围写明示例省"]),
        (CITY, ["服务范围写明示例市", "服务范围示例省，含示例市"]),
    ):
        html = page(renderer, place)
        main = html[html.index("<main") : html.index("</main>")]
        part = main[main.index('id="wide"') :].split("</section>")[0]
        assert all(f"✓ {reason}" in part for reason in reasons)
        assert main.index('href="#wide"') < main.index('id="wide"') < main.index('id="down"')
        assert main.count(f'href="../{team}.html"') == 1, "and not once more among those of its type"


def test_of_many_that_come_to_a_whole_province_only_the_first_are_named(places):
    catalogue = places.catalogue
    team = catalogue.records["team/shili-youcha-fuwutuan"]
    many = [Record(team.type, f"shili-{n}", team.values, team.path, team.terms) for n in range(WIDE + 2)]
    here = (*many, *catalogue.by_term["region", TOP])
    more = replace(catalogue, by_term={**catalogue.by_term, ("region", TOP): here})
    wide = values(Places(Views(more, "zh"), TODAY), TOP)["wide"]
    assert [each["record"].id for each in wide] == [each.id for each in many[:WIDE]]


def test_the_year_holds_every_entry_once_with_its_months(places, renderer):
    year = values(places, COUNTY)["year"]
    assert year["crop"].id == "youcha"
    rows = [row["record"].key for row in year["rows"]]
    assert len(rows) == len(set(rows)) and 0 < len(rows) <= year["total"]
    starts = [str(row["record"].get("starts")) for row in year["rows"]]
    assert starts == sorted(starts)
    html = page(renderer, COUNTY)
    for row in year["rows"]:
        assert html.count(f'href="../{row["record"].url}"') == 1, "an entry of the year stands there once"
        assert f"{row['when']} {row['record'].title}" in html
    assert f"../{year['url']}" in html
    assert year["url"] in {renderer.address(job) for job in renderer.jobs()}


def test_the_page_of_a_place_does_not_depend_on_the_day(places):
    later = Places(places.views, TODAY.replace(year=TODAY.year + 1, month=5))
    for place in (COUNTY, NEXT, BARE, CITY, TOP):
        assert values(later, place) == values(places, place)


def test_sections_of_a_county_stand_in_the_order_in_which_a_farmer_asks(renderer):
    html = page(renderer, COUNTY)
    ids = re.findall(r'<section class="[^"]*" id="([\w-]+)"', html)
    asked = [name for name in ("reach", "site", "team", "calendar", "farming", "need", "missing") if name in ids]
    assert len(asked) >= 6
    assert [name for name in ids if name in asked] == asked


def test_who_comes_stands_on_the_page_once(renderer):
    html = page(renderer, NEXT)
    main = html[html.index("<main") : html.index("</main>")]
    reach = main[main.index('id="reach"') : main.index("</section>", main.index('id="reach"'))]
    links = re.findall(r'href="\.\./((?:service|team|person)/[\w-]+\.html)"', reach)
    assert links
    cards = re.findall(r'<li class="card[^>]*>.*?<a href="\.\./([\w/-]+\.html)"', main)
    assert not set(links) & set(cards)


def test_the_nearest_body_that_could_act_is_named(places):
    assert values(places, COUNTY)["act"].key == "organisation/shilixian-kexie"
    assert values(places, "990123")["act"].key == "organisation/shilishi-kexie"


def test_what_is_missing_is_one_sentence_with_who_could_act(renderer):
    html = page(renderer, "990123")
    part = html[html.index('id="missing"') :]
    part = part[: part.index("</section>")]
    words = Words("zh")
    assert words("page.here.lacking", name="示例丙县") in part
    assert words("page.here.act") in part and "organisation/shilishi-kexie.html" in part
    types = {t.name: t.title("zh") for t in renderer.catalogue.types.values()}
    assert types["case"] in part


def test_pages_of_places_are_light_in_both_languages(renderer, tmp_path):
    for lang in ("zh", "en"):
        each = renderer if lang == "zh" else make_renderer(assemble(tmp_path / "en"), lang)
        for term in each.catalogue.vocabularies["region"]:
            assert len(gzip.compress(page(each, term.id).encode(), 9)) <= 8192, (lang, term.id)


def test_every_jump_leads_to_a_part_of_the_page(renderer):
    looked = 0
    for term in renderer.catalogue.vocabularies["region"]:
        html = page(renderer, term.id)
        for name in re.findall(r'href="#([\w-]+)"', html):
            looked += 1
            assert f'id="{name}"' in html, (term.id, name)
    assert looked > 20


def test_the_notice_has_the_address_of_the_page_and_hides_the_rest(renderer):
    html = page(renderer, COUNTY)
    address = f"{renderer.portal.get('address')}region/{COUNTY}.html"
    assert re.search(rf'<p class="po[^"]*">[^<]*{re.escape(address)}</p>', html)
    body = html[html.index("<main") :]
    for name in re.findall(r'<section class="([^"]*)" id="(?!reach|contacts)[\w-]+"', body):
        assert "np" in name.split() or f'<div class="np"><section class="{name}"' in body


# ── A small catalogue ────────────────────────────────────────────────────────────────────────────────────────────────


SIDES = {
    "help": [{"side": "offers", "reach": "region"}],
    "sight": [{"side": "offers", "at": "region", "but": {"source_title": ["closed"]}}],
    "wish": [{"side": "asks", "reach": "region"}],
}
MATCHING = load_project(ROOT).portal.get("matching")
VOCABULARIES = {"region": regions(3, 3, 4), "industry": industries(2, 2, 2)}
TYPES = {name: record_type(name, "") for name in SIDES}


def small(*rows):
    """Places of a catalogue in which each row is a type, an id, a place and a crop, and perhaps a source."""
    vocabularies = {n: replace(v, pages=True) for n, v in VOCABULARIES.items()}
    records, at = {}, defaultdict(list)
    for kind, name, place, crop, *source in rows:
        named = (vocabularies["industry"][crop],) if crop else ()
        terms = {"region": (vocabularies["region"][place],), "industry": named}
        values = {"title": name, "region": [place], "industry": [crop] if crop else [], "source_title": "".join(source)}
        record = records[f"{kind}/{name}"] = Record(TYPES[kind], name, values, "", terms)
        for term in (each for found in terms.values() for each in found):
            at[term.vocabulary, term.id].append(record)
    matching = {"sides": SIDES, **{name: MATCHING[name] for name in ("points", "grades")}}
    catalogue = Catalogue(
        Portal("示例", "zh", {"matching": matching}),
        TYPES,
        vocabularies,
        records,
        {name: [r for r in records.values() if r.type.name == name] for name in TYPES},
        by_term={key: tuple(found) for key, found in at.items()},
    )
    return Places(Views(catalogue, "zh"), TODAY)


def names(found):
    return [each["record"].id for each in found]


def test_the_prefecture_comes_before_the_province_and_the_own_crop_before_others():
    places = small(
        ("sight", "own", "p0c0x0", "r0g0k0"),
        ("sight", "far-same", "p0c1x0", "r0g0k0"),
        ("sight", "near-other", "p0c0x1", "r1g0k0"),
        ("sight", "near-same", "p0c0x2", "r0g0k0"),
        ("sight", "other-province", "p1c0x0", "r0g0k0"),
        ("help", "comes", "p0c0x0", ""),
    )
    got = values(places, "p0c0x0")
    assert names(got["near"]) == ["near-same", "near-other", "far-same"]
    assert names(got["like"]) == ["other-province"]
    words = Words("zh")
    assert got["near"][0]["good"] == [
        words("match.at-shared", shared="示例p0c0", theirs="示例p0c0x2"),
        words("match.industry-same", theirs="示例r0g0k0", mine="示例r0g0k0"),
    ]


def test_what_is_refused_and_what_only_asks_is_nothing_to_look_at():
    places = small(
        ("sight", "shut", "p0c0x1", "", "closed"), ("wish", "asks", "p0c0x1", ""), ("sight", "open", "p0c0x2", "")
    )
    assert names(values(places, "p0c0x0")["near"]) == ["open"]
    assert values(places, "p0c0x2")["near"] == [], "what stands here is no neighbour"


def test_neighbours_see_different_things():
    rows = [("sight", f"s{c}{x}", f"p0c{c}x{x}", "") for c in range(3) for x in range(4)]
    places = small(*rows)
    seen = {place: tuple(names(values(places, place)["near"])) for place in ("p0c0x0", "p0c0x1", "p0c0x2", "p0c0x3")}
    assert len(set(seen.values())) == 4


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["help", "sight", "wish"]),
            st.integers(0, 10**6).map(str),
            st.sampled_from([each.id for each in VOCABULARIES["region"]]),
            st.sampled_from(["", *(each.id for each in VOCABULARIES["industry"])]),
        ),
        max_size=25,
        unique_by=lambda row: row[:2],
    )
)
@settings(max_examples=60, deadline=None)
def test_what_is_shown_is_bounded_apart_and_true(rows):
    places = small(*rows)
    tree, crops = VOCABULARIES["region"], VOCABULARIES["industry"]
    for term in tree:
        got = values(places, term.id)
        assert len(got["near"]) <= NEAR and len(got["like"]) <= LIKE
        held = {each.id for found in (got["near"], got["like"]) for each in (shown["record"] for shown in found)}
        assert len(held) == len(got["near"]) + len(got["like"])
        own = tree.lineage(term.id)
        for shown in got["near"]:
            (place,) = shown["record"].term("region")
            assert place.id != term.id and own[0] in tree.lineage(place.id)
            assert shown["record"].type.name == "sight"
        for shown in got["like"]:
            (place,), (crop,) = shown["record"].term("region"), shown["record"].term("industry")
            assert tree.lineage(place.id)[0] != own[0]
            assert got["lead"] in crops.lineage(crop.id)
        for sort in ("come", "see"):
            found = [shown["record"] for shown in got["below"][sort]]
            assert all(term in tree.lineage(r.term("region")[0].id)[:-1] for r in found)
            branches = Counter(tree.lineage(r.term("region")[0].id)[len(own)].id for r in found)
            assert all(n <= EACH for n in branches.values())

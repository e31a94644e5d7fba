"""Suggestions: what is suggested, by which beginnings, in what order, and in files of what size."""

import gzip
import json

import pytest
from test_search import ROWS, TYPES, VOCABULARIES, small_catalogue

from generator import suggest
from generator.documents import documents, known, record_names
from generator.lexicon import make_lexicon
from generator.model import Record

PLACES = [(f"site/p{n:03}", f"湖南油茶示范点{n:03}", "", "park", "430224", "", "2020") for n in range(120)]


def made(catalogue):
    lexicon = make_lexicon(catalogue.vocabularies.values(), record_names(catalogue))
    found = suggest.entries(catalogue, "zh", lexicon, known(list(documents(catalogue, "zh", lexicon)), lexicon))
    return found, {page.path: page.content for page in suggest.files(found, lexicon)}


@pytest.fixture(scope="module")
def small():
    return made(small_catalogue())


@pytest.fixture(scope="module")
def many():
    return made(small_catalogue(ROWS + PLACES))


def part(files, beginning):
    return json.loads(files[f"search/suggest/{suggest.bucket(beginning)}.json"])


def under(files, beginning):
    """What stands under a beginning: (label, name)."""
    here = part(files, beginning)
    row = here["g"].get(beginning, [])
    return [
        (here["e"][number][0], here["e"][number][0][name:] if isinstance(name, int) else beginning + name)
        for number, name in zip(row[::2], row[1::2], strict=True)
    ]


def labels(files, beginning):
    return list(dict.fromkeys(label for label, _ in under(files, beginning)))


# ── What is suggested ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_term_stands_before_records_and_says_how_many_there_are(small):
    _, files = small
    assert labels(files, "油")[:2] == ["油料", "油茶"]
    here = part(files, "油")
    assert ["油茶", 0, "industry/youcha", "油料", 2] in [[*row[:1], 0, *row[2:]] for row in here["e"]]


def test_a_term_is_found_by_its_other_names(small):
    _, files = small
    assert ("油茶", "山茶油") in under(files, "山")
    assert labels(files, "地") == ["甘薯", "豆薯"]


def test_a_term_without_records_is_there_and_comes_later(small):
    _, files = small
    assert ("无录县", "无录县") in under(files, "无")


def test_a_term_without_page_is_asked_for(small):
    found, _ = small
    assert all(entry.address for entry in found if entry.kind[0] != "类别")


def test_a_record_is_found_where_a_known_name_begins_in_its_title(small):
    _, files = small
    name = "江西袁州油茶科技小院"
    assert (name, name) in under(files, "江")
    assert (name, "油茶科技小院") in under(files, "油")
    assert not under(files, "技")


@pytest.mark.parametrize("heard", ["youcha", "yc"])
def test_terms_are_found_by_sound_and_by_initials(small, heard):
    _, files = small
    assert any(label == "油茶" and name.startswith(heard) for label, name in under(files, "y"))


def test_one_character_is_heard_too(small):
    _, files = small
    assert any(label == "茶叶" and name.startswith("cha") for label, name in under(files, "c"))


def test_records_with_one_title_are_told_apart():
    found, _ = made(small_catalogue([*ROWS, ("site/s9", "柑橘科技小院", "", "yard", "430000", "ganju", "2025")]))
    assert sorted(entry.detail for entry in found if entry.label == "柑橘科技小院") == ["2023", "2025"]


def test_words_of_strangers_are_kept_as_they_are(small):
    _, files = small
    assert '<img src=x onerror="document.title=1">草莓' in labels(files, "i")


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_is_there_so_that_none_is_asked_in_vain(small):
    _, files = small
    assert len(files) == suggest.BUCKETS


def test_traditional_characters_lead_to_simple_ones(small):
    _, files = small
    assert part(files, "葉")["t"]["葉"] == "叶"
    assert labels(files, "無") == labels(files, "无")[: suggest.SHOWN] != []
    assert part(files, "茶")["t"]["葉"] == "叶"  # the second character of 茶葉, without another file


def test_too_many_names_are_split_and_each_stays_to_be_found(many):
    found, files = many
    here = part(files, "湖")
    assert here["s"]["湖"]
    assert len(here["g"]["湖"]) == 2 * suggest.TOP
    sites = [entry.label for entry in found if entry.label.startswith("湖南油茶示范点")]
    assert len(sites) == 120
    for label in sites:
        longest = max((each for each in here["s"]["湖"] if label.startswith(each)), key=len)
        assert label in labels(files, label[: len(longest) + 1])


def test_the_first_suggestions_are_not_all_of_one_kind(many):
    found, files = many
    kinds = {entry.label: entry.kind[0] for entry in found}
    first = [kinds[label] for label in labels(files, "湖")]
    assert {"地方", "单位", "示范基地"} <= set(first[: suggest.ALIKE + 3])


def test_the_same_catalogue_gives_the_same_bytes(many):
    _, files = many
    assert made(small_catalogue(ROWS + PLACES))[1] == files


def test_a_title_is_no_longer_than_it_is_when_folded():
    catalogue = small_catalogue()
    odd = Record(TYPES["service"], "odd", {"title": "㎡油茶"})
    by_type = {**catalogue.by_type, "service": (*catalogue.by_type["service"], odd)}
    changed = type(catalogue)(
        catalogue.portal, TYPES, VOCABULARIES, {**catalogue.records, odd.key: odd}, by_type, below_term={}
    )
    _, files = made(changed)
    here = part(files, "油")
    assert any(
        here["e"][number][0] == "㎡油茶" and "油" + str(name) == "油茶"
        for number, name in zip(here["g"]["油"][::2], here["g"]["油"][1::2], strict=True)
    )


# ── The shipped catalogue ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_first_keystroke_costs_far_less_than_forty_kilobytes(shipped):
    sizes = {path.name: path.stat().st_size for path in (shipped / "search" / "suggest").glob("*.json")}
    assert len(sizes) == suggest.BUCKETS
    assert max(sizes.values()) <= 20 * 1024, "even where a host does not compress"
    packed = [len(gzip.compress(path.read_bytes())) for path in (shipped / "search" / "suggest").glob("*.json")]
    assert max(packed) <= 10 * 1024

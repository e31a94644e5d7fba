"""What names are mistaken for: each file holds what the search page looks for when a word is nowhere."""

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest

from generator.hearing import (
    BEGINNINGS,
    BODY_FILES,
    HEARD_ALIKE,
    HEARD_FAR,
    MOST_PER_CHARACTER,
    SLIP_FILES,
    SOUND_FILES,
    begun_page,
    body_pages,
    far,
    file_of,
    less_one,
    slip_pages,
    slip_start,
    sound_pages,
    sound_start,
)

SEARCH = Path(__file__).parent.parent / "site_overrides" / "assets" / "search"
FORMS = {
    "马铃薯": ("industry/malingshu",),
    "油茶": ("industry/youcha",),
    "油菜": ("industry/youcai",),
    "草药": ("industry/zhongyaocai",),
    "草莓": ("industry/caomei",),
    "嘉禾": ("region/431024",),
    "云南": ("region/530000",),
    "coffee": ("industry/kafei",),
    "中国茶叶学会": ("organisation/o1",),
}
WEIGHT = {**dict.fromkeys(FORMS, 3), "草药": 9, "嘉禾": 40}


def held(pages, folder, start, count, key):
    """What stands under a key in the file where the page looks for it."""
    path = f"search/{folder}/{file_of(start, count)}.json"
    return json.loads({page.path: page.content for page in pages}[path]).get(key, [])


def slips(key):
    pages = list(slip_pages(FORMS, WEIGHT, {"嘉禾", "云南"}, {"中国茶叶学会"}, {"种枣"}))
    return held(pages, "typo", slip_start(key), SLIP_FILES, key)


def sounds(key, main=("草莓",), parts=None):
    return held(
        list(sound_pages(FORMS, WEIGHT, set(main), (), parts or {})), "pinyin", sound_start(key), SOUND_FILES, key
    )


def bodies(key, names):
    return held(list(body_pages(names)), "body", key, BODY_FILES, key)


def test_a_word_less_one_is_each_way_once():
    assert less_one("玉玉米") == ["玉米", "玉玉"]


@pytest.mark.parametrize("typed", ["马玲薯", "牛铃薯", "马铃树"])
def test_a_wrong_character_leaves_what_the_right_one_leaves(typed):
    assert any("马铃薯" in slips(key) for key in less_one(typed))


def test_a_character_left_out_is_found_as_it_stands():
    assert slips("马薯") == ["马铃薯"]
    assert slips("中国茶学会") == ["中国茶叶学会"]


def test_of_two_characters_places_stand_behind_the_others_and_behind_an_empty_name():
    assert slips("油") == ["油茶", "油菜"]
    assert slips("嘉") == ["", "嘉禾"]


def test_english_words_are_filed_less_any_letter():
    assert slips("cofee") == ["coffee"]
    assert slips("coffe") == ["coffee"]


def test_names_as_they_are_read_are_filed_less_one_of_the_letters_they_are_filed_by():
    assert slips("mlingshu") == ["malingshu"]
    assert slips("yunan") == ["yunnan"]
    assert slips("jahe") == ["jiahe"], "places as well"
    assert slips("malingsu") == [], "its first letters are right: it stands in the file of sounds"


def test_what_things_are_called_first_stands_before_their_other_names():
    assert sounds("cm") == ["草莓"]
    assert sounds("cy") == ["草药"]
    assert sounds("caoyao") == ["草药"]


def test_initials_are_also_those_of_what_many_names_end_in():
    assert sounds("nky", parts={"农科院": 12}) == ["农科院"]
    assert sounds("nky") == []


def test_sounds_that_the_south_does_not_tell_apart_are_filed_under_a_mark():
    assert far("naimei") == far("laimei") == "~laimei"
    assert far("fanan") == far("hualan")
    assert far("wanggua") == far("huanggua")
    assert far("yutou") == far("yitou")
    assert far("roulu") == far("loulu")
    assert "云南" in sounds(far("yunlan"))
    assert sounds("yunlan") == []


def test_the_page_does_not_tell_apart_what_is_filed_together():
    """Both lists, word for word: a sound that only one side blurs is never found."""
    parts = {part: (SEARCH / part).read_text("utf-8") for part in ("10-tokens.js", "slips/45-slips.js")}
    for part, function, pairs in (("10-tokens.js", "blurred", HEARD_ALIKE), ("slips/45-slips.js", "far", HEARD_FAR)):
        body = re.search(rf"^function {function}\(.*?^}}", parts[part], re.MULTILINE | re.DOTALL)
        assert tuple(re.findall(r'\["(\w+)", "(\w+)"\]', body[0])) == pairs


def test_a_body_of_which_all_characters_are_common_is_filed_by_the_rarest():
    names = [f"{place}茶学会" for place in map(chr, range(0x4E00, 0x4E00 + MOST_PER_CHARACTER + 1))]
    assert bodies("茶", [*names, "茶学会"]) == ["茶学会"]
    assert bodies("学", [*names, "茶学会"]) == []


def test_a_body_is_filed_by_each_of_its_characters_that_not_all_have():
    names = [f"中国{chr(0x4E00 + n)}学会" for n in range(MOST_PER_CHARACTER + 1)]
    assert bodies("茶", ["中国茶叶学会"]) == ["中国茶叶学会"]
    assert bodies(names[5][2], names) == [names[5]]
    assert bodies("学", names) == []


def test_the_beginnings_of_names_are_bits():
    bits = b64decode(json.loads(begun_page(["油茶", "油茶籽", "枣"], ["馬"]).content)["bits"])
    told = {n for n in range(BEGINNINGS) if bits[n // 8] >> n % 8 & 1}
    assert told == {file_of(start, BEGINNINGS) for start in ("油茶", "枣", "馬")}

"""What people call things: names cut down, in English, of former places, written with a slip; what a title says."""

import json

import pytest
from test_search import small_catalogue, vocabulary

from generator.documents import documents
from generator.hearing import SLIP_FILES, blurred, file_of
from generator.lexicon import cut_down, in_number, make_lexicon
from generator.namefiles import files
from generator.tokens import concept

SHORTER = list(
    vocabulary(
        "abbreviation",
        [
            ("nky", "农业科学院", "", "农科院", ""),
            ("yjs", "研究所", "", "所", ""),
            ("nd", "农业大学", "", "农大", ""),
            ("kx", "科协", "", "", ""),
            ("hunan", "湖南", "", "湘", ""),
            ("beijing", "北京", "", "京", ""),
        ],
        title="简称",
    )
)


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("中国农业科学院茶叶研究所", {"中国农科院茶叶所", "农科院茶叶所", "茶叶研究所", "茶叶所"}, {"研究所", "所"}),
        ("江苏省农业科学院", {"江苏省农科院", "江苏农业科学院", "江苏农科院"}, {"农科院", "农业科学院"}),
        ("中国农业大学", {"中国农大"}, {"农业大学", "农大"}),
        ("中国蚕学会", {"蚕学会"}, set()),
        ("国家乡村振兴局", {"乡村振兴局"}, set()),
        ("恩施州科协", {"恩施科协"}, {"科协"}),
        ("湖南农业大学", {"湖南农大", "湘农大"}, {"农大"}),
        ("北京市农业科学院", {"北京农科院", "京农科院"}, {"京市农科院"}),
        ("四川省农业科学院作物研究所（四川省种质资源中心）", {"四川农科院作物所"}, set()),
    ],
)
def test_a_body_is_called_as_people_cut_its_name_down_and_never_as_all_of_its_kind(name, said, unsaid):
    found = set(cut_down(name, SHORTER))
    assert said <= found
    assert not unsaid & found
    assert name not in found


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("potatoes", "potato"),
        ("potato", "potatoes"),
        ("berries", "berry"),
        ("berry", "berries"),
        ("peach", "peaches"),
        ("mushroom", "mushrooms"),
        ("goats", "goat"),
        ("grass", "grass"),
    ],
)
def test_an_english_name_is_one_or_many(name, other):
    assert list(in_number(name)) == [other]


def test_a_former_name_is_said_short_unless_something_else_is_called_so():
    places = vocabulary(
        "region",
        [
            ("420600", "襄阳市", "", "襄阳 襄樊市", "", {"level": "prefecture"}),
            ("420607", "襄州区", "420600", "襄阳县", "", {"level": "county"}),
        ],
        title="地方",
    )
    forms = make_lexicon([places]).forms
    assert forms["襄樊"] == ("region/420600",)
    assert forms["襄阳"] == ("region/420600",)
    assert forms["襄阳县"] == ("region/420607",)


def test_a_character_that_looks_alike_leads_to_the_right_one():
    crops = vocabulary("industry", [("youcai", "油菜", "", "", "")], title="产业")
    slips = {page.path: json.loads(page.content) for page in files(make_lexicon([crops])) if "/typo/" in page.path}
    assert slips[f"search/typo/{file_of('油莱', SLIP_FILES)}.json"]["油莱"] == ["油菜"]


# ── What a title says ────────────────────────────────────────────────────────────────────────────────────────────────


def held(key, title, industry):
    kind = "organisation" if key.startswith("organisation") else "site"
    row = (key, title, "", "" if kind == "organisation" else "park", "430224", industry, "")
    found = {document.key: document for document in documents(small_catalogue([row]), "zh")}
    return {code for _, block in found[key].blocks for code in block}


def test_a_title_says_more_exactly_what_its_field_says():
    assert concept("industry", "youcha") in held("site/t1", "油茶产业集群", "youliao")


def test_a_title_never_says_another_crop_than_its_field():
    assert concept("industry", "youcha") not in held("site/t1", "油茶产业集群", "guopin")
    assert concept("industry", "chaye") not in held("site/t1", "茶叶镇农业产业强镇", "")


def test_a_place_in_a_title_is_no_place_of_the_record():
    assert concept("region", "430300") not in held("site/t1", "和平县油茶", "youliao")


# ── Nicknames and sounds ─────────────────────────────────────────────────────────────────────────────────────────────


def lexicon_of(*names):
    crops = vocabulary("industry", [("zao", "枣", "", "", ""), ("youcha", "油茶", "", "", "")], title="产业")
    return make_lexicon([crops], {f"organisation/{i}": [name] for i, name in enumerate(names)})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("华南农业大学", {"华农", "华农大", "华南农大"}),
        ("西北农林科技大学", {"西农"}),
        ("天津农学院", {"天农"}),
        ("中国农业科学院棉花研究所", {"中棉所"}),
        ("黑龙江省农业科学院克山分院", {"克山农科院"}),
        ("湖南省农业科学院茶叶研究所", {"湖南茶叶所"}),
    ],
)
def test_a_body_has_a_nickname_by_its_place_and_what_it_does(name, said):
    assert said <= set(cut_down(name, SHORTER))


def test_a_body_that_is_no_record_is_answered_by_its_parts():
    forms = lexicon_of("四川农业大学水稻研究所", "四川农业大学新农村发展研究院").forms
    assert forms["四川农业大学"] == ("organisation/0", "organisation/1")


def test_a_crop_of_one_character_is_understood_with_what_is_done_with_it():
    lexicon = lexicon_of()
    assert lexicon.forms["种枣"] == lexicon.forms["枣农"] == ("industry/zao",)
    assert "种枣" in lexicon.spoken
    assert "种油茶" not in lexicon.forms


def test_sounds_that_are_not_told_apart_are_one():
    assert blurred("zhongguoturangxuehui") == blurred("zongguoturanxuehui")

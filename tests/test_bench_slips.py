"""The slips of the bench are those of people: every way spoils as it says, the same each time, in two halves."""

import pytest

from tests.bench.slips import TUNED, UNSEEN, WAYS, Found, Slip, slips

NAMES = {
    **{name: ("crop", f"industry/{n}") for n, name in enumerate(["油茶", "马铃薯", "水稻", "猕猴桃", "辣椒", "黄瓜"])},
    **{name: ("animal", f"industry/a{n}") for n, name in enumerate(["奶牛", "罗非鱼", "山羊"])},
    **{name: ("problem", f"problem/{n}") for n, name in enumerate(["黄龙病", "晚疫病", "枯萎病"])},
    **{name: ("kind", f"site_kind/{n}") for n, name in enumerate(["科技小院", "示范基地", "产业园区"])},
    **{name: ("place", f"region/{n}") for n, name in enumerate(["茶陵县", "恩施州", "鱼台县"])},
    **{name: ("body", f"organisation/{n}") for n, name in enumerate(["湖南农业大学", "茶叶学会", "渔业协会"])},
    "水到": ("", "region/9"),
}


@pytest.mark.parametrize(
    ("way", "name", "wrong"),
    [
        ("same sound", "水稻", "水道"),
        ("near sound", "奶牛", "来牛"),
        ("dialect", "黄瓜", "王瓜"),
        ("shape", "科技小院", "料技小院"),
        ("offered word", "水稻", "水道"),
        ("left out", "猕猴桃", "猕桃"),
        ("doubled", "油茶", "油油茶"),
        ("one more", "油茶", "油的茶"),
        ("changed over", "油茶", "茶油"),
        ("letter left out", "马铃薯", "malinshu"),
        ("letter beside", "油茶", "youchs"),
        ("letters changed over", "油茶", "youhca"),
    ],
)
def test_each_way_spoils_as_it_says(way, name, wrong):
    assert wrong in [spoiled for spoiled, _ in WAYS[way](name)]


def test_every_way_is_tried_as_often_and_the_same_each_time():
    made = slips(NAMES, 6)
    assert made == slips(NAMES, 6)
    assert [slip.way for slip in made] == [way for way in WAYS for _ in range(6)]
    assert {slip.half for slip in made} == {TUNED, UNSEEN}
    assert {slip.name: slip.half for slip in made} == {slip.name: slip.half for slip in reversed(made)}


def test_what_is_a_name_itself_is_no_slip():
    assert not {slip.wrong for slip in slips(NAMES, 6)} & NAMES.keys()


def test_lost_is_what_is_neither_found_nor_offered():
    slip = Slip("油茶", "crop", "shape", "汕茶", "first")
    assert Found(slip, ("a", "b"), ("b", "c"), "").recall == 0.5
    assert Found(slip, ("a", "b"), ("c",), "").lost
    assert not Found(slip, ("a", "b"), ("c",), "也许您在找： 油茶").lost

"""The lexicon: what villagers call crops, varieties, problems, symptoms, practices and areas.

Loading already holds that ids are unique and parents stand above their children. Here stands what else must be true for
a query to be read rightly: every pointer points somewhere, and a name that may mean two things says so in both places.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from generator.lexicon import cut_down
from generator.load import load_project

ROOT = Path(__file__).parent.parent
LEXICON = ("industry", "variety", "problem", "symptom", "practice", "area")
POINTERS = [
    ("variety", "means", "industry"),
    ("problem", "hosts", "industry"),
    ("symptom", "hosts", "industry"),
    ("symptom", "candidates", "problem"),
    ("area", "means", "region"),
]
REVIEWS = {"listed", "common", "doubtful"}
"""In a list or standard that we hold; generally known; look here first. Nobody has reviewed a term yet."""
EVERYDAY = set("稻麦粟芋麻桑茶葱蒜姜藕笋蚕棉蔗烟豆菜瓜菱葛艾菌菇果猪牛羊鸡鸭鹅鸽兔马驴骡鹿蜂蛋鱼虾蟹贝鳖龟鳝鳗鳅"
                "梨桃李杏枣柿柚橙橘桔柑荔蕨菊竹松柏杉杨柳槐榆漆棕韭蚝鲟鲤鲫鲢鳙鳜鳊鲇鲍鲷蚶蛤")  # fmt: skip
"""One character that people say for the thing itself."""
QUESTION = re.compile("怎么|什么|啥|哪|几月|吗$")


@pytest.fixture(scope="module")
def vocabularies():
    return load_project(ROOT).vocabularies


def lexicon(vocabularies):
    return [(name, term) for name in LEXICON for term in vocabularies[name]]


def names_of(term):
    return [term.title, *term.aliases]


def pointers(term, column):
    return [word for word in term.get(column).split(";") if word]


def bearers(vocabularies, name):
    found = defaultdict(list)
    for term in vocabularies[name]:
        for word in names_of(term):
            found[word].append(term)
    return found


def unmarked(word, terms):
    """The terms that bear the word as an alias without saying that it may mean something else."""
    return [term.id for term in terms if word != term.title and word not in term.ambiguous]


def test_there_are_concepts_and_names_enough(vocabularies):
    terms = lexicon(vocabularies)
    assert len(terms) >= 600
    assert len({word for _, term in terms for word in names_of(term)}) >= 2_000


def test_ids_are_small_letters_digits_and_hyphens(vocabularies):
    assert [term.id for _, term in lexicon(vocabularies) if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", term.id)] == []


@pytest.mark.parametrize(("name", "column", "target"), POINTERS)
def test_pointers_point_to_terms(vocabularies, name, column, target):
    lost = {w for term in vocabularies[name] for w in pointers(term, column) if w not in vocabularies[target]}
    assert lost == set()


def test_practices_point_to_terms_of_the_vocabulary_they_name(vocabularies):
    for term in vocabularies["practice"]:
        for word in pointers(term, "means"):
            name, _, target = word.partition("/")
            assert target in vocabularies[name], (term.id, word)


def test_a_symptom_hints_only_at_what_its_hosts_can_have(vocabularies):
    crops = vocabularies["industry"]
    animals = {"chuqin", "shuichan"}

    def family(word):
        return {term.id for term in crops.lineage(word)}

    for symptom in vocabularies["symptom"]:
        hosts = pointers(symptom, "hosts")
        for word in pointers(symptom, "candidates"):
            theirs = pointers(vocabularies["problem"][word], "hosts")
            if hosts and theirs:
                assert any(one in family(two) or two in family(one) for one in hosts for two in theirs), (
                    symptom.id,
                    word,
                )
            elif theirs:
                assert not all(family(one) & animals for one in theirs), (symptom.id, word)


@pytest.mark.parametrize("name", ["variety", "area"])
def test_every_variety_and_area_means_something(vocabularies, name):
    leaves = [term for term in vocabularies[name] if term.parent]
    assert [term.id for term in leaves if not pointers(term, "means")] == []


def test_nothing_points_to_one_term_twice(vocabularies):
    for _, term in lexicon(vocabularies):
        for column in ("means", "hosts", "candidates"):
            assert len(set(pointers(term, column))) == len(pointers(term, column)), (term.id, column)


def test_ambiguous_and_doubted_names_are_among_the_aliases(vocabularies):
    for _, term in lexicon(vocabularies):
        assert {*term.ambiguous, *pointers(term, "doubts")} <= set(term.aliases), term.id


def test_a_term_bears_each_name_once(vocabularies):
    for _, term in lexicon(vocabularies):
        assert [word for word, count in Counter(names_of(term)).items() if count > 1] == [], term.id


@pytest.mark.parametrize("name", LEXICON)
def test_a_name_of_two_terms_is_marked_in_both(vocabularies, name):
    shared = {word: terms for word, terms in bearers(vocabularies, name).items() if len(terms) > 1}
    assert {word: unmarked(word, terms) for word, terms in shared.items() if unmarked(word, terms)} == {}


def test_a_name_of_two_vocabularies_is_marked_or_is_a_variety_of_that_crop(vocabularies):
    by_vocabulary = {name: bearers(vocabularies, name) for name in LEXICON}
    words = Counter(word for found in by_vocabulary.values() for word in found)
    wrong = {}
    for word in (word for word, count in words.items() if count > 1):
        terms = {name: found[word] for name, found in by_vocabulary.items() if word in found}
        every = [term for found in terms.values() for term in found]
        crops = {term.id for term in terms.get("industry", ())}
        if set(terms) == {"industry", "variety"} and all(crops <= {*pointers(v, "means")} for v in terms["variety"]):
            continue
        if unmarked(word, every) or sum(word == term.title for term in every) > 1:
            wrong[word] = [f"{term.vocabulary}/{term.id}" for term in every]
    assert wrong == {}


def test_an_alias_that_is_also_a_place_is_marked(vocabularies):
    places = {word for term in vocabularies["region"] for word in names_of(term)}
    assert {word for _, term in lexicon(vocabularies) for word in places & {*term.aliases} - {*term.ambiguous}} == set()


def test_one_character_is_a_name_only_when_people_say_it(vocabularies):
    assert {w for _, term in lexicon(vocabularies) for w in names_of(term) if len(w) == 1} <= EVERYDAY


def test_names_are_folded_and_ask_nothing(vocabularies):
    for _, term in lexicon(vocabularies):
        for word in names_of(term):
            assert word == unicodedata.normalize("NFKC", word).strip(), word
            assert not QUESTION.search(word), word


def test_every_concept_has_an_english_name_of_its_own(vocabularies):
    for name in LEXICON:
        counts = Counter(term.titles.get("en", "") for term in vocabularies[name])
        assert [label for label, count in counts.items() if count > 1 or not label] == [], name


def test_the_state_of_review_is_known(vocabularies):
    for name in set(LEXICON) - {"industry"}:
        assert {term.get("review") for term in vocabularies[name]} <= REVIEWS, name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("中国农业科学院茶叶研究所", {"茶叶所", "茶科所", "农科院茶叶所"}),
        ("山东省农业科学院果树研究所", {"果树所", "山东果树所", "山东果研所"}),
        ("辽宁省果树科学研究所", {"辽宁果树所", "辽宁果科所"}),
        ("西藏自治区农牧科学院", {"西藏农科院", "西藏农牧院"}),
        ("国家乡村振兴局", {"扶贫办", "乡村振兴局"}),
    ],
)
def test_the_shipped_abbreviations_leave_what_people_say(vocabularies, name, said):
    assert said <= set(cut_down(name, list(vocabularies["abbreviation"])))

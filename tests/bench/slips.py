"""How well the search bears slips of one character, without labels: what is found with the slip, and without it.

``python -m tests.bench.slips --site SITE [--each N] [--misses] [--ways WAY …]`` takes names that lead to records from
the files of a built site, spoils each as people do it, with a fixed seed, and asks both in the page's own engine. Of
the first ten that the right spelling finds, how many stand among the first ten for the slip? What finds none of them
and does not even offer the name is lost. Half of the queries are the name alone, half ask something of it. Names are
halved by a hash: `TUNED` may be looked at (``--misses``), of `UNSEEN` only the figures count.

Then the reverse: right names, and words of titles that are no names. How many does the page take for something else?

`WAYS` are what may go wrong: a character of the same sound, or of one that a dialect does not tell from it; one that
looks like it (`look-alikes.txt`, which the engine does not know); the word that a keyboard offers first for the sound;
one left out, typed twice, one too many, two changed over; and in pinyin a letter left out, beside the right one, or
changed over.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jieba
from playwright.sync_api import Page

from generator.evaluate import ask, chromium, serve
from generator.hearing import pinyin, sounds
from generator.lexicon import GROWN
from tests.names_filed import empty_in, names_in

SEED = 20261122
TUNED, UNSEEN = "tuned", "unseen"
POOR = 0.5  # recall below which --misses lists a slip
LONGEST = 12  # characters of a name
COMMON = 3200  # characters that people type
TYPED = 200  # and those which come in by accident
FREQUENT = 20  # times that jieba has counted a word which a keyboard offers
NOTED = "#hints .note"  # what the page says of how it has read a query
NOTE_WORDS = ("找的", "按拼音")

INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l"))
FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("iang", "ian"), ("uang", "uan"))
DIALECTS = (("yu", "yi"), ("yuan", "yan"), ("xu", "xi"), ("qu", "qi"), ("ju", "ji"), ("lv", "li"), ("yun", "yin"))
DIALECTS += (("huang", "wang"), ("hu", "wu"), ("ren", "yin"), ("rou", "you"), ("re", "ye"))
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

QUESTIONS = {
    "crop": ("{}怎么种", "{}专家", "{}叶子发黄怎么办", "我家{}今年长得不好找谁", "湖南{}基地在哪里"),
    "animal": ("{}怎么养", "{}专家", "{}不吃东西怎么办", "我想问一下{}在哪里买", "湖南{}基地"),
    "problem": ("{}怎么治", "{}打什么药", "请问{}怎么防", "得了{}怎么办"),
    "kind": ("{}在哪里", "{}怎么申请", "湖南{}", "茶叶{}有哪些"),
    "place": ("{}专家", "{}科技小院在哪里", "{}茶叶", "我是{}的想找技术员"),
    "body": ("{}电话", "{}在哪里", "{}怎么联系", "请问{}专家电话是多少"),
}
KINDS = {
    "industry": "crop", "variety": "crop", "problem": "problem", "symptom": "problem", "practice": "kind",
    "site_kind": "kind", "team_kind": "kind", "service_kind": "kind", "region": "place", "area": "place",
    "organisation": "body",
}  # fmt: skip
ANIMALS = "鸡鸭鹅猪牛羊马驴兔鹿鱼虾蟹蜂蚕鸽鹌鳖龟蛙鳝鳅贝蛎鲍参狐貂狸驼犬"


@dataclass(frozen=True, slots=True)
class Slip:
    """A name and how it was spoiled: ``way``, the wrong form, where (first, middle, last), in which question."""

    name: str
    kind: str
    way: str
    wrong: str
    place: str
    question: str = "{}"

    @property
    def half(self) -> str:
        """Whether it may be looked at."""
        return (TUNED, UNSEEN)[hashlib.sha256(self.name.encode()).digest()[0] & 1]


@dataclass(frozen=True, slots=True)
class Found:
    """A slip with what is found without it and with it: the keys of the first ten cards."""

    slip: Slip
    right: tuple[str, ...]
    found: tuple[str, ...]
    said: str  # how the page has read it

    @property
    def recall(self) -> float:
        """The share of what the right spelling finds."""
        return len(set(self.right) & set(self.found)) / len(self.right)

    @property
    def lost(self) -> bool:
        """Whether nothing right is there, not even a choice of what may have been meant that has the name."""
        return not self.recall and self.slip.name not in self.said


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def names_of(site: Path) -> dict[str, tuple[str, str]]:
    """Every name of the site in characters -> its kind and its concept; without a kind where it finds nothing, means
    several things or is of no kind that people slip in."""
    forms: dict[str, list[str]] = {}
    empty: set[str] = set()
    for path in sorted((site / "search" / "forms").glob("*.json")):
        forms.update(names_in(path.read_bytes()))
        empty |= empty_in(path.read_bytes())
    spoken = {way.format(single) for single in forms if len(single) == 1 for way in GROWN}  # 种枣 is said, but no name
    return {
        name: ("" if name in spoken or len(keys) > 1 or keys[0] in empty else _kind(name, keys[0]), keys[0])
        for name, keys in sorted(forms.items())
        if not name.isascii()
    }


def _kind(name: str, concept: str) -> str:
    kind = KINDS.get(concept.split("/")[0], "")
    if not 2 <= len(name) <= LONGEST or not all(character in sounds() for character in name):
        return ""
    return "animal" if kind == "crop" and name[-1] in ANIMALS else kind


# ── Ways to go wrong ─────────────────────────────────────────────────────────────────────────────────────────────────

Spoiled = Iterator[tuple[str, int]]  # forms, and the character at which they are wrong; likelier ones several times


@cache
def counted() -> dict[str, int]:
    """Words of everyday Chinese and how often they come."""
    lines = (line.split() for line in jieba.get_dict_file().read().decode().splitlines())
    return {line[0]: int(line[1]) for line in lines}


@cache
def common() -> dict[str, int]:
    """The characters that people type, and how often."""
    total: Counter[str] = Counter()
    for word, count in counted().items():
        total.update(dict.fromkeys(word, count))
    return {character: count for character, count in total.most_common() if character in sounds()}


@cache
def heard() -> Mapping[str, list[str]]:
    """The common characters by their sound, the commonest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for character in list(common())[:COMMON]:
        found[sounds()[character]].append(character)
    return found


def changed(name: str, i: int, other: str) -> str:
    """A name with another character, or with several or none, in the place of one."""
    return name[:i] + other + name[i + 1 :]


def same_sound(name: str) -> Spoiled:
    """油茶 油查."""
    for i, character in enumerate(name):
        yield from ((changed(name, i, other), i) for other in heard()[sounds()[character]][:8] if other != character)


def confused(sound: str, pairs: Sequence[tuple[str, str]], whole: bool = False) -> set[str]:
    """The syllables that somebody may say for one who does not tell these apart."""
    found = set()
    for pair in pairs:
        for one, other in (pair, pair[::-1]):
            if whole and sound == one:
                found.add(other)
            elif not whole and pairs is INITIALS and sound.startswith(one) and not sound.startswith(f"{one}h"):
                found.add(other + sound[len(one) :])
            elif not whole and pairs is FINALS and sound.endswith(one):
                found.add(sound[: -len(one)] + other)
    return found & heard().keys() - {sound}


def near_sound(name: str) -> Spoiled:
    """罗非鱼 罗灰鱼, 莲藕 年藕."""
    for i, character in enumerate(name):
        for sound in sorted(confused(sounds()[character], INITIALS) | confused(sounds()[character], FINALS)):
            yield from ((changed(name, i, other), i) for other in heard()[sound][:5])


def dialect(name: str) -> Spoiled:
    """鲤鱼 李移, 黄瓜 王瓜: not told apart in the south-west, or in Guangdong and among Hakka, or in the north-east."""
    for i, character in enumerate(name):
        for sound in sorted(confused(sounds()[character], DIALECTS, whole=True)):
            yield from ((changed(name, i, other), i) for other in heard()[sound][:5])


@cache
def looks() -> dict[str, str]:
    """What looks like a character."""
    lines = Path(__file__).with_name("look-alikes.txt").read_text("utf-8").splitlines()
    return {line[0]: line[1:] for line in lines if not line.startswith("#")}


def shape(name: str) -> Spoiled:
    """辣椒 辣棍."""
    for i, character in enumerate(name):
        yield from ((changed(name, i, other), i) for other in looks().get(character, ""))


@cache
def words_heard() -> Mapping[str, list[str]]:
    """Everyday words of two and three characters by how they are read, the commonest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, count in sorted(counted().items(), key=lambda each: -each[1]):
        if count >= FREQUENT and 2 <= len(word) <= 3 and all(character in sounds() for character in word):
            found["".join(sounds()[character] for character in word)].append(word)
    return found


def offered(name: str) -> Spoiled:
    """水稻 水道: the word that a keyboard or the voice puts in the place of two or three characters."""
    for size in (2, 3):
        for i in range(len(name) - size + 1):
            part = name[i : i + size]
            words = words_heard().get("".join(sounds()[character] for character in part), [])
            yield from ((name[:i] + word + name[i + size :], i) for word in words[:3] if word != part)


def left_out(name: str) -> Spoiled:
    """猕桃, of names that still say something then."""
    if len(name) > 2:
        yield from ((changed(name, i, ""), i) for i in range(len(name)))


def doubled(name: str) -> Spoiled:
    """枸枸杞."""
    yield from ((changed(name, i, name[i] * 2), i) for i in range(len(name)))


def one_more(name: str) -> Spoiled:
    """枸的杞: a key too many gives a character that comes often."""
    yield from (
        (changed(name, i, name[i] + other), i) for i in range(len(name) - 1) for other in list(common())[:TYPED]
    )


def changed_over(name: str) -> Spoiled:
    """菜白."""
    pairs = range(len(name) - 1)
    yield from ((name[:i] + name[i + 1] + name[i] + name[i + 2 :], i) for i in pairs if name[i] != name[i + 1])


def letters_of(name: str) -> str:
    """A name as it is read; nothing where that is too short to be told from initials."""
    read = "".join(pinyin(name))
    return read if len(read) > 4 and len(name) <= 5 else ""


def letter_left_out(name: str) -> Spoiled:
    """malinshu."""
    read = letters_of(name)
    yield from ((read[:i] + read[i + 1 :], 0) for i in range(1, len(read)))


def letter_beside(name: str) -> Spoiled:
    """xiaomau."""
    read = letters_of(name)
    for i, letter in enumerate(read):
        row = next(row for row in KEYS if letter in row)
        at = row.index(letter)
        yield from ((changed(read, i, other), 0) for other in row[max(at - 1, 0) : at + 2] if other != letter)


def letters_changed_over(name: str) -> Spoiled:
    """xiaomia."""
    yield from ((wrong, 0) for wrong, _ in changed_over(letters_of(name)))


WAYS: dict[str, Callable[[str], Spoiled]] = {
    "same sound": same_sound,
    "near sound": near_sound,
    "dialect": dialect,
    "shape": shape,
    "offered word": offered,
    "left out": left_out,
    "doubled": doubled,
    "one more": one_more,
    "changed over": changed_over,
    "letter left out": letter_left_out,
    "letter beside": letter_beside,
    "letters changed over": letters_changed_over,
}


def slips(names: Mapping[str, tuple[str, str]], each: int) -> list[Slip]:
    """So many of each way, every kind of name in turn; every second one in a question. What is a name itself is no slip
    that anybody could see, and one of a name that holds another (南县, 县) may be."""
    kinds = {kind: [name for name, (its, _) in names.items() if its == kind] for kind in QUESTIONS}
    taken = names.keys() | {"".join(pinyin(name)) for name in names}
    found = []
    for way, spoil in WAYS.items():
        dice = random.Random(f"{SEED} {way}")
        made: list[Slip] = []
        while len(made) < each:
            kind = list(kinds)[len(made) % len(kinds)]
            name = dice.choice(kinds[kind])
            ways = [wrong for wrong in spoil(name) if wrong[0] not in taken]
            if not ways or any(name == slip.name for slip in made):
                continue
            wrong, i = dice.choice(ways)
            place = "first" if i == 0 else "last" if i == len(name) - 1 else "middle"
            question = dice.choice(QUESTIONS[kind]) if len(made) // len(kinds) % 2 and "letter" not in way else "{}"
            made.append(Slip(name, kind, way, wrong, place, question))
        found += made
    return found


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_both(page: Page, asked: Sequence[Slip]) -> Iterator[Found]:
    """Each slip and the right spelling; one that finds nothing even so is passed over."""
    for slip in asked:
        right = ask(page, slip.question.format(slip.name))
        if right:
            found = ask(page, slip.question.format(slip.wrong))
            yield Found(slip, right, found, notes(page))


def notes(page: Page) -> str:
    """What the page says of how it has read the query."""
    return " ".join(" ".join(page.locator(NOTED).all_inner_texts()).split())


def taken_for_others(page: Page, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words that the page reads as something else, with what it says of that."""
    for word in words:
        ask(page, word)
        if any(note in (said := notes(page)) for note in NOTE_WORDS):
            yield word, said


def title_words(site: Path, names: Mapping[str, tuple[str, str]]) -> list[str]:
    """The words of two to four characters in the titles of records that are no names."""
    cards = [json.loads(path.read_bytes()) for path in sorted((site / "pagefind" / "cards").glob("*.json"))]
    found = {word for file in cards for card in file for word in jieba.cut(card[1])}
    return sorted(word for word in found - names.keys() if 2 <= len(word) <= 4 and set(word) <= sounds().keys())


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def table(outcomes: Sequence[Found], by: str, of: Callable[[Slip], str]) -> Iterator[str]:
    """A line for each group: how many, recall@10 and how many are lost, of either half."""
    groups: dict[str, list[Found]] = defaultdict(list)
    for each in outcomes:
        groups[of(each.slip)].append(each)
    groups["all"] = list(outcomes)
    yield f"\n{by:<22}" + "".join(f"{half:>10}{'recall':>9}{'lost':>6}" for half in (TUNED, UNSEEN))
    for group, those in groups.items():
        line = f"{group:<22}"
        for half in (TUNED, UNSEEN):
            some = [each for each in those if each.slip.half == half]
            mean = f"{sum(each.recall for each in some) / len(some):.3f}" if some else "–"
            line += f"{len(some):10}{mean:>9}{sum(each.lost for each in some):6}"
        yield line


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--site", type=Path, required=True, metavar="FOLDER", help="a built site")
    parser.add_argument("--each", type=int, default=60, metavar="N", help="slips of each way; default: 60")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help="only these")
    parser.add_argument("--misses", action="store_true", help="what went wrong in the tuned half")
    options = parser.parse_args(arguments)
    jieba.setLogLevel("WARNING")
    names = names_of(options.site)
    asked = [slip for slip in slips(names, options.each) if slip.way in options.ways]
    dice = random.Random(SEED)
    known = dice.sample([name for name, (kind, _) in names.items() if kind], options.each * 2)
    words = title_words(options.site, names)
    words = dice.sample(words, min(len(words), options.each * 2))
    with serve(options.site) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(f"{address}/search.html")
        outcomes = list(ask_both(page, asked))
        wrongly = {
            "right names": list(taken_for_others(page, known)),
            "words of titles": list(taken_for_others(page, words)),
        }
    for by, of in GROUPS.items():
        print("\n".join(table(outcomes, by, of)))
    for what, those in wrongly.items():
        print(f"\n{what} taken for something else: {len(those)} of {options.each * 2}")
        if options.misses:
            print("".join(f"  {word}: {said}\n" for word, said in those), end="")
    for each in outcomes:
        if options.misses and each.recall < POOR and each.slip.half == TUNED:
            slip = each.slip
            print(f"{slip.way:<22}{slip.question.format(slip.wrong)} for {slip.name}: {each.recall:.1f} {each.said}")


GROUPS: dict[str, Callable[[Slip], str]] = {
    "way": lambda slip: slip.way,
    "of a name of": lambda slip: slip.kind,
    "characters": lambda slip: f"{min(len(slip.name), 5)}{'+' if len(slip.name) > 4 else ''}",
    "at the": lambda slip: slip.place if "letter" not in slip.way else "(pinyin)",
    "asked": lambda slip: "alone" if slip.question == "{}" else "in a question",
}


if __name__ == "__main__":
    main(sys.argv[1:])

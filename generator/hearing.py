"""How names sound, what they are mistaken for, and what is left of them in haste: small files for the search page.

A query that holds a word which is nowhere is compared by its sound, by its letters or characters less one, and, where
it ends as the names of bodies do, by the characters that it shares with one: ``search/{pinyin,typo,body}/<n>.json``.
The browser weighs what it finds; here names are only filed.

Knows nothing of vocabularies, concepts' meanings, records or Pagefind.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce

from pypinyin import lazy_pinyin

from generator.model import Page

SOUND_FILES = 512  # files of sounds, of slips, of bodies; search.js knows these numbers
SLIP_FILES = 1024
BODY_FILES = 256
BEGINNINGS = 262144  # bits; search.js knows this number
HEARD = 4  # letters by which sounds are filed
SLIPPED = 3  # letters by which slips are filed
SLIPPED_HANZI = 2  # characters
SHORTEST_TYPO = 3  # characters of a name that may be found although one of them is wrong
LONGEST_TYPO = 9
SHORTEST_WORD = 4  # letters of an English word that may be found although one of them is wrong
SHORTEST_READ = 5  # letters of a name as it is read
LONGEST_READ = 6  # characters of such a name
MOST_PER_SOUND = 6  # names that sound alike or share their initials; more of them are no hint
MOST_PER_SLIP = 8
MOST_PER_CHARACTER = 60  # bodies that share a character; one that more of them have tells nothing
PROVINCE = re.compile("region/..0000")
CROP = "industry/"
PLACE = "region/"
MOST_GROWN = 3  # of these, crops and animals that stand before places: what is typed in initials is mostly these
HEARD_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
"""Sounds that half the country does not tell apart; search.js has the same list."""
HEARD_FAR = (
    *(("n", "l"), ("r", "l")),
    *(("lv", "li"), ("yu", "yi"), ("ju", "ji"), ("qu", "qi"), ("xu", "xi"), ("yia", "ya"), ("yie", "ye")),
    *(("wu", "hu"), ("wei", "hui"), ("wel", "hul"), ("wo", "huo"), ("wa", "hua")),
    *(("holg", "fel"), ("hua", "fa"), ("hui", "fei"), ("hul", "fel"), ("huo", "fo"), ("hu", "fu")),
)
"""Sounds that parts of the south do not tell apart either, in turn: 奶流 is 奶牛, 王瓜 is 黄瓜; search.js has the
same list."""
FAR = "~"  # what stands before such a sound, so that none is taken for one that is nearer
LOOK_ALIKES = """
菜莱采 桃挑逃 蔗庶遮 斑班 杷把爬琶 派排 牛年午 花化 果裹裸 药约葯 瓜爪 茶荼 梨犁黎 李季 杏香 枣刺 粟栗票 柑坩
橘桔 柚油抽 莓霉梅 蓝篮兰 萄陶淘 薯署暑 芋竽 姜羌 蒜算祘 葱忽 椒淑叔 茄加 笋荀 菇茹姑 菌茵 参叁 芪氏 枸狗拘
杞祀起 蚕吞蛋 桑嗓 蜂峰锋 蜜密 鸡鸣 鸭鸦 鹅鹤娥 猪诸 兔免 驴炉 马鸟 鹿路 鲤鲫 虾蚜下 蟹解 贝见 鳖憋 鳝膳 鳅秋
鲈炉 鲍抱 蛎历 棉绵锦 籽仔子 糖塘 柳卿 桉按 椰耶揶 槟宾 胶郊 咖加 啡非 锈绣 枯姑 萎委 溃贵 疡扬 疫役 瘟温 腐付
螟冥 蚜牙 线钱 螨满 虱风 灌罐 剪前 栽裁 嫁家 授受 粉纷 育盲 苗描 技枝 术木 院完 推椎 员圆 科料 特持 柠拧 檬朦
芒茫 荔劦 枝技 枇批琵 榴溜 葵癸 蓖篦 芝艺 黄簧 笼龙 种神 汉汗 麦夌 稻滔 菠波坡簸 萝罗箩 卜下 辣棘 莴窝 苣巨
茭交胶 芹斤 韭非 蕉焦 猕称 猴候 蒌娄 蒡旁 荞乔 藜黎 燕宴 薏意 魔磨 芍勺 芎弓 茯伏服 苓令 麝射 鲟寻 鳗漫 鲳昌
稞裸棵 鳜厥 鲢连 鲆平 鲽碟 蛭至 蚯丘 蚓引虹 牡牧 牦耗毛 滩摊 驼陀 莲连 镇振 村材 园院圆 县悬 榛臻 棚硼 膜莫 蒿嵩 蕨厥
竹笁 芦庐 豇缸 萁箕 稗碑 稷谡 苜目 苎宁 鲜鲟 鳙鲬 鹑鹌
"""
"""Characters that are written for each other, the right one first: a slip of the eye, where its sound is no help."""
ALIKE = {group[0]: group[1:] for group in LOOK_ALIKES.split()}
HANZI = "".join(map(chr, range(0x4E00, 0x9FA6)))


def file_of(start: str, count: int) -> int:
    """Which of so many files holds what is filed under these characters; search.js reckons the same."""
    return reduce(lambda number, character: (number * 31 + ord(character)) % count, start, 0)


# ── Sounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def sounds() -> Mapping[str, str]:
    """How each common character is read, without tones; the usual reading where there are several."""
    common = [character for character in HANZI if is_common(character)]
    return dict(zip(common, lazy_pinyin(common), strict=True))


def is_common(character: str) -> bool:
    """Whether a character is in GB 2312, which holds what people type."""
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


@cache
def pinyin(form: str) -> tuple[str, ...]:
    """The syllables of a name as it is read, ``ü`` as ``v``; empty when it holds anything but characters."""
    if not all("\u4e00" <= character <= "\u9fff" for character in form):
        return ()
    return tuple(syllable for syllable in lazy_pinyin(form) if syllable.isascii())


def blurred(letters: str) -> str:
    """How a name sounds to those who do not tell some sounds apart."""
    for exact, near in HEARD_ALIKE:
        letters = letters.replace(exact, near)
    return letters


def far(letters: str) -> str:
    """How a name sounds to those who tell still fewer sounds apart, with its mark."""
    letters = blurred(letters)
    for exact, near in HEARD_FAR:
        letters = letters.replace(exact, near)
    return FAR + letters


def sound_pages(
    forms: Mapping[str, Sequence[str]],
    weight: Mapping[str, int],
    main: Collection[str],
    spoken: Collection[str],
    parts: Mapping[str, int],
) -> Iterator[Page]:
    """``{sounds or initials: [names]}``, for queries in Latin letters and for characters that sound alike.

    ``forms``: name -> concepts; ``weight``: how much a name finds; ``main``: names by which things are called first,
    which stand before whatever else they are called; ``spoken``: names that are no words by themselves; ``parts``:
    what many names have in common and people ask for, with their number, which is read by its initials as well: 农科院.
    """
    weight = {**parts, **weight}
    heard: dict[str, list[str]] = defaultdict(list)
    begun: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        syllables = pinyin(form)
        if len(syllables) < 2 or form in spoken:
            continue
        singly = "".join(sounds().get(character, "") for character in form)  # as search.js reads what is written
        whole = "".join(syllables)
        for key in {whole, singly, blurred(whole), blurred(singly)}:
            heard[key].append(form)
        if weight[form]:
            heard[far(singly)].append(form)
        begun["".join(each[0] for each in syllables)].append(form)
    for part in parts.keys() - forms.keys():
        begun["".join(each[0] for each in pinyin(part))].append(part)
    for letters, names in begun.items():
        names.sort(key=lambda name: (-weight[name], name))
        grown = [name for name in names if weight[name] and name in forms and forms[name][0].startswith(CROP)]
        called = [name for name in grown if name in main]
        provinces = [name for name in names if any(map(PROVINCE.fullmatch, forms.get(name, ())))]
        first = (*provinces, *called) if len(letters) > 2 else (*called, *provinces)
        titles = [name for name in names if weight[name] and (name in main or name in parts)]
        things = [name for name in titles if name in forms and not forms[name][0].startswith(PLACE)]
        chosen = dict.fromkeys((*first, *grown[:1], *things, *grown[:MOST_GROWN], *titles, *names))
        heard[letters] = list(dict.fromkeys((*sorted(heard.get(letters, [])), *chosen)))[:MOST_PER_SOUND]
    yield from filed("search/pinyin", heard, weight, sound_start, SOUND_FILES, MOST_PER_SOUND, frozenset(begun))


# ── Slips ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def slip_pages(
    forms: Mapping[str, Sequence[str]],
    weight: Mapping[str, int],
    places: Collection[str],
    proper: Collection[str],
    spoken: Collection[str],
) -> Iterator[Page]:
    """``{name less one character: [names]}``, names with one that looks alike, and Latin words less one letter.

    A word with one wrong character and the right one are the same less that character; search.js leaves out each in
    turn. Names of two characters are filed only when they find something and are not ``proper``, ``places`` among them
    behind the others. Of names as they are read only the letters by which `sound_pages` files them are left out:
    whatever is wrong behind these leaves the name in the same file.
    """
    near: dict[str, list[str]] = defaultdict(list)
    short: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        if form.isascii() or form in spoken:
            continue
        if len(form) <= LONGEST_TYPO and form not in places:
            for i, character in enumerate(form):
                for other in ALIKE.get(character, ""):
                    near[form[:i] + other + form[i + 1 :]].append(form)
        if SHORTEST_TYPO <= len(form) <= LONGEST_TYPO:
            for key in less_one(form):
                near[key].append(form)
        elif len(form) == 2 and weight[form] and form not in proper:
            for key in less_one(form):
                short[key].append(form)
    words = english_words(forms, weight, proper)
    for word in words:
        for key in (word, *less_one(word)):
            near[key].append(word)
    read = read_words(forms, weight, spoken)
    for word in read:
        for key in (word, *less_one(word, HEARD)):
            near[key].append(word)
    words = {**read, **words}
    near.update((key, _places_last(names, weight, places)) for key, names in short.items())
    yield from filed("search/typo", near, {**weight, **words}, slip_start, SLIP_FILES, MOST_PER_SLIP, frozenset(short))


def _places_last(names: Sequence[str], weight: Mapping[str, int], places: Collection[str]) -> list[str]:
    """Names by their weight, and places behind an empty one: these are meant only where they look like it."""
    ordered = sorted(set(names), key=lambda name: (-weight[name], name))
    things = [name for name in ordered if name not in places][:MOST_PER_CHARACTER]
    regions = [name for name in ordered if name in places][:MOST_PER_CHARACTER]
    return [*things, "", *regions] if regions else things


def less_one(word: str, first: int | None = None) -> list[str]:
    """A word without each of its characters, or of the ``first`` so many, in turn, each way once."""
    return list(dict.fromkeys(word[:i] + word[i + 1 :] for i in range(len(word))[:first]))


def english_words(
    forms: Mapping[str, Sequence[str]], weight: Mapping[str, int], proper: Collection[str]
) -> dict[str, int]:
    """The words of English names, with what they find."""
    found: dict[str, int] = {}
    for form in forms:
        if form.isascii() and weight[form] and form not in proper:
            for word in form.split():
                if word.isalpha() and len(word) >= SHORTEST_WORD:
                    found[word] = max(found.get(word, 0), weight[form])
    return found


def read_words(
    forms: Mapping[str, Sequence[str]], weight: Mapping[str, int], spoken: Collection[str]
) -> dict[str, int]:
    """Names as they are read, with what they find."""
    found: dict[str, int] = {}
    for form in forms:
        read = "".join(pinyin(form)) if len(form) <= LONGEST_READ and weight[form] and form not in spoken else ""
        if len(read) >= SHORTEST_READ:
            found[read] = max(found.get(read, 0), weight[form])
    return found


# ── Bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def body_pages(bodies: Iterable[str]) -> Iterator[Page]:
    """``{character: [names]}``: whole names of bodies by each of their characters that not too many of them have, or
    by the rarest where all are common."""
    found: dict[str, list[str]] = defaultdict(list)
    names = sorted(set(bodies))
    for name in names:
        for character in dict.fromkeys(name):
            found[character].append(name)
    common = {character for character, those in found.items() if len(those) > MOST_PER_CHARACTER}
    rare = {character: those for character, those in found.items() if character not in common}
    for name in names:
        if common.issuperset(name):  # 中国农学会 has no other
            rare.setdefault(min(name, key=lambda character: len(found[character])), []).append(name)
    yield from filed("search/body", rare, {}, str, BODY_FILES, MOST_PER_CHARACTER, frozenset(rare))


# ── Beginnings ──


def begun_page(forms: Iterable[str], traditional: Iterable[str]) -> Page:
    """Which two characters names begin with, as bits in base64: with it a long sentence asks for few of its files.

    A name of one character, and a ``traditional`` one, which must be made simple first, counts by itself. A bit may
    stand for several beginnings; then a file is asked for in vain.
    """
    bits = bytearray(BEGINNINGS // 8)
    for start in {form[:2] for form in forms} | set(traditional):
        number = file_of(start, BEGINNINGS)
        bits[number // 8] |= 1 << number % 8
    return Page("search/begun.json", json.dumps({"bits": b64encode(bits).decode()}).encode())


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sound_start(letters: str) -> str:
    """What a sound is filed under: a far one with those that it is heard for, since both are asked for at once."""
    return letters.removeprefix(FAR)[:HEARD]


def slip_start(key: str) -> str:
    """What a slip is filed under: few characters, for a word less each of its characters is asked for in turn."""
    return key[: SLIPPED if key[:1].isascii() else SLIPPED_HANZI]


def filed(
    folder: str,
    found: Mapping[str, Sequence[str]],
    weight: Mapping[str, int],
    begun: Callable[[str], str],
    count: int,
    most: int,
    ordered: Collection[str] = (),
) -> Iterator[Page]:
    """Names by key, in so many files by how the key has ``begun``: the ``most`` that find most, or all as they
    come where the key is ``ordered``."""
    parts: list[dict[str, list[str]]] = [{} for _ in range(count)]
    for key in sorted(found):
        names = found[key]
        if key not in ordered:
            names = sorted(set(names), key=lambda name: (-weight[name], name))[:most]
        parts[file_of(begun(key), count)][key] = list(names)
    for number, part in enumerate(parts):
        content = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        yield Page(f"{folder}/{number}.json", content.encode())

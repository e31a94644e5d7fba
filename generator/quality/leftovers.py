"""What copying leaves in a text: pieces of web pages, broken encodings, advertisements, pinyin in brackets.

Each finder says which piece and where; it changes nothing and knows no record.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

import re2

HAN = "\u4e00-\u9fff"

# ── Pieces of web pages and of other programs ────────────────────────────────────────────────────────────────────────

TAGS = (
    "p|br|div|span|a|img|table|tbody|td|tr|th|font|strong|b|i|em|u|script|style|iframe|input|ul|ol|li|h[1-6]|o:p|center"
    "|section"
)
AS_GBK = "啘笟鍘鍐晣闀滀鍥鍏鏈佸氬寲寖鐢氫鍖墿滅熶幙囧氱尯戞妧傚鐪鍙戝幇傛鍗鐜窞備鍦崡櫌銆锛鐨"
"""What common Chinese becomes when its UTF-8 is read as GBK; none of these stands in GB 2312."""
RESIDUE_PARTS = {
    "entity": (
        r"&(?:nbsp|amp|lt|gt|quot|apos|[lr][ds]quo|middot|[mn]dash|e[mn]sp|hellip|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});"
    ),
    "tag": rf"</?(?:{TAGS})(?:\s+[a-zA-Z:-]+\s*=[^<>]*)?\s*/?>|<!--|\[/?(?:url|img|color|size)(?:=[^\]]*)?\]",
    "script": (
        r"\bvar [A-Za-z_$][A-Za-z0-9_$]* ?=|\bfunction ?\(|document\.(?:write|getElement)|\{\{|\$\{|\[object Object\]"
    ),
    "invisible": r"[\x{200b}-\x{200f}\x{2060}\x{feff}\x{ad}]",
    "office": r"_x000[0-9A-Fa-f]_|#(?:REF|VALUE|NAME|DIV/0|N/A|NULL|NUM)[!?]|#N/A|\\r\\n|\\n[\x{4e00}-\x{9fff}]",
    "page": (
        r"点击(?:这里)?(?:查看|下载|进入|阅读|放大)|[上下]一[篇页]\s*(?:[：:]|\n|$)|上一[篇页].{0,40}下一[篇页]"
        r"|责任?编辑?\s*[：:]|原标题\s*[：:]|字号\s*[：:]|分享到\s*[：:]|当前位置\s*[：:]|您(?:现在)?(?:的位置|所在).{0,6}[：:]"
        r"|打印本?页?.{0,8}关闭|[【\[［]\s*(?:打印|关闭(?:窗口)?|字体|字号)|关闭窗口\s*[】\]］]|返回(?:顶部|首页|列表)"
        r"|(?:浏览|阅读|点击|访问)(?:次数|量|数|率)\s*[：:]|加入收藏|设为首页|版权所有|展开全文|阅读(?:全文|更多)"
        r"|查看更多\s*[>»】\]]|扫码关注|长按.{0,8}二维码|微信扫一扫.{0,6}分享|首页\s*[>›»]"
    ),
    "mark": r"[^\sA-Za-z_\[\]!(（][\[［][0-9]{1,2}(?:[-–,，、][0-9]{1,2})*[\]］]",
    "spaces": (
        r"[\x{4e00}-\x{9fff}][ \x{a0}\x{3000}]{2,}[\x{4e00}-\x{9fff}]|(?:[\x{4e00}-\x{9fff}][ \x{a0}\x{3000}]){4}"
    ),
    "garbled": (  # lost for good; UTF-8 read as GBK; UTF-8 read as Latin letters
        rf"锟斤|斤拷|烫烫|屯屯屯|\x{{fffd}}|锘|[{AS_GBK}].{{0,2}}[{AS_GBK}]"
        r"|鈥[\x{4e00}-\x{9fff}\x{20ac}]|[ÃÂ][\x{80}-\x{bf}]|â€|ï¼|ï»¿|[äåæçèé][\x{80}-\x{bf}–—‘’“”•…€™œžŸ¸]{2}"
    ),
}
RESIDUE_PATTERN = "|".join(RESIDUE_PARTS.values())


def for_python(pattern: str) -> str:
    r"""A pattern of re2 as Python's own engine writes it: ``\x{4e00}`` as ``\u4e00``."""
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: f"\\u{int(found[1], 16):04x}", pattern)


RESIDUE = {name: for_python(pattern) for name, pattern in RESIDUE_PARTS.items()}
"""Texts, not compiled patterns: they are needed rarely, and every start of the program would pay for them."""


LOOKS = 1000  # finds of one sort that are looked at before a text is taken to be in order


def find_residue(text: str, *, markdown: bool = False) -> Iterator[tuple[str, int, int]]:
    """The first piece of each sort: its sort, start and end. Markdown may number its links and break its lines."""
    for sort, pattern in RESIDUE.items():
        for found in islice(re.finditer(pattern, text), LOOKS):
            start, end = found.span()
            if sort == "mark":
                start += 1
                if text[end : end + 1] in {"(", "（", ":", "：", "[", "号"}:
                    continue
            if sort == "spaces" and markdown and "|" in _line(text, start):
                continue
            yield sort, start, end
            break


CLEANABLE = frozenset({"entity", "tag", "invisible", "mark", "spaces"})
"""Sorts that can be taken out without reading the sentence."""


def cleaned(text: str) -> str:
    """The text without what can be taken out; an entity becomes the character that it stands for."""
    text = html.unescape(text)
    for sort in ("tag", "invisible"):
        text = re.sub(RESIDUE[sort], "", text)
    text = re.sub(RESIDUE["mark"], lambda found: found[0][0], text)
    spaces = r"[ \u00a0\u3000]+" if re.search(RESIDUE["spaces"], text) else "\u00a0+"
    return re.sub(rf"(?<=[{HAN}]){spaces}(?=[{HAN}])", "", text)


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]


# ── Advertisements ───────────────────────────────────────────────────────────────────────────────────────────────────

CRIME = (
    r"博彩|赌场|葡京|时时彩|六合彩|百家乐|真人娱乐|棋牌(?:平台|游戏)|彩票(?:投注|平台)|网赌"
    r"|裸聊|约炮|色情|成人(?:电影|网站|直播)|楼凤|代开.{0,4}发票|代写论文|论文代写|代考|伟哥|迷药"
)
OFFER = (
    r"开发票|办证|刻章|无抵押|秒批|网贷|小额贷款|套现|刷单|兼职日结|日结兼职|考试包过|包过|外挂|壮阳|黑户|秒下款|免费领取"
    r"|加群"
)
PERSONAL = (
    r"(?:QQ|扣扣|企鹅)\s?\s?(?:群|号)?\s?\s?[：:]?\s?\s?[1-9][0-9]{4,10}|1[3-9][0-9]{9}|加\s?\s?我?\s?\s?(?:微信|薇|威信|[Vv]|Q)"
    r"|(?:微信|薇信|威信|V信|[Vv][Xx])\s?\s?(?:号|同号)?\s?\s?[：:]?\s?\s?[A-Za-z0-9][A-Za-z0-9_-]{4,19}"
)
CONTACT = rf"https?://|www\.|[A-Za-z0-9-]+\.(?:com|cn|net|top|xyz|vip|cc|info|club|icu)\b|{PERSONAL}"
NAME = r"[A-Za-z][A-Za-z0-9_-]{5,19}"
ACCOUNT = (
    rf"(?:微信|薇信|威信|V信|[Vv][Xx])\s?\s?(?:号|同号)?\s?\s?(?:[：:]|为|是)\s?\s?{NAME}"
    rf"|(?:微信|薇信|威信)号\s?\s?{NAME}"
)
ADDED = rf"[加＋+]\s?\s?我?\s?\s?(?:微信|薇信|威信|[Vv][Xx])(?:号|同号)?\s?\s?[：:]?\s?\s?{NAME}"
SPAM_PATTERN = f"{CRIME}|{OFFER}|{ACCOUNT}|{ADDED}"
BAITS = ((CRIME, CONTACT), (OFFER, PERSONAL))
ACCOUNTS = (
    rf"(?:(?:(?<![{HAN}])|(?<=个人)|(?<=本人)|(?<=联系)|(?<=添加)|(?<=老师))(?:{ACCOUNT})|{ADDED})(?![A-Za-z0-9_.-])"
)
WARNING = r"防|骗|警惕|打击|拒绝|远离|抵制|禁止|严禁|不(?:得|要|准)|危害|反(?:赌|诈|邪)|整治|查处|案件|宣传|识别"
NEAR = 60  # characters between a bait and the way to reach who sells it


def find_spam(text: str) -> tuple[int, int] | None:
    """An advertisement that somebody put in, or a person's account: where it starts and ends.

    What is a crime counts near any link; an offer only near a person's account or number, since banks lend money too;
    neither in a text that warns of it. A public account (公众号) is no person's.
    """
    if found := re.search(ACCOUNTS, text):
        return found.span()
    for bait, contact in BAITS:
        for found in islice(re.finditer(bait, text), LOOKS):
            start, end = max(0, found.start() - NEAR), found.end() + NEAR
            reach = re.compile(contact).search(text, start, end)
            if reach and not re.search(WARNING, text[start:end]):
                return min(found.start(), reach.start()), max(found.end(), reach.end())
    return None


# ── Pinyin in brackets ───────────────────────────────────────────────────────────────────────────────────────────────

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê"
LETTERS = rf"A-Za-z{TONED}’' ·\x{{300}}-\x{{30c}}"
SAID = r"[ ]?(?P<said>拼音|读音|音|读作|读)?[：: ]{0,2}"
PINYIN_PATTERN = (
    rf"[\x{{4e00}}-\x{{9fff}}”》][（(]\s*(?:(?:拼音|读音|音|读作|读)\s*[：:]?\s*[{LETTERS}]+|[{LETTERS}]*[{TONED}\x{{300}}-\x{{30c}}]"
    rf"[{LETTERS}]*|[a-z]+(?:[ ·’'][a-z]+)+)\s*[）)]"
)
BRACKETS = rf"(?<=[{HAN}”》])[（(]{SAID}(?P<pinyin>[{for_python(LETTERS)}]{{1,80}})[）)]"
SYLLABLE = (
    "(?:a(?:i|ng?|o)?|ei?|en|eng|er|ou?|"
    "b(?:a|ai|an|ang|ao|ei|en|eng|i|ian|iao|ie|in|ing|o|u)|p(?:a|ai|an|ang|ao|ei|en|eng|i|ian|iao|ie|in|ing|o|ou|u)|"
    "m(?:a|ai|an|ang|ao|e|ei|en|eng|i|ian|iao|ie|in|ing|iu|o|ou|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)|"
    "[dt](?:a|ai|an|ang|ao|e|ei|en|eng|i|ia|ian|iao|ie|ing|iu|ong|ou|u|uan|ui|un|uo)|"
    "[nl](?:a|ai|an|ang|ao|e|ei|en|eng|i|ia|ian|iang|iao|ie|in|ing|iu|ong|ou|u|uan|un|uo|v|ve)|"
    "[gkh](?:a|ai|an|ang|ao|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    "[jqx](?:i|ia|ian|iang|iao|ie|in|ing|iong|iu|u|uan|ue|un)|"
    "(?:zh|ch|sh|[zcs])(?:a|ai|an|ang|ao|e|ei|en|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    "r(?:an|ang|ao|e|en|eng|i|ong|ou|u|uan|ui|un|uo)|"
    "y(?:a|an|ang|ao|e|i|in|ing|o|ong|ou|u|uan|ue|un)|w(?:a|ai|an|ang|ei|en|eng|o|u))"
)
WORD = f"{SYLLABLE}(?:'?{SYLLABLE})*"


def find_pinyin(text: str) -> Iterator[tuple[int, int]]:
    """Brackets after a word that hold its pinyin: with tone marks, or named as pinyin, or two syllables set apart."""
    for found in re.finditer(BRACKETS, text):
        plain, toned = _without_tones(found["pinyin"])
        words = re.split(r"[ ·]+", plain.replace("’", "'").strip())
        if not all(re2.fullmatch(WORD, word) for word in words):
            continue
        if (
            toned
            or found["said"]
            or (found["pinyin"].islower() and len(words) > 1 and all(re2.fullmatch(SYLLABLE, word) for word in words))
        ):
            yield found.span()


def _without_tones(pinyin: str) -> tuple[str, bool]:
    """The letters without their marks, and whether any had a tone; ü is v."""
    taken = unicodedata.normalize("NFD", pinyin.lower())
    toned = any(mark in taken for mark in "\u0304\u0301\u030c\u0300")
    taken = taken.replace("u\u0308", "v")
    return re.sub("[\u0300-\u0308\u030c]", "", taken), toned

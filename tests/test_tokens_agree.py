"""Python and JavaScript make the same codes of 10,000 generated strings, and a spoilt rule on either side is noticed.

The strings are what people type and what sources hold: Han of all planes, traditional and compatibility characters,
Latin with accents, digits, full-width forms, punctuation, emoji, lone surrogates, and pieces of the catalogue's own
titles, mixed. The script runs alone in an empty page, all strings in one call.
"""

import csv
import random
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from generator import tokens as python
from generator.lexicon import traditional

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
PARTS = ROOT / "site_overrides" / "assets" / "search"
SCRIPT = "".join((PARTS / name).read_text("utf-8") for name in ("05-files.js", "10-tokens.js"))
COUNT = 10_000
FEW = 2_500  # of these are enough to notice a spoilt rule
ASK = """texts => {
  const units = text => Array.from({length: text.length}, (_, i) => text.charCodeAt(i));
  const none = {f: {}, w: {}, n: {}, s: {}, l: {}, c: {}, t: {}, p: {}, k: {}, h: {}, e: {}};
  const own = window.kezhuSearch;
  return texts.map(each => {
    const text = String.fromCharCode(...each);
    const asked = own.atoms(text, none, new Set(), new Set()).flatMap(atom => atom.words);
    return [units(own.fold(text)).join(" "), own.tokens(text).join(" "), asked.join(" ")];
  });
}"""


def characters(*ranges):
    """Every character of these ranges that this Python's Unicode knows."""
    return [chr(n) for first, last in ranges for n in range(first, last + 1) if unicodedata.category(chr(n)) != "Cn"]


@cache
def titles():
    found = []
    for path in sorted((ROOT / "catalogue").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found += [row["title"] for row in csv.DictReader(lines) if row.get("title")]
    return found


@cache
def generated():
    """Strings as UTF-16 reads them: two halves that meet are one character on both sides."""
    chance = random.Random(20220713)
    pools = [
        characters((0x4E00, 0x9FFF)),
        [char for char in characters((0x4E00, 0x9FA5)) if len(char.encode("gb2312", "ignore")) == 2],
        characters((0x3400, 0x4DBF), (0x20000, 0x323AF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
        sorted(traditional()),
        characters((0x3000, 0x30FF), (0x2E80, 0x2FDF), (0xFF61, 0xFF9F)),
        list("abcxyzABCXYZ"),
        characters((0xC0, 0x24F), (0x370, 0x3FF), (0x1E00, 0x1FFF), (0x300, 0x36F)),
        list("0123456789"),
        characters((0xFF01, 0xFF5E), (0x2460, 0x24FF), (0x3200, 0x33FF), (0xFB00, 0xFB06), (0x2100, 0x218B)),
        list("./-_+ ，。、；：“”（）《》·—…~!?'\"\t\n\u3000\u00a0\u200b\u200d\ufeff\u00ad"),
        characters((0x1F300, 0x1F64F), (0x1F900, 0x1F9FF), (0xFE00, 0xFE0F)),
    ]
    halves = [chr(n) for n in (0xD800, 0xD840, 0xD87E, 0xDBFF, 0xDC00, 0xDC0B, 0xDFFF)]
    words = [
        "GB/T 4754",
        "24-表芸苔素",
        "2022-07-13",
        "m²",
        "İSTANBUL",
        "ΣΊΣΥΦΟΣ",
        "Straße",
        "か\u3099",
        "e\u0301",
        "一〇々",
        "﨑﨧",
    ]
    found = {}
    while len(found) < COUNT:
        text = ""
        for _ in range(chance.randrange(1, 7)):
            kind = chance.random()
            if kind < 0.25:
                title = chance.choice(titles())
                start = chance.randrange(len(title))
                text += title[start : start + chance.randrange(1, 9)]
            elif kind < 0.32:
                text += chance.choice(words)
            elif kind < 0.36:
                text += chance.choice(halves)
            else:
                text += "".join(chance.choices(chance.choice(pools), k=chance.randrange(1, 5)))
        found[text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")] = None
    return list(found)


def units(text):
    content = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(content[at : at + 2], "little") for at in range(0, len(content), 2)]


@cache
def expected():
    return [(" ".join(map(str, units(python.fold(text)))), " ".join(python.tokens(text))) for text in generated()]


def answers(browser, script, texts):
    """What a script makes of each text: folded (UTF-16 units), its tokens, and what it would ask the index for."""
    page = browser.new_page()
    page.add_script_tag(content=f"(function () {{\n{script}\n}})();")
    found = page.evaluate(ASK, [units(text) for text in texts])
    page.close()
    return found


def test_the_strings_are_of_every_kind():
    texts = generated()
    assert len(set(texts)) == COUNT
    runs = [run for text in texts for run in python.RUN.findall(python.fold(text))]
    kinds = {
        "latin": sum(run.isascii() for run in runs),
        "han": sum(not run.isascii() for run in runs),
        "beyond the first plane": sum(any(ord(char) > 0xFFFF for char in run) for run in runs),
        "half a pair": sum(any("\ud800" <= char <= "\udfff" for char in text) for text in texts),
        "folded": sum(python.fold(text) != text for text in texts),
    }
    assert all(count > COUNT / 20 for count in kinds.values()), kinds


def test_both_sides_make_the_same_codes_of_ten_thousand_strings(browser):
    found = answers(browser, SCRIPT, generated())
    wrong = [
        (text, got, want) for text, got, want in zip(generated(), found, expected(), strict=True) if got[:2] != [*want]
    ]
    assert not wrong, (len(wrong), wrong[:3])
    # and whoever asks for a text asks for nothing that a document with this text does not hold
    lost = [
        (text, code)
        for text, (_, _, asked) in zip(generated(), found, strict=True)
        for code in set(asked.split()) - set(python.findable(python.fold(text)))
    ]
    assert not lost, (len(lost), lost[:3])


@pytest.mark.parametrize(
    ("rule", "spoilt"),
    [
        ('normalize("NFKC")', 'normalize("NFC")'),
        (".toLowerCase()", ""),
        ("\\u3400-\\u4dbf", ""),
        ("\\u{20000}-\\u{3ffff}", ""),
        ("\\u3005\\u3007", "\\u3007"),
        ("\\uf900-\\ufaff", ""),
        ("[./-]", "[/-]"),
        ('char === "z"', "false"),
        ("[17576, 676, 26, 1]", "[676, 26, 1]"),
        ("codePointAt(0)", "charCodeAt(0)"),
        ("codes.length === 1 ? codes", "codes.length === 1 ? []"),
        ("parts.length > 1 ?", "parts.length > 2 ?"),
    ],
)
def test_a_spoilt_rule_is_noticed(browser, rule, spoilt):
    assert rule in SCRIPT
    found = answers(browser, SCRIPT.replace(rule, spoilt), generated()[:FEW])
    assert any(got[:2] != [*want] for got, want in zip(found, expected(), strict=False))

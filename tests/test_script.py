"""The search page's scripts: files out of parts, each part replaceable, the files tied together."""

import re
from pathlib import Path

import pytest

from generator.model import KezhuError
from generator.script import AHEAD, SCRIPT, address, search_scripts

LATER, SLIPS = address("later"), address("slips")
ASSETS = Path(__file__).parent.parent / "site_overrides" / "assets"
PARTS = {
    "05-files.js": "var SHARED = 1; // for both\nfunction both() {\n  var inner = 2;\n  return inner;\n}\n",
    "20-page.js": '/* What. */\n\n// ── A heading ──\nvar page = "a; // b";\nfunction draw() { late.box(page); }\n',
    "30-engine.js": "slip.mend(page);\n",
    "ahead/10-ahead.js": "both();\n",
    "later/62-box.js": "var inner = 3;\nfunction box(text) { draw(both(text), inner); }\n",
    "slips/45-slips.js": "function mend(text) { both(text); }\n",
}


def write(folder, parts):
    for name, text in parts.items():
        path = folder / "search" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def made(*folders, **said):
    return {page.path: page.content.decode() for page in search_scripts(folders, said)}


def test_what_later_uses_is_imported_and_what_is_used_of_it_is_exported(tmp_path):
    files = made(write(tmp_path, PARTS))
    assert files[LATER].startswith(f'import {{both,draw}} from "./{SCRIPT}";\n')  # inner is its own
    assert files[LATER].endswith("\nexport {box};\n")
    assert (
        files[SLIPS] == f'import {{both}} from "./{SCRIPT}";\nfunction mend(text) {{ both(text); }}\nexport {{mend}};\n'
    )
    assert files[SCRIPT].endswith("\nexport {both,draw};\n")


def test_the_script_ahead_holds_the_shared_part_and_nothing_else_of_the_others(tmp_path):
    ahead = made(write(tmp_path, PARTS))[AHEAD]
    assert "both();" in ahead and "var SHARED = 1;" in ahead
    assert "draw" not in ahead and "box" not in ahead


def test_comments_stay_behind_and_code_does_not(tmp_path):
    script = made(write(tmp_path, PARTS))[SCRIPT]
    assert 'var page = "a; // b";\n' in script
    assert "heading" not in script and "What" not in script and "for both" not in script


def test_words_and_the_later_scripts_address_come_along(tmp_path):
    folder = write(tmp_path, PARTS)
    files = made(folder, all="全部")
    address = re.compile(rf'^var LATER = "({LATER}\?[0-9a-f]{{8}})";$', re.MULTILINE)
    assert 'var SAID = {"all":"全部"};' in files[SCRIPT]
    assert address.findall(files[SCRIPT]) == address.findall(files[AHEAD])
    write(tmp_path, {"later/62-box.js": "function box() {}\n"})
    assert address.findall(made(folder)[SCRIPT]) != address.findall(files[SCRIPT])


def test_a_part_of_the_portals_own_takes_the_place_of_ours(tmp_path):
    own = write(tmp_path / "own", {"20-page.js": "var page = 2;\nfunction draw() {}\n"})
    assert "var page = 2;" in made(own, write(tmp_path / "ours", PARTS))[SCRIPT]


def test_a_missing_part_is_an_error(tmp_path):
    with pytest.raises(KezhuError, match="missing"):
        search_scripts([write(tmp_path, {"05-files.js": "var SHARED = 1;\n"})])


def test_ours_hold_together():
    files = {page.path: page.content.decode() for page in search_scripts([ASSETS], {})}
    top = set(re.findall(r"^(?:var|function) (\w+)", files[SCRIPT], re.MULTILINE))
    imported = re.search(r"^import \{(.+?)\}", files[LATER])[1].split(",")
    assert {"element", "json", "answer"} <= set(imported) <= top
    assert "mend" in re.search(r"export \{(.+?)\};\n$", files[SLIPS])[1].split(",")
    assert {"drawFacets", "facetRows"} <= set(re.search(r"export \{(.+?)\};\n$", files[LATER])[1].split(","))

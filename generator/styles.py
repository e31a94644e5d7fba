"""The style sheet in parts: split at its marks, shortened, and cut down to what a page uses.

Knows no template: a page is text with classes in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from generator.model import KezhuError

CLASSES = re.compile(r'class="([^"]*)"')
TOKENS = re.compile(r"var\(--([\w-]+)")


class Sheet:
    """A style sheet, which gives each page what it uses of it."""

    def __init__(self, css: str) -> None:
        self._parts = load_styles(css)
        self._slim: dict[tuple[str, frozenset[str]], str] = {}

    def dress(self, html: str) -> str:
        """The page with the parts that its ``<style>`` names, without what nothing on it uses.

        A page to which a script may add keeps all of them. Raises `KezhuError` for a part that is not there.
        """
        start = html.find("<style>") + 7
        if start < 7:
            return html
        end = html.find("</style>", start)
        names = html[start:end]
        if 'id="results"' in html:
            return html[:start] + self._whole(names) + html[end:]
        classes = frozenset(" ".join(set(CLASSES.findall(html, end))).split())
        if (names, classes) not in self._slim:
            slim = prune(self._whole(names), classes | {"elder", "dark", "light"})
            # Tokens that nothing uses go too. What a drawing on the page uses comes with a class of its own.
            used = set(TOKENS.findall(slim + html[end:]))
            slim = re.sub(r"--([\w-]+):[^;{}]*(;|(?=\}))", lambda found: found[0] if found[1] in used else "", slim)
            self._slim[names, classes] = slim.replace(";}", "}")
        return html[:start] + self._slim[names, classes] + html[end:]

    def _whole(self, names: str) -> str:
        """The base and the parts of these names."""
        wanted = dict.fromkeys(["base", *names.split()])
        unknown = [name for name in wanted if name not in self._parts]
        if unknown:
            raise KezhuError(f"design.css has no part {', '.join(unknown)}")
        return "".join(self._parts[name] for name in wanted)


def load_styles(css: str) -> dict[str, str]:
    """Split a style sheet at its ``@part`` marks and shorten each block."""
    chunks = re.split(r"/\* @part ([\w-]+)[^*]*\*/", css)
    return {name: _minify(body) for name, body in zip(chunks[1::2], chunks[2::2], strict=True)}


def iter_rules(css: str) -> Iterator[tuple[str, str]]:
    """The outermost rules of a style sheet: what stands before the braces and what stands in them."""
    start = 0
    while (brace := css.find("{", start)) >= 0:
        end, depth = brace + 1, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[start:brace].strip(), css[brace + 1 : end - 1]
        start = end


def prune(css: str, classes: frozenset[str]) -> str:
    """Only the rules that can apply on a page with these classes; a page pays for what it shows."""
    return _prune(_read(css), classes)


Rules = tuple[tuple[tuple[tuple[str, frozenset[str]], ...], "str | Rules"], ...]
"""Of each rule its selectors, each with the classes that it asks for, and its body: text, or the rules inside."""


@lru_cache(maxsize=256)
def _read(css: str) -> Rules:
    found: list[tuple[tuple[tuple[str, frozenset[str]], ...], str | Rules]] = []
    for head, body in iter_rules(css):
        if head.startswith("@media"):
            found.append((((head, frozenset()),), _read(body)))
        elif head.startswith("@"):
            found.append((((head, frozenset()),), body))
        else:
            found.append((tuple((each, _classes_in(each)) for each in head.split(",")), body))
    return tuple(found)


def _prune(rules: Rules, classes: frozenset[str]) -> str:
    found = []
    for selectors, inner in rules:
        body = inner if isinstance(inner, str) else _prune(inner, classes)
        head = ",".join([selector for selector, asked in selectors if asked <= classes])
        if head and body:
            found.append(f"{head}{{{body}}}")
    return "".join(found)


def _classes_in(selector: str) -> frozenset[str]:
    return frozenset(re.findall(r"\.([A-Za-z_][\w-]*)", re.sub(r":has\([^)]*\)", "", selector)))


def _minify(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css))
    return css.replace(";}", "}").strip()

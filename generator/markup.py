"""Text of strangers on a page: Markdown through an allow-list, addresses, telephone numbers, titles.

Whatever comes in may be hostile; what comes out is safe to stand in HTML. Knows no record, no template and no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from comrak import ExtensionOptions, RenderOptions, render_markdown
from markupsafe import Markup, escape

TAGS = {
    *(
        "p",
        "br",
        "hr",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "a",
    ),
    *("table", "thead", "tbody", "tr", "th", "td"),
}  # what Markdown may leave on a page; no images, since each would tell its host who reads the page


def make_markdown() -> Callable[[str], Markup]:
    """Return the function that turns Markdown from strangers into HTML that is safe to show."""
    extensions = ExtensionOptions()
    extensions.cjk_friendly_emphasis = True
    extensions.table = True
    extensions.strikethrough = True
    options = RenderOptions()
    options.escape = True  # raw HTML stays readable as text; leaving it out would hide what somebody wrote
    cleaner = nh3.Cleaner(
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener",
    )

    def markdown(text: str) -> Markup:
        # A text of its own, which goes when it is done: one that has been to Rust holds its UTF-8 as long as it lives.
        html = render_markdown(f"{text}\n", extensions, None, options)
        # The page's own headings end at h2: the topmost of the text becomes h3, whatever it was.
        top = min(map(int, re.findall(r"<h([1-6])>", html)), default=1)
        html = re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{min(6, int(found[2]) - top + 3)}>", html)
        return Markup(cleaner.clean(html).strip())

    return markdown


def _keep_attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "start":
        return value if value.isdigit() else None
    if name != "href":  # the `rel` that the cleaner itself sets
        return value
    if re.match(r"[a-z][a-z0-9+.-]*:", value.strip(), re.I):
        return safe_url(value) or None
    # A relative address: two slashes of either kind lead to another host.
    return None if re.match(r"//|[\x00-\x20]|.*(\\|%5c)", value, re.I | re.S) else value


def safe_url(text: object) -> str:
    """The address when it is http or https with a host and nothing tricky in it, otherwise ``""``."""
    return _safe_url(str(text or "").strip())


@lru_cache(maxsize=4096)
def _safe_url(url: str) -> str:
    if re.search(r"[\x00-\x20\x7f\\<>\"'`{}|^]", url):
        return ""
    try:
        parts = urlsplit(url)
        host, port_ok = parts.hostname, parts.port is None or parts.port > 0
    except ValueError:
        return ""
    good = parts.scheme in ("http", "https") and host and port_ok and "@" not in parts.netloc
    return url if good and re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?|[0-9a-f:.]+", str(host)) else ""


def tel(text: object) -> str:
    """What to dial when the whole text is one telephone number, otherwise ``""``."""
    word = str(text or "").strip()
    if not re.fullmatch(r"\+?[0-9(（][0-9()（） ./-]*[0-9]", word):
        return ""
    digits = re.sub(r"\D", "", word)
    return ("+" if word.startswith("+") else "") + digits if 3 <= len(digits) <= 15 else ""


def num(value: object) -> str:
    """A whole number with commas, 4,878; any other text as it is."""
    text = str(value)
    return f"{int(text):,}" if re.fullmatch(r"-?\d{1,18}", text, re.A) else text


def clauses(title: object) -> Markup:
    """A title in pieces which lines break between: after punctuation, not inside a word."""
    pieces = re.findall(r"[^，：；、。！？—]+[，：；、。！？—”）》]*|.+", str(title))
    if len(pieces) < 2:
        return Markup(escape(title))
    return Markup("").join(Markup("<span>{}</span>").format(piece) for piece in pieces)


def width_of(text: str) -> int:
    """How wide a line is, in characters; a Chinese one takes two."""
    return sum(1 + (ord(char) > 0x2E7F) for char in text)


def clip(text: object, length: int) -> str:
    """The text in one line, cut at ``length`` characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 1].rstrip("，。；、,. ") + "…"

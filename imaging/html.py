"""Hostile HTML in, harmless HTML out: nh3 (ammonia) with a list of what mail needs, pictures through us only."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import nh3

from models.inline import inline_id

__all__ = ["inline_id", "sanitise", "text_of"]

MAX_LENGTH = 1_000_000
MAX_NESTING = 500

TAGS = frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead "
    "tr tt u ul var wbr".split()
)
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
_ABSOLUTE = re.compile(r"(?i)\A(?:https?://|mailto:|tel:)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^>]*?(/?)>")
_NO_PICTURE = re.compile(r'<img(?:\s+(?!src=)[\w-]+="[^"]*")*\s*/?>')
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def sanitise(html: str, picture: Callable[[str, str | None], str | None]) -> str:
    """`picture(src, alt)` gives our link for a picture's address, or None to drop the picture.

    Links must be absolute (http, https, mailto, tel). What is longer than 1 MB or nested deeper than 500 is shown as
    text: cleaning such markup takes time that grows with its square.
    """
    if len(html) > MAX_LENGTH or _nesting(html) > MAX_NESTING:
        return f"<p>{escape(text_of(html[:MAX_LENGTH]))}</p>"
    kept = {tag: set(names) for tag, names in ATTRIBUTES.items()}

    def attribute(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            return picture(value, None)
        if tag == "a" and name == "href":
            return value if _ABSOLUTE.match(value.strip()) else None
        return value

    clean = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags={"script", "style", "svg", "math", "iframe", "form", "object", "template", "title"},
        attributes=kept,
        attribute_filter=attribute,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return _NO_PICTURE.sub("", clean)


def _nesting(html: str) -> int:
    """How deep tags are open at most, told without building a tree. Unclosed tags count until the end."""
    depth = deepest = 0
    for closing, name, alone in _TAG.findall(html):
        if name.lower() in _VOID or alone:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Text(HTMLParser):
    BREAKS = frozenset(
        ["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol"]
    )
    HIDDEN = frozenset({"script", "style", "head", "title", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self.hidden += 1
        elif tag in self.BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in self.BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def text_of(html: str) -> str:
    """The words of some HTML, a line for each block."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)

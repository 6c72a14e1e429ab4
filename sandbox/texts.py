"""From text to HTML as mail programs write it, and back."""

from __future__ import annotations

import re
from html import escape, unescape

_BREAKS = re.compile(r"(?i)<br\s*/?>|</(?:div|p|li|blockquote|h\d|tr)>")
_TAGS = re.compile(r"(?s)<[^>]*>")
_INLINE = re.compile(r'src="sandbox-file:(\d+)"')


def to_html(text: str, *, rtl: bool = False) -> str:
    """Paragraphs, line breaks and `- ` lists."""
    parts = []
    for paragraph in escape(text, quote=False).split("\n\n"):
        lines = paragraph.split("\n")
        items = [line[2:] for line in lines if line.startswith("- ")]
        plain = "<br>".join(line for line in lines if not line.startswith("- "))
        if plain:
            parts.append(f"<div>{plain.replace('  ', '&nbsp; ')}</div>")
        if items:
            parts.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
    return f'<div dir="{"rtl" if rtl else "ltr"}">' + "".join(parts) + "</div>"


def to_text(html: str) -> str:
    plain = unescape(_TAGS.sub("", _BREAKS.sub("\n", html))).replace("\xa0", " ")
    return re.sub(r"\n{3,}", "\n\n", plain).strip()


def html_and_text(html: str | None, text: str | None) -> tuple[str, str]:
    """Whichever is missing is made from the other."""
    if html is None:
        return to_html(text or ""), text or ""
    return html, to_text(html) if text is None else text


def inline_numbers(html: str) -> list[int]:
    """The attachments whose pictures stand inside the HTML."""
    return [int(number) for number in _INLINE.findall(html)]


def with_links(html: str, link: dict[int, str]) -> str:
    """The HTML with its inline pictures pointing where a face serves them."""
    return _INLINE.sub(
        lambda match: f'src="{escape(link[int(match[1])])}"' if int(match[1]) in link else match[0], html
    )

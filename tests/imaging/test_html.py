"""What a browser is given does nothing but show words and our pictures."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.html import TAGS, inline_id, sanitise, text_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>1</script>'>x</a>",
    "<a href='/relative'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><input name=a><button>b</button></form>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<div style='background:url(https://evil.example)'>x</div>",
    "<base href='https://evil.example'><link rel=stylesheet href='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<table background='https://evil.example'><td background='https://evil.example'>x</table>",
    "<video poster='https://evil.example'><source src='https://evil.example'></video>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img srcset='https://evil.example/a.png 1x'>",
    "<!--><script>alert(1)</script>-->",
    "<template><script>alert(1)</script></template>",
    "<p id=x name=y class=z data-a=b>x</p>",
]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def look(html: str) -> list[tuple[str, dict[str, str | None]]]:
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen.tags


def harmless(html: str) -> None:
    for tag, attributes in look(html):
        assert tag in TAGS
        assert not any(name.startswith("on") or name in ("style", "srcset", "background") for name in attributes)
        assert (attributes.get("href") or "https://x").startswith(("https://", "http://", "mailto:", "tel:"))
        assert (attributes.get("src") or "https://ours/").startswith("https://ours/")


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    clean = sanitise(html, lambda src, alt: None)
    harmless(clean)
    assert "alert(1)" not in clean or "alert" not in "".join(str(t) for t in look(clean))
    assert sanitise(clean, lambda src, alt: None) == clean


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<b>", "</b>", "<p>", "text", "&lt;script&gt;", "<", ">", '"', "<img src='a'>"])
    )
)
def test_in_any_mixture(parts: list[str]) -> None:
    harmless(sanitise("".join(parts), lambda src, alt: None))


def test_pictures_go_through_us_or_go() -> None:
    html = '<p>See <img src="https://v.example/1.png?sig=2" alt="A" width="3"> <img src="cid:x"></p>'
    clean = sanitise(html, lambda src, alt: "https://ours/1" if "1.png" in src else None)
    assert look(clean)[1] == ("img", {"src": "https://ours/1", "alt": "A", "width": "3"})
    assert "v.example" not in clean and "cid:" not in clean and clean.count("<img") == 1


def test_what_mail_needs_stays() -> None:
    table = '<table><tr><td colspan="2">א&amp;б 😀</td></tr></table>'
    clean = sanitise(f'<blockquote>{table}<a href="mailto:a@b.example">m</a></blockquote>', lambda src, alt: None)
    assert "א&amp;б 😀" in clean and 'colspan="2"' in clean and 'href="mailto:a@b.example"' in clean


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "table><tr><td"])
def test_deep_markup_is_shown_as_text(tag: str) -> None:
    clean = sanitise(f"<{tag}>" * 50_000 + "words", lambda src, alt: None)
    assert clean == "<p>words</p>"


def test_a_picture_has_one_name_however_its_address_was_signed() -> None:
    first = inline_id("https://s3.example/a/b.png?X-Amz-Signature=1#x")
    assert first == inline_id("https://s3.example/a/b.png?X-Amz-Signature=2")
    assert inline_id("https://fd.example/inline/attachment?token=a") != inline_id(
        "https://fd.example/inline/attachment?token=b"
    )


def test_text_of_markup() -> None:
    assert text_of("<style>x</style><p>Hello&nbsp;<b>you</b></p><ul><li>one<li>two</ul>") == "Hello you\none\ntwo"

"""Pieces of text around what was looked for."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.search.pieces import LONGEST_PIECE, MOST_PIECES, pieces

LONG = "lorem ipsum " * 40


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("printer", "The Printer is off", "The <em>Printer</em> is off"),
        ("printer fire", "fire in the printer", "<em>fire</em> in the <em>printer</em>"),
        ("ecole", "L'École d'été", "L&#x27;<em>École</em> d&#x27;été"),
        ("école", "cafe\u0301 ECOLE", "café <em>ECOLE</em>"),
        ("<b>", "a <b> & c", "a &lt;<em>b</em>&gt; &amp; c"),
        ("환불", "이 환불이 필요", "이 <em>환불</em>이 필요"),
        ("火事", "昨日大火事だ", "昨日大<em>火事</em>だ"),
        ("GB-769622", "Order gb-769622!", "Order <em>gb-769622</em>!"),
        ("file_name", "a file_name here", "a <em>file_name</em> here"),
        ("ann@x.example", "to ann@x.example", "to <em>ann@x.example</em>"),
        ("print*", "printing prints", "<em>print</em>ing <em>print</em>s"),
        ("कम", "काम कम", "काम <em>कम</em>"),
        ("🔥", "on 🔥", "on <em>🔥</em>"),
        ("straße", "STRASSE", "<em>STRASSE</em>"),
    ],
)
def test_the_match_is_marked(query: str, text: str, found: str) -> None:
    assert pieces(query, [text]) == (found,)


def test_other_words_are_not_marked() -> None:
    assert pieces("print", ["printing, sprint, Printer"]) == ()
    assert pieces("???", ["what???"]) == ()
    assert pieces("x", [None, ""]) == ()


def test_a_long_text_gives_a_piece_cut_between_words() -> None:
    (piece,) = pieces("needle", [f"{LONG}a needle in it {LONG}"])
    assert piece.startswith("…") and piece.endswith("…") and "<em>needle</em>" in piece
    plain = re.sub("</?em>", "", piece).strip("…")
    assert set(plain.split()) <= {"lorem", "ipsum", "a", "needle", "in", "it"}


def test_there_are_at_most_three_pieces_the_first_text_first() -> None:
    found = pieces("needle", ["The needle", *(f"{n} needle {LONG}" for n in range(9))])
    assert len(found) == MOST_PIECES and found[0] == "The <em>needle</em>"


def test_the_same_piece_is_shown_once() -> None:
    assert pieces("needle", ["a needle", "a needle"]) == ("a <em>needle</em>",)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_gives_safe_short_pieces(text: str, query: str) -> None:
    for piece in pieces(query, [text, text * 3]):
        plain = re.sub("</?em>", "", piece)
        assert "<" not in plain and ">" not in plain
        assert len(unescape(plain)) <= LONGEST_PIECE
        assert "<em>" in piece

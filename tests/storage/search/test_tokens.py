"""How text becomes tokens: what is one word, what counts as the same, and that nothing a person types breaks it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import SearchKind
from storage.search.documents import Doc, pack, unpack, words_of
from storage.search.tokens import JOINED, LONGEST_TOKEN, MOST_TERMS, MOST_TOKENS, folded, terms, words

NAUGHTY = (
    "",
    " ",
    "\0null\0",
    "'; DROP TABLE search_words; --",
    '"quoted" AND OR NOT NEAR(a b) ^x {y}: col:z (',
    "a:* & !b | 'c' \\ d",
    "<script>alert(1)</script>",
    "\ue000\ue0011\ue007 private \uf8ff\U000f0000",
    "\ud800 lone",
    "T̶͕̆e̵x̵t̵ with z̸a̵l̴g̷o̸",
    "👩‍👩‍👧‍👦 🏳️‍🌈 #️⃣ ❤️ €5 ™",
    "ＦＵＬＬＷＩＤＴＨ ｶﾞｷﾞｸﾞ ﬁ ǆ Ⅷ ①",
    "الْعَرَبِيَّةُ ١٢٣ שָׁלוֹם مي\u200cخواهم",
    "हिन्दी में खोज தமிழ் ไทยไม่มีช่องว่าง ភាសាខ្មែរ မြန်မာ",
    "東京都庁 환불해주세요 ひらがなカタカナー 火",
    "ẞ ß İ ı ſ ǰ ŉ ﬃ",
    "a" * 5_000,
    "漢" * 5_000,
    "a.b-c_d@e/f:g'h" * 200,
    "\u0301\u0301 \u0e31\u0e31 ー ゛ ᄀ",
    "\u202eright-to-left\u202c \ufeffbom \u2066x\u2069",
    "1e309 NaN -0 0x7fffffff 1,234.50 $1.00 50%",
    "\t\r\n\x0b\x0c\x85\u2028\u2029",
)


def found_in(query: str, text: str) -> bool:
    tokens = set(words(text))
    wanted = terms(query)
    return bool(wanted) and all(
        any(token.startswith(term.token) for token in tokens) if term.prefix else term.token in tokens
        for term in wanted
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Où est l'élève de l'École ?", "ECOLE eleve"),
        ("naïve café, résumé", "naive cafe resume"),
        ("cafe\u0301", "café"),
        ("Łódź Ærø Øresund Straße", "lodz aero oresund strasse"),
        ("İSTANBUL ışık", "istanbul isik"),
        ("Ελλάδα ΟΔΟΣ", "ελλαδα οδος"),
        ("ещё один", "еще"),
        ("ＧＢ－７６９６２２", "GB-769622"),
        ("ﬁle", "file"),
        ("رقم ٤٥", "45"),
        ("الْعَرَبِيَّةُ", "العربية"),
        ("שָׁלוֹם", "שלום"),
        ("می\u200cخواهم", "میخواهم"),
        ("soft\u00adware", "software"),
        ("ｶﾞｽ漏れ", "ガス"),
        ("환불해주세요", "환불"),
        ("昨日、東京都庁で火事がありました", "東京 火事"),
        ("退款问题没有解决", "问题"),
        ("ผู้ใช้ไม่สามารถเข้าสู่ระบบ", "ระบบ"),
        ("ភាសាខ្មែរ", "ខ្មែរ"),
        ("iPhone15を買った", "iphone15"),
        ("大きい火", "火"),
        ("火事", "火"),
        ("हिन्दी में", "हिन्दी"),
        ("it burns 🔥 now €", "🔥 €"),
        ("Order GB-769622, twice", "gb-769622"),
        ("Order GB-769622, twice", "769622"),
        ("write to ann.smith@example.com now", "ann.smith@example.com"),
        ("write to ann.smith@example.com now", "smith@example.com"),
        ("write to ann.smith@example.com now", "example.com"),
        ("write to ann.smith@example.com now", "smith"),
        ("see https://x.example/a/b?c=d", "https://x.example/a/b"),
        ("file_name.tar.gz", "file_name.tar"),
        ("a follow up call", "follow-up"),
        ("don't", "don't"),
        ("printing", "print*"),
        ("GB-769622", "GB-76*"),
        ("ann.smith@example.com", "ann.smi*"),
    ],
)
def test_found(text: str, query: str) -> None:
    assert found_in(query, text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Order GB 1, box 769622", "GB-769622"),
        ("ann@other.example writes of smith@example.com", "ann.smith@example.com"),
        ("printing", "print"),
        ("йод", "иод"),
        ("がす", "かす"),
        ("काम", "कम"),
        ("東の京", "東京"),
        ("price 50", "$"),
        ("anything", "???"),
    ],
)
def test_not_found(text: str, query: str) -> None:
    assert not found_in(query, text)


def test_a_joined_name_is_told_from_its_parts_apart() -> None:
    assert list(words("GB-769622")) == ["gb", "769622", f"gb{JOINED}769622"]
    assert [term.token for term in terms("GB-769622")] == [f"gb{JOINED}769622"]


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_whatever_it_is_it_is_found_by_itself(text: str) -> None:
    if terms(text):
        assert found_in(text, text) and found_in(text, f"before {text} after")


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text())
def test_any_text_is_found_in_a_longer_one(text: str, more: str) -> None:
    for word in text.split()[:5]:
        if terms(word.rstrip("*")):
            assert found_in(word.rstrip("*"), f"{more} {text} {more}")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_tokens_are_clean_and_short(text: str) -> None:
    for token in words(text):
        assert 0 < len(token) <= LONGEST_TOKEN
        assert token.isalnum() or not token.isascii()
        assert not any(unicodedata.category(c) in ("Co", "Cs", "Cc", "Zs") for c in token if c != JOINED)


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_case_and_form_of_writing_do_not_matter(text: str) -> None:
    once = folded(text)
    assert folded(unicodedata.normalize("NFC", text)) == once == folded(unicodedata.normalize("NFD", text))
    assert folded(once) == once


def test_a_document_and_a_query_are_bounded() -> None:
    many = " ".join(f"w{n}" for n in range(20_000))
    doc = Doc(kind=SearchKind.TICKET, helpdesk=1, num=1, at=0, title="the title", texts=(many, many))
    found = words_of(doc)
    assert len(found.text) == MOST_TOKENS and found.text[:2] == ["the", "title"]
    assert len(terms(many)) == MOST_TERMS


def test_a_document_is_packed_and_unpacked() -> None:
    doc = Doc(kind=SearchKind.COMMENT, helpdesk=2, num=-5, sub="7/8", at=0, title="", texts=("a b a",), public=False)
    found = words_of(doc)
    assert (found.text, list(found.times), found.title) == (["a", "b"], [2, 1], 0)
    assert unpack(pack(found)) == found


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_a_naughty_document_is_indexed(text: str) -> None:
    words_of(Doc(kind=SearchKind.TICKET, helpdesk=1, num=1, at=0, title=text, texts=(text,)))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="aZ9 .-_@'/:é—", max_size=40))
def test_the_short_way_for_plain_text_finds_the_same(text: str) -> None:
    assert list(words(f"{text} 火")) == [*words(text), "火"]

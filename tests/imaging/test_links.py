"""A link opens what it was made for, for whom it was made, until its time; anything else opens nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.links import FileLinks
from models.errors import BadInput
from models.queries import Scope
from models.records import Attachment
from runtime.clock import ManualClock

FILE = Attachment(helpdesk="zd", remote_id="7/8/9", file_name="Ærø/..\\photo.png", content_type="image/png")
BOUND = Scope(tenant="t", organizations={"zd": frozenset({"1", "2"}), "fd": frozenset({"3"})})


def links(clock: ManualClock, *keys: bytes) -> FileLinks:
    return FileLinks(keys or (b"k" * 32,), "https://us.example/", clock)


def token(url: str) -> str:
    return urlsplit(url).path.split("/")[2]


def test_a_link_carries_its_scope_and_nothing_of_the_vendor() -> None:
    made = links(ManualClock()).url(BOUND, FILE)
    assert made.startswith("https://us.example/files/") and ".." not in made
    grant = links(ManualClock()).verify(token(made))
    assert (grant.helpdesk, grant.remote_id, grant.variant) == ("zd", "7/8/9", "original")
    assert grant.scope().bound("zd") == {"1", "2"} and grant.scope().bound("fd") == frozenset()
    assert not grant.scope().sees_notes
    assert links(ManualClock()).verify(token(links(ManualClock()).url(Scope(tenant="t"), FILE))).scope().sees_notes


def test_the_same_link_within_five_minutes_and_never_past_its_time() -> None:
    clock = ManualClock()
    first = links(clock).url(BOUND, FILE)
    clock.advance(200)
    assert links(clock).url(BOUND, FILE) == first
    clock.advance(399)
    links(clock).verify(token(first))
    clock.advance(302)
    with pytest.raises(BadInput, match="past its time"):
        links(clock).verify(token(first))


def test_a_key_can_be_changed_while_links_are_out() -> None:
    clock = ManualClock()
    old = links(clock, b"old").url(BOUND, FILE)
    assert links(clock, b"new", b"old").verify(token(old)).remote_id == "7/8/9"
    with pytest.raises(BadInput):
        links(clock, b"new").verify(token(old))


@settings(max_examples=500, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 5), extra=st.sampled_from(["", "A", "=", "/", "é"]))
def test_no_altered_link_is_taken(at: int, bit: int, extra: str) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = token(links(ManualClock()).url(BOUND, FILE))
    at %= len(good)
    bad = good + extra if extra else good[:at] + alphabet[alphabet.index(good[at]) ^ (1 << bit)] + good[at + 1 :]
    with pytest.raises(BadInput):
        links(ManualClock()).verify(bad)

"""Zendesk's webhooks: what is believed, and what it points at. Messages are made by the vendor's face, from its own
reading of the vendor's pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from starlette.datastructures import Headers

from models.changes import Hint
from models.enums import Kind
from models.errors import Forbidden, HelpdeskError, Unauthenticated
from providers.zendesk.simulator import ids
from providers.zendesk.simulator import webhooks as vendor
from providers.zendesk.webhooks import MOST_HINTS, delivery_id, hints, verify
from runtime.clock import ManualClock

NOW = ManualClock().now()
OLD, NEW = "b2xkIHNlY3JldA==", "bmV3IHNlY3JldA=="
BODY = vendor.trigger(7)
STREAM = Hint(kind=Kind.TICKET, stream="tickets")


def sent(body: bytes = BODY, *, secret: str = NEW, ago: float = 0, **changes: str | None) -> dict[str, str]:
    """The headers of a message; `changes` by the last word of a header's name."""
    headers = vendor.delivery(body, NOW - timedelta(seconds=ago), secret=secret).headers
    names = {name.rpartition("-")[2].lower(): name for name in headers}
    for word, value in changes.items():
        headers.pop(names[word])
        if value is not None:
            headers[names[word]] = value
    return headers


@pytest.mark.parametrize("secrets", [(NEW,), (OLD, NEW), (NEW, OLD), ("", NEW), (f" {NEW} ",)])
@pytest.mark.parametrize("body", [BODY, b"", "Grüße ☂".encode(), b"\xff\x00"])
def test_a_message_of_the_vendor_is_believed(secrets: tuple[str, ...], body: bytes) -> None:
    verify(sent(body), body, secrets, NOW)


@pytest.mark.parametrize("ago", [-300, -299, 0, 299, 300])
def test_clocks_may_differ_by_five_minutes(ago: float) -> None:
    verify(sent(ago=ago), BODY, (NEW,), NOW)


def test_names_of_headers_have_no_case() -> None:
    verify({name.upper(): value for name, value in sent().items()}, BODY, (NEW,), NOW)
    verify(Headers(sent()), BODY, (NEW,), NOW)


REFUSED: dict[str, Callable[[], tuple[dict[str, str], bytes, tuple[str, ...]]]] = {
    "another secret": lambda: (sent(secret="c3RvbGVu"), BODY, (OLD, NEW)),
    "a secret that was replaced": lambda: (sent(secret=OLD), BODY, (NEW,)),
    "an altered body": lambda: (sent(), BODY.replace(b"7", b"8"), (NEW,)),
    "a body with a space more": lambda: (sent(), BODY + b" ", (NEW,)),
    "a signature without its end": lambda: (sent(signature=sent()["X-Zendesk-Webhook-Signature"][:-1]), BODY, (NEW,)),
    "another spelling of it": lambda: (sent(signature=sent()["X-Zendesk-Webhook-Signature"].lower()), BODY, (NEW,)),
    "an empty signature": lambda: (sent(signature=""), BODY, (NEW,)),
    "no signature": lambda: (sent(signature=None), BODY, (NEW,)),
    "no time": lambda: (sent(timestamp=None), BODY, (NEW,)),
    "another time": lambda: (sent(timestamp="2026-01-15T12:00:01Z"), BODY, (NEW,)),
    "nothing": lambda: ({}, BODY, (NEW,)),
    "letters beyond ASCII": lambda: (sent(signature="sígnature☂"), BODY, (NEW,)),
    "a time beyond ASCII": lambda: (sent(timestamp="２０２６-01-15T12:00:00Z"), BODY, (NEW,)),
    "five minutes and a second": lambda: (sent(ago=301), BODY, (NEW,)),
    "a second too far ahead": lambda: (sent(ago=-301), BODY, (NEW,)),
    "the test secret": lambda: (sent(secret=vendor.TEST_SECRET), BODY, (NEW,)),
    "the test secret, although it was set": lambda: (
        sent(secret=vendor.TEST_SECRET),
        BODY,
        (NEW, vendor.TEST_SECRET, "this_secret_is_for_testing_only"),
    ),
    "what the test secret reads": lambda: (
        sent(secret="this_secret_is_for_testing_only"),
        BODY,
        (NEW, "this_secret_is_for_testing_only"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_not(name: str) -> None:
    headers, body, secrets = REFUSED[name]()
    with pytest.raises(Unauthenticated) as caught:
        verify(headers, body, secrets, NOW)
    assert not any(secret in caught.value.message for secret in (OLD, NEW))


@pytest.mark.parametrize("stamp", ["yesterday", "2026-01-15T12:00:00", "1768478400", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_is_refused_though_it_is_signed(stamp: str) -> None:
    headers = sent(timestamp=stamp, signature=vendor.signature(NEW, stamp, BODY))
    with pytest.raises(Unauthenticated, match="another time"):
        verify(headers, BODY, (NEW,), NOW)


@pytest.mark.parametrize("secrets", [(), ("",), (" ",), (vendor.TEST_SECRET,)])
def test_without_a_secret_nothing_is_believed(secrets: tuple[str, ...]) -> None:
    for secret in ("", " ", vendor.TEST_SECRET):
        with pytest.raises(Forbidden, match="ZENDESK_WEBHOOK_SECRET"):
            verify(sent(secret=secret), BODY, secrets, NOW)


def test_the_recipe_as_another_program_follows_it() -> None:
    """Worked out with `openssl dgst -sha256 -hmac` and `base64`: time and body without anything between, the secret's
    text as the key."""
    headers = {
        "x-zendesk-webhook-signature": "fac08SyS5xqDWFWlS1d/Ru0MkX1gXNzOB588smtNS6U=",
        "x-zendesk-webhook-signature-timestamp": "2021-03-25T05:09:27Z",
    }
    verify(headers, b'{"hello":"world"}', ("dGhpc19pc19hX3NlY3JldA==",), NOW.replace(2021, 3, 25, 5, 9, 30))


def test_the_same_delivery_has_the_same_name() -> None:
    first = vendor.delivery(BODY, NOW, invocation="inv-1").headers
    again = vendor.delivery(BODY, NOW + timedelta(seconds=20), invocation="inv-1").headers
    assert delivery_id(first) == delivery_id(again) == "inv-1"
    assert delivery_id({}) is None
    assert delivery_id({"x-zendesk-webhook-invocation-id": "x" * 201}) is None
    assert delivery_id({"x-zendesk-webhook-invocation-id": "a\nb"}) is None


@pytest.mark.parametrize(
    "word",
    ["created", "status_changed", "custom_field_changed", "merged", "soft_deleted", "marked_as_spam", "of_tomorrow"],
)
def test_a_ticket_event_names_its_ticket(town: Any, word: str) -> None:
    here = town(30)
    body = vendor.ticket_event(here.desk, 7, word, NOW)
    assert hints(body, "d") == (Hint(kind=Kind.TICKET, remote_id="7", delivery="d"),)


def test_a_comment_is_named_with_its_ticket(town: Any) -> None:
    here = town(30)
    message = here.desk.messages.add(7, author=1, public=True, text="Hello")
    found = hints(vendor.comment_event(here.desk, message.number, NOW))
    assert found == (
        Hint(kind=Kind.TICKET, remote_id="7"),
        Hint(kind=Kind.COMMENT, remote_id=f"7/{ids.COMMENT.id(message.number)}"),
    )


def test_other_records_are_named_too(town: Any) -> None:
    here = town(30)
    person, agent = str(ids.USER.id(1001)), str(ids.USER.id(2))
    assert hints(vendor.user_event(here.desk, 1001, "name_changed", NOW)) == (
        Hint(kind=Kind.CONTACT, remote_id=person),
    )
    assert hints(vendor.user_event(here.desk, 2, "role_changed", NOW)) == (
        Hint(kind=Kind.CONTACT, remote_id=agent),
        Hint(kind=Kind.AGENT, stream="agents"),
    )
    assert hints(vendor.organization_event(here.desk, 3, "name_changed", NOW)) == (
        Hint(kind=Kind.ORGANIZATION, remote_id=str(ids.ORGANIZATION.id(3))),
    )
    assert hints(vendor.article_event(4, "published", NOW)) == (
        Hint(kind=Kind.ARTICLE, remote_id=str(ids.ARTICLE.id(4))),
    )


def test_an_event_without_its_record_points_at_the_stream() -> None:
    told = {"type": "zen:event-type:organization.deleted", "detail": {"id": "0"}, "subject": "zen:organization:"}
    assert hints(msgspec.json.encode(told)) == (Hint(kind=Kind.ORGANIZATION, stream="organizations"),)
    by_subject = {"type": "zen:event-type:ticket.permanently_deleted", "detail": None, "subject": "zen:ticket:12"}
    assert hints(msgspec.json.encode(by_subject)) == (Hint(kind=Kind.TICKET, remote_id="12"),)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"ticket_id": "7"}, [(Kind.TICKET, "7")]),
        ({"ticket_id": 7, "title": "Help"}, [(Kind.TICKET, "7")]),
        ({"ticket": {"id": "7", "url": "x"}}, [(Kind.TICKET, "7")]),
        ({"ticket_id": "7", "user_id": "8"}, [(Kind.TICKET, "7"), (Kind.CONTACT, "8")]),
        ([{"ticket_id": "7"}, {"ticket_id": "7"}, {"ticket_id": "9"}], [(Kind.TICKET, "7"), (Kind.TICKET, "9")]),
    ],
)
def test_bodies_of_triggers(body: Any, named: list[tuple[Kind, str]]) -> None:
    found = hints(msgspec.json.encode(body))
    assert [(hint.kind, hint.remote_id) for hint in found] == named
    assert {hint.stream for hint in found} == {None}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"7"',
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b"<xml/>",
        b"ticket_id=7",
        b"[" * 5_000,
        b"9" * 5_000,
        b'{"ticket_id": ' + b"9" * 5_000 + b"}",
        b'{"ticket_id": "' + b"9" * 20 + b'"}',
        b'{"ticket_id": "{{ticket.id}}"}',
        b'{"ticket_id": "../../etc"}',
        b'{"ticket_id": "\xd9\xa3"}',
        b'{"ticket_id": true}',
        b'{"ticket_id": -1}',
        b'{"ticket_id": 1.5}',
        b'{"type": "zen:event-type:community_post.created", "detail": {"id": "7"}}',
        b'{"type": "zen:event-type:", "detail": {"id": "7"}}',
        b'{"type": ["zen:event-type:ticket.created"]}',
        b'{"type": "zen:event-type:ticket.created", "detail": [], "subject": 7}',
        b" " * 1_048_577,
    ],
)
def test_nonsense_points_at_the_tickets(body: bytes) -> None:
    assert hints(body) == (STREAM,)


def test_a_message_names_so_many_records_at_most() -> None:
    body = msgspec.json.encode([{"ticket_id": n} for n in range(1, 1_000)])
    assert len(hints(body)) == MOST_HINTS


KEYS = ("type", "detail", "event", "subject", "ticket_id", "ticket", "id", "role", "comment", "user_id")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from(["", "zen:event-type:ticket.x", "zen:event-type:user.group_membership_created"]))
def test_any_json_gives_hints(told: Any, kind: str) -> None:
    body = msgspec.json.encode({**told, "type": kind} if isinstance(told, dict) and kind else told)
    found = hints(body)
    assert 0 < len(found) <= MOST_HINTS
    for hint in found:
        assert (hint.remote_id is None) != (hint.stream is None)
        assert hint.remote_id is None or all(part.isdecimal() for part in hint.remote_id.split("/"))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(sorted(sent())) | st.text(), st.text(), max_size=6))
def test_any_bytes_are_hints_and_no_message(body: bytes, headers: dict[str, str]) -> None:
    assert hints(body)
    assert delivery_id(headers) is None or delivery_id(headers)
    with pytest.raises(HelpdeskError):
        verify(headers, body, (NEW,), NOW)

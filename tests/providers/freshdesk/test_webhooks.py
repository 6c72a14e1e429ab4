"""Which tickets a rule's message names, whatever shape the administrator gave it; and nonsense, which never raises."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.changes import Hint
from models.enums import Kind
from providers.freshdesk.webhooks import LARGEST_BODY, MOST_HINTS, SOMETHING, hints

JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


def named(body: object, kind: str = JSON) -> list[str | None]:
    data = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
    return [hint.remote_id for hint in hints(data, kind)]


@pytest.mark.parametrize(
    "body",
    [
        {"ticket_id": "17"},
        {"ticket_id": 17},
        {"ticketId": "17", "event": "updated"},
        {"ticket.id": "17"},
        {"freshdesk_webhook": {"ticket_id": 17, "ticket_subject": "Printer", "ticket_status": "Open"}},
        {"freshdesk_webhook": {"id": "17"}},
        {"ticket": {"id": "17", "subject": "Printer", "requester": {"id": 99}}},
        {"event": "x", "data": {"ticket": {"id": 17, "agent": {"id": 3}}}},
        {"id": "17"},
        [{"ticket_id": "17"}],
        {"text": "changed", "ticket_url": "https://acme.freshdesk.com/helpdesk/tickets/17"},
        {"ticket_url": "https://acme.freshdesk.com/a/tickets/17?current_tab=details"},
        {"ticket_id": " #17 "},
    ],
)
def test_json_of_any_shape(body):
    assert named(body) == ["17"]
    assert named(body, "text/plain") == ["17"]
    assert hints(json.dumps(body).encode(), JSON)[0] == Hint(kind=Kind.TICKET, remote_id="17")


def test_several_tickets_once_each():
    assert named([{"ticket_id": 5}, {"ticket_id": "6"}, {"ticket_id": 5}]) == ["5", "6"]
    assert len(named([{"ticket_id": number} for number in range(1, 900)])) == MOST_HINTS


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><freshdesk_webhook><ticket_id type="integer">17</ticket_id></freshdesk_webhook>',
        "<hook>\n  <Ticket-ID>\n 17 </Ticket-ID></hook>",
        "<t:hook xmlns:t='x'><t:ticket_url>https://acme.freshdesk.com/a/tickets/17</t:ticket_url></t:hook>",
    ],
)
def test_xml(body):
    assert named(body, "application/xml") == named(body, JSON) == ["17"]


@pytest.mark.parametrize(
    "body",
    ["ticket_id=17&subject=a%26b", "freshdesk_webhook%5Bticket_id%5D=17", "ticket[id]=17", "id=17", "ticketId=%2317"],
)
def test_forms(body):
    assert named(body, FORM) == named(body, "") == ["17"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"17",
        b'"17"',
        b"{}",
        b"[]",
        b"{",
        b'{"ticket_id": "{{ticket.id}}"}',
        b'{"ticket_id": "007"}',
        b'{"ticket_id": "-17"}',
        b'{"ticket_id": true}',
        b'{"ticket_id": 1.5}',
        b'{"ticket_id": [17]}',
        b'{"ticket_id": "\xff"}',
        b'{"ticket_id": "1\xd9\xa17"}',
        b'{"ticket_id": 99999999999999999999999}',
        b'{"ticket_id": "' + b"9" * 400 + b'"}',
        b'{"agent": {"id": 17}}',
        b'{"requester_id": 17, "contact": {"id": 5}}',
        b"<ticket_id>{{ticket.id}}</ticket_id>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        b"[" * 100_000,
        b"ticket_id",
        b"\x00\x01\x02",
        b"{" * 5 + b"\xef\xbb\xbf",
    ],
)
@pytest.mark.parametrize("kind", [JSON, FORM, "application/xml", "", "nonsense;;;=\x00"])
def test_nonsense_makes_us_look_at_the_tickets(body, kind):
    assert hints(body, kind) == (SOMETHING,)


WORST = [
    b'{"ticket_id": 17, "x": "' + b"y" * LARGEST_BODY + b'"}',
    b"<ticket_id>" + b" " * (LARGEST_BODY - 100),
    b"<ticket_id " * 95_000,
    b"<ticket_id>   " * 70_000,
    b"&".join([b"ticket_id"] * 100_000),
    json.dumps({f"k{number}": number for number in range(60_000)}).encode(),
    json.dumps([{"a": [{}]}] * 60_000).encode(),
    b'{"a":' * 200_000,
    b'{"ticket_id": ' + b"1" * 900_000 + b"}",
]


@pytest.mark.parametrize("body", WORST)
def test_the_worst_bodies_are_done_with_in_a_moment(body):
    began = time.process_time()
    assert hints(body, JSON) == (SOMETHING,)
    assert hints(body, FORM) == (SOMETHING,)
    assert time.process_time() - began < 3.0


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=400), kind=st.text(max_size=40))
@example(body=b'{"ticket_id":"1\\ud800"}', kind=JSON)
def test_any_bytes(body, kind):
    assert all(hint.kind is Kind.TICKET for hint in hints(body, kind))


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["ticket_id", "id", "ticket", "a", ""]), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(value=JSONS)
def test_any_json(value):
    found = hints(json.dumps(value).encode(), JSON)
    assert found and all(hint.remote_id is None or hint.remote_id.isdecimal() for hint in found)

"""A ticket of ours as a create call: nothing is lost in silence, and what would be refused is found first."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from models.enums import Channel, TicketPriority, TicketStatus, TicketType
from models.errors import BadInput, LossyMapping
from models.queries import NewRequester, TicketDraft
from providers.freshdesk.drafts import input_path, plan, tag_of
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS

DRAFT = TicketDraft(
    subject="Hello",
    body_text="One & two\n<three>",
    requester=NewRequester(email="ana@example.test", name="Ana"),
    custom_fields={"cf_room": "12"},
)


def planned(known, strict: bool = True, **changes: object):
    return plan(msgspec.structs.replace(DRAFT, strict=strict, **changes), "marker-1", known)


def test_the_least_a_ticket_needs(known):
    found = planned(known)
    assert (found.method, found.path, found.warnings) == ("POST", "/api/v2/tickets", ())
    assert found.body == {
        "email": "ana@example.test",
        "name": "Ana",
        "subject": "Hello",
        "description": "<div>One &amp; two</div><div>&lt;three&gt;</div>",
        "status": 2,
        "priority": 1,
        "tags": [tag_of("marker-1")],
        "custom_fields": {"cf_room": "12"},
    }


def test_everything_at_once(known):
    found = planned(
        known,
        body_html="<b>hi</b>",
        requester=None,
        requester_id="5",
        status=TicketStatus.CLOSED,
        priority=TicketPriority.URGENT,
        type=TicketType.REFUND,
        channel=Channel.PHONE,
        tags=("vip", "vip"),
        group_id="6",
        assignee_id="7",
        organization_id="8",
        product_id="9",
        ccs=("bo@example.test",),
        due_at=datetime(2030, 1, 1, tzinfo=UTC),
        custom_fields={"cf_room": "12", "cf_colour": "Red", "cf_vip": True},
    )
    assert found.body == {
        "requester_id": 5,
        "subject": "Hello",
        "description": "<b>hi</b>",
        "status": 5,
        "priority": 4,
        "type": "Refund",
        "source": 3,
        "tags": ["vip", tag_of("marker-1")],
        "group_id": 6,
        "responder_id": 7,
        "company_id": 8,
        "product_id": 9,
        "cc_emails": ["bo@example.test"],
        "due_by": "2030-01-01T00:00:00Z",
        "fr_due_by": "2030-01-01T00:00:00Z",
        "custom_fields": {"cf_room": "12", "cf_colour": "Red", "cf_vip": True},
    }
    assert [warning.path for warning in found.warnings] == [("dueAt",)]


def test_the_marker_fits_a_tag_and_differs_by_marker():
    assert len(tag_of("x" * 500)) <= 32
    assert tag_of("a") != tag_of("b")
    assert tag_of("deskgraph-0123456789abcdef0123") == "deskgraph-0123456789abcdef0123"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (TicketStatus.OPEN, 2),
        (TicketStatus.PENDING, 3),
        (TicketStatus.RESOLVED, 4),
        (TicketStatus.ON_HOLD, 7),
        (None, 2),
    ],
)
def test_statuses_the_account_has(known, status, code):
    assert planned(known, status=status, type=TicketType.QUESTION).body["status"] == code


@pytest.mark.parametrize(
    ("change", "field", "nearest", "sent"),
    [
        ({"status": TicketStatus.NEW}, "status", "OPEN", ("status", 2)),
        ({"status": TicketStatus.UNKNOWN}, "status", "OPEN", ("status", 2)),
        ({"priority": TicketPriority.NONE}, "priority", "LOW", ("priority", 1)),
        ({"priority": TicketPriority.UNKNOWN}, "priority", "LOW", ("priority", 1)),
        ({"type": TicketType.TASK}, "type", "QUESTION", ("type", None)),
        ({"type": TicketType.OTHER}, "type", "QUESTION", ("type", None)),
        ({"channel": Channel.API}, "channel", "PORTAL", ("source", 2)),
        ({"channel": Channel.WEB_FORM}, "channel", "WIDGET", ("source", 9)),
        ({"external_id": "x"}, "externalId", "custom field", ("external_id", None)),
    ],
)
def test_what_would_lose_meaning_is_refused_with_the_nearest_or_told(known, change, field, nearest, sent):
    with pytest.raises(LossyMapping) as caught:
        planned(known, **change)
    assert caught.value.field == field
    assert nearest in caught.value.message
    lenient = planned(known, strict=False, **change)
    assert [warning.path for warning in lenient.warnings] == [(field,)]
    assert lenient.body.get(sent[0]) == sent[1]


def test_an_account_without_a_status_for_on_hold_says_pending():
    with pytest.raises(LossyMapping, match="PENDING"):
        planned(UNKNOWN_FIELDS, status=TicketStatus.ON_HOLD)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"requester": None}, "requester"),
        ({"requester": NewRequester(name="Ana")}, "requester"),
        ({"requester": NewRequester(phone="+1")}, "requester.contact.name"),
        ({"requester_id": "ana"}, "requester.contactId"),
        ({"group_id": "x"}, "groupId"),
        ({"native_status": "77"}, "nativeStatus"),
        ({"native_status": "open"}, "nativeStatus"),
        ({"native_status": "٣"}, "nativeStatus"),
        ({"tags": ("x" * 33,)}, "tags"),
        ({"tags": ("a,b",)}, "tags"),
        ({"subject": ""}, "subject"),
        ({"custom_fields": {}}, "customFields.cf_room"),
        ({"custom_fields": {"cf_room": "1", "cf_nowhere": 1}}, "customFields.cf_nowhere"),
        ({"custom_fields": {"cf_room": "1", "cf_colour": "Blue"}}, "customFields.cf_colour"),
        ({"custom_fields": {"cf_room": "1", "cf_vip": "yes"}}, "customFields.cf_vip"),
        ({"status": TicketStatus.CLOSED}, "type"),  # the form wants a type before closing
    ],
)
def test_what_the_vendor_would_refuse_is_found_first(known, change, field):
    with pytest.raises(BadInput) as caught:
        planned(known, **change)
    assert caught.value.field == field


def test_a_native_status_is_taken_as_it_is(known):
    assert planned(known, native_status="8").body["status"] == 8


@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("description", "bodyHtml"),
        ("responder_id", "assigneeId"),
        ("email", "requester.contact.email"),
        ("cf_room", "customFields.cf_room"),
        ("custom_fields.cf_room", "customFields.cf_room"),
        ("", "input"),
    ],
)
def test_complaints_are_told_in_the_input_s_words(vendor, ours):
    assert input_path(vendor) == ours

"""Vendor objects → models, from invented payloads in the forms that were seen in real answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import (
    ActorKind,
    AgentRole,
    ArticleState,
    ArticleVisibility,
    Channel,
    CommentVisibility,
    ContactState,
    DetailLevel,
    Direction,
    IdentityKind,
    Lifecycle,
    Provenance,
    ScanState,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.errors import Unreadable
from models.records import Ticket
from providers.zendesk import mapping_article, mapping_people, mapping_ticket, wire
from providers.zendesk.account import Account
from providers.zendesk.lenient import moment, whole
from providers.zendesk.mapping_comment import comment
from providers.zendesk.mapping_text import plain_text
from providers.zendesk.mapping_translated import translated
from providers.zendesk.rows import found

ACCOUNT = Account(key="acme", name="Acme", subdomain="acme", base="https://acme.zendesk.com", redirected=False)
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
Payload = Callable[[str], Any]


def ticket(raw: Any, **beside: Any) -> Ticket:
    return mapping_ticket.ticket(found(raw, wire.Ticket, "$.ticket"), ACCOUNT, NOW, mapping_ticket.Beside(**beside))


def test_a_ticket(payload: Payload) -> None:
    waiting = mapping_ticket.custom_status(
        wire.CustomStatus(id=7001, status_category="hold", agent_label="Waiting for parts", end_user_label="In work")
    )
    shown = ticket(payload("ticket"), statuses={"7001": waiting})
    assert (shown.remote_id, shown.number, shown.external_id) == ("35436", "35436", "order-81")
    assert shown.remote_url == "https://acme.zendesk.com/agent/tickets/35436"
    assert shown.updated_at == datetime(2026, 1, 14, 17, 3, 21, tzinfo=UTC)
    assert shown.version == "2026-01-14T17:03:21Z"
    assert (shown.status, shown.priority, shown.type) == (
        TicketStatus.ON_HOLD,
        TicketPriority.HIGH,
        TicketType.INCIDENT,
    )
    assert (shown.status_native.value, shown.status_native.label) == ("7001", "Waiting for parts")
    assert shown.status_native.customer_label == "In work"
    assert shown.status_native.provenance is Provenance.EXACT
    assert shown.channel is Channel.EMAIL
    assert shown.channel_native and shown.channel_native.value == "mail"
    assert (shown.requester_id, shown.organization_id, shown.product_id) == ("20978392", "509974", "123")
    assert shown.custom_fields == {"27642": "745", "27648": None, "27650": ["a", "b"]}
    assert shown.satisfaction and shown.satisfaction.score == "good"
    assert shown.native["form_id"] == "47"
    assert shown.native["generated_at"] == datetime(2026, 1, 14, 17, 3, 21, tzinfo=UTC)
    assert shown.body_text == "It started on Monday."
    assert shown.raw["encoded_id"] == "QX5R1Z-ABCD"
    assert shown.detail is DetailLevel.LISTED


def test_a_ticket_of_odd_forms(payload: Payload) -> None:
    """Ids as text, nulls everywhere, a rating as text, a numbered channel, a status nobody has seen before."""
    shown = ticket(payload("ticket_sparse"))
    assert shown.remote_id == "35437"
    assert shown.status is TicketStatus.UNKNOWN
    assert (shown.status_native.value, shown.status_native.provenance) == ("parked", Provenance.UNMAPPED)
    assert (shown.priority, shown.type) == (TicketPriority.NONE, TicketType.NONE)
    assert shown.channel is Channel.AUTOMATION
    assert (shown.requester_id, shown.group_id, shown.external_id) == (None, None, None)
    assert shown.subject == "{{dc.order}}"
    assert shown.created_at == datetime(2026, 1, 10, 8, 15, tzinfo=UTC)
    assert shown.updated_at is None
    assert shown.tags == ()
    assert shown.custom_fields == {"5": True}
    assert shown.satisfaction and shown.satisfaction.score == "good"
    assert shown.native["generated_at"] is None


def test_a_bare_ticket_is_still_a_ticket() -> None:
    shown = ticket({"id": 1})
    assert (shown.remote_id, shown.status, shown.channel) == ("1", TicketStatus.UNKNOWN, Channel.UNKNOWN)


@pytest.mark.parametrize(
    ("word", "lifecycle"), [("deleted", Lifecycle.DELETED), ("scrubbed", Lifecycle.PURGED), ("open", Lifecycle.ACTIVE)]
)
def test_states_of_exports_are_lifecycles(word: str, lifecycle: Lifecycle) -> None:
    assert ticket({"id": 1, "status": word}).lifecycle is lifecycle


def test_a_closed_ticket_is_closed_whatever_its_custom_status() -> None:
    done = mapping_ticket.custom_status(wire.CustomStatus(id=8, status_category="solved", agent_label="Done"))
    shown = ticket({"id": 1, "status": "closed", "custom_status_id": 8}, statuses={"8": done})
    assert shown.status is TicketStatus.CLOSED
    assert (shown.status_native.value, shown.status_native.category) == ("closed", TicketStatus.CLOSED)
    assert shown.native["custom_status_id"] == "8"


def test_an_unlabelled_custom_status_keeps_its_number() -> None:
    shown = ticket({"id": 1, "status": "pending", "custom_status_id": 77})
    assert (shown.status, shown.status_native.value) == (TicketStatus.PENDING, "77")
    assert shown.status_native.label == "Pending"


def test_copied_in_people_come_from_the_sideload(payload: Payload) -> None:
    person = {"id": 35334, "role": "end-user", "email": "copy@mail.example"}
    people = {"35334": mapping_people.contact(found(person, wire.User, "$"), ACCOUNT, NOW)}
    assert ticket(payload("ticket"), people=people).ccs == ("copy@mail.example",)


@pytest.mark.parametrize("value", [None, "", {}, {"score": "unoffered"}, {"score": None}, [], 3])
def test_no_rating(value: Any) -> None:
    assert ticket({"id": 1, "satisfaction_rating": value}).satisfaction is None


def test_an_unreadable_row_is_named() -> None:
    with pytest.raises(Unreadable) as caught:
        found({"id": 1, "requester_id": "ann"}, wire.Ticket, "$.tickets[3]")
    assert caught.value.where == "$.tickets[3].requester_id"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from(sorted(wire.Ticket.__struct_fields__)), json_values, max_size=6))
def test_any_json_is_a_ticket_or_unreadable(raw: dict[str, Any]) -> None:
    raw["id"] = 7
    try:
        assert ticket(raw).remote_id == "7"
    except Unreadable as error:
        assert error.where and error.where.startswith("$.ticket")


def comments(payload: Payload) -> list[Any]:
    told = payload("comments")
    request = ticket(payload("ticket"))
    authors = {user["id"]: msgspec.convert(user, wire.User) for user in told["users"]}
    return [comment(found(row, wire.Comment, "$"), request, authors) for row in told["comments"]]


def test_a_customers_comment(payload: Payload) -> None:
    first = comments(payload)[0]
    assert first.remote_id == "35436/9001"
    assert (first.author.kind, first.author.remote_id, first.author.email) == (
        ActorKind.CONTACT,
        "20978392",
        "mira@mail.example",
    )
    assert (first.visibility, first.direction) == (CommentVisibility.PUBLIC, Direction.INBOUND)
    assert first.body_text == "It flickers. See & tell."
    assert first.channel is Channel.EMAIL
    (file,) = first.attachments
    assert (file.remote_id, file.inline, file.width, file.height) == ("35436/9001/71", True, 80, 60)
    assert file.scan is ScanState.CLEAN


def test_an_internal_note(payload: Payload) -> None:
    note = comments(payload)[1]
    assert (note.visibility, note.direction) == (CommentVisibility.INTERNAL, Direction.OUTBOUND)
    assert note.author.kind is ActorKind.AGENT
    assert note.attachments[0].scan is ScanState.BLOCKED
    assert note.attachments[0].byte_size == 99


def test_the_systems_comment_and_an_unknown_authors(payload: Payload) -> None:
    _, _, system, unknown = comments(payload)
    assert (system.author.kind, system.author.remote_id) == (ActorKind.AUTOMATION, None)
    assert (system.channel, system.attachments) == (Channel.AUTOMATION, ())
    assert (unknown.author.kind, unknown.author.remote_id) == (ActorKind.PERSON, "555")
    assert unknown.direction is Direction.OUTBOUND
    assert unknown.channel is Channel.PHONE


def test_no_files_address_is_in_a_model(payload: Payload) -> None:
    for shown in comments(payload):
        assert "token" not in str(shown.attachments)
        assert "content_url" not in str(shown.raw)
        assert "recording_url" not in str(shown.raw)


def test_a_contact(payload: Payload) -> None:
    person = mapping_people.contact(found(payload("user"), wire.User, "$.user"), ACCOUNT, NOW)
    assert (person.name, person.email, person.phone) == ("Mira Holm", "mira@mail.example", "+4512345678")
    assert (person.state, person.external_id, person.time_zone) == (
        ContactState.VERIFIED,
        "crm-7",
        "Europe/Copenhagen",
    )
    assert (person.organization_id, person.organization_ids) == ("509974", ("509974",))
    assert [i.kind for i in person.identities] == [IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.EXTERNAL_ID]
    assert person.custom_fields == {"seats": 12, "tier": None}
    assert person.avatar and person.avatar.remote_id == "contact/20978392/928374"
    assert "system/photos" not in str(person.raw)


@pytest.mark.parametrize(
    ("told", "state", "lifecycle"),
    [
        ({"suspended": True, "verified": True}, ContactState.BLOCKED, Lifecycle.ACTIVE),
        ({"verified": False}, ContactState.UNVERIFIED, Lifecycle.ACTIVE),
        ({}, ContactState.UNKNOWN, Lifecycle.ACTIVE),
        ({"active": False}, ContactState.UNKNOWN, Lifecycle.DELETED),
        ({"active": False, "permanently_deleted": True}, ContactState.UNKNOWN, Lifecycle.PURGED),
    ],
)
def test_states_of_a_contact(told: dict[str, Any], state: ContactState, lifecycle: Lifecycle) -> None:
    person = mapping_people.contact(found({"id": 3, **told}, wire.User, "$"), ACCOUNT, NOW)
    assert (person.state, person.lifecycle) == (state, lifecycle)


def test_an_agent() -> None:
    raw = {"id": 4, "name": "Tom", "role": "agent", "role_type": 1, "active": True, "suspended": True}
    agent = mapping_people.agent(found(raw, wire.User, "$"), ACCOUNT, NOW)
    assert (agent.role, agent.active, agent.remote_id) == (AgentRole.LIGHT_AGENT, False, "4")


def test_an_organization() -> None:
    raw = {"id": 5, "name": "Acme", "domain_names": ["acme.example", None], "tags": None, "shared_tickets": True}
    shown = mapping_people.organization(found(raw, wire.Organization, "$"), ACCOUNT, NOW)
    assert (shown.name, shown.domains, shown.tags) == ("Acme", ("acme.example",), ())
    assert shown.native == {"shared_tickets": True, "shared_comments": None, "group_id": None}


def test_an_article(payload: Payload) -> None:
    shown = mapping_article.article(found(payload("article"), wire.Article, "$"), ACCOUNT, NOW, {})
    assert (shown.title, shown.slug, shown.locale) == ("Reset the lamp", "Reset-the-lamp", "en-us")
    assert (shown.state, shown.visibility) == (ArticleState.PUBLISHED, ArticleVisibility.PUBLIC)
    assert shown.body_text == "Reset\nHold the button for ten seconds.\nOne\nTwo"
    assert (shown.upvotes, shown.downvotes, shown.folder_id) == (5, 3, "section-7700")
    assert shown.labels == ("Lamp", "reset")


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"draft": True}, ArticleState.DRAFT),
        ({"locale": "de", "outdated_locales": ["de"]}, ArticleState.OUTDATED),
        ({"locale": "fr", "outdated_locales": ["de"], "outdated": False}, ArticleState.PUBLISHED),
    ],
)
def test_state_of_an_article(told: dict[str, Any], state: ArticleState) -> None:
    assert mapping_article.state(found({"id": 1, **told}, wire.Article, "$").wire) is state


SEGMENTS = {
    1: mapping_article.segment(wire.UserSegment(id=1, user_type="signed_in_users")),
    2: mapping_article.segment(wire.UserSegment(id=2, user_type="staff", group_ids=[3])),
    3: mapping_article.segment(wire.UserSegment(id=3, user_type="signed_in_users", organization_ids=[9])),
    4: mapping_article.segment(wire.UserSegment(id=4, user_type="robots")),
}


@pytest.mark.parametrize(
    ("told", "visibility"),
    [
        ({}, ArticleVisibility.PUBLIC),
        ({"user_segment_id": 1}, ArticleVisibility.SIGNED_IN),
        ({"user_segment_id": 2}, ArticleVisibility.AGENTS),
        ({"user_segment_id": 3}, ArticleVisibility.RESTRICTED),
        ({"user_segment_id": 4}, ArticleVisibility.RESTRICTED),
        ({"user_segment_id": 99}, ArticleVisibility.RESTRICTED),
        ({"user_segment_ids": [2, 1]}, ArticleVisibility.SIGNED_IN),
        ({"user_segment_ids": [2, 3]}, ArticleVisibility.RESTRICTED),
    ],
)
def test_visibility_of_an_article(told: dict[str, Any], visibility: ArticleVisibility) -> None:
    row = found({"id": 1, **told}, wire.Article, "$").wire
    assert mapping_article.visibility(row, SEGMENTS) is visibility


def test_the_tree_puts_parents_first() -> None:
    categories = [wire.Category(id=1, name="Lamps", position=0)]
    sections = [
        wire.Section(id=12, name="Inner", category_id=1, parent_section_id=11),
        wire.Section(id=11, name="Outer", category_id=1),
        wire.Section(id=13, name="Lost", category_id=1, parent_section_id=404),
    ]
    tree = mapping_article.folders(categories, sections, "acme")
    assert [(f.remote_id, f.level, f.parent_id) for f in tree] == [
        ("category-1", 0, None),
        ("section-11", 1, "category-1"),
        ("section-13", 1, "category-1"),
        ("section-12", 2, "section-11"),
    ]


def test_sections_that_are_each_others_parent_do_not_hang() -> None:
    sections = [
        wire.Section(id=1, category_id=9, parent_section_id=2),
        wire.Section(id=2, category_id=9, parent_section_id=1),
    ]
    assert {f.remote_id for f in mapping_article.folders([], sections, "acme")} == {"section-1", "section-2"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2021-07-20 22:55:29+02:00", datetime(2021, 7, 20, 20, 55, 29, tzinfo=UTC)),
        ("20140704T15:37:04Z", datetime(2014, 7, 4, 15, 37, 4, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1768410201, datetime(2026, 1, 14, 17, 3, 21, tzinfo=UTC)),
        (0, None),
        (True, None),
        ("soon", None),
        (None, None),
        (["2026"], None),
    ],
)
def test_times_in_any_form(sent: Any, expected: datetime | None) -> None:
    assert moment(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"), [("80", 80), (80, 80), (80.0, 80), (None, None), ("", None), (True, None)]
)
def test_numbers_in_any_form(sent: Any, expected: int | None) -> None:
    assert whole(sent) == expected


def test_text_of_html() -> None:
    assert plain_text("<p>a&amp;b<br>c</p>\n<style>p{}</style><div>  d   e </div>") == "a&b\nc\nd e"


@pytest.mark.parametrize(
    ("metrics", "minutes"),
    [
        ({"reply_time_in_minutes": {"calendar": 90, "business": 30}}, 90),
        ({"reply_time_in_minutes": {"calendar": 90}, "reply_time_in_seconds": {"calendar": 5_430}}, 90.5),
        ({"reply_time_in_minutes": {"calendar": None}, "reply_time_in_seconds": {"calendar": None}}, None),
        ({"reply_time_in_minutes": "soon"}, None),
        ({"reply_time_in_minutes": {"calendar": 10**18}}, None),
        ({}, None),
    ],
)
def test_when_it_was_first_answered(metrics: dict[str, Any], minutes: float | None) -> None:
    row = {"id": 7, "created_at": "2026-01-01T00:00:00Z", "metric_set": {**metrics, "reopens": "2"}}
    record = ticket(row)
    created = datetime(2026, 1, 1, tzinfo=UTC)
    assert record.first_responded_at == (None if minutes is None else created + timedelta(minutes=minutes))
    assert record.reopens == 2


@pytest.mark.parametrize(
    ("values", "lifecycle"),
    [
        ({"status": "closed", "tags": ["closed_by_merge"]}, Lifecycle.MERGED),
        ({"status": "open", "tags": ["closed_by_merge"]}, Lifecycle.ACTIVE),
        ({"status": "closed", "tags": None}, Lifecycle.ACTIVE),
        ({"status": "deleted", "subject": "Help"}, Lifecycle.DELETED),
        ({"status": "deleted", "subject": "SCRUBBED", "description": "SCRUBBED"}, Lifecycle.PURGED),
        ({"status": "open", "subject": "SCRUBBED", "description": "SCRUBBED"}, Lifecycle.ACTIVE),
        ({"status": "scrubbed"}, Lifecycle.PURGED),
        ({}, Lifecycle.ACTIVE),
    ],
)
def test_what_became_of_a_ticket(values: dict[str, Any], lifecycle: Lifecycle) -> None:
    record = ticket({"id": 7, **values})
    assert record.lifecycle is lifecycle


def test_an_article_shown_in_another_language_than_its_own() -> None:
    """The one in its own language comes first all the same."""
    row = {"id": 7, "title": "Lampe", "locale": "de", "source_locale": "en-us", "body": "<p>Licht</p>", "draft": False}
    told = [
        {"id": 1, "locale": "en-us", "title": "Lamp", "body": "<p>Light</p>", "draft": True},
        {"id": 2, "locale": "de", "title": "Lampe", "body": "<p>Licht</p>", "draft": False},
        {"id": 3, "locale": "ar", "title": "Misbah", "body": None, "draft": False},
    ]
    made = translated(
        found(row, wire.Article, "$"), [found(one, wire.Translation, "$") for one in told], ACCOUNT, NOW, {}
    )
    assert (made.article.locale, made.article.title, made.article.state) == ("en-us", "Lamp", ArticleState.DRAFT)
    assert [(other.locale, other.title) for other in made.others] == [("ar", "Misbah"), ("de", "Lampe")]
    assert [one.locale for one in made.translations] == ["en-us", "ar", "de"]
    alone = translated(found(row, wire.Article, "$"), [], ACCOUNT, NOW, {})
    assert (alone.article.locale, alone.others, alone.translations) == ("de", (), ())

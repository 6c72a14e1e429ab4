"""Mapping is pure: a payload in, a record out. Payloads hold invented values in real key sets."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from models.enums import (
    ActorKind,
    AgentRole,
    ArticleState,
    ArticleVisibility,
    Channel,
    CommentVisibility,
    ContactState,
    CustomFieldKind,
    DetailLevel,
    Direction,
    IdentityKind,
    Lifecycle,
    Provenance,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.errors import Unreadable
from models.inline import inline_id
from providers.freshdesk import mapping_article, mapping_comment, mapping_people, wire
from providers.freshdesk.lenient import plain, when
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS, fields
from providers.freshdesk.mapping_ticket import ticket


@pytest.fixture
def a_ticket(account, known, payload, as_of):
    def make(name: str, **changes: object):
        raw = {**payload(name), **changes}
        return ticket(account, known, msgspec.convert(raw, wire.Ticket), raw, as_of)

    return make


def test_a_ticket_as_its_own_page_shows_it(a_ticket, as_of):
    found = a_ticket("ticket_full")
    assert (found.remote_id, found.number, found.version) == ("17", "17", "2025-01-30T09:15:02Z")
    assert found.remote_url == "https://acme.freshdesk.com/a/tickets/17"
    assert (found.status, found.status_native.label) == (TicketStatus.PENDING, "Warten")
    assert found.status_native.customer_label == "Awaiting your Reply"
    assert found.status_since == datetime(2025, 1, 30, 9, 12, 44, tzinfo=UTC)
    assert (found.priority, found.type, found.channel) == (TicketPriority.HIGH, TicketType.INCIDENT, Channel.EMAIL)
    assert (found.requester_id, found.assignee_id, found.group_id) == ("990000000101", "990000000201", "990000000601")
    assert (found.organization_id, found.product_id) == ("990000000401", "990000000071")
    assert found.ccs == ("bo@example.test", "cy@example.test")
    assert found.tags == ("fire", "hot")
    assert (found.body_text, found.as_of, found.detail) == ("It burns", as_of, DetailLevel.FULL)
    assert (found.requester.name, found.requester.email, found.requester.phone) == (
        "Ana Test",
        "ana@example.test",
        "+1 555 0100",
    )
    assert found.requester.detail is DetailLevel.LISTED
    assert found.organization.name == "Example Co"
    assert found.custom_fields == {"cf_room": "12"}
    assert (found.sla.breached, found.sla.next_target) == (True, "FIRST_RESPONSE")
    assert found.native == {
        "source": 1,
        "status_code": 3,
        "responder_id": "990000000201",
        "email_config_id": "990000000011",
        "product_id": "990000000071",
        "fr_escalated": True,
        "spam": False,
        "association_type": None,
    }


def test_files_of_a_ticket_are_its_attachments_and_the_pictures_of_its_body(a_ticket):
    file, picture = a_ticket("ticket_full").attachments
    assert (file.remote_id, file.file_name, file.byte_size, file.inline) == (
        "17/0/990000000901",
        "photo.png",
        2048,
        False,
    )
    assert picture.remote_id == "17/0/" + inline_id("https://attachment.freshdesk.com/inline/attachment?token=aa.bb.cc")
    assert (picture.inline, picture.alt, picture.width, picture.is_image) == (True, "the fire", 640, True)


def test_a_list_row_has_no_body_and_does_not_know_its_files(a_ticket):
    found = a_ticket("ticket_row")
    assert (found.body_text, found.body_html, found.attachments, found.requester) == (None, None, None, None)
    assert (found.type, found.type_native, found.organization_id) == (TicketType.NONE, None, None)


def test_an_old_account_sends_nulls_and_offsets(a_ticket):
    found = a_ticket("ticket_row_2023")
    assert (found.ccs, found.tags, found.subject) == ((), ("hot",), None)
    assert found.created_at == datetime(2023, 1, 30, 9, 12, 44, tzinfo=UTC)
    assert found.parent_id == "17"
    assert found.status_native.provenance is Provenance.CONFIGURED


def test_a_deleted_ticket_with_empty_embeds(a_ticket):
    found = a_ticket("ticket_deleted")
    assert found.lifecycle is Lifecycle.DELETED
    assert (found.requester, found.organization, found.tags) == (None, None, ())
    assert a_ticket("ticket_row", spam=True).lifecycle is Lifecycle.SPAM
    assert a_ticket("ticket_row", archived=True).lifecycle is Lifecycle.ARCHIVED


def test_every_field_but_the_id_may_be_null(a_ticket, payload):
    nothing = dict.fromkeys(set(payload("ticket_full")) - {"id"})
    found = a_ticket("ticket_full", **nothing)
    assert (found.remote_id, found.status, found.priority) == ("17", TicketStatus.UNKNOWN, TicketPriority.NONE)
    assert (found.created_at, found.channel, found.sla) == (None, Channel.UNKNOWN, None)


def test_unknown_keys_stay_in_raw(a_ticket):
    assert a_ticket("ticket_row", brand_new={"a": 1}).raw["brand_new"] == {"a": 1}


def test_an_unreadable_time_is_named(a_ticket):
    with pytest.raises(Unreadable) as caught:
        a_ticket("ticket_row", due_by="next week")
    assert caught.value.where == "due_by"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-08-18T16:18:14Z", datetime(2015, 8, 18, 16, 18, 14, tzinfo=UTC)),
        ("2015-08-18T16:18:14+05:30", datetime(2015, 8, 18, 10, 48, 14, tzinfo=UTC)),
        ("2015-08-18T16:18:14.250Z", datetime(2015, 8, 18, 16, 18, 14, 250_000, tzinfo=UTC)),
        ("2015-08-18T16:18:14", datetime(2015, 8, 18, 16, 18, 14, tzinfo=UTC)),
        ("2015-08-18", datetime(2015, 8, 18, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_times(text, expected):
    assert when(text, "x") == expected


@pytest.fixture
def comments(account, payload):
    return [
        mapping_comment.comment(account, "17", msgspec.convert(raw, wire.Conversation), raw)
        for raw in payload("conversations")
    ]


def test_a_private_note(comments):
    note = comments[0]
    assert (note.remote_id, note.visibility, note.direction) == (
        "17/990000000501",
        CommentVisibility.INTERNAL,
        Direction.OUTBOUND,
    )
    assert (note.channel, note.author.kind, note.author.remote_id) == (
        Channel.INTERNAL,
        ActorKind.PERSON,
        "990000000201",
    )


def test_a_public_reply(comments):
    reply = comments[1]
    assert (reply.visibility, reply.channel) == (CommentVisibility.PUBLIC, Channel.EMAIL)
    assert (reply.to, reply.cc) == (("ana@example.test",), ("bo@example.test",))
    assert reply.author.email is None  # the account's mailbox, not the agent's own
    assert [(file.remote_id, file.byte_size) for file in reply.attachments] == [("17/990000000502/990000000902", 77)]


def test_an_incoming_message_of_a_stranger(comments):
    message = comments[2]
    assert (message.direction, message.author.kind, message.author.remote_id) == (
        Direction.INBOUND,
        ActorKind.UNKNOWN,
        None,
    )
    assert (message.author.name, message.author.email) == ("Ana Test", "ana@example.test")
    assert (message.body_text, message.attachments) == ("Thank you\nAna", ())


def test_the_first_comment_is_the_request_itself(a_ticket, as_of):
    found = a_ticket("ticket_full")
    first = mapping_comment.first_comment(found, as_of)
    assert (first.remote_id, first.created_at, first.visibility) == ("17/0", found.created_at, CommentVisibility.PUBLIC)
    assert (first.author.remote_id, first.author.email) == ("990000000101", "ana@example.test")
    assert (first.direction, first.to, first.cc) == (Direction.INBOUND, ("help@example.test",), found.ccs)
    assert first.attachments == found.attachments


def test_an_outbound_email_was_not_written_by_the_requester(a_ticket, as_of):
    first = mapping_comment.first_comment(a_ticket("ticket_full", source=10), as_of)
    assert (first.author.kind, first.direction) == (ActorKind.UNKNOWN, Direction.OUTBOUND)


def test_a_list_row_does_not_pretend_to_know_the_files_of_its_first_comment(a_ticket, as_of):
    assert mapping_comment.first_comment(a_ticket("ticket_row"), as_of).attachments is None


@pytest.mark.parametrize(
    ("source", "text", "dropped"),
    [(15, " It  burns ", 1), (15, "It burns a lot", None), (1, "It burns", None)],
)
def test_a_web_chat_repeats_its_description_once_too_often(a_ticket, source, text, dropped):
    rows = [wire.Conversation(id=9, deleted=True, body_text="It burns"), wire.Conversation(id=1, body_text=text)]
    assert mapping_comment.echo(a_ticket("ticket_full", source=source), rows) == dropped


def test_a_contact_row(account, payload, as_of):
    raw = payload("contact")
    found = mapping_people.contact(account, msgspec.convert(raw, wire.Contact), raw, as_of, DetailLevel.LISTED)
    assert (found.remote_id, found.state, found.organization_id) == ("990000000101", ContactState.UNVERIFIED, None)
    assert [(one.kind, one.value, one.verified) for one in found.identities] == [
        (IdentityKind.EMAIL, "ana@example.test", False)
    ]
    assert found.remote_url == "https://acme.freshdesk.com/a/contacts/990000000101"


def test_a_contact_as_its_own_page_shows_it(account, payload, as_of):
    raw = payload("contact_full")
    found = mapping_people.contact(account, msgspec.convert(raw, wire.Contact), raw, as_of)
    assert (found.state, found.lifecycle, found.external_id) == (ContactState.VERIFIED, Lifecycle.DELETED, "crm-1")
    assert found.organization_ids == ("990000000401", "990000000402")
    assert [(one.kind.value, one.value) for one in found.identities] == [
        ("EMAIL", "ana@example.test"),
        ("EMAIL", "ana@second.example.test"),
        ("PHONE", "+1 555 0101"),
        ("PHONE", "+1 555 0102"),
        ("MOBILE", "+1 555 0100"),
        ("X", "1234"),
        ("FACEBOOK", "5678"),
        ("EXTERNAL_ID", "crm-1"),
    ]
    assert found.avatar.remote_id == "contact/990000000101/990000000903"


def test_other_companies_may_be_bare_ids(account, as_of):
    row = wire.Contact(id=1, company_id=4, other_companies=[5, {"company_id": 6}, {"company_id": None}, "7"])
    assert mapping_people.contact(account, row, {}, as_of).organization_ids == ("4", "5", "6")


def test_a_list_of_blocked_contacts_says_so_itself(account, as_of):
    row = wire.Contact(id=1, active=True)
    found = mapping_people.contact(account, row, {}, as_of, DetailLevel.LISTED, ContactState.BLOCKED)
    assert found.state is ContactState.BLOCKED


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("support_agent", AgentRole.AGENT),
        ("field_agent", AgentRole.AGENT),
        ("collaborator", AgentRole.LIGHT_AGENT),
        ("robot", AgentRole.UNKNOWN),
        (None, AgentRole.UNKNOWN),
    ],
)
def test_an_agent_has_its_name_in_its_contact(account, payload, as_of, kind, role):
    raw = {**payload("agent"), "type": kind}
    found = mapping_people.agent(account, msgspec.convert(raw, wire.Agent), raw, as_of)
    assert (found.name, found.email, found.role, found.active) == ("Agent One", "agent@example.test", role, True)


def test_an_agent_who_asks_is_a_contact_with_the_same_id(account, payload, as_of):
    raw = payload("agent")
    agent = mapping_people.agent(account, msgspec.convert(raw, wire.Agent), raw, as_of)
    found = mapping_people.contact_of_agent(account, agent)
    assert (found.remote_id, found.name, found.email) == (agent.remote_id, agent.name, agent.email)


def test_a_group_and_its_patience(account, payload, as_of):
    raw = payload("group")
    found = mapping_people.group(account, msgspec.convert(raw, wire.Group), raw, as_of)
    assert (found.name, found.unassigned_for_s) == ("Tier 1", 1800)
    assert [mapping_people.seconds(text) for text in ("2h", "3d", "soon", None)] == [7200, 259_200, None, None]


def test_a_company(account, payload, as_of):
    raw = payload("company")
    found = mapping_people.organization(account, msgspec.convert(raw, wire.Company), raw, as_of)
    assert (found.name, found.domains, found.notes) == ("Example Co", ("example.test",), "Pays late")
    assert found.native == {
        "industry": None,
        "health_score": "Happy",
        "account_tier": "Premium",
        "renewal_date": date(2026, 2, 28),
    }


def test_an_article(account, payload, as_of):
    raw = payload("article")
    found = mapping_article.article(
        account, msgspec.convert(raw, wire.Article), raw, as_of, locale="en", visibility=ArticleVisibility.SIGNED_IN
    )
    assert (found.title, found.state, found.visibility) == (
        "Plug it in",
        ArticleState.PUBLISHED,
        ArticleVisibility.SIGNED_IN,
    )
    assert (found.folder_id, found.author_id, found.labels) == ("folder-990000000702", "990000000201", ("setup",))
    assert found.seo == {"title": "Plug", "description": "", "keywords": ["plug", "socket"]}
    assert (found.views, found.upvotes, found.downvotes) == (4, 0, 0)
    picture = found.attachments[0]
    assert (picture.remote_id.startswith("article/990000000801/inline-"), picture.content_type, picture.file_name) == (
        True,
        "image/jpeg",
        "plug.jpg",
    )


def test_folders_stand_below_their_parents(account, payload):
    top = mapping_article.category(account, wire.Category(id=990000000700, name="General"), 3)
    found = mapping_article.folder(account, msgspec.convert(payload("folder"), wire.Folder), top, 1)
    assert (top.remote_id, top.level, top.position) == ("category-990000000700", 0, 3)
    assert (found.remote_id, found.level, found.parent_id) == ("folder-990000000702", 1, top.remote_id)


def test_ticket_fields_in_all_their_shapes(known):
    by_key = {one.key: one for one in known.definitions}
    assert list(by_key) == [
        "cf_room",
        "cf_vip",
        "cf_colour",
        "cf_region",
        "cf_country",
        "cf_city",
        "cf_floor",
        "cf_side",
        "cf_door",
        "cf_odd",
    ]
    assert by_key["cf_room"].required
    assert by_key["cf_vip"].kind is CustomFieldKind.BOOLEAN
    assert [one.value for one in by_key["cf_colour"].choices] == ["Red", "Green"]
    assert by_key["cf_odd"].kind is CustomFieldKind.OTHER
    assert (by_key["cf_city"].parent_key, by_key["cf_country"].parent_key) == ("cf_country", "cf_region")
    assert [(one.value, one.parent_value) for one in by_key["cf_country"].choices] == [
        ("Spain", "Europe"),
        ("France", "Europe"),
    ]
    assert [(one.value, one.parent_value) for one in by_key["cf_city"].choices] == [
        ("Madrid", "Spain"),
        ("Seville", "Spain"),
    ]
    assert [(one.value, one.parent_value) for one in by_key["cf_door"].choices] == [("A", "First"), ("B", "First")]


def test_the_account_s_own_words(known):
    assert known.types == ("Question", "Incident", "Problem", "Feature Request", "Refund", "Lead")
    assert known.sources[101] == "Kiosk"
    assert (known.agents, known.groups, known.products) == (
        {"990000000201": "Agent One"},
        {"990000000601": "Tier 1"},
        {"990000000071": "Lamp"},
    )
    assert {code: status.category for code, status in known.statuses.items()} == {
        2: TicketStatus.OPEN,
        3: TicketStatus.PENDING,
        4: TicketStatus.RESOLVED,
        5: TicketStatus.CLOSED,
        6: TicketStatus.PENDING,
        7: TicketStatus.ON_HOLD,
        8: TicketStatus.UNKNOWN,
        9: TicketStatus.UNKNOWN,
    }


def test_statuses_as_a_list_of_objects_are_read_too():
    row = wire.TicketField(
        id=1, name="status", type="default_status", default=True, choices=[{"id": 12, "value": "On hold"}, {"id": "x"}]
    )
    assert fields([row]).status(12).category is TicketStatus.ON_HOLD


def test_without_the_fields_only_the_vendor_s_four_are_understood():
    assert UNKNOWN_FIELDS.status(2).category is TicketStatus.OPEN
    assert UNKNOWN_FIELDS.status(6).provenance is Provenance.UNMAPPED


def test_plain_text_of_html():
    assert plain("<p>A&amp;B</p><script>x()</script><ul><li>one</li><li>two </li></ul>") == "A&B\none\ntwo"

"""What is left of a filter in each helpdesk, and what it is asked live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.conditions import (
    EVERYTHING,
    All,
    AnyOf,
    Condition,
    Custom,
    Flag,
    IdIn,
    In,
    Not,
    Null,
    Number,
    Related,
    Tags,
    Text,
    Time,
    Within,
)
from models.enums import ArticleState, ContactState, OrderDirection, TicketOrderField, TicketPriority, TicketStatus
from models.errors import Unsupported
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    TicketFilter,
    TicketOrder,
    TimeRange,
)
from resolvers.filters import NOTHING, Chosen, at_least, folded, mentions
from resolvers.lowering import article_query, contact_query, no_order, one_order, organization_query, ticket_filter
from resolvers.ranking import ticket_rank
from tests.resolvers.desk import two_desks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = In("status", (TicketStatus.OPEN,))
FD = In("helpdesk", ("fd",))
GROUP = IdIn("group", (("fd", "7"),))
FILES = Flag("hasAttachments", True)


@pytest.mark.parametrize(
    ("condition", "in_fd", "in_zd"),
    [
        (EVERYTHING, EVERYTHING, EVERYTHING),
        (OPEN, OPEN, OPEN),
        (FD, EVERYTHING, NOTHING),
        (Not(FD), NOTHING, EVERYTHING),
        (All((FD, OPEN)), OPEN, NOTHING),
        (AnyOf((FD, OPEN)), EVERYTHING, OPEN),
        (GROUP, GROUP, NOTHING),
        (Not(GROUP), Not(GROUP), EVERYTHING),
        (AnyOf((GROUP, OPEN)), AnyOf((GROUP, OPEN)), OPEN),
        (IdIn("group", (("fd", "7"), ("zd", "8"), ("fd", "7"))), GROUP, IdIn("group", (("zd", "8"),))),
        (Not(Not(OPEN)), OPEN, OPEN),
        (All((All((OPEN, OPEN)), AnyOf((OPEN,)))), OPEN, OPEN),
        (AnyOf((AnyOf((GROUP, OPEN)), FILES)), AnyOf((GROUP, OPEN, FILES)), AnyOf((OPEN, FILES))),
        (Related("requester", FD), Null("requester", False), NOTHING),
        (Related("requester", All((FD, OPEN))), Related("requester", OPEN), NOTHING),
        (Custom("cf_x", Flag("x", True), "fd"), Custom("cf_x", Flag("x", True), "fd"), NOTHING),
        (Custom("cf_x", Flag("x", True)),) * 3,
        (AnyOf(), NOTHING, NOTHING),
        (In("status", ()), NOTHING, NOTHING),
    ],
)
def test_a_filter_is_folded_for_each_helpdesk(condition: Condition, in_fd: Condition, in_zd: Condition) -> None:
    assert folded(condition, "fd") == in_fd
    assert folded(condition, "zd") == in_zd


def test_whether_a_filter_speaks_of_a_field() -> None:
    assert mentions(AnyOf((OPEN, Not(All((In("lifecycle", ("SPAM",)),))))), "lifecycle")
    assert not mentions(All((OPEN, Related("requester", In("lifecycle", ("SPAM",))))), "lifecycle")


def test_at_least_as_urgent() -> None:
    assert set(at_least(TicketPriority.HIGH)) == {TicketPriority.HIGH, TicketPriority.URGENT}
    assert set(at_least(TicketPriority.NONE)) == set(TicketPriority) - {TicketPriority.UNKNOWN}


def test_chosen_helpdesks() -> None:
    assert Chosen().has("fd")
    assert not Chosen(only=("zd",)).has("fd")
    assert not Chosen(only=("fd",), never=("fd",)).has("fd")
    assert not Chosen(only=()).has("fd")


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (EVERYTHING, TicketFilter()),
        (NOTHING, None),
        (OPEN, TicketFilter(status=(TicketStatus.OPEN,))),
        (All((GROUP, Tags("tags", any_of=("a",)))), TicketFilter(group_id="7", tags_any=("a",))),
        (
            All((OPEN, In("status", (TicketStatus.OPEN, TicketStatus.NEW)), Tags("tags", all_of=("b",)))),
            TicketFilter(status=(TicketStatus.OPEN,), tags_all=("b",)),
        ),
        (All((OPEN, In("status", (TicketStatus.NEW,)))), None),
        (All((GROUP, IdIn("group", (("fd", "8"),)))), None),
        (In("externalId", ("x",)), TicketFilter(external_id="x")),
        (Related("requester", Text("email", "eq", ("a@b.c",))), TicketFilter(requester_email="a@b.c")),
        (IdIn("requester", (("fd", "1"),)), TicketFilter(requester_id="1")),
        (
            All((Time("createdAt", TimeRange(gte=NOW)), Time("createdAt", TimeRange(gt=NOW, lt=NOW + DAY)))),
            TicketFilter(created_at=TimeRange(gt=NOW, lt=NOW + DAY)),
        ),
        (All((Time("updatedAt", TimeRange(gte=NOW + DAY)), Time("updatedAt", TimeRange(lt=NOW)))), None),
        (Within("updatedAt", 86_400.0), TicketFilter(updated_at=TimeRange(gte=NOW - DAY, lte=NOW))),
        (Within("createdAt", -86_400.0), TicketFilter(created_at=TimeRange(gte=NOW, lte=NOW + DAY))),
    ],
)
def test_what_a_helpdesk_is_asked_live(condition: Condition, asked: TicketFilter | None) -> None:
    assert ticket_filter(condition, "fd", NOW) == asked


@pytest.mark.parametrize(
    ("condition", "field", "nearest"),
    [
        (AnyOf((OPEN, GROUP)), "filter.or", "query (or alias) of its own"),
        (Not(OPEN), "filter.status", "`filter.status.in`"),
        (Not(GROUP), "filter.group", "`filter.group.in`"),
        (Not(Flag("hasAttachments", True)), "filter.not", "copy"),
        (IdIn("group", (("fd", "7"), ("fd", "8"))), "filter.group.in", "query (or alias) of its own"),
        (IdIn("requester", (("fd", "7"), ("fd", "8"))), "filter.requester.id.in", "query (or alias) of its own"),
        (In("externalId", ("x", "y")), "filter.externalId.in", "query (or alias) of its own"),
        (Related("requester", Text("name", "eq", ("x",))), "filter.requester", "`email` or `id`"),
        (Related("requester", Text("email", "startsWith", ("x",))), "filter.requester.email.startsWith", "`filter.req"),
        (Related("assignee", Flag("active", True)), "filter.assignee", "`id`"),
        (Null("group"), "filter.group.isNull", "copy"),
        (Text("subject", "contains", ("x",)), "filter.subject.contains", "copy"),
        (Time("dueAt", TimeRange(gte=NOW)), "filter.dueAt", "copy"),
        (Within("resolvedAt", 60.0), "filter.resolvedAt", "copy"),
        (Tags("tags", none_of=("a",)), "filter.tags.none", "copy"),
        (All((Tags("tags", any_of=("a",)), Tags("tags", any_of=("b",)))), "filter.tags.any", "`all`"),
        (Custom("cf_x", Number("x", eq=1.0)), "filter.customFields", "copy"),
        (Flag("hasAttachments", True), "filter.hasAttachments", "copy"),
        (In("number", ("1",)), "filter.number", "copy"),
    ],
)
def test_what_cannot_be_asked_live_is_refused_by_name(condition: Condition, field: str, nearest: str) -> None:
    with pytest.raises(Unsupported) as refused:
        ticket_filter(condition, "fd", NOW)
    assert (refused.value.field, refused.value.helpdesk) == (field, "fd")
    assert f"`{field}" in refused.value.message and nearest in refused.value.message


def test_contacts_organizations_and_articles_live() -> None:
    contact = All(
        (
            Text("email", "eq", ("a@b.c",)),
            Text("name", "in", ("Ann",)),
            In("state", (ContactState.BLOCKED,)),
            IdIn("organization", (("fd", "4"),)),
            Time("updatedAt", TimeRange(gte=NOW)),
        )
    )
    assert contact_query(contact, "fd", NOW) == ContactQuery(
        email="a@b.c", name="Ann", state=ContactState.BLOCKED, organization_id="4", updated_since=NOW
    )
    assert organization_query(Text("name", "eq", ("Acme",)), "fd", NOW) == OrganizationQuery(name="Acme")
    article = All((In("state", (ArticleState.DRAFT,)), Tags("label", all_of=("x",)), In("locale", ("en",))))
    assert article_query(article, "fd", NOW) == ArticleQuery(states=(ArticleState.DRAFT,), label="x", locale="en")


@pytest.mark.parametrize(
    ("lower", "condition", "field"),
    [
        (contact_query, IdIn("id", (("fd", "1"),)), "filter.id"),
        (contact_query, Text("name", "contains", ("x",)), "filter.name.contains"),
        (contact_query, Text("name", "eq", ("x",), True), "filter.name.caseSensitive"),
        (contact_query, In("state", tuple(ContactState)), "filter.state"),
        (contact_query, Time("updatedAt", TimeRange(lt=NOW)), "filter.updatedAt"),
        (contact_query, Time("createdAt", TimeRange(gte=NOW)), "filter.createdAt"),
        (contact_query, In("emailDomain", ("b.c",)), "filter.emailDomain"),
        (organization_query, In("domain", ("b.c",)), "filter.domain"),
        (article_query, Tags("label", all_of=("a", "b")), "filter.label"),
        (article_query, Text("title", "eq", ("x",)), "filter.title.eq"),
    ],
)
def test_what_other_lists_refuse_live(lower, condition: Condition, field: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unsupported) as refused:
        lower(condition, "fd", NOW)
    assert refused.value.field == field


def test_live_lists_have_one_order_or_none() -> None:
    assert one_order([TicketOrder()], "fd") == TicketOrder()
    with pytest.raises(Unsupported, match="2 entries"):
        one_order([TicketOrder(), TicketOrder()], "fd")
    no_order((), "fd")
    with pytest.raises(Unsupported, match="choose the order"):
        no_order((TicketOrder(),), "fd")


@pytest.mark.parametrize("direction", list(OrderDirection))
@pytest.mark.parametrize("field", [TicketOrderField.CREATED_AT, TicketOrderField.UPDATED_AT, TicketOrderField.NUMBER])
def test_the_merge_key_orders_as_the_sources_do(direction: OrderDirection, field: TicketOrderField) -> None:
    """Times, then helpdesks, then ids, all in the direction of the order."""
    desks = two_desks(count=12, step=0)
    rank = ticket_rank([TicketOrder(field=field, direction=direction)], list(desks).index)
    rows = sorted((t for desk in desks.values() for t in desk.rows), key=rank)
    down = direction is OrderDirection.DESC
    for key in desks:
        mine = [int(t.remote_id) for t in rows if t.helpdesk == key]
        assert mine == sorted(mine, reverse=down)
    if field is TicketOrderField.NUMBER:
        same = [t.helpdesk for t in rows if t.remote_id == "5"]
        assert same == (["zd", "fd"] if down else ["fd", "zd"])
    else:
        times = [t.updated_at for t in rows if t.updated_at]
        assert times == sorted(times, reverse=down)

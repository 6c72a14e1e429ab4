"""Which call answers which ticket query, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from models.enums import (
    Channel,
    CountPrecision,
    DetailLevel,
    Lifecycle,
    OrderDirection,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.errors import Unavailable, Unreadable, Unsupported
from models.queries import PageRequest, TicketFilter, TicketOrder, TicketQuery, TimeRange

START = datetime(2026, 1, 1, tzinfo=UTC)
OLDEST_FIRST = TicketOrder(direction=OrderDirection.ASC)
CREATED = TicketOrder(field=TicketOrderField.CREATED_AT)


def row(ident: int, **values: Any) -> dict[str, Any]:
    stamp = (START + timedelta(minutes=ident)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": ident, "status": "open", "created_at": stamp, "updated_at": stamp, "requester_id": 7, **values}


def query(order: TicketOrder = TicketOrder(), **conditions: Any) -> TicketQuery:
    return TicketQuery(filter=TicketFilter(**conditions), order=order)


def ids(page: Any) -> list[str]:
    return [r.record.remote_id for r in page.rows]


PAGE = PageRequest(size=20)


async def test_the_plain_list(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(3), row(2), row(1)]))
    page = await zendesk.tickets(scope, query(), PAGE)
    assert (ids(page), page.more) == (["3", "2", "1"], False)
    assert script.lines() == ["GET /tickets?page[size]=30&sort=-updated_at&include=users"]


async def test_wants_are_sideloaded_in_the_same_call(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    answer = page_of(
        "tickets",
        [row(1, organization_id=5, email_cc_ids=[8], metric_set={"solved_at": "2026-01-02T00:00:00Z"})],
        users=[
            {"id": 7, "name": "Ann", "email": "ann@mail.example", "role": "end-user"},
            {"id": 8, "name": "Bob", "email": "bob@mail.example", "role": "end-user"},
        ],
        organizations=[{"id": 5, "name": "Lamps"}],
    )
    script.on("/tickets", answer)
    wants = frozenset({"requester", "organization", "stats"})
    page = await zendesk.tickets(scope, query(), PageRequest(size=1, wants=wants))
    shown = page.rows[0].record
    assert shown.requester.email == "ann@mail.example"
    assert shown.organization.name == "Lamps"
    assert shown.ccs == ("bob@mail.example",)
    assert shown.resolved_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert shown.detail is DetailLevel.FULL
    assert script.last("/tickets").url.params["include"] == "users,organizations,metric_sets"
    (person,) = await zendesk.contacts_by_id(scope, ["7"])
    (company,) = await zendesk.organizations_by_id(scope, ["5"])
    assert (person.name, company.name) == ("Ann", "Lamps")
    assert len(script.lines()) == 1, "what came along is not asked for again"


async def test_a_place_goes_on_and_back(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    def tickets(request: httpx.Request) -> httpx.Response:
        after, before = request.url.params.get("page[after]"), request.url.params.get("page[before]")
        all_ids = list(range(60, 0, -1))
        start = all_ids.index(int(after)) + 1 if after else 0
        if before:
            end = all_ids.index(int(before))
            start = max(0, end - 30)
            shown = all_ids[start:end]
        else:
            shown = all_ids[start : start + 30]
        meta = {
            "has_more": (start > 0) if before else start + 30 < len(all_ids),
            "after_cursor": str(shown[-1]) if shown else None,
            "before_cursor": str(shown[0]) if shown else None,
        }
        return httpx.Response(200, json={"tickets": [row(i) for i in shown], "meta": meta})

    script.on("/tickets", tickets)
    first = await zendesk.tickets(scope, query(), PAGE)
    assert ids(first)[:20] == [str(i) for i in range(60, 40, -1)]
    second = await zendesk.tickets(scope, query(), PageRequest(size=20, after=first.rows[19].place))
    assert ids(second)[:20] == [str(i) for i in range(40, 20, -1)]
    back = await zendesk.tickets(scope, query(), PageRequest(size=20, before=second.rows[0].place, backward=True))
    assert ids(back)[-20:] == [str(i) for i in range(60, 40, -1)]


async def test_the_end_of_the_list_is_read_from_its_other_side(
    zendesk: Any, script: Any, scope: Any, page_of: Any
) -> None:
    script.on("/tickets", page_of("tickets", [row(1), row(2), row(3)]))
    page = await zendesk.tickets(scope, query(), PageRequest(size=2, backward=True))
    assert ids(page)[-2:] == ["2", "1"]
    assert script.last("/tickets").url.params["sort"] == "updated_at"


async def test_by_number(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(1), row(2)]))
    order = TicketOrder(field=TicketOrderField.NUMBER, direction=OrderDirection.ASC)
    assert ids(await zendesk.tickets(scope, query(order), PAGE)) == ["1", "2"]
    assert script.last("/tickets").url.params["sort"] == "id"


async def test_by_creation(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/tickets", {"tickets": [row(2), row(1)], "count": 2, "next_page": None})
    assert ids(await zendesk.tickets(scope, query(CREATED), PAGE)) == ["2", "1"]
    assert script.lines() == ["GET /tickets?page=1&per_page=30&sort_by=created_at&sort_order=desc&include=users"]


def endless(name: str, **beside: Any) -> Any:
    """An offset list of far more rows than it will show, newest first."""

    def answer(request: httpx.Request) -> httpx.Response:
        number, per_page = int(request.url.params["page"]), int(request.url.params["per_page"])
        first = 50_000 - (number - 1) * per_page
        rows = [row(first - i) for i in range(per_page)]
        body = {name: rows, "next_page": "https://acme.zendesk.com/next", **beside}
        return httpx.Response(200, json=body, headers={"x-rate-limit": "2500"})

    return answer


async def walk_to_the_end(provider: Any, scope: Any, asked: TicketQuery, size: int) -> tuple[list[str], Unsupported]:
    seen: list[str] = []
    after = None
    for _ in range(200):
        try:
            page = await provider.tickets(scope, asked, PageRequest(size=size, after=after))
        except Unsupported as error:
            return seen, error
        rows = page.rows[:size]
        seen += [r.record.remote_id for r in rows]
        after = rows[-1].place
        assert page.more or len(page.rows) > size, "the list must not just end"
    raise AssertionError("the list has no end")


async def test_beyond_the_offset_ceiling_is_an_error_not_an_end(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/tickets", endless("tickets"))
    seen, error = await walk_to_the_end(zendesk, scope, query(CREATED), 100)
    assert len(seen) == len(set(seen)) >= 9_900
    assert seen == [str(50_000 - i) for i in range(len(seen))]
    assert "10,000" in error.message and error.nearest and "UPDATED_AT" in error.nearest


async def test_beyond_the_search_ceiling_is_an_error_that_counts(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/search", endless("results", count=31_337))
    seen, error = await walk_to_the_end(zendesk, scope, query(status=(TicketStatus.OPEN,)), 100)
    assert seen == [str(50_000 - i) for i in range(len(seen))]
    assert len(seen) >= 900
    assert "31,337" in error.message and "1,000" in error.message
    pages = [
        int(r.url.params["page"]) * int(r.url.params["per_page"]) for r in script.requests if "/search" in str(r.url)
    ]
    assert max(pages) <= 1_000, "the vendor refuses more, so it is not asked"


@pytest.mark.parametrize(
    ("conditions", "terms"),
    [
        ({"status": (TicketStatus.OPEN, TicketStatus.ON_HOLD)}, "status:open status:hold"),
        ({"priority": (TicketPriority.HIGH, TicketPriority.NONE)}, "priority:high priority:none"),
        ({"type": (TicketType.TASK, TicketType.REFUND)}, "ticket_type:task"),
        ({"channel": (Channel.WHATSAPP,), "group_id": "9"}, "group:9 via:whatsapp"),
        ({"tags_any": ("a b", 'c"d')}, "tags:ab tags:cd"),
        ({"tags_all": ("a", "b")}, 'tags:"a b"'),
        ({"group_id": "9"}, "group:9"),
        ({"group_id": "9", "assignee_id": "8"}, "assignee:8 group:9"),
        ({"organization_id": "5", "priority": (TicketPriority.LOW,)}, "priority:low organization:5"),
        (
            {"updated_at": TimeRange(lt=START)},
            "updated<2026-01-01T00:00:00Z",
        ),
        (
            {"created_at": TimeRange(gte=START, lte=START + timedelta(days=1))},
            "created>=2026-01-01T00:00:00Z created<=2026-01-02T00:00:00Z",
        ),
        ({"created_at": TimeRange(gt=START.replace(microsecond=5))}, "created>=2026-01-01T00:00:00Z"),
    ],
)
async def test_other_filters_are_searches(
    zendesk: Any, script: Any, scope: Any, conditions: dict[str, Any], terms: str
) -> None:
    script.on("/search", {"results": [], "count": 0, "next_page": None})
    await zendesk.tickets(scope, query(**conditions), PAGE)
    params = script.last("/search").url.params
    assert params["query"] == f"type:ticket {terms}"
    assert (params["sort_by"], params["sort_order"]) == ("updated_at", "desc")
    assert params["include"] == "tickets(users)"


async def test_a_channel_is_searched_word_by_word(zendesk: Any, script: Any, scope: Any) -> None:
    """Whether `via:a via:b` means both or any is not documented; a row found under two words is shown once."""

    def search(request: httpx.Request) -> httpx.Response:
        word = request.url.params["query"].removeprefix("type:ticket via:")
        found = {"help_center": [5, 3, 1], "helpcenter": [5, 2]}[word]
        rows = [row(i, via={"channel": "help_center"}) for i in found]
        return httpx.Response(200, json={"results": rows, "count": len(rows), "next_page": None})

    script.on("/search", search)
    asked = query(channel=(Channel.PORTAL,))
    page = await zendesk.tickets(scope, asked, PAGE)
    assert ids(page) == ["5", "3", "2", "1"]
    rest = await zendesk.tickets(scope, asked, PageRequest(size=20, after=page.rows[0].place))
    assert ids(rest) == ["3", "2", "1"]
    with pytest.raises(Unsupported, match="fewer channels"):
        await zendesk.tickets(scope, query(channel=(Channel.CHAT, Channel.AUTOMATION)), PAGE)


async def test_rows_of_a_lagging_index_are_checked_again(zendesk: Any, script: Any, scope: Any) -> None:
    rows = [row(2, status="solved"), row(1)]
    script.on("/search", {"results": rows, "count": 2, "next_page": None})
    assert ids(await zendesk.tickets(scope, query(status=(TicketStatus.OPEN,)), PAGE)) == ["1"]


async def test_a_native_status_is_searched_by_its_category(zendesk: Any, script: Any, scope: Any) -> None:
    statuses = [
        {"id": 71, "status_category": "pending", "agent_label": "Waiting"},
        {"id": 72, "status_category": "pending", "agent_label": "Shipped"},
    ]
    script.on("/custom_statuses", {"custom_statuses": statuses})
    rows = [row(2, status="pending", custom_status_id=72), row(1, status="pending", custom_status_id=71)]
    script.on("/search", {"results": rows, "count": 2, "next_page": None})
    page = await zendesk.tickets(scope, query(native_status=("71",)), PAGE)
    assert ids(page) == ["1"]
    assert page.rows[0].record.status_native.label == "Waiting"
    assert script.last("/search").url.params["query"] == "type:ticket status:pending"


async def test_an_organizations_list(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/organizations/5/tickets", page_of("tickets", [row(1, organization_id=5)]))
    assert ids(await zendesk.tickets(scope, query(organization_id="5"), PAGE)) == ["1"]
    assert len(script.lines()) == 1


async def test_an_assignees_list(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/users/8/tickets/assigned", page_of("tickets", [row(1, assignee_id=8)]))
    assert ids(await zendesk.tickets(scope, query(assignee_id="8"), PAGE)) == ["1"]


async def test_a_requesters_list_takes_every_filter(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    rows = [row(3, status="solved"), row(2, tags=["x"]), row(1)]
    script.on("/users/7/tickets/requested", page_of("tickets", rows))
    asked = query(requester_id="7", status=(TicketStatus.OPEN,), tags_any=("x",))
    assert ids(await zendesk.tickets(scope, asked, PAGE)) == ["2"]
    assert len(script.lines()) == 1


async def test_a_requesters_address_is_looked_up(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    people = [{"id": 7, "email": "Ann@mail.example", "role": "end-user"}]
    script.on("/users/search", {"users": people, "next_page": None})
    script.on("/users/7/tickets/requested", page_of("tickets", [row(1)]))
    assert ids(await zendesk.tickets(scope, query(requester_email="ann@MAIL.example"), PAGE)) == ["1"]
    assert script.last("/users/search").url.params["query"] == 'email:"ann@mail.example"'
    assert ids(await zendesk.tickets(scope, query(requester_email="nobody@mail.example"), PAGE)) == []


async def test_an_external_id(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    rows = [row(2, external_id="A-1"), row(1, external_id="a-1")]
    script.on("/tickets", page_of("tickets", rows))
    assert ids(await zendesk.tickets(scope, query(external_id="A-1"), PAGE)) == ["2"]
    assert script.last("/tickets").url.params["external_id"] == "A-1"


async def test_who_is_not_there_has_no_tickets(zendesk: Any, scope: Any) -> None:
    for conditions in ({"requester_id": "404"}, {"organization_id": "404"}, {"assignee_id": "404"}):
        assert ids(await zendesk.tickets(scope, query(**conditions), PAGE)) == []


@pytest.mark.parametrize("ident", ["../users", "1/2", "x", "", "-1", "٣"])
async def test_an_id_that_cannot_be_one_makes_no_call(zendesk: Any, script: Any, scope: Any, ident: str) -> None:
    assert ids(await zendesk.tickets(scope, query(requester_id=ident), PAGE)) == []
    assert await zendesk.tickets_by_id(scope, [ident]) == [None]
    assert script.lines() == []


async def test_newest_first_stops_at_a_lower_bound(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(i) for i in range(40, 10, -1)], after="10"))
    asked = query(updated_at=TimeRange(gte=START + timedelta(minutes=38)))
    page = await zendesk.tickets(scope, asked, PAGE)
    assert (ids(page), page.more) == (["40", "39", "38"], False)
    assert len(script.lines()) == 1, "it is read no further than the bound"


async def test_oldest_first_stops_at_an_upper_bound(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(i) for i in range(1, 31)], after="30"))
    asked = query(OLDEST_FIRST, updated_at=TimeRange(lt=START + timedelta(minutes=3)))
    assert ids(await zendesk.tickets(scope, asked, PAGE)) == ["1", "2"]


@pytest.mark.parametrize(
    ("asked", "field", "nearest"),
    [
        (query(TicketOrder(field=TicketOrderField.PRIORITY)), "order", "UPDATED_AT"),
        (query(TicketOrder(field=TicketOrderField.STATUS)), "order", "UPDATED_AT"),
        (query(TicketOrder(field=TicketOrderField.NUMBER), group_id="1"), "order", "CREATED_AT"),
        (query(lifecycle=(Lifecycle.DELETED,)), "lifecycle", "ACTIVE"),
        (query(lifecycle=(Lifecycle.ACTIVE, Lifecycle.SPAM)), "lifecycle", "ACTIVE"),
        (query(lifecycle=(Lifecycle.ARCHIVED,)), "lifecycle", "id"),
        (query(status=(TicketStatus.UNKNOWN,)), "status", "status"),
        (query(type=(TicketType.OTHER,)), "type", "type"),
        (query(channel=(Channel.OTHER,)), "channel", "channel"),
        (query(channel=(Channel.ECOMMERCE,)), "channel", "out"),
        (query(native_status=("nope",)), "nativeStatus", "statuses"),
    ],
)
async def test_what_cannot_be_listed_is_refused_with_the_nearest_form(
    zendesk: Any, script: Any, scope: Any, asked: TicketQuery, field: str, nearest: str
) -> None:
    with pytest.raises(Unsupported) as caught:
        await zendesk.tickets(scope, asked, PAGE)
    assert caught.value.field == field
    assert caught.value.nearest and nearest in caught.value.nearest
    assert script.lines() == []


async def test_values_no_zendesk_ticket_has_are_an_empty_list(zendesk: Any, script: Any, scope: Any) -> None:
    page = await zendesk.tickets(scope, query(type=(TicketType.REFUND,)), PAGE)
    assert (page.rows, page.more) == ((), False)
    assert script.lines() == []


async def test_active_and_archived_together_is_the_default(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(1)]))
    asked = query(lifecycle=(Lifecycle.ACTIVE, Lifecycle.ARCHIVED))
    assert ids(await zendesk.tickets(scope, asked, PAGE)) == ["1"]
    assert not zendesk.capabilities.lists_archived


async def test_by_id_in_the_order_asked(zendesk: Any, script: Any, scope: Any) -> None:
    def show_many(request: httpx.Request) -> httpx.Response:
        asked = [int(i) for i in request.url.params["ids"].split(",")]
        return httpx.Response(200, json={"tickets": [row(i) for i in reversed(asked) if i != 2]})

    script.on("/tickets/show_many", show_many)
    found = await zendesk.tickets_by_id(scope, ["3", "2", "1", "3"])
    assert [t and t.remote_id for t in found] == ["3", None, "1", "3"]
    assert found[0].detail is DetailLevel.FULL
    assert script.last("/tickets/show_many").url.params["ids"] == "3,2,1"
    await zendesk.tickets_by_id(scope, [str(i) for i in range(1, 251)])
    assert len([line for line in script.lines() if "show_many" in line]) == 1 + 3


async def test_an_unreadable_row_is_named(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [row(1), row(2, subject={"no": 1})]))
    with pytest.raises(Unreadable) as caught:
        await zendesk.tickets(scope, query(), PAGE)
    assert (caught.value.where, caught.value.helpdesk) == ("$.tickets[1].subject", "acme")


@pytest.mark.parametrize(
    "body", [b"<!doctype html><p>Sign in", b"", b"[]", b'{"tickets": null}', b'{"tickets": {}}', b"{"]
)
async def test_an_answer_that_is_no_list_is_unreadable(zendesk: Any, script: Any, scope: Any, body: bytes) -> None:
    script.on("/tickets", httpx.Response(200, content=body))
    with pytest.raises(Unreadable) as caught:
        await zendesk.tickets(scope, query(), PAGE)
    assert caught.value.helpdesk == "acme"


async def test_an_unreadable_sideload_does_not_cost_the_list(
    zendesk: Any, script: Any, scope: Any, page_of: Any
) -> None:
    script.on("/tickets", page_of("tickets", [row(1)], users=[{"id": "who"}]))
    page = await zendesk.tickets(scope, query(), PAGE)
    assert (page.rows[0].record.requester_id, page.rows[0].record.requester) == ("7", None)


async def test_an_account_without_custom_statuses(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/custom_statuses", {"error": {"title": "Forbidden", "message": "restricted"}}, status=403)
    script.on("/tickets", page_of("tickets", [row(1, status="hold")]))
    page = await zendesk.tickets(scope, query(), PAGE)
    assert page.rows[0].record.status_native.label == "On-hold"
    assert [s.value for s in await zendesk.statuses(scope)] == ["new", "open", "pending", "hold", "solved", "closed"]


async def test_a_helpdesk_that_is_down_is_named(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/tickets", httpx.ConnectError("refused"))
    with pytest.raises(Unavailable) as caught:
        await zendesk.tickets(scope, query(), PAGE)
    assert caught.value.helpdesk == "acme"


@pytest.mark.parametrize(
    ("value", "refreshed", "precision"),
    [
        (102, "2026-01-01T00:00:00Z", CountPrecision.ESTIMATE),
        (100_000, None, CountPrecision.AT_LEAST),
        (250_000, "2026-01-01T00:00:00Z", CountPrecision.ESTIMATE),
    ],
)
async def test_counting_everything(
    zendesk: Any, script: Any, scope: Any, value: int, refreshed: str | None, precision: CountPrecision
) -> None:
    script.on("/tickets/count", {"count": {"value": value, "refreshed_at": refreshed}})
    count = await zendesk.count_tickets(scope, query())
    assert (count.value, count.precision) == (value, precision)


async def test_counting_a_search_is_an_estimate(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/search/count", {"count": 6})
    count = await zendesk.count_tickets(scope, query(status=(TicketStatus.OPEN,)))
    assert (count.value, count.precision) == (6, CountPrecision.ESTIMATE)
    assert await zendesk.count_tickets(scope, query(external_id="x")) is None

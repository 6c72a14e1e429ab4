"""Lists that our copy answers, alone and beside live helpdesks: one order, one cursor, and how old it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from models import ids
from models.conditions import AnyOf, IdIn, In, Not, Related, Text
from models.enums import Kind, NullsOrder, SyncKind, TicketOrderField
from models.errors import Unavailable
from models.queries import TicketOrder
from models.records import RemoteProblem
from resolvers.context import RequestContext
from resolvers.sources import States
from tests.resolvers.desk import NOW, Desk, make_context, two_desks
from tests.resolvers.desk_copy import DeskCopy, SetStates
from tests.schema.asking import Answer, ask

TICKETS = SyncKind.TICKETS
PAGE = "edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
SOURCES = "sources { helpdesk { key } state asOf coverage { complete } error { code message } }"


def both(age_s: float = 1.0, *kinds: SyncKind) -> SetStates:
    return SetStates(TICKETS, *kinds, helpdesks=["fd", "zd"], age_s=age_s)


def only(helpdesk: str) -> SetStates:
    return SetStates(TICKETS, helpdesks=[helpdesk])


def context(desks: dict[str, Desk], copy: DeskCopy | None, states: States) -> RequestContext:
    return make_context(desks, mirror=copy or DeskCopy(desks), states=states)


async def asked(desks: dict[str, Desk], copy: DeskCopy, states: States, arguments: str, fields: str = PAGE) -> Answer:
    return await ask(desks, f"{{ tickets{arguments} {{ {fields} }} }}", context=context(desks, copy, states))


def numbers(page: Any) -> list[str]:
    return [
        ids.decode(edge["node"]["id"]).helpdesk + ids.decode(edge["node"]["id"]).remote_id for edge in page["edges"]
    ]


async def walk(
    desks: dict[str, Desk], copy: DeskCopy, states: States, arguments: str, *, back: bool = False
) -> list[str]:
    found: list[str] = []
    cursor, at, more = ("startCursor", "before", "hasPreviousPage") if back else ("endCursor", "after", "hasNextPage")
    given = ""
    for _ in range(60):
        page = (await asked(desks, copy, states, f"({arguments}{given})")).data["tickets"]
        found = numbers(page) + found if back else found + numbers(page)
        if not page["pageInfo"][more]:
            return found
        given = f', {at}: "{page["pageInfo"][cursor]}"'
    raise AssertionError("the walk does not end")


ORDERED = [f"{desk}{n}" for n in range(1, 8) for desk in ("fd", "zd")]
"""Freshdesk's tickets are a minute younger than Zendesk's of the same number."""


async def test_helpdesks_in_the_copy_are_one_question_and_no_call() -> None:
    desks = two_desks(count=7)
    copy = DeskCopy(desks)
    fields = f"{PAGE} {SOURCES} totalCount {{ value precision }} nodes {{ freshness {{ source }} }}"
    answer = await asked(desks, copy, both(), "(first: 3)", fields)
    page = answer.data["tickets"]
    assert not answer.errors and not answer.partial
    assert numbers(page) == ORDERED[:3] and page["pageInfo"]["hasNextPage"]
    assert {node["freshness"]["source"] for node in page["nodes"]} == {"SYNC"}
    assert page["totalCount"] == {"value": 14, "precision": "EXACT"}
    assert [(s["state"], s["asOf"], s["coverage"]["complete"]) for s in page["sources"]] == [
        ("COMPLETE", "2026-01-15T11:59:59Z", True)
    ] * 2
    assert [helpdesks for helpdesks, _, _ in copy.asked("tickets")] == [("fd", "zd")]
    assert desks["fd"].calls == desks["zd"].calls == []


@pytest.mark.parametrize("states", [both(), only("fd"), only("zd"), SetStates(helpdesks=[])])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("size", [1, 3, 5, 100])
async def test_whoever_answers_the_list_is_the_same_both_ways(states: States, direction: str, size: int) -> None:
    desks = two_desks(count=7)
    copy = DeskCopy(desks)
    order = f"order: [{{field: UPDATED_AT, direction: {direction}}}]"
    expected = ORDERED if direction == "DESC" else ORDERED[::-1]
    assert await walk(desks, copy, states, f"first: {size}, {order}") == expected
    assert await walk(desks, copy, states, f"last: {size}, {order}", back=True) == expected


@pytest.mark.parametrize("states", [both(), only("fd"), SetStates(helpdesks=[])])
@pytest.mark.parametrize(("direction", "expected"), [("ASC", ["fd", "zd"]), ("DESC", ["zd", "fd"])])
async def test_ties_go_by_helpdesk_and_id_in_the_direction_of_the_order(
    states: States, direction: str, expected: list[str]
) -> None:
    desks = {key: Desk(key, two_desks()["fd"].info.vendor, count=2, step=0) for key in ("fd", "zd")}
    order = f"order: [{{field: UPDATED_AT, direction: {direction}}}]"
    found = await walk(desks, DeskCopy(desks), states, f"first: 1, {order}")
    pairs = ["1", "2"] if direction == "ASC" else ["2", "1"]
    assert found == [f"{desk}{number}" for desk in expected for number in pairs]


async def test_a_walk_goes_on_where_it_began_when_the_copy_comes_or_goes() -> None:
    desks = two_desks(count=7)
    copy, states = DeskCopy(desks), SetStates(helpdesks=[])
    live = (await asked(desks, copy, states, "(first: 4)")).data["tickets"]
    for helpdesk in desks:
        states.set(helpdesk, TICKETS, age_s=1)
    mirrored = (await asked(desks, copy, states, "(first: 4)")).data["tickets"]
    assert len(copy.asked("tickets")) == 1
    rest = await asked(desks, copy, states, f'(first: 100, after: "{live["pageInfo"]["endCursor"]}")')
    assert numbers(live) + numbers(rest.data["tickets"]) == ORDERED
    assert len(copy.asked("tickets")) == 1, "a cursor made live goes on live"
    states.known.clear()
    for page in (f'first: 9, after: "{mirrored["pageInfo"]["endCursor"]}"', f'last: 9, before: "{_last(mirrored)}"'):
        gone = await asked(desks, copy, states, f"({page})")
        assert gone.errors == [(["tickets"], "BAD_CURSOR")]
        assert "Start again without a cursor" in gone.messages[0]


def _last(page: Any) -> str:
    cursor: str = page["pageInfo"]["endCursor"]
    return cursor


async def test_a_helpdesk_that_is_too_old_is_refused_alone_and_loses_nothing() -> None:
    desks = two_desks(count=7)
    copy, states = DeskCopy(desks), both()
    first = (await asked(desks, copy, states, "(first: 4)")).data["tickets"]
    states.set("zd", TICKETS, age_s=3_600)
    wish = 'freshness: {maxAge: "PT60S", onStale: FAIL}'
    cursor = first["pageInfo"]["endCursor"]
    second = await asked(desks, copy, states, f'(first: 3, after: "{cursor}", {wish})', f"{PAGE} {SOURCES}")
    page = second.data["tickets"]
    assert numbers(page) == ["fd3", "fd4", "fd5"]
    assert [s["state"] for s in page["sources"]] == ["COMPLETE", "FAILED"]
    assert page["sources"][1]["error"]["code"] == "STALE" and second.partial == [(["tickets"], "STALE")]
    states.set("zd", TICKETS, age_s=1)
    third = (await asked(desks, copy, states, f'(first: 100, after: "{page["pageInfo"]["endCursor"]}")')).data[
        "tickets"
    ]
    assert sorted(numbers(first) + numbers(page) + numbers(third)) == sorted(ORDERED)
    assert numbers(third) == ["zd3", "zd4", "zd5", "fd6", "zd6", "fd7", "zd7"], "late, but in its own order"


@pytest.mark.parametrize(("size", "back"), [("first: 3", False), ("last: 3", True)])
async def test_one_that_was_refused_on_the_first_page_begins_at_its_own_beginning(size: str, back: bool) -> None:
    desks = two_desks(count=3)
    copy, states = DeskCopy(desks), both()
    states.set("zd", TICKETS, age_s=3_600)
    wish = 'freshness: {maxAge: "PT60S", onStale: FAIL}'
    first = (await asked(desks, copy, states, f"({size}, {wish})")).data["tickets"]
    assert numbers(first) == ["fd1", "fd2", "fd3"]
    states.set("zd", TICKETS, age_s=1)
    end, at = ("startCursor", "before") if back else ("endCursor", "after")
    rest = (await asked(desks, copy, states, f'({size}, {at}: "{first["pageInfo"][end]}")')).data["tickets"]
    assert numbers(rest) == ["zd1", "zd2", "zd3"]


async def test_everything_too_old_is_the_answer() -> None:
    desks = two_desks()
    found = await asked(desks, DeskCopy(desks), both(3_600), '(freshness: {maxAge: "PT60S", onStale: FAIL})', SOURCES)
    assert [s["error"]["code"] for s in found.data["tickets"]["sources"]] == ["STALE", "STALE"]


async def test_an_old_copy_is_marked() -> None:
    desks = two_desks()
    states = both(3_600)
    states.set("zd", TICKETS, age_s=1, complete=False)
    for wish in ("", '(freshness: {maxAge: "PT60S", onStale: SERVE_AND_FLAG})'):
        page = (await asked(desks, DeskCopy(desks), states, wish, SOURCES)).data["tickets"]
        assert [s["state"] for s in page["sources"]] == ["STALE", "PARTIAL"]
        assert [s["asOf"] for s in page["sources"]] == ["2026-01-15T11:00:00Z", "2026-01-15T11:59:59Z"]


async def test_refresh_asks_live_what_cannot_be_brought_up_to_date() -> None:
    desks = two_desks(count=2)
    copy = DeskCopy(desks)
    page = (await asked(desks, copy, both(3_600), '(freshness: {maxAge: "PT60S"})', f"{PAGE} {SOURCES}")).data[
        "tickets"
    ]
    assert numbers(page) == ["fd1", "zd1", "fd2", "zd2"] and not copy.asked("tickets")
    assert [s["state"] for s in page["sources"]] == ["PARTIAL", "PARTIAL"], "live lists leave out archived tickets"
    given = '(freshness: {maxAge: "PT60S"}, filter: {not: {hasAttachments: true}})'
    told = await asked(desks, copy, both(3_600), given, f"{PAGE} {SOURCES}")
    assert not told.messages and copy.asked("tickets"), "what no helpdesk can be asked, the copy answers"
    assert [s["state"] for s in told.data["tickets"]["sources"]] == ["STALE", "STALE"]


@pytest.mark.parametrize("states", [both(), only("fd")])
@pytest.mark.parametrize(("size", "back"), [("first: 2", False), ("last: 2", True)])
async def test_a_page_that_looked_at_many_rows_in_vain_goes_on_from_there(
    states: States, size: str, back: bool
) -> None:
    desks = two_desks(count=9)
    copy = DeskCopy(desks, examined=3)
    group = ids.encode(Kind.GROUP, "fd", "301")
    rare = ids.encode(Kind.CONTACT, "fd", "101")
    expected = ["fd1", "fd4", "fd7"]
    given = f'{size}, filter: {{group: {{in: ["{group}"]}}, requester: {{id: {{in: ["{rare}"]}}}}}}'
    assert await walk(desks, copy, states, given, back=back) == expected
    pages = [query for _, query, _ in copy.asked("tickets")]
    assert len(pages) > len(expected) - 1, "some came back short"


async def test_an_empty_page_can_have_more_and_a_cursor() -> None:
    desks = two_desks(count=9)
    copy = DeskCopy(desks, examined=2)
    given = f'filter: {{requester: {{id: {{in: ["{ids.encode(Kind.CONTACT, "zd", "100")}"]}}}}}}'
    page = (await asked(desks, copy, both(), f"(first: 1, {given})")).data["tickets"]
    assert page["edges"] == [] and page["pageInfo"]["hasNextPage"] and page["pageInfo"]["endCursor"]
    assert await walk(desks, copy, both(), f"first: 1, {given}") == ["zd3", "zd6", "zd9"]


async def test_the_copy_is_asked_in_full_and_live_helpdesks_refuse_the_rest() -> None:
    desks = two_desks()
    copy = DeskCopy(desks)
    where = '{or: [{status: {notIn: [CLOSED]}}, {requester: {email: {startsWith: "p1"}}}]}'
    order = "[{field: PRIORITY}, {field: DUE_AT, direction: ASC, nulls: FIRST}]"
    answer = await asked(desks, copy, only("zd"), f"(filter: {where}, order: {order})", SOURCES)
    assert [s["state"] for s in answer.data["tickets"]["sources"]] == ["FAILED", "COMPLETE"]
    ((helpdesks, query, _),) = copy.asked("tickets")
    assert helpdesks == ("zd",)
    assert query.where == AnyOf(
        (Not(In("status", ("CLOSED",))), Related("requester", Text("email", "startsWith", ("p1",))))
    )
    assert query.orders == (
        TicketOrder(field=TicketOrderField.PRIORITY),
        TicketOrder(field=TicketOrderField.DUE_AT, direction="ASC", nulls=NullsOrder.FIRST),  # type: ignore[arg-type]
    )
    assert answer.partial == [(["tickets"], "UNSUPPORTED_BY_HELPDESK")]
    assert "`filter.or` cannot be asked live" in answer.messages[0]


async def test_a_helpdesk_no_branch_holds_for_is_left_out() -> None:
    desks = two_desks()
    copy = DeskCopy(desks)
    group = ids.encode(Kind.GROUP, "fd", "301")
    where = f'{{or: [{{group: {{in: ["{group}"]}}}}, {{helpdesk: {{in: ["nowhere"]}}}}]}}'
    unknown = await asked(desks, copy, both(), f"(filter: {where})")
    assert unknown.errors == [(["tickets"], "BAD_USER_INPUT")] and "`filter.or[1].helpdesk`" in unknown.messages[0]
    page = (await asked(desks, copy, both(), f'(filter: {{group: {{in: ["{group}"]}}}})', SOURCES)).data["tickets"]
    assert [s["state"] for s in page["sources"]] == ["COMPLETE", "SKIPPED"]
    ((helpdesks, query, _),) = copy.asked("tickets")
    assert (helpdesks, query.where) == (("fd",), IdIn("group", (("fd", "301"),)))


async def test_custom_fields_that_no_helpdesk_has_are_told() -> None:
    desks = two_desks()
    for given, named in (
        ('filter: {customFields: [{key: "cf_nope", boolean: true}]}', "`filter.customFields[0].key`"),
        ('order: [{field: CUSTOM_FIELD, customFieldKey: "cf_nope"}]', "`order[0].customFieldKey`"),
        (
            'filter: {not: {customFields: [{helpdesk: "fd", key: "x", isNull: true}]}}',
            "`filter.not.customFields[0].key`",
        ),
    ):
        found = await asked(desks, DeskCopy(desks), both(1, SyncKind.FIELDS), f"({given})")
        assert found.errors == [(["tickets"], "BAD_USER_INPUT")] and named in found.messages[0]
    assert desks["fd"].calls == desks["zd"].calls == []


async def test_links_of_copied_tickets_are_looked_up_in_the_copy_in_batches() -> None:
    desks = two_desks(count=30)
    copy = DeskCopy(desks)
    states = both(1, SyncKind.CONTACTS, SyncKind.AGENTS, SyncKind.GROUPS, SyncKind.ORGANIZATIONS)
    fields = "nodes { requester { name phone } assignee { name } group { name } organization { name } }"
    answer = await asked(desks, copy, states, "(first: 60)", fields)
    assert not answer.errors and answer.data["tickets"]["nodes"][0]["requester"]["phone"] == "+49 30 1234"
    assert desks["fd"].calls == desks["zd"].calls == []
    assert [len(ids_) for ids_ in copy.asked("contacts_by_id")] == [3, 3]


async def test_one_ticket_as_young_as_it_is_asked_for() -> None:
    desks = two_desks()
    copy, states = DeskCopy(desks), both(3_600)
    by = 'by: {remote: {helpdesk: "fd", id: "1"}}'

    async def one(wish: str) -> Answer:
        text = f"{{ ticket({by}{wish}) {{ subject freshness {{ source }} }} }}"
        return await ask(desks, text, context=context(desks, copy, states))

    hour_ago = NOW - timedelta(hours=1)
    desks["fd"].rows = [msgspec.structs.replace(row, as_of=hour_ago) for row in desks["fd"].rows]
    assert (await one("")).data["ticket"]["freshness"]["source"] == "SYNC"
    assert desks["fd"].calls == []
    assert (await one(', freshness: {maxAge: "PT2H"}')).data["ticket"]["freshness"]["source"] == "SYNC"
    flagged = await one(', freshness: {maxAge: "PT60S", onStale: SERVE_AND_FLAG}')
    assert flagged.data["ticket"]["freshness"]["source"] == "SYNC"
    assert (await one(', freshness: {maxAge: "PT60S", onStale: FAIL}')).errors == [(["ticket"], "STALE")]
    assert desks["fd"].calls == []
    assert (await one(', freshness: {maxAge: "PT60S"}')).data["ticket"]["freshness"]["source"] == "LIVE"
    assert desks["fd"].asked("tickets_by_id") == [("1",)]
    assert (await one(', freshness: {maxAge: "-PT60S"}')).errors == [(["ticket"], "BAD_USER_INPUT")]


@pytest.mark.parametrize("complete", [True, False])
async def test_what_the_copy_is_known_to_lack_is_asked_for_by_its_id(complete: bool) -> None:
    """Freshdesk has archived tickets in no list."""
    desks = two_desks()
    copy, states = DeskCopy(desks, without=frozenset({"2"})), SetStates(helpdesks=[])
    states.set("fd", TICKETS, age_s=1, complete=complete)
    text = '{ ticket(by: {remote: {helpdesk: "fd", id: "2"}}) { number freshness { source } } }'
    found = (await ask(desks, text, context=context(desks, copy, states))).data["ticket"]
    assert found == (None if complete else {"number": "2", "freshness": {"source": "LIVE"}})
    assert desks["fd"].asked("tickets_by_id") == ([] if complete else [("2",)])


async def test_one_ticket_of_a_helpdesk_that_is_down_is_given_as_it_was() -> None:
    desks = two_desks()
    hour_ago = NOW - timedelta(hours=1)
    desks["fd"].rows = [msgspec.structs.replace(row, as_of=hour_ago) for row in desks["fd"].rows]
    desks["fd"].failing["tickets_by_id"] = Unavailable("down", helpdesk="fd")
    text = '{ ticket(by: {remote: {helpdesk: "fd", id: "1"}}, freshness: {maxAge: "PT60S"}) { freshness { source } } }'
    told = await ask(desks, text, context=context(desks, DeskCopy(desks), both(3_600)))
    assert told.data["ticket"]["freshness"]["source"] == "SYNC" and not told.messages


async def test_a_list_of_a_helpdesk_that_is_down_is_given_as_it_was() -> None:
    desks, states = two_desks(count=2), both(3_600)
    for key in ("fd", "zd"):
        down = RemoteProblem(code="UPSTREAM_UNAVAILABLE", message="down")
        states.known[key, TICKETS] = msgspec.structs.replace(states.known[key, TICKETS], last_error=down)
    page = (await asked(desks, DeskCopy(desks), states, '(freshness: {maxAge: "PT60S"})', f"{PAGE} {SOURCES}")).data
    assert numbers(page["tickets"]) == ["fd1", "zd1", "fd2", "zd2"]
    assert [s["state"] for s in page["tickets"]["sources"]] == ["STALE", "STALE"]
    assert desks["fd"].calls == []


async def test_a_live_helpdesk_that_fails_keeps_its_place_beside_the_copy() -> None:
    desks = two_desks(count=5)
    copy, states = DeskCopy(desks), only("fd")
    first = (await asked(desks, copy, states, "(first: 4)")).data["tickets"]
    desks["zd"].failing["tickets"] = Unavailable("down")
    second = (await asked(desks, copy, states, f'(first: 2, after: "{_last(first)}")')).data["tickets"]
    assert numbers(second) == ["fd3", "fd4"]
    desks["zd"].failing.clear()
    third = (await asked(desks, copy, states, f'(first: 9, after: "{_last(second)}")')).data["tickets"]
    assert numbers(first) + numbers(second) + sorted(numbers(third)) == [
        "fd1", "zd1", "fd2", "zd2", "fd3", "fd4", "fd5", "zd3", "zd4", "zd5",
    ]  # fmt: skip


async def test_other_lists_have_an_order_in_the_copy_only() -> None:
    desks = two_desks()
    copy = DeskCopy(desks)
    states = SetStates(SyncKind.CONTACTS, helpdesks=["fd", "zd"])
    text = (
        "{ contacts(order: [{field: NAME}]) { nodes { id } } organizations(order: [{field: NAME}]) { nodes { id } } }"
    )
    answer = await ask(desks, text, context=context(desks, copy, states))
    assert answer.data is None or answer.data["organizations"] is None
    assert answer.errors == [(["organizations"], "UNSUPPORTED_BY_HELPDESK")]
    assert [helpdesks for helpdesks, _ in copy.asked("contacts")] == [("fd", "zd")]


@pytest.mark.parametrize(("age_s", "name"), [(60, "Person 101"), (0, None)])
async def test_somebody_newer_than_the_copy_is_looked_for_at_the_helpdesk(age_s: float, name: str | None) -> None:
    """A ticket that was read after the contacts may name one that is not among them yet; one read before does not."""
    desks = two_desks(count=1)
    copy = DeskCopy(desks, without=frozenset({"101"}))
    states = both(1)
    states.set("fd", SyncKind.CONTACTS, age_s=age_s)
    text = "{ tickets(first: 1) { nodes { requester { name } } } }"
    answer = await ask(desks, text, context=context(desks, copy, states))
    (ticket,) = answer.data["tickets"]["nodes"]
    assert not answer.errors and (ticket["requester"] or {}).get("name") == name
    assert desks["fd"].asked("contacts_by_id") == ([("101",)] if name else [])


async def test_what_our_copy_can_do_is_told_once_it_answers() -> None:
    async def told(states: SetStates) -> tuple[str, str]:
        desks = two_desks()
        text = '{ helpdesk(key: "fd") { capabilities(kind: TICKET) { path filterable sortable } } }'
        answer = await ask(desks, text, context=context(desks, None, states))
        (status,) = answer.data["helpdesk"]["capabilities"]
        return status["filterable"], status["sortable"]

    loading = SetStates(helpdesks=[])
    loading.set("fd", TICKETS, age_s=1, finished=False)
    assert await told(loading) == ("NATIVE", "NONE")
    assert await told(only("zd")) == ("NATIVE", "NONE")
    assert await told(only("fd")) == ("NATIVE", "MIRROR")

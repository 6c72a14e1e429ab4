"""The ordered list over helpdesks, what it costs, and what happens when one of them fails."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from models.enums import DetailLevel, TicketStatus
from models.errors import TimedOut, Unavailable, Unsupported
from models.queries import Scope
from resolvers.context import Principal
from tests.resolvers.desk import Desk, make_context, two_desks
from tests.schema.asking import ask

Q = """query Q($first: Int = 100, $more: Boolean = false) {
  tickets(first: $first) {
    nodes {
      id
      subject
      who: requester { ...Person }
      organization { name }
      assignee { name }
      group { name }
    }
  }
}
fragment Person on Contact { __typename id name email phone @include(if: $more) }
"""
DOWN = Unavailable("It does not answer.", retry_after=30)


async def test_one_order_over_both_helpdesks() -> None:
    answer = await ask(two_desks(), "{ tickets(first: 4) { nodes { subject updatedAt } pageInfo { hasNextPage } } }")
    rows = answer.data["tickets"]["nodes"]
    assert [r["subject"][:8] for r in rows] == ["Ticket 1", "Ticket 1", "Ticket 2", "Ticket 2"]
    assert [r["updatedAt"] for r in rows] == sorted((r["updatedAt"] for r in rows), reverse=True)
    assert answer.data["tickets"]["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_a_walk_shows_each_ticket_once_and_the_way_back_shows_the_same(direction: str) -> None:
    desks = two_desks(count=11)
    order = f"order: [{{field: CREATED_AT, direction: {direction}}}]"
    forward = await _walk(desks, f"first: 3, after: $at, {order}", "endCursor", "hasNextPage")
    assert len(forward) == len(set(forward)) == 22
    backward = await _walk(desks, f"last: 4, before: $at, {order}", "startCursor", "hasPreviousPage", back=True)
    assert backward == forward


async def _walk(desks: dict[str, Desk], args: str, cursor: str, more: str, *, back: bool = False) -> list[str]:
    found: list[str] = []
    at: str | None = None
    for _ in range(30):
        text = f"query($at: Cursor) {{ tickets({args}) {{ nodes {{ id }} pageInfo {{ {cursor} {more} }} }} }}"
        page = (await ask(desks, text, at=at)).data["tickets"]
        ids = [node["id"] for node in page["nodes"]]
        found = ids + found if back else found + ids
        at = page["pageInfo"][cursor]
        if not page["pageInfo"][more]:
            break
    return found


async def test_the_example_costs_one_list_and_its_cached_look_ups_per_helpdesk() -> None:
    desks = two_desks(count=100)
    answer = await ask(desks, Q)
    assert not answer.errors and len(answer.data["tickets"]["nodes"]) == 100
    assert answer.data["tickets"]["nodes"][0]["who"]["email"] == "p101@fd.example.com"
    for desk in desks.values():
        assert sorted({name for name, _ in desk.calls}) == ["agents_by_id", "groups", "tickets"]
        assert desk.asked("tickets")[0][1].wants == {"requester", "organization"}
        assert desk.asked("agents_by_id") == [("201",)]


async def test_a_field_the_row_does_not_embed_is_read_once_per_person() -> None:
    desks = two_desks(count=30)
    answer = await ask(desks, Q, first=60, more=True)
    assert answer.data["tickets"]["nodes"][0]["who"]["phone"] == "+49 30 1234"
    for desk in desks.values():
        assert "requester" not in desk.asked("tickets")[0][1].wants
        assert [sorted(ids) for ids in desk.asked("contacts_by_id")] == [["100", "101", "102"]]


async def test_only_what_is_looked_at_is_asked_for() -> None:
    desks = two_desks()
    text = (
        "query($skip: Boolean!) { tickets { nodes { id requester @skip(if: $skip) { name } ...F @skip(if: $skip) } } } "
    )
    await ask(desks, text + "fragment F on Ticket { bodyText closedAt }", skip=True)
    await ask(desks, text + "fragment F on Ticket { bodyText closedAt }", skip=False)
    wants = [page.wants for _, page in desks["fd"].asked("tickets")]
    assert wants == [frozenset(), {"requester", "description", "stats"}]


async def test_one_helpdesk_down_costs_its_own_rows_only() -> None:
    desks = two_desks()
    desks["zd"].failing["*"] = DOWN
    answer = await ask(
        desks,
        """{ tickets { nodes { helpdesk { key } requester { name } } sources {
             helpdesk { key } state asOf retryAfter coverage { complete } error { code message } } } }""",
    )
    assert [n["helpdesk"]["key"] for n in answer.data["tickets"]["nodes"]] == ["fd"] * 5
    healthy, down = answer.data["tickets"]["sources"]
    assert (healthy["state"], healthy["error"]) == ("PARTIAL", None)
    assert (down["state"], down["retryAfter"], down["asOf"]) == ("FAILED", "PT30S", None)
    assert down["error"] == {"code": "UPSTREAM_UNAVAILABLE", "message": "It does not answer."}
    assert answer.partial == [(["tickets"], "UPSTREAM_UNAVAILABLE")]
    assert answer.context.partial_errors[0].original_error.helpdesk == "zd"  # type: ignore[union-attr]


async def test_a_link_that_fails_is_null_beside_its_own_error() -> None:
    desks = two_desks()
    desks["zd"].failing["agents_by_id"] = TimedOut("Too slow.", helpdesk="zd")
    answer = await ask(desks, "{ tickets(first: 2) { nodes { id assignee { name } comments { nodes { id } } } } }")
    fd, zd = answer.data["tickets"]["nodes"]
    assert fd["assignee"] == {"name": "Agent 201"}
    assert zd["assignee"] is None and len(zd["comments"]["nodes"]) == 3
    assert answer.errors == [(["tickets", "nodes", 1, "assignee"], "UPSTREAM_TIMEOUT")]


async def test_an_author_nobody_can_look_up_keeps_what_the_message_says() -> None:
    desks = two_desks()
    desks["fd"].failing["actors"] = DOWN
    text = (
        "{ tickets(first: 1) { nodes { comments { nodes { author { __typename ... on UnknownActor { name } } } } } } }"
    )
    answer = await ask(desks, text)
    comments = answer.data["tickets"]["nodes"][0]["comments"]["nodes"]
    assert comments[0]["author"] == {"__typename": "UnknownActor", "name": "Name 0"}
    assert comments[2]["author"]["__typename"] == "Automation"
    assert answer.partial[0] == (["tickets", "nodes", 0, "comments", "nodes", 0, "author"], "UPSTREAM_UNAVAILABLE")


async def test_comments_of_many_tickets_are_asked_together_and_once() -> None:
    desks = two_desks(count=20)
    text = (
        "{ tickets(first: 40) { nodes { comments(first: 2) { nodes { "
        "id } totalCount { value } } transcript images { nodes { id } } } } }"
    )
    answer = await ask(desks, text)
    assert not answer.errors
    first = answer.data["tickets"]["nodes"][0]
    assert len(first["comments"]["nodes"]) == 2 and first["comments"]["totalCount"] == {"value": 3}
    for desk in desks.values():
        assert [len(ids) for ids, _ in desk.asked("comments")] == [20]


async def test_a_vendor_without_batch_calls_is_asked_for_each_ticket_once() -> None:
    desks = {"fd": two_desks(count=20, batch=1)["fd"]}
    await ask(desks, "{ tickets(first: 20) { nodes { comments { nodes { id } } transcript } } }")
    assert [ids for ids, _ in desks["fd"].asked("comments")] == [(str(n),) for n in range(1, 21)]


async def test_a_scope_hides_notes_and_other_organizations() -> None:
    desks = two_desks()
    scope = Scope(tenant="t", organizations={"fd": frozenset({"401"})})
    text = "{ tickets { nodes { number comments { nodes { visibility } } } } }"
    answer = await ask(desks, text, context=make_context(desks, scope=scope))
    nodes = answer.data["tickets"]["nodes"]
    assert [n["number"] for n in nodes] == ["1", "3", "5"]
    assert {c["visibility"] for n in nodes for c in n["comments"]["nodes"]} == {"PUBLIC"}


async def test_raw_needs_its_scope() -> None:
    desks = two_desks()
    text = "{ tickets(first: 1) { nodes { raw } } }"
    assert (await ask(desks, text)).data["tickets"]["nodes"] == [{"raw": {"id": 1}}]
    weak = make_context(desks, principal=Principal(id="k", scopes=frozenset({"tickets:read"})))
    answer = await ask(desks, text, context=weak)
    assert answer.data["tickets"]["nodes"] == [{"raw": None}]
    assert answer.errors == [(["tickets", "nodes", 0, "raw"], "FORBIDDEN")]


async def test_the_times_of_a_ticket_that_is_over_are_there_although_the_row_lacks_them() -> None:
    desks = two_desks()
    desks["fd"].capabilities = msgspec.structs.replace(desks["fd"].capabilities, embeds={})
    answer = await ask(
        desks, '{ search(query: "x") { edges { node { ... on Ticket { status closedAt bodyText } } } } }'
    )
    open_, over = [edge["node"] for edge in answer.data["search"]["edges"]][:2]
    assert open_["closedAt"] is None and over["closedAt"] is not None
    assert over["bodyText"] == "Request 2"


def _filter(text: str) -> str:
    return (
        f"{{ tickets(filter: {text}) {{ nodes {{ number }} sources {{ "
        f"helpdesk {{ key }} state error {{ code }} }} }} }}"
    )


async def _states(desks: dict[str, Desk], text: str) -> dict[str, str]:
    answer = await ask(desks, _filter(text))
    assert answer.data, answer.errors
    return {s["helpdesk"]["key"]: s["state"] for s in answer.data["tickets"]["sources"]}


async def test_a_helpdesk_the_filter_leaves_out_is_not_asked() -> None:
    desks = two_desks()
    assert await _states(desks, '{helpdesk: {in: ["zd"]}}') == {"fd": "SKIPPED", "zd": "PARTIAL"}
    assert await _states(desks, '{helpdesk: {notIn: ["zd"]}}') == {"fd": "PARTIAL", "zd": "SKIPPED"}
    group = (await ask(desks, '{ groups(helpdesk: {in: ["fd"]}) { nodes { id } } }')).data["groups"]["nodes"][0]["id"]
    assert await _states(desks, f'{{group: {{in: ["{group}"]}}}}') == {"fd": "PARTIAL", "zd": "SKIPPED"}
    assert [query.filter.group_id for query, _ in desks["fd"].asked("tickets")] == [None, "301"]
    assert len(desks["zd"].asked("tickets")) == 1


async def test_filters_reach_the_source_in_its_own_words() -> None:
    desks = two_desks()
    await ask(desks, _filter("{status: {in: [OPEN, PENDING]}}"))
    assert desks["fd"].asked("tickets")[0][0].filter.status == (TicketStatus.OPEN, TicketStatus.PENDING)


async def test_what_a_source_refuses_is_refused_and_not_ignored() -> None:
    answer = await ask(two_desks(), _filter('{tags: {any: ["a"]}}'))
    assert answer.data is None
    assert answer.errors == [(["tickets"], "UNSUPPORTED_BY_HELPDESK")]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        ("first: 0", "BAD_USER_INPUT", "`first`"),
        ("first: 101", "BAD_USER_INPUT", "100"),
        ("first: 2, last: 2", "BAD_USER_INPUT", "`last`"),
        ('first: 2, after: "nonsense"', "BAD_CURSOR", "`after`"),
        ('filter: {helpdesk: {in: ["nope"]}}', "BAD_USER_INPUT", "`fd`"),
        ("filter: {status: {in: []}}", "BAD_USER_INPUT", "`filter.status.in`"),
        ('filter: {group: {in: ["x"]}}', "BAD_USER_INPUT", "`filter.group.in`"),
        ('filter: {nativeStatus: {notIn: ["x"]}}', "UNSUPPORTED_BY_HELPDESK", "`filter.nativeStatus.in`"),
        ('filter: {requester: {name: {eq: "x"}}}', "UNSUPPORTED_BY_HELPDESK", "`email`"),
        (
            'filter: {createdAt: {gt: "2026-01-01T00:00:00Z", gte: "2026-01-01T00:00:00Z"}}',
            "BAD_USER_INPUT",
            "`filter.createdAt`",
        ),
        ("order: [{field: CREATED_AT}, {field: UPDATED_AT}]", "UNSUPPORTED_BY_HELPDESK", "`order`"),
        ("order: [{field: SUBJECT}]", "UNSUPPORTED_BY_HELPDESK", "order"),
    ],
)
async def test_what_cannot_be_asked_is_said_clearly(arguments: str, code: str, named: str) -> None:
    desks = two_desks()
    context = make_context(desks)
    result: Any = await ask(desks, f"{{ tickets({arguments}) {{ nodes {{ id }} }} }}", context=context)
    assert [c for _, c in result.errors] == [code]
    raw = await _messages(desks, f"{{ tickets({arguments}) {{ nodes {{ id }} }} }}")
    assert named in raw[0]


async def _messages(desks: dict[str, Desk], text: str) -> list[str]:
    from tests.schema.asking import schema

    result = await schema().execute(text, context_value=make_context(desks))
    return [e.message for e in result.errors or ()]


async def test_a_cursor_is_good_for_its_own_list_only() -> None:
    desks = two_desks()
    answer = await ask(desks, "{ tickets(first: 1) { pageInfo { endCursor } } }")
    cursor = answer.data["tickets"]["pageInfo"]["endCursor"]
    for other in ("filter: {status: {in: [OPEN]}}", "order: [{field: CREATED_AT}]"):
        text = f'{{ tickets(first: 1, after: "{cursor}", {other}) {{ nodes {{ id }} }} }}'
        assert (await ask(desks, text)).errors == [(["tickets"], "BAD_CURSOR")]
    assert (await ask(desks, f'{{ contacts(first: 1, after: "{cursor}") {{ nodes {{ id }} }} }}')).errors


async def test_one_bad_count_makes_no_total() -> None:
    desks = two_desks()
    assert (await ask(desks, "{ tickets { totalCount { value } } }")).data["tickets"]["totalCount"] == {"value": 10}
    desks["zd"].failing["count_tickets"] = Unsupported("no")
    assert (await ask(desks, "{ tickets { totalCount { value } } }")).data["tickets"]["totalCount"] is None
    desks["zd"].calls.clear()
    await ask(desks, "{ tickets { nodes { id } } }")
    assert not desks["zd"].asked("count_tickets")


async def test_rows_of_a_list_say_that_they_are_listed() -> None:
    answer = await ask(two_desks(), "{ tickets(first: 1) { nodes { freshness { detail source asOf } } } }")
    assert answer.data["tickets"]["nodes"][0]["freshness"]["detail"] == DetailLevel.LISTED.value


async def test_a_kind_that_a_helpdesk_cannot_search_is_told_and_the_others_are_found() -> None:
    text = """query($kinds: [SearchKind!]) { search(query: "x", kinds: $kinds) {
      edges { node { __typename } }
      sources { state coverage { complete } error { message } } } }"""
    some = await ask(two_desks(), text, kinds=["TICKET", "ARTICLE"])
    assert {edge["node"]["__typename"] for edge in some.data["search"]["edges"]} == {"Ticket"}
    assert [s["state"] for s in some.data["search"]["sources"]] == ["PARTIAL", "PARTIAL"]
    assert some.partial == [(["search"], "UNSUPPORTED_BY_HELPDESK")] * 2
    assert "cannot search ARTICLE" in some.messages[0] and "can search TICKET" in some.messages[0]
    everything = await ask(two_desks(), text)
    assert everything.partial == [] and everything.data["search"]["sources"][0]["coverage"] == {"complete": False}


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
async def test_times_that_no_helpdesk_can_be_asked_about_are_refused(year: str) -> None:
    text = "query($at: DateTime!){ tickets(filter: {createdAt: {lt: $at}}) { nodes { id } } }"
    found = await ask(two_desks(), text, at=f"{year}-12-31T23:59:59Z")
    assert "lies in the years 1000 to 9998" in found.messages[0]

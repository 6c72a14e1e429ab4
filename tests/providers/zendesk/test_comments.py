"""Conversations: whole, in order, without what the scope does not see; one ticket's failure is its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from models.enums import Channel, CommentVisibility, Provenance, TicketPriority, TicketStatus, TicketType
from models.errors import HelpdeskError, NotFound, Unreadable
from models.queries import Scope
from models.records import CommentList, NativeStatus, Ticket

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def ticket(ident: str = "35436", organization_id: str | None = "500") -> Ticket:
    return Ticket(
        helpdesk="acme",
        remote_id=ident,
        as_of=NOW,
        number=ident,
        version="",
        status=TicketStatus.OPEN,
        status_native=NativeStatus(value="open", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT),
        priority=TicketPriority.NONE,
        type=TicketType.NONE,
        channel=Channel.EMAIL,
        requester_id="20978392",
        organization_id=organization_id,
    )


async def test_a_conversation(zendesk: Any, script: Any, scope: Any, payload: Any) -> None:
    script.on("/tickets/35436/comments", payload("comments"))
    (found,) = await zendesk.comments(scope, [ticket()], 100)
    assert isinstance(found, CommentList) and found.complete
    assert [c.remote_id for c in found.items] == ["35436/9001", "35436/9002", "35436/9003", "35436/9004"]
    assert script.lines() == [
        "GET /tickets/35436/comments?sort=created_at&include=users&include_inline_images=true&page[size]=100"
    ]
    script.on("/users", {"users": [], "meta": {"has_more": False}})
    actors = await zendesk.actors(scope, [found.items[0].author])
    assert actors[0].name == "Mira Holm"
    assert len(script.lines()) == 2, "the author came along; only the agents were asked for"


def many(total: int, public: Any = lambda n: True) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("page[after]", "0"))
        numbers = range(start + 1, min(total, start + 100) + 1)
        rows = [{"id": n, "body": str(n), "public": public(n), "created_at": "2026-01-01T00:00:00Z"} for n in numbers]
        more = start + 100 < total
        meta = {"has_more": more, "after_cursor": str(start + 100)}
        return httpx.Response(200, json={"comments": rows, "meta": meta})

    return answer


async def test_no_more_pages_than_needed(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/tickets/35436/comments", many(350))
    (found,) = await zendesk.comments(scope, [ticket()], 150)
    assert (len(found.items), found.complete) == (200, False)
    assert len(script.lines()) == 2
    (found,) = await zendesk.comments(scope, [ticket()], 5_000)
    assert (len(found.items), found.complete) == (350, True)


async def test_notes_do_not_count_for_who_cannot_see_them(zendesk: Any, script: Any, bound: Any) -> None:
    script.on("/tickets/35436/comments", many(250, public=lambda n: n > 100))
    for scope in (bound, Scope(tenant="t", notes=False)):
        (found,) = await zendesk.comments(scope, [ticket()], 50)
        assert all(c.visibility is CommentVisibility.PUBLIC for c in found.items)
        assert (len(found.items), found.complete) == (100, False)


async def test_another_organizations_ticket_is_not_there(zendesk: Any, script: Any, bound: Any) -> None:
    script.on("/tickets/35436/comments", many(1))
    found = await zendesk.comments(bound, [ticket(organization_id="501"), ticket(organization_id=None)], 10)
    assert [type(f) for f in found] == [NotFound, NotFound]
    assert script.lines() == []


async def test_one_failure_is_in_its_place(zendesk: Any, script: Any, scope: Any) -> None:
    script.on("/tickets/1/comments", many(2))
    script.on("/tickets/3/comments", {"comments": [{"id": None}], "meta": {"has_more": False}})
    found = await zendesk.comments(scope, [ticket("1"), ticket("2"), ticket("3")], 10)
    assert isinstance(found[0], CommentList) and len(found[0].items) == 2
    assert isinstance(found[1], NotFound) and found[1].helpdesk == "acme"
    assert isinstance(found[2], HelpdeskError) and found[2].code == "UPSTREAM_UNREADABLE"


async def test_a_cursor_that_does_not_move_stops_loudly(zendesk: Any, script: Any, scope: Any) -> None:
    body = {"comments": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "same"}}
    script.on("/tickets/35436/comments", body)
    (found,) = await zendesk.comments(scope, [ticket()], 1_000)
    assert isinstance(found, Unreadable) and found.where == "$.meta.after_cursor"
    assert len(script.lines()) == 2

"""A caller bound to organization 500 never meets another's: by list, id, search, file; remembered or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from models.enums import SearchKind, TicketStatus
from models.errors import NotFound, Unsupported
from models.queries import ArticleQuery, PageRequest, Scope, TicketFilter, TicketQuery

START = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = PageRequest(size=10)


def row(ident: int, organization: int | None, **values: Any) -> dict[str, Any]:
    stamp = (START + timedelta(minutes=ident)).strftime("%Y-%m-%dT%H:%M:%SZ")
    base = {"id": ident, "status": "open", "updated_at": stamp, "created_at": stamp, "requester_id": 7}
    return {**base, "organization_id": organization, **values}


def ids(page: Any) -> list[str]:
    return [r.record.remote_id for r in page.rows]


def nobody() -> Scope:
    return Scope(tenant="t", organizations={"other": frozenset({"500"})})


async def test_the_list_is_the_organizations_own(zendesk: Any, script: Any, bound: Any, page_of: Any) -> None:
    rows = [row(3, 500), row(2, 501), row(1, None)]
    script.on("/organizations/500/tickets", page_of("tickets", rows))
    assert ids(await zendesk.tickets(bound, TicketQuery(), PAGE)) == ["3"]
    assert script.lines()[0].startswith("GET /organizations/500/tickets?")


async def test_the_lists_of_several_organizations_are_one(zendesk: Any, script: Any, page_of: Any) -> None:
    both = Scope(tenant="t", organizations={"acme": frozenset({"500", "501"})})
    script.on("/organizations/500/tickets", page_of("tickets", [row(n, 500) for n in range(40, 0, -2)]))
    script.on("/organizations/501/tickets", page_of("tickets", [row(n, 501) for n in range(39, 0, -2)]))
    first = await zendesk.tickets(both, TicketQuery(), PAGE)
    assert ids(first)[:10] == [str(n) for n in range(40, 30, -1)]
    second = await zendesk.tickets(both, TicketQuery(), PageRequest(size=10, after=first.rows[9].place))
    assert ids(second)[:10] == [str(n) for n in range(30, 20, -1)]
    back = await zendesk.tickets(both, TicketQuery(), PageRequest(size=5, before=second.rows[0].place, backward=True))
    assert ids(back)[-5:] == ["35", "34", "33", "32", "31"]


async def test_too_many_organizations_are_refused(zendesk: Any) -> None:
    many = Scope(tenant="t", organizations={"acme": frozenset(map(str, range(1, 30)))})
    with pytest.raises(Unsupported):
        await zendesk.tickets(many, TicketQuery(), PAGE)


@pytest.mark.parametrize("wanted", [{"organization_id": "501"}, {"organization_id": "x"}])
async def test_another_organizations_list_is_empty(zendesk: Any, script: Any, bound: Any, wanted: Any) -> None:
    assert ids(await zendesk.tickets(bound, TicketQuery(filter=TicketFilter(**wanted)), PAGE)) == []
    assert script.lines() == []


async def test_a_helpdesk_outside_the_scope_shows_nothing(zendesk: Any, script: Any) -> None:
    assert ids(await zendesk.tickets(nobody(), TicketQuery(), PAGE)) == []
    assert (await zendesk.search(nobody(), "lamp", frozenset(), PAGE)).rows == ()
    count = await zendesk.count_tickets(nobody(), TicketQuery())
    assert count is not None and count.value == 0
    assert script.lines() == []


async def test_filters_are_searched_within_the_organization(zendesk: Any, script: Any, bound: Any) -> None:
    script.on("/search", {"results": [row(2, 501), row(1, 500)], "count": 2, "next_page": None})
    asked = TicketQuery(filter=TicketFilter(status=(TicketStatus.OPEN,)))
    assert ids(await zendesk.tickets(bound, asked, PAGE)) == ["1"]
    assert script.last("/search").url.params["query"] == "type:ticket status:open organization:500"
    assert await zendesk.count_tickets(bound, asked) is None, "a count would tell of what is not theirs"


async def test_a_requesters_and_an_external_ids_tickets(zendesk: Any, script: Any, bound: Any, page_of: Any) -> None:
    rows = [row(2, 501, external_id="x"), row(1, 500, external_id="x")]
    script.on("/users/7/tickets/requested", page_of("tickets", rows))
    script.on("/tickets", page_of("tickets", rows))
    for wanted in (TicketFilter(requester_id="7"), TicketFilter(external_id="x")):
        assert ids(await zendesk.tickets(bound, TicketQuery(filter=wanted), PAGE)) == ["1"]


async def test_by_id(zendesk: Any, script: Any, bound: Any) -> None:
    rows = [row(1, 500), row(2, 501), row(3, None)]
    script.on("/tickets/show_many", {"tickets": rows})
    found = await zendesk.tickets_by_id(bound, ["1", "2", "3", "4"])
    assert [t and t.remote_id for t in found] == ["1", None, None, None], "not there and not yours look the same"


async def test_search_hits(zendesk: Any, script: Any, bound: Any) -> None:
    def search(request: httpx.Request) -> httpx.Response:
        words = request.url.params["query"]
        if "type:ticket" in words:
            rows: list[Any] = [row(1, 500), row(2, 501)]
        elif "type:user" in words:
            rows = [{"id": 3, "organization_id": 500}, {"id": 4, "organization_id": 501}]
        else:
            rows = [{"id": 500, "name": "A"}, {"id": 501, "name": "B"}]
        return httpx.Response(200, json={"results": rows, "count": 2, "next_page": None})

    script.on("/search", search)
    articles = [{"id": 8}, {"id": 9, "user_segment_id": 1}, {"id": 10, "draft": True}]
    script.on("/help_center/articles/search", {"results": articles, "count": 3, "next_page": None})
    page = await zendesk.search(bound, "lamp", frozenset(), PAGE)
    assert [r.record.record.remote_id for r in page.rows] == ["1", "3", "500", "8"]
    asked = [r.url.params["query"] for r in script.requests if r.url.path == "/api/v2/search"]
    assert asked[:2] == ["type:ticket organization:500 lamp", "type:user role:end-user organization:500 lamp"]


async def test_articles(zendesk: Any, script: Any, bound: Any, page_of: Any) -> None:
    segments = [{"id": 1, "user_type": "signed_in_users"}, {"id": 2, "user_type": "staff"}]
    script.on("/help_center/user_segments", page_of("user_segments", segments))
    rows = [
        {"id": 1},
        {"id": 2, "user_segment_id": 1},
        {"id": 3, "user_segment_id": 2},
        {"id": 4, "user_segment_id": 99},
        {"id": 5, "draft": True},
    ]
    script.on("/help_center/articles", page_of("articles", rows))
    for article in rows:
        script.on(f"/help_center/articles/{article['id']}", {"article": article})
    assert ids(await zendesk.articles(bound, ArticleQuery(), PAGE)) == ["1", "2"]
    everybody = Scope(tenant="t")
    asked = ["1", "2", "3", "4", "5"]
    assert all(await zendesk.articles_by_id(everybody, asked))
    found = await zendesk.articles_by_id(bound, asked)
    assert [a and a.remote_id for a in found] == ["1", "2", None, None, None]


async def test_files(zendesk: Any, script: Any, bound: Any, scope: Any, payload: Any) -> None:
    script.on("/tickets/35436/comments", payload("comments"))
    script.on("/tickets/show_many", {"tickets": [row(35436, 501)]})
    script.on("/attachments/token/abc/", httpx.Response(200, content=b"png"))

    async def read(who: Scope, ident: str) -> bytes:
        async with zendesk.open_file(who, ident) as file:
            return b"".join([piece async for piece in file.chunks])

    assert await read(scope, "35436/9001/71") == b"png"
    with pytest.raises(NotFound):
        await read(bound, "35436/9001/71")
    script.on("/tickets/show_many", {"tickets": [row(35436, 500)]})
    assert await read(bound, "35436/9001/71") == b"png"
    for who in (bound, Scope(tenant="t", notes=False)):
        with pytest.raises(NotFound):
            await read(who, "35436/9002/74")
    for wrong in ("35436/9003/71", "1/9001/71", "35436/9001", "x/y/z", "35436/9001/72", ""):
        with pytest.raises(NotFound):
            await read(scope, wrong)


def test_every_search_kind_is_covered(zendesk: Any) -> None:
    """But comments, which the vendor's search shows as their tickets."""
    assert zendesk.capabilities.search_kinds == frozenset(SearchKind) - {SearchKind.COMMENT}


async def test_a_kind_that_is_not_searched_is_refused(zendesk: Any, script: Any, scope: Any) -> None:
    with pytest.raises(Unsupported, match="COMMENT") as caught:
        await zendesk.search(scope, "lamp", frozenset({SearchKind.TICKET, SearchKind.COMMENT}), PAGE)
    assert "TICKET" in (caught.value.nearest or "")
    assert script.requests == []


async def test_a_ticket_of_ours_embeds_nobody_of_theirs(zendesk: Any, script: Any, bound: Any, page_of: Any) -> None:
    people = [
        {"id": 7, "email": "theirs@mail.example", "role": "end-user", "organization_id": 501},
        {"id": 8, "email": "ours@mail.example", "role": "end-user", "organization_id": 500},
    ]
    rows = [row(2, 500, email_cc_ids=[7, 8]), row(1, 500, requester_id=8)]
    script.on("/organizations/500/tickets", page_of("tickets", rows, users=people))
    script.on("/tickets/show_many", {"tickets": rows, "users": people})
    listed = [r.record for r in (await zendesk.tickets(bound, TicketQuery(), PAGE)).rows]
    for first, second in (listed, await zendesk.tickets_by_id(bound, ["2", "1"])):
        assert (first.requester, first.ccs) == (None, ("ours@mail.example",))
        assert second.requester.email == "ours@mail.example"


async def test_folders_without_an_article_to_read_are_not_shown(
    zendesk: Any, script: Any, bound: Any, scope: Any, page_of: Any
) -> None:
    script.on("/help_center/categories", page_of("categories", [{"id": 1}, {"id": 2}]))
    sections = [
        {"id": 11, "category_id": 1},
        {"id": 12, "category_id": 1, "parent_section_id": 11},
        {"id": 21, "category_id": 2},
    ]
    script.on("/help_center/sections", page_of("sections", sections))
    articles = [{"id": 1, "section_id": 12}, {"id": 2, "section_id": 21, "user_segment_id": 9}]
    script.on("/help_center/articles", page_of("articles", articles))
    shown = [f.remote_id for f in await zendesk.article_folders(bound)]
    assert shown == ["category-1", "section-11", "section-12"]
    assert len(await zendesk.article_folders(scope)) == 5
    assert await zendesk.article_folders(nobody()) == ()


async def test_an_id_has_one_spelling(zendesk: Any, script: Any) -> None:
    assert await zendesk.tickets_by_id(Scope(tenant="t"), ["007", "0"], frozenset()) == [None, None]
    assert script.lines() == []

"""One record that cannot be read does not hold up the others: it is reported with its reason, once."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from models.changes import WindowStuck
from models.enums import Kind, TicketStatus
from models.errors import Unreadable
from providers.freshdesk.simulator.ids import Base
from tests.providers.freshdesk.reader import Copy


def spoilt(desk, **words):
    desk.switch(spoilt={word: {str(ident): wrong for ident, wrong in by_id.items()} for word, by_id in words.items()})


@pytest.mark.parametrize(
    ("wrong", "where", "reason"),
    [
        ({"updated_at": 5}, "$.updated_at", "expected `str | null`, got `int`"),
        ({"updated_at": "yesterday"}, "$.updated_at", "this value cannot be read"),
        ({"created_at": "0001-01-01T00:00:00+05:30"}, "$.created_at", "this value cannot be read"),
        ({"subject": ["no", "text"]}, "$.subject", "expected `str | null`, got `array`"),
        ({"tags": [[1]]}, "$.tags[0]", "expected `str | null`, got `array`"),
        ({"stats": {"resolved_at": "then"}}, "$.stats.resolved_at", "this value cannot be read"),
        ({"status": "open"}, "$.status", "expected `int | null`, got `str`"),
        ({"custom_fields": []}, "$.custom_fields", "expected `object | null`, got `array`"),
    ],
)
async def test_a_ticket_that_cannot_be_read(desk_of, wrong, where, reason):
    desk = desk_of(250)
    ident = sorted(desk.ids("live"), key=int)[120]
    spoilt(desk, tickets={ident: wrong})
    copy = Copy(desk.provider)
    await copy.catch_up("tickets", "tickets-deleted", "tickets-spam")
    assert copy.ids(Kind.TICKET) == (desk.ids("live") | desk.ids("deleted") | desk.ids("spam")) - {ident}
    (unread,) = copy.unread
    assert (unread.kind, unread.remote_id, unread.where) == (Kind.TICKET, ident, where)
    assert unread.reason == f"Freshdesk sent a Ticket we cannot read, at {where}: {reason}."
    assert unread.raw["id"] == int(ident) and unread.raw | wrong == unread.raw
    desk.clock.advance(60)
    await copy.catch_up("tickets")
    assert len(copy.unread) == 1
    desk.switch(spoilt={})
    desk.company.tickets.update(int(ident), priority="high")
    await copy.catch_up("tickets")
    assert copy.ids(Kind.TICKET) >= {ident}


@pytest.mark.parametrize("wrong", [{"id": "x"}, {"id": None}, {"*": None}, {"*": 17}, {"*": []}, {"*": "text"}])
async def test_a_row_that_is_hardly_one(desk_of, wrong):
    desk = desk_of(250)
    ident = sorted(desk.ids("live"), key=int)[120]
    spoilt(desk, tickets={ident: wrong})
    copy = Copy(desk.provider)
    await copy.catch_up("tickets")
    (unread,) = copy.unread
    assert unread.remote_id is None and unread.where in ("$", "$.id")
    assert copy.ids(Kind.TICKET) == desk.ids("live") - {ident}


async def test_a_page_of_nothing_but_unreadable_rows_is_passed(desk_of):
    desk = desk_of(350)
    idents = sorted(desk.ids("live"), key=int)
    spoilt(desk, tickets={ident: {"updated_at": 5, "subject": 7} for ident in idents[:250]})
    copy = Copy(desk.provider)
    await copy.catch_up("tickets")
    assert copy.ids(Kind.TICKET) == set(idents[250:])
    assert {one.remote_id for one in copy.unread} == set(idents[:250])


async def test_other_kinds(desk_of):
    desk = desk_of(250)
    company = desk.company
    person = next(one for one in company.people.page(limit=50) if one.state == "verified")
    firm, agent, group = company.organizations.page(limit=1)[0], company.staff.agents()[2], company.staff.groups()[1]
    article = next(one for one in company.knowledge.articles() if len(one.translations) > 2)
    spoilt(
        desk,
        contacts={Base.USER.id(person.number): {"email": 7}},
        companies={Base.COMPANY.id(firm.number): {"domains": "x"}},
        agents={Base.USER.id(agent.number): {"contact": "x"}},
        groups={Base.GROUP.id(group.number): {"created_at": "never"}},
        articles={Base.ARTICLE.id(article.number): {"tags": 3}},
        ticket_fields={Base.FIELD.id(1): {"name": 7}},
        products={Base.PRODUCT.id(1): {"name": []}},
    )
    copy = Copy(desk.provider)
    await copy.catch_up()
    assert {(one.kind, one.remote_id) for one in copy.unread} == {
        (Kind.CONTACT, str(Base.USER.id(person.number))),
        (Kind.ORGANIZATION, str(Base.COMPANY.id(firm.number))),
        (Kind.AGENT, str(Base.USER.id(agent.number))),
        (Kind.GROUP, str(Base.GROUP.id(group.number))),
        (Kind.ARTICLE, str(Base.ARTICLE.id(article.number))),
        (Kind.HELPDESK, str(Base.FIELD.id(1))),
        (Kind.PRODUCT, str(Base.PRODUCT.id(1))),
    }
    assert copy.ids(Kind.TICKET) and len(copy.of(Kind.AGENT)) > 5 and len(copy.catalogues["products"]) == 2
    assert all("cannot read, at $." in one.reason for one in copy.unread)


async def test_an_article_of_which_one_language_cannot_be_read_is_left_as_it_was(desk_of):
    desk = desk_of(30)
    copy = Copy(desk.provider)
    await copy.catch_up("articles")
    found = next(one for one in desk.company.knowledge.articles() if len(one.translations) > 2)
    ident = str(Base.ARTICLE.id(found.number))
    before = copy.of(Kind.ARTICLE)[ident]
    spoilt(desk, de={ident: {"tags": 3}})
    await copy.catch_up("articles")
    assert [one.remote_id for one in copy.unread] == [ident] and copy.of(Kind.ARTICLE)[ident] == before


async def test_a_folder_that_cannot_be_read_stops_the_walk(desk_of):
    """Without it, its articles would look as if they were gone."""
    desk = desk_of(30)
    folder = next(one for one in desk.company.knowledge.folders() if one.parent is not None)
    spoilt(desk, folders={Base.FOLDER.id(folder.number): {"name": 7}})
    with pytest.raises(Unreadable):
        await desk.provider.changes("articles", None)


Handler = Callable[[httpx.Request], httpx.Response]


def answering(**paths: object) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        found = paths.get(request.url.path.removeprefix("/api/v2/").replace("/", "_"))
        if callable(found):
            found = found(request)
        if isinstance(found, bytes):
            return httpx.Response(200, content=found, headers={"content-type": "application/json"})
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    return answer


ROW = {
    "id": 7,
    "status": 42,
    "subject": "x",
    "created_at": "2025-01-01T00:00:00Z",
    "updated_at": "2025-01-02T00:00:00Z",
}


async def test_keys_to_files_are_in_no_report(over):
    link = "https://acme.attachments.freshdesk.com/inline/attachment?token=canary"
    row = {**ROW, "status": "x", "description": f'<img src="{link}">', "attachments": [{"attachment_url": link}]}
    provider = over(answering(tickets=[row], ticket_fields=[]))
    (unread,) = (await provider.changes("tickets", None)).unreadable
    assert unread.remote_id == "7" and "canary" not in json.dumps(unread.raw) + unread.reason


async def test_bytes_that_are_no_text_cost_their_row_only(over):
    body = b'[{"id": 6, "subject": "\xff", "updated_at": "2025-01-02T00:00:00Z"}, ' + json.dumps(ROW).encode() + b"]"
    batch = await over(answering(tickets=body, ticket_fields=[])).changes("tickets", None)
    assert [one.remote_id for one in batch.records] == ["7"]
    assert [one.reason for one in batch.unreadable] == [
        "Freshdesk sent a Ticket we cannot read, at $: this is no valid JSON."
    ]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"", b"[{", b'{"message": "no"}', b"null", b"[" * 90_000])
async def test_an_answer_that_is_no_list_is_an_error(over, body):
    with pytest.raises(Unreadable):
        await over(answering(tickets=body, ticket_fields=[])).changes("tickets", None)


async def test_a_status_made_a_moment_ago_is_looked_up_again(over, clock):
    """At most once a minute: it may also be one that was taken away."""
    status = {"id": 1, "name": "status", "type": "default_status", "default": True, "choices": {"2": ["Open", "Open"]}}
    asked: list[httpx.Request] = []

    def fields(request: httpx.Request) -> object:
        asked.append(request)
        return [
            {**status, "choices": {"2": ["Open", "Open"], "42": ["On hold", "On hold"]}} if len(asked) > 1 else status
        ]

    provider = over(answering(tickets=[ROW], ticket_fields=fields))
    batch = await provider.changes("tickets", None)
    assert batch.records[0].status is TicketStatus.UNKNOWN and len(asked) == 1
    clock.advance(61)
    batch = await provider.changes("tickets", None)
    assert batch.records[0].status is TicketStatus.ON_HOLD and len(asked) == 2
    clock.advance(300)
    await provider.changes("tickets", None)
    assert len(asked) == 2


async def test_a_page_the_vendor_does_not_show_is_loud(over):
    """Behind it there may be rows: the list does not just end there."""

    def contacts(request: httpx.Request) -> httpx.Response:
        page, size = int(request.url.params["page"]), int(request.url.params["per_page"])
        if page * size > 400:
            refusal = {"errors": [{"field": "page", "message": "too deep", "code": "invalid_value"}]}
            return httpx.Response(400, json=refusal)
        first = (page - 1) * size
        rows = [{"id": first + n, "name": "x", "updated_at": "2025-01-02T00:00:00Z"} for n in range(1, size + 1)]
        return httpx.Response(200, json=rows, headers={"link": f'<{request.url}>; rel="next"'})

    def answer(request: httpx.Request) -> httpx.Response:
        return contacts(request)

    provider, checkpoint, shown = over(answer), None, 0
    with pytest.raises(WindowStuck, match="does not show page"):
        for _ in range(20):
            batch = await provider.changes("contacts", checkpoint)
            checkpoint, shown = batch.checkpoint, shown + batch.rows
    assert shown >= 300

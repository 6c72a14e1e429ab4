"""Every stream against the vendor's face on the pretend company: what a copy has is what is there."""

from __future__ import annotations

import re
from random import Random

import pytest

from models.enums import DetailLevel, Kind, Lifecycle, OrderDirection, TicketOrderField
from models.errors import BadInput, HelpdeskError, TimedOut, Unavailable, Unreadable, Unsupported
from models.queries import ArticleQuery, PageRequest, Scope, TicketFilter, TicketOrder, TicketQuery
from models.records import Article
from providers.freshdesk.simulator import AGENT, OLDER, Profile
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.words import language
from providers.upstream import Lane, UpstreamPolicy, lane_is
from sandbox.listing import TicketQuery as Asked
from tests.providers.freshdesk.reader import Copy, Desk, timeless

ALL = Scope(tenant="t")
WHOLE = PageRequest(size=100_000, wants=frozenset({"description", "stats"}))


def same(desk: Desk, copy: Copy) -> None:
    """Tickets and people of every state, firms, staff: neither more nor less."""
    assert copy.ids(Kind.TICKET, Lifecycle.ACTIVE) == desk.ids("live")
    assert copy.ids(Kind.TICKET, Lifecycle.DELETED) == desk.ids("deleted")
    assert copy.ids(Kind.TICKET, Lifecycle.SPAM) == desk.ids("spam")
    for ticket in desk.company.tickets.page(Asked(), limit=100_000):
        held = copy.of(Kind.TICKET)[str(ticket.number)]
        assert (held.updated_at, held.subject, list(held.tags)) == (ticket.updated, ticket.subject, list(ticket.tags))
    assert copy.ids(Kind.CONTACT, Lifecycle.ACTIVE) == desk.people("verified", "unverified", "blocked")
    assert copy.ids(Kind.CONTACT, Lifecycle.DELETED) == desk.people("deleted")
    firms = desk.company.organizations.page(limit=100_000)
    assert copy.ids(Kind.ORGANIZATION) == {str(Base.COMPANY.id(firm.number)) for firm in firms}


async def live_tickets(desk: Desk, *lifecycles: Lifecycle):
    query = TicketQuery(
        filter=TicketFilter(lifecycle=lifecycles),
        order=TicketOrder(field=TicketOrderField.UPDATED_AT, direction=OrderDirection.ASC),
    )
    return [row.record for row in (await desk.provider.tickets(ALL, query, WHOLE)).rows]


@pytest.mark.slow
async def test_a_full_read_is_everything_there_is(desk_of):
    desk = desk_of(2_000)
    copy = Copy(desk.provider)
    await copy.catch_up()
    same(desk, copy)
    assert not copy.unread and not copy.gone
    assert len(copy.ids(Kind.TICKET, Lifecycle.ACTIVE)) > 1_800


async def test_what_is_copied_is_what_is_shown_live(desk_of):
    """Field by field, through the same mapping and other calls."""
    desk = desk_of(250)
    copy = Copy(desk.provider)
    await copy.catch_up()
    provider = desk.provider
    live = await live_tickets(desk, Lifecycle.ACTIVE, Lifecycle.DELETED, Lifecycle.SPAM)
    assert list(timeless(live)) == list(timeless(copy.of(Kind.TICKET)[one.remote_id] for one in live))
    assert len(live) == len(copy.of(Kind.TICKET))
    for kind, found in (
        (Kind.AGENT, await provider.agents(ALL)),
        (Kind.GROUP, await provider.groups(ALL)),
    ):
        assert list(timeless(found)) == list(timeless(copy.of(kind)[one.remote_id] for one in found)) != []
        assert len(found) == len(copy.of(kind))
    assert copy.catalogues["fields"] == tuple(await provider.ticket_fields(ALL))
    assert copy.catalogues["statuses"] == tuple(await provider.statuses(ALL))
    assert copy.catalogues["products"] == tuple(await provider.products(ALL))
    assert copy.catalogues["folders"] == tuple(await provider.article_folders(ALL))
    assert dict(copy.catalogues["group_members"]) == await provider.group_members(ALL)


async def test_times_of_answering_and_solving_are_in_the_rows(desk_of):
    desk = desk_of(250)
    copy = Copy(desk.provider)
    await copy.catch_up("tickets")
    for ident, held in copy.of(Kind.TICKET).items():
        ticket = desk.company.tickets.get(int(ident))
        assert held.first_responded_at == ticket.first_responded and held.reopens is None
        assert held.resolved_at == (ticket.solved if ticket.status in ("solved", "closed") else None)
        assert held.body_text == ticket.text and held.attachments is None and held.detail is DetailLevel.LISTED


async def test_articles_come_with_all_their_languages(desk_of):
    desk = desk_of(50)
    copy = Copy(desk.provider)
    await copy.catch_up("articles")
    known = {str(Base.ARTICLE.id(one.number)): one for one in desk.company.knowledge.articles()}
    assert copy.ids(Kind.ARTICLE) == known.keys()
    assert sum(len(one.others) for one in copy.of(Kind.ARTICLE).values()) > 20
    rows = (await desk.provider.articles(ALL, ArticleQuery(), WHOLE)).rows
    live = {row.record.remote_id: row.record for row in rows}
    for ident, held in copy.of(Kind.ARTICLE).items():
        told = [held.article, *held.others]
        assert {one.locale for one in told} == {language(locale) for locale in known[ident].translations}
        assert [one.locale for one in held.translations] == [one.locale for one in told]
        assert held.article.locale == "en" and all(isinstance(one, Article) for one in told)
        same_as_live = live[ident]
        assert held.article.body_html == same_as_live.body_html
        assert held.article.visibility is same_as_live.visibility and held.article.detail is DetailLevel.FULL


@pytest.mark.slow
async def test_from_every_checkpoint_the_copy_becomes_whole(desk_of):
    desk = desk_of(320)
    copy, known = Copy(desk.provider), []
    for spec in desk.provider.streams:
        while True:
            known.append((spec.name, copy.again()))
            if not (await copy.take(spec.name)).more:
                break
    same(desk, copy)
    dice = Random(4)
    for stream, again in known:
        desk.world.mutate(dice.randrange(6))
        desk.clock.advance(30)
        again.checkpoints = {stream: at for name, at in again.checkpoints.items() if (stream := name)}
        await again.catch_up(stream)
    last = known[-1][1]
    await last.catch_up()
    await last.catch_up()
    same(desk, last)


@pytest.mark.slow
async def test_a_busy_desk_is_read_while_people_work(desk_of):
    desk = desk_of(600)
    copy = Copy(desk.provider)
    before = {ticket.number: ticket.updated for ticket in desk.company.tickets.page(Asked(), limit=10_000)}

    def work() -> None:
        desk.world.mutate(7)
        desk.clock.advance(3)

    await copy.catch_up(between=work)
    unchanged = {
        str(number)
        for number, moment in before.items()
        if (ticket := desk.company.tickets.get(number)) and ticket.updated == moment and ticket.state == "live"
    }
    assert copy.ids(Kind.TICKET) >= unchanged
    for _ in range(2):
        desk.clock.advance(300)
        await copy.catch_up()
    same(desk, copy)


@pytest.mark.slow
async def test_hundreds_of_one_second_are_read_while_they_are_edited(desk_of):
    """A bulk edit of long ago fills five pages with one second; another one goes on while these are read."""
    desk = desk_of(1_700, storm=400)
    copy = Copy(desk.provider)
    seconds: dict[object, int] = {}
    for ticket in desk.company.tickets.page(Asked(), limit=10_000):
        seconds[ticket.updated] = seconds.get(ticket.updated, 0) + 1
    stormy = max(seconds, key=lambda moment: seconds[moment])
    assert seconds[stormy] > 450
    chosen = [one.number for one in desk.company.tickets.page(Asked(), limit=10_000) if one.updated == stormy]

    def edited() -> None:
        desk.clock.advance(1)
        for number in chosen[:17]:
            desk.company.tickets.update(number, priority="high")
        del chosen[:17]

    batches, watermark = 0, None
    while True:
        batch = await copy.take("tickets")
        batches += 1
        if watermark is not None:
            assert batch.watermark >= watermark
        watermark = batch.watermark
        if not batch.more:
            break
        if watermark >= stormy and batches % 2:
            edited()
    await copy.catch_up("tickets")
    assert len(chosen) < 460
    assert copy.ids(Kind.TICKET) == desk.ids("live")
    for ticket in desk.company.tickets.page(Asked(), limit=10_000):
        assert copy.of(Kind.TICKET)[str(ticket.number)].updated_at == ticket.updated


@pytest.mark.parametrize(
    "profile",
    [
        OLDER,
        Profile(contacts_updated_since="_updated_since", offset_times=True, loose_link=True, decimal_headers=True),
        Profile(contacts_updated_since="updated_since", tie_break="order", multilingual=False),
        Profile(flexible_hierarchy=False, customer_health=False, size_key="file_size", nested_choices="array"),
    ],
    ids=["older", "spelt otherwise", "ties the other way", "a smaller plan"],
)
async def test_other_accounts_are_copied_as_well(desk_of, profile):
    desk = desk_of(120, profile)
    copy = Copy(desk.provider)
    await copy.catch_up()
    desk.clock.advance(600)
    desk.world.mutate(40)
    person = desk.company.people.page(limit=1)[0]
    desk.company.people.update(person.number, name="Changed Name")
    for _ in range(2):
        await copy.catch_up()
    same(desk, copy)
    assert not copy.unread
    assert copy.of(Kind.CONTACT)[str(Base.USER.id(person.number))].name == "Changed Name"


async def test_a_key_without_rights_gets_names(desk_of):
    desk = desk_of(60, secret=AGENT.secret)
    copy = Copy(desk.provider)
    await copy.catch_up()
    agents, groups = copy.of(Kind.AGENT).values(), copy.of(Kind.GROUP).values()
    assert agents and all(one.name and one.detail is DetailLevel.LISTED for one in (*agents, *groups))
    assert "group_members" not in copy.catalogues and copy.catalogues["products"]
    assert copy.ids(Kind.TICKET, Lifecycle.ACTIVE) == desk.ids("live")


async def test_a_quiet_desk_costs_a_call_a_stream(desk_of):
    desk = desk_of(250)
    copy = Copy(desk.provider)
    await copy.catch_up()
    taken = copy.taken
    desk.controls.calls.clear()
    for stream in ("tickets", "tickets-deleted", "tickets-spam", "contacts", "contacts-deleted", "contacts-blocked"):
        desk.clock.advance(60)
        batch = await copy.take(stream)
        assert batch.rows == 0 and not batch.more and batch.watermark == desk.clock.now()
    await copy.take("organizations-updated")
    assert copy.taken == taken and len(desk.controls.calls.lines()) == 7


async def test_the_first_batch_says_how_many_there_may_be(desk_of):
    desk = desk_of(250)
    first = await desk.provider.changes("tickets", None)
    assert first.expected == len(desk.ids("live")) and first.more
    assert (await desk.provider.changes("tickets", first.checkpoint)).expected is None
    asked = desk.controls.calls.lines()[-1]
    assert all(word in asked for word in ("include=description,stats", "order_by=updated_at", "order_type=asc"))
    desk.controls.faults.add({"kind": "status", "path": "/api/v2/search/*", "status": 400})
    assert (await desk.provider.changes("tickets", None)).expected is None


async def test_changes_keep_to_the_share_of_the_background(desk_of):
    """Twenty credits a minute, of which the background may have fourteen: two pages at five credits."""
    desk = desk_of(700, plenty=False)
    desk.controls.limits("freshdesk").figures["tickets"] = 20
    copy, began = Copy(desk.provider), desk.clock.now()
    with lane_is(Lane.BACKGROUND):
        await copy.catch_up("tickets")
    pages = sum("include=" in line for line in desk.controls.calls.lines())
    assert 7 <= pages <= 9 and copy.ids(Kind.TICKET) == desk.ids("live")
    assert (desk.clock.now() - began).total_seconds() >= 60 * (pages // 2 - 1)
    assert all(call.status == 200 for call in desk.controls.calls.log)


async def test_a_failed_call_leaves_the_checkpoint_good(desk_of):
    desk = desk_of(450)
    copy = Copy(desk.provider)
    for turn in range(3):
        await copy.take("tickets")
        desk.controls.faults.add({"kind": "status", "path": "/api/v2/tickets", "status": 503, "times": 3})
        desk.clock.advance(60)
        with pytest.raises(Unavailable):
            await copy.take("tickets")
        desk.clock.advance(120 + turn)
    await copy.catch_up("tickets")
    assert copy.ids(Kind.TICKET) == desk.ids("live")


async def test_pages_that_are_too_much_are_asked_for_in_smaller_portions(desk_of):
    """Until they are answered; and in larger ones again, by and by."""
    desk = desk_of(1_400)
    copy = Copy(desk.provider)
    slow = {"kind": "stall", "path": "/api/v2/tickets", "query": "*per_page=100", "method": "GET"}
    faults = [desk.controls.faults.add({**slow, "query": f"*per_page={size}*"}) for size in (100, 50)]
    for _ in range(4):
        desk.clock.advance(120)
        try:
            await copy.take("tickets")
        except TimedOut:
            continue
    assert len(copy.ids(Kind.TICKET)) >= 24 and "per_page=25" in desk.controls.calls.lines()[-1]
    for fault in faults:
        desk.controls.faults.remove(fault.number)
    await copy.catch_up("tickets")
    assert copy.ids(Kind.TICKET) == desk.ids("live")
    assert {50, 100} <= {int(size) for line in desk.controls.calls.lines() for size in re.findall(r"page=(\d+)", line)}


async def test_a_page_that_is_larger_than_we_accept_is_asked_for_in_smaller_ones(desk_of):
    desk = desk_of(150, policy=UpstreamPolicy(decoded_bytes=90_000))
    copy = Copy(desk.provider)
    with pytest.raises(Unreadable, match="larger than we accept"):
        await copy.take("tickets")
    await copy.catch_up("tickets")
    assert copy.ids(Kind.TICKET) == desk.ids("live")


async def test_no_ticket_is_stored_under_words_that_could_not_be_read(desk_of):
    """A live list falls back to the vendor's own words for a moment; a copy would keep them."""
    desk = desk_of(120)
    fault = desk.controls.faults.add({"kind": "status", "path": "/api/v2/ticket_fields", "status": 500})
    with pytest.raises(HelpdeskError):
        await desk.provider.changes("tickets", None)
    desk.controls.faults.remove(fault.number)
    desk.clock.advance(300)
    copy = Copy(desk.provider)
    await copy.catch_up("tickets")
    labels = {one.status_native.label for one in copy.of(Kind.TICKET).values()}
    assert len(labels) > 4 and not any(label.isdecimal() for label in labels)


async def test_merged_tickets_are_the_closed_tickets_they_are_to_the_api(desk_of):
    desk = desk_of(120)
    copy = Copy(desk.provider)
    await copy.catch_up("tickets")
    first, second = [int(one) for one in sorted(desk.ids("live"), key=int)[-2:]]
    desk.clock.advance(60)
    desk.company.tickets.merge(first, [second])
    await copy.catch_up("tickets")
    held = copy.of(Kind.TICKET)[str(second)]
    assert held.status.value == "CLOSED" and held.merged_into_id is None and held.lifecycle is Lifecycle.ACTIVE


async def test_articles_move_appear_and_go(desk_of):
    desk = desk_of(30)
    book = desk.company.knowledge
    copy = Copy(desk.provider)
    await copy.catch_up("articles")
    folders = [one.number for one in book.folders() if one.parent is not None]
    moved, removed, *_ = book.articles()
    book.update_article(moved.number, folder=next(one for one in folders if one != moved.folder))
    book.delete_article(removed.number)
    made = book.create_article(folders[0], title="New", html="<p>New</p>", author=1, locale="en")
    desk.clock.advance(3_600)
    await copy.catch_up("articles")
    held = copy.of(Kind.ARTICLE)
    assert str(Base.ARTICLE.id(removed.number)) not in held
    assert held[str(Base.ARTICLE.id(made.number))].article.title == "New"
    where = book.article(moved.number).folder
    assert held[str(Base.ARTICLE.id(moved.number))].article.folder_id == f"folder-{Base.FOLDER.id(where)}"


async def test_the_walk_through_the_folders_is_resumed(desk_of):
    desk = desk_of(30)
    first = Copy(desk.provider)
    batch = await first.take("articles")
    assert batch.more and "folders" in batch.catalogues and not batch.pass_ended
    desk.controls.calls.clear()
    desk.clock.advance(3_600)
    await first.catch_up("articles")
    assert first.ids(Kind.ARTICLE) == {str(Base.ARTICLE.id(one.number)) for one in desk.company.knowledge.articles()}
    read_again = [line for line in desk.controls.calls.lines() if "/articles?" in line]
    assert len(read_again) < len(desk.company.knowledge.folders()) * len(desk.company.knowledge.locales)


async def test_a_stream_that_is_not_there_and_a_foreign_checkpoint(desk_of):
    desk = desk_of(30)
    with pytest.raises(Unsupported, match=r"no stream 'comments'.*tickets-deleted"):
        await desk.provider.changes("comments", None)
    for stream in ("tickets", "tickets-spam", "contacts", "organizations", "articles"):
        for text in ("{", "[]", '{"since": "x"}', "\ud800"):
            with pytest.raises(BadInput) as caught:
                await desk.provider.changes(stream, text)
            assert caught.value.field == "checkpoint"


async def test_streams_have_names_of_their_own_and_one_main_stream_for_each_kind(desk_of):
    streams = desk_of(30).provider.streams
    assert len({one.name for one in streams}) == len(streams)
    assert sorted(one.kind for one in streams if one.main) == sorted({one.kind for one in streams})
    assert all(60 <= one.every_s <= 3_600 for one in streams)

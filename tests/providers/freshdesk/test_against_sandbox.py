"""The client against the vendor's face on the pretend company: written from the same facts by other hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import pytest

from models.enums import (
    ActorKind,
    ArticleState,
    ArticleVisibility,
    CommentVisibility,
    HealthState,
    Lifecycle,
    OrderDirection,
    SearchKind,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
)
from models.errors import BudgetExhausted, CredentialsRejected, HelpdeskError, NotFound
from models.queries import (
    ArticleQuery,
    ContactQuery,
    NewRequester,
    OrganizationQuery,
    PageRequest,
    Scope,
    TicketDraft,
    TicketFilter,
    TicketOrder,
    TicketQuery,
    TimeRange,
)
from models.records import Ticket
from providers import Link, Parts, build
from providers.base import Provider
from providers.freshdesk.simulator import ADMIN, AGENT, OLDER, Profile, face
from providers.upstream import recording
from runtime.clock import ManualClock
from sandbox.app import create_sandbox
from sandbox.controls import Controls
from sandbox.inprocess import InProcess
from sandbox.world import World

ALL = Scope(tenant="t")
WHOLE = PageRequest(size=10_000)


class Plenty(dict[str, float]):
    """Limits nobody reaches: the client would keep to the real ones."""

    def get(self, name, default=None):
        return 1_000_000


class Bench:
    """A desk, its controls, and a provider linked to it."""

    def __init__(self, link: Link, profile: Profile, secret: str, tickets: int) -> None:
        self.clock = ManualClock()
        self.controls = Controls(self.clock)
        self.controls.limits("freshdesk").figures = Plenty()
        self.world = World(5, {"freshdesk": tickets}, self.controls.clock)
        faces = {"freshdesk": lambda desk, controls: face(desk, controls, profile)}
        app = create_sandbox(self.world, faces, self.controls)
        where = msgspec.structs.replace(link, base_url="http://127.0.0.1/freshdesk", secrets={"api_key": secret})
        self.provider: Provider = build(where, Parts(clock=self.clock, transport=InProcess(app)))


@pytest.fixture
async def bench(link):
    made: list[Bench] = []

    def make(profile: Profile | None = None, secret: str = ADMIN.secret, tickets: int = 600) -> Bench:
        made.append(Bench(link, profile or Profile(), secret, tickets))
        return made[-1]

    yield make
    for one in made:
        await one.provider.aclose()


async def walked(
    desk: Provider, query: TicketQuery, size: int, scope: Scope = ALL, backward: bool = False
) -> list[Ticket]:
    found: list[Ticket] = []
    place = None
    while True:
        request = PageRequest(size=size, backward=backward, **{"before" if backward else "after": place})
        page = await desk.tickets(scope, query, request)
        rows = [row.record for row in (page.rows[-size:] if backward else page.rows[:size])]
        found = rows + found if backward else found + rows
        if not rows or (not page.more and len(page.rows) <= size):
            return found
        place = page.rows[-size:][0].place if backward else page.rows[:size][-1].place


@pytest.mark.parametrize("field", [TicketOrderField.CREATED_AT, TicketOrderField.UPDATED_AT])
@pytest.mark.parametrize("direction", OrderDirection)
async def test_a_walk_shows_every_live_ticket_once_in_order_both_ways(bench, field, direction):
    desk = bench().provider
    query = TicketQuery(order=TicketOrder(field=field, direction=direction))
    found = await walked(desk, query, 100)
    moment = (lambda one: one.created_at) if field is TicketOrderField.CREATED_AT else (lambda one: one.updated_at)
    ranked = sorted(found, key=lambda one: (moment(one), int(one.remote_id)), reverse=query.order.descending)
    assert [one.remote_id for one in found] == [one.remote_id for one in ranked]
    assert len({one.remote_id for one in found}) == len(found) > 200
    assert [one.remote_id for one in await walked(desk, query, 70, backward=True)] == [one.remote_id for one in found]


async def test_the_walk_goes_on_while_the_desk_is_busy(bench):
    one = bench()
    query = TicketQuery(order=TicketOrder(direction=OrderDirection.ASC))
    before = {found.remote_id: found.updated_at for found in await walked(one.provider, query, 100)}
    seen: list[str] = []
    place = None
    while True:
        page = await one.provider.tickets(ALL, query, PageRequest(size=25, after=place))
        rows = page.rows[:25]
        seen += [row.record.remote_id for row in rows]
        if not rows or (not page.more and len(page.rows) <= 25):
            break
        place = rows[-1].place
        one.world.mutate(3)
        one.clock.advance(7)
    after = {found.remote_id: found.updated_at for found in await walked(one.provider, query, 100)}
    unchanged = [ident for ident, moment in before.items() if after.get(ident) == moment]
    assert unchanged
    assert [ident for ident in seen if ident in set(unchanged)] == unchanged


async def test_a_list_of_a_hundred_with_its_people_costs_at_most_four_calls(bench):
    desk = bench().provider
    await desk.agents(ALL)
    await desk.groups(ALL)
    wants = frozenset({"requester", "organization"})
    with recording() as calls:
        page = await desk.tickets(ALL, TicketQuery(), PageRequest(size=100, wants=wants))
        ids = [row.record.assignee_id for row in page.rows if row.record.assignee_id]
        agents = await desk.agents_by_id(ALL, ids)
    assert sum(not call.cached for call in calls) <= 4
    assert all(row.record.requester and row.record.requester.name for row in page.rows)
    assert sum(agent is not None for agent in agents) > len(agents) * 0.8  # some have left since, and are contacts now


async def test_comments_of_twenty_tickets_are_twenty_calls_and_begin_with_the_request(bench):
    one = bench()
    page = await one.provider.tickets(ALL, TicketQuery(), PageRequest(size=20, wants=frozenset({"description"})))
    tickets = [row.record for row in page.rows[:20]]
    with recording() as calls:
        found = await one.provider.comments(ALL, tickets, 50)
    assert len(calls) == 20 and len({call.path for call in calls}) == 20
    for ticket, comments in zip(tickets, found, strict=True):
        assert not isinstance(comments, HelpdeskError)
        first = comments.items[0]
        assert (first.remote_id, first.body_html) == (f"{ticket.remote_id}/0", ticket.body_html)
        assert [c.created_at for c in comments.items] == sorted(c.created_at for c in comments.items)
        bodies = [comment.body_text for comment in comments.items[:2]]
        assert len(set(bodies)) == len(bodies)


async def conversing(one: Bench, conversations: Sequence[int]) -> list[Ticket]:
    """As many new tickets as numbers, each with so many conversations behind its request, as list rows."""
    desk, made = one.world.desk("freshdesk"), {}
    person = next(desk.tickets.get(number).requester for number in range(600, 0, -1) if desk.tickets.get(number))
    for count in conversations:
        ticket = desk.tickets.create(subject=f"With {count}", requester=person, text=words(0))
        for number in range(1, count + 1):
            desk.messages.add(ticket.number, author=person, public=number % 3 > 0, text=words(number))
            one.clock.advance(1)
        made[str(ticket.number)] = count
    wants = frozenset({"description"})
    page = await one.provider.tickets(ALL, TicketQuery(), PageRequest(size=len(made), wants=wants))
    rows = {row.record.remote_id: row.record for row in page.rows}
    return [rows[ident] for ident in made]


def words(number: int) -> str:
    return f"Words {number} of this conversation."


async def test_twenty_tickets_with_up_to_a_hundred_conversations_are_twenty_calls(bench):
    one = bench()
    counts = [100, 99, 98, 1, 0] * 4
    tickets = await conversing(one, counts)
    one.controls.calls.clear()
    with recording() as calls:
        found = await one.provider.comments(ALL, tickets, 1000)
    assert len({call.path for call in calls}) == 20
    assert len(calls) == one.controls.calls.count("freshdesk") == 20
    for count, comments in zip(counts, found, strict=True):
        assert [c.body_text for c in comments.items] == [words(number) for number in range(count + 1)]
        assert comments.complete


@pytest.mark.parametrize(("conversations", "cost"), [(99, 1), (100, 1), (101, 2), (200, 2), (201, 3)])
async def test_only_what_exceeds_a_hundred_conversations_costs_a_call_more(bench, conversations, cost):
    one = bench()
    tickets = await conversing(one, [conversations])
    with recording() as calls:
        (found,) = await one.provider.comments(ALL, tickets, 1000)
    assert len(calls) == cost and not any(call.cached for call in calls)
    assert found.items[0].remote_id == f"{tickets[0].remote_id}/0"
    assert [c.body_text for c in found.items] == [words(number) for number in range(conversations + 1)]
    assert len({c.remote_id for c in found.items}) == conversations + 1
    assert found.complete


async def test_a_page_of_a_hundred_comments_is_one_call_however_long_the_conversation(bench):
    """One comment more is asked for, which tells whether there is another page."""
    one = bench()
    tickets = await conversing(one, [99, 100, 101])
    with recording() as calls:
        found = await one.provider.comments(ALL, tickets, 101)
    assert len(calls) == 3
    assert [len(comments.items) for comments in found] == [100, 101, 101]
    assert [comments.complete for comments in found] == [True, True, False]


@pytest.mark.parametrize(
    "asked",
    [
        TicketFilter(priority=(TicketPriority.URGENT,)),
        TicketFilter(status=(TicketStatus.ON_HOLD, TicketStatus.PENDING)),
        TicketFilter(tags_any=("refund",)),
    ],
)
async def test_a_searched_filter_finds_what_the_list_shows(bench, asked):
    one = bench()
    everything = await walked(one.provider, TicketQuery(), 100)
    query = TicketQuery(filter=asked)
    expected = [
        found.remote_id
        for found in everything
        if (not asked.priority or found.priority in asked.priority)
        and (not asked.status or found.status in asked.status)
        and (not asked.tags_any or set(found.tags) & set(asked.tags_any))
    ]
    if len(expected) > 300:
        pytest.fail("the seed gives too many for this test")
    assert [found.remote_id for found in await walked(one.provider, query, 20)] == expected


async def test_filters_the_list_knows(bench):
    desk = bench().provider
    everything = await walked(desk, TicketQuery(), 100)
    some = next(one for one in everything if one.organization_id)
    cases: list[tuple[TicketFilter, Callable[[Ticket], bool]]] = [
        (TicketFilter(requester_id=some.requester_id), lambda one: one.requester_id == some.requester_id),
        (TicketFilter(organization_id=some.organization_id), lambda one: one.organization_id == some.organization_id),
        (
            TicketFilter(organization_id=some.organization_id, status=(some.status,)),
            lambda one: one.organization_id == some.organization_id and one.status is some.status,
        ),
        (
            TicketFilter(organization_id=some.organization_id, channel=(some.channel,)),
            lambda one: one.organization_id == some.organization_id and one.channel is some.channel,
        ),
        (TicketFilter(updated_at=TimeRange(gt=some.updated_at)), lambda one: one.updated_at > some.updated_at),
        (TicketFilter(created_at=TimeRange(gte=some.created_at)), lambda one: one.created_at >= some.created_at),
    ]
    for asked, holds in cases:
        found = await walked(desk, TicketQuery(filter=asked), 30)
        assert [one.remote_id for one in found] == [one.remote_id for one in everything if holds(one)], asked
    contact = (await desk.contacts_by_id(ALL, [some.requester_id]))[0]
    mine = await walked(desk, TicketQuery(filter=TicketFilter(requester_email=contact.email)), 30)
    assert {one.requester_id for one in mine} == {some.requester_id}
    for asked, _ in cases[-2:]:
        ascending = TicketOrder(direction=OrderDirection.ASC)
        low = [one.remote_id for one in await walked(desk, TicketQuery(filter=asked, order=ascending), 30)]
        assert low == [one.remote_id for one in await walked(desk, TicketQuery(filter=asked), 30)][::-1]


@pytest.mark.parametrize("lifecycle", [Lifecycle.SPAM, Lifecycle.DELETED])
async def test_spam_and_deleted_tickets_are_lists_of_their_own(bench, lifecycle):
    desk = bench().provider
    found = await walked(desk, TicketQuery(filter=TicketFilter(lifecycle=(lifecycle,))), 50)
    live = {one.remote_id for one in await walked(desk, TicketQuery(), 100)}
    assert found and {one.lifecycle for one in found} == {lifecycle}
    assert not live & {one.remote_id for one in found}
    both = TicketFilter(lifecycle=(Lifecycle.ACTIVE, lifecycle))
    assert len(await walked(desk, TicketQuery(filter=both), 90)) == len(live) + len(found)


@pytest.mark.parametrize("answer", [200, 403, 404])
async def test_a_deleted_ticket_by_id_is_shown_as_deleted_or_not_there(bench, answer):
    desk = bench(Profile(soft_deleted_ticket=answer)).provider
    query = TicketQuery(filter=TicketFilter(lifecycle=(Lifecycle.DELETED,)))
    gone = (await desk.tickets(ALL, query, PageRequest(size=1))).rows[0].record
    found = (await desk.tickets_by_id(ALL, [gone.remote_id]))[0]
    assert found is None or found.lifecycle is Lifecycle.DELETED
    assert (found is not None) == (answer == 200)


async def test_an_archived_ticket_is_found_by_id_only(bench):
    one = bench(tickets=2_000)
    shown = {found.remote_id for found in await walked(one.provider, TicketQuery(), 100)}
    candidates = [str(number) for number in range(1, 100) if str(number) not in shown]
    found = [ticket for ticket in await one.provider.tickets_by_id(ALL, candidates) if ticket is not None]
    archived = [ticket for ticket in found if ticket.lifecycle is Lifecycle.ARCHIVED]
    assert archived
    comments = (await one.provider.comments(ALL, archived[:1], 5))[0]
    assert comments.items[0].remote_id == f"{archived[0].remote_id}/0"


async def bound_to_somebody(desk: Provider) -> tuple[Scope, str, list[Ticket]]:
    everything = await walked(desk, TicketQuery(), 100)
    ours = next(one.organization_id for one in everything if one.organization_id)
    return Scope(tenant="t", organizations={desk.info.key: frozenset({ours})}), ours, everything


async def test_a_bound_caller_sees_its_own_organization_only(bench):
    desk = bench().provider
    scope, ours, everything = await bound_to_somebody(desk)
    mine = [one for one in everything if one.organization_id == ours]
    theirs = [one for one in everything if one.organization_id != ours]
    assert [one.remote_id for one in await walked(desk, TicketQuery(), 7, scope)] == [one.remote_id for one in mine]
    by_id = await desk.tickets_by_id(scope, [mine[0].remote_id, theirs[0].remote_id])
    assert [one is not None for one in by_id] == [True, False]
    lists = await desk.comments(scope, [*mine, *theirs[:3]], 100)
    assert all(c.visibility is CommentVisibility.PUBLIC for one in lists for c in one.items)
    assert [len(one.items) > 0 for one in lists] == [True] * len(mine) + [False] * 3
    contacts = await desk.contacts(scope, ContactQuery(), WHOLE)
    assert contacts.rows and all(ours in row.record.organization_ids for row in contacts.rows)
    strangers = [one.requester_id for one in theirs][:40]
    agents = {one.remote_id for one in await desk.agents(scope)}
    shown = await desk.contacts_by_id(scope, [one for one in strangers if one not in agents])
    assert None in shown
    assert all(ours in one.organization_ids for one in shown if one)
    organizations = await desk.organizations(scope, OrganizationQuery(), WHOLE)
    assert [row.record.remote_id for row in organizations.rows] == [ours]
    assert await desk.organizations_by_id(scope, [theirs[0].organization_id or "1"]) == [None]
    nobody = Scope(tenant="t", organizations={})
    assert (await desk.tickets(nobody, TicketQuery(), WHOLE)).rows == ()
    assert (await desk.contacts(nobody, ContactQuery(), WHOLE)).rows == ()
    assert (await desk.organizations(nobody, OrganizationQuery(), WHOLE)).rows == ()


async def test_a_caller_bound_to_several_organizations_has_one_ordered_list(bench):
    desk = bench().provider
    everything = await walked(desk, TicketQuery(), 100)
    some = frozenset(dict.fromkeys(one.organization_id for one in everything if one.organization_id).keys())
    some = frozenset(sorted(some)[:4])
    scope = Scope(tenant="t", organizations={"fd": some})
    expected = [one.remote_id for one in everything if one.organization_id in some]
    assert len(expected) > 5
    for size in (40, 9):
        assert [one.remote_id for one in await walked(desk, TicketQuery(), size, scope)] == expected
        assert [one.remote_id for one in await walked(desk, TicketQuery(), size, scope, backward=True)] == expected
    contacts = await desk.contacts(scope, ContactQuery(), WHOLE)
    ids = [row.record.remote_id for row in contacts.rows]
    assert len(ids) == len(set(ids)) > 3


async def test_a_bound_caller_reads_open_articles_only(bench):
    desk = bench().provider
    scope, _, _ = await bound_to_somebody(desk)
    everything = [row.record for row in (await desk.articles(ALL, ArticleQuery(), WHOLE)).rows]
    open_to_us = {
        one.remote_id
        for one in everything
        if one.state is ArticleState.PUBLISHED
        and one.visibility in (ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN)
    }
    assert 0 < len(open_to_us) < len(everything)
    mine = (await desk.articles(scope, ArticleQuery(), WHOLE)).rows
    assert {row.record.remote_id for row in mine} == open_to_us
    by_id = await desk.articles_by_id(scope, [one.remote_id for one in everything])
    assert {one.remote_id for one in by_id if one} == open_to_us
    folders = await desk.article_folders(scope)
    assert {one.folder_id for one in everything if one.remote_id in open_to_us} <= {one.remote_id for one in folders}
    assert all(one.visibility in (ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN) for one in folders)


async def test_articles_their_folders_and_their_languages(bench):
    one = bench()
    desk = one.provider
    folders = await desk.article_folders(ALL)
    seen: set[str] = set()
    for folder in folders:
        assert folder.parent_id is None or folder.parent_id in seen
        seen.add(folder.remote_id)
    assert max(folder.level for folder in folders) >= 2
    articles = [row.record for row in (await desk.articles(ALL, ArticleQuery(), WHOLE)).rows]
    assert {article.folder_id for article in articles} <= seen
    pages: list[str] = []
    place = None
    while True:
        page = await desk.articles(ALL, ArticleQuery(), PageRequest(size=4, after=place))
        pages += [row.record.remote_id for row in page.rows[:4]]
        if not page.more and len(page.rows) <= 4:
            break
        place = page.rows[:4][-1].place
    assert pages == [article.remote_id for article in articles]
    told = (await desk.translations(ALL, articles[:1]))[0]
    assert told[0].locale == articles[0].locale
    other = told[1].locale
    shown = await desk.articles_by_id(ALL, [articles[0].remote_id, "5"], other.upper())
    assert (shown[0].title, shown[0].locale, shown[1]) == (told[1].title, other, None)
    assert await desk.articles_by_id(ALL, [articles[0].remote_id], "xx") == [None]
    drafts = await desk.articles(ALL, ArticleQuery(states=(ArticleState.DRAFT,)), WHOLE)
    assert {row.record.state for row in drafts.rows} <= {ArticleState.DRAFT}
    inside = await desk.articles(ALL, ArticleQuery(folder_id=articles[0].folder_id), WHOLE)
    assert {row.record.folder_id for row in inside.rows} == {articles[0].folder_id}


async def test_people_groups_and_memberships(bench):
    desk = bench().provider
    agents = await desk.agents(ALL)
    groups = await desk.groups(ALL)
    members = await desk.group_members(ALL)
    assert set(members) == {group.remote_id for group in groups}
    assert {ident for found in members.values() for ident in found} <= {agent.remote_id for agent in agents}
    contacts = [row.record for row in (await desk.contacts(ALL, ContactQuery(), PageRequest(size=30))).rows[:30]]
    memberships = await desk.memberships(ALL, contacts)
    for contact, found in zip(contacts, memberships, strict=True):
        if contact.organization_id:
            assert found[0].primary and found[0].organization.remote_id == contact.organization_id
    email = next(contact.email for contact in contacts if contact.email)
    assert (await desk.contacts_by_email(ALL, [email.upper(), "nobody@example.test"]))[0].email == email
    as_contact = (await desk.contacts_by_id(ALL, [agents[0].remote_id]))[0]
    assert (as_contact.name, as_contact.remote_id) == (agents[0].name, agents[0].remote_id)
    assert await desk.products(ALL)
    definitions = {one.key: one for one in await desk.ticket_fields(ALL)}
    assert any(one.parent_key in definitions for one in definitions.values())
    statuses = {one.value: one.category for one in await desk.statuses(ALL)}
    assert statuses["2"] is TicketStatus.OPEN and len(statuses) > 5


async def test_a_key_without_rights_knows_names_only(bench):
    desk = bench(secret=AGENT.secret).provider
    agents = await desk.agents(ALL)
    assert agents and all(agent.name and agent.email is None for agent in agents)
    assert all(group.name for group in await desk.groups(ALL))
    page = await desk.tickets(ALL, TicketQuery(), PageRequest(size=20))
    assert {row.record.assignee_id for row in page.rows} & {agent.remote_id for agent in agents}


@pytest.mark.parametrize(
    "profile",
    [
        OLDER,
        Profile(null_arrays=True, empty_stats=True, offset_times=True, size_key="file_size"),
        Profile(nested_choices="lists"),
        Profile(loose_link=True, decimal_headers=True),
        Profile(contacts_updated_since="_updated_since"),
        Profile(search_row_tags=False),
        Profile(flexible_hierarchy=False, multilingual=False),
        Profile(tie_break="reverse"),
    ],
    ids=lambda profile: str(profile)[:0] or "profile",
)
async def test_accounts_differ_and_the_client_reads_them_all(bench, profile):
    desk = bench(profile).provider
    wants = frozenset({"requester", "organization", "stats", "description"})
    page = await desk.tickets(ALL, TicketQuery(), PageRequest(size=60, wants=wants))
    tickets = [row.record for row in page.rows[:10]]
    assert tickets and all(one.updated_at and one.body_text is not None for one in tickets)
    assert all(not isinstance(found, HelpdeskError) for found in await desk.comments(ALL, tickets, 100))
    assert len(await walked(desk, TicketQuery(order=TicketOrder(direction=OrderDirection.ASC)), 100)) > 200
    assert await desk.ticket_fields(ALL)
    since = tickets[-1].created_at - timedelta(days=800)
    contacts = await desk.contacts(ALL, ContactQuery(updated_since=since), PageRequest(size=200))
    assert contacts.rows and all(row.record.updated_at >= since for row in contacts.rows)
    articles = await desk.articles(ALL, ArticleQuery(), PageRequest(size=3))
    assert articles.rows
    await desk.translations(ALL, [articles.rows[0].record])
    urgent = TicketQuery(filter=TicketFilter(priority=(TicketPriority.URGENT,)))
    found = await desk.tickets(ALL, urgent, PageRequest(size=5))
    tagged = {one.remote_id: one.tags for one in await walked(desk, TicketQuery(), 100)}
    assert all(row.record.tags == tagged[row.record.remote_id] for row in found.rows[:5])


async def test_a_ticket_is_made_found_by_its_marker_and_shown(bench):
    one = bench()
    draft = TicketDraft(
        subject="A new lamp",
        body_text="It does not shine.",
        requester=NewRequester(email="new.person@example.test", name="New Person"),
        priority=TicketPriority.HIGH,
        tags=("from-us",),
    )
    plan = await one.provider.plan_ticket(draft, "marker-7")
    made = await one.provider.create_ticket(plan, "key-7")
    assert (made.subject, made.priority, made.status) == ("A new lamp", TicketPriority.HIGH, TicketStatus.OPEN)
    assert "from-us" in made.tags
    found = await one.provider.find_ticket("marker-7")
    assert found is not None and found.remote_id == made.remote_id
    assert await one.provider.find_ticket("marker-8") is None
    first = (await one.provider.tickets(ALL, TicketQuery(), PageRequest(size=1))).rows[0].record
    assert first.remote_id == made.remote_id
    comments = (await one.provider.comments(ALL, [made], 5))[0]
    assert [comment.body_text for comment in comments.items] == ["It does not shine."]
    requester = (await one.provider.contacts_by_id(ALL, [made.requester_id]))[0]
    assert requester.email == "new.person@example.test"


async def test_files_are_read_through_fresh_links(bench):
    one = bench()
    desk = one.provider
    held = []
    place = None
    while len(held) < 3:
        request = PageRequest(size=50, after=place, wants=frozenset({"description"}))
        page = await desk.tickets(ALL, TicketQuery(), request)
        lists = await desk.comments(ALL, [row.record for row in page.rows[:50]], 100)
        held += [(comment, file) for found in lists for comment in found.items for file in comment.attachments or ()]
        place = page.rows[:50][-1].place
    one.clock.advance(10_000)  # longer than any link lives
    for _, file in held[:3]:
        async with desk.open_file(ALL, file.remote_id) as stream:
            data = b"".join([piece async for piece in stream.chunks])
        assert data and (file.byte_size is None or len(data) == file.byte_size)
    nobody = Scope(tenant="t", organizations={"fd": frozenset({"1"})})
    with pytest.raises(NotFound):
        async with desk.open_file(nobody, held[0][1].remote_id):
            pass


async def test_search_over_kinds(bench):
    desk = bench().provider
    contact = next(
        row.record for row in (await desk.contacts(ALL, ContactQuery(), PageRequest(size=20))).rows if row.record.email
    )
    by_email = await desk.search(ALL, contact.email, frozenset({SearchKind.CONTACT}), PageRequest(size=5))
    assert [row.record.record.remote_id for row in by_email.rows] == [contact.remote_id]
    by_name = await desk.search(ALL, contact.name.split()[0], frozenset({SearchKind.CONTACT}), WHOLE)
    assert contact.remote_id in {row.record.record.remote_id for row in by_name.rows}
    company = (await desk.organizations(ALL, OrganizationQuery(), PageRequest(size=1))).rows[0].record
    named = await desk.organizations(ALL, OrganizationQuery(name=company.name), PageRequest(size=5))
    assert [row.record.remote_id for row in named.rows] == [company.remote_id]
    article = (await desk.articles(ALL, ArticleQuery(), PageRequest(size=1))).rows[0].record
    hits = await desk.search(ALL, article.title.split()[-1], frozenset({SearchKind.ARTICLE}), WHOLE)
    assert article.remote_id in {row.record.record.remote_id for row in hits.rows}


async def test_a_wrong_key_names_the_setting(bench):
    desk = bench(secret="wrong").provider
    with pytest.raises(CredentialsRejected, match="FRESHDESK_API_KEY"):
        await desk.tickets(ALL, TicketQuery(), PageRequest(size=1))
    assert (await desk.health()).state is HealthState.DOWN


async def test_actors_of_a_conversation(bench):
    desk = bench().provider
    page = await desk.tickets(ALL, TicketQuery(), PageRequest(size=20, wants=frozenset({"description"})))
    lists = await desk.comments(ALL, [row.record for row in page.rows[:20]], 100)
    refs = [comment.author for found in lists for comment in found.items]
    found = await desk.actors(ALL, refs)
    assert all(who is not None for ref, who in zip(refs, found, strict=True) if ref.kind is ActorKind.PERSON)
    assert {type(who).__name__ for who in found if who} == {"Agent", "Contact"}


async def test_the_limits_of_the_account_are_kept(bench):
    one = bench()
    one.controls.limits("freshdesk").figures = {}
    desk = one.provider
    with pytest.raises(BudgetExhausted) as caught:
        for _ in range(100):
            await desk.tickets(ALL, TicketQuery(), PageRequest(size=50, wants=frozenset({"requester", "stats"})))
    assert 0 < caught.value.retry_after <= 60
    assert one.controls.calls.count("freshdesk") < 100
    budget = {found.name: found.remaining for found in desk.budget().endpoints}
    assert budget["tickets"] is not None and budget["tickets"] < 5 <= (desk.budget().remaining or 0)
    one.clock.advance(61)
    assert (await desk.tickets(ALL, TicketQuery(), PageRequest(size=1))).rows

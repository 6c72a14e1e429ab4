"""The client against the vendor's face on the pretend company: written apart, from the same facts, and met over HTTP
only."""

from __future__ import annotations

import pytest

from models.enums import (
    ActorKind,
    ArticleState,
    Channel,
    CommentVisibility,
    CredentialState,
    HealthState,
    Lifecycle,
    OrderDirection,
    SearchKind,
    TicketOrderField,
    TicketStatus,
    Vendor,
)
from models.errors import CredentialsRejected, IdempotencyMismatch, Unsupported
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
from models.records import CommentList, Ticket
from providers import Link, Parts, build
from providers.base import Provider
from providers.zendesk.simulator import face
from providers.zendesk.ticket_filter import matches
from runtime.clock import ManualClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.inprocess import InProcess
from sandbox.world import World

BASE = "http://127.0.0.1:9400/zendesk"
CLIENT = {"client_id": "deskgraph_sandbox", "client_secret": "sandboxzendeskclientsecret0000000000000000000000000000"}
TOKEN = {"oauth_token": "sandboxzendeskoauthtoken00000000000000000000000000000000"}
SCOPE = Scope(tenant="t")


@pytest.fixture
def sandbox() -> Sandbox:
    controls = Controls(ManualClock())
    controls.limits("zendesk").enabled = False
    return create_sandbox(World(7, {"zendesk": 450}, controls.clock), {"zendesk": face}, controls)


def link(sandbox: Sandbox, secrets: dict[str, str]) -> Provider:
    made = Link(key="zd", vendor=Vendor.ZENDESK, name="Z", domain="acme", base_url=BASE, secrets=secrets)
    return build(made, Parts(clock=sandbox.controls.clock, transport=InProcess(sandbox)))


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    return link(sandbox, TOKEN)


async def walk(provider: Provider, query: TicketQuery, size: int = 100, scope: Scope = SCOPE) -> list[Ticket]:
    out: list[Ticket] = []
    after = None
    while True:
        page = await provider.tickets(scope, query, PageRequest(size=size, after=after))
        rows = page.rows[:size]
        out += [row.record for row in rows]
        if not page.more and len(page.rows) <= size:
            return out
        after = rows[-1].place


async def test_signing_in_by_client_credentials(sandbox: Sandbox) -> None:
    health = await link(sandbox, CLIENT).health()
    assert (health.state, health.credential) == (HealthState.UP, CredentialState.VALID)


@pytest.mark.parametrize(
    "secrets",
    [
        {"oauth_token": "wrong"},
        {"client_id": "deskgraph_sandbox", "client_secret": "wrong"},
        {"email": "a@b.example", "token": "x"},
    ],
)
async def test_wrong_credentials_are_found_out(sandbox: Sandbox, secrets: dict[str, str]) -> None:
    provider = link(sandbox, secrets)
    health = await provider.health()
    assert (health.state, health.credential) == (HealthState.DOWN, CredentialState.REJECTED)
    with pytest.raises(CredentialsRejected, match="ZENDESK_"):
        await provider.groups(SCOPE)


@pytest.mark.parametrize("field", [TicketOrderField.UPDATED_AT, TicketOrderField.NUMBER, TicketOrderField.CREATED_AT])
async def test_a_walk_shows_every_live_ticket_once_and_in_order(provider: Provider, field: TicketOrderField) -> None:
    count = await provider.count_tickets(SCOPE, TicketQuery())
    assert count is not None
    for direction in OrderDirection if field is TicketOrderField.UPDATED_AT else (OrderDirection.DESC,):
        order = TicketOrder(field=field, direction=direction)
        rows = await walk(provider, TicketQuery(order=order))
        assert len(rows) == len({t.remote_id for t in rows}) == count.value
        keys = {
            TicketOrderField.UPDATED_AT: lambda t: (t.updated_at, int(t.remote_id)),
            TicketOrderField.CREATED_AT: lambda t: (t.created_at, int(t.remote_id)),
            TicketOrderField.NUMBER: lambda t: int(t.remote_id),
        }
        assert rows == sorted(rows, key=keys[field], reverse=order.descending)


async def test_a_page_of_a_hundred_with_all_its_people_is_few_calls(sandbox: Sandbox, provider: Provider) -> None:
    await provider.agents(SCOPE)
    await provider.groups(SCOPE)
    sandbox.controls.calls.clear()
    wants = frozenset({"requester", "organization"})
    page = await provider.tickets(SCOPE, TicketQuery(), PageRequest(size=100, wants=wants))
    tickets = [row.record for row in page.rows[:100]]
    assert all(t.organization is not None for t in tickets if t.organization_id)
    await provider.agents_by_id(SCOPE, [t.assignee_id for t in tickets if t.assignee_id])
    people = await provider.contacts_by_id(SCOPE, [t.requester_id or "" for t in tickets])
    assert len(sandbox.controls.calls.lines()) <= 4
    for ticket, person in zip(tickets, people, strict=True):
        deleted = person is None or person.lifecycle is not Lifecycle.ACTIVE
        assert ticket.requester is not None or deleted, "only deleted people may be missing from a sideload"


async def test_by_id_and_back(provider: Provider) -> None:
    rows = await walk(provider, TicketQuery())
    ids = [t.remote_id for t in rows[:150]]
    found = await provider.tickets_by_id(SCOPE, [*reversed(ids), "99999999999"])
    assert [t and t.remote_id for t in found] == [*reversed(ids), None]
    assert [t and t.status for t in found[:-1]] == [t.status for t in reversed(rows[:150])]


async def test_the_first_comment_is_the_request_once(provider: Provider) -> None:
    page = await provider.tickets(SCOPE, TicketQuery(), PageRequest(size=20))
    tickets = [row.record for row in page.rows[:20]]
    found = await provider.comments(SCOPE, tickets, 1_000)
    for ticket, comments in zip(tickets, found, strict=True):
        assert isinstance(comments, CommentList) and comments.complete
        times = [c.created_at for c in comments.items]
        assert times == sorted(times)
        texts = [" ".join(c.body_text.split()) for c in comments.items]
        description = " ".join((ticket.body_text or "").split())
        assert texts.count(description) == 1 and texts[0] == description
        assert all(c.author.kind is not ActorKind.UNKNOWN for c in comments.items)


FILTERS = {
    "status": lambda t: TicketFilter(status=(t.status,)),
    "native": lambda t: TicketFilter(native_status=(t.status_native.value,)),
    "priority": lambda t: TicketFilter(priority=(t.priority,)),
    "type": lambda t: TicketFilter(type=(t.type,)),
    "requester": lambda t: TicketFilter(requester_id=t.requester_id),
    "assignee": lambda t: TicketFilter(assignee_id=t.assignee_id),
    "group": lambda t: TicketFilter(group_id=t.group_id),
    "organization": lambda t: TicketFilter(organization_id=t.organization_id),
    "any tag": lambda t: TicketFilter(tags_any=t.tags),
    "all tags": lambda t: TicketFilter(tags_all=t.tags),
    "channel": lambda t: TicketFilter(channel=(t.channel,)),
    "updated after": lambda t: TicketFilter(updated_at=TimeRange(gte=t.updated_at)),
    "updated before": lambda t: TicketFilter(updated_at=TimeRange(lt=t.updated_at)),
    "created after": lambda t: TicketFilter(created_at=TimeRange(gt=t.created_at)),
    "both": lambda t: TicketFilter(organization_id=t.organization_id, status=(t.status,)),
}


async def test_a_filter_shows_just_what_matches(sandbox: Sandbox, provider: Provider) -> None:
    """Against the whole list, filtered by hand. Searches also find archived tickets, which no list shows."""
    sandbox.controls.clock.advance(600)
    everything = await walk(provider, TicketQuery())
    live = {t.remote_id for t in everything}
    pattern = next(
        t
        for t in everything[40:]
        if t.assignee_id and t.group_id and t.organization_id and len(t.tags) > 1 and t.channel is not Channel.OTHER
    )
    for name, make in FILTERS.items():
        wanted = make(pattern)
        shown = await walk(provider, TicketQuery(filter=wanted))
        assert all(matches(t, wanted) for t in shown), name
        expected = [t.remote_id for t in everything if matches(t, wanted)]
        assert [t.remote_id for t in shown if t.remote_id in live] == expected, name


async def test_people_and_organizations(provider: Provider) -> None:
    page = await provider.contacts(SCOPE, ContactQuery(), PageRequest(size=30))
    people = [row.record for row in page.rows[:30]]
    found = await provider.contacts_by_id(SCOPE, [p.remote_id for p in people])
    assert [p and p.email for p in found] == [p.email for p in people]
    known = next(p for p in people if p.email and p.organization_id)
    (again,) = await provider.contacts_by_email(SCOPE, [(known.email or "").upper()])
    assert again is not None and again.remote_id == known.remote_id
    (memberships,) = await provider.memberships(SCOPE, [known])
    assert memberships[0].primary and memberships[0].organization.remote_id == known.organization_id
    (company,) = await provider.organizations_by_id(SCOPE, [known.organization_id or ""])
    assert company is not None
    named = await provider.organizations(SCOPE, OrganizationQuery(name=company.name), PageRequest(size=5))
    assert [row.record.remote_id for row in named.rows] == [company.remote_id]


async def test_agents_groups_statuses_and_fields(provider: Provider) -> None:
    agents = {a.remote_id for a in await provider.agents(SCOPE)}
    groups = {g.remote_id for g in await provider.groups(SCOPE)}
    members = await provider.group_members(SCOPE)
    assert agents and groups and set(members) <= groups
    assert {m for ms in members.values() for m in ms} <= agents
    statuses = await provider.statuses(SCOPE)
    assert {s.category for s in statuses} >= {TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED}
    keys = {f.key for f in await provider.ticket_fields(SCOPE)}
    page = await provider.tickets(SCOPE, TicketQuery(), PageRequest(size=10))
    assert all(set(row.record.custom_fields) <= keys for row in page.rows)
    assert await provider.products(SCOPE)


async def test_the_help_center(provider: Provider) -> None:
    folders = {f.remote_id: f for f in await provider.article_folders(SCOPE)}
    assert all(f.parent_id is None or f.parent_id in folders for f in folders.values())
    page = await provider.articles(SCOPE, ArticleQuery(), PageRequest(size=200))
    articles = [row.record for row in page.rows]
    assert articles and all(a.folder_id in folders for a in articles)
    translations = await provider.translations(SCOPE, articles[:5])
    for article, shown in zip(articles[:5], translations, strict=True):
        assert shown[0].locale == article.locale
        for other in shown[1:]:
            (read,) = await provider.articles_by_id(SCOPE, [article.remote_id], other.locale)
            assert read is None or (read.locale, read.title) == (other.locale, other.title)
    word = max(articles[0].title.split(), key=len)
    hits = await provider.search(SCOPE, word, frozenset({SearchKind.ARTICLE}), PageRequest(size=10))
    assert articles[0].remote_id in {row.record.record.remote_id for row in hits.rows}


async def read(provider: Provider, scope: Scope, ident: str) -> bytes:
    async with provider.open_file(scope, ident) as file:
        return b"".join([piece async for piece in file.chunks])


async def test_files_of_comments_and_articles(provider: Provider) -> None:
    listed = await provider.tickets(SCOPE, TicketQuery(), PageRequest(size=20))
    lists = await provider.comments(SCOPE, [row.record for row in listed.rows], 100)
    files = [a for c in lists if isinstance(c, CommentList) for m in c.items for a in m.attachments or ()]
    assert files
    for file in files[:5]:
        assert len(await read(provider, SCOPE, file.remote_id)) == file.byte_size
    page = await provider.articles(SCOPE, ArticleQuery(), PageRequest(size=30))
    attached = await provider.article_attachments(SCOPE, [row.record for row in page.rows[:4]])
    for file in [a for one in attached for a in one][:3]:
        assert len(await read(provider, SCOPE, file.remote_id)) == file.byte_size


async def test_creating_is_idempotent_and_the_ticket_is_found(sandbox: Sandbox, provider: Provider) -> None:
    person = NewRequester(name="Ann Lind", email="ann.lind@mail.example")
    draft = TicketDraft(subject="A new lamp", body_html="<p>Hello</p>", requester=person, status=TicketStatus.OPEN)
    plan = await provider.plan_ticket(draft, "dg-1")
    first = await provider.create_ticket(plan, "key-1")
    assert first.subject == "A new lamp"
    assert (await provider.create_ticket(plan, "key-1")).remote_id == first.remote_id
    with pytest.raises(IdempotencyMismatch):
        other = await provider.plan_ticket(TicketDraft(subject="B", body_text="x", requester=person), "dg-2")
        await provider.create_ticket(other, "key-1")
    found = await provider.find_ticket("dg-1")
    assert found is not None and found.remote_id == first.remote_id
    (comments,) = await provider.comments(SCOPE, [first], 10)
    assert isinstance(comments, CommentList) and len(comments.items) == 1
    (requester,) = await provider.contacts_by_email(SCOPE, ["ann.lind@mail.example"])
    assert requester is not None and requester.remote_id == first.requester_id


async def test_a_bound_caller_sees_its_organizations_only(provider: Provider) -> None:
    everything = await walk(provider, TicketQuery())
    owners = sorted({t.organization_id for t in everything if t.organization_id})[:2]
    bound = Scope(tenant="t", organizations={"zd": frozenset(owners)})
    shown = await walk(provider, TicketQuery(), size=7, scope=bound)
    assert [t.remote_id for t in shown] == [t.remote_id for t in everything if t.organization_id in owners]
    found = await provider.tickets_by_id(bound, [t.remote_id for t in everything[:100]])
    assert {t.organization_id for t in found if t} <= set(owners)
    for comments in await provider.comments(bound, shown[:10], 100):
        assert isinstance(comments, CommentList)
        assert all(c.visibility is CommentVisibility.PUBLIC for c in comments.items)
    people = await provider.contacts(bound, ContactQuery(), PageRequest(size=100))
    assert people.rows
    assert all(set(row.record.organization_ids) & set(owners) for row in people.rows)
    hits = await provider.search(bound, "the", frozenset({SearchKind.TICKET}), PageRequest(size=50))
    assert all(row.record.record.organization_id in owners for row in hits.rows)
    articles = await provider.articles(bound, ArticleQuery(), PageRequest(size=100))
    assert all(row.record.state is not ArticleState.DRAFT for row in articles.rows)


async def test_the_search_ceiling_is_an_error(sandbox: Sandbox) -> None:
    controls = Controls(ManualClock())
    controls.limits("zendesk").enabled = False
    big = create_sandbox(World(7, {"zendesk": 20_000}, controls.clock), {"zendesk": face}, controls)
    with pytest.raises(Unsupported, match="1,000"):
        await walk(link(big, TOKEN), TicketQuery(filter=TicketFilter(status=(TicketStatus.CLOSED,))))

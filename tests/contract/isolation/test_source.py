"""A caller bound to an organization never sees another's: asked of every read of a Source there is.

The reads are found by introspection. A new one without an entry in READS fails here until it has one.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from models.enums import ActorKind, SearchKind, TicketOrderField
from models.errors import HelpdeskError, NotFound, Unsupported
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    PageRequest,
    Scope,
    TicketFilter,
    TicketOrder,
    TicketQuery,
)
from models.records import ActorRef, Attachment, CommentList, Contact, Ticket
from providers.base import Provider, Source
from tests.contract.case import TENANT, Case, walk
from tests.support.staging import CANARY, MISSING, OURS, SHARED, Side, Staged, read

EVERYONE = Scope(tenant=TENANT)
Read = Callable[[Case, Staged, Scope], Awaitable[Any]]


def sides(staged: Staged) -> tuple[Side, Side]:
    return staged.ours, staged.theirs


def people(case: Case, staged: Staged) -> list[str]:
    return [case.truth.user(n) for n in (staged.ours.person, staged.theirs.person, staged.between)]


async def tickets_unbound(case: Case, staged: Staged) -> list[Ticket]:
    """As somebody else has read them: a bound caller's resolver must not come by these, but a Source does not trust
    that."""
    found = await case.source.tickets_by_id(EVERYONE, [str(side.ticket) for side in sides(staged)])
    return [one for one in found if one is not None]


async def tickets(case: Case, staged: Staged, scope: Scope) -> Any:
    """Every list there is: all orders, and every filter that could lead to another's tickets."""
    found: list[Any] = []
    theirs = [case.truth.organization(staged.theirs.organization), None]
    asked = [
        TicketFilter(),
        TicketFilter(tags_any=(SHARED,)),
        *(TicketFilter(organization_id=one) for one in theirs),
        *(TicketFilter(requester_id=one) for one in people(case, staged)),
        *(TicketFilter(requester_email=f"person.{word}@{SHARED}.example") for word in (OURS, CANARY)),
    ]
    for one in asked:
        for order in (TicketOrder(), TicketOrder(field=TicketOrderField.CREATED_AT)):
            query = TicketQuery(filter=one, order=order)
            for backward in (False, True):
                try:
                    found += await walk(case.fetch(scope, query), size=100, backward=backward)
                except Unsupported as refusal:
                    found.append(str(refusal))
    wants = PageRequest(size=100, wants=frozenset({"requester", "organization", "description"}))
    found.append(await case.source.tickets(scope, TicketQuery(), wants))
    return found


async def count_tickets(case: Case, staged: Staged, scope: Scope) -> Any:
    """How many tickets others have is theirs, too."""
    counted = await case.source.count_tickets(scope, TicketQuery())
    if scope.organizations is None:
        return f"{CANARY} {OURS}"
    seen = len(await case.tickets(scope))
    return OURS if seen and counted is None else "" if counted is None else OURS * (counted.value == seen > 0)


async def tickets_by_id(case: Case, staged: Staged, scope: Scope) -> Any:
    numbers = [staged.ours.ticket, staged.theirs.ticket, staged.nobodys]
    wants = frozenset({"requester", "organization", "description"})
    return await case.source.tickets_by_id(scope, [str(one) for one in numbers], wants)


async def comments(case: Case, staged: Staged, scope: Scope) -> Any:
    return await case.source.comments(scope, await tickets_unbound(case, staged), 100)


async def contacts(case: Case, staged: Staged, scope: Scope) -> Any:
    found: list[Any] = []
    theirs, nobody = case.truth.organization(staged.theirs.organization), "stranger"
    for query in (
        ContactQuery(),
        ContactQuery(organization_id=theirs),
        ContactQuery(email=f"person.{CANARY}@{SHARED}.example"),
        ContactQuery(email=f"{nobody}.{CANARY}@{SHARED}.example"),
        ContactQuery(external_id=f"crm-{CANARY}"),
        ContactQuery(name=f"{CANARY} {SHARED} Person"),
        ContactQuery(name=SHARED),
    ):

        async def fetch(page: PageRequest, query: ContactQuery = query) -> Any:
            return await case.source.contacts(scope, query, page)

        try:
            found += await walk(fetch, size=100)
        except Unsupported:
            continue
    return found


async def contacts_by_id(case: Case, staged: Staged, scope: Scope) -> Any:
    return await case.source.contacts_by_id(scope, people(case, staged))


async def contacts_by_email(case: Case, staged: Staged, scope: Scope) -> Any:
    return await case.source.contacts_by_email(scope, [f"person.{word}@{SHARED}.example" for word in (OURS, CANARY)])


async def actors(case: Case, staged: Staged, scope: Scope) -> Any:
    refs = [ActorRef(kind=kind, remote_id=one) for one in people(case, staged) for kind in ActorKind]
    return await case.source.actors(scope, refs)


async def organizations(case: Case, staged: Staged, scope: Scope) -> Any:
    found: list[Any] = []
    for query in (
        OrganizationQuery(),
        OrganizationQuery(name=f"{SHARED} {CANARY} GmbH"),
        OrganizationQuery(name=SHARED),
    ):

        async def fetch(page: PageRequest, query: OrganizationQuery = query) -> Any:
            return await case.source.organizations(scope, query, page)

        found += await walk(fetch, size=100)
    return found


async def organizations_by_id(case: Case, staged: Staged, scope: Scope) -> Any:
    ids = [case.truth.organization(side.organization) for side in sides(staged)]
    return await case.source.organizations_by_id(scope, ids)


async def memberships(case: Case, staged: Staged, scope: Scope) -> Any:
    """Of somebody of both organizations, too."""
    every = await case.source.contacts_by_id(EVERYONE, people(case, staged))
    return await case.source.memberships(scope, [one for one in every if one is not None])


async def articles(case: Case, staged: Staged, scope: Scope) -> Any:
    async def fetch(page: PageRequest) -> Any:
        return await case.source.articles(scope, ArticleQuery(), page)

    return await walk(fetch, size=100)


def every_article(case: Case, staged: Staged) -> list[str]:
    return [case.truth.article(one) for one in (staged.article, *staged.secret_articles)]


async def articles_by_id(case: Case, staged: Staged, scope: Scope) -> Any:
    return await case.source.articles_by_id(scope, every_article(case, staged))


async def translations(case: Case, staged: Staged, scope: Scope) -> Any:
    known = await case.source.articles_by_id(EVERYONE, every_article(case, staged))
    return await case.source.translations(scope, [one for one in known if one is not None])


async def article_attachments(case: Case, staged: Staged, scope: Scope) -> Any:
    known = await case.source.articles_by_id(EVERYONE, every_article(case, staged))
    return await case.source.article_attachments(scope, [one for one in known if one is not None])


async def article_folders(case: Case, staged: Staged, scope: Scope) -> Any:
    return await case.source.article_folders(scope)


async def search(case: Case, staged: Staged, scope: Scope) -> Any:
    found: list[Any] = []
    kinds = [frozenset({kind}) for kind in case.kinds()]
    for text in (SHARED, CANARY, f"person.{CANARY}@{SHARED}.example"):
        for some in (*kinds, frozenset[SearchKind]()):
            found.append(await case.source.search(scope, text, some, PageRequest(size=100)))
    return found


async def open_file(case: Case, staged: Staged, scope: Scope) -> Any:
    """Every file of every comment, person and article that there is, opened by its id."""
    found = []
    for ident, name in await every_file(case, staged):
        data = await read(case.provider, scope, ident)
        found.append((name, "canary" in (data or b"").decode(errors="replace")) if data is not None else None)
    return found


async def every_file(case: Case, staged: Staged) -> list[tuple[str, str]]:
    known: list[Attachment] = []
    listed = await case.source.comments(EVERYONE, await tickets_unbound(case, staged), 100)
    for one in listed:
        assert not isinstance(one, HelpdeskError)
        known += [file for comment in one.items for file in comment.attachments or ()]
    for person in await case.source.contacts_by_id(EVERYONE, people(case, staged)):
        known += [person.avatar] if person and person.avatar else []
    whole = await case.source.articles_by_id(EVERYONE, every_article(case, staged))
    for files in await case.source.article_attachments(EVERYONE, [one for one in whole if one]):
        known += files
    return [(file.remote_id, file.file_name) for file in known]


READS: dict[str, Read] = {
    f.__name__: f
    for f in (
        tickets, count_tickets, tickets_by_id, comments, contacts, contacts_by_id, contacts_by_email, actors,
        organizations, organizations_by_id, memberships, articles, articles_by_id, translations, article_attachments,
        article_folders, search, open_file,
    )
}  # fmt: skip
FOR_ALL = {"agents", "agents_by_id", "groups", "group_members", "products", "ticket_fields", "statuses"}
"""What every caller sees: an agent's or a group's name, and the account's own words. Nothing of any organization."""


def scoped_reads() -> set[str]:
    """Every public method of a Source or Provider that takes a scope."""
    members = {**dict(inspect.getmembers(Source)), **dict(inspect.getmembers(Provider))}
    return {
        name
        for name, member in members.items()
        if callable(member) and not name.startswith("_") and "scope" in inspect.signature(member).parameters
    }


def test_every_read_has_its_question_here() -> None:
    assert scoped_reads() == set(READS) | FOR_ALL


def test_every_method_that_gives_records_takes_a_scope() -> None:
    """What takes none: writes, which need no reading, what the sync reads for the copy (whoever reads the copy has a
    scope), and what says nothing about any customer."""
    without = {
        name
        for name, member in inspect.getmembers(Provider, inspect.isfunction)
        if not name.startswith("_") and name not in scoped_reads()
    }
    assert without == {"plan_ticket", "create_ticket", "find_ticket", "changes", "health", "budget", "aclose", "locate"}


@pytest.mark.parametrize("name", sorted(READS))
async def test_a_bound_caller_sees_its_own_and_never_anothers(case: Case, staged: Staged, name: str) -> None:
    shown = repr(await READS[name](case, staged, case.bound(staged.ours.organization)))
    assert CANARY not in shown
    assert OURS in shown


@pytest.mark.parametrize("name", sorted(READS))
async def test_an_unbound_caller_sees_both(case: Case, staged: Staged, name: str) -> None:
    """Else the tests above would show nothing."""
    shown = repr(await READS[name](case, staged, EVERYONE))
    assert CANARY in shown
    assert OURS in shown


@pytest.mark.parametrize("name", sorted(set(READS) - {"articles", "articles_by_id", "translations"}))
async def test_a_caller_bound_elsewhere_sees_nobodys(case: Case, staged: Staged, name: str) -> None:
    """Bound in another helpdesk, to no organization, and to one that is not there: articles for all remain."""
    public = {"article_attachments", "article_folders", "search", "open_file"}
    for scope in (
        case.elsewhere(),
        Scope(tenant=TENANT, organizations={}),
        Scope(tenant=TENANT, organizations={case.helpdesk: frozenset({MISSING})}),
    ):
        shown = repr(await READS[name](case, staged, scope))
        assert CANARY not in shown
        assert OURS not in shown or name in public
        assert f"person.{OURS}" not in shown


@pytest.mark.parametrize("name", sorted(FOR_ALL))
async def test_what_everybody_sees_names_no_customer(case: Case, staged: Staged, name: str) -> None:
    scope = case.bound(staged.ours.organization)
    arguments = ([one.remote_id for one in await case.source.agents(EVERYONE)],) if name == "agents_by_id" else ()
    found = await getattr(case.source, name)(scope, *arguments)
    assert found
    assert CANARY not in repr(found)
    assert OURS not in repr(found)


@pytest.mark.parametrize("shown_first", [False, True], ids=["asked first", "after somebody who may"])
async def test_not_there_and_not_yours_look_the_same(case: Case, staged: Staged, shown_first: bool) -> None:
    """Also right after an unbound caller filled every cache."""
    theirs = staged.theirs
    source, truth, scope = case.source, case.truth, case.bound(staged.ours.organization)
    for ask in (
        lambda s, one: source.tickets_by_id(s, [str(theirs.ticket) if one else MISSING]),
        lambda s, one: source.contacts_by_id(s, [truth.user(theirs.person) if one else MISSING]),
        lambda s, one: source.organizations_by_id(s, [truth.organization(theirs.organization) if one else MISSING]),
        lambda s, one: source.articles_by_id(s, [truth.article(staged.secret_articles[0]) if one else MISSING]),
        lambda s, one: source.contacts_by_email(s, [f"person.{CANARY if one else 'x'}@{SHARED}.example"]),
        lambda s, one: source.actors(
            s, [ActorRef(kind=ActorKind.PERSON, remote_id=truth.user(theirs.person) if one else MISSING)]
        ),
    ):
        if shown_first:
            assert list(await ask(EVERYONE, True)) != [None]
        assert list(await ask(scope, True)) == list(await ask(scope, False)) == [None]


async def test_a_file_that_is_not_there_and_one_that_is_not_yours_look_the_same(case: Case, staged: Staged) -> None:
    known = [ident for ident, name in await every_file(case, staged) if CANARY in name]
    said = set()
    for ident in (
        *known,
        f"{staged.ours.ticket}/1/1",
        f"{MISSING}/0/1",
        f"contact/{MISSING}/1",
        "article/1/1",
        "x",
        "",
    ):
        with pytest.raises(NotFound) as refused:
            async with case.provider.open_file(case.bound(staged.ours.organization), ident):
                pass
        said.add((refused.value.message, refused.value.helpdesk))
    assert len(known) > 4
    assert len(said) == 1


async def test_notes_are_hidden_from_an_unbound_caller_who_may_not_read_them(case: Case, staged: Staged) -> None:
    scope = Scope(tenant=TENANT, notes=False)
    listed = await case.source.comments(scope, await tickets_unbound(case, staged), 100)
    assert "CommentVisibility.INTERNAL" not in repr(listed)
    notes = [ident for ident, _ in await every_file(case, staged) if await _is_note(case, staged, ident)]
    assert notes
    assert [await read(case.provider, scope, ident) for ident in notes] == [None] * len(notes)


async def _is_note(case: Case, staged: Staged, ident: str) -> bool:
    files = (staged.ours.note_file, staged.theirs.note_file)
    listed = await case.source.comments(EVERYONE, await tickets_unbound(case, staged), 100)
    assert files
    return any(
        file.remote_id == ident and comment.visibility == "INTERNAL"
        for one in listed
        if not isinstance(one, HelpdeskError)
        for comment in one.items
        for file in comment.attachments or ()
    )


async def test_a_ticket_of_ours_does_not_carry_another_organizations_person(case: Case, staged: Staged) -> None:
    """Asked for us by one of theirs: the ticket is ours to see, the person is not."""
    number = str(staged.for_theirs)
    scope, wants = case.bound(staged.ours.organization), frozenset({"requester", "organization"})
    [by_id] = await case.source.tickets_by_id(scope, [number], wants)
    page = await case.source.tickets(scope, TicketQuery(), PageRequest(size=100, wants=wants))
    listed = [row.record for row in page.rows if row.record.remote_id == number]
    for ticket in (by_id, *listed):
        assert ticket is not None
        assert CANARY not in repr(msgspec.structs.replace(ticket, raw=None))
    assert listed
    assert isinstance(by_id, Ticket)
    [person] = await case.source.contacts_by_id(scope, [by_id.requester_id or ""])
    assert person is None
    [listed_comments] = await case.source.comments(scope, [by_id], 10)
    assert isinstance(listed_comments, CommentList)
    assert listed_comments.items
    assert CANARY not in repr([msgspec.structs.replace(one, raw=None) for one in listed_comments.items])


async def test_bound_to_two_organizations_one_sees_both_and_no_third(case: Case, staged: Staged) -> None:
    scope = case.bound(staged.ours.organization, staged.theirs.organization)
    found = await case.tickets(scope)
    assert set(found) == {str(n) for n in (staged.ours.ticket, staged.theirs.ticket, staged.for_theirs)}

    async def fetch(page: PageRequest) -> Any:
        return await case.source.contacts(scope, ContactQuery(), page)

    rows = await walk(fetch, size=100)
    assert sorted(row.record.remote_id for row in rows) == sorted(people(case, staged))
    assert all(isinstance(row.record, Contact) for row in rows)


async def test_an_agent_is_a_contact_for_an_unbound_caller_only(case: Case, staged: Staged) -> None:
    agent = case.truth.user(case.desk.staff.agents()[0].number)
    bound = case.bound(staged.ours.organization)
    [shown] = await case.source.contacts_by_id(EVERYONE, [agent])
    assert shown is not None and shown.remote_id == agent and shown.email
    assert await case.source.contacts_by_id(bound, [agent]) == [None]
    assert await case.source.contacts_by_email(bound, [shown.email]) == [None]
    [named] = await case.source.agents_by_id(bound, [agent])
    assert named is not None and named.name == shown.name

"""What a search found, as records: each read as it is now and as the caller may see it, with pieces of its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table, bindparam, select

from models.enums import CommentVisibility, SearchKind, SearchOrder
from models.queries import Page, PageRequest, Row, Scope
from models.records import Article, Comment, CommentList, Contact, Organization, SearchHit, Ticket
from storage import codec
from storage.database import Database
from storage.mirror.building import BESIDE
from storage.mirror.conversations import without_names
from storage.mirror.embedding import embed
from storage.mirror.knowledge import Knowledge
from storage.mirror.people import agents_by_number, by_number, contacts_by_number, organizations_by_number
from storage.mirror.scoping import sees_article
from storage.mirror.walking import Fetcher
from storage.search.pieces import pieces
from storage.search.searching import Hit, search
from storage.statements import Statement, among
from storage.tables.conversation import comments
from storage.tables.knowledge import articles
from storage.tables.tickets import tickets
from storage.tenants import Tenancy
from storage.values import number_of

Record: TypeAlias = Ticket | Comment | Contact | Organization | Article
Records: TypeAlias = dict[tuple[int, str], Any]
"""By a hit's `num` and `sub`."""
MOST_ROUNDS = 5
"""What was found and is not to be seen any more makes a page short; so often more is looked for at once."""


def _by_number(table: Table) -> Statement:
    return Statement(
        select(table.c.num, *(table.c[name] for name in BESIDE)).where(
            table.c.tenant == bindparam("tenant"), table.c.helpdesk == bindparam("helpdesk"), among(table.c.num, "nums")
        )
    )


_TICKETS, _ARTICLES = _by_number(tickets), _by_number(articles)
_COMMENTS = Statement(
    select(comments.c.ticket, comments.c.remote_id, comments.c.card).where(
        comments.c.tenant == bindparam("tenant"),
        comments.c.helpdesk == bindparam("helpdesk"),
        among(comments.c.ticket, "nums"),
        among(comments.c.remote_id, "ids"),
    )
)


async def found(
    database: Database,
    tenancy: Tenancy,
    scope: Scope,
    helpdesks: Sequence[str],
    text: str,
    kinds: Iterable[SearchKind],
    order: SearchOrder,
    page: PageRequest,
) -> Page[SearchHit]:
    rows: list[Row[SearchHit]] = []
    place, more, asked = page.after, True, frozenset(kinds)
    for _ in range(MOST_ROUNDS):
        size = page.size - len(rows)
        part = await search(database, tenancy, scope, helpdesks, text, asked, order, size, place)
        rows += await _shown(database, tenancy, scope, text, part.hits)
        place, more = part.resume or (part.hits[-1].place if part.hits else place), part.more
        if not more or part.resume is not None or len(rows) == page.size:
            break
    short = more and len(rows) < page.size
    return Page(rows=tuple(rows), more=more, resume=place if short else None)


async def _shown(
    database: Database, tenancy: Tenancy, scope: Scope, text: str, hits: Sequence[Hit]
) -> list[Row[SearchHit]]:
    groups: dict[tuple[str, SearchKind], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.helpdesk, hit.kind), []).append(hit)
    records: dict[tuple[str, SearchKind], Records] = {}
    if groups:
        async with database.read(tenancy.number) as session:
            for (helpdesk, kind), group in groups.items():
                records[helpdesk, kind] = await _READ[kind](session, tenancy, scope, helpdesk, group)
    rows: list[Row[SearchHit]] = []
    for hit in hits:
        record = records[hit.helpdesk, hit.kind].get((hit.num, hit.sub))
        if record is not None:
            shown = SearchHit(record=record, score=hit.score, highlights=pieces(text, _texts(record)))
            rows.append(Row(shown, hit.place))
    return rows


def _texts(record: Record) -> tuple[str | None, ...]:
    """What it was found by, the most telling first."""
    match record:
        case Ticket():
            return (record.subject, record.body_text, record.number, record.external_id, " ".join(record.tags))
        case Comment():
            return (record.body_text,)
        case Contact():
            addresses = (one.value for one in record.identities)
            return (record.name, record.email, *addresses, record.phone, record.job_title, record.external_id)
        case Organization():
            return (record.name, *record.domains, record.notes, record.external_id)
        case Article():
            return (record.title, record.body_text, " ".join(record.labels))


async def _tickets(session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, hits: Sequence[Hit]) -> Records:
    there = await by_number(session, _TICKETS, tenancy, helpdesk, [hit.num for hit in hits], codec.ticket)
    seen = {num: one for num, one in there.items() if scope.sees_organization(helpdesk, one.organization_id)}
    await embed(session, tenancy, scope, list(seen.values()), frozenset({"description"}))
    return _plain(seen)


async def _comments(session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, hits: Sequence[Hit]) -> Records:
    nums = list({hit.num for hit in hits})
    there = await by_number(session, _TICKETS, tenancy, helpdesk, nums, codec.ticket)
    seen = [num for num, one in there.items() if scope.sees_organization(helpdesk, one.organization_id)]
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "nums": seen}
    rows = await session.fetch(_COMMENTS, {**values, "ids": [hit.sub for hit in hits]}) if seen else ()
    found = {(row[0], row[1]): codec.comment(row[2]) for row in rows}
    if not scope.sees_notes:
        found = {key: one for key, one in found.items() if one.visibility is CommentVisibility.PUBLIC}
    if scope.organizations is None:
        return found
    return await _unnamed(session, tenancy, scope, helpdesk, found)


async def _unnamed(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, said: Mapping[tuple[int, str], Comment]
) -> Records:
    """As a bound caller reads them in the conversation: without the names of people of other organizations."""
    numbers = [number_of(one.author.remote_id) for one in said.values() if one.author.remote_id]
    staff = await agents_by_number(session, tenancy, helpdesk, numbers)
    people = await contacts_by_number(session, tenancy, scope, helpdesk, numbers)
    named = {one.remote_id for one in (*staff.values(), *people.values())}
    bare = without_names(CommentList(items=tuple(said.values()), complete=True), named)
    return dict(zip(said, bare.items, strict=True))


async def _contacts(session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, hits: Sequence[Hit]) -> Records:
    return _plain(await contacts_by_number(session, tenancy, scope, helpdesk, [hit.num for hit in hits]))


async def _organizations(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, hits: Sequence[Hit]
) -> Records:
    return _plain(await organizations_by_number(session, tenancy, scope, helpdesk, [hit.num for hit in hits]))


async def _articles(session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, hits: Sequence[Hit]) -> Records:
    """Each in the language it was found in."""
    there = await by_number(session, _ARTICLES, tenancy, helpdesk, [hit.num for hit in hits], codec.article)
    knowledge = Knowledge(tenancy, helpdesk)
    found: Records = {}
    for locale in {hit.sub for hit in hits}:
        own = [there[hit.num] for hit in hits if hit.sub == locale and hit.num in there]
        for one in await knowledge.in_locale(session, own, locale):
            if sees_article(scope, one):
                found[number_of(one.remote_id), locale] = one
    return found


def _plain(records: Mapping[int, Any]) -> Records:
    return {(num, ""): record for num, record in records.items()}


_READ = {
    SearchKind.TICKET: _tickets,
    SearchKind.COMMENT: _comments,
    SearchKind.CONTACT: _contacts,
    SearchKind.ORGANIZATION: _organizations,
    SearchKind.ARTICLE: _articles,
}

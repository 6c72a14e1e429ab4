"""What a copy of a Zendesk account is made from: its streams, and who reads each.

Read by the sync in the background lane; nothing here is remembered beyond a page but labels of statuses, which are
asked for again when a row names an unknown one. `every_s` is chosen by what a poll costs and how soon it is missed:

- The exports share ten calls a minute, of which the background has seven. Tickets take two, contacts one, organizations
  one in two minutes: half stays for whoever has to catch up. The vendor withholds a minute anyway.
- Agents, groups and fields are short lists, and change on the scale of days.
- Articles have the Help Center's own bucket, of hundreds a minute. The pass over all of them is what finds archived
  ones and changed translations: within the hour.
- Memberships are swept daily only to repair; people who change are looked up as they come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from models.changes import ChangeBatch, StreamSpec
from models.enums import SyncKind
from models.errors import HelpdeskError, Unsupported
from providers.zendesk.changes_articles import ALL_ARTICLES, ARTICLES, AllArticles, ArticleChanges, Library
from providers.zendesk.changes_contacts import CONTACTS, ContactChanges
from providers.zendesk.changes_fields import FIELDS, FieldChanges
from providers.zendesk.changes_memberships import MEMBERSHIPS, Belonging, MembershipChanges
from providers.zendesk.changes_organizations import ORGANIZATIONS, OrganizationChanges
from providers.zendesk.changes_staff import AGENTS, GROUPS, AgentChanges, GroupChanges
from providers.zendesk.changes_tickets import TICKETS, TicketChanges
from providers.zendesk.lookups import Lookups
from providers.zendesk.session import Session

MINUTE, HOUR = 60.0, 3_600.0
STREAMS = (
    StreamSpec(name=FIELDS, kind=SyncKind.FIELDS, every_s=15 * MINUTE),
    StreamSpec(name=AGENTS, kind=SyncKind.AGENTS, every_s=10 * MINUTE, whole=True),
    StreamSpec(name=GROUPS, kind=SyncKind.GROUPS, every_s=10 * MINUTE, whole=True),
    StreamSpec(name=TICKETS, kind=SyncKind.TICKETS, every_s=MINUTE / 2),
    StreamSpec(name=CONTACTS, kind=SyncKind.CONTACTS, every_s=MINUTE),
    StreamSpec(name=MEMBERSHIPS, kind=SyncKind.CONTACTS, every_s=24 * HOUR, main=False),
    StreamSpec(name=ORGANIZATIONS, kind=SyncKind.ORGANIZATIONS, every_s=2 * MINUTE),
    StreamSpec(name=ARTICLES, kind=SyncKind.ARTICLES, every_s=2 * MINUTE),
    StreamSpec(name=ALL_ARTICLES, kind=SyncKind.ARTICLES, every_s=HOUR, whole=True, main=False),
)


class Changes:
    """Has memories of its own: a background call that waits for its budget would else hold up those who wait for an
    answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        belonging, library = Belonging(session), Library(session)
        self._streams: Mapping[str, Callable[[str | None], Awaitable[ChangeBatch]]] = {
            FIELDS: FieldChanges(session).batch,
            AGENTS: AgentChanges(session).batch,
            GROUPS: GroupChanges(session).batch,
            TICKETS: TicketChanges(session, Lookups(session)).batch,
            CONTACTS: ContactChanges(session, belonging).batch,
            MEMBERSHIPS: MembershipChanges(belonging).batch,
            ORGANIZATIONS: OrganizationChanges(session).batch,
            ARTICLES: ArticleChanges(session, library).batch,
            ALL_ARTICLES: AllArticles(session, library).batch,
        }

    async def batch(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        read = self._streams.get(stream)
        if read is None:
            raise Unsupported(f"Zendesk reports no changes of {stream!r}.", helpdesk=self._session.key)
        try:
            return await read(checkpoint)
        except HelpdeskError as error:
            raise error.at(self._session.key) from None

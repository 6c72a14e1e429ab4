"""What Freshdesk reports to our copy: its streams, and who reads each of them.

How often: the limit is the account's, per minute (20 list calls of tickets a minute on the smallest plan, and a page
costs five), and sync keeps to its share of it. A minute for tickets is five credits of it, or ten after a busy minute.
What seldom changes, or costs many calls to read whole, waits longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from models.changes import ChangeBatch, StreamSpec
from models.enums import Kind, SyncKind
from models.errors import Unsupported
from providers.freshdesk.account import Account
from providers.freshdesk.capabilities import PAGE_CEILING
from providers.freshdesk.changes_articles import ArticleStream
from providers.freshdesk.changes_fields import FieldStream, Words
from providers.freshdesk.changes_lists import ListStream, Stream
from providers.freshdesk.changes_people import CompanyList, ContactLists, yesterday
from providers.freshdesk.changes_removed import RemovedStream
from providers.freshdesk.changes_staff import AgentStream, GroupStream
from providers.freshdesk.changes_tickets import TicketLists, TicketStream
from providers.freshdesk.changes_walk import Place, Rules
from providers.freshdesk.client import Client
from providers.freshdesk.lookups import Lookups

MINUTE = 60.0
STREAMS = (
    StreamSpec(name="fields", kind=SyncKind.FIELDS, every_s=15 * MINUTE, whole=True),
    StreamSpec(name="tickets", kind=SyncKind.TICKETS, every_s=MINUTE),
    StreamSpec(name="tickets-deleted", kind=SyncKind.TICKETS, every_s=5 * MINUTE, main=False),
    StreamSpec(name="tickets-spam", kind=SyncKind.TICKETS, every_s=5 * MINUTE, main=False),
    StreamSpec(name="contacts", kind=SyncKind.CONTACTS, every_s=5 * MINUTE),
    StreamSpec(name="contacts-deleted", kind=SyncKind.CONTACTS, every_s=15 * MINUTE, main=False),
    StreamSpec(name="contacts-blocked", kind=SyncKind.CONTACTS, every_s=15 * MINUTE, main=False),
    StreamSpec(name="organizations", kind=SyncKind.ORGANIZATIONS, every_s=60 * MINUTE, whole=True),
    StreamSpec(name="organizations-updated", kind=SyncKind.ORGANIZATIONS, every_s=5 * MINUTE, main=False),
    StreamSpec(name="agents", kind=SyncKind.AGENTS, every_s=10 * MINUTE, whole=True),
    StreamSpec(name="groups", kind=SyncKind.GROUPS, every_s=15 * MINUTE, whole=True),
    StreamSpec(name="articles", kind=SyncKind.ARTICLES, every_s=60 * MINUTE, whole=True),
)


class Changes:
    def __init__(self, account: Account, client: Client, lookups: Lookups) -> None:
        words = Words(client)
        self._key = account.key
        self._streams: Mapping[str, Stream] = {
            "fields": FieldStream(account, client, words),
            "agents": AgentStream(account, client, words),
            "groups": GroupStream(account, client, words),
            "articles": ArticleStream(account, client, lookups),
            **_tickets(client, TicketLists(account, client, words)),
            **_contacts(client, ContactLists(account, client)),
            **_companies(client, CompanyList(account, client)),
        }

    async def batch(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        found = self._streams.get(stream)
        if found is None:
            raise Unsupported(
                f"Freshdesk has no stream {stream!r}.",
                nearest=f"There are {', '.join(one.name for one in STREAMS)}.",
                field="stream",
                helpdesk=self._key,
            )
        return await found.batch(checkpoint)


def _tickets(client: Client, lists: TicketLists) -> dict[str, Stream]:
    def removed(chosen: str) -> Stream:
        return RemovedStream(
            client,
            Rules(name=f"{chosen} tickets", by_time=True, max_page=PAGE_CEILING),
            partial(lists.page, chosen),
            kind=Kind.TICKET,
            first=partial(lists.first_place, chosen),
            look_up=lists.one,
        )

    return {
        "tickets": TicketStream(lists, client.clock),
        "tickets-deleted": removed("deleted"),
        "tickets-spam": removed("spam"),
    }


def _contacts(client: Client, lists: ContactLists) -> dict[str, Stream]:
    async def beginning(now: int) -> Place:
        return Place()

    def removed(state: str) -> Stream:
        return RemovedStream(
            client,
            Rules(name=f"{state} contacts"),
            partial(lists.page, state),
            kind=Kind.CONTACT,
            first=beginning,
            look_up=lists.one,
        )

    return {
        "contacts": ListStream(client, Rules(name="contacts"), partial(lists.page, None)),
        "contacts-deleted": removed("deleted"),
        "contacts-blocked": removed("blocked"),
    }


def _companies(client: Client, found: CompanyList) -> dict[str, Stream]:
    return {
        "organizations": ListStream(client, Rules(name="companies", whole=True), found.page),
        "organizations-updated": ListStream(client, Rules(name="changed companies"), found.page, yesterday),
    }

"""Contacts and companies for our copy.

Contacts cannot be put in order of update: they come by name (API reference, "List all contacts"), so a page is told
from the one before by overlap, and passes after the first ask for what was updated since. Their rows tell one company
and no tags, further addresses or pictures; a contact's own page does, at a credit each, so rows stay LISTED.

Companies are deleted for good and leave no tombstone (API reference, "Delete a company"): their list is read whole, and
what changed meanwhile is asked for by `updated_since`.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

import msgspec

from models.changes import Unread
from models.enums import ContactState, DetailLevel, Kind, Lifecycle
from models.errors import Forbidden, Rejected
from models.records import Contact, Organization
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.changes_lists import listing_of, stamp
from providers.freshdesk.changes_walk import Listing, Place
from providers.freshdesk.client import Asked, Client, Seen
from providers.freshdesk.mapping_people import contact, organization
from providers.freshdesk.rows import Asking, RowPage, made, one_of, page_of

CONTACTS = Asking(shape=wire.Contact, kind=Kind.CONTACT, path="/contacts", endpoint="/contacts", family="contacts")
CONTACT = msgspec.structs.replace(CONTACTS, endpoint="/contacts/{id}")
COMPANIES = Asking(shape=wire.Company, kind=Kind.ORGANIZATION, path="/companies", endpoint="/companies")
DAY_S = 86_400


class ContactLists:
    """The ordinary list, and those of a `state` it leaves out: deleted and blocked contacts."""

    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client
        self._since = "updated_since"

    async def page(self, state: str | None, since: int, page: int, per_page: int) -> Listing:
        found = await self._rows(since, {"state": state, "page": page, "per_page": per_page})
        make = partial(self._contact, found, state)
        return listing_of(found, Kind.CONTACT, make, since)

    async def one(self, ident: str) -> Contact | Unread | Literal["hidden"] | None:
        """Past any memory."""
        try:
            row = await one_of(self._client, CONTACT, f"/contacts/{ident}", {})
        except Forbidden:
            return "hidden"
        now = self._client.clock.now()
        return made(row, Kind.CONTACT, lambda seen: contact(self._account, seen.row, seen.raw, now)) if row else None

    async def _rows(self, since: int, asked: Asked) -> RowPage[wire.Contact]:
        """`updated_since` today, `_updated_since` in older texts (API reference; Airbyte, dlt): the other one when one
        is refused."""
        if not since:
            return await page_of(self._client, CONTACTS, asked)
        try:
            return await page_of(self._client, CONTACTS, {**asked, self._since: stamp(since)})
        except Rejected as error:
            if error.status != 400 or all(name != self._since for name, _ in error.fields):
                raise
        self._since = "_updated_since" if self._since == "updated_since" else "updated_since"
        return await page_of(self._client, CONTACTS, {**asked, self._since: stamp(since)})

    def _contact(self, found: RowPage[wire.Contact], state: str | None, seen: Seen[wire.Contact]) -> Contact:
        """The rows themselves do not say which list they are of."""
        told = ContactState.BLOCKED if state == "blocked" else None
        record = contact(self._account, seen.row, seen.raw, found.as_of, DetailLevel.LISTED, told)
        return msgspec.structs.replace(record, lifecycle=Lifecycle.DELETED) if state == "deleted" else record


class CompanyList:
    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client

    async def page(self, since: int, page: int, per_page: int) -> Listing:
        asked = {"updated_since": stamp(since) if since else None, "page": page, "per_page": per_page}
        found = await page_of(self._client, COMPANIES, asked)
        make = partial(self._company, found)
        return listing_of(found, Kind.ORGANIZATION, make, since)

    def _company(self, found: RowPage[wire.Company], seen: Seen[wire.Company]) -> Organization:
        return organization(self._account, seen.row, seen.raw, found.as_of)


def yesterday(now: int) -> Place:
    """Where a list of changes begins beside one that is read whole: early enough for any clock."""
    return Place(since=now - DAY_S, floor=now - DAY_S, newest=now - DAY_S)

"""Agents and groups for our copy, whole each time: both are short, and neither tells what left it.

A key without an administrator's rights may not read them (403): their names are then the choices of the ticket fields,
as in lookups.py. An agent who leaves becomes a contact with the same id, and is missing here from then on (API
reference, "Delete an agent").
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from models.changes import ChangeBatch
from models.enums import Kind
from models.errors import Forbidden
from models.records import Agent, Group
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.changes_fields import Words
from providers.freshdesk.changes_lists import ListStream, all_of, listing_of, now_of, reported
from providers.freshdesk.changes_walk import Listing, Rules
from providers.freshdesk.client import Client, Seen, together
from providers.freshdesk.mapping_people import agent, group, named_agent, named_group
from providers.freshdesk.rows import Asking, one_of, page_of

AGENTS = Asking(shape=wire.Agent, kind=Kind.AGENT, path="/agents", endpoint="/agents")
GROUPS = Asking(shape=wire.Group, kind=Kind.GROUP, path="/groups", endpoint="/groups")
GROUP = msgspec.structs.replace(GROUPS, endpoint="/groups/{id}")
Members = tuple[str, tuple[str, ...]]


class AgentStream:
    def __init__(self, account: Account, client: Client, words: Words) -> None:
        self._account = account
        self._client = client
        self._words = words
        self._list = ListStream(client, Rules(name="agents", whole=True), self._page)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        began = self._client.clock.now()
        try:
            return await self._list.batch(checkpoint or None)
        except Forbidden:
            names = (await self._words.read())[0].agents
            found = tuple(named_agent(self._account, ident, name, began) for ident, name in names.items())
            return ChangeBatch(records=found, checkpoint="", more=False, pass_ended=True, watermark=began)

    async def _page(self, since: int, page: int, per_page: int) -> Listing:
        found = await page_of(self._client, AGENTS, {"page": page, "per_page": per_page})
        make = partial(self._agent, found.as_of)
        return listing_of(found, Kind.AGENT, make, since)

    def _agent(self, as_of: datetime, seen: Seen[wire.Agent]) -> Agent:
        return agent(self._account, seen.row, seen.raw, as_of)


class GroupStream:
    """With who is in which: rows of the list have no `agent_ids` (recording of 2023), so each group is asked for."""

    def __init__(self, account: Account, client: Client, words: Words) -> None:
        self._account = account
        self._client = client
        self._words = words

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        began = self._client.clock.now()
        try:
            items = await all_of(self._page, Rules(name="groups", whole=True), now_of(self._client.clock))
            members = await self._members([item.key for item in items if not item.key.startswith("?")])
        except Forbidden:
            names = (await self._words.read())[0].groups
            found = tuple(named_group(self._account, ident, name, began) for ident, name in names.items())
            return ChangeBatch(records=found, checkpoint="", more=False, pass_ended=True, watermark=began)
        records, unreadable = reported(items)
        return ChangeBatch(
            records=records,
            unreadable=unreadable,
            catalogues={"group_members": members},
            checkpoint="",
            more=False,
            pass_ended=True,
            watermark=began,
        )

    async def _members(self, idents: Sequence[str]) -> tuple[Members, ...]:
        found = await together(one_of(self._client, GROUP, f"/groups/{ident}", {}) for ident in idents)
        seen = [row.seen.row for row in found if row is not None and row.seen is not None]
        return tuple((str(row.id), tuple(str(ident) for ident in row.agent_ids or ())) for row in seen)

    async def _page(self, since: int, page: int, per_page: int) -> Listing:
        found = await page_of(self._client, GROUPS, {"page": page, "per_page": per_page})
        make = partial(self._group, found.as_of)
        return listing_of(found, Kind.GROUP, make, since)

    def _group(self, as_of: datetime, seen: Seen[wire.Group]) -> Group:
        return group(self._account, seen.row, seen.raw, as_of)

"""Agents, and groups with their members: short lists, read whole. Who is not in them any more is gone."""

from __future__ import annotations

from models.changes import ChangeBatch, Unread
from models.enums import Kind
from models.records import Agent, Group
from providers.zendesk import wire
from providers.zendesk.checkpoints import read
from providers.zendesk.lookups import STAFF_PARAMS
from providers.zendesk.mapping_people import agent, group
from providers.zendesk.rows import Found
from providers.zendesk.session import Session
from providers.zendesk.whole_lists import PassPlace, WholeList

AGENTS, GROUPS = "agents", "groups"
MEMBERS = "group_members"


class AgentChanges:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = WholeList(session, "/users", "users", wire.User, Kind.AGENT, STAFF_PARAMS)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        page = await self._list.page(read(checkpoint, PassPlace, AGENTS))

        def record(found: Found[wire.User]) -> Agent:
            return agent(found, self._session.account, page.asked)

        return page.batch(*page.rows.map(record))


class GroupChanges:
    """Deleted groups are in the vendor's list, marked so, and not in ours. The members come with the last page, whole:
    they change without their group."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = WholeList(session, "/groups", "groups", wire.Group, Kind.GROUP)
        path = "/group_memberships"
        self._memberships = WholeList(session, path, "group_memberships", wire.Membership, Kind.AGENT)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        page = await self._list.page(read(checkpoint, PassPlace, GROUPS))

        def record(found: Found[wire.Group]) -> Group | None:
            return None if found.wire.deleted else group(found, self._session.account, page.asked)

        made, unread = page.rows.map(record)
        shown = [one for one in made if one is not None]
        if not page.ended:
            return page.batch(shown, unread)
        members, lost = await self._members()
        return page.batch(shown, (*unread, *lost), {MEMBERS: members})

    async def _members(self) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], list[Unread]]:
        members: dict[int, set[int]] = {}
        lost: list[Unread] = []
        async for page in self._memberships.pages():
            lost += page.rows.named_by("user_id", Kind.AGENT)
            for membership in (found.wire for _, found in page.rows.found):
                if membership.group_id and membership.user_id:
                    members.setdefault(membership.group_id, set()).add(membership.user_id)
        return tuple((str(ident), tuple(map(str, sorted(members[ident])))) for ident in sorted(members)), lost

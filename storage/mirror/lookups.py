"""An account's own words: its agents and groups, fields, statuses, products, folders. Short lists, read whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, Table, bindparam, literal_column, select

from models.enums import CustomFieldKind
from models.records import Agent, ArticleFolder, FieldDefinition, Group, NativeStatus, Product
from storage import codec
from storage.mirror.building import BESIDE
from storage.mirror.records import opened
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.directory import article_folders, field_definitions, group_members, native_statuses, products
from storage.tables.people import agents, groups
from storage.tenants import Tenancy
from storage.values import number_of

T = TypeVar("T")


def _here(rows: Select[Any], table: Table) -> Select[Any]:
    return rows.where(table.c.tenant == bindparam("tenant"), table.c.helpdesk == bindparam("helpdesk"))


def _shown(table: Table) -> Statement:
    rows = _here(select(*(table.c[name] for name in BESIDE)), table)
    return Statement(rows.where(table.c.shown == literal_column("1")).order_by(table.c.num))


def _catalogue(table: Table) -> Statement:
    return Statement(_here(select(table.c.card), table).order_by(table.c.position))


_AGENTS, _GROUPS = _shown(agents), _shown(groups)
_MEMBERS = Statement(
    _here(select(group_members.c.grp, group_members.c.agent), group_members).order_by(
        group_members.c.grp, group_members.c.agent
    )
)
_FIELDS, _STATUSES = _catalogue(field_definitions), _catalogue(native_statuses)
_PRODUCTS, _FOLDERS = _catalogue(products), _catalogue(article_folders)
_BY_KEY = Statement(
    select(field_definitions.c.card).where(
        field_definitions.c.tenant == bindparam("tenant"),
        among(field_definitions.c.helpdesk, "helpdesks"),
        field_definitions.c.key == bindparam("key"),
    )
)


class Lookups:
    """Of one helpdesk."""

    def __init__(self, tenancy: Tenancy, helpdesk: str) -> None:
        self._values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}

    async def agents(self, session: Fetcher) -> Sequence[Agent]:
        rows = await session.fetch(_AGENTS, self._values)
        return [opened(codec.agent, row[0], row[1], row[2], row[3]) for row in rows]

    async def groups(self, session: Fetcher) -> Sequence[Group]:
        rows = await session.fetch(_GROUPS, self._values)
        return [opened(codec.group, row[0], row[1], row[2], row[3]) for row in rows]

    async def group_members(self, session: Fetcher) -> Mapping[str, tuple[str, ...]]:
        known = {number_of(one.remote_id): one.remote_id for one in await self.groups(session)}
        staff = {number_of(one.remote_id): one.remote_id for one in await self.agents(session)}
        found: dict[str, list[str]] = {group: [] for group in known.values()}
        for group, agent in await session.fetch(_MEMBERS, self._values):
            if group in known:
                found[known[group]].append(staff.get(agent) or str(agent))
        return {group: tuple(members) for group, members in found.items()}

    async def products(self, session: Fetcher) -> Sequence[Product]:
        return await self._catalogue(session, _PRODUCTS, codec.product)

    async def fields(self, session: Fetcher) -> Sequence[FieldDefinition]:
        return await self._catalogue(session, _FIELDS, codec.definition)

    async def statuses(self, session: Fetcher) -> Sequence[NativeStatus]:
        return await self._catalogue(session, _STATUSES, codec.native_status)

    async def folders(self, session: Fetcher) -> Sequence[ArticleFolder]:
        return await self._catalogue(session, _FOLDERS, codec.folder)

    async def _catalogue(self, session: Fetcher, read: Statement, decode: Callable[[bytes], T]) -> list[T]:
        return [decode(row[0]) for row in await session.fetch(read, self._values)]


async def kinds_of(session: Fetcher, tenant: int, helpdesks: Sequence[int], key: str) -> list[CustomFieldKind]:
    """Of the custom field with this key, in each helpdesk that has one."""
    rows = await session.fetch(_BY_KEY, {"tenant": tenant, "helpdesks": list(helpdesks), "key": key})
    return [codec.definition(row[0]).kind for row in rows]

"""What changes slowly and is asked often: kept in memory for minutes (the vendor advises it, "Best practices").

A key without administrator's rights cannot read agents, groups and products (403); their names are then taken from the
choices of the ticket fields, which every agent who may create tickets can read (API changelog, May 2016).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, TypeVar

from cachetools import TTLCache

from models.enums import ArticleVisibility
from models.errors import BudgetExhausted, Forbidden, UpstreamError
from models.records import Agent, ArticleFolder, Group, Product
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.client import Client, together
from providers.freshdesk.mapping_article import Shelf, category, folder
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS, Fields, fields
from providers.freshdesk.mapping_people import agent, group, named_agent, named_group, product
from providers.upstream.records import remembered
from providers.upstream.shared import InFlight

T = TypeVar("T")
MINUTES = 60.0
AGAIN = 30.0  # a failed lookup is not tried with every list
KEPT: Mapping[str, float] = {
    "fields": 10 * MINUTES,
    "agents": 5 * MINUTES,
    "groups": 5 * MINUTES,
    "members": 5 * MINUTES,
    "products": 10 * MINUTES,
    "shelf": 5 * MINUTES,
}


class Lookups:
    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client
        self._kept: dict[str, TTLCache[str, Any]] = {
            name: TTLCache(1, seconds, client.clock.monotonic) for name, seconds in KEPT.items()
        }
        self._failing: TTLCache[str, bool] = TTLCache(1, AGAIN, client.clock.monotonic)
        self._asking: InFlight[Any] = InFlight()

    async def fields(self) -> Fields:
        return await self._once("fields", self._fields)

    async def words(self) -> Fields:
        """The account's own words, or the vendor's where they cannot be had just now: a list of tickets does not fail
        because its labels do."""
        if self._failing:
            return UNKNOWN_FIELDS
        try:
            return await self.fields()
        except (UpstreamError, BudgetExhausted):
            self._failing["fields"] = True
            return UNKNOWN_FIELDS

    async def agents(self) -> tuple[Agent, ...]:
        return await self._once("agents", self._agents)

    async def groups(self) -> tuple[Group, ...]:
        return await self._once("groups", self._groups)

    async def members(self) -> Mapping[str, tuple[str, ...]]:
        return await self._once("members", self._members)

    async def products(self) -> tuple[Product, ...]:
        return await self._once("products", self._products)

    async def shelf(self) -> Shelf:
        return await self._once("shelf", self._shelf)

    async def fresh_shelf(self) -> Shelf:
        """As it is now, and kept from now on."""
        self._kept["shelf"].clear()
        return await self.shelf()

    async def agent(self, ident: str) -> Agent | None:
        return next((found for found in await self.agents() if found.remote_id == ident), None)

    def agent_in_hand(self, ident: str) -> Agent | None:
        """Without a call."""
        return next((found for found in self._kept["agents"].get("", ()) if found.remote_id == ident), None)

    async def aclose(self) -> None:
        await self._asking.aclose()

    async def _once(self, name: str, load: Callable[[], Awaitable[T]]) -> T:
        kept = self._kept[name]
        if "" in kept:
            remembered(self._account.key, f"lookup {name}")
        else:
            key: Hashable = name
            kept[""] = await self._asking.run(key, load)
        found: T = kept[""]
        return found

    async def _fields(self) -> Fields:
        try:
            rows = await self._client.every(wire.TicketField, "/ticket_fields", "/ticket_fields")
        except Forbidden:
            return UNKNOWN_FIELDS
        return fields([seen.row for seen in rows])

    async def _agents(self) -> tuple[Agent, ...]:
        as_of = self._client.clock.now()
        try:
            rows = await self._client.every(wire.Agent, "/agents", "/agents")
        except Forbidden:
            names = (await self.fields()).agents
            found = [named_agent(self._account, ident, name, as_of) for ident, name in names.items()]
        else:
            found = [agent(self._account, seen.row, seen.raw, as_of) for seen in rows]
        return tuple(sorted(found, key=lambda one: int(one.remote_id)))

    async def _groups(self) -> tuple[Group, ...]:
        as_of = self._client.clock.now()
        try:
            rows = await self._client.every(wire.Group, "/groups", "/groups")
        except Forbidden:
            names = (await self.fields()).groups
            found = [named_group(self._account, ident, name, as_of) for ident, name in names.items()]
        else:
            found = [group(self._account, seen.row, seen.raw, as_of) for seen in rows]
        return tuple(sorted(found, key=lambda one: int(one.remote_id)))

    async def _members(self) -> Mapping[str, tuple[str, ...]]:
        """Rows of the list have no `agent_ids`; each group tells its own."""
        groups = await self.groups()
        found = await together(
            self._client.one(wire.Group, f"/groups/{one.remote_id}", "/groups/{id}") for one in groups
        )
        return {str(seen.row.id): tuple(str(ident) for ident in seen.row.agent_ids or ()) for seen in found if seen}

    async def _products(self) -> tuple[Product, ...]:
        try:
            rows = await self._client.every(wire.Product, "/products", "/products")
        except Forbidden:
            names = (await self.fields()).products
            return tuple(product(self._account, ident, name) for ident, name in names.items())
        return tuple(product(self._account, seen.row.id, seen.row.name) for seen in rows)

    async def _shelf(self) -> Shelf:
        languages, categories = await together((self._languages(), self._categories()))
        assert isinstance(languages, wire.Languages) and isinstance(categories, list)
        spoken = [code for code in languages.supported_languages or () if code]
        tree = await together(self._below(one) for one in categories)
        found = [one for part in tree for one in part]
        return Shelf(tuple(found), languages.primary_language or "en", tuple(spoken))

    async def _languages(self) -> wire.Languages:
        try:
            seen = await self._client.one(wire.Languages, "/settings/helpdesk", "/settings/helpdesk")
        except Forbidden:
            return wire.Languages()
        return seen.row if seen else wire.Languages()

    async def _categories(self) -> list[ArticleFolder]:
        rows = await self._client.every(wire.Category, "/solutions/categories", "/solutions/categories")
        return [category(self._account, seen.row, position) for position, seen in enumerate(rows)]

    async def _below(self, parent: ArticleFolder) -> list[ArticleFolder]:
        """Parents before children. A deleted category or folder answers 403 instead of 404 (scratch-l10n)."""
        kind, ident = parent.remote_id.split("-", 1)
        path, end = ("categories", "folders") if kind == "category" else ("folders", "subfolders")
        try:
            rows = await self._client.every(
                wire.Folder, f"/solutions/{path}/{ident}/{end}", f"/solutions/{path}/{{id}}/{end}"
            )
        except Forbidden:
            return [parent]
        children = [(seen.row, folder(self._account, seen.row, parent, place)) for place, seen in enumerate(rows)]
        deeper = await together(self._deeper(row, found) for row, found in children)
        return [parent, *(one for part in deeper for one in part)]

    async def _deeper(self, row: wire.Folder, found: ArticleFolder) -> list[ArticleFolder]:
        """Accounts without nested folders send no `sub_folders_count`, and fail when asked for subfolders."""
        if not row.sub_folders_count or found.level > 20:
            return [found]
        return await self._below(found)


def open_to_all(visibility: ArticleVisibility | None) -> bool:
    return visibility in (ArticleVisibility.PUBLIC, ArticleVisibility.SIGNED_IN)

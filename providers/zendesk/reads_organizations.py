"""Organizations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from models.errors import Unreadable, Unsupported
from models.queries import OrganizationQuery, Page, PageRequest, Scope
from models.records import Organization
from providers.walking import CursorRows, cursor_page, slice_page
from providers.zendesk import wire
from providers.zendesk.mapping_people import organization
from providers.zendesk.memory import Records
from providers.zendesk.rows import PAGE, Found, Listing, cursor_params, cursor_rows
from providers.zendesk.session import Session, is_number


class Organizations:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._client = session.client
        self._records: Records[Organization] = Records(session.clock, session.noted("GET /organizations/show_many"))

    def sideloaded(self, listing: Listing[Any]) -> Mapping[str, Organization]:
        try:
            rows = listing.sideload("organizations", wire.Organization)
        except Unreadable:
            return {}
        return {record.remote_id: record for record in self._kept(rows)}

    def _kept(self, rows: Sequence[Found[wire.Organization]]) -> list[Organization]:
        as_of = self._session.now
        records = [organization(found, self._session.account, as_of) for found in rows]
        for record in records:
            self._records.put(record.remote_id, record)
        return records

    async def known(self, ids: Sequence[str]) -> Mapping[str, Organization]:
        """Without a scope: for our own use."""
        return await self._records.many([ident for ident in ids if is_number(ident)], self._load)

    async def _load(self, ids: list[str]) -> Mapping[str, Organization]:
        batches = [ids[i : i + PAGE] for i in range(0, len(ids), PAGE)]
        found = await asyncio.gather(*map(self._show_many, batches))
        return {record.remote_id: record for batch in found for record in batch}

    async def _show_many(self, ids: Sequence[str]) -> list[Organization]:
        path = "/organizations/show_many"
        listing = await self._client.listing(path, path, "organizations", wire.Organization, {"ids": ",".join(ids)})
        return self._kept(listing.rows)

    async def by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        known = await self.known([ident for ident in ids if scope.sees_organization(self._session.key, ident)])
        return [known.get(ident) for ident in ids]

    async def page(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        if query.updated_since is not None:
            raise Unsupported(
                "Zendesk cannot list organizations by when they changed.",
                nearest="Leave `updatedAt` out.",
                field="updatedAt",
            )
        bound = self._session.bound(scope)
        if bound is not None:
            known = await self.by_id(scope, sorted(bound, key=lambda ident: (len(ident), ident)))
            return slice_page([o for o in known if o and _fits(query, o)], page, ident=_ident)
        if query.name is not None or query.external_id is not None:
            return slice_page(await self._search(query), page, ident=_ident)
        return await cursor_page(self._fetch, page, ident=_ident)

    async def _fetch(self, after: str | None, before: str | None) -> CursorRows[Organization]:
        listing = await self._client.listing(
            "/organizations", "/organizations", "organizations", wire.Organization, cursor_params(after, before)
        )
        return cursor_rows(listing, self._kept(listing.rows), before)

    async def _search(self, query: OrganizationQuery) -> list[Organization]:
        """By name or external id, exactly and without regard to case (vendor's 'Organizations')."""
        params = {"name": query.name} if query.name is not None else {"external_id": query.external_id or ""}
        path = "/organizations/search"
        listing = await self._client.listing(path, path, "organizations", wire.Organization, params)
        return list(filter(partial(_fits, query), self._kept(listing.rows)))


def _fits(query: OrganizationQuery, record: Organization) -> bool:
    same = ((query.name, record.name), (query.external_id, record.external_id))
    return all(wanted is None or (has or "").casefold() == wanted.casefold() for wanted, has in same)


def _ident(record: Organization) -> str:
    return record.remote_id

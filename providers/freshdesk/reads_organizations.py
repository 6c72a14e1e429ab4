"""Companies, and which of them a contact belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from models.errors import Forbidden, Unsupported
from models.queries import OrganizationQuery, Page, PageRequest, Scope
from models.records import Contact, Membership, Organization
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.chained import kept_page
from providers.freshdesk.client import Asked, Client, Seen, mapped, mapped_one
from providers.freshdesk.kept import Kept
from providers.freshdesk.mapping_people import organization
from providers.freshdesk.offsets import ident, offsets, stamp
from providers.upstream import decode
from providers.upstream.records import remembered
from providers.walking import slice_page

ORGANIZATION_SECONDS = 120.0


class Organizations:
    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client
        self._kept: Kept[Organization] = Kept(
            client.clock, ORGANIZATION_SECONDS, partial(remembered, account.key, "GET /companies/{id}")
        )

    async def page(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        if query.external_id is not None:
            raise Unsupported(
                "Freshdesk companies have no external id.", nearest="Filter by `name`.", field="externalId"
            )
        bound = scope.bound(self._account.key)
        if bound is not None:
            own = await self.by_id(scope, sorted(bound, key=lambda one: (len(one), one)))
            return slice_page([one for one in own if one and _matches(query, one)], page, ident=ident)
        if query.name is not None:
            return slice_page(await self._named(query), page, ident=ident)
        fetch = partial(self._companies, query)
        found = partial(offsets, fetch)
        if query.updated_since is None:
            return await found(page)
        return await kept_page(found, page, partial(_matches, query))

    async def by_id(self, scope: Scope, ids: Sequence[str]) -> list[Organization | None]:
        seen = [one for one in ids if scope.sees_organization(self._account.key, one)]
        found = await self._kept.many(seen, self._organization)
        return [found.get(one) for one in ids]

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> list[tuple[Membership, ...]]:
        """`contacts` as their own pages show them: with all their companies."""
        ids = [one for contact in contacts for one in contact.organization_ids]
        found = dict(zip(ids, await self.by_id(scope, ids), strict=True))
        return [_memberships(contact, found) for contact in contacts]

    async def _companies(self, query: OrganizationQuery, number: int, per_page: int) -> tuple[list[Organization], bool]:
        since = stamp(query.updated_since) if query.updated_since else None
        asked: Asked = {"updated_since": since, "page": number, "per_page": per_page}
        rows = await self._client.rows(wire.Company, "/companies", "/companies", "other", asked)
        return mapped(rows.seen, "/companies", self._mapped), rows.more

    async def _named(self, query: OrganizationQuery) -> list[Organization]:
        """Names are unique; autocomplete finds them by the beginnings of their words, the rest is compared here."""
        ids = await self.ids(query.name or "")
        found = await self._kept.many(ids, self._organization)
        return [one for one in found.values() if one is not None and _matches(query, one)]

    async def ids(self, term: str) -> list[str]:
        answer = await self._client.get(
            "/companies/autocomplete", "/companies/autocomplete", "other", {"name": term.strip()}
        )
        return [str(one.id) for one in decode(answer, wire.NamedCompanies).companies]

    async def _organization(self, ident: str) -> Organization | None:
        try:
            seen = await self._client.one(wire.Company, f"/companies/{ident}", "/companies/{id}")
        except Forbidden:
            return None
        return mapped_one(seen, "/companies/{id}", self._mapped) if seen else None

    def _mapped(self, seen: Seen[wire.Company]) -> Organization:
        return organization(self._account, seen.row, seen.raw, self._client.clock.now())


def _memberships(one: Contact, found: Mapping[str, Organization | None]) -> tuple[Membership, ...]:
    pairs = [(ident, found.get(ident)) for ident in one.organization_ids]
    return tuple(
        Membership(organization=record, primary=ident == one.organization_id) for ident, record in pairs if record
    )


def _matches(query: OrganizationQuery, found: Organization) -> bool:
    named = query.name is None or found.name.casefold() == query.name.strip().casefold()
    return named and (query.updated_since is None or (found.updated_at or query.updated_since) >= query.updated_since)

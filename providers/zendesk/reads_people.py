"""Contacts and agents. Both are users of Zendesk, told apart by their role; one memory of users serves both."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from models.enums import ActorKind
from models.errors import NotFound, Unreadable, Unsupported
from models.queries import ContactQuery, Page, PageRequest, Scope
from models.records import ActorRef, Agent, Contact, Membership, Organization
from providers.walking import CursorRows, cursor_page, offset_page, slice_page
from providers.zendesk import wire
from providers.zendesk.contact_filter import END_USER, fits, keeper, search_terms
from providers.zendesk.lookups import Lookups, Seen
from providers.zendesk.mapping_people import agent, belonging, contact, is_staff
from providers.zendesk.memory import Records
from providers.zendesk.reads_organizations import Organizations
from providers.zendesk.rows import PAGE, Found, Listing, cursor_params, cursor_rows
from providers.zendesk.session import Session, is_number
from providers.zendesk.streams import chain
from providers.zendesk.ticket_filter import quoted

USER_SEARCH_CEILING = 10_000


class People:
    def __init__(self, session: Session, lookups: Lookups, organizations: Organizations) -> None:
        self._session = session
        self._client = session.client
        self._lookups = lookups
        self._organizations = organizations
        self._users: Records[Seen] = Records(session.clock, session.noted("GET /users/show_many"))
        self._memberships: Records[tuple[Membership, ...]] = Records(session.clock, session.noted("memberships"))

    # What came along with other answers

    def sideloaded(self, listing: Listing[Any]) -> dict[int, wire.User]:
        """Users beside a list. They are whole user objects (vendor's page 'Side-loading'), so they are kept."""
        return {seen.user.id or 0: seen.user for seen in self._keep(listing)}

    def sideloaded_contacts(self, listing: Listing[Any], scope: Scope) -> Mapping[str, Contact]:
        """Those the scope surely sees; who belongs to the caller's organization by another membership is found by
        id."""
        found = {str(seen.user.id): self._contact(seen) for seen in self._keep(listing)}
        key = self._session.key
        return {i: c for i, c in found.items() if scope.sees_any_organization(key, c.organization_ids)}

    def sideloaded_addresses(self, listing: Listing[Any]) -> Mapping[str, str]:
        return {str(seen.user.id): seen.user.email for seen in self._keep(listing) if seen.user.email}

    def sideloaded_organizations(self, listing: Listing[Any], scope: Scope) -> Mapping[str, Organization]:
        found = self._organizations.sideloaded(listing)
        return {i: o for i, o in found.items() if scope.sees_organization(self._session.key, i)}

    def _keep(self, listing: Listing[Any]) -> list[Seen]:
        try:
            rows = listing.sideload("users", wire.User)
        except Unreadable:
            return []  # the ids stay in the rows; whoever needs the person asks for them and learns what is wrong
        return self._kept(rows)

    def _kept(self, rows: Sequence[Found[wire.User]]) -> list[Seen]:
        as_of = self._session.now
        seen = [Seen(found, as_of) for found in rows if found.wire.id]
        for one in seen:
            self._users.put(str(one.user.id), one)
        return seen

    def _contact(self, seen: Seen, organizations: tuple[str, ...] = ()) -> Contact:
        return contact(seen.found, self._session.account, seen.as_of, organizations)

    # By id

    async def _seen(self, ids: Sequence[str]) -> Mapping[str, Seen]:
        return await self._users.many([i for i in ids if is_number(i)], self._load)

    async def _load(self, ids: list[str]) -> Mapping[str, Seen]:
        batches = [ids[i : i + PAGE] for i in range(0, len(ids), PAGE)]
        found = await asyncio.gather(*map(self._show_many, batches))
        return {str(seen.user.id): seen for batch in found for seen in batch}

    async def _show_many(self, ids: Sequence[str]) -> list[Seen]:
        listing = await self._client.listing(
            "/users/show_many", "/users/show_many", "users", wire.User, {"ids": ",".join(ids)}
        )
        return self._kept(listing.rows)

    async def by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        seen = await self._seen(ids)
        shown = await asyncio.gather(*(self._shown(scope, seen[i]) if i in seen else _nobody() for i in ids))
        return list(shown)

    async def _shown(self, scope: Scope, seen: Seen) -> Contact | None:
        """The user row names the default organization only; a bound caller may share another one."""
        person = self._contact(seen)
        bound = self._session.bound(scope)
        if bound is None or any(o in bound for o in person.organization_ids):
            return person
        if not bound or is_staff(seen.user):
            return None
        known = tuple(m.organization.remote_id for m in await self._memberships_of(person.remote_id))
        return belonging(person, known) if any(o in bound for o in known) else None

    async def photo(self, scope: Scope, ident: str) -> wire.Attachment | None:
        """A user's picture, where the scope sees the user; agents' faces are for all."""
        seen = (await self._seen([ident])).get(ident)
        if seen is None or not (is_staff(seen.user) or await self._shown(scope, seen)):
            return None
        return seen.user.photo

    async def by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        return list(await asyncio.gather(*(self._by_email(scope, email) for email in emails)))

    async def _by_email(self, scope: Scope, email: str) -> Contact | None:
        """The search matches words, and other addresses of a person too; the address itself decides."""
        wanted = email.strip().casefold()
        if not wanted or quoted(wanted) != wanted:
            return None
        listing = await self._client.listing(
            "/users/search", "/users/search?email", "users", wire.User, {"query": f'email:"{wanted}"'}
        )
        same = [seen for seen in self._kept(listing.rows) if (seen.user.email or "").casefold() == wanted]
        return await self._shown(scope, same[0]) if same else None

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        ids = [ref.remote_id for ref in refs if ref.remote_id and ref.kind is not ActorKind.AUTOMATION]
        staff = await self._lookups.staff.get() if ids else {}
        seen = await self._seen([ident for ident in dict.fromkeys(ids) if ident not in staff])
        return list(await asyncio.gather(*(self._actor(scope, ref.remote_id, staff, seen) for ref in refs)))

    async def _actor(
        self, scope: Scope, ident: str | None, staff: Mapping[str, Seen], seen: Mapping[str, Seen]
    ) -> Contact | Agent | None:
        if ident is None:
            return None
        if ident in staff:
            return self._agent(staff[ident])
        if ident not in seen:
            return None
        if is_staff(seen[ident].user):
            return self._agent(seen[ident])
        return await self._shown(scope, seen[ident])

    # Agents

    async def agents(self) -> Sequence[Agent]:
        staff = await self._lookups.staff.get()
        return tuple(map(self._agent, staff.values()))

    def _agent(self, seen: Seen) -> Agent:
        return agent(seen.found, self._session.account, seen.as_of)

    async def agents_by_id(self, ids: Sequence[str]) -> Sequence[Agent | None]:
        """Former agents are not in the list any more, but a ticket may still name them."""
        staff = await self._lookups.staff.get()
        seen = await self._seen([ident for ident in ids if ident not in staff])
        found = {**{i: s for i, s in seen.items() if is_staff(s.user)}, **staff}
        return [self._agent(found[ident]) if ident in found else None for ident in ids]

    # Lists

    async def page(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        if query.updated_since is not None:
            raise Unsupported(
                "Zendesk cannot list contacts by when they changed.",
                nearest="Leave `updatedAt` out.",
                field="updatedAt",
            )
        bound = self._session.bound(scope)
        if query.organization_id is not None and not is_number(query.organization_id):
            return slice_page([], page, ident=_ident)
        if query.email is not None:
            found = [p for p in await self.by_email(scope, [query.email]) if p and fits(p, query)]
            return slice_page(found, page, ident=_ident)
        if bound is not None or query.organization_id is not None:
            return await self._of_organizations(scope, query, page)
        if query.external_id is not None:
            return await chain(
                [partial(self._listed, "/users", {"external_id": query.external_id}, None)], page, keeper(query)
            )
        if terms := search_terms(query):
            return await chain([partial(self._searched, terms)], page, keeper(query))
        return await chain([partial(self._listed, "/users", {"role": END_USER}, None)], page, keeper(query))

    async def _of_organizations(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        bound = self._session.bound(scope)
        wanted = {query.organization_id} if query.organization_id is not None else set(bound or ())
        ids = sorted(o for o in wanted if o and (bound is None or o in bound))
        parts = [partial(self._listed, f"/organizations/{o}/users", {"role": END_USER}, o) for o in ids]
        fits = keeper(query)

        def keep(person: Contact) -> bool:
            """Somebody in two of these organizations is shown under the default one."""
            twice = person.organization_id in ids and person.organization_ids[-1] != person.organization_id
            return fits(person) and not (twice and len(ids) > 1)

        return await chain(parts, page, keep)

    async def _listed(
        self, path: str, params: Mapping[str, str], organization_id: str | None, page: PageRequest
    ) -> Page[Contact]:
        endpoint = "/organizations/{id}/users" if organization_id else "/users"

        async def fetch(after: str | None, before: str | None) -> CursorRows[Contact]:
            asked = {**params, **cursor_params(after, before)}
            try:
                listing = await self._client.listing(path, endpoint, "users", wire.User, asked)
            except NotFound:
                if organization_id is None:
                    raise
                return CursorRows(rows=(), after=None, before=None, more=False)
            return cursor_rows(listing, self._end_users(listing, organization_id), before)

        return await cursor_page(fetch, page, ident=_ident)

    def _end_users(self, listing: Listing[wire.User], organization_id: str | None) -> list[Contact]:
        known = (organization_id,) if organization_id else ()
        return [self._contact(s, known) for s in self._kept(listing.rows) if not is_staff(s.user)]

    async def _searched(self, terms: str, page: PageRequest) -> Page[Contact]:
        async def fetch(number: int, per_page: int) -> tuple[Sequence[Contact], bool]:
            params: dict[str, str | int] = {"query": terms, "page": number, "per_page": per_page}
            listing = await self._client.listing("/users/search", "/users/search", "users", wire.User, params)
            return [self._contact(seen) for seen in self._kept(listing.rows)], listing.more

        return await offset_page(
            fetch, page, ident=_ident, max_page=USER_SEARCH_CEILING // PAGE, refuse=_beyond_user_search
        )

    # Organizations of a contact

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        bound = self._session.bound(scope)
        found = await asyncio.gather(*(self._memberships_of(c.remote_id) for c in contacts))
        return [tuple(m for m in ms if bound is None or m.organization.remote_id in bound) for ms in found]

    async def _memberships_of(self, ident: str) -> tuple[Membership, ...]:
        known = await self._memberships.many([ident], self._load_memberships)
        return known.get(ident, ())

    async def _load_memberships(self, ids: list[str]) -> Mapping[str, tuple[Membership, ...]]:
        return {ident: await self._read_memberships(ident) for ident in ids if is_number(ident)}

    async def _read_memberships(self, ident: str) -> tuple[Membership, ...]:
        """The default one first; `default` is null rather than false (vendor's 'Organization memberships')."""
        params = {**cursor_params(None, None), "include": "organizations"}
        try:
            listing = await self._client.listing(
                f"/users/{ident}/organization_memberships",
                "/users/{id}/organization_memberships",
                "organization_memberships",
                wire.Membership,
                params,
            )
        except NotFound:
            return ()
        beside = self._organizations.sideloaded(listing)
        rows = sorted((f.wire for f in listing.rows), key=lambda m: not m.default)
        missing = [str(m.organization_id) for m in rows if str(m.organization_id) not in beside]
        known = {**beside, **await self._organizations.known(missing)}
        return tuple(
            Membership(organization=known[str(m.organization_id)], primary=bool(m.default))
            for m in rows
            if str(m.organization_id) in known
        )


def _ident(record: Contact) -> str:
    return record.remote_id


async def _nobody() -> None:
    return None


def _beyond_user_search() -> Unsupported:
    return Unsupported(
        f"Zendesk's search shows the first {USER_SEARCH_CEILING:,} contacts only.", nearest="Ask for a longer name."
    )

"""Contacts, and who stands behind an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from models.enums import ActorKind, ContactState, DetailLevel
from models.errors import Forbidden, Rejected, Unsupported
from models.queries import ContactQuery, Page, PageRequest, Scope
from models.records import ActorRef, Agent, Contact
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.chained import chained_page, kept_page
from providers.freshdesk.client import Asked, Client, Seen, mapped, mapped_one, together
from providers.freshdesk.kept import Kept
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.mapping_people import contact, contact_of_agent
from providers.freshdesk.merged import Fetch
from providers.freshdesk.offsets import ident, offsets, stamp
from providers.upstream import decode
from providers.upstream.records import remembered
from providers.walking import slice_page

CONTACT_SECONDS = 60.0
SHORT = 10  # rows of a look-up that are worth a second look
# A company or address nobody has may be refused instead of giving an empty list.
UNKNOWN_OF = frozenset({"company_id", "email", "phone", "mobile"})
STATES: Mapping[ContactState, str] = {
    ContactState.VERIFIED: "verified",
    ContactState.UNVERIFIED: "unverified",
    ContactState.BLOCKED: "blocked",
}


class People:
    def __init__(self, account: Account, client: Client, lookups: Lookups) -> None:
        self._account = account
        self._client = client
        self._lookups = lookups
        self._contacts: Kept[Contact] = Kept(
            client.clock, CONTACT_SECONDS, partial(remembered, account.key, "GET /contacts/{id}")
        )
        self._since = "updated_since"

    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        bound = scope.bound(self._account.key)
        if query.name is not None:
            raise Unsupported(
                "Freshdesk cannot list contacts by name.",
                nearest="Use `search(kinds: [CONTACT])`, which finds the beginning of each word.",
                field="name",
            )
        if query.state is ContactState.UNKNOWN:
            return Page(rows=(), more=False)
        organizations = self._organizations_of(query, bound)
        if organizations is not None and not organizations:
            return Page(rows=(), more=False)
        if query.email is not None or query.phone is not None or query.external_id is not None:
            found = [one for one in await self._looked_up(query) if self._sees(scope, one)]
            return slice_page(found, page, ident=ident)
        lists: dict[str, Fetch[Contact]] = {
            one or "all": partial(self._listed, scope, query, one, organizations)
            for one in (organizations if organizations is not None else [None])
        }
        return await chained_page(lists, page) if len(lists) > 1 else await next(iter(lists.values()))(page)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> list[Contact | None]:
        """An agent's id is not a contact's (404): agents already in hand spare the call that would say so."""
        agents = {one: found for one in set(ids) if (found := self._lookups.agent_in_hand(one))}
        contacts = await self._contacts.many((one for one in ids if one not in agents), self._contact)
        for one, known in contacts.items():
            if known is None and (agent := await self._lookups.agent(one)):
                agents[one] = agent
        return [
            self._if_seen(scope, contact_of_agent(self._account, agents[one]) if one in agents else contacts.get(one))
            for one in ids
        ]

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> list[Contact | None]:
        """One call per address: the list takes one `email` only."""
        distinct = dict.fromkeys(one.strip().casefold() for one in emails)
        found = dict(zip(distinct, await together(self._by_email(scope, one) for one in distinct), strict=True))
        return [found[one.strip().casefold()] for one in emails]

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> list[Contact | Agent | None]:
        known = [ref for ref in refs if ref.remote_id is not None]
        agents: dict[str, Agent] = {}
        if any(ref.kind is not ActorKind.CONTACT for ref in known):
            agents = {one.remote_id: one for one in await self._lookups.agents()}
        others = [ref.remote_id for ref in known if ref.remote_id and ref.remote_id not in agents]
        contacts = dict(zip(others, await self.contacts_by_id(scope, others), strict=True))
        return [agents.get(ref.remote_id or "") or contacts.get(ref.remote_id or "") for ref in refs]

    async def whole(self, scope: Scope, contacts: Sequence[Contact]) -> list[Contact]:
        """List rows and embedded requesters do not tell all companies of a contact: its own page does."""
        short = [one.remote_id for one in contacts if one.detail is DetailLevel.LISTED]
        found = dict(zip(short, await self.contacts_by_id(scope, short), strict=True))
        return [found.get(one.remote_id) or one for one in contacts]

    def _organizations_of(self, query: ContactQuery, bound: frozenset[str] | None) -> list[str] | None:
        """The companies to walk; None for all contacts, an empty list for none."""
        if query.organization_id is not None:
            visible = bound is None or query.organization_id in bound
            return [query.organization_id] if visible and query.organization_id.isdecimal() else []
        if bound is None:
            return None
        return sorted((one for one in bound if one.isdecimal()), key=int)

    async def _listed(
        self,
        scope: Scope,
        query: ContactQuery,
        organization_id: str | None,
        walked: list[str] | None,
        page: PageRequest,
    ) -> Page[Contact]:
        def keep(found: Contact) -> bool:
            """In one of the walked companies that has it, and only if the scope sees it: in its own, which every row
            tells, else in the first."""
            new = query.updated_since is None or (found.updated_at or query.updated_since) >= query.updated_since
            own = [one for one in walked or () if one in found.organization_ids]
            home = found.organization_id if found.organization_id in own else next(iter(own), organization_id)
            return new and self._sees(scope, found) and home == organization_id

        fetch = partial(self._contact_rows, query, organization_id)
        listed = partial(offsets, fetch)
        if walked is None and query.updated_since is None:
            return await listed(page)
        return await kept_page(listed, page, keep)

    async def _contact_rows(
        self, query: ContactQuery, organization_id: str | None, number: int, per_page: int
    ) -> tuple[list[Contact], bool]:
        """Current documentation says `updated_since`, older ones and some clients `_updated_since`: the second is tried
        when the first is refused."""
        asked: dict[str, str | int | None] = {
            "company_id": organization_id,
            "state": STATES.get(query.state) if query.state else None,
            "page": number,
            "per_page": per_page,
        }
        since = stamp(query.updated_since) if query.updated_since else None
        try:
            rows, more = await self._rows({**asked, self._since: since}, query.state)
        except Rejected as error:
            if since is None or error.status != 400 or not any(name == self._since for name, _ in error.fields):
                raise
            self._since = "_updated_since"
            rows, more = await self._rows({**asked, self._since: since}, query.state)
        return await self._explained(rows, organization_id), more

    async def _explained(self, rows: list[Contact], organization_id: str | None) -> list[Contact]:
        """List rows tell one company. A row under another than the one asked for is read whole: the record itself
        has to say that it belongs here, not the vendor's list."""
        odd = [one.remote_id for one in rows if organization_id and organization_id not in one.organization_ids]
        whole = await self._contacts.many(odd, self._contact) if odd else {}
        return [whole.get(one.remote_id) or one for one in rows]

    async def _rows(self, asked: Asked, state: ContactState | None) -> tuple[list[Contact], bool]:
        try:
            rows = await self._client.rows(wire.Contact, "/contacts", "/contacts", "contacts", asked)
        except Rejected as error:
            if error.status == 400 and any(
                asked.get(name) is not None for name, _ in error.fields if name in UNKNOWN_OF
            ):
                return [], False
            raise
        told = state if state is ContactState.BLOCKED else None

        def make(seen: Seen[wire.Contact]) -> Contact:
            return contact(self._account, seen.row, seen.raw, rows.as_of, DetailLevel.LISTED, told)

        return mapped(rows.seen, "/contacts", make), rows.more

    async def _looked_up(self, query: ContactQuery) -> list[Contact]:
        """By address, number or external id: short lists, checked here, since an ignored filter lists everybody."""
        asks: list[Asked] = []
        if query.email is not None:
            asks = [{"email": query.email}]
        elif query.phone is not None:
            asks = [{"phone": query.phone}, {"mobile": query.phone}]
        else:
            asks = [{"unique_external_id": query.external_id}]
        state = {"state": STATES[query.state]} if query.state else {}
        lists = await together(self._rows({**ask, **state, "per_page": 100}, query.state) for ask in asks)
        rows = {one.remote_id: one for found, _ in lists for one in found}
        odd = [one.remote_id for one in rows.values() if not self._answers(query, one)]
        if len(odd) > SHORT:
            raise Unsupported(
                "Freshdesk did not filter its contacts by what was asked for.",
                nearest="Ask by `email`, or use `search(kinds: [CONTACT])`.",
                field="filter",
            )
        # A row may lack what its own page shows: a second address, an external id.
        rows |= {ident: one for ident, one in (await self._contacts.many(odd, self._contact)).items() if one}
        return [one for one in rows.values() if self._answers(query, one)]

    def _answers(self, query: ContactQuery, found: Contact) -> bool:
        held = {identity.value.casefold() for identity in found.identities}
        wanted = [one for one in (query.email, query.phone, query.external_id) if one is not None]
        fits = query.organization_id is None or query.organization_id in found.organization_ids
        new = query.updated_since is None or (found.updated_at or query.updated_since) >= query.updated_since
        return fits and new and all(one.casefold() in held for one in wanted)

    async def _by_email(self, scope: Scope, email: str) -> Contact | None:
        if "@" not in email:
            return None
        rows, _ = await self._rows({"email": email}, None)
        if rows:
            found = rows[0]
            return found if self._sees(scope, found) else (await self.contacts_by_id(scope, [found.remote_id]))[0]
        agents = await self._lookups.agents()
        agent = next((one for one in agents if (one.email or "").casefold() == email), None)
        return self._if_seen(scope, contact_of_agent(self._account, agent)) if agent else None

    async def _contact(self, ident: str) -> Contact | None:
        try:
            seen = await self._client.one(wire.Contact, f"/contacts/{ident}", "/contacts/{id}", "contacts")
        except Forbidden:
            return None
        return mapped_one(seen, "/contacts/{id}", self._mapped) if seen else None

    def _mapped(self, seen: Seen[wire.Contact]) -> Contact:
        return contact(self._account, seen.row, seen.raw, self._client.clock.now())

    async def contact_ids(self, term: str) -> list[str]:
        answer = await self._client.get(
            "/contacts/autocomplete", "/contacts/autocomplete", "contacts", {"term": term.strip()}
        )
        return [str(one.id) for one in decode(answer, list[wire.Named])]

    def _if_seen(self, scope: Scope, found: Contact | None) -> Contact | None:
        return found if found is not None and self._sees(scope, found) else None

    def _sees(self, scope: Scope, found: Contact) -> bool:
        return scope.sees_any_organization(self._account.key, found.organization_ids)


def _told(state: ContactState | None) -> ContactState | None:
    return state if state is ContactState.BLOCKED else None

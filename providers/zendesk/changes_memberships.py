"""Which organizations people belong to, beside the one their row names.

A user's row has the default organization only (vendor's 'Users'), and no sideload tells the others (ruby client, issue
499). One call a person would take days for a large account; the account's list of memberships takes a call for each
hundred. So: it is swept once after the first export and then once a day, and who has more than the default one is
looked up; a person that changes meanwhile is looked up at once. Accounts where people belong to one organization only
say so in their settings, and have no such calls.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.changes import ChangeBatch, Unread
from models.enums import Kind
from models.errors import Forbidden, NotFound, Rejected, Unreadable
from models.records import Contact
from providers.zendesk import wire
from providers.zendesk.changes_rows import Rows, rows_of
from providers.zendesk.checkpoints import read, told
from providers.zendesk.lenient import pairs, ref
from providers.zendesk.mapping_people import contact
from providers.zendesk.memory import Remembered
from providers.zendesk.rows import Found
from providers.zendesk.session import Session
from providers.zendesk.turns import in_turns
from providers.zendesk.whole_lists import PassPage, PassPlace, WholeList

MEMBERSHIPS = "memberships"
_ROWS = "organization_memberships"


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the sweep: the people on it who belong to several organizations, each with all of them."""

    people: Sequence[Contact]
    unread: Sequence[Unread]
    page: PassPage[wire.Membership]


class Belonging:
    def __init__(self, session: Session) -> None:
        self._session, self._client = session, session.client
        self._several = Remembered(session.clock, self._setting, session.noted("lookup several organizations"))
        path, of = f"/{_ROWS}", Kind.CONTACT
        self._list = WholeList(session, path, _ROWS, wire.Membership, of, {"include": "users"})

    async def several(self) -> bool:
        """Whether anybody may belong to more than one."""
        return await self._several.get()

    async def _setting(self) -> bool:
        """Without the right to read the settings: as if they might."""
        try:
            body = await self._client.get("/account/settings", "/account/settings")
        except (Forbidden, NotFound, Rejected, Unreadable):
            return True
        return pairs(pairs(body.get("settings")).get("user")).get("multiple_organizations") is not False

    async def of(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Each person's organizations, in whatever order."""
        return dict(zip(ids, await in_turns(ids, self._of), strict=True))

    async def _of(self, ident: str) -> tuple[str, ...]:
        path, endpoint = f"/users/{ident}/{_ROWS}", f"/users/{{id}}/{_ROWS}"
        try:
            rows = await self._client.whole(path, endpoint, _ROWS, wire.Membership)
        except (NotFound, Unreadable):
            return ()
        return tuple(own for row in rows if (own := ref(row.wire.organization_id)))

    async def sweep(self, place: PassPlace) -> Swept:
        page = await self._list.page(place)
        users = _users(page)
        rows = [row.wire for _, row in page.rows.found if not row.wire.default]
        ids = list(dict.fromkeys(own for row in rows if (own := ref(row.user_id)) in users))
        known = await self.of(ids)
        people = [contact(users[own], self._session.account, page.asked, known[own]) for own in ids if known[own]]
        return Swept(people=people, unread=page.rows.named_by("user_id", Kind.CONTACT), page=page)


class MembershipChanges:
    """The daily sweep. Its records are whole contacts, as of now."""

    def __init__(self, belonging: Belonging) -> None:
        self._belonging = belonging

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, PassPlace, MEMBERSHIPS)
        if not await self._belonging.several():
            return ChangeBatch(checkpoint=told(PassPlace(of=MEMBERSHIPS)), more=False)
        swept = await self._belonging.sweep(place)
        ended = swept.page.ended
        return ChangeBatch(
            records=tuple(swept.people),
            unreadable=tuple(swept.unread),
            checkpoint=told(PassPlace(of=MEMBERSHIPS) if ended else swept.page.place),
            more=not ended,
        )


def _users(page: PassPage[wire.Membership]) -> dict[str, Found[wire.User]]:
    beside = page.body.get("users")
    rows: Rows[wire.User] = rows_of(beside if isinstance(beside, list) else (), "users", wire.User, Kind.CONTACT)
    return {str(found.wire.id): found for _, found in rows.found}

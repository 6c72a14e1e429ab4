"""One call as a handler sees it, and the answer it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.checks import Rule, check, query_values
from providers.freshdesk.simulator.errors import Complaint, denied, invalid, not_found
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.keys import Key
from providers.freshdesk.simulator.paging import PageAsked, next_link, read_page


class Reply(msgspec.Struct, frozen=True):
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}


class Call(msgspec.Struct, frozen=True, kw_only=True):
    account: Account
    who: Key
    path: str
    """Below /api/v2, without a slash in front."""
    parts: Mapping[str, str]
    params: Sequence[tuple[str, str]]
    body: Mapping[str, Any] = {}
    form: bool = False
    """The body came as multipart/form-data: every value is text."""
    base: str
    """The account's address down to /api/v2."""
    files: str
    """The address of the host files are kept on."""

    def admin(self) -> None:
        """Refuses keys of agents who administer nothing."""
        if self.who.role != "admin":
            raise denied()

    def identifier(self, name: str = "id") -> int:
        text = str(self.parts[name])
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise not_found()
        return int(text)

    def number(self, base: Base, name: str = "id") -> int:
        found = number(base, self.identifier(name))
        if found is None:
            raise not_found()
        return found

    def checked(self, rules: Mapping[str, Rule], *, required: Sequence[str] = ()) -> dict[str, Any]:
        return check(self.body, rules, required=required, loose=self.form)

    def page(self, *known: str, strict: bool = False) -> tuple[dict[str, str], PageAsked]:
        """The parameters a list takes besides the page, and the page."""
        complaints: list[Complaint] = []
        query = query_values(self.params, (*known, "page", "per_page"), complaints, strict=strict)
        asked = read_page(query, complaints)
        if complaints:
            raise invalid(complaints)
        return query, asked

    def listed(self, rows: Sequence[Any], asked: PageAsked) -> Reply:
        """`rows` hold one more than the page when there is a next one."""
        if len(rows) <= asked.per_page:
            return Reply(200, list(rows))
        link = next_link(f"{self.base}/{self.path}", self.params, asked.page, loose=self.account.profile.loose_link)
        return Reply(200, list(rows[: asked.per_page]), {"Link": link})

    def paged(self, rows: Sequence[Any], show: Callable[[Any], Any], *known: str) -> Reply:
        """A list that is simply there."""
        _, asked = self.page(*known)
        return self.listed([show(row) for row in rows[asked.first : asked.before]], asked)

    def created(self, resource: str, identifier: int | str, body: Any) -> Reply:
        return Reply(201, body, {"Location": f"{self.base}/{resource}/{identifier}"})


Handler = Callable[[Call], Reply]


class Verb(msgspec.Struct, frozen=True):
    """`uploads`: multipart is taken too. `bare`: a body is refused with `no_content_required`."""

    handler: Handler
    uploads: bool = False
    bare: bool = False

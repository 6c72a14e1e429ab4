"""Lists by page number in the vendor's own order: contacts and companies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from models.errors import Unsupported
from models.queries import Page, PageRequest
from models.records import Contact, Organization
from providers.freshdesk.client import MOST_PAGES
from providers.walking import offset_page

P = TypeVar("P", Contact, Organization)
Offsets = Callable[[int, int], Awaitable[tuple[Sequence[P], bool]]]


async def offsets(fetch: Offsets[P], page: PageRequest) -> Page[P]:
    return await offset_page(fetch, page, ident=ident, max_page=MOST_PAGES, refuse=_too_deep)


def _too_deep() -> Unsupported:
    return Unsupported(
        "Freshdesk does not want its lists to be read beyond page 500.",
        nearest="Narrow the list, for instance by `updatedAt`.",
    )


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ident(found: Contact | Organization) -> str:
    return found.remote_id

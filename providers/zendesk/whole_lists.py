"""Lists of the vendor that are read whole, pass after pass, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.changes import ChangeBatch, Gone, SyncedRecord, Unread
from models.enums import Kind
from providers.upstream import Params
from providers.zendesk.changes_rows import Rows, parted, rows_of
from providers.zendesk.checkpoints import Cursor, Place, Seconds, told
from providers.zendesk.limits import ACCOUNT
from providers.zendesk.rows import Listing, cursor_params
from providers.zendesk.session import Session

T = TypeVar("T")

MOST = 2_000


class PassPlace(Place, frozen=True, kw_only=True, omit_defaults=True):
    """Within a pass. `began`: when it did. `blind`: it met a row that did not say which record it is."""

    after: Cursor | None = None
    began: Seconds = 0
    blind: bool = False


class PassPage(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    rows: Rows[T]
    body: Mapping[str, Any]
    asked: datetime
    place: PassPlace
    """Where the next page begins; of an ended pass, with its own `began` and `blind`."""
    ended: bool

    def batch(
        self,
        made: Sequence[SyncedRecord | Gone],
        unread: Sequence[Unread],
        catalogues: Mapping[str, tuple[Any, ...]] | None = None,
    ) -> ChangeBatch:
        """A pass with an unnamed row ends without saying so: who was not shown may have been that row."""
        records, gone = parted(made)
        began = datetime.fromtimestamp(self.place.began, UTC)
        return ChangeBatch(
            records=records,
            gone=gone,
            unreadable=tuple(unread),
            catalogues=catalogues or {},
            checkpoint=told(PassPlace(of=self.place.of) if self.ended else self.place),
            more=not self.ended,
            pass_ended=self.ended and not self.place.blind,
            watermark=began if self.ended else None,
        )


class WholeList(Generic[T]):
    def __init__(
        self,
        session: Session,
        path: str,
        name: str,
        wire: type[T],
        of: Kind,
        params: Params | None = None,
        family: str = ACCOUNT,
        endpoint: str | None = None,
    ) -> None:
        """`endpoint`: the path without its ids, where it has any."""
        self._session, self._client = session, session.client
        self._path, self._endpoint, self._name = path, endpoint or path, name
        self._wire, self._of = wire, of
        self._params, self._family = params or {}, family

    async def page(self, place: PassPlace) -> PassPage[T]:
        asked = self._session.now
        params = {**self._params, **cursor_params(place.after, None)}
        body = await self._client.get(self._path, self._endpoint, params, self._family)
        raw = body.get(self._name)
        if not isinstance(raw, list):
            raise self._client.unreadable(f"$.{self._name}")
        rows = rows_of(raw, self._name, self._wire, self._of)
        listing: Listing[T] = Listing(rows=(), body=body)
        after = listing.cursor("after")
        if listing.more and after in (None, place.after):
            raise self._client.unreadable("$.meta.after_cursor")
        following = msgspec.structs.replace(
            place,
            after=after if listing.more else None,
            began=place.began or int(asked.timestamp()),
            blind=place.blind or rows.nameless,
        )
        return PassPage(rows=rows, body=body, asked=asked, place=following, ended=not listing.more)

    async def pages(self) -> AsyncIterator[PassPage[T]]:
        """Every page in one go, for short lists."""
        place = PassPlace(of=self._name)
        for _ in range(MOST):
            page = await self.page(place)
            yield page
            if page.ended:
                return
            place = page.place
        raise self._client.unreadable("$.meta.has_more")

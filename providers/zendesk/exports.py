"""The vendor's incremental exports, page by page: by cursor (tickets, users), and by time (organizations, articles).

Quirks, from the vendor's 'Incremental Exports' and 'Using the Incremental Export API' unless said otherwise:

- The last minute before the request is withheld, so what has been read is complete up to a minute before it.
- A poll with nothing new may answer a null cursor (real answers): the old one stays good.
- A page may hold more rows than `per_page`, and all the rows of one second (real answers).
- By time, `next_page` is never null (zenpy 451), and begins with the last second again (dlt verified-sources 659).
- A `start_time` of the last five minutes was refused in former years: there is nothing to be had yet.
- Cursors are not said to end. One that is refused is replaced by the second up to which it had come.
- All exports of an account share ten calls a minute; a page of a thousand tickets can be too slow, or too large, for
  one call. Then smaller pages are asked for.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from models.changes import WindowStuck
from models.errors import Rejected, TimedOut, Unreadable
from providers.upstream import Answer, Params
from providers.zendesk.checkpoints import LONGEST_CURSOR, Cursor, Place, Seconds
from providers.zendesk.client import Client
from providers.zendesk.lenient import whole
from providers.zendesk.limits import INCREMENTAL
from providers.zendesk.session import Session

WITHHELD = timedelta(seconds=60)
SIZES = (1_000, 250, 50)
SMALLER = 2
"""The place of the size for rows that take calls of their own."""
CALM = 20
"""Pages read without trouble before larger ones are tried again."""
MOST_SEEN = 2_000
_TOO_RECENT = "StartTimeTooRecent"

Time = Callable[[Mapping[str, Any]], datetime | None]


class CursorPlace(Place, frozen=True, kw_only=True, omit_defaults=True):
    """`since`: the latest second read, from which to go on should the cursor be refused. `expected` is carried until
    the first pass is through."""

    cursor: Cursor | None = None
    since: Seconds = 0
    expected: int | None = None
    caught_up: bool = False


class TimePlace(Place, frozen=True, kw_only=True, omit_defaults=True):
    """`seen`: digests of the rows of second `since` as they were shown, since that second comes again."""

    since: Seconds = 0
    seen: tuple[str, ...] = ()
    expected: int | None = None
    caught_up: bool = False


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `asked`: our time before the call. `until`: everything up to then has been shown, when it `ended`."""

    rows: Sequence[Any]
    body: Mapping[str, Any]
    asked: datetime
    until: datetime | None
    ended: bool


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `known`: when it was asked, by whichever clock is behind, ours or the vendor's."""

    rows: Sequence[Any]
    body: Mapping[str, Any]
    size: int
    asked: datetime
    known: datetime

    def newest(self, time: Time) -> int:
        """The latest second among the rows; one that is still to come is a mistake."""
        return max((second for second in _seconds(self.rows, time) if second <= self._tomorrow), default=0)

    def end(self, time: Time) -> int:
        told = whole(self.body.get("end_time"))
        return told if told is not None and told <= self._tomorrow else self.newest(time)

    @property
    def _tomorrow(self) -> int:
        return int(self.asked.timestamp()) + 86_400

    def part(self, rows: Sequence[Any], withheld: timedelta, *, ended: bool) -> Part:
        return Part(rows=rows, body=self.body, asked=self.asked, until=self.known - withheld, ended=ended)


class _Pages:
    """Asks, in pages as large as go through."""

    def __init__(self, session: Session, path: str, name: str, params: Params, family: str, usual: int = 0) -> None:
        """`usual`: which of the sizes is asked for while all goes well."""
        self._session = session
        self._client: Client = session.client
        self._path, self._name, self._params, self._family = path, name, params, family
        self._usual = self._step = usual
        self._calm = 0

    @property
    def size(self) -> int:
        return SIZES[self._step]

    async def ask(self, params: Params, size: int | None = None) -> _Page:
        """`size`: just so many, once."""
        asked = self._session.now
        answer = await (self._sized(params) if size is None else self._call(params, size))
        body = self._client.read(answer)
        rows = body.get(self._name)
        if not isinstance(rows, list):
            raise self._client.unreadable(f"$.{self._name}")
        return _Page(
            rows=rows, body=body, size=size or self.size, asked=asked, known=min(asked, _vendors_clock(answer) or asked)
        )

    def widen(self) -> bool:
        """The largest pages, for once; False when they are already."""
        smaller, self._step, self._calm = self._step > 0, 0, 0
        return smaller

    def went_well(self) -> None:
        """Back towards the usual size: from larger pages at once, from smaller ones after a while."""
        self._calm += 1
        if self._step < self._usual or (self._step > self._usual and self._calm >= CALM):
            self._step, self._calm = max(self._usual, self._step - 1), 0

    async def _sized(self, params: Params) -> Answer:
        while True:
            try:
                return await self._call(params, self.size)
            except (TimedOut, Unreadable) as error:
                if self._step + 1 == len(SIZES) or not _too_heavy(error):
                    raise
                self._step, self._calm = self._step + 1, 0

    async def _call(self, params: Params, size: int) -> Answer:
        asked = {**self._params, **params, "per_page": size}
        return await self._client.ask(self._path, self._path, asked, self._family)


class CursorExport:
    """`time` is what a row is ordered by."""

    def __init__(self, session: Session, path: str, name: str, time: Time, params: Params | None = None) -> None:
        self._client, self._time = session.client, time
        self._pages = _Pages(session, path, name, params or {}, INCREMENTAL)

    async def page(self, place: CursorPlace) -> tuple[Part, CursorPlace]:
        try:
            page = await self._pages.ask({"cursor": place.cursor} if place.cursor else {"start_time": place.since})
        except Rejected as error:
            if place.cursor and error.status in (400, 410, 422):
                return await self.page(msgspec.structs.replace(place, cursor=None))
            return _nothing_yet(error), place
        told, cursor = page.body.get("end_of_stream"), _cursor(page.body)
        ended = told if isinstance(told, bool) else not page.rows
        if not ended and cursor in (None, place.cursor):
            raise self._client.unreadable("$.after_cursor")
        self._pages.went_well()
        since = max(place.since, page.newest(self._time))
        following = msgspec.structs.replace(place, cursor=cursor or place.cursor, since=since)
        return page.part(page.rows, WITHHELD, ended=ended), following


class TimeExport:
    def __init__(
        self,
        session: Session,
        path: str,
        name: str,
        time: Time,
        *,
        family: str = INCREMENTAL,
        params: Params | None = None,
        withheld: timedelta = WITHHELD,
        usual: int = 0,
    ) -> None:
        self._pages = _Pages(session, path, name, params or {}, family, usual)
        self._name, self._time, self._withheld = name, time, withheld

    async def page(self, place: TimePlace) -> tuple[Part, TimePlace]:
        try:
            page = await self._pages.ask({"start_time": place.since})
        except Rejected as error:
            return _nothing_yet(error), place
        end = max(place.since, page.end(self._time))
        if end == place.since and self._goes_on(page, end):
            return await self._past(page, place)
        self._pages.went_well()
        fresh, seen = self._unseen(page.rows, place, end)
        following = msgspec.structs.replace(place, since=end, seen=seen)
        return page.part(fresh, self._withheld, ended=self._ended(page, standing=end == place.since)), following

    async def _past(self, page: _Page, place: TimePlace) -> tuple[Part, TimePlace]:
        """All of the page is of one second, there is more, and the next page would be this one. A page fuller than
        asked shows its second whole, so the next second is next. One that is just full may be cut: asked for one row
        less it is fuller than asked, or the second cannot be read."""
        if len(page.rows) <= page.size and self._pages.widen():
            return await self.page(place)
        if len(page.rows) == page.size:
            page = await self._pages.ask({"start_time": place.since}, page.size - 1)
        if len(page.rows) <= page.size:
            raise WindowStuck(
                f"More {self._name} were changed in one second than the helpdesk shows at a time, and it gives no way "
                f"past them (second {place.since})."
            )
        self._pages.went_well()
        fresh, _ = self._unseen(page.rows, place, place.since)
        following = msgspec.structs.replace(place, since=place.since + 1, seen=())
        return page.part(fresh, self._withheld, ended=False), following

    def _unseen(self, rows: Sequence[Any], place: TimePlace, end: int) -> tuple[list[Any], tuple[str, ...]]:
        """The rows that were not shown just so before, and the digests of those that will come again: all of the last
        second. When these are very many they are not kept; whoever keeps versions drops the rows."""
        known, last = frozenset(place.seen), set(place.seen if end == place.since else ())
        fresh: list[Any] = []
        for row in rows:
            digest = _digest(row)
            if digest not in known:
                fresh.append(row)
            if max(_seconds([row], self._time), default=end) >= end:
                last.add(digest)
        return fresh, tuple(sorted(last)) if len(last) <= MOST_SEEN else ()

    def _goes_on(self, page: _Page, second: int) -> bool:
        """Whether there is more behind a page that is all of one second. The articles' export does not tell, and shows
        a second that is not over yet: it is asked again later."""
        told = page.body.get("end_of_stream")
        if isinstance(told, bool):
            return not told
        return len(page.rows) >= page.size and second < (page.known - WITHHELD).timestamp()

    def _ended(self, page: _Page, *, standing: bool) -> bool:
        told = page.body.get("end_of_stream")
        if isinstance(told, bool):
            return told
        return standing or not page.rows or page.body.get("next_page") is None


def _nothing_yet(error: Rejected) -> Part:
    """An older account's answer to a `start_time` of the last minutes. Anything else is an error still."""
    if error.vendor_code != _TOO_RECENT:
        raise error
    return Part(rows=(), body={}, asked=datetime.fromtimestamp(0, UTC), until=None, ended=True)


def _too_heavy(error: TimedOut | Unreadable) -> bool:
    """Too slow; or, with an answer that names no place in it, larger than we take."""
    return isinstance(error, TimedOut) or (error.where is None and error.status == 200)


def _cursor(body: Mapping[str, Any]) -> str | None:
    found = body.get("after_cursor")
    fit = isinstance(found, str) and 0 < len(found) <= LONGEST_CURSOR and found.isascii() and found.isprintable()
    return found if fit else None


def _seconds(rows: Sequence[Any], time: Time) -> list[int]:
    times = (time(row) for row in rows if isinstance(row, dict))
    return [int(found.timestamp()) for found in times if found is not None]


def _digest(row: Any) -> str:
    return base64.b85encode(hashlib.blake2b(msgspec.json.encode(row), digest_size=8).digest()).decode()


def _vendors_clock(answer: Answer) -> datetime | None:
    """When the vendor began to answer, by its own clock."""
    try:
        said = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    whole_second = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    return whole_second - timedelta(seconds=max(0.0, answer.elapsed))

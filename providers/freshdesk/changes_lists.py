"""A list of the vendor as a stream: its pages are walked (changes_walk.py), its rows read one by one (rows.py)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import msgspec

from models.changes import ChangeBatch, Gone, SyncedRecord, Unread
from models.enums import Kind
from models.errors import BadInput, TimedOut, Unavailable, Unreadable, Unsupported, UpstreamError
from providers.freshdesk.changes_walk import PER_PAGE, Item, Lister, Listing, Place, Rules, Step, step
from providers.freshdesk.client import Client, Seen
from providers.freshdesk.lenient import when
from providers.freshdesk.rows import RowPage, ident_of, made
from runtime.clock import Clock

T = TypeVar("T")
LEAST = 25
GOOD = 20
"""Answers after which a page is made larger again."""


class Stream(Protocol):
    """`batch(None)` begins the stream; afterwards with the checkpoint of the batch before."""

    async def batch(self, checkpoint: str | None) -> ChangeBatch: ...


def pack(place: msgspec.Struct) -> str:
    return msgspec.json.encode(place).decode()


def unpack(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise BadInput(
            "This checkpoint is not one of this stream of Freshdesk's. Forget it, so that the stream begins anew.",
            field="checkpoint",
        ) from None


def second_of(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int(moment.timestamp()))


def moment_of(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def listing_of(page: RowPage[T], kind: Kind, make: Callable[[Seen[T]], Any], since: int) -> Listing:
    """A row whose own time cannot be read has that of the row before it, and one without an id is told by its look."""
    items: list[Item] = []
    second = since
    for row in page.rows:
        own = second_in(row.raw)
        second = second if own is None else own
        key = ident_of(row.raw) or f"?{zlib.crc32(msgspec.json.encode(row.raw))}"
        items.append(Item(key=key, second=second, raw=row.raw, found=made(row, kind, make)))
    return Listing(items, page.more)


def second_in(raw: Any) -> int | None:
    text = raw.get("updated_at") if isinstance(raw, Mapping) else None
    try:
        return second_of(when(text, "updated_at")) if isinstance(text, str) else None
    except Unreadable:
        return None


def reported(items: Sequence[Item]) -> tuple[tuple[SyncedRecord, ...], tuple[Unread, ...]]:
    records = tuple(item.found for item in items if not isinstance(item.found, Unread))
    return records, tuple(item.found for item in items if isinstance(item.found, Unread))


def batch_of(
    found: Step,
    place: msgspec.Struct,
    *,
    whole: bool = False,
    more: bool | None = None,
    gone: tuple[Gone, ...] = (),
    watermark: datetime | None = None,
    expected: int | None = None,
) -> ChangeBatch:
    records, unreadable = reported(found.fresh)
    return ChangeBatch(
        records=records,
        unreadable=unreadable,
        gone=gone,
        checkpoint=pack(place),
        more=not found.ended if more is None else more,
        pass_ended=whole and found.ended,
        watermark=watermark,
        expected=expected,
    )


class Portion:
    """How many rows a page is asked for. After an answer that took too long or was larger than we accept, fewer: the
    bodies of a hundred tickets may be both. Then, by and by, more again. What failed is raised, and asked again by
    whoever asked."""

    def __init__(self) -> None:
        self.size = PER_PAGE
        self._good = 0

    async def step(self, lister: Lister, place: Place, rules: Rules, now: int) -> Step:
        try:
            found = await step(lister, place, rules, now, self.size)
        except (TimedOut, Unavailable, Unreadable) as error:
            if _too_much(error):
                self.size, self._good = max(LEAST, self.size // 2), 0
            raise
        self._good += 1
        if self._good >= GOOD:
            self.size, self._good = min(PER_PAGE, self.size * 2), 0
        return found


def _too_much(error: UpstreamError) -> bool:
    """A body that is too large has no place that is wrong; 502 and 504 are gateways that did not wait any longer."""
    if isinstance(error, Unreadable):
        return error.where is None
    return isinstance(error, TimedOut) or error.status in (502, 504)


class ListStream:
    """A list in an order of the vendor's own: contacts, companies, agents. With `whole` each pass shows all of it, else
    the passes after the first ask for what was updated since.

    The watermark is the moment the pass began: what changed while it ran may have been read before it changed.
    """

    def __init__(
        self, client: Client, rules: Rules, lister: Lister, begin: Callable[[int], Place] | None = None
    ) -> None:
        self._clock = client.clock
        self._rules = rules
        self._lister = lister
        self._begin = begin
        self._portion = Portion()

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        now = now_of(self._clock)
        place = unpack(checkpoint, Place) if checkpoint is not None else self._begin(now) if self._begin else Place()
        found = await self._portion.step(self._lister, place, self._rules, now)
        began = moment_of(place.began or now)
        return batch_of(found, found.place, whole=self._rules.whole, watermark=began if found.ended else None)


async def all_of(lister: Lister, rules: Rules, now: int) -> list[Item]:
    """A short list, read at once to its end."""
    found: dict[str, Item] = {}
    place = Place()
    for _ in range(10_000):
        got = await step(lister, place, rules, now)
        found |= {item.key: item for item in got.fresh}
        if got.ended:
            return list(found.values())
        place = got.place
    raise Unsupported(f"Freshdesk's list of {rules.name} is longer than it lets us read.")


def now_of(clock: Clock) -> int:
    return int(clock.now().timestamp())


def stamp(second: int) -> str:
    return moment_of(second).strftime("%Y-%m-%dT%H:%M:%SZ")

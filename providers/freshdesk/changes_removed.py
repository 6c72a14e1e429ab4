"""Lists of what was taken out of use: deleted tickets and spam, deleted and blocked contacts.

Freshdesk sends no tombstones: such records leave the ordinary list and appear in these (singer-io PR 26; airbyte issue
32138). What leaves these lists was brought back, or is gone for good: the bin empties itself after some 30 days
(unconfirmed).

Whether being deleted and being brought back move a record's `updated_at` nobody has confirmed. Where they do, windows
find both. For where they do not, the list is read whole once a day, and what it held a day before and does not hold any
more is looked up by its id. The ids are kept in the checkpoint, the newest of them, tightly packed.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Literal

import msgspec

from models.changes import ChangeBatch, Gone, Unread
from models.enums import Kind, Lifecycle
from models.records import Contact, Ticket
from providers.freshdesk.changes_lists import Portion, batch_of, moment_of, now_of, pack, unpack
from providers.freshdesk.changes_walk import Item, Lister, Place, Rules
from providers.freshdesk.client import Client, together
from providers.freshdesk.rows import ident_of

DAY_S = 86_400
MOST_KNOWN = 20_000
AT_ONCE = 10
Hidden = Literal["hidden"]
"""It is there, and our key may not see it."""
LookUp = Callable[[str], Awaitable[Ticket | Contact | Unread | Hidden | None]]


class Removed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`known`: what the list held when it was last read. `sweep`: what the daily reading has met so far; None between
    two of them. `missing`: left the list, to be looked up."""

    walk: Place
    known: str = ""
    sweep: str | None = None
    swept: int = 0
    missing: tuple[int, ...] = ()


class RemovedStream:
    def __init__(
        self,
        client: Client,
        rules: Rules,
        lister: Lister,
        *,
        kind: Kind,
        first: Callable[[int], Awaitable[Place]],
        look_up: LookUp,
    ) -> None:
        self._clock = client.clock
        self._rules = rules
        self._lister = lister
        self._kind = kind
        self._first = first
        self._look_up = look_up
        self._portion = Portion()

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        now = now_of(self._clock)
        if checkpoint is None:
            state = Removed(walk=await self._first(now), sweep="", swept=now)
        else:
            state = _due(unpack(checkpoint, Removed), now)
        if state.missing:
            return await self._missing(state)
        began = moment_of(state.walk.began or now)
        found = await self._portion.step(self._lister, state.walk, self._rules, now)
        state = _noted(msgspec.structs.replace(state, walk=found.place), found.fresh, ended=found.ended)
        more = not found.ended or bool(state.missing)
        return batch_of(found, state, more=more, watermark=began if not more else None)

    async def _missing(self, state: Removed) -> ChangeBatch:
        """Brought back, or gone for good; or still there, and the list was behind. What is hidden stays as it was."""
        asked, later = state.missing[:AT_ONCE], state.missing[AT_ONCE:]
        found = await together(self._look_up(str(ident)) for ident in asked)
        records = [one for one in found if isinstance(one, Ticket | Contact)]
        return ChangeBatch(
            records=tuple(records),
            unreadable=tuple(one for one in found if isinstance(one, Unread)),
            gone=tuple(
                Gone(kind=self._kind, remote_id=str(ident), lifecycle=Lifecycle.PURGED)
                for ident, one in zip(asked, found, strict=True)
                if one is None
            ),
            checkpoint=pack(msgspec.structs.replace(state, missing=later)),
            more=bool(later),
        )


def _due(state: Removed, now: int) -> Removed:
    """Once a day a pass reads the whole list; our clock is good enough to say when."""
    if state.sweep is not None or state.missing or state.walk.began or now - state.swept < DAY_S:
        return state
    whole = msgspec.structs.replace(state.walk, since=0, at=0, seen=())
    return msgspec.structs.replace(state, walk=whole, sweep="", swept=now)


def _noted(state: Removed, fresh: Iterable[Item], *, ended: bool) -> Removed:
    met = {int(ident) for item in fresh if (ident := ident_of(item.raw)) is not None}
    known = unpacked(state.known) | met
    if state.sweep is None:
        return msgspec.structs.replace(state, known=packed(known))
    swept = unpacked(state.sweep) | met
    if not ended:
        return msgspec.structs.replace(state, known=packed(known), sweep=packed(swept))
    missing = tuple(sorted(known - swept))
    return msgspec.structs.replace(state, known=packed(swept), sweep=None, missing=missing)


def packed(idents: Iterable[int]) -> str:
    """Ascending, as the distances between them, seven bits to a byte."""
    out = bytearray()
    before = 0
    for ident in sorted(ident for ident in idents if ident > 0)[-MOST_KNOWN:]:
        rest, before = ident - before, ident
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
    return base64.b64encode(out).decode()


def unpacked(text: str) -> set[int]:
    return set(_running(text))


def _running(text: str) -> Iterator[int]:
    total = value = shift = 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            total += value
            yield total
            value = shift = 0

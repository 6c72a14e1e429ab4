"""Tickets looked up by their numbers: missing ones to be brought in, old ones to see whether they are still there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import msgspec

from models.changes import ChangeBatch, Gone
from models.enums import FreshnessSource, Kind, Lifecycle
from providers.base import Provider
from providers.upstream.policy import Lane, lane_is
from storage import absences
from storage.apply import apply
from storage.checkpoints import Checkpoint
from storage.database import Session
from storage.verifying import not_read_since
from sync.fetching import Found, fetched
from sync.leasing import Held, told, write
from sync.parts import SyncParts
from sync.valves import Halt

log = logging.getLogger("deskgraph.sync")

REMEMBERED = 1_000
AT_ONCE = 5
"""Ids that are looked up together where the vendor takes one at a time."""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the reconciliation of a helpdesk stands. `scanned`: gaps up to this number are noted. `ceiling`: the
    highest number at `ceiling_at`, in seconds since 1970. `verified`: up to this number old tickets were looked up.
    `looked`, `lost`: how many of the last ones were looked up, and not found. `counted_at`: when the vendor was last
    asked how many there are, `short`: whether we had fewer. `repaired`, `purged`: how many were brought in and taken
    out in all."""

    scanned: int = 0
    ceiling: int = 0
    ceiling_at: int = 0
    verified: int = 0
    looked: int = 0
    lost: int = 0
    counted_at: int = 0
    short: bool = False
    repaired: int = 0
    purged: int = 0


def place_of(checkpoint: Checkpoint) -> Place:
    if checkpoint.checkpoint is None:
        return Place()
    return msgspec.json.decode(checkpoint.checkpoint, type=Place)


def with_place(checkpoint: Checkpoint, place: Place) -> Checkpoint:
    return msgspec.structs.replace(
        checkpoint, checkpoint=msgspec.json.encode(place).decode(), processed=place.repaired + place.purged
    )


class LookUps:
    """Within one cycle of one helpdesk, under its lease."""

    def __init__(self, parts: SyncParts, provider: Provider, held: Held, stopped: Callable[[], bool]) -> None:
        self._parts = parts
        self._provider = provider
        self._held = held
        self._stopped = stopped
        self._key = provider.info.key
        self._batch = max(AT_ONCE, provider.capabilities.batch)
        self._rounds = max(1, parts.policy.reconcile_calls * provider.capabilities.batch // self._batch)

    @property
    def _over(self) -> bool:
        return self._stopped() or self._held.lost

    async def missing(self, place: Place) -> Place:
        """Noted numbers: stored if they are there, else known to be absent."""
        parts = self._parts
        for _ in range(self._rounds):
            nums = await absences.sought(parts.db, parts.tenancy, self._key, self._batch)
            if not nums or self._over:
                break
            found = await self._fetched(nums)
            parts.steps("absent-read")
            async with parts.db.write(parts.tenancy.number) as session:
                stored = await self._stored(session, found, ())
                place = msgspec.structs.replace(place, repaired=place.repaired + stored)
                await absences.found(session, parts.tenancy, self._key, _numbers(nums, found, there=True))
                absent = _numbers(nums, found, there=False)
                await absences.absent(session, parts.tenancy, self._key, absent, parts.clock.now())
                parts.steps("absent-applied")
                await self._save(session, place)
            parts.steps("absent-committed")
            if stored:
                log.warning("missing tickets were brought in: %d", stored, extra=told(self._held.lease))
        return place

    async def old(self, place: Place, *, confirmed: bool) -> Place:
        """Tickets that were not read for long. Raises Halt when so many are not there any more that it is our
        credential that may not see them, more likely; unless that was `confirmed`."""
        parts = self._parts
        before = parts.clock.now() - timedelta(seconds=parts.policy.verify_after_s)
        for _ in range(self._rounds):
            stretch = await not_read_since(
                parts.db,
                parts.tenancy,
                self._key,
                after=place.verified,
                before=before,
                most=self._batch,
                examined=parts.policy.reconcile_numbers,
            )
            place = msgspec.structs.replace(place, verified=stretch.upto or 0)
            if not stretch.nums or self._over:
                break
            place = await self._verify(place, stretch.nums, confirmed)
            if stretch.upto is None:
                break
        return place

    async def _verify(self, place: Place, nums: Sequence[int], confirmed: bool) -> Place:
        parts = self._parts
        found = await self._fetched(nums)
        parts.steps("verified-read")
        gone = _numbers(nums, found, there=False)
        place = _looked(place, len(nums), len(gone))
        allowed = max(parts.policy.removed_floor, parts.policy.removed_share * place.looked)
        if gone and place.lost > allowed and not confirmed:
            raise Halt.suspicious(place.lost, place.looked)
        async with parts.db.write(parts.tenancy.number) as session:
            await self._stored(session, found, gone)
            place = msgspec.structs.replace(place, purged=place.purged + len(gone))
            await self._save(session, place)
        parts.steps("verified-committed")
        if gone:
            log.warning("tickets are not at the helpdesk any more: %d", len(gone), extra=told(self._held.lease))
        return place

    async def _fetched(self, nums: Sequence[int]) -> Found:
        with lane_is(Lane.BACKGROUND):
            return await fetched(self._provider, self._parts.scope, Kind.TICKET, [str(num) for num in nums])

    async def _stored(self, session: Session, found: Found, gone: Iterable[int]) -> int:
        batch = ChangeBatch(
            records=tuple(one for one in found.values() if one is not None),
            gone=tuple(Gone(kind=Kind.TICKET, remote_id=str(num), lifecycle=Lifecycle.PURGED) for num in gone),
            checkpoint="",
            more=False,
        )
        now = self._parts.clock.now()
        applied = await apply(session, self._parts.tenancy, self._key, batch, origin=FreshnessSource.SYNC, now=now)
        return applied.stored

    async def _save(self, session: Session, place: Place) -> None:
        self._held.checkpoint = with_place(self._held.checkpoint, place)
        await write(self._parts, session, self._held, self._held.checkpoint)


def _numbers(nums: Sequence[int], found: Found, *, there: bool) -> list[int]:
    return [num for num in nums if (found[str(num)] is not None) is there]


def _looked(place: Place, looked: int, lost: int) -> Place:
    """Older ones count half, again and again."""
    known, gone = place.looked, place.lost
    if known > REMEMBERED:
        known, gone = known // 2, gone // 2
    return msgspec.structs.replace(place, looked=known + looked, lost=gone + lost)

"""The table of writes. One row for each tenant and idempotency key, made before anything is sent.

PREPARED  planned, nothing sent          SENDING   a call is under way in some process
SUCCEEDED the vendor's answer is kept    FAILED    the vendor surely did not do it; the key may be tried again
OUTCOME_UNKNOWN  the call left and no answer came: looked for by its marker, never sent again blindly
"""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from typing import Protocol

import msgspec

from models.errors import Conflict, IdempotencyMismatch
from models.queries import WritePlan
from models.records import Ticket


class WriteState(StrEnum):
    PREPARED = "PREPARED"
    SENDING = "SENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"


class Entry(msgspec.Struct, kw_only=True, frozen=True):
    """`sent_at`: wall time (epoch seconds) of the first send. `plan` is what was sent, sent again unchanged if ever."""

    tenant: str
    key: str
    helpdesk: str
    fingerprint: str
    marker: str
    state: WriteState
    plan: WritePlan
    sent_at: float | None = None
    ticket: Ticket | None = None


class Ledger(Protocol):
    """Every method is one atomic step; a durable ledger keeps that promise across processes."""

    async def find(self, tenant: str, key: str, fingerprint: str) -> Entry | None:
        """The row of this tenant and key, if there is one. IdempotencyMismatch when its fingerprint differs."""
        ...

    async def open(self, entry: Entry) -> Entry:
        """Adds `entry`, or returns the one that has this tenant and key, as `find` does."""
        ...

    async def claim(self, entry: Entry, sent_at: float) -> Entry:
        """PREPARED, FAILED or OUTCOME_UNKNOWN becomes SENDING, with the plan of `entry`; Conflict when somebody else is
        sending."""
        ...

    async def settle(self, entry: Entry, state: WriteState, ticket: Ticket | None = None) -> Entry: ...


class MemoryLedger:
    """For one process, until it ends. Settled rows go first when there are more than `most`; open ones never do."""

    def __init__(self, most: int = 100_000) -> None:
        self._rows: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self._most = most

    async def find(self, tenant: str, key: str, fingerprint: str) -> Entry | None:
        known = self._rows.get((tenant, key))
        if known is not None and known.fingerprint != fingerprint:
            raise IdempotencyMismatch(
                "This idempotencyKey was used with another input. Use a new key for another ticket."
            )
        return known

    async def open(self, entry: Entry) -> Entry:
        known = await self.find(entry.tenant, entry.key, entry.fingerprint)
        if known is None:
            self._keep(entry)
        return known or entry

    async def claim(self, entry: Entry, sent_at: float) -> Entry:
        known = self._rows[(entry.tenant, entry.key)]
        if known.state is WriteState.SENDING:
            raise Conflict(
                "This idempotencyKey is being sent by another request. Ask again with it for the result.",
                helpdesk=entry.helpdesk,
            )
        first = known.sent_at if known.sent_at is not None else sent_at
        return self._put(msgspec.structs.replace(known, state=WriteState.SENDING, sent_at=first, plan=entry.plan))

    async def settle(self, entry: Entry, state: WriteState, ticket: Ticket | None = None) -> Entry:
        known = self._rows[(entry.tenant, entry.key)]
        sent_at = None if state is WriteState.FAILED else known.sent_at
        return self._put(msgspec.structs.replace(known, state=state, ticket=ticket, sent_at=sent_at))

    def _put(self, entry: Entry) -> Entry:
        self._rows[(entry.tenant, entry.key)] = entry
        return entry

    def _keep(self, entry: Entry) -> None:
        self._put(entry)
        if len(self._rows) <= self._most:
            return
        settled = (k for k, row in self._rows.items() if row.state in (WriteState.SUCCEEDED, WriteState.FAILED))
        oldest = next(settled, None)
        if oldest is None:
            del self._rows[(entry.tenant, entry.key)]
            raise Conflict("Too many writes without an outcome are open. Settle some of them first.")
        del self._rows[oldest]

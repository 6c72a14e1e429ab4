"""Making a ticket: plan, ledger, call, answer. See design §8."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable

import msgspec

from models.errors import BadInput, HelpdeskError, OutcomeUnknown, StorageUnavailable
from models.queries import MappingWarning, TicketDraft, WritePlan
from models.records import Ticket
from providers.base import Provider
from runtime.clock import Clock
from writes.ledger import Entry, Ledger, WriteState

log = logging.getLogger("deskgraph.writes")

VENDOR_KEY_LIFE_S = 110 * 60
"""Zendesk keeps an Idempotency-Key for two hours (its page 'Creating and updating tickets'); minutes are spared."""

KEEP_S = 5.0
MAX_KEY = 255
REPLANNED = (WriteState.PREPARED, WriteState.FAILED)
"""What was sent, or may have been, is answered from its row, whatever planning would say now."""


Keep = Callable[[Ticket], Awaitable[None]]


class WriteResult(msgspec.Struct, frozen=True, kw_only=True):
    """`ticket` xor `error`, or with preview only `plan`. `replayed`: nothing was sent, the stored answer is given."""

    plan: WritePlan | None = None
    ticket: Ticket | None = None
    error: HelpdeskError | None = None
    state: WriteState = WriteState.PREPARED
    replayed: bool = False

    @property
    def warnings(self) -> tuple[MappingWarning, ...]:
        return self.plan.warnings if self.plan else ()


async def create_ticket(
    provider: Provider,
    ledger: Ledger,
    *,
    tenant: str,
    key: str,
    draft: TicketDraft,
    preview: bool,
    clock: Clock,
    keep: Keep | None = None,
) -> WriteResult:
    """Errors a caller can act on come back in the result; anything else is raised. `keep` puts the vendor's answer into
    our copy."""
    helpdesk = provider.info.key
    try:
        _check_key(key)
        mark = _fingerprint(helpdesk, draft)
        entry = None if preview else await ledger.find(tenant, key, mark)
        if entry is None or entry.state in REPLANNED:
            marker = marker_of(tenant, helpdesk, key)
            plan = await provider.plan_ticket(draft, marker)
            if preview:
                return WriteResult(plan=plan)
            entry = await ledger.open(
                Entry(
                    tenant=tenant,
                    key=key,
                    helpdesk=helpdesk,
                    fingerprint=mark,
                    marker=marker,
                    state=WriteState.PREPARED,
                    plan=plan,
                )
            )
            entry = msgspec.structs.replace(entry, plan=plan)
    except HelpdeskError as error:
        return WriteResult(error=error.at(helpdesk))
    # The call goes on when the caller goes away: only so is its outcome ever known.
    task = asyncio.ensure_future(_settle(provider, ledger, entry, clock, keep))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return await asyncio.shield(task)


_under_way: set[asyncio.Task[WriteResult]] = set()
"""The loop itself would let go of a task that nobody holds."""


def marker_of(tenant: str, helpdesk: str, key: str) -> str:
    """Ours, written into the ticket; tells nothing about the caller's key."""
    return "deskgraph-" + hashlib.sha256(f"{tenant}\0{helpdesk}\0{key}".encode()).hexdigest()[:20]


async def _settle(provider: Provider, ledger: Ledger, entry: Entry, clock: Clock, keep: Keep | None) -> WriteResult:
    if entry.state is WriteState.SUCCEEDED:
        return WriteResult(plan=entry.plan, ticket=entry.ticket, state=entry.state, replayed=True)
    unknown = entry.state is WriteState.OUTCOME_UNKNOWN
    now = clock.now().timestamp()
    try:
        entry = await ledger.claim(entry, now)
    except HelpdeskError as error:
        return WriteResult(plan=entry.plan, error=error.at(entry.helpdesk), state=entry.state)
    young = entry.sent_at is not None and now - entry.sent_at < VENDOR_KEY_LIFE_S
    if unknown and not (provider.idempotent_creates and young):
        result = await _look(provider, ledger, entry)
    else:
        result = await _send(provider, ledger, entry, unknown=unknown)
    if keep is not None and result.ticket is not None:
        await _kept(keep, result.ticket)
    return result


async def _kept(keep: Keep, ticket: Ticket) -> None:
    """The ticket is there, whatever becomes of our copy of it: the sync brings what could not be put there now."""
    try:
        async with asyncio.timeout(KEEP_S):
            await keep(ticket)
    except (StorageUnavailable, TimeoutError):
        log.warning("a new ticket could not be put into the copy now", extra={"helpdesk": ticket.helpdesk})


async def _send(provider: Provider, ledger: Ledger, entry: Entry, *, unknown: bool) -> WriteResult:
    state, kept = WriteState.OUTCOME_UNKNOWN, None
    failure: HelpdeskError | None = None
    try:
        kept = await provider.create_ticket(entry.plan, entry.marker)
        state = WriteState.SUCCEEDED
    except OutcomeUnknown as error:
        failure = error
    except HelpdeskError as error:
        # The vendor did not do it now. After an earlier unknown outcome that says nothing about the first call.
        state, failure = (WriteState.OUTCOME_UNKNOWN if unknown else WriteState.FAILED), error
    finally:
        await ledger.settle(entry, state, kept)
    if failure is not None:
        told = _unknown(entry, failure) if unknown else failure.at(entry.helpdesk)
        return WriteResult(plan=entry.plan, error=told, state=state)
    return WriteResult(plan=entry.plan, ticket=kept, state=state)


async def _look(provider: Provider, ledger: Ledger, entry: Entry) -> WriteResult:
    """An earlier call has no known outcome and may not be sent again: the ticket is looked for, and that is all."""
    found: Ticket | None = None
    try:
        found = await provider.find_ticket(entry.marker)
    except HelpdeskError as error:
        return WriteResult(plan=entry.plan, error=_unknown(entry, error), state=WriteState.OUTCOME_UNKNOWN)
    finally:
        state = WriteState.SUCCEEDED if found else WriteState.OUTCOME_UNKNOWN
        await ledger.settle(entry, state, found)
    if found is not None:
        return WriteResult(plan=entry.plan, ticket=found, state=state, replayed=True)
    return WriteResult(plan=entry.plan, error=_unknown(entry), state=state)


def _unknown(entry: Entry, now: HelpdeskError | None = None) -> OutcomeUnknown:
    """What went wrong `now` says nothing about the first call: a caller who read UNAVAILABLE would take a new key."""
    if now is not None:
        tried = f"and the helpdesk cannot tell now whether the ticket exists: {now.message.rstrip('.')}."
    else:
        tried = "and the ticket cannot be found (yet). It is not sent again, as it may exist."
    return OutcomeUnknown(
        f"The helpdesk's answer to this key was lost, {tried} Ask again later with the same key, or look in the"
        " helpdesk.",
        helpdesk=entry.helpdesk,
        retry_after=now.retry_after if now is not None else None,
    )


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable() or not key.strip():
        raise BadInput(
            f"`idempotencyKey` must be 1 to {MAX_KEY} visible characters, the same for every try of one ticket.",
            field="idempotencyKey",
        )


def _fingerprint(helpdesk: str, draft: TicketDraft) -> str:
    body = msgspec.json.encode((helpdesk, draft), order="deterministic")
    return hashlib.sha256(body).hexdigest()

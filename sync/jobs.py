"""What there is to do for a tenant's helpdesks, and when a piece of it is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from models.changes import StreamSpec
from models.enums import SyncKind
from providers.base import Provider
from storage.checkpoints import Checkpoint
from sync.comments import CommentsWorker
from sync.gate import Gate
from sync.hints import HintsWorker, Wake
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.reconcile import ReconcileWorker
from sync.worker import StreamWorker

Rows: TypeAlias = Mapping[tuple[str, str], Checkpoint]
"""The streams' rows, by helpdesk and stream."""


class Worker(Protocol):
    helpdesk: str
    spec: StreamSpec

    async def run(self, stopped: Callable[[], bool] = ...) -> Outcome: ...


class Job:
    """`after_tickets`: waits until the tickets of its helpdesk have been read to their end once. `rowless`: it has no
    row that says when it is due; it looks for itself, now and then and when something was written."""

    def __init__(
        self, worker: Worker, provider: Provider, *, after_tickets: bool = False, rowless: bool = False
    ) -> None:
        self.worker = worker
        self.helpdesk = worker.helpdesk
        self.spec = worker.spec
        self.key = (worker.helpdesk, worker.spec.name)
        self._first = [one for one in provider.streams if one.kind is SyncKind.TICKETS and one.main]
        self._after_tickets = after_tickets
        self.rowless = rowless

    @property
    def streamed(self) -> bool:
        """It reads a stream of the provider's."""
        return isinstance(self.worker, StreamWorker)

    def due(self, rows: Rows, now: datetime, *, asked: bool = False) -> bool:
        if self._after_tickets and not all(self._finished(rows, one) for one in self._first):
            return False
        row = rows.get(self.key)
        return asked or self.rowless or row is None or row.due_at is None or row.due_at <= now

    def _finished(self, rows: Rows, spec: StreamSpec) -> bool:
        row = rows.get((self.helpdesk, spec.name))
        return row is not None and row.first_finished_at is not None


def jobs_of(parts: SyncParts, providers: Mapping[str, Provider], wake: Wake) -> list[Job]:
    """Tickets first; the order is that in which they begin."""
    found: list[Job] = []
    for provider in providers.values():
        gate = Gate(parts.policy.pages_at_once)
        found.append(Job(HintsWorker(parts, provider, wake), provider, rowless=True))
        found += [Job(StreamWorker(parts, provider, spec, gate), provider) for spec in _ordered(parts, provider)]
        found.append(Job(ReconcileWorker(parts, provider), provider, after_tickets=True))
        found.append(Job(CommentsWorker(parts, provider, gate), provider, after_tickets=True))
    return found


def _ordered(parts: SyncParts, provider: Provider) -> list[StreamSpec]:
    weights = parts.policy.weights
    return sorted(provider.streams, key=lambda spec: (not spec.main, -weights[spec.kind]))

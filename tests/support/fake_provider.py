"""A helpdesk in memory that creates tickets, for tests of what stands above providers."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from models.enums import Channel, Provenance, TicketPriority, TicketStatus, TicketType, Vendor
from models.errors import BadInput, OutcomeUnknown, Unavailable
from models.queries import TicketDraft, WritePlan
from models.records import HelpdeskInfo, NativeStatus, Ticket

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def ticket(number: str, subject: str, helpdesk: str = "desk") -> Ticket:
    return Ticket(
        helpdesk=helpdesk,
        remote_id=number,
        as_of=NOW,
        number=number,
        version="1",
        subject=subject,
        status=TicketStatus.OPEN,
        status_native=NativeStatus(value="open", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT),
        priority=TicketPriority.NORMAL,
        type=TicketType.NONE,
        channel=Channel.API,
    )


class CreatingDesk:
    """Loses answers with probability `lost` (the ticket is made), refuses with `refused` (it is not)."""

    def __init__(
        self, *, idempotent: bool, lost: float = 0.0, refused: float = 0.0, seed: int = 0, lag: int = 0
    ) -> None:
        self.info = HelpdeskInfo(key="desk", vendor=Vendor.ZENDESK, name="Desk", url="https://desk.example")
        self.idempotent_creates = idempotent
        self.made: list[tuple[str, Ticket]] = []
        self.sends: list[str] = []
        self._random = random.Random(seed)
        self._lost, self._refused, self._lag = lost, refused, lag

    async def plan_ticket(self, draft: TicketDraft, marker: str) -> WritePlan:
        if not draft.subject:
            raise BadInput("`subject` must not be empty.", field="subject")
        body: dict[str, Any] = {"subject": draft.subject, "marker": marker}
        return WritePlan(method="POST", path="/tickets", body=body)

    async def create_ticket(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        self.sends.append(plan.body["marker"])
        if self._random.random() < self._refused:
            raise Unavailable("refused")
        known = next((t for m, t in self.made if m == plan.body["marker"]), None) if self.idempotent_creates else None
        made = known or ticket(str(len(self.made) + 1), plan.body["subject"])
        if known is None:
            self.made.append((plan.body["marker"], made))
        if self._random.random() < self._lost:
            raise OutcomeUnknown("no answer")
        return made

    async def find_ticket(self, marker: str) -> Ticket | None:
        if self._lag:
            self._lag -= 1
            return None
        return next((t for m, t in self.made if m == marker), None)

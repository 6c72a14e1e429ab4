"""Making tickets. Zendesk takes an `Idempotency-Key` on `POST /tickets`: for two hours the same key with the same
body gives the stored answer, with another body a refusal (vendor's API reference, 'Create ticket')."""

from __future__ import annotations

import hashlib
from typing import Any

from models.errors import (
    BadInput,
    BudgetExhausted,
    Conflict,
    DeadlineExceeded,
    HelpdeskError,
    IdempotencyMismatch,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TimedOut,
    Unavailable,
    Unreadable,
)
from models.queries import TicketDraft, WritePlan
from models.records import Ticket
from providers.upstream import Call, CallRecord, recording
from providers.zendesk import wire
from providers.zendesk.account import API
from providers.zendesk.limits import ACCOUNT, SEARCH, TICKETS
from providers.zendesk.lookups import Lookups
from providers.zendesk.mapping_draft import Draft, Known, marker_tag
from providers.zendesk.mapping_ticket import Beside, ticket
from providers.zendesk.session import Session

KEY_LIMIT = 255
PATH = f"{API}/tickets"
ENDPOINT = "POST /tickets"

FIELDS = {
    "subject": "subject",
    "comment": "bodyText",
    "description": "bodyText",
    "requester": "requester",
    "requester_id": "requester.contactId",
    "email": "requester.contact.email",
    "name": "requester.contact.name",
    "status": "status",
    "custom_status_id": "nativeStatus",
    "custom_status": "nativeStatus",
    "priority": "priority",
    "type": "type",
    "ticket_type": "type",
    "tags": "tags",
    "group": "groupId",
    "group_id": "groupId",
    "assignee": "assigneeId",
    "assignee_id": "assigneeId",
    "organization": "organizationId",
    "organization_id": "organizationId",
    "brand": "productId",
    "brand_id": "productId",
    "email_ccs": "ccs",
    "collaborators": "ccs",
    "due_at": "dueAt",
    "external_id": "externalId",
    "custom_fields": "customFields",
    "fields": "customFields",
}
"""Zendesk's names in the `details` of a refusal, in the spelling of our input."""


class Writes:
    def __init__(self, session: Session, lookups: Lookups) -> None:
        self._session = session
        self._client = session.client
        self._lookups = lookups

    async def plan(self, draft: TicketDraft, marker: str) -> WritePlan:
        statuses = await self._lookups.labels() if draft.native_status is not None else {}
        fields = await self._lookups.keys.get() if draft.custom_fields else {}
        made = Draft(draft, Known(statuses=statuses, fields=fields), marker)
        body = {"ticket": made.ticket()}
        return WritePlan(method="POST", path=PATH, body=body, warnings=tuple(made.warnings))

    async def create(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        call = Call(
            method=plan.method,
            path=plan.path,
            endpoint=ENDPOINT,
            family=ACCOUNT,
            json=plan.body,
            headers={"Idempotency-Key": _key(idempotency_key)},
            idempotent=True,
            kind="create",
        )
        with recording() as records:
            try:
                body = self._client.read(await self._client.send(call))
                return await self._made(body)
            except Rejected as error:
                raise _refused(error) from None
            except IdempotencyMismatch:
                raise
            except _OPEN as error:
                raise _unless_settled(error, records) from None

    async def _made(self, body: Any) -> Ticket:
        found = self._client.found(body.get("ticket"), wire.Ticket, "$.ticket")
        return ticket(found, self._session.account, self._session.now, Beside(statuses=await self._labels()))

    async def _labels(self) -> Any:
        """The ticket is made: that its status has no label yet must not look like a failure."""
        try:
            return await self._lookups.labels()
        except HelpdeskError:
            return {}

    async def find(self, marker: str) -> Ticket | None:
        """By external id at once; a tag is found through the search, which lags by minutes."""
        params: dict[str, str | int] = {"external_id": marker, "page[size]": 2, "sort": "id"}
        listing = await self._client.listing(
            "/tickets", "/tickets?external_id", "tickets", wire.Ticket, params, TICKETS
        )
        rows = [found for found in listing.rows if found.wire.external_id == marker]
        if not rows:
            tag = marker_tag(marker)
            params = {"query": f"type:ticket tags:{tag}", "sort_by": "created_at", "sort_order": "asc"}
            listing = await self._client.listing(
                "/search", "/search?type:ticket", "results", wire.Ticket, params, SEARCH
            )
            rows = [found for found in listing.rows if tag in (found.wire.tags or ())]
        if not rows:
            return None
        beside = Beside(statuses=await self._labels())
        return ticket(rows[0], self._session.account, self._session.now, beside)


def _key(key: str) -> str:
    """Up to 255 characters that a header can carry; anything else by its digest."""
    fits = len(key) <= KEY_LIMIT and key.isascii() and key.isprintable() and key == key.strip()
    return key if fits else hashlib.sha256(key.encode()).hexdigest()


def _refused(error: Rejected) -> HelpdeskError:
    """A refusal (422) for the caller: their field, in their spelling, and the vendor's words, which may be
    localised."""
    if error.status not in (400, 422):
        return error
    field, said = error.fields[0] if error.fields else (None, error.message)
    told = " ".join(dict.fromkeys(text.strip().rstrip(".") + "." for _, text in error.fields)) or said
    return BadInput(f"Zendesk refused the ticket: {told}", field=FIELDS.get(field or ""), helpdesk=error.helpdesk)


_OPEN = (TimedOut, Unavailable, Unreadable, DeadlineExceeded, BudgetExhausted, RateLimited, Conflict)
_NEVER_LEFT = frozenset(
    {"ClientConnectorError", "ClientConnectorDNSError", "ClientConnectorCertificateError", "ClientConnectorSSLError"}
    | {"ConnectionTimeoutError", "ConnectError", "ConnectTimeout", "PoolTimeout"}
)


def _unless_settled(error: HelpdeskError, records: list[CallRecord]) -> HelpdeskError:
    """Once a copy left us and no answer to it was read, only the vendor knows, whatever came of later copies."""
    if not any(_unsettled(r) for r in records if r.endpoint == ENDPOINT):
        return error
    return OutcomeUnknown(
        "Zendesk did not say whether the ticket was made. Repeating the call with the same idempotency key is safe.",
        helpdesk=error.helpdesk,
        retry_after=error.retry_after,
    )


def _unsettled(record: CallRecord) -> bool:
    if record.error is not None:
        return record.error not in _NEVER_LEFT
    return record.status is not None and (record.status < 300 or record.status >= 500)

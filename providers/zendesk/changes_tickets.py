"""The stream of tickets, from the cursor export: archived and deleted ones too, in the order of the system's own time.

What a row needs comes along without a call of its own: the metrics (when it was solved, first answered, reopened) and
the people, for the addresses of those in copy. `last_audits` is not allowed here, and nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone
from models.enums import DetailLevel, Kind, Lifecycle
from models.errors import HelpdeskError
from models.records import NativeStatus, Ticket
from providers.zendesk import wire
from providers.zendesk.changes_rows import Rows, batch_of, rows_of
from providers.zendesk.checkpoints import read
from providers.zendesk.exports import CursorExport, CursorPlace
from providers.zendesk.lenient import moment
from providers.zendesk.limits import SEARCH
from providers.zendesk.lookups import Lookups
from providers.zendesk.mapping_ticket import Beside, lifecycle, ticket
from providers.zendesk.rows import Found
from providers.zendesk.session import Session

TICKETS = "tickets"
_OUT_OF_USE = frozenset({Lifecycle.DELETED, Lifecycle.PURGED})


class TicketChanges:
    def __init__(self, session: Session, lookups: Lookups) -> None:
        self._session, self._lookups = session, lookups
        self._unlabelled: frozenset[str] = frozenset()
        path = "/incremental/tickets/cursor"
        self._export = CursorExport(session, path, TICKETS, system_time, {"include": "users,metric_sets"})

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, CursorPlace, TICKETS)
        part, following = await self._export.page(place)
        rows = rows_of(part.rows, TICKETS, wire.Ticket, Kind.TICKET)
        beside = Beside(statuses=await self._labels(rows), addresses=_addresses(part.body))
        made, unread = rows.map(partial(self._record, beside, part.asked))
        if checkpoint is None:
            following = msgspec.structs.replace(following, expected=await self._expected())
        return batch_of(part, following, made, unread)

    def _record(self, beside: Beside, as_of: datetime, found: Found[wire.Ticket]) -> Ticket | Gone:
        """Of what was deleted only the name is kept."""
        row = found.wire
        state = lifecycle(row)
        if state in _OUT_OF_USE:
            at = moment(row.generated_timestamp) or moment(row.updated_at)
            return Gone(kind=Kind.TICKET, remote_id=str(row.id), lifecycle=state, at=at)
        detail = DetailLevel.LISTED if row.metric_set is None else DetailLevel.FULL
        return ticket(found, self._session.account, as_of, msgspec.structs.replace(beside, detail=detail))

    async def _labels(self, rows: Rows[wire.Ticket]) -> Mapping[str, NativeStatus]:
        """Labels of the account's own statuses; asked for again when a row names one that is not known yet."""
        known = await self._lookups.labels()
        named = {str(row.wire.custom_status_id) for _, row in rows.found if row.wire.custom_status_id}
        if named - known.keys() - self._unlabelled:
            await self._lookups.statuses.fresh()
            known = await self._lookups.labels()
            self._unlabelled = frozenset(named - known.keys())
        return known

    async def _expected(self) -> int | None:
        """By the search, which counts archived tickets too; the list's own count leaves them out."""
        try:
            found = (
                await self._session.client.get("/search/count", "/search/count", {"query": "type:ticket"}, SEARCH)
            ).get("count")
        except HelpdeskError:
            return None
        return found if isinstance(found, int) and found >= 0 else None


def system_time(row: Mapping[str, Any]) -> datetime | None:
    """It moves with every change, also with the system's that leave `updated_at` alone (vendor's 'Incremental
    Exports')."""
    return moment(row.get("generated_timestamp")) or moment(row.get("updated_at"))


def _addresses(body: Mapping[str, Any]) -> Mapping[str, str]:
    people = body.get("users")
    rows = (row for row in (people if isinstance(people, list) else ()) if isinstance(row, dict))
    return {str(row.get("id")): row["email"] for row in rows if isinstance(row.get("email"), str) and row["email"]}

"""The stream of organizations, from the export by time: the only one there is. Deleted ones come with `deleted_at`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone
from models.enums import Kind, Lifecycle
from models.records import Organization
from providers.zendesk import wire
from providers.zendesk.changes_rows import batch_of, rows_of
from providers.zendesk.checkpoints import read
from providers.zendesk.counting import counted
from providers.zendesk.exports import TimeExport, TimePlace
from providers.zendesk.lenient import moment
from providers.zendesk.mapping_people import organization
from providers.zendesk.rows import Found
from providers.zendesk.session import Session

ORGANIZATIONS = "organizations"


class OrganizationChanges:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._export = TimeExport(session, "/incremental/organizations", ORGANIZATIONS, changed)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        part, following = await self._export.page(read(checkpoint, TimePlace, ORGANIZATIONS))
        rows = rows_of(part.rows, ORGANIZATIONS, wire.Organization, Kind.ORGANIZATION)
        made, unread = rows.map(partial(self._record, part.asked))
        if checkpoint is None:
            expected = await counted(self._session.client, "/organizations/count")
            following = msgspec.structs.replace(following, expected=expected)
        return batch_of(part, following, made, unread)

    def _record(self, as_of: datetime, found: Found[wire.Organization]) -> Organization | Gone:
        row = found.wire
        if row.deleted_at:
            at = moment(row.deleted_at) or moment(row.updated_at)
            return Gone(kind=Kind.ORGANIZATION, remote_id=str(row.id), lifecycle=Lifecycle.DELETED, at=at)
        return organization(found, self._session.account, as_of)


def changed(row: Mapping[str, Any]) -> datetime | None:
    times = [found for name in ("updated_at", "deleted_at") if (found := moment(row.get(name)))]
    return max(times, default=None)

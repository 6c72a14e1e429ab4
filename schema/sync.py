"""How far our copy of a helpdesk has come."""

from datetime import datetime
from typing import Any

import strawberry

from models import sync as models
from models.enums import SyncKind, SyncStatus
from resolvers import sync
from schema.arguments import After, First, paging
from schema.connection import Count, Coverage, PageInfo, RemoteError
from schema.errors import UserError, told_plainly
from schema.fields import PAGED_FORWARD, Info, answered, asked, computed, plain, shows
from schema.refs import HelpdeskRef, QuarantinedConnectionRef
from schema.scalars import JSON, Cursor, Duration

UNSET = strawberry.UNSET


@strawberry.type(description="A record that could not be read. The others of its page were kept; it is tried again.")
class Quarantined:
    kind: str = computed(lambda row: row.kind.value, "What it is, by the name of its GraphQL type.")
    remote_id: str | None = plain("The helpdesk's own id of it; null where even that could not be read.")
    where: str = plain("The JSON path at which reading it failed.")
    reason: str = plain("What was wrong there.")
    first_at: datetime = plain("When it was met first.")
    last_at: datetime = plain("When it was met last.")
    times: int = plain("How often it was met.")
    raw: JSON | None = answered(
        sync.raw_unread,
        "The helpdesk's own record, as received, less links that are keys to files. Needs the scope `raw:read`.",
    )


@strawberry.type(description="A row of the quarantine.")
class QuarantinedEdge:
    cursor: Cursor = plain("The place of this row, for `after`.")
    node: Quarantined = plain("The record.")


@strawberry.type(description="Records that could not be read.")
class QuarantinedConnection:
    edges: list[QuarantinedEdge] = plain("The rows of this page, each with its cursor.")
    nodes: list[Quarantined] = plain("The rows of this page, without their cursors.")
    page_info: PageInfo = plain("Where this page lies in the list.")


@strawberry.type(description="How far our copy of one kind of record of one helpdesk has come.")
@shows(models.SyncState)
class SyncState:
    helpdesk: HelpdeskRef = answered(lambda state, context: context.info(state.helpdesk), "The helpdesk.")
    kind: SyncKind = plain("What is copied.")
    status: SyncStatus = plain("How it is doing.")
    started_at: datetime | None = plain("When the run under way, or the last one, began; null before the first.")
    finished_at: datetime | None = plain("When it last had caught up; null before it did for the first time.")
    watermark: datetime | None = plain("Everything the helpdesk changed up to then is in our copy; null before that.")
    lag: Duration | None = computed(lambda state: state.lag_s, "How far the watermark is behind now.")
    processed: int = computed(
        lambda state: min(state.processed, 2**31 - 1), "Records read since the beginning, each as often as it was read."
    )
    expected: Count | None = plain("How many the first full copy will have read, where the helpdesk tells.")
    coverage: Coverage = plain("How much of the helpdesk's records is in our copy.")
    last_error: RemoteError | None = plain("Why it does not go on; null when it does.")

    @asked(
        "Records of this kind that could not be read, and are missing from our copy until they can. Empty for a caller "
        "bound to organizations; null, with an error, when it cannot be told now.",
        directives=[PAGED_FORWARD],
    )
    async def quarantined(
        root: Any, info: Info, first: First = 20, after: After = UNSET
    ) -> QuarantinedConnectionRef | None:
        return await sync.quarantine(root, info.context, paging(first, after))


@strawberry.type(description="The state of the sync that was asked for, or why it was not.")
@shows(sync.SyncRequested)
class RequestSyncPayload:
    sync: SyncState | None = plain("The state before it runs; null on errors. `syncProgress` tells how it gets on.")
    user_errors: list[UserError] = computed(told_plainly, "What the caller can act on; empty when it was taken.")

"""What can be watched."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

from resolvers import watching
from resolvers.helpdesks import heartbeat
from schema.changes import Since
from schema.fields import Info, given, watched
from schema.filters import TicketFilter, ticket_conditions
from schema.refs import CommentAddedRef, HeartbeatRef, SyncStateRef, TicketChangeRef

UNSET = strawberry.UNSET
RESUME = (
    "With the cursor of the last event as `after` nothing is missed, however long you were away, as long as it is "
    "kept. A slow reader is waited for."
)


@strawberry.type(description="What can be watched, over WebSocket (graphql-transport-ws).")
class Subscription:
    @watched("Each helpdesk's health: at once, then again and again until you leave.")
    async def heartbeat(
        root: Any,
        info: Info,
        helpdesk: Annotated[
            str | None, strawberry.argument(description="Only this helpdesk, by key; all of them when left out.")
        ] = strawberry.UNSET,
        every_seconds: Annotated[int, strawberry.argument(description="How often, 1 to 300 seconds.")] = 5,
    ) -> AsyncIterator[HeartbeatRef]:
        async for beat in heartbeat(given(helpdesk), every_seconds, info.context):
            yield beat

    @watched(
        "Changes of tickets in our copy, as they come. A filter is looked at on the ticket as it is when the event "
        "goes out; that a ticket was deleted or merged is told whatever the filter says, but for its helpdesk. "
        f"{RESUME}"
    )
    async def ticket_changed(
        root: Any,
        info: Info,
        filter: Annotated[
            TicketFilter | None, strawberry.argument(description="Which tickets; all of them when left out.")
        ] = UNSET,
        after: Since = UNSET,
    ) -> AsyncIterator[TicketChangeRef]:
        async with aclosing(watching.ticket_changed(info.context, ticket_conditions(filter), given(after))) as events:
            async for event in events:
                yield event

    @watched(
        "Comments of one ticket, as they come; its conversation is read again when the ticket changes. Internal notes "
        f"need the scope `notes:read`. {RESUME}"
    )
    async def comment_added(
        root: Any,
        info: Info,
        ticket_id: Annotated[strawberry.ID, strawberry.argument(description="The ticket's global id.")],
        after: Since = UNSET,
    ) -> AsyncIterator[CommentAddedRef]:
        async with aclosing(watching.comment_added(info.context, ticket_id, given(after))) as events:
            async for event in events:
                yield event

    @watched(
        "How far our copy has come: each kind of each helpdesk at once, then whatever moved, once a second. Not for "
        "callers bound to organizations."
    )
    async def sync_progress(
        root: Any,
        info: Info,
        helpdesk: Annotated[
            str | None, strawberry.argument(description="Only this helpdesk, by key; all of them when left out.")
        ] = UNSET,
    ) -> AsyncIterator[SyncStateRef]:
        async with aclosing(watching.sync_progress(info.context, given(helpdesk))) as events:
            async for event in events:
                yield event

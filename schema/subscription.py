"""What can be watched."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import strawberry

from resolvers.helpdesks import heartbeat
from schema.fields import Info, given, watched
from schema.refs import HeartbeatRef


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

"""Linked accounts, and how they are doing."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import records
from models.enums import CredentialState, FilterSupport, HealthState, SearchKind, SyncKind, Vendor
from resolvers import helpdesks, sync
from schema.connection import RemoteError
from schema.fields import Info, answered, asked, computed, given, plain, shows
from schema.node import Node
from schema.refs import FieldDefinitionRef, HelpdeskRef, SyncStateRef
from schema.scalars import URL, Duration
from schema.ticket_parts import NativeStatus


@strawberry.type(
    description="What can be done with one field of this helpdesk's records, by the helpdesk or by our copy."
)
class FieldCapability:
    path: str = plain("The field, like `Ticket.status`.")
    readable: bool = plain("Whether it can be read.")
    writable: bool = plain("Whether it can be written.")
    filterable: FilterSupport = plain("Who can filter by it.")
    sortable: FilterSupport = plain("Who can sort by it.")
    note: str | None = plain("What else there is to know, such as a ceiling.")


@strawberry.type(description="What is left of one endpoint's own limit.")
class EndpointBudget:
    name: str = plain("The vendor's endpoint or family of endpoints.")
    limit: int | None = plain("Calls per window, as the vendor last said.")
    remaining: int | None = plain("Calls left in this window.")


@strawberry.type(
    description="What is left of a helpdesk's rate limit, as its last answers said. Nothing is called to know it."
)
class UpstreamBudget:
    limit: int | None = plain("Calls per window; null before the first answer.")
    remaining: int | None = plain("Calls left in this window.")
    window: Duration | None = computed(lambda budget: budget.window_s, "How long a window is.")
    reset_at: datetime | None = plain("When the window ends, where known.")
    interactive_reserved: int = plain("Calls kept back for requests that somebody waits for.")
    queued: int = plain("Calls waiting for their turn now.")
    endpoints: list[EndpointBudget] = plain("Endpoints that have a limit of their own.")


@strawberry.type(description="Whether a helpdesk answers us, and takes our credential.")
class HelpdeskHealth:
    state: HealthState = plain("How it is doing.")
    checked_at: datetime | None = plain("When that was found.")
    latency: Duration | None = computed(
        lambda health: None if health.latency_ms is None else health.latency_ms / 1000, "How long its answer took."
    )
    problem: RemoteError | None = plain("What is wrong; null when nothing is.")
    credential: CredentialState = plain("Whether it takes our credential.")
    note: str | None = plain("Something the operator should know, such as a credential kind that ends soon.")


@strawberry.federation.type(keys=["id", "key"], description="One account at a vendor, linked by the operator.")
@shows(records.HelpdeskInfo)
class Helpdesk(Node):
    key: str = plain("The operator's stable name for it: small letters, digits, hyphens. Part of every id.")
    vendor: Vendor = plain("Whose product it is.")
    name: str = plain("What people call it.")
    url: URL = plain("Where its agents work.")
    ticket_fields: list[FieldDefinitionRef] | None = answered(
        helpdesks.ticket_fields,
        "Its custom ticket fields, cached for minutes. Null, with an error, when it cannot be asked.",
    )
    statuses: list[NativeStatus] | None = answered(
        helpdesks.statuses, "Its ticket statuses, cached for minutes. Null, with an error, when it cannot be asked."
    )
    upstream: UpstreamBudget = answered(helpdesks.upstream, "What is left of its rate limit.")
    health: HelpdeskHealth = answered(
        helpdesks.health, "Whether it answers: one cheap call, or what recent calls showed."
    )

    @asked(
        "How far our copy of it has come, one entry for each kind of record; empty when it is asked live only, and for "
        "a caller bound to organizations. Null, with an error, when our storage cannot be used. Costs no call."
    )
    async def sync(
        root: Any,
        info: Info,
        kinds: Annotated[
            list[SyncKind] | None, strawberry.argument(description="Only these kinds; all of them when left out.")
        ] = strawberry.UNSET,
    ) -> list[SyncStateRef] | None:
        found: Any = root
        return await sync.of_helpdesk(found, info.context, given(kinds))

    @asked(
        "What can be done with each field now: NATIVE by the helpdesk itself, MIRROR by our copy alone, where there is "
        "one and it has been read whole. Costs no call."
    )
    async def capabilities(
        root: Any,
        info: Info,
        kind: Annotated[
            SearchKind | None, strawberry.argument(description="Only fields of this kind of record.")
        ] = strawberry.UNSET,
    ) -> list[FieldCapability]:
        found: Any = await helpdesks.capabilities(root, info.context, given(kind))
        return list(found)


@strawberry.type(description="A sign of life, or its absence.")
@shows(helpdesks.Heartbeat)
class Heartbeat:
    helpdesk: HelpdeskRef = answered(lambda beat, context: context.info(beat.helpdesk), "The helpdesk.")
    health: HelpdeskHealth = plain("How it is doing.")
    at: datetime = plain("When this beat was sent.")

"""Figures over tickets."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import stats as models
from models.enums import TicketDimension, TicketMeasure, TimeBucket
from resolvers import stats
from schema.connection import Coverage
from schema.fields import FIGURES, Info, asked, given, plain, shows
from schema.filters import TicketFilter, ticket_conditions
from schema.refs import TicketStatsRef

UNSET = strawberry.UNSET


@strawberry.type(description="Figures of the tickets that have the same keys.")
@shows(models.StatsRow)
class TicketStatsRow:
    keys: list[str | None] = plain(
        "What these tickets have in common, in the order of `groupBy`: words of the enums, keys of helpdesks, global "
        "ids of records, beginnings of buckets in RFC 3339. Null: they have none."
    )
    values: list[float | None] = plain(
        "The figures, in the order of `measures`. Null where no ticket has what is measured."
    )


@strawberry.type(description="Figures over tickets, with how current and how whole they are.")
@shows(models.TicketStats)
class TicketStats:
    as_of: datetime = plain(
        "Everything the helpdesks changed up to then is counted; of several helpdesks the oldest moment."
    )
    coverage: Coverage = plain("How much of the helpdesks' tickets is in our copy, and so in the figures.")
    rows: list[TicketStatsRow] = plain("One for each combination of keys that there is, in the order of the keys.")


@strawberry.type
class StatsRoots:
    @asked(
        f"Figures over the tickets of our copy that fit the filter. At most {stats.MOST_ROWS:,} rows; what would have "
        "more is refused. Without a lifecycle in the filter, deleted and spam tickets are not counted. Costs no call. "
        "Needs a copy (DATABASE_URL).",
        directives=[FIGURES],
    )
    async def ticket_stats(
        root: Any,
        info: Info,
        group_by: Annotated[
            list[TicketDimension],
            strawberry.argument(description="What to count by, at most 3 of them; an empty list gives one row."),
        ],
        measures: Annotated[
            list[TicketMeasure], strawberry.argument(description="What to measure; at least one, each once.")
        ],
        filter: Annotated[
            TicketFilter | None, strawberry.argument(description="Which tickets; all of them when left out.")
        ] = UNSET,
        bucket: Annotated[
            TimeBucket | None,
            strawberry.argument(description="How CREATED_AT and RESOLVED_AT are cut; DAY when left out."),
        ] = UNSET,
        zone: Annotated[
            str, strawberry.argument(description="The time zone of the buckets, like Europe/Berlin (IANA).")
        ] = "UTC",
    ) -> TicketStatsRef:
        wanted = ticket_conditions(filter)
        return await stats.ticket_stats(info.context, wanted, group_by, measures, given(bucket), zone)

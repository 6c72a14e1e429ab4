"""Arguments that many fields take, and how they are read."""

from typing import Annotated

import strawberry

from models.enums import StalePolicy
from models.errors import BadInput
from resolvers.connections import Paging
from resolvers.sources import Freshness as FreshnessWish
from schema.fields import given
from schema.scalars import Cursor, Duration

First = Annotated[
    int | None,
    strawberry.argument(
        description="How many rows from the beginning, or after `after`: 1 to 100; 50 when left out, 20 on lists that "
        "hang on a record."
    ),
]
After = Annotated[
    Cursor | None,
    strawberry.argument(
        description="Only rows after this cursor, from `pageInfo.endCursor` or an edge of an earlier page."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="How many rows from the end, or before `before`: 1 to 100. Not together with `first`."
    ),
]
Before = Annotated[
    Cursor | None,
    strawberry.argument(description="Only rows before this cursor, from `pageInfo.startCursor` or an edge."),
]


def paging(
    first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
) -> Paging:
    return Paging(first=given(first), after=given(after), last=given(last), before=given(before))


@strawberry.input(description="How old our copy may be for this answer. Without a copy everything is asked live.")
class Freshness:
    max_age: Duration = strawberry.field(
        description="The most that may lie between now and the moment up to which our copy has everything; 0 or more."
    )
    on_stale: StalePolicy = strawberry.field(default=StalePolicy.REFRESH, description="What to do when it is older.")


FRESHNESS = Annotated[
    Freshness | None,
    strawberry.argument(
        description="How old the answer may be. When left out: whatever our copy has, marked STALE in `sources` beyond "
        "five minutes."
    ),
]


def freshness_of(freshness: Freshness | None) -> FreshnessWish | None:
    asked = given(freshness)
    if asked is None:
        return None
    if asked.max_age < 0:
        raise BadInput("`freshness.maxAge` is negative; give a length of time like PT60S.", field="freshness.maxAge")
    return FreshnessWish(max_age_s=asked.max_age, on_stale=asked.on_stale)

"""Arguments that many fields take, and how they are read."""

from typing import Annotated

import strawberry

from resolvers.connections import Paging
from schema.fields import given
from schema.scalars import Cursor

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

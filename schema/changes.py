"""The tenant's sequence of changes."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import ChangeKind, ChangeOp
from resolvers import changes, watching
from schema.arguments import First, paging
from schema.connection import PageInfo
from schema.fields import FOLLOWED, Info, answered, asked, given, plain, shows
from schema.node import Node
from schema.refs import ChangeConnectionRef, CommentRef, HelpdeskRef, TicketRef
from schema.scalars import Cursor

UNSET = strawberry.UNSET

Since = Annotated[
    Cursor | None,
    strawberry.argument(
        description="Only what came after this cursor, of whatever field that gives changes. One that is older than "
        "what is kept is BAD_CURSOR: walk the list again."
    ),
]


@strawberry.type(
    description="Something that happened to a record. Entries outlive their records: of one that was deleted, or is "
    "not yours to see any more, the id is left."
)
@shows(changes.Shown)
class Change:
    cursor: Cursor = plain("Its place in the sequence, for `after`.")
    seq: str = plain("Its number. It only grows; numbers in between may be others'.")
    at: datetime = plain("When our copy learned of it.")
    op: ChangeOp = plain("What happened.")
    kind: ChangeKind = plain("What it happened to.")
    helpdesk: HelpdeskRef = answered(lambda entry, context: context.info(entry.helpdesk), "The record's helpdesk.")
    record_id: strawberry.ID = plain(
        "The record's global id. It is not called `id`: clients would take all entries of a record for one."
    )
    node: Node | None = answered(
        changes.record,
        "The record as our copy has it now, which may be later than this change; null when it is gone, or not yours "
        "to see.",
    )
    changed_fields: list[str] = plain("Which of its fields changed, where that is known; empty otherwise.")


@strawberry.type(description="A row of the sequence of changes.")
class ChangeEdge:
    cursor: Cursor = plain("The place of this row, for `after`.")
    node: Change = plain("The change.")


@strawberry.type(
    description="A page of the sequence of changes, oldest first. It may be short, or empty, while `hasNextPage` is "
    "true: so much was looked at that is not yours to see. `endCursor` goes on from there, and is never null."
)
class ChangeConnection:
    edges: list[ChangeEdge] = plain("The changes of this page, each with its cursor.")
    nodes: list[Change] = plain("The changes of this page, without their cursors.")
    page_info: PageInfo = plain("Where this page lies in the sequence.")
    oldest_available: Cursor | None = plain(
        "The cursor after which everything is still there; older ones are BAD_CURSOR. Null while nothing has been "
        "forgotten."
    )
    newest: Cursor = plain(
        "The cursor of the last change there is. Take it before you walk a list, and follow from it afterwards: "
        "nothing is missed."
    )


@strawberry.type(description="A change of a ticket, and the ticket.")
@shows(watching.TicketChanged)
class TicketChange:
    change: Change = plain("What happened.")
    ticket: TicketRef | None = plain("The ticket as it is now; null when it is gone, or not yours to see any more.")


@strawberry.type(description="A comment that came, and its place in the sequence of changes.")
@shows(watching.CommentAdded)
class CommentAdded:
    change: Change = plain("What happened; its cursor is for `after`.")
    comment: CommentRef = plain("The comment.")


@strawberry.type
class ChangeRoots:
    @asked(
        "What changed in our copy, all helpdesks in one sequence, oldest first, with what was deleted. Costs no call. "
        "Needs a copy (DATABASE_URL). See docs/changes.md for how to keep up with it.",
        directives=[FOLLOWED],
    )
    async def changes(
        root: Any,
        info: Info,
        kinds: Annotated[
            list[ChangeKind] | None, strawberry.argument(description="Kinds of record; all of them when left out.")
        ] = UNSET,
        first: First = UNSET,
        after: Since = UNSET,
    ) -> ChangeConnectionRef:
        return await changes.changes(info.context, given(kinds), paging(first, after))

"""What a single value can be asked for. What is set in one of these must all hold; an empty one is no condition."""

from datetime import datetime

import strawberry

from models.enums import Channel, Lifecycle, TicketPriority, TicketStatus, TicketType
from schema.scalars import Duration

UNSET = strawberry.UNSET
MISSING = "A record without a value is none of them, and is shown."


@strawberry.input(description="Texts to be among, or not to be among. Both must hold.")
class StringIn:
    in_: list[str] | None = strawberry.field(name="in", default=UNSET, description="One of these; at least one.")
    not_in: list[str] | None = strawberry.field(default=UNSET, description=f"None of these. {MISSING}")


@strawberry.input(description="Which statuses to show. Both must hold.")
class TicketStatusIn:
    in_: list[TicketStatus] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[TicketStatus] | None = strawberry.field(default=UNSET, description="None of these.")


@strawberry.input(description="Which priorities to show. All that is set must hold.")
class TicketPriorityIn:
    in_: list[TicketPriority] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[TicketPriority] | None = strawberry.field(default=UNSET, description="None of these.")
    gte: TicketPriority | None = strawberry.field(
        default=UNSET, description="This or a more urgent one: UNKNOWN, NONE, LOW, NORMAL, HIGH, URGENT."
    )


@strawberry.input(description="Which types to show. Both must hold.")
class TicketTypeIn:
    in_: list[TicketType] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[TicketType] | None = strawberry.field(default=UNSET, description="None of these.")


@strawberry.input(description="Which channels to show. Both must hold.")
class ChannelIn:
    in_: list[Channel] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[Channel] | None = strawberry.field(default=UNSET, description="None of these.")


@strawberry.input(description="Which lifecycles to show.")
class LifecycleIn:
    in_: list[Lifecycle] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Tags or labels to carry, or not. All that is set must hold.")
class TagFilter:
    all_: list[str] | None = strawberry.field(name="all", default=UNSET, description="Every one of these.")
    any_: list[str] | None = strawberry.field(name="any", default=UNSET, description="At least one of these.")
    none: list[str] | None = strawberry.field(default=UNSET, description="None of these.")


@strawberry.input(
    description="What a text has to be. All that is set must hold; a record without the text fails. Texts are at most "
    "300 characters. Live, a helpdesk takes `eq` only."
)
class TextFilter:
    eq: str | None = strawberry.field(default=UNSET, description="Exactly this text.")
    in_: list[str] | None = strawberry.field(name="in", default=UNSET, description="Exactly one of these texts.")
    starts_with: str | None = strawberry.field(default=UNSET, description="It begins with this; not empty.")
    contains: str | None = strawberry.field(
        default=UNSET, description="It has this somewhere; not empty. `search` finds words faster."
    )
    case_sensitive: bool | None = strawberry.field(
        default=False, description="Whether upper and lower case are different; they are not when left out."
    )


@strawberry.input(
    description="A moment's bounds. All that is set must hold; a record without the moment fails all but `isNull`."
)
class DateTimeFilter:
    eq: datetime | None = strawberry.field(default=UNSET, description="At this very moment. Not together with bounds.")
    gt: datetime | None = strawberry.field(default=UNSET, description="Later than this. Not together with `gte`.")
    gte: datetime | None = strawberry.field(default=UNSET, description="At this moment or later.")
    lt: datetime | None = strawberry.field(default=UNSET, description="Earlier than this. Not together with `lte`.")
    lte: datetime | None = strawberry.field(default=UNSET, description="At this moment or earlier.")
    within: Duration | None = strawberry.field(
        default=UNSET,
        description="Not further than this from now: back when positive, like `P7D`, ahead when negative, like "
        "`-PT4H`. Now is the moment of each request, so later pages may differ by what time brings.",
    )
    is_null: bool | None = strawberry.field(
        default=UNSET, description="True: there is no such moment; false: there is one. Not together with a bound."
    )


@strawberry.input(
    description="Global ids. Each belongs to one helpdesk: a helpdesk that none of `in` belongs to has no match and is "
    "left out (`SKIPPED`). Live, a helpdesk takes one of its ids at a time."
)
class IdFilter:
    in_: list[strawberry.ID] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[strawberry.ID] | None = strawberry.field(default=UNSET, description=f"None of these. {MISSING}")
    is_null: bool | None = strawberry.field(
        default=UNSET, description="True: there is none; false: there is one. Not together with `in`."
    )


@strawberry.input(description="A number's bounds. All that is set must hold.")
class NumberFilter:
    eq: float | None = strawberry.field(default=UNSET, description="Exactly this. Not together with bounds.")
    gt: float | None = strawberry.field(default=UNSET, description="More than this. Not together with `gte`.")
    gte: float | None = strawberry.field(default=UNSET, description="This or more.")
    lt: float | None = strawberry.field(default=UNSET, description="Less than this. Not together with `lte`.")
    lte: float | None = strawberry.field(default=UNSET, description="This or less.")


@strawberry.input(
    description="A custom ticket field. All that is set must hold, and at least one thing has to be. Only our copy "
    "answers it: live, it is refused."
)
class CustomFieldFilter:
    helpdesk: str | None = strawberry.field(
        default=UNSET, description="Only in this helpdesk, by key; in any that has such a field when left out."
    )
    key: str = strawberry.field(
        description="As in `helpdesk { ticketFields { key } }`; one that no helpdesk has is BAD_USER_INPUT."
    )
    text: TextFilter | None = strawberry.field(default=UNSET, description="Its value as a text.")
    number: NumberFilter | None = strawberry.field(default=UNSET, description="Its value as a number.")
    date: DateTimeFilter | None = strawberry.field(
        default=UNSET, description="Its value as a moment; a day is its midnight in UTC."
    )
    boolean: bool | None = strawberry.field(default=UNSET, description="Whether its box is ticked.")
    choice: StringIn | None = strawberry.field(
        default=UNSET, description="Which choice is made; of several, whether one of them is meant."
    )
    is_null: bool | None = strawberry.field(
        default=UNSET, description="True: it is not filled in; false: it is. Not together with another test."
    )

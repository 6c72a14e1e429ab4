"""Tickets."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import records
from models.enums import Channel, CommentVisibility, TicketPriority, TicketStatus, TicketType
from resolvers import custom_fields, ticket
from schema.arguments import After, Before, First, Last, paging
from schema.fields import PAGED, PAGED_FORWARD, Info, answered, asked, computed, given, linked, plain, shows
from schema.node import Node, Remote
from schema.refs import (
    ActorRef,
    AgentRef,
    AttachmentConnectionRef,
    CommentConnectionRef,
    ContactRef,
    FieldValueRef,
    GroupRef,
    ImageConnectionRef,
    OrganizationRef,
    ProductRef,
    TicketRef,
)
from schema.scalars import HTML, EmailAddress
from schema.ticket_parts import NativeTicket, NativeValue, Satisfaction, SlaState, StatusDetail

OWN_CALL = "Null, with an error beside, when the helpdesk cannot be asked."
STATS = "Null while it is not over. Where a helpdesk's list cannot bring it, the ticket is read by itself."


@strawberry.federation.type(
    keys=["id"],
    description="A request for help and its conversation. Fields that need a call of their own are nullable.",
)
@shows(records.Ticket)
class Ticket(Node, Remote):
    version: str = plain(
        "The helpdesk's mark of this state of the ticket, to be given back as `ifVersion` of a change."
    )
    number: str = plain("The number people say. Both vendors use the ticket's id.")
    external_id: str | None = plain(
        "Its id in another system, set by whoever made it. Zendesk `external_id`; Freshdesk has none on tickets."
    )
    subject: str | None = plain("Its subject.")
    body_text: str | None = answered(ticket.body_text, f"The request itself as plain text. {OWN_CALL}")
    body_html: HTML | None = answered(
        ticket.body_html, f"The request itself, sanitised; pictures are signed links of ours. {OWN_CALL}"
    )
    status: TicketStatus = plain("Where it stands, in shared words.")
    status_detail: StatusDetail = computed(ticket.status_detail, "Where it stands, in the helpdesk's own terms.")
    priority: TicketPriority = plain("How urgent it is, in shared words.")
    priority_native: NativeValue | None = plain("The vendor's own priority; null when none is set.")
    type: TicketType = plain("What kind of request it is, in shared words.")
    type_native: NativeValue | None = plain("The vendor's own type; null when none is set.")
    channel: Channel = plain("The way it came in, in shared words.")
    channel_native: NativeValue | None = plain("The vendor's own word or number for that way.")
    tags: list[str] = plain("Its tags, in the helpdesk's order. Zendesk keeps them in lower case without spaces.")
    requester: ContactRef | None = linked("Ticket.requester", f"The person who asked. {OWN_CALL}")
    submitter: ActorRef | None = answered(
        ticket.submitter, f"Who wrote it down, when the helpdesk tells them from the requester (Zendesk). {OWN_CALL}"
    )
    assignee: AgentRef | None = linked("Ticket.assignee", f"The agent in charge; null when nobody is. {OWN_CALL}")
    group: GroupRef | None = linked("Ticket.group", f"The group in charge; null when none is. {OWN_CALL}")
    organization: OrganizationRef | None = linked(
        "Ticket.organization", f"The organization the ticket was asked for. {OWN_CALL}"
    )
    product: ProductRef | None = linked("Ticket.product", f"The Freshdesk product or Zendesk brand. {OWN_CALL}")
    ccs: list[EmailAddress] = plain("Who gets copies, as far as the row says.")
    due_at: datetime | None = plain("When it is due.")
    first_response_due_at: datetime | None = plain("When a first response is due (Freshdesk).")
    resolved_at: datetime | None = answered(ticket.resolved_at, f"When it was resolved. {STATS}")
    closed_at: datetime | None = answered(ticket.closed_at, f"When it was closed. {STATS}")
    sla: SlaState | None = plain("Its service level, as far as the row says.")
    satisfaction: Satisfaction | None = plain("The customer's rating, as far as the row says.")
    parent: TicketRef | None = linked(
        "Ticket.parent", f"The ticket it is part of: Freshdesk parent, Zendesk problem. {OWN_CALL}"
    )
    merged_into: TicketRef | None = linked("Ticket.mergedInto", f"The ticket it was merged into. {OWN_CALL}")
    native: NativeTicket = answered(ticket.native, "The vendor's own columns.")

    @asked(
        "Oldest first. The first comment is the request itself, once, on every vendor. Internal notes need the "
        "scope `notes:read` and are left out without it. Null, with an error, when the helpdesk cannot be asked. "
        "One call "
        "per ticket and hundred comments on both vendors.",
        directives=[PAGED],
    )
    async def comments(
        root: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        visibility: Annotated[
            list[CommentVisibility] | None,
            strawberry.argument(description="Only comments that these people can read; both when left out."),
        ] = strawberry.UNSET,
    ) -> CommentConnectionRef | None:
        return await ticket.comments(root, info.context, paging(first, after, last, before), given(visibility))

    @asked(
        f"The files of all its comments, oldest first. It costs the call for its comments. {OWN_CALL}",
        directives=[PAGED_FORWARD],
    )
    async def attachments(
        root: Any, info: Info, first: First = 20, after: After = strawberry.UNSET
    ) -> AttachmentConnectionRef | None:
        return await ticket.attachments(root, info.context, paging(first, after))

    @asked(
        "The pictures among its files, and those shown inside its comments, oldest first. It costs the call for "
        f"its comments. {OWN_CALL}",
        directives=[PAGED_FORWARD],
    )
    async def images(
        root: Any, info: Info, first: First = 20, after: After = strawberry.UNSET
    ) -> ImageConnectionRef | None:
        return await ticket.images(root, info.context, paging(first, after))

    @asked(f"Its custom fields, in the helpdesk's order, empty ones included. The definitions are cached. {OWN_CALL}")
    async def custom_fields(
        root: Any,
        info: Info,
        keys: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Only these, in this order. A key the helpdesk does not have is BAD_USER_INPUT."
            ),
        ] = strawberry.UNSET,
    ) -> list[FieldValueRef] | None:
        return await custom_fields.custom_fields(root, info.context, given(keys))

    @asked(f"One custom field; null when this helpdesk has none of this key. {OWN_CALL}")
    async def custom_field(
        root: Any,
        info: Info,
        key: Annotated[
            str,
            strawberry.argument(description="As in `helpdesk { ticketFields { key } }`: cf_… or Zendesk's field id."),
        ],
    ) -> FieldValueRef | None:
        return await custom_fields.custom_field(root, info.context, key)

    @asked(
        "The conversation as plain text, oldest first, for reading aloud, summaries and exports. It costs the "
        f"call for its comments. {OWN_CALL}"
    )
    async def transcript(
        root: Any,
        info: Info,
        max_chars: Annotated[
            int, strawberry.argument(description="The most characters, 100 to 200000; the rest is cut off at the end.")
        ] = 20_000,
        include_private: Annotated[
            bool, strawberry.argument(description="Whether internal notes are part of it; they need `notes:read`.")
        ] = False,
    ) -> str | None:
        return await ticket.transcript(root, info.context, max_chars, include_private)

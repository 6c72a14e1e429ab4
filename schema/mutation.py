"""What can be changed."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.enums import Channel, SyncKind, TicketPriority, TicketStatus, TicketType
from models.queries import NewRequester
from resolvers.create_ticket import TicketWish, create_ticket
from resolvers.sync import request_sync
from schema.fields import Info, asked, given
from schema.refs import CreateTicketPayloadRef, RequestSyncPayloadRef
from schema.scalars import HTML, JSON, EmailAddress

UNSET = strawberry.UNSET


@strawberry.input(description="Somebody the helpdesk may not know yet: found by address, or made.")
class NewRequesterInput:
    name: str | None = strawberry.field(default=UNSET, description="Their name.")
    email: EmailAddress | None = strawberry.field(
        default=UNSET, description="Their address. This, phone or externalId is needed."
    )
    phone: str | None = strawberry.field(default=UNSET, description="Their number (Freshdesk).")
    external_id: str | None = strawberry.field(default=UNSET, description="Their id in another system.")


@strawberry.input(one_of=True, description="Who asks, in exactly one way.")
class RequesterInput:
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="A contact of the same helpdesk.")
    contact: NewRequesterInput | None = strawberry.field(default=UNSET, description="Somebody by address.")


@strawberry.input(description="A custom field and its value.")
class CustomFieldInput:
    key: str = strawberry.field(description="As in `helpdesk { ticketFields { key } }`.")
    value: JSON | None = strawberry.field(default=UNSET, description="A value of the field's kind; null empties it.")


@strawberry.input(description="A ticket to be made.")
class CreateTicketInput:
    helpdesk: str = strawberry.field(description="The helpdesk's key; never guessed.")
    idempotency_key: str = strawberry.field(
        description="1 to 255 characters, one for each ticket meant. The same "
        "key with the same input gives the same ticket, "
        "however often it is sent; with another input it is IDEMPOTENCY_MISMATCH."
    )
    subject: str = strawberry.field(description="Its subject; not empty.")
    body_html: HTML | None = strawberry.field(default=UNSET, description="The request as HTML; this or `bodyText`.")
    body_text: str | None = strawberry.field(
        default=UNSET, description="The request as plain text; this or `bodyHtml`."
    )
    requester: RequesterInput = strawberry.field(description="Who asks.")
    status: TicketStatus | None = strawberry.field(
        default=TicketStatus.OPEN, description="Where it stands from the start."
    )
    native_status: str | None = strawberry.field(
        default=UNSET, description="One of `helpdesk { statuses { value } }`, in place of `status`."
    )
    priority: TicketPriority | None = strawberry.field(default=TicketPriority.NORMAL, description="How urgent it is.")
    type: TicketType | None = strawberry.field(default=UNSET, description="What kind of request it is.")
    channel: Channel | None = strawberry.field(
        default=UNSET, description="The way it came in, where the helpdesk lets us say."
    )
    tags: list[str] | None = strawberry.field(default=UNSET, description="Its tags.")
    group_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The group in charge, of the same helpdesk."
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The agent in charge, of the same helpdesk."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The organization it is asked for."
    )
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The Freshdesk product or Zendesk brand."
    )
    ccs: list[EmailAddress] | None = strawberry.field(default=UNSET, description="Who gets copies.")
    due_at: datetime | None = strawberry.field(default=UNSET, description="When it is due.")
    external_id: str | None = strawberry.field(default=UNSET, description="Its id in another system (Zendesk).")
    custom_fields: list[CustomFieldInput] | None = strawberry.field(
        default=UNSET, description="Custom fields, each key once."
    )
    strict: bool = strawberry.field(
        default=True,
        description="True: what the helpdesk cannot represent is LOSSY_MAPPING "
        "and nothing is sent. False: it is left out or "
        "replaced, with a warning.",
    )
    preview: bool = strawberry.field(default=False, description="True: nothing is sent; `preview` shows what would be.")


def _wish(input: CreateTicketInput) -> TicketWish:
    contact = given(input.requester.contact)
    return TicketWish(
        helpdesk=input.helpdesk,
        idempotency_key=input.idempotency_key,
        subject=input.subject,
        body_html=given(input.body_html),
        body_text=given(input.body_text),
        requester_id=given(input.requester.contact_id),
        requester=_requester(contact) if contact else None,
        status=given(input.status),
        native_status=given(input.native_status),
        priority=given(input.priority),
        type=given(input.type),
        channel=given(input.channel),
        tags=tuple(given(input.tags) or ()),
        group_id=given(input.group_id),
        assignee_id=given(input.assignee_id),
        organization_id=given(input.organization_id),
        product_id=given(input.product_id),
        ccs=tuple(given(input.ccs) or ()),
        due_at=given(input.due_at),
        external_id=given(input.external_id),
        custom_fields=tuple((field.key, given(field.value)) for field in given(input.custom_fields) or ()),
        strict=input.strict,
        preview=input.preview,
    )


def _requester(contact: NewRequesterInput) -> NewRequester:
    return NewRequester(
        name=given(contact.name),
        email=given(contact.email),
        phone=given(contact.phone),
        external_id=given(contact.external_id),
    )


@strawberry.type(
    description="What can be changed. What writes to a helpdesk takes one `input`; every mutation tells what the "
    "caller can act on in `userErrors`."
)
class Mutation:
    @asked(
        "Makes a ticket, once: the idempotency key is written down before anything leaves. A lost answer is "
        "OUTCOME_UNKNOWN and is never sent again blindly. Needs the scope `tickets:write`."
    )
    async def create_ticket(
        root: Any, info: Info, input: Annotated[CreateTicketInput, strawberry.argument(description="The ticket.")]
    ) -> CreateTicketPayloadRef:
        return await create_ticket(_wish(input), info.context)

    @asked(
        "Brings our copy of one kind of record up to date now, or lets a sync go on that had stopped. Needs the scope "
        "`admin`."
    )
    async def request_sync(
        root: Any,
        info: Info,
        helpdesk: Annotated[str, strawberry.argument(description="The helpdesk's key.")],
        kind: Annotated[SyncKind, strawberry.argument(description="What to bring up to date.")],
        confirm_deletes: Annotated[
            bool,
            strawberry.argument(
                description="A sync that would remove an unlikely share of the records stops, and says so in "
                "`lastError`. True: it is right, they are gone."
            ),
        ] = False,
    ) -> RequestSyncPayloadRef:
        return await request_sync(helpdesk, kind, confirm_deletes, info.context)

"""The small types that hang on a ticket."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import records
from models.enums import Provenance, TicketStatus
from resolvers import ticket
from schema.fields import owned, plain, shows
from schema.node import Node
from schema.refs import HelpdeskRef


@strawberry.type(description="The vendor's own word for something.")
class NativeValue:
    value: str = plain("The word or number as the vendor's API has it.")
    label: str | None = plain("What the helpdesk's people see, where known.")


@strawberry.type(description="A status as this helpdesk has it, with what it means in shared words.")
class NativeStatus:
    value: str = plain("The vendor's own value: Freshdesk's number, Zendesk's status word or custom status id.")
    label: str = plain("What agents see.")
    customer_label: str | None = plain("What customers see, where it differs.")
    category: TicketStatus = plain("The shared status it stands for.")
    provenance: Provenance = plain("How that was found.")
    stops_sla: bool | None = plain(
        "Whether the service level clock stands still in it; null where the vendor does not say."
    )
    active: bool = plain("Whether it can still be chosen.")


@strawberry.type(description="A ticket's status in the helpdesk's own terms.")
class StatusDetail:
    native: NativeStatus = plain("The helpdesk's own status.")
    since: datetime | None = plain("Since when the ticket is in it; null where the row does not say.")


@strawberry.type(description="How a ticket stands to its service level agreement.")
class SlaState:
    policy: str | None = plain("The policy's name, where the helpdesk tells.")
    breached: bool | None = plain("Whether a target was missed; null where the helpdesk does not say.")
    next_target: str | None = plain("What is due next, in the vendor's words.")
    next_target_at: datetime | None = plain("When that is due.")


@strawberry.type(description="What the customer thought of the help.")
class Satisfaction:
    score: str = plain("The vendor's own score: Zendesk good, bad, offered, unoffered; Freshdesk a number.")
    comment: str | None = plain("What they wrote with it.")
    rated_at: datetime | None = plain("When they rated.")


@strawberry.type(description="What a ticket is about: a Freshdesk product or a Zendesk brand.")
@shows(records.Product)
class Product(Node):
    helpdesk: HelpdeskRef = owned()
    remote_id: str = plain("The helpdesk's own id.")
    name: str = plain("Its name.")


@strawberry.type(description="Freshdesk's own columns of a ticket.")
@shows(ticket.FreshdeskTicketFields)
class FreshdeskTicketFields:
    source: int | None = plain(
        "Number of the channel: 1 email, 2 portal, 3 phone, 7 chat, 9 widget, 10 outbound email."
    )
    status_code: int = plain("Number of the status: 2 open, 3 pending, 4 resolved, 5 closed, others are custom.")
    responder_id: str | None = plain("Id of the agent it is assigned to.")
    email_config_id: str | None = plain("Id of the mailbox it came to.")
    product_id: str | None = plain("Id of the product.")
    fr_escalated: bool | None = plain("Whether the time for a first response was missed.")
    spam: bool | None = plain("Whether it is marked as spam.")
    association_type: int | None = plain("1 parent, 2 child, 3 tracker, 4 related; null when it stands alone.")


@strawberry.type(description="Zendesk's own columns of a ticket.")
@shows(ticket.ZendeskTicketFields)
class ZendeskTicketFields:
    form_id: str | None = plain("Id of the ticket form.")
    brand_id: str | None = plain("Id of the brand.")
    custom_status_id: str | None = plain("Id of the custom status, on accounts that have them.")
    via_channel: str | None = plain("Zendesk's word for the channel.")
    problem_id: str | None = plain("Id of the problem ticket an incident belongs to.")
    has_incidents: bool | None = plain("Whether it is a problem with incidents.")
    allow_channelback: bool | None = plain("Whether a reply can go out through the channel it came from.")
    generated_at: datetime | None = plain(
        "Zendesk's `generated_timestamp`: also moves on changes that `updatedAt` hides."
    )


NativeTicket = Annotated[
    FreshdeskTicketFields | ZendeskTicketFields,
    strawberry.union("NativeTicket", description="The vendor's own columns of a ticket."),
]

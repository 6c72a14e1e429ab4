"""Answers of mutations."""

import strawberry

from models.queries import MappingWarning as MappingWarningModel
from resolvers import create_ticket
from schema.errors import UserError, told
from schema.fields import computed, plain, shows
from schema.refs import TicketRef
from schema.scalars import JSON


@strawberry.type(description="Meaning that is lost or changed on the way to the helpdesk.")
@shows(MappingWarningModel)
class MappingWarning:
    path: list[str] = computed(lambda warning: ["input", *warning.path], "The input's field.")
    message: str = plain("What happens to it.")
    sent: JSON | None = plain("What is sent in its place; null when it is left out.")


@strawberry.type(description="What a mutation spent at the helpdesk.")
class UpstreamReceipt:
    calls: int = plain("Calls that were sent, look-ups included.")
    credits: int = plain("What they cost in the vendor's own currency.")
    replayed: bool = plain(
        "Whether nothing was written because this key had succeeded before: the stored answer is given."
    )


@strawberry.interface(description="What every mutation answers.")
class MutationPayload:
    user_errors: list[UserError] = computed(told, "What the caller can act on; empty when it was done.")
    warnings: list[MappingWarning] = plain("Meaning that was lost or changed on the way (`strict: false`).")
    upstream: UpstreamReceipt | None = plain("What was spent; null when nothing left this server.")


@strawberry.type(description="The ticket that was made, or why none was.")
@shows(create_ticket.CreateTicketPayload)
class CreateTicketPayload(MutationPayload):
    ticket: TicketRef | None = plain("The ticket; null on errors and with `preview`.")
    preview: JSON | None = plain(
        "With `preview`: method, path and body of the call that would be sent. No credential is in it."
    )

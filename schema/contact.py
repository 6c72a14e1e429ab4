"""People who ask."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import records
from models.enums import ContactState, IdentityKind
from resolvers import people
from schema.arguments import After, First, paging
from schema.fields import PAGED_FORWARD, PII, Info, asked, computed, linked, plain, shows
from schema.filters import TicketFilter, TicketOrder, ticket_conditions, ticket_orders
from schema.node import Node, Remote
from schema.refs import ImageRef, OrganizationConnectionRef, OrganizationRef, TicketConnectionRef
from schema.scalars import EmailAddress

OWNED_FILTER = Annotated[
    TicketFilter | None, strawberry.argument(description="What has to hold besides; see TicketFilter.")
]
OWNED_ORDER = Annotated[
    list[TicketOrder] | None,
    strawberry.argument(description="Up to three entries, one live; most recently updated first when left out."),
]


@strawberry.type(description="Something a contact can be recognised by.")
class Identity:
    kind: IdentityKind = plain("What it is.")
    value: str = plain("The address, number or id.", directives=[PII])
    verified: bool | None = plain("Whether it was confirmed; null where the helpdesk does not say.")
    primary: bool = plain("Whether it is the main one of its kind.")


@strawberry.federation.type(
    keys=["id"],
    description="Somebody who asks: a Freshdesk contact, a Zendesk end user. "
    "An agent who asked for help is shown as a contact "
    "too. Embedded in a list, a contact may have only name and e-mail; asking for more reads it by itself.",
)
@shows(records.Contact)
class Contact(Node, Remote):
    name: str | None = plain("Their name.")
    email: EmailAddress | None = plain("Their main address.", directives=[PII])
    phone: str | None = plain("Their main number, as written.", directives=[PII])
    job_title: str | None = plain("What they do (Freshdesk).")
    last_active_at: datetime | None = plain("When they last signed in or were active, where the helpdesk tells.")
    identities: list[Identity] = plain("All they can be recognised by, as far as the record says.")
    state: ContactState = plain("Whether their address is confirmed, or they are blocked.")
    external_id: str | None = plain("Their id in another system.")
    locale: str | None = plain("Their language, like `en` or `pt-BR`.")
    time_zone: str | None = plain("Their time zone, in the vendor's spelling.")
    avatar: ImageRef | None = computed(people.avatar, "Their picture.")
    organization: OrganizationRef | None = linked(
        "Contact.organization", "Their main organization. Null, with an error, when the helpdesk cannot be asked."
    )
    tags: list[str] = plain("Their tags.")

    @asked(
        "All organizations they belong to, the main one first. Null, with an error, when the helpdesk cannot be asked.",
        directives=[PAGED_FORWARD],
    )
    async def organizations(
        root: Any, info: Info, first: First = 20, after: After = strawberry.UNSET
    ) -> OrganizationConnectionRef | None:
        return await people.organizations_of(root, info.context, paging(first, after))

    @asked("The tickets they asked, in their own helpdesk; most recently updated first.", directives=[PAGED_FORWARD])
    async def tickets(
        root: Any,
        info: Info,
        first: First = 20,
        after: After = strawberry.UNSET,
        filter: OWNED_FILTER = strawberry.UNSET,
        order: OWNED_ORDER = strawberry.UNSET,
    ) -> TicketConnectionRef | None:
        return await people.tickets_of(
            root, info.context, info._raw_info, ticket_conditions(filter), ticket_orders(order), paging(first, after)
        )

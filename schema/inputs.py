"""Ways to name a record."""

import strawberry

from resolvers.finding import TicketBy
from resolvers.people import ContactBy
from schema.fields import given
from schema.scalars import URL, EmailAddress

UNSET = strawberry.UNSET


@strawberry.input(description="A record by the helpdesk's own id.")
class RemoteRef:
    helpdesk: str = strawberry.field(description="The helpdesk's key.")
    id: str = strawberry.field(description="The helpdesk's own id, as text.")


@strawberry.input(description="A ticket by its id in another system.")
class ExternalRef:
    helpdesk: str = strawberry.field(description="The helpdesk's key.")
    external_id: str = strawberry.field(description="The id in the other system.")


@strawberry.input(description="A contact by address.")
class ContactEmailRef:
    helpdesk: str = strawberry.field(description="The helpdesk's key.")
    email: EmailAddress = strawberry.field(description="The address.")


@strawberry.input(name="TicketRef", one_of=True, description="Names one ticket, in exactly one way.")
class TicketRefInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By global id.")
    remote: RemoteRef | None = strawberry.field(default=UNSET, description="By the helpdesk's own id.")
    url: URL | None = strawberry.field(default=UNSET, description="By the address agents or customers see it at.")
    external_id: ExternalRef | None = strawberry.field(
        default=UNSET,
        description="By its id in another system; the most recently updated one, "
        "should there be several. Refused by helpdesks "
        "that cannot look tickets up by it (Freshdesk).",
    )


@strawberry.input(name="ContactRef", one_of=True, description="Names one contact, in exactly one way.")
class ContactRefInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By global id.")
    remote: RemoteRef | None = strawberry.field(default=UNSET, description="By the helpdesk's own id.")
    email: ContactEmailRef | None = strawberry.field(default=UNSET, description="By address.")


def ticket_by(ref: TicketRefInput) -> TicketBy:
    remote, external = given(ref.remote), given(ref.external_id)
    return TicketBy(
        id=given(ref.id),
        remote=(remote.helpdesk, remote.id) if remote else None,
        url=given(ref.url),
        external=(external.helpdesk, external.external_id) if external else None,
    )


def contact_by(ref: ContactRefInput) -> ContactBy:
    remote, email = given(ref.remote), given(ref.email)
    return ContactBy(
        id=given(ref.id),
        remote=(remote.helpdesk, remote.id) if remote else None,
        email=(email.helpdesk, email.email) if email else None,
    )

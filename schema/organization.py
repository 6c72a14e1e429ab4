"""Organizations: the companies that customers belong to."""

from datetime import date
from typing import Annotated, Any

import strawberry

from models import records
from resolvers import people
from schema.arguments import After, First, paging
from schema.contact import OWNED_FILTER, OWNED_ORDER
from schema.fields import PAGED_FORWARD, Info, answered, asked, plain, shows
from schema.filters import ticket_conditions, ticket_orders
from schema.node import Node, Remote
from schema.refs import ContactConnectionRef, TicketConnectionRef


@strawberry.type(description="Freshdesk's own columns of a company.")
@shows(people.FreshdeskCompanyFields)
class FreshdeskCompanyFields:
    industry: str | None = plain("Its line of business.")
    health_score: str | None = plain("How happy the customer seems, in the helpdesk's words.")
    account_tier: str | None = plain("What kind of customer it is, in the helpdesk's words.")
    renewal_date: date | None = plain("When its contract is renewed.")


@strawberry.type(description="Zendesk's own columns of an organization.")
@shows(people.ZendeskOrganizationFields)
class ZendeskOrganizationFields:
    shared_tickets: bool | None = plain("Whether its people see each other's tickets.")
    shared_comments: bool | None = plain("Whether its people may comment on each other's tickets.")
    group_id: str | None = plain("Id of the group that gets its new tickets.")


NativeOrganization = Annotated[
    FreshdeskCompanyFields | ZendeskOrganizationFields,
    strawberry.union("NativeOrganization", description="The vendor's own columns of an organization."),
]


@strawberry.federation.type(
    keys=["id"], description="A company whose people ask for help: a Freshdesk company, a Zendesk organization."
)
@shows(records.Organization)
class Organization(Node, Remote):
    name: str = plain("Its name.")
    domains: list[str] = plain("The mail domains whose people belong to it.")
    notes: str | None = plain("What agents wrote about it.")
    native: NativeOrganization = answered(people.native_organization, "The vendor's own columns.")
    external_id: str | None = plain("Its id in another system (Zendesk).")
    tags: list[str] = plain("Its tags (Zendesk).")

    @asked("Its people, in the helpdesk's own order.", directives=[PAGED_FORWARD])
    async def contacts(
        root: Any, info: Info, first: First = 20, after: After = strawberry.UNSET
    ) -> ContactConnectionRef | None:
        return await people.contacts_of(root, info.context, info._raw_info, paging(first, after))

    @asked("Its tickets; most recently updated first.", directives=[PAGED_FORWARD])
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

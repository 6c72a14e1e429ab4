"""Which records a list shows. What is not in here is not in the schema: a query that uses it fails validation instead
of getting a wider list."""

import strawberry

from models.enums import ArticleState, ArticleVisibility, ContactState
from schema.filters_orders import (
    ArticleOrder,
    ContactOrder,
    OrganizationOrder,
    TicketOrder,
    record_orders,
    ticket_orders,
)
from schema.filters_trees import (
    agent_conditions,
    article_conditions,
    chosen,
    contact_conditions,
    helpdesk_conditions,
    organization_conditions,
    ticket_conditions,
)
from schema.filters_values import (
    ChannelIn,
    CustomFieldFilter,
    DateTimeFilter,
    IdFilter,
    LifecycleIn,
    StringIn,
    TagFilter,
    TextFilter,
    TicketPriorityIn,
    TicketStatusIn,
    TicketTypeIn,
)

__all__ = [
    "AgentFilter",
    "ArticleFilter",
    "ArticleOrder",
    "ContactFilter",
    "ContactOrder",
    "OrganizationFilter",
    "OrganizationOrder",
    "StringIn",
    "TicketFilter",
    "TicketOrder",
    "agent_conditions",
    "article_conditions",
    "chosen",
    "contact_conditions",
    "helpdesk_conditions",
    "organization_conditions",
    "record_orders",
    "ticket_conditions",
    "ticket_orders",
]

UNSET = strawberry.UNSET
AND = "All of these hold; at least one is given."
OR = "At least one of these holds; at least one is given."
NOT = "This does not hold."
NULL = (
    "True: there is none; false: there is one. Only as a link of another filter, right inside it; true stands alone "
    "there."
)
LIMITS = (
    "All that is set must hold. At most 100 conditions, nested at most 8 deep, with at most 1000 values. Our copy of a "
    "helpdesk answers all of it."
)


@strawberry.input(
    description=f"Which organizations. {LIMITS} Live, `name.eq`, one `externalId` and `updatedAt.gte` can be asked, "
    "and as a link of another filter `id`."
)
class OrganizationFilter:
    and_: list["OrganizationFilter"] | None = strawberry.field(name="and", default=UNSET, description=AND)
    or_: list["OrganizationFilter"] | None = strawberry.field(name="or", default=UNSET, description=OR)
    not_: "OrganizationFilter | None" = strawberry.field(name="not", default=UNSET, description=NOT)
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    name: TextFilter | None = strawberry.field(default=UNSET, description="By name.")
    domain: StringIn | None = strawberry.field(default=UNSET, description="By one of its mail domains.")
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By its id in another system (Zendesk).")
    created_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of making.")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of the last change.")
    is_null: bool | None = strawberry.field(default=UNSET, description=NULL)


@strawberry.input(
    description=f"Which contacts. {LIMITS} Live, `email.eq`, `phone.eq`, `name.eq`, one `externalId`, one `state`, "
    "`organization: {id}` and `updatedAt.gte` can be asked, and as `requester` of a ticket filter `id` or `email.eq`."
)
class ContactFilter:
    and_: list["ContactFilter"] | None = strawberry.field(name="and", default=UNSET, description=AND)
    or_: list["ContactFilter"] | None = strawberry.field(name="or", default=UNSET, description=OR)
    not_: "ContactFilter | None" = strawberry.field(name="not", default=UNSET, description=NOT)
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    email: TextFilter | None = strawberry.field(default=UNSET, description="By one of their e-mail addresses.")
    email_domain: StringIn | None = strawberry.field(
        default=UNSET, description="By what stands behind the `@` of their main address."
    )
    phone: TextFilter | None = strawberry.field(default=UNSET, description="By telephone number, as written.")
    name: TextFilter | None = strawberry.field(default=UNSET, description="By name.")
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By their id in another system.")
    organization: OrganizationFilter | None = strawberry.field(
        default=UNSET,
        description="By organization: with `id`, any they belong to; with anything else, their main one.",
    )
    state: list[ContactState] | None = strawberry.field(default=UNSET, description="By state: one of these.")
    created_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of making.")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of the last change.")
    is_null: bool | None = strawberry.field(default=UNSET, description=NULL)


@strawberry.input(
    description="Which agents. All that is set must hold. As `assignee` of a ticket filter live only `id` can be asked."
)
class AgentFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    email: TextFilter | None = strawberry.field(default=UNSET, description="By e-mail address.")
    active: bool | None = strawberry.field(default=UNSET, description="Whether they still work there.")
    is_null: bool | None = strawberry.field(default=UNSET, description=NULL)


@strawberry.input(
    description=f"Which articles. {LIMITS} Live, `state`, `visibility`, one `locale`, one `folder` and one label can "
    "be asked."
)
class ArticleFilter:
    and_: list["ArticleFilter"] | None = strawberry.field(name="and", default=UNSET, description=AND)
    or_: list["ArticleFilter"] | None = strawberry.field(name="or", default=UNSET, description=OR)
    not_: "ArticleFilter | None" = strawberry.field(name="not", default=UNSET, description=NOT)
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    state: list[ArticleState] | None = strawberry.field(default=UNSET, description="By state: any of these.")
    visibility: list[ArticleVisibility] | None = strawberry.field(
        default=UNSET, description="By visibility: any of these."
    )
    locale: StringIn | None = strawberry.field(
        default=UNSET, description="In this language, like `en-us`; in its own one when left out."
    )
    folder: IdFilter | None = strawberry.field(default=UNSET, description="Right inside one of these folders.")
    label: TagFilter | None = strawberry.field(default=UNSET, description="By labels.")
    title: TextFilter | None = strawberry.field(default=UNSET, description="By title.")
    created_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of making.")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of the last change.")


@strawberry.input(
    description=f"Which tickets. {LIMITS} Live, a helpdesk takes what its own lists and search know; conditions that "
    "need its search reach a bounded number of matches there (Freshdesk 300, Zendesk 1000) and lag behind by seconds "
    "to minutes. What it cannot filter is UNSUPPORTED_BY_HELPDESK, never a wider or shorter list. See docs/live.md."
)
class TicketFilter:
    and_: list["TicketFilter"] | None = strawberry.field(name="and", default=UNSET, description=AND)
    or_: list["TicketFilter"] | None = strawberry.field(name="or", default=UNSET, description=OR)
    not_: "TicketFilter | None" = strawberry.field(name="not", default=UNSET, description=NOT)
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    number: StringIn | None = strawberry.field(default=UNSET, description="By the number people say.")
    status: TicketStatusIn | None = strawberry.field(default=UNSET, description="By status.")
    native_status: StringIn | None = strawberry.field(
        default=UNSET, description="By the helpdesk's own status, as in `helpdesk { statuses { value } }`."
    )
    priority: TicketPriorityIn | None = strawberry.field(default=UNSET, description="By priority.")
    type: TicketTypeIn | None = strawberry.field(default=UNSET, description="By type.")
    channel: ChannelIn | None = strawberry.field(default=UNSET, description="By channel.")
    lifecycle: LifecycleIn | None = strawberry.field(
        default=UNSET,
        description="By lifecycle. When the filter says nothing of it: tickets in use, and archived ones where they "
        "can be listed.",
    )
    tags: TagFilter | None = strawberry.field(default=UNSET, description="By tags.")
    subject: TextFilter | None = strawberry.field(default=UNSET, description="By subject.")
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By its id in another system (Zendesk).")
    created_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of making.")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of the last change.")
    resolved_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment it was resolved.")
    due_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment it is due.")
    requester: ContactFilter | None = strawberry.field(default=UNSET, description="By who asked.")
    assignee: AgentFilter | None = strawberry.field(default=UNSET, description="By the agent in charge.")
    group: IdFilter | None = strawberry.field(default=UNSET, description="By the group in charge.")
    organization: OrganizationFilter | None = strawberry.field(default=UNSET, description="By organization.")
    has_attachments: bool | None = strawberry.field(
        default=UNSET, description="Whether a file hangs on it, as far as its comments have been read."
    )
    custom_fields: list[CustomFieldFilter] | None = strawberry.field(
        default=UNSET, description="By custom fields: all of these hold."
    )

"""People who help, and their groups."""

from datetime import datetime
from typing import Any

import strawberry

from models import records
from models.enums import AgentRole
from resolvers import people
from schema.arguments import After, First, paging
from schema.fields import PAGED_FORWARD, Info, answered, asked, computed, linked, owned, plain, shows
from schema.node import Node
from schema.refs import AgentConnectionRef, AgentRef, GroupRef, HelpdeskRef
from schema.scalars import Duration, EmailAddress


@strawberry.federation.type(keys=["id"], description="Somebody who works in a helpdesk. Agents are cached for minutes.")
@shows(records.Agent)
class Agent(Node):
    helpdesk: HelpdeskRef = owned()
    remote_id: str = plain("The helpdesk's own id, as text.")
    name: str | None = plain("Their name.")
    email: EmailAddress | None = plain("Their address.")
    active: bool = plain("Whether they still work there.")
    available: bool | None = plain("Whether they take tickets now (Freshdesk); null where the helpdesk does not say.")
    occasional: bool | None = plain("Whether they work by day passes (Freshdesk); null elsewhere.")
    role: AgentRole = plain("What they may do, roughly.")
    job_title: str | None = plain("What they do.")
    time_zone: str | None = plain("Their time zone, in the vendor's spelling.")
    locale: str | None = plain("Their language.")
    last_active_at: datetime | None = plain("When they were last active, where the helpdesk tells.")
    groups: list[GroupRef] | None = answered(
        people.groups_of, "The groups they belong to. Null, with an error, when the helpdesk cannot be asked."
    )


@strawberry.federation.type(keys=["id"], description="A group of agents. Groups are cached for minutes.")
@shows(records.Group)
class Group(Node):
    helpdesk: HelpdeskRef = owned()
    remote_id: str = plain("The helpdesk's own id, as text.")
    name: str = plain("Its name.")
    description: str | None = plain("What it is for.")
    escalate_to: AgentRef | None = linked(
        "Group.escalateTo", "Who is told when a ticket stays unassigned (Freshdesk); null elsewhere."
    )
    unassigned_for: Duration | None = computed(
        lambda group: group.unassigned_for_s,
        "How long a ticket may stay unassigned before that (Freshdesk); null elsewhere.",
    )

    @asked("Its agents, by id. Null, with an error, when the helpdesk cannot be asked.", directives=[PAGED_FORWARD])
    async def agents(
        root: Any, info: Info, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> AgentConnectionRef | None:
        return await people.agents_of(root, info.context, paging(first, after))

"""What can be asked."""

from typing import Annotated, Any

import strawberry
from strawberry.federation.schema_directives import Inaccessible, ListSize, Shareable

from models.enums import SearchKind
from resolvers import articles, helpdesks, nodes, people, search, ticket, tickets
from resolvers.connections import Paging
from resolvers.identity import global_id
from schema.arguments import After, Before, First, Last, paging
from schema.fields import FOUND, PAGED, Info, answered, asked, given
from schema.filters import (
    AgentFilter,
    ArticleFilter,
    ContactFilter,
    OrganizationFilter,
    StringIn,
    TicketFilter,
    TicketOrder,
    agent_choice,
    article_conditions,
    chosen,
    contact_conditions,
    organization_conditions,
    ticket_conditions,
    ticket_order,
)
from schema.inputs import ContactRefInput, TicketRefInput, contact_by, ticket_by
from schema.refs import (
    AgentConnectionRef,
    ArticleConnectionRef,
    ArticleRef,
    ContactConnectionRef,
    ContactRef,
    FolderRef,
    GroupConnectionRef,
    HelpdeskRef,
    NodeRef,
    OrganizationConnectionRef,
    OrganizationRef,
    SearchConnectionRef,
    TicketConnectionRef,
    TicketRef,
    ViewerRef,
)
from schema.scalars import URL

UNSET = strawberry.UNSET

FEW = ListSize(assumed_size=20, slicing_arguments=UNSET, sized_fields=UNSET, require_one_slicing_argument=False)
HelpdeskIn = Annotated[
    StringIn | None, strawberry.argument(description="Only these helpdesks, or all but these, by key.")
]
ById = Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]


@strawberry.type(description="What can be asked.")
class Roots:
    helpdesks: list[HelpdeskRef] = answered(
        lambda root, context: helpdesks.helpdesks(context),
        "The linked helpdesks, in the operator's order. Costs no call.",
    )
    viewer: ViewerRef = answered(lambda root, context: context.principal, "Who is asking. Costs no call.")

    @asked("One helpdesk. A key that no linked one has is BAD_USER_INPUT, naming the known keys. Costs no call.")
    def helpdesk(
        root: Any, info: Info, key: Annotated[str, strawberry.argument(description="The operator's name for it.")]
    ) -> HelpdeskRef | None:
        return helpdesks.helpdesk(key, info.context)

    @asked(
        "The record an address points at, as agents or customers see it in their browser; null when it is no "
        "address of a linked helpdesk."
    )
    async def resource(
        root: Any, info: Info, url: Annotated[URL, strawberry.argument(description="The address.")]
    ) -> NodeRef | None:
        return await nodes.resource(url, info.context, info._raw_info)

    @asked("One ticket; null when it is not there, or not yours to see.")
    async def ticket(
        root: Any, info: Info, by: Annotated[TicketRefInput, strawberry.argument(description="Which one.")]
    ) -> TicketRef | None:
        return await ticket.find(ticket_by(by), info.context, info._raw_info)

    @asked(
        "All tickets of all linked helpdesks as one list in one order. Each helpdesk costs about one call per "
        "hundred rows. A helpdesk that fails is marked in `sources` and told in `errors`; the rows of the others "
        "stay. Live "
        "lists end somewhere (Freshdesk: 30,000 rows) with the error UNSUPPORTED_BY_HELPDESK, never silently.",
        directives=[PAGED],
    )
    async def tickets(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[
            TicketFilter | None, strawberry.argument(description="Which tickets; all of them when left out.")
        ] = UNSET,
        order: Annotated[
            list[TicketOrder] | None,
            strawberry.argument(description="One entry. Most recently updated first when left out."),
        ] = UNSET,
    ) -> TicketConnectionRef:
        return await tickets.tickets(
            info.context,
            info._raw_info,
            ticket_conditions(filter),
            ticket_order(order),
            paging(first, after, last, before),
        )

    @asked("One contact; null when they are not there, or not yours to see.")
    async def contact(
        root: Any, info: Info, by: Annotated[ContactRefInput, strawberry.argument(description="Which one.")]
    ) -> ContactRef | None:
        return await people.find_contact(contact_by(by), info.context)

    @asked(
        "Contacts of all linked helpdesks, helpdesk after helpdesk, each in its own order: vendors do not let us "
        "choose it.",
        directives=[PAGED],
    )
    async def contacts(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[
            ContactFilter | None, strawberry.argument(description="Which contacts; all when left out.")
        ] = UNSET,
    ) -> ContactConnectionRef:
        page = paging(first, after, last, before)
        return await people.contacts(info.context, info._raw_info, contact_conditions(filter), page)

    @asked("One organization; null when it is not there, or not yours to see.")
    async def organization(root: Any, info: Info, id: ById) -> OrganizationRef | None:
        return await people.find_organization(id, info.context)

    @asked(
        "Organizations of all linked helpdesks, helpdesk after helpdesk, each in its own order.",
        directives=[PAGED],
    )
    async def organizations(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[
            OrganizationFilter | None, strawberry.argument(description="Which organizations; all when left out.")
        ] = UNSET,
    ) -> OrganizationConnectionRef:
        page = paging(first, after, last, before)
        return await people.organizations(info.context, info._raw_info, organization_conditions(filter), page)

    @asked("Agents of all linked helpdesks, by id. Cached.", directives=[PAGED])
    async def agents(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[
            AgentFilter | None, strawberry.argument(description="Which agents; all when left out.")
        ] = UNSET,
    ) -> AgentConnectionRef:
        page = paging(first, after, last, before)
        return await people.agents(info.context, info._raw_info, agent_choice(filter), page, global_id)

    @asked("Groups of all linked helpdesks, by id. Cached.", directives=[PAGED])
    async def groups(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        helpdesk: HelpdeskIn = UNSET,
    ) -> GroupConnectionRef:
        return await people.groups(info.context, info._raw_info, chosen(helpdesk), paging(first, after, last, before))

    @asked("One article; null when it is not there, not in this language, or not yours to see.")
    async def article(
        root: Any,
        info: Info,
        id: ById,
        locale: Annotated[
            str | None,
            strawberry.argument(description="Which language, in the vendor's spelling; its own when left out."),
        ] = UNSET,
    ) -> ArticleRef | None:
        return await articles.find_article(id, given(locale), info.context)

    @asked(
        "Articles of all linked helpdesks, helpdesk after helpdesk, each in its own order.",
        directives=[PAGED],
    )
    async def articles(
        root: Any,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[
            ArticleFilter | None, strawberry.argument(description="Which articles; all when left out.")
        ] = UNSET,
    ) -> ArticleConnectionRef:
        page = paging(first, after, last, before)
        return await articles.articles(info.context, info._raw_info, article_conditions(filter), page)

    @asked(
        "The tree of categories and folders, one level of it: the children of `parent`, or the categories. A "
        "helpdesk that fails is left out, with an error beside.",
        directives=[FEW],
    )
    async def article_folders(
        root: Any,
        info: Info,
        parent: Annotated[
            strawberry.ID | None, strawberry.argument(description="Global id of a category or folder.")
        ] = UNSET,
        helpdesk: HelpdeskIn = UNSET,
    ) -> list[FolderRef]:
        return await articles.folders(info.context, info._raw_info, given(parent), chosen(helpdesk))

    @asked(
        "Full-text search, helpdesk after helpdesk, each in its own ranking. Vendors' search lags behind by seconds "
        "to minutes and reaches a bounded number of hits. A kind that a helpdesk cannot search is refused for "
        "that helpdesk.",
        directives=[FOUND],
    )
    async def search(
        root: Any,
        info: Info,
        query: Annotated[str, strawberry.argument(description="Words to look for; 1 to 200 characters.")],
        kinds: Annotated[
            list[SearchKind] | None,
            strawberry.argument(description="Kinds of record; everything a helpdesk can search when left out."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
    ) -> SearchConnectionRef:
        page = Paging(first=given(first), after=given(after))
        return await search.search(info.context, info._raw_info, query, given(kinds), page)


NODE = (
    "Any record by its global id; null when it is not there, or not yours to see. An id that is none is BAD_USER_INPUT."
)
NODES = (
    "Records by their global ids, at most 100, in the order of `ids`; null for what is not there. One bad id "
    "fails alone: its "
    "place is null, with an error."
)


def _node_roots(directives: tuple[object, ...]) -> type:
    """The two Relay roots. Behind a gateway they can be kept from the supergraph: several subgraphs may have them."""

    @strawberry.type
    class NodeRoots:
        @asked(NODE, directives=directives)
        async def node(root: Any, info: Info, id: ById) -> NodeRef | None:
            return await nodes.node(id, info.context, info._raw_info)

        @asked(NODES, directives=directives)
        async def nodes(
            root: Any,
            info: Info,
            ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")],
        ) -> list[NodeRef | None]:
            return await nodes.nodes(ids, info.context, info._raw_info)

    return NodeRoots


def query(*, nodes_inaccessible: bool) -> type:
    """The query root for one schema. Hidden roots are shareable too: composers refuse a field that two subgraphs have,
    even hidden, unless both say so."""
    part: Any = _node_roots((Shareable(), Inaccessible()) if nodes_inaccessible else ())
    return strawberry.type(type("Query", (part, Roots), {}), description="What can be asked.")

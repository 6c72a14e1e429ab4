"""What can be asked."""

from typing import Annotated, Any

import strawberry
from strawberry.federation.schema_directives import Inaccessible, ListSize, Shareable

from models.enums import SearchKind, SearchOrder
from resolvers import articles, finding, helpdesks, nodes, people, search, tickets
from resolvers.connections import Paging
from schema.arguments import FRESHNESS, After, Before, First, Last, freshness_of, paging
from schema.changes import ChangeRoots
from schema.fields import FOUND, PAGED, Info, answered, asked, given
from schema.filters import (
    AgentFilter,
    ArticleFilter,
    ArticleOrder,
    ContactFilter,
    ContactOrder,
    OrganizationFilter,
    OrganizationOrder,
    StringIn,
    TicketFilter,
    TicketOrder,
    agent_conditions,
    article_conditions,
    chosen,
    contact_conditions,
    helpdesk_conditions,
    organization_conditions,
    record_orders,
    ticket_conditions,
    ticket_orders,
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
from schema.stats import StatsRoots

UNSET = strawberry.UNSET

FEW = ListSize(assumed_size=20, slicing_arguments=UNSET, sized_fields=UNSET, require_one_slicing_argument=False)
HelpdeskIn = Annotated[
    StringIn | None, strawberry.argument(description="Only these helpdesks, or all but these, by key.")
]
ORDER = "Up to three entries; only our copy has an order. Each helpdesk's own when left out."
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
        root: Any,
        info: Info,
        by: Annotated[TicketRefInput, strawberry.argument(description="Which one.")],
        freshness: FRESHNESS = UNSET,
    ) -> TicketRef | None:
        return await finding.find(ticket_by(by), info.context, info._raw_info, freshness_of(freshness))

    @asked(
        "All tickets of all linked helpdesks as one list in one order. From our copy it costs no call and has no end; "
        "a page may come back short, even empty, with `hasNextPage` true, when a filter without an index looked at "
        "many rows in vain: `endCursor` goes on. Live, each helpdesk costs about one call per hundred rows, and lists "
        "end somewhere (Freshdesk: 30,000 rows) with the error UNSUPPORTED_BY_HELPDESK, never silently. A helpdesk "
        "that fails is marked in `sources` and told in `errors`; the rows of the others stay.",
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
            strawberry.argument(
                description="Up to three entries, one live. Most recently updated first when left out."
            ),
        ] = UNSET,
        freshness: FRESHNESS = UNSET,
    ) -> TicketConnectionRef:
        return await tickets.tickets(
            info.context,
            info._raw_info,
            ticket_conditions(filter),
            ticket_orders(order),
            paging(first, after, last, before),
            freshness=freshness_of(freshness),
        )

    @asked("One contact; null when they are not there, or not yours to see.")
    async def contact(
        root: Any, info: Info, by: Annotated[ContactRefInput, strawberry.argument(description="Which one.")]
    ) -> ContactRef | None:
        return await people.find_contact(contact_by(by), info.context)

    @asked(
        "Contacts of all linked helpdesks: in one order when `order` says which, else helpdesk after helpdesk, each in "
        "its own, as vendors do not let us choose it.",
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
        order: Annotated[list[ContactOrder] | None, strawberry.argument(description=ORDER)] = UNSET,
        freshness: FRESHNESS = UNSET,
    ) -> ContactConnectionRef:
        return await people.contacts(
            info.context,
            info._raw_info,
            contact_conditions(filter),
            record_orders(order),
            paging(first, after, last, before),
            freshness=freshness_of(freshness),
        )

    @asked("One organization; null when it is not there, or not yours to see.")
    async def organization(root: Any, info: Info, id: ById) -> OrganizationRef | None:
        return await people.find_organization(id, info.context)

    @asked(
        "Organizations of all linked helpdesks: in one order when `order` says which, else helpdesk after helpdesk, "
        "each in its own.",
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
        order: Annotated[list[OrganizationOrder] | None, strawberry.argument(description=ORDER)] = UNSET,
        freshness: FRESHNESS = UNSET,
    ) -> OrganizationConnectionRef:
        return await people.organizations(
            info.context,
            info._raw_info,
            organization_conditions(filter),
            record_orders(order),
            paging(first, after, last, before),
            freshness=freshness_of(freshness),
        )

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
        return await people.agents(info.context, info._raw_info, agent_conditions(filter), page)

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
        page = paging(first, after, last, before)
        return await people.groups(info.context, info._raw_info, helpdesk_conditions(helpdesk), page)

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
        "Articles of all linked helpdesks: in one order when `order` says which, else helpdesk after helpdesk, each in "
        "its own.",
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
        order: Annotated[list[ArticleOrder] | None, strawberry.argument(description=ORDER)] = UNSET,
        freshness: FRESHNESS = UNSET,
    ) -> ArticleConnectionRef:
        return await articles.articles(
            info.context,
            info._raw_info,
            article_conditions(filter),
            record_orders(order),
            paging(first, after, last, before),
            freshness=freshness_of(freshness),
        )

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
        "Full-text search. What our copy covers is one list over all helpdesks, newest first or by rank, and finds "
        "words in any language; a word may end in `*` behind three letters or more (of a large copy, a word that "
        "is new in it is found by its beginning within ten seconds). Helpdesks that have no copy come behind, each "
        "in its own ranking: their search lags by seconds to minutes and reaches a bounded number of hits, and a "
        "kind that one of them cannot search is refused for it.",
        directives=[FOUND],
    )
    async def search(
        root: Any,
        info: Info,
        query: Annotated[str, strawberry.argument(description="Words that all have to be there; 1 to 200 characters.")],
        kinds: Annotated[
            list[SearchKind] | None,
            strawberry.argument(description="Kinds of record; everything that can be searched when left out."),
        ] = UNSET,
        order: Annotated[
            SearchOrder | None,
            strawberry.argument(description="Newest first when left out. By rank: the best of the newest 1,000 hits."),
        ] = UNSET,
        helpdesk: HelpdeskIn = UNSET,
        first: First = UNSET,
        after: After = UNSET,
    ) -> SearchConnectionRef:
        page = Paging(first=given(first), after=given(after))
        wanted = helpdesk_conditions(helpdesk)
        return await search.search(info.context, info._raw_info, query, given(kinds), given(order), wanted, page)


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
    return strawberry.type(type("Query", (part, Roots, ChangeRoots, StatsRoots), {}), description="What can be asked.")

"""Connections and what they tell about themselves."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.federation.schema_directives import Shareable

from models.enums import CountPrecision, SourceOutcome
from models.errors import HelpdeskError
from models.records import RemoteProblem
from resolvers.paging import SourceState as SourceStateModel
from schema.fields import EXPENSIVE, computed, plain
from schema.refs import (
    AgentRef,
    ArticleRef,
    AttachmentRef,
    CommentRef,
    ContactRef,
    GroupRef,
    HelpdeskRef,
    ImageRef,
    OrganizationRef,
    TicketRef,
)
from schema.scalars import Cursor, Duration

NODES = "The rows of this page, without their cursors."
EDGES = "The rows of this page, each with its cursor."
NODE = "The row's record."


@strawberry.type(description="Where a page lies in its list (Relay).", directives=[Shareable()])
class PageInfo:
    has_next_page: bool = plain(
        "Whether rows follow this page. Paging backward: whether this page was reached from a cursor."
    )
    has_previous_page: bool = plain(
        "Whether rows come before this page. Paging forward: whether it was reached from a cursor."
    )
    # text, not our scalar: a neighbour subgraph has its own PageInfo with the conventional String
    start_cursor: str | None = plain("The cursor of the first row; null on an empty page.")
    end_cursor: str | None = plain(
        "The cursor of the last row, or, on a page that ended early, of the last row that was looked at; on an empty "
        "page the one it was asked with, or null."
    )


@strawberry.type(description="A number of records, with how exact it is.")
class Count:
    value: int = plain("The number.")
    precision: CountPrecision = plain("How exact it is.")


@strawberry.type(description="What a helpdesk said, or failed to say. Never a credential or an address.")
class RemoteError:
    status: int | None = plain("Its HTTP status, when it answered.")
    code: str | None = plain("Its own error code, or ours where it gave none.")
    message: str | None = plain("What went wrong, in words for people.")
    request_id: str | None = plain("The helpdesk's own id of the call, for its support.")


def remote_error(error: HelpdeskError) -> RemoteProblem:
    return RemoteProblem(
        status=getattr(error, "status", None),
        code=getattr(error, "vendor_code", None) or error.code,
        message=error.message,
        request_id=getattr(error, "request_id", None),
    )


@strawberry.type(description="How much of a helpdesk's records a list can reach.")
class Coverage:
    complete: bool = plain(
        "Whether all of them can be reached. Live ticket lists leave out archived tickets; of our copy, whether "
        "nothing is known to be missing."
    )
    from_: datetime | None = plain("The oldest moment reached; null where there is no such bound.", name="from")
    to: datetime | None = plain("The newest moment reached; null where there is no such bound.")
    known_missing: Count | None = plain("How many are known to be missing; null where nobody counts them.")


def _error(state: SourceStateModel) -> RemoteProblem | None:
    return remote_error(state.error) if state.error is not None else None


@strawberry.type(description="One per helpdesk: how it took part in a page. Nothing is missing silently.")
class SourceState:
    helpdesk: HelpdeskRef = computed(lambda state: state.info, "The helpdesk.")
    state: SourceOutcome = plain("How it went.")
    as_of: datetime | None = plain(
        "As of when its rows are: now when they came live, from our copy the moment up to which it has everything the "
        "helpdesk changed; null when it gave none."
    )
    coverage: Coverage = plain("How much of its rows the list can reach.")
    retry_after: Duration | None = computed(
        lambda state: state.retry_after_s, "When it failed: how long to wait before asking again, where known."
    )
    error: RemoteError | None = computed(_error, "Why it failed; null otherwise. The answer's `errors` have it too.")


@strawberry.type
class _Connection:
    page_info: PageInfo = plain("Where this page lies in the list.")


@strawberry.type
class _Remote(_Connection):
    total_count: Count | None = plain(
        "How many rows the whole list has. Our copy counts exactly up to a bound, and says AT_LEAST beyond it. Null "
        "when a helpdesk does not know without reading them all; live it may cost a call per helpdesk.",
        directives=[EXPENSIVE],
    )
    sources: list[SourceState] = plain("How each helpdesk took part in this page.")


@strawberry.type
class _Edge:
    cursor: Cursor = plain("The place of this row, for `after` and `before`.")


@strawberry.type(description="A row of a ticket list.")
class TicketEdge(_Edge):
    node: TicketRef | None = plain(NODE)


@strawberry.type(description="A page of tickets over all helpdesks that were asked, in one order.")
class TicketConnection(_Remote):
    edges: list[TicketEdge] = plain(EDGES)
    nodes: list[TicketRef | None] = plain(NODES)


@strawberry.type(description="A row of a contact list.")
class ContactEdge(_Edge):
    node: ContactRef | None = plain(NODE)


@strawberry.type(description="A page of contacts: in one order, or helpdesk after helpdesk, each in its own.")
class ContactConnection(_Remote):
    edges: list[ContactEdge] = plain(EDGES)
    nodes: list[ContactRef | None] = plain(NODES)


def _organization(edge: Any) -> Any:
    """A list's edge holds the organization; a contact's holds the membership."""
    return getattr(edge.node, "organization", edge.node)


@strawberry.type(description="A row of an organization list.")
class OrganizationEdge(_Edge):
    node: OrganizationRef | None = computed(_organization, NODE)
    primary: bool | None = computed(
        lambda edge: getattr(edge.node, "primary", None),
        "Whether it is the contact's main organization; null on lists that are not a contact's.",
    )


@strawberry.type(description="A page of organizations: in one order, or helpdesk after helpdesk, each in its own.")
class OrganizationConnection(_Remote):
    edges: list[OrganizationEdge] = plain(EDGES)
    nodes: list[OrganizationRef | None] = computed(lambda page: [_organization(edge) for edge in page.edges], NODES)


@strawberry.type(description="A row of an agent list.")
class AgentEdge(_Edge):
    node: AgentRef | None = plain(NODE)


@strawberry.type(description="A page of agents, helpdesk after helpdesk, by id.")
class AgentConnection(_Remote):
    edges: list[AgentEdge] = plain(EDGES)
    nodes: list[AgentRef | None] = plain(NODES)


@strawberry.type(description="A row of a group list.")
class GroupEdge(_Edge):
    node: GroupRef | None = plain(NODE)


@strawberry.type(description="A page of groups, helpdesk after helpdesk, by id.")
class GroupConnection(_Remote):
    edges: list[GroupEdge] = plain(EDGES)
    nodes: list[GroupRef | None] = plain(NODES)


@strawberry.type(description="A row of an article list.")
class ArticleEdge(_Edge):
    node: ArticleRef | None = plain(NODE)


@strawberry.type(description="A page of articles: in one order, or helpdesk after helpdesk, each in its own.")
class ArticleConnection(_Remote):
    edges: list[ArticleEdge] = plain(EDGES)
    nodes: list[ArticleRef | None] = plain(NODES)


@strawberry.type(description="A row of a conversation.")
class CommentEdge(_Edge):
    node: CommentRef | None = plain(NODE)


@strawberry.type(description="A page of a ticket's conversation, oldest first.")
class CommentConnection(_Connection):
    edges: list[CommentEdge] = plain(EDGES)
    nodes: list[CommentRef | None] = plain(NODES)
    total_count: Count | None = plain("How many comments there are; null when they were not all read.")


@strawberry.type(description="A row of a list of files.")
class AttachmentEdge(_Edge):
    node: AttachmentRef | None = plain(NODE)


@strawberry.type(description="A page of files.")
class AttachmentConnection(_Connection):
    edges: list[AttachmentEdge] = plain(EDGES)
    nodes: list[AttachmentRef | None] = plain(NODES)


@strawberry.type(description="A row of a list of pictures.")
class ImageEdge(_Edge):
    node: ImageRef | None = plain(NODE)


@strawberry.type(description="A page of pictures.")
class ImageConnection(_Connection):
    edges: list[ImageEdge] = plain(EDGES)
    nodes: list[ImageRef | None] = plain(NODES)

"""Search over everything."""

from typing import Annotated

import strawberry

from schema.article import Article
from schema.comment import Comment
from schema.connection import NODE, PageInfo, SourceState
from schema.contact import Contact
from schema.fields import computed, plain
from schema.organization import Organization
from schema.scalars import Cursor
from schema.ticket import Ticket

SearchHit = Annotated[
    Ticket | Comment | Contact | Organization | Article,
    strawberry.union("SearchHit", description="Something a search found."),
]


@strawberry.type(description="A hit.")
class SearchEdge:
    cursor: Cursor = plain("The place of this hit, for `after`.")
    node: SearchHit | None = computed(lambda edge: edge.node.record, NODE)
    score: float | None = computed(
        lambda edge: edge.node.score,
        "How well it fits: from our copy by rank only, and comparable; else the helpdesk's own score.",
    )
    highlights: list[str] = computed(
        lambda edge: edge.node.highlights,
        "Pieces of text that match, at most three. From our copy they are HTML: the text escaped, what matches in "
        "`<em>`.",
    )


@strawberry.type(description="A page of hits: those of our copy in one order, then those found live.")
class SearchConnection:
    edges: list[SearchEdge] = plain("The hits of this page, each with its cursor.")
    page_info: PageInfo = plain("Where this page lies in the list.")
    sources: list[SourceState] = plain("How each helpdesk took part in this page.")

"""Full-text search, each helpdesk in its own ranking: the hits of one helpdesk come after those of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from models.enums import SearchKind
from models.errors import BadInput
from models.queries import Page, PageRequest
from models.records import SearchHit
from providers.base import Source
from resolvers.connections import Paging, connected, streams
from resolvers.context import RequestContext
from resolvers.paging import Connection, fingerprint
from resolvers.selection import FieldInfo

LONGEST = 200


async def search(
    context: RequestContext, info: FieldInfo, query: str, kinds: Sequence[SearchKind] | None, paging: Paging
) -> Connection[SearchHit]:
    text = query.strip()
    if not text or len(text) > LONGEST:
        raise BadInput(f"`query` must have from 1 to {LONGEST} characters.", field="query")
    wanted = frozenset(kinds or ())

    async def fetch(source: Source, query: str, page: PageRequest) -> Page[SearchHit]:
        return await source.search(context.scope, query, wanted, page)

    found = streams(context, lambda helpdesk: text, fetch)
    mark = fingerprint("search", text, wanted)
    return await connected(context, info, found, paging.window(), fingerprint=mark)

"""Full-text search, each helpdesk in its own ranking: the hits of one helpdesk come after those of the one before."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.enums import SearchKind
from models.errors import BadInput, Unsupported
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
        return await source.search(context.scope, query, _answerable(source, text, wanted), page)

    asked = streams(context, lambda helpdesk: text, fetch, complete=lambda source, query: _whole(source, wanted))
    found = [
        msgspec.structs.replace(stream, lacks=_lack(context.sources[stream.info.key], text, wanted)) for stream in asked
    ]
    mark = fingerprint("search", text, wanted)
    return await connected(context, info, found, paging.window(), fingerprint=mark)


def _whole(source: Source, wanted: frozenset[SearchKind]) -> bool:
    return (wanted or frozenset(SearchKind)) <= source.capabilities.search_kinds


def _answerable(source: Source, text: str, wanted: frozenset[SearchKind]) -> frozenset[SearchKind]:
    """The kinds this helpdesk can search; all that were wanted when it can none of them, so that it refuses itself.

    A bare number is left whole: helpdesks without full text still find a ticket by it.
    """
    if text.isdecimal():
        return wanted
    return (wanted & source.capabilities.search_kinds) or wanted


def _lack(source: Source, text: str, wanted: frozenset[SearchKind]) -> Unsupported | None:
    missing = wanted - _answerable(source, text, wanted)
    if not missing:
        return None
    able = f"It can search {', '.join(sorted(source.capabilities.search_kinds))}."
    message = f"This helpdesk cannot search {', '.join(sorted(missing))}."
    return Unsupported(message, nearest=able, field="kinds", helpdesk=source.info.key)

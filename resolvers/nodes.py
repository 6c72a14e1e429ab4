"""Records by global id, by address, and by the keys a gateway knows them by."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from models.enums import Kind
from models.errors import BadInput, HelpdeskError
from models.ids import GlobalId, decode, decode_kind
from models.records import Article, Attachment, Comment, HelpdeskInfo
from resolvers.context import RequestContext
from resolvers.files import article_files, comment_files, comments_of
from resolvers.loaders import ArticleAsk, TicketAsk
from resolvers.pictures import Picture, pictures
from resolvers.selection import FieldInfo
from resolvers.tickets import wants

MOST_IDS = 100
MOST_REPRESENTATIONS = 1_000
Find = Callable[[GlobalId, RequestContext], Awaitable[Any]]


async def node(id_: str, context: RequestContext, info: FieldInfo, *, field: str = "id") -> Any:
    """None for a record that is not there, or not the caller's to see."""
    return await _found(decode(id_, field=field), context, info)


async def nodes(ids: Sequence[str], context: RequestContext, info: FieldInfo) -> list[Any]:
    """An entry may be an exception: it is that entry's error, the others stay."""
    if len(ids) > MOST_IDS:
        raise BadInput(f"`ids` has {len(ids)} entries; at most {MOST_IDS} are allowed.", field="ids")
    return await asyncio.gather(*(_alone(node(id_, context, info, field=f"ids[{at}]")) for at, id_ in enumerate(ids)))


async def _alone(found: Awaitable[Any]) -> Any:
    try:
        return await found
    except HelpdeskError as error:
        return error


async def _found(id_: GlobalId, context: RequestContext, info: FieldInfo) -> Any:
    if id_.kind is Kind.TICKET and id_.helpdesk in context.sources:
        extras = wants(context.selections.of(info), context.sources[id_.helpdesk].capabilities)
        return await context.loaders.ticket_by_id.load(id_.helpdesk, TicketAsk(id_.remote_id, extras))
    return await FINDERS[id_.kind](id_, context)


async def resource(url: str, context: RequestContext, info: FieldInfo) -> Any:
    """The record an agent's or a portal's address points at."""
    for key, source in context.sources.items():
        place = source.locate(url)
        if place is not None:
            return await _found(GlobalId(place[0], key, place[1]), context, info)
    return None


async def entities(
    representations: Sequence[Any], context: RequestContext, info: FieldInfo, keys: Mapping[str, Kind]
) -> list[Any]:
    """`keys`: the entity types a gateway may ask for. An entry may be an exception, as in `nodes`."""
    if len(representations) > MOST_REPRESENTATIONS:
        raise BadInput(
            f"`representations` has {len(representations)} entries; at most {MOST_REPRESENTATIONS} are allowed.",
            field="representations",
        )
    return await asyncio.gather(*(_alone(_entity(r, context, info, keys)) for r in representations))


async def _entity(representation: Any, context: RequestContext, info: FieldInfo, keys: Mapping[str, Kind]) -> Any:
    if not isinstance(representation, Mapping):
        raise BadInput("A representation must be an object with `__typename`.", field="representations")
    kind = keys.get(str(representation.get("__typename")))
    if kind is None:
        raise BadInput("A representation's `__typename` is no entity of this subgraph.", field="representations")
    if kind is Kind.HELPDESK and isinstance(key := representation.get("key"), str):
        known = context.sources.get(key)
        return known.info if known is not None else None
    id_ = representation.get("id")
    if not isinstance(id_, str):
        raise BadInput(f"A representation of {kind.value} needs its key `id`.", field="representations")
    return await _found(decode_kind(id_, kind, field="representations"), context, info)


async def _helpdesk(id_: GlobalId, context: RequestContext) -> HelpdeskInfo | None:
    known = context.sources.get(id_.helpdesk)
    return known.info if known is not None and not id_.remote_id else None


async def _ticket(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.ticket_by_id.load(id_.helpdesk, TicketAsk(id_.remote_id))


async def _contact(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.contact_by_id.load(id_.helpdesk, id_.remote_id)


async def _agent(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.agent_by_id.load(id_.helpdesk, id_.remote_id)


async def _group(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.group_by_id.load(id_.helpdesk, id_.remote_id)


async def _product(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.product_by_id.load(id_.helpdesk, id_.remote_id)


async def _organization(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.organization_by_id.load(id_.helpdesk, id_.remote_id)


async def _article(id_: GlobalId, context: RequestContext) -> Article | None:
    return await context.loaders.article_by_id.load(id_.helpdesk, ArticleAsk(id_.remote_id))


async def _folder(id_: GlobalId, context: RequestContext) -> Any:
    return await context.loaders.folder_by_id.load(id_.helpdesk, id_.remote_id)


async def _comment(id_: GlobalId, context: RequestContext) -> Comment | None:
    """No vendor gives a comment by itself: it is looked for among its ticket's."""
    ticket_id, _, own = id_.remote_id.partition("/")
    if not own:
        return None
    ticket = await context.loaders.ticket_by_id.load(id_.helpdesk, TicketAsk(ticket_id))
    if ticket is None:
        return None
    listed = await comments_of(ticket, context)
    return next((comment for comment in listed.items if comment.remote_id == id_.remote_id), None)


async def _file(id_: GlobalId, context: RequestContext) -> tuple[Attachment, Comment | Article] | None:
    parts = id_.remote_id.split("/")
    owner: Comment | Article | None = None
    if len(parts) == 3 and parts[0] == "article":
        owner = await _article(GlobalId(Kind.ARTICLE, id_.helpdesk, parts[1]), context)
        files = await article_files(owner, context) if owner else ()
    elif len(parts) == 3:
        owner = await _comment(GlobalId(Kind.COMMENT, id_.helpdesk, "/".join(parts[:2])), context)
        files = await comment_files(owner, context) if owner else ()
    else:
        return None
    file = next((f for f in files if f.remote_id == id_.remote_id), None)
    return (file, owner) if file is not None and owner is not None else None


async def _attachment(id_: GlobalId, context: RequestContext) -> Attachment | None:
    found = await _file(id_, context)
    return found[0] if found else None


async def image_of(file: Attachment, context: RequestContext) -> Picture | None:
    """The file as a picture, with the record it hangs on."""
    if not file.is_image:
        return None
    return await _image(GlobalId(Kind.IMAGE, file.helpdesk, file.remote_id), context)


async def _image(id_: GlobalId, context: RequestContext) -> Picture | None:
    found = await _file(id_, context)
    return next(iter(pictures([found[0]], found[1])), None) if found else None


FINDERS: Mapping[Kind, Find] = {
    Kind.HELPDESK: _helpdesk,
    Kind.TICKET: _ticket,
    Kind.COMMENT: _comment,
    Kind.CONTACT: _contact,
    Kind.AGENT: _agent,
    Kind.GROUP: _group,
    Kind.ORGANIZATION: _organization,
    Kind.PRODUCT: _product,
    Kind.ARTICLE: _article,
    Kind.ARTICLE_FOLDER: _folder,
    Kind.ATTACHMENT: _attachment,
    Kind.IMAGE: _image,
}

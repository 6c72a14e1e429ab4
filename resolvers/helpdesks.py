"""A linked account: what it can do, its fields and statuses, its health and its budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import msgspec

from models.enums import SearchKind, SyncKind
from models.errors import BadInput
from models.records import Budget, FieldDefinition, Health, HelpdeskInfo, NativeStatus
from providers.base import FieldSupport
from resolvers.context import RequestContext

LEAST_SECONDS, MOST_SECONDS = 1, 300
COPIED_AS: Mapping[SearchKind, SyncKind] = {
    SearchKind.TICKET: SyncKind.TICKETS,
    SearchKind.COMMENT: SyncKind.COMMENTS,
    SearchKind.CONTACT: SyncKind.CONTACTS,
    SearchKind.ORGANIZATION: SyncKind.ORGANIZATIONS,
    SearchKind.ARTICLE: SyncKind.ARTICLES,
}


def helpdesks(context: RequestContext) -> list[HelpdeskInfo]:
    return [source.info for source in context.sources.values()]


def helpdesk(key: str, context: RequestContext) -> HelpdeskInfo:
    """Keys are the operator's few words, so an unknown one is a slip, and BadInput, not an absence."""
    context.sources.named([key], field="key")
    return context.sources[key].info


async def capabilities(info: HelpdeskInfo, context: RequestContext, kind: SearchKind | None) -> list[FieldSupport]:
    """What our copy adds is told of the kinds that it may answer for by now: others are asked live."""
    await context.sources.current()
    live, both = context.sources.live(info.key), context.sources[info.key]
    found: list[FieldSupport] = []
    for each in both.capabilities.fields if kind is None else [kind]:
        source = both if context.sources.covers(info.key, COPIED_AS[each]) else live
        found += source.capabilities.fields.get(each, ())
    return found


async def ticket_fields(info: HelpdeskInfo, context: RequestContext) -> Sequence[FieldDefinition]:
    return await context.loaders.fields_of_helpdesk.load(info.key, "fields") or ()


async def statuses(info: HelpdeskInfo, context: RequestContext) -> Sequence[NativeStatus]:
    return await context.loaders.statuses_of_helpdesk.load(info.key, "statuses") or ()


def upstream(info: HelpdeskInfo, context: RequestContext) -> Budget:
    return context.providers[info.key].budget()


async def health(info: HelpdeskInfo, context: RequestContext) -> Health:
    return await context.providers[info.key].health()


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    helpdesk: str
    health: Health
    at: datetime


async def heartbeat(key: str | None, every_s: int, context: RequestContext) -> AsyncIterator[Heartbeat]:
    """One beat per helpdesk at once, then again and again until the subscriber leaves."""
    if key is not None:
        context.sources.named([key], field="helpdesk")
    if not LEAST_SECONDS <= every_s <= MOST_SECONDS:
        raise BadInput(f"`everySeconds` must be from {LEAST_SECONDS} to {MOST_SECONDS}.", field="everySeconds")
    keys = [key] if key is not None else list(context.sources)
    while True:
        for each in keys:
            found = await context.providers[each].health()
            yield Heartbeat(helpdesk=each, health=found, at=context.clock.now())
        await context.clock.sleep(every_s)

"""Who did something: a contact, an agent, a rule of the helpdesk, or somebody it does not know any more."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.enums import ActorKind, SyncKind
from models.errors import HelpdeskError
from models.records import ActorRef, Agent, Comment, Contact
from resolvers.context import RequestContext
from resolvers.selection import FieldInfo


class Automation(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None
    kind: str


class UnknownActor(msgspec.Struct, frozen=True, kw_only=True):
    remote_id: str | None
    name: str | None
    email: str | None


Actor = Contact | Agent | Automation | UnknownActor


async def actor(helpdesk: str, ref: ActorRef, context: RequestContext, at: datetime | None = None) -> Actor:
    """`at`: when they did it. Somebody who is newer than our copy is looked for at the helpdesk."""
    if ref.kind is ActorKind.AUTOMATION:
        return Automation(name=ref.name, kind="RULE")
    found = None
    if ref.kind is not ActorKind.UNKNOWN or ref.remote_id is not None:
        ident = ref.remote_id or (ref.kind, ref.email)
        found = await context.loaders.actor_by_ref.load(helpdesk, ident, ref)
        if found is None and ref.remote_id is not None and context.sources.newer(helpdesk, SyncKind.CONTACTS, at):
            found = await context.live_loaders.actor_by_ref.load(helpdesk, ident, ref)
    return found or unknown(ref)


def unknown(ref: ActorRef) -> UnknownActor:
    return UnknownActor(remote_id=ref.remote_id, name=ref.name, email=ref.email)


async def author(comment: Comment, context: RequestContext, info: FieldInfo) -> Actor:
    """A message always has an author: when its helpdesk cannot say who, the comment's own words about them stay, and
    the failure is told beside."""
    try:
        return await actor(comment.helpdesk, comment.author, context, comment.created_at)
    except HelpdeskError as error:
        context.partial(error, info)
        return unknown(comment.author)

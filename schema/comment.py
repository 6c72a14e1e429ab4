"""Messages of a ticket, and who wrote them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from models import records
from models.enums import Channel, CommentVisibility, Direction
from resolvers import actors, files
from schema.agent import Agent
from schema.contact import Contact
from schema.fields import Info, answered, asked, linked, owned, plain, shows
from schema.node import Node
from schema.refs import ActorRef, AttachmentRef, HelpdeskRef, ImageRef, TicketRef
from schema.scalars import HTML, EmailAddress


@strawberry.type(description="A rule, trigger or integration of the helpdesk.")
@shows(actors.Automation)
class Automation:
    name: str | None = plain("Its name, where the helpdesk tells.")
    kind: str = plain("What it is; RULE when nothing more is known.")


@strawberry.type(description="Somebody the helpdesk does not know any more, or never knew.")
@shows(actors.UnknownActor)
class UnknownActor:
    remote_id: str | None = plain("The id the helpdesk mentioned.")
    name: str | None = plain("The name written on the message, if any.")
    email: EmailAddress | None = plain("The address written on the message, if any.")


Actor = Annotated[
    Contact | Agent | Automation | UnknownActor,
    strawberry.union("Actor", description="Who did something: a customer, an agent, a rule, or somebody unknown."),
]


@strawberry.federation.type(keys=["id"], description="One message of a ticket: a reply or an internal note.")
@shows(records.Comment)
class Comment(Node):
    helpdesk: HelpdeskRef = owned()
    ticket: TicketRef | None = linked(
        "Comment.ticket", "The ticket it belongs to; null, with an error, when it cannot be read."
    )
    visibility: CommentVisibility = plain("Whether the customer can read it.")
    direction: Direction = plain("Which way it went.")
    created_at: datetime = plain("When it was written.")
    body_text: str = plain("Its text.")
    body_html: HTML | None = answered(
        files.comment_html, "Its HTML, sanitised, with pictures as signed links of ours; null when it has only text."
    )
    truncated: bool = plain("Whether the vendor cut it (Freshdesk cuts long bodies at 64 KB).")
    channel: Channel = plain("The way it came or went.")
    to: list[EmailAddress] = plain("Who it was sent to.")
    cc: list[EmailAddress] = plain("Who got copies.")
    attachments: list[AttachmentRef] | None = answered(
        files.comment_files, "Its files, pictures included. Null, with an error, when the helpdesk cannot be asked."
    )
    images: list[ImageRef] | None = answered(
        files.comment_images, "Its pictures, attached ones and those shown inside the body."
    )

    @asked(
        "Who wrote it. When the helpdesk cannot be asked, an UnknownActor with what the message itself says, and "
        "an error "
        "beside."
    )
    async def author(root: Any, info: Info) -> ActorRef:
        return await actors.author(root, info.context, info._raw_info)

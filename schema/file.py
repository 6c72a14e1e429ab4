"""Files and pictures."""

from datetime import datetime
from typing import Annotated, Union

import strawberry

from models import records
from models.enums import ScanState
from resolvers import files, nodes, pictures
from schema.fields import answered, owned, plain, shows
from schema.node import Node
from schema.refs import ArticleRef, CommentRef, ContactRef, HelpdeskRef, ImageRef, ImageSourceRef, TicketRef
from schema.scalars import URL

LINK = (
    "A link of ours: signed, for this caller, good for some minutes. The helpdesk's own address never leaves; "
    "the file is "
    "passed through."
)


ImageSource = Annotated[
    Union[TicketRef, CommentRef, ArticleRef, ContactRef],  # noqa: UP007  (an alias cannot be joined by `|` here)
    strawberry.union("ImageSource", description="Where a picture was found."),
]


@strawberry.federation.type(
    keys=["id"], description="A picture: attached, or shown inside a body. PNG, JPEG, GIF and WebP are recognised."
)
@shows(pictures.Picture)
class Image(Node):
    helpdesk: HelpdeskRef = owned()
    url: URL = answered(files.picture_url, LINK)
    width: int | None = plain("Its width in pixels, where the helpdesk tells.")
    height: int | None = plain("Its height in pixels, where the helpdesk tells.")
    content_type: str | None = plain("Its type as the helpdesk says; null for inline pictures, whose type nobody says.")
    byte_size: int | None = plain("Its size in bytes, where the helpdesk tells.")
    alt_text: str | None = plain("What stands in its place for those who cannot see it.")
    inline: bool = plain("Whether it is shown inside the body.")
    file_name: str | None = plain("Its file's name, if any.")
    created_at: datetime | None = plain("When it was added, where the helpdesk tells.")
    source: ImageSourceRef = plain("The ticket, comment, article or contact it was found in.")


@strawberry.federation.type(keys=["id"], description="A file of a comment or an article.")
@shows(records.Attachment)
class Attachment(Node):
    helpdesk: HelpdeskRef = owned()
    file_name: str = plain("Its name.")
    content_type: str = plain("Its type, as the helpdesk says.")
    byte_size: int | None = plain("Its size in bytes, where the helpdesk tells.")
    url: URL = answered(files.file_url, LINK)
    scan: ScanState = plain("What the helpdesk's virus scan said.")
    image: ImageRef | None = answered(
        nodes.image_of,
        "The file as a picture; null when it is none. Null, with an error, when the helpdesk cannot be asked.",
    )

"""A picture is an attachment looked at as one, together with the record it was found in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from models.records import Article, Attachment, Comment, Contact, Ticket

Owner = Ticket | Comment | Article | Contact


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    file: Attachment
    source: Owner

    @property
    def helpdesk(self) -> str:
        return self.file.helpdesk

    @property
    def remote_id(self) -> str:
        return self.file.remote_id

    @property
    def width(self) -> int | None:
        return self.file.width

    @property
    def height(self) -> int | None:
        return self.file.height

    @property
    def content_type(self) -> str | None:
        """None for a picture shown in a body: nobody says its type before it is opened."""
        return self.file.content_type if self.file.is_image else None

    @property
    def byte_size(self) -> int | None:
        return self.file.byte_size

    @property
    def alt_text(self) -> str | None:
        return self.file.alt

    @property
    def inline(self) -> bool:
        return self.file.inline

    @property
    def file_name(self) -> str | None:
        return self.file.file_name or None

    @property
    def created_at(self) -> datetime | None:
        return self.file.created_at


def pictures(files: Iterable[Attachment], source: Owner) -> list[Picture]:
    """Attached pictures, and everything that is shown inside the body."""
    return [Picture(file=file, source=source) for file in files if file.is_image or file.inline]

"""What a helpdesk reports to our copy of it, and what our copy reports to its readers.

A provider is asked stream by stream (`Provider.streams`), each time with the checkpoint of the batch before; rows and
checkpoint are stored together. A checkpoint is the provider's own text, handed back as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from models.enums import ChangeOp, Kind, Lifecycle, SyncKind
from models.records import Agent, Article, ArticleTranslation, Contact, Group, Organization, Ticket


class StreamSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One list of the vendor that is read for our copy, on its own clock.

    `name` is unique within the provider, like `tickets` or `tickets-deleted`. `every_s`: how long after it has caught
    up it is asked again. `whole`: each pass reads the whole list, so a record of `kind` that a finished pass did not
    show is gone at the vendor; else the vendor reports what changed. `main`: the stream whose first finished pass makes
    the copy of this kind complete enough to answer from.
    """

    name: str
    kind: SyncKind
    every_s: float
    whole: bool = False
    main: bool = True


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the vendor says is not in use any more, without the record itself. `at`: the vendor's time."""

    kind: Kind
    remote_id: str
    lifecycle: Lifecycle
    at: datetime | None = None
    merged_into_id: str | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be read: it goes to quarantine, and the others of its page are kept.

    `where` is the JSON path, `reason` is fit to be shown, `raw` the vendor's object, scrubbed of keys to files.
    """

    kind: Kind
    remote_id: str | None
    where: str
    reason: str
    raw: Any = None


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """An article with all its translations: one Article record for each language, its own first."""

    article: Article
    translations: tuple[ArticleTranslation, ...] = ()
    others: tuple[Article, ...] = ()


SyncedRecord = Ticket | Contact | Agent | Group | Organization | Translated


class ChangeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a stream.

    `catalogues` replace what was known whole: "fields" (FieldDefinition), "statuses" (NativeStatus), "products"
    (Product), "folders" (ArticleFolder), "group_members" (a mapping's items: (group id, agent ids)).
    `more`: asking again now brings further rows; False: caught up, come back after `StreamSpec.every_s`.
    `pass_ended`: a `whole` stream has come to its end with this batch. `watermark`: everything the vendor changed up to
    then has been reported. `expected`: rows of the whole stream, where the vendor tells.
    """

    records: tuple[SyncedRecord, ...] = ()
    gone: tuple[Gone, ...] = ()
    unreadable: tuple[Unread, ...] = ()
    catalogues: Mapping[str, tuple[Any, ...]] = {}
    checkpoint: str
    more: bool
    pass_ended: bool = False
    watermark: datetime | None = None
    expected: int | None = None

    @property
    def rows(self) -> int:
        return len(self.records) + len(self.gone) + len(self.unreadable)


class WindowStuck(Exception):
    """A stream's window cannot advance: more rows share one moment than the vendor lets be read. Never skipped over."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a tenant's sequence of changes. `seq` only grows; `op` DELETED entries outlive their record.

    `internal`: of an internal note. `lost_by`: who could see the record until this change and, by it, no more (a ticket
    that moved or was deleted, a contact that left): remote ids of organizations, `*` for every bound caller, `notes`
    for a comment that became internal. They are told that it is gone, and nothing else.
    """

    seq: int
    at: datetime
    op: ChangeOp
    kind: Kind
    helpdesk: str
    remote_id: str
    changed_fields: tuple[str, ...] = ()
    internal: bool = False
    lost_by: tuple[str, ...] = ()


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is said to have changed: to be fetched again with our own credential. `delivery` is the vendor's id
    of the message that said so, `stream` a stream to look at when no record is named."""

    kind: Kind
    remote_id: str | None = None
    stream: str | None = None
    delivery: str | None = None

"""Records to bytes and back. A card is a record packed by position, less what is kept beside it.

What has columns of its own is told by them alone: in a card `as_of` is 1970, `detail` FULL and `origin` LIVE, whatever
the record was, so that equal records have equal cards. A reader puts them back, as it does the rest.
Older cards are shorter: fields are only ever added at a record's end, with a default. What cannot be unpacked is a
damaged database, and raises.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import orjson

from models.enums import DetailLevel, FreshnessSource
from models.records import (
    Agent,
    Article,
    ArticleFolder,
    Attachment,
    Comment,
    Contact,
    FieldDefinition,
    Group,
    NativeStatus,
    Organization,
    Product,
    Record,
    Ticket,
)

R = TypeVar("R", bound=msgspec.Struct)
Rec = TypeVar("Rec", bound=Record)
_encoder = msgspec.msgpack.Encoder()
BESIDE_TICKET = ("raw", "body_text", "body_html", "attachments", "requester", "organization")
NO_TIME = datetime.fromtimestamp(0, UTC)


def pack(record: msgspec.Struct) -> bytes:
    return _encoder.encode(record)


def unpacker(kind: type[R]) -> Callable[[bytes], R]:
    return msgspec.msgpack.Decoder(kind).decode


ticket = unpacker(Ticket)
contact = unpacker(Contact)
agent = unpacker(Agent)
group = unpacker(Group)
organization = unpacker(Organization)
article = unpacker(Article)
comment = unpacker(Comment)
attachment = unpacker(Attachment)
folder = unpacker(ArticleFolder)
product = unpacker(Product)
definition = unpacker(FieldDefinition)
native_status = unpacker(NativeStatus)
_attachments = msgspec.msgpack.Decoder(tuple[Attachment, ...]).decode


def bare_ticket(record: Ticket) -> Ticket:
    """What of it is in its card: without the body, the files, the vendor's object, the people who are records of their
    own, and what has columns."""
    return msgspec.structs.replace(
        record,
        raw=None,
        body_text=None,
        body_html=None,
        attachments=None,
        requester=None,
        organization=None,
        as_of=NO_TIME,
        detail=DetailLevel.FULL,
        origin=FreshnessSource.LIVE,
    )


def bare(record: Rec) -> Rec:
    """What of any other record is in its card."""
    return msgspec.structs.replace(
        record, raw=None, as_of=NO_TIME, detail=DetailLevel.FULL, origin=FreshnessSource.LIVE
    )


_AT = {name: place for place, name in enumerate(Ticket.__struct_fields__)}
_TAKEN_OUT = [(_AT[name], None) for name in BESIDE_TICKET]
_FIXED = (
    *_TAKEN_OUT,
    (_AT["as_of"], NO_TIME),
    (_AT["detail"], DetailLevel.FULL),
    (_AT["origin"], FreshnessSource.LIVE),
)


def ticket_card(record: Ticket) -> bytes:
    """What `pack` makes of the bare ticket, without making that."""
    values: list[Any] = [*msgspec.structs.astuple(record)]
    for place, value in _FIXED:
        values[place] = value
    return _encoder.encode(values)


def card(record: Record) -> bytes:
    return _encoder.encode(bare(record))


def pack_attachments(files: Sequence[Attachment] | None) -> bytes | None:
    return None if files is None else _encoder.encode(tuple(files))


def unpack_attachments(packed: bytes | None) -> tuple[Attachment, ...] | None:
    return None if packed is None else _attachments(packed)


def pack_raw(raw: Any) -> bytes | None:
    return None if raw is None else zlib.compress(orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS), 1)


def unpack_raw(packed: bytes | None) -> Any:
    return None if packed is None else orjson.loads(zlib.decompress(packed))

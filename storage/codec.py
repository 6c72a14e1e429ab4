"""Records to bytes and back. A card is a record packed by position, less what is kept beside it.

Older cards are shorter: fields are only ever added at a record's end, with a default. What cannot be unpacked is a
damaged database, and raises.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import orjson

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
    Ticket,
)

R = TypeVar("R", bound=msgspec.Struct)
_encoder = msgspec.msgpack.Encoder()
BESIDE_TICKET = ("raw", "body_text", "body_html", "attachments", "requester", "organization")


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


def ticket_card(record: Ticket) -> bytes:
    """Without the body, the files, the vendor's object, and the people who are records of their own."""
    return _encoder.encode(
        msgspec.structs.replace(
            record, raw=None, body_text=None, body_html=None, attachments=None, requester=None, organization=None
        )
    )


def card(record: Any) -> bytes:
    """Without the vendor's object."""
    return _encoder.encode(msgspec.structs.replace(record, raw=None))


def pack_attachments(files: Sequence[Attachment] | None) -> bytes | None:
    return None if files is None else _encoder.encode(tuple(files))


def unpack_attachments(packed: bytes | None) -> tuple[Attachment, ...] | None:
    return None if packed is None else _attachments(packed)


def pack_raw(raw: Any) -> bytes | None:
    return None if raw is None else zlib.compress(orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS), 1)


def unpack_raw(packed: bytes | None) -> Any:
    return None if packed is None else orjson.loads(zlib.decompress(packed))

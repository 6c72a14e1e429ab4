"""A position in a vendor's list, as text that travels inside our cursors."""

from __future__ import annotations

import base64
import binascii

import msgspec

from models.errors import BadCursor


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Right after the row with this key and id.

    `token`: the chunk in which the row's run of equal keys begins; with `done`, the row was the last of its run and the
    token is that of the chunk in which the next run begins. `flipped`: the token belongs to the reverse of the list.
    """

    token: str | None
    key: int
    id: str
    done: bool = False
    flipped: bool = False


def pack(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).rstrip(b"=").decode()


def unpack(text: str) -> Place:
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Place)
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise BadCursor("The cursor's place cannot be read. Start again without a cursor.", field="after") from error

"""How far a stream has been read, as text for whoever keeps it."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec

from models.errors import BadInput

LONGEST_CURSOR = 2_000
Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
Cursor = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CURSOR)]


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`of` names the stream, so that no other stream's text is taken for its own."""

    of: str


P = TypeVar("P", bound=Place)


def told(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def read(checkpoint: str | None, kind: type[P], stream: str) -> P:
    """Where to go on; None is the beginning. BadInput for a text that is not this stream's."""
    if checkpoint is None:
        return kind(of=stream)
    try:
        place = msgspec.json.decode(checkpoint, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError):
        place = None
    if place is None or place.of != stream:
        raise BadInput(
            f"The checkpoint is not one of the stream {stream!r}. Begin the stream anew, without one.",
            field="checkpoint",
        )
    return place

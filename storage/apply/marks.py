"""What a row remembers of the readings it was made from, so that the next one finds its place among them.

A reading stands at (vendor's version, moment it was read): the later place wins. Most rows are of one reading and have
no marks at all.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Place: TypeAlias = tuple[int, int]
"""(version, as of)"""


class Grave(msgspec.Struct, frozen=True, array_like=True):
    """Where a tombstone stands. `lifecycle` is its rank."""

    version: int
    as_of: int
    lifecycle: int
    merged_into: str | None = None


class Marks(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """`times`: when those fields were read that the newest reading left out, by their place in the kind's list.
    `whole`: when the record was last read whole in this version, unless that is the newest reading. `parts`: where
    those parts stand that the newest reading did not bring, by their place in the kind's list. `digests`: of parts that
    are compared without being read. `grave`, `missed`: the newest tombstone with a vendor's time, and without one.
    `bones`: where the reading stood that a dead record's remains are of."""

    times: dict[int, int] = {}
    whole: int | None = None
    parts: dict[int, Place] = {}
    digests: dict[int, int] = {}
    grave: Grave | None = None
    missed: Grave | None = None
    bones: Place | None = None


NONE = Marks()
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Marks).decode


def pack(marks: Marks) -> bytes | None:
    return None if marks is NONE or marks == NONE else _encode(marks)


def unpack(packed: bytes | None) -> Marks:
    return NONE if packed is None else _decode(packed)

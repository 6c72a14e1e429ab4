"""One reading of a record, and what is kept of all of them (joining.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from storage.apply.marks import NONE, Grave, Marks, Place
from storage.apply.marks import unpack as unpack_marks

EMBEDDED: Final = -1
"""The version of a record that only came along with another."""
WHENEVER: Final = 1 << 62
"""The version of a tombstone without a vendor's time: none is newer."""
NEVER: Final = -1
_UNKNOWN: Final = -2
SAME: Final[Any] = msgspec.UNSET


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What of a kind is joined how. `times`: fields that a listed row may lack. `bones`: a record with nothing left but
    what may outlive it. `buried`: bones as the tombstone says. `parts`: how many it has."""

    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], Any]
    bones: Callable[[Any], Any]
    buried: Callable[[Any, int, str | None], Any]
    blank: Callable[[str, str], Any]
    times: tuple[str, ...] = ()
    parts: int = 0


class Reading(msgspec.Struct, gc=False):
    """One record as it was read once. `record` is bare (storage/codec.py), `card` packs it. `parts`: None for one that
    it did not bring. `grave`: it says that the record is not in use; then `record` may be None."""

    num: int
    remote_id: str
    version: int
    as_of: int
    origin: int
    record: Any
    card: bytes
    whole: bool = True
    raw: Any = None
    parts: tuple[Any, ...] = ()
    grave: Grave | None = None


class Held(msgspec.Struct, gc=False):
    """What is kept of one record. `version`, `as_of`: where the latest reading stands; of a dead one, its tombstone.
    `whole_at`: when it was last read whole in this version. `places`: where each part's reading stands."""

    shape: Shape
    helpdesk: str
    num: int
    remote_id: str
    parts: list[Any]
    places: list[Place | None]
    version: int = _UNKNOWN
    as_of: int = NEVER
    whole_at: int = NEVER
    seen: int = NEVER
    origin: int = 0
    seq: int = 0
    dead: bool = False
    card: bytes = b""
    raw: bytes | None = None
    new_raw: Any = SAME
    times: dict[int, int] = {}
    grave: Grave | None = None
    missed: Grave | None = None
    bones: Place | None = None
    _record: Any = None

    @property
    def record(self) -> Any:
        if self._record is None and self.card:
            self._record = self.shape.unpack(self.card)
        return self._record

    @property
    def known(self) -> bool:
        return self.version != _UNKNOWN

    @property
    def alive(self) -> bool:
        return self.version != _UNKNOWN and not self.dead

    @property
    def raw_moved(self) -> bool:
        """`new_raw` is another reading's than what `raw` packs."""
        return self.new_raw is not SAME

    @property
    def whole(self) -> bool:
        return self.whole_at >= 0

    def put(self, record: Any, card: bytes | None = None) -> None:
        self._record = record
        self.card = self.shape.pack(record) if card is None else card

    def outlives(self, version: int, as_of: int) -> bool:
        """Whether a reading at that place is past every tombstone."""
        if version == EMBEDDED and (self.grave or self.missed):
            return False
        if self.grave is not None and (version, as_of) <= (self.grave.version, self.grave.as_of):
            return False
        return self.missed is None or as_of > self.missed.as_of

    def copy(self) -> Held:
        return msgspec.structs.replace(self, parts=list(self.parts), places=list(self.places), times=dict(self.times))

    def marks(self) -> Marks:
        main = (self.version, self.as_of)
        behind = self.whole_at if NEVER < self.whole_at != self.as_of else None
        if not (self.times or behind is not None or self.grave or self.missed):
            for place in self.places:
                if place is not None and place != main:
                    break
            else:
                return NONE
        places = {i: place for i, place in enumerate(self.places) if place is not None and place != main}
        return Marks(self.times, behind, places, {}, self.grave, self.missed, self.bones)


def fresh(shape: Shape, helpdesk: str, num: int, remote_id: str) -> Held:
    """Nothing yet."""
    return Held(shape, helpdesk, num, remote_id, [None] * shape.parts, [None] * shape.parts)


def held_row(
    shape: Shape,
    helpdesk: str,
    num: int,
    *,
    version: int,
    as_of: int,
    whole: bool,
    origin: int,
    seq: int,
    seen: int | None,
    marks: bytes | None,
    dead: bool,
    card: bytes,
    raw: bytes | None = None,
    parts: Sequence[Any] = (),
) -> Held:
    """What a row says, as it was kept."""
    held = fresh(shape, helpdesk, num, "")
    held.version, held.as_of, held.origin, held.seq = version, as_of, origin, seq
    held.seen = seen if seen is not None else NEVER if dead or version == EMBEDDED else as_of
    held.dead, held.card, held.raw = dead, card, raw
    held.remote_id = held.record.remote_id
    found = unpack_marks(marks)
    held.times = dict(found.times)
    held.whole_at = (as_of if found.whole is None else found.whole) if whole else NEVER
    held.parts = list(parts)
    main = (version, as_of)
    held.places = [None if p is None else found.parts.get(i, main) for i, p in enumerate(parts)]
    held.grave, held.missed = found.grave, found.missed
    held.bones = found.bones
    return held

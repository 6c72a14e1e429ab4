"""How readings of one record become its row, in whatever order they arrive. Pure: no SQL, no clock.

A reading stands at (vendor's version, moment it was read). What is kept is a function of the set of readings:

- The record is that of the latest place. Of an equal version, what the latest reading left out (a list row lacks what
  the record's own page shows) is kept from the latest one that had it; of an older version nothing is, save its parts.
- Parts (a ticket's body, its files) are asked for separately and change rarely: each is that of the latest reading that
  brought it, of whatever version.
- A tombstone with a vendor's time takes its place among the readings, and what stands at its place or before it is
  gone: text, parts and all. Only the bones stay: ids, links to ids, times, unified states. One without a time (the
  record was asked for and was not there) beats whatever was read no later than it. A reading past every tombstone
  brings the record back.
- A record that only came along with another one (`EMBEDDED`) gives way to everything else.

Where the vendor's versions and the moments of reading contradict each other around a tombstone without a time, the
order of arrival may show; everywhere else it does not.
"""

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
_EMPTY: Final[tuple[Any, ...]] = (None, (), {}, "")


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


def join(held: Held, reading: Reading) -> None:
    """Takes one more reading into account."""
    if reading.version == EMBEDDED:
        _join_embedded(held, reading)
        return
    if reading.grave is None and reading.as_of > held.seen:
        held.seen = reading.as_of
    if reading.grave is not None:
        _bury(held, reading, reading.grave)
    elif not held.outlives(reading.version, reading.as_of):
        if held.dead:
            _remember(held, reading)
            _lay(held)
    elif not held.alive:
        _replace(held, reading)
        held.dead, held.bones = False, None
        held.parts = list(reading.parts)
        held.places = [None if part is None else (reading.version, reading.as_of) for part in reading.parts]
    else:
        _join_parts(held, reading)
        if reading.version > held.version:
            _replace(held, reading)
        elif reading.version == held.version:
            _blend(held, reading)


def _join_embedded(held: Held, reading: Reading) -> None:
    if not held.known or (held.version == EMBEDDED and reading.as_of > held.as_of):
        _replace(held, reading)


def _replace(held: Held, reading: Reading) -> None:
    held.put(reading.record, reading.card)
    held.version, held.as_of, held.origin = reading.version, reading.as_of, reading.origin
    held.whole_at = reading.as_of if reading.whole else NEVER
    held.times = {}
    held.new_raw = reading.raw


def _join_parts(held: Held, reading: Reading) -> None:
    here = (reading.version, reading.as_of)
    for i, part in enumerate(reading.parts):
        if part is not None:
            place = held.places[i]
            if place is None or here > place:
                held.parts[i], held.places[i] = part, here


def _blend(held: Held, reading: Reading) -> None:
    """Two readings of one version."""
    now_whole = held.whole_at == held.as_of
    newer = (reading.as_of, reading.whole, reading.card) > (held.as_of, now_whole, held.card)
    if newer and reading.whole:
        _replace(held, reading)
        return
    whole_at = max(held.whole_at, reading.as_of if reading.whole else NEVER)
    if newer and reading.card == held.card and not held.times and whole_at == NEVER:
        _replace(held, reading)
        return
    record, times = _filled(held, reading, newer, whole_at)
    if newer:
        held.as_of, held.origin, held.new_raw = reading.as_of, reading.origin, reading.raw
    held.whole_at, held.times = whole_at, times
    held.put(record)


def _filled(held: Held, reading: Reading, newer: bool, whole_at: int) -> tuple[Any, dict[int, int]]:
    """The newer record, with what it lacks from the latest that had it, and when that was read."""
    top = reading.record if newer else held.record
    as_of = max(held.as_of, reading.as_of)
    changed: dict[str, Any] = {}
    times: dict[int, int] = {}
    for i, name in enumerate(held.shape.times):
        old, new = getattr(held.record, name), getattr(reading.record, name)
        old_time = held.times.get(i, _told_at(old, held.as_of, whole=held.whole_at == held.as_of))
        new_time = _told_at(new, reading.as_of, whole=reading.whole)
        taken = new_time > old_time or (new_time == old_time and newer)
        value, time = (new, new_time) if taken else (old, old_time)
        if value != getattr(top, name):
            changed[name] = value
        if time != _told_at(value, as_of, whole=whole_at == as_of):
            times[i] = time
    return (msgspec.structs.replace(top, **changed) if changed else top), times


def _told_at(value: Any, as_of: int, *, whole: bool) -> int:
    return as_of if whole or value not in _EMPTY else NEVER


def _bury(held: Held, reading: Reading, grave: Grave) -> None:
    if grave.version == WHENEVER:
        held.missed = _later(held.missed, grave)
    else:
        held.grave = _later(held.grave, grave)
    if held.alive:
        if held.outlives(held.version, held.as_of):
            _prune(held)
            return
        _strip(held)
    _remember(held, reading)
    _lay(held)


def _strip(held: Held) -> None:
    if held.version == EMBEDDED:
        held.put(None, b"")
    else:
        held.bones = (held.version, held.as_of)
        held.put(held.shape.bones(held.record))


def _later(known: Grave | None, grave: Grave) -> Grave:
    if known is None:
        return grave
    return max(known, grave, key=lambda one: (one.version, one.as_of, one.lifecycle, one.merged_into or ""))


def _remember(held: Held, reading: Reading) -> None:
    """Of a reading that a tombstone beats the bones are kept, when it is the latest."""
    here = (reading.version, reading.as_of)
    if reading.record is not None and (held.bones is None or here > held.bones):
        held.bones = here
        held.put(held.shape.bones(reading.record))


def _lay(held: Held) -> None:
    """The row of a dead record: its bones, at the place of its latest tombstone."""
    graves = [one for one in (held.grave, held.missed) if one is not None]
    last = max(graves, key=lambda one: (one.as_of, one.version, one.lifecycle, one.merged_into or ""))
    bones = held.record or held.shape.blank(held.helpdesk, held.remote_id)
    held.put(held.shape.buried(bones, last.lifecycle, last.merged_into))
    held.version, held.as_of = last.version, last.as_of
    held.dead = True
    held.whole_at, held.times, held.new_raw = NEVER, {}, None
    held.parts = [None] * held.shape.parts
    held.places = [None] * held.shape.parts


def _prune(held: Held) -> None:
    """What was read at the tombstone's place or before it goes, though the record outlives it."""
    for i, place in enumerate(held.places):
        if place is not None and not held.outlives(*place):
            held.parts[i], held.places[i] = None, None
    gone = [i for i, time in held.times.items() if not held.outlives(held.version, time)]
    if gone:
        blank = held.shape.blank(held.helpdesk, held.remote_id)
        names = [held.shape.times[i] for i in gone]
        held.put(msgspec.structs.replace(held.record, **{name: getattr(blank, name) for name in names}))
        held.times = {i: time for i, time in held.times.items() if i not in gone}
    if held.whole_at != held.as_of and not held.outlives(held.version, held.whole_at):
        held.whole_at = NEVER

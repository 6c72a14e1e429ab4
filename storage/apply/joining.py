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

from typing import Any, Final

import msgspec

from storage.apply.held import EMBEDDED, NEVER, WHENEVER, Held, Reading, Shape, fresh
from storage.apply.marks import Grave

_EMPTY: Final[tuple[Any, ...]] = (None, (), {}, "")


def begun(shape: Shape, helpdesk: str, reading: Reading) -> Held:
    """What the first reading of a record leaves."""
    if reading.grave is not None or reading.version < 0:
        held = fresh(shape, helpdesk, reading.num, reading.remote_id)
        join(held, reading)
        return held
    here = (reading.version, reading.as_of)
    return Held(
        shape,
        helpdesk,
        reading.num,
        reading.remote_id,
        list(reading.parts),
        [None if part is None else here for part in reading.parts],
        reading.version,
        reading.as_of,
        reading.as_of if reading.whole else NEVER,
        reading.as_of,
        reading.origin,
        card=reading.card,
        new_raw=reading.raw,
        _record=reading.record,
    )


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

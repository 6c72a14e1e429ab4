"""What the readings of a batch make of the rows there were: what is to be written, and what is to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from operator import ne
from typing import Any

import msgspec
from msgspec.structs import astuple

from models.enums import ChangeOp, Kind, Lifecycle
from storage.apply.desk import Desk, Note
from storage.apply.held import EMBEDDED, Held, Reading, Shape
from storage.apply.joining import begun, join


class Outcome(msgspec.Struct, gc=False):
    """One record. `old` is what there was, None for nothing; `new` is what there is to be. `write`: its row changes;
    `touch`: only when and how it was read."""

    old: Held | None
    new: Held
    write: bool = True
    touch: bool = False


def _outcome(old: Held | None, new: Held) -> Outcome:
    if old is None:
        return Outcome(None, new)
    write = _differs(old, new)
    return Outcome(old, new, write, not write and _moved(old, new))


def _differs(old: Held, new: Held) -> bool:
    return old.version != new.version or old.dead != new.dead or old.card != new.card or old.parts != new.parts


def _moved(old: Held, new: Held) -> bool:
    return (
        old.as_of != new.as_of
        or old.seen != new.seen
        or old.whole_at != new.whole_at
        or old.origin != new.origin
        or old.marks() != new.marks()
    )


Told = Callable[[Held, Held], tuple[bool, Sequence[str]]]
LostBy = Callable[[Held | None, Held], Sequence[str]]


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What of a kind is told. `fields`: the record's fields and what the public API calls them (None: it does not show
    them). `parts`: the same for its parts."""

    kind: Kind | None
    fields: Mapping[str, str | None]
    parts: tuple[tuple[str, ...], ...] = ()
    lost_by: LostBy = lambda old, new: ()


def outcomes(
    desk: Desk, shape: Shape, telling: Telling, known: Mapping[int, Held], readings: Iterable[Reading]
) -> list[Outcome]:
    """In the order of their first readings. Counts what became of them."""
    joined: dict[int, Held] = {}
    grouped: dict[int, list[Reading]] = {}
    for reading in readings:
        num = reading.num
        held = joined.get(num)
        if held is not None:
            grouped[num].append(reading)
            join(held, reading)
            continue
        grouped[num] = [reading]
        old = known.get(num)
        if old is None:
            joined[num] = begun(shape, desk.key, reading)
        else:
            joined[num] = held = old.copy()
            join(held, reading)
    found = []
    for num, held in joined.items():
        outcome = _outcome(known.get(num), held)
        _count(desk, outcome, grouped[num])
        if outcome.write:
            _note(desk, telling, outcome)
        found.append(outcome)
    return found


def _count(desk: Desk, outcome: Outcome, readings: Sequence[Reading]) -> None:
    new = outcome.new
    for reading in readings:
        if reading.version == EMBEDDED:
            continue
        if reading.grave is None and (new.dead or reading.version < new.version):
            desk.older += 1
        elif outcome.write:
            desk.stored += 1
        else:
            desk.unchanged += 1


def _note(desk: Desk, telling: Telling, outcome: Outcome) -> None:
    if telling.kind is None:
        return
    old, new = outcome.old, outcome.new
    if old is None and not new.dead:
        desk.notes.append(Note(ChangeOp.CREATED, telling.kind, new.remote_id, new))
        return
    op, fields = _op(telling, old, new)
    if op is None:
        return
    desk.notes.append(Note(op, telling.kind, new.remote_id, new, fields, telling.lost_by(old, new)))


def _op(telling: Telling, old: Held | None, new: Held) -> tuple[ChangeOp | None, Sequence[str]]:
    if new.dead:
        ended = ChangeOp.MERGED if new.record.lifecycle is Lifecycle.MERGED else ChangeOp.DELETED
        if old is None:
            return None, ()
        if not old.dead:
            return ended, ()
        changed = old.record.lifecycle is not new.record.lifecycle
        return (ended, ("lifecycle",)) if changed else (None, ())
    assert old is not None
    if old.dead:
        return ChangeOp.RESTORED, ()
    changed, fields = differences(telling, old, new)
    return (ChangeOp.UPDATED, fields) if changed else (None, ())


def differences(telling: Telling, old: Held, new: Held) -> tuple[bool, Sequence[str]]:
    """Whether anything differs, and the public names of what does. Both records are as they are unpacked."""
    fields = old.record.__struct_fields__
    changed = False
    names: dict[str, None] = {}
    for field in compress(fields, map(ne, astuple(old.record), astuple(new.record))):
        if field in telling.fields:
            changed = True
            name = telling.fields[field]
            if name is not None:
                names[name] = None
    for i, part in enumerate(telling.parts):
        if old.parts[i] != new.parts[i]:
            changed = True
            names.update(dict.fromkeys(_part_names(part, old.parts[i], new.parts[i])))
    return changed, tuple(names)


def _part_names(names: tuple[str, ...], old: Any, new: Any) -> Iterable[str]:
    """A part of several values has a name for each of them."""
    if len(names) == 1 or old is None or new is None:
        return names
    return (name for name, a, b in zip(names, old, new, strict=True) if a != b)


def public_names(
    record: type[msgspec.Struct], special: Mapping[str, str | None], skip: Iterable[str] = ()
) -> dict[str, str | None]:
    """A record's fields in GraphQL spelling, save those that are kept beside its card."""
    left_out = {"helpdesk", "remote_id", "as_of", "detail", "origin", "raw", *skip}
    return {
        name: special[name] if name in special else _camel(name)
        for name in record.__struct_fields__
        if name not in left_out
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)

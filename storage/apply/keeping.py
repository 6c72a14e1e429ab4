"""How the rows of a kind that is all in its card are read and written: people, organizations, articles.

A `Keeping` says what is particular to a kind; `Kept` does the work for one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Table

from models.changes import Gone
from models.enums import Kind, SearchKind
from storage import rows
from storage.apply import marks as marked
from storage.apply.desk import Desk
from storage.apply.held import Held, Reading, Shape, held_row
from storage.apply.outcomes import Outcome, Telling, outcomes
from storage.apply.raws import packed_raws
from storage.apply.readings import gone_reading, read
from storage.apply.ticket_rows import FULL, kept_columns
from storage.database import Row
from storage.ranks import LIFECYCLE, SHOWN
from storage.search.documents import Doc, Ref
from storage.statements import Statement

_DEAD = frozenset(number for word, number in LIFECYCLE.all().items() if word not in SHOWN)
_KEY = ("tenant", "helpdesk", "num")
_TOUCHED = ("as_of", "detail", "origin", "seen", "marks", "raw")


class Side(msgspec.Struct, frozen=True):
    """A table of what hangs on a record: `rows` of it, less tenant and helpdesk; `key` names a row."""

    table: Table
    key: tuple[str, ...]
    rows: Callable[[Desk, Held], Iterable[tuple[Any, ...]]]


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """`columns`: the values of `named`, the table's columns between `lifecycle` and `version`. `docs`: how it is found
    by a search. Where a kind has parts, `parts` finds them in a row, and the record without them; `card` packs both,
    and `marks` are what the row remembers of them beside what it was joined from."""

    kind: Kind
    table: Table
    shape: Shape
    telling: Telling
    reading: Callable[[Desk, Any], Reading]
    columns: Callable[[Held], tuple[Any, ...]]
    sides: tuple[Side, ...] = ()
    search: SearchKind | None = None
    docs: Callable[[Desk, Held], Iterable[Doc]] = lambda desk, held: ()
    marks: Callable[[Held], marked.Marks] = Held.marks
    parts: Callable[[marked.Marks, Any], tuple[Any, Sequence[Any]]] = lambda marks, record: (record, ())
    card: Callable[[Held], bytes] = attrgetter("card")


class _Statements(msgspec.Struct, frozen=True):
    known: Statement
    add: rows.Many
    put: rows.Many
    touch: rows.Many


_made: dict[str, _Statements] = {}


def _statements(table: Table) -> _Statements:
    found = _made.get(table.name)
    if found is None:
        names = ("version", "as_of", "detail", "origin", "seq", "seen", "marks", "lifecycle", "card", "raw")
        found = _made[table.name] = _Statements(
            rows.of_numbers(table, names),
            rows.insert(table),
            rows.insert(table, key=_KEY),
            rows.change(table, _TOUCHED, _KEY),
        )
    return found


class Kept:
    """The records of one kind in a batch."""

    def __init__(self, desk: Desk, keeping: Keeping) -> None:
        self._desk, self._keeping = desk, keeping
        self._sql = _statements(keeping.table)
        self.outcomes: list[Outcome] = []

    async def take(self, records: Sequence[Any], gone: Sequence[Gone], more: Sequence[Reading] = ()) -> None:
        kind = self._keeping.kind
        readings = [
            *read(self._desk, kind, records, self._keeping.reading),
            *read(self._desk, kind, gone, gone_reading),
        ]
        readings += more
        if readings:
            nums = list({reading.num for reading in readings})
            found = await self._desk.session.fetch(self._sql.known, self._desk.values(nums=nums))
            known = {row[0]: self._held(row) for row in found}
            self.outcomes = outcomes(self._desk, self._keeping.shape, self._keeping.telling, known, readings)

    async def write(self) -> None:
        written = [one for one in self.outcomes if one.write]
        touched = [one for one in self.outcomes if one.touch]
        raws = await packed_raws([one.new.new_raw if one.new.raw_moved else None for one in (*written, *touched)])
        packed = dict(zip((one.new.num for one in (*written, *touched)), raws, strict=True))
        session = self._desk.session
        await self._sql.add.run(session, [self._row(one, packed) for one in written if one.old is None])
        await self._sql.put.run(session, [self._row(one, packed) for one in written if one.old is not None])
        await self._sql.touch.run(session, [self._touched(one, packed) for one in touched])
        for side in self._keeping.sides:
            await self._write_side(side, written)
        self._find(written)

    def _held(self, row: Row) -> Held:
        num, version, as_of, detail, origin, seq, seen, marks, lifecycle, card, raw = row
        shape = self._keeping.shape
        parts: Sequence[Any] = ()
        if shape.parts:
            record, parts = self._keeping.parts(marked.unpack(marks), shape.unpack(card))
            card = shape.pack(record)
        return held_row(
            shape,
            self._desk.key,
            num,
            version=version,
            as_of=as_of,
            whole=detail == FULL,
            origin=origin,
            seq=seq,
            seen=seen,
            marks=marks,
            dead=lifecycle in _DEAD,
            card=card,
            raw=raw,
            parts=parts,
        )

    def _kept(self, held: Held) -> tuple[Any, ...]:
        as_of, detail, origin, seen, _ = kept_columns(held)
        return as_of, detail, origin, held.seq, seen, marked.pack(self._keeping.marks(held))

    def _raw(self, outcome: Outcome, packed: Mapping[int, bytes | None]) -> bytes | None:
        return packed[outcome.new.num] if outcome.new.raw_moved else outcome.new.raw

    def _row(self, outcome: Outcome, packed: Mapping[int, bytes | None]) -> tuple[Any, ...]:
        new = outcome.new
        return (
            self._desk.tenant,
            self._desk.number,
            new.num,
            int(not new.dead),
            LIFECYCLE.number(new.record.lifecycle),
            *self._keeping.columns(new),
            new.version,
            *self._kept(new),
            self._keeping.card(new),
            self._raw(outcome, packed),
        )

    def _touched(self, outcome: Outcome, packed: Mapping[int, bytes | None]) -> tuple[Any, ...]:
        as_of, detail, origin, _, seen, marks = self._kept(outcome.new)
        key = (self._desk.tenant, self._desk.number, outcome.new.num)
        return (as_of, detail, origin, seen, marks, self._raw(outcome, packed), *key)

    async def _write_side(self, side: Side, written: Sequence[Outcome]) -> None:
        gone: list[tuple[Any, ...]] = []
        new: list[tuple[Any, ...]] = []
        names = [column.name for column in side.table.columns]
        places = [names.index(name) for name in side.key]
        for outcome in written:
            before = {} if outcome.old is None else self._side_rows(side, outcome.old, places)
            after = self._side_rows(side, outcome.new, places)
            gone += [key for key in before if key not in after]
            new += [row for key, row in after.items() if before.get(key) != row]
        put, drop = _side_statements(side.table, side.key)
        await drop.run(self._desk.session, gone)
        await put.run(self._desk.session, new)

    def _side_rows(self, side: Side, held: Held, places: Sequence[int]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        if held.dead:
            return {}
        return {tuple(row[i] for i in places): row for row in side.rows(self._desk, held)}

    def _find(self, written: Sequence[Outcome]) -> None:
        kind = self._keeping.search
        if kind is None:
            return
        for outcome in written:
            old, new = outcome.old, outcome.new
            if not new.dead:
                self._desk.docs += self._keeping.docs(self._desk, new)
            elif old is not None and not old.dead:
                self._desk.refs.append(Ref(kind=kind, helpdesk=self._desk.number, num=new.num))


_sides: dict[str, tuple[rows.Many, rows.Many]] = {}


def _side_statements(table: Table, key: tuple[str, ...]) -> tuple[rows.Many, rows.Many]:
    if table.name not in _sides:
        _sides[table.name] = rows.insert(table, key=key), rows.delete(table, key)
    return _sides[table.name]

"""Numbers for what is told: each change of a batch takes the next one of the tenant's sequence."""

from __future__ import annotations

from models.changes import Change
from storage import changes
from storage.apply.desk import Desk
from storage.tenants import Tenancy, take_numbers


async def number(desk: Desk, tenancy: Tenancy) -> list[Change]:
    """Also puts them down in the sequence, and the number in each row that carries it."""
    if not desk.notes:
        return []
    first, _ = await take_numbers(desk.session, changes=len(desk.notes))
    found = []
    for seq, note in enumerate(desk.notes, first):
        if note.held is not None:
            note.held.seq = seq
        found.append(
            Change(
                seq=seq,
                at=desk.now,
                op=note.op,
                kind=note.kind,
                helpdesk=desk.key,
                remote_id=note.remote_id,
                changed_fields=tuple(note.fields),
                internal=note.internal,
                lost_by=tuple(note.lost_by),
            )
        )
    await changes.add(desk.session, tenancy, found)
    await desk.session.announce()
    return found

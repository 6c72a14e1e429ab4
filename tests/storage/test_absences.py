"""Numbers that are missing from the copy: found, looked for, and told apart."""

from __future__ import annotations

from storage.absences import absent, counts, found, gaps, largest_number, note, sought
from storage.database import Database
from tests.storage.copying import at, copy_desk, gone, ticket


async def test_gaps_are_found_noted_once_and_settled(db: Database) -> None:
    desk = await copy_desk(db)
    here = (desk.tenancy, "desk")
    assert await largest_number(db, *here) == 0 and await gaps(db, *here, 0, 3) == [1, 2, 3]
    await desk.apply(ticket("2"), ticket("5"), ticket("9"))
    await desk.apply(gone("4"))
    assert await largest_number(db, *here) == 9
    assert await gaps(db, *here, 0, 6) == [1, 3, 6] and await gaps(db, *here, 6, 9) == [7, 8]
    async with db.write(desk.tenancy.number) as session:
        await note(session, *here, [1, 3, 6, 6], at(1))
    assert await gaps(db, *here, 0, 9) == [7, 8] and await counts(db, *here) == (3, 0)
    assert await sought(db, *here, 2) == [1, 3] and await sought(db, *here, 2, after=3) == [6]
    async with db.write(desk.tenancy.number) as session:
        await absent(session, *here, [1], at(2))
        await found(session, *here, [3])
        await note(session, *here, [1], at(3))
    assert await counts(db, *here) == (1, 1) and await sought(db, *here, 9) == [6]

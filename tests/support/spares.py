"""A PostgreSQL database that is put back as it was once a test is done with it. That costs a tenth of a new one.

Only what was written is undone: of each table it is known how many rows it had and which transaction wrote the last of
them. A database whose tables themselves were altered cannot be put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Marks = Mapping[str, tuple[int, int]]
"""Table → how many rows, and the newest transaction that wrote one."""

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
_SHAPE = """
SELECT md5(string_agg(said, '|' ORDER BY said)) FROM (
  SELECT concat_ws(' ', relname, relkind, relowner, relacl, relrowsecurity, relforcerowsecurity, reloptions) AS said
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull, attisdropped)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
  UNION ALL SELECT concat_ws(' ', indrelid::regclass, indexrelid::regclass, indkey, indclass, indisvalid, indpred)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', polrelid::regclass, polname, polqual, polwithcheck) FROM pg_policy
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, convalidated) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', proname, proacl, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', nspname, nspacl) FROM pg_namespace WHERE nspname = 'public'
) AS everything"""


@dataclass(frozen=True)
class Original:
    """What a database held: the rows of each table that has any (as COPY writes them), the sequences, the shape of it
    all."""

    shape: str
    rows: Mapping[str, bytes]
    sequences: Mapping[str, tuple[int, bool]]

    @staticmethod
    async def of(url: str) -> Original:
        connection = await asyncpg.connect(url)
        try:
            rows = {}
            for table, (count, _) in (await _marks(connection)).items():
                if count:
                    written = BytesIO()
                    await connection.copy_from_table(table, output=written, format="binary")
                    rows[table] = written.getvalue()
            names = [name for (name,) in await connection.fetch("SELECT sequencename FROM pg_sequences")]
            sequences = {
                name: tuple(await connection.fetchrow(f"SELECT last_value, is_called FROM {name}")) for name in names
            }
            return Original(await _shape(connection), rows, sequences)
        finally:
            await connection.close()


class Spare:
    """A database like its original, which nobody else has open."""

    def __init__(self, name: str, url: str, connection: Connection, marks: Marks) -> None:
        self.name = name
        self._url, self._connection, self._marks = url, connection, marks

    @staticmethod
    async def of(name: str, url: str) -> Spare:
        connection = await asyncpg.connect(url)
        return Spare(name, url, connection, await _marks(connection))

    async def restored(self, original: Original) -> bool:
        """False: it can not be put back."""
        if self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(_OTHERS)
        if await _shape(self._connection) != original.shape:
            return False
        marks = await _marks(self._connection)
        changed = [table for table in marks if marks[table] != self._marks[table]]
        if changed:
            await self._put_back(changed, original)
            marks = await _marks(self._connection)
        for name, (value, called) in original.sequences.items():
            await self._connection.execute("SELECT setval($1::text::regclass, $2, $3)", name, value, called)
        self._marks = marks
        return True

    async def _put_back(self, changed: Sequence[str], original: Original) -> None:
        """Without triggers, those of foreign keys among them."""
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = replica")
            await self._connection.execute(";".join(f"DELETE FROM {table}" for table in changed))
            for table in changed:
                if table in original.rows:
                    source = BytesIO(original.rows[table])
                    await self._connection.copy_to_table(table, source=source, format="binary")
        if "tickets" in changed and "tickets" not in original.rows:
            await self._connection.execute("VACUUM tickets")  # a first load asks whether there ever were any

    async def close(self) -> None:
        """Until it is put back the next time."""
        await self._connection.close()


async def _marks(connection: Connection) -> dict[str, tuple[int, int]]:
    tables = [name for (name,) in await connection.fetch(_TABLES)]
    asked = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(max(xmin::text::bigint), 0) FROM {table}" for table in tables
    )
    return {table: (count, newest) for table, count, newest in await connection.fetch(asked)}


async def _shape(connection: Connection) -> str:
    found: Any = await connection.fetchval(_SHAPE)
    return str(found)

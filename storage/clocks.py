"""The database's own clock: what leases and budgets run by, whatever the clocks of our processes say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles

_SQLITE = "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"
_POSTGRESQL = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


class _Millis(ColumnElement[int]):
    inherit_cache = True
    type = BigInteger()


@compiles(_Millis, "sqlite")
def _millis_sqlite(element: _Millis, compiler: Any, **kw: Any) -> str:
    return _SQLITE


@compiles(_Millis, "postgresql")
def _millis_postgresql(element: _Millis, compiler: Any, **kw: Any) -> str:
    return _POSTGRESQL


def database_millis() -> ColumnElement[int]:
    """Milliseconds since 1970 at the moment the statement runs, not when its transaction began."""
    return _Millis()

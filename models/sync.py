"""How far the copy of a helpdesk has come."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.enums import SyncKind, SyncStatus
from models.records import Count, RemoteProblem


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a helpdesk's records can be reached. `complete`: nothing is known to be missing."""

    complete: bool
    from_: datetime | None = None
    to: datetime | None = None
    known_missing: Count | None = None


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of one helpdesk. `watermark`: everything the vendor changed until then is in the copy. `lag_s`: how far
    that is behind now. `processed` counts rows since the stream began; `expected` what a first pass will have read."""

    helpdesk: str
    kind: SyncKind
    status: SyncStatus
    started_at: datetime | None = None
    finished_at: datetime | None = None
    watermark: datetime | None = None
    lag_s: float | None = None
    processed: int = 0
    expected: Count | None = None
    coverage: Coverage = Coverage(complete=False)
    last_error: RemoteProblem | None = None

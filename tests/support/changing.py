"""A vendor's list that changes between reads, for tests of walks and merges."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from providers.walking import CursorChunks, CursorRows, OffsetChunks


@dataclass(frozen=True)
class Row:
    id: str
    key: int


@dataclass
class Vendor:
    """A list by time whose rows change between reads; equals stand in an order of the vendor's own."""

    rows: dict[str, int]
    seed: int
    busy: float
    deletes: bool = True
    touched: set[str] = field(default_factory=set)
    reads: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.now = max(self.rows.values(), default=0) + 1

    def ordered(self, descending: bool) -> list[Row]:
        def tie(ident: str) -> str:
            return hashlib.sha256(f"{self.seed}{ident}".encode()).hexdigest()

        rows = [Row(i, k) for i, k in self.rows.items()]
        return sorted(rows, key=lambda r: ((-r.key if descending else r.key), tie(r.id)))

    def stir(self) -> None:
        self.reads += 1
        if self.reads > 60:  # else an ascending list that grows faster than it is read has no end
            return
        while self.rows and self.random.random() < self.busy:
            ident = self.random.choice(list(self.rows))
            self.touched.add(ident)
            what = self.random.random()
            if self.deletes and what < 0.25:
                del self.rows[ident]
            elif what < 0.5:
                self.rows[f"{len(self.rows) + 10_000 + self.reads}"] = self.now
                self.touched.add(f"{len(self.rows) + 9_999 + self.reads}")
            else:
                self.rows[ident] = self.now
            self.now += self.random.choice((0, 0, 1, 3))

    def offsets(self, descending: bool, size: int) -> OffsetChunks[Row]:
        async def fetch(page: int, per_page: int) -> tuple[list[Row], bool]:
            self.stir()
            start = (page - 1) * per_page
            rows = self.ordered(descending)
            return rows[start : start + per_page], start + per_page < len(rows)

        return OffsetChunks(fetch, size=size, most=max(size, 12))

    def cursors(self, descending: bool, size: int) -> CursorChunks[Row]:
        async def fetch(after: str | None, before: str | None) -> CursorRows[Row]:
            self.stir()
            rows = self.ordered(descending)
            ranks = [self.mark(r, descending) for r in rows]
            if before is not None:
                end = sum(1 for r in ranks if r < before)
                start = max(0, end - size)
            else:
                start = sum(1 for r in ranks if after is not None and r <= after)
                end = start + size
            part = rows[start:end]
            marks = ranks[start:end]
            return CursorRows(
                rows=part,
                after=marks[-1] if marks else None,
                before=marks[0] if marks else None,
                more=end < len(rows),
            )

        return CursorChunks(fetch)

    def mark(self, row: Row, descending: bool) -> str:
        tie = hashlib.sha256(f"{self.seed}{row.id}".encode()).hexdigest()
        return f"{(10**6 - row.key) if descending else row.key:08d}{tie}"

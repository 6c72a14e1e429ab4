"""What stops a stream until somebody has looked: too much that cannot be read, too much that would be removed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from models.changes import ChangeBatch, Unread
from sync.policy import SyncPolicy

SUSPICIOUS_DELETES = "SUSPICIOUS_DELETES"
UNREADABLE_RECORDS = "UNREADABLE_RECORDS"
WINDOW_STUCK = "WINDOW_STUCK"


class Halt(Exception):
    """The stream stops where it stands. `code` and `message` are shown; nothing of the page under way was stored.
    `unreadable`: what of it could not be read, to be looked at."""

    def __init__(self, code: str, message: str, unreadable: Sequence[Unread] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.unreadable = unreadable

    @classmethod
    def suspicious(cls, gone: int, held: int) -> Halt:
        return cls(
            SUSPICIOUS_DELETES,
            f"This run would remove {gone:,} of {held:,} records. Nothing of this page was removed: check the helpdesk,"
            " then ask for this sync again, with the deletes confirmed.",
        )


class UnreadableShare:
    """Of a stream's last rows only so many may be unreadable. A record that is met again and again counts once."""

    def __init__(self, policy: SyncPolicy) -> None:
        self._policy = policy
        self._pages: deque[tuple[int, frozenset[str]]] = deque()
        self._rows = 0

    def take(self, batch: ChangeBatch) -> None:
        """Raises Halt when there are too many."""
        wrong = frozenset(f"{one.kind}/{one.remote_id or one.where + str(n)}" for n, one in enumerate(batch.unreadable))
        self._pages.append((batch.rows, wrong))
        self._rows += batch.rows
        while len(self._pages) > 1 and self._rows - self._pages[0][0] >= self._policy.unreadable_window:
            self._rows -= self._pages.popleft()[0]
        found = frozenset[str]().union(*(page for _, page in self._pages))
        if len(found) > max(self._policy.unreadable_floor, self._policy.unreadable_share * self._rows):
            rows, first = self._rows, batch.unreadable[0] if batch.unreadable else None
            self.forget()
            raise Halt(
                UNREADABLE_RECORDS,
                f"{len(found)} of the last {rows:,} records could not be read"
                + (f", the last at {first.where}: {first.reason}" if first else "")
                + ". Nothing was skipped: look at the quarantine, then ask for this sync again.",
                batch.unreadable,
            )

    def forget(self) -> None:
        self._pages.clear()
        self._rows = 0


class RemovedShare:
    """What one run may take out of the lists. One that was asked for after such a halt takes out whatever it has to."""

    def __init__(self, policy: SyncPolicy, *, confirmed: bool) -> None:
        self.confirmed = confirmed
        self._policy = policy
        self._removed = 0

    def suspects(self, removed: int) -> bool:
        """Whether it is worth counting the stream."""
        return not self.confirmed and self._removed + removed > self._policy.removed_floor

    def take(self, removed: int, held: int) -> None:
        """`held`: how many there are before this page. Raises Halt when too many would go."""
        gone, before = self._removed + removed, held + self._removed
        if removed and self.suspects(removed) and gone > self._policy.removed_share * before:
            raise Halt.suspicious(gone, before)
        self._removed = gone

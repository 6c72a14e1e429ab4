"""The moments of a sync that can be named, so that a drill can end the process at each of them.

The hook is called at the moment itself, inside the transaction where there is one. What it raises ends the work as a
crash would; the sync itself gives it nothing to catch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Steps = Callable[[str], None]

STREAM: Final = (
    "leased",  # the stream is ours
    "asking",  # the vendor is about to be asked for a page
    "read",  # the page is here, nothing is stored
    "applied",  # its rows are written, not committed
    "swept",  # what a finished pass did not show is taken out, not committed
    "advanced",  # the checkpoint is written, not committed
    "committed",
    "released",
)
COMMENTS: Final = ("comments-chosen", "comments-read", "comments-stored", "comments-committed")
HINTS: Final = ("hints-chosen", "hints-read", "hints-applied", "hints-done", "hints-committed")
RECONCILE: Final = (
    "gaps-noted",
    "absent-read",
    "absent-applied",
    "absent-committed",
    "verified-read",
    "verified-committed",
)
BULK: Final = ("bulk-begun", "bulk-ending", "bulk-ended")
ALL: Final = (*STREAM, *COMMENTS, *HINTS, *RECONCILE, *BULK)


def unwatched(name: str) -> None:
    """Nobody looks."""

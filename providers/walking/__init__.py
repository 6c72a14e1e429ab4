"""Walks a vendor's list as if it were a keyset: rows after a place, none skipped, none twice, while others change.

Vendors give lists in chunks that are reached by a token (a page number, an `after` cursor) and promise no order among
rows of one second. So:

- A row's place names the chunk in which its run of equal keys begins, its key and its id. To go on, that chunk is read
  again and everything up to the place is dropped.
- A run of equal keys is read whole and ordered by id here. More than `RUN_LIMIT` rows in one run is Unsupported.
- Chunks by offset shift when rows move. They overlap (`OffsetChunks`): when a chunk shows nothing that was already
  seen, rows before it went away, and the walk steps back until it meets what it knows.

In a list that is newest first a changed row moves to the front, so the rows behind it shift towards the end and are
seen twice, which is harmless; only rows that leave the list shift others out of sight, and the overlap catches these.
Relied on: while nothing changes, a vendor answers the same page with the same rows, in whatever order among equals.
"""

from providers.walking.chunks import Chunk, Chunks, CursorChunks, CursorRows, OffsetChunks, overlapping_window
from providers.walking.places import Place, pack, unpack
from providers.walking.plain import cursor_page, offset_page, slice_page
from providers.walking.walk import RUN_LIMIT, walk

__all__ = [
    "RUN_LIMIT",
    "Chunk",
    "Chunks",
    "CursorChunks",
    "CursorRows",
    "OffsetChunks",
    "Place",
    "cursor_page",
    "offset_page",
    "overlapping_window",
    "pack",
    "slice_page",
    "unpack",
    "walk",
]

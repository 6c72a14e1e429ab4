"""How often Python looks for cycles of objects that nobody needs any more."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""So many new objects, and not 700, before it looks: one page of rows makes more, and lets go of them without it."""


def settle() -> None:
    """Once all is made that lasts as long as the process: that is never looked through again.

    Without it a fifth of the time of reading live lists goes into looking, and nothing is found.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)

"""A stretch of work without the collector of cycles.

A batch makes some hundred thousand objects, has them all at once, and lets all of them go at its end, without a cycle
among them. Looking through them meanwhile takes a third of its time and finds nothing. Whoever is inside when somebody
else's stretch ends goes on with the collector, so it has its turns however many overlap.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

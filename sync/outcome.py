"""How a piece of work ended."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    CAUGHT_UP = "CAUGHT_UP"
    LATER = "LATER"
    """There is more to do, or it failed: it is due again by itself."""
    HALTED = "HALTED"
    """It stopped until somebody asks for it."""
    HELD = "HELD"
    """Another process does it."""
    STOPPED = "STOPPED"
    """We were told to end, or lost it to another worker."""

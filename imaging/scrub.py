"""Vendor records as received, less what would open something: links that carry a signature or a token."""

from __future__ import annotations

import re
from typing import Any

_LINK = re.compile(r"(?i)https?://[^\s\"'<>]+")
_SECRETS = "token|signature|expires|credential|key-pair-id|policy"
_KEY_TO_SOMETHING = re.compile(rf"(?i)[?&][^=&]*(?:{_SECRETS})[^=&]*=|/token/")
REMOVED = "[link removed]"
DEEPEST = 100
TOO_DEEP = "[nested too deep]"


def scrub(value: Any, levels: int = DEEPEST) -> Any:
    """The same JSON, with every address that is a key to a file replaced, also inside markup, and what is nested too
    deep to be written again."""
    if isinstance(value, str):
        return _LINK.sub(_tame, value) if "://" in value else value
    if isinstance(value, dict | list) and levels == 0:
        return TOO_DEEP
    if isinstance(value, dict):
        return {name: scrub(part, levels - 1) for name, part in value.items()}
    if isinstance(value, list):
        return [scrub(part, levels - 1) for part in value]
    return value


def _tame(found: re.Match[str]) -> str:
    address = found.group(0).replace("&amp;", "&")
    return REMOVED if _KEY_TO_SOMETHING.search(address) else found.group(0)

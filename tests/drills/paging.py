"""Which pages of which lists a sandbox was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

PAGES = re.compile(
    r"^freshdesk GET /api/v2/(tickets|contacts|companies|agents|groups|solutions/\S+/articles)\?"
    r"|^zendesk GET /api/v2/(incremental/|help_center/incremental/|users\?|groups\?)"
)
"""The lists that streams read page by page; but for that of memberships, which two streams read."""
PLACES = re.compile(r"[?&](page|cursor|start_time|updated_since|page\[after\])=[^&]*")


class Page(NamedTuple):
    list: str
    call: str


def pages_of(calls: Iterable[str]) -> list[Page]:
    return [Page(PLACES.sub("", call), call) for call in calls if PAGES.search(call)]


def repeated(before: Sequence[Page], fresh: Sequence[Page]) -> Counter[str]:
    """How many of the fresh pages had been fetched before, or come twice, by list."""
    seen, again = set(before), Counter[str]()
    for page in fresh:
        if page in seen:
            again[page.list] += 1
        seen.add(page)
    return again

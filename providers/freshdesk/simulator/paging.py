"""Pages: `page` and `per_page`, a bare array, and a Link header that knows only `next`.

Evidence: vendor's API reference, 'Pagination'; Zammad recording of 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from providers.freshdesk.simulator.errors import Complaint, wrong_value

PER_PAGE = 30
MOST_PER_PAGE = 100


class PageAsked(NamedTuple):
    page: int
    per_page: int

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def before(self) -> int:
        """One row more than is shown, to see whether there is a next page."""
        return self.first + self.per_page + 1


def _number(text: str, most: int | None) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    value = int(text)
    return value if value >= 1 and (most is None or value <= most) else None


def read_page(query: dict[str, str], complaints: list[Complaint]) -> PageAsked:
    """Above 100 rows is refused, never trimmed."""
    page = _number(query.get("page", "1"), None)
    per_page = _number(query.get("per_page", str(PER_PAGE)), MOST_PER_PAGE)
    if page is None:
        complaints.append(wrong_value("page", "It should be a/an Positive Integer"))
    if per_page is None:
        complaints.append(
            wrong_value("per_page", f"It should be a/an Positive Integer less than or equal to {MOST_PER_PAGE}")
        )
    return PageAsked(page or 1, per_page or PER_PAGE)


def next_link(url: str, params: Sequence[tuple[str, str]], page: int, *, loose: bool = False) -> str:
    """The same question with the next page's number."""
    kept = [(name, value) for name, value in params if name != "page"]
    target = f"{url}?{urlencode([*kept, ('page', str(page + 1))])}"
    return f'< {target} >;rel="next"' if loose else f'<{target}>; rel="next"'

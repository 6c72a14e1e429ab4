"""The four lists: what is listed, what a query of it says, what a caller may see of it, and how it is ordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.conditions import Condition
from models.enums import TicketOrderField
from models.queries import Scope, TicketQuery
from storage.mirror import flat, scoping
from storage.mirror.languages import in_one_language
from storage.mirror.listing import ARTICLES, CONTACTS, ORGANIZATIONS, TICKETS, Key, Listing
from storage.mirror.orders import record_sort, ticket_sort


@dataclass(frozen=True)
class Listed:
    """`conditions`: of a query's flat part, for these helpdesks. `seen`: what confines a caller. `sort`: told the
    columns of which only one value is asked for. `settled`: what all conditions together mean."""

    listing: Listing
    conditions: Callable[[Any, Sequence[str]], Iterable[Condition]]
    seen: Callable[[Scope, Sequence[str]], Sequence[Condition]]
    sort: Callable[[Any, Sequence[str]], tuple[Key, ...]]
    settled: Callable[[list[Condition]], list[Condition]] = list

    def all_conditions(self, query: Any, helpdesks: Sequence[str]) -> list[Condition]:
        where = () if query.where is None else (query.where,)
        return [*self.conditions(query, helpdesks), *where]


def custom_field(query: Any) -> str | None:
    """The custom field that tickets are ordered by."""
    if not isinstance(query, TicketQuery):
        return None
    found = [order.custom_field or "" for order in query.orders if order.field is TicketOrderField.CUSTOM_FIELD]
    return found[0] if found else None


TICKET_LIST = Listed(
    TICKETS,
    lambda query, helpdesks: flat.ticket_conditions(query.filter, helpdesks),
    scoping.of_tickets,
    lambda query, fixed: ticket_sort(query.orders, fixed),
)
CONTACT_LIST = Listed(
    CONTACTS, flat.contact_conditions, scoping.of_contacts, lambda query, fixed: record_sort(query.orders)
)
ORGANIZATION_LIST = Listed(
    ORGANIZATIONS,
    flat.organization_conditions,
    scoping.of_organizations,
    lambda query, fixed: record_sort(query.orders),
)
ARTICLE_LIST = Listed(
    ARTICLES,
    flat.article_conditions,
    scoping.of_articles,
    lambda query, fixed: record_sort(query.orders, name="title_key"),
    in_one_language,
)

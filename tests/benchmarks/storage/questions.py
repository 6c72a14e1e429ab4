"""What docs/filters.md says is read from an index, as questions to the largest generated tenant.

Orders are every one there is. Filters stand in a table by index, as storage/mirror/listing.py has them: an index that
nobody asks a question of is an error, so that a new one is measured too (tests/storage/mirror/test_filters_page.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.conditions import Condition, Custom, IdIn, In, Number, Tags, Text, Time
from models.enums import NullsOrder, OrderDirection, TicketOrderField, TicketPriority, TicketStatus
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    RecordOrder,
    TicketOrder,
    TicketQuery,
    TimeRange,
)
from storage.mirror.listing import ARTICLES, CONTACTS, ORGANIZATIONS, TICKETS, Index, Listing
from storage.mirror.orders import COLUMNS, RECORD_COLUMNS
from tests.benchmarks.storage.world import SPAN, START

QUERIES: Mapping[str, Callable[..., Any]] = {
    TICKETS.name: TicketQuery,
    CONTACTS.name: ContactQuery,
    ORGANIZATIONS.name: OrganizationQuery,
    ARTICLES.name: ArticleQuery,
}
DESK, OTHER = "freshdesk", "zendesk"


@dataclass(frozen=True)
class Sample:
    """What there is to be asked for. `subject`, `name`: whole ones; `rows`: how many tickets."""

    rows: int
    subject: str
    names: Mapping[str, str]

    @property
    def middle(self) -> datetime:
        return START + SPAN / 2


@dataclass(frozen=True)
class Question:
    """`says`: its name in a figure. `conditions`: the filter; `order`: None for the default one."""

    listing: str
    says: str
    condition: Condition | None = None
    order: Any = None
    then: tuple[TicketOrder, ...] = ()

    @property
    def query(self) -> Any:
        if self.listing != TICKETS.name:
            return QUERIES[self.listing](where=self.condition, orders=() if self.order is None else (self.order,))
        return TicketQuery(where=self.condition, order=self.order or TicketOrder(), then=self.then)


Asks = Callable[[Sample], Sequence[Condition]]


def _month(field: str) -> Asks:
    return lambda sample: [Time(field, TimeRange(gte=sample.middle, lt=sample.middle + timedelta(days=30)))]


def _words(field: str, values: Sequence[str]) -> Asks:
    return lambda sample: [*(In(field, (value,)) for value in values), In(field, tuple(values[:2]))]


def _links(field: str, *numbers: str) -> Asks:
    both = tuple((desk, number) for desk in (DESK, OTHER) for number in numbers)
    return lambda sample: [IdIn(field, ((DESK, numbers[0]),)), IdIn(field, both)]


def _texts(field: str, text: Callable[[Sample], str]) -> Asks:
    return lambda sample: [
        Text(field, "eq", (text(sample),)),
        Text(field, "in", (text(sample), "nothing of the kind")),
        Text(field, "startsWith", (text(sample)[:4],)),
    ]


def _just(*conditions: Condition) -> Asks:
    return lambda sample: conditions


def _named(listing: str) -> Callable[[Sample], str]:
    return lambda sample: sample.names[listing]


_HELPDESK = _just(In("helpdesk", (DESK,)))


def _by_id(sample: Sample) -> Sequence[Condition]:
    some = tuple((DESK, str(1 + 2 * number)) for number in range(50))
    return [IdIn("id", some[:1]), IdIn("id", some), In("helpdesk", (DESK,))]


FILTERS: Mapping[str, Mapping[str, Asks]] = {
    TICKETS.name: {
        "shown updated_at helpdesk num": _month("updatedAt"),
        "shown created_at helpdesk num": _month("createdAt"),
        "shown due_at helpdesk num": _month("dueAt"),
        "shown resolved_at helpdesk num": _month("resolvedAt"),
        "shown num helpdesk": _just(In("number", ("77",))),
        "shown subject_key helpdesk num": _texts("subject", lambda sample: sample.subject),
        "shown status updated_at helpdesk num": _words("status", list(TicketStatus)),
        "shown priority updated_at helpdesk num": _words("priority", list(TicketPriority)),
        "shown helpdesk updated_at num": _HELPDESK,
        "shown helpdesk assignee updated_at num": _links("assignee", "7", "8"),
        "shown helpdesk grp updated_at num": _links("group", "3", "4"),
        "shown helpdesk org updated_at num": _links("organization", "1", "2"),
        "shown helpdesk requester updated_at num": _links("requester", "1", "2", "3"),
        "helpdesk num": lambda sample: _by_id(sample)[:2],
        "external_id helpdesk num": _just(In("externalId", ("ext-1",)), In("externalId", ("ext-11", "ext-21", "-"))),
        "tag shown updated_at helpdesk num": _just(
            Tags("tags", any_of=("tag1",)), Tags("tags", any_of=("tag1", "tag2")), Tags("tags", all_of=("tag1", "tag2"))
        ),
        "helpdesk field value shown updated_at num": _just(
            Custom("cf_plan", Text("", "eq", ("pro",))),
            Custom("cf_plan", Text("", "in", ("pro", "team"))),
            Custom("cf_seats", Number("", eq=77)),
            Custom("cf_seats", Number("", gte=100, lt=110)),
        ),
    },
    CONTACTS.name: {
        "helpdesk num": _by_id,
        "shown name_key helpdesk num": _texts("name", _named(CONTACTS.name)),
        "shown created_at helpdesk num": _month("createdAt"),
        "shown updated_at helpdesk num": _month("updatedAt"),
        "email_domain helpdesk num": _just(In("emailDomain", ("mail7.example",))),
        "phone": _just(Text("phone", "eq", ("+49 30 7",)), Text("phone", "in", ("+49 30 7", "+49 30 9"))),
        "external_id": _just(In("externalId", ("crm-3",))),
        "email helpdesk num": _just(
            Text("email", "eq", ("person7@mail7.example",)), Text("email", "in", ("person7@mail7.example", "-"))
        ),
        "helpdesk org num": _links("organization", "1", "2"),
    },
    ORGANIZATIONS.name: {
        "helpdesk num": _by_id,
        "shown name_key helpdesk num": _texts("name", _named(ORGANIZATIONS.name)),
        "shown created_at helpdesk num": _month("createdAt"),
        "shown updated_at helpdesk num": _month("updatedAt"),
        "external_id": _just(In("externalId", ("org-3",))),
        "domain helpdesk num": _just(In("domain", ("org7.example",))),
    },
    ARTICLES.name: {
        "helpdesk num": _by_id,
        "shown title_key helpdesk num": _texts("title", _named(ARTICLES.name)),
        "shown created_at helpdesk num": _month("createdAt"),
        "shown updated_at helpdesk num": _month("updatedAt"),
        "shown position helpdesk num": _just(),
        "shown views helpdesk num": _just(),
        "helpdesk folder num": _just(IdIn("folder", ((DESK, "folder-3"),))),
        "label helpdesk num": _just(
            Tags("label", any_of=("label1",)),
            Tags("label", any_of=("label1", "label2")),
            Tags("label", all_of=("label1",)),
        ),
    },
}


def filters(listing: Listing, index: Index, sample: Sample) -> list[Question]:
    """Each in the default order, and in the index's own where that is another one."""
    name = " ".join(index.columns)
    try:
        conditions = FILTERS[listing.name][name](sample)
    except KeyError:
        raise LookupError(f"No question is asked of the index ({name}) of {listing.name}.") from None
    return [
        Question(listing.name, f"{_said(one)}{', ' + _told(order) if order else ''}", one, order)
        for one in conditions
        for order in (None, *_own_order(listing, index, one))
    ]


def _own_order(listing: Listing, index: Index, condition: Condition) -> list[Any]:
    if isinstance(condition, Custom):
        return [TicketOrder(field=TicketOrderField.CUSTOM_FIELD, custom_field=condition.key)]
    return [order for order in _orders(listing) if _column(listing, order) == index.columns[:2][-1]][:1]


def orders(listing: Listing) -> Iterator[Question]:
    for order in _orders(listing):
        yield Question(listing.name, f"order {_told(order)}", order=order)
    if listing is TICKETS:
        for field in (TicketOrderField.STATUS, TicketOrderField.PRIORITY):
            for way in OrderDirection:
                first, behind = TicketOrder(field=field, direction=way), TicketOrder(direction=way)
                yield Question(listing.name, f"order {_told(first)}, then UPDATED_AT", order=first, then=(behind,))


def _orders(listing: Listing) -> Iterator[Any]:
    """Both ways, and where values may be missing with these at both ends."""
    fields: Mapping[Any, str] = COLUMNS if listing is TICKETS else RECORD_COLUMNS
    known = {column for index in listing.indexes for column in index.columns}
    for field, column in fields.items():
        if _named_here(listing, column) not in known:
            continue
        for way in OrderDirection:
            for nulls in NullsOrder if _named_here(listing, column) in listing.nullable else [NullsOrder.LAST]:
                if listing is not TICKETS:
                    yield RecordOrder(field=field, direction=way, nulls=nulls)
                    continue
                custom = "cf_plan" if field is TicketOrderField.CUSTOM_FIELD else None
                yield TicketOrder(field=field, direction=way, nulls=nulls, custom_field=custom)


def _column(listing: Listing, order: Any) -> str:
    return _named_here(listing, (COLUMNS if listing is TICKETS else RECORD_COLUMNS)[order.field])


def _named_here(listing: Listing, column: str) -> str:
    """An article's name is its title."""
    return "title_key" if listing is ARTICLES and column == "name_key" else column


def _told(order: Any) -> str:
    return f"{order.field} {order.direction} {order.nulls}"


def _said(condition: Condition) -> str:
    match condition:
        case In(field=field, values=values):
            return f"{field} {values[0]}{' and more' if values[1:] else ''}"
        case IdIn(field=field, ids=ids):
            return f"{field}, {len(ids)} of them"
        case Text(field=field, op=op) | Custom(key=field, test=Text(op=op)):
            return f"{field} {op}"
        case Tags(field=field, all_of=every, any_of=some):
            return f"{field} {'all' if every else 'any'}, {len(every or some)} of them"
        case Custom(key=key, test=Number(eq=value)):
            return f"{key} {'range' if value is None else 'eq'}"
        case Time(field=field):
            return f"{field} range"
    return type(condition).__name__

"""A tree of conditions as the flat query that a helpdesk can be asked live, or a refusal that names what it cannot say.

The tree has been folded for the helpdesk first (filters.py). A conjunction of simple tests can be asked; whether this
vendor knows each of them is the provider's to say. `None`: the tests contradict each other, nothing can match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from models.conditions import Condition, IdIn, In, Related, Tags, Text, Time, Within, resolved
from models.errors import Unsupported
from models.queries import ArticleQuery, ContactQuery, OrganizationQuery, TicketFilter, TicketOrder
from resolvers.filters import NOTHING, conjuncts
from resolvers.flat import COPY, Flat, refused

Q = TypeVar("Q", bound=msgspec.Struct)
O = TypeVar("O")  # noqa: E741

TICKET_WORDS: Mapping[str, str] = {
    "status": "status",
    "nativeStatus": "native_status",
    "priority": "priority",
    "type": "type",
    "channel": "channel",
    "lifecycle": "lifecycle",
}
TICKET_IDS: Mapping[str, str] = {
    "requester": "requester_id",
    "assignee": "assignee_id",
    "group": "group_id",
    "organization": "organization_id",
}
TICKET_TIMES: Mapping[str, str] = {"createdAt": "created_at", "updatedAt": "updated_at"}


def _lowered(
    kind: type[Q], where: Condition, helpdesk: str, now: datetime, lower: Callable[[Condition, Flat], None]
) -> Q | None:
    if where == NOTHING:
        return None
    flat = Flat(helpdesk, now)
    for part in conjuncts(where):
        lower(resolved(part, now) if isinstance(part, Within) else part, flat)
    return flat.made(kind)


def ticket_filter(where: Condition, helpdesk: str, now: datetime) -> TicketFilter | None:
    return _lowered(TicketFilter, where, helpdesk, now, _ticket)


def _ticket(part: Condition, flat: Flat) -> None:
    match part:
        case In(field=field, values=values) if field in TICKET_WORDS:
            flat.words(TICKET_WORDS[field], values)
        case In(field="externalId", values=values):
            flat.single("external_id", values, "filter.externalId.in")
        case IdIn(field=field, ids=ids) if field in TICKET_IDS:
            flat.id(TICKET_IDS[field], ids, f"filter.{field}.in" if field == "group" else f"filter.{field}.id.in")
        case Related(link="requester", condition=Text(field="email") as test):
            flat.text("requester_email", test, "filter.requester.email")
        case Time(field=field, range=range_) if field in TICKET_TIMES:
            flat.times(TICKET_TIMES[field], range_)
        case Tags(field="tags", none_of=()):
            _tags(part, flat)
        case _:
            raise refused(part, flat, {"requester": "`email` or `id`", "assignee": "`id`", "organization": "`id`"})


def _tags(test: Tags, flat: Flat) -> None:
    if test.all_of:
        flat.values["tags_all"] = tuple(dict.fromkeys((*flat.values.get("tags_all", ()), *test.all_of)))
    if test.any_of and flat.values.setdefault("tags_any", test.any_of) != test.any_of:
        field = "filter.tags.any"
        raise flat.refusal(f"`{field}` can be asked once live.", "Use `all` beside one `any`.", field)


def contact_query(where: Condition, helpdesk: str, now: datetime) -> ContactQuery | None:
    return _lowered(ContactQuery, where, helpdesk, now, _contact)


def _contact(part: Condition, flat: Flat) -> None:
    match part:
        case Text(field="email" | "phone" | "name" as field):
            flat.text(field, part, f"filter.{field}")
        case In(field="externalId", values=values):
            flat.single("external_id", values, "filter.externalId.in")
        case In(field="state", values=values):
            flat.single("state", values, "filter.state")
        case IdIn(field="organization", ids=ids):
            flat.id("organization_id", ids, "filter.organization.id.in")
        case Time(field="updatedAt", range=range_):
            flat.since(range_, "filter.updatedAt")
        case IdIn(field="id"):
            nearest = "Use `nodes(ids:)` or `contact(by:)`."
            raise flat.refusal("`filter.id` cannot be asked of contact lists.", nearest, "filter.id")
        case _:
            raise refused(part, flat, {"organization": "`id`"})


def organization_query(where: Condition, helpdesk: str, now: datetime) -> OrganizationQuery | None:
    return _lowered(OrganizationQuery, where, helpdesk, now, _organization)


def _organization(part: Condition, flat: Flat) -> None:
    match part:
        case Text(field="name"):
            flat.text("name", part, "filter.name")
        case In(field="externalId", values=values):
            flat.single("external_id", values, "filter.externalId.in")
        case Time(field="updatedAt", range=range_):
            flat.since(range_, "filter.updatedAt")
        case IdIn(field="id"):
            nearest = "Use `nodes(ids:)` or `organization(id:)`."
            raise flat.refusal("`filter.id` cannot be asked of organization lists.", nearest, "filter.id")
        case _:
            raise refused(part, flat, {})


def article_query(where: Condition, helpdesk: str, now: datetime) -> ArticleQuery | None:
    return _lowered(ArticleQuery, where, helpdesk, now, _article)


def _article(part: Condition, flat: Flat) -> None:
    match part:
        case In(field="state", values=values):
            flat.words("states", values)
        case In(field="visibility", values=values):
            flat.words("visibilities", values)
        case In(field="locale", values=values):
            flat.single("locale", values, "filter.locale.in")
        case IdIn(field="folder", ids=ids):
            flat.id("folder_id", ids, "filter.folder.in")
        case Tags(field="label", all_of=all_of, any_of=any_of, none_of=()):
            if len(all_of) > 1 or (all_of and any_of):
                raise flat.refusal(
                    "`filter.label.all` cannot be asked live.", "Use `any` with one label.", "filter.label"
                )
            flat.single("label", all_of or any_of, "filter.label.any")
        case _:
            raise refused(part, flat, {})


def one_order(orders: Sequence[O], helpdesk: str) -> O:
    """Live helpdesks sort by one field."""
    if len(orders) > 1:
        raise Unsupported(
            f"`order` has {len(orders)} entries; live helpdesks sort by one field.",
            nearest="Give one entry; rows with equal values are ordered by helpdesk and id.",
            field="order",
            helpdesk=helpdesk,
        )
    return orders[0]


def ticket_order(orders: Sequence[TicketOrder], helpdesk: str) -> TicketOrder:
    return one_order(orders, helpdesk) if orders else TicketOrder()


def no_order(orders: Sequence[Any], helpdesk: str) -> None:
    """Contacts, organizations and articles come in the helpdesk's own order live."""
    if orders:
        raise Unsupported(
            "Live, a helpdesk does not let us choose the order of this list.",
            nearest=f"Leave `order` out. {COPY}",
            field="order",
            helpdesk=helpdesk,
        )

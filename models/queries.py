"""What is asked of a Source: scope, filters, orders, pages. Ids in here are remote ids of the helpdesk asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.enums import (
    ArticleState,
    ArticleVisibility,
    Channel,
    ContactState,
    Lifecycle,
    NullsOrder,
    OrderDirection,
    RecordOrderField,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
    TicketType,
)

T = TypeVar("T")


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, as far as reading goes. Every call of a Source takes one.

    `organizations` is None for a caller who may see everything in the tenant. Else it lists what the caller is bound
    to, helpdesk key → remote ids; a helpdesk that is not in it shows nothing. A bound caller sees tickets and contacts
    of these organizations only, never an internal note or its files, and only public or signed-in articles. An agent's
    or a group's name is visible to all. `notes` False hides internal notes from an unbound caller too.
    """

    tenant: str
    organizations: Mapping[str, frozenset[str]] | None = None
    notes: bool = True

    def bound(self, helpdesk: str) -> frozenset[str] | None:
        """The remote ids of the organizations the caller is bound to in this helpdesk; None when not bound at all."""
        if self.organizations is None:
            return None
        return self.organizations.get(helpdesk, frozenset())

    def sees_organization(self, helpdesk: str, organization_id: str | None) -> bool:
        bound = self.bound(helpdesk)
        return bound is None or (organization_id is not None and organization_id in bound)

    def sees_any_organization(self, helpdesk: str, organization_ids: tuple[str, ...]) -> bool:
        bound = self.bound(helpdesk)
        return bound is None or any(o in bound for o in organization_ids)

    @property
    def sees_notes(self) -> bool:
        return self.notes and self.organizations is None


class TimeRange(msgspec.Struct, frozen=True, kw_only=True):
    """Half-open or not, as given: at most one of gt/gte and one of lt/lte is set."""

    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None

    def holds(self, value: datetime | None) -> bool:
        if value is None:
            return not (self.gt or self.gte or self.lt or self.lte)
        return not (
            (self.gt is not None and value <= self.gt)
            or (self.gte is not None and value < self.gte)
            or (self.lt is not None and value >= self.lt)
            or (self.lte is not None and value > self.lte)
        )


class TicketFilter(msgspec.Struct, frozen=True, kw_only=True):
    """All that is set must hold; a tuple means any of its values. Empty means no condition.

    `names()` lists what is set, in GraphQL spelling: a Source compares it with its capabilities and refuses the rest.
    """

    status: tuple[TicketStatus, ...] = ()
    native_status: tuple[str, ...] = ()
    priority: tuple[TicketPriority, ...] = ()
    type: tuple[TicketType, ...] = ()
    channel: tuple[Channel, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_all: tuple[str, ...] = ()
    requester_id: str | None = None
    requester_email: str | None = None
    assignee_id: str | None = None
    group_id: str | None = None
    organization_id: str | None = None
    external_id: str | None = None
    created_at: TimeRange | None = None
    updated_at: TimeRange | None = None
    lifecycle: tuple[Lifecycle, ...] = ()

    def names(self) -> frozenset[str]:
        return frozenset(GRAPHQL_NAMES.get(f, f) for f in self.__struct_fields__ if getattr(self, f) not in ((), None))


GRAPHQL_NAMES = {
    "native_status": "nativeStatus",
    "tags_any": "tags.any",
    "tags_all": "tags.all",
    "requester_id": "requester.id",
    "requester_email": "requester.email",
    "assignee_id": "assignee.id",
    "group_id": "group",
    "organization_id": "organization.id",
    "external_id": "externalId",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
}


class TicketOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`nulls`: which end rows without a value stand at, whatever the direction; live lists order by values that are
    always there. `custom_field`: the field's key, with CUSTOM_FIELD."""

    field: TicketOrderField = TicketOrderField.UPDATED_AT
    direction: OrderDirection = OrderDirection.DESC
    nulls: NullsOrder = NullsOrder.LAST
    custom_field: str | None = None

    @property
    def descending(self) -> bool:
        return self.direction is OrderDirection.DESC

    def reversed(self) -> TicketOrder:
        other = OrderDirection.ASC if self.descending else OrderDirection.DESC
        nulls = NullsOrder.FIRST if self.nulls is NullsOrder.LAST else NullsOrder.LAST
        return TicketOrder(field=self.field, direction=other, nulls=nulls, custom_field=self.custom_field)


class TicketQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`filter` and `order` are what a live helpdesk can be asked. `where` (a Condition of models/conditions.py) and the
    further orders in `then` must hold too; only a copy of ours answers them, a provider is never given them."""

    filter: TicketFilter = TicketFilter()
    order: TicketOrder = TicketOrder()
    where: Any = None
    then: tuple[TicketOrder, ...] = ()

    @property
    def orders(self) -> tuple[TicketOrder, ...]:
        return (self.order, *self.then)


class RecordOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order of contacts, organizations or articles (NAME is an article's title). Only a copy of ours has one."""

    field: RecordOrderField
    direction: OrderDirection = OrderDirection.ASC
    nulls: NullsOrder = NullsOrder.LAST


class ContactQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`where` and `orders`: as in TicketQuery."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    external_id: str | None = None
    organization_id: str | None = None
    state: ContactState | None = None
    updated_since: datetime | None = None
    where: Any = None
    orders: tuple[RecordOrder, ...] = ()


class OrganizationQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`where` and `orders`: as in TicketQuery."""

    name: str | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    where: Any = None
    orders: tuple[RecordOrder, ...] = ()


class ArticleQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`where` and `orders`: as in TicketQuery."""

    locale: str | None = None
    folder_id: str | None = None
    states: tuple[ArticleState, ...] = ()
    visibilities: tuple[ArticleVisibility, ...] = ()
    label: str | None = None
    where: Any = None
    orders: tuple[RecordOrder, ...] = ()


class PageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`size` rows after the place `after`, or, with `backward`, the nearest `size` rows before the place `before`.

    With `backward` and no `before`: the last rows of the list. `inclusive`: the row at `before` counts as before it.
    Rows come in the order of the query either way. A place is a Source's own text, handed back as it was given.
    `wants` names what the caller will look at, so that a Source may embed it in the same call: "requester",
    "organization", "description", "stats", "satisfaction".
    """

    size: int = 50
    after: str | None = None
    before: str | None = None
    backward: bool = False
    inclusive: bool = False
    wants: frozenset[str] = frozenset()


class Row(msgspec.Struct, Generic[T], frozen=True):
    """A record and the place right after it (and right before it: `before=place` gives the rows before this one)."""

    record: T
    place: str


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """At least `size` rows where there are as many; more when they came in the same call. The caller cuts.

    `more`: whether there are further rows, beyond these, in the direction asked. `resume`: the page is shorter than
    asked for, perhaps empty, because so many rows were looked at in vain; asking again from this place goes on.
    """

    rows: tuple[Row[T], ...]
    more: bool
    total: int | None = None
    resume: str | None = None


class NewRequester(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None


class TicketDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket to be made. One of `requester_id` and `requester` is set; one of `body_html` and `body_text`.

    `status`, `priority` None mean the vendor's default. With `strict` False what the helpdesk cannot represent is
    left out or replaced, with a warning; with True it is LossyMapping.
    """

    subject: str
    body_html: str | None = None
    body_text: str | None = None
    requester_id: str | None = None
    requester: NewRequester | None = None
    status: TicketStatus | None = None
    native_status: str | None = None
    priority: TicketPriority | None = None
    type: TicketType | None = None
    channel: Channel | None = None
    tags: tuple[str, ...] = ()
    group_id: str | None = None
    assignee_id: str | None = None
    organization_id: str | None = None
    product_id: str | None = None
    ccs: tuple[str, ...] = ()
    due_at: datetime | None = None
    external_id: str | None = None
    custom_fields: Mapping[str, Any] = {}
    strict: bool = True


class MappingWarning(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is the input's field in GraphQL spelling; `sent` is what goes to the vendor in its place."""

    path: tuple[str, ...]
    message: str
    sent: Any = None


class WritePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a write would send: shown by `preview`, and sent as it stands. No credential is part of it."""

    method: str
    path: str
    body: Mapping[str, Any]
    warnings: tuple[MappingWarning, ...] = ()

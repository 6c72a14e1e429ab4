"""Filters and orders, as far as live helpdesks can answer them, and how they are read.

What is not in here is not in the schema, so a query that uses it fails validation instead of getting a wider list.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import strawberry

from models.enums import (
    ArticleState,
    ArticleVisibility,
    Channel,
    ContactState,
    Kind,
    Lifecycle,
    OrderDirection,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.errors import BadInput, Unsupported
from models.queries import ArticleQuery, ContactQuery, OrganizationQuery, TimeRange
from models.queries import TicketFilter as TicketFilterModel
from models.queries import TicketOrder as TicketOrderModel
from resolvers.filters import (
    ArticleConditions,
    Chosen,
    Conditions,
    ContactConditions,
    IdCondition,
    OrganizationConditions,
    TicketConditions,
    id_condition,
    lower_bound,
    one_order,
    single,
)
from resolvers.people import AgentChoice
from schema.fields import given

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
UNSET = strawberry.UNSET


@strawberry.input(description="Texts to be among, or not to be among. Both must hold.")
class StringIn:
    in_: list[str] | None = strawberry.field(name="in", default=UNSET, description="One of these.")
    not_in: list[str] | None = strawberry.field(
        default=UNSET, description="None of these. Only helpdesk keys can be excluded."
    )


@strawberry.input(description="Which statuses to show.")
class TicketStatusIn:
    in_: list[TicketStatus] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Which priorities to show.")
class TicketPriorityIn:
    in_: list[TicketPriority] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Which types to show.")
class TicketTypeIn:
    in_: list[TicketType] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Which channels to show.")
class ChannelIn:
    in_: list[Channel] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Which lifecycles to show.")
class LifecycleIn:
    in_: list[Lifecycle] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Tags to carry. Both must hold.")
class TagFilter:
    all_: list[str] | None = strawberry.field(name="all", default=UNSET, description="Every one of these.")
    any_: list[str] | None = strawberry.field(name="any", default=UNSET, description="At least one of these.")


@strawberry.input(description="A text to be equal to.")
class TextFilter:
    eq: str | None = strawberry.field(
        default=UNSET, description="Exactly this; case does not matter where the helpdesk says so."
    )


@strawberry.input(description="Bounds in time. All that are set must hold; an empty one means no condition.")
class DateTimeFilter:
    gt: datetime | None = strawberry.field(default=UNSET, description="Later than this. Not together with `gte`.")
    gte: datetime | None = strawberry.field(default=UNSET, description="At this moment or later.")
    lt: datetime | None = strawberry.field(default=UNSET, description="Earlier than this. Not together with `lte`.")
    lte: datetime | None = strawberry.field(default=UNSET, description="At this moment or earlier.")


@strawberry.input(
    description="Global ids. Each belongs to one helpdesk: a helpdesk that "
    "none belongs to has no match and is left out "
    "(`SKIPPED`). Live, a helpdesk takes one of its ids at a time."
)
class IdFilter:
    in_: list[strawberry.ID] | None = strawberry.field(name="in", default=UNSET, description="One of these.")


@strawberry.input(description="Which organizations. All that is set must hold.")
class OrganizationFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    name: TextFilter | None = strawberry.field(
        default=UNSET, description="By name, the way the helpdesk looks up names: from their beginning."
    )
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By one id in another system (Zendesk).")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="Changed since; only `gte` live.")


@strawberry.input(
    description="Which contacts. All that is set must hold. As `requester` "
    "of a ticket filter only `id` and `email` count; "
    "the rest is refused there."
)
class ContactFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(
        default=UNSET, description="By global id. Only as `requester` of a ticket filter."
    )
    email: TextFilter | None = strawberry.field(default=UNSET, description="By e-mail address.")
    phone: TextFilter | None = strawberry.field(default=UNSET, description="By telephone number, as written.")
    name: TextFilter | None = strawberry.field(
        default=UNSET, description="By name, the way the helpdesk looks up names: from their beginning."
    )
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By one id in another system.")
    organization: OrganizationFilter | None = strawberry.field(
        default=UNSET, description="Of this organization: only `id`."
    )
    state: list[ContactState] | None = strawberry.field(default=UNSET, description="By state: one of them (Freshdesk).")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="Changed since; only `gte` live.")


@strawberry.input(description="Which agents. All that is set must hold.")
class AgentFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    id: IdFilter | None = strawberry.field(default=UNSET, description="By global id.")
    email: TextFilter | None = strawberry.field(
        default=UNSET, description="By e-mail address; not as `assignee` of a ticket filter."
    )
    active: bool | None = strawberry.field(
        default=UNSET, description="Whether they still work there; not as `assignee` of a ticket filter."
    )


@strawberry.input(description="Which articles. All that is set must hold.")
class ArticleFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    state: list[ArticleState] | None = strawberry.field(default=UNSET, description="By state: any of these.")
    visibility: list[ArticleVisibility] | None = strawberry.field(
        default=UNSET, description="By visibility: any of these."
    )
    locale: StringIn | None = strawberry.field(
        default=UNSET, description="In this language: one of them, like `en-us`."
    )
    folder: IdFilter | None = strawberry.field(default=UNSET, description="Right inside this folder.")
    label: TagFilter | None = strawberry.field(default=UNSET, description="With this label: one of them, in `any`.")


@strawberry.input(
    description="Which tickets. All that is set must hold. Conditions that "
    "need a helpdesk's search reach a bounded number of "
    "matches there (Freshdesk 300, Zendesk 1000) and lag behind by seconds to minutes; beyond it, and for what a "
    "helpdesk "
    "cannot filter, the answer is UNSUPPORTED_BY_HELPDESK, never a wider or shorter list."
)
class TicketFilter:
    helpdesk: StringIn | None = strawberry.field(default=UNSET, description="By the helpdesk's key.")
    status: TicketStatusIn | None = strawberry.field(default=UNSET, description="By status.")
    native_status: StringIn | None = strawberry.field(
        default=UNSET, description="By the helpdesk's own status, as in `helpdesk { statuses { value } }`."
    )
    priority: TicketPriorityIn | None = strawberry.field(default=UNSET, description="By priority.")
    type: TicketTypeIn | None = strawberry.field(default=UNSET, description="By type.")
    channel: ChannelIn | None = strawberry.field(default=UNSET, description="By channel.")
    lifecycle: LifecycleIn | None = strawberry.field(
        default=UNSET,
        description="By lifecycle. When left out: tickets in use, and archived ones where they can be listed.",
    )
    tags: TagFilter | None = strawberry.field(default=UNSET, description="By tags.")
    external_id: StringIn | None = strawberry.field(default=UNSET, description="By one id in another system (Zendesk).")
    created_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of making.")
    updated_at: DateTimeFilter | None = strawberry.field(default=UNSET, description="By the moment of the last change.")
    requester: ContactFilter | None = strawberry.field(default=UNSET, description="By who asked: `id` or `email`.")
    assignee: AgentFilter | None = strawberry.field(default=UNSET, description="By the agent in charge: `id`.")
    group: IdFilter | None = strawberry.field(default=UNSET, description="By the group in charge.")
    organization: OrganizationFilter | None = strawberry.field(default=UNSET, description="By organization: `id`.")


@strawberry.input(description="What to order tickets by.")
class TicketOrder:
    field: TicketOrderField = strawberry.field(description="The value to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="Which end comes first. Ties are ordered by helpdesk and id."
    )


def chosen(helpdesk: StringIn | None) -> Chosen:
    asked = given(helpdesk)
    if asked is None:
        return Chosen()
    only = given(asked.in_)
    return Chosen(only=None if only is None else tuple(only), never=tuple(given(asked.not_in) or ()))


def _texts(filter: StringIn | None, field: str) -> tuple[str, ...]:
    asked = given(filter)
    if asked is None:
        return ()
    if given(asked.not_in) is not None:
        raise Unsupported(
            f"`{field}.notIn` cannot be asked live.", nearest=f"List what you want in `{field}.in`.", field=field
        )
    return _some(given(asked.in_), field)


def _some(values: Sequence[T] | None, field: str) -> tuple[T, ...]:
    if values is None:
        return ()
    if not values:
        raise BadInput(f"`{field}.in` is an empty list. Leave it out, or give at least one value.", field=field)
    return tuple(values)


def _one(filter: StringIn | None, field: str) -> str | None:
    values = _texts(filter, field)
    return single(values, field=f"{field}.in") if values else None


def _text(filter: TextFilter | None) -> str | None:
    asked = given(filter)
    return given(asked.eq) if asked else None


def _range(filter: DateTimeFilter | None, field: str) -> TimeRange | None:
    asked = given(filter)
    if asked is None:
        return None
    found = TimeRange(gt=given(asked.gt), gte=given(asked.gte), lt=given(asked.lt), lte=given(asked.lte))
    if (found.gt and found.gte) or (found.lt and found.lte):
        raise BadInput(f"`{field}` has two lower or two upper bounds; give one of each.", field=field)
    return None if found == TimeRange() else found


def _ids(filter: IdFilter | None, kind: Kind, target: str, field: str) -> tuple[IdCondition, ...]:
    asked = given(filter)
    values = given(asked.in_) if asked else None
    return () if values is None else (id_condition(values, kind, target=target, field=f"{field}.in"),)


def _only(filter: object, allowed: frozenset[str], field: str) -> None:
    """For a filter nested in another, where only some of it can be asked."""
    for name, value in vars(filter).items():
        if name not in allowed and given(value) is not None:
            names = " or ".join(f"`{n}`" for n in sorted(allowed))
            raise Unsupported(f"Within `{field}` only {names} can be asked live.", field=field)


def ticket_conditions(filter: TicketFilter | None) -> TicketConditions:
    asked = given(filter) or TicketFilter()
    tags = given(asked.tags) or TagFilter()
    base = TicketFilterModel(
        status=_in(asked.status, "filter.status"),
        native_status=_texts(asked.native_status, "filter.nativeStatus"),
        priority=_in(asked.priority, "filter.priority"),
        type=_in(asked.type, "filter.type"),
        channel=_in(asked.channel, "filter.channel"),
        lifecycle=_in(asked.lifecycle, "filter.lifecycle"),
        tags_any=_some(given(tags.any_), "filter.tags"),
        tags_all=_some(given(tags.all_), "filter.tags"),
        external_id=_one(asked.external_id, "filter.externalId"),
        created_at=_range(asked.created_at, "filter.createdAt"),
        updated_at=_range(asked.updated_at, "filter.updatedAt"),
        requester_email=_requester_email(given(asked.requester)),
    )
    return Conditions(base=base, ids=_ticket_ids(asked), chosen=chosen(asked.helpdesk))


class _In(Protocol[T_co]):
    @property
    def in_(self) -> Sequence[T_co] | None: ...


def _in(filter: _In[T] | None, field: str) -> tuple[T, ...]:
    asked = given(filter)
    return _some(given(asked.in_), field) if asked is not None else ()


def _requester_email(filter: ContactFilter | None) -> str | None:
    if filter is None:
        return None
    _only(filter, frozenset({"id", "email"}), "filter.requester")
    return _text(filter.email)


def _ticket_ids(asked: TicketFilter) -> tuple[IdCondition, ...]:
    requester, assignee, organization = given(asked.requester), given(asked.assignee), given(asked.organization)
    found = _ids(asked.group, Kind.GROUP, "group_id", "filter.group")
    if requester is not None:
        found += _ids(requester.id, Kind.CONTACT, "requester_id", "filter.requester.id")
    if assignee is not None:
        _only(assignee, frozenset({"id"}), "filter.assignee")
        found += _ids(assignee.id, Kind.AGENT, "assignee_id", "filter.assignee.id")
    if organization is not None:
        _only(organization, frozenset({"id"}), "filter.organization")
        found += _ids(organization.id, Kind.ORGANIZATION, "organization_id", "filter.organization.id")
    return found


def ticket_order(order: list[TicketOrder] | None) -> TicketOrderModel:
    return one_order([TicketOrderModel(field=o.field, direction=o.direction) for o in given(order) or ()])


def contact_conditions(filter: ContactFilter | None) -> ContactConditions:
    asked = given(filter) or ContactFilter()
    if given(asked.id) is not None:
        raise Unsupported(
            "`filter.id` cannot be asked of contact lists.",
            nearest="Use `nodes(ids:)` or `contact(by:)`.",
            field="filter.id",
        )
    states = given(asked.state) or ()
    changed = lower_bound(_range(asked.updated_at, "filter.updatedAt"), field="filter.updatedAt")
    organization = given(asked.organization)
    ids: tuple[IdCondition, ...] = ()
    if organization is not None:
        _only(organization, frozenset({"id"}), "filter.organization")
        ids = _ids(organization.id, Kind.ORGANIZATION, "organization_id", "filter.organization.id")
    base = ContactQuery(
        email=_text(asked.email),
        phone=_text(asked.phone),
        name=_text(asked.name),
        external_id=_one(asked.external_id, "filter.externalId"),
        state=ContactState(single(states, field="filter.state")) if states else None,
        updated_since=changed.gte if changed else None,
    )
    return Conditions(base=base, ids=ids, chosen=chosen(asked.helpdesk))


def organization_conditions(filter: OrganizationFilter | None) -> OrganizationConditions:
    asked = given(filter) or OrganizationFilter()
    if given(asked.id) is not None:
        raise Unsupported(
            "`filter.id` cannot be asked of organization lists.",
            nearest="Use `nodes(ids:)` or `organization(id:)`.",
            field="filter.id",
        )
    changed = lower_bound(_range(asked.updated_at, "filter.updatedAt"), field="filter.updatedAt")
    base = OrganizationQuery(
        name=_text(asked.name),
        external_id=_one(asked.external_id, "filter.externalId"),
        updated_since=changed.gte if changed else None,
    )
    return Conditions(base=base, chosen=chosen(asked.helpdesk))


def article_conditions(filter: ArticleFilter | None) -> ArticleConditions:
    asked = given(filter) or ArticleFilter()
    label = given(asked.label) or TagFilter()
    if given(label.all_) is not None:
        raise Unsupported(
            "`filter.label.all` cannot be asked live.", nearest="Use `any` with one label.", field="filter.label"
        )
    labels = _some(given(label.any_), "filter.label")
    base = ArticleQuery(
        locale=_one(asked.locale, "filter.locale"),
        states=tuple(given(asked.state) or ()),
        visibilities=tuple(given(asked.visibility) or ()),
        label=single(labels, field="filter.label.any") if labels else None,
    )
    ids = _ids(asked.folder, Kind.ARTICLE_FOLDER, "folder_id", "filter.folder")
    return Conditions(base=base, ids=ids, chosen=chosen(asked.helpdesk))


def agent_choice(filter: AgentFilter | None) -> AgentChoice:
    asked = given(filter) or AgentFilter()
    wanted = given(asked.id)
    ids = given(wanted.in_) if wanted else None
    return AgentChoice(
        chosen=chosen(asked.helpdesk),
        ids=None if ids is None else tuple(ids),
        email=_text(asked.email),
        active=given(asked.active),
    )

"""The flat queries that a live helpdesk is asked, as conditions. Their ids are remote ids of the helpdesks asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.conditions import Condition, IdIn, In, Related, Tags, Text, Time
from models.queries import ArticleQuery, ContactQuery, OrganizationQuery, TicketFilter, TimeRange


def ticket_conditions(asked: TicketFilter, helpdesks: Sequence[str]) -> Iterator[Condition]:
    words = {
        "status": asked.status,
        "nativeStatus": asked.native_status,
        "priority": asked.priority,
        "type": asked.type,
        "channel": asked.channel,
        "lifecycle": asked.lifecycle,
    }
    yield from (In(field, tuple(values)) for field, values in words.items() if values)
    if asked.tags_any or asked.tags_all:
        yield Tags("tags", all_of=asked.tags_all, any_of=asked.tags_any)
    if asked.external_id is not None:
        yield In("externalId", (asked.external_id,))
    yield from _links(
        {
            "requester": asked.requester_id,
            "assignee": asked.assignee_id,
            "group": asked.group_id,
            "organization": asked.organization_id,
        },
        helpdesks,
    )
    if asked.requester_email is not None:
        yield Related("requester", Text("email", "eq", (asked.requester_email,)))
    if asked.created_at is not None:
        yield Time("createdAt", asked.created_at)
    if asked.updated_at is not None:
        yield Time("updatedAt", asked.updated_at)


def contact_conditions(asked: ContactQuery, helpdesks: Sequence[str]) -> Iterator[Condition]:
    yield from _texts({"email": asked.email, "phone": asked.phone, "name": asked.name})
    if asked.external_id is not None:
        yield In("externalId", (asked.external_id,))
    yield from _links({"organization": asked.organization_id}, helpdesks)
    if asked.state is not None:
        yield In("state", (asked.state,))
    if asked.updated_since is not None:
        yield Time("updatedAt", TimeRange(gte=asked.updated_since))


def organization_conditions(asked: OrganizationQuery, helpdesks: Sequence[str]) -> Iterator[Condition]:
    yield from _texts({"name": asked.name})
    if asked.external_id is not None:
        yield In("externalId", (asked.external_id,))
    if asked.updated_since is not None:
        yield Time("updatedAt", TimeRange(gte=asked.updated_since))


def article_conditions(asked: ArticleQuery, helpdesks: Sequence[str]) -> Iterator[Condition]:
    if asked.locale is not None:
        yield In("locale", (asked.locale,))
    yield from _links({"folder": asked.folder_id}, helpdesks)
    if asked.states:
        yield In("state", tuple(asked.states))
    if asked.visibilities:
        yield In("visibility", tuple(asked.visibilities))
    if asked.label is not None:
        yield Tags("label", any_of=(asked.label,))


def _texts(values: dict[str, str | None]) -> Iterator[Condition]:
    return (Text(field, "eq", (value,)) for field, value in values.items() if value is not None)


def _links(ids: dict[str, str | None], helpdesks: Sequence[str]) -> Iterator[Condition]:
    for field, remote_id in ids.items():
        if remote_id is not None:
            yield IdIn(field, tuple((helpdesk, remote_id) for helpdesk in helpdesks))

"""Capabilities are honest: what is declared answers exactly as the desk would, the rest is refused with a way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.enums import FilterSupport, Lifecycle, SearchKind, TicketOrderField
from models.errors import Unsupported
from models.queries import PageRequest, Scope, TicketFilter, TicketOrder, TicketQuery, TimeRange
from sandbox.records import Ticket
from tests.contract.case import Case

Condition = Callable[[Ticket], bool]
Sample = tuple[TicketFilter, Condition]
NEWEST = TicketOrder()


def samples(case: Case, some: Ticket) -> dict[str, list[Sample]]:
    """For every filter of TicketFilter.names(), conditions that `some` meets, and what they mean on the desk."""
    truth, desk = case.truth, case.desk
    requester = desk.user(some.requester)
    assert requester is not None and some.assignee and some.group and some.organization and some.tags
    organization = truth.organization(some.organization)
    status, priority, kind, channel = truth.status(some), truth.priority(some), truth.type(some), truth.channel(some)
    first, second = truth.tags(some)[:2]
    middle = sorted(ticket.updated for ticket in case.true_tickets())[80]
    born = sorted(ticket.created for ticket in case.true_tickets())[80]
    an_hour = timedelta(hours=1)

    def tags(ticket: Ticket) -> set[str]:
        return set(truth.tags(ticket))

    return {
        "status": [(TicketFilter(status=(status,)), lambda t: truth.status(t) is status)],
        "priority": [(TicketFilter(priority=(priority,)), lambda t: truth.priority(t) is priority)],
        "type": [(TicketFilter(type=(kind,)), lambda t: truth.type(t) is kind)],
        "channel": [
            (
                TicketFilter(channel=(channel,), organization_id=organization),
                lambda t: truth.channel(t) is channel and t.organization == some.organization,
            )
        ],
        "tags.any": [(TicketFilter(tags_any=(first, second)), lambda t: bool({first, second} & tags(t)))],
        "tags.all": [(TicketFilter(tags_all=(first, second)), lambda t: {first, second} <= tags(t))],
        "requester.id": [
            (TicketFilter(requester_id=truth.user(some.requester)), lambda t: t.requester == some.requester)
        ],
        "requester.email": [(TicketFilter(requester_email=requester.email), lambda t: t.requester == some.requester)],
        "assignee.id": [(TicketFilter(assignee_id=truth.user(some.assignee)), lambda t: t.assignee == some.assignee)],
        "group": [(TicketFilter(group_id=truth.group(some.group)), lambda t: t.group == some.group)],
        "organization.id": [
            (TicketFilter(organization_id=organization), lambda t: t.organization == some.organization)
        ],
        "externalId": [(TicketFilter(external_id="order-1"), lambda t: t.external_id == "order-1")],
        "createdAt": [
            (TicketFilter(created_at=TimeRange(gte=born)), lambda t: t.created >= born),
            (TicketFilter(created_at=TimeRange(gt=born)), lambda t: t.created > born),
            (TicketFilter(created_at=TimeRange(lt=born)), lambda t: t.created < born),
            (
                TicketFilter(created_at=TimeRange(gt=born, lte=born + an_hour * 48)),
                lambda t: born < t.created <= born + an_hour * 48,
            ),
        ],
        "updatedAt": [
            (TicketFilter(updated_at=TimeRange(gte=middle)), lambda t: t.updated >= middle),
            (TicketFilter(updated_at=TimeRange(lte=middle)), lambda t: t.updated <= middle),
            (
                TicketFilter(updated_at=TimeRange(gte=middle, lt=middle + an_hour * 48)),
                lambda t: middle <= t.updated < middle + an_hour * 48,
            ),
        ],
        "lifecycle": [(TicketFilter(lifecycle=(Lifecycle.ACTIVE,)), lambda t: True)],
        "nativeStatus": [],
    }


def rich_ticket(case: Case) -> Ticket:
    """One with a value for nearly everything, asked by a person."""
    found = [
        t
        for t in case.true_tickets()
        if t.assignee and t.group and t.organization and len(t.tags) > 1 and _has_email(case, t.requester)
    ]
    return found[len(found) // 2]


def _has_email(case: Case, number: int) -> bool:
    person = case.desk.people.get(number)
    return person is not None and person.email is not None


async def native_status(case: Case, everyone: Scope) -> list[Sample]:
    """The vendor's own word of some ticket, and everybody who has the same status on the desk."""
    some = rich_ticket(case)
    [record] = await case.source.tickets_by_id(everyone, [str(some.number)])
    assert record is not None
    word = record.status_native.value
    listed = {
        str(t.number)
        for t in case.true_tickets()
        if t.custom_status == some.custom_status or (case.helpdesk == "freshdesk" and _like(case, t, some))
    }
    return [(TicketFilter(native_status=(word,)), lambda t: str(t.number) in listed)]


def _like(case: Case, one: Ticket, other: Ticket) -> bool:
    """Freshdesk has one status for what the desk calls new and open."""
    plain = {"new": "open", "hold": "waiting_on_third_party"}
    return plain.get(one.custom_status, one.custom_status) == plain.get(other.custom_status, other.custom_status)


def test_every_filter_there_is_has_a_sample(case: Case) -> None:
    every = TicketFilter(
        **dict.fromkeys(TicketFilter.__struct_fields__, "x")  # type: ignore[arg-type]
    ).names()
    assert set(samples(case, rich_ticket(case))) == every
    assert case.source.capabilities.ticket_filters <= every


@pytest.mark.usefixtures("fresh")
async def test_a_declared_filter_answers_as_the_desk_would(case: Case, everyone: Scope) -> None:
    """In every declared order: exactly, or refused with a nearest form; and exactly in one order at least."""
    case.desk.tickets.create(subject="From the shop", requester=1000, text="It broke", external_id="order-1")
    case.company.clock.advance(3600)
    every = samples(case, rich_ticket(case)) | {"nativeStatus": await native_status(case, everyone)}
    told = await case.source.tickets_by_id(everyone, [str(case.desk.tickets.last_number)])
    for name in sorted(case.source.capabilities.ticket_filters):
        if name == "externalId" and case.copied and told[0] is not None and told[0].external_id is None:
            continue  # which the vendor does not have
        for asked, holds in every[name]:
            exact = 0
            expected = [ticket for ticket in case.true_tickets() if holds(ticket)]
            assert expected, f"{asked} has matches, or this shows nothing"
            for order in case.orders():
                try:
                    found = await case.tickets(everyone, asked, order)
                except Unsupported as refusal:
                    assert refusal.nearest, (asked, order)
                    assert refusal.field, (asked, order)
                    continue
                assert found == case.ordered(expected, order), (asked, order)
                exact += 1
            assert exact, f"{name} is declared, but {asked} works in no order"


async def test_filters_together_must_all_hold(case: Case, everyone: Scope) -> None:
    some = rich_ticket(case)
    assert some.organization
    own = case.truth.organization(some.organization)
    status = case.truth.status(some)
    asked = TicketFilter(organization_id=own, status=(status,), tags_any=(some.tags[0],))
    expected = [
        t
        for t in case.true_tickets()
        if t.organization == some.organization and case.truth.status(t) is status and some.tags[0] in t.tags
    ]
    assert expected
    assert await case.tickets(everyone, asked) == case.ordered(expected, NEWEST)


async def test_nothing_is_found_for_what_nobody_has(case: Case, everyone: Scope) -> None:
    for asked in (
        TicketFilter(organization_id="999999999"),
        TicketFilter(requester_id="999999999"),
        TicketFilter(assignee_id="999999999"),
        TicketFilter(group_id="999999999"),
        TicketFilter(requester_email="nobody@nowhere.example"),
        TicketFilter(tags_any=("no-such-tag",)),
    ):
        assert await case.tickets(everyone, asked) == [], asked


async def test_an_undeclared_filter_is_refused_by_name_with_what_works(case: Case, everyone: Scope) -> None:
    every = samples(case, rich_ticket(case))
    for name in sorted(set(every) - case.source.capabilities.ticket_filters):
        with pytest.raises(Unsupported) as refused:
            await case.tickets(everyone, every[name][0][0])
        assert refused.value.field == name
        assert name in refused.value.message
        assert refused.value.nearest


async def test_an_undeclared_order_is_refused_with_what_works(case: Case, everyone: Scope) -> None:
    for field in sorted(set(TicketOrderField) - case.source.capabilities.ticket_orders):
        with pytest.raises(Unsupported) as refused:
            await case.tickets(everyone, order=TicketOrder(field=field))
        assert refused.value.field == "order"
        assert refused.value.nearest
        assert any(str(able) in refused.value.nearest for able in case.source.capabilities.ticket_orders)


async def test_lifecycles_are_listed_exactly_or_refused(case: Case, everyone: Scope) -> None:
    for lifecycle in Lifecycle:
        asked = TicketFilter(lifecycle=(lifecycle,))
        try:
            found = await case.tickets(everyone, asked)
        except Unsupported as refusal:
            assert refusal.field == "lifecycle"
            assert refusal.nearest
            assert lifecycle is not Lifecycle.ACTIVE
            continue
        state = {Lifecycle.ACTIVE: "live", Lifecycle.SPAM: "spam", Lifecycle.DELETED: "deleted"}.get(lifecycle)
        expected = case.true_tickets(state=state) if state else []
        assert found == case.ordered(expected, NEWEST), lifecycle


async def test_a_count_is_the_number_of_tickets(case: Case, everyone: Scope) -> None:
    counted = await case.source.count_tickets(everyone, TicketQuery())
    assert (counted is not None) == case.source.capabilities.counts
    assert counted is None or counted.value == len(case.true_tickets())


def test_capabilities_agree_with_themselves(case: Case) -> None:
    """What `helpdesk { capabilities }` shows is what the resolvers go by."""
    able = case.source.capabilities
    rows = {row.path: row for row in able.fields[SearchKind.TICKET]}
    shown = {
        "status": "status", "nativeStatus": "statusDetail", "priority": "priority", "type": "type",
        "tags.any": "tags", "tags.all": "tags", "requester.id": "requester", "requester.email": "requester",
        "assignee.id": "assignee", "group": "group", "organization.id": "organization", "createdAt": "createdAt",
        "updatedAt": "updatedAt", "externalId": "externalId", "lifecycle": "lifecycle",
    }  # fmt: skip
    for name, path in shown.items():
        native = rows[f"Ticket.{path}"].filterable is FilterSupport.NATIVE
        assert native == (name in able.ticket_filters), name
    sortable = {path for path, row in rows.items() if row.sortable is FilterSupport.NATIVE}
    names = {
        "CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt", "NUMBER": "number", "DUE_AT": "dueAt",
        "RESOLVED_AT": "resolvedAt", "PRIORITY": "priority", "STATUS": "status", "SUBJECT": "subject",
        "CUSTOM_FIELD": "customFields",
    }  # fmt: skip
    assert sortable == {f"Ticket.{names[field]}" for field in able.ticket_orders}


async def test_a_search_of_a_kind_that_is_not_declared_is_refused(case: Case, everyone: Scope) -> None:
    for kind in sorted(set(SearchKind) - case.source.capabilities.search_kinds):
        with pytest.raises(Unsupported) as refused:
            await case.source.search(everyone, "order", frozenset({kind}), PageRequest())
        assert refused.value.field == "kinds"
        assert refused.value.nearest

"""Making a ticket: planned without sending, made once, and found again by our marker."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.enums import TicketPriority, TicketStatus, TicketType
from models.errors import LossyMapping
from models.queries import NewRequester, Scope, TicketDraft
from tests.contract.case import Case

pytestmark = pytest.mark.usefixtures("fresh")
MARKER = "deskgraph-0123456789abcdef0123"


def draft(case: Case, **changes: object) -> TicketDraft:
    values: dict[str, object] = {
        "subject": "Lämp flickers",
        "body_html": "<p>It <b>flickers</b> at night.</p>",
        "requester": NewRequester(name="Ada", email="ada@probe.example"),
        "status": TicketStatus.OPEN,
        "priority": TicketPriority.HIGH,
        "type": TicketType.QUESTION,
        "tags": ("probe", "lamp"),
        "group_id": case.truth.group(1),
    }
    return TicketDraft(**{**values, **changes})  # type: ignore[arg-type]


async def test_a_plan_sends_nothing_and_shows_no_credential(case: Case) -> None:
    before = case.desk.tickets.last_number
    plan = await case.provider.plan_ticket(draft(case), MARKER)
    assert plan.method == "POST"
    assert not any(" POST " in line or " PUT " in line for line in case.company.calls(case.helpdesk))
    assert case.desk.tickets.last_number == before
    assert "uthorization" not in repr(plan)


async def test_a_ticket_is_made_as_drafted(case: Case, everyone: Scope) -> None:
    plan = await case.provider.plan_ticket(draft(case), MARKER)
    made = await case.provider.create_ticket(plan, MARKER)
    truly = case.desk.tickets.get(int(made.remote_id))
    assert truly is not None
    assert (truly.subject, truly.status, truly.priority, truly.kind) == ("Lämp flickers", "open", "high", "question")
    assert {"probe", "lamp"} <= set(truly.tags)
    assert truly.group == 1
    assert "flickers" in truly.text
    requester = case.desk.user(truly.requester)
    assert requester is not None
    assert requester.email == "ada@probe.example"
    [read] = await case.source.tickets_by_id(everyone, [made.remote_id])
    assert read is not None
    assert (made.subject, made.status, made.priority) == (read.subject, read.status, read.priority)


async def test_it_is_found_by_our_marker_once_the_vendor_shows_it(case: Case) -> None:
    assert await case.provider.find_ticket(MARKER) is None
    plan = await case.provider.plan_ticket(draft(case), MARKER)
    made = await case.provider.create_ticket(plan, MARKER)
    case.company.clock.advance(3600)
    found = await case.provider.find_ticket(MARKER)
    assert found is not None
    assert found.remote_id == made.remote_id
    assert await case.provider.find_ticket("deskgraph-99999999999999999999") is None


async def test_the_same_key_again_makes_no_second_ticket_where_that_is_promised(case: Case) -> None:
    plan = await case.provider.plan_ticket(draft(case), MARKER)
    first = await case.provider.create_ticket(plan, MARKER)
    if case.provider.idempotent_creates:
        assert (await case.provider.create_ticket(plan, MARKER)).remote_id == first.remote_id


@pytest.mark.parametrize("strict", [True, False])
async def test_meaning_that_would_be_lost_is_refused_or_told(case: Case, strict: bool) -> None:
    """No priority, which Freshdesk does not have; a kind of request that each of them lacks."""
    lacking = TicketType.TASK if case.helpdesk == "freshdesk" else TicketType.REFUND
    asked = draft(case, type=lacking, priority=TicketPriority.NONE, strict=strict)
    if strict:
        with pytest.raises(LossyMapping) as refused:
            await case.provider.plan_ticket(asked, MARKER)
        assert refused.value.field in ("type", "priority")
        assert refused.value.nearest
        return
    plan = await case.provider.plan_ticket(asked, MARKER)
    assert plan.warnings
    for warning in plan.warnings:
        assert warning.path
        assert warning.message
    made = await case.provider.create_ticket(plan, MARKER)
    assert case.desk.tickets.get(int(made.remote_id)) is not None


async def test_a_due_time_is_set_or_told(case: Case) -> None:
    due = datetime(2026, 2, 1, 12, tzinfo=UTC)
    plan = await case.provider.plan_ticket(draft(case, due_at=due, strict=False), MARKER)
    made = await case.provider.create_ticket(plan, MARKER)
    [read] = await case.source.tickets_by_id(Scope(tenant="t"), [made.remote_id])
    assert read is not None
    assert read.due_at == due or any("dueAt" in warning.path for warning in plan.warnings)


async def test_health_and_budget_are_told(case: Case, everyone: Scope) -> None:
    await case.source.agents(everyone)
    health = await case.provider.health()
    assert health.state == "UP"
    assert health.credential == "VALID"
    assert case.provider.budget().remaining

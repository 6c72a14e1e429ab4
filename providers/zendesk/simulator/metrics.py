"""Ticket metrics, worked out from what the ticket remembers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from providers.zendesk.simulator import ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import stamp
from sandbox.records import Ticket


def shown(call: Call, ticket: Ticket) -> dict[str, Any]:
    number = ids.METRIC.id(ticket.number)
    resolution = _minutes(ticket.created, ticket.solved)
    waiting = _minutes(ticket.created, ticket.solved or ticket.agent_responded)
    return {
        "url": call.url(f"/ticket_metrics/{number}.json"),
        "id": number,
        "ticket_id": ticket.number,
        "created_at": stamp(ticket.created),
        "updated_at": stamp(ticket.updated),
        "group_stations": 1 if ticket.group else 0,
        "assignee_stations": 1 if ticket.assignee else 0,
        "reopens": ticket.reopens,
        "replies": (ticket.message_count + 1) // 2,
        "assignee_updated_at": stamp(ticket.agent_responded),
        "requester_updated_at": stamp(ticket.requester_responded or ticket.created),
        "status_updated_at": stamp(ticket.status_changed),
        "initially_assigned_at": stamp(ticket.assigned),
        "assigned_at": stamp(ticket.assigned),
        "solved_at": stamp(ticket.solved),
        "latest_comment_added_at": stamp(ticket.updated if ticket.message_count else ticket.created),
        "custom_status_updated_at": stamp(ticket.status_changed),
        "reply_time_in_minutes": _pair(_minutes(ticket.created, ticket.first_responded)),
        "reply_time_in_seconds": {"calendar": _seconds(ticket.created, ticket.first_responded)},
        "first_resolution_time_in_minutes": _pair(resolution),
        "full_resolution_time_in_minutes": _pair(resolution),
        "agent_wait_time_in_minutes": _pair(None if waiting is None else waiting // 3),
        "requester_wait_time_in_minutes": _pair(waiting),
        "on_hold_time_in_minutes": _pair(0),
    }


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start).total_seconds()))


def _minutes(start: datetime, end: datetime | None) -> int | None:
    found = _seconds(start, end)
    return None if found is None else found // 60


def _pair(calendar: int | None) -> dict[str, int | None]:
    """The values inside are null until the event happened."""
    return {"calendar": calendar, "business": None if calendar is None else calendar // 3}

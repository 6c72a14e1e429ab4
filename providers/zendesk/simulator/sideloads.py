"""`include=`: related records of a page beside its rows, or inside them ('Side-Loading' page).

Distinct records, only those the page refers to, the same with either kind of paging and on `show_many`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from providers.zendesk.simulator import comments, errors, fields, forms, metrics, organizations, tickets, users
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import distinct, stamp
from sandbox.records import Ticket

TICKET_WORDS = frozenset(
    {
        "users", "groups", "organizations", "last_audits", "metric_sets", "dates", "sharing_agreements",
        "comment_count", "incident_counts", "ticket_forms", "custom_statuses", "metric_events", "slas", "brands",
    }
)  # fmt: skip


def check(call: Call, known: frozenset[str]) -> list[str]:
    """The known words among those asked for; unknown ones are ignored, or refused (unconfirmed which)."""
    asked = call.includes()
    unknown = [word for word in asked if word not in known]
    if unknown and call.account.profile.unknown_include == "refused":
        raise errors.invalid_attribute("include", "a known sideload", call.path.strip("/"))
    return [word for word in asked if word in known]


def tickets_page(
    call: Call, rows: Sequence[Ticket], name: str = "tickets", *, export: bool = False, words: list[str] | None = None
) -> dict[str, Any]:
    asked = check(call, TICKET_WORDS) if words is None else words
    shown = [tickets.shown(call, ticket, export=export) for ticket in rows]
    for row, ticket in zip(shown, rows, strict=True):
        _embed(call, row, ticket, asked)
    return {name: shown, **beside(call, rows, asked)}


def ticket_alone(call: Call, ticket: Ticket, *, created: bool = False) -> dict[str, Any]:
    asked = check(call, TICKET_WORDS)
    row = tickets.shown(call, ticket, created=created)
    _embed(call, row, ticket, asked)
    return {"ticket": row, **beside(call, [ticket], asked)}


def _embed(call: Call, row: dict[str, Any], ticket: Ticket, asked: list[str]) -> None:
    if "comment_count" in asked:
        row["comment_count"] = ticket.message_count + 1
    if "metric_sets" in asked:
        row["metric_set"] = metrics.shown(call, ticket)
    if "last_audits" in asked:
        row["last_audit"] = comments.audit(call, call.account.desk.messages.of(ticket.number)[-1])
    if "dates" in asked:
        row["dates"] = {
            "assignee_updated_at": stamp(ticket.agent_responded),
            "requester_updated_at": stamp(ticket.requester_responded or ticket.created),
            "status_updated_at": stamp(ticket.status_changed),
            "initially_assigned_at": stamp(ticket.assigned),
            "assigned_at": stamp(ticket.assigned),
            "solved_at": stamp(ticket.solved),
            "latest_comment_added_at": stamp(ticket.updated),
        }
    if "incident_counts" in asked:
        row["incident_count"] = 0
    if "slas" in asked:
        row["slas"] = {"policy_metrics": []}
    if "metric_events" in asked:
        row["metric_events"] = {}


def beside(call: Call, rows: Sequence[Ticket], asked: list[str]) -> dict[str, Any]:
    makers: dict[str, Callable[[], list[Any]]] = {
        "users": lambda: users.many(call, _people(call, rows)),
        "groups": lambda: organizations.groups(call, distinct(ticket.group for ticket in rows)),
        "organizations": lambda: organizations.many(call, distinct(ticket.organization for ticket in rows)),
        "custom_statuses": lambda: _statuses(call, rows),
        "ticket_forms": lambda: [forms.form(call)] if rows else [],
        "brands": lambda: forms.brands(call) if rows else [],
        "sharing_agreements": list,
    }
    return {word: makers[word]() for word in asked if word in makers}


def _people(call: Call, rows: Sequence[Ticket]) -> list[int]:
    return distinct(
        number
        for ticket in rows
        for number in (
            ticket.requester,
            ticket.submitter,
            ticket.assignee,
            *tickets.copied_users(call, ticket),
            *tickets.followers(call, ticket),
        )
    )


def _statuses(call: Call, rows: Sequence[Ticket]) -> list[Any]:
    wanted = {"solved" if ticket.custom_status == "closed" else ticket.custom_status for ticket in rows}
    return [fields.shown_status(call, status) for status in fields.statuses(call) if status.key in wanted]

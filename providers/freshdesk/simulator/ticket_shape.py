"""A ticket as Freshdesk shows it: short in lists, whole by id, with what was asked to be embedded.

Evidence: recordings of 2023 (Zammad), 2024 (Nango) and 2025 (FreshdeskApiDotnet) for the keys; vendor's API reference,
'Tickets', for the meaning.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from providers.freshdesk.simulator import fields, files, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.ids import shown as as_id
from providers.freshdesk.simulator.times import shown
from sandbox.records import Agent, Person, Ticket

DONE = ("solved", "closed")
SENTIMENTS = (None, 12, 47, 81)
_TARGETS = {"low": 72, "normal": 24, "high": 8, "urgent": 2, None: 72}


class Due:
    """When a ticket has to be answered and solved. Times of a new or changed ticket come some seconds late."""

    def __init__(self, account: Account, ticket: Ticket) -> None:
        extra = account.extras.get(ticket.number)
        self.by, self.first = ticket.due, ticket.first_response_due
        if extra is not None:
            late = extra.due_from is not None and account.now() < extra.due_from + timedelta(
                seconds=account.profile.due_delay
            )
            self.by = None if late else extra.due_by or self.by
            self.first = None if late else extra.fr_due_by or self.first
        now = account.now()
        self.escalated = _missed(self.by, ticket.solved, now)
        self.first_escalated = _missed(self.first, ticket.first_responded or ticket.solved, now)


def _missed(due: datetime | None, done: datetime | None, now: datetime) -> bool:
    return due is not None and (done or now) > due


def row(account: Account, ticket: Ticket) -> dict[str, Any]:
    """A row of the list: no description, no attachments, no conversations."""
    if ticket.number in account.extras:
        return {**_made(account, ticket), **_due(account, ticket)}
    made_of = ticket, account.desk.version, account.profile
    known = account.rows.get(ticket.number)
    if known is None or known[0] is not ticket or known[1] != made_of[1] or known[2] is not made_of[2]:
        known = account.rows[ticket.number] = *made_of, _made(account, ticket)
    return {**known[3], **_due(account, ticket)}


def _due(account: Account, ticket: Ticket) -> dict[str, Any]:
    due = Due(account, ticket)
    return {
        "fr_escalated": due.first_escalated,
        "due_by": shown(due.by),
        "fr_due_by": shown(due.first),
        "is_escalated": due.escalated,
    }


def _made(account: Account, ticket: Ticket) -> dict[str, Any]:
    """All of the row that does not move with the clock, which has its place there."""
    extra = account.extras.get(ticket.number)
    source = words.source(ticket, extra.source if extra else None)
    nothing: list[str] | None = None if account.profile.null_arrays else []
    mail = source in (1, 10)
    support = account.desk.support_email
    shown_row: dict[str, Any] = {
        "cc_emails": list(ticket.cc) or nothing,
        "fwd_emails": nothing,
        "reply_cc_emails": list(ticket.cc) or nothing,
        "ticket_cc_emails": list(ticket.cc) or nothing,
        "fr_escalated": None,
        "spam": ticket.state == "spam",
        "email_config_id": _email_config(account, ticket, mail),
        "group_id": as_id(Base.GROUP, ticket.group),
        "priority": words.PRIORITIES.get(ticket.priority, 1) if ticket.priority else 1,
        "requester_id": Base.USER.id(ticket.requester),
        "responder_id": as_id(Base.USER, ticket.assignee),
        "source": source,
        "company_id": as_id(Base.COMPANY, company_of(account, ticket)),
        "status": account.statuses.of(ticket),
        "subject": ticket.subject,
        "association_type": None,
        "support_email": support if mail else None,
        "to_emails": [support] if mail else None,
        "product_id": as_id(Base.PRODUCT, ticket.product),
        "id": ticket.number,
        "type": words.TYPES[ticket.kind] if ticket.kind else None,
        "due_by": None,
        "fr_due_by": None,
        "is_escalated": None,
        "custom_fields": fields.shown(account.desk.forms.fields(), ticket.fields),
        "created_at": shown(ticket.created),
        "updated_at": shown(ticket.updated),
        "associated_tickets_count": None,
        "tags": list(ticket.tags),
    }
    if account.profile.newer:
        score = SENTIMENTS[ticket.number % 4]
        shown_row |= {
            "nr_due_by": None,
            "nr_escalated": False,
            "sentiment_score": score,
            "initial_sentiment_score": score,
        }
    if ticket.state == "deleted":
        shown_row["deleted"] = True
    return shown_row


def _email_config(account: Account, ticket: Ticket, mail: bool) -> int | None:
    extra = account.extras.get(ticket.number)
    if extra is not None and extra.email_config is not None:
        return Base.EMAIL_CONFIG.id(extra.email_config)
    return Base.EMAIL_CONFIG.id(ticket.product or 1) if mail else None


def company_of(account: Account, ticket: Ticket) -> int | None:
    """A deleted company leaves no trace on its tickets."""
    found = account.desk.organizations.get(ticket.organization) if ticket.organization is not None else None
    return None if found is None or found.deleted else found.number


def described(account: Account, link: str, ticket: Ticket) -> dict[str, Any]:
    """What `include=description` and the search add to a row."""
    return {"description": files.html(account, link, ticket.html), "description_text": ticket.text}


def whole(account: Account, link: str, ticket: Ticket) -> dict[str, Any]:
    """By id, and in the answers to create and update."""
    shown_ticket = row(account, ticket) | described(account, link, ticket)
    if account.profile.newer:
        chat = shown_ticket["source"] in (7, words.WEB_CHAT, 8)
        content = [{"type": "text", "data": {"content": ticket.text}}]
        shown_ticket |= {
            "structured_description": {"description_contents": content} if chat else None,
            "source_additional_info": None,
            "form_id": Base.FORM.id(1),
            "ticket_bcc_emails": [],
        }
    description = account.desk.messages.get(ticket.number * 1024)
    shown_ticket["attachments"] = files.attachments(account, link, description.attachments if description else ())
    if ticket.archived:
        shown_ticket["archived"] = True
    return shown_ticket


def stats(account: Account, ticket: Ticket) -> dict[str, Any]:
    if account.profile.empty_stats and ticket.number % 3 == 0:
        return {}
    done = ticket.status in DONE
    return {
        "agent_responded_at": shown(ticket.agent_responded),
        "requester_responded_at": shown(ticket.requester_responded),
        "first_responded_at": shown(ticket.first_responded),
        "status_updated_at": shown(ticket.status_changed),
        "reopened_at": shown(ticket.status_changed) if ticket.reopens and not done else None,
        "resolved_at": shown(ticket.solved) if done else None,
        "closed_at": shown(ticket.closed) if ticket.status == "closed" else None,
        "pending_since": shown(ticket.status_changed) if ticket.status == "pending" else None,
    }


def requester(account: Account, ticket: Ticket) -> dict[str, Any]:
    """An agent may have asked: then it is the agent's name and address."""
    user: Agent | Person | None = account.desk.user(ticket.requester)
    if user is None:
        return {"id": Base.USER.id(ticket.requester), "name": None, "email": None, "mobile": None, "phone": None}
    return {
        "id": Base.USER.id(ticket.requester),
        "name": user.name,
        "email": user.email,
        "mobile": user.mobile,
        "phone": user.phone,
    }


def company(account: Account, ticket: Ticket) -> dict[str, Any] | None:
    known = company_of(account, ticket)
    found = account.desk.organizations.get(known) if known is not None else None
    if found is None:
        return None if account.profile.newer else {}
    return {"id": Base.COMPANY.id(found.number), "name": found.name}


def embedded(account: Account, link: str, ticket: Ticket, include: frozenset[str]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if "description" in include:
        more |= described(account, link, ticket)
    if "stats" in include:
        more["stats"] = stats(account, ticket)
    if "requester" in include:
        more["requester"] = requester(account, ticket)
    if "company" in include:
        more["company"] = company(account, ticket)
    return more


def due_times(ticket: Ticket) -> tuple[datetime, datetime]:
    """When the account's one policy wants it solved and answered."""
    hours = _TARGETS[ticket.priority]
    return ticket.created + timedelta(hours=hours + 48), ticket.created + timedelta(hours=hours)

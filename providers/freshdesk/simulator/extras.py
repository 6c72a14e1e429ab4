"""Feature-gated and asynchronous families, as small as they may be: ratings, time entries, bulk jobs, attachments.

Evidence: vendor's API reference, 'Time entries', 'Satisfaction ratings', 'Jobs' and 'Attachments'; Zammad recording
of 2023 (time entries). Which word a finished job has is not known.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from providers.freshdesk.simulator.account import Account, Job, Rating, TimeEntry
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule
from providers.freshdesk.simulator.errors import feature_missing, invalid, not_found, wrong_value
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.ids import shown as as_id
from providers.freshdesk.simulator.ticket_find import reachable, unbinned
from providers.freshdesk.simulator.ticket_write import rules as ticket_rules
from providers.freshdesk.simulator.times import parsed, shown
from providers.freshdesk.simulator.words import PRIORITY_WORDS, TYPE_WORDS
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.records import Ticket

SCALE = (103, 102, 101, 100, -101, -102, -103)


def _base_rating(ticket: Ticket) -> Rating | None:
    """What the company's own records know, once for each rated ticket."""
    if ticket.satisfaction is None:
        return None
    return Rating(
        number=ticket.number,
        ticket=ticket.number,
        user=ticket.requester,
        agent=ticket.assignee,
        group=ticket.group,
        value=103 if ticket.satisfaction == "good" else -103,
        feedback=None if ticket.number % 3 else "Quick and friendly!",
        created=ticket.solved or ticket.updated,
    )


def _rating(rating: Rating) -> dict[str, Any]:
    return {
        "id": Base.RATING.id(rating.number),
        "survey_id": 1,
        "user_id": Base.USER.id(rating.user),
        "agent_id": as_id(Base.USER, rating.agent),
        "feedback": rating.feedback,
        "group_id": as_id(Base.GROUP, rating.group),
        "ticket_id": rating.ticket,
        "created_at": shown(rating.created),
        "updated_at": shown(rating.created),
        "ratings": {"default_question": rating.value},
    }


def ratings_of(call: Call) -> Reply:
    """403 means that the plan has no surveys."""
    _surveys(call.account)
    ticket = reachable(call)
    found = [rating for rating in call.account.ratings.values() if rating.ticket == ticket.number]
    base = _base_rating(ticket)
    return call.paged([*([base] if base else []), *found], _rating)


def rate(call: Call) -> Reply:
    _surveys(call.account)
    ticket = unbinned(reachable(call))
    values = call.checked(
        {"ratings": Rule("object", nullable=False), "feedback": Rule("string")}, required=("ratings",)
    )
    value = values["ratings"].get("default_question")
    if value not in SCALE:
        raise invalid([wrong_value("ratings", f"It should be one of these values: '{','.join(map(str, SCALE))}'")])
    account = call.account
    made = Rating(
        number=50_000_000 + len(account.ratings), ticket=ticket.number, user=ticket.requester, agent=ticket.assignee,
        group=ticket.group, value=value, feedback=values.get("feedback"), created=account.now(),
    )  # fmt: skip
    account.ratings[made.number] = made
    return call.created("surveys/satisfaction_ratings", Base.RATING.id(made.number), _rating(made))


def _surveys(account: Account) -> None:
    if not account.profile.surveys:
        raise feature_missing("surveys")


def ratings(call: Call) -> Reply:
    """Thirty days back unless told otherwise; newest first."""
    _surveys(call.account)
    query, asked = call.page("created_since", "user_id")
    since = parsed(query.get("created_since", "")) or call.account.now() - timedelta(days=30)
    rated = Where(test=_was_rated)
    asked_for = TicketQuery(order="updated", descending=True, where=rated, updated_from=since)
    tickets = call.account.desk.tickets.page(asked_for, limit=asked.before)
    found = [*call.account.ratings.values(), *(rating for ticket in tickets if (rating := _base_rating(ticket)))]
    kept = [rating for rating in found if rating.created >= since]
    if "user_id" in query:
        kept = [rating for rating in kept if str(Base.USER.id(rating.user)) == query["user_id"]]
    return call.listed([_rating(rating) for rating in kept[asked.first : asked.before]], asked)


def _was_rated(row: Any) -> bool:
    return row.satisfaction is not None


def surveys(call: Call) -> Reply:
    _surveys(call.account)
    made = shown(call.account.desk.staff.agents()[0].created)
    question = {
        "id": "default_question",
        "label": "How would you rate your support?",
        "accepted_ratings": list(SCALE),
        "default": True,
    }
    return Reply(
        200,
        [
            {
                "id": 1,
                "title": "Default survey",
                "questions": [question],
                "active": True,
                "created_at": made,
                "updated_at": made,
            }
        ],
    )


TIME_RULES = {
    "agent_id": Rule("integer"), "note": Rule("string"), "billable": Rule("boolean"), "timer_running": Rule("boolean"),
    "time_spent": Rule("string"), "executed_at": Rule("time"), "start_time": Rule("time"),
}  # fmt: skip


def _entry(account: Account, entry: TimeEntry) -> dict[str, Any]:
    running = (account.now() - entry.started).total_seconds() if entry.running else 0
    minutes = int((entry.seconds + running) // 60)
    return {
        "id": Base.TIME_ENTRY.id(entry.number), "billable": entry.billable, "note": entry.note,
        "timer_running": entry.running, "agent_id": as_id(Base.USER, entry.agent), "ticket_id": entry.ticket,
        "time_spent": f"{minutes // 60:02d}:{minutes % 60:02d}", "executed_at": shown(entry.executed),
        "start_time": shown(entry.started), "created_at": shown(entry.created), "updated_at": shown(entry.updated),
    }  # fmt: skip


def _clocked(account: Account) -> None:
    if not account.profile.time_entries:
        raise feature_missing("timesheets")


def time_entries_of(call: Call) -> Reply:
    _clocked(call.account)
    ticket = reachable(call)
    found = [entry for entry in call.account.time_entries.values() if entry.ticket == ticket.number]
    return call.paged(found, lambda entry: _entry(call.account, entry))


def time_entries(call: Call) -> Reply:
    _clocked(call.account)
    return call.paged(list(call.account.time_entries.values()), lambda entry: _entry(call.account, entry))


def add_time_entry(call: Call) -> Reply:
    """Without a time and without a timer, the timer starts; one timer runs for each agent."""
    _clocked(call.account)
    ticket = unbinned(reachable(call))
    values = call.checked(TIME_RULES)
    account, now = call.account, call.account.now()
    started = parsed(values["start_time"]) if values.get("start_time") else now
    if started is None or started > now:
        raise invalid([wrong_value("start_time", "It should not be in the future")])
    hours, _, minutes = (values.get("time_spent") or "0:0").partition(":")
    if not (hours.isdigit() and minutes.isdigit()):
        raise invalid([wrong_value("time_spent", "It should be in the 'hh:mm' format")])
    agent = values["agent_id"] - Base.USER if values.get("agent_id") else call.who.agent
    running = values.get("timer_running", not values.get("time_spent")) or bool(values.get("start_time"))
    for other in account.time_entries.values():
        if running and other.running and other.agent == agent:
            other.running, other.seconds = False, other.seconds + int((now - other.started).total_seconds())
    entry = TimeEntry(
        number=len(account.time_entries) + 1, ticket=ticket.number, agent=agent, note=values.get("note"),
        billable=values.get("billable", True), seconds=int(hours) * 3600 + int(minutes) * 60, running=running,
        executed=parsed(values.get("executed_at") or "") or now, started=started, created=now, updated=now,
    )  # fmt: skip
    account.time_entries[entry.number] = entry
    return call.created("time_entries", Base.TIME_ENTRY.id(entry.number), _entry(account, entry))


BULK_RULES = {"bulk_action": Rule("object", nullable=False)}


def bulk_update(call: Call) -> Reply:
    """Done at once here, told by a job; ids that are not there are passed over."""
    action = call.checked(BULK_RULES, required=("bulk_action",))["bulk_action"]
    known = ticket_rules(call.account)
    properties = action.get("properties") or {}
    unknown = [wrong_value(name, "It cannot be updated in bulk") for name in properties if name not in known]
    if unknown:
        raise invalid(unknown)
    for ticket in _chosen(call, action):
        call.account.desk.tickets.update(ticket.number, **_bulk_changes(call.account, properties))
    return _started(call, "TICKETS::BULK_UPDATE")


def _bulk_changes(account: Account, properties: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if properties.get("status"):
        changes["custom_status"] = account.statuses.keys[properties["status"]]
    if properties.get("priority"):
        changes["priority"] = PRIORITY_WORDS[properties["priority"]]
    if properties.get("type"):
        changes["kind"] = TYPE_WORDS[properties["type"]]
    if "responder_id" in properties:
        changes["assignee"] = properties["responder_id"] - Base.USER if properties["responder_id"] else None
    if "group_id" in properties:
        changes["group"] = properties["group_id"] - Base.GROUP if properties["group_id"] else None
    if "tags" in properties:
        changes["tags"] = tuple(properties["tags"] or ())
    return changes


def bulk_delete(call: Call) -> Reply:
    action = call.checked(BULK_RULES, required=("bulk_action",))["bulk_action"]
    for ticket in _chosen(call, action):
        call.account.desk.tickets.delete(ticket.number)
    return _started(call, "TICKETS::BULK_DELETE")


def _chosen(call: Call, action: dict[str, Any]) -> list[Ticket]:
    ids = action.get("ids")
    if not isinstance(ids, list) or not ids:
        raise invalid([wrong_value("ids", "It should be a/an Array")])
    numbers = [each for each in ids if isinstance(each, int)]
    return [ticket for ticket in call.account.desk.tickets.many(numbers).values() if ticket.state == "live"]


def _started(call: Call, name: str) -> Reply:
    account = call.account
    job = Job(uuid4().hex, account.now(), name)
    account.jobs[job.id] = job
    return Reply(account.profile.bulk_status, {"job_id": job.id, "href": f"{call.base}/jobs/{job.id}"})


def job(call: Call) -> Reply:
    found = call.account.jobs.get(call.parts["id"])
    if found is None:
        raise not_found()
    account = call.account
    done = account.now() >= found.started + timedelta(seconds=account.profile.job_seconds)
    status = account.profile.job_done if done else "IN PROGRESS"
    started = shown(found.started)
    body = {
        "id": found.id,
        "status": status,
        "progress": 100 if done else 40,
        "created_at": started,
        "updated_at": started,
    }
    return Reply(200, body)


def delete_attachment(call: Call) -> Reply:
    """There is no way to read one by its id."""
    number = call.number(Base.ATTACHMENT)
    if call.account.desk.files.get(number) is None:
        raise not_found()
    call.account.desk.files.delete(number)
    return Reply(204)

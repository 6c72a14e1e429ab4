"""A ticket as the vendor shows it."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import fields, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import distinct, seconds, stamp
from sandbox.records import Channel, Kind, Ticket

MERGED = "closed_by_merge"
TYPES: dict[Kind, str] = {"question": "question", "incident": "incident", "problem": "problem", "task": "task"}
"""The company's other kinds have no word here: `type` is null."""
_CHANNELS: dict[Channel, tuple[str, ...]] = {
    "email": ("email",) * 19 + ("mobile",),
    "web": ("web",) * 9 + ("help_center",),
    "api": ("api", "api", "rule", "system", "side_conversation", "any_channel", "sms"),
    "phone": ("voice",),
    "chat": ("chat",),
    "messaging": ("native_messaging", "messaging"),
    "twitter": ("twitter",),
    "facebook": ("facebook",),
    "whatsapp": ("whatsapp",),
    "widget": ("web_widget", "agentic_intake_v2"),
}
"""The last word was never documented: the set of channels is open, and a reader must live with a new one."""


def shown(call: Call, ticket: Ticket, *, export: bool = False, created: bool = False) -> dict[str, Any]:
    """`export` rows may be deleted ones and always have `generated_timestamp`; a create answer says 0 there."""
    if created:
        return _made(call, ticket, export=export, created=True)
    made_of = ticket, call.account.desk.version, call.account.profile
    known = call.account.rows.get((ticket.number, export, call.base))
    if known is None or known[0] is not ticket or known[1] != made_of[1] or known[2] is not made_of[2]:
        known = *made_of, _made(call, ticket, export=export, created=False)
        call.account.rows[ticket.number, export, call.base] = known
    return dict(known[3])


def _made(call: Call, ticket: Ticket, *, export: bool, created: bool) -> dict[str, Any]:
    custom = fields.shown_values(call, ticket.fields)
    profile = call.account.profile
    row: dict[str, Any] = {
        "url": call.url(f"/tickets/{ticket.number}.json"),
        "id": ticket.number,
        "external_id": ticket.external_id,
        "via": via(call, ticket),
        "created_at": stamp(ticket.created),
        "updated_at": stamp(ticket.updated),
        "type": TYPES.get(ticket.kind) if ticket.kind else None,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": ticket.text,
        "priority": ticket.priority,
        "status": "deleted" if export and ticket.state != "live" else ticket.status,
        "recipient": call.account.desk.support_email if ticket.channel == "email" else None,
        **_people(call, ticket),
        "forum_topic_id": None,
        "problem_id": None,
        "has_incidents": False,
        "is_public": True,
        "due_at": stamp(ticket.due) if ticket.kind == "task" else None,
        "tags": shown_tags(call, ticket),
        "custom_fields": custom,
        "satisfaction_rating": satisfaction(call, ticket),
        "sharing_agreement_ids": [],
        "custom_status_id": fields.status_id(call, ticket.custom_status),
        "encoded_id": f"{ticket.number * 7919 % 2**28:07X}-{ticket.number * 104729 % 2**20:05X}",
        "followup_ids": [],
        "ticket_form_id": ids.FORM.id(1),
        "brand_id": ids.BRAND.id(ticket.product or 1),
        "allow_channelback": ticket.channel in ("twitter", "facebook"),
        "allow_attachments": True,
        "from_messaging_channel": ticket.channel in ("messaging", "whatsapp"),
        "support_type_scope": "agent",
    }
    if profile.fields_duplicate:
        row["fields"] = custom
    if export or profile.generated_timestamp == "present":
        zero = created and profile.created_generated_timestamp_zero
        row["generated_timestamp"] = 0 if zero else seconds(ticket.touched)
    return row


def _people(call: Call, ticket: Ticket) -> dict[str, Any]:
    copied = [ids.USER.id(number) for number in copied_users(call, ticket)]
    following = [ids.USER.id(number) for number in followers(call, ticket)]
    return {
        "requester_id": ids.USER.id(ticket.requester),
        "submitter_id": ids.USER.id(ticket.submitter),
        "assignee_id": ids.USER.maybe(ticket.assignee),
        "organization_id": organization_id(call, ticket.organization),
        "group_id": ids.GROUP.maybe(ticket.group),
        "collaborator_ids": distinct([*copied, *following]),
        "follower_ids": following,
        "email_cc_ids": copied,
    }


def organization_id(call: Call, number: int | None) -> int | None:
    """Null once the organization is deleted ('Organizations' page)."""
    found = call.account.desk.organizations.get(number) if number else None
    return None if found is None or found.deleted else ids.ORGANIZATION.id(found.number)


def copied_users(call: Call, ticket: Ticket) -> list[int]:
    found = (call.account.desk.user_by_email(address) for address in ticket.cc)
    return distinct(user.number for user in found if user is not None)


def followers(call: Call, ticket: Ticket) -> list[int]:
    """Every seventh assigned ticket is followed by another agent of its group."""
    group = call.account.desk.staff.group(ticket.group) if ticket.group else None
    if group is None or ticket.number % 7:
        return []
    return [number for number in group.members if number != ticket.assignee][:1]


def shown_tags(call: Call, ticket: Ticket) -> list[str]:
    """A merge leaves its tag on what it closed (people filter by it: `-tags:closed_by_merge`). What was merged before
    the account began stands without it."""
    desk = call.account.desk
    merged = ticket.merged_into is not None and ticket.number in desk.tickets.written
    return distinct([*ticket.tags, *fields.tags(desk.forms.fields(), ticket.fields), *([MERGED] if merged else [])])


def satisfaction(call: Call, ticket: Ticket) -> Any:
    """An object, null on plans without CSAT, a bare word in historic rows (tap-zendesk's schema)."""
    score = ticket.satisfaction or ("offered" if ticket.status == "solved" else "unoffered")
    match call.account.profile.satisfaction:
        case "null":
            return None
        case "string":
            return score
    if ticket.satisfaction is None:
        return {"score": score}
    return {
        "id": ids.RATING.id(ticket.number),
        "score": score,
        "comment": "Thank you!" if score == "good" else None,
        "reason": "No reason provided" if score == "bad" else None,
        "reason_id": 0,
    }


def channel(call: Call, kind: Channel, number: int) -> str:
    """Tickets the account began with come by all channels, those written since by the plain ones."""
    words = _CHANNELS[kind]
    return words[number % len(words)] if number <= call.account.oldest else words[0]


def via(call: Call, ticket: Ticket) -> dict[str, Any]:
    word = channel(call, ticket.channel, ticket.number)
    return {"channel": word, "source": _source(call, word, ticket)}


def _source(call: Call, word: str, ticket: Ticket) -> dict[str, Any]:
    desk = call.account.desk
    requester = desk.user(ticket.requester)
    name, address = (requester.name, requester.email) if requester else (None, None)
    if word == "email":
        product = desk.staff.product(ticket.product or 1)
        to = {"name": product.name if product else "Support", "address": desk.support_email}
        copies = [desk.support_email, *ticket.cc]
        return {"from": {"address": address, "name": name, "original_recipients": copies}, "to": to, "rel": None}
    if word == "voice":
        phone = requester.phone if requester else None
        return {"from": {"phone": phone, "name": name}, "to": {"phone": "+4930000"}, "rel": "inbound"}
    if word == "twitter":
        return {"from": {"name": name, "username": f"user{ticket.requester}"}, "to": {}, "rel": "mention"}
    if word == "rule":
        return {"from": {"id": 35436, "title": "Assign to first responder"}, "to": {}, "rel": "trigger"}
    return {"from": {}, "to": {}, "rel": None}

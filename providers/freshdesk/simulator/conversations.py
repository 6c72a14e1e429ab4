"""Replies, notes and forwards below a ticket; its own description is not one of them.

Evidence: Zammad recording of 2023 and FreshdeskApiDotnet's of 2025 for rows; vendor's API reference, 'Conversations',
for writes; chatwoot pull 15261 for web chats, whose first conversation repeats the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.freshdesk.simulator import files, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule, Upload
from providers.freshdesk.simulator.errors import denied, invalid, not_found, wrong_value
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.ids import shown as as_id
from providers.freshdesk.simulator.ticket_find import reachable, unbinned
from providers.freshdesk.simulator.ticket_list import sees
from providers.freshdesk.simulator.times import shown
from sandbox.records import AGENTS_END, Message, Ticket

SOURCES = {"reply": 0, "note": 2, "forward": 8, "system": 2, "description": 0}
_TEXT = Rule("string", filled=True)
_FILES = Rule("files")
REPLY_RULES = {
    "body": _TEXT, "structured_body": Rule("object"), "attachments": _FILES, "from_email": Rule("string"),
    "user_id": Rule("integer"), "cc_emails": Rule("strings"), "bcc_emails": Rule("strings"),
}  # fmt: skip
NOTE_RULES = {
    "body": _TEXT, "structured_body": Rule("object"), "attachments": _FILES, "private": Rule("boolean"),
    "incoming": Rule("boolean"), "notify_emails": Rule("strings"), "user_id": Rule("integer"),
}  # fmt: skip
FORWARD_RULES = {
    "body": _TEXT, "to_emails": Rule("strings"), "cc_emails": Rule("strings"), "bcc_emails": Rule("strings"),
    "from_email": Rule("string"), "agent_id": Rule("integer"), "include_quoted_text": Rule("boolean"),
    "include_original_attachments": Rule("boolean"), "attachments": _FILES,
}  # fmt: skip


def conversation(account: Account, link: str, ticket: Ticket, message: Message) -> dict[str, Any]:
    """A system's words have no user, a note has no addresses."""
    extra = account.extras.get(ticket.number)
    incoming = message.author is not None and (message.author >= AGENTS_END or message.author == ticket.requester)
    incoming = incoming or (extra is not None and message.number in extra.incoming)
    source = extra.kinds.get(message.number, SOURCES[message.kind]) if extra else SOURCES[message.kind]
    note = message.kind in ("note", "system")
    row: dict[str, Any] = {
        "body": files.html(account, link, message.html),
        "body_text": message.text,
        "id": Base.CONVERSATION.id(message.number),
        "incoming": incoming,
        "private": not message.public,
        "user_id": as_id(Base.USER, message.author),
        "support_email": None if note else account.desk.support_email,
        "source": source,
        "category": _category(message, incoming),
        "to_emails": list(message.to),
        "from_email": None if note else _from(account, message, incoming),
        "cc_emails": list(message.cc),
        "bcc_emails": list(message.bcc) or None,
        "email_failure_count": None,
        "outgoing_failures": None,
        "created_at": shown(message.created),
        "updated_at": shown(message.updated),
        "last_edited_at": shown(message.updated) if message.edited_by else None,
        "last_edited_user_id": as_id(Base.USER, message.edited_by),
        "attachments": files.attachments(account, link, message.attachments),
        "ticket_id": ticket.number,
    }
    if account.profile.newer:
        row |= {"auto_response": message.kind == "system" and message.public, "source_additional_info": None}
    return row


def _category(message: Message, incoming: bool) -> int:
    """Nobody has told what the numbers mean; these were seen."""
    if message.kind == "forward":
        return 2
    return 1 if incoming else 3 if message.public else 4


def _from(account: Account, message: Message, incoming: bool) -> str | None:
    user = account.desk.user(message.author) if message.author is not None else None
    if user is None or user.email is None:
        return None
    return f'"{user.name}" <{user.email if incoming else account.desk.support_email}>'


def of(account: Account, ticket: Ticket) -> list[Message]:
    """Oldest first. A web chat's description comes once more, as its first conversation."""
    every = account.desk.messages.of(ticket.number)
    extra = account.extras.get(ticket.number)
    if words.source(ticket, extra.source if extra else None) == words.WEB_CHAT:
        return every
    return every[1:]


def conversations(call: Call) -> Reply:
    """An archived ticket's are at a path of their own."""
    ticket = reachable(call)
    return call.paged(of(call.account, ticket), lambda message: conversation(call.account, call.files, ticket, message))


def stored(account: Account, uploads: list[Upload] | None) -> tuple[int, ...]:
    """Twenty megabytes may hang on one message here; an empty file is refused."""
    given = uploads or []
    if sum(len(each.content) for each in given) > 20 * 1024 * 1024:
        raise invalid([wrong_value("attachments", "The total size of attachments exceeds the limit of 20 MB")])
    if any(not each.content for each in given):
        raise invalid([wrong_value("attachments", "Empty files cannot be attached")])
    return tuple(account.desk.files.add(each.name, each.content_type, each.content).number for each in given)


def author(call: Call, given: int | None) -> int:
    if given is None:
        return call.who.agent
    found = given - Base.USER
    if call.account.desk.user(found) is None:
        raise invalid([wrong_value("user_id", f"There is no contact matching the given user_id: {given}")])
    return found


def text_of(values: Mapping[str, Any], plain: str = "body", structured: str = "structured_body") -> str:
    """What mobile and chat clients send in parts is put together."""
    if values.get(plain):
        return str(values[plain])
    contents = (values.get(structured) or {}).get("description_contents", [])
    return "".join(f"<div>{part.get('data', {}).get('content', '')}</div>" for part in contents)


def reply(call: Call) -> Reply:
    """Goes to the requester; the answer lacks `incoming` and `private`."""
    ticket = unbinned(reachable(call))
    values = call.checked(REPLY_RULES, required=() if "structured_body" in call.body else ("body",))
    user = call.account.desk.user(ticket.requester)
    message = call.account.desk.messages.add(
        ticket.number,
        author=author(call, values.get("user_id")),
        public=True,
        html=text_of(values),
        kind="reply",
        channel="email",
        attachments=stored(call.account, values.get("attachments")),
        to=(user.email,) if user is not None and user.email else (),
        cc=tuple(values.get("cc_emails") or ()),
        bcc=tuple(values.get("bcc_emails") or ()),
    )
    row = conversation(call.account, call.files, ticket, message)
    kept = {
        name: value for name, value in row.items() if name not in ("incoming", "private", "support_email", "source")
    }
    return call.created("conversations", row["id"], kept | {"replied_to": row["to_emails"]})


def note(call: Call) -> Reply:
    """Private unless told otherwise."""
    ticket = unbinned(reachable(call))
    values = call.checked(NOTE_RULES, required=() if "structured_body" in call.body else ("body",))
    message = call.account.desk.messages.add(
        ticket.number,
        author=author(call, values.get("user_id")),
        public=values.get("private") is False,
        html=text_of(values),
        kind="note",
        channel="web",
        attachments=stored(call.account, values.get("attachments")),
    )
    if values.get("incoming"):
        call.account.overlay(ticket.number).incoming.add(message.number)
    row = conversation(call.account, call.files, ticket, message)
    return call.created("conversations", row["id"], row | {"notified_to": values.get("notify_emails") or []})


def forward(call: Call) -> Reply:
    ticket = unbinned(reachable(call))
    values = call.checked(FORWARD_RULES, required=("body", "to_emails"))
    message = call.account.desk.messages.add(
        ticket.number,
        author=author(call, values.get("agent_id")),
        public=True,
        html=values["body"],
        kind="forward",
        channel="email",
        attachments=stored(call.account, values.get("attachments")),
        to=tuple(values["to_emails"]),
        cc=tuple(values.get("cc_emails") or ()),
        bcc=tuple(values.get("bcc_emails") or ()),
    )
    row = conversation(call.account, call.files, ticket, message)
    return call.created("conversations", row["id"], row)


def _message(call: Call) -> Message:
    message = call.account.desk.messages.get(call.number(Base.CONVERSATION))
    ticket = call.account.desk.tickets.get(message.ticket) if message is not None else None
    if message is None or message.position == 0 or ticket is None:
        raise not_found()
    if not sees(call.account, call.who, ticket):
        raise denied()
    return message


def edit(call: Call) -> Reply:
    """Notes only; a reply has been sent already."""
    message = _message(call)
    if message.kind != "note":
        raise denied()
    values = call.checked({"body": _TEXT, "attachments": _FILES})
    added = stored(call.account, values.get("attachments"))
    changed = call.account.desk.messages.edit(
        message.number,
        html=values.get("body") or message.html,
        by=call.who.agent,
        attachments=message.attachments + added,
    )
    ticket = _moved(call.account, message)
    return Reply(200, conversation(call.account, call.files, ticket, changed))


def delete(call: Call) -> Reply:
    message = _message(call)
    call.account.desk.messages.delete(message.number)
    _moved(call.account, message)
    return Reply(204)


def _moved(account: Account, message: Message) -> Ticket:
    """Whether the ticket's `updated_at` moves is not known."""
    ticket = account.desk.tickets.get(message.ticket)
    if ticket is None:
        raise not_found()
    return account.desk.tickets.update(ticket.number) if account.profile.conversation_edit_bumps else ticket

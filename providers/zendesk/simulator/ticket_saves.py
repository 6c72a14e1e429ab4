"""Creating and updating tickets with the vendor's life cycle."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import errors, ids, ticket_input
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.changes import Change
from providers.zendesk.simulator.listings import User
from providers.zendesk.simulator.render import stamp
from sandbox.records import AGENTS_END, MESSAGES_PER_TICKET, Message, Person, Ticket

_LARGEST_BODY = 65_536
"""Longer comments are cut without a word."""
_AUDITED = {
    "status": "status", "priority": "priority", "kind": "type", "subject": "subject", "assignee": "assignee_id",
    "group": "group_id", "organization": "organization_id", "requester": "requester_id", "external_id": "external_id",
}  # fmt: skip


def create(call: Call, given: dict[str, Any]) -> tuple[Ticket, Message]:
    """A `description` still does for a comment here: zenpy writes it."""
    words = given.get("description")
    given = call.only(
        "ticket", {key: value for key, value in given.items() if key != "description"}, ticket_input.KNOWN
    )
    comment = _comment_of(given) or _comment_of({"comment": words})
    if comment is None:
        raise errors.invalid_field("base", "Description: cannot be blank", "BlankValue")
    source = _followed_up(call, given)
    values = ticket_input.attributes(call, given, None)
    attachments = _uploads(call, comment)
    who = ticket_input.requester(call, given) or _caller(call)
    status = values.get("status") or ("open" if values.get("assignee") else "new")
    if status == "new" and values.get("assignee"):
        status = "open"
    ticket_input.check_solvable(call, status, values.get("assignee"), values.get("fields", {}))
    values.setdefault("custom_status", status)
    values["status"] = status
    if source is not None:
        values.setdefault("tags", source.tags)
    ticket = _made(call, values, comment, who)
    message = call.account.desk.messages.describe(
        ticket.number, attachments=attachments, public=bool(comment.get("public", True))
    )
    _settle(call, comment, attachments, ticket.number, message.number)
    return ticket, message


def _made(call: Call, values: dict[str, Any], comment: dict[str, Any], who: User) -> Ticket:
    values.setdefault("organization", who.organization if isinstance(who, Person) else None)
    html, text = _words(comment)
    author = ids.USER.number(ticket_input.integer(comment.get("author_id"))) or call.principal.user or who.number
    subject = values.pop("subject", None) or (text or "").split("\n")[0][:80]
    return call.account.desk.tickets.create(
        subject=subject,
        requester=who.number,
        html=html,
        text=text,
        submitter=author if call.account.desk.user(author) else who.number,
        language=who.locale,
        channel="api",
        **values,
    )


def _caller(call: Call) -> User:
    user = call.account.desk.user(call.principal.user or 0)
    if user is None:
        raise errors.not_authenticated()
    return user


def _followed_up(call: Call, given: dict[str, Any]) -> Ticket | None:
    if given.get("via_followup_source_id") is None:
        return None
    source = call.account.desk.tickets.get(ticket_input.integer(given["via_followup_source_id"]))
    if source is None or source.status != "closed":
        raise ticket_input.base_error("Follow-up source: must be a closed ticket")
    return source


def _comment_of(given: dict[str, Any]) -> dict[str, Any] | None:
    comment = given.get("comment") or given.get("voice_comment")
    if isinstance(comment, str):
        comment = {"body": comment}
    if not isinstance(comment, dict) or not (comment.get("body") or comment.get("html_body")):
        return None
    return comment


def _words(comment: dict[str, Any]) -> tuple[str | None, str | None]:
    if comment.get("html_body"):
        return str(comment["html_body"])[:_LARGEST_BODY], None
    return None, str(comment.get("body", ""))[:_LARGEST_BODY]


def _uploads(call: Call, comment: dict[str, Any]) -> tuple[int, ...]:
    tokens = comment.get("uploads") or []
    found = call.account.uploads.peek([str(token) for token in ([tokens] if isinstance(tokens, str) else tokens)])
    if found is None:
        raise errors.invalid_field("base", "Attachment: upload token is invalid or has expired", "InvalidValue")
    return tuple(found)


def _settle(call: Call, comment: dict[str, Any], attachments: tuple[int, ...], ticket: int, message: int) -> None:
    """The first save uses an upload token up."""
    tokens = comment.get("uploads") or []
    call.account.uploads.use([str(token) for token in ([tokens] if isinstance(tokens, str) else tokens)])
    for number in attachments:
        call.account.desk.files.assign(number, ticket=ticket, message=message)


# -- updates


def update(call: Call, ticket: Ticket, given: dict[str, Any], *, bulk: bool = False) -> tuple[Ticket, Message | Change]:
    if "description" in given and call.account.profile.description_on_update == "refused":
        raise errors.invalid_field("description", "Description: key is read-only", "InvalidValue")
    given = call.only("ticket", given, ticket_input.KNOWN)
    _check_writable(call, ticket, given, bulk)
    values = ticket_input.attributes(call, given, ticket)
    comment = _comment_of(given)
    attachments = _uploads(call, comment) if comment else ()
    new_requester = ticket_input.requester(call, given)
    if new_requester is not None:
        values["requester"] = new_requester.number
    author = _author(call, comment)
    _life_cycle(call, ticket, values, comment, author)
    events = call.account.changes.events(_differences(ticket, values))
    changed = call.account.desk.tickets.update(ticket.number, **values) if values or not comment else ticket
    if comment is None:
        return changed, call.account.changes.add(ticket.number, call.principal.user, changed.updated, events)
    message = _said(call, ticket, comment, author, attachments)
    call.account.changes.attach(message.number, events)
    return call.account.desk.tickets.get(ticket.number) or changed, message


def _check_writable(call: Call, ticket: Ticket, given: dict[str, Any], bulk: bool) -> None:
    if ticket.status == "closed":
        raise errors.invalid_field("status", "Status: closed prevents ticket update")
    if given.get("safe_update") is not None:
        if given.get("updated_stamp") is None:
            if bulk:
                raise errors.missing_parameter("updated_stamp")
            raise conflict()
        if not _same_moment(str(given["updated_stamp"]), ticket):
            raise conflict()
    elif call.account.luck.random() < call.account.profile.database_conflicts:
        raise errors.described(409, "DatabaseConflict", "Database collision")


def _same_moment(given: str, ticket: Ticket) -> bool:
    return given.replace("+00:00", "Z") == stamp(ticket.updated)


def conflict() -> errors.Refused:
    return errors.described(
        409,
        "UpdateConflict",
        "Safe Update prevented the update due to outdated ticket data."
        " Please fetch the latest ticket data and try again.",
    )


def _author(call: Call, comment: dict[str, Any] | None) -> int | None:
    if comment is None or comment.get("author_id") is None:
        return call.principal.user
    number = ids.USER.number(ticket_input.integer(comment["author_id"]))
    if number is None or call.account.desk.user(number) is None:
        raise errors.invalid_field("author_id", "Author: is invalid", "InvalidValue")
    return number


def _life_cycle(
    call: Call, ticket: Ticket, values: dict[str, Any], comment: dict[str, Any] | None, author: int | None
) -> None:
    """new becomes open when assigned or answered; an end user's word reopens; solving has conditions."""
    assignee = values.get("assignee", ticket.assignee)
    public = comment is not None and bool(comment.get("public", True))
    if "status" not in values:
        answered = public and author is not None and author < AGENTS_END
        asked = comment is not None and author is not None and author >= AGENTS_END
        if (ticket.status == "new" and (values.get("assignee") or answered)) or (
            asked and ticket.status in ("pending", "hold", "solved")
        ):
            values["status"] = values["custom_status"] = "open"
    elif values["status"] == "new" and ticket.status != "new":
        raise ticket_input.base_error("Status: new cannot be set again")
    wanted = values.get("status")
    if wanted != ticket.status:
        given = {**ticket.fields, **values.get("fields", {})}
        ticket_input.check_solvable(call, wanted, assignee, given)


def _differences(ticket: Ticket, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for name, said in _AUDITED.items():
        if name in values and values[name] != getattr(ticket, name):
            before, after = getattr(ticket, name), values[name]
            if name in ("assignee", "requester"):
                before, after = ids.USER.maybe(before), ids.USER.maybe(after)
            elif name == "group":
                before, after = ids.GROUP.maybe(before), ids.GROUP.maybe(after)
            elif name == "organization":
                before, after = ids.ORGANIZATION.maybe(before), ids.ORGANIZATION.maybe(after)
            found[said] = before, after
    if "tags" in values and tuple(values["tags"]) != ticket.tags:
        found["tags"] = list(ticket.tags), list(values["tags"])
    return found


def _said(
    call: Call, ticket: Ticket, comment: dict[str, Any], author: int | None, attachments: tuple[int, ...]
) -> Message:
    """When `public` is left out the ticket's first setting persists."""
    messages = call.account.desk.messages
    if len(messages.of(ticket.number)) >= min(call.account.profile.comments_per_ticket, MESSAGES_PER_TICKET - 1):
        raise ticket_input.base_error("Comment: the maximum number of comments has been reached")
    first = messages.get(ticket.number * MESSAGES_PER_TICKET)
    public = comment.get("public", first.public if first else True)
    html, text = _words(comment)
    message = messages.add(
        ticket.number,
        author=author,
        public=public not in (False, "false"),
        html=html,
        text=text,
        attachments=attachments,
    )
    _settle(call, comment, attachments, ticket.number, message.number)
    return message


def close_merged(call: Call, target: Ticket, sources: list[Ticket], said: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources are closed, and both sides say so."""
    desk, author = call.account.desk, call.principal.user
    target_text = said.get("target_comment") or "Requests #{} were closed and merged into this request.".format(
        ", #".join(str(source.number) for source in sources)
    )
    source_text = said.get("source_comment") or f"This request was closed and merged into request #{target.number}"
    for source in sources:
        public = bool(said.get("source_comment_is_public", False))
        desk.messages.add(source.number, author=author, public=public, text=str(source_text))
    desk.tickets.merge(target.number, [source.number for source in sources])
    public = bool(said.get("target_comment_is_public", False))
    desk.messages.add(target.number, author=author, public=public, text=str(target_text))
    return [{"id": target.number, "action": "merge", "success": True, "status": "Merged"}]

"""A ticket of ours as the body of a create call. Pure: what the account knows comes in as `Fields`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from models.enums import Channel, CustomFieldKind, TicketPriority, TicketStatus, TicketType
from models.errors import BadInput, LossyMapping
from models.queries import MappingWarning, TicketDraft, WritePlan
from models.records import FieldDefinition
from providers.freshdesk import tables
from providers.freshdesk.lenient import marked_up
from providers.freshdesk.mapping_fields import Fields

TAG_LENGTH = 32
_SHORT = re.compile(r"deskgraph-[0-9a-f]{12,22}")
STATUS_CODE: Mapping[TicketStatus, int] = {found: code for code, found in tables.STATUS.items()}
NEAREST_STATUS: Mapping[TicketStatus, TicketStatus] = {
    TicketStatus.NEW: TicketStatus.OPEN,
    TicketStatus.ON_HOLD: TicketStatus.PENDING,
}
PRIORITY_CODE: Mapping[TicketPriority, int] = {found: code for code, found in tables.PRIORITY.items()}
DEFAULT_STATUS, DEFAULT_PRIORITY = 2, 1
NEAREST_CHANNEL: Mapping[Channel, Channel] = {
    Channel.WEB_FORM: Channel.WIDGET,
    Channel.VOICEMAIL: Channel.PHONE,
    Channel.SMS: Channel.PHONE,
    Channel.WHATSAPP: Channel.CHAT,
    Channel.BOT: Channel.CHAT,
}

# The vendor's names in complaints and in ticket fields, and the input's.
INPUT: Mapping[str, str] = {
    "requester": "requester",
    "requester_id": "requester.contactId",
    "email": "requester.contact.email",
    "phone": "requester.contact.phone",
    "name": "requester.contact.name",
    "unique_external_id": "requester.contact.externalId",
    "subject": "subject",
    "description": "bodyHtml",
    "status": "status",
    "priority": "priority",
    "type": "type",
    "ticket_type": "type",
    "source": "channel",
    "tags": "tags",
    "group": "groupId",
    "group_id": "groupId",
    "agent": "assigneeId",
    "responder_id": "assigneeId",
    "company": "organizationId",
    "company_id": "organizationId",
    "product": "productId",
    "product_id": "productId",
    "cc_emails": "ccs",
    "due_by": "dueAt",
    "fr_due_by": "dueAt",
}
# A ticket field's name, and the body's key where it is another.
BODY_KEY: Mapping[str, str] = {
    "ticket_type": "type",
    "group": "group_id",
    "agent": "responder_id",
    "company": "company_id",
    "product": "product_id",
}


def tag_of(marker: str) -> str:
    """Our marker as a tag, within the 32 characters a tag may have: the vendor has neither an idempotency key nor an
    external id for tickets, and a tag can be both searched for and seen in lists."""
    if _SHORT.fullmatch(marker):
        return marker
    return "deskgraph-" + hashlib.sha256(marker.encode()).hexdigest()[:20]


def input_path(field: str) -> str:
    """The input's field behind a vendor's complaint."""
    if field in INPUT:
        return INPUT[field]
    key = field.removeprefix("custom_fields.")
    return f"customFields.{key}" if key else "input"


def plan(draft: TicketDraft, marker: str, fields: Fields) -> WritePlan:
    planned = _Plan(draft, fields)
    body = planned.body(tag_of(marker))
    return WritePlan(method="POST", path="/api/v2/tickets", body=body, warnings=tuple(planned.warnings))


class _Plan:
    def __init__(self, draft: TicketDraft, fields: Fields) -> None:
        self._draft = draft
        self._fields = fields
        self.warnings: list[MappingWarning] = []

    def body(self, tag: str) -> dict[str, Any]:
        draft = self._draft
        body: dict[str, Any] = {
            **self._requester(),
            "subject": draft.subject,
            "description": marked_up(draft.body_text or "") if draft.body_html is None else draft.body_html,
            "status": self._status(),
            "priority": self._priority(),
            "type": self._type(),
            "source": self._source(),
            "tags": [*dict.fromkeys(_tag(one) for one in draft.tags), tag],
            "group_id": _number(draft.group_id, "groupId"),
            "responder_id": _number(draft.assignee_id, "assigneeId"),
            "company_id": _number(draft.organization_id, "organizationId"),
            "product_id": _number(draft.product_id, "productId"),
            "cc_emails": list(draft.ccs) or None,
            "custom_fields": self._custom() or None,
            **self._due(),
        }
        if draft.external_id is not None:
            self._lost("externalId", "Freshdesk tickets have no external id.", "Use a custom field.", None)
        body = {name: value for name, value in body.items() if value is not None}
        self._complete(body)
        return body

    def _requester(self) -> dict[str, Any]:
        draft = self._draft
        if draft.requester_id is not None:
            return {"requester_id": _number(draft.requester_id, "requester.contactId")}
        who = draft.requester
        if who is None or not (who.email or who.phone or who.external_id):
            raise BadInput(
                "A Freshdesk ticket needs its requester's contact id, e-mail, phone or external id.", field="requester"
            )
        if who.phone and not who.email and not who.name:
            raise BadInput("Freshdesk needs a name with a phone number.", field="requester.contact.name")
        return {
            "email": who.email or None,
            "phone": who.phone or None,
            "unique_external_id": who.external_id or None,
            "name": who.name or None,
        }

    def _status(self) -> int:
        draft = self._draft
        if draft.native_status is not None:
            known = self._fields.statuses
            if not _digits(draft.native_status) or (self._fields.known and int(draft.native_status) not in known):
                raise BadInput(
                    "This account has no such status. Use a `value` of `helpdesk { statuses }`.", field="nativeStatus"
                )
            return int(draft.native_status)
        wanted = draft.status
        if wanted is None:
            return DEFAULT_STATUS
        if wanted in STATUS_CODE:
            return STATUS_CODE[wanted]
        own = [code for code, status in sorted(self._fields.statuses.items()) if status.category is wanted]
        if wanted is not TicketStatus.UNKNOWN and own:
            return own[0]
        nearest = NEAREST_STATUS.get(wanted, TicketStatus.OPEN)
        code = STATUS_CODE[nearest]
        self._lost("status", f"This account has no status that means {wanted.value}.", f"Use {nearest.value}.", code)
        return code

    def _priority(self) -> int:
        wanted = self._draft.priority
        if wanted is None:
            return DEFAULT_PRIORITY
        if wanted in PRIORITY_CODE:
            return PRIORITY_CODE[wanted]
        self._lost("priority", f"Freshdesk has no priority {wanted.value}.", "Use LOW.", DEFAULT_PRIORITY)
        return DEFAULT_PRIORITY

    def _type(self) -> str | None:
        wanted = self._draft.type
        if wanted is None or wanted is TicketType.NONE:
            return None
        known = self._fields.types or tuple(word.title() for word in tables.TYPE if self._fields.known is False)
        for word in known:
            if tables.type_of(word)[0] is wanted and wanted is not TicketType.OTHER:
                return word
        usable = [tables.type_of(word)[0].value for word in known]
        choices = ", ".join(dict.fromkeys(one for one in usable if one != TicketType.OTHER.value)) or "none at all"
        self._lost(
            "type", f"This account has no ticket type for {wanted.value}.", f"It has {choices}; or leave it out.", None
        )
        return None

    def _source(self) -> int | None:
        wanted = self._draft.channel
        if wanted is None:
            return None
        if wanted in tables.WRITABLE_SOURCE:
            return tables.WRITABLE_SOURCE[wanted]
        nearest = NEAREST_CHANNEL.get(wanted, Channel.PORTAL)
        code = tables.WRITABLE_SOURCE[nearest]
        self._lost(
            "channel",
            f"Freshdesk cannot create a ticket from the channel {wanted.value}.",
            f"Use {nearest.value}.",
            code,
        )
        return code

    def _due(self) -> dict[str, str]:
        """The vendor takes both due times or none."""
        due = self._draft.due_at
        if due is None:
            return {}
        stamp = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.warnings.append(
            MappingWarning(
                path=("dueAt",),
                message="Freshdesk takes a due time only together with one for the first response; both get this time.",
                sent=stamp,
            )
        )
        return {"due_by": stamp, "fr_due_by": stamp}

    def _custom(self) -> dict[str, Any]:
        known = {one.key: one for one in self._fields.definitions}
        for key, value in self._draft.custom_fields.items():
            if self._fields.known and key not in known:
                raise BadInput(
                    f"This account has no ticket field {key!r}. Use a `key` of `helpdesk {{ ticketFields }}`.",
                    field=f"customFields.{key}",
                )
            if key in known:
                _fits(known[key], value)
        return dict(self._draft.custom_fields)

    def _complete(self, body: Mapping[str, Any]) -> None:
        """What the account's form demands is looked for before anything is sent: a refused call counts, too."""
        closing = body["status"] in (4, 5)
        names = (*self._fields.required, *(self._fields.required_to_close if closing else ()))
        custom = body.get("custom_fields", {})
        for name in dict.fromkeys(names):
            if name == "requester":
                continue
            held = body.get(BODY_KEY.get(name, name)) if name in INPUT else custom.get(name)
            if held in (None, "", []):
                path = input_path(name)
                raise BadInput(f"This account's form needs `{path}`.", field=path)

    def _lost(self, field: str, message: str, nearest: str, sent: Any) -> None:
        if self._draft.strict:
            raise LossyMapping(message, nearest=nearest, field=field)
        self.warnings.append(MappingWarning(path=(field,), message=message, sent=sent))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(value: str | None, field: str) -> int | None:
    if value is None:
        return None
    if not _digits(value) or len(value) > 19:
        raise BadInput(f"`{field}` is not an id of this Freshdesk account.", field=field)
    return int(value)


def _tag(value: str) -> str:
    if not value.strip() or len(value) > TAG_LENGTH or "," in value:
        raise BadInput(f"A Freshdesk tag has 1 to {TAG_LENGTH} characters and no comma.", field="tags")
    return value


def _fits(definition: FieldDefinition, value: Any) -> None:
    """The plain mistakes; the rest is the vendor's to say."""
    field = f"customFields.{definition.key}"
    if value is None:
        return
    if definition.kind in (CustomFieldKind.CHOICE, CustomFieldKind.NESTED_CHOICE) and definition.choices:
        if value not in {one.value for one in definition.choices}:
            raise BadInput(f"`{definition.key}` has no such choice.", field=field)
    elif definition.kind is CustomFieldKind.BOOLEAN and not isinstance(value, bool):
        raise BadInput(f"`{definition.key}` is true or false.", field=field)
    elif definition.kind is CustomFieldKind.NUMBER and (not isinstance(value, int) or isinstance(value, bool)):
        raise BadInput(f"`{definition.key}` is a whole number.", field=field)

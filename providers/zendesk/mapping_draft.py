"""A ticket to be made → Zendesk's JSON. Pure: what it needs to look up is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import msgspec

from models.enums import Channel, CustomFieldKind, TicketPriority, TicketStatus, TicketType
from models.errors import BadInput, LossyMapping
from models.queries import MappingWarning, TicketDraft
from models.records import FieldDefinition, NativeStatus
from providers.zendesk import mapping_values as values
from providers.zendesk.session import number

WORD_OF_STATUS: Mapping[TicketStatus, str] = {meaning: word for word, meaning in values.STATUS.items()}
WORD_OF_PRIORITY: Mapping[TicketPriority, str] = {meaning: word for word, meaning in values.PRIORITY.items()}
WORD_OF_TYPE: Mapping[TicketType, str] = {meaning: word for word, meaning in values.TYPE.items()}
OWN_CHANNELS = frozenset({None, Channel.API})
MARKER_LIMIT = 255


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the account has: statuses by value, custom fields by number and by word."""

    statuses: Mapping[str, NativeStatus] = {}
    fields: Mapping[str, FieldDefinition] = {}


def marker_tag(marker: str) -> str:
    """Our marker as a tag: lower case, no spaces (vendor's 'Tags')."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in marker.lower())


MOST_BYTES = 65_536


class Draft:
    """One draft on its way: `body` is filled, `warnings` tell what was left out or replaced."""

    def __init__(self, draft: TicketDraft, known: Known, marker: str) -> None:
        self.draft = draft
        self.known = known
        self.marker = marker
        self.warnings: list[MappingWarning] = []

    def ticket(self) -> dict[str, Any]:
        """The `ticket` object of `POST /tickets`; keys that are not set are not sent."""
        draft = self.draft
        fields = {
            "subject": draft.subject,
            "comment": self._comment(),
            **self._requester(),
            **self._status(),
            "priority": self._priority(),
            "type": self._type(),
            "tags": self._tags() or None,
            "group_id": self._id("groupId", draft.group_id),
            "assignee_id": self._id("assigneeId", draft.assignee_id),
            "organization_id": self._id("organizationId", draft.organization_id),
            "brand_id": self._id("productId", draft.product_id),
            "email_ccs": [{"user_email": email, "action": "put"} for email in draft.ccs] or None,
            "due_at": self._due(),
            "external_id": draft.external_id or self.marker,
            "custom_fields": self._custom_fields() or None,
        }
        self._channel()
        return {name: value for name, value in fields.items() if value is not None}

    def _comment(self) -> dict[str, str]:
        """Zendesk cuts a comment at 64 kB without a word (its page 'Ticket comments')."""
        field, name = ("bodyHtml", "html_body") if self.draft.body_html is not None else ("bodyText", "body")
        text = (self.draft.body_html if self.draft.body_html is not None else self.draft.body_text) or ""
        raw = text.encode()
        if len(raw) <= MOST_BYTES:
            return {name: text}
        kept = raw[:MOST_BYTES].decode(errors="ignore")
        message = f"Zendesk keeps {MOST_BYTES:,} bytes of a comment; this has {len(raw):,}."
        self._lost(field, message, "Send the rest as an attachment or a further comment.", f"{len(kept):,} characters")
        return {name: kept}

    def _lost(self, field: str, message: str, nearest: str, sent: Any = None) -> Any:
        """Refused when strict; else a warning, and `sent` in its place."""
        if self.draft.strict:
            raise LossyMapping(message, nearest=nearest, field=field)
        self.warnings.append(MappingWarning(path=tuple(field.split(".")), message=message, sent=sent))
        return sent

    def _id(self, field: str, ident: str | None) -> int | None:
        return None if ident is None else number(ident, field)

    def _requester(self) -> dict[str, Any]:
        draft = self.draft
        if draft.requester_id is not None:
            return {"requester_id": number(draft.requester_id, "requester.contactId")}
        person = draft.requester
        if person is None or not person.email:
            raise BadInput("Zendesk makes a new requester from an e-mail address.", field="requester.contact.email")
        for field, value in (("phone", person.phone), ("externalId", person.external_id)):
            if value:
                self._lost(
                    f"requester.contact.{field}",
                    f"Zendesk does not take the requester's `{field}` with a ticket.",
                    "Make the contact first and name it by `contactId`.",
                )
        return {"requester": {"name": person.name or person.email, "email": person.email}}

    def _status(self) -> dict[str, Any]:
        draft = self.draft
        if draft.native_status is not None:
            return self._native_status(draft.native_status)
        if draft.status is None:
            return {}
        if draft.status is TicketStatus.UNKNOWN:
            raise BadInput("`status: UNKNOWN` cannot be written; leave it out.", field="status")
        if draft.status is TicketStatus.CLOSED:
            return {"status": self._closed()}
        return {"status": WORD_OF_STATUS[draft.status]}

    def _closed(self) -> Any:
        return self._lost(
            "status",
            "Zendesk closes tickets itself, some days after they are solved; a new one cannot be closed.",
            "Use `status: RESOLVED`.",
            "solved",
        )

    def _native_status(self, value: str) -> dict[str, Any]:
        known = self.known.statuses.get(value)
        category = known.category if known else values.status(value)
        if category is TicketStatus.UNKNOWN:
            raise BadInput(
                "`nativeStatus` is none of this helpdesk's statuses; `helpdesk { statuses { value } }` lists them.",
                field="nativeStatus",
            )
        if self.draft.status not in (None, category):
            raise BadInput(
                f"`nativeStatus` belongs to {category}, but `status` says {self.draft.status}.", field="nativeStatus"
            )
        if category is TicketStatus.CLOSED:
            return {"status": self._closed()}
        return {"custom_status_id": int(value)} if value.isdecimal() else {"status": value}

    def _priority(self) -> str | None:
        wanted = self.draft.priority
        if wanted is TicketPriority.UNKNOWN:
            raise BadInput("`priority: UNKNOWN` cannot be written; leave it out.", field="priority")
        return None if wanted is None else WORD_OF_PRIORITY.get(wanted)

    def _type(self) -> str | None:
        wanted = self.draft.type
        if wanted in (None, TicketType.NONE):
            return None
        if wanted not in WORD_OF_TYPE:
            self._lost(
                "type",
                f"Zendesk has no ticket type that means {wanted}.",
                "Use QUESTION, INCIDENT, PROBLEM or TASK, or a custom field.",
            )
        return WORD_OF_TYPE.get(wanted) if wanted else None

    def _channel(self) -> None:
        if self.draft.channel not in OWN_CHANNELS:
            self._lost(
                "channel",
                f"A ticket made through Zendesk's API comes from the channel API, not {self.draft.channel}.",
                "Leave `channel` out, or say API.",
                "api",
            )

    def _tags(self) -> list[str]:
        tags: list[str] = []
        for tag in self.draft.tags:
            joined = "_".join(tag.split())
            if joined != tag:
                self._lost("tags", "Zendesk splits a tag at its spaces.", "Write it with `_`.", joined)
            tags.append(joined)
        if self.draft.external_id is not None:
            tags.append(marker_tag(self.marker))
        return tags

    def _due(self) -> str | None:
        due = self.draft.due_at
        if due is None:
            return None
        if self.draft.type is not TicketType.TASK:
            return self._lost("dueAt", "Zendesk keeps a due time on tasks only.", "Use `type: TASK`.")  # type: ignore[no-any-return]
        return f"{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _custom_fields(self) -> list[dict[str, Any]]:
        return [self._custom_field(key, value) for key, value in self.draft.custom_fields.items()]

    def _custom_field(self, key: str, value: Any) -> dict[str, Any]:
        field = self.known.fields.get(key)
        if field is None:
            raise BadInput(
                f"This helpdesk has no ticket field {key[:80]!r}; `helpdesk {{ ticketFields {{ key }} }}` lists them.",
                field=f"customFields.{key}",
            )
        if value is not None:
            _check(field, key, value)
        return {"id": int(field.key), "value": value}


def _check(field: FieldDefinition, key: str, value: Any) -> None:
    """What Zendesk would drop or refuse without saying which field it was."""
    shapes: Mapping[CustomFieldKind, tuple[tuple[type, ...], str]] = {
        CustomFieldKind.BOOLEAN: ((bool,), "true or false"),
        CustomFieldKind.NUMBER: ((int,), "a whole number"),
        CustomFieldKind.DECIMAL: ((int, float, str), "a number"),
        CustomFieldKind.MULTI_CHOICE: ((list, tuple), "a list of its choices"),
        CustomFieldKind.CHOICE: ((str,), "one of its choices"),
        CustomFieldKind.TEXT: ((str,), "a text"),
        CustomFieldKind.LONG_TEXT: ((str,), "a text"),
        CustomFieldKind.DATE: ((str,), "a date like 2026-01-31"),
    }
    kinds, said = shapes.get(field.kind, ((object,), ""))
    wrong = not isinstance(value, kinds) or (field.kind is CustomFieldKind.NUMBER and isinstance(value, bool))
    chosen = value if isinstance(value, list | tuple) else [value]
    known = {choice.value for choice in field.choices}
    if not wrong and field.kind in (CustomFieldKind.CHOICE, CustomFieldKind.MULTI_CHOICE):
        wrong = any(one not in known for one in chosen)
    if wrong:
        raise BadInput(f"The value of ticket field {key!r} must be {said}.", field=f"customFields.{key}")

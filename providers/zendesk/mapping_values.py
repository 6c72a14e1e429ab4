"""The tables from Zendesk's words to ours, and back. docs/mapping/zendesk.md shows them; a test compares.

Sources: vendor's API reference ('Tickets', 'Custom ticket statuses', 'Users', 'Ticket fields', 'Attachments') and
its page 'Via types'. A ticket shows either a via type (`mail`) or the word for what made it (`email`); both are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from models.enums import (
    AgentRole,
    Channel,
    CustomFieldKind,
    ScanState,
    TicketPriority,
    TicketStatus,
    TicketType,
)

T = TypeVar("T")

STATUS: Mapping[str, TicketStatus] = {
    "new": TicketStatus.NEW,
    "open": TicketStatus.OPEN,
    "pending": TicketStatus.PENDING,
    "hold": TicketStatus.ON_HOLD,
    "solved": TicketStatus.RESOLVED,
    "closed": TicketStatus.CLOSED,
}
"""`deleted` and `scrubbed`, seen in exports and webhooks, are no states of work: they become UNKNOWN, and a
lifecycle."""

STATUS_LABELS: Mapping[str, str] = {
    "new": "New",
    "open": "Open",
    "pending": "Pending",
    "hold": "On-hold",
    "solved": "Solved",
    "closed": "Closed",
}

PRIORITY: Mapping[str, TicketPriority] = {
    "urgent": TicketPriority.URGENT,
    "high": TicketPriority.HIGH,
    "normal": TicketPriority.NORMAL,
    "low": TicketPriority.LOW,
}

TYPE: Mapping[str, TicketType] = {
    "question": TicketType.QUESTION,
    "incident": TicketType.INCIDENT,
    "problem": TicketType.PROBLEM,
    "task": TicketType.TASK,
}

_CHANNELS: Mapping[Channel, tuple[str, ...]] = {
    Channel.EMAIL: ("email", "mail", "mailgun"),
    Channel.EMAIL_OUTBOUND: ("connect_mail",),
    Channel.WEB_FORM: ("web", "web_form"),
    Channel.WIDGET: ("web_widget", "dropbox", "answer_bot_for_web_widget"),
    Channel.PORTAL: ("help_center", "helpcenter"),
    Channel.PHONE: (
        "voice",
        "phone_call_inbound",
        "phone_call_outbound",
        "api_phone_call_inbound",
        "api_phone_call_outbound",
    ),
    Channel.VOICEMAIL: ("voicemail", "api_voicemail"),
    Channel.CHAT: (
        "chat",
        "chat_offline_message",
        "chat_transcript",
        "messaging",
        "native_messaging",
        "sunshine_conversations_api",
        "telegram",
        "viber",
        "line",
        "wechat",
        "kakaotalk",
        "apple_business_chat",
        "google_business_messages",
        "google_rcs",
        "business_messaging_slack_connect",
    ),
    Channel.SMS: ("sms", "text_message", "connect_sms", "messagebird_sms", "twilio_sms"),
    Channel.WHATSAPP: ("whatsapp",),
    Channel.FACEBOOK: (
        "facebook",
        "facebook_post",
        "facebook_message",
        "sunshine_conversations_facebook_messenger",
    ),
    Channel.INSTAGRAM: ("instagram_dm",),
    Channel.X: ("twitter", "twitter_dm", "twitter_favorite", "sunshine_conversations_twitter_dm"),
    Channel.FORUM: ("forum", "topic"),
    Channel.MOBILE: ("mobile", "mobile_sdk", "iphone", "answer_bot_for_sdk"),
    Channel.API: ("api", "web_service", "ticket_sharing", "resource_push"),
    Channel.BOT: ("answer_bot", "answer_bot_api", "answer_bot_for_agents", "answer_bot_for_slack"),
    Channel.INTERNAL: ("side_conversation", "lotus", "logmein_rescue"),
    Channel.AUTOMATION: (
        "rule",
        "rule_revision",
        "system",
        "linked_problem",
        "group_deletion",
        "group_change",
        "user_change",
        "user_deletion",
        "user_merge",
        "merge",
        "macro_reference",
        "monitor_event",
        "ticket_tagging",
        "satisfaction_prediction",
        "automatic_solution_suggestions",
        "admin_setting",
        "churned_account",
        "omnichannel",
        "recovered_from_suspended_tickets",
        "closed_ticket",
    ),
    Channel.IMPORT: ("import", "batch", "sample_ticket", "sample_interactive_ticket"),
    Channel.OTHER: ("any_channel", "get_satisfaction", "blog", "github", "symphony", "connect_ipm"),
}

CHANNEL: Mapping[str, Channel] = {word: channel for channel, words in _CHANNELS.items() for word in words}

VIA_IDS: Mapping[int, str] = {
    0: "web_form",
    4: "mail",
    5: "web_service",
    8: "rule",
    9: "linked_problem",
    10: "group_deletion",
    11: "user_change",
    12: "user_deletion",
    13: "group_change",
    14: "resource_push",
    15: "iphone",
    16: "get_satisfaction",
    17: "dropbox",
    19: "merge",
    20: "batch",
    21: "recovered_from_suspended_tickets",
    22: "automatic_solution_suggestions",
    23: "twitter_favorite",
    24: "topic",
    25: "user_merge",
    26: "twitter_dm",
    27: "closed_ticket",
    28: "logmein_rescue",
    29: "chat",
    30: "twitter",
    31: "ticket_sharing",
    32: "macro_reference",
    33: "voicemail",
    34: "phone_call_inbound",
    35: "phone_call_outbound",
    36: "blog",
    37: "text_message",
    38: "facebook_post",
}
"""The page 'Via types' says that a channel may be its number; the numbers read there."""

ROLE: Mapping[str, AgentRole] = {"agent": AgentRole.AGENT, "admin": AgentRole.ADMIN}
LIGHT_ROLE_TYPES = frozenset({1, 3})
"""`role_type` 1 is a light agent and 3 a contributor: both write internal notes only."""

FIELD_KIND: Mapping[str, CustomFieldKind] = {
    "text": CustomFieldKind.TEXT,
    "textarea": CustomFieldKind.LONG_TEXT,
    "integer": CustomFieldKind.NUMBER,
    "decimal": CustomFieldKind.DECIMAL,
    "checkbox": CustomFieldKind.BOOLEAN,
    "date": CustomFieldKind.DATE,
    "tagger": CustomFieldKind.CHOICE,
    "multiselect": CustomFieldKind.MULTI_CHOICE,
    "regexp": CustomFieldKind.REGEX,
    "lookup": CustomFieldKind.LOOKUP,
    "partialcreditcard": CustomFieldKind.OTHER,
}
SYSTEM_FIELDS = frozenset(
    {"subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status"}
    | {"basic_priority"}
)

SCAN: Mapping[str, ScanState] = {
    "malware_found": ScanState.BLOCKED,
    "malware_not_found": ScanState.CLEAN,
    "failed_to_scan": ScanState.NOT_SCANNED,
    "not_scanned": ScanState.NOT_SCANNED,
}


def status(word: str | None) -> TicketStatus:
    return STATUS.get(word or "", TicketStatus.UNKNOWN)


def priority(word: str | None) -> TicketPriority:
    return PRIORITY.get(word, TicketPriority.UNKNOWN) if word else TicketPriority.NONE


def type_(word: str | None) -> TicketType:
    return TYPE.get(word, TicketType.OTHER) if word else TicketType.NONE


def channel_word(value: str | int | None) -> str | None:
    """The via type; a number nobody has told us about stays a number."""
    number = value if isinstance(value, int) else int(value) if value and value.isdecimal() else None
    if number is not None:
        return VIA_IDS.get(number, str(number))
    return str(value).lower() if value else None


def channel(word: str | None) -> Channel:
    return CHANNEL.get(word, Channel.OTHER) if word else Channel.UNKNOWN


def role(word: str | None, role_type: int | None) -> AgentRole:
    found = ROLE.get(word or "", AgentRole.UNKNOWN)
    return AgentRole.LIGHT_AGENT if found is AgentRole.AGENT and role_type in LIGHT_ROLE_TYPES else found


def words_for(table: Mapping[str, T], wanted: Any) -> tuple[str, ...]:
    """The vendor's words that mean one of `wanted`."""
    return tuple(word for word, meaning in table.items() if meaning in wanted)

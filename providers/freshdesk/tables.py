"""The vendor's words and ours. docs/mapping/freshdesk.md shows these tables, and a test compares the two."""

from __future__ import annotations

import re
from collections.abc import Mapping

from models.enums import (
    AgentRole,
    ArticleState,
    ArticleVisibility,
    Channel,
    Provenance,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.records import NativeStatus, NativeValue

# The vendor's own four: their ids keep their meaning whatever their label says.
STATUS: Mapping[int, TicketStatus] = {
    2: TicketStatus.OPEN,
    3: TicketStatus.PENDING,
    4: TicketStatus.RESOLVED,
    5: TicketStatus.CLOSED,
}
STATUS_LABEL: Mapping[int, str] = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed"}

# Statuses a new account comes with; an administrator may delete or rename them, so the label has to agree.
SHIPPED_STATUS: Mapping[int, tuple[str, TicketStatus]] = {
    6: ("waiting on customer", TicketStatus.PENDING),
    7: ("waiting on third party", TicketStatus.ON_HOLD),
}

# The first row with a word of the label decides.
STATUS_WORDS: tuple[tuple[TicketStatus, tuple[str, ...]], ...] = (
    (TicketStatus.PENDING, ("customer", "requester", "reply", "response", "pending", "feedback")),
    (TicketStatus.ON_HOLD, ("hold", "third party", "vendor", "supplier", "blocked", "parked", "waiting", "paused")),
    (TicketStatus.RESOLVED, ("resolved", "solved", "fixed", "done", "completed")),
    (TicketStatus.CLOSED, ("closed", "cancelled", "canceled", "rejected", "duplicate")),
    (TicketStatus.NEW, ("new", "untriaged")),
    (TicketStatus.OPEN, ("open", "reopened", "progress", "working", "assigned", "escalated", "investigating")),
)
_DENIAL = re.compile(r"\b(not|no|non|un(resolved|solved|fixed|answered|assigned))\b")

PRIORITY: Mapping[int, TicketPriority] = {
    1: TicketPriority.LOW,
    2: TicketPriority.NORMAL,
    3: TicketPriority.HIGH,
    4: TicketPriority.URGENT,
}
PRIORITY_LABEL: Mapping[int, str] = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}

# `type` is a dropdown the account defines; these are the vendor's defaults and their plain relatives.
TYPE: Mapping[str, TicketType] = {
    "question": TicketType.QUESTION,
    "incident": TicketType.INCIDENT,
    "problem": TicketType.PROBLEM,
    "task": TicketType.TASK,
    "feature request": TicketType.FEATURE_REQUEST,
    "refund": TicketType.REFUND,
}

SOURCE: Mapping[int, Channel] = {
    1: Channel.EMAIL,
    2: Channel.PORTAL,
    3: Channel.PHONE,
    4: Channel.FORUM,
    5: Channel.X,
    6: Channel.FACEBOOK,
    7: Channel.CHAT,
    8: Channel.MOBILE,
    9: Channel.WIDGET,
    10: Channel.EMAIL_OUTBOUND,
    11: Channel.ECOMMERCE,
    12: Channel.BOT,
    13: Channel.WHATSAPP,
    14: Channel.INTERNAL,
    15: Channel.CHAT,
    19: Channel.FACEBOOK,
    20: Channel.FACEBOOK,
}
SOURCE_LABEL: Mapping[int, str] = {
    1: "Email",
    2: "Portal",
    3: "Phone",
    4: "Forum",
    5: "Twitter",
    6: "Facebook",
    7: "Chat",
    8: "MobiHelp",
    9: "Feedback Widget",
    10: "Outbound Email",
    11: "Ecommerce",
    12: "Bot",
    13: "WhatsApp",
    14: "Chat - Internal Task",
    15: "Web Chat",
    19: "Facebook Message",
    20: "Facebook Comment",
}
OUTBOUND = 10
WEB_CHAT = 15
# What a created ticket may say it came from.
WRITABLE_SOURCE: Mapping[Channel, int] = {
    Channel.EMAIL: 1,
    Channel.PORTAL: 2,
    Channel.PHONE: 3,
    Channel.CHAT: 7,
    Channel.WIDGET: 9,
    Channel.EMAIL_OUTBOUND: 10,
}

# A conversation's `source`; 2 is a note, whose visibility decides.
MESSAGE_SOURCE: Mapping[int, Channel] = {
    0: Channel.EMAIL,
    2: Channel.INTERNAL,
    5: Channel.X,
    6: Channel.OTHER,
    7: Channel.FACEBOOK,
    8: Channel.EMAIL,
    9: Channel.PHONE,
    10: Channel.MOBILE,
    11: Channel.ECOMMERCE,
}
NOTE = 2

AGENT_TYPE: Mapping[str, AgentRole] = {
    "support_agent": AgentRole.AGENT,
    "field_agent": AgentRole.AGENT,
    "collaborator": AgentRole.LIGHT_AGENT,
}

ARTICLE_STATUS: Mapping[int, ArticleState] = {1: ArticleState.DRAFT, 2: ArticleState.PUBLISHED}
FOLDER_VISIBILITY: Mapping[int, ArticleVisibility] = {
    1: ArticleVisibility.PUBLIC,
    2: ArticleVisibility.SIGNED_IN,
    3: ArticleVisibility.AGENTS,
    4: ArticleVisibility.RESTRICTED,
    5: ArticleVisibility.RESTRICTED,
    6: ArticleVisibility.RESTRICTED,
    7: ArticleVisibility.RESTRICTED,
}


def status(code: int, label: str | None = None, customer_label: str | None = None) -> NativeStatus:
    """`label` is the account's own; without it only the vendor's own four are understood."""
    category, provenance = _category(code, (label or "").casefold().strip())
    return NativeStatus(
        value=str(code),
        label=label or STATUS_LABEL.get(code) or str(code),
        customer_label=customer_label or None,
        category=category,
        provenance=provenance,
    )


def _category(code: int, label: str) -> tuple[TicketStatus, Provenance]:
    if code in STATUS:
        return STATUS[code], Provenance.EXACT
    shipped, meaning = SHIPPED_STATUS.get(code, ("", TicketStatus.UNKNOWN))
    if label and label == shipped:
        return meaning, Provenance.CONFIGURED
    if label and not _DENIAL.search(label):
        for category, words in STATUS_WORDS:
            if any(re.search(rf"\b{word}\b", label) for word in words):
                return category, Provenance.INFERRED
    return TicketStatus.UNKNOWN, Provenance.UNMAPPED


def priority(code: int | None) -> tuple[TicketPriority, NativeValue | None]:
    if code is None:
        return TicketPriority.NONE, None
    return PRIORITY.get(code, TicketPriority.UNKNOWN), NativeValue(value=str(code), label=PRIORITY_LABEL.get(code))


def type_of(label: str | None) -> tuple[TicketType, NativeValue | None]:
    if not label:
        return TicketType.NONE, None
    return TYPE.get(label.casefold().strip(), TicketType.OTHER), NativeValue(value=label, label=label)


def channel(code: int | None, label: str | None = None) -> tuple[Channel, NativeValue | None]:
    """A source the account named itself is OTHER; one that nobody explained is UNKNOWN."""
    if code is None:
        return Channel.UNKNOWN, None
    named = label or SOURCE_LABEL.get(code)
    found = SOURCE.get(code, Channel.OTHER if named else Channel.UNKNOWN)
    return found, NativeValue(value=str(code), label=named)


def message_channel(source: int | None, private: bool) -> Channel:
    if source == NOTE and not private:
        return Channel.PORTAL
    return Channel.UNKNOWN if source is None else MESSAGE_SOURCE.get(source, Channel.UNKNOWN)


def visibility(code: int | None) -> ArticleVisibility:
    """What nobody explained is shown to nobody new."""
    return ArticleVisibility.RESTRICTED if code is None else FOLDER_VISIBILITY.get(code, ArticleVisibility.RESTRICTED)


def article_state(code: int | None) -> ArticleState:
    return ArticleState.DRAFT if code is None else ARTICLE_STATUS.get(code, ArticleState.DRAFT)

"""The pretend company's records, in words no vendor owns. Frozen: a change makes a new record.

Numbers: tickets, people and so on are counted from 1 inside their desk. Agents and people share one range of numbers,
as both vendors' users do (`AGENTS_END` divides it), and so do the authors of messages. A face turns numbers into its
vendor's ids. Times are UTC and whole seconds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

AGENTS_END = 1000
"""Agents are numbered below it, people from it on."""
MESSAGES_PER_TICKET = 1024
"""A message's number is its ticket's times this, plus its position; position 0 is the description."""

Status = Literal["new", "open", "pending", "hold", "solved", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
Kind = Literal["question", "incident", "problem", "task", "feature_request", "refund"]
Channel = Literal["email", "web", "api", "phone", "chat", "messaging", "twitter", "facebook", "whatsapp", "widget"]
State = Literal["live", "deleted", "spam"]
FieldType = Literal[
    "text", "paragraph", "number", "decimal", "checkbox", "date", "dropdown", "multiselect", "nested", "regexp"
]
FieldValue = str | int | float | bool | date | tuple[str, ...] | None
"""Dropdowns: the option's key. Nested: the keys from the top level down. Decimals: float. Regexp: text."""
Satisfaction = Literal["good", "bad"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    created: datetime
    updated: datetime


class Ticket(Record, frozen=True, kw_only=True):
    subject: str
    html: str
    text: str
    """The description: message 0's body."""
    status: Status
    custom_status: str
    """Key of a StatusDefinition; equal to `status` unless the account has its own word for it."""
    priority: Priority | None
    kind: Kind | None
    channel: Channel
    language: str
    tags: tuple[str, ...]
    requester: int
    """A person, or an agent who asked."""
    submitter: int
    assignee: int | None
    group: int | None
    organization: int | None
    product: int | None
    state: State = "live"
    archived: bool = False
    """Closed for over 120 days when the world began: ordinary lists leave it out."""
    merged_into: int | None = None
    touched: datetime
    """Moves with every change, also with a system's that leaves `updated` alone."""
    due: datetime | None
    first_response_due: datetime | None
    first_responded: datetime | None = None
    agent_responded: datetime | None = None
    requester_responded: datetime | None = None
    assigned: datetime | None = None
    status_changed: datetime
    solved: datetime | None = None
    closed: datetime | None = None
    deleted_at: datetime | None = None
    reopens: int = 0
    fields: dict[str, FieldValue] = {}
    """By FieldDefinition.key; every ticket field of the desk has an entry, None when empty."""
    cc: tuple[str, ...] = ()
    external_id: str | None = None
    satisfaction: Satisfaction | None = None
    message_count: int = 0
    """Messages after the description."""
    version: int = 1


class Message(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    ticket: int
    position: int
    """0 is the description; later ones are counted on."""
    kind: Literal["description", "reply", "note", "forward", "system"]
    author: int | None
    """None: the system."""
    public: bool
    html: str
    text: str
    channel: Channel
    created: datetime
    updated: datetime
    edited_by: int | None = None
    attachments: tuple[int, ...] = ()
    inline: tuple[int, ...] = ()
    """Attachments whose picture stands inside the HTML as `<img src="sandbox-file:NUMBER">`; a face rewrites these."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


class Person(Record, frozen=True, kw_only=True):
    name: str
    email: str | None
    other_emails: tuple[str, ...] = ()
    phone: str | None = None
    mobile: str | None = None
    twitter: str | None = None
    state: Literal["verified", "unverified", "blocked", "deleted"] = "verified"
    locale: str = "en"
    time_zone: str = "London"
    """The Rails zone name both vendors use; `iana_time_zone` is the same place."""
    iana_time_zone: str = "Europe/London"
    job_title: str | None = None
    external_id: str | None = None
    organization: int | None = None
    organizations: tuple[int, ...] = ()
    """Primary first."""
    photo: int | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    address: str | None = None
    last_login: datetime | None = None
    fields: dict[str, FieldValue] = {}


class Agent(Record, frozen=True, kw_only=True):
    name: str
    email: str
    role: Literal["admin", "agent", "light", "field"] = "agent"
    active: bool = True
    occasional: bool = False
    scope: Literal["all", "groups", "assigned"] = "all"
    groups: tuple[int, ...] = ()
    default_group: int | None = None
    phone: str | None = None
    mobile: str | None = None
    job_title: str | None = None
    signature: str | None = None
    locale: str = "en"
    time_zone: str = "London"
    iana_time_zone: str = "Europe/London"
    photo: int | None = None
    last_login: datetime | None = None


class Group(Record, frozen=True, kw_only=True):
    name: str
    description: str | None
    members: tuple[int, ...]
    """Agent numbers."""
    deleted: bool = False
    public: bool = True
    default: bool = False


class Organization(Record, frozen=True, kw_only=True):
    name: str
    description: str | None = None
    notes: str | None = None
    domains: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    health: Literal["at_risk", "doing_okay", "happy"] | None = None
    tier: Literal["basic", "premium", "enterprise"] | None = None
    industry: str | None = None
    renewal: date | None = None
    group: int | None = None
    shared_tickets: bool = False
    deleted: bool = False
    fields: dict[str, FieldValue] = {}


class Product(Record, frozen=True, kw_only=True):
    name: str
    description: str | None
    email: str
    default: bool = False


class FieldOption(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    label: str
    options: tuple[FieldOption, ...] = ()
    """The next level of a nested field."""


class FieldDefinition(Record, frozen=True, kw_only=True):
    key: str
    label: str
    type: FieldType
    on: Literal["ticket", "person", "organization"]
    description: str | None = None
    required_for_agents: bool = False
    required_to_solve: bool = False
    visible_to_people: bool = True
    editable_by_people: bool = False
    position: int
    options: tuple[FieldOption, ...] = ()
    pattern: str | None = None
    level_labels: tuple[str, ...] = ()
    """A nested field's label of each level."""
    active: bool = True


class StatusDefinition(Record, frozen=True, kw_only=True):
    key: str
    status: Status
    """The neutral word it stands under."""
    label: str
    label_for_people: str
    default: bool
    """The account's one status under its neutral word that came with the product."""
    active: bool = True


class Folder(Record, frozen=True, kw_only=True):
    """A category (no parent) or a folder at any depth below one."""

    name: str
    description: str | None
    parent: int | None
    category: int
    """Its category's number; its own for a category."""
    depth: int
    visibility: Literal["everyone", "signed_in", "agents", "organizations"]
    organizations: tuple[int, ...] = ()
    position: int
    names: dict[str, str]
    """Translated names by locale, the source locale's too."""
    descriptions: dict[str, str] = {}


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    locale: str
    title: str
    html: str
    text: str
    draft: bool
    outdated: bool
    created: datetime
    updated: datetime
    author: int


class Article(Record, frozen=True, kw_only=True):
    folder: int
    category: int
    author: int
    source_locale: str
    translations: dict[str, Translation]
    labels: tuple[str, ...]
    promoted: bool
    position: int
    up_votes: int
    down_votes: int
    views: int
    comments_disabled: bool = False
    deleted: bool = False
    attachments: tuple[int, ...] = ()
    inline: tuple[int, ...] = ()


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    name: str
    content_type: str
    inline: bool
    created: datetime
    width: int | None = None
    height: int | None = None
    ticket: int | None = None
    message: int | None = None
    article: int | None = None
    person: int | None = None


class StaleTicket(Exception):
    """A guarded update met a ticket that had moved on."""


class NoSuchRecord(LookupError):
    """A write named a record that is not there."""

"""Vendor-neutral records, as sources return them and the schema shows them.

Every record names its `helpdesk` (the operator's key) and its `remote_id` (always text: vendor ids pass 2^53).
`None` means the vendor has no value or did not send it; `detail` says which: a LISTED record may lack what a FULL one
has. `raw` is the vendor's own object, as received; `origin` is how the record came to us. Times are UTC. Records are
frozen and hold no secret.

They are packed by position (storage/codec.py): new fields go to the end, with a default, and none is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from models.enums import (
    ActorKind,
    AgentRole,
    ArticleState,
    ArticleVisibility,
    Channel,
    CommentVisibility,
    ContactState,
    CountPrecision,
    CredentialState,
    CustomFieldKind,
    DetailLevel,
    Direction,
    FilterSupport,
    FreshnessSource,
    HealthState,
    IdentityKind,
    Lifecycle,
    Provenance,
    ScanState,
    TicketPriority,
    TicketStatus,
    TicketType,
    Vendor,
)

Json = Any


class Record(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What every remote record has."""

    helpdesk: str
    remote_id: str
    remote_url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    detail: DetailLevel = DetailLevel.FULL
    as_of: datetime
    raw: Json = None
    origin: FreshnessSource = FreshnessSource.LIVE


class NativeValue(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The vendor's own word, and the label its people see where known."""

    value: str
    label: str | None = None


class NativeStatus(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    value: str
    label: str
    customer_label: str | None = None
    category: TicketStatus
    provenance: Provenance
    stops_sla: bool | None = None
    active: bool = True


class Satisfaction(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    score: str
    comment: str | None = None
    rated_at: datetime | None = None


class Sla(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    policy: str | None = None
    breached: bool | None = None
    next_target: str | None = None
    next_target_at: datetime | None = None


class FieldChoice(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    value: str
    label: str
    parent_value: str | None = None
    active: bool = True


class FieldDefinition(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A custom ticket field. `key` is what callers write: Freshdesk's cf_ name, Zendesk's numeric id as text."""

    key: str
    remote_id: str
    label: str
    kind: CustomFieldKind
    required: bool = False
    choices: tuple[FieldChoice, ...] = ()
    parent_key: str | None = None
    active: bool = True
    filterable: FilterSupport = FilterSupport.NONE
    sortable: FilterSupport = FilterSupport.NONE


class Identity(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    kind: IdentityKind
    value: str
    verified: bool | None = None
    primary: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A file at the vendor, named by where it hangs: `ticket/comment/attachment` (or `article/<id>/attachment`).

    `parent` is the remote id of its comment or article. `inline` files are shown inside the body; those that the vendor
    gives no id are named `inline-<digest of their address>`. `alt` is the picture's text in the body, if any.
    """

    helpdesk: str
    remote_id: str
    file_name: str
    content_type: str
    byte_size: int | None = None
    inline: bool = False
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    scan: ScanState = ScanState.NOT_SCANNED
    created_at: datetime | None = None

    @property
    def is_image(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() in IMAGE_TYPES


IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Organization(Record, frozen=True, kw_only=True, array_like=True):
    """`native`: Freshdesk industry, health_score, account_tier, renewal_date; Zendesk shared_tickets, shared_comments,
    group_id."""

    name: str
    domains: tuple[str, ...] = ()
    notes: str | None = None
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, Json] = {}
    native: Mapping[str, Json] = {}


class Contact(Record, frozen=True, kw_only=True, array_like=True):
    """Somebody who asks. An agent who asked is shown as a contact too, with the same remote id."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    last_active_at: datetime | None = None
    identities: tuple[Identity, ...] = ()
    state: ContactState = ContactState.UNKNOWN
    external_id: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    organization_id: str | None = None
    organization_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, Json] = {}
    avatar: Attachment | None = None


class Agent(Record, frozen=True, kw_only=True, array_like=True):
    name: str | None = None
    email: str | None = None
    active: bool = True
    available: bool | None = None
    occasional: bool | None = None
    role: AgentRole = AgentRole.UNKNOWN
    job_title: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    last_active_at: datetime | None = None


class Group(Record, frozen=True, kw_only=True, array_like=True):
    name: str
    description: str | None = None
    escalate_to_id: str | None = None
    unassigned_for_s: int | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    helpdesk: str
    remote_id: str
    name: str


class Ticket(Record, frozen=True, kw_only=True, array_like=True):
    """`version` is the vendor's own for optimistic locking. `requester` and `organization` are embedded records the
    vendor sent along, often LISTED. `body_*` is the request itself, None when the row did not carry it.
    `custom_fields` maps FieldDefinition.key to the vendor's value. `native` holds the vendor's own columns
    (FreshdeskTicketFields, ZendeskTicketFields of the schema, in snake_case). `reopens`: how often it was opened again
    after it was resolved (Zendesk)."""

    number: str
    version: str
    external_id: str | None = None
    subject: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    status: TicketStatus
    status_native: NativeStatus
    status_since: datetime | None = None
    priority: TicketPriority
    priority_native: NativeValue | None = None
    type: TicketType
    type_native: NativeValue | None = None
    channel: Channel
    channel_native: NativeValue | None = None
    tags: tuple[str, ...] = ()
    requester_id: str | None = None
    submitter_id: str | None = None
    assignee_id: str | None = None
    group_id: str | None = None
    organization_id: str | None = None
    product_id: str | None = None
    parent_id: str | None = None
    merged_into_id: str | None = None
    ccs: tuple[str, ...] = ()
    due_at: datetime | None = None
    first_response_due_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    sla: Sla | None = None
    satisfaction: Satisfaction | None = None
    custom_fields: Mapping[str, Json] = {}
    native: Mapping[str, Json] = {}
    attachments: tuple[Attachment, ...] | None = None
    requester: Contact | None = None
    organization: Organization | None = None
    first_responded_at: datetime | None = None
    reopens: int | None = None


class ActorRef(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    kind: ActorKind
    remote_id: str | None = None
    name: str | None = None
    email: str | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One message. `remote_id` is `ticket/comment`; `ticket/0` is the request itself where the vendor gives it no id.

    `attachments` is None when the row it came from does not carry them (they are then loaded with the full ticket).
    `body_html` is the vendor's, unsanitised: the schema sanitises it and points pictures at our own links.
    """

    helpdesk: str
    remote_id: str
    ticket_id: str
    author: ActorRef
    visibility: CommentVisibility
    direction: Direction
    created_at: datetime
    body_text: str
    body_html: str | None = None
    truncated: bool = False
    channel: Channel = Channel.UNKNOWN
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] | None = ()
    raw: Json = None


class CommentList(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The comments of one ticket, oldest first, from the first. `complete` is False when more were not read."""

    items: tuple[Comment, ...]
    complete: bool


class ArticleTranslation(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    locale: str
    title: str
    state: ArticleState
    outdated: bool = False
    updated_at: datetime | None = None


class Article(Record, frozen=True, kw_only=True, array_like=True):
    """`remote_id` never carries a locale; `locale` says which translation this record shows."""

    title: str
    slug: str | None = None
    body_html: str = ""
    body_text: str = ""
    state: ArticleState
    visibility: ArticleVisibility
    locale: str
    folder_id: str | None = None
    author_id: str | None = None
    labels: tuple[str, ...] = ()
    seo: Mapping[str, Json] | None = None
    views: int | None = None
    upvotes: int | None = None
    downvotes: int | None = None
    position: int | None = None
    attachments: tuple[Attachment, ...] | None = None


class ArticleFolder(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A category (level 0) or a folder below it. `remote_id` is `category-<id>`, `folder-<id>` or `section-<id>`."""

    helpdesk: str
    remote_id: str
    name: str
    level: int
    position: int | None = None
    parent_id: str | None = None
    visibility: ArticleVisibility = ArticleVisibility.PUBLIC
    description: str | None = None


class Membership(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    organization: Organization
    primary: bool


class SearchHit(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    record: Ticket | Comment | Contact | Organization | Article
    score: float | None = None
    highlights: tuple[str, ...] = ()


class Count(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    value: int
    precision: CountPrecision


class RemoteProblem(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What went wrong at the vendor, fit to be shown."""

    status: int | None = None
    code: str | None = None
    message: str | None = None
    request_id: str | None = None


class EndpointBudget(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    name: str
    limit: int | None = None
    remaining: int | None = None


class Budget(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    limit: int | None = None
    remaining: int | None = None
    window_s: int | None = None
    reset_at: datetime | None = None
    interactive_reserved: int = 0
    queued: int = 0
    endpoints: tuple[EndpointBudget, ...] = ()


class Health(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    state: HealthState
    checked_at: datetime | None = None
    latency_ms: float | None = None
    problem: RemoteProblem | None = None
    credential: CredentialState = CredentialState.VALID
    note: str | None = None


class HelpdeskInfo(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One linked account. `url` is its agents' address, never a credential."""

    key: str
    vendor: Vendor
    name: str
    url: str

"""Zendesk's own shapes, as far as we read them. Nothing but `id` is required: keys come and go without notice, and any
value may be null (README, "Decoding"). Unknown keys stay in the record's `raw`. `Any` marks what has more than one
form.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Row(Wire, frozen=True, kw_only=True):
    id: int
    url: str | None = None
    created_at: Any = None
    updated_at: Any = None


class ViaSource(Wire, frozen=True, kw_only=True):
    rel: str | None = None


class Via(Wire, frozen=True, kw_only=True):
    channel: str | int | None = None
    source: Any = None


class FieldValue(Wire, frozen=True, kw_only=True):
    id: int
    value: Any = None


class Metrics(Wire, frozen=True, kw_only=True):
    reopens: Any = None
    reply_time_in_minutes: Any = None
    reply_time_in_seconds: Any = None
    solved_at: Any = None
    status_updated_at: Any = None
    custom_status_updated_at: Any = None


class Ticket(Row, frozen=True, kw_only=True):
    external_id: str | None = None
    via: Via | None = None
    generated_timestamp: Any = None
    type: str | None = None
    subject: str | None = None
    raw_subject: str | None = None
    description: str | None = None
    priority: str | None = None
    status: str | None = None
    custom_status_id: int | None = None
    recipient: str | None = None
    requester_id: int | None = None
    submitter_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    email_cc_ids: list[int] | None = None
    problem_id: int | None = None
    has_incidents: bool | None = None
    due_at: Any = None
    tags: list[str | None] | None = None
    custom_fields: list[FieldValue] | None = None
    fields: list[FieldValue] | None = None
    satisfaction_rating: Any = None
    ticket_form_id: int | None = None
    brand_id: int | None = None
    allow_channelback: bool | None = None
    metric_set: Metrics | None = None


class Attachment(Row, frozen=True, kw_only=True):
    file_name: str | None = None
    display_file_name: str | None = None
    content_url: str | None = None
    mapped_content_url: str | None = None
    content_type: str | None = None
    size: Any = None
    width: Any = None
    height: Any = None
    inline: bool | None = None
    deleted: bool | None = None
    malware_scan_result: str | None = None
    malware_access_override: bool | None = None
    locale: str | None = None


class Comment(Row, frozen=True, kw_only=True):
    type: str | None = None
    author_id: int | None = None
    body: str | None = None
    html_body: str | None = None
    plain_body: str | None = None
    public: bool | None = None
    attachments: list[Attachment] | None = None
    via: Via | None = None


class User(Row, frozen=True, kw_only=True):
    id: int | None = None  # type: ignore[assignment]  # null only for the anonymous answer of /users/me
    name: str | None = None
    email: str | None = None
    role: str | None = None
    role_type: int | None = None
    organization_id: int | None = None
    external_id: str | None = None
    phone: str | None = None
    details: str | None = None
    notes: str | None = None
    photo: Attachment | None = None
    active: bool | None = None
    suspended: bool | None = None
    verified: bool | None = None
    locale: str | None = None
    time_zone: str | None = None
    iana_time_zone: str | None = None
    tags: list[str | None] | None = None
    user_fields: Any = None
    last_login_at: Any = None
    permanently_deleted: bool | None = None


class Organization(Row, frozen=True, kw_only=True):
    name: str | None = None
    details: str | None = None
    notes: str | None = None
    group_id: int | None = None
    external_id: str | None = None
    domain_names: list[str | None] | None = None
    tags: list[str | None] | None = None
    shared_tickets: bool | None = None
    shared_comments: bool | None = None
    organization_fields: Any = None
    deleted_at: Any = None


class Membership(Row, frozen=True, kw_only=True):
    user_id: int | None = None
    organization_id: int | None = None
    group_id: int | None = None
    default: bool | None = None


class Group(Row, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    deleted: bool | None = None


class Brand(Row, frozen=True, kw_only=True):
    name: str | None = None
    is_deleted: bool | None = None


class CustomStatus(Row, frozen=True, kw_only=True):
    status_category: str | None = None
    agent_label: str | None = None
    end_user_label: str | None = None
    active: bool | None = None
    default: bool | None = None


class FieldOption(Wire, frozen=True, kw_only=True):
    name: str | None = None
    value: Any = None


class TicketField(Row, frozen=True, kw_only=True):
    type: str | None = None
    title: str | None = None
    key: str | None = None
    active: bool | None = None
    required: bool | None = None
    custom_field_options: list[FieldOption] | None = None


class Category(Row, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    position: int | None = None
    locale: str | None = None
    html_url: str | None = None


class Section(Category, frozen=True, kw_only=True):
    category_id: int | None = None
    parent_section_id: int | None = None


class Article(Row, frozen=True, kw_only=True):
    html_url: str | None = None
    title: str | None = None
    name: str | None = None
    body: str | None = None
    locale: str | None = None
    source_locale: str | None = None
    author_id: int | None = None
    section_id: int | None = None
    user_segment_id: int | None = None
    user_segment_ids: list[int] | None = None
    draft: bool | None = None
    promoted: bool | None = None
    position: int | None = None
    vote_sum: int | None = None
    vote_count: int | None = None
    label_names: list[str | None] | None = None
    outdated: bool | None = None
    outdated_locales: list[str | None] | None = None
    snippet: str | None = None


class Translation(Row, frozen=True, kw_only=True):
    source_id: int | None = None
    html_url: str | None = None
    locale: str | None = None
    title: str | None = None
    body: str | None = None
    draft: bool | None = None
    outdated: bool | None = None


class UserSegment(Row, frozen=True, kw_only=True):
    user_type: str | None = None
    group_ids: list[int] | None = None
    organization_ids: list[int] | None = None
    tags: list[str | None] | None = None
    or_tags: list[str | None] | None = None


class Token(Wire, frozen=True, kw_only=True):
    access_token: str
    expires_in: int | float | None = None

"""The vendor's objects as they come: every key may be missing or null, unknown keys stay in the raw object.

Key sets are those of recordings of 2021 to 2025; what differs between old and new accounts is optional here. Moments
stay text until the mapping reads them, so that one odd moment is named and not a whole page lost.
"""

from __future__ import annotations

from typing import Any

import msgspec

Texts = list[str | None] | None


class File(msgspec.Struct):
    """Some samples say `file_size` where real rows say `size`; avatars have `avatar_url`."""

    id: int
    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    file_size: int | None = None
    attachment_url: str | None = None
    avatar_url: str | None = None
    created_at: str | None = None
    scan_state: str | int | None = None


class Stats(msgspec.Struct):
    first_responded_at: str | None = None
    status_updated_at: str | None = None
    resolved_at: str | None = None
    closed_at: str | None = None


class Requester(msgspec.Struct):
    id: int | None = None
    name: str | None = None
    email: str | None = None
    mobile: str | None = None
    phone: str | None = None


class CompanyName(msgspec.Struct):
    id: int | None = None
    name: str | None = None


class Ticket(msgspec.Struct):
    id: int
    subject: str | None = None
    description: str | None = None
    description_text: str | None = None
    status: int | None = None
    priority: int | None = None
    source: int | None = None
    type: str | None = None
    requester_id: int | None = None
    responder_id: int | None = None
    group_id: int | None = None
    product_id: int | None = None
    email_config_id: int | None = None
    company_id: int | None = None
    cc_emails: Texts = None
    to_emails: Texts = None
    spam: bool | None = None
    deleted: bool | None = None
    archived: bool | None = None
    fr_escalated: bool | None = None
    is_escalated: bool | None = None
    nr_escalated: bool | None = None
    due_by: str | None = None
    fr_due_by: str | None = None
    nr_due_by: str | None = None
    tags: Texts = None
    custom_fields: dict[str, Any] | None = None
    association_type: int | None = None
    associated_tickets_list: list[Any] | None = None
    attachments: list[File] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    stats: Stats | None = None
    requester: Requester | None = None
    company: CompanyName | None = None


class SearchedTickets(msgspec.Struct):
    total: int
    results: list[msgspec.Raw]


class Conversation(msgspec.Struct):
    id: int
    body: str | None = None
    body_text: str | None = None
    incoming: bool | None = None
    private: bool | None = None
    user_id: int | None = None
    source: int | None = None
    ticket_id: int | None = None
    from_email: str | None = None
    to_emails: Texts = None
    cc_emails: Texts = None
    auto_response: bool | None = None
    deleted: bool | None = None
    attachments: list[File] | None = None
    created_at: str | None = None


class Contact(msgspec.Struct):
    """`other_companies` are objects in single views and bare ids in the vendor's list sample."""

    id: int
    name: str | None = None
    email: str | None = None
    active: bool | None = None
    deleted: bool | None = None
    job_title: str | None = None
    language: str | None = None
    mobile: str | None = None
    phone: str | None = None
    time_zone: str | None = None
    twitter_id: str | int | None = None
    facebook_id: str | int | None = None
    unique_external_id: str | None = None
    company_id: int | None = None
    other_companies: list[Any] | None = None
    other_emails: Texts = None
    other_phone_numbers: list[Any] | None = None
    tags: Texts = None
    custom_fields: dict[str, Any] | None = None
    avatar: File | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Person(msgspec.Struct):
    """The contact half of an agent: its name and address live here."""

    name: str | None = None
    email: str | None = None
    job_title: str | None = None
    language: str | None = None
    time_zone: str | None = None
    phone: str | None = None
    mobile: str | None = None


class Agent(msgspec.Struct):
    id: int
    available: bool | None = None
    occasional: bool | None = None
    type: str | None = None
    deactivated: bool | None = None
    last_active_at: str | None = None
    contact: Person | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Group(msgspec.Struct):
    id: int
    name: str | None = None
    description: str | None = None
    escalate_to: int | None = None
    unassigned_for: str | None = None
    agent_ids: list[int] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Product(msgspec.Struct):
    id: int
    name: str | None = None


class Company(msgspec.Struct):
    id: int
    name: str | None = None
    note: str | None = None
    description: str | None = None
    domains: Texts = None
    custom_fields: dict[str, Any] | None = None
    health_score: str | None = None
    account_tier: str | None = None
    renewal_date: str | None = None
    industry: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Named(msgspec.Struct):
    """What autocomplete gives."""

    id: int
    name: str | None = None


class NamedCompanies(msgspec.Struct):
    companies: list[Named] = []


class NestedField(msgspec.Struct):
    id: int
    name: str
    label: str | None = None
    level: int | None = None


class TicketField(msgspec.Struct):
    """`choices` has five shapes, by `type`; the mapping tells them apart."""

    id: int
    name: str
    label: str | None = None
    type: str | None = None
    default: bool | None = None
    archived: bool | None = None
    required_for_agents: bool | None = None
    required_for_closure: bool | None = None
    choices: Any = None
    nested_ticket_fields: list[NestedField] | None = None


class Languages(msgspec.Struct):
    primary_language: str | None = None
    supported_languages: Texts = None


class Category(msgspec.Struct):
    id: int
    name: str | None = None
    description: str | None = None


class Folder(msgspec.Struct):
    """`category_id` is missing where folders are listed below their category."""

    id: int
    name: str | None = None
    description: str | None = None
    category_id: int | None = None
    parent_folder_id: int | None = None
    sub_folders_count: int | None = None
    visibility: int | None = None


class Level(msgspec.Struct):
    level: int | None = None
    type: str | None = None
    data: dict[str, Any] | None = None


class Article(msgspec.Struct):
    id: int
    title: str | None = None
    description: str | None = None
    description_text: str | None = None
    status: int | None = None
    agent_id: int | None = None
    category_id: int | None = None
    folder_id: int | None = None
    seo_data: dict[str, Any] | None = None
    tags: Texts = None
    attachments: list[File] | None = None
    thumbs_up: int | None = None
    thumbs_down: int | None = None
    hits: int | None = None
    hierarchy: list[Level] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    modified_at: str | None = None
    folder_visibility: int | None = None


class Me(msgspec.Struct):
    id: int


class Complaint(msgspec.Struct):
    field: str | None = None
    message: str | None = None
    code: str | None = None
    additional_info: dict[str, Any] | None = None


class Refusal(msgspec.Struct):
    """Both JSON shapes of an error: complaints about fields, or one code and message."""

    description: str | None = None
    errors: list[Complaint] | None = None
    code: str | None = None
    message: str | None = None

"""What kind of Freshdesk account is played: the vendor's facts that differ by account age, by plan, or by what nobody
could confirm. Each default is the likeliest reading; a client has to live with every other one too.

The control door sets single ones by `{face}.{name}`, for example `freshdesk.soft_deleted_ticket`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    # age of the account
    newer: bool = True
    """2024 and later: `nr_*`, sentiment, structured descriptions, form ids, Neo ids, `scan_state`."""
    null_arrays: bool = False
    """The e-mail lists of a ticket are null, not [] (Zammad recording of 2023)."""
    empty_stats: bool = False
    """`stats` of older tickets is {}."""
    offset_times: bool = False
    """Groups, companies, products and attachments show `+05:30` as the reference's samples do; recordings show `Z`."""
    size_key: Literal["size", "file_size"] = "size"
    nested_choices: Literal["objects", "array"] = "objects"
    """Choices of nested fields: plain objects (real accounts) or an array of single-key objects (reference)."""

    # plan
    api_access: bool = True
    """False: the free plan, where every call is refused."""
    time_entries: bool = True
    surveys: bool = True
    multilingual: bool = True
    flexible_hierarchy: bool = True
    """Subfolders. Without them `parent_folder_id`, `hierarchy` and `sub_folders_count` are not shown."""
    multiple_companies: bool = True
    customer_health: bool = True
    """health_score, account_tier, industry and renewal_date of companies."""

    # unconfirmed
    soft_deleted_ticket: Literal[200, 403, 404] = 200
    """GET of a deleted ticket: the object with `deleted: true` (reference), 403 (singer-io/tap-freshdesk PR 18),
    404."""
    archived_ticket: Literal["missing", "redirect"] = "missing"
    deleted_contact: Literal[200, 404] = 200
    agent_as_contact: Literal[200, 404] = 404
    deleted_folder: Literal[403, 404] = 403
    """scratch-l10n met 403 for deleted categories and folders."""
    contacts_updated_since: Literal["both", "updated_since", "_updated_since"] = "both"
    """Which spelling the contact list takes; the other one is refused."""
    tie_break: Literal["id", "order"] = "id"
    """Equal keys: ids ascending always, or in the direction of the order."""
    updated_since_inclusive: bool = True
    rate_headers_on_errors: bool = True
    """False: 401 and 404 come without the rate headers."""
    shared_total: bool = False
    """Calls with a bucket of their own also take from the account's total."""
    retry_after: Literal["seconds", "date", "absent"] = "seconds"
    retry_after_extra: int = 0
    """Seconds on top of the rest of the minute: scratch-l10n met waits of minutes after hammering."""
    too_many_body: Literal["json", "empty", "text", "html"] = "json"
    decimal_headers: bool = False
    """Rate headers read `100.0`, as one third-party fixture shows."""
    loose_link: bool = False
    """`< url >;rel="next"` as in some of the reference's samples."""
    list_include_cost: int = 2
    view_include_cost: int = 1
    removal_bumps: bool = True
    """Whether deleting a ticket or contact and bringing it back move its `updated_at`."""
    due_delay: int = 5
    """Seconds until `due_by` and `fr_due_by` of a new ticket are filled."""
    search_shows_removed: bool = False
    """Whether spam and deleted tickets are found."""
    search_row_tags: bool = True
    """Whether rows of a ticket search show `tags`; the reference's sample does not."""
    conversation_edit_bumps: bool = False
    """Whether editing or deleting a note moves the ticket's `updated_at`."""
    spoilt: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """What some records say wrongly: by a word of their path and id the keys that are overwritten, e.g. `{"tickets":
    {"7": {"subject": ["no", "text"]}}}`."""
    bulk_status: Literal[200, 202] = 202
    job_done: str = "COMPLETED"
    job_seconds: int = 3


OLDER = Profile(newer=False, null_arrays=True, empty_stats=True, flexible_hierarchy=False)
"""An account like the one Zammad recorded in 2023."""

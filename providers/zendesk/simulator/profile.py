"""The facts about Zendesk that no source confirms or that differ between accounts and years, as one set of switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Defaults are what most readings say; where real answers hurt a careless reader, the hurting form."""

    private_attachments: bool = True
    """Private attachments setting: without credentials the first hop answers 401; off: the token URL is public."""
    image_size: Literal["integer", "string"] = "integer"
    """`width`/`height` of attachments: text in older pages and the OpenAPI file, integers in current ones."""
    missing_links: Literal["null", "absent"] = "null"
    """Ends of a cursor list: null, or no `next`/`prev` key at all (the Ruby client's specification)."""
    next_link_after_end: bool = True
    """`links.next` is set although `meta.has_more` is false: seen in many real pages."""
    generated_timestamp: Literal["present", "absent"] = "present"
    """Absent from list, show and show_many in some years; the exports always have it."""
    created_generated_timestamp_zero: bool = True
    """A create answer says 0."""
    fields_duplicate: bool = True
    """`fields` repeats `custom_fields` (tap-zendesk); absent from some lists."""
    exhausted_cursor: Literal["null", "kept"] = "null"
    """What `after_cursor` says when an incremental poll has nothing new: null was seen."""
    overfull_export_pages: bool = True
    """An export page may hold more rows than `per_page`: rows of one second stay together."""
    incremental_withheld_seconds: int = 60
    too_recent_start: Literal["empty", "refused"] = "empty"
    """A `start_time` inside the withheld minute: an empty page, or the historic 422 StartTimeTooRecent."""
    offset_end: Literal["400", "429"] = "400"
    """Past 10,000 rows: 400, or the plain-text 429 that airbyte issue 19266 shows."""
    too_many_ids_status: int = 422
    """More than 100 ids: zenpy knows the name TooManyValues, nobody the status."""
    unknown_include: Literal["ignored", "refused"] = "ignored"
    satisfaction: Literal["object", "null", "string"] = "object"
    """`satisfaction_rating`: an object, null on plans without CSAT, a bare word in historic rows (tap-zendesk)."""
    user_list_lag_seconds: int = 30
    """`/users/{id}/tickets/*` show a new ticket 30 to 90 seconds late ('List Tickets' page)."""
    show_many_order: Literal["shuffled", "ascending"] = "shuffled"
    plan_gated: frozenset[str] = frozenset()
    """Resources the plan lacks, e.g. `satisfaction_ratings`: 403, never 404 (tap-zendesk 2.7.3)."""
    token_status: int = 201
    """The token page says 201; a client that ships takes only 200 on refresh."""
    invalid_client_status: int = 401
    access_token_seconds: int | None = 1800
    """None: a client from before 2026 whose tokens do not end."""
    refresh_token_seconds: int = 2_592_000
    untranslated_article: Literal["missing", "source"] = "missing"
    """An article shown under a locale it has no translation for: 404, or its source locale."""
    comments_per_ticket: int = 5000
    polls_per_job: int = 1
    """A job is `queued` when made, `working` at so many polls, and completed at the next."""
    description_on_update: Literal["refused", "dropped"] = "refused"
    """Historically a 422 ("description key is read-only", ZendeskApi_v2 issue 63); or dropped like any unknown key."""
    multiple_organizations: bool = True
    """Whether people may belong to several organizations: a setting of the account."""
    export_page_most: int = 1000
    """Rows an export's page has at most, whatever `per_page` says."""
    parted_seconds: bool = False
    """A time-based export cuts a page inside one second, although its next page begins with that second again: never
    seen, and no way on for a reader."""
    article_export_sideloads: Literal["given", "ignored"] = "given"
    """`include=translations` on the export of articles: no page says whether it is heard."""
    spoilt: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """What some records say wrongly: by plural name and id the keys that are overwritten, e.g. `{"tickets": {"7":
    {"subject": ["no", "text"]}}}`."""
    database_conflicts: float = 0.0
    """Share of ticket updates without `safe_update` that meet 409 DatabaseConflict (php client issue 314)."""
    account_subdomain: str = "acme"

"""The enums of models/enums.py, described. Values that a vendor adds become the enum's own UNKNOWN or OTHER; the
vendor's word always stands beside.

Imported before any type of this room: strawberry keeps the description an enum has when it first meets it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from models import enums


def _describe(enum: type[Enum], description: str, values: Mapping[str, str]) -> None:
    strawberry.enum(enum, description=description)
    definition: Any = enum.__strawberry_definition__  # type: ignore[attr-defined]
    assert {v.name for v in definition.values} == set(values), enum.__name__
    for value in definition.values:
        value.description = values[value.name]


_describe(
    enums.Vendor,
    "Whose product a helpdesk is.",
    {"FRESHDESK": "Freshdesk, by Freshworks.", "ZENDESK": "Zendesk Support and Guide."},
)
_describe(
    enums.TicketStatus,
    "Where a ticket stands, in words both vendors share. `statusDetail.native` has the helpdesk's own status and "
    "how it was "
    "mapped.",
    {
        "NEW": "Nobody has looked at it yet. Zendesk only: Freshdesk begins with OPEN.",
        "OPEN": "Waiting for an agent.",
        "PENDING": "Waiting for the customer.",
        "ON_HOLD": "Waiting for somebody else. Zendesk's hold; on Freshdesk a custom status that stands for it.",
        "RESOLVED": "Answered; a reply opens it again. Zendesk calls it solved.",
        "CLOSED": "Over for good. On Zendesk a closed ticket cannot be changed any more.",
        "UNKNOWN": "A status whose meaning we do not know; see the native one.",
    },
)
_describe(
    enums.TicketPriority,
    "How urgent a ticket is.",
    {
        "URGENT": "Highest.",
        "HIGH": "Above normal.",
        "NORMAL": "The usual. Freshdesk calls it medium.",
        "LOW": "Below normal.",
        "NONE": "No priority is set (Zendesk).",
        "UNKNOWN": "A priority we do not know; see `priorityNative`.",
    },
)
_describe(
    enums.TicketType,
    "What kind of request a ticket is.",
    {
        "QUESTION": "A question.",
        "INCIDENT": "Something is broken for somebody.",
        "PROBLEM": "The cause of incidents.",
        "TASK": "Something to be done (Zendesk).",
        "FEATURE_REQUEST": "A wish (Freshdesk).",
        "REFUND": "Money back (Freshdesk).",
        "OTHER": "A type the helpdesk's operator added; see `typeNative`.",
        "NONE": "No type is set.",
    },
)
_describe(
    enums.Channel,
    "The way a request or a message came in. `channelNative` has the vendor's word.",
    {
        "EMAIL": "By e-mail.",
        "EMAIL_OUTBOUND": "An agent wrote first, by e-mail (Freshdesk).",
        "WEB_FORM": "Through a form on a site.",
        "WIDGET": "Through a widget embedded in a site.",
        "PORTAL": "Through the helpdesk's own portal.",
        "PHONE": "By telephone.",
        "VOICEMAIL": "Left on an answering machine.",
        "CHAT": "In a live chat or messenger.",
        "SMS": "By text message.",
        "WHATSAPP": "By WhatsApp.",
        "FACEBOOK": "By a Facebook page or its messages.",
        "INSTAGRAM": "By Instagram.",
        "X": "By X, formerly Twitter.",
        "FORUM": "From a community forum.",
        "MOBILE": "From a mobile app or its SDK.",
        "API": "By a program.",
        "BOT": "By a bot.",
        "ECOMMERCE": "From a shop system.",
        "INTERNAL": "Made by agents for agents.",
        "AUTOMATION": "By a rule of the helpdesk.",
        "IMPORT": "Imported from elsewhere.",
        "OTHER": "Another way the vendor names; see the native word.",
        "UNKNOWN": "The vendor did not say.",
    },
)
_describe(
    enums.Lifecycle,
    "Whether a record is in use.",
    {
        "ACTIVE": "In use.",
        "ARCHIVED": "Put away by the helpdesk; still readable by id. Neither vendor lists archived tickets.",
        "SPAM": "Marked as spam.",
        "DELETED": "In the bin; can be restored.",
        "PURGED": "Gone for good.",
        "MERGED": "Went into another record.",
    },
)
_describe(
    enums.Provenance,
    "How a unified status was found.",
    {
        "EXACT": "The vendor's own fixed meaning.",
        "CONFIGURED": "The helpdesk's configuration says so.",
        "INFERRED": "Guessed from the label.",
        "UNMAPPED": "Not found; the status is UNKNOWN.",
    },
)
_describe(
    enums.DetailLevel,
    "How much of a record the answer it came from carries.",
    {
        "LISTED": "As a list row or an embedded record shows it: some fields may be null that its own page has.",
        "FULL": "As its own page shows it.",
    },
)
_describe(
    enums.FreshnessSource,
    "Where a record's values come from.",
    {
        "LIVE": "Asked from the helpdesk for this request, or within its short cache.",
        "WEBHOOK": "Told to us by the helpdesk.",
        "SYNC": "Copied from the helpdesk earlier.",
        "CACHE": "Remembered from an earlier request.",
    },
)
_describe(
    enums.CommentVisibility,
    "Who can read a comment.",
    {"PUBLIC": "The customer can read it.", "INTERNAL": "A note for agents; it needs the scope `notes:read`."},
)
_describe(
    enums.Direction,
    "Which way a message went.",
    {"INBOUND": "From the customer.", "OUTBOUND": "From the helpdesk, notes included."},
)
_describe(
    enums.ContactState,
    "What the helpdesk knows about a contact's address.",
    {
        "VERIFIED": "The address is confirmed (on Freshdesk: the contact is activated).",
        "UNVERIFIED": "Not confirmed yet.",
        "BLOCKED": "Blocked or suspended; their requests are not taken.",
        "UNKNOWN": "The answer did not say, as in embedded records.",
    },
)
_describe(
    enums.IdentityKind,
    "By what a contact can be recognised.",
    {
        "EMAIL": "An e-mail address.",
        "PHONE": "A telephone number.",
        "MOBILE": "A mobile number (Freshdesk).",
        "X": "An account on X.",
        "FACEBOOK": "An account on Facebook.",
        "EXTERNAL_ID": "An id in another system.",
        "OTHER": "Something else.",
    },
)
_describe(
    enums.AgentRole,
    "What an agent may do, roughly.",
    {
        "AGENT": "Works on tickets.",
        "LIGHT_AGENT": "Reads and writes notes only (Zendesk light agents, Freshdesk collaborators).",
        "ADMIN": "Also changes the helpdesk's settings.",
        "OWNER": "The account's owner.",
        "BOT": "A bot.",
        "UNKNOWN": "A role of the helpdesk's own making.",
    },
)
_describe(
    enums.CustomFieldKind,
    "What a custom field holds.",
    {
        "TEXT": "One line of text.",
        "LONG_TEXT": "Several lines of text.",
        "NUMBER": "A whole number.",
        "DECIMAL": "A number with decimals.",
        "BOOLEAN": "Yes or no.",
        "DATE": "A day.",
        "DATETIME": "A moment.",
        "CHOICE": "One of a list.",
        "MULTI_CHOICE": "Some of a list.",
        "NESTED_CHOICE": "One of a list that depends on another field's choice.",
        "REGEX": "Text of a given form (Zendesk).",
        "LOOKUP": "A reference to another record.",
        "OTHER": "A kind we do not know; `raw` has its value.",
    },
)
_describe(
    enums.ArticleState,
    "Whether an article can be read.",
    {
        "DRAFT": "Not published yet.",
        "PUBLISHED": "Published.",
        "OUTDATED": "Published, but its original has changed since.",
        "ARCHIVED": "Put away.",
    },
)
_describe(
    enums.ArticleVisibility,
    "Who can read an article or a folder.",
    {
        "PUBLIC": "Everybody.",
        "SIGNED_IN": "Whoever signed in to the portal.",
        "AGENTS": "Agents only.",
        "RESTRICTED": "Certain people only, such as some organizations or segments.",
    },
)
_describe(
    enums.ScanState,
    "Whether the helpdesk's virus scan has seen a file.",
    {
        "NOT_SCANNED": "Not scanned, or the vendor does not say (Freshdesk).",
        "CLEAN": "Scanned; nothing found.",
        "BLOCKED": "Scanned; held back by the helpdesk.",
    },
)
_describe(
    enums.FilterSupport,
    "Who can filter or sort by a field.",
    {
        "NATIVE": "The helpdesk itself, so it works live.",
        "MIRROR": "Only a copy of ours.",
        "NONE": "Nobody; asking for it is refused with UNSUPPORTED_BY_HELPDESK.",
    },
)
_describe(
    enums.HealthState,
    "Whether a helpdesk answers us.",
    {
        "UP": "It answers.",
        "DEGRADED": "It answers slowly, partly, or with little budget left.",
        "DOWN": "It does not answer, or refuses us.",
        "UNKNOWN": "Not asked yet.",
    },
)
_describe(
    enums.CredentialState,
    "Whether the helpdesk still takes our credential.",
    {
        "VALID": "It does.",
        "EXPIRING": "It does, but this kind of credential ends soon (Zendesk API tokens: 2027-04-30).",
        "REJECTED": "It refused the last call.",
        "RELINK_NEEDED": "It refuses for good: the operator has to link the account again.",
    },
)
_describe(
    enums.SourceOutcome,
    "How one helpdesk took part in a page.",
    {
        "COMPLETE": "All its matching rows can be reached.",
        "STALE": "Its rows are older than asked for.",
        "PARTIAL": "Some of its rows cannot be reached this way; see `coverage`.",
        "FAILED": "It gave no rows for this page; see `error`. Its place is kept: the next page asks it again.",
        "SKIPPED": "The filter leaves it out, so it was not asked.",
    },
)
_describe(
    enums.CountPrecision,
    "How exact a count is.",
    {
        "EXACT": "The number itself.",
        "AT_LEAST": "There may be more.",
        "ESTIMATE": "About this many.",
    },
)
_describe(
    enums.SearchKind,
    "A kind of record that can be searched.",
    {
        "TICKET": "Tickets.",
        "COMMENT": "Comments of tickets. Only a copy of ours can search them.",
        "CONTACT": "Contacts.",
        "ORGANIZATION": "Organizations.",
        "ARTICLE": "Articles of the knowledge base.",
    },
)
_describe(
    enums.OrderDirection,
    "Which end of an order comes first.",
    {"ASC": "Smallest or oldest first.", "DESC": "Largest or newest first."},
)
_describe(
    enums.TicketOrderField,
    "What tickets are ordered by. Live, every helpdesk sorts by UPDATED_AT and CREATED_AT; what else one can do is in "
    "`helpdesk { capabilities }`, the rest is refused with UNSUPPORTED_BY_HELPDESK.",
    {
        "CREATED_AT": "The moment it was made.",
        "UPDATED_AT": "The moment it last changed.",
        "DUE_AT": "The moment it is due.",
        "RESOLVED_AT": "The moment it was resolved.",
        "PRIORITY": "Its priority.",
        "STATUS": "Its status.",
        "SUBJECT": "Its subject, by letters.",
        "NUMBER": "Its number.",
        "CUSTOM_FIELD": "A custom field, named by `customField`.",
    },
)
_describe(
    enums.NullsOrder,
    "Where records without a value stand, whatever the direction.",
    {"FIRST": "Before all others.", "LAST": "After all others."},
)
_describe(
    enums.RecordOrderField,
    "What contacts, organizations and articles are ordered by in our copy. Not every kind has every field.",
    {
        "NAME": "Its name or title, by letters.",
        "CREATED_AT": "The moment it was made.",
        "UPDATED_AT": "The moment it last changed.",
        "POSITION": "Its place in its folder (articles).",
        "VIEWS": "How often it was read (articles).",
    },
)
_describe(
    enums.SearchOrder,
    "What comes first among hits.",
    {"NEWEST": "What changed last.", "RANK": "What fits best."},
)
_describe(
    enums.SyncKind,
    "What is copied from a helpdesk, each kind on its own clock.",
    {
        "TICKETS": "Tickets, with what became of deleted, merged and unwanted ones.",
        "COMMENTS": "Conversations of tickets.",
        "CONTACTS": "Contacts.",
        "ORGANIZATIONS": "Organizations.",
        "AGENTS": "Agents.",
        "GROUPS": "Groups and who is in them.",
        "ARTICLES": "The knowledge base: folders, articles, translations.",
        "FIELDS": "Custom fields, statuses and products.",
    },
)
_describe(
    enums.SyncStatus,
    "How a copy is doing.",
    {
        "NEVER_RUN": "Nothing has been copied yet.",
        "BACKFILLING": "The first full copy is being made; what is there may be answered from, with gaps.",
        "LIVE": "It keeps up with the helpdesk.",
        "BEHIND": "It is complete as of some time ago, and catching up.",
        "PAUSED": "It stopped to wait: for the operator, or for the helpdesk's rate limit.",
        "FAILED": "It cannot go on; see `lastError`.",
        "PARTIAL": "It keeps up, but some records are known to be missing; see `coverage`.",
    },
)
_describe(
    enums.ChangeOp,
    "What happened to a record.",
    {
        "CREATED": "It came into view.",
        "UPDATED": "Something of it changed; `changedFields` says what.",
        "DELETED": "It is not in use any more, or not yours to see any more: deleted, spam, or gone for good.",
        "RESTORED": "It was deleted and is back.",
        "MERGED": "It went into another record.",
    },
)
_describe(
    enums.ChangeKind,
    "A kind of record whose changes are kept.",
    {
        "TICKET": "Tickets.",
        "COMMENT": "Comments of tickets.",
        "CONTACT": "Contacts.",
        "ORGANIZATION": "Organizations.",
        "ARTICLE": "Articles of the knowledge base.",
    },
)
_describe(
    enums.StalePolicy,
    "What to do when our copy is older than asked for.",
    {
        "REFRESH": "Ask the helpdesk itself; where it cannot answer, give what there is and say so in `sources`.",
        "SERVE_AND_FLAG": "Give what there is and say so in `sources`.",
        "FAIL": "Refuse with the code STALE.",
    },
)
_describe(
    enums.TicketDimension,
    "What tickets are counted by.",
    {
        "HELPDESK": "The helpdesk; its key.",
        "STATUS": "The unified status.",
        "PRIORITY": "The unified priority.",
        "CHANNEL": "The unified channel.",
        "TYPE": "The unified type.",
        "GROUP": "The group in charge; its global id.",
        "ASSIGNEE": "The agent in charge; their global id.",
        "ORGANIZATION": "The organization; its global id.",
        "CREATED_AT": "When it was made, cut into `bucket`s.",
        "RESOLVED_AT": "When it was resolved, cut into `bucket`s; null for what is not resolved.",
    },
)
_describe(
    enums.TimeBucket,
    "How time is cut, in the zone asked for.",
    {
        "HOUR": "Hours.",
        "DAY": "Days, from midnight.",
        "WEEK": "Weeks, from Monday.",
        "MONTH": "Months of the calendar.",
    },
)
_describe(
    enums.TicketMeasure,
    "A figure over tickets. Durations are in seconds, rates from 0 to 1; null where no ticket has what is measured.",
    {
        "COUNT": "How many tickets.",
        "AVG_FIRST_RESPONSE": "From a ticket's making to the first public answer, on average, in seconds.",
        "P90_FIRST_RESPONSE": "Nine in ten had their first public answer within so many seconds.",
        "AVG_RESOLUTION": "From a ticket's making to its resolution, on average, in seconds.",
        "P90_RESOLUTION": "Nine in ten were resolved within so many seconds.",
        "RESOLUTION_RATE": "The share that is resolved or closed.",
        "SLA_BREACHED": "How many missed a target of their service level.",
        "REOPENED": "How many were opened again after they had been resolved.",
        "SATISFACTION": "The share of good ratings among all good and bad ones.",
    },
)

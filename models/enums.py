"""The words both vendors are mapped onto. Values are the public GraphQL names."""

from __future__ import annotations

from enum import StrEnum


class Vendor(StrEnum):
    FRESHDESK = "FRESHDESK"
    ZENDESK = "ZENDESK"


class Kind(StrEnum):
    """The kinds of record that have a global id; values are GraphQL type names."""

    HELPDESK = "Helpdesk"
    TICKET = "Ticket"
    COMMENT = "Comment"
    CONTACT = "Contact"
    AGENT = "Agent"
    GROUP = "Group"
    ORGANIZATION = "Organization"
    PRODUCT = "Product"
    ARTICLE = "Article"
    ARTICLE_FOLDER = "ArticleFolder"
    ATTACHMENT = "Attachment"
    IMAGE = "Image"


class TicketStatus(StrEnum):
    NEW = "NEW"
    OPEN = "OPEN"
    PENDING = "PENDING"
    ON_HOLD = "ON_HOLD"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class TicketPriority(StrEnum):
    URGENT = "URGENT"
    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class TicketType(StrEnum):
    QUESTION = "QUESTION"
    INCIDENT = "INCIDENT"
    PROBLEM = "PROBLEM"
    TASK = "TASK"
    FEATURE_REQUEST = "FEATURE_REQUEST"
    REFUND = "REFUND"
    OTHER = "OTHER"
    NONE = "NONE"


class Channel(StrEnum):
    EMAIL = "EMAIL"
    EMAIL_OUTBOUND = "EMAIL_OUTBOUND"
    WEB_FORM = "WEB_FORM"
    WIDGET = "WIDGET"
    PORTAL = "PORTAL"
    PHONE = "PHONE"
    VOICEMAIL = "VOICEMAIL"
    CHAT = "CHAT"
    SMS = "SMS"
    WHATSAPP = "WHATSAPP"
    FACEBOOK = "FACEBOOK"
    INSTAGRAM = "INSTAGRAM"
    X = "X"
    FORUM = "FORUM"
    MOBILE = "MOBILE"
    API = "API"
    BOT = "BOT"
    ECOMMERCE = "ECOMMERCE"
    INTERNAL = "INTERNAL"
    AUTOMATION = "AUTOMATION"
    IMPORT = "IMPORT"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class Lifecycle(StrEnum):
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    SPAM = "SPAM"
    DELETED = "DELETED"
    PURGED = "PURGED"
    MERGED = "MERGED"


class Provenance(StrEnum):
    """How a unified status was found: the vendor's own meaning, its configuration, a guess from its label, or none."""

    EXACT = "EXACT"
    CONFIGURED = "CONFIGURED"
    INFERRED = "INFERRED"
    UNMAPPED = "UNMAPPED"


class DetailLevel(StrEnum):
    """LISTED: as a list row or an embedded record shows it, fields may be missing. FULL: as its own page shows it."""

    LISTED = "LISTED"
    FULL = "FULL"


class FreshnessSource(StrEnum):
    LIVE = "LIVE"
    WEBHOOK = "WEBHOOK"
    SYNC = "SYNC"
    CACHE = "CACHE"


class CommentVisibility(StrEnum):
    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"


class Direction(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class ContactState(StrEnum):
    VERIFIED = "VERIFIED"
    UNVERIFIED = "UNVERIFIED"
    BLOCKED = "BLOCKED"
    UNKNOWN = "UNKNOWN"


class IdentityKind(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    MOBILE = "MOBILE"
    X = "X"
    FACEBOOK = "FACEBOOK"
    EXTERNAL_ID = "EXTERNAL_ID"
    OTHER = "OTHER"


class AgentRole(StrEnum):
    AGENT = "AGENT"
    LIGHT_AGENT = "LIGHT_AGENT"
    ADMIN = "ADMIN"
    OWNER = "OWNER"
    BOT = "BOT"
    UNKNOWN = "UNKNOWN"


class ActorKind(StrEnum):
    """Who wrote a comment, as far as the vendor says. PERSON: an id that may be a contact or an agent."""

    PERSON = "PERSON"
    CONTACT = "CONTACT"
    AGENT = "AGENT"
    AUTOMATION = "AUTOMATION"
    UNKNOWN = "UNKNOWN"


class CustomFieldKind(StrEnum):
    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    NUMBER = "NUMBER"
    DECIMAL = "DECIMAL"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"
    CHOICE = "CHOICE"
    MULTI_CHOICE = "MULTI_CHOICE"
    NESTED_CHOICE = "NESTED_CHOICE"
    REGEX = "REGEX"
    LOOKUP = "LOOKUP"
    OTHER = "OTHER"


class ArticleState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    OUTDATED = "OUTDATED"
    ARCHIVED = "ARCHIVED"


class ArticleVisibility(StrEnum):
    PUBLIC = "PUBLIC"
    SIGNED_IN = "SIGNED_IN"
    AGENTS = "AGENTS"
    RESTRICTED = "RESTRICTED"


class ScanState(StrEnum):
    NOT_SCANNED = "NOT_SCANNED"
    CLEAN = "CLEAN"
    BLOCKED = "BLOCKED"


class FilterSupport(StrEnum):
    """NATIVE: the helpdesk does it. MIRROR: only our copy can. NONE: nobody."""

    NATIVE = "NATIVE"
    MIRROR = "MIRROR"
    NONE = "NONE"


class HealthState(StrEnum):
    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


class CredentialState(StrEnum):
    VALID = "VALID"
    EXPIRING = "EXPIRING"
    REJECTED = "REJECTED"
    RELINK_NEEDED = "RELINK_NEEDED"


class SourceOutcome(StrEnum):
    COMPLETE = "COMPLETE"
    STALE = "STALE"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class CountPrecision(StrEnum):
    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    ESTIMATE = "ESTIMATE"


class SearchKind(StrEnum):
    TICKET = "TICKET"
    COMMENT = "COMMENT"
    CONTACT = "CONTACT"
    ORGANIZATION = "ORGANIZATION"
    ARTICLE = "ARTICLE"


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class TicketOrderField(StrEnum):
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    DUE_AT = "DUE_AT"
    RESOLVED_AT = "RESOLVED_AT"
    PRIORITY = "PRIORITY"
    STATUS = "STATUS"
    SUBJECT = "SUBJECT"
    NUMBER = "NUMBER"
    CUSTOM_FIELD = "CUSTOM_FIELD"


class NullsOrder(StrEnum):
    FIRST = "FIRST"
    LAST = "LAST"


class SyncKind(StrEnum):
    TICKETS = "TICKETS"
    COMMENTS = "COMMENTS"
    CONTACTS = "CONTACTS"
    ORGANIZATIONS = "ORGANIZATIONS"
    AGENTS = "AGENTS"
    GROUPS = "GROUPS"
    ARTICLES = "ARTICLES"
    FIELDS = "FIELDS"


class SyncStatus(StrEnum):
    NEVER_RUN = "NEVER_RUN"
    BACKFILLING = "BACKFILLING"
    LIVE = "LIVE"
    BEHIND = "BEHIND"
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    PARTIAL = "PARTIAL"


class ChangeOp(StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"
    MERGED = "MERGED"


class ChangeKind(StrEnum):
    TICKET = "TICKET"
    COMMENT = "COMMENT"
    CONTACT = "CONTACT"
    ORGANIZATION = "ORGANIZATION"
    ARTICLE = "ARTICLE"


class StalePolicy(StrEnum):
    """What to do when the copy is older than asked for."""

    REFRESH = "REFRESH"
    SERVE_AND_FLAG = "SERVE_AND_FLAG"
    FAIL = "FAIL"


class TicketDimension(StrEnum):
    HELPDESK = "HELPDESK"
    STATUS = "STATUS"
    PRIORITY = "PRIORITY"
    CHANNEL = "CHANNEL"
    TYPE = "TYPE"
    GROUP = "GROUP"
    ASSIGNEE = "ASSIGNEE"
    ORGANIZATION = "ORGANIZATION"
    CREATED_AT = "CREATED_AT"
    RESOLVED_AT = "RESOLVED_AT"


class TimeBucket(StrEnum):
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class TicketMeasure(StrEnum):
    COUNT = "COUNT"
    AVG_FIRST_RESPONSE = "AVG_FIRST_RESPONSE"
    P90_FIRST_RESPONSE = "P90_FIRST_RESPONSE"
    AVG_RESOLUTION = "AVG_RESOLUTION"
    P90_RESOLUTION = "P90_RESOLUTION"
    RESOLUTION_RATE = "RESOLUTION_RATE"
    SLA_BREACHED = "SLA_BREACHED"
    REOPENED = "REOPENED"
    SATISFACTION = "SATISFACTION"


class RecordOrderField(StrEnum):
    """What contacts, organizations and articles are ordered by in our copy."""

    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    POSITION = "POSITION"
    VIEWS = "VIEWS"


class SearchOrder(StrEnum):
    NEWEST = "NEWEST"
    RANK = "RANK"

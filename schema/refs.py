"""How types name each other without importing each other: to strawberry the GraphQL type, to the type checker the model
that a resolver returns for it.

Files of this room do not use `from __future__ import annotations`: strawberry reads annotations as they stand.
"""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

if TYPE_CHECKING:
    from models import records, stats, sync
    from resolvers.changes import Changes
    from resolvers.context import Principal
    from resolvers.create_ticket import CreateTicketPayload
    from resolvers.custom_fields import FieldValue
    from resolvers.helpdesks import Heartbeat
    from resolvers.paging import Connection
    from resolvers.pictures import Owner, Picture
    from resolvers.sync import SyncRequested
    from resolvers.watching import CommentAdded, TicketChanged
    from storage.quarantine import Quarantined

    HelpdeskRef = records.HelpdeskInfo
    TicketRef = records.Ticket
    CommentRef = records.Comment
    ContactRef = records.Contact
    AgentRef = records.Agent
    GroupRef = records.Group
    ProductRef = records.Product
    OrganizationRef = records.Organization
    ArticleRef = records.Article
    FolderRef = records.ArticleFolder
    AttachmentRef = records.Attachment
    ImageRef = Picture
    ImageSourceRef = Owner
    FieldDefinitionRef = records.FieldDefinition
    FieldValueRef = FieldValue
    NodeRef = Any
    ActorRef = Any
    ViewerRef = Principal
    HeartbeatRef = Heartbeat
    CreateTicketPayloadRef = CreateTicketPayload
    TicketConnectionRef = Connection[records.Ticket]
    CommentConnectionRef = Connection[records.Comment]
    AttachmentConnectionRef = Connection[records.Attachment]
    ImageConnectionRef = Connection[Picture]
    ContactConnectionRef = Connection[records.Contact]
    OrganizationConnectionRef = Connection[records.Organization] | Connection[records.Membership]
    AgentConnectionRef = Connection[records.Agent]
    GroupConnectionRef = Connection[records.Group]
    ArticleConnectionRef = Connection[records.Article]
    SearchConnectionRef = Connection[records.SearchHit]
    ChangeConnectionRef = Changes
    TicketChangeRef = TicketChanged
    CommentAddedRef = CommentAdded
    SyncStateRef = sync.SyncState
    RequestSyncPayloadRef = SyncRequested
    TicketStatsRef = stats.TicketStats
    QuarantinedConnectionRef = Connection[Quarantined]
else:

    def _lazy(name: str, file: str) -> Any:
        return Annotated[name, strawberry.lazy(f"schema.{file}")]

    HelpdeskRef = _lazy("Helpdesk", "helpdesk")
    TicketRef = _lazy("Ticket", "ticket")
    CommentRef = _lazy("Comment", "comment")
    ContactRef = _lazy("Contact", "contact")
    AgentRef = _lazy("Agent", "agent")
    GroupRef = _lazy("Group", "agent")
    ProductRef = _lazy("Product", "ticket_parts")
    OrganizationRef = _lazy("Organization", "organization")
    ArticleRef = _lazy("Article", "article")
    FolderRef = _lazy("ArticleFolder", "article")
    AttachmentRef = _lazy("Attachment", "file")
    ImageRef = _lazy("Image", "file")
    FieldDefinitionRef = _lazy("CustomFieldDefinition", "custom_field")
    FieldValueRef = _lazy("CustomFieldValue", "custom_field")
    NodeRef = _lazy("Node", "node")
    ActorRef = _lazy("Actor", "comment")
    TicketConnectionRef = _lazy("TicketConnection", "connection")
    CommentConnectionRef = _lazy("CommentConnection", "connection")
    AttachmentConnectionRef = _lazy("AttachmentConnection", "connection")
    ImageConnectionRef = _lazy("ImageConnection", "connection")
    ContactConnectionRef = _lazy("ContactConnection", "connection")
    OrganizationConnectionRef = _lazy("OrganizationConnection", "connection")
    AgentConnectionRef = _lazy("AgentConnection", "connection")
    GroupConnectionRef = _lazy("GroupConnection", "connection")
    ArticleConnectionRef = _lazy("ArticleConnection", "connection")
    SearchConnectionRef = _lazy("SearchConnection", "search")
    ViewerRef = _lazy("Viewer", "viewer")
    CreateTicketPayloadRef = _lazy("CreateTicketPayload", "payload")
    ImageSourceRef = _lazy("ImageSource", "file")
    HeartbeatRef = _lazy("Heartbeat", "helpdesk")
    ChangeConnectionRef = _lazy("ChangeConnection", "changes")
    TicketChangeRef = _lazy("TicketChange", "changes")
    CommentAddedRef = _lazy("CommentAdded", "changes")
    SyncStateRef = _lazy("SyncState", "sync")
    RequestSyncPayloadRef = _lazy("RequestSyncPayload", "sync")
    TicketStatsRef = _lazy("TicketStats", "stats")
    QuarantinedConnectionRef = _lazy("QuarantinedConnection", "sync")

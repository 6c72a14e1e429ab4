"""A small helpdesk in memory, for asking resolvers and the schema what they promise. It writes down every call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from imaging.links import FileLinks
from models.enums import (
    ActorKind,
    ArticleState,
    ArticleVisibility,
    Channel,
    CommentVisibility,
    CountPrecision,
    CustomFieldKind,
    DetailLevel,
    Direction,
    FilterSupport,
    HealthState,
    IdentityKind,
    Kind,
    Lifecycle,
    Provenance,
    SearchKind,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
    TicketType,
    Vendor,
)
from models.errors import HelpdeskError, Unsupported
from models.queries import Page, PageRequest, Row, Scope, TicketDraft, TicketQuery, WritePlan
from models.records import (
    ActorRef,
    Agent,
    Article,
    ArticleFolder,
    ArticleTranslation,
    Attachment,
    Budget,
    Comment,
    CommentList,
    Contact,
    Count,
    FieldChoice,
    FieldDefinition,
    Group,
    Health,
    HelpdeskInfo,
    Identity,
    Membership,
    NativeStatus,
    NativeValue,
    Organization,
    Product,
    Satisfaction,
    SearchHit,
    Sla,
    Ticket,
)
from providers.base import Capabilities, FieldSupport, FileStream, Provider
from providers.walking import slice_page
from resolvers.context import Principal, RequestContext
from resolvers.paging import Cursors
from runtime.clock import ManualClock
from writes import MemoryLedger

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
EMBEDS = {
    "requester": frozenset({"name", "email"}),
    "organization": frozenset({"name"}),
    "description": frozenset[str](),
    "stats": frozenset[str](),
}
PICTURE = "https://files.vendor.example/attachments/token/88?name=screen.png"


class Desk(Provider):
    """`failing`: method names that fail with the error; "*" fails everything."""

    idempotent_creates = True

    def __init__(self, key: str, vendor: Vendor, *, count: int = 5, batch: int = 100, step: int = 2) -> None:
        self.info = HelpdeskInfo(key=key, vendor=vendor, name=key.title(), url=f"https://{key}.example.com")
        self.calls: list[tuple[str, Any]] = []
        self.failing: dict[str, HelpdeskError] = {}
        self.capabilities = Capabilities(
            ticket_filters=frozenset({"status", "group"}),
            ticket_orders=frozenset({TicketOrderField.UPDATED_AT, TicketOrderField.CREATED_AT}),
            list_ceiling=None,
            search_ceiling=1000,
            batch=batch,
            search_kinds=frozenset({SearchKind.TICKET}),
            embeds=EMBEDS,
            counts=True,
            fields={
                SearchKind.TICKET: (FieldSupport(path="Ticket.status", filterable=FilterSupport.NATIVE),),
                SearchKind.CONTACT: (FieldSupport(path="Contact.name"),),
            },
        )
        offset = 0 if vendor is Vendor.FRESHDESK else 1
        self.rows = [self._ticket(n, NOW - timedelta(minutes=step * n + offset)) for n in range(1, count + 1)]

    def did(self, method: str, detail: Any = None) -> None:
        self.calls.append((method, detail))
        error = self.failing.get(method) or self.failing.get("*")
        if error is not None:
            raise error

    def asked(self, method: str) -> list[Any]:
        return [detail for name, detail in self.calls if name == method]

    def common(self, remote_id: str, at: datetime = NOW) -> dict[str, Any]:
        return {
            "helpdesk": self.info.key,
            "remote_id": remote_id,
            "remote_url": f"{self.info.url}/{remote_id}",
            "created_at": at,
            "updated_at": at,
            "as_of": NOW,
            "raw": {"id": int(remote_id)} if remote_id.isdecimal() else None,
        }

    def _ticket(self, n: int, at: datetime) -> Ticket:
        over = n % 2 == 0
        native = (
            {"source": 1, "status_code": 2, "spam": False}
            if self.info.vendor is Vendor.FRESHDESK
            else {"via_channel": "web"}
        )
        return Ticket(
            **self.common(str(n), at),
            number=str(n),
            version=str(n),
            subject=f"Ticket {n} of {self.info.key}",
            body_text=f"Request {n}",
            body_html=f'<p onclick="x()">Request {n} <img src="{PICTURE}"><img src="https://spy.example/p.gif"></p>',
            status=TicketStatus.CLOSED if over else TicketStatus.OPEN,
            status_native=NativeStatus(
                value="2", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT
            ),
            status_since=at,
            priority=TicketPriority.NORMAL,
            priority_native=NativeValue(value="2", label="Medium"),
            type=TicketType.QUESTION,
            channel=Channel.EMAIL,
            tags=("billing",),
            requester_id=str(100 + n % 3),
            submitter_id="201",
            assignee_id="201",
            group_id="301",
            organization_id="401" if n % 2 else None,
            product_id="501",
            parent_id="1" if n == 2 else None,
            ccs=("cc@example.com",),
            closed_at=at if over else None,
            resolved_at=at if over else None,
            sla=Sla(policy="Gold", breached=False),
            satisfaction=Satisfaction(score="good"),
            custom_fields={
                "cf_text": "hello",
                "cf_choice": "a",
                "cf_number": "12.50",
                "cf_date": "2026-01-02",
                "cf_on": True,
            },
            native=native,
        )

    def listed(self, ticket: Ticket, wants: frozenset[str]) -> Ticket:
        """As a list row has it."""
        requester = self.contact(ticket.requester_id or "", embedded=True) if "requester" in wants else None
        organization = None
        if "organization" in wants and ticket.organization_id:
            organization = self.organization(ticket.organization_id, embedded=True)
        return msgspec.structs.replace(
            ticket,
            detail=DetailLevel.LISTED,
            body_text=ticket.body_text if "description" in wants else None,
            body_html=ticket.body_html if "description" in wants else None,
            closed_at=ticket.closed_at if "stats" in wants else None,
            resolved_at=ticket.resolved_at if "stats" in wants else None,
            requester=requester,
            organization=organization,
        )

    def contact(self, remote_id: str, *, embedded: bool = False) -> Contact:
        full = Contact(
            **self.common(remote_id),
            name=f"Person {remote_id}",
            email=f"p{remote_id}@{self.info.key}.example.com",
            phone="+49 30 1234",
            identities=(Identity(kind=IdentityKind.EMAIL, value="x@example.com", primary=True),),
            organization_id="401",
            organization_ids=("401", "402"),
        )
        if not embedded:
            return full
        return msgspec.structs.replace(full, detail=DetailLevel.LISTED, phone=None, organization_id=None, identities=())

    def organization(self, remote_id: str, *, embedded: bool = False) -> Organization:
        detail = DetailLevel.LISTED if embedded else DetailLevel.FULL
        native = {"industry": "Travel", "renewal_date": "2026-05-01"} if self.info.vendor is Vendor.FRESHDESK else {}
        return Organization(**self.common(remote_id), name=f"Org {remote_id}", detail=detail, native=native)

    def agent(self, remote_id: str) -> Agent:
        return Agent(**self.common(remote_id), name=f"Agent {remote_id}", email=f"a{remote_id}@example.com")

    def article(self, remote_id: str, locale: str = "en") -> Article:
        return Article(
            **self.common(remote_id),
            title=f"Article {remote_id} ({locale})",
            body_html=f'<h1>Hi</h1><script>x()</script><img src="{PICTURE}">',
            body_text="Hi there, this is a text of some words that goes on",
            state=ArticleState.PUBLISHED,
            visibility=ArticleVisibility.PUBLIC,
            locale=locale,
            folder_id="folder-2",
            author_id="201",
            labels=("howto",),
            seo={"title": "T", "keywords": "a, b"},
            views=3,
        )

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        self.did("tickets", (query, page))
        unknown = (
            query.filter.names() - self.capabilities.ticket_filters - {"requester.id", "organization.id", "externalId"}
        )
        if unknown:
            raise Unsupported(f"{sorted(unknown)} cannot be filtered.", helpdesk=self.info.key)
        if query.order.field not in self.capabilities.ticket_orders:
            raise Unsupported("This order is not there.", field="order", helpdesk=self.info.key)
        rows = [t for t in self.rows if self._holds(scope, query, t)]
        rows.sort(key=lambda t: (t.updated_at, int(t.remote_id)), reverse=query.order.descending)
        return slice_page([self.listed(t, page.wants) for t in rows], page, ident=lambda t: t.remote_id)

    def _holds(self, scope: Scope, query: TicketQuery, ticket: Ticket) -> bool:
        asked = query.filter
        return (
            scope.sees_organization(self.info.key, ticket.organization_id)
            and (not asked.status or ticket.status in asked.status)
            and asked.group_id in (None, ticket.group_id)
            and asked.requester_id in (None, ticket.requester_id)
            and asked.organization_id in (None, ticket.organization_id)
            and (asked.external_id is None or ticket.external_id == asked.external_id)
        )

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        self.did("count_tickets", query)
        return Count(value=len(self.rows), precision=CountPrecision.EXACT)

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]:
        self.did("tickets_by_id", tuple(ids))
        by_id = {t.remote_id: t for t in self.rows if scope.sees_organization(self.info.key, t.organization_id)}
        return [by_id.get(i) for i in ids]

    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        self.did("comments", (tuple(t.remote_id for t in tickets), up_to))
        return [CommentList(items=self.thread(scope, t.remote_id)[:up_to], complete=up_to >= 3) for t in tickets]

    def thread(self, scope: Scope, ticket_id: str) -> tuple[Comment, ...]:
        def said(n: int, kind: ActorKind, who: str | None, visibility: CommentVisibility, **more: Any) -> Comment:
            return Comment(
                helpdesk=self.info.key,
                remote_id=f"{ticket_id}/{n}",
                ticket_id=ticket_id,
                author=ActorRef(kind=kind, remote_id=who, name=f"Name {n}"),
                visibility=visibility,
                direction=Direction.INBOUND if n == 0 else Direction.OUTBOUND,
                created_at=NOW + timedelta(minutes=n),
                body_text=f"Words {n}",
                **more,
            )

        files = (self.file(f"{ticket_id}/0/77", "report.pdf", "application/pdf"), self.file(f"{ticket_id}/0/88"))
        html = f'<p>Words <img src="{PICTURE}" alt="screen"></p>'
        items = (
            said(0, ActorKind.CONTACT, "101", CommentVisibility.PUBLIC, attachments=files, body_html=html),
            said(1, ActorKind.AGENT, "201", CommentVisibility.INTERNAL),
            said(2, ActorKind.AUTOMATION, None, CommentVisibility.PUBLIC),
        )
        return tuple(c for c in items if scope.sees_notes or c.visibility is CommentVisibility.PUBLIC)

    def file(self, remote_id: str, name: str = "screen.png", content_type: str = "image/png") -> Attachment:
        return Attachment(
            helpdesk=self.info.key, remote_id=remote_id, file_name=name, content_type=content_type, byte_size=10
        )

    async def contacts(self, scope: Scope, query: Any, page: PageRequest) -> Page[Contact]:
        self.did("contacts", query)
        return slice_page([self.contact(str(n)) for n in range(100, 103)], page, ident=lambda c: c.remote_id)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        self.did("contacts_by_id", tuple(ids))
        return [self.contact(i) if i.startswith("10") else None for i in ids]

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        self.did("contacts_by_email", tuple(emails))
        return [self.contact("101") if e.startswith("p101@") else None for e in emails]

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        self.did("actors", tuple(r.remote_id for r in refs))
        found: list[Contact | Agent | None] = []
        for ref in refs:
            id_ = ref.remote_id or ""
            found.append(self.contact(id_) if id_.startswith("10") else self.agent(id_) if id_ == "201" else None)
        return found

    async def agents(self, scope: Scope) -> Sequence[Agent]:
        self.did("agents")
        return [self.agent("201"), self.agent("202")]

    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]:
        self.did("agents_by_id", tuple(ids))
        return [self.agent(i) if i in ("201", "202") else None for i in ids]

    async def groups(self, scope: Scope) -> Sequence[Group]:
        self.did("groups")
        return [Group(**self.common("301"), name="First line", escalate_to_id="202", unassigned_for_s=1800)]

    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        self.did("group_members")
        return {"301": ("201",)}

    async def products(self, scope: Scope) -> Sequence[Product]:
        self.did("products")
        return [Product(helpdesk=self.info.key, remote_id="501", name="App")]

    async def organizations(self, scope: Scope, query: Any, page: PageRequest) -> Page[Organization]:
        self.did("organizations", query)
        return slice_page([self.organization("401"), self.organization("402")], page, ident=lambda o: o.remote_id)

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        self.did("organizations_by_id", tuple(ids))
        return [self.organization(i) if i in ("401", "402") else None for i in ids]

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        self.did("memberships", tuple(c.remote_id for c in contacts))
        both = (
            Membership(organization=self.organization("401"), primary=True),
            Membership(organization=self.organization("402"), primary=False),
        )
        return [both for _ in contacts]

    async def articles(self, scope: Scope, query: Any, page: PageRequest) -> Page[Article]:
        self.did("articles", query)
        return slice_page([self.article("601"), self.article("602")], page, ident=lambda a: a.remote_id)

    async def articles_by_id(
        self, scope: Scope, ids: Sequence[str], locale: str | None = None
    ) -> Sequence[Article | None]:
        self.did("articles_by_id", (tuple(ids), locale))
        return [
            self.article(i, locale or "en") if i.startswith("60") and locale in (None, "en", "de") else None
            for i in ids
        ]

    async def translations(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        self.did("translations", tuple(a.remote_id for a in articles))
        both = tuple(ArticleTranslation(locale=x, title=x, state=ArticleState.PUBLISHED) for x in ("en", "de"))
        return [both for _ in articles]

    async def article_attachments(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[Attachment, ...]]:
        self.did("article_attachments", tuple(a.remote_id for a in articles))
        return [(self.file(f"article/{a.remote_id}/88"),) for a in articles]

    async def article_folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        self.did("article_folders")
        key = self.info.key
        return [
            ArticleFolder(helpdesk=key, remote_id="category-1", name="General", level=0),
            ArticleFolder(helpdesk=key, remote_id="folder-2", name="Start", level=1, parent_id="category-1"),
        ]

    async def ticket_fields(self, scope: Scope) -> Sequence[FieldDefinition]:
        self.did("ticket_fields")
        kinds = {
            "cf_text": CustomFieldKind.TEXT,
            "cf_choice": CustomFieldKind.CHOICE,
            "cf_number": CustomFieldKind.DECIMAL,
            "cf_date": CustomFieldKind.DATE,
            "cf_on": CustomFieldKind.BOOLEAN,
            "cf_empty": CustomFieldKind.TEXT,
        }
        choices = (FieldChoice(value="a", label="Apple"), FieldChoice(value="b", label="Pear"))
        return [
            FieldDefinition(
                key=key,
                remote_id=key,
                label=key.upper(),
                kind=kind,
                choices=choices if kind is CustomFieldKind.CHOICE else (),
            )
            for key, kind in kinds.items()
        ]

    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]:
        self.did("statuses")
        return [NativeStatus(value="2", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)]

    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        self.did("search", (text, kinds))
        rows = tuple(Row(SearchHit(record=self.listed(t, frozenset()), score=1.0), t.remote_id) for t in self.rows[:2])
        return Page(rows=rows, more=False)

    def locate(self, url: str) -> tuple[Kind, str] | None:
        base = f"{self.info.url}/tickets/"
        return (Kind.TICKET, url.removeprefix(base)) if url.startswith(base) else None

    async def plan_ticket(self, draft: TicketDraft, marker: str) -> WritePlan:
        self.did("plan_ticket", draft)
        return WritePlan(method="POST", path="/tickets", body={"subject": draft.subject})

    async def create_ticket(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        self.did("create_ticket", plan)
        made = msgspec.structs.replace(
            self._ticket(len(self.rows) + 1, NOW), subject=plan.body["subject"], lifecycle=Lifecycle.ACTIVE
        )
        self.rows.append(made)
        return made

    async def find_ticket(self, marker: str) -> Ticket | None:
        return None

    @asynccontextmanager
    async def open_file(self, scope: Scope, remote_id: str) -> AsyncIterator[FileStream]:
        raise NotImplementedError
        yield

    async def health(self) -> Health:
        return Health(state=HealthState.UP, checked_at=NOW, latency_ms=12.0)

    def budget(self) -> Budget:
        return Budget(limit=700, remaining=690, window_s=60)

    async def aclose(self) -> None: ...


def two_desks(**more: Any) -> dict[str, Desk]:
    return {"fd": Desk("fd", Vendor.FRESHDESK, **more), "zd": Desk("zd", Vendor.ZENDESK, **more)}


def make_context(desks: Mapping[str, Desk], **more: Any) -> RequestContext:
    clock = ManualClock(NOW)
    given: dict[str, Any] = {
        "scope": Scope(tenant="t"),
        "principal": Principal(id="open"),
        "cursors": Cursors(b"k" * 32, "t"),
        "files": FileLinks([b"f" * 32], "http://localhost:8000", clock),
        "ledger": MemoryLedger(),
        "clock": clock,
        "request_id": "r-1",
    }
    return RequestContext(providers=dict(desks), **{**given, **more})

"""A helpdesk in memory that reports its changes: a list that grows, read by checkpoint. It writes down every page that
was asked for, and can be told to fail."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone, StreamSpec, Unread
from models.enums import (
    ActorKind,
    Channel,
    CommentVisibility,
    DetailLevel,
    Direction,
    Kind,
    Lifecycle,
    Provenance,
    SearchKind,
    SyncKind,
    TicketPriority,
    TicketStatus,
    TicketType,
    Vendor,
)
from models.errors import Unavailable
from models.queries import Scope, TicketQuery
from models.records import (
    ActorRef,
    Budget,
    Comment,
    CommentList,
    Contact,
    Count,
    CountPrecision,
    Group,
    HelpdeskInfo,
    NativeStatus,
    Ticket,
)
from providers.base import Capabilities
from runtime.clock import ManualClock

BEGIN = datetime(2025, 6, 1, tzinfo=UTC)
STREAMS = (
    StreamSpec(name="tickets", kind=SyncKind.TICKETS, every_s=60.0),
    StreamSpec(name="contacts", kind=SyncKind.CONTACTS, every_s=300.0),
    StreamSpec(name="groups", kind=SyncKind.GROUPS, every_s=600.0, whole=True),
)
OPEN = NativeStatus(value="open", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)


class ScriptedDesk:
    """`log` is the list of changes, oldest first: ids, or Gone, or Unread. `fail` holds what the next calls raise,
    `down` the streams that cannot be read now."""

    def __init__(self, clock: ManualClock, key: str = "desk", *, page: int = 10, batch: int = 10) -> None:
        self.info = HelpdeskInfo(key=key, vendor=Vendor.ZENDESK, name=key, url="https://desk.example")
        self.capabilities = Capabilities(
            ticket_filters=frozenset(),
            ticket_orders=frozenset(),
            list_ceiling=None,
            search_ceiling=0,
            batch=batch,
            search_kinds=frozenset(SearchKind),
        )
        self.streams: tuple[StreamSpec, ...] = STREAMS
        self.clock = clock
        self.page = page
        self.tickets_there: dict[str, Ticket] = {}
        self.contacts_there: dict[str, Contact] = {}
        self.groups_there: dict[str, Group] = {}
        self.log: list[str | Gone | Unread] = []
        self.people: list[str] = []
        self.unread_groups: tuple[Unread, ...] = ()
        self.fail: deque[BaseException] = deque()
        self.down: set[str] = set()
        self.asked: Counter[tuple[str, str | None]] = Counter()
        self.calls: list[tuple[str, Any]] = []
        self.comments_said = 2
        self.comment_errors: dict[str, Exception] = {}
        self.counted: int | None = None

    def add(self, numbers: Iterable[int], **values: Any) -> None:
        for number in numbers:
            self.put(str(number), **values)

    def put(self, ident: str, **values: Any) -> Ticket:
        """Made or changed now; the list shows it at its end."""
        now = self.clock.now()
        known = self.tickets_there.get(ident)
        made = known or Ticket(
            helpdesk=self.info.key,
            remote_id=ident,
            created_at=BEGIN + timedelta(seconds=int(ident)),
            as_of=now,
            number=ident,
            version="1",
            subject=f"Subject {ident}",
            body_text=f"Body {ident}",
            status=TicketStatus.OPEN,
            status_native=OPEN,
            priority=TicketPriority.NORMAL,
            type=TicketType.NONE,
            channel=Channel.API,
            detail=DetailLevel.FULL,
            requester_id="1",
        )
        changed = msgspec.structs.replace(made, updated_at=now, as_of=now, **values)
        self.tickets_there[ident] = changed
        self.log.append(ident)
        return changed

    def remove(self, ident: str, lifecycle: Lifecycle = Lifecycle.DELETED) -> None:
        """Told of in the list."""
        self.tickets_there.pop(ident, None)
        self.log.append(Gone(kind=Kind.TICKET, remote_id=ident, lifecycle=lifecycle, at=self.clock.now()))

    def vanish(self, ident: str) -> None:
        """Gone without a trace."""
        del self.tickets_there[ident]
        self.log = [one for one in self.log if one != ident]

    def spoil(self, ident: str) -> None:
        self.log.append(Unread(kind=Kind.TICKET, remote_id=ident, where="$.tickets[0].status", reason="not a status"))

    def person(self, ident: str, name: str) -> None:
        now = self.clock.now()
        self.contacts_there[ident] = Contact(
            helpdesk=self.info.key, remote_id=ident, name=name, created_at=BEGIN, updated_at=now, as_of=now
        )
        self.people.append(ident)

    def group(self, ident: str, name: str) -> None:
        now = self.clock.now()
        self.groups_there[ident] = Group(
            helpdesk=self.info.key, remote_id=ident, name=name, created_at=BEGIN, updated_at=now, as_of=now
        )

    @property
    def repeated(self) -> int:
        """Pages that were fetched again."""
        return sum(count - 1 for count in self.asked.values())

    async def changes(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        self.asked[stream, checkpoint] += 1
        self.calls.append((stream, checkpoint))
        if self.fail:
            raise self.fail.popleft()
        if stream in self.down:
            raise Unavailable("It is down.")
        at = int(checkpoint or 0)
        if stream == "groups":
            return self._groups(at)
        rows: Sequence[Any] = self.log if stream == "tickets" else self.people
        part = rows[at : at + self.page]
        more = at + len(part) < len(rows)
        return ChangeBatch(
            records=tuple(self._records(stream, part)),
            gone=tuple(one for one in part if isinstance(one, Gone)),
            unreadable=tuple(one for one in part if isinstance(one, Unread)),
            checkpoint=str(at + len(part)),
            more=more,
            watermark=None if more else self.clock.now(),
            expected=len(rows),
        )

    def _records(self, stream: str, part: Sequence[Any]) -> Iterable[Any]:
        there: dict[str, Any] = self.tickets_there if stream == "tickets" else self.contacts_there
        return (self._read(there[one]) for one in part if isinstance(one, str) and one in there)

    def _read(self, record: Any) -> Any:
        return msgspec.structs.replace(record, as_of=self.clock.now())

    def _groups(self, at: int) -> ChangeBatch:
        rows = sorted(self.groups_there.values(), key=lambda one: int(one.remote_id))
        part = rows[at : at + self.page]
        ended = at + len(part) >= len(rows)
        return ChangeBatch(
            records=tuple(self._read(one) for one in part),
            unreadable=() if at else self.unread_groups,
            checkpoint="0" if ended else str(at + len(part)),
            more=not ended,
            pass_ended=ended,
            watermark=self.clock.now() if ended else None,
        )

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> list[Ticket | None]:
        self.calls.append(("tickets_by_id", tuple(ids)))
        if self.fail:
            raise self.fail.popleft()
        return [self._read(found) if (found := self.tickets_there.get(one)) else None for one in ids]

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> list[Contact | None]:
        self.calls.append(("contacts_by_id", tuple(ids)))
        return [self._read(found) if (found := self.contacts_there.get(one)) else None for one in ids]

    async def comments(self, scope: Scope, tickets: Sequence[Ticket], up_to: int) -> list[CommentList | Exception]:
        self.calls.append(("comments", tuple(one.remote_id for one in tickets)))
        if self.fail:
            raise self.fail.popleft()
        return [self.comment_errors.get(one.remote_id) or self._said(one) for one in tickets]

    def _said(self, ticket: Ticket) -> CommentList:
        return CommentList(
            items=tuple(
                Comment(
                    helpdesk=self.info.key,
                    remote_id=f"{ticket.remote_id}/{number}",
                    ticket_id=ticket.remote_id,
                    author=ActorRef(kind=ActorKind.PERSON, remote_id="1"),
                    visibility=CommentVisibility.PUBLIC,
                    direction=Direction.INBOUND,
                    created_at=BEGIN + timedelta(hours=number),
                    body_text=f"comment {number} of {ticket.remote_id}",
                )
                for number in range(self.comments_said)
            ),
            complete=True,
        )

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        if self.counted is None:
            return None
        return Count(value=self.counted, precision=CountPrecision.EXACT)

    def budget(self) -> Budget:
        return Budget(limit=100, remaining=60)

"""A desk's tickets and their conversations, to read and to write.

Rules of a vendor (closed tickets are immutable, a reply reopens, what a merge says) are its face's business: the book
only keeps times, counts and versions straight.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from runtime.clock import Clock
from sandbox.base import BaseTickets
from sandbox.facts import Where
from sandbox.forms import Forms
from sandbox.listing import By, Listing, TicketQuery, seconds
from sandbox.merged import Key
from sandbox.records import NoSuchRecord, StaleTicket, Ticket
from sandbox.texts import html_and_text

EVERYTHING = Where(state="all", archived=True)
_DERIVED = {"number", "updated", "touched", "version", "created"}


class TicketBook:
    def __init__(self, base: BaseTickets, forms: Forms, clock: Clock) -> None:
        self._listing = Listing(base)
        self._base, self._forms, self._clock = base, forms, clock
        self._next = base.count + 1
        self._history: dict[int, list[Ticket]] = {}

    def get(self, number: int) -> Ticket | None:
        return self._listing.get(number)

    def many(self, numbers: Iterable[int]) -> dict[int, Ticket]:
        return {number: ticket for number in numbers if (ticket := self.get(number)) is not None}

    def page(
        self, query: TicketQuery | None = None, *, offset: int = 0, after: Key | None = None, limit: int = 100
    ) -> list[Ticket]:
        """`after` is `key()` and number of the last ticket read; `offset` counts from there."""
        query = query or TicketQuery()
        numbers = self._listing.listed(query).page(offset=offset, after=after, limit=limit, descending=query.descending)
        return [ticket for number in numbers if (ticket := self.get(number)) is not None]

    def numbers(self, query: TicketQuery) -> list[int]:
        """The whole list's, without making its tickets."""
        listed = self._listing.listed(query)
        return listed.page(limit=listed.total, descending=query.descending)

    def count(self, query: TicketQuery | None = None) -> int:
        return self._listing.listed(query or TicketQuery()).total

    def key(self, ticket: Ticket, order: By = "created", query: TicketQuery | None = None) -> Key:
        """What `after` takes: seconds, number or status rank, then the ticket's number."""
        return self._listing.key(ticket, query or TicketQuery(order=order))

    def touched(
        self, *, after: Key | None = None, since: int | None = None, until: int | None = None, limit: int = 1000
    ) -> list[Ticket]:
        """Every ticket in any state by system time, from `since` or after a key, as long as it is before `until`
        (seconds)."""
        query = TicketQuery(order="touched", where=EVERYTHING)
        if after is None and since is not None:
            after = since, -1
        page = self.page(query, after=after, limit=limit)
        return page if until is None else [ticket for ticket in page if seconds(ticket.touched) < until]

    def as_of(self, moment: datetime, query: TicketQuery, *, offset: int, limit: int) -> tuple[list[Ticket], int]:
        """A page and the count of the list as it stood at `moment`: what a lagging index or a replica shows."""
        written = self.written_by(moment)
        merged = self._listing.listed(query)
        if len(written) != len(self._listing.written) or any(
            written[number] is not ticket for number, ticket in self._listing.written.items()
        ):
            merged = self._listing.merge(msgspec.structs.replace(query, descending=False), written)
        numbers = merged.page(offset=offset, limit=limit, descending=query.descending)
        return [written.get(number) or self._base.get(number) for number in numbers], merged.total

    def written_by(self, moment: datetime) -> dict[int, Ticket]:
        """The written tickets as they stood at `moment`."""
        found = {}
        for number, versions in self._history.items():
            known = next((ticket for ticket in reversed(versions) if ticket.touched <= moment), None)
            if known is not None:
                found[number] = known
        return found

    @property
    def written(self) -> dict[int, Ticket]:
        """What was made or changed since the world began, and is still there."""
        written, gone = self._listing.written, self._listing.gone
        return {number: written[number] for number in written if number not in gone} if gone else written

    @property
    def last_number(self) -> int:
        return self._next - 1

    def now(self) -> datetime:
        return self._clock.now().astimezone(UTC).replace(microsecond=0)

    def create(
        self, *, subject: str, requester: int, html: str | None = None, text: str | None = None, **values: Any
    ) -> Ticket:
        """`values`: any of Ticket's own names. `created` may be given for imports. HTML and text are made from each
        other."""
        _own_names(values, allowed={"created"})
        moment = self.now()
        body, plain = html_and_text(html, text)
        made: dict[str, Any] = {
            "status": "open", "custom_status": "open", "priority": None, "kind": None, "channel": "api", "language":
            "en", "tags": (), "submitter": requester, "assignee": None, "group": None, "organization": None, "product":
            None, "due": None, "first_response_due": None, "created": moment, "status_changed": moment,
            "fields": {},
        }  # fmt: skip
        made |= self._with_status(values)
        made["fields"] = dict.fromkeys(field.key for field in self._forms.fields()) | made["fields"]
        if made["assignee"] is not None:
            made.setdefault("assigned", moment)
        ticket = Ticket(
            number=self._next,
            subject=subject,
            html=body,
            text=plain,
            requester=requester,
            updated=moment,
            touched=moment,
            **made,
        )
        self._next += 1
        return self._put(self._dated(ticket, None))

    def update(self, number: int, *, unless_newer_than: datetime | None = None, **changes: Any) -> Ticket:
        """Any of Ticket's own names; `fields` is merged. Moves `updated`. StaleTicket when it moved since
        `unless_newer_than`."""
        _own_names(changes)
        ticket = self._known(number)
        if unless_newer_than is not None and ticket.updated > unless_newer_than:
            raise StaleTicket(f"ticket {number} was updated at {ticket.updated.isoformat()}")
        changes = self._with_status(changes)
        if "fields" in changes:
            changes["fields"] = {**ticket.fields, **changes["fields"]}
        moment = max(self.now(), ticket.updated)
        changed = msgspec.structs.replace(
            ticket, **changes, updated=moment, touched=max(moment, ticket.touched), version=ticket.version + 1
        )
        return self._put(self._dated(changed, ticket))

    def touch(self, number: int, **changes: Any) -> Ticket:
        """A system's change: only the system time moves."""
        _own_names(changes)
        ticket = self._known(number)
        moment = max(self.now(), ticket.touched)
        return self._put(msgspec.structs.replace(ticket, **changes, touched=moment, version=ticket.version + 1))

    def delete(self, number: int) -> Ticket:
        return self.update(number, state="deleted", deleted_at=self.now())

    def restore(self, number: int) -> Ticket:
        """From the bin or from spam."""
        return self.update(number, state="live", deleted_at=None)

    def spam(self, number: int) -> Ticket:
        return self.update(number, state="spam")

    def purge(self, number: int) -> None:
        """Gone without a trace: in no list, export or search any more, and not to be had by its number."""
        self._known(number)
        self._listing.gone.add(number)
        self._listing.version += 1

    def merge(self, target: int, sources: Iterable[int]) -> list[Ticket]:
        """Closes the sources and points them at the target; the notes are the face's to add."""
        self._known(target)
        return [self.update(number, status="closed", merged_into=target) for number in sources]

    def _known(self, number: int) -> Ticket:
        ticket = self.get(number)
        if ticket is None:
            raise NoSuchRecord(f"ticket {number}")
        return ticket

    def _with_status(self, values: dict[str, Any]) -> dict[str, Any]:
        """Either status implies the other: the neutral word its default, the account's word what it stands under."""
        if "custom_status" in values:
            known = self._forms.status(values["custom_status"])
            if known is None:
                raise NoSuchRecord(f"status {values['custom_status']}")
            return values | {"status": known.status}
        return values | {"custom_status": values["status"]} if "status" in values else values

    def _dated(self, ticket: Ticket, before: Ticket | None) -> Ticket:
        """The times that follow from a change of status or assignee."""
        moment = ticket.updated
        dates: dict[str, Any] = {}
        if before is None or before.custom_status != ticket.custom_status:
            dates["status_changed"] = moment if before else ticket.status_changed
            if ticket.status in ("solved", "closed"):
                dates["solved"] = ticket.solved or moment
                dates["closed"] = (ticket.closed or moment) if ticket.status == "closed" else None
            elif before is not None and before.status in ("solved", "closed"):
                dates |= {"solved": None, "closed": None, "reopens": ticket.reopens + 1, "satisfaction": None}
        if before is not None and ticket.assignee is not None and ticket.assignee != before.assignee:
            dates["assigned"] = moment
        return msgspec.structs.replace(ticket, **dates) if dates else ticket

    def heard(self, number: int, *, by_person: bool, public: bool, answers: int = 1) -> Ticket:
        """A message was added: counts and answer times follow."""
        ticket, moment = self._known(number), self.now()
        changes: dict[str, Any] = {"message_count": ticket.message_count + answers}
        if public and by_person:
            changes["requester_responded"] = moment
        elif public:
            changes |= {"agent_responded": moment, "first_responded": ticket.first_responded or moment}
        return self.update(number, **changes)

    def _put(self, ticket: Ticket) -> Ticket:
        self._listing.written[ticket.number] = ticket
        self._listing.version += 1
        versions = self._history.setdefault(ticket.number, [])
        versions.append(ticket)
        if len(versions) > 200:
            del versions[:100]
        return ticket


def _own_names(values: dict[str, Any], *, allowed: Iterable[str] = ()) -> None:
    unknown = (set(values) - set(Ticket.__struct_fields__)) | (set(values) & (_DERIVED - set(allowed)))
    if unknown:
        raise TypeError(f"not to be set on a ticket: {', '.join(sorted(unknown))}")

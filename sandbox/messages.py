"""The conversations: computed for untouched tickets, with what was written, changed or taken away since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from runtime.clock import Clock
from sandbox.base import BaseTickets
from sandbox.records import AGENTS_END, MESSAGES_PER_TICKET, Channel, Message, NoSuchRecord
from sandbox.texts import html_and_text, to_text
from sandbox.tickets import TicketBook


class MessageBook:
    def __init__(self, base: BaseTickets, tickets: TicketBook, clock: Clock) -> None:
        self._base, self._tickets, self._clock = base, tickets, clock
        self._written: dict[int, Message | None] = {}
        """Changed and added messages by number; None: taken away."""
        self._added: dict[int, list[int]] = {}
        """Numbers added, by ticket."""

    def of(self, ticket: int) -> list[Message]:
        """Oldest first, the description at the head; empty when there is no such ticket."""
        base = self._base.messages(ticket) if self._base.has(ticket) else self._description(ticket)
        if ticket not in self._added and not any(message.number in self._written for message in base):
            return base
        every = [self._written.get(message.number, message) for message in base]
        every += [self._written[number] for number in self._added.get(ticket, ())]
        return [message for message in every if message is not None]

    def page(self, ticket: int, *, offset: int = 0, limit: int = 100, descending: bool = False) -> list[Message]:
        every = self.of(ticket)[:: -1 if descending else 1]
        return every[offset : offset + limit]

    def get(self, number: int) -> Message | None:
        if number in self._written:
            return self._written[number]
        ticket, position = divmod(number, MESSAGES_PER_TICKET)
        if self._base.has(ticket):
            return self._base.message(ticket, position)
        description = self._description(ticket)
        return description[0] if description and position == 0 else None

    def _description(self, ticket: int) -> list[Message]:
        found = self._tickets.get(ticket)
        if found is None:
            return []
        return [
            Message(
                number=ticket * MESSAGES_PER_TICKET, ticket=ticket, position=0, kind="description",
                author=found.submitter, public=True, html=found.html, text=found.text, channel=found.channel,
                created=found.created, updated=found.created, to=(self._base.support,),
            )
        ]  # fmt: skip

    def describe(self, ticket: int, **changes: object) -> Message:
        """Attachments, inline pictures or visibility of a ticket's description."""
        message = self.get(ticket * MESSAGES_PER_TICKET)
        if message is None:
            raise NoSuchRecord(f"ticket {ticket}")
        changed = msgspec.structs.replace(message, **changes)
        self._written[changed.number] = changed
        return changed

    def add(
        self,
        ticket: int,
        *,
        author: int | None,
        public: bool,
        html: str | None = None,
        text: str | None = None,
        kind: Literal["reply", "note", "forward", "system"] | None = None,
        channel: Channel = "api",
        attachments: tuple[int, ...] = (),
        inline: tuple[int, ...] = (),
        to: tuple[str, ...] = (),
        cc: tuple[str, ...] = (),
        bcc: tuple[str, ...] = (),
    ) -> Message:
        """Moves the ticket's `updated`, its counts and answer times; nothing else of it."""
        by_person = author is not None and author >= AGENTS_END
        found = self._tickets.heard(ticket, by_person=by_person, public=public)
        position = self._last_position(ticket) + 1
        body, plain = html_and_text(html, text)
        message = Message(
            number=ticket * MESSAGES_PER_TICKET + position, ticket=ticket, position=position,
            kind=kind or ("reply" if public else "note"), author=author, public=public, html=body, text=plain,
            channel=channel, created=found.updated, updated=found.updated, attachments=attachments, inline=inline,
            to=to, cc=cc, bcc=bcc,
        )  # fmt: skip
        self._written[message.number] = message
        self._added.setdefault(ticket, []).append(message.number)
        return message

    def edit(self, number: int, *, html: str, by: int | None, attachments: tuple[int, ...] | None = None) -> Message:
        """Leaves the ticket's `updated` alone, as an edited note does at a vendor."""
        message = self._known(number)
        changed = msgspec.structs.replace(
            message, html=html, text=to_text(html), updated=self._now(), edited_by=by,
            attachments=message.attachments if attachments is None else attachments,
        )  # fmt: skip
        self._written[number] = changed
        return changed

    def make_private(self, number: int) -> Message:
        changed = msgspec.structs.replace(self._known(number), public=False)
        self._written[number] = changed
        return changed

    def delete(self, number: int) -> None:
        self._known(number)
        self._written[number] = None

    def _known(self, number: int) -> Message:
        message = self.get(number)
        if message is None:
            raise NoSuchRecord(f"message {number}")
        return message

    def _last_position(self, ticket: int) -> int:
        added = self._added.get(ticket)
        if added:
            return added[-1] % MESSAGES_PER_TICKET
        base = self._base.messages(ticket) if self._base.has(ticket) else []
        return base[-1].position if base else 0

    def _now(self) -> datetime:
        return self._clock.now().astimezone(UTC).replace(microsecond=0)

"""Attachments: what each is called, what it is, and its bytes. Computed ones are made when opened, uploaded ones kept.

Numbers say where a file belongs: number % 4 is 0 for a message's, 1 for an article's, 2 for a portrait, 3 for an
upload.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from runtime.clock import Clock
from sandbox.documents import invoice_pdf, log_text, order_csv
from sandbox.knowledge import KnowledgeBook
from sandbox.messages import MessageBook
from sandbox.people import PeopleBook
from sandbox.pictures import Form, look, paint, weight
from sandbox.records import MESSAGES_PER_TICKET, Attachment, NoSuchRecord
from sandbox.rng import mix

Kind = Literal["photo", "screenshot", "portrait", "film", "webp", "log", "csv", "pdf"]
_KINDS: tuple[Kind, ...] = (
    "photo",
    "photo",
    "photo",
    "screenshot",
    "screenshot",
    "webp",
    "film",
    "log",
    "csv",
    "pdf",
    "pdf",
)
_PICTURES: dict[Kind, Form] = {
    "photo": "photo", "screenshot": "screenshot", "portrait": "portrait", "film": "film", "webp": "webp",
}  # fmt: skip
_NAMES: dict[Kind, tuple[str, ...]] = {
    "photo": ("IMG_{n}.jpg", "Foto Rückseite {n}.jpg", "写真{n}.jpg"),
    "screenshot": ("Screenshot {n}.png", "Bildschirmfoto {n}.png"),
    "portrait": ("portrait.jpg",),
    "film": ("flicker-{n}.gif",),
    "webp": ("lamp-{n}.webp",),
    "log": ("device-{n}.log", "trace #{n}.txt"),
    "csv": ("order-{n}.csv", "Übersicht {n}; final.csv"),
    "pdf": ("invoice-{n}.pdf", "Facture n°{n}.pdf"),
}
_TYPES: dict[Kind, str] = {"log": "text/plain", "csv": "text/csv", "pdf": "application/pdf"}


class FileBook:
    def __init__(
        self, seed: int, messages: MessageBook, people: PeopleBook, knowledge: KnowledgeBook, clock: Clock
    ) -> None:
        self._seed, self._messages, self._people, self._knowledge, self._clock = (
            seed,
            messages,
            people,
            knowledge,
            clock,
        )
        self._uploads: dict[int, tuple[Attachment, bytes]] = {}
        self._gone: set[int] = set()

    def get(self, number: int) -> Attachment | None:
        """What is known without making the bytes; None when no record carries it."""
        if number in self._gone:
            return None
        if number % 4 == 3:
            return self._uploads[number][0] if number in self._uploads else None
        if number % 4 == 1:
            return self._of_article(number)
        return self._portrait(number) if number % 4 == 2 else self._of_message(number)

    def data(self, number: int) -> bytes:
        if number in self._uploads and number not in self._gone:
            return self._uploads[number][1]
        if self.get(number) is None:
            raise NoSuchRecord(f"attachment {number}")
        return self._made(self._kind(number), self._luck(number))

    def size(self, number: int) -> int:
        """In bytes; remembered for computed pictures, as lists ask for it."""
        kind = self._kind(number)
        if number % 4 == 3 or kind not in _PICTURES or self.get(number) is None:
            return len(self.data(number))
        return weight(_PICTURES[kind], self._luck(number))

    def add(self, name: str, content_type: str, data: bytes, **belongs: int) -> Attachment:
        """Keeps a file; `belongs`: ticket, message, article or person. Who refers to it is the caller's to say."""
        number = (len(self._uploads) + 1) * 4 + 3
        moment = self._clock.now().astimezone(UTC).replace(microsecond=0)
        made = Attachment(number=number, name=name, content_type=content_type, inline=False, created=moment)
        self._uploads[number] = msgspec.structs.replace(made, **belongs), data
        return self._uploads[number][0]

    def assign(self, number: int, **belongs: int) -> Attachment:
        """Says where an uploaded file belongs, once its message is written."""
        made, data = self._uploads[number]
        changed = msgspec.structs.replace(made, **belongs)
        self._uploads[number] = changed, data
        return changed

    def delete(self, number: int) -> None:
        self._gone.add(number)

    def _kind(self, number: int) -> Kind:
        if number % 4 == 2:
            return "portrait"
        if number % 4 == 1 or number // 4 % 8 >= 4:
            return "screenshot" if mix(self._seed, 102, number) % 3 else "photo"
        return _KINDS[mix(self._seed, 102, number) % len(_KINDS)]

    def _luck(self, number: int) -> int:
        return mix(self._seed, 101, number)

    def _made(self, kind: Kind, luck: int) -> bytes:
        if kind in _PICTURES:
            return paint(_PICTURES[kind], luck)
        return {"log": log_text, "csv": order_csv, "pdf": invoice_pdf}[kind](luck)

    def _described(self, number: int, created: datetime, *, inline: bool, **belongs: int) -> Attachment:
        kind, luck = self._kind(number), self._luck(number)
        names = _NAMES[kind]
        shape = look(_PICTURES[kind], luck) if kind in _PICTURES else None
        made = Attachment(
            number=number,
            name=names[luck % len(names)].format(n=luck % 9000 + 1000),
            content_type=shape.content_type if shape else _TYPES[kind],
            inline=inline,
            created=created,
            width=shape.width if shape else None,
            height=shape.height if shape else None,
        )
        return msgspec.structs.replace(made, **belongs)

    def _of_message(self, number: int) -> Attachment | None:
        message = self._messages.get(number // 32)
        if message is None or number not in (*message.attachments, *message.inline):
            return None
        inline = number in message.inline
        ticket = message.number // MESSAGES_PER_TICKET
        return self._described(number, message.created, inline=inline, ticket=ticket, message=message.number)

    def _portrait(self, number: int) -> Attachment | None:
        person = self._people.get(number // 4)
        if person is None or person.photo != number:
            return None
        return self._described(number, person.created, inline=False, person=person.number)

    def _of_article(self, number: int) -> Attachment | None:
        article = self._knowledge.article(number // 32)
        if article is None or number not in (*article.attachments, *article.inline):
            return None
        return self._described(number, article.created, inline=number in article.inline, article=article.number)

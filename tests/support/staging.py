"""Two organizations of one desk, and something of everything on each side of the wall between them.

What the one may see has OURS in it, what it may never see CANARY; both have SHARED, to be searched for.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import NotFound
from models.queries import Scope
from providers.base import Provider
from runtime.clock import ManualClock
from sandbox.desk import Desk

OURS = "qxours"
CANARY = "qxcanary"
SHARED = "quagga"
MISSING = "999999999999"
OUR_BYTES = b"%PDF-1.4 ours " * 50
CANARY_BYTES = b"%PDF-1.4 canary " * 50


@dataclass(frozen=True)
class Side:
    """Sandbox numbers."""

    organization: int
    person: int
    ticket: int
    file: int
    """On a public reply."""
    note_file: int


@dataclass(frozen=True)
class Staged:
    ours: Side
    theirs: Side
    for_theirs: int
    """A ticket of ours that one of theirs has asked for; nothing in it but them is secret."""
    nobodys: int
    """A ticket of no organization."""
    between: int
    """Somebody of both organizations."""
    secret_articles: tuple[int, ...]
    article: int


def stage(clock: ManualClock, desk: Desk) -> Staged:
    ours, theirs = _side(desk, OURS, OUR_BYTES), _side(desk, CANARY, CANARY_BYTES)
    between = desk.people.create(
        f"{OURS} {SHARED} Between",
        email=f"between.{OURS}@{SHARED}.example",
        organization=theirs.organization,
        organizations=(theirs.organization, ours.organization),
    )
    stranger = desk.people.create(f"{CANARY} {SHARED} Stranger", email=f"stranger.{CANARY}@{SHARED}.example")
    nobodys = desk.tickets.create(
        subject=f"{CANARY} {SHARED} of no organization", text=f"{CANARY} {SHARED}", requester=stranger.number
    )
    friends = desk.tickets.create(
        subject="For our friends",
        text="Please help them",
        requester=theirs.person,
        organization=ours.organization,
        channel="web",
    )
    article, *secret = _articles(desk)
    clock.advance(3600)
    return Staged(ours, theirs, friends.number, nobodys.number, between.number, tuple(secret), article)


def _side(desk: Desk, word: str, data: bytes) -> Side:
    organization = desk.organizations.create(f"{SHARED} {word} GmbH", domains=(f"{word}.example",), notes=word)
    person = desk.people.create(
        f"{word} {SHARED} Person",
        email=f"person.{word}@{SHARED}.example",
        organization=organization.number,
        organizations=(organization.number,),
        external_id=f"crm-{word}",
    )
    photo = desk.files.add(f"{word}-portrait.jpg", "image/jpeg", data, person=person.number)
    desk.people.update(person.number, photo=photo.number)
    ticket = desk.tickets.create(
        subject=f"{word} {SHARED} is broken",
        text=f"{word} {SHARED} does not start",
        requester=person.number,
        organization=organization.number,
        tags=(SHARED,),
    )
    file = _message(desk, ticket.number, person.number, word, data, public=True)
    note_file = _message(desk, ticket.number, 2, CANARY, CANARY_BYTES, public=False)
    return Side(organization.number, person.number, ticket.number, file, note_file)


def _message(desk: Desk, ticket: int, author: int, word: str, data: bytes, *, public: bool) -> int:
    file = desk.files.add(f"{word}.pdf", "application/pdf", data)
    said = desk.messages.add(
        ticket,
        author=author,
        public=public,
        kind="reply" if public else "note",
        text=f"{word} {SHARED} says more",
        attachments=(file.number,),
    )
    desk.files.assign(file.number, ticket=ticket, message=said.number)
    return file.number


def _articles(desk: Desk) -> list[int]:
    """One for everybody; then one for agents, one for chosen organizations, and one that is a draft."""
    category = desk.knowledge.create_folder(f"{OURS} shelf")
    made = []
    for word, visibility, draft in (
        (OURS, "everyone", False),
        (CANARY, "agents", False),
        (CANARY, "organizations", False),
        (CANARY, "everyone", True),
    ):
        name = f"{OURS if draft else word} {visibility}{' drafts' if draft else ''}"
        folder = desk.knowledge.create_folder(name, parent=category.number, visibility=visibility)
        article = desk.knowledge.create_article(
            folder.number, title=f"{word} {SHARED} manual", html=f"<p>{word} {SHARED}</p>", author=1, draft=draft
        )
        file = desk.files.add(f"{word}-manual.pdf", "application/pdf", CANARY_BYTES, article=article.number)
        desk.knowledge.update_article(article.number, attachments=(file.number,))
        made.append(article.number)
    return made


async def read(provider: Provider, scope: Scope, remote_id: str) -> bytes | None:
    """The whole file; None when it is not there, or not the scope's to see."""
    try:
        async with provider.open_file(scope, remote_id) as file:
            return b"".join([chunk async for chunk in file.chunks])
    except NotFound:
        return None

"""Conversations: they fit their ticket, read like support, and take what is written."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.records import AGENTS_END, NoSuchRecord, StaleTicket, Ticket
from sandbox.world import World
from tests.sandbox.conftest import NOW

EVERY = TicketQuery(where=Where(state="all", archived=True))


@pytest.fixture(scope="module")
def many() -> Desk:
    return World(11, {"first": 3000}, ManualClock(NOW)).desk("first")


@pytest.fixture(scope="module")
def tickets(many: Desk) -> list[Ticket]:
    return many.tickets.page(EVERY, limit=3000)


def test_every_ticket_agrees_with_its_conversation(many: Desk, tickets: list[Ticket]) -> None:
    for ticket in tickets[::7]:
        messages = many.messages.of(ticket.number)
        head = messages[0]
        assert (head.kind, head.html, head.text, head.created) == (
            "description",
            ticket.html,
            ticket.text,
            ticket.created,
        )
        assert head.author == ticket.requester
        assert len(messages) == ticket.message_count + 1
        times = [message.created for message in messages]
        assert times == sorted(times) and times[-1] <= ticket.updated
        assert ticket.first_responded == (messages[1].created if len(messages) > 1 else None)
        assert [many.messages.get(message.number) for message in messages] == messages
        assert all(many.user(message.author) for message in messages if message.author is not None)


def test_lengths_differ_from_nothing_to_a_hundred_and_more(tickets: list[Ticket]) -> None:
    counts = Counter(ticket.message_count for ticket in tickets)
    assert counts[0] > 20 and counts[2] > 100 and any(20 < count < 41 for count in counts)
    assert 100 < max(counts) <= 121


def test_they_are_in_many_languages_with_quotes_entities_emoji_and_right_to_left(
    many: Desk, tickets: list[Ticket]
) -> None:
    html = "\n".join(message.html for ticket in tickets[::5] for message in many.messages.of(ticket.number))
    for sign in (
        'dir="rtl"',
        "<blockquote",
        "&amp;",
        "&lt;",
        "<ul><li>",
        "🎉",
        "お世話",
        "Grüße",
        "ç",
        "sandbox-file:",
    ):
        assert sign in html
    assert len({ticket.language for ticket in tickets}) > 6
    assert not re.search(r"\{\w+\}", html), "a slot was not filled"


def test_subjects_and_texts_vary(tickets: list[Ticket]) -> None:
    assert len({ticket.subject for ticket in tickets}) > 500
    assert len({ticket.text for ticket in tickets}) > 2500


def test_who_writes_and_what_is_internal(many: Desk, tickets: list[Ticket]) -> None:
    seen = Counter(
        (message.kind, message.public, message.author is not None and message.author >= AGENTS_END)
        for ticket in tickets[::3]
        for message in many.messages.of(ticket.number)
    )
    assert (
        seen["reply", True, True]
        and seen["reply", True, False]
        and seen["note", False, False]
        and seen["note", True, False]
    )
    assert seen["system", True, False] and seen["forward", True, False]
    assert not seen["note", False, True]


def test_the_base_has_deleted_spam_merged_archived_and_agents_who_ask(many: Desk, tickets: list[Ticket]) -> None:
    states = Counter(ticket.state for ticket in tickets)
    assert 0 < states["deleted"] < 150 and 0 < states["spam"] < 150
    merged = [ticket for ticket in tickets if ticket.merged_into]
    assert merged and all(ticket.status == "closed" for ticket in merged)
    assert all(many.tickets.get(ticket.merged_into or 0) for ticket in merged)
    assert f"#{merged[0].merged_into}" in many.messages.of(merged[0].number)[-1].text
    for ticket in tickets:
        if ticket.archived:
            assert ticket.status == "closed" and ticket.updated < NOW - timedelta(days=120)
    assert any(ticket.archived for ticket in tickets)
    assert any(ticket.requester < AGENTS_END for ticket in tickets)
    assert any(ticket.organization is None for ticket in tickets)


def test_a_written_ticket_and_its_conversation(desk: Desk, clock: ManualClock) -> None:
    made = desk.tickets.create(
        subject="Hi", requester=1003, html="<p>One &amp; two</p>", fields={"vip": True}, status="new"
    )
    assert made.text == "One & two" and made.fields["vip"] is True and made.fields["plan"] is None
    assert made.created == made.updated == NOW and desk.messages.of(made.number)[0].html == made.html
    clock.advance(30)
    reply = desk.messages.add(made.number, author=2, public=True, text="Hello\n\n- a", cc=("x@y.example",))
    note = desk.messages.add(made.number, author=2, public=False, html="<b>n</b>")
    after = desk.tickets.get(made.number)
    assert after and (after.message_count, after.updated) == (2, NOW + timedelta(seconds=30))
    assert after.first_responded == after.agent_responded == reply.created and after.requester_responded is None
    assert desk.messages.of(made.number)[1:] == [reply, note] and reply.html.count("<li>") == 1
    edited = desk.messages.edit(note.number, html="<i>changed</i>", by=3)
    assert (edited.text, edited.edited_by) == ("changed", 3) and desk.tickets.get(made.number) == after
    assert desk.messages.make_private(reply.number).public is False
    desk.messages.delete(note.number)
    assert [message.number for message in desk.messages.of(made.number)[1:]] == [reply.number]
    with pytest.raises(NoSuchRecord):
        desk.messages.edit(note.number, html="x", by=None)
    assert desk.messages.of(10**9) == [] and desk.messages.get(-5) is None


def test_messages_are_added_to_computed_conversations_too(desk: Desk) -> None:
    before = desk.messages.of(800)
    added = desk.messages.add(800, author=None, public=False, text="system says", kind="system")
    assert desk.messages.of(800) == [*before, added]
    desk.messages.delete(before[0].number + 1)
    assert len(desk.messages.page(800, limit=500)) == len(before)
    assert desk.messages.page(800, descending=True, limit=1) == [added]


def test_status_times_follow(desk: Desk, clock: ManualClock) -> None:
    number = desk.tickets.create(subject="s", requester=1003, text="t", status="open").number
    clock.advance(10)
    solved = desk.tickets.update(number, custom_status="solved", assignee=4)
    assert (
        solved.solved == solved.assigned == solved.status_changed == NOW + timedelta(seconds=10)
        and solved.closed is None
    )
    clock.advance(10)
    again = desk.tickets.update(number, status="open")
    assert (again.solved, again.reopens, again.custom_status) == (None, 1, "open")
    waiting = desk.tickets.update(number, custom_status="waiting_on_customer")
    assert waiting.status == "pending"
    closed = desk.tickets.update(number, status="closed")
    assert closed.closed == closed.solved == closed.updated
    with pytest.raises(NoSuchRecord):
        desk.tickets.update(number, custom_status="no such")
    with pytest.raises(TypeError, match="version"):
        desk.tickets.update(number, version=9)
    with pytest.raises(StaleTicket):
        desk.tickets.update(number, unless_newer_than=NOW, subject="late")
    assert desk.tickets.update(number, unless_newer_than=closed.updated, subject="in time").subject == "in time"


def test_the_bin_spam_and_merging(desk: Desk) -> None:
    live = TicketQuery()
    count = desk.tickets.count(live)
    first, second, third = desk.tickets.page(TicketQuery(descending=True), limit=3)
    assert desk.tickets.delete(first.number).deleted_at is not None
    desk.tickets.spam(second.number)
    assert desk.tickets.count(live) == count - 2
    assert first.number in [t.number for t in desk.tickets.page(TicketQuery(where=Where(state="deleted")), limit=99)]
    assert desk.tickets.restore(first.number).deleted_at is None
    desk.tickets.restore(second.number)
    assert desk.tickets.count(live) == count
    merged = desk.tickets.merge(third.number, [first.number])
    assert merged[0].merged_into == third.number and merged[0].status == "closed"
    with pytest.raises(NoSuchRecord):
        desk.tickets.merge(10**9, [first.number])

"""What happens to a helpdesk: a busy hour, one step at a time; or a bulk edit of many tickets in one second."""

from __future__ import annotations

from sandbox.clocks import SandboxClock
from sandbox.desk import Desk
from sandbox.listing import TicketQuery
from sandbox.records import AGENTS_END
from sandbox.rng import mix, pick
from sandbox.stories import ENGLISH, NOTES


def busy_step(desk: Desk, seed: int, step: int) -> int:
    """One change; answers the number of the ticket it was done to."""
    luck = mix(seed, 91, step)
    number = _chosen(desk, luck)
    if number is None or luck % 100 < 12:
        return _created(desk, luck)
    ticket = desk.tickets.get(number)
    assert ticket is not None
    turn = luck % 100
    if ticket.state != "live":
        return desk.tickets.restore(number).number
    if turn < 40:
        answer = pick(ENGLISH.follow_ups, luck, 1).format(code=luck % 9000)
        desk.messages.add(number, author=ticket.requester, public=True, text=answer, channel=ticket.channel)
    elif turn < 55:
        desk.messages.add(number, author=luck % 12 + 1, public=False, text=pick(NOTES, luck, 2), channel="web")
    elif turn < 75:
        desk.tickets.update(number, status=pick(("open", "pending", "solved"), luck, 3), assignee=luck % 12 + 1)
    elif turn < 88:
        desk.tickets.update(
            number, priority=pick(("low", "normal", "high", "urgent"), luck, 4), fields={"vip": luck % 2 == 0}
        )
    elif turn < 95:
        desk.tickets.touch(number)
    elif turn < 98:
        desk.tickets.delete(number)
    else:
        desk.tickets.spam(number)
    return number


def bulk_edit(desk: Desk, count: int, clock: SandboxClock) -> int:
    """So many listed tickets are changed in one second, those not updated for longest; answers how many there were.

    While it happens time stands still, unless somebody has stopped it already.
    """
    chosen = desk.tickets.page(TicketQuery(order="updated"), limit=count)
    running = not clock.frozen
    if running:
        clock.freeze()
    for ticket in chosen:
        desk.tickets.update(ticket.number, tags=tuple(sorted({*ticket.tags, "bulk"})))
    if running:
        clock.thaw()
    return len(chosen)


def _chosen(desk: Desk, luck: int) -> int | None:
    """Mostly one of the newest thousand, now and then any; none that is closed and gone to the archive."""
    last = desk.tickets.last_number
    for attempt in range(20):
        among = min(last, 1000) if luck % 4 else last
        number = last - mix(luck, 5, attempt) % among if among else 0
        ticket = desk.tickets.get(number)
        if ticket is not None and not ticket.archived and ticket.status != "closed":
            return number
    return None


def _created(desk: Desk, luck: int) -> int:
    requester = AGENTS_END + mix(luck, 6) % min(50, desk.people.count())
    person = desk.people.get(requester)
    assert person is not None
    story = pick(ENGLISH.stories, luck, 7)
    slots = {
        "order": "GB-100200",
        "item": "Halo Mini",
        "serial": "SN1",
        "amount": "20 €",
        "day": "1.2.",
        "code": str(luck % 9000),
    }
    made = desk.tickets.create(
        subject=pick(story.subjects, luck, 8).format(**slots),
        text=pick(story.openings, luck, 9).format(**slots),
        requester=requester,
        organization=person.organization,
        channel=pick(("email", "web", "chat"), luck, 10),
        priority="normal",
        status="new",
    )
    return made.number

"""A search sees the desk as it was a lag ago, counts exactly where it can, and says where it cannot."""

from datetime import timedelta

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.search import SCANNED
from sandbox.world import World
from tests.sandbox.conftest import NOW

NEWEST = TicketQuery(descending=True)
LAG = timedelta(seconds=30)


def test_a_new_ticket_and_a_change_are_found_only_after_the_lag(desk: Desk, clock: ManualClock) -> None:
    clock.advance(100)
    before = desk.search.tickets(NEWEST, lag=LAG)
    made = desk.tickets.create(subject="Fresh", requester=1001, text="x", priority="urgent")
    changed = desk.tickets.update(before.rows[3].number, subject="Changed")
    clock.advance(29)
    assert desk.search.tickets(NEWEST, lag=LAG) == before
    assert [ticket.number for ticket in desk.search.tickets(NEWEST).rows[:1]] == [made.number]
    clock.advance(1)
    found = desk.search.tickets(NEWEST, lag=LAG)
    assert found.total == before.total + 1 and found.rows[0] == made and changed in found.rows


def test_the_lag_sees_each_state_between_two_writes(desk: Desk, clock: ManualClock) -> None:
    number = desk.search.tickets(NEWEST).rows[0].number
    for place in range(5):
        clock.advance(10)
        desk.tickets.update(number, subject=f"state {place}")
    clock.advance(5)
    seen = [
        desk.search.tickets(NEWEST, lag=timedelta(seconds=lag)).rows[0].subject for lag in (0, 5, 6, 15, 16, 26, 46)
    ]
    assert seen[:6] == ["state 4", "state 4", "state 3", "state 3", "state 2", "state 1"]
    assert not seen[6].startswith("state")


def test_conditions_on_facts_are_counted_exactly_among_millions(clock: ManualClock) -> None:
    desk = World(7, {"first": 2_000_000}, clock).desk("first")
    urgent = TicketQuery(where=Where(priority=frozenset({"urgent"}), archived=True), descending=True)
    others = TicketQuery(where=Where(test=lambda facts: facts.priority != "urgent", archived=True))
    found = desk.search.tickets(urgent, offset=990, limit=10)
    assert found.exact and found.total > 50_000 and all(ticket.priority == "urgent" for ticket in found.rows)
    assert found.total + desk.tickets.count(others) == desk.tickets.count(TicketQuery(where=Where(archived=True)))


def test_words_are_looked_for_in_whole_tickets_and_an_estimate_says_so(clock: ManualClock) -> None:
    small, large = (World(7, {"first": size}, clock).desk("first") for size in (600, 60_000))
    everything = TicketQuery(where=Where(archived=True), descending=True)
    wanted = [ticket for ticket in small.tickets.page(everything, limit=999) if "parcel" in ticket.text]
    found = small.search.tickets(everything, match=lambda ticket: "parcel" in ticket.text)
    assert found.exact and found.rows == wanted[:100] and found.total == len(wanted) > 5
    guess = large.search.tickets(everything, match=lambda ticket: ticket.priority == "high", limit=5)
    true = large.tickets.count(TicketQuery(where=Where(archived=True, priority=frozenset({"high"}))))
    assert not guess.exact and abs(guess.total - true) < true * 0.1
    assert large.tickets.count(everything) > SCANNED


def test_people_organizations_and_articles(desk: Desk, clock: ManualClock) -> None:
    clock.advance(100)
    made = desk.people.create("Zelda Zoom", email="zelda@zoom.example")
    assert desk.search.people(lambda person: person.name == "Zelda Zoom", lag=LAG) == []
    clock.advance(30)
    assert desk.search.people(lambda person: person.name == "Zelda Zoom", lag=LAG) == [made]
    assert len(desk.search.organizations(lambda _: True)) == desk.organizations.count()
    hits = desk.search.articles("wi-fi lamp")
    assert hits and hits[0][0].translations["en"].title == "Connect your lamp to Wi-Fi"
    assert all(told == "de" for _, told in desk.search.articles("lampe", locale="de"))
    drafts = [a for a in desk.knowledge.articles() if a.translations["en"].draft]
    assert drafts and not any(article == drafts[0] and told == "en" for article, told in desk.search.articles(""))
    assert clock.now() > NOW

"""Deleted, spam, brought back, gone for good: whether or not the vendor moves `updated_at` for it."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ContactState, Kind, Lifecycle
from providers.freshdesk.changes_removed import DAY_S, MOST_KNOWN, packed, unpacked
from providers.freshdesk.simulator import ADMIN, Profile
from providers.freshdesk.simulator.ids import Base
from tests.providers.freshdesk.reader import Copy, Desk

TICKETS = ("tickets", "tickets-deleted", "tickets-spam")
CONTACTS = ("contacts", "contacts-deleted", "contacts-blocked")


async def asked(desk: Desk, method: str, path: str) -> None:
    async with httpx.AsyncClient(transport=desk.transport, auth=(ADMIN.secret, "X")) as client:
        answer = await client.request(method, f"http://127.0.0.1/freshdesk/api/v2/{path}")
    assert answer.status_code == 204, answer.text


def a_day_later(desk: Desk) -> None:
    desk.clock.advance(DAY_S + 60)


@pytest.mark.parametrize("bumps", [True, False])
@pytest.mark.parametrize("shown", [200, 403, 404])
async def test_tickets_change_their_lifecycle(desk_of, bumps, shown):
    """Where nothing moves `updated_at`, a day later."""
    desk = desk_of(120, Profile(removal_bumps=bumps, soft_deleted_ticket=shown))
    restored, *old = sorted(desk.ids("live"), key=int)[:4]
    desk.company.tickets.delete(int(restored))
    copy = Copy(desk.provider)
    await copy.catch_up(*TICKETS)
    desk.clock.advance(60)
    for ident in old[:2]:
        await asked(desk, "DELETE", f"tickets/{ident}")
    desk.company.tickets.spam(int(old[2]))
    await asked(desk, "PUT", f"tickets/{restored}/restore")
    if not bumps:
        await copy.catch_up(*TICKETS)
        assert copy.of(Kind.TICKET)[old[0]].lifecycle is Lifecycle.ACTIVE
        a_day_later(desk)
    await copy.catch_up(*TICKETS)
    assert copy.ids(Kind.TICKET, Lifecycle.ACTIVE) == desk.ids("live")
    assert copy.ids(Kind.TICKET, Lifecycle.DELETED) == desk.ids("deleted") >= set(old[:2])
    assert copy.ids(Kind.TICKET, Lifecycle.SPAM) == desk.ids("spam") >= {old[2]}
    assert not copy.gone
    assert copy.of(Kind.TICKET)[restored].lifecycle is Lifecycle.ACTIVE


async def test_the_bin_empties_itself(desk_of):
    desk = desk_of(300)
    copy = Copy(desk.provider)
    await copy.catch_up(*TICKETS)
    binned = sorted(desk.ids("deleted"), key=int)
    for ident in binned[:3]:
        desk.company.tickets.purge(int(ident))
    await copy.catch_up(*TICKETS)
    assert set(binned) <= copy.ids(Kind.TICKET)
    a_day_later(desk)
    await copy.catch_up(*TICKETS)
    assert {(key, one.lifecycle) for key, one in copy.gone.items()} == {
        ((Kind.TICKET, ident), Lifecycle.PURGED) for ident in binned[:3]
    }
    assert copy.ids(Kind.TICKET, Lifecycle.DELETED) == set(binned[3:])


async def test_what_our_key_may_not_see_is_not_gone(desk_of):
    desk = desk_of(300, Profile(soft_deleted_ticket=403))
    copy = Copy(desk.provider)
    await copy.catch_up(*TICKETS)
    ident = min(desk.ids("deleted"), key=int)
    desk.company.tickets.purge(int(ident))
    desk.controls.faults.add({"kind": "status", "path": f"/api/v2/tickets/{ident}", "status": 403})
    a_day_later(desk)
    await copy.catch_up(*TICKETS)
    assert not copy.gone and copy.of(Kind.TICKET)[ident].lifecycle is Lifecycle.DELETED


async def test_many_that_left_are_looked_up_a_few_at_a_time_from_any_checkpoint(desk_of):
    desk = desk_of(300, Profile(removal_bumps=False))
    book = desk.company.tickets
    for ident in sorted(desk.ids("live"), key=int)[:70]:
        book.delete(int(ident))
    copy = Copy(desk.provider)
    await copy.catch_up(*TICKETS)
    for ident in sorted(desk.ids("deleted"), key=int)[:50]:
        book.touch(int(ident), state="live", deleted_at=None)
    a_day_later(desk)
    readers = [copy]
    while (await copy.take("tickets-deleted")).more:
        readers.append(copy.again())
    assert len(readers) == 6
    for reader in readers:
        await reader.catch_up("tickets-deleted")
        assert reader.ids(Kind.TICKET, Lifecycle.ACTIVE) == desk.ids("live")
        assert reader.ids(Kind.TICKET, Lifecycle.DELETED) == desk.ids("deleted")


@pytest.mark.parametrize("bumps", [True, False])
async def test_contacts_are_deleted_blocked_and_brought_back(desk_of, bumps):
    desk = desk_of(400, Profile(removal_bumps=bumps))
    people = desk.company.people
    copy = Copy(desk.provider)
    await copy.catch_up(*CONTACTS)
    assert copy.ids(Kind.CONTACT, Lifecycle.DELETED) == desk.people("deleted")
    blocked = {one for one, held in copy.of(Kind.CONTACT).items() if held.state is ContactState.BLOCKED}
    assert blocked == desk.people("blocked") != set()
    active = sorted(desk.people("verified") - {str(Base.USER.id(one.number)) for one in desk.company.staff.agents()})
    bin_of = sorted(desk.people("deleted"))
    desk.clock.advance(60)
    await asked(desk, "DELETE", f"contacts/{active[0]}")
    await asked(desk, "PUT", f"contacts/{bin_of[0]}/restore")
    await asked(desk, "DELETE", f"contacts/{bin_of[1]}/hard_delete")
    people.update(int(active[1]) - Base.USER, state="blocked")
    people.update(int(min(blocked)) - Base.USER, state="verified")
    await copy.catch_up(*CONTACTS)
    a_day_later(desk)
    await copy.catch_up(*CONTACTS)
    held = copy.of(Kind.CONTACT)
    assert held[active[0]].lifecycle is Lifecycle.DELETED and held[bin_of[0]].lifecycle is Lifecycle.ACTIVE
    assert held[active[1]].state is ContactState.BLOCKED
    assert held[min(blocked)].state is not ContactState.BLOCKED
    assert copy.gone[Kind.CONTACT, bin_of[1]].lifecycle is Lifecycle.PURGED and bin_of[1] not in held


async def test_a_company_that_is_deleted_is_missing_from_the_whole_list(desk_of):
    desk = desk_of(400)
    copy = Copy(desk.provider)
    firms = ("organizations", "organizations-updated")
    await copy.catch_up(*firms)
    book = desk.company.organizations
    removed, changed, *_ = book.page(limit=10)
    desk.clock.advance(60)
    book.delete(removed.number)
    book.update(changed.number, notes="Pays late")
    made = book.create("Brand New Ltd")
    await copy.catch_up("organizations-updated")
    assert copy.of(Kind.ORGANIZATION)[str(Base.COMPANY.id(changed.number))].notes == "Pays late"
    assert str(Base.COMPANY.id(made.number)) in copy.of(Kind.ORGANIZATION)
    await copy.catch_up(*firms)
    assert str(Base.COMPANY.id(removed.number)) not in copy.of(Kind.ORGANIZATION)


async def test_a_contact_hard_deleted_takes_its_tickets_along(desk_of):
    """The face's: no list shows them any more, and no path."""
    desk = desk_of(120)
    ticket = desk.company.tickets.get(int(max(desk.ids("live"), key=int)))
    await asked(desk, "DELETE", f"contacts/{Base.USER.id(ticket.requester)}/hard_delete?force=true")
    assert desk.company.tickets.get(ticket.number) is None
    copy = Copy(desk.provider)
    await copy.catch_up()
    assert str(ticket.number) not in copy.ids(Kind.TICKET)
    assert str(Base.USER.id(ticket.requester)) not in copy.ids(Kind.CONTACT)


@given(idents=st.sets(st.integers(1, 2**63), max_size=60))
def test_ids_are_packed_and_unpacked(idents):
    assert unpacked(packed(idents)) == idents


def test_only_the_newest_ids_are_kept_and_they_are_small():
    assert min(unpacked(packed(range(1, 30_001)))) == 30_001 - MOST_KNOWN
    assert len(packed(range(1, 30_001))) < 30_000
    assert unpacked("") == set()

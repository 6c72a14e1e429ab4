"""What is out of use has lists of its own; and records that say something wrong, when asked for."""

from __future__ import annotations

import httpx
import pytest

from sandbox.facts import Where
from sandbox.listing import TicketQuery

EVER = "updated_since=1970-01-01T00:00:00Z&order_by=updated_at&order_type=asc&per_page=100"


async def ids(client: httpx.AsyncClient, query: str) -> list[int]:
    answer = await client.get(f"/tickets?{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()]


@pytest.mark.parametrize("state", ["deleted", "spam"])
async def test_these_lists_take_updated_since_and_an_order(house, client, state) -> None:
    """singer-io/tap-freshdesk reads them with bookmarks."""
    known = house.desk.tickets.page(TicketQuery(order="updated", where=Where(state=state)))
    assert await ids(client, f"filter={state}&{EVER}") == [ticket.number for ticket in known]
    since = known[len(known) // 2].updated
    later = [ticket.number for ticket in known if ticket.updated >= since]
    moment = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await ids(client, f"filter={state}&{EVER.replace('1970-01-01T00:00:00Z', moment)}") == later
    assert (await client.get(f"/tickets?filter={state}&page=301")).status_code == 400


@pytest.mark.parametrize("bumps", [True, False])
async def test_whether_the_bin_moves_updated_at_is_not_known(house, client, bumps) -> None:
    house.switch(removal_bumps=bumps)
    ticket = house.some(lambda one: one.state == "live" and not one.archived)
    house.clock.advance(60)
    assert (await client.delete(f"/tickets/{ticket.number}")).status_code == 204
    assert ticket.number in await ids(client, f"filter=deleted&{EVER}")
    binned = house.desk.tickets.get(ticket.number)
    assert (binned.updated > ticket.updated) is bumps and binned.touched > ticket.touched
    house.clock.advance(60)
    assert (await client.put(f"/tickets/{ticket.number}/restore")).status_code == 204
    back = house.desk.tickets.get(ticket.number)
    assert (back.updated > binned.updated) is bumps and back.state == "live"


@pytest.mark.parametrize("bumps", [True, False])
async def test_so_it_is_with_contacts(house, client, bumps) -> None:
    house.switch(removal_bumps=bumps)
    row = (await client.get("/contacts")).json()[0]
    house.clock.advance(60)
    assert (await client.delete(f"/contacts/{row['id']}")).status_code == 204
    binned = {one["id"]: one for one in (await client.get("/contacts?state=deleted&per_page=100")).json()}
    assert (binned[row["id"]]["updated_at"] > row["updated_at"]) is bumps
    assert (await client.put(f"/contacts/{row['id']}/restore")).status_code == 204
    assert row["id"] in [one["id"] for one in (await client.get("/contacts?per_page=100")).json()]


async def test_what_is_purged_is_nowhere(house, client) -> None:
    ticket = house.some(lambda one: one.state == "live" and not one.archived)
    house.desk.tickets.purge(ticket.number)
    assert (await client.get(f"/tickets/{ticket.number}")).status_code == 404
    assert (await client.put(f"/tickets/{ticket.number}/restore")).status_code == 404
    for chosen in ("", "filter=deleted&", "filter=spam&"):
        assert ticket.number not in await ids(client, f"{chosen}{EVER}")


async def test_a_record_is_spoilt_in_its_list_and_alone(house, client) -> None:
    ticket = house.some(lambda one: one.state == "live" and not one.archived)
    house.switch(spoilt={"tickets": {str(ticket.number): {"subject": 7}}, "contacts": {"5": {"*": None}}})
    rows = {row["id"]: row for row in (await client.get(f"/tickets?{EVER.replace('asc', 'desc')}")).json()}
    assert [one for one, row in rows.items() if row["subject"] == 7] == [ticket.number]
    assert (await client.get(f"/tickets/{ticket.number}")).json()["subject"] == 7
    house.switch(spoilt={"tickets": {str(ticket.number): {"*": "no object"}}})
    assert "no object" in (await client.get(f"/tickets?{EVER.replace('asc', 'desc')}")).json()

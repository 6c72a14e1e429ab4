"""Both vendors, as the sandbox plays them, into the copy: everything there is, and what happens to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from models.changes import Hint
from models.enums import Kind, Lifecycle, SyncKind, SyncStatus
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from storage import hints
from storage.database import Database
from sync.policy import SyncPolicy
from tests.support.company import Company, open_company, premises
from tests.sync.bench import Bench, bench

KEYS = ("freshdesk", "zendesk")
TICKETS = [SyncKind.TICKETS]


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with open_company(premises(140, limits=False)) as opened:
        yield opened


@pytest.fixture
async def copied(db: Database, company: Company) -> AsyncIterator[Bench]:
    async with bench(db, company.clock, company.providers) as made:
        made.policy = SyncPolicy(reconcile_calls=1_000, comments_each_cycle=10)
        yield made


def live(company: Company, key: str) -> dict[str, object]:
    """What the vendor's lists show, by number: archived tickets are in those of Zendesk's exports only."""
    where = Where(state="live", archived=key == "zendesk")
    found = company.desk(key).tickets.page(TicketQuery(where=where), limit=100_000)
    return {str(one.number): one for one in found}


async def cycle(company: Company, copied: Bench, *, seconds: float = 400, **more: object) -> None:
    company.clock.advance(seconds)
    await copied.service().once(**more)  # type: ignore[arg-type]


async def test_all_of_both_helpdesks_is_copied(company: Company, copied: Bench) -> None:
    reports = await copied.service().once()
    assert [one for one in reports if not one.good] == []
    for key in KEYS:
        found, truth = await copied.tickets(key), live(company, key)
        assert truth.keys() <= found.keys()
        assert {n: found[n].subject for n in truth} == {n: one.subject for n, one in truth.items()}
        assert {n: found[n].updated_at for n in truth} == {n: one.updated for n, one in truth.items()}
        assert len({(kind, num) for kind, num in await copied.documents(key) if kind == 0}) == len(found)
        for kind in SyncKind:
            state = await copied.state(kind, key)
            assert state.status is SyncStatus.LIVE or kind is SyncKind.COMMENTS, (key, kind, state.last_error)
    for _ in range(3):
        await cycle(company, copied, kinds=TICKETS)
    for key in KEYS:
        every = company.desk(key).tickets
        states = await copied.lifecycles(key)
        assert {n for n in range(1, every.last_number + 1) if every.get(n) is not None} >= {*map(int, states)}
        archived = [n for n, one in live(company, "zendesk").items()] if key == "zendesk" else list(live(company, key))
        assert set(archived) <= set(await copied.tickets(key))
        assert (await copied.state(SyncKind.TICKETS, key)).coverage.complete, key


async def test_what_happens_to_tickets_reaches_the_copy_in_one_cycle(company: Company, copied: Bench) -> None:
    await copied.service().once(kinds=TICKETS)
    picked = {key: list(live(company, key))[-8:] for key in KEYS}
    for key in KEYS:
        tickets, numbers = company.desk(key).tickets, [int(n) for n in picked[key]]
        company.clock.advance(10)
        tickets.delete(numbers[0])
        tickets.spam(numbers[1])
        tickets.merge(numbers[3], [numbers[2]])
        tickets.update(numbers[4], subject="Quokka changed")
    await cycle(company, copied, kinds=TICKETS)
    for key in KEYS:
        deleted, spam, merged, _, changed, *_ = picked[key]
        states, found = await copied.lifecycles(key), await copied.tickets(key)
        docs = {str(num) for _, num in await copied.documents(key)}
        assert (states[deleted], states[spam]) == (
            Lifecycle.DELETED,
            Lifecycle.SPAM if key == "freshdesk" else states[spam],
        )
        assert not {deleted, spam} & docs and found[changed].subject == "Quokka changed"
        if key == "zendesk":
            assert states[merged] is Lifecycle.MERGED and merged not in docs
    for key in KEYS:
        company.clock.advance(10)
        company.desk(key).tickets.restore(int(picked[key][0]))
    await cycle(company, copied, kinds=TICKETS)
    for key in KEYS:
        assert (await copied.lifecycles(key))[picked[key][0]] is Lifecycle.ACTIVE
        assert picked[key][0] in {str(num) for _, num in await copied.documents(key)}


async def test_what_the_vendor_purges_without_a_trace_is_purged(company: Company, copied: Bench) -> None:
    await copied.service().once(kinds=TICKETS)
    picked = {key: list(live(company, key))[-1] for key in KEYS}
    for key in KEYS:
        company.desk(key).tickets.purge(int(picked[key]))
    await cycle(company, copied, seconds=8 * 86_400, kinds=TICKETS)
    for key in KEYS:
        assert (await copied.lifecycles(key))[picked[key]] is Lifecycle.PURGED, key
        assert picked[key] not in {str(num) for _, num in await copied.documents(key)}


async def test_hints_and_the_streams_agree(company: Company, copied: Bench) -> None:
    await copied.service().once(kinds=TICKETS)
    for key in KEYS:
        number = int(list(live(company, key))[-1])
        company.clock.advance(30)
        company.desk(key).tickets.update(number, subject="Hinted at")
        company.clock.advance(10)
        async with copied.db.write(copied.tenancy.number) as session:
            await hints.take_in(session, copied.tenancy, key, [Hint(kind=Kind.TICKET, remote_id=str(number))], "d")
        await copied.service().once([key], [SyncKind.FIELDS])
        by_hint = (await copied.tickets(key))[str(number)]
        assert by_hint.subject == "Hinted at"
        changes = len(await copied.changes())
        await cycle(company, copied, helpdesks=[key], kinds=TICKETS)
        assert (await copied.tickets(key))[str(number)].subject == "Hinted at"
        told = [one for one in (await copied.changes())[changes:] if one.remote_id == str(number)]
        assert told == [], "the stream brought nothing new"


async def test_comments_of_both_are_read(company: Company, copied: Bench) -> None:
    await copied.service().once(kinds=TICKETS)
    await copied.service().once(kinds=[SyncKind.COMMENTS])
    for key in KEYS:
        assert not await copied.comments_due(key)
        said = await copied.comments(key)
        assert len(said) == len(set(said)) and len(said) >= len(await copied.tickets(key))

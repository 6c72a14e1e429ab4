"""The stream of tickets, read from the vendor's face: against the truth, the live reads, and while all moves."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from models.enums import DetailLevel, Kind, Lifecycle, TicketStatus
from models.errors import BadInput, Forbidden, Rejected, TimedOut, Unavailable, Unreadable, Unsupported
from models.queries import Scope
from models.records import Ticket
from providers.upstream import Lane, lane_is
from providers.zendesk.simulator import ids
from tests.support.truth import ZendeskTruth

SCOPE = Scope(tenant="t")
STREAM = "tickets"


def everything(town: Any) -> dict[str, Any]:
    """The company's own tickets, as they are now, by remote id."""
    return {str(ticket.number): ticket for ticket in town.desk.tickets.touched(since=0, limit=100_000)}


def live(town: Any) -> set[str]:
    return {ident for ident, ticket in everything(town).items() if ticket.state == "live"}


async def follow(town: Any, copy: Any) -> Any:
    """What was withheld so far."""
    town.later()
    return await town.read(STREAM, copy)


def check(town: Any, copy: Any) -> None:
    """The copy has what is in use, each as it is now, and knows what is not."""
    assert set(copy.records) == live(town)
    truth = ZendeskTruth(town.desk)
    for ident, ticket in everything(town).items():
        if ticket.state != "live":
            assert ident in copy.gone
            continue
        record = copy.records[ident]
        assert (record.subject, record.body_text) == (ticket.subject, ticket.text)
        assert (record.status, record.priority) == (truth.status(ticket), truth.priority(ticket))
        assert (record.type, record.updated_at, record.created_at) == (
            truth.type(ticket),
            ticket.updated,
            ticket.created,
        )
        assert record.native["generated_at"] == ticket.touched
        assert (record.resolved_at, record.first_responded_at, record.reopens) == (
            ticket.solved,
            ticket.first_responded,
            ticket.reopens,
        )
        assert record.requester_id == truth.user(ticket.requester)
        assert record.assignee_id == (truth.user(ticket.assignee) if ticket.assignee else None)
        assert record.group_id == (truth.group(ticket.group) if ticket.group else None)


async def test_two_thousand_tickets_are_read_whole(town: Any) -> None:
    here = town(2_000)
    here.switch(export_page_most=400)
    copy = await here.read(STREAM)
    check(here, copy)
    assert {ticket.number for ticket in everything(here).values() if ticket.archived}
    deleted = {ident for ident, ticket in everything(here).items() if ticket.state != "live"}
    assert deleted and {gone.lifecycle for gone in copy.gone.values()} == {Lifecycle.DELETED}
    assert set(copy.gone) == deleted
    assert {record.detail for record in copy.records.values()} == {DetailLevel.FULL}
    assert copy.unread == []
    assert copy.batches[0].expected == len(copy.records) == copy.batches[-1].expected
    exports = [line for line in here.calls if "/incremental/" in line]
    assert len(exports) == len(copy.batches)
    assert [line for line in here.calls if line not in exports] == [
        "GET /custom_statuses",
        "GET /search/count?query=type:ticket",
    ]


async def test_a_row_is_what_the_live_read_shows(town: Any) -> None:
    """But for the requester and the organization, which a copy has of its own."""
    here = town(300)
    copy = await here.read(STREAM)
    idents = list(copy.records)
    for found in await here.provider.tickets_by_id(SCOPE, idents):
        assert isinstance(found, Ticket)
        mine = copy.records[found.remote_id]
        assert msgspec.structs.replace(found, requester=None, organization=None, as_of=mine.as_of) == mine


async def test_people_in_copy_are_named_by_their_addresses(town: Any) -> None:
    here = town(30)
    person = next(p for p in here.desk.people.page(limit=50) if p.email and p.state == "verified")
    here.desk.tickets.update(7, cc=(person.email,))
    copy = await follow(here, None)
    assert copy.records["7"].ccs == (person.email,)


async def test_it_goes_on_from_every_checkpoint(town: Any) -> None:
    """Each in a process that remembers nothing; the rest is shown, and the same checkpoint shows the same again."""
    here = town(400)
    here.switch(export_page_most=50)
    whole = await here.read(STREAM)
    batches = whole.batches
    assert len(batches) > 6
    for place, batch in enumerate(batches):
        other, checkpoint, rest = here.again(), batch.checkpoint, list(batches[place + 1 :])
        for expected in rest:
            again = await here.batch(STREAM, checkpoint, other)
            assert [r.remote_id for r in again.records] == [r.remote_id for r in expected.records]
            assert [g.remote_id for g in again.gone] == [g.remote_id for g in expected.gone]
            assert (again.checkpoint, again.more) == (expected.checkpoint, expected.more)
            checkpoint = again.checkpoint
        await other.aclose()


@pytest.mark.parametrize("overfull", [True, False])
async def test_nothing_is_missed_while_all_of_it_moves(town: Any, overfull: bool) -> None:
    here = town(400)
    here.switch(export_page_most=40, overfull_export_pages=overfull)

    def busy() -> None:
        here.sandbox.world.mutate(15)
        here.later(20)

    copy = await here.read(STREAM, between=busy)
    assert len(copy.batches) >= 10
    for _ in range(3):
        busy()
        await follow(here, copy)
    check(here, copy)


async def test_rows_of_one_second_over_the_border_of_a_page(town: Any) -> None:
    """Pages cut inside a second, and the second's rows are touched again while it is being read."""
    here = town(200)
    copy = await here.read(STREAM)
    here.switch(export_page_most=7, overfull_export_pages=False)
    for number in range(1, 61):
        here.desk.tickets.touch(number)
    here.later()
    turns = iter(range(100))

    def meanwhile() -> None:
        turn = next(turns)
        if turn < 10:
            here.desk.tickets.touch(turn * 6 + 1)
            here.desk.tickets.update(turn * 6 + 2, priority="urgent")

    before = copy.shown
    await here.read(STREAM, copy, between=meanwhile)
    assert copy.shown - before >= 60 - 20
    await follow(here, copy)
    check(here, copy)


async def test_the_last_minute_is_withheld_and_not_claimed(town: Any) -> None:
    here = town(30)
    copy = await here.read(STREAM)
    here.later()
    here.desk.tickets.update(7, subject="Just now")
    made = here.clock.now()
    await here.read(STREAM, copy)
    assert copy.records["7"].subject != "Just now"
    assert copy.batches[-1].watermark is not None and copy.batches[-1].watermark < made.replace(microsecond=0)
    await follow(here, copy)
    assert copy.records["7"].subject == "Just now"
    assert copy.batches[-1].watermark == here.clock.now() - timedelta(seconds=60)
    assert all(batch.watermark is None for batch in copy.batches if batch.more)


@pytest.mark.parametrize("exhausted", ["null", "kept"])
async def test_a_null_cursor_is_never_kept(town: Any, exhausted: str) -> None:
    here = town(30)
    here.switch(exhausted_cursor=exhausted)
    copy = await here.read(STREAM)
    before = copy.checkpoint
    for _ in range(3):
        await follow(here, copy)
        assert copy.checkpoint == before
        assert copy.batches[-1].rows == 0
    here.desk.tickets.touch(3)
    await follow(here, copy)
    assert [r.remote_id for r in copy.batches[-1].records] == ["3"]


async def test_an_empty_account_is_asked_from_the_beginning_until_there_is_something(town: Any) -> None:
    here = town(10)
    for number in range(1, 11):
        here.desk.tickets.purge(number)
    copy = await follow(here, None)
    assert (copy.shown, copy.batches[-1].more) == (0, False)
    made = here.desk.tickets.create(subject="The first", requester=1000, text="Hello")
    await follow(here, copy)
    assert list(copy.records) == [str(made.number)]


async def test_what_is_deleted_brought_back_marked_as_spam_or_scrubbed(town: Any) -> None:
    here = town(60)
    copy = await here.read(STREAM)
    numbers = [int(ident) for ident in sorted(copy.records, key=int) if not everything(here)[ident].archived][:4]
    deleted, back, spam, scrubbed = numbers
    here.desk.tickets.delete(deleted)
    here.desk.tickets.delete(back)
    here.desk.tickets.spam(spam)
    here.desk.tickets.delete(scrubbed)
    moment = here.clock.now()
    await follow(here, copy)
    assert {here_gone: copy.gone[str(here_gone)].lifecycle for here_gone in numbers} == dict.fromkeys(
        numbers, Lifecycle.DELETED
    )
    assert copy.gone[str(deleted)].at == moment.replace(microsecond=0, tzinfo=UTC)
    assert not set(map(str, numbers)) & set(copy.records)
    here.desk.tickets.touch(deleted)
    await follow(here, copy)
    assert copy.gone[str(deleted)].at > moment, "by the system's time, as other rows are"
    here.desk.tickets.restore(back)
    here.desk.tickets.update(scrubbed, subject="SCRUBBED", html="SCRUBBED", text="SCRUBBED", tags=())
    await follow(here, copy)
    assert copy.records[str(back)].lifecycle is Lifecycle.ACTIVE
    assert copy.gone[str(scrubbed)].lifecycle is Lifecycle.PURGED
    here.desk.tickets.purge(deleted)
    await follow(here, copy)
    assert copy.batches[-1].rows == 0, "purged without a trace: only a by-id read can tell"
    (found,) = await here.provider.tickets_by_id(SCOPE, [str(deleted)])
    assert found is None


async def test_merged_tickets_are_told_by_their_tag(town: Any) -> None:
    """Everywhere alike; lists leave them out, by id they are there."""
    here = town(60)
    copy = await here.read(STREAM)
    open_ones = [n for n, t in everything(here).items() if t.state == "live" and not t.archived]
    source, target = int(open_ones[0]), int(open_ones[1])
    here.desk.tickets.merge(target, [source])
    await follow(here, copy)
    merged = copy.records[str(source)]
    assert (merged.lifecycle, merged.status, merged.merged_into_id) == (Lifecycle.MERGED, TicketStatus.CLOSED, None)
    assert copy.records[str(target)].lifecycle is Lifecycle.ACTIVE
    (found,) = await here.provider.tickets_by_id(SCOPE, [str(source)])
    assert found.lifecycle is Lifecycle.MERGED


async def test_an_unreadable_row_is_set_apart(town: Any) -> None:
    here = town(60)
    rows = sorted(live(here), key=int)
    wrong, whole, nameless, odd = rows[2], rows[5], rows[9], rows[12]
    here.switch(
        spoilt={
            "tickets": {
                wrong: {"requester_id": {"not": "a number"}},
                whole: {"*": "no object at all"},
                nameless: {"id": "seven"},
                odd: {"via": {"channel": ["mail"]}},
            }
        }
    )
    copy = await here.read(STREAM)
    assert set(copy.records) == live(here) - {wrong, whole, nameless, odd}
    told = {row.remote_id: row for row in copy.unread}
    assert len(copy.unread) == 4 and {wrong, odd, None} == set(told)
    assert {row.kind for row in copy.unread} == {Kind.TICKET}
    assert told[wrong].where.startswith("$.tickets[") and told[wrong].where.endswith("].requester_id")
    assert told[wrong].where in told[wrong].reason
    assert told[wrong].raw["requester_id"] == {"not": "a number"}
    assert told[odd].where.endswith("].via.channel")
    here.switch(spoilt={})
    here.desk.tickets.touch(int(wrong))
    await follow(here, copy)
    assert wrong in copy.records


async def test_values_out_of_all_bounds_spoil_no_other_row(town: Any) -> None:
    here = town(30)
    first, second = sorted(live(here), key=int)[:2]
    wild = {"calendar": 10**15}
    here.switch(
        spoilt={
            "tickets": {
                first: {"metric_set": {"reply_time_in_minutes": wild}, "due_at": "9999-12-31T23:59:59-14:00"},
                second: {"metric_set": None, "generated_timestamp": 1e30, "tags": [None, "a"]},
            }
        }
    )
    copy = await here.read(STREAM)
    assert set(copy.records) == live(here)
    assert copy.records[first].first_responded_at is None
    assert (copy.records[second].detail, copy.records[second].tags) == (DetailLevel.LISTED, ("a",))


async def test_a_refused_cursor_is_replaced_by_its_second(town: Any) -> None:
    here = town(200)
    here.switch(export_page_most=40)
    copy = await here.read(STREAM)
    for number in range(1, 30):
        here.desk.tickets.touch(number)
    here.later()
    here.sandbox.controls.faults.add(
        {"kind": "status", "status": 422, "query": "*cursor=*", "times": 1, "body": {"error": "InvalidCursor"}}
    )
    await here.read(STREAM, copy)
    since = msgspec.json.decode(copy.batches[-2].checkpoint)["since"]
    assert f"start_time={since}&" in [line for line in here.calls if "/incremental/" in line][-1]
    await follow(here, copy)
    check(here, copy)


async def test_a_start_that_is_too_recent_means_nothing_yet(town: Any) -> None:
    """A new account, whose first second is not five minutes old."""
    here = town(10)
    here.switch(too_recent_start="refused")
    now = int(here.clock.now().timestamp())
    start = msgspec.json.encode({"of": STREAM, "since": now - 10}).decode()
    batch = await here.batch(STREAM, start)
    assert (batch.rows, batch.more, batch.watermark) == (0, False, None)
    assert msgspec.json.decode(batch.checkpoint)["since"] == now - 10


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "html"}, Unreadable),
        ({"kind": "loop"}, Unreadable),
        ({"kind": "down"}, Unavailable),
        ({"kind": "truncate"}, Unavailable),
        ({"kind": "status", "status": 403, "body": {"error": "x"}}, Forbidden),
        ({"kind": "status", "status": 400, "body": {"error": "x"}}, Rejected),
    ],
)
async def test_a_failing_call_changes_nothing(town: Any, fault: dict[str, Any], error: type[Exception]) -> None:
    """The same checkpoint may be asked again, and shows what it would have shown."""
    here = town(200)
    here.switch(export_page_most=50)
    copy = await here.read(STREAM)
    first = copy.batches[0].checkpoint
    here.sandbox.controls.faults.add({**fault, "path": "/api/v2/incremental/*"})
    with pytest.raises(error) as caught:
        await here.batch(STREAM, first)
    assert getattr(caught.value, "helpdesk", None) == "zd"
    here.sandbox.controls.faults.clear()
    here.later()
    again = await here.batch(STREAM, first)
    assert [r.remote_id for r in again.records] == [r.remote_id for r in copy.batches[1].records]


async def test_a_link_to_another_host_is_not_looked_at(town: Any) -> None:
    here = town(100)
    here.switch(export_page_most=30)
    here.sandbox.controls.faults.add({"kind": "hostile_next", "path": "/api/v2/incremental/*"})
    copy = await here.read(STREAM)
    check(here, copy)


async def test_smaller_pages_where_large_ones_do_not_go_through(zendesk: Any, script: Any) -> None:
    """Too slow three times, then too large; a page of the smallest size that fails is an error."""
    path = "/incremental/tickets/cursor"
    row = {"id": 7, "status": "open", "generated_timestamp": 1_700_000_000}
    good = {"tickets": [row], "after_cursor": "next", "end_of_stream": False}
    slow = httpx.ReadTimeout("slow")
    script.on("/search/count", {"count": 1})
    script.on(path, slow, slow, slow, good)
    batch = await zendesk.changes(STREAM, None)
    assert [r.remote_id for r in batch.records] == ["7"]
    sizes = [request.url.params["per_page"] for request in script.requests if request.url.path.endswith("cursor")]
    assert sizes == ["1000", "1000", "1000", "250"]
    huge = httpx.Response(200, content=b" " * (33 * 1024 * 1024))
    script.on(path, huge, {**good, "after_cursor": "further"})
    batch = await zendesk.changes(STREAM, batch.checkpoint)
    assert script.last(path).url.params["per_page"] == "50"
    script.on(path, huge)
    with pytest.raises(Unreadable):
        await zendesk.changes(STREAM, batch.checkpoint)
    script.on(path, slow)
    with pytest.raises((TimedOut, Unavailable)):
        await zendesk.changes(STREAM, batch.checkpoint)


async def test_larger_pages_come_back_after_a_while(zendesk: Any, script: Any) -> None:
    path, slow = "/incremental/tickets/cursor", httpx.ReadTimeout("slow")
    pages = [{"tickets": [], "after_cursor": f"c{n}", "end_of_stream": False} for n in range(22)]
    script.on("/search/count", {"count": 1})
    script.on(path, slow, slow, slow, *pages)
    checkpoint = None
    with lane_is(Lane.BACKGROUND):
        for _ in pages:
            checkpoint = (await zendesk.changes(STREAM, checkpoint)).checkpoint
    sizes = [request.url.params["per_page"] for request in script.requests if request.url.path.endswith("cursor")]
    assert sizes == ["1000"] * 3 + ["250"] * 20 + ["1000"] * 2


async def test_a_status_that_is_new_has_its_label_at_once(zendesk: Any, script: Any, clock: Any) -> None:
    status = {"id": 501, "status_category": "open", "agent_label": "With the factory", "active": True}
    row = {"id": 7, "status": "open", "custom_status_id": 501, "generated_timestamp": 1_700_000_000}
    path, page = "/incremental/tickets/cursor", {"after_cursor": "a", "end_of_stream": True}
    script.on("/search/count", {"count": 1})
    script.on("/custom_statuses", {"custom_statuses": [{**status, "id": 500}]})
    script.on(path, {"tickets": [{**row, "custom_status_id": 500}], **page})
    first = await zendesk.changes(STREAM, None)
    script.on("/custom_statuses", {"custom_statuses": [{**status, "id": 500}, status]})
    script.on(path, {"tickets": [row], **page, "after_cursor": "b"})
    second = await zendesk.changes(STREAM, first.checkpoint)
    assert second.records[0].status_native.label == "With the factory"
    script.on(path, {"tickets": [{**row, "custom_status_id": 999}], **page, "after_cursor": "c"})
    asked = len([r for r in script.requests if r.url.path.endswith("custom_statuses")])
    third = await zendesk.changes(STREAM, second.checkpoint)
    await zendesk.changes(STREAM, third.checkpoint)
    again = len([r for r in script.requests if r.url.path.endswith("custom_statuses")])
    assert (third.records[0].status, again - asked) == (TicketStatus.OPEN, 1), "asked for once, and remembered"


async def test_the_vendors_clock_decides_what_was_withheld(zendesk: Any, script: Any, clock: Any) -> None:
    """Ours may be ahead."""
    body = {"tickets": [], "after_cursor": None, "end_of_stream": True}
    script.on("/search/count", {"count": 0})
    path = "/incremental/tickets/cursor"
    script.on(path, httpx.Response(200, json=body, headers={"date": "Thu, 15 Jan 2026 11:50:00 GMT"}))
    behind = (await zendesk.changes(STREAM, None)).watermark
    assert clock.now() - behind >= timedelta(minutes=11)
    script.on(path, httpx.Response(200, json=body, headers={"date": "Thu, 15 Jan 2026 12:30:00 GMT"}))
    assert (await zendesk.changes(STREAM, None)).watermark == clock.now() - timedelta(seconds=60)
    script.on(path, httpx.Response(200, json=body, headers={"date": "yesterday"}))
    assert (await zendesk.changes(STREAM, None)).watermark == clock.now() - timedelta(seconds=60)


async def test_calls_go_in_the_lane_of_whoever_asks(town: Any) -> None:
    """The exports have ten calls a minute; the background has seven of them, and interactive calls the rest."""
    here = town(200)
    here.sandbox.controls.limits("zendesk").figures["incremental"] = 10
    here.switch(export_page_most=5)
    copy, begun = None, here.clock.monotonic()
    for _ in range(20):
        batch = await here.batch(STREAM, copy)
        copy = batch.checkpoint
    assert here.clock.monotonic() - begun >= 120
    budget = {one.name: one for one in here.provider.budget().endpoints}["incremental"]
    assert budget.limit == 10
    assert (budget.remaining or 0) >= 3


@pytest.mark.parametrize(
    "checkpoint", ["", "nonsense", "{}", '{"of":"contacts"}', '{"of":"tickets","since":-1}', "\ud800"]
)
async def test_a_checkpoint_that_is_not_ours_is_named(zendesk: Any, checkpoint: str) -> None:
    with pytest.raises(BadInput, match="tickets") as caught:
        await zendesk.changes(STREAM, checkpoint)
    assert (caught.value.field, caught.value.helpdesk) == ("checkpoint", "acme")


async def test_a_stream_that_is_none(zendesk: Any) -> None:
    with pytest.raises(Unsupported, match="'comments'"):
        await zendesk.changes("comments", None)


def test_every_stream_says_what_it_is(zendesk: Any) -> None:
    names = [spec.name for spec in zendesk.streams]
    assert len(set(names)) == len(names) == 9
    assert {spec.kind for spec in zendesk.streams if spec.main} == {spec.kind for spec in zendesk.streams}
    assert {spec.name for spec in zendesk.streams if spec.whole} == {"agents", "groups", "articles-all"}
    assert all(spec.every_s >= 30 for spec in zendesk.streams)


def test_ids_of_the_truth_are_the_faces(town: Any) -> None:
    here = town(10)
    assert ZendeskTruth(here.desk).user(1000) == str(ids.USER.id(1000))

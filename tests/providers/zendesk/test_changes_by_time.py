"""The exports by time: organizations, and how they are read where many rows share a second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from models.changes import WindowStuck
from models.enums import Kind, Lifecycle
from models.queries import Scope
from providers.zendesk.simulator import ids

SCOPE = Scope(tenant="t")
STREAM = "organizations"


def company(number: int) -> str:
    return str(ids.ORGANIZATION.id(number))


def live(town: Any) -> set[str]:
    return {company(one.number) for one in town.desk.organizations.page(limit=10_000)}


async def follow(town: Any, copy: Any) -> Any:
    town.later()
    return await town.read(STREAM, copy)


async def test_every_organization_once_as_the_live_read_shows_it(town: Any) -> None:
    here = town(2_000)
    here.switch(export_page_most=7)
    copy = await here.read(STREAM)
    assert set(copy.records) == live(here)
    assert copy.shown == len(copy.records), "what comes again at the border of a page is dropped"
    assert copy.batches[0].expected == len(copy.records)
    for found in await here.provider.organizations_by_id(SCOPE, list(copy.records)):
        mine = copy.records[found.remote_id]
        assert mine.raw == {**found.raw, "deleted_at": None}
        assert msgspec.structs.replace(found, as_of=mine.as_of, raw=mine.raw) == mine
    assert len([line for line in here.calls if "/incremental/" in line]) == len(copy.batches) > 5
    assert copy.batches[-1].watermark == here.clock.now() - timedelta(seconds=60)


async def test_it_goes_on_from_every_checkpoint(town: Any) -> None:
    here = town(2_000)
    here.switch(export_page_most=9)
    copy = await here.read(STREAM)
    for place, batch in enumerate(copy.batches):
        other, checkpoint = here.again(), batch.checkpoint
        for expected in copy.batches[place + 1 :]:
            again = await here.batch(STREAM, checkpoint, other)
            assert [r.remote_id for r in again.records] == [r.remote_id for r in expected.records]
            checkpoint = again.checkpoint
        assert checkpoint == copy.checkpoint
        await other.aclose()


async def test_the_last_second_comes_again_and_is_shown_once(town: Any) -> None:
    here = town(300)
    copy = await here.read(STREAM)
    for number in range(1, 6):
        here.desk.organizations.update(number, notes="At once")
    before = copy.shown
    await follow(here, copy)
    assert copy.shown - before == 5
    for _ in range(3):
        await follow(here, copy)
    assert copy.shown - before == 5
    here.desk.organizations.update(2, notes="Once more")
    await follow(here, copy)
    assert copy.shown - before == 6
    assert copy.records[company(2)].notes == "Once more"


def founded(town: Any, many: int) -> set[str]:
    """So many organizations at once."""
    return {company(town.desk.organizations.create(f"Founded {n}").number) for n in range(many)}


@pytest.mark.parametrize("many", [999, 1_000, 1_001, 2_300])
async def test_more_than_a_page_in_one_second(town: Any, many: int) -> None:
    """A page never parts a second; it is fuller than asked instead, and the next one would begin with it again."""
    here = town(30)
    copy = await here.read(STREAM)
    together = founded(here, many)
    here.later(1)
    later = founded(here, 3)
    await follow(here, copy)
    assert together | later <= set(copy.records) == live(here)
    before = copy.shown
    here.desk.organizations.update(1, notes="Later")
    await follow(here, copy)
    assert copy.shown == before + 1


async def test_a_second_that_cannot_be_read_past_stops_the_stream(town: Any) -> None:
    here = town(30)
    copy = await here.read(STREAM)
    together = founded(here, 1_100)
    here.switch(parted_seconds=True)
    here.later()
    batch = await here.batch(STREAM, copy.checkpoint)
    assert batch.more and 990 < batch.rows <= 1_000
    for _ in range(2):
        with pytest.raises(WindowStuck, match="organizations") as caught:
            await here.batch(STREAM, batch.checkpoint)
        assert "http" not in caught.value.message
    here.switch(parted_seconds=False)
    copy.take(batch)
    await follow(here, copy)
    assert together <= set(copy.records) == live(here)


async def test_deleted_organizations_are_gone(town: Any) -> None:
    here = town(300)
    copy = await here.read(STREAM)
    moment = here.clock.now()
    here.desk.organizations.delete(3)
    await follow(here, copy)
    gone = copy.gone[company(3)]
    assert (gone.kind, gone.lifecycle, gone.at) == (Kind.ORGANIZATION, Lifecycle.DELETED, moment)
    assert set(copy.records) == live(here)


async def test_an_unreadable_organization_is_set_apart(town: Any) -> None:
    here = town(300)
    here.switch(spoilt={"organizations": {company(2): {"domain_names": "none"}, company(4): {"*": None}}})
    copy = await here.read(STREAM)
    assert set(copy.records) == live(here) - {company(2), company(4)}
    assert [(row.kind, row.remote_id) for row in copy.unread] == [
        (Kind.ORGANIZATION, company(2)),
        (Kind.ORGANIZATION, None),
    ]


async def test_nothing_is_missed_while_they_change(town: Any) -> None:
    here = town(2_000)
    here.switch(export_page_most=5)
    turns = iter(range(1, 1_000))

    def busy() -> None:
        turn = next(turns)
        here.desk.organizations.update(turn * 7 % 40 + 1, notes=f"Turn {turn}")
        here.later(15)

    copy = await here.read(STREAM, between=busy)
    await follow(here, copy)
    for number in range(1, 41):
        mine = here.desk.organizations.get(number)
        assert (copy.records[company(number)].notes or None) == (mine.notes or None)


def page(*rows: dict[str, Any], **beside: Any) -> dict[str, Any]:
    link = "https://acme.zendesk.com/api/v2/incremental/organizations.json?start_time=1"
    return {"organizations": list(rows), "count": len(rows), "next_page": link, **beside}


def row(number: int, second: int) -> dict[str, Any]:
    return {"id": number, "name": f"O{number}", "updated_at": f"2026-01-01T00:00:{second:02d}Z"}


async def test_next_page_is_no_reason_to_go_on(zendesk: Any, script: Any) -> None:
    script.on("/organizations/count", {"count": {"value": 1}})
    script.on("/incremental/organizations", page(row(1, 0), end_of_stream=True, end_time=1_767_225_600))
    batch = await zendesk.changes(STREAM, None)
    assert (batch.more, batch.expected) == (False, 1)
    assert msgspec.json.decode(batch.checkpoint)["since"] == 1_767_225_600


async def test_an_answer_without_times_goes_by_its_rows(zendesk: Any, script: Any) -> None:
    script.on("/organizations/count", {}, status=403)
    script.on("/incremental/organizations", page(row(1, 0), row(2, 5), end_of_stream=True))
    batch = await zendesk.changes(STREAM, None)
    assert batch.expected is None
    assert msgspec.json.decode(batch.checkpoint)["since"] == 1_767_225_605
    script.on("/incremental/organizations", page(end_of_stream=True, end_time=None))
    again = await zendesk.changes(STREAM, batch.checkpoint)
    assert again.checkpoint == batch.checkpoint


async def test_a_time_that_is_still_to_come_is_not_believed(zendesk: Any, script: Any) -> None:
    """Nothing would ever be read again."""
    far = {**row(1, 0), "updated_at": "9999-01-01T00:00:00Z"}
    script.on("/organizations/count", {"count": {"value": 2}})
    script.on("/incremental/organizations", page(far, row(2, 5), end_of_stream=True, end_time=10**15))
    batch = await zendesk.changes(STREAM, None)
    assert len(batch.records) == 2
    assert msgspec.json.decode(batch.checkpoint)["since"] == 1_767_225_605


async def test_a_lie_about_more_is_found_out(zendesk: Any, script: Any) -> None:
    script.on("/organizations/count", {"count": {"value": 1}})
    script.on("/incremental/organizations", page(row(1, 0), end_of_stream=False, end_time=1_767_225_600))
    first = await zendesk.changes(STREAM, None)
    with pytest.raises(WindowStuck):
        await zendesk.changes(STREAM, first.checkpoint)


async def test_the_largest_page_is_tried_before_giving_up(zendesk: Any, script: Any) -> None:
    slow = httpx.ReadTimeout("slow")
    script.on("/organizations/count", {"count": {"value": 1}})
    stuck = page(row(1, 0), end_of_stream=False, end_time=1_767_225_600)
    script.on("/incremental/organizations", slow, slow, slow, stuck)
    first = await zendesk.changes(STREAM, None)
    through = page(row(1, 0), row(2, 0), row(3, 1), end_of_stream=False, end_time=1_767_225_601)
    script.on("/incremental/organizations", stuck, through)
    batch = await zendesk.changes(STREAM, first.checkpoint)
    assert [r.remote_id for r in batch.records] == ["2", "3"]
    sizes = [r.url.params["per_page"] for r in script.requests if "incremental" in r.url.path]
    assert sizes[-3:] == ["250", "250", "1000"]

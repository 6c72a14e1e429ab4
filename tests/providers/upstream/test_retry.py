"""What is asked again, how often, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import (
    CredentialsRejected,
    DeadlineExceeded,
    Forbidden,
    HelpdeskError,
    OutcomeUnknown,
    RateLimited,
    TimedOut,
    Unavailable,
    Unreadable,
)
from providers.upstream import FamilyPolicy, Lane, UpstreamPolicy, recording
from providers.upstream.retry import RetryBudget, backoff, retry_after
from runtime.clock import ManualClock
from runtime.deadline import Deadline, deadline_is

OK = httpx.Response(200, json={})


class Script:
    """A vendor that answers from a list, the last entry for ever; exceptions are raised."""

    def __init__(self, *entries):
        self.entries = list(entries)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        entry = self.entries.pop(0) if len(self.entries) > 1 else self.entries[0]
        if isinstance(entry, Exception):
            raise entry
        if isinstance(entry, int):
            return httpx.Response(entry, json={})
        return entry


@pytest.mark.parametrize(
    "trouble", [500, 502, 503, 504, httpx.ConnectError(""), httpx.ReadError(""), httpx.RemoteProtocolError("")]
)
async def test_a_read_is_tried_three_times(account, call, trouble):
    vendor = Script(trouble, trouble, 200)
    answer = await account(vendor).request(call())
    assert (answer.status, answer.attempts) == (200, 3)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(503, Unavailable), (httpx.ReadError(""), Unavailable), (httpx.ReadTimeout(""), TimedOut)],
)
async def test_a_read_gives_up_after_three(account, call, trouble, error):
    vendor = Script(trouble)
    with pytest.raises(error):
        await account(vendor).request(call())
    assert len(vendor.requests) == 3


@pytest.mark.parametrize("trouble", [500, 502, 503, 504, httpx.ReadError(""), httpx.ReadTimeout("")])
@pytest.mark.parametrize("kind", ["create", "update"])
async def test_a_write_that_may_have_arrived_is_not_repeated(account, call, trouble, kind):
    vendor = Script(trouble)
    with pytest.raises(OutcomeUnknown):
        await account(vendor).request(call(method="POST", kind=kind))
    assert len(vendor.requests) == 1


async def test_an_idempotent_write_is_repeated(account, call):
    vendor = Script(502, httpx.ReadError(""), 201)
    answer = await account(vendor).request(call(method="POST", idempotent=True))
    assert (answer.status, len(vendor.requests)) == (201, 3)


async def test_a_write_that_was_surely_not_sent_is_repeated(account, call):
    vendor = Script(httpx.ConnectError(""), 201)
    assert (await account(vendor).request(call(method="POST"))).attempts == 2


async def test_a_write_refused_by_a_429_is_sent_when_the_wait_is_short(account, call, clock):
    vendor = Script(httpx.Response(429, headers={"retry-after": "3"}), 201)
    answer = await account(vendor).request(call(method="POST"))
    assert answer.status == 201
    assert clock.monotonic() >= 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_a_4xx_is_the_vendors_business(account, call, status):
    vendor = Script(status)
    assert (await account(vendor).request(call())).status == status
    table = {403: Forbidden("Not yours.")}
    upstream = account(vendor, classify=lambda answer: table.get(answer.status))
    if status != 403:
        assert (await upstream.request(call())).status == status
        return
    with pytest.raises(Forbidden) as caught:
        await upstream.request(call())
    assert caught.value.helpdesk == "acme"


@pytest.mark.parametrize("status", [301, 302, 304])
async def test_a_redirect_is_not_followed(account, call, status):
    vendor = Script(httpx.Response(status, headers={"location": "https://evil.example/"}))
    with pytest.raises(Unreadable):
        await account(vendor).request(call())
    assert len(vendor.requests) == 1


async def test_the_vendors_request_id_is_kept(account, call):
    vendor = Script(httpx.Response(503, headers={"X-Request-Id": "abc-1"}))
    with pytest.raises(Unavailable) as caught:
        await account(vendor, policy=UpstreamPolicy(attempts=1)).request(call())
    assert (caught.value.request_id, caught.value.status) == ("abc-1", 503)


# 429


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("34", 34), (None, 60), ("soon", 60), ("-5", 60), ("nan", 60), ("1e9", 3600), ("7201", 3600), ("0", 0)],
)
async def test_a_429_closes_the_account_for_as_long_as_it_says(account, call, clock, caplog, header, seconds):
    vendor = Script(httpx.Response(429, headers={} if header is None else {"retry-after": header}), 200)
    upstream = account(vendor, policy=UpstreamPolicy(attempts=1))
    with pytest.raises(RateLimited) as caught:
        await upstream.request(call())
    assert caught.value.retry_after == seconds
    if seconds > 5:
        with pytest.raises(RateLimited) as again:  # another family, the same account
            await upstream.request(call("/contacts/1", family="contacts"))
        assert again.value.retry_after == pytest.approx(seconds, abs=0.1)
        assert len(vendor.requests) == 1
    clock.advance(seconds)
    assert (await upstream.request(call())).ok
    assert any("pause" in r.message for r in caplog.records if r.levelname == "WARNING") == (seconds == 3600)


async def test_a_429_of_a_separate_bucket_closes_only_that(account, call):
    vendor = Script(429, 200)
    families = {"tickets": FamilyPolicy(100, closes_account=False), "contacts": FamilyPolicy(100)}
    upstream = account(vendor, families=families)
    with pytest.raises(RateLimited):
        await upstream.request(call())
    assert (await upstream.request(call(family="contacts"))).ok
    with pytest.raises(RateLimited):
        await upstream.request(call())


async def test_retry_after_may_be_a_date(clock):
    moment = (clock.now() + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after({"retry-after": moment}, clock) == pytest.approx(90, abs=1)
    past = datetime(2001, 1, 1, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after({"retry-after": past}, clock) == 0


@given(st.text(max_size=40))
def test_any_retry_after_is_a_sane_number_or_nothing(text):
    seconds = retry_after({"retry-after": text}, ManualClock())
    assert seconds is None or 0 <= seconds < 1e309


async def test_the_background_waits_out_a_429(account, call, clock):
    vendor = Script(httpx.Response(429, headers={"retry-after": "60"}), 200)
    assert (await account(vendor).request(call(lane=Lane.BACKGROUND))).ok
    assert clock.monotonic() >= 60


# 401


class Token:
    def __init__(self, good: str | None) -> None:
        self.token, self.good, self.refreshed = "old", good, 0

    async def headers(self):
        return {"authorization": f"Bearer {self.token}"}

    async def refresh(self):
        self.refreshed += 1
        if self.good is None:
            return False
        self.token = self.good
        return True


def guarded(request):
    return httpx.Response(200 if request.headers.get("authorization") == "Bearer new" else 401, json={})


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_401_renews_the_credential_once(account, call, method):
    token = Token("new")
    assert (await account(guarded, credentials=token).request(call(method=method))).ok
    assert token.refreshed == 1


@pytest.mark.parametrize("good", [None, "wrong"])
async def test_a_401_that_stays_is_ours_to_relink(account, call, good):
    token = Token(good)
    with recording() as calls, pytest.raises(CredentialsRejected) as caught:
        await account(guarded, credentials=token).request(call())
    assert caught.value.code == "UPSTREAM_AUTH_FAILED"
    assert (token.refreshed, len(calls)) == (1, 1 if good is None else 2)


async def test_twenty_calls_with_an_expired_token_renew_it_once(account, call):
    import asyncio

    token = Token("new")
    upstream = account(guarded, credentials=token)
    answers = await asyncio.gather(*(upstream.request(call(f"/tickets/{n}")) for n in range(20)))
    assert all(a.ok for a in answers)
    assert token.refreshed == 1


async def test_an_anonymous_call_carries_no_credential(account, call):
    vendor = Script(200)
    await account(vendor).request(call(anonymous=True))
    assert "authorization" not in vendor.requests[0].headers


# time


async def test_no_call_starts_after_the_deadline(account, call, clock):
    vendor = Script(200)
    upstream = account(vendor)
    deadline = Deadline.after(1, clock)
    clock.advance(1)
    with pytest.raises(DeadlineExceeded):
        await upstream.request(call(deadline=deadline))
    with deadline_is(deadline), pytest.raises(DeadlineExceeded):
        await upstream.request(call(deadline=Deadline.after(9, clock)))
    assert vendor.requests == []


async def test_a_retry_that_would_miss_the_deadline_is_not_waited_for(account, call, clock):
    vendor = Script(httpx.Response(503, headers={"retry-after": "2"}), 200)
    with pytest.raises(Unavailable) as caught:
        await account(vendor).request(call(deadline=Deadline.after(1, clock)))
    assert (len(vendor.requests), clock.monotonic(), caught.value.retry_after) == (1, 0, 2)


async def test_the_attempts_of_an_interactive_call_share_one_total(account, call, clock):
    def slow(request):
        clock.advance(4)
        raise httpx.ReadTimeout("")

    with recording() as calls, pytest.raises(TimedOut):
        await account(slow).request(call())
    assert clock.monotonic() <= 12.5
    assert len(calls) == 3
    with recording() as calls, pytest.raises(TimedOut):
        await account(slow, policy=UpstreamPolicy(total=5)).request(call())
    assert len(calls) == 2


async def test_waits_between_attempts_are_jittered_and_capped():
    policy = UpstreamPolicy()
    for attempt, most in [(1, 0.5), (2, 1.0), (3, 2.0), (5, 5.0), (9, 5.0)]:
        waits = [backoff(policy, attempt, Random(n)) for n in range(500)]
        assert 0 <= min(waits) < 0.1 * most
        assert 0.9 * most < max(waits) <= most


def test_the_retry_budget_is_spent_and_earned_as_promised():
    budget = RetryBudget(UpstreamPolicy())
    assert sum(budget.spend() for _ in range(200)) == 100
    for _ in range(4):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert not budget.spend(timed_out=True)
    assert budget.spend()
    for _ in range(9999):
        budget.earn()
    assert budget.tokens == 500


async def test_in_a_long_outage_retries_die_out(account, call, clock):
    vendor = Script(503)
    upstream = account(vendor, policy=UpstreamPolicy(circuit_consecutive=10**9, circuit_sample=10**9))
    errors = 0
    for n in range(400):
        try:
            await upstream.request(call(f"/tickets/{n}", lane=Lane.BACKGROUND))
        except HelpdeskError:
            errors += 1
        clock.advance(1)
    assert errors == 400
    assert len(vendor.requests) == 400 + 100

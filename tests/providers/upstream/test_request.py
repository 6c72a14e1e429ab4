"""What leaves with a request and what is remembered of it."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from models.errors import BadInput
from providers.upstream import Lane, Upload, current_lane, lane_is, recording
from runtime.clock import ManualClock
from runtime.deadline import Deadline, current_deadline, deadline_is


class Echo:
    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(201, json={}, headers={"X-Custom": "1"})


async def test_the_standing_headers_and_the_callers(account, call):
    vendor = Echo()
    answer = await account(vendor).request(call(headers={"Accept-Language": "de"}))
    headers = vendor.requests[0].headers
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["accept"] == "application/json"
    assert (headers["accept-language"], headers["authorization"]) == ("de", "Basic c2VjcmV0")
    assert answer.headers["x-custom"] == "1"


async def test_a_json_body(account, call):
    vendor = Echo()
    await account(vendor).request(call(method="POST", json={"subject": "Grüße"}))
    request = vendor.requests[0]
    assert request.content == '{"subject":"Grüße"}'.encode()
    assert request.headers["content-type"] == "application/json"


async def test_a_form(account, call):
    vendor = Echo()
    await account(vendor).request(call(method="POST", form=[("grant_type", "x"), ("scope", "a b")]))
    assert vendor.requests[0].content == b"grant_type=x&scope=a+b"


async def test_a_multipart_body_with_repeated_fields_is_whole_on_every_attempt(account, call):
    bodies = []

    def vendor(request):
        bodies.append(request.content)
        return httpx.Response(503 if len(bodies) == 1 else 201, json={})

    parts = [Upload("attachments[]", f"{n}.txt", b"file%d" % n, "text/plain") for n in range(2)]
    form = [("subject", "Hi"), ("tags[]", "a"), ("tags[]", "b")]
    await account(vendor).request(call(method="POST", idempotent=True, form=form, files=parts))
    assert len(bodies) == 2
    for body in bodies:
        assert body.count(b'name="tags[]"') == 2
        assert body.count(b'name="attachments[]"; filename=') == 2
        assert b"file0" in body
        assert b"file1" in body


async def test_every_attempt_is_recorded_once_for_each_listener(account, call, caplog):
    caplog.set_level(logging.DEBUG, logger="deskgraph.upstream")
    answers = [503, 200]
    upstream = account(lambda request: httpx.Response(answers.pop(0), json={}))
    with recording() as outer:
        with recording() as inner:
            await upstream.request(call("/tickets/7?page=2", endpoint="GET /tickets/{id}"))
        assert inner == outer
    assert [(c.status, c.attempt, c.endpoint, c.path) for c in inner] == [
        (503, 1, "GET /tickets/{id}", "/api/v2/tickets/7"),
        (200, 2, "GET /tickets/{id}", "/api/v2/tickets/7"),
    ]
    assert len([r for r in caplog.records if "upstream call" in r.message]) == 2
    answers[:] = [200]
    await upstream.request(call())
    assert len(outer) == 2


async def test_two_requests_do_not_see_each_others_calls(account, call):
    upstream = account(Echo())

    async def one(n):
        with recording() as calls:
            await upstream.request(call(f"/tickets/{n}"))
            await asyncio.sleep(0)
        return [c.path for c in calls]

    assert await asyncio.gather(one(1), one(2)) == [["/api/v2/tickets/1"], ["/api/v2/tickets/2"]]


async def test_the_redactor_has_the_last_word_on_paths(account, call):
    with recording() as calls:
        await account(Echo(), redact=lambda path: "/…").request(call())
    assert calls[0].path == "/…"


async def test_lane_and_deadline_come_with_the_context(account, call):
    clock = ManualClock()
    with lane_is(Lane.BACKGROUND), deadline_is(Deadline(5)) as outer, deadline_is(Deadline(9)) as inner:
        answer = await account(Echo(), clock=clock).request(call())
        later = await account(Echo(), clock=clock).request(call(deadline=Deadline(3), lane=Lane.INTERACTIVE))
        assert outer == inner == current_deadline()
    assert (answer.call.lane, answer.call.deadline) == (Lane.BACKGROUND, Deadline(5))
    assert (later.call.lane, later.call.deadline) == (Lane.INTERACTIVE, Deadline(3))
    assert (current_lane(), current_deadline()) == (Lane.INTERACTIVE, None)


async def test_budgets_are_told_before_and_after_the_first_call(account, call):
    def vendor(request):
        return httpx.Response(200, json={}, headers={"x-total": "40", "x-remaining": "12", "x-reset": "30"})

    upstream = account(vendor)
    assert upstream.budgets()["contacts"].remaining == 100
    await upstream.request(call())
    state = upstream.budgets()["tickets"]
    assert (state.limit, state.remaining, state.throttled_seconds) == (40, 12, 0)
    assert 30 <= state.reset_seconds <= 31


async def test_closing_leaves_a_given_transport_open(account, call):
    closed = []

    class Transport(httpx.MockTransport):
        async def aclose(self):
            closed.append(self)

    await account(Echo(), transport=Transport(Echo())).aclose()
    assert closed == []


async def test_what_is_too_long_for_an_address_is_refused_and_says_nothing_about_the_helpdesk(account, call):
    vendor = Echo()
    upstream = account(vendor)
    await upstream.request(call(params={"query": "x" * 7_900}))
    for _ in range(10):
        with pytest.raises(BadInput, match="too long"):
            await upstream.request(call(params={"query": "x" * 8_000}))
    assert len(vendor.requests) == 1
    assert set(upstream.health().circuits.values()) == {"closed"}

"""`Upstream`: the client of one helpdesk account. Its promises are in the package's docstring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from random import Random
from urllib.parse import urlencode

import httpx

from models.errors import BadInput, DeadlineExceeded, HelpdeskError
from providers.upstream.allowance import take_one
from providers.upstream.attempts import Attempts
from providers.upstream.budget import BudgetState, LocalBudget, SharedBudget
from providers.upstream.call import Answer, Call, Credential
from providers.upstream.files import Files, FileStream
from providers.upstream.line import Health, Line
from providers.upstream.policy import FamilyPolicy, Learn, UpstreamPolicy, current_lane
from providers.upstream.records import CallRecord, record
from providers.upstream.renewal import Renewal
from providers.upstream.shared import InFlight
from providers.upstream.transport import PooledTransport
from providers.upstream.urls import FileHosts, House
from providers.upstream.verdict import Classify
from providers.upstream.wire import Wire
from runtime.clock import Clock, SystemClock
from runtime.deadline import current_deadline

LONGEST_TARGET = 8_000  # what common servers take as path and query; behind it they answer 414 or just hang up
GRACE = 0.05  # the shared call itself ends at the deadline and says why; this is for one begun by somebody more patient


class Upstream:
    """The one HTTP policy, for one account. See the package's docstring for what each argument decides."""

    def __init__(
        self,
        helpdesk: str,
        base_url: str,
        *,
        credentials: Credential,
        families: Mapping[str, FamilyPolicy],
        transport: httpx.AsyncBaseTransport | None = None,
        policy: UpstreamPolicy | None = None,
        clock: Clock | None = None,
        budget: SharedBudget | None = None,
        learn: Learn | None = None,
        classify: Classify | None = None,
        file_hosts: FileHosts = lambda host: False,
        redact: Callable[[str], str] = lambda text: text,
        allow_http_loopback: bool = False,
        request_id_header: str = "x-request-id",
        random: Random | None = None,
    ) -> None:
        self.helpdesk = helpdesk
        self._families = families
        self._redact = redact
        self.policy = policy or UpstreamPolicy()
        self._clock: Clock = clock or SystemClock()
        self.house = House.at(helpdesk, base_url, allow_http_loopback, file_hosts)
        self._owned = PooledTransport(self.policy, allow_loopback=allow_http_loopback) if transport is None else None
        used = transport or self._owned
        assert used is not None
        self._budget: SharedBudget = budget or LocalBudget(self._clock)
        self._line = Line(helpdesk, families, self.policy, self._clock, self._budget, learn, redact)
        self._renewal = Renewal(credentials)
        wire = Wire(helpdesk, used, credentials, self.policy, self._clock)
        self._attempts = Attempts(
            self._line, wire, self._renewal, classify or _unclassified, request_id_header, random or Random()
        )
        self._files = Files(self._line, wire, self.house, self._renewal, classify or _unclassified)
        self._in_flight: InFlight[Answer] = InFlight()

    def __repr__(self) -> str:
        return f"Upstream({self.helpdesk!r})"

    async def request(self, call: Call) -> Answer:
        """The vendor's answer, or one of the errors of models/errors.py. Identical reads in flight share one call."""
        call = self._settled(call)
        url = self.house.url(call.path)
        self._check_length(call, url)
        work = partial(self._attempts.run, call, url)
        if not call.safe:
            take_one(self.helpdesk)
            return await work()
        key = self._key(call, url)
        while True:
            joined = key in self._in_flight
            if not joined:
                take_one(self.helpdesk)
            try:
                answer = await self._within(call, self._in_flight.run(key, work))
            except DeadlineExceeded:
                if joined and not (call.deadline and call.deadline.passed(self._clock)):
                    continue  # it was the deadline of whoever asked first
                raise
            if joined:
                self._spared(call, url, answer)
            return answer

    def stream(self, call: Call) -> AbstractAsyncContextManager[FileStream]:
        """A file as it comes: `async with upstream.stream(call) as file: async for piece in file.chunks: ...`."""
        return self._files.open(self._settled(call))

    def budgets(self) -> Mapping[str, BudgetState]:
        """What each bucket still allows, as last seen by this process."""
        seen = self._budget.states(self.helpdesk)
        return {
            name: BudgetState(name, family.total, family.total, 0.0) for name, family in self._families.items()
        } | dict(seen)

    def health(self) -> Health:
        return self._line.health()

    async def aclose(self) -> None:
        await self._in_flight.aclose()
        await self._line.aclose()
        await self._renewal.aclose()
        if self._owned is not None:
            await self._owned.aclose()

    def _settled(self, call: Call) -> Call:
        """Lane and deadline, which may come from the context, written into the call."""
        ambient = current_deadline()
        deadline = call.deadline or ambient
        if call.deadline and ambient:
            deadline = min(call.deadline, ambient)
        return replace(
            call, method=call.method.upper(), lane=current_lane() if call.lane is None else call.lane, deadline=deadline
        )

    def _check_length(self, call: Call, url: httpx.URL) -> None:
        """A peer that hangs up on a caller's long text would look like one that fails, to the circuit as well."""
        if len(url.raw_path) + len(urlencode(call.params or {})) > LONGEST_TARGET:
            raise BadInput(
                "A text or list in this request is too long to ask the helpdesk for; shorten it.",
                helpdesk=self.helpdesk,
            )

    def _key(self, call: Call, url: httpx.URL) -> Hashable:
        params = tuple(sorted((name, str(value)) for name, value in (call.params or {}).items()))
        headers = tuple(sorted((call.headers or {}).items()))
        return (call.method, str(url), params, headers, call.lane, call.anonymous, self._renewal.generation)

    async def _within(self, call: Call, waiting: Awaitable[Answer]) -> Answer:
        """Waits no longer than the caller's own deadline, whatever the shared call still does."""
        if call.deadline is None:
            return await waiting
        try:
            async with asyncio.timeout(max(0.0, call.deadline.remaining(self._clock)) + GRACE):
                return await waiting
        except TimeoutError:
            raise DeadlineExceeded("The time for this request ran out.", helpdesk=self.helpdesk) from None

    def _spared(self, call: Call, url: httpx.URL, answer: Answer) -> None:
        record(
            CallRecord(
                self.helpdesk,
                call.method,
                call.endpoint,
                self._redact(url.path),
                answer.status,
                0,
                0.0,
                0.0,
                0,
                shared=True,
            )
        )


def _unclassified(answer: Answer) -> HelpdeskError | None:
    return None

"""A call with its second chances: what is asked again, when, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import httpx

from models.errors import HelpdeskError
from providers.upstream.admission import Patience
from providers.upstream.call import Answer, Call
from providers.upstream.line import Line
from providers.upstream.policy import Lane
from providers.upstream.renewal import Renewal
from providers.upstream.retry import RetryBudget, backoff, retry_after, throttle_seconds
from providers.upstream.transport import Fault
from providers.upstream.verdict import Classify, error_of, plain_headers, repeatable
from providers.upstream.wire import Reply, Wire

LEAST = 0.05  # an attempt with less time than this is not begun


@dataclass(slots=True)
class _Progress:
    """Where one request stands. `spent` is wire and backoff time; waiting for the budget is `patience`'s."""

    patience: Patience
    attempt: int = 0
    spent: float = 0.0
    generation: int = 0
    renewed: bool = False
    cut: bool = False


class Attempts:
    def __init__(
        self,
        line: Line,
        wire: Wire,
        renewal: Renewal,
        classify: Classify,
        request_id_header: str,
        random: Random,
    ) -> None:
        self._line = line
        self._policy = line.policy
        self._clock = line.clock
        self._wire = wire
        self._renewal = renewal
        self._classify = classify
        self._request_id_header = request_id_header
        self._random = random
        self._retries = RetryBudget(line.policy)

    async def run(self, call: Call, url: httpx.URL) -> Answer:
        state = _Progress(self._line.patience(call))
        while True:
            reply = await self._attempt(call, url, state)
            answer = self._answer(call, reply, state.attempt)
            error = self._error(call, reply, answer, state.cut)
            if error is None:
                self._retries.earn()
                return answer
            if reply.status == 401 and await self._renewed(call, state):
                continue
            pause = self._pause(call, reply, state)
            if pause is None:
                raise error from None
            if pause > 0:
                await self._clock.sleep(pause)
            state.spent += pause

    async def _attempt(self, call: Call, url: httpx.URL, state: _Progress) -> Reply:
        state.attempt += 1
        state.generation = self._renewal.generation

        async def send() -> Reply:
            seconds, state.cut = self._time(call, state)
            return await self._wire.send(call, url, seconds)

        reply = await self._line.exchange(call, url.path, send, state.attempt, state.patience)
        state.spent += reply.elapsed
        return reply

    def _time(self, call: Call, state: _Progress) -> tuple[float, bool]:
        """Seconds for this attempt, and whether the caller's deadline is what limits them."""
        ours = self._left(call, state)
        theirs = math.inf if call.deadline is None else call.deadline.remaining(self._clock)
        return min(ours, theirs), theirs < ours

    def _left(self, call: Call, state: _Progress) -> float:
        """Somebody waits for an interactive call: its attempts share one total. Background attempts have one each."""
        return self._policy.total - (state.spent if call.lane is Lane.INTERACTIVE else 0.0)

    async def _renewed(self, call: Call, state: _Progress) -> bool:
        if state.renewed or call.anonymous:
            return False
        state.renewed = True
        return await self._renewal.after(state.generation)

    def _pause(self, call: Call, reply: Reply, state: _Progress) -> float | None:
        """Seconds before the next attempt; None when there shall be none."""
        if state.attempt >= self._policy.attempts + state.renewed:
            return None
        if reply.status == 429:
            # The account is closed until then; the gate does the waiting, if it fits.
            fits = throttle_seconds(reply.headers, self._policy, self._clock) <= state.patience.left
            return 0.0 if fits and self._retries.spend() else None
        if not repeatable(call, reply) or self._line.closed_for(call) is not None:
            return None
        asked = retry_after(reply.headers, self._clock) if reply.status == 503 else None
        pause = max(asked or 0.0, backoff(self._policy, state.attempt, self._random))
        if pause + LEAST > min(self._left(call, state), self._remaining(call)):
            return None
        timed_out = reply.fault is not None and reply.fault.fault is Fault.TIMED_OUT
        return pause if self._retries.spend(timed_out=timed_out) else None

    def _remaining(self, call: Call) -> float:
        return math.inf if call.deadline is None else call.deadline.remaining(self._clock)

    def _answer(self, call: Call, reply: Reply, attempt: int) -> Answer:
        return Answer(
            reply.status or 0,
            plain_headers(reply.headers),
            reply.body,
            reply.elapsed,
            attempt,
            call,
            self._line.helpdesk,
        )

    def _error(self, call: Call, reply: Reply, answer: Answer, cut: bool) -> HelpdeskError | None:
        request_id = answer.headers.get(self._request_id_header)
        error = error_of(call, reply, self._line.helpdesk, request_id, cut=cut)
        if error is not None and reply.status == 429:
            error.retry_after = throttle_seconds(reply.headers, self._policy, self._clock)
        if error is not None and reply.status == 503:
            error.retry_after = retry_after(reply.headers, self._clock)
        if error is None and reply.status is not None and reply.status >= 400:
            found = self._classify(answer)
            return found.at(self._line.helpdesk) if found else None
        return error

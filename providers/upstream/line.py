"""The line to one account: every wire call passes its circuit and its budget, is measured, and teaches the budget."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import get_args

from models.errors import DeadlineExceeded, Unavailable
from providers.upstream.admission import Admission, Patience
from providers.upstream.budget import Bucket, SharedBudget
from providers.upstream.call import Call, Kind
from providers.upstream.circuit import Circuit
from providers.upstream.policy import FamilyPolicy, Lane, Learn, Observation, UpstreamPolicy
from providers.upstream.probes import Probes
from providers.upstream.records import CallRecord, record
from providers.upstream.retry import retry_after, throttle_seconds
from providers.upstream.verdict import failed
from providers.upstream.wire import Reply
from runtime.clock import Clock

log = logging.getLogger("deskgraph.upstream")


@dataclass(frozen=True, slots=True)
class Health:
    """How the helpdesk has been doing. `circuits` is per kind of call: closed, open or half-open."""

    circuits: Mapping[Kind, str]
    last_error: str | None
    last_latency_ms: float | None

    @property
    def answering(self) -> bool:
        return all(state == "closed" for state in self.circuits.values())


class Line:
    def __init__(
        self,
        helpdesk: str,
        families: Mapping[str, FamilyPolicy],
        policy: UpstreamPolicy,
        clock: Clock,
        budget: SharedBudget,
        learn: Learn | None,
        redact: Callable[[str], str],
    ) -> None:
        self.helpdesk = helpdesk
        self.policy = policy
        self.clock = clock
        self._families = families
        self._budget = budget
        self._learn = learn
        self._redact = redact
        self._admission = Admission(helpdesk, budget, policy, clock)
        self._circuits: dict[Kind, Circuit] = {kind: Circuit(policy, clock) for kind in get_args(Kind)}
        self._probes = Probes()
        self._last_error: str | None = None
        self._last_latency: float | None = None

    def patience(self, call: Call) -> Patience:
        lane = call.lane or Lane.INTERACTIVE
        return Patience(self.clock, self.policy.wait(lane), call.deadline)

    async def exchange(
        self, call: Call, path: str, send: Callable[[], Awaitable[Reply]], attempt: int, patience: Patience
    ) -> Reply:
        """One wire call, admitted, measured, learned from: the Reply, good or bad. Raises when it may not leave."""
        work = self._exchange(call, path, send, attempt, patience)
        if self._circuits[call.sort].state == "half-open":
            return await self._probes.run(work)
        return await work

    async def _exchange(
        self, call: Call, path: str, send: Callable[[], Awaitable[Reply]], attempt: int, patience: Patience
    ) -> Reply:
        waited_before = patience.waited
        await self._pass(call, patience)
        async with self._admission.enter(
            self._chain(call.family), call.cost, call.lane or Lane.INTERACTIVE, patience
        ) as charge:
            reply: Reply | None = None
            try:
                reply = await self._through(call, send, patience)
            finally:
                await self._budget.answered(self.helpdesk, charge, self._seen(call, reply))
        if reply.status == 429:
            await self._throttle(call, reply)
        self._last_latency = reply.elapsed * 1000
        self._last_error = _word(reply) if failed(reply) else None
        self.note(call, path, reply, attempt=attempt, waited=patience.waited - waited_before, credits=call.cost)
        return reply

    async def _through(self, call: Call, send: Callable[[], Awaitable[Reply]], patience: Patience) -> Reply:
        """Past the circuit, which may have opened while the call waited."""
        await self._pass(call, patience)
        circuit = self._circuits[call.sort]
        probe = circuit.begin()
        reply: Reply | None = None
        try:
            with self._probes.deciding() if probe else nullcontext():
                reply = await send()
        finally:
            circuit.end(self._judge(reply), probe)
        return reply

    async def _pass(self, call: Call, patience: Patience) -> None:
        """A call that meets a probe shares its fate: refused at once, it would fail its whole reading, and with that
        end the probe, while the helpdesk is well again."""
        start = self.clock.monotonic()
        await self._circuits[call.sort].verdict(max(0.0, patience.left))
        patience.waited += self.clock.monotonic() - start
        self.check(call)

    def check(self, call: Call) -> None:
        """Nothing leaves after the caller's deadline, nor into an open circuit."""
        if call.deadline is not None and call.deadline.passed(self.clock):
            raise DeadlineExceeded(
                "The time for this request was over before the helpdesk was asked.", helpdesk=self.helpdesk
            )
        seconds = self.closed_for(call)
        if seconds is not None:
            raise Unavailable(
                f"The helpdesk has been failing and is left alone for {seconds:.0f} s.",
                helpdesk=self.helpdesk,
                retry_after=seconds,
            )

    def closed_for(self, call: Call) -> float | None:
        """Seconds for which the circuit lets no such call through; None when it does."""
        return self._circuits[call.sort].refusal()

    async def aclose(self) -> None:
        await self._probes.aclose()

    def _chain(self, family: str) -> tuple[Bucket, ...]:
        """The family's bucket and the buckets above it."""
        chain: list[Bucket] = []
        name: str | None = family
        while name is not None:
            chain.append(Bucket(name, self._families[name]))
            name = self._families[name].parent
        return tuple(chain)

    def _judge(self, reply: Reply | None) -> bool | None:
        if reply is None:
            return None
        early = reply.elapsed < self.policy.total / 2
        if reply.fault is not None and reply.fault.cause == "Total" and early:
            return None  # a caller in a hurry says nothing about the helpdesk
        return not failed(reply)

    def _seen(self, call: Call, reply: Reply | None) -> Iterable[Observation]:
        if reply is None or reply.status is None or self._learn is None:
            return ()
        return tuple(self._learn(call.family, reply.headers))

    async def _throttle(self, call: Call, reply: Reply) -> None:
        seconds = throttle_seconds(reply.headers, self.policy, self.clock)
        said = retry_after(reply.headers, self.clock)
        if said is not None and said > seconds:
            log.warning("helpdesk %s asked for a pause of %.0f s; taken as %.0f s", self.helpdesk, said, seconds)
        whole = self._families[call.family].closes_account
        await self._budget.throttle(self.helpdesk, call.family, seconds, whole_account=whole)

    def note(self, call: Call, path: str, reply: Reply, *, attempt: int, waited: float, credits: int) -> None:
        record(
            CallRecord(
                helpdesk=self.helpdesk,
                method=call.method,
                endpoint=call.endpoint,
                path=self._redact(path),
                status=reply.status,
                credits=credits,
                waited_ms=waited * 1000,
                elapsed_ms=reply.elapsed * 1000,
                attempt=attempt,
                error=reply.fault.cause if reply.fault else None,
            )
        )

    def health(self) -> Health:
        states = {kind: circuit.state for kind, circuit in self._circuits.items()}
        return Health(states, self._last_error, self._last_latency)


def _word(reply: Reply) -> str:
    return reply.fault.fault.value if reply.fault else f"status {reply.status}"

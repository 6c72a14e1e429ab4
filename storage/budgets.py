"""The rate budget of every account, shared by all processes that share the database.

It keeps the promise of `SharedBudget` (providers/upstream/budget.py) by the same windows, kept as one row for each
account and counted by the database's clock. Each step is one short transaction: the row is locked, the windows brought
to the present, and written back.

What holds
- No window of the vendor holds more of our calls than its limit, whatever processes they come from; the background lane
  takes its share of it at most, over all of them. What a vendor's headers or a 429 said to one process, all know.
- Nobody waits for the sync's writing: on PostgreSQL these transactions take no tenant's lock, on SQLite the row lives
  in a file beside, with a writer of its own. They hold nothing else, so there is no deadlock to be had.
- A process that dies with calls under way has them counted for `FLIGHT_S` and a window more.
- Without the database calls go on by what this process saw last, counted by itself, and are told to the others by their
  vendor's answers once it is back: a call that was answered is never lost for it.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.errors import StorageUnavailable
from providers.upstream.budget import BUCKETS_KEPT, Bucket, BudgetState, Charge, Refusal
from providers.upstream.policy import FamilyPolicy, Lane, Observation
from providers.upstream.window import Window
from runtime.clock import Clock
from storage.clocks import database_millis
from storage.database import Database, Session
from storage.statements import Name, Statement
from storage.tables.syncing import budgets
from storage.tenants import Tenancy

FLIGHT_S: Final = 120.0
"""No call is under way for longer."""
GRAIN_S: Final = 0.5
_FORM: Final = 1
R = TypeVar("R")

_b = budgets.c
_MINE = (_b.tenant == bindparam("of_tenant"), _b.account == bindparam("of_account"), _b.bucket == literal_column("''"))
_LOCK = Statement(select(_b.state, database_millis()).where(*_MINE).with_for_update())
_PUT = Statement(update(budgets).where(*_MINE).values(state=bindparam("now_state", type_=_b.state.type)))
_FRESH: dict[Name, Statement] = {
    "sqlite": Statement(sqlite.insert(budgets).on_conflict_do_nothing()),
    "postgresql": Statement(postgresql.insert(budgets).on_conflict_do_nothing()),
}


@dataclass(frozen=True, slots=True)
class SqlCharge(Charge):
    """`flight` is how the other processes know of it."""

    flight: str = ""


@dataclass(slots=True)
class _Flight:
    ends: float
    cost: int
    lane: Lane
    names: list[str]


@dataclass(slots=True)
class _Account:
    """What the row of an account says. `at`: when it was last looked at."""

    at: float = 0.0
    throttled_until: float = -math.inf
    windows: dict[str, Window] = field(default_factory=dict)
    flights: dict[str, _Flight] = field(default_factory=dict)

    def advance(self, now: float) -> float:
        """Time does not go back, whoever asks. Calls that nobody has told the end of are taken for answered."""
        self.at = now = max(now, self.at)
        for name in [name for name, flight in self.flights.items() if flight.ends <= now]:
            self.land(name, self.flights[name].ends)
        for window in self.windows.values():
            window.advance(now)
        return now

    def land(self, name: str, now: float) -> bool:
        """False for a flight that is not known."""
        flight = self.flights.pop(name, None)
        if flight is None:
            return False
        for bucket in flight.names:
            self.windows[bucket].answered(now, flight.cost, flight.lane)
        return True

    def take(self, now: float, buckets: Sequence[Bucket], cost: int, lane: Lane, share: float) -> SqlCharge | Refusal:
        if self.throttled_until > now:
            return Refusal(self.throttled_until - now, "account", throttled=True)
        found = [(bucket.name, self.window(bucket.name, bucket.policy)) for bucket in buckets]
        for name, window in found:
            if window.throttled_until > now:
                return Refusal(window.throttled_until - now, name, throttled=True)
            if (wait := window.wait(now, cost, lane, share)) > 0:
                return Refusal(wait, name)
        for _, window in found:
            window.take(cost, lane)
        flight = secrets.token_hex(6)
        self.flights[flight] = _Flight(now + FLIGHT_S, cost, lane, [name for name, _ in found])
        return SqlCharge(cost, lane, tuple((name, window.number) for name, window in found), flight)

    def answered(self, now: float, charge: SqlCharge, seen: Sequence[Observation]) -> None:
        numbers = dict(charge.windows)
        if not self.land(charge.flight, now):
            for window in (self.windows[name] for name in numbers if name in self.windows):
                window.take(charge.cost, charge.lane)
                window.answered(now, charge.cost, charge.lane)
        for observation in seen:
            if observation.family in self.windows or len(self.windows) < BUCKETS_KEPT:
                window = self.window(observation.family, FamilyPolicy(observation.total))
                current = numbers.get(observation.family, window.number) == window.number
                window.observe(now, observation, current=current)

    def throttle(self, now: float, bucket: str, seconds: float, *, whole_account: bool) -> None:
        self.window(bucket, FamilyPolicy(None)).throttle(now + seconds)
        if whole_account:
            self.throttled_until = max(self.throttled_until, now + seconds)

    def window(self, name: str, policy: FamilyPolicy) -> Window:
        if name not in self.windows:
            self.windows[name] = Window(policy.total, policy.window)
        return self.windows[name]

    def state(self, name: str, now: float) -> BudgetState:
        window = self.windows[name]
        throttled = max(0.0, self.throttled_until - now, window.throttled_until - now)
        return BudgetState(name, window.limit, window.left(), window.full_in(now), throttled)

    def text(self) -> str:
        until = None if self.throttled_until == -math.inf else self.throttled_until
        windows = {name: window.values(GRAIN_S) for name, window in self.windows.items()}
        flights = {name: [one.ends, one.cost, int(one.lane), one.names] for name, one in self.flights.items()}
        return orjson.dumps([_FORM, self.at, until, windows, flights]).decode()


def _read(text: str) -> _Account:
    """What another release wrote in another form is begun anew: its vendor will tell."""
    form, *rest = orjson.loads(text) if text else (0,)
    if form != _FORM:
        return _Account()
    at, until, windows, flights = rest
    return _Account(
        at,
        -math.inf if until is None else until,
        {name: Window.of(values) for name, values in windows.items()},
        {name: _Flight(ends, cost, Lane(lane), names) for name, (ends, cost, lane, names) in flights.items()},
    )


Now = Callable[[float], float]
"""The present, given what the database's clock says."""


class SqlBudget:
    """One tenant's accounts. `clock` only counts while the database cannot be asked, and for `states`. `now`: for
    tests, another clock than the database's."""

    def __init__(self, db: Database, tenancy: Tenancy, clock: Clock, *, now: Now = lambda told: told) -> None:
        self._db, self._tenant, self._clock, self._now = db, tenancy.number, clock, now
        self._seen: dict[str, tuple[_Account, float]] = {}

    async def take(
        self, account: str, buckets: Sequence[Bucket], cost: int, lane: Lane, share: float
    ) -> Charge | Refusal:
        return await self._step(account, lambda found, now: found.take(now, buckets, cost, lane, share))

    async def answered(self, account: str, charge: Charge, seen: Iterable[Observation]) -> None:
        assert isinstance(charge, SqlCharge)
        told = tuple(seen)
        await self._step(account, lambda found, now: found.answered(now, charge, told))

    async def throttle(self, account: str, bucket: str, seconds: float, *, whole_account: bool) -> None:
        await self._step(account, lambda found, now: found.throttle(now, bucket, seconds, whole_account=whole_account))

    def states(self, account: str) -> Mapping[str, BudgetState]:
        found = self._alone(account)
        return {name: found.state(name, found.at) for name in found.windows}

    async def _step(self, account: str, step: Callable[[_Account, float], R]) -> R:
        try:
            return await self._shared(account, step)
        except StorageUnavailable:
            found = self._alone(account)
            return step(found, found.at)

    async def _shared(self, account: str, step: Callable[[_Account, float], R]) -> R:
        keys = {"of_tenant": self._tenant, "of_account": account}
        async with self._db.brief(self._tenant) as session:
            text, told = await self._locked(session, keys)
            found = _read(text)
            result = step(found, found.advance(self._now(told / 1000)))
            await session.run(_PUT, {**keys, "now_state": found.text()})
        self._seen[account] = found, self._clock.monotonic()
        return result

    async def _locked(self, session: Session, keys: dict[str, Any]) -> tuple[str, int]:
        row = await session.one(_LOCK, keys)
        if row is None:
            fresh = {"tenant": self._tenant, "account": keys["of_account"], "bucket": "", "opened": 0.0, "state": ""}
            await session.run(_FRESH[session.name], fresh)
            row = await session.one(_LOCK, keys)
            assert row is not None
        return row[0], row[1]

    def _alone(self, account: str) -> _Account:
        """As this process saw it last, brought to the present."""
        clock = self._clock.monotonic()
        found, then = self._seen.get(account, (_Account(), clock))
        found.advance(found.at + max(0.0, clock - then))
        self._seen[account] = found, clock
        return found

"""One Zendesk account: a desk, seen with the vendor's eyes, and what only the vendor keeps beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from providers.zendesk.simulator.changes import ChangeLog
from providers.zendesk.simulator.credentials import Credentials
from providers.zendesk.simulator.idempotency import Idempotency
from providers.zendesk.simulator.jobs import Jobs
from providers.zendesk.simulator.limits import Limits
from providers.zendesk.simulator.oauth_store import OAuthStore
from providers.zendesk.simulator.profile import Profile
from providers.zendesk.simulator.uploads import Uploads
from runtime.clock import Clock
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.listing import TicketQuery
from sandbox.records import Agent, Ticket
from sandbox.tickets import EVERYTHING

_SWITCHES = {f"zendesk.{field.name}": field.name for field in fields(Profile)}


@dataclass(slots=True)
class Account:
    desk: Desk
    controls: Controls
    defaults: Profile
    clock: Clock
    credentials: Credentials
    limits: Limits
    oauth: OAuthStore
    idempotency: Idempotency
    jobs: Jobs
    uploads: Uploads
    founded: datetime
    luck: random.Random
    oldest: int
    """The number of the last ticket the account began with."""
    changes: ChangeLog = field(default_factory=ChangeLog)
    scrubbed: set[int] = field(default_factory=set)
    """Tickets deleted for good."""
    erased: set[int] = field(default_factory=set)
    """People deleted for good."""
    sizes: LRUCache[int, int] = field(default_factory=lambda: LRUCache(50_000))
    rows: LRUCache[tuple[int, bool, str], tuple[Ticket, int, Profile, dict[str, Any]]] = field(
        default_factory=lambda: LRUCache(4096)
    )
    """Tickets as they were shown, with what they were made of."""
    approves: bool = True
    """What the authorize page answers: nobody is there to press the button."""

    @property
    def profile(self) -> Profile:
        """The profile with the control door's switches, named `zendesk.<field>`."""
        switches = self.controls.switches
        given = {_SWITCHES[name]: value for name, value in switches.items() if name in _SWITCHES}
        if not given:
            return self.defaults
        if "plan_gated" in given:
            given["plan_gated"] = frozenset(given["plan_gated"])
        return replace(self.defaults, **given)

    def agent_by_email(self, email: str) -> Agent | None:
        return self.desk.staff.agent_by_email(email)


def open_account(desk: Desk, controls: Controls, profile: Profile) -> Account:
    clock = controls.clock
    admin = next(agent for agent in desk.staff.agents() if agent.role == "admin" and agent.active)
    credentials = Credentials(email=admin.email)
    return Account(
        desk=desk,
        controls=controls,
        defaults=profile,
        clock=clock,
        credentials=credentials,
        limits=Limits(clock, controls.limits(desk.name)),
        oauth=OAuthStore(clock, credentials.clients(admin.number), [(credentials.oauth_token, 1, admin.number)]),
        idempotency=Idempotency(clock),
        jobs=Jobs(clock, profile.polls_per_job),
        uploads=Uploads(clock),
        founded=min(agent.created for agent in desk.staff.agents()),
        luck=random.Random(7),
        oldest=desk.tickets.count(TicketQuery(order="number", where=EVERYTHING)),
    )

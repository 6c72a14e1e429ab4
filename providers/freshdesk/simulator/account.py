"""The account that is played: one desk of the pretend company, and what Freshdesk keeps that no other vendor has."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import msgspec
from cachetools import LRUCache

from providers.freshdesk.simulator.profile import Profile
from providers.freshdesk.simulator.words import Statuses
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.records import Ticket


class TicketExtra(msgspec.Struct, kw_only=True):
    """What was written to a ticket and the company's own records have no word for."""

    source: int | None = None
    due_by: datetime | None = None
    fr_due_by: datetime | None = None
    due_from: datetime | None = None
    """When due times were last set to be computed: they show some seconds later."""
    email_config: int | None = None
    kinds: dict[int, int] = {}
    """Message number to the conversation's source where it is not told by the message's kind."""
    incoming: set[int] = set()
    watchers: set[int] = set()
    associated: int | None = None


class Job(msgspec.Struct, frozen=True):
    id: str
    started: datetime
    name: str


class TimeEntry(msgspec.Struct, kw_only=True):
    number: int
    ticket: int
    agent: int | None
    note: str | None
    billable: bool
    seconds: int
    running: bool
    executed: datetime
    started: datetime
    created: datetime
    updated: datetime


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    ticket: int
    user: int
    agent: int | None
    group: int | None
    value: int
    feedback: str | None
    created: datetime


class Account:
    """One per face; a sandbox's reset makes a new one."""

    def __init__(self, desk: Desk, controls: Controls, profile: Profile) -> None:
        self.desk = desk
        self.controls = controls
        self._profile = profile
        self.statuses = Statuses(desk.forms)
        self.extras: dict[int, TicketExtra] = {}
        self.jobs: dict[str, Job] = {}
        self.time_entries: dict[int, TimeEntry] = {}
        self.ratings: dict[int, Rating] = {}
        self.removed_folders: set[int] = set()
        """Categories and folders deleted, with all below them."""
        self.purged: set[int] = set()
        """People hard-deleted: not even in the bin."""
        self.rows: LRUCache[int, tuple[Ticket, int, Profile, dict[str, Any]]] = LRUCache(4096)
        """Tickets as they were listed, with what they were made of."""
        self._secret = b"freshdesk simulator"

    def now(self) -> datetime:
        """Whole seconds: the account knows no finer ones."""
        return self.controls.clock.now().replace(microsecond=0)

    @property
    def profile(self) -> Profile:
        """The profile given, with what the control door has switched since."""
        switches = self.controls.switches
        if not switches:
            return self._profile
        names = {field.name: f"{self.desk.name}.{field.name}" for field in fields(Profile)}
        switched = {name: switches[key] for name, key in names.items() if key in switches}
        return replace(self._profile, **switched)

    def overlay(self, ticket: int) -> TicketExtra:
        """For writing; `extras.get` for reading."""
        return self.extras.setdefault(ticket, TicketExtra(kinds={}, incoming=set(), watchers=set()))

    def sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

"""What every part of the sync of one tenant works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from models.queries import Scope
from runtime.clock import Clock
from storage.checkpoints import Lease
from storage.database import Database
from storage.tenants import Tenancy
from sync.policy import SyncPolicy
from sync.steps import Steps, unwatched


@dataclass(frozen=True)
class SyncParts:
    """`owner` names this process among those that share the database. `scope` sees everything: what a caller may see
    is decided when the copy is read. `unreleased`: leases that could not be given back, since the database was gone."""

    db: Database
    tenancy: Tenancy
    clock: Clock
    owner: str
    scope: Scope
    policy: SyncPolicy = field(default_factory=SyncPolicy)
    steps: Steps = unwatched
    random: Random = field(default_factory=Random)
    unreleased: dict[tuple[str, str], Lease] = field(default_factory=dict)

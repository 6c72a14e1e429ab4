"""Tickets by the million, made up from a seed: a few large tenants and many small ones, each with two helpdesks.

Texts are drawn from words whose frequency falls like that of a real language: the first is in most tickets, the last in
hardly any. Times grow with the number, statuses and the like are spread as support desks have them. One ticket in ten
has an external id. Who asks is known for about half of the tickets (people.py).
"""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from models.enums import Channel, DetailLevel, Provenance, TicketPriority, TicketStatus, TicketType, Vendor
from models.records import HelpdeskInfo, NativeStatus, NativeValue, Ticket

SEED = 11
SMALL_TENANTS = 200
WORDS = 50_000
START = datetime(2021, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=1_800)
KEYS = ("freshdesk", "zendesk")
STATUSES = (TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.ON_HOLD, TicketStatus.RESOLVED, TicketStatus.CLOSED)
PRIORITIES = (TicketPriority.LOW, TicketPriority.NORMAL, TicketPriority.HIGH, TicketPriority.URGENT)
CHANNELS = (Channel.EMAIL, Channel.PORTAL, Channel.CHAT, Channel.PHONE, Channel.API)
TYPES = (TicketType.QUESTION, TicketType.INCIDENT, TicketType.PROBLEM, TicketType.NONE)
TAGS = [f"tag{n}" for n in range(200)]
CJK = ("配送が遅れています", "환불 요청합니다", "无法登录账户", "請求書について")


def infos() -> list[HelpdeskInfo]:
    return [HelpdeskInfo(key=key, vendor=Vendor(key.upper()), name=key, url=f"https://{key}.example") for key in KEYS]


def tenant_name(number: int) -> str:
    return f"tenant{number}"


def tenant_sizes(rows: int) -> list[int]:
    """How many tickets each tenant has; the first three hold 95 of 100."""
    large = [rows * share // 100 for share in (60, 25, 10)]
    rest = rows - sum(large)
    small = [rest // SMALL_TENANTS] * (SMALL_TENANTS - 1)
    return [*large, *small, rest - sum(small)]


@cache
def vocabulary() -> Sequence[str]:
    """The commonest word first."""
    rng = random.Random(SEED)
    return ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 9))) for _ in range(WORDS)]


@cache
def _weights() -> Sequence[float]:
    return list(itertools.accumulate(1 / (n + 1) for n in range(WORDS)))


def texts(rng: random.Random, count: int, words: int) -> list[str]:
    return [" ".join(rng.choices(vocabulary(), cum_weights=_weights(), k=words)) for _ in range(count)]


class Tickets:
    """The tickets of one tenant, in the order in which they were made."""

    def __init__(self, tenant: int, rows: int) -> None:
        self._rng = random.Random(SEED * 1_000_003 + tenant)
        self.rows = rows
        different = min(40_000, rows + 10)
        self._subjects = texts(self._rng, different, 6)
        self._bodies = texts(self._rng, different, 14)
        self._natives = {status: _native(status) for status in STATUSES}

    def __iter__(self) -> Iterator[Ticket]:
        step = SPAN / max(1, self.rows)
        for number in range(self.rows):
            yield self._ticket(number, START + number * step)

    def _ticket(self, number: int, created: datetime) -> Ticket:
        rng = self._rng
        dice = rng.random()
        status = STATUSES[bisect.bisect((0.1, 0.15, 0.2, 0.4), dice)]
        over = status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
        updated = created + timedelta(seconds=rng.randrange(500_000))
        rare = f" rare{number}" if number % 100_000 == 77 else ""
        cjk = f" {CJK[number % 4]}" if number % 50 == 0 else ""
        return Ticket(
            helpdesk=KEYS[number & 1],
            remote_id=str(number + 1),
            as_of=updated,
            created_at=created.replace(microsecond=0),
            updated_at=updated.replace(microsecond=0),
            detail=DetailLevel.LISTED,
            number=str(number + 1),
            version=str(int(updated.timestamp())),
            external_id=f"ext-{number + 1}" if number % 10 == 0 else None,
            subject=rng.choice(self._subjects) + rare + cjk,
            body_text=rng.choice(self._bodies),
            status=status,
            status_native=self._natives[status],
            priority=PRIORITIES[bisect.bisect((0.2, 0.8, 0.95), rng.random())],
            priority_native=NativeValue(value="2", label="Medium"),
            type=rng.choice(TYPES),
            channel=rng.choice(CHANNELS),
            tags=tuple(rng.sample(TAGS, 2)) if number % 3 == 0 else (),
            requester_id=str(rng.randrange(1, self.rows // 10 + 2)),
            assignee_id=str(rng.randrange(1, 300)) if dice > 0.05 else None,
            group_id=str(rng.randrange(1, 20)),
            organization_id=str(rng.randrange(1, self.rows // 100 + 2)) if dice < 0.8 else None,
            due_at=created + timedelta(days=3) if not over else None,
            first_responded_at=created + timedelta(seconds=rng.randrange(60, 90_000)),
            resolved_at=updated if over else None,
            closed_at=updated if status is TicketStatus.CLOSED else None,
            custom_fields={"cf_plan": rng.choice(("free", "pro", "team")), "cf_seats": rng.randrange(1, 500)},
            native={"source": 1, "status_code": 2},
        )


def _native(status: TicketStatus) -> NativeStatus:
    return NativeStatus(
        value=status.value.lower(), label=status.value.title(), category=status, provenance=Provenance.EXACT
    )

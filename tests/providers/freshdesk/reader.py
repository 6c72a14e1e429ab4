"""A reader of streams as plain as can be, and a desk to read from: what a copy has to end up with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from models.changes import ChangeBatch, Gone, Translated, Unread
from models.enums import Kind, Lifecycle, Vendor
from models.records import Agent, Contact, Group, Organization, Ticket
from providers import Link, Parts, build
from providers.base import Provider
from providers.freshdesk.simulator import ADMIN, Profile, face
from providers.freshdesk.simulator.ids import Base
from providers.upstream import UpstreamPolicy
from runtime.clock import ManualClock
from sandbox.app import create_sandbox
from sandbox.controls import Controls
from sandbox.desk import Desk as CompanyDesk
from sandbox.facts import Where
from sandbox.inprocess import InProcess
from sandbox.listing import TicketQuery
from sandbox.world import World

KINDS: dict[type, Kind] = {
    Ticket: Kind.TICKET,
    Contact: Kind.CONTACT,
    Agent: Kind.AGENT,
    Group: Kind.GROUP,
    Organization: Kind.ORGANIZATION,
    Translated: Kind.ARTICLE,
}
Record = Ticket | Contact | Agent | Group | Organization | Translated


class Plenty(dict[str, float]):
    """Limits nobody reaches: the client would keep to the real ones."""

    def get(self, name, default=None):
        return 1_000_000


class Desk:
    """One desk of the company, its face, and a provider linked to it."""

    def __init__(
        self,
        tickets: int = 300,
        profile: Profile | None = None,
        secret: str = ADMIN.secret,
        *,
        storm: int = 0,
        seed: int = 5,
        plenty: bool = True,
        policy: UpstreamPolicy | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.controls = Controls(self.clock)
        if plenty:
            self.controls.limits("freshdesk").figures = Plenty()
        self.world = World(seed, {"freshdesk": tickets}, self.controls.clock, span_days=100, storm={"freshdesk": storm})
        faces = {"freshdesk": lambda desk, controls: face(desk, controls, profile or Profile())}
        self.app = create_sandbox(self.world, faces, self.controls)
        link = Link(
            key="fd",
            vendor=Vendor.FRESHDESK,
            name="Freshdesk",
            domain="acme",
            base_url="http://127.0.0.1/freshdesk",
            secrets={"api_key": secret},
        )
        self.transport = InProcess(self.app)
        self.provider: Provider = build(
            link, Parts(clock=self.clock, transport=self.transport, policy=policy or UpstreamPolicy())
        )

    @property
    def company(self) -> CompanyDesk:
        return self.world.desk("freshdesk")

    def switch(self, **values: object) -> None:
        self.controls.switches.update({f"freshdesk.{name}": value for name, value in values.items()})

    def ids(self, state: str) -> set[str]:
        """The tickets that are live, deleted or spam, and not archived."""
        query = TicketQuery(where=Where(state=state))  # type: ignore[arg-type]
        return {str(ticket.number) for ticket in self.company.tickets.page(query, limit=1_000_000)}

    def people(self, *states: str) -> set[str]:
        """Who has left the staff is a contact."""
        found = self.company.people.page(states=frozenset(states), limit=1_000_000)
        left = [agent for agent in self.company.staff.agents() if not agent.active and "verified" in states]
        return {str(Base.USER.id(one.number)) for one in (*found, *left)}


@dataclass
class Copy:
    """By kind and id. A newer record replaces an older one, and of equal age what came last; what a whole pass did not
    show is gone."""

    provider: Provider
    records: dict[tuple[Kind, str], Record] = field(default_factory=dict)
    gone: dict[tuple[Kind, str], Gone] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    catalogues: dict[str, tuple] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)
    taken: int = 0

    async def take(self, stream: str) -> ChangeBatch:
        batch = await self.provider.changes(stream, self.checkpoints.get(stream))
        self.store(stream, batch)
        return batch

    def store(self, stream: str, batch: ChangeBatch) -> None:
        """Rows and checkpoint together."""
        for record in batch.records:
            self._put(record)
        for one in batch.gone:
            self.records.pop((one.kind, one.remote_id), None)
            self.gone[one.kind, one.remote_id] = one
        self.unread += batch.unreadable
        self.catalogues |= batch.catalogues
        self.taken += batch.rows
        self._note(stream, batch)
        self.checkpoints[stream] = batch.checkpoint

    def _put(self, record: Record) -> None:
        key = key_of(record)
        known = self.records.get(key)
        if known is None or _age(record) >= _age(known):
            self.records[key] = record

    def _note(self, stream: str, batch: ChangeBatch) -> None:
        spec = next(one for one in self.provider.streams if one.name == stream)
        if not spec.whole:
            assert not batch.pass_ended
            return
        shown = self.whole.setdefault(stream, set())
        shown |= {key_of(one)[1] for one in batch.records} | {
            one.remote_id for one in batch.unreadable if one.remote_id
        }
        if batch.pass_ended:
            kinds = {Kind[spec.kind.value.removesuffix("S")]} if spec.kind.value != "FIELDS" else set()
            for key in [key for key in self.records if key[0] in kinds and key[1] not in shown]:
                del self.records[key]
            self.whole[stream] = set()

    async def catch_up(self, *streams: str, between: Callable[[], None] = lambda: None) -> None:
        """Each stream, or each of these, until it says that there is nothing more."""
        for stream in streams or [one.name for one in self.provider.streams]:
            for _ in range(5_000):
                batch = await self.take(stream)
                between()
                if not batch.more:
                    break
            else:
                raise AssertionError(f"{stream} does not end")

    def of(self, kind: Kind, *lifecycles: Lifecycle) -> dict[str, Record]:
        return {
            ident: record
            for (other, ident), record in self.records.items()
            if other is kind and (not lifecycles or plain(record).lifecycle in lifecycles)
        }

    def ids(self, kind: Kind, *lifecycles: Lifecycle) -> set[str]:
        return set(self.of(kind, *lifecycles))

    def again(self) -> Copy:
        """A reader that has stored as much and knows nothing else."""
        return Copy(self.provider, dict(self.records), dict(self.gone), checkpoints=dict(self.checkpoints))


def plain(record: Record):
    return record.article if isinstance(record, Translated) else record


def key_of(record: Record) -> tuple[Kind, str]:
    return KINDS[type(record)], plain(record).remote_id


def _age(record: Record) -> tuple[bool, float]:
    moment = plain(record).updated_at
    return moment is not None, moment.timestamp() if moment else 0.0


def timeless(records: Iterable[Record]) -> Iterator[Record]:
    """Without the moment of reading."""
    for record in records:
        yield msgspec.structs.replace(record, as_of=ManualClock().now())

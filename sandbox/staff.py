"""The people who answer: agents, the groups they work in, the products they know."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from runtime.clock import Clock
from sandbox.records import Agent, Group, NoSuchRecord, Product
from sandbox.rng import mix, pick
from sandbox.roster import latin
from sandbox.vocabulary import FIRST_NAMES, LAST_NAMES, ZONES

_AGENTS = 14
_ROLES = (
    "admin",
    "agent",
    "agent",
    "agent",
    "agent",
    "light",
    "agent",
    "agent",
    "agent",
    "agent",
    "agent",
    "agent",
    "field",
    "agent",
)
_GROUPS = (
    ("Customer Care", "First answer to everything"),
    ("Technical Support", "Devices, apps and the API"),
    ("Billing", None),
    ("Returns & Repairs", "Warranty, spare parts, refunds"),
    ("Kundenservice DACH", "Deutsch, Österreich, Schweiz"),
    ("Escalations", "Second line, on call"),
)
_PRODUCTS = (("Halo Lamp", "Smart lighting"), ("Northwind App", "iOS and Android"), ("Wholesale Portal", None))
_LOCALES = ("en", "en", "de", "fr", "en", "es", "en", "ja", "pt-br", "en", "de", "en", "en", "fr")


class Staff:
    """Small enough to be kept whole. The last agent has left; tickets that were theirs still name them."""

    def __init__(self, seed: int, desk: int, clock: Clock, founded: int) -> None:
        self._seed, self._desk, self._clock, self._founded = seed, desk, clock, founded
        self.version = 0
        self._agents = {number: self._agent(number) for number in range(1, _AGENTS + 1)}
        self._groups = {number: self._group(number) for number in range(1, len(_GROUPS) + 1)}
        self._products = {number: self._product(number) for number in range(1, len(_PRODUCTS) + 1)}

    def _time(self, *parts: int) -> datetime:
        return datetime.fromtimestamp(self._founded + mix(self._seed, self._desk, *parts) % 5_000_000, UTC)

    def _agent(self, number: int) -> Agent:
        luck = mix(self._seed, self._desk, 41, number)
        first, last = pick(FIRST_NAMES[:-3], luck, 1), pick(LAST_NAMES, luck, 2)
        locale = _LOCALES[number - 1]
        zone, iana, prefix = pick(ZONES[locale], luck, 3)
        groups = tuple(
            group for group in range(1, len(_GROUPS) + 1) if (number + group) % 3 == 0 or group == number % 6 + 1
        )
        created = self._time(42, number)
        return Agent(
            number=number,
            name=f"{first} {last}",
            email=f"{latin(first)}.{latin(last)}.{number}@support{self._desk + 1}.example",
            role=_ROLES[number - 1],  # type: ignore[arg-type]
            active=number != _AGENTS,
            occasional=number == 6,
            scope=("all", "all", "groups", "all", "assigned")[number % 5],
            groups=groups,
            default_group=groups[0],
            phone=f"{prefix}{10 + number:02d}",
            job_title=pick(("Support specialist", "Team lead", "Technical agent", None), luck, 4),
            signature=f"<div>Kind regards,<br>{first}</div>" if number % 3 else None,
            locale=locale,
            time_zone=zone,
            iana_time_zone=iana,
            last_login=self._clock.now().replace(microsecond=0) if number % 4 else None,
            created=created,
            updated=created,
        )

    def _group(self, number: int) -> Group:
        name, description = _GROUPS[number - 1]
        members = tuple(agent.number for agent in self._agents.values() if number in agent.groups and agent.active)
        created = self._time(43, number)
        return Group(
            number=number, name=name, description=description, members=members, created=created, updated=created,
            default=number == 1, public=number != 6,
        )  # fmt: skip

    def _product(self, number: int) -> Product:
        name, description = _PRODUCTS[number - 1]
        created = self._time(44, number)
        mail = f"{latin(name.split()[0])}@support{self._desk + 1}.example"
        return Product(
            number=number,
            name=name,
            description=description,
            email=mail,
            default=number == 1,
            created=created,
            updated=created,
        )

    def agents(self) -> list[Agent]:
        return list(self._agents.values())

    def agent(self, number: int) -> Agent | None:
        return self._agents.get(number)

    def agent_by_email(self, email: str) -> Agent | None:
        return next((agent for agent in self._agents.values() if agent.email == email.casefold()), None)

    def groups(self) -> list[Group]:
        return list(self._groups.values())

    def group(self, number: int) -> Group | None:
        return self._groups.get(number)

    def products(self) -> list[Product]:
        return list(self._products.values())

    def product(self, number: int) -> Product | None:
        return self._products.get(number)

    def assignable(self) -> list[tuple[int, int]]:
        """Every (agent, group) a ticket may lie with; light agents answer nothing."""
        return [
            (agent.number, group) for agent in self._agents.values() if agent.role != "light" for group in agent.groups
        ]

    def update_agent(self, number: int, **changes: object) -> Agent:
        agent = self._agents.get(number)
        if agent is None:
            raise NoSuchRecord(f"agent {number}")
        _known(Agent, changes)
        moment = self._clock.now().replace(microsecond=0)
        changed = self._agents[number] = msgspec.structs.replace(agent, updated=moment, **changes)
        self.version += 1
        return changed

    def update_group(self, number: int, **changes: object) -> Group:
        group = self._groups.get(number)
        if group is None:
            raise NoSuchRecord(f"group {number}")
        _known(Group, changes)
        moment = self._clock.now().replace(microsecond=0)
        changed = self._groups[number] = msgspec.structs.replace(group, updated=moment, **changes)
        self.version += 1
        return changed


def _known(kind: type[msgspec.Struct], changes: dict[str, object]) -> None:
    if unknown := set(changes) - set(kind.__struct_fields__):
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")

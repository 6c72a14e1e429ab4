"""What a list of tickets can be narrowed by, decided for 256 rows and four ages instead of for each ticket.

A ticket's window says how old it is (*era*), its slot which of that era's 256 rows it has. So any condition on these
facts is checked 1,024 times, not five million, and counts and places in filtered lists are exact.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from sandbox.records import Channel, FieldDefinition, FieldValue, Kind, Priority, Satisfaction, State, Status
from sandbox.rng import mix
from sandbox.windows import BLOCK, Windows

DAY = 86_400
ERAS = 4
STATUSES: tuple[Status, ...] = ("new", "open", "pending", "hold", "solved", "closed")
_STATUS_SHARES = ((0, 4, 2, 1, 18, 231), (0, 10, 8, 4, 40, 194), (5, 46, 34, 14, 78, 79), (42, 96, 50, 20, 33, 15))
_PRIORITIES: tuple[tuple[Priority | None, int], ...] = (
    ("low", 60),
    ("normal", 130),
    ("high", 44),
    ("urgent", 14),
    (None, 8),
)
_KINDS: tuple[tuple[Kind | None, int], ...] = (
    ("question", 96), ("incident", 60), ("problem", 28), ("task", 16), ("feature_request", 20), ("refund", 20),
    (None, 16),
)  # fmt: skip
_CHANNELS: tuple[tuple[Channel, int], ...] = (
    ("email", 120), ("web", 52), ("api", 14), ("phone", 20), ("chat", 16), ("messaging", 10), ("whatsapp", 6),
    ("twitter", 6), ("facebook", 4), ("widget", 8),
)  # fmt: skip
_TAGS = (
    "shipping", "billing", "login", "vip", "returns", "refund", "hardware", "mobile-app", "urgent-callback",
    "wholesale",
    "bug", "gdpr", "translation", "warranty", "first-order", "b2b", "churn-risk", "über-größe", "press", "api",
)  # fmt: skip
Talk = Literal["none", "short", "usual", "long", "endless"]
_TALKS: tuple[tuple[Talk, int], ...] = (("none", 10), ("short", 110), ("usual", 122), ("long", 12), ("endless", 2))


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    status: Status
    custom_status: str
    priority: Priority | None
    kind: Kind | None
    channel: Channel
    product: int | None
    assignee: int | None
    group: int | None
    tags: tuple[str, ...]
    state: State
    archived: bool
    merged: bool
    talk: Talk
    satisfaction: Satisfaction | None
    fields: dict[str, FieldValue]
    """Only the fields whose values are chosen from a few: checkboxes, dropdowns, multiselects, nested."""


class Filterable(Protocol):
    """What Facts and Ticket have in common: a condition written on it holds for both."""

    @property
    def status(self) -> Status: ...
    @property
    def custom_status(self) -> str: ...
    @property
    def priority(self) -> Priority | None: ...
    @property
    def kind(self) -> Kind | None: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def product(self) -> int | None: ...
    @property
    def assignee(self) -> int | None: ...
    @property
    def group(self) -> int | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def state(self) -> State: ...
    @property
    def archived(self) -> bool: ...
    @property
    def fields(self) -> dict[str, FieldValue]: ...


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions on facts, all of which must hold. A set of values means any of them; None in it means 'has none'.

    `test` is any further condition on what Facts and Ticket share; keep one function object for one condition, as
    answers are remembered by it.
    """

    state: State | Literal["all"] = "live"
    archived: bool = False
    """Whether archived tickets belong in."""
    status: frozenset[str] | None = None
    custom_status: frozenset[str] | None = None
    priority: frozenset[str | None] | None = None
    kind: frozenset[str | None] | None = None
    channel: frozenset[str] | None = None
    product: frozenset[int | None] | None = None
    assignee: frozenset[int | None] | None = None
    group: frozenset[int | None] | None = None
    tags: frozenset[str] | None = None
    """Any of these tags."""
    test: Callable[[Filterable], bool] | None = None

    def holds(self, facts: Filterable) -> bool:
        if self.state not in ("all", facts.state) or (facts.archived and not self.archived):
            return False
        for wanted, value in (
            (self.status, facts.status),
            (self.custom_status, facts.custom_status),
            (self.priority, facts.priority),
            (self.kind, facts.kind),
            (self.channel, facts.channel),
            (self.product, facts.product),
            (self.assignee, facts.assignee),
            (self.group, facts.group),
        ):
            if wanted is not None and value not in wanted:
                return False
        if self.tags is not None and self.tags.isdisjoint(facts.tags):
            return False
        return self.test is None or self.test(facts)


def era(windows: Windows, window: int) -> int:
    """0: all updates over 120 days old, so that closed tickets are archived; 1: over 30; 2: over 3; 3: fresh."""
    age = windows.start - windows.updated_range(window)[1]
    return 0 if age > 120 * DAY else 1 if age > 30 * DAY else 2 if age > 3 * DAY else 3


class FactTable:
    """The facts of every era and row of one desk."""

    def __init__(
        self,
        seed: int,
        *,
        custom: Sequence[tuple[str, Status]],
        assignable: Sequence[tuple[int, int]],
        products: Sequence[int],
        fields: Sequence[FieldDefinition],
    ) -> None:
        """`assignable` is every (agent, group) a ticket may lie with."""
        self._custom, self._assignable, self._products, self._fields = custom, assignable, products, fields
        self.rows = tuple(self._era(random.Random(mix(seed, 21, number)), number) for number in range(ERAS))

    def _era(self, luck: random.Random, number: int) -> tuple[Facts, ...]:
        def column(shares: Sequence[tuple[object, int]]) -> list[object]:
            values = [value for value, share in shares for _ in range(share)]
            values = (values * (BLOCK // len(values) + 1))[:BLOCK]
            luck.shuffle(values)
            return values

        columns = zip(
            column(list(zip(STATUSES, _STATUS_SHARES[number], strict=True))),
            column(_PRIORITIES), column(_KINDS), column(_CHANNELS), column(_TALKS),
            column([("live", 249), ("deleted", 4), ("spam", 3)]),
            strict=True,
        )  # fmt: skip
        return tuple(self._row(luck, number, *values) for values in columns)

    def _row(
        self,
        luck: random.Random,
        number: int,
        status: Status,
        priority: Priority | None,
        kind: Kind | None,
        channel: Channel,
        talk: Talk,
        state: State,
    ) -> Facts:
        own = [key for key, under in self._custom if under == status]
        assignee, group = luck.choice(self._assignable) if self._assignable else (None, None)
        if status == "new" or (status == "open" and luck.random() < 0.15):
            assignee, group = None, group if luck.random() < 0.5 else None
        done = status in ("solved", "closed")
        return Facts(
            status=status,
            custom_status=luck.choice(own) if own and luck.random() < 0.55 else status,
            priority=priority,
            kind=kind,
            channel=channel,
            product=luck.choice(self._products) if self._products and luck.random() < 0.7 else None,
            assignee=assignee,
            group=group,
            tags=tuple(sorted(luck.sample(_TAGS, luck.choice((0, 0, 1, 1, 2, 3, 6))))),
            state=state,
            archived=number == 0 and status == "closed",
            merged=status == "closed" and state == "live" and luck.random() < 0.04,
            talk=talk if status != "new" else "none",
            satisfaction=luck.choice(("good", "good", "good", "bad")) if done and luck.random() < 0.2 else None,
            fields={field.key: value for field in self._fields if (value := _choose(luck, field)) is not None},
        )


def _choose(luck: random.Random, field: FieldDefinition) -> FieldValue:
    if luck.random() < 0.45:
        return None
    if field.type == "checkbox":
        return luck.random() < 0.3
    if field.type == "dropdown":
        return luck.choice(field.options).key
    if field.type == "multiselect":
        return tuple(option.key for option in field.options if luck.random() < 0.4) or None
    if field.type != "nested":
        return None
    path, options = [], field.options
    while options:
        option = luck.choice(options)
        path.append(option.key)
        options = option.options
    return tuple(path)

"""The fields each desk asks for and the statuses its tickets go through, the account's own ones among them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from sandbox.facts import STATUSES
from sandbox.records import FieldDefinition, FieldOption, FieldType, Status, StatusDefinition
from sandbox.rng import mix

On = Literal["ticket", "person", "organization"]


def _options(*labels: str) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(key=_key(label), label=label) for label in labels)


def _key(label: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in label.lower()).strip("_")


def _branch(label: str, *inside: FieldOption | str) -> FieldOption:
    below = tuple(item if isinstance(item, FieldOption) else FieldOption(key=_key(item), label=item) for item in inside)
    return FieldOption(key=_key(label), label=label, options=below)


_WHERE = (
    _branch(
        "Europe",
        _branch("Germany", "Berlin", "München"),
        _branch("France", "Paris", "Lyon"),
        _branch("Spain", "Madrid"),
    ),
    _branch("Americas", _branch("USA", "New York", "Austin"), _branch("Brasil", "São Paulo")),
    _branch("Asia", _branch("Japan", "東京", "大阪")),
)
_TICKET: tuple[tuple[str, str, FieldType, tuple[FieldOption, ...]], ...] = (
    ("order_number", "Order number", "regexp", ()),
    ("plan", "Plan", "dropdown", _options("Starter", "Team", "Business", "Enterprise")),
    ("vip", "VIP customer", "checkbox", ()),
    ("amount", "Disputed amount", "decimal", ()),
    ("devices", "Number of devices", "number", ()),
    ("purchase_date", "Date of purchase", "date", ()),
    ("region", "Region", "nested", _WHERE),
    ("root_cause", "Root cause", "dropdown", _options("Carrier", "Warehouse", "Software", "Customer", "Unbekannt")),
    ("affected", "Affected areas", "multiselect", _options("Checkout", "App", "API", "Invoices", "Hardware")),
    ("serial", "Serial number", "text", ()),
    ("steps", "Steps to reproduce", "paragraph", ()),
)
_PERSON: tuple[tuple[str, str, FieldType, tuple[FieldOption, ...]], ...] = (
    ("customer_since", "Customer since", "date", ()),
    ("newsletter", "Newsletter", "checkbox", ()),
    ("department", "Department", "dropdown", _options("Purchasing", "IT", "Finance", "Operations")),
)
_ORGANIZATION: tuple[tuple[str, str, FieldType, tuple[FieldOption, ...]], ...] = (
    ("seats", "Seats", "number", ()),
    ("account_manager", "Account manager", "text", ()),
    ("segment", "Segment", "dropdown", _options("SMB", "Mid-market", "Enterprise")),
)
_OWN_STATUSES: tuple[tuple[str, Status, str, str], ...] = (
    ("waiting_on_customer", "pending", "Waiting on Customer", "Awaiting your reply"),
    ("waiting_on_third_party", "hold", "Waiting on Third Party", "Being processed"),
    ("in_repair", "hold", "In repair", "Your device is being repaired"),
    ("escalated", "open", "Escalated to 2nd line", "Being processed"),
    ("rueckruf", "open", "Rückruf vereinbart", "Wir rufen Sie an"),
    ("refunded", "solved", "Refunded", "Refunded"),
)
_WORDS: dict[Status, str] = {
    "new": "New", "open": "Open", "pending": "Pending", "hold": "On hold", "solved": "Solved", "closed": "Closed",
}  # fmt: skip


class Forms:
    """The first two own statuses exist on every desk, of the others each desk has its own."""

    def __init__(self, seed: int, desk: int, founded: int) -> None:
        self._made = datetime.fromtimestamp(founded, UTC)
        groups: tuple[tuple[On, tuple[tuple[str, str, FieldType, tuple[FieldOption, ...]], ...]], ...] = (
            ("ticket", _TICKET), ("person", _PERSON), ("organization", _ORGANIZATION),
        )  # fmt: skip
        listed = [(on, place, row) for on, rows in groups for place, row in enumerate(rows, 1)]
        made = [self._field(number, on, place, *row) for number, (on, place, row) in enumerate(listed, 1)]
        self._fields = {on: {field.key: field for field in made if field.on == on} for on, _ in groups}
        chosen = [row for place, row in enumerate(_OWN_STATUSES) if place < 2 or mix(seed, 51, place) % 2 == desk % 2]
        rows = [(status, status, _WORDS[status], _WORDS[status]) for status in STATUSES] + chosen
        statuses = [self._status(number, *row) for number, row in enumerate(rows, 1)]
        self._statuses = {status.key: status for status in statuses}

    def _field(
        self, number: int, on: On, place: int, key: str, label: str, kind: FieldType, options: tuple[FieldOption, ...]
    ) -> FieldDefinition:
        return FieldDefinition(
            number=number, key=key, label=label, type=kind, on=on, position=place, options=options,
            pattern=r"^[A-Z]{2}-\d{6}$" if kind == "regexp" else None,
            level_labels=("Region", "Country", "City") if kind == "nested" else (),
            required_to_solve=key == "root_cause" and on == "ticket",
            editable_by_people=place % 3 == 0,
            created=self._made, updated=self._made,
        )  # fmt: skip

    def _status(self, number: int, key: str, status: Status, label: str, label_for_people: str) -> StatusDefinition:
        return StatusDefinition(
            number=number, key=key, status=status, label=label, label_for_people=label_for_people,
            default=number <= len(STATUSES), created=self._made, updated=self._made,
        )  # fmt: skip

    def fields(self, on: On = "ticket") -> list[FieldDefinition]:
        return list(self._fields[on].values())

    def field(self, key: str, on: On = "ticket") -> FieldDefinition | None:
        return self._fields[on].get(key)

    def statuses(self) -> list[StatusDefinition]:
        return list(self._statuses.values())

    def status(self, key: str) -> StatusDefinition | None:
        return self._statuses.get(key)

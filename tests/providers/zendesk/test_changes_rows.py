"""Any row there can be is a record or is set apart; never a reason to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import Kind
from providers.zendesk import mapping_people, mapping_ticket, wire
from providers.zendesk.account import Account
from providers.zendesk.changes_rows import rows_of
from providers.zendesk.mapping_translated import translated

ACCOUNT = Account(key="acme", name="Acme", subdomain="acme", base="https://acme.zendesk.com", redirected=False)
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
MAKERS: dict[type[Any], Callable[[Any], Any]] = {
    wire.Ticket: lambda f: mapping_ticket.ticket(f, ACCOUNT, NOW, mapping_ticket.Beside()),
    wire.User: lambda f: (mapping_people.contact(f, ACCOUNT, NOW), mapping_people.agent(f, ACCOUNT, NOW)),
    wire.Organization: lambda f: mapping_people.organization(f, ACCOUNT, NOW),
    wire.Article: lambda f: translated(f, [], ACCOUNT, NOW, {}),
}
ODD = st.sampled_from(
    [
        "",
        "7",
        "0",
        "-1",
        "9" * 30,
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "\x00",
        "SCRUBBED",
        "deleted",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | ODD | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["calendar", "channel", "id"]), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_row_is_a_record_or_set_apart(kind: type[Any], data: st.DataObject) -> None:
    names = st.sampled_from([*kind.__struct_fields__, "encoded_id"])
    rows = data.draw(st.lists(JSON | st.dictionaries(names, JSON, max_size=6), max_size=3))
    good = {"id": 7}
    read = rows_of([*rows, good], "rows", kind, Kind.TICKET)
    made, unread = read.map(MAKERS[kind])
    assert len(made) + len(unread) == len(rows) + 1
    assert all(row.where.startswith("$.rows[") and row.where in row.reason for row in unread)
    assert all(row.remote_id is None or (row.remote_id.isdecimal() and int(row.remote_id) < 2**63) for row in unread)
    assert made, "the good one is always read"


def test_a_row_too_deep_to_look_into_is_set_apart() -> None:
    deep: Any = 7
    for _ in range(3_000):
        deep = [deep]
    read = rows_of([{"id": 7, "photo": deep}, {"id": 8}], "users", wire.User, Kind.CONTACT)
    assert [f.wire.id for _, f in read.found] == [8]
    assert [(row.remote_id, row.raw) for row in read.unread] == [("7", None)]

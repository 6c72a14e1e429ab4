"""Small things the books share: setting values of a record by name, seconds to times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar, cast

import msgspec

from sandbox.records import Organization, Person

R = TypeVar("R", Person, Organization)


def revised(record: R, values: dict[str, object]) -> R:
    """The record with the values set; a person's primary organization is always the first of theirs."""
    if unknown := set(values) - set(record.__struct_fields__):
        raise TypeError(f"{type(record).__name__} has no {', '.join(sorted(unknown))}")
    if isinstance(record, Person):
        if "organizations" in values:
            every = tuple(cast("Iterable[int]", values["organizations"]))
            values = values | {"organizations": every, "organization": every[0] if every else None}
        elif "organization" in values:
            only = values["organization"]
            values = values | {"organizations": () if only is None else (only,)}
    return msgspec.structs.replace(record, **values)


def when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

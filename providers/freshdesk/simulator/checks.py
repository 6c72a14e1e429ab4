"""Bodies and queries against the fields an endpoint knows: unknown keys, wrong types, values outside their list.

Evidence: vendor's API reference, 'Errors'; airbyte issue 3858 and fresh-samples issues 31 and 33 for live answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from providers.freshdesk.simulator.errors import (
    Complaint,
    invalid,
    invalid_field,
    json_type,
    missing,
    not_among,
    wrong_type,
    wrong_value,
)
from providers.freshdesk.simulator.times import parsed

RuleKind = Literal[
    "integer", "string", "boolean", "strings", "integers", "object", "objects", "time", "files", "number"
]
_WORDS: Mapping[RuleKind, tuple[type | tuple[type, ...], str]] = {
    "integer": (int, "Positive Integer"),
    "number": ((int, float), "Number"),
    "string": (str, "String"),
    "time": (str, "String"),
    "boolean": (bool, "Boolean"),
    "strings": (list, "Array"),
    "integers": (list, "Array"),
    "objects": (list, "Array"),
    "files": (list, "Array"),
    "object": (dict, "Key/Value Pair"),
}


class Upload(msgspec.Struct, frozen=True):
    name: str
    content_type: str
    content: bytes


class Rule(msgspec.Struct, frozen=True):
    kind: RuleKind
    allowed: tuple[object, ...] = ()
    nullable: bool = True
    longest: int = 0
    filled: bool = False
    """A text may not be blank."""


def coerced(value: Any, rule: Rule) -> Any:
    """A multipart field is text; Freshdesk reads numbers and booleans out of it."""
    if rule.kind == "integer" and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if rule.kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if rule.kind == "integers" and isinstance(value, list):
        return [int(each) if isinstance(each, str) and each.isdigit() else each for each in value]
    return value


def complain(field: str, value: Any, rule: Rule) -> Complaint | None:
    if value is None:
        return None if rule.nullable else wrong_type(field, _WORDS[rule.kind][1], value)
    if not _typed(value, rule.kind):
        if rule.allowed:
            options = ",".join(str(option) for option in rule.allowed)
            message = f"Value set is of type {json_type(value)}.It should be one of these values: '{options}'"
            return Complaint(field, message, "datatype_mismatch")
        return wrong_type(field, _WORDS[rule.kind][1], value)
    if rule.allowed and value not in rule.allowed:
        return not_among(field, rule.allowed)
    if rule.kind == "time" and parsed(value) is None:
        return wrong_value(field, "Value set is not in the expected format: 'yyyy-mm-ddThh:mm:ss±hh:mm'")
    if rule.longest and len(value) > rule.longest:
        return wrong_value(field, f"Has {len(value)} characters, it can have maximum of {rule.longest} characters")
    if rule.filled and not str(value).strip():
        return wrong_value(field, "It should not be blank as this is a mandatory field")
    return None


def _typed(value: Any, kind: RuleKind) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    if not isinstance(value, _WORDS[kind][0]):
        return False
    members: Mapping[RuleKind, type] = {"strings": str, "integers": int, "objects": dict, "files": Upload}
    wanted = members.get(kind)
    return wanted is None or (isinstance(value, list) and all(isinstance(each, wanted) for each in value))


def check(
    body: Mapping[str, Any], rules: Mapping[str, Rule], *, required: Iterable[str] = (), loose: bool = False
) -> dict[str, Any]:
    """The body with multipart values coerced; unknown keys alone are told first, as the vendor does."""
    unknown = [invalid_field(name) for name in body if name not in rules]
    if unknown:
        raise invalid(unknown)
    values = {name: coerced(value, rules[name]) if loose else value for name, value in body.items()}
    complaints = [missing(name) for name in required if values.get(name) in (None, "")]
    named = {complaint.field for complaint in complaints}
    for name, value in values.items():
        complaint = None if name in named else complain(name, value, rules[name])
        if complaint is not None:
            complaints.append(complaint)
    if complaints:
        raise invalid(complaints)
    return values


def query_values(
    params: Sequence[tuple[str, str]], known: Iterable[str], complaints: list[Complaint], *, strict: bool = True
) -> dict[str, str]:
    """The parameters by name. `strict`: a stray one is an error; the ticket family is, the others shrug."""
    names = set(known)
    if strict:
        complaints.extend(invalid_field(name) for name in dict(params) if name not in names)
    return {name: value for name, value in params if name in names}

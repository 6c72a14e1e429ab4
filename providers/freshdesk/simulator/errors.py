"""Freshdesk's refusals, in its three body shapes.

Evidence: vendor's API reference, 'Errors'; airbyte issue 3858, node-freshdesk-api issue 61, verbb/formie PR 1917 for
the words of live answers. Clients must not read the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec


class Complaint(msgspec.Struct, frozen=True):
    """One entry of `errors`: which field, why, and what Freshdesk adds for some codes."""

    field: str
    message: str
    code: str
    additional_info: Mapping[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"field": self.field}
        if self.additional_info is not None:
            shown["additional_info"] = self.additional_info
        return {**shown, "message": self.message, "code": self.code}


class Refusal(Exception):
    """An answer other than 2xx, thrown from anywhere below the gateway. `body` None: no body at all."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def invalid(complaints: Iterable[Complaint], status: int = 400) -> Refusal:
    """Shape 1: every wrong field at once."""
    errors = [complaint.json() for complaint in complaints]
    return Refusal(status, {"description": "Validation failed", "errors": errors})


def invalid_field(name: str) -> Complaint:
    return Complaint(name, "Unexpected/invalid field in request", "invalid_field")


def wrong_value(field: str, message: str) -> Complaint:
    return Complaint(field, message, "invalid_value")


def not_among(field: str, allowed: Sequence[object]) -> Complaint:
    return wrong_value(field, f"It should be one of these values: '{','.join(str(value) for value in allowed)}'")


def missing(field: str) -> Complaint:
    return Complaint(field, "Mandatory attribute missing", "missing_field")


def wrong_type(field: str, wanted: str, value: object) -> Complaint:
    return Complaint(field, f"Value set is of type {json_type(value)}.It should be a/an {wanted}", "datatype_mismatch")


def json_type(value: object) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    names = {str: "String", int: "Integer", float: "Float", list: "Array", dict: "Key/Value Pair"}
    return names.get(type(value), "File")


def problem(status: int, code: str, message: str) -> Refusal:
    """Shape 2: nothing to do with one field."""
    return Refusal(status, {"code": code, "message": message})


def unauthorized() -> Refusal:
    return problem(401, "invalid_credentials", "You have to be logged in to perform this action.")


def denied() -> Refusal:
    return problem(403, "access_denied", "You are not authorized to perform this action.")


def feature_missing(feature: str) -> Refusal:
    return problem(403, "require_feature", f"The {feature} feature(s) is/are not supported in your plan.")


def not_found() -> Refusal:
    """A 404 has no body at all."""
    return Refusal(404)


def not_allowed() -> Refusal:
    """The verb, or the state of a record that is spam, deleted or blocked (changelog of April 2016)."""
    return Refusal(405)

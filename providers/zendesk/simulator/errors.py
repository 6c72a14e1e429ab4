"""Zendesk's refusals. The vendor's answers have four body shapes and sometimes none; a client must read them all.

A `described`: {"error": word, "description": text, "details"?}
B `titled`: {"error": {"title", "message"}}
C `listed`: {"errors": [{"code", "title"}]}
D `token_error`: {"error": word, "error_description": text}
(evidence: the vendor's 'Requests' page, recorded bodies in zendesk-go, tap-zendesk, zenpy)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """An answer that ends a call early; `payload` is JSON unless it is text."""

    def __init__(self, status: int, payload: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {payload}")
        self.status = status
        self.payload = payload
        self.headers = dict(headers or {})


def described(
    status: int, error: str, description: str, details: Any = None, headers: Mapping[str, str] | None = None
) -> Refused:
    payload = {"error": error, "description": description}
    return Refused(status, payload if details is None else {**payload, "details": details}, headers)


def titled(status: int, title: str, message: str) -> Refused:
    return Refused(status, {"error": {"title": title, "message": message}})


def listed(status: int, code: str, title: str, headers: Mapping[str, str] | None = None) -> Refused:
    return Refused(status, {"errors": [{"code": code, "title": title}]}, headers)


def token_error(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})


def not_found() -> Refused:
    return described(404, "RecordNotFound", "Not found")


def no_endpoint() -> Refused:
    return described(404, "InvalidEndpoint", "Not found")


def not_authenticated() -> Refused:
    """Bad basic credentials (recorded in zendesk-go)."""
    return Refused(401, {"error": "Couldn't authenticate you"}, {"WWW-Authenticate": 'Basic realm="Web Password"'})


def dead_token() -> Refused:
    """A bearer that ended, was revoked or never was (words from tap-zendesk)."""
    return token_error(
        401,
        "invalid_token",
        "The access token provided is expired, revoked, malformed or invalid for other reasons.",
    )


def missing_scope(scope: str) -> Refused:
    return described(403, "Forbidden", f"You are missing the following required scopes: {scope}")


def no_access() -> Refused:
    """The role may not (zenpy issue 336)."""
    return titled(
        403,
        "Forbidden",
        "You do not have access to this page. Please contact the account owner of this help desk for further help.",
    )


def not_on_this_plan() -> Refused:
    """Plan-gated endpoints answer 403, not 404 (tap-zendesk 2.7.3)."""
    return titled(
        403,
        "Forbidden",
        "Access to this resource is restricted. Please contact the account administrator for assistance.",
    )


def invalid_attribute(name: str, must: str, path: str) -> Refused:
    return titled(
        400,
        "Invalid attribute",
        f"You passed an invalid value for the {name} attribute. Invalid parameter: {name} must be {must} from {path}",
    )


def invalid_record(details: Mapping[str, list[dict[str, Any]]]) -> Refused:
    return described(422, "RecordInvalid", "Record validation errors", details)


def invalid_field(field: str, description: str, error: str | None = None) -> Refused:
    return invalid_record({field: [{"description": description, **({"error": error} if error else {})}]})


def missing_parameter(name: str) -> Refused:
    return described(400, "ParameterMissing", f"Parameter {name} is required")


def too_many_values(status: int) -> Refused:
    return described(status, "TooManyValues", "Only 100 values are allowed")

"""Zendesk's error answers, and the one table from them to our errors.

Four body shapes occur (vendor's API reference, 'Requests'; zenpy and tap-zendesk handle the same four), read in this
order: `errors: [...]`, `error: {...}`, `error: "..."`, and no JSON at all. Texts may be in the caller's language.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from models.errors import (
    BadInput,
    Conflict,
    CredentialsRejected,
    Forbidden,
    HelpdeskError,
    IdempotencyMismatch,
    NotFound,
    Rejected,
    Unavailable,
    Unsupported,
)
from providers.upstream import Answer
from providers.zendesk.account import SUBDOMAIN_SETTING
from providers.zendesk.lenient import pairs
from providers.zendesk.oauth import OAUTH_CLIENT

_ADDRESS = re.compile(r"\b[a-z]+://\S+|\bapi/v\d/\S*", re.IGNORECASE)
_TEXT_LIMIT = 300


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is the vendor's word; `fields` pairs a field of its own with what is wrong there."""

    code: str | None = None
    message: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


def complaint(body: bytes) -> Complaint:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Complaint()
    told = pairs(told)
    errors, error = told.get("errors"), told.get("error")
    if isinstance(errors, list) and errors:
        return _from_list([pairs(e) for e in errors])
    if isinstance(error, dict):
        return Complaint(code=plain(error.get("title")), message=plain(error.get("message")))
    if isinstance(error, str):
        message = plain(told.get("description")) or plain(told.get("error_description")) or plain(told.get("message"))
        return Complaint(code=plain(error), message=message, fields=_details(told.get("details")))
    return Complaint(message=plain(told.get("description")) or plain(told.get("message")))


def _from_list(errors: list[dict[str, Any]]) -> Complaint:
    first = errors[0]
    said = [plain(e.get("detail")) or plain(e.get("title")) for e in errors]
    return Complaint(code=plain(first.get("code")), message=" ".join(s for s in said if s) or None)


def _details(details: Any) -> tuple[tuple[str, str], ...]:
    """`details` is `{"field": [{"description": …, "error": …}]}`; it is missing from some 422 (zenpy)."""
    found: list[tuple[str, str]] = []
    for field, entries in pairs(details).items():
        for entry in entries if isinstance(entries, list) else [entries]:
            said = plain(entry.get("description") or entry.get("error")) if isinstance(entry, dict) else plain(entry)
            found.append((str(field), said or "is not valid"))
    return tuple(found)


def plain(value: Any) -> str | None:
    """The vendor's words fit to be shown: one line, bounded, without addresses."""
    if not isinstance(value, str):
        return None
    visible = "".join(c if c.isprintable() else " " for c in _ADDRESS.sub("", value))
    return " ".join(visible.split())[:_TEXT_LIMIT] or None


def error_for(answer: Answer) -> HelpdeskError | None:
    """The table: what a 4xx means (401 and 429 are the policy's). The first row that fits wins."""
    told = complaint(answer.body)
    said = f" It said: {told.message}" if told.message else ""
    how: dict[str, Any] = {"status": answer.status, "vendor_code": told.code, "request_id": request_id(answer)}
    match answer.status, told.code:
        case 400, "IdempotentRequestError":
            return IdempotencyMismatch("This idempotency key was already used with another input.")
        case 400 | 401, "invalid_client" | "invalid_grant" | "unauthorized_client" | "unsupported_grant_type":
            return CredentialsRejected(
                f"Zendesk refused the OAuth client of helpdesk {answer.helpdesk!r}. Correct {OAUTH_CLIENT}.", **how
            )
        case 403, _:
            return Forbidden(
                f"The credential of helpdesk {answer.helpdesk!r} may not do this; give it the rights or link another."
                f"{said}"
            )
        case 404, code if code and code.startswith("No help desk"):
            return CredentialsRejected(
                f"Zendesk has no account of the name helpdesk {answer.helpdesk!r} is linked to. Correct "
                f"{SUBDOMAIN_SETTING}.",
                **how,
            )
        case 404, "InvalidEndpoint":
            return Rejected("The helpdesk does not know this call; its plan may lack it.", **how)
        case 404 | 410, _:
            return NotFound("The helpdesk has no such record.")
        case 409, _:
            return Conflict(f"The record changed meanwhile, or the same request is still running. Try again.{said}")
        case 413 | 422, "AttachmentUnprocessable":
            return BadInput(f"The helpdesk could not take the attachment.{said}", field="attachmentIds")
        case 422, "invalid" if told.message and "search" in told.message.lower():
            return Unsupported(
                "The helpdesk's search shows the first 1,000 matches only.", nearest="Ask for less with a filter."
            )
        case 423, _:
            return Unavailable("The Zendesk account is locked for the moment.", **how)
        case _:
            shown = said or " ".join(f" {field}: {text}." for field, text in told.fields)
            return Rejected(f"The helpdesk refused the request ({answer.status}).{shown}", fields=told.fields, **how)


def request_id(answer: Answer) -> str | None:
    return answer.headers.get("x-zendesk-request-id") or answer.headers.get("x-request-id")

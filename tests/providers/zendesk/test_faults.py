"""The four shapes of error bodies, and what each answer means."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
from providers.upstream import Answer, Call
from providers.zendesk.faults import complaint, error_for

RECORD_INVALID = {
    "error": "RecordInvalid",
    "description": "Record validation errors",
    "details": {
        "email": [{"description": "Email: a@b is already being used by another user", "error": "DuplicateValue"}],
        "base": [{"description": "Type:: is required when solving a ticket", "error": None, "ticket_field_id": 123}],
        "name": "is short",
        "odd": None,
    },
}


def answer(status: int, body: Any) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(path="/x", endpoint="GET /x", family="account")
    return Answer(status, {"x-zendesk-request-id": "r1"}, raw, 0.1, 1, call, "acme")


def test_a_list_of_errors_comes_first() -> None:
    told = complaint(json.dumps({"errors": [{"code": "TooManyRequests", "title": "Too many"}], "error": "x"}).encode())
    assert (told.code, told.message) == ("TooManyRequests", "Too many")


def test_an_error_object() -> None:
    told = complaint(b'{"error": {"title": "Forbidden", "message": "You do not have access to this page."}}')
    assert (told.code, told.message) == ("Forbidden", "You do not have access to this page.")


def test_an_error_word_with_details() -> None:
    told = complaint(json.dumps(RECORD_INVALID).encode())
    assert told.code == "RecordInvalid"
    assert told.fields == (
        ("email", "Email: a@b is already being used by another user"),
        ("base", "Type:: is required when solving a ticket"),
        ("name", "is short"),
        ("odd", "is not valid"),
    )


def test_an_oauth_error() -> None:
    told = complaint(b'{"error": "invalid_token", "error_description": "The access token is expired."}')
    assert (told.code, told.message) == ("invalid_token", "The access token is expired.")


@pytest.mark.parametrize(
    "body", [b"", b"<html><h1>520</h1>", b"null", b"[1]", b'"x"', b"\xff\xfe", b"{", b'{"error": 3}']
)
def test_no_json_is_no_complaint(body: bytes) -> None:
    told = complaint(body)
    assert (told.code, told.message, told.fields) == (None, None, ())


def test_addresses_and_control_characters_are_left_out() -> None:
    told = complaint(
        b'{"error": {"title": "x", "message": "an integer\\nfrom api/v2/tickets.json at https://a.b/c?t=1 \\u0007"}}'
    )
    assert told.message == "an integer from at"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "IdempotentRequestError", "description": "x"}, IdempotencyMismatch),
        (400, {"error": "invalid_client"}, CredentialsRejected),
        (400, {"error": {"title": "Invalid attribute", "message": "no"}}, Rejected),
        (400, b"<html>", Rejected),
        (403, {"error": "Forbidden", "description": "You are missing the following required scopes: read"}, Forbidden),
        (403, {"error": {"title": "Forbidden", "message": "no"}}, Forbidden),
        (404, {"error": "RecordNotFound", "description": "Not found"}, NotFound),
        (404, {"error": {"title": "No help desk at nobody.zendesk.com", "message": "x"}}, CredentialsRejected),
        (404, {"error": "InvalidEndpoint", "description": "Not found"}, Rejected),
        (404, b"not here", NotFound),
        (409, {"error": "DatabaseConflict", "description": "Database collision"}, Conflict),
        (409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"}, Conflict),
        (409, {"error": "IdempotentRequestInProgress"}, Conflict),
        (422, RECORD_INVALID, Rejected),
        (422, {"error": "AttachmentUnprocessable", "description": "x"}, BadInput),
        (422, {"error": "invalid", "description": "Invalid search: Requested response size was greater"}, Unsupported),
        (422, {"error": "TooManyValues", "description": "100 is the most"}, Rejected),
        (423, b"", Unavailable),
        (418, b"", Rejected),
    ],
)
def test_the_table(status: int, body: Any, expected: type[HelpdeskError]) -> None:
    error = error_for(answer(status, body))
    assert type(error) is expected


def test_a_conflict_may_be_tried_again_and_a_mismatch_not() -> None:
    conflict = error_for(answer(409, {"error": "DatabaseConflict"}))
    mismatch = error_for(answer(400, {"error": "IdempotentRequestError"}))
    assert conflict and conflict.retryable
    assert mismatch and not mismatch.retryable


def test_a_refusal_keeps_status_word_and_request_id() -> None:
    error = error_for(answer(422, RECORD_INVALID))
    assert isinstance(error, Rejected)
    assert (error.status, error.vendor_code, error.request_id) == (422, "RecordInvalid", "r1")


def test_a_wrong_subdomain_names_its_setting() -> None:
    error = error_for(answer(404, {"error": {"title": "No help desk at nobody.zendesk.com", "message": "x"}}))
    assert error and "ZENDESK_SUBDOMAIN" in error.message and "`domain`" in error.message
    assert "'acme'" in error.message


def test_a_refused_client_names_its_helpdesk_and_both_places_of_the_setting() -> None:
    error = error_for(answer(401, {"error": "invalid_client", "error_description": "x"}))
    assert isinstance(error, CredentialsRejected)
    for named in ("'acme'", "ZENDESK_CLIENT_ID", "ZENDESK_CLIENT_SECRET", "`client_secret`", "helpdesks.toml"):
        assert named in error.message

"""What a caller reads of an error, and what only the log does."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from graphql import GraphQLError

from execution.engine import Engine
from execution.errors import CODES, MASKED, public_error
from execution.response import public_response
from models import errors
from runtime.clock import SystemClock
from tests.web.toy import ToyContext, toy_schema

ENGINE = Engine(toy_schema(), SystemClock(), seconds=0.05)


async def asked(text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    context = ToyContext()
    result = await ENGINE.run(ENGINE.prepare(text, None, variables), context)
    return public_response(result, context, "the-request")


def tree(kind: type[errors.HelpdeskError]) -> list[type[errors.HelpdeskError]]:
    return [kind, *(leaf for sub in kind.__subclasses__() for leaf in tree(sub))]


@pytest.mark.parametrize("kind", tree(errors.HelpdeskError))
def test_every_error_of_the_tree_has_a_documented_code(kind: type[errors.HelpdeskError]) -> None:
    shown = public_error(GraphQLError("wrapped", original_error=kind("For the caller.")), "id")
    assert shown.message == "For the caller."
    assert shown.extensions is not None
    assert shown.extensions["code"] == kind.code in CODES
    assert shown.extensions["retryable"] is kind.retryable
    assert shown.extensions["requestId"] == "id"


async def test_a_known_error_tells_helpdesk_and_wait() -> None:
    [error] = (await asked("{tickets(first: 1){limited}}"))["errors"]
    assert error["path"] == ["tickets", 0, "limited"]
    assert error["extensions"] == {
        "code": "UPSTREAM_RATE_LIMITED",
        "retryable": True,
        "helpdesk": "acme",
        "retryAfterMs": 1500,
        "requestId": "the-request",
    }


async def test_anything_else_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "deskgraph.execution"):
        [error] = (await asked("{tickets(first: 1){broken}}"))["errors"]
    assert error["message"] == MASKED
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "retryable": False, "requestId": "the-request"}
    [record] = [r for r in caplog.records if r.name == "deskgraph.execution"]
    assert record.exc_info is not None and "hunter2" in str(record.exc_info[1])


async def test_partial_errors_stand_beside_the_data_once() -> None:
    answer = await asked("{half{id}}")
    assert answer["data"] == {"half": [{"id": "1"}]}
    [error] = answer["errors"]
    assert error["path"] == ["half"] and error["extensions"]["helpdesk"] == "beta"


@pytest.mark.parametrize("value", ["x", None, 2**40, [1], {"a": 1}, "x" * 100_000])
async def test_variables_that_do_not_fit_are_a_request_error(value: Any) -> None:
    answer = await asked("query($n: Int!){double(number: $n)}", {"n": value})
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert len(answer["errors"][0]["message"]) <= 1000


def test_python_words_of_a_scalar_are_cut_out() -> None:
    start = "Variable '$at' has invalid value: Expected value of type 'DateTime'"
    text = f"{start}, but encountered error 'secret.path: oops'; found: 'x'."
    shown = public_error(GraphQLError(text, original_error=ValueError("secret.path: oops")), "id")
    assert shown.message == f"{start}, found: 'x'."


def test_suggestions_are_cut_out() -> None:
    text = "Value 'OPN' does not exist in 'TicketStatus' enum. Did you mean the enum value 'OPEN'?"
    assert public_error(GraphQLError(text), "id").message == "Value 'OPN' does not exist in 'TicketStatus' enum."


async def test_the_deadline_ends_a_request() -> None:
    answer = await asked("{slow}")
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"

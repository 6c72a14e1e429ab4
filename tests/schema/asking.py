"""Asks the schema a question about some desks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from resolvers.context import RequestContext
from schema.build import build_schema
from schema.federation import Schema
from tests.resolvers.desk import Desk, make_context


@cache
def schema() -> Schema:
    return build_schema()


@dataclass
class Answer:
    data: Any
    errors: list[tuple[list[str | int] | None, str]]
    partial: list[tuple[list[str | int] | None, str]]
    context: RequestContext
    messages: list[str]


async def ask(
    desks: Mapping[str, Desk], text: str, *, context: RequestContext | None = None, **variables: Any
) -> Answer:
    """`errors` and `partial`: path and code of each."""
    context = context or make_context(desks)
    result = await schema().execute(text, variable_values=variables, context_value=context)
    return Answer(
        data=result.data,
        errors=[(e.path, _code(e.original_error, e.message)) for e in result.errors or ()],
        partial=[(e.path, _code(e.original_error, e.message)) for e in context.partial_errors],
        context=context,
        messages=[e.message for e in (*(result.errors or ()), *context.partial_errors)],
    )


def _code(error: BaseException | None, message: str) -> str:
    return getattr(error, "code", None) or f"{type(error).__name__}: {message}"

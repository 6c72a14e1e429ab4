"""Runs an operation: prepared first, within its deadline, through the schema's own extensions.

The guard is a schema extension of the documented kind: it gives strawberry the parsed document and the verdict, so
nothing is parsed or validated twice, and a document that reaches the schema by another door is held to the same
limits.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, Final

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.cost import ListSize
from execution.documents import Documents, Operation
from execution.limits import DocumentLimits, RequestRefused
from models.errors import DeadlineExceeded
from runtime.clock import Clock
from runtime.deadline import Deadline, deadline_is

INNER_SHARE: Final = 0.95
"""What is called upstream has to end before the request does, so that the rest of the answer can still be given."""

_running: ContextVar[Operation | None] = ContextVar("operation", default=None)


class Guard(SchemaExtension):
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """An unreadable document is left to strawberry, which then fails the same way."""
        checked = self._documents.check(self.execution_context.query or "")
        self.execution_context.graphql_document = checked.document
        self.execution_context.parse_options = {"max_tokens": self._documents.limits.tokens}
        yield

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        asked.pre_execution_errors = []
        ready = _running.get()
        if ready is None or ready.document is not asked.graphql_document:
            try:
                self._documents.prepare(asked.query or "", asked._provided_operation_name, asked.variables)
            except RequestRefused as refused:
                asked.pre_execution_errors = refused.errors
        yield


class Engine:
    """One schema, its limits, its cache of documents."""

    def __init__(
        self,
        schema: Schema,
        clock: Clock,
        *,
        limits: DocumentLimits | None = None,
        sizes: Mapping[str, ListSize] | None = None,
        seconds: float = 25.0,
    ) -> None:
        self.documents = Documents(schema._schema, limits, sizes)
        self.schema = copy.copy(schema)
        self.schema.extensions = (*schema.extensions, lambda: Guard(self.documents))
        self._clock = clock
        self._seconds = seconds

    def prepare(
        self,
        text: str,
        name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        values_checked: bool = False,
    ) -> Operation:
        return self.documents.prepare(text, name, variables, values_checked=values_checked)

    async def run(self, operation: Operation, context: object) -> ExecutionResult:
        """A query or a mutation."""
        _running.set(operation)
        try:
            with deadline_is(Deadline.after(self._seconds * INNER_SHARE, self._clock)):
                async with asyncio.timeout(self._seconds):
                    return await self.schema.execute(
                        operation.text,
                        variable_values=operation.variables,
                        context_value=context,
                        operation_name=operation.name,
                        allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
                    )
        except TimeoutError:
            return _too_late(self._seconds)

    async def subscribe(self, operation: Operation, context: object) -> AsyncGenerator[ExecutionResult]:
        """Each event's answer. The deadline is each event's own matter: a subscription itself has none."""
        _running.set(operation)
        stream = await self.schema.subscribe(
            operation.text,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
        async with aclosing(stream):
            async for result in stream:
                yield _strawberrys(result)


def _strawberrys(result: Any) -> ExecutionResult:
    if isinstance(result, CoreResult):
        return ExecutionResult(data=result.data, errors=result.errors)
    assert isinstance(result, ExecutionResult)
    return result


def _too_late(seconds: float) -> ExecutionResult:
    cause = DeadlineExceeded(f"The request took longer than {seconds:g} seconds. Ask for less at once.")
    return ExecutionResult(data=None, errors=[GraphQLError(cause.message, original_error=cause)])

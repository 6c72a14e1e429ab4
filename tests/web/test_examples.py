"""The tabs that GraphiQL opens with are questions of this schema. tests/sync plays them, as `make conformance` does."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse, validate

from schema.build import build_schema
from tests.support.examples import FILE, examples

EXAMPLES = examples()
SCHEMA = build_schema()


def test_every_tab_is_looked_at() -> None:
    assert len(EXAMPLES) == FILE.read_text("utf-8").count("  tab(`") >= 13


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_a_question_of_this_schema(name: str) -> None:
    text, variables = EXAMPLES[name]
    document = parse(text)
    assert validate(SCHEMA._schema, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    taken = {one.variable.name.value for one in operation.variable_definitions or ()}
    assert set(variables) <= taken and not taken - set(variables), "each of its variables has a value"
    assert not variables or name != next(iter(EXAMPLES)), "GraphiQL leaves out the variables of the first"

"""What the caller will look at: the same as what the executor asks for."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLResolveInfo, build_schema, graphql_sync

from resolvers.selection import Selection, select

SCHEMA = build_schema("""
  interface Node { id: ID }
  type Item implements Node { id: ID, name: String, next: Item, nodes: [Item], edges: [Edge] }
  type Edge { node: Item }
  type Query { item: Item }
""")


def selected(text: str, **variables: Any) -> Selection:
    found: list[Selection] = []

    def resolve(_: Any, info: GraphQLResolveInfo[Any]) -> None:
        found.append(select(info))

    field = SCHEMA.query_type.fields["item"]  # type: ignore[union-attr]
    field.resolve = resolve
    result = graphql_sync(SCHEMA, text, variable_values=variables)
    assert not result.errors
    return found[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{ item { id name } }", {"id", "name"}),
        ("{ item { a: id b: name c: id } }", {"id", "name"}),
        ("{ item { id } item { name } }", {"id", "name"}),
        ("{ item { ...F } } fragment F on Item { id ...G } fragment G on Item { name }", {"id", "name"}),
        ("{ item { ... on Node { id } ... { name } } }", {"id", "name"}),
        ("{ item { id name @skip(if: true) } }", {"id"}),
        ("{ item { id name @include(if: false) } }", {"id"}),
        ("{ item { id ... @include(if: false) { name } } }", {"id"}),
        ("{ item { id ...F @skip(if: true) } } fragment F on Item { name }", {"id"}),
        ("{ item { id name @skip(if: false) @include(if: true) } }", {"id", "name"}),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    assert selected(text).names == names


@pytest.mark.parametrize("on", [True, False])
def test_conditions_by_variables(on: bool) -> None:
    text = "query($on: Boolean!) { item { id name @include(if: $on) next @skip(if: $on) { id } } }"
    assert selected(text, on=on).names == ({"id", "name"} if on else {"id", "next"})
    defaulted = "query($on: Boolean = false) { item { id name @include(if: $on) } }"
    assert selected(defaulted).names == {"id"}


def test_depth_and_merging() -> None:
    found = selected("{ item { next { id } other: next { next { name } } } }")
    assert found.has("next", "next", "name") and found.has("next", "id")
    assert not found.has("next", "name") and found.at("nope", "x") is None


def test_the_rows_of_a_connection() -> None:
    found = selected("{ item { nodes { id } edges { node { name next { id } } } } }")
    assert found.rows().names == {"id", "name", "next"}

"""The figures for cost name fields that are there."""

from __future__ import annotations

from graphql import GraphQLList, get_nullable_type

from schema.limits import SIZES
from tests.schema.asking import schema


def test_each_names_a_list_of_the_schema() -> None:
    types = schema()._schema.type_map
    for coordinate in SIZES:
        owner, _, name = coordinate.partition(".")
        field = types[owner].fields[name]  # type: ignore[attr-defined]
        assert isinstance(get_nullable_type(field.type), GraphQLList), coordinate
        assert "first" not in field.args or "last" not in field.args

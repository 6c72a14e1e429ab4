"""The API as text: kept in the repository, described everywhere, fit for gateways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import DocumentNode, parse

from schema.build import SchemaOptions, build_schema, sdl


@pytest.fixture(scope="module")
def text() -> str:
    return sdl()


def test_it_is_the_same_each_time(text: str) -> None:
    assert sdl() == text


def undescribed(document: DocumentNode) -> Iterator[str]:
    for definition in document.definitions:
        name: Any = getattr(getattr(definition, "name", None), "value", None)
        if name is None or name.startswith("_") or definition.kind == "directive_definition":
            continue
        if not _described(definition) and name not in ("Query", "Mutation", "Subscription"):
            yield name
        for part in (*(getattr(definition, "fields", None) or ()), *(getattr(definition, "values", None) or ())):
            if part.name.value.startswith("_"):
                continue
            if not _described(part):
                yield f"{name}.{part.name.value}"
            for argument in getattr(part, "arguments", None) or ():
                if not _described(argument):
                    yield f"{name}.{part.name.value}({argument.name.value})"


def _described(node: Any) -> bool:
    return node.description is not None and len(node.description.value.strip()) > 3


def test_everything_has_a_description(text: str) -> None:
    assert list(undescribed(parse(text))) == []


def test_each_entity_has_a_key(text: str) -> None:
    entities = "Helpdesk Ticket Comment Contact Agent Group Organization Article ArticleFolder Attachment Image".split()
    for name in entities:
        head = next(line for line in text.splitlines() if line.startswith(f"type {name} "))
        assert '@key(fields: "id")' in head
    assert '@key(fields: "key")' in next(line for line in text.splitlines() if line.startswith("type Helpdesk "))
    assert "@requiresScopes" not in text, "@apollo/gateway starts with no supergraph that has it"
    assert "union _Entity = " + " | ".join(sorted(entities)) in text


def test_gateways_can_read_it(text: str) -> None:
    assert "https://specs.apollo.dev/federation/v2.9" in text
    assert "type PageInfo @shareable" in text
    assert "directive @oneOf on INPUT_OBJECT" in text
    assert "input TicketRef @oneOf" in text


def test_node_and_nodes_can_be_kept_out_of_a_supergraph(text: str) -> None:
    hidden = sdl(SchemaOptions(nodes_inaccessible=True))
    assert "@inaccessible" not in text
    assert hidden.count("@inaccessible\n") == 2
    assert "node(" in hidden


async def test_the_subgraph_tells_its_sdl(text: str) -> None:
    answer = await build_schema().execute("{ _service { sdl } }")
    assert answer.errors is None and answer.data is not None
    assert answer.data["_service"]["sdl"].strip() == text.strip()


async def test_no_suggestions() -> None:
    answer = await build_schema().execute("{ helpdesk(key: 1) { nam } tickts { x } }")
    assert answer.errors
    assert not any("Did you mean" in error.message for error in answer.errors)

"""Every field of the schema is asked once, and answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from models import ids
from models.changes import Unread
from models.enums import Kind
from resolvers.context import RequestContext
from tests.resolvers.desk import make_context, two_desks
from tests.schema.asking import ask, schema
from tests.schema.copied import open_copied

ARGUMENTS = {
    "Query.helpdesk": '(key: "fd")',
    "Query.ticket": '(by: {remote: {helpdesk: "fd", id: "1"}})',
    "Query.contact": '(by: {remote: {helpdesk: "fd", id: "101"}})',
    "Query.organization": f'(id: "{ids.encode(Kind.ORGANIZATION, "fd", "401")}")',
    "Query.article": f'(id: "{ids.encode(Kind.ARTICLE, "fd", "601")}")',
    "Query.node": f'(id: "{ids.encode(Kind.TICKET, "fd", "1")}")',
    "Query.nodes": f'(ids: ["{ids.encode(Kind.IMAGE, "fd", "1/0/88")}"])',
    "Query.resource": '(url: "https://fd.example.com/tickets/1")',
    "Query.search": '(query: "help")',
    "Query.ticketStats": "(groupBy: [STATUS], measures: [COUNT])",
    "Ticket.customField": '(key: "cf_text")',
}


def fields(type_: GraphQLNamedType, depth: int) -> str:
    """Every field of a type, `depth` levels down, each under a name of its own so that types do not conflict."""
    parts = ["__typename"]
    if isinstance(type_, GraphQLUnionType):
        parts += [f"... on {t.name} {{ {fields(t, depth)} }}" for t in type_.types]
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        parts += [p for name, field in type_.fields.items() if (p := _field(type_, name, field, depth))]
        if isinstance(type_, GraphQLInterfaceType):
            members = schema()._schema.get_possible_types(type_)
            parts += [f"... on {t.name} {{ {fields(t, depth)} }}" for t in members]
    return " ".join(parts)


def _field(type_: GraphQLNamedType, name: str, field: Any, depth: int) -> str | None:
    arguments = ARGUMENTS.get(f"{type_.name}.{name}", "")
    if not arguments and any(is_required_argument(a) for a in field.args.values()):
        return None
    alias = f"{type_.name}_{name}: {name}{arguments}"
    inner = get_named_type(field.type)
    if not hasattr(inner, "fields") and not isinstance(inner, GraphQLUnionType):
        return alias
    return f"{alias} {{ {fields(inner, depth - 1)} }}" if depth > 0 else None


ROOT: Any = schema()._schema.query_type
NEEDING_A_COPY = ["changes", "ticketStats"]
ROOTS = [name for name in ROOT.fields if not name.startswith("_")]
LIVE = [name for name in ROOTS if name not in NEEDING_A_COPY]


@pytest.mark.parametrize("name", LIVE)
async def test_every_field_answers(name: str) -> None:
    desks = two_desks(count=2)
    context: RequestContext = make_context(desks)
    text = f"{{ {_field(ROOT, name, ROOT.fields[name], 4)} }}"
    answer = await ask(desks, text, context=context)
    assert answer.errors == [] and answer.partial == []
    assert answer.data[f"Query_{name}"] not in (None, [])


async def test_every_field_answers_over_a_copy(tmp_path: Path) -> None:
    unread = Unread(kind=Kind.TICKET, remote_id="99", where="$", reason="unreadable", raw={"id": 99})
    async with open_copied(tmp_path, count=2) as copied:
        await copied.fill()
        await copied.put("fd", unread=(unread,))
        for name in (*NEEDING_A_COPY, "helpdesks", "search", "tickets", "articles"):
            text = f"{{ {_field(ROOT, name, ROOT.fields[name], 4)} }}"
            answer = await ask(copied.desks, text, context=copied.context())
            assert answer.errors == [] and answer.partial == []
            assert answer.data[f"Query_{name}"] not in (None, [])


@pytest.mark.parametrize("name", NEEDING_A_COPY)
async def test_what_needs_a_copy_says_how_to_get_one(name: str) -> None:
    answer = await ask(two_desks(count=2), f"{{ {_field(ROOT, name, ROOT.fields[name], 2)} }}")
    assert [code for _, code in answer.errors] == ["UNSUPPORTED_BY_HELPDESK"]
    assert "DATABASE_URL" in answer.messages[0]


def test_each_root_that_needs_arguments_is_given_some() -> None:
    needing = {f"Query.{n}" for n in ROOTS if any(is_required_argument(a) for a in ROOT.fields[n].args.values())}
    assert needing <= set(ARGUMENTS)

"""Each limit at n-1, n and n+1; what is refused never reaches a resolver."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from execution.cost import ListSize
from execution.documents import Documents
from execution.engine import Engine
from execution.limits import DocumentLimits, RequestRefused
from runtime.clock import SystemClock
from tests.web.toy import ToyContext, toy_schema

SCHEMA = toy_schema()


def documents(**limits: int) -> Documents:
    return Documents(SCHEMA._schema, DocumentLimits(**limits))


def refused(docs: Documents, text: str, **asked: object) -> str | None:
    """The code, or None when the document may run."""
    try:
        docs.prepare(text, **asked)  # type: ignore[arg-type]
    except RequestRefused as problem:
        return problem.code
    return None


def nested(levels: int) -> str:
    return "{tickets(first: 1){" + "parent{" * (levels - 2) + "id" + "}" * (levels - 2) + "}}"


AT_LIMIT = {
    "depth": (12, nested),
    "aliases": (60, lambda n: "{tickets(first:1){" + " ".join(f"a{i}: subject" for i in range(n)) + "}}"),
    "root_fields": (20, lambda n: "{__typename " + " ".join(f"a{i}: hello" for i in range(n)) + "}"),
    "directives": (
        50,
        lambda n: "{tickets(first:1){" + "".join(f" a{i}: id @skip(if: false)" for i in range(n)) + "}}",
    ),
    "introspections": (2, lambda n: "{" + " ".join(f'a{i}: __type(name: "Ticket"){{name}}' for i in range(n)) + "}"),
    "introspection_aliases": (
        3,
        lambda n: "{__schema{types{name} " + " ".join(f"a{i}: types{{name}}" for i in range(n)) + "}}",
    ),
    "cost": (10_000, lambda n: f"{{tickets(first: {n}){{id}}}}"),
    "list_items": (1_000, lambda n: "{nodes(ids: [" + "1 " * n + "]){id}}"),
    "tokens": (2_000, lambda n: "{nodes(ids: [" + "1 " * (n - 12) + "]){id}}"),
    "characters": (100_000, lambda n: "{hello}" + " " * (n - 7)),
}


@pytest.mark.parametrize("limit", AT_LIMIT)
def test_limit_holds_exactly(limit: str) -> None:
    most, document = AT_LIMIT[limit]
    others = {"cost": 10**6, "aliases": 100, "list_items": 10**6}
    docs = documents(**others | {limit: most})
    assert getattr(DocumentLimits(), limit) == most, "the default is the documented one"
    assert refused(docs, document(most - 1)) is None
    assert refused(docs, document(most)) is None
    assert refused(docs, document(most + 1)) == "COST_LIMIT_EXCEEDED"


def test_lists_in_variables_are_counted() -> None:
    query = "query($ids: [ID!]!){nodes(ids: $ids){id}}"
    assert refused(documents(), query, variables={"ids": ["1"] * 1000}) is None
    assert refused(documents(), query, variables={"ids": ["1"] * 1001}) == "COST_LIMIT_EXCEEDED"


def test_spread_fields_are_counted_exactly() -> None:
    """Three fields in the fragment, spread under n aliases, and the n aliased fields themselves."""

    def document(n: int) -> str:
        return (
            "{"
            + "".join(f"a{i}:tickets(first:1){{...F}}" for i in range(n))
            + "} fragment F on Ticket {id subject parent{id}}"
        )

    assert refused(documents(fields=25), document(5)) is None
    assert refused(documents(fields=24), document(5)) == "COST_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("document", "variables", "cost"),
    [
        ("{hello}", None, 0),
        ("{tickets{id}}", None, 50),
        ("{tickets(first: 7){id comments(first: 3){text}}}", None, 7 * (1 + 3)),
        ("{tickets(last: 7){id}}", None, 7),
        ("{tickets(first: 2){related{id}}}", None, 2 * (1 + 20)),
        ("query($n: Int){tickets(first: $n){id}}", {"n": 9}, 9),
        ("query($n: Int = 4){tickets(first: $n){id}}", {}, 4),
        ("query($n: Int){tickets(first: $n){id}}", {"n": None}, 50),
        ("query($ids: [ID!]!){nodes(ids: $ids){comments(first: 10){text}}}", {"ids": ["1", "2"]}, 2 * 11),
        ('{nodes(ids: ["1", "2", "3"]){id}}', None, 3),
        (
            "{...A} fragment A on Query {tickets(first: 2){...B}} fragment B on Ticket {comments(first: 5){text}}",
            None,
            12,
        ),
        ("{tickets(first: 2){... on Ticket {comments(first: 5){text}}}}", None, 12),
        ("{half{comments(first: 5){text}}}", None, 5),
    ],
)
def test_cost_multiplies_page_sizes(document: str, variables: dict[str, object] | None, cost: int) -> None:
    assert documents().prepare(document, variables=variables).cost == cost


def test_the_table_tells_what_arguments_do_not() -> None:
    docs = Documents(SCHEMA._schema, sizes={"Query.half": ListSize(assumed=30, slicing=())})
    assert docs.prepare("{half{comments(first: 5){text}}}").cost == 30 * 6


async def test_a_refused_document_reaches_no_resolver() -> None:
    """By any door: prepared first, or straight through the schema."""
    engine = Engine(SCHEMA, SystemClock())
    context = ToyContext()
    document = "{tickets(first: 100){comments(first: 100){text}}}"
    with pytest.raises(RequestRefused, match="may bring 10100 nodes; at most 10000"):
        engine.prepare(document)
    result = await engine.schema.execute(document, context_value=context)
    assert result.errors and result.errors[0].extensions == {"code": "COST_LIMIT_EXCEEDED"}
    assert context.calls == []


@pytest.mark.parametrize(
    "options", [{}, {"specified_by_url": True, "input_value_deprecation": True, "schema_description": True}]
)
def test_the_tools_introspection_passes(options: dict[str, bool]) -> None:
    assert refused(documents(), get_introspection_query(**options)) is None


def test_nested_introspection_is_refused() -> None:
    deep = "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}"
    assert refused(documents(), deep) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{" * 1000, "GRAPHQL_PARSE_FAILED"),
        ("{nope}", "GRAPHQL_VALIDATION_FAILED"),
        ("{...F} fragment F on Query {...G} fragment G on Query {...F}", "GRAPHQL_VALIDATION_FAILED"),
        ("{tickets{...F}} fragment F on Ticket {parent{...F}}", "GRAPHQL_VALIDATION_FAILED"),
        ("{...F} fragment F on Query {hello} fragment F on Query {hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("{...Nowhere}", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query {hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A{hello} query B{hello}", "OPERATION_RESOLUTION_FAILURE"),
        ('{hello(name: "\\u0000")}', "BAD_USER_INPUT"),
        ('{hello(name: "a\0b")}', "BAD_USER_INPUT"),
        ("{double(number: 123456789012345678901)}", "BAD_USER_INPUT"),
        ("{double(number: " + "9" * 5000 + ")}", "BAD_USER_INPUT"),
        ("{double(number: 1e999)}", "BAD_USER_INPUT"),
        ("query($n: Int = 123456789012345678901){double(number: $n)}", "BAD_USER_INPUT"),
        ('{hello @include(if: {a: [1, {b: "\\u0000"}]})}', "BAD_USER_INPUT"),
    ],
)
def test_what_is_no_runnable_document(text: str, code: str) -> None:
    assert refused(documents(), text) == code


def test_operations_are_chosen_by_name() -> None:
    text = "query A{hello} query B{hello}"
    assert documents().prepare(text, "B").node.name.value == "B"  # type: ignore[union-attr]
    assert refused(documents(), text, name="C") == "OPERATION_RESOLUTION_FAILURE"
    assert refused(documents(), "{hello}", name="C") == "OPERATION_RESOLUTION_FAILURE"


def test_another_operations_size_is_not_held_against_the_chosen_one() -> None:
    text = "query Small{tickets(first: 1){id}} query Large{tickets(first: 100){comments(first: 100){text}}}"
    assert refused(documents(), text, name="Small") is None
    assert refused(documents(), text, name="Large") == "COST_LIMIT_EXCEEDED"


def test_few_errors_and_no_suggestions() -> None:
    with pytest.raises(RequestRefused) as caught:
        documents().prepare("{" + " ".join(f"helo{i}" for i in range(50)) + "}")
    errors = caught.value.errors
    assert len(errors) == 9, "eight and the notice that there are more"
    assert not any("Did you mean" in error.message for error in errors)


def test_the_cache_is_bounded_and_hands_out_the_same_document() -> None:
    docs = Documents(SCHEMA._schema, cached_characters=3_000)
    for number in range(200):
        docs.check(f"{{a{number}: hello}}")
        docs.check(f"{{nope{number}}}")
    assert docs._known.currsize <= 3_000
    assert docs.check("{hello}") is docs.check("{hello}")


def test_aliases_below_introspection_count_through_fragments() -> None:
    text = "{__schema{...F}} fragment F on __Schema {" + " ".join(f"a{i}: types{{name}}" for i in range(4)) + "}"
    assert refused(documents(), text) == "COST_LIMIT_EXCEEDED"


def test_fields_count_for_every_node_they_are_asked_of() -> None:
    names = " ".join(f"f{n}: id" for n in range(50))
    docs = documents(cost=10**6, values=5_000)
    docs.prepare(f"{{tickets(first: 98){{{names}}}}}")
    with pytest.raises(RequestRefused, match="5100 values; at most 5000") as caught:
        docs.prepare(f"{{tickets(first: 100){{{names}}} ...F}} fragment F on Query {{tickets(first: 100){{id}}}}")
    assert caught.value.code == "COST_LIMIT_EXCEEDED"
    docs.prepare("query($n: Int) {tickets(first: $n){id}}", variables={"n": 5_000})
    with pytest.raises(RequestRefused, match="values"):
        docs.prepare("query($n: Int) {tickets(first: $n){id}}", variables={"n": 5_001})

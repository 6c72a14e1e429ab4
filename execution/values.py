"""Values that came from a caller: refused at the edge when no later room could keep them whole.

NUL does not fit into PostgreSQL text, integers beyond 64 bit fit no database, infinities no JSON. The same rules
hold for literals in a document and for variables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
)

from execution.limits import BAD_USER_INPUT, COST_LIMIT_EXCEEDED, DocumentLimits, refuse

SMALLEST, LARGEST = -(2**63), 2**63 - 1


def check_values(value: Any, limits: DocumentLimits, what: str = "variables") -> None:
    """Depth, list lengths, NUL and numbers of decoded JSON, without recursion."""
    rest: list[tuple[Any, int]] = [(value, 1)]
    while rest:
        value, depth = rest.pop()
        kind = type(value)
        if kind is str:
            check_text(value, what)
        elif kind is int or kind is float:
            check_number(value, what)
        elif value is None or kind is bool:
            continue
        elif depth > limits.json_nesting:
            raise refuse(BAD_USER_INPUT, f"The {what} are nested deeper than {limits.json_nesting} levels.")
        elif kind is dict:
            check_text("".join(value), what)
            rest += [(item, depth + 1) for item in value.values()]
        elif kind is list:
            check_length(len(value), limits, what)
            rest += [(item, depth + 1) for item in value]


def check_text(text: str, what: str) -> None:
    if "\0" in text:
        raise refuse(BAD_USER_INPUT, f"The {what} contain the character NUL, which no helpdesk can keep.")


def check_number(number: int | float, what: str) -> None:
    if isinstance(number, float) and not math.isfinite(number):
        raise refuse(BAD_USER_INPUT, f"The {what} contain a number that is not finite.")
    if isinstance(number, int) and not SMALLEST <= number <= LARGEST:
        raise refuse(BAD_USER_INPUT, f"The {what} contain an integer beyond 64 bit. Send ids as strings.")


def check_length(length: int, limits: DocumentLimits, what: str) -> None:
    if length > limits.list_items:
        message = f"The {what} contain a list of {length} items; at most {limits.list_items} are allowed."
        raise refuse(COST_LIMIT_EXCEEDED, message)


def check_literals(document: DocumentNode, limits: DocumentLimits) -> None:
    """The values written into the document itself."""
    rest: list[Node] = list(document.definitions)
    while rest:
        node = rest.pop()
        if isinstance(node, StringValueNode):
            check_text(node.value, "literals")
        elif isinstance(node, IntValueNode):
            # int() refuses 4,300 digits and more with a ValueError of its own
            check_number(int(node.value) if len(node.value) <= 20 else LARGEST + 1, "literals")
        elif isinstance(node, FloatValueNode):
            check_number(float(node.value), "literals")
        elif isinstance(node, ListValueNode):
            check_length(len(node.values), limits, "literals")
            rest.extend(node.values)
        elif isinstance(node, ObjectValueNode):
            rest.extend(f.value for f in node.fields)
        else:
            rest.extend(_below(node))


def _below(node: Node) -> Iterable[Node]:
    """Where literals can be, below a definition or a selection."""
    if isinstance(node, SelectionSetNode):
        yield from node.selections
        return
    yield from getattr(node, "directives", None) or ()
    selection_set = getattr(node, "selection_set", None)
    if isinstance(node, OperationDefinitionNode):
        yield from (v.default_value for v in node.variable_definitions or () if v.default_value is not None)
    if isinstance(node, FieldNode | DirectiveNode):
        yield from (argument.value for argument in node.arguments or ())
    if selection_set is not None:
        yield selection_set

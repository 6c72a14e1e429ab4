"""How much one document may ask for, and the words in which more is refused.

Every figure is a setting. Refusals happen before any resolver runs: bytes, tokens, parse, shape, validation, cost,
in that order, each step cheap enough to be done for anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphql import GraphQLError, Node

COST_LIMIT_EXCEEDED: Final = "COST_LIMIT_EXCEEDED"
GRAPHQL_PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
GRAPHQL_VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"
OPERATION_RESOLUTION_FAILURE: Final = "OPERATION_RESOLUTION_FAILURE"
BAD_USER_INPUT: Final = "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    characters: int = 100_000
    """Length of the document's text. Long texts belong into variables."""
    tokens: int = 2_000
    depth: int = 12
    """Levels of fields. What lies under `__schema` and `__type` is bounded by graphql-core's own rule instead."""
    aliases: int = 60
    root_fields: int = 20
    directives: int = 50
    fields: int = 5_000
    """Fields of the whole document after every fragment is spread."""
    comparisons: int = 3_000
    """Pairs that the rule about overlapping fields would have to compare: twice the pairs of fields that share a
    response name, and the pairs of fragments spread into one selection. graphql-core's own budget lets 0.8 s pass."""
    introspections: int = 2
    """How often one operation may ask for `__schema` or `__type`."""
    introspection_aliases: int = 3
    """Below `__schema` and `__type`, where every alias brings the whole schema once more; tools use none."""
    cost: int = 10_000
    """Nodes an operation may bring: page sizes multiplied along the way down."""
    values: int = 50_000
    """Fields of all these nodes together: 2,000 tickets with 55 fields each are one second of work."""
    page_size: int = 50
    """Counted where a paged field names no size."""
    list_items: int = 1_000
    json_nesting: int = 50
    errors: int = 8
    """Validation errors reported for one document."""


class RequestRefused(Exception):
    """The request ends here, before execution; `errors` carry their public code."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = list(errors)

    @property
    def code(self) -> str:
        return str((self.errors[0].extensions or {}).get("code", ""))


def refusal(code: str, message: str, node: Node | None = None) -> GraphQLError:
    return GraphQLError(message, nodes=[node] if node else None, extensions={"code": code})


def refuse(code: str, message: str, node: Node | None = None) -> RequestRefused:
    return RequestRefused(refusal(code, message, node))

"""Text → a document that may run, or the reason why not.

`check` depends on the text alone and is remembered, refusals too, in a cache bounded by text size (a syntax tree
takes about a hundred times its text). `prepare` adds what one request brings: the operation's name, its variables,
and so the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.specified_rules import recommended_rules
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.graphql import OperationType

from execution.cost import ListSize, Sizes, nodes_asked_for, values_asked_for, with_defaults
from execution.limits import (
    COST_LIMIT_EXCEEDED,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    OPERATION_RESOLUTION_FAILURE,
    DocumentLimits,
    RequestRefused,
    refusal,
    refuse,
)
from execution.shape import Figures, Shape, measure
from execution.values import check_literals, check_text, check_values

# strawberry's own two rules come after graphql-core's, as strawberry itself has them; the recommended rule is the one
# that bounds introspection
RULES = tuple(dict.fromkeys((*specified_rules, *recommended_rules, MaybeNullValidationRule, OneOfInputValidationRule)))
CACHED_CHARACTERS = 400_000
ENTRY_OVERHEAD = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """One text's verdict: a document with its shape, or what speaks against it."""

    document: DocumentNode | None
    shape: Shape | None
    errors: tuple[GraphQLError, ...] = ()
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """Ready to run: parsed, validated, within every limit."""

    text: str
    document: DocumentNode
    node: OperationDefinitionNode
    name: str | None
    variables: dict[str, Any]
    cost: int

    @property
    def type(self) -> OperationType:
        return OperationType(self.node.operation.value)


class Documents:
    def __init__(
        self,
        schema: GraphQLSchema,
        limits: DocumentLimits | None = None,
        sizes: Mapping[str, ListSize] | None = None,
        *,
        cached_characters: int = CACHED_CHARACTERS,
    ) -> None:
        self.schema = schema
        self.limits = limits or DocumentLimits()
        self._sizes = Sizes(schema, sizes, page_size=self.limits.page_size)
        self._known: LRUCache[str, Checked] = LRUCache(cached_characters, getsizeof=lambda checked: _weight(checked))

    def check(self, text: str) -> Checked:
        known = self._known.get(text)
        if known is None:
            known = self._checked(text)
            if len(text) + ENTRY_OVERHEAD <= self._known.maxsize:
                self._known[text] = known
        return known

    def prepare(
        self,
        text: str,
        name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        values_checked: bool = False,
    ) -> Operation:
        """Raises RequestRefused; nothing has run then. `values_checked`: the variables came through check_values
        already."""
        checked = self.check(text)
        if checked.document is None or checked.shape is None:
            raise RequestRefused(*checked.errors)
        if variables is not None and not values_checked:
            check_values(variables, self.limits)
        node, figures = _chosen(checked.shape, name)
        _hold(figures, self.limits)
        cost = self._cost(checked.shape, node, variables)
        return Operation(text, checked.document, node, name, dict(variables or {}), cost)

    def _checked(self, text: str) -> Checked:
        try:
            document = self._parsed(text)
            check_literals(document, self.limits)
            shape = measure(document, self.schema, self._sizes, most_fields=self.limits.fields)
            _hold_document(shape, self.limits)
        except RequestRefused as refused:
            return _refused(text, refused.errors)
        errors = validate(self.schema, document, RULES, max_errors=self.limits.errors, hide_suggestions=True)
        if errors:
            for error in errors:
                error.extensions = {**(error.extensions or {}), "code": GRAPHQL_VALIDATION_FAILED}
            return _refused(text, errors)
        return Checked(document, shape, characters=len(text))

    def _parsed(self, text: str) -> DocumentNode:
        limits = self.limits
        if len(text) > limits.characters:
            message = f"The document is {len(text)} characters long; at most {limits.characters} are allowed."
            raise refuse(COST_LIMIT_EXCEEDED, f"{message} Send long texts as variables.")
        check_text(text, "document's characters")
        try:
            return parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)
        except GraphQLSyntaxError as error:
            too_long = "Document contains more than" in error.message
            error.extensions = {"code": COST_LIMIT_EXCEEDED if too_long else GRAPHQL_PARSE_FAILED}
            raise RequestRefused(error) from None
        except GraphQLError as error:
            raise RequestRefused(refusal(GRAPHQL_PARSE_FAILED, error.message)) from None

    def _cost(self, shape: Shape, node: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> int:
        body = shape.operations[node.name.value if node.name else None][1]
        given = with_defaults(node, variables)
        cost = nodes_asked_for(body.sized, shape.fragment_costs(), given)
        values = values_asked_for(body.sized, shape.fragment_costs(), given)
        if values > self.limits.values:
            message = f"This operation may bring {values} values; at most {self.limits.values} are allowed."
            raise refuse(COST_LIMIT_EXCEEDED, f"{message} Ask for fewer fields, or smaller pages with `first`.")
        if cost > self.limits.cost:
            message = f"This operation may bring {cost} nodes; at most {self.limits.cost} are allowed."
            raise refuse(COST_LIMIT_EXCEEDED, f"{message} Ask for smaller pages with `first`.")
        return cost


def _refused(text: str, errors: Iterable[GraphQLError]) -> Checked:
    """What is remembered of a refusal must not keep the syntax tree: errors hold it by their nodes and tracebacks."""
    kept = tuple(_without_tree(error) for error in errors)
    return Checked(None, None, kept, len(text))


def _without_tree(error: GraphQLError) -> GraphQLError:
    return GraphQLError(
        error.message, source=error.source, positions=error.positions, path=error.path, extensions=error.extensions
    )


def _weight(checked: Checked) -> int:
    return checked.characters + ENTRY_OVERHEAD


def _chosen(shape: Shape, name: str | None) -> tuple[OperationDefinitionNode, Figures]:
    """The operation the name stands for; without a name there has to be exactly one."""
    found = shape.operations.get(name)
    if found is None and name is None and len(shape.operations) == 1:
        found = next(iter(shape.operations.values()))
    if found is not None and (name is not None or len(shape.operations) == 1):
        return found[0], found[1].figures
    if not shape.operations:
        message = "The document contains no operation."
    elif name is None:
        message = "The document contains several operations: say which one to run in operationName."
    else:
        message = "The document contains no operation of the name given in operationName."
    raise refuse(OPERATION_RESOLUTION_FAILURE, message)


def _hold_document(shape: Shape, limits: DocumentLimits) -> None:
    if shape.fields > limits.fields:
        count = _most(shape.fields)
        message = f"With its fragments spread the document has {count} fields; at most {limits.fields} are allowed."
        raise refuse(COST_LIMIT_EXCEEDED, message)
    if shape.comparisons > limits.comparisons:
        message = "The document repeats the same fields, or spreads fragments into one place, too often."
        raise refuse(COST_LIMIT_EXCEEDED, message)


def _hold(figures: Figures, limits: DocumentLimits) -> None:
    for is_, most, what in (
        (figures.depth, limits.depth, "levels deep"),
        (figures.aliases, limits.aliases, "aliases"),
        (figures.root_fields, limits.root_fields, "root fields"),
        (figures.directives, limits.directives, "directives"),
        (figures.introspection_aliases, limits.introspection_aliases, "aliases below __schema or __type"),
        (figures.introspections, limits.introspections, "times __schema or __type"),
    ):
        if is_ > most:
            raise refuse(COST_LIMIT_EXCEEDED, f"This operation has {_most(is_)} {what}; at most {most} are allowed.")


def _most(count: int) -> str:
    return str(count) if count < 1_000_000 else "more than a million"

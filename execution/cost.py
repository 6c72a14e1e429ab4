"""What an operation may bring, in nodes: page sizes multiplied along the way down, known before the first resolver.

`Sizes` says which fields are lists and which arguments tell their length; a document's sized fields are kept as a
small tree, so that only the numbers in the variables have to be looked up when it comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

CEILING = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ListSize:
    """Like `@listSize`: `assumed` when no argument tells; `slicing` arguments are numbers, `counted` ones are lists."""

    assumed: int = 50
    slicing: tuple[str, ...] = ("first", "last")
    counted: tuple[str, ...] = ()


@dataclass(slots=True)
class Sized:
    """A field that brings `told` or `assumed` nodes, and the sized fields below it. The default is a root: it brings
    none itself. `plain` counts the other fields below it, which each node has to be asked for."""

    told: tuple[int | str, ...] = ()
    assumed: int = 1
    own: bool = False
    plain: int = 0
    children: list[Sized] = field(default_factory=list)
    spreads: list[str] = field(default_factory=list)

    def size(self, variables: Mapping[str, Any]) -> int:
        numbers = [number for t in self.told if (number := _number(t, variables)) is not None]
        return max(0, *numbers) if numbers else self.assumed


class Sizes:
    """Which fields bring lists. Fields that take `first` or `last`, `ids` or `representations` are known by
    themselves; `table` adds others, or other figures, by coordinate: `{"Query.articleFolders": ListSize(assumed=20,
    slicing=())}`."""

    def __init__(
        self, schema: GraphQLSchema, table: Mapping[str, ListSize] | None = None, *, page_size: int = 50
    ) -> None:
        self.schema = schema
        self._table = dict(table or {})
        self._page_size = page_size

    def sized(
        self, parent: GraphQLCompositeType | None, node: FieldNode, definition: GraphQLField | None
    ) -> Sized | None:
        rule = self._rule(parent, node, definition)
        if rule is None:
            return None
        told = tuple(
            source
            for argument in node.arguments or ()
            if argument.name.value in (*rule.slicing, *rule.counted)
            and (source := _source(argument.value, argument.name.value in rule.counted)) is not None
        )
        return Sized(told=told, assumed=rule.assumed, own=True)

    def _rule(
        self, parent: GraphQLCompositeType | None, node: FieldNode, definition: GraphQLField | None
    ) -> ListSize | None:
        known = self._table.get(f"{parent.name}.{node.name.value}") if parent else None
        if known is not None or definition is None:
            return known
        slicing = tuple(name for name in ("first", "last") if name in definition.args)
        counted = tuple(name for name in ("ids", "representations") if name in definition.args)
        if not slicing and not counted:
            return None
        default = next((d for n in slicing if isinstance(d := _default(definition, n), int)), None)
        assumed = default if default is not None else (self._page_size if slicing else 1)
        return ListSize(assumed=assumed, slicing=slicing, counted=counted)


def _default(definition: GraphQLField, argument: str) -> object:
    """strawberry gives defaults as values, SDL as literals."""
    given = definition.args[argument]
    if given.default is None:
        return given.default_value
    return int(given.default.literal.value) if isinstance(given.default.literal, IntValueNode) else given.default.value


def _source(value: ValueNode, counted: bool) -> int | str | None:
    if isinstance(value, VariableNode):
        return value.name.value
    if isinstance(value, IntValueNode) and not counted:
        return int(value.value)
    if isinstance(value, ListValueNode) and counted:
        return len(value.values)
    return None


def _number(told: int | str, variables: Mapping[str, Any]) -> int | None:
    if isinstance(told, int):
        return told
    value = variables.get(told)
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) else None


def with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return {**defaults, **(variables or {})}


def nodes_asked_for(root: Sized, fragments: Iterable[tuple[str, Sized]], variables: Mapping[str, Any]) -> int:
    """`fragments` come each after those they spread, so that every one is added up once."""
    known: dict[str, int] = {}
    for name, sized in fragments:
        known[name] = _total(sized, known, variables)
    return _total(root, known, variables)


def values_asked_for(root: Sized, fragments: Iterable[tuple[str, Sized]], variables: Mapping[str, Any]) -> int:
    """Fields of all nodes together: what the answer weighs, where `nodes_asked_for` is how long it is."""
    known: dict[str, int] = {}
    for name, sized in fragments:
        known[name] = _values(sized, known, variables)
    return _values(root, known, variables)


def _values(sized: Sized, known: Mapping[str, int], variables: Mapping[str, Any]) -> int:
    inner = sized.plain + sum(known.get(name, 0) for name in sized.spreads)
    inner += sum(_values(child, known, variables) for child in sized.children)
    return min(CEILING, sized.size(variables) * inner if sized.own else inner)


def _total(sized: Sized, known: Mapping[str, int], variables: Mapping[str, Any]) -> int:
    inner = sum(known.get(name, 0) for name in sized.spreads)
    inner += sum(_total(child, known, variables) for child in sized.children)
    return min(CEILING, sized.size(variables) * (1 + inner) if sized.own else inner)

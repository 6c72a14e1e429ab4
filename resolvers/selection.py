"""What the caller will look at below a field: names only, with fragments, aliases, @skip and @include
taken into account.

Conditions on types are ignored: for a union or an interface that makes the selection larger than the truth, never
smaller, so a record that is said to be enough is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)

FieldInfo: TypeAlias = "GraphQLResolveInfo[Any]"


class Selection:
    """The fields under a field, by their schema names; fields asked for twice are one."""

    __slots__ = ("children",)

    def __init__(self) -> None:
        self.children: dict[str, Selection] = {}

    def has(self, *path: str) -> bool:
        return self.at(*path) is not None

    def at(self, *path: str) -> Selection | None:
        here: Selection | None = self
        for name in path:
            here = here.children.get(name) if here is not None else None
        return here

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.children)

    def merge(self, other: Selection) -> None:
        for name, child in other.children.items():
            self.children.setdefault(name, Selection()).merge(child)

    def rows(self) -> Selection:
        """What a connection's rows are asked for, by `nodes` and by `edges { node }`."""
        found = Selection()
        for path in (("nodes",), ("edges", "node")):
            if (part := self.at(*path)) is not None:
                found.merge(part)
        return found


def select(info: FieldInfo) -> Selection:
    values = info.variable_values  # strawberry hands out the coerced values themselves
    reader = _Reader(info.fragments, values if isinstance(values, Mapping) else values.coerced)
    found = Selection()
    for node in info.field_nodes:
        reader.read(node.selection_set, found)
    return found


class Selections:
    """Selections of one request, each read once however many records stand at its place."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], Selection] = {}

    def of(self, info: FieldInfo) -> Selection:
        key = tuple(id(node) for node in info.field_nodes)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = select(info)
        return found


class _Reader:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables

    def read(self, selections: SelectionSetNode | None, into: Selection) -> None:
        for node in selections.selections if selections else ():
            if not self._included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                self.read(node.selection_set, into.children.setdefault(node.name.value, Selection()))
            elif isinstance(node, InlineFragmentNode):
                self.read(node.selection_set, into)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self._fragments:
                self.read(self._fragments[node.name.value].selection_set, into)

    def _included(self, directives: Iterable[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in ("skip", "include") and self._condition(directive) is (name == "skip"):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool | None:
        for argument in directive.arguments or ():
            if argument.name.value != "if":
                continue
            if isinstance(argument.value, VariableNode):
                return bool(self._variables.get(argument.value.name.value))
            if isinstance(argument.value, BooleanValueNode):
                return argument.value.value
        return None

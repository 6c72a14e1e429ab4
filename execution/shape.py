"""The shape of a document, measured in one pass.

Each selection is visited once, wherever and however often its fragment is spread; a fragment's figures are then
multiplied by its spreads, so that eighteen fragments which each spread the next one twice cost eighteen visits and
not 2**18. Nothing here recurses: a chain of fragments is as long as the token limit lets it be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    get_named_type,
    is_composite_type,
)

from execution.cost import Sized, Sizes
from execution.limits import GRAPHQL_VALIDATION_FAILED, refuse

CEILING = 1_000_000_000


@dataclass(slots=True)
class Figures:
    """Sums over a selection and everything it spreads, never above CEILING."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    introspections: int = 0
    introspection_aliases: int = 0


@dataclass(slots=True)
class Spreads:
    """How one fragment is spread by one body."""

    times: int = 0
    at_root: int = 0
    deepest: int = 0


@dataclass(slots=True)
class Body:
    """An operation or a fragment: its own figures, what it spreads, and its sized fields."""

    figures: Figures = field(default_factory=Figures)
    spreads: dict[str, Spreads] = field(default_factory=dict)
    sized: Sized = field(default_factory=Sized)


@dataclass(slots=True)
class Shape:
    """`fragments` are in an order in which each one comes after those it spreads."""

    operations: dict[str | None, tuple[OperationDefinitionNode, Body]]
    fragments: dict[str, Body]
    fields: int
    comparisons: int

    def fragment_costs(self) -> Iterable[tuple[str, Sized]]:
        return ((name, body.sized) for name, body in self.fragments.items())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands."""

    depth: int
    parent: GraphQLCompositeType | None
    introspecting: bool
    sized: Sized


def measure(document: DocumentNode, schema: GraphQLSchema, sizes: Sizes, *, most_fields: int) -> Shape:
    """`most_fields` bounds the last step, which looks at fields after spreading: above it, comparisons are not
    counted."""
    definitions = _fragments(document)
    bodies = {
        name: _body(
            node.directives, node.selection_set.selections, _type(schema, node.type_condition.name.value), sizes
        )
        for name, node in definitions.items()
    }
    ordered = _spread_last(bodies)
    operations: dict[str | None, tuple[OperationDefinitionNode, Body]] = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            root = schema.get_root_type(node.operation)
            body = _body(_operation_directives(node), node.selection_set.selections, root, sizes)
            _add_spreads(body, ordered)
            operations[node.name.value if node.name else None] = (node, body)
    fields = _clamp(sum(body.figures.fields for body in _roots(operations, ordered)))
    comparisons = _comparisons(document, definitions) if fields <= most_fields else 0
    return Shape(operations, ordered, fields, comparisons)


def _clamp(value: int) -> int:
    return min(value, CEILING)


def _type(schema: GraphQLSchema, name: str) -> GraphQLCompositeType | None:
    found = schema.get_type(name)
    return found if is_composite_type(found) else None


def _operation_directives(node: OperationDefinitionNode) -> tuple[DirectiveNode, ...]:
    definitions = node.variable_definitions or ()
    return (*(node.directives or ()), *(d for v in definitions for d in v.directives or ()))


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            if node.name.value in found:
                message = f"There can be only one fragment named '{node.name.value}'."
                raise refuse(GRAPHQL_VALIDATION_FAILED, message, node.name)
            found[node.name.value] = node
    return found


def _body(
    directives: Iterable[DirectiveNode] | None,
    selections: Iterable[SelectionNode],
    parent: GraphQLCompositeType | None,
    sizes: Sizes,
) -> Body:
    body = Body()
    figures = body.figures
    figures.directives = len(tuple(directives or ()))
    introspecting = parent is not None and parent.name.startswith("__")
    walk = [(selections, _Place(0, parent, introspecting, body.sized))]
    while walk:
        nodes, place = walk.pop()
        for node in nodes:
            figures.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                inner = _field(node, place, body, sizes)
                if node.selection_set:
                    walk.append((node.selection_set.selections, inner))
            elif isinstance(node, InlineFragmentNode):
                walk.append((node.selection_set.selections, _narrowed(node, place, sizes)))
            elif isinstance(node, FragmentSpreadNode):
                _spread(node, place, body)
    return body


def _field(node: FieldNode, place: _Place, body: Body, sizes: Sizes) -> _Place:
    """Counts the field and says where its own selection stands."""
    figures, name = body.figures, node.name.value
    figures.fields += 1
    figures.aliases += node.alias is not None
    figures.root_fields += place.depth == 0 and name != "__typename"
    introspection = name in ("__schema", "__type")
    figures.introspections += introspection
    figures.introspection_aliases += place.introspecting and node.alias is not None
    depth = place.depth + 1
    if not place.introspecting:
        figures.depth = max(figures.depth, depth)
    definition = sizes.schema.get_field(place.parent, name) if place.parent else None
    own = sizes.sized(place.parent, node, definition)
    if own is not None:
        place.sized.children.append(own)
    elif not place.introspecting:
        place.sized.plain += 1
    returned = get_named_type(definition.type) if definition else None
    parent = returned if is_composite_type(returned) else None
    return _Place(depth, parent, place.introspecting or introspection, own or place.sized)


def _narrowed(node: InlineFragmentNode, place: _Place, sizes: Sizes) -> _Place:
    if node.type_condition is None:
        return place
    parent = _type(sizes.schema, node.type_condition.name.value)
    return _Place(place.depth, parent, place.introspecting, place.sized)


def _spread(node: FragmentSpreadNode, place: _Place, body: Body) -> None:
    name = node.name.value
    spreads = body.spreads.setdefault(name, Spreads())
    spreads.times += 1
    spreads.at_root += place.depth == 0
    spreads.deepest = max(spreads.deepest, place.depth)
    place.sized.spreads.append(name)


def _add_spreads(body: Body, fragments: Mapping[str, Body]) -> None:
    own = body.figures
    for name, spreads in body.spreads.items():
        inner = fragments.get(name)
        if inner is None:
            continue
        figures = inner.figures
        if figures.depth:
            own.depth = _clamp(max(own.depth, spreads.deepest + figures.depth))
        own.fields = _clamp(own.fields + spreads.times * figures.fields)
        own.aliases = _clamp(own.aliases + spreads.times * figures.aliases)
        own.directives = _clamp(own.directives + spreads.times * figures.directives)
        own.introspections = _clamp(own.introspections + spreads.times * figures.introspections)
        own.introspection_aliases = _clamp(own.introspection_aliases + spreads.times * figures.introspection_aliases)
        own.root_fields = _clamp(own.root_fields + spreads.at_root * figures.root_fields)


def _spread_last(bodies: dict[str, Body]) -> dict[str, Body]:
    """The fragments with everything they spread added in, each after those it spreads; a circle is refused."""
    done: dict[str, Body] = {}
    for start in bodies:
        open_names: dict[str, Iterator[str]] = {} if start in done else {start: iter(bodies[start].spreads)}
        while open_names:
            name, rest = next(reversed(open_names.items()))
            inner = next(rest, None)
            if inner is None:
                del open_names[name]
                _add_spreads(bodies[name], done)
                done[name] = bodies[name]
            elif inner in open_names:
                raise refuse(GRAPHQL_VALIDATION_FAILED, f"Cannot spread fragment '{inner}' within itself.")
            elif inner in bodies and inner not in done:
                open_names[inner] = iter(bodies[inner].spreads)
    return done


def _roots(
    operations: Mapping[str | None, tuple[OperationDefinitionNode, Body]], fragments: Mapping[str, Body]
) -> Iterator[Body]:
    """The operations, and the fragments nobody spreads: validation walks these too."""
    used = {name for body in fragments.values() for name in body.spreads}
    for _, body in operations.values():
        used |= body.spreads.keys()
        yield body
    yield from (body for name, body in fragments.items() if name not in used)


def _comparisons(document: DocumentNode, fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """Pairs of fields and of fragments that meet in one merged selection, over the whole document."""
    spread: set[str] = set()
    total = 0
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            total += _pairs(node.selection_set.selections, fragments, spread)
    for name, fragment in fragments.items():
        if name not in spread:
            total += _pairs(fragment.selection_set.selections, fragments, spread)
    return _clamp(total)


def _pairs(
    selections: Iterable[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode], spread: set[str]
) -> int:
    total = 0
    groups: list[list[Iterable[SelectionNode]]] = [[selections]]
    while groups:
        counts: Counter[str] = Counter()
        below: dict[str, list[Iterable[SelectionNode]]] = {}
        names: set[str] = set()
        walk = groups.pop()
        while walk:
            for node in walk.pop():
                if isinstance(node, FieldNode):
                    key = node.alias.value if node.alias else node.name.value
                    counts[key] += 1
                    if node.selection_set:
                        below.setdefault(key, []).append(node.selection_set.selections)
                elif isinstance(node, InlineFragmentNode):
                    walk.append(node.selection_set.selections)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in names:
                    names.add(node.name.value)
                    if node.name.value in fragments:
                        walk.append(fragments[node.name.value].selection_set.selections)
        spread |= names
        total += sum(n * (n - 1) for n in counts.values()) + len(names) * (len(names) - 1) // 2
        groups.extend(below.values())
    return total

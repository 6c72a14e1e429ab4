"""The few ways a field is declared here."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import strawberry
from strawberry.federation.schema_directives import Cost, ListSize, Tag
from strawberry.types import Info as _Info

from resolvers.context import RequestContext
from resolvers.links import LINKS, follow

T = TypeVar("T")
Info = _Info[RequestContext, None]

PII = Tag(name="pii")


def _paged(assumed: int, arguments: list[str], sized: list[str]) -> ListSize:
    return ListSize(
        assumed_size=assumed, slicing_arguments=arguments, sized_fields=sized, require_one_slicing_argument=False
    )


PAGED = _paged(50, ["first", "last"], ["edges", "nodes"])
PAGED_FORWARD = _paged(20, ["first"], ["edges", "nodes"])
FOUND = _paged(50, ["first"], ["edges"])
FOLLOWED = _paged(50, ["first"], ["edges", "nodes"])
EXPENSIVE = Cost(weight=5)
FIGURES = Cost(weight=50)


def shows(*models: type) -> Callable[[type[T]], type[T]]:
    """The GraphQL type below shows these models: objects of them are recognised as it, in unions and interfaces too."""

    def mark(cls: type[T]) -> type[T]:
        cls.is_type_of = classmethod(lambda _, obj, info: isinstance(obj, models))  # type: ignore[attr-defined]
        return cls

    return mark


def plain(description: str, *, name: str | None = None, directives: Iterable[object] = ()) -> Any:
    """A field that is the model's attribute of the same name."""
    return strawberry.field(description=description, name=name, directives=tuple(directives))


def answered(
    resolve: Callable[[Any, RequestContext], Any],
    description: str,
    *,
    name: str | None = None,
    directives: Iterable[object] = (),
) -> Any:
    """A field without arguments that `resolve(record, context)` answers, at once or awaited."""

    def resolver(root: Any, info: Info) -> Any:
        return resolve(root, info.context)

    return _field(resolver, description, name, directives)


def computed(resolve: Callable[[Any], Any], description: str, *, name: str | None = None) -> Any:
    """A field that depends on the record alone."""

    def resolver(root: Any) -> Any:
        return resolve(root)

    return _field(resolver, description, name, ())


def owned() -> Any:
    """The helpdesk of a record."""
    return answered(lambda record, context: context.info(record.helpdesk), "The helpdesk it lives in.")


def linked(name: str, description: str) -> Any:
    """A field that follows a declared link (resolvers/links.py)."""
    link = LINKS[name]

    def resolver(root: Any, info: Info) -> Any:
        return follow(link, root, info.context, info._raw_info)

    return _field(resolver, description, None, ())


def asked(description: str, *, directives: Iterable[object] = ()) -> Callable[[Callable[..., Any]], Any]:
    """A field with arguments, answered by the function below."""
    found: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description, directives=tuple(directives))
    return found


def watched(description: str) -> Callable[[Callable[..., Any]], Any]:
    """A subscription, fed by the generator below."""
    found: Callable[[Callable[..., Any]], Any] = strawberry.subscription(description=description)
    return found


def _field(resolver: Callable[..., Any], description: str, name: str | None, directives: Iterable[object]) -> Any:
    """The field's type stands at the attribute; the resolver must not name another."""
    resolver.__annotations__.pop("return", None)
    return strawberry.field(resolver=resolver, description=description, name=name, directives=tuple(directives))


def given(value: T | None) -> T | None:
    """An argument that was left out and one that was null mean the same here."""
    return None if value is strawberry.UNSET else value

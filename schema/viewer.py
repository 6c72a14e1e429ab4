"""Who is asking."""

from typing import Any

import strawberry

from resolvers.context import Principal
from resolvers.helpdesks import helpdesks
from schema.fields import answered, computed, plain, shows
from schema.refs import HelpdeskRef

ALL_SCOPES = (
    "tickets:read tickets:write notes:read contacts:read "
    "contacts:write articles:read images:read raw:read admin".split()
)


def _scopes(principal: Any) -> list[str]:
    return sorted(ALL_SCOPES if principal.scopes is None else principal.scopes)


@strawberry.type(description="Who is asking, and what they may see.")
@shows(Principal)
class Viewer:
    id: strawberry.ID = plain("Their id with this server; no global id.")
    name: str | None = plain("The name of their key; null in open mode.")
    scopes: list[str] = computed(_scopes, "What they may do. Everything in open mode, which exists on loopback only.")
    helpdesks: list[HelpdeskRef] = answered(lambda root, context: helpdesks(context), "The helpdesks they can ask.")

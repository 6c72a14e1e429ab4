"""What one request carries from the door to the last resolver: who asks, whom it can ask, and what has been noticed on
the way. Made anew for each request; a WebSocket makes one for each operation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from graphql import GraphQLError

from imaging.links import FileLinks
from models.errors import Forbidden, HelpdeskError
from models.queries import Scope
from models.records import HelpdeskInfo
from providers.base import Provider
from providers.upstream.records import CallRecord
from resolvers.loaders import Loaders
from resolvers.paging import Cursors
from resolvers.selection import FieldInfo, Selections
from resolvers.sources import STALE_AFTER_S, Copy, Refresh, Sources, States
from resolvers.upstream import summary
from runtime.clock import Clock
from writes import Ledger

if TYPE_CHECKING:
    from resolvers.store import Store


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking. `scopes` None: everything (no keys are set up)."""

    id: str
    name: str | None = None
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


class RequestContext:
    """`partial_errors`: what went wrong while data stayed; execution/ adds them to the answer's errors. `calls`: every
    call upstream of this operation, filled by the schema's recording extension. `over_copy`: the same request with
    look-ups that ask our copy alone (resolvers/store.py). `came_along`: records that rows of this
    request embed, by want, helpdesk and remote id (resolvers/links.py). `mirror`, `states`, `refresh`: our copy of the
    helpdesks, how far it has come, and how it is brought up to date; without them everything is asked live.
    `stale_after_s`: how old it may be unmarked."""

    def __init__(
        self,
        *,
        scope: Scope,
        principal: Principal,
        providers: Mapping[str, Provider],
        cursors: Cursors,
        files: FileLinks,
        ledger: Ledger,
        clock: Clock,
        request_id: str,
        show_upstream: bool = False,
        calls_each: int = 200,
        store: Store | None = None,
        mirror: Copy | None = None,
        states: States | None = None,
        refresh: Refresh | None = None,
        stale_after_s: float = STALE_AFTER_S,
    ) -> None:
        self.scope = scope
        self.principal = principal
        self.providers = providers
        self.mirror = mirror
        self.sources = Sources(
            providers, clock, mirror=mirror, states=states, refresh=refresh, stale_after_s=stale_after_s
        )
        self.loaders = Loaders(self.sources, scope)
        self._live_loaders: Loaders | None = None
        self.cursors = cursors
        self.files = files
        self.ledger = ledger
        self.clock = clock
        self.request_id = request_id
        self.show_upstream = show_upstream
        self.calls_each = calls_each
        self.store = store
        self.over_copy: RequestContext | None = None
        self.selections = Selections()
        self.came_along: dict[tuple[str | None, str, Hashable], Any] = {}
        self.partial_errors: list[GraphQLError] = []
        self.calls: list[CallRecord] = []

    @property
    def live_loaders(self) -> Loaders:
        """Look-ups past our copy, for what cannot be in it yet."""
        if self._live_loaders is None:
            self._live_loaders = Loaders(self.providers, self.scope)
        return self._live_loaders

    def info(self, helpdesk: str) -> HelpdeskInfo:
        return self.sources[helpdesk].info

    def demand(self, scope: str) -> None:
        if not self.principal.may(scope):
            raise Forbidden(f"This needs the scope `{scope}`, which your key does not have.")

    def partial(self, error: HelpdeskError, info: FieldInfo) -> None:
        """Notes `error` at the field of `info`; the field's own data stays."""
        path = info.path.as_list()
        if any(e.original_error is error and e.path == path for e in self.partial_errors):
            return
        self.partial_errors.append(GraphQLError(error.message, nodes=info.field_nodes, path=path, original_error=error))

    def renew(self) -> None:
        """A subscription's next event starts with nothing remembered of the one before, whose records may be old."""
        self.sources.forget()
        self._live_loaders = None
        self.loaders = Loaders(self.sources, self.scope)
        self.over_copy = None
        self.came_along.clear()

    def response_extensions(self) -> dict[str, Any]:
        if not self.show_upstream:
            return {}
        return {"upstream": summary(self.calls, self.providers)}

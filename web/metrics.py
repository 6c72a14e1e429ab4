"""/metrics: how the sync is doing, for Prometheus. For whoever may ask the API: it sends the same key.

Read from the streams' own rows, so any process tells it, whoever does the work. No label names a tenant, a person or a
record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.enums import Kind
from models.errors import StorageUnavailable, Unauthenticated
from resolvers.sync import UNREAD_KINDS
from sync.progress import Progress
from sync.service import SyncService
from web.asking import Authenticator
from web.graphql_view import unauthenticated
from web.refusal import Refusal

TEXT = "text/plain; version=1.0.0; charset=utf-8"
OF_KIND = ("helpdesk", "kind")


class Metrics:
    def __init__(self, sync: SyncService, authenticator: Authenticator) -> None:
        self._sync = sync
        self._authenticator = authenticator

    def routes(self) -> list[Route]:
        return [Route("/metrics", self._answer, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        try:
            await self._authenticator.authenticate(request.headers)
        except Unauthenticated as problem:
            raise unauthenticated(problem) from None
        try:
            progress, unread = await self._sync.progress(), await self._sync.unread()
        except StorageUnavailable as error:
            raise Refusal(503, error.message, code=error.code) from None
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Figures(progress, unread))
        return Response(generate_latest(registry), media_type=TEXT, headers={"Cache-Control": "no-store"})


class _Figures(Collector):
    def __init__(self, progress: Sequence[Progress], unread: Mapping[str, Mapping[Kind, int]]) -> None:
        self._progress = progress
        self._unread = unread

    def collect(self) -> Iterator[Metric]:
        rows = CounterMetricFamily("deskgraph_sync_rows", "Records read; its rate is rows a second.", labels=OF_KIND)
        lag = GaugeMetricFamily("deskgraph_sync_lag_seconds", "How far our copy is behind now.", labels=OF_KIND)
        unread = GaugeMetricFamily("deskgraph_sync_quarantined", "Records that could not be read.", labels=OF_KIND)
        missing = GaugeMetricFamily("deskgraph_sync_missing", "Records known to be missing.", labels=OF_KIND)
        status = GaugeMetricFamily("deskgraph_sync_status", "1 for how it is doing.", labels=(*OF_KIND, "status"))
        used = GaugeMetricFamily("deskgraph_upstream_budget_used", "Of the rate limit, 0 to 1.", labels=("helpdesk",))
        for one in self._progress:
            state = one.state
            labels = (state.helpdesk, state.kind.value)
            known = state.coverage.known_missing
            rows.add_metric(labels, state.processed)
            unread.add_metric(
                labels, sum(self._unread[state.helpdesk].get(kind, 0) for kind in UNREAD_KINDS[state.kind])
            )
            missing.add_metric(labels, known.value if known is not None else 0)
            status.add_metric((*labels, state.status.value), 1)
            if state.lag_s is not None:
                lag.add_metric(labels, state.lag_s)
        for helpdesk, share in {one.state.helpdesk: one.budget_share for one in self._progress}.items():
            if share is not None:
                used.add_metric((helpdesk,), share)
        yield from (rows, lag, unread, missing, status, used)

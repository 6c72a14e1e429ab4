"""The GraphiQL page and its files, all served by us: it works on a closed network, without inline scripts, from
`dist/`.

`dist/` is made by build.py. Without it there is a plain page that says how to make it, with a form that needs no
script.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

HERE: Final = Path(__file__).parent
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
COMMON: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGE_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "worker-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PLAIN_POLICY: Final = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Asset:
    path: Path
    zipped: Path | None
    etag: str
    media_type: str


class Explorer:
    def __init__(self, dist: Path = HERE / "dist") -> None:
        files = sorted(dist.iterdir()) if dist.is_dir() else []
        self._assets = {path.name: _asset(path) for path in files if path.suffix in TYPES}
        self.built = {"graphiql.js", "graphiql.css"} <= self._assets.keys()

    def page(self, request: Request) -> Response:
        if not self.built:
            return HTMLResponse(_plain(), headers={**COMMON, "Content-Security-Policy": PLAIN_POLICY})
        versions = {name: self._assets[name].etag[:12] for name in ("graphiql.js", "graphiql.css")}
        headers = {**COMMON, "Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}
        return HTMLResponse(_page(versions), headers=headers)

    def routes(self) -> list[Route]:
        return [Route("/explorer/{name}", self._file, methods=["GET"])]

    async def _file(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            return Response("Not found", status_code=404, media_type="text/plain")
        headers = {**COMMON, "ETag": f'"{asset.etag}"', "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
        if request.query_params.get("v") == asset.etag[:12]:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        path = asset.path
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", "").lower():
            path, headers["Content-Encoding"] = asset.zipped, "gzip"
        return FileResponse(path, headers=headers, media_type=asset.media_type)


def _asset(path: Path) -> Asset:
    zipped = path.with_name(f"{path.name}.gz")
    etag = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    return Asset(path, zipped if zipped.is_file() else None, etag, TYPES[path.suffix])


def _page(versions: dict[str, str]) -> str:
    """Addresses are relative, so that the page also works behind a path prefix."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskgraph</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="explorer/graphiql.css?v={versions["graphiql.css"]}">
</head>
<body>
<div id="graphiql" data-endpoint="graphql">Loading…</div>
<noscript>{_form()}</noscript>
<script type="module" src="explorer/graphiql.js?v={versions["graphiql.js"]}"></script>
</body>
</html>
"""


def _plain() -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Deskgraph</title><link rel="icon" href="data:,"></head>
<body>
<h1>Deskgraph</h1>
<p>This is the GraphQL endpoint. The GraphiQL page has not been built here:
run <code>python web/explorer/build.py</code> (needs node, or pip to fetch it) and start the server again.</p>
{_form()}
</body>
</html>
"""


def _form() -> str:
    example = html.escape("{\n  helpdesks {\n    key\n    vendor\n    name\n  }\n}")
    return f"""<form method="get" action="graphql">
<p><label for="query">A query, if this server asks for no key:</label></p>
<p><textarea id="query" name="query" rows="12" cols="80">{example}</textarea></p>
<p><button type="submit">Ask</button></p>
</form>"""

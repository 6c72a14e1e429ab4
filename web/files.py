"""Attachments and pictures, behind our own signed links: fetched from the vendor as they are read, and passed on.

The link's grant decides, not the caller's key: links are for `<img>` and download buttons, which carry none. Only
pictures we know are shown in place; everything else is a download, whatever the vendor calls it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from imaging.links import FileLinks
from models.errors import BadInput, HelpdeskError, NotFound
from models.records import IMAGE_TYPES
from providers.base import FileStream, Provider
from web.refusal import Refusal

log = logging.getLogger("deskgraph.files")

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Files:
    def __init__(self, links: FileLinks, providers: Mapping[str, Provider]) -> None:
        self._links = links
        self._providers = providers

    def routes(self) -> list[Route]:
        return [Route("/files/{token}/{name}", self._answer, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        try:
            grant = self._links.verify(request.path_params["token"])
        except BadInput as error:
            raise Refusal(403, error.message, code="FORBIDDEN") from None
        provider = self._providers.get(grant.helpdesk)
        if provider is None:
            raise Refusal(404, "The helpdesk of this file is not linked any more.")
        stack = AsyncExitStack()
        try:
            file = await stack.enter_async_context(provider.open_file(grant.scope(), grant.remote_id))
            first, rest = await _first(file.chunks)
        except NotFound:
            await stack.aclose()
            raise Refusal(404, "This file is not there any more.") from None
        except HelpdeskError as error:
            await stack.aclose()
            raise Refusal(502, error.message, code=error.code) from None
        except BaseException:
            await stack.aclose()
            raise
        headers = _headers(file, first)
        return StreamingResponse(_body(stack, first, rest), headers=headers, media_type=headers["Content-Type"])


async def _first(chunks: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, so that a vendor that fails at once is an error and not an empty file."""
    async for chunk in chunks:
        if chunk:
            return chunk, chunks
    return b"", chunks


async def _body(stack: AsyncExitStack, first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """An error under way cuts the body short of its Content-Length, so nobody takes the part for the whole."""
    async with stack:
        yield first
        async for chunk in rest:
            yield chunk


def _headers(file: FileStream, first: bytes) -> dict[str, str]:
    shown = picture_type(first)
    kind = "inline" if shown else "attachment"
    headers = {
        **SAFE,
        "Content-Type": shown or "application/octet-stream",
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.file_name, safe='')}",
        "Cache-Control": "private, max-age=300",
    }
    if file.size is not None:
        headers["Content-Length"] = str(file.size)
    return headers


_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def picture_type(first: bytes) -> str | None:
    """The picture's type by its own first bytes; the vendor's word for it is not taken."""
    found = next((kind for magic, kind in _SIGNATURES if first.startswith(magic)), None)
    if found is None and first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        found = "image/webp"
    assert found is None or found in IMAGE_TYPES
    return found

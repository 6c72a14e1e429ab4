"""Reading an answer's body without trusting its size: the bytes are counted on the wire and again when inflated."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Iterator

import httpx

from providers.upstream.transport import ERRORS, Fault, WireFault, fault

STEP = 64 * 1024


class Inflater:
    """Undoes gzip and deflate at most STEP bytes at a time, so a bomb is noticed before it unfolds."""

    def __init__(self, coding: str) -> None:
        self._gzip = coding in ("gzip", "x-gzip")
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16 if self._gzip else zlib.MAX_WBITS)
        self._started = False
        self._ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._ended:
            yield self._step(data)
            data = self._stream.unconsumed_tail
            if self._stream.eof:
                data = self._next_member()

    def finish(self) -> None:
        if self._started and not (self._ended or self._stream.eof):
            raise zlib.error("cut short")

    def _step(self, data: bytes) -> bytes:
        try:
            out = self._stream.decompress(data, STEP)
        except zlib.error:
            # "deflate" means zlib by the standard and a bare stream in some servers.
            if self._gzip or self._started:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(data, STEP)
        self._started = True
        return out

    def _next_member(self) -> bytes:
        """gzip allows several members in a row; anything else behind the end is padding."""
        rest = self._stream.unused_data.lstrip(b"\0")
        if not rest or not self._gzip:
            self._ended = not self._gzip
            return b""
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return rest


def _inflater(response: httpx.Response) -> Inflater | None:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip", "deflate"):
        return Inflater(coding)
    raise WireFault(Fault.GARBLED, "ContentCoding", response.status_code)


async def chunks(response: httpx.Response, wire_limit: int, decoded_limit: int) -> AsyncGenerator[bytes, None]:
    """The decoded body in bounded pieces; raises WireFault when it breaks, is too large, or does not decode."""
    status = response.status_code
    inflater = _inflater(response)
    wire = decoded = 0
    try:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for data in response.stream:
            wire += len(data)
            _within(wire, wire_limit, status)
            for piece in inflater.feed(data) if inflater else (data,):
                decoded += len(piece)
                _within(decoded, decoded_limit, status)
                yield piece
        if inflater:
            inflater.finish()
    except zlib.error:
        raise WireFault(Fault.GARBLED, "zlib.error", status) from None
    except ERRORS as error:
        found = fault(error)
        raise WireFault(found.fault, found.cause, status) from None


def _within(size: int, limit: int, status: int) -> None:
    if size > limit:
        raise WireFault(Fault.TOO_LARGE, "BodyLimit", status)


async def read_whole(response: httpx.Response, wire_limit: int, decoded_limit: int) -> bytes:
    return b"".join([piece async for piece in chunks(response, wire_limit, decoded_limit)])

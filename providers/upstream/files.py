"""Files: streamed, counted, redirected by hand, and without credentials anywhere but at home."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx

from models.errors import DeadlineExceeded, HelpdeskError, NotFound, Rejected, TimedOut, Unavailable, Unreadable
from providers.upstream.bodies import chunks, read_whole
from providers.upstream.call import Answer, Call
from providers.upstream.line import Line
from providers.upstream.renewal import Renewal
from providers.upstream.transport import Fault, WireFault
from providers.upstream.urls import House
from providers.upstream.verdict import Classify, error_of, plain_headers
from providers.upstream.wire import Reply, Wire, shut

ERROR_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileStream:
    """A file being fetched. `chunks` raises TimedOut, Unavailable or Unreadable when it breaks or is too large."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    chunks: AsyncIterator[bytes] = field(repr=False)


class Files:
    def __init__(self, line: Line, wire: Wire, house: House, renewal: Renewal, classify: Classify) -> None:
        self._line = line
        self._policy = line.policy
        self._clock = line.clock
        self._wire = wire
        self._house = house
        self._renewal = renewal
        self._classify = classify
        self._slots = asyncio.Semaphore(line.policy.file_streams)

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[FileStream]:
        until = self._clock.monotonic() + self._policy.file_total
        if call.deadline is not None:
            until = min(until, call.deadline.at)
        url = self._house.file(call.path)
        async with self._slot(call, until):
            response = await self._follow(call, url, until)
            try:
                headers = plain_headers(response.headers)
                yield FileStream(response.status_code, headers, self._pieces(call, response, until))
            finally:
                await shut(response)

    @asynccontextmanager
    async def _slot(self, call: Call, until: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(max(0.0, until - self._clock.monotonic())):
                await self._slots.acquire()
        except TimeoutError:
            raise self._late(call, until) from None
        try:
            yield
        finally:
            self._slots.release()

    async def _follow(self, call: Call, url: httpx.URL, until: float) -> httpx.Response:
        for _ in range(self._policy.redirects + 1):
            response = await self._hop(call, url, until)
            if response.is_success:
                return response
            await shut(response)
            if not response.has_redirect_location:
                raise Unreadable(
                    f"The file's server gave no file (status {response.status_code}).", helpdesk=self._line.helpdesk
                )
            url = self._house.parse(response.headers["location"], url)
            self._house.check_file(url)
            call = replace(call, params=None)
        raise Unreadable("The file was redirected too often.", helpdesk=self._line.helpdesk)

    async def _hop(self, call: Call, url: httpx.URL, until: float) -> httpx.Response:
        own = self._house.owns(url)
        generation = self._renewal.generation
        response, reply = await self._ask(call, url, own, until)
        if own and reply.status == 401 and not call.anonymous and await self._renewal.after(generation):
            await self._drop(response)
            response, reply = await self._ask(call, url, own, until)
        if response is None:
            raise self._error(call, reply, until)
        if response.status_code >= 400:
            raise await self._refusal(call, response, own, reply, until)
        return response

    async def _ask(self, call: Call, url: httpx.URL, own: bool, until: float) -> tuple[httpx.Response | None, Reply]:
        """The head of an answer. A hop to our helpdesk is counted against its budget, one elsewhere is not."""
        opened: httpx.Response | None = None
        left = False

        async def send() -> Reply:
            nonlocal opened
            opened, reply = await self._open(call, url, own, until)
            if left:  # a probe goes on without its caller
                await self._drop(opened)
            return reply

        if not own:
            opened, reply = await self._open(call, url, own, until)
            self._line.note(call, "", reply, attempt=1, waited=0.0, credits=0)
            return opened, reply
        try:
            reply = await self._line.exchange(call, "", send, 1, self._line.patience(call))
        except BaseException:
            left = True
            await self._drop(opened)
            raise
        return opened, reply

    async def _open(self, call: Call, url: httpx.URL, own: bool, until: float) -> tuple[httpx.Response | None, Reply]:
        start = self._clock.monotonic()
        fault: WireFault | None = None
        response: httpx.Response | None = None
        last = until - start < self._policy.total
        try:
            async with asyncio.timeout(max(0.0, until - start) if last else self._policy.total):
                response = await self._wire.open(call, url, own=own)
        except TimeoutError:
            fault = WireFault(Fault.TIMED_OUT, "Total" if last else "Head")
        except WireFault as error:
            fault = error
        status, headers = (response.status_code, response.headers) if response else (None, httpx.Headers())
        return response, Reply(status, headers, b"", self._clock.monotonic() - start, fault)

    async def _refusal(
        self, call: Call, response: httpx.Response, own: bool, reply: Reply, until: float
    ) -> HelpdeskError:
        try:
            async with asyncio.timeout(max(0.0, min(1.0, until - self._clock.monotonic()))):
                body = await read_whole(response, ERROR_BYTES, ERROR_BYTES)
        except (TimeoutError, WireFault):
            body = b""
        finally:
            await shut(response)
        status = response.status_code
        if own:
            answer = Answer(status, plain_headers(response.headers), body, reply.elapsed, 1, call, self._line.helpdesk)
            error = error_of(call, reply, self._line.helpdesk, None, cut=False) or self._classify(answer)
            if error is not None:
                return error.at(self._line.helpdesk)
        if status in (403, 404, 410):
            return NotFound("The file is gone, or the link to it has run out.", helpdesk=self._line.helpdesk)
        if status >= 500 or status == 429:
            return Unavailable("The file's server did not give it out.", helpdesk=self._line.helpdesk, status=status)
        return Rejected("The file's server refused to give it out.", helpdesk=self._line.helpdesk, status=status)

    async def _pieces(self, call: Call, response: httpx.Response, until: float) -> AsyncIterator[bytes]:
        limit = self._policy.file_bytes
        pieces = chunks(response, limit, limit)
        try:
            while True:
                try:
                    async with asyncio.timeout(max(0.0, until - self._clock.monotonic())):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise self._late(call, until) from None
                except WireFault as fault:
                    raise self._error(call, Reply(response.status_code, {}, b"", 0.0, fault), until) from None
                yield piece
        finally:
            await pieces.aclose()

    def _error(self, call: Call, reply: Reply, until: float) -> HelpdeskError:
        cut = call.deadline is not None and call.deadline.at <= until
        error = error_of(replace(call, kind="read"), reply, self._line.helpdesk, None, cut=cut)
        assert error is not None, "a reply without a response has a fault"
        return error

    def _late(self, call: Call, until: float) -> HelpdeskError:
        if call.deadline is not None and call.deadline.at <= until:
            return DeadlineExceeded(
                "The time for this request ran out while a file was read.", helpdesk=self._line.helpdesk
            )
        return TimedOut("The file did not arrive in time.", helpdesk=self._line.helpdesk)

    async def _drop(self, response: httpx.Response | None) -> None:
        if response is not None:
            await shut(response)

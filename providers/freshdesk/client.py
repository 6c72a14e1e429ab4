"""The calls: which family each belongs to, what its rows are, what its refusals mean.

Rates (API reference, "Rate limits"; zammad's recording of 2023): the limit is the account's, per minute, and the
headers tell of the bucket that applies to the request: tickets, contacts and the rest each have their own, and so have
creating and updating tickets. Buckets are learned from the headers; until then nothing is known.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.errors import Conflict, CredentialsRejected, Forbidden, HelpdeskError, Rejected, Unreadable, Unsupported
from providers.freshdesk import wire
from providers.upstream import Answer, Call, FamilyPolicy, Observation, Upstream, decode
from runtime.clock import Clock

T = TypeVar("T")
R = TypeVar("R")
Asked = Mapping[str, str | int | None]

FAMILIES: Mapping[str, FamilyPolicy] = {
    name: FamilyPolicy(total=None) for name in ("tickets", "contacts", "other", "tickets.create", "tickets.update")
}
PER_PAGE = 100
MOST_PAGES = 500  # the vendor warns against deeper pages on any list
_NEXT = re.compile(r"""rel\s*=\s*["']?next""", re.IGNORECASE)
_SIGNED = frozenset({"attachment_url", "thumb_url", "avatar_url"})
_FILE = re.compile(r"""https?://[^\s"'<>]*(?:/inline/attachment|/attachments/|Signature=)[^\s"'<>]*""")


class Seen(msgspec.Struct, Generic[T], frozen=True):
    """One object of an answer: read, and as it came."""

    row: T
    raw: Mapping[str, Any]


class Rows(msgspec.Struct, Generic[T], frozen=True):
    seen: Sequence[Seen[T]]
    more: bool
    as_of: datetime
    absent: bool = False


class Client:
    def __init__(self, upstream: Upstream, clock: Clock, key: str) -> None:
        self.upstream = upstream
        self.clock = clock
        self.key = key

    async def send(self, call: Call) -> Answer:
        try:
            return await self.upstream.request(call)
        except CredentialsRejected as error:
            raise CredentialsRejected(
                f"Freshdesk refused the API key of helpdesk {self.key!r}. Set FRESHDESK_API_KEY, or `api_key` of the "
                "helpdesk in helpdesks.toml, to a key that works.",
                helpdesk=self.key,
                status=error.status,
                request_id=error.request_id,
            ) from None

    async def get(
        self, path: str, endpoint: str, family: str = "other", params: Asked | None = None, *, cost: int = 1
    ) -> Answer:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return await self.send(
            Call(path=path, endpoint=f"GET {endpoint}", family=family, params=given or None, cost=cost)
        )

    async def one(
        self,
        kind: type[T],
        path: str,
        endpoint: str,
        family: str = "other",
        params: Asked | None = None,
        *,
        cost: int = 1,
    ) -> Seen[T] | None:
        """One object; None where it is not there."""
        answer = await self.get(path, endpoint, family, params, cost=cost)
        return None if answer.status == 404 else seen(answer, answer.body, kind, "$")

    async def rows(
        self,
        kind: type[T],
        path: str,
        endpoint: str,
        family: str = "other",
        params: Asked | None = None,
        *,
        cost: int = 1,
    ) -> Rows[T]:
        """One page of a list. It goes on where a Link header says so (API reference, "Pagination")."""
        answer = await self.get(path, endpoint, family, params, cost=cost)
        if answer.status == 404:
            return Rows((), False, self.clock.now(), absent=True)
        return Rows(listed(answer, kind), goes_on(answer), self.clock.now())

    async def every(
        self, kind: type[T], path: str, endpoint: str, family: str = "other", params: Asked | None = None
    ) -> list[Seen[T]]:
        """A whole list, for the slow and short ones."""
        found: dict[int, Seen[T]] = {}
        for page in range(1, MOST_PAGES + 1):
            asked = {**(params or {}), "page": page, "per_page": PER_PAGE}
            rows = await self.rows(kind, path, endpoint, family, asked)
            for item in rows.seen:
                found[item.raw["id"]] = item
            if not rows.more or not rows.seen:
                return list(found.values())
        raise Unsupported(f"The helpdesk's list {endpoint} is longer than it lets us read.", helpdesk=self.key)


def goes_on(answer: Answer) -> bool:
    return bool(_NEXT.search(answer.headers.get("link", "")))


def listed(answer: Answer, kind: type[T], rows: Sequence[msgspec.Raw] | None = None, where: str = "$") -> list[Seen[T]]:
    found = decode(answer, list[msgspec.Raw]) if rows is None else rows
    return [seen(answer, raw, kind, f"{where}[{index}]") for index, raw in enumerate(found)]


def seen(answer: Answer, body: bytes | msgspec.Raw, kind: type[T], where: str) -> Seen[T]:
    """Unreadable names the very place: one odd row is never dropped in silence."""
    data = bytes(body)
    try:
        row: T = decoder(kind).decode(data)
    except msgspec.ValidationError as error:
        place = where + place_in(error)
        raise Unreadable(
            f"The helpdesk's answer to {answer.call.endpoint} has an unexpected value at {place}.",
            where=place,
            helpdesk=answer.helpdesk,
            status=answer.status,
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Seen(decode(answer, kind), {})  # says what came instead of JSON
    return Seen(row, unsigned(data))


def place_in(error: msgspec.ValidationError) -> str:
    """Where in the object, without the `$` in front."""
    found = re.search(r" - at `\$(.*)`$", str(error))
    return found.group(1) if found else ""


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind)
    return _DECODERS[kind]


def unsigned(data: bytes) -> dict[str, Any]:
    """The vendor's object without the addresses of its files, which open them to whoever holds them."""
    raw: dict[str, Any] = msgspec.json.decode(data)
    if b"_url" in data or b"attachment" in data or b"Signature" in data:
        _strip(raw)
    return raw


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        for name, inner in value.items():
            value[name] = None if name in _SIGNED else _strip(inner)
    elif isinstance(value, list):
        value[:] = [_strip(inner) for inner in value]
    elif isinstance(value, str) and "://" in value:
        return _FILE.sub("", value)
    return value


def mapped(items: Sequence[Seen[T]], endpoint: str, make: Callable[[Seen[T]], R], where: str = "$") -> list[R]:
    return [mapped_one(item, endpoint, make, f"{where}[{index}]") for index, item in enumerate(items)]


def mapped_one(item: Seen[T], endpoint: str, make: Callable[[Seen[T]], R], where: str = "$") -> R:
    """A mapping's own complaint gets the row it is about."""
    try:
        return make(item)
    except Unreadable as error:
        place = f"{where}.{error.where}" if error.where else where
        raise Unreadable(
            f"The helpdesk's answer to GET {endpoint} has an unexpected value at {place}.", where=place
        ) from None


def learn(family: str, headers: Mapping[str, str]) -> Iterator[Observation]:
    """Third parties have seen decimals ("100.0"); headers may be missing on errors."""
    total, remaining = _count(headers.get("x-ratelimit-total")), _count(headers.get("x-ratelimit-remaining"))
    if total is not None or remaining is not None:
        yield Observation(family, total=total, remaining=remaining)


def _count(text: str | None) -> int | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return math.floor(value) if math.isfinite(value) and value >= 0 else None


def classify(answer: Answer) -> HelpdeskError | None:
    """The table of refusals (API reference, "Errors"). 404 means absent and is left to the caller; 401, 429 and 5xx are
    the upstream policy's. Bodies may be empty, text or HTML."""
    if answer.status == 404 and answer.call.safe:
        return None
    refusal = refusal_of(answer)
    code = refusal.code or next((item.code for item in refusal.errors or () if item.code), None)
    request_id = answer.headers.get("x-request-id")
    if answer.status == 403:
        what = f" ({code})" if code else ""
        return Forbidden(
            f"Freshdesk does not allow our API key to do this{what}: the agent it belongs to, or the plan of the "
            "account, lacks the right.",
            helpdesk=answer.helpdesk,
        )
    if answer.status == 405 and not answer.call.safe:
        return Conflict(
            "Freshdesk does not change this record: it is deleted, spam or blocked.", helpdesk=answer.helpdesk
        )
    fields = tuple((item.field or "", item.message or item.code or "") for item in refusal.errors or ())
    if answer.status == 409:
        return Conflict(f"Freshdesk has such a record already{_said(refusal)}.", helpdesk=answer.helpdesk)
    return Rejected(
        f"Freshdesk refused the request ({answer.status}){_said(refusal)}.",
        fields=fields,
        helpdesk=answer.helpdesk,
        status=answer.status,
        vendor_code=code,
        request_id=request_id,
    )


def refusal_of(answer: Answer) -> wire.Refusal:
    try:
        return msgspec.json.decode(answer.body, type=wire.Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return wire.Refusal()


def _said(refusal: wire.Refusal) -> str:
    parts = [f"{item.field}: {item.message or item.code}" for item in refusal.errors or ()]
    text = "; ".join(parts) or refusal.message or refusal.description or ""
    return f": {text[:300].rstrip('.')}" if text else ""


async def pair(one: Awaitable[T], other: Awaitable[R]) -> tuple[T, R]:
    first, second = await together((_any(one), _any(other)))
    return first, second


async def _any(work: Awaitable[Any]) -> Any:
    return await work


async def together(work: Iterable[Awaitable[R]]) -> list[R]:
    """All of them at once; the first failure ends the others."""
    tasks = [asyncio.ensure_future(item) for item in work]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise

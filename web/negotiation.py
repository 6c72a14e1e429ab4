"""Which media types a caller sends and takes: exact, in any letter case, weighed as RFC 9110 says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from web.refusal import Refusal


class MediaType(Enum):
    """What an answer can be written as. The first is GraphQL's own and tells failure by status; the second is for
    clients that know nothing newer and always get 200 once their request could be read."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"

    @property
    def header(self) -> str:
        return f"{self.value}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Range:
    """One entry of an Accept header."""

    type: str
    quality: float

    def matches(self, media_type: str) -> int:
        """How exactly: 3 the type itself, 2 its family, 1 anything, 0 not at all."""
        if self.type == media_type:
            return 3
        if self.type == f"{media_type.partition('/')[0]}/*":
            return 2
        return 1 if self.type == "*/*" else 0


def ranges(accept: str) -> list[Range]:
    return list(_ranges(accept))


def _ranges(accept: str) -> Iterator[Range]:
    for entry in accept.split(",")[:50]:
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if "/" in name:
            yield Range(name, _quality(parameters))


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def quality(accepted: list[Range], media_type: str) -> float:
    """The most exact entry decides."""
    best = max(accepted, key=lambda r: (r.matches(media_type), r.quality), default=None)
    return best.quality if best is not None and best.matches(media_type) else 0.0


def answer_type(accept: str | None) -> MediaType:
    """GraphQL's type where it is named, plain JSON for `*/*` and for silence; event streams only for those who take no
    JSON: some clients list all three and mean JSON."""
    if accept is None or not accept.strip():
        return MediaType.JSON
    accepted = ranges(accept)
    both = (MediaType.GRAPHQL, MediaType.JSON)
    named = [m for m in both if any(r.matches(m.value) == 3 and r.quality for r in accepted)]
    if named:
        return max(named, key=lambda m: quality(accepted, m.value))
    if quality(accepted, MediaType.JSON.value):
        return MediaType.JSON
    if quality(accepted, MediaType.EVENTS.value):
        return MediaType.EVENTS
    message = "Answers are application/graphql-response+json or application/json; the Accept header takes neither."
    raise Refusal(406, message)


def wants_page(accept: str | None) -> bool:
    """Browsers name text/html; everybody else who says `*/*` wants data."""
    return any(r.type == "text/html" and r.quality for r in ranges(accept or ""))


def check_content_type(header: str | None) -> None:
    """Refuses everything but JSON in UTF-8."""
    name, *parameters = (part.strip().lower() for part in (header or "").split(";"))
    if name != "application/json":
        message = "Send the request as Content-Type: application/json."
        raise Refusal(415, message, headers={"Accept-Post": "application/json"})
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip().strip("\"'") not in ("utf-8", "utf8", "us-ascii"):
            raise Refusal(415, "JSON is UTF-8; send no other charset.")


def check_content_encoding(header: str | None) -> None:
    if header is not None and header.strip().lower() not in ("", "identity"):
        raise Refusal(415, "Send the body unencoded.", headers={"Accept-Encoding": "identity"})

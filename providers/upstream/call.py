"""What is asked and what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from providers.upstream.policy import Lane
from runtime.deadline import Deadline

Kind = Literal["read", "create", "update", "token"]
Params = Mapping[str, str | int | Sequence[str | int]]


class Credential(Protocol):
    """What lets us into one helpdesk. Its repr shows no secret."""

    async def headers(self) -> Mapping[str, str]:
        """The headers to send; may fetch a token first."""
        ...

    async def refresh(self) -> bool:
        """Called once after a 401. True means `headers()` has something new to try."""
        ...


@dataclass(frozen=True, slots=True)
class FixedCredential:
    """Headers that never change: a basic-auth key, a personal token, or none at all."""

    _headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def headers(self) -> Mapping[str, str]:
        return self._headers

    async def refresh(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Upload:
    """One part of a multipart body."""

    name: str
    filename: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to a vendor.

    `path` hangs below the base URL ("/tickets/7"), or is an absolute URL the vendor gave us, which is then checked.
    `endpoint` is the template that is counted, logged and traced ("GET /tickets/{id}"): no ids, no secrets.
    `idempotent` None means: GET and HEAD are, the rest is not. `lane` and `deadline` None mean the context's.
    """

    method: str = "GET"
    path: str = field(repr=False)  # a vendor's URL may hold a token
    endpoint: str
    family: str
    params: Params | None = field(default=None, repr=False)
    json: object | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: Sequence[tuple[str, str]] | None = field(default=None, repr=False)
    files: Sequence[Upload] | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    cost: int = 1
    kind: Kind | None = None
    idempotent: bool | None = None
    lane: Lane | None = None
    deadline: Deadline | None = None
    anonymous: bool = False  # sent without credentials: asking for a token

    @property
    def safe(self) -> bool:
        return self.method in ("GET", "HEAD")

    @property
    def repeatable(self) -> bool:
        """May be sent again although the first copy may have arrived."""
        return self.safe if self.idempotent is None else self.idempotent

    @property
    def sort(self) -> Kind:
        return self.kind or ("read" if self.safe else "create")

    @property
    def decisive(self) -> bool:
        """A lost answer leaves us not knowing whether something was written."""
        return self.sort != "read" and not self.repeatable


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor said: any 2xx, and those 4xx that `classify` left to the vendor's client."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)
    elapsed: float
    attempts: int
    call: Call
    helpdesk: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

"""One call on its way through the face, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import Headers, QueryParams

from providers.zendesk.simulator import errors

if TYPE_CHECKING:
    from providers.zendesk.simulator.account import Account

Role = Literal["admin", "agent", "end-user"]
LIST_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, by sandbox number; `user` is None for anybody unknown."""

    user: int | None = None
    role: Role = "end-user"
    scopes: frozenset[str] = frozenset({"read", "write"})
    token: int | None = None
    """The OAuth token's number, when it was one."""

    @property
    def known(self) -> bool:
        return self.user is not None


@dataclass(slots=True)
class Answer:
    payload: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    """bytes go out as they are, None as an empty body, anything else as JSON."""
    media: str = "application/json; charset=utf-8"


@dataclass(slots=True)
class Call:
    account: Account
    method: str
    path: str
    """Below the mount, with `/api/v2`, without `.json` and without a locale."""
    asked: str
    """The same with a Help Center locale still in it."""
    base: str
    """Scheme, host and mount: what every `url` in an answer begins with."""
    files_base: str
    """The host of pre-signed links."""
    query: QueryParams
    headers: Headers
    body: bytes
    principal: Principal
    args: Mapping[str, str] = field(default_factory=dict)
    locale: str | None = None
    """The Help Center's locale part of the path."""
    removed: list[str] = field(default_factory=list)
    """Request keys that were dropped; the answer names them in X-Zendesk-API-Warn."""
    extra: dict[str, str] = field(default_factory=dict)
    """Headers the answer gets, e.g. those of the limits."""

    def id(self, name: str = "id") -> int:
        return int(self.args[name])

    def url(self, path: str) -> str:
        return f"{self.base}/api/v2{path}"

    def with_query(self, **changes: str | int | None) -> str:
        """This call's own address with other parameters; brackets leave percent-encoded."""
        pairs = [(name, value) for name, value in self.query.multi_items() if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{self.base}{self.asked}.json?{urlencode(pairs)}"

    def integer(self, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        """An integer parameter, held inside its bounds; anything else is a 400."""
        given = self.query.get(name)
        if given is None or given == "":
            return default
        if not given.lstrip("-").isdecimal():
            raise errors.invalid_attribute(name, "an integer", self.path.strip("/"))
        value = max(least, int(given))
        return value if most is None else min(value, most)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("true", "1")

    def includes(self) -> list[str]:
        return [word for word in self.query.get("include", "").replace(" ", "").split(",") if word]

    def ids(self, name: str = "ids") -> list[int]:
        """The ids of a `show_many`; more than 100 are refused, what is no number is ignored."""
        words = [word for word in self.query.get(name, "").split(",") if word.strip()]
        if name not in self.query:
            raise errors.missing_parameter(name)
        if len(words) > LIST_LIMIT:
            raise errors.too_many_values(self.account.profile.too_many_ids_status)
        return [int(word) for word in words if word.strip().isdecimal()]

    def json(self) -> dict[str, Any]:
        if not self.body:
            return {}
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise errors.titled(400, "Bad Request", "The request body could not be parsed as JSON") from None
        if not isinstance(found, dict):
            raise errors.titled(400, "Bad Request", "The request body must be a JSON object")
        return found

    def root(self, key: str) -> dict[str, Any]:
        """The body's one object, e.g. `ticket`."""
        found = self.json().get(key)
        if not isinstance(found, dict):
            raise errors.missing_parameter(key)
        return found

    def rows(self, key: str) -> list[dict[str, Any]]:
        found = self.json().get(key)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise errors.missing_parameter(key)
        if len(found) > LIST_LIMIT:
            raise errors.too_many_values(self.account.profile.too_many_ids_status)
        return found

    def only(self, root: str, given: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
        """`given` without the keys the vendor does not take: dropped without failing (ZendeskApi_v2 issue 433)."""
        self.removed.extend(f"{root}.{key}" for key in given if key not in known)
        return {key: value for key, value in given.items() if key in known}

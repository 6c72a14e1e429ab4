"""Signing in: an OAuth access token, OAuth client credentials, or the legacy e-mail with an API token.

API tokens cannot be made after 2026-10-27 and stop working on 2027-04-30 (vendor's help article 10212201463962).
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Awaitable, Mapping
from contextvars import Context

from models.enums import CredentialState
from models.errors import BadInput, CredentialsRejected, DeadlineExceeded, HelpdeskError, Rejected
from providers import Link
from providers.upstream import Call, Credential, FixedCredential, Upstream, decode
from providers.zendesk import limits, wire
from runtime.clock import Clock
from runtime.deadline import current_deadline

log = logging.getLogger("deskgraph.zendesk")

MARGIN = 60.0
API_TOKEN_END = "2027-04-30"  # noqa: S105  # a date
FILE = "helpdesks.toml"
OAUTH_TOKEN = f"ZENDESK_OAUTH_TOKEN, or `oauth_token` of the helpdesk in {FILE}"
OAUTH_CLIENT = (
    f"ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET, or `client_id` and `client_secret` of the helpdesk in {FILE}"
)
API_TOKEN = f"ZENDESK_EMAIL and ZENDESK_TOKEN, or `email` and `token` of the helpdesk in {FILE}"
_WAYS = (
    ({"oauth_token"}, OAUTH_TOKEN),
    ({"client_id", "client_secret"}, OAUTH_CLIENT),
    ({"email", "token"}, API_TOKEN),
)


def api_token_note(helpdesk: str) -> str:
    return (
        f"Zendesk API tokens end on {API_TOKEN_END}. Link helpdesk {helpdesk!r} by OAuth before then: set "
        f"{OAUTH_TOKEN}; or set {OAUTH_CLIENT}."
    )


class SignIn:
    """A helpdesk's credential with what is worth knowing about it. `setting` names what an operator has to correct, in
    the environment and in the file."""

    def __init__(
        self, helpdesk: str, credential: Credential, setting: str, clock: Clock, *, legacy: bool = False
    ) -> None:
        self.helpdesk = helpdesk
        self.credential = credential
        self.setting = setting
        self._clock = clock
        self.legacy = legacy

    @property
    def state(self) -> CredentialState:
        return CredentialState.EXPIRING if self.legacy else CredentialState.VALID

    @property
    def note(self) -> str | None:
        return api_token_note(self.helpdesk) if self.legacy else None

    def attach(self, upstream: Upstream) -> None:
        if isinstance(self.credential, ClientCredentials):
            self.credential.upstream = upstream

    async def ready(self) -> None:
        """Fetches a token before a call takes a connection slot, so that no slot waits for another."""
        if isinstance(self.credential, ClientCredentials):
            await _in_time(self.credential.ready(), self._clock)

    def rejected(self, error: CredentialsRejected) -> CredentialsRejected:
        """The same refusal, naming the setting."""
        return CredentialsRejected(
            f"Zendesk refused the credential of helpdesk {self.helpdesk!r}. Correct {self.setting}.",
            helpdesk=self.helpdesk,
            status=error.status,
            vendor_code=error.vendor_code,
            request_id=error.request_id,
        )


def sign_in(link: Link, clock: Clock) -> SignIn:
    given = {name for name, value in link.secrets.items() if value}
    names, setting = next(((n, s) for n, s in _WAYS if n <= given), (None, ""))
    if names is None:
        ways = "; or set ".join(s for _, s in _WAYS)
        raise BadInput(f"Helpdesk {link.key!r} has no Zendesk credential. Set {ways}.", helpdesk=link.key)
    credential: Credential
    if "oauth_token" in names:
        credential = FixedCredential({"authorization": f"Bearer {link.secrets['oauth_token']}"})
        return SignIn(link.key, credential, setting, clock)
    if "client_id" in names:
        credential = ClientCredentials(link.key, link.secrets["client_id"], link.secrets["client_secret"], clock)
        return SignIn(link.key, credential, setting, clock)
    log.warning("helpdesk %s signs in with an API token. %s", link.key, api_token_note(link.key))
    pair = f"{link.secrets['email']}/token:{link.secrets['token']}"
    basic = base64.b64encode(pair.encode()).decode()
    return SignIn(link.key, FixedCredential({"authorization": f"Basic {basic}"}), setting, clock, legacy=True)


async def _in_time(waiting: Awaitable[None], clock: Clock) -> None:
    deadline = current_deadline()
    try:
        async with asyncio.timeout(None if deadline is None else max(0.0, deadline.remaining(clock))):
            await waiting
    except TimeoutError:
        raise DeadlineExceeded("The time for this request ran out while signing in to Zendesk.") from None


class ClientCredentials:
    """Access tokens by the client credentials grant: cached, renewed before they end and once after a 401, by one
    caller for all. Such tokens come without a refresh token (vendor's page 'Grant-type tokens')."""

    def __init__(self, helpdesk: str, client_id: str, client_secret: str, clock: Clock) -> None:
        self._helpdesk = helpdesk
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._token: str | None = None
        self._until: float | None = None
        self._fetching: asyncio.Task[None] | None = None
        self.upstream: Upstream | None = None

    def __repr__(self) -> str:
        return "ClientCredentials(<hidden>)"

    async def ready(self) -> None:
        if self._token is None or (self._until is not None and self._clock.monotonic() >= self._until):
            await self._shared()

    async def headers(self) -> Mapping[str, str]:
        if self._token is None:
            await self._shared()
        return {"authorization": f"Bearer {self._token}"}

    async def refresh(self) -> bool:
        self._token = None
        await self._shared()
        return True

    async def _shared(self) -> None:
        if self._fetching is None:
            # In a context of its own: the deadline of whoever came first is not that of the others.
            self._fetching = asyncio.create_task(self._fetch(), context=Context())
            self._fetching.add_done_callback(self._fetched)
        await asyncio.shield(self._fetching)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # seen, whoever was listening

    async def _fetch(self) -> None:
        assert self.upstream is not None, "attach() comes first"
        asked = self._clock.monotonic()
        body = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": "read write",
        }
        try:
            answer = await self.upstream.request(
                Call(
                    method="POST",
                    path="/oauth/tokens",
                    endpoint="POST /oauth/tokens",
                    family=limits.OAUTH,
                    json=body,
                    kind="token",  # of its own: a read that probes a recovering helpdesk may need a token first
                    idempotent=True,
                    anonymous=True,
                )
            )
        except HelpdeskError as error:
            raise self._refused(error) from None
        token = decode(answer, wire.Token)
        self._token = token.access_token
        lifetime = token.expires_in
        self._until = None if not lifetime else asked + max(lifetime / 2, lifetime - MARGIN)

    def _refused(self, error: HelpdeskError) -> HelpdeskError:
        """Token errors follow RFC 6749; whether they come as 400 or 401 differs, so the class does not matter."""
        if isinstance(error, CredentialsRejected | Rejected):
            return CredentialsRejected(
                f"Zendesk gave no access token for the OAuth client of helpdesk {self._helpdesk!r}. Correct "
                f"{OAUTH_CLIENT}.",
                helpdesk=self._helpdesk,
                status=error.status,
                vendor_code=error.vendor_code,
                request_id=error.request_id,
            )
        return error

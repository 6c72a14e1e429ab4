"""The OAuth pages outside `/api/v2`, and the token endpoints below it.

Evidence: the vendor's pages 'Grant-type tokens', 'OAuth tokens', 'OAuth clients', 'Refresh tokens', 'PKCE'.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from providers.zendesk.simulator import errors, ids
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.oauth_store import Client, Token
from providers.zendesk.simulator.paging import Rows, page
from providers.zendesk.simulator.render import stamp
from providers.zendesk.simulator.routes import Routes

routes = Routes()
_SHORTEST, _LONGEST = 300, 172_800
_SHORTEST_REFRESH, _LONGEST_REFRESH = 604_800, 7_776_000


@routes.on("GET", "/oauth/authorizations/new", anonymous=True)
def authorize(call: Call) -> Answer:
    """Approves at once: the sandbox has nobody to press the button."""
    client = call.account.oauth.client(call.query.get("client_id", ""))
    if client is None:
        raise errors.token_error(401, "invalid_client", "No such client")
    target = call.query.get("redirect_uri", "")
    if not _allowed(client, target):
        raise errors.token_error(400, "invalid_request", "The redirect URI is missing or does not match")
    if call.query.get("response_type") != "code":
        return _back(call, target, error="unsupported_response_type")
    challenge = call.query.get("code_challenge")
    if (client.kind == "public" and not challenge) or (challenge and call.query.get("code_challenge_method") != "S256"):
        return _back(call, target, error="invalid_request", error_description="PKCE with S256 is required")
    if not call.account.approves:
        return _back(call, target, error="access_denied", error_description="The end-user denied the request")
    scopes = call.query.get("scope", "read").split()
    return _back(call, target, code=call.account.oauth.code(client, client.user, target, scopes, challenge))


def _allowed(client: Client, target: str) -> bool:
    if client.redirect_uris:
        return target in client.redirect_uris
    parts = urlsplit(target)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"))


def _back(call: Call, target: str, **words: str) -> Answer:
    if state := call.query.get("state"):
        words["state"] = state
    return Answer(status=302, headers={"Location": f"{target}{'&' if '?' in target else '?'}{urlencode(words)}"})


@routes.on("POST", "/oauth/tokens", anonymous=True)
def grant(call: Call) -> Answer:
    given = _form(call)
    kind = given.get("grant_type")
    if kind not in ("authorization_code", "refresh_token", "client_credentials"):
        raise errors.token_error(400, "unsupported_grant_type", "The authorization grant type is not supported")
    client = _client(call, given)
    match kind:
        case "authorization_code":
            return _answer(call, _by_code(call, client, given), given)
        case "refresh_token":
            return _answer(call, _by_refresh(call, client, given), given)
    if client.kind != "confidential":
        raise errors.token_error(400, "unauthorized_client", "Client credentials are for confidential clients")
    return _answer(call, _issued(call, client, client.user, given, None, refresh=False), given)


def _form(call: Call) -> dict[str, Any]:
    if "json" in call.headers.get("content-type", "json"):
        return call.json()
    return dict(parse_qsl(call.body.decode("utf-8", "replace")))


def _client(call: Call, given: dict[str, Any]) -> Client:
    """`client_id` is the identifier text; the numeric id gives `invalid_client` (vendor's PKCE page)."""
    client = call.account.oauth.client(str(given.get("client_id", "")))
    wrong = client is not None and client.kind == "confidential" and given.get("client_secret") != client.secret
    if client is None or wrong:
        raise errors.token_error(
            call.account.profile.invalid_client_status, "invalid_client", "Client authentication failed"
        )
    return client


def _by_code(call: Call, client: Client, given: dict[str, Any]) -> Token:
    verifier = given.get("code_verifier")
    code = call.account.oauth.take_code(
        str(given.get("code", "")), client, str(given.get("redirect_uri", "")), verifier
    )
    if code is None:
        raise errors.token_error(400, "invalid_grant", "The code is invalid, expired or already used")
    return _issued(call, client, code.user, given, code.scopes)


def _by_refresh(call: Call, client: Client, given: dict[str, Any]) -> Token:
    _lifetimes(call, given)
    old = call.account.oauth.take_refresh(str(given.get("refresh_token", "")), client)
    if old is None:
        raise errors.token_error(400, "invalid_grant", "The refresh token is invalid, expired or already used")
    return _issued(call, client, old.user, given, old.scopes)


def _issued(
    call: Call,
    client: Client,
    user: int,
    given: dict[str, Any],
    scopes: tuple[str, ...] | None,
    *,
    refresh: bool = True,
) -> Token:
    seconds, refresh_seconds = _lifetimes(call, given)
    asked = given.get("scope")
    wanted = scopes or (tuple(asked.split()) if isinstance(asked, str) and asked else ("read", "write"))
    if scopes and isinstance(asked, str) and asked:
        wanted = tuple(scope for scope in asked.split() if scope in scopes) or scopes
    return call.account.oauth.issue(
        client,
        user,
        wanted,
        seconds=seconds,
        refresh_seconds=refresh_seconds if refresh and seconds is not None else None,
        broken_scope=isinstance(asked, list),
    )


def _lifetimes(call: Call, given: dict[str, Any]) -> tuple[int | None, int]:
    profile = call.account.profile
    seconds = _within(given, "expires_in", profile.access_token_seconds, _SHORTEST, _LONGEST)
    refresh = _within(
        given, "refresh_token_expires_in", profile.refresh_token_seconds, _SHORTEST_REFRESH, _LONGEST_REFRESH
    )
    return seconds, refresh or profile.refresh_token_seconds


def _within(given: dict[str, Any], name: str, default: int | None, least: int, most: int) -> int | None:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or not least <= value <= most:
        raise errors.token_error(400, "invalid_request", f"{name} must be between {least} and {most}")
    return value


def _answer(call: Call, token: Token, given: dict[str, Any]) -> Answer:
    body: dict[str, Any] = {
        "access_token": token.access,
        "token_type": "bearer",
        "scope": " ".join(token.scopes),
        "expires_in": None if token.expires is None else round(token.expires - token.created),
    }
    if token.refresh and token.refresh_expires:
        body["refresh_token"] = token.refresh
        body["refresh_token_expires_in"] = round(token.refresh_expires - token.created)
    return Answer(body, status=call.account.profile.token_status, headers={"Cache-Control": "no-store"})


# -- /api/v2/oauth


def _shown(call: Call, token: Token) -> dict[str, Any]:
    return {
        "id": ids.OAUTH_TOKEN.id(token.number),
        "url": call.url(f"/oauth/tokens/{ids.OAUTH_TOKEN.id(token.number)}.json"),
        "client_id": ids.OAUTH_CLIENT.id(token.client),
        "user_id": ids.USER.id(token.user),
        "scopes": list(token.scopes),
        "token": token.access[:10],
        "refresh_token": token.refresh[:10] if token.refresh else None,
        "created_at": stamp(token.created),
        "used_at": stamp(call.account.clock.now()),
        "expires_at": stamp(token.expires),
        "refresh_token_expires_at": stamp(token.refresh_expires),
    }


@routes.on("GET", "/api/v2/oauth/tokens", admin=True)
def list_tokens(call: Call) -> Answer:
    listing = Rows.sorted(call.account.oauth.tokens(), lambda token: (token.number, token.number))
    return Answer(page(call, "tokens", listing, render=lambda rows: {"tokens": [_shown(call, row) for row in rows]}))


@routes.on("GET", "/api/v2/oauth/tokens/current")
def show_current(call: Call) -> Answer:
    return Answer({"token": _shown(call, _current(call))})


@routes.on("DELETE", "/api/v2/oauth/tokens/current")
def revoke_current(call: Call) -> Answer:
    call.account.oauth.revoke(_current(call).number)
    return Answer(status=204)


def _current(call: Call) -> Token:
    token = call.account.oauth.get(call.principal.token or 0)
    if token is None:
        raise errors.not_found()
    return token


@routes.on("GET", "/api/v2/oauth/tokens/{id}", admin=True)
def show_token(call: Call) -> Answer:
    return Answer({"token": _shown(call, _numbered(call))})


@routes.on("DELETE", "/api/v2/oauth/tokens/{id}", admin=True)
def revoke_token(call: Call) -> Answer:
    call.account.oauth.revoke(_numbered(call).number)
    return Answer(status=204)


def _numbered(call: Call) -> Token:
    token = call.account.oauth.get(ids.OAUTH_TOKEN.number(call.id()) or 0)
    if token is None:
        raise errors.not_found()
    return token


@routes.on("POST", "/api/v2/oauth/tokens", admin=True)
def create_token(call: Call) -> Answer:
    """`scopes` is a list here and `scope` a text at the grant endpoint: two spellings of one thing."""
    given = call.root("token")
    client = call.account.oauth.client_by_number(ids.OAUTH_CLIENT.number(int(given.get("client_id") or 0)) or 0)
    if client is None:
        raise errors.invalid_field("client", "Client: cannot be blank", "BlankValue")
    scopes = [str(scope) for scope in given.get("scopes") or ["read", "write"]]
    token = call.account.oauth.issue(
        client, call.principal.user or client.user, scopes, seconds=None, refresh_seconds=None
    )
    return Answer({"token": {**_shown(call, token), "token": token.access}}, status=201)


def _shown_client(call: Call, client: Client, secret: bool = False) -> dict[str, Any]:
    number = ids.OAUTH_CLIENT.id(client.number)
    return {
        "id": number,
        "url": call.url(f"/oauth/clients/{number}.json"),
        "identifier": client.identifier,
        "name": client.name,
        "kind": client.kind,
        "company": None,
        "description": None,
        "global": False,
        "redirect_uri": list(client.redirect_uris),
        "user_id": ids.USER.id(client.user),
        "secret": client.secret if secret else client.secret[:10],
        "created_at": stamp(call.account.founded),
        "updated_at": stamp(call.account.founded),
    }


@routes.on("GET", "/api/v2/oauth/clients", admin=True)
def list_clients(call: Call) -> Answer:
    listing = Rows.sorted(list(call.account.oauth.clients.values()), lambda client: (client.number, client.number))
    return Answer(
        page(call, "clients", listing, render=lambda rows: {"clients": [_shown_client(call, row) for row in rows]})
    )


@routes.on("POST", "/api/v2/oauth/clients", admin=True)
def create_client(call: Call) -> Answer:
    given = call.root("client")
    store = call.account.oauth
    identifier = str(given.get("identifier") or "")
    if not identifier or store.client(identifier):
        raise errors.invalid_field("identifier", "Identifier: has already been taken or is blank", "DuplicateValue")
    client = Client(
        number=len(store.clients) + 1,
        identifier=identifier,
        kind="public" if given.get("kind") == "public" else "confidential",
        user=call.principal.user or 1,
        secret=secrets.token_hex(32),
        redirect_uris=tuple(str(uri) for uri in given.get("redirect_uri") or ()),
        name=str(given.get("name") or identifier),
    )
    return Answer({"client": _shown_client(call, store.register(client), secret=True)}, status=201)

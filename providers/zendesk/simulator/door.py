"""Who is calling, and may they: credentials, scopes, roles, and the limits each call counts against."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from providers.zendesk.simulator import errors
from providers.zendesk.simulator.account import Account
from providers.zendesk.simulator.call import Call, Principal, Role
from providers.zendesk.simulator.limits import headers_of
from providers.zendesk.simulator.routes import Route
from sandbox.records import Agent

NOBODY = Principal()
_LISTS_WITH_OWN_HEADER = "tickets_index"


def principal(account: Account, authorization: str | None) -> Principal:
    """Nobody without a header; wrong credentials raise the 401 of their kind."""
    if not authorization:
        return NOBODY
    kind, _, rest = authorization.partition(" ")
    if kind.lower() == "bearer":
        return _by_token(account, rest.strip())
    if kind.lower() == "basic":
        return _by_basic(account, rest.strip())
    raise errors.not_authenticated()


def _by_token(account: Account, word: str) -> Principal:
    token = account.oauth.alive(word)
    agent = account.desk.staff.agent(token.user) if token else None
    if token is None or agent is None or not agent.active:
        raise errors.dead_token()
    scopes = frozenset() if token.broken_scope else frozenset(token.scopes)
    return Principal(agent.number, _role(agent), scopes, token.number)


def _by_basic(account: Account, word: str) -> Principal:
    """`{email}/token:{api token}`, with the words `/token` in the user name."""
    try:
        user, _, secret = base64.b64decode(word, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.not_authenticated() from None
    email, _, marker = user.rpartition("/")
    agent = account.agent_by_email(email)
    if marker != "token" or secret != account.credentials.api_token or agent is None or not agent.active:
        raise errors.not_authenticated()
    return Principal(agent.number, _role(agent))


def _role(agent: Agent) -> Role:
    return "admin" if agent.role == "admin" else "agent"


def admit(call: Call, route: Route) -> None:
    """Raises 401 or 403 unless the caller may have this route."""
    who = call.principal
    if not who.known:
        if route.anonymous:
            return
        raise errors.not_authenticated()
    _check_scope(call, route)
    if route.admin and who.role != "admin":
        raise errors.no_access()
    if route.resource in call.account.profile.plan_gated or set(route.parts) & call.account.profile.plan_gated:
        raise errors.not_on_this_plan()


def _check_scope(call: Call, route: Route) -> None:
    """A whole-account scope, or the resource's own; audits and others have none of their own ('OAuth tokens' page)."""
    if route.anonymous and "/oauth/" in route.pattern:
        return
    need: Literal["read", "write"] = "read" if call.method in ("GET", "HEAD") else "write"
    scopes = call.principal.scopes
    if need in scopes or (route.resource and f"{route.resource}:{need}" in scopes):
        return
    raise errors.missing_scope(need)


def count(call: Call, route: Route) -> None:
    """Counts the call against the account's bucket and the route's own, and notes their headers on it."""
    limits = call.account.limits
    if route.pattern.startswith("/oauth/"):
        return
    pool = "help_center" if route.pattern.startswith("/api/v2/help_center") else "account"
    call.extra.update(headers_of(pool, limits.take(pool)))
    if route.bucket is None:
        return
    bucket = route.bucket
    if bucket == _LISTS_WITH_OWN_HEADER and call.query.get("page", "").isdecimal() and int(call.query["page"]) > 500:
        bucket = "tickets_index_deep"
    each = (call.args.get("id"), call.principal.user) if bucket == "ticket_update" else call.args.get("id")
    call.extra.update(headers_of(bucket, limits.take(bucket, each if bucket.endswith("_each") else None)))
    if bucket in ("ticket_update", "user_update"):
        limits.take(f"{bucket}_each", each)

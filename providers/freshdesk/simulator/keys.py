"""API keys: each belongs to one agent and may do what that agent may (vendor's API reference, 'Authentication')."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

import msgspec

from providers.freshdesk.simulator.errors import unauthorized

KeyRole = Literal["admin", "agent"]
Sees = Literal["all", "groups", "assigned"]


class Key(msgspec.Struct, frozen=True):
    """`agent` is a number of the desk's staff; `sees` is the agent's ticket_scope: global, group or restricted."""

    secret: str
    agent: int
    role: KeyRole
    sees: Sees = "all"


ADMIN = Key("fdAdminSandboxKey001", 1, "admin")
AGENT = Key("fdAgentSandboxKey002", 3, "agent")
GROUP = Key("fdGroupSandboxKey003", 2, "agent", "groups")
RESTRICTED = Key("fdRestrictedKey00004", 4, "agent", "assigned")
KEYS = {key.secret: key for key in (ADMIN, AGENT, GROUP, RESTRICTED)}


def who(authorization: str | None) -> Key:
    """Basic, the key as user name and any password. Bearer is not taken, nor is an agent's own password."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise unauthorized()
    try:
        name = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise unauthorized() from broken
    key = KEYS.get(name)
    if key is None:
        raise unauthorized()
    return key

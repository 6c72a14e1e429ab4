"""The pretend company with the faces of both vendors, put together, and the accounts that reach it."""

from __future__ import annotations

from providers.freshdesk import simulator as freshdesk_face
from providers.zendesk import simulator as zendesk_face
from providers.zendesk.simulator.credentials import Credentials
from runtime.accounts import Account
from runtime.clock import Clock
from sandbox.app import Face, Sandbox, create_sandbox
from sandbox.clocks import SandboxClock
from sandbox.controls import Controls
from sandbox.world import World

SEED = 7


def make_sandbox(tickets: int, seed: int, clock: Clock) -> Sandbox:
    """`tickets` are split over the two desks."""
    moving = SandboxClock(clock)
    world = World(seed, {"freshdesk": tickets // 2, "zendesk": tickets - tickets // 2}, moving)
    faces: dict[str, Face] = {"freshdesk": freshdesk_face.face, "zendesk": zendesk_face.face}
    return create_sandbox(world, faces, Controls(moving))


def sandbox_accounts(base: str) -> tuple[Account, ...]:
    """Accounts that reach a sandbox at `base`."""
    return (
        Account(
            key="freshdesk",
            vendor="freshdesk",
            name="Sandbox Freshdesk",
            domain="sandbox",
            base_url=f"{base}/freshdesk",
            secrets={"api_key": freshdesk_face.ADMIN.secret},
        ),
        Account(
            key="zendesk",
            vendor="zendesk",
            name="Sandbox Zendesk",
            domain="sandbox",
            base_url=f"{base}/zendesk",
            secrets={"oauth_token": Credentials(email="").oauth_token},
        ),
    )

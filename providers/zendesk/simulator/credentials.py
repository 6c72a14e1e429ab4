"""What opens the pretend account. Not secrets: a sandbox prints them."""

from __future__ import annotations

from dataclasses import dataclass

from providers.zendesk.simulator.oauth_store import Client


@dataclass(frozen=True, slots=True)
class Credentials:
    email: str
    """The administrator's; with the API token any active agent's address is taken."""
    api_token: str = "sandboxzendeskapitoken0000000000000000000"  # noqa: S105 - opens nothing real
    oauth_token: str = "sandboxzendeskoauthtoken00000000000000000000000000000000"  # noqa: S105
    """Never ends: a token of an old local client."""
    client_id: str = "deskgraph_sandbox"
    client_secret: str = "sandboxzendeskclientsecret0000000000000000000000000000"  # noqa: S105
    public_client_id: str = "deskgraph_public"

    def clients(self, user: int) -> tuple[Client, ...]:
        return (
            Client(1, self.client_id, "confidential", user, self.client_secret),
            Client(2, self.public_client_id, "public", user),
        )

"""What an operator can turn at the door. Plain values; server.py fills them from the settings table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebSettings:
    body_bytes: int = 1_000_000
    body_seconds: float = 15.0
    request_seconds: float = 25.0
    socket_message_bytes: int = 1_000_000
    socket_init_seconds: float = 10.0
    socket_operations: int = 20
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may ask, over HTTP and WebSocket. Empty: only our own."""
    hosts: tuple[str, ...] = ()
    """Names we answer to; empty: any. On loopback without a key it has to be set, or a foreign page whose name is made
    to resolve to this machine reads everything."""
    explorer: bool = True
    get_needs_header: bool = False
    """Refuse GET queries without one of the headers that a foreign page cannot send unasked."""
    request_error_status: int = 400
    """The August 2026 draft of GraphQL over HTTP wants 422; its public audits still want 400."""
    partial_status: int = 200
    """For data together with errors; the same draft wants 294."""

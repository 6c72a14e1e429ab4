"""The true face of Zendesk Support v2 and its Help Center over a sandbox desk, quirks included.

Written from the vendor's pages and from what published clients met; it shares nothing with the client beside it, so
that the two cannot share a mistake. `Profile` holds a switch for each fact nobody has confirmed.
"""

from __future__ import annotations

from providers.zendesk.simulator.app import ZendeskFace, face
from providers.zendesk.simulator.profile import Profile

__all__ = ["Profile", "ZendeskFace", "face"]

"""Freshdesk API v2 as its clients meet it, played on one desk of the pretend company, quirks included.

`face(desk, controls)` is the ASGI app: `/api/v2/…` and, beside it, `face.files`, the host of attachments. `Profile`
holds what differs between accounts and what nobody could confirm. This room shares nothing with the client next door,
so that the two cannot share a mistake.
"""

from providers.freshdesk.simulator.face import FreshdeskFace, face
from providers.freshdesk.simulator.keys import ADMIN, AGENT, GROUP, RESTRICTED, Key
from providers.freshdesk.simulator.profile import OLDER, Profile

__all__ = ["ADMIN", "AGENT", "GROUP", "OLDER", "RESTRICTED", "FreshdeskFace", "Key", "Profile", "face"]

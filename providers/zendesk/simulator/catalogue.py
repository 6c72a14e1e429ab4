"""Every path the face answers."""

from __future__ import annotations

from providers.zendesk.simulator import (
    content,
    conversation_reads,
    definitions,
    group_reads,
    help_center_articles,
    help_center_folders,
    help_center_search,
    help_center_writes,
    incremental,
    oauth,
    organization_reads,
    people_writes,
    rating_reads,
    search,
    settings,
    ticket_reads,
    ticket_writes,
    user_reads,
)
from providers.zendesk.simulator.routes import Routes

_ROOMS = (
    content,
    conversation_reads,
    definitions,
    group_reads,
    help_center_articles,
    help_center_folders,
    help_center_search,
    help_center_writes,
    incremental,
    oauth,
    organization_reads,
    people_writes,
    rating_reads,
    search,
    settings,
    ticket_reads,
    ticket_writes,
    user_reads,
)
ROUTES = Routes()
for _room in _ROOMS:
    ROUTES.include(_room.routes)

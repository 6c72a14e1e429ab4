"""The account's settings, as far as a reader asks for them ('Account settings' page)."""

from __future__ import annotations

from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.routes import Routes

routes = Routes()


@routes.on("GET", "/api/v2/account/settings")
def account_settings(call: Call) -> Answer:
    return Answer(
        {
            "settings": {
                "active_features": {"customer_satisfaction": True, "organization_access_enabled": True},
                "localization": {"locale_ids": [1, 8, 16, 2, 67, 19]},
                "tickets": {"status_hold": True, "tagging": True, "private_attachments": True},
                "user": {
                    "multiple_organizations": call.account.profile.multiple_organizations,
                    "tagging": True,
                    "time_zone_selection": True,
                    "language_selection": True,
                },
            }
        }
    )

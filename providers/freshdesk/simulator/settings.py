"""The account itself (vendor's API reference, 'Settings' and 'Account')."""

from __future__ import annotations

from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.staff import working
from providers.freshdesk.simulator.words import language


def helpdesk(call: Call) -> Reply:
    """The first language is the one articles are written in."""
    book = call.account.desk.knowledge
    primary = language(book.source_locale)
    others = [language(locale) for locale in book.locales if locale != book.source_locale]
    if not call.account.profile.multilingual:
        others = []
    return Reply(200, {"primary_language": primary, "supported_languages": others, "portal_languages": others[:2]})


def account(call: Call) -> Reply:
    """Numbers and texts mixed, as the vendor shows them."""
    call.admin()
    here = working(call.account)
    return Reply(
        200,
        {
            "organisation_id": 1_900_000_000_000_000_777,
            "organisation_name": "Sandbox",
            "account_id": 1001,
            "account_name": f"Sandbox {call.account.desk.name}",
            "account_domain": f"{call.account.desk.name}.freshdesk.com",
            "tier_type": "Enterprise",
            "hipaa_compliant": False,
            "timezone": "Berlin",
            "data_center": "EUC",
            "total_agents": {
                "full_time": sum(not agent.occasional for agent in here),
                "occasional": sum(agent.occasional for agent in here),
                "field_service": sum(agent.role == "field" for agent in here),
                "collaborators": sum(agent.role == "light" for agent in here),
            },
        },
    )

"""The ticket form and the brands."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import fields, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import stamp


def form(call: Call) -> dict[str, Any]:
    number, made = ids.FORM.id(1), stamp(call.account.founded)
    return {
        "id": number,
        "url": call.url(f"/ticket_forms/{number}.json"),
        "name": "Default Ticket Form",
        "raw_name": "Default Ticket Form",
        "display_name": "Default Ticket Form",
        "raw_display_name": "Default Ticket Form",
        "end_user_visible": True,
        "position": 1,
        "active": True,
        "default": True,
        "in_all_brands": True,
        "restricted_brand_ids": [],
        "ticket_field_ids": [row["id"] for row in fields.shown_fields(call)],
        "end_user_conditions": [],
        "agent_conditions": [],
        "created_at": made,
        "updated_at": made,
    }


def brands(call: Call) -> list[dict[str, Any]]:
    """One for each product, sorted by name."""
    rows = []
    for product in call.account.desk.staff.products():
        number, word = ids.BRAND.id(product.number), product.name.split()[0].lower()
        rows.append(
            {
                "id": number,
                "url": call.url(f"/brands/{number}.json"),
                "name": product.name,
                "brand_url": call.base,
                "subdomain": call.account.profile.account_subdomain if product.default else word,
                "host_mapping": None,
                "has_help_center": product.default,
                "help_center_state": "enabled" if product.default else "disabled",
                "active": True,
                "default": product.default,
                "is_deleted": False,
                "logo": None,
                "ticket_form_ids": [ids.FORM.id(1)],
                "signature_template": "{{agent.signature}}",
                "created_at": stamp(product.created),
                "updated_at": stamp(product.updated),
            }
        )
    return sorted(rows, key=lambda row: str(row["name"]))

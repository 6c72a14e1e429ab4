"""Organizations, groups and who belongs to them, as the vendor shows them."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import stamp
from providers.zendesk.simulator.users import plain
from sandbox.records import Agent, Group, Organization, Person

PLACES = 16
"""A membership's number is its user's times this, plus its place."""


def shown(call: Call, organization: Organization) -> dict[str, Any]:
    number = ids.ORGANIZATION.id(organization.number)
    return {
        "id": number,
        "url": call.url(f"/organizations/{number}.json"),
        "name": organization.name,
        "shared_tickets": organization.shared_tickets,
        "shared_comments": False,
        "external_id": organization.external_id,
        "created_at": stamp(organization.created),
        "updated_at": stamp(organization.updated),
        "domain_names": list(organization.domains),
        "details": organization.description,
        "notes": organization.notes,
        "group_id": ids.GROUP.maybe(organization.group),
        "tags": list(organization.tags),
        "organization_fields": {
            **{key: plain(value) for key, value in organization.fields.items()},
            "health": organization.health,
            "tier": organization.tier,
            "industry": organization.industry,
            "renewal": plain(organization.renewal),
        },
    }


def many(call: Call, numbers: list[int]) -> list[dict[str, Any]]:
    found = call.account.desk.organizations.many(numbers)
    return [shown(call, found[number]) for number in numbers if number in found and not found[number].deleted]


def group(call: Call, found: Group) -> dict[str, Any]:
    number = ids.GROUP.id(found.number)
    return {
        "id": number,
        "url": call.url(f"/groups/{number}.json"),
        "name": found.name,
        "description": found.description or "",
        "default": found.default,
        "deleted": found.deleted,
        "is_public": found.public,
        "created_at": stamp(found.created),
        "updated_at": stamp(found.updated),
    }


def groups(call: Call, numbers: list[int]) -> list[dict[str, Any]]:
    found = (call.account.desk.staff.group(number) for number in numbers)
    return [group(call, each) for each in found if each is not None]


def memberships(call: Call, person: Person) -> list[dict[str, Any]]:
    """Default first; `default` is null rather than false on the others ('Organization Memberships' page)."""
    names = call.account.desk.organizations.many(person.organizations)
    rows = []
    for place, organization in enumerate(person.organizations):
        number = ids.ORGANIZATION_MEMBERSHIP.id(person.number * PLACES + place)
        rows.append(
            {
                "id": number,
                "url": call.url(f"/organization_memberships/{number}.json"),
                "user_id": ids.USER.id(person.number),
                "organization_id": ids.ORGANIZATION.id(organization),
                "organization_name": names[organization].name if organization in names else "",
                "default": True if organization == person.organization else None,
                "view_tickets": organization in names and names[organization].shared_tickets,
                "created_at": stamp(person.created),
                "updated_at": stamp(person.updated),
            }
        )
    return rows


def group_memberships(call: Call, agent: Agent) -> list[dict[str, Any]]:
    """Some rows lack `updated_at` (tap-zendesk 1.2.2)."""
    rows = []
    for place, number in enumerate(agent.groups):
        membership = ids.GROUP_MEMBERSHIP.id(agent.number * PLACES + place)
        row = {
            "id": membership,
            "url": call.url(f"/group_memberships/{membership}.json"),
            "user_id": ids.USER.id(agent.number),
            "group_id": ids.GROUP.id(number),
            "default": number == agent.default_group,
            "created_at": stamp(agent.created),
            "updated_at": stamp(agent.updated),
        }
        if agent.number % 5 == 0:
            del row["updated_at"]
        rows.append(row)
    return rows

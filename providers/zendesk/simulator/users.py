"""People and agents as the vendor's one kind of user."""

from __future__ import annotations

from datetime import date
from typing import Any

from providers.zendesk.simulator import files, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.listings import User
from providers.zendesk.simulator.render import stamp
from sandbox.records import Agent, FieldValue, Person

_ROLE_TYPES = {"light": 1, "field": 0, "admin": 4}
LOCALE_IDS = {"en": 1, "de": 8, "fr": 16, "es": 2, "ja": 67, "pt-br": 19, "en-us": 1}


def shown(call: Call, user: User) -> dict[str, Any]:
    if isinstance(user, Agent):
        return _frame(call, user) | _agent(user)
    return _frame(call, user) | _person(user, erased=user.number in call.account.erased)


def _frame(call: Call, user: User) -> dict[str, Any]:
    number = ids.USER.id(user.number)
    photo = files.attachment(call, user.photo) if user.photo else None
    return {
        "id": number,
        "url": call.url(f"/users/{number}.json"),
        "name": user.name,
        "email": user.email,
        "created_at": stamp(user.created),
        "updated_at": stamp(user.updated),
        "time_zone": user.time_zone,
        "iana_time_zone": user.iana_time_zone,
        "phone": user.phone,
        "shared_phone_number": False if user.phone else None,
        "photo": photo,
        "locale_id": LOCALE_IDS.get(user.locale, 1),
        "locale": "en-US" if user.locale == "en" else user.locale,
        "last_login_at": stamp(user.last_login),
        "alias": "",
        "shared": False,
        "shared_agent": False,
        "chat_only": False,
        "two_factor_auth_enabled": None,
        "report_csv": False,
    }


def _agent(agent: Agent) -> dict[str, Any]:
    light, custom = agent.role == "light", agent.role == "field"
    return {
        "role": "admin" if agent.role == "admin" else "agent",
        "role_type": _ROLE_TYPES.get(agent.role),
        "custom_role_id": ids.CUSTOM_ROLE.id(1 if light else 2) if light or custom else None,
        "default_group_id": ids.GROUP.maybe(agent.default_group),
        "organization_id": None,
        "external_id": None,
        "verified": True,
        "active": agent.active,
        "suspended": False,
        "moderator": agent.role == "admin",
        "only_private_comments": light,
        "restricted_agent": agent.scope != "all",
        "ticket_restriction": {"all": None, "groups": "groups", "assigned": "assigned"}[agent.scope],
        "signature": agent.signature or "",
        "details": agent.job_title or "",
        "notes": "",
        "tags": [],
        "user_fields": {},
    }


def _person(person: Person, *, erased: bool) -> dict[str, Any]:
    deleted = person.state == "deleted"
    return {
        "role": "end-user",
        "role_type": None,
        "custom_role_id": None,
        "default_group_id": None,
        "organization_id": ids.ORGANIZATION.maybe(person.organization),
        "external_id": person.external_id,
        "verified": person.state in ("verified", "blocked"),
        "active": not deleted,
        "suspended": person.state == "blocked",
        "moderator": False,
        "only_private_comments": False,
        "restricted_agent": True,
        "ticket_restriction": "requested",
        "signature": None,
        "details": person.address or "",
        "notes": person.notes or "",
        "tags": list(person.tags),
        "user_fields": {key: plain(value) for key, value in person.fields.items()},
        **({"permanently_deleted": erased} if deleted else {}),
    }


def plain(value: FieldValue) -> Any:
    """User and organization fields are a map of key to value; dates carry a time of +00:00 ('Organizations' page)."""
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00+00:00"
    return list(value) if isinstance(value, tuple) else value


def nobody() -> dict[str, Any]:
    """What anonymous callers of `/users/me` are (node-zendesk issue 152)."""
    return {
        "id": None,
        "url": None,
        "name": "Anonymous user",
        "email": "invalid@example.com",
        "role": "end-user",
        "verified": False,
        "active": False,
        "locale": "en-US",
        "locale_id": 1,
        "organization_id": None,
        "photo": None,
        "time_zone": "Eastern Time (US & Canada)",
        "iana_time_zone": "America/New_York",
        "phone": None,
        "created_at": None,
        "updated_at": None,
        "tags": [],
        "user_fields": {},
    }


def many(call: Call, numbers: list[int]) -> list[dict[str, Any]]:
    """Sideloaded users; deleted ones may be missing from a sideload, so they are."""
    found = (call.account.desk.user(number) for number in numbers)
    return [
        shown(call, user) for user in found if user is not None and (isinstance(user, Agent) or user.state != "deleted")
    ]

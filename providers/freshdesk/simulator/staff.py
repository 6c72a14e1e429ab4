"""Agents, groups, products and roles; a key that administers nothing may only ask who it is.

Evidence: Zammad recording of 2023 and Nango's of 2024 for the keys; vendor's API reference, 'Agents' and 'Groups';
scratch-l10n, which checks its key by /agents/me.
"""

from __future__ import annotations

from typing import Any

from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.contacts import term
from providers.freshdesk.simulator.errors import invalid, not_among, not_found
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.times import shown, shown_in_india
from providers.freshdesk.simulator.words import language
from sandbox.records import Agent, Group, Product

_SCOPES = {"all": 1, "groups": 2, "assigned": 3}
_TYPES = {"admin": "support_agent", "agent": "support_agent", "light": "collaborator", "field": "field_agent"}
_ROLES = ((1, "Account Administrator"), (2, "Administrator"), (3, "Supervisor"), (4, "Agent"))
_ASSIGNMENTS = {1: 1, 2: 3, 6: 12}
GROUP_TYPE = "support_agent_group"


def agent(account: Account, found: Agent) -> dict[str, Any]:
    """Name and e-mail stand in the nested contact."""
    seen = shown(found.last_login)
    row: dict[str, Any] = {
        "available": found.active and found.number % 2 == 1,
        "occasional": found.occasional,
        "id": Base.USER.id(found.number),
        "ticket_scope": _SCOPES[found.scope],
        "created_at": shown(found.created),
        "updated_at": shown(found.updated),
        "last_active_at": seen,
        "available_since": seen if found.number % 2 else None,
        "type": _TYPES[found.role],
        "contact": {
            "active": found.active,
            "email": found.email,
            "job_title": found.job_title,
            "language": language(found.locale),
            "last_login_at": shown_in_india(found.last_login) if account.profile.offset_times else seen,
            "mobile": found.mobile,
            "name": found.name,
            "phone": found.phone,
            "time_zone": found.time_zone,
            "created_at": shown(found.created),
            "updated_at": shown(found.updated),
        },
        "deactivated": not found.active,
        "signature": found.signature,
    }
    return row | {"focus_mode": True} if account.profile.newer else row


def whole(account: Account, found: Agent) -> dict[str, Any]:
    return agent(account, found) | {
        "group_ids": [Base.GROUP.id(group) for group in found.groups],
        "role_ids": [Base.ROLE.id(1 if found.number == 1 else 2 if found.role == "admin" else 4)],
        "skill_ids": [],
        "contribution_group_ids": [],
    }


def working(account: Account) -> list[Agent]:
    """By name; who left is a contact now."""
    here = [found for found in account.desk.staff.agents() if found.active]
    return sorted(here, key=lambda found: found.name.casefold())


def agents(call: Call) -> Reply:
    call.admin()
    query = dict(call.params)
    state = query.get("state")
    if state not in (None, "fulltime", "occasional"):
        raise invalid([not_among("state", ("fulltime", "occasional"))])
    found = [each for each in working(call.account) if state is None or each.occasional == (state == "occasional")]
    for name in ("email", "mobile", "phone"):
        if name in query:
            found = [each for each in found if getattr(each, name) == query[name]]
    return call.paged(found, lambda each: agent(call.account, each))


def view_agent(call: Call) -> Reply:
    call.admin()
    found = call.account.desk.staff.agent(call.number(Base.USER))
    if found is None or not found.active:
        raise not_found()
    return Reply(200, whole(call.account, found))


def me(call: Call) -> Reply:
    found = call.account.desk.staff.agent(call.who.agent)
    if found is None:
        raise not_found()
    return Reply(200, whole(call.account, found))


def autocomplete(call: Call) -> Reply:
    """By the beginning of a word of the name, or of the address."""
    wanted = term(call, "term").casefold()
    found = [
        each
        for each in working(call.account)
        if any(word.casefold().startswith(wanted) for word in (*each.name.split(), each.email))
    ]
    rows = [{"id": Base.USER.id(each.number), "name": each.name, "email": each.email, "avatar": None} for each in found]
    return Reply(200, rows)


def group(account: Account, found: Group) -> dict[str, Any]:
    """Rows of the list have no `agent_ids`."""
    when = shown_in_india if account.profile.offset_times else shown
    return {
        "id": Base.GROUP.id(found.number),
        "name": found.name,
        "description": found.description,
        "escalate_to": Base.USER.id(1) if found.number == 6 else None,
        "unassigned_for": "30m" if found.number == 1 else None,
        "business_hour_id": None,
        "group_type": GROUP_TYPE,
        "created_at": when(found.created),
        "updated_at": when(found.updated),
    }


def _groups(account: Account) -> list[Group]:
    return [found for found in account.desk.staff.groups() if not found.deleted]


def groups(call: Call) -> Reply:
    call.admin()
    return call.paged(_groups(call.account), lambda found: group(call.account, found))


def _members(found: Group) -> list[int]:
    return [Base.USER.id(member) for member in found.members]


def _group(call: Call) -> Group:
    call.admin()
    found = call.account.desk.staff.group(call.number(Base.GROUP))
    if found is None or found.deleted:
        raise not_found()
    return found


def view_group(call: Call) -> Reply:
    found = _group(call)
    more = {"agent_ids": _members(found), "auto_ticket_assign": _ASSIGNMENTS.get(found.number, 0)}
    return Reply(200, group(call.account, found) | more)


def _admin_group(account: Account, found: Group) -> dict[str, Any]:
    row = group(account, found)
    kept = {
        name: row[name]
        for name in ("id", "name", "description", "escalate_to", "unassigned_for", "created_at", "updated_at")
    }
    return kept | {
        "agent_ids": _members(found),
        "type": GROUP_TYPE,
        "business_calendar_id": None,
        "allow_agents_to_change_availability": True,
        "automatic_agent_assignment": {"enabled": found.number in _ASSIGNMENTS},
    }


def admin_groups(call: Call) -> Reply:
    """The revamped family: members stand in the list already."""
    call.admin()
    return call.paged(_groups(call.account), lambda found: _admin_group(call.account, found))


def view_admin_group(call: Call) -> Reply:
    return Reply(200, _admin_group(call.account, _group(call)))


def product(account: Account, found: Product) -> dict[str, Any]:
    when = shown_in_india if account.profile.offset_times else shown
    row: dict[str, Any] = {
        "id": Base.PRODUCT.id(found.number),
        "name": found.name,
        "description": found.description,
        "created_at": when(found.created),
        "updated_at": when(found.updated),
    }
    return row | {"primary_email": found.email, "default": found.default} if account.profile.newer else row


def products(call: Call) -> Reply:
    call.admin()
    return call.paged(call.account.desk.staff.products(), lambda found: product(call.account, found))


def view_product(call: Call) -> Reply:
    call.admin()
    found = call.account.desk.staff.product(call.number(Base.PRODUCT))
    if found is None:
        raise not_found()
    return Reply(200, product(call.account, found))


def _role(account: Account, role: tuple[int, str]) -> dict[str, Any]:
    made = shown(account.desk.staff.agents()[0].created)
    return {
        "id": Base.ROLE.id(role[0]), "name": role[1], "description": f"{role[1]} of this account", "default": True,
        "created_at": made, "updated_at": made, "agent_type": 1,
    }  # fmt: skip


def roles(call: Call) -> Reply:
    call.admin()
    return call.paged(_ROLES, lambda role: _role(call.account, role))


def view_role(call: Call) -> Reply:
    call.admin()
    wanted = call.number(Base.ROLE)
    found = next((role for role in _ROLES if role[0] == wanted), None)
    if found is None:
        raise not_found()
    return Reply(200, _role(call.account, found))


def _email_config(account: Account, found: Product) -> dict[str, Any]:
    row = product(account, found)
    return {
        "id": Base.EMAIL_CONFIG.id(found.number), "name": found.name, "product_id": Base.PRODUCT.id(found.number),
        "to_email": found.email, "reply_email": found.email, "group_id": None, "primary_role": found.default,
        "active": True, "created_at": row["created_at"], "updated_at": row["updated_at"],
    }  # fmt: skip


def email_configs(call: Call) -> Reply:
    call.admin()
    return call.paged(call.account.desk.staff.products(), lambda found: _email_config(call.account, found))

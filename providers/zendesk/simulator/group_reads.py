"""Reading groups and who belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from providers.zendesk.simulator import errors, ids, organizations, sideloads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.paging import Rows, page
from providers.zendesk.simulator.render import count_answer, distinct
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.user_reads import known as known_user
from providers.zendesk.simulator.user_reads import number_key
from sandbox.records import Agent, Group

routes = Routes()
Row = dict[str, Any]


def _groups_page(call: Call, rows: Sequence[Group]) -> dict[str, Any]:
    found: dict[str, Any] = {"groups": [organizations.group(call, row) for row in rows]}
    if "users" in sideloads.check(call, frozenset({"users"})):
        found["users"] = users.many(call, distinct(number for row in rows for number in row.members))
    return found


def _groups(call: Call, rows: Sequence[Group]) -> Answer:
    return Answer(page(call, "groups", Rows.sorted(list(rows), number_key), render=partial(_groups_page, call)))


@routes.on("GET", "/api/v2/groups", resource="groups")
def list_groups(call: Call) -> Answer:
    rows = call.account.desk.staff.groups()
    return _groups(call, [row for row in rows if not (row.deleted and call.flag("exclude_deleted"))])


@routes.on("GET", "/api/v2/groups/assignable", resource="groups")
def assignable_groups(call: Call) -> Answer:
    return _groups(call, [row for row in call.account.desk.staff.groups() if not row.deleted])


@routes.on("GET", "/api/v2/groups/count", resource="groups")
def count_groups(call: Call) -> Answer:
    return Answer(count_answer(len(call.account.desk.staff.groups()), call.account.clock.now()))


@routes.on("GET", "/api/v2/groups/{id}", resource="groups")
def show_group(call: Call) -> Answer:
    return Answer({"group": organizations.group(call, _known_group(call))})


def _known_group(call: Call) -> Group:
    group = call.account.desk.staff.group(ids.GROUP.number(call.id()) or 0)
    if group is None:
        raise errors.not_found()
    return group


@routes.on("GET", "/api/v2/users/{id}/groups", resource="groups")
def groups_of_user(call: Call) -> Answer:
    user, staff = known_user(call), call.account.desk.staff
    numbers = user.groups if isinstance(user, Agent) else ()
    return _groups(call, [group for number in numbers if (group := staff.group(number))])


# -- group memberships


def _group_memberships_page(call: Call, rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] = {"group_memberships": list(rows)}
    asked = sideloads.check(call, frozenset({"users", "groups"}))
    if "users" in asked:
        found["users"] = users.many(call, distinct(ids.USER.number(row["user_id"]) for row in rows))
    if "groups" in asked:
        found["groups"] = organizations.groups(call, distinct(ids.GROUP.number(row["group_id"]) for row in rows))
    return found


def _group_memberships(call: Call, rows: list[Row]) -> Answer:
    listing = Rows.sorted(rows, lambda row: (row["id"], row["id"]))
    return Answer(page(call, "group_memberships", listing, render=partial(_group_memberships_page, call)))


def _every_group_membership(call: Call) -> list[Row]:
    agents = [agent for agent in call.account.desk.staff.agents() if agent.active]
    return [row for agent in agents for row in organizations.group_memberships(call, agent)]


@routes.on("GET", "/api/v2/group_memberships", "/api/v2/group_memberships/assignable", resource="groups")
def list_group_memberships(call: Call) -> Answer:
    return _group_memberships(call, _every_group_membership(call))


@routes.on("GET", "/api/v2/users/{id}/group_memberships", resource="groups")
def group_memberships_of_user(call: Call) -> Answer:
    user = known_user(call)
    return _group_memberships(call, organizations.group_memberships(call, user) if isinstance(user, Agent) else [])


@routes.on("GET", "/api/v2/groups/{id}/memberships", resource="groups")
def memberships_of_group(call: Call) -> Answer:
    _known_group(call)
    return _group_memberships(call, [row for row in _every_group_membership(call) if row["group_id"] == call.id()])


@routes.on("GET", "/api/v2/group_memberships/{id}", resource="groups")
def show_group_membership(call: Call) -> Answer:
    found = next((row for row in _every_group_membership(call) if row["id"] == call.id()), None)
    if found is None:
        raise errors.not_found()
    return Answer({"group_membership": found})

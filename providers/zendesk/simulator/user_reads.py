"""Reading users, their identities, and what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from providers.zendesk.simulator import errors, ids, organizations, sideloads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import PeopleListing, User
from providers.zendesk.simulator.paging import Key, Rows, page
from providers.zendesk.simulator.render import count_answer, distinct, stamp
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.search_grammar import parse
from providers.zendesk.simulator.search_people import find_users
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.records import Agent, Person

routes = Routes()
WORDS = frozenset({"organizations", "abilities", "roles", "identities", "groups", "open_ticket_count"})
_PLACES = 8


def number_key(row: Any) -> Key:
    return (row.number, row.number)


def known(call: Call, name: str = "id") -> User:
    """Deleted people are still shown one by one, with `active` false ('Users' page)."""
    number = ids.USER.number(call.id(name))
    user = call.account.desk.user(number) if number else None
    if user is None:
        raise errors.not_found()
    return user


def users_page(call: Call, rows: Sequence[User]) -> dict[str, Any]:
    asked = sideloads.check(call, WORDS)
    shown = [users.shown(call, user) for user in rows]
    found: dict[str, Any] = {"users": shown}
    if "organizations" in asked:
        numbers = distinct(user.organization for user in rows if isinstance(user, Person))
        found["organizations"] = organizations.many(call, numbers)
    if "groups" in asked:
        numbers = distinct(group for user in rows if isinstance(user, Agent) for group in user.groups)
        found["groups"] = organizations.groups(call, numbers)
    if "identities" in asked:
        found["identities"] = [row for user in rows for row in identities(call, user)]
    if "open_ticket_count" in asked:
        found["open_ticket_count"] = {str(ids.USER.id(user.number)): _open(call, user) for user in rows}
    if "roles" in asked:
        found["roles"] = [{"id": None, "name": "Administrator"}]
    if "abilities" in asked:
        for row in shown:
            row["abilities"] = {"can_edit": True}
    return found


def _open(call: Call, user: User) -> int:
    if not isinstance(user, Agent):
        return 0
    where = Where(assignee=frozenset({user.number}), status=frozenset({"open"}))
    return call.account.desk.tickets.count(TicketQuery(order="number", where=where))


@routes.on("GET", "/api/v2/users/me", anonymous=True)
def me(call: Call) -> Answer:
    """Open to anybody: no or wrong credentials are told of an anonymous user, with 200 (node-zendesk issue 152)."""
    user = call.account.desk.user(call.principal.user) if call.principal.user else None
    shown = users.nobody() if user is None else users.shown(call, user)
    return Answer({"user": {**shown, "authenticity_token": "sandbox"}})


@routes.on("GET", "/api/v2/users", resource="users")
def list_users(call: Call) -> Answer:
    """`role=agent`, or `role[]=agent&role[]=admin`."""
    desk = call.account.desk
    if external := call.query.get("external_id"):
        person = desk.people.by_external_id(external)
        rows = [person] if person and person.state != "deleted" else []
        return Answer(page(call, "users", Rows(rows, number_key), render=partial(users_page, call)))
    wanted = {*call.query.getlist("role[]"), *call.query.getlist("role")} - {""}
    return Answer(page(call, "users", _listing(call, wanted), render=partial(users_page, call)))


def _listing(call: Call, roles: set[str]) -> PeopleListing:
    desk = call.account.desk
    active = [agent for agent in desk.staff.agents() if agent.active]
    if not roles:
        return PeopleListing(desk, active)
    agents = [agent for agent in active if ("admin" if agent.role == "admin" else "agent") in roles]
    return PeopleListing(desk, agents, with_people="end-user" in roles)


@routes.on("GET", "/api/v2/users/count", resource="users")
def count_users(call: Call) -> Answer:
    wanted = {*call.query.getlist("role[]"), *call.query.getlist("role")} - {""}
    return Answer(count_answer(_listing(call, wanted).total, call.account.clock.now()))


@routes.on("GET", "/api/v2/users/show_many", resource="users")
def show_many(call: Call) -> Answer:
    """By ids or external ids; what is not there is left out."""
    desk = call.account.desk
    if "external_ids" in call.query:
        words = [word for word in call.query["external_ids"].split(",") if word]
        found: list[User | None] = [desk.people.by_external_id(word) for word in words[:100]]
    else:
        found = [desk.user(number) for id in call.ids() if (number := ids.USER.number(id))]
    rows = list({user.number: user for user in found if user is not None}.values())
    rows.sort(key=lambda user: user.number * 2_654_435_761 % 2**32)
    return Answer(users_page(call, rows) | {"count": len(rows), "next_page": None, "previous_page": None})


@routes.on("GET", "/api/v2/users/search", resource="users")
def search_users(call: Call) -> Answer:
    """By `query` or `external_id`; pages by number only, at most 10,000 rows."""
    desk = call.account.desk
    if external := call.query.get("external_id"):
        person = desk.people.by_external_id(external)
        rows: list[User] = [person] if person else []
    else:
        rows = searched(call, call.query.get("query", ""))
    listing = Rows.sorted([row for row in rows if _visible(row)], number_key)
    return Answer(page(call, "users", listing, render=partial(users_page, call), only_offset=True))


def searched(call: Call, text: str) -> list[User]:
    """The grammar of the search, where its keys are used ('Search Users' page); else names and addresses."""
    terms = parse(text)
    if all(term.key in (None, "email", "name") for term in terms):
        return matching(call, text)
    found = find_users(call, terms)
    return found.read(0, found.total)


def _visible(user: User) -> bool:
    return user.active if isinstance(user, Agent) else user.state != "deleted"


def matching(call: Call, text: str) -> list[User]:
    """Users whose name has the words, or whose e-mail begins with the text."""
    desk, wanted = call.account.desk, text.strip().strip('"').casefold()
    wanted = wanted.removeprefix("email:").removeprefix("name:").strip('"').rstrip("*")
    agents = [
        agent
        for agent in desk.staff.agents()
        if agent.email.startswith(wanted) or any(word.startswith(wanted) for word in agent.name.casefold().split())
    ]
    return [*agents, *desk.people.find(wanted)] if wanted else []


@routes.on("GET", "/api/v2/users/autocomplete", resource="users")
def autocomplete_users(call: Call) -> Answer:
    rows = [row for row in matching(call, call.query.get("name", "")) if _visible(row)][:100]
    return Answer(users_page(call, rows) | {"count": len(rows), "next_page": None, "previous_page": None})


@routes.on("GET", "/api/v2/users/{id}", resource="users")
def show_user(call: Call) -> Answer:
    found = users_page(call, [known(call)])
    return Answer({"user": found.pop("users")[0], **found})


@routes.on("GET", "/api/v2/users/{id}/related", resource="users")
def related(call: Call) -> Answer:
    user, desk = known(call), call.account.desk
    assigned = TicketQuery(order="number", where=Where(assignee=frozenset({user.number})))
    requested = TicketQuery(order="number", where=Where(archived=True), requester=user.number)
    counts = {
        "assigned_tickets": desk.tickets.count(assigned) if isinstance(user, Agent) else 0,
        "requested_tickets": desk.tickets.count(requested),
        "ccd_tickets": 0,
        "organization_subscriptions": 0,
    }
    return Answer({"user_related": counts})


@routes.on("GET", "/api/v2/groups/{id}/users", resource="users")
def users_of_group(call: Call) -> Answer:
    group = call.account.desk.staff.group(ids.GROUP.number(call.id()) or 0)
    if group is None:
        raise errors.not_found()
    agents = [agent for agent in call.account.desk.staff.agents() if group.number in agent.groups and agent.active]
    return Answer(page(call, "users", Rows(agents, number_key), render=partial(users_page, call)))


@routes.on("GET", "/api/v2/organizations/{id}/users", resource="users")
def users_of_organization(call: Call) -> Answer:
    number = ids.ORGANIZATION.number(call.id())
    if number is None or call.account.desk.organizations.get(number) is None:
        raise errors.not_found()
    rows = [person for person in call.account.desk.people.of_organization(number) if person.state != "deleted"]
    return Answer(page(call, "users", Rows(rows, number_key), render=partial(users_page, call)))


# -- identities


def identities(call: Call, user: User) -> list[dict[str, Any]]:
    words: list[tuple[str, str]] = [("email", user.email)] if user.email else []
    if isinstance(user, Person):
        words += [("email", each) for each in user.other_emails]
        words += [("twitter", user.twitter)] if user.twitter else []
        words += [("phone_number", user.mobile)] if user.mobile else []
    return [_identity(call, user, place, *word) for place, word in enumerate(words)]


def _identity(call: Call, user: User, place: int, kind: str, value: str) -> dict[str, Any]:
    owner, number = ids.USER.id(user.number), ids.IDENTITY.id(user.number * _PLACES + place)
    sure = isinstance(user, Agent) or user.state != "unverified"
    return {
        "id": number,
        "url": call.url(f"/users/{owner}/identities/{number}.json"),
        "user_id": owner,
        "type": kind,
        "value": value,
        "verified": sure,
        "verification_method": "low" if sure else "none",
        "verified_at": stamp(user.created) if sure else None,
        "primary": place == 0,
        "deliverable_state": "deliverable",
        "undeliverable_count": 0,
        "created_at": stamp(user.created),
        "updated_at": stamp(user.updated),
    }


@routes.on("GET", "/api/v2/users/{id}/identities", resource="users")
def list_identities(call: Call) -> Answer:
    rows = Rows(identities(call, known(call)), lambda row: (row["id"], row["id"]))
    return Answer(page(call, "identities", rows, render=lambda found: {"identities": list(found)}))


@routes.on("GET", "/api/v2/users/{id}/identities/{identity}", resource="users")
def show_identity(call: Call) -> Answer:
    found = next((row for row in identities(call, known(call)) if row["id"] == call.id("identity")), None)
    if found is None:
        raise errors.not_found()
    return Answer({"identity": found})


# -- deleted


@routes.on("GET", "/api/v2/deleted_users", resource="users", admin=True)
def deleted_users(call: Call) -> Answer:
    rows = call.account.desk.people.page(states=frozenset({"deleted"}), limit=1000)
    return Answer(
        page(
            call,
            "deleted_users",
            Rows(rows, number_key),
            render=lambda found: {"deleted_users": [users.shown(call, row) for row in found]},
        )
    )


@routes.on("GET", "/api/v2/deleted_users/count", resource="users", admin=True)
def count_deleted_users(call: Call) -> Answer:
    return Answer(count_answer(call.account.desk.people.count(frozenset({"deleted"})), call.account.clock.now()))

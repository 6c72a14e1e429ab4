"""Searching users, organizations and groups: small enough to look at one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from providers.zendesk.simulator import organizations
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.listings import LISTED, User
from providers.zendesk.simulator.search_facts import NONE
from providers.zendesk.simulator.search_grammar import Term, stretch, word_in
from sandbox.records import Agent, Group, Organization, Person

Read = Callable[[int, int], list[Any]]


@dataclass(frozen=True)
class Source:
    """One type's hits: how many, and a window of them."""

    kind: str
    total: int
    read: Read


def sort_of(call: Call, terms: Sequence[Term]) -> tuple[str, bool]:
    """`sort_by` and `sort_order`, or `order_by:` and `sort:` in the words; default relevance, newest first here."""
    told = {term.key: term.value for term in terms if term.key in ("order_by", "sort")}
    by = call.query.get("sort_by") or told.get("order_by") or "created"
    descending = (call.query.get("sort_order") or told.get("sort") or "desc") != "asc"
    return by.removesuffix("_at"), descending


def _fixed(kind: str, rows: list[Any], by: str, descending: bool) -> Source:
    name = "updated" if by == "updated" else "created"
    ordered = sorted(rows, key=lambda row: (getattr(row, name), row.number), reverse=descending)
    return Source(kind, len(ordered), lambda first, limit: ordered[first : first + limit])


def find_users(call: Call, terms: list[Term]) -> Source:
    desk, lag = call.account.desk, call.account.controls.search_lag
    before = call.account.clock.now() - lag
    email = next((term.value for term in terms if term.key == "email" and not term.negative), None)
    if email is not None:
        found = desk.user_by_email(email)
        rows: list[User] = [found] if found and found.updated <= before and _user_matches(call, found, terms) else []
    else:
        agents = [agent for agent in desk.staff.agents() if agent.active and _user_matches(call, agent, terms)]
        people = desk.search.people(lambda person: _user_matches(call, person, terms), lag=lag)
        rows = [*agents, *people]
    listed = [row for row in rows if isinstance(row, Agent) or row.state in LISTED]
    return _fixed("user", listed, *sort_of(call, terms))


def _user_matches(call: Call, user: User, terms: list[Term]) -> bool:
    return all(_user_term(call, user, term) != term.negative for term in terms)


def _user_term(call: Call, user: User, term: Term) -> bool:
    person = user if isinstance(user, Person) else None
    match term.key:
        case None | "name":
            return word_in(term.value, f"{user.name} {user.email or ''}")
        case "email":
            return (user.email or "").casefold() == term.value.casefold() or term.value == "*"
        case "role":
            return _role(user) == term.value.lower()
        case "phone":
            return term.value in (user.phone or "")
        case "external_id":
            return person is not None and (person.external_id or "").casefold() == term.value.casefold()
        case "tags":
            return person is not None and set(term.value.split()) <= set(person.tags)
        case "notes" | "details":
            return person is not None and word_in(term.value, f"{person.notes or ''} {person.address or ''}")
        case "is_suspended":
            return (person is not None and person.state == "blocked") == (term.value.lower() == "true")
        case "is_verified":
            return (person is None or person.state != "unverified") == (term.value.lower() == "true")
        case "organization":
            return person is not None and _works_for(call, person, term.value)
        case "created" | "updated":
            span = stretch(term, call.account.clock.now())
            return span is not None and span.holds(getattr(user, term.key))
        case "order_by" | "sort":
            return not term.negative
    return False


def _role(user: User) -> str:
    return "end-user" if isinstance(user, Person) else "admin" if user.role == "admin" else "agent"


def _works_for(call: Call, person: Person, value: str) -> bool:
    if value.lower() == NONE:
        return person.organization is None
    found = call.account.desk.organizations.many(person.organizations).values()
    return any(organizations.shown(call, row)["id"] == _number(value) or word_in(value, row.name) for row in found)


def _number(value: str) -> int:
    return int(value) if value.isdecimal() else -1


def find_organizations(call: Call, terms: list[Term]) -> Source:
    desk = call.account.desk
    rows = desk.search.organizations(
        lambda row: all(_organization_term(call, row, term) != term.negative for term in terms),
        lag=call.account.controls.search_lag,
    )
    return _fixed("organization", rows, *sort_of(call, terms))


def _organization_term(call: Call, row: Organization, term: Term) -> bool:
    match term.key:
        case None | "name":
            return word_in(term.value, row.name)
        case "external_id":
            return (row.external_id or "").casefold() == term.value.casefold()
        case "tags":
            return set(term.value.split()) <= set(row.tags)
        case "notes":
            return word_in(term.value, row.notes or "")
        case "details":
            return word_in(term.value, row.description or "")
        case "created" | "updated":
            span = stretch(term, call.account.clock.now())
            return span is not None and span.holds(getattr(row, term.key))
        case "order_by" | "sort":
            return not term.negative
    return False


def find_groups(call: Call, terms: list[Term]) -> Source:
    def matches(group: Group) -> bool:
        return all(
            (term.key in (None, "name") and word_in(term.value, group.name)) != term.negative
            for term in terms
            if term.key not in ("order_by", "sort")
        )

    rows = [group for group in call.account.desk.staff.groups() if not group.deleted and matches(group)]
    return _fixed("group", rows, *sort_of(call, terms))

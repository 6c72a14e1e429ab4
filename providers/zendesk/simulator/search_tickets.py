"""A ticket search as what the company's index can answer: facts exactly, words by looking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.zendesk.simulator import fields, ids, tickets
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.search_facts import NONE, Facts, people
from providers.zendesk.simulator.search_grammar import Stretch, Term, stretch, word_in
from sandbox.facts import STATUSES, Where
from sandbox.listing import By, TicketQuery
from sandbox.records import Agent, Ticket

Match = Callable[[Ticket], bool]
_PRIORITIES = ("low", "normal", "high", "urgent")
_KINDS = ("problem", "incident", "question", "task")
_CHOSEN = ("checkbox", "dropdown", "multiselect", "nested")


@dataclass
class TicketSearch:
    """Built from the terms one by one; `query` and `match` are what to ask the index."""

    call: Call
    sets: dict[str, frozenset[Any]] = field(default_factory=dict)
    spans: dict[str, Stretch] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)
    tags: list[tuple[frozenset[str], bool]] = field(default_factory=list)
    values: list[tuple[str, Any, bool]] = field(default_factory=list)
    requester: int | None = None
    organization: int | None = None

    def query(self, order: By = "created", descending: bool = True) -> TicketQuery:
        created, updated = self.spans.get("created", Stretch()), self.spans.get("updated", Stretch())
        facts = None
        if self.tags or self.values:
            facts = Facts(tuple(self.tags), tuple(self.values), tuple(self.call.account.desk.forms.fields()))
        return TicketQuery(
            order=order,
            descending=descending,
            where=Where(archived=True, test=facts, **self.sets),  # type: ignore[arg-type]
            requester=self.requester,
            organization=self.organization,
            created_from=created.start,
            created_to=created.end,
            updated_from=updated.start,
            updated_to=updated.end,
        )

    def match(self) -> Match | None:
        return (lambda ticket: all(match(ticket) for match in self.matches)) if self.matches else None


def build(call: Call, terms: Iterable[Term]) -> TicketSearch:
    search = TicketSearch(call)
    same: dict[tuple[str, bool], list[Term]] = defaultdict(list)
    for term in terms:
        if term.key in _ALTERNATIVES and term.op == ":":
            same[term.key, term.negative].append(term)
        else:
            _one(search, term)
    for (key, negative), group in same.items():
        wanted = frozenset(value for term in group for value in _ALTERNATIVES[key](call, term.value))
        _narrow(search, key, wanted, negative)
    return search


# -- keys with few values


def _statuses(call: Call, value: str) -> set[Any]:
    return {value.lower()} & set(STATUSES)


def _priorities(call: Call, value: str) -> set[Any]:
    return {None if value.lower() == NONE else value.lower()}


def _kinds(call: Call, value: str) -> set[Any]:
    return {None, "feature_request", "refund"} if value.lower() == NONE else {value.lower()}


def _groups(call: Call, value: str) -> set[Any]:
    if value.lower() == NONE:
        return {None}
    number = ids.GROUP.number(int(value)) if value.isdecimal() else None
    every = call.account.desk.staff.groups()
    return {group.number for group in every if number == group.number or word_in(value, group.name)} or {0}


def _assignees(call: Call, value: str) -> set[Any]:
    if value.lower() == NONE:
        return {None}
    return {user.number for user in people(call, value) if isinstance(user, Agent)} or {0}


def _brands(call: Call, value: str) -> set[Any]:
    number = ids.BRAND.number(int(value)) if value.isdecimal() else None
    every = call.account.desk.staff.products()
    found = {each.number for each in every if number == each.number or word_in(value, each.name)}
    return found | {None} if 1 in found else found or {0}


_ALTERNATIVES: dict[str, Callable[[Call, str], set[Any]]] = {
    "status": _statuses,
    "priority": _priorities,
    "ticket_type": _kinds,
    "group": _groups,
    "assignee": _assignees,
    "brand": _brands,
}
_FIELDS = {"ticket_type": "kind", "brand": "product"}
_EVERY: dict[str, tuple[Any, ...]] = {
    "status": STATUSES,
    "priority": (None, *_PRIORITIES),
    "ticket_type": (None, *_KINDS, "feature_request", "refund"),
}


def _every(call: Call, key: str) -> frozenset[Any]:
    staff = call.account.desk.staff
    if key in _EVERY:
        return frozenset(_EVERY[key])
    makers: dict[str, Callable[[], Iterable[Any]]] = {
        "group": staff.groups,
        "assignee": staff.agents,
        "brand": staff.products,
    }
    rows = makers[key]()
    return frozenset({None, *(row.number for row in rows)})


def _narrow(search: TicketSearch, key: str, wanted: frozenset[Any], negative: bool = False) -> None:
    name = _FIELDS.get(key, key)
    if negative:
        wanted = _every(search.call, key) - wanted
    search.sets[name] = wanted & search.sets.get(name, wanted)


# -- the others


def _one(search: TicketSearch, term: Term) -> None:
    if term.key is None:
        _text(search, term, lambda ticket: f"{ticket.subject} {ticket.text}")
    elif term.key in ("status", "priority"):
        _ranked(search, term)
    elif term.key in ("created", "updated", "solved", "due_date"):
        _dated(search, term)
    elif term.key in ("requester", "submitter", "organization"):
        _owned(search, term)
    elif term.key == "tags":
        _tagged(search, term)
    elif term.key.startswith("custom_field_"):
        _custom(search, term)
    elif term.key in _TEXTS:
        _text(search, term, _TEXTS[term.key])
    elif term.key in _TESTS:
        test = _TESTS[term.key](search.call, term.value)
        search.matches.append(lambda ticket: test(ticket) != term.negative)
    elif term.key not in ("order_by", "sort", "type"):
        whole = f"{term.key}{term.op}{term.value}"
        _text(search, Term(None, ":", whole, term.negative), lambda ticket: f"{ticket.subject} {ticket.text}")


_TEXTS: dict[str, Callable[[Ticket], str]] = {
    "subject": lambda ticket: ticket.subject,
    "description": lambda ticket: ticket.text,
}


def _text(search: TicketSearch, term: Term, of: Callable[[Ticket], str]) -> None:
    search.matches.append(lambda ticket: word_in(term.value, of(ticket)) != term.negative)


def _ranked(search: TicketSearch, term: Term) -> None:
    """`status<solved`: new, open, pending, hold, solved, closed are in that order; so are the priorities."""
    key = term.key or "status"
    words: tuple[str, ...] = STATUSES if key == "status" else _PRIORITIES
    if term.value.lower() not in words:
        _narrow(search, key, frozenset())
        return
    place = words.index(term.value.lower())
    chosen = {"<": words[:place], "<=": words[: place + 1], ">": words[place + 1 :], ">=": words[place:]}[term.op]
    _narrow(search, key, frozenset(chosen), term.negative)


def _dated(search: TicketSearch, term: Term) -> None:
    wanted = stretch(term, search.call.account.clock.now())
    if wanted is None:
        search.matches.append(lambda ticket: False)
    elif term.key in ("created", "updated") and not term.negative:
        known = search.spans.get(term.key, Stretch())
        search.spans[term.key] = Stretch(_later(known.start, wanted.start), _sooner(known.end, wanted.end))
    else:
        name = {"due_date": "due"}.get(term.key or "", term.key or "")
        search.matches.append(lambda ticket: wanted.holds(getattr(ticket, name)) != term.negative)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _owned(search: TicketSearch, term: Term) -> None:
    key, desk = term.key or "", search.call.account.desk
    if term.value.lower() == NONE:
        search.matches.append(lambda ticket: (getattr(ticket, key) is None) != term.negative)
        return
    if key == "organization":
        number = ids.ORGANIZATION.number(int(term.value)) if term.value.isdecimal() else None
        found = {number} if number else {row.number for row in desk.organizations.find(term.value)}
    else:
        found = {user.number for user in people(search.call, term.value)}
    if len(found) == 1 and not term.negative and key in ("requester", "organization"):
        setattr(search, key, next(iter(found)))
    else:
        search.matches.append(lambda ticket: (getattr(ticket, key) in found) != term.negative)


def _tagged(search: TicketSearch, term: Term) -> None:
    if term.value.lower() == NONE:
        search.matches.append(lambda ticket: (not tickets.shown_tags(search.call, ticket)) != term.negative)
        return
    search.tags.append((frozenset(term.value.lower().split()), term.negative))


def _custom(search: TicketSearch, term: Term) -> None:
    id = (term.key or "").rpartition("_")[2]
    known = {str(fields.field_id(each)): each for each in search.call.account.desk.forms.fields()}
    definition = known.get(id)
    if definition is None:
        search.matches.append(lambda ticket: False)
        return
    if definition.type in _CHOSEN:
        search.values.append((definition.key, term.value, term.negative))
        return

    def match(ticket: Ticket) -> bool:
        shown = fields.value(definition, ticket.fields.get(definition.key))
        hit = shown is None if term.value.lower() == NONE else shown is not None and word_in(term.value, str(shown))
        return hit != term.negative

    search.matches.append(match)


def _via(call: Call, value: str) -> Match:
    wanted = {"mail": "email", "webform": "web", "phone": "voice"}.get(value.lower(), value.lower())
    return lambda ticket: tickets.channel(call, ticket.channel, ticket.number) == wanted


def _external(call: Call, value: str) -> Match:
    return lambda ticket: (ticket.external_id or "").casefold() == value.casefold()


def _attached(call: Call, value: str) -> Match:
    messages = call.account.desk.messages
    wanted = value.lower() == "true"
    return lambda ticket: any(message.attachments for message in messages.of(ticket.number)) == wanted


def _copied(call: Call, value: str) -> Match:
    return lambda ticket: any(value.casefold() == address.casefold() for address in ticket.cc)


def _any_value(call: Call, value: str) -> Match:
    every = call.account.desk.forms.fields()
    return lambda ticket: any(
        str(fields.value(each, ticket.fields.get(each.key))).casefold() == value.casefold() for each in every
    )


_TESTS: dict[str, Callable[[Call, str], Match]] = {
    "via": _via,
    "external_id": _external,
    "has_attachment": _attached,
    "cc": _copied,
    "fieldvalue": _any_value,
}

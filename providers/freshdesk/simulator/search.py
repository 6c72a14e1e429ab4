"""GET /search/tickets, /search/contacts, /search/companies: thirty a page, ten pages, minutes behind.

Evidence: vendor's API reference, 'Filter tickets'; withcoral/coral pull 589 (page 11 is refused); python-freshdesk
pull 45. Requesters, companies, subjects and sources of tickets cannot be searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from providers.freshdesk.simulator import companies, contact_shape, fields, ticket_shape
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import query_values
from providers.freshdesk.simulator.errors import Complaint, invalid, missing, wrong_value
from providers.freshdesk.simulator.grammar import BadQuery, Compare, FieldKind, Joined, Node, parse
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.matching import holds
from providers.freshdesk.simulator.search_tickets import found as tickets_found
from providers.freshdesk.simulator.words import language
from sandbox.people import ACTIVE
from sandbox.records import FieldDefinition, Organization, Person

PER_PAGE = 30
LAST_PAGE = 10
_KINDS: Mapping[str, FieldKind] = {"number": "integer", "checkbox": "boolean", "date": "date"}
_TICKET: Mapping[str, FieldKind] = {
    "agent_id": "integer", "group_id": "integer", "priority": "integer", "status": "integer", "tag": "string",
    "type": "string", "due_by": "date", "fr_due_by": "date", "created_at": "date", "updated_at": "date",
    "custom_string": "string",
}  # fmt: skip
_CONTACT: Mapping[str, FieldKind] = {
    "active": "boolean", "company_id": "integer", "twitter_id": "string", "email": "string", "phone": "string",
    "mobile": "string", "tag": "string", "language": "string", "time_zone": "string", "created_at": "date",
    "updated_at": "date",
}  # fmt: skip
_COMPANY: Mapping[str, FieldKind] = {"domain": "string", "created_at": "date", "updated_at": "date"}


def _searchable(plain: Mapping[str, FieldKind], own: Iterable[FieldDefinition]) -> dict[str, FieldKind]:
    """Decimals and long texts of custom fields are not indexed."""
    known: dict[str, FieldKind] = dict(plain)
    for field in fields.represented(own):
        if field.type not in ("decimal", "paragraph"):
            known.update(dict.fromkeys(fields.level_names(field), _KINDS.get(field.type, "string")))
    return known


def _asked(call: Call, known: Mapping[str, FieldKind]) -> tuple[Node, int]:
    """`per_page` is a stray parameter here."""
    complaints: list[Complaint] = []
    query = query_values(call.params, ("query", "page"), complaints)
    page = query.get("page", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= LAST_PAGE):
        complaints.append(wrong_value("page", f"It should be a Positive Integer less than or equal to {LAST_PAGE}"))
    if not query.get("query"):
        complaints.append(missing("query"))
    if complaints:
        raise invalid(complaints)
    try:
        return parse(query["query"], known), int(page)
    except BadQuery as bad:
        raise invalid([bad.complaint]) from bad


def tickets(call: Call) -> Reply:
    """`total` may go beyond the three hundred that can be reached."""
    account = call.account
    node, page = _asked(call, _searchable(_TICKET, account.desk.forms.fields()))
    rows, total = tickets_found(account, call.who, node, (page - 1) * PER_PAGE, PER_PAGE)
    shown = [ticket_shape.row(account, ticket) | ticket_shape.described(account, call.files, ticket) for ticket in rows]
    for row in shown:
        if account.profile.newer:
            row["structured_description"] = None
        if not account.profile.search_row_tags:
            del row["tags"]
    return Reply(200, {"total": total, "results": shown})


def _cut(rows: list[Any], page: int, show: Callable[[Any], dict[str, Any]]) -> Reply:
    first = (page - 1) * PER_PAGE
    return Reply(200, {"total": len(rows), "results": [show(row) for row in rows[first : first + PER_PAGE]]})


def contacts(call: Call) -> Reply:
    account = call.account
    node, page = _asked(call, _searchable(_CONTACT, account.desk.forms.fields("person")))

    def match(person: Person) -> bool:
        return person.state in ACTIVE and holds(node, lambda name: _of_person(account, person, name))

    lag = account.controls.search_lag
    narrow = _narrow(account, node)
    if narrow is None:
        found = account.desk.search.people(match, lag=lag)
    else:
        before = account.controls.clock.now() - lag
        found = [person for person in narrow if person.updated <= before and match(person)]
    return _cut(
        sorted(found, key=lambda person: person.number), page, lambda person: contact_shape.row(account, person)
    )


def _of_person(account: Account, person: Person, name: str) -> Any:
    if name == "company_id":
        return tuple(Base.COMPANY.id(company) for company in contact_shape.companies_of(account, person))
    if name == "email":
        return tuple(address for address in (person.email, *person.other_emails) if address)
    own: dict[str, Any] = {
        "active": person.state == "verified", "twitter_id": person.twitter, "phone": person.phone,
        "mobile": person.mobile, "tag": person.tags, "language": language(person.locale),
        "time_zone": person.time_zone, "created_at": person.created, "updated_at": person.updated,
    }  # fmt: skip
    if name in own:
        return own[name]
    return fields.shown(account.desk.forms.fields("person"), person.fields).get(name)


def _narrow(account: Account, node: Node) -> list[Person] | None:
    """An address or a company that must hold is looked up instead of searched for."""
    parts = node.parts if isinstance(node, Joined) and node.joint == "AND" else (node,)
    for part in parts:
        if isinstance(part, Compare) and part.field == "email" and isinstance(part.value, str):
            found = account.desk.people.by_email(part.value)
            return [found] if found is not None else []
        if isinstance(part, Compare) and part.field == "company_id" and isinstance(part.value, int):
            company = number(Base.COMPANY, part.value) if part.operator == "=" else None
            return account.desk.people.of_organization(company) if company else []
    return None


def companies_found(call: Call) -> Reply:
    account = call.account
    node, page = _asked(call, _searchable(_COMPANY, account.desk.forms.fields("organization")))

    def match(organization: Organization) -> bool:
        return holds(node, lambda name: _of_company(account, organization, name))

    found = account.desk.search.organizations(match, lag=account.controls.search_lag)
    hidden = ("health_score", "account_tier", "renewal_date", "industry")

    def show(organization: Organization) -> dict[str, Any]:
        row = companies.company(account, organization)
        return {name: value for name, value in row.items() if name not in hidden}

    return _cut(sorted(found, key=lambda organization: organization.number), page, show)


def _of_company(account: Account, organization: Organization, name: str) -> Any:
    own: dict[str, Any] = {
        "domain": organization.domains, "created_at": organization.created, "updated_at": organization.updated,
    }  # fmt: skip
    if name in own:
        return own[name]
    return fields.shown(account.desk.forms.fields("organization"), organization.fields).get(name)

"""Companies: alphabetical, gone for good when deleted (vendor's API reference, 'Companies'; Zammad recording of
2023)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from providers.freshdesk.simulator import fields
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule
from providers.freshdesk.simulator.contacts import term
from providers.freshdesk.simulator.errors import Complaint, invalid, not_found, wrong_value
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.times import parsed, shown, shown_in_india
from sandbox.records import Organization

HEALTH = {"at_risk": "At risk", "doing_okay": "Doing okay", "happy": "Happy"}
TIERS = {"basic": "Basic", "premium": "Premium", "enterprise": "Enterprise"}
RULES = {
    "name": Rule("string", longest=255, filled=True), "description": Rule("string"), "note": Rule("string"),
    "domains": Rule("strings"), "custom_fields": Rule("object"), "health_score": Rule("string", tuple(HEALTH.values())),
    "account_tier": Rule("string", tuple(TIERS.values())), "renewal_date": Rule("time"), "industry": Rule("string"),
}  # fmt: skip


def company(account: Account, found: Organization) -> dict[str, Any]:
    profile = account.profile
    when = shown_in_india if profile.offset_times else shown
    row: dict[str, Any] = {
        "id": Base.COMPANY.id(found.number),
        "name": found.name,
        "description": found.description,
        "note": found.notes,
        "domains": list(found.domains),
        "created_at": when(found.created),
        "updated_at": when(found.updated),
        "custom_fields": fields.shown(account.desk.forms.fields("organization"), found.fields),
    }
    if profile.customer_health:
        renewal = datetime(*found.renewal.timetuple()[:3], tzinfo=UTC) if found.renewal else None
        row |= {
            "health_score": HEALTH[found.health] if found.health else None,
            "account_tier": TIERS[found.tier] if found.tier else None,
            "renewal_date": when(renewal),
            "industry": found.industry,
        }
    if profile.newer:
        row |= {"org_company_id": 1_950_000_000_000_000_000 + found.number}
    return row


def companies(call: Call) -> Reply:
    query, asked = call.page("updated_since", "_updated_since")
    given = query.get("updated_since", query.get("_updated_since"))
    since = parsed(given) if given is not None else None
    if given is not None and since is None:
        raise invalid([wrong_value("updated_since", "It should be a/an Valid Date-Time")])
    book = call.account.desk.organizations
    if since is None:
        found = book.page(by="name", offset=asked.first, limit=asked.per_page + 1)
    else:
        start = book.shelf.order("updated", frozenset({"live"})).rank((int(since.timestamp()), 0))
        found = book.page(by="updated", offset=start + asked.first, limit=asked.per_page + 1)
    return call.listed([company(call.account, each) for each in found], asked)


def existing(call: Call) -> Organization:
    found = call.account.desk.organizations.get(call.number(Base.COMPANY))
    if found is None or found.deleted:
        raise not_found()
    return found


def view(call: Call) -> Reply:
    return Reply(200, company(call.account, existing(call)))


def autocomplete(call: Call) -> Reply:
    found = call.account.desk.organizations.find(term(call, "name"))
    return Reply(200, {"companies": [{"id": Base.COMPANY.id(each.number), "name": each.name} for each in found]})


def _changes(call: Call, values: dict[str, Any], itself: int | None) -> dict[str, Any]:
    book = call.account.desk.organizations
    name = values.get("name")
    twin = book.by_name(name) if name else None
    if twin is not None and not twin.deleted and twin.number != itself:
        raise invalid([Complaint("name", "It should be a unique value", "duplicate_value")], status=409)
    own = {"name": "name", "description": "description", "note": "notes", "industry": "industry"}
    changes = {own[each]: values[each] for each in own if each in values}
    if "domains" in values:
        changes["domains"] = tuple(values["domains"] or ())
    for each, words in (("health_score", HEALTH), ("account_tier", TIERS)):
        if each in values:
            known = {label: word for word, label in words.items()}
            changes["health" if each == "health_score" else "tier"] = known.get(values[each])
    if "renewal_date" in values:
        moment = parsed(values["renewal_date"]) if values["renewal_date"] else None
        changes["renewal"] = moment.date() if moment else None
    if "custom_fields" in values:
        known_fields = call.account.desk.forms.fields("organization")
        changes["fields"] = fields.read(known_fields, values["custom_fields"] or {})
    return changes


def create(call: Call) -> Reply:
    values = call.checked(RULES, required=("name",))
    changes = _changes(call, values, None)
    made = call.account.desk.organizations.create(changes.pop("name"), **changes)
    return call.created("companies", Base.COMPANY.id(made.number), company(call.account, made))


def update(call: Call) -> Reply:
    found = existing(call)
    changes = _changes(call, call.checked(RULES), found.number)
    if "fields" in changes:
        changes["fields"] = {**found.fields, **changes["fields"]}
    return Reply(200, company(call.account, call.account.desk.organizations.update(found.number, **changes)))


def delete(call: Call) -> Reply:
    """For good; its contacts stay and no longer name it."""
    call.account.desk.organizations.delete(existing(call).number)
    return Reply(204)

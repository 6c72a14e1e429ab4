"""What a condition means for a contact, an organization, an agent.

An address is looked for among all of a contact's (`eq`, `in`), or in the main one (`startsWith`, `contains`), always
without case. A contact is of every organization it is a member of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from models.conditions import Condition, Flag, IdIn, In, Null, Related, Text, Time
from storage import ranks
from storage.mirror.lowering import (
    Fields,
    Surroundings,
    Words,
    helpdesk_leaf,
    lowered,
    numbered,
    pair_leaf,
    pair_test,
    time_leaf,
)
from storage.mirror.predicates import EVERY, Compare, Missing, Test, all_of, any_of, one_of, opposite, pattern_of, there
from storage.mirror.terms import Leaf, exactly
from storage.mirror.texts import beginning, text_leaf
from storage.tables.people import agents, contact_emails, memberships, organization_domains, organizations

TIMES = {"createdAt": "created_at", "updatedAt": "updated_at"}
SAME = (("helpdesk", "helpdesk"), ("num", "num"))
MEMBER = (("helpdesk", "helpdesk"), ("contact", "num"))


def email_key(address: str) -> str:
    return address.strip().lower()


class ContactFields(Fields):
    name = "Contacts"
    words: ClassVar[Words] = {"state": ("state", ranks.CONTACT_STATE), "lifecycle": ("lifecycle", ranks.LIFECYCLE)}
    nullable: ClassVar[Mapping[str, str]] = {
        **TIMES,
        "email": "email",
        "phone": "phone",
        "name": "name_key",
        "externalId": "external_id",
    }

    def leaf(self, test: Any, around: Surroundings) -> Leaf:
        match test:
            case In(field="helpdesk"):
                return helpdesk_leaf(test, around)
            case In(field="emailDomain", values=values):
                return column_leaf("email_domain", [value.strip().lower().lstrip("@") for value in values])
            case In(field="externalId", values=values):
                return column_leaf("external_id", values)
            case IdIn(field="id"):
                return pair_leaf(numbered(test, around), "num")
            case IdIn(field="organization"):
                return _member(numbered(test, around))
            case Flag(field="staff", value=True):
                return exactly(there(agents, SAME, EVERY))._replace(own=True)
            case Time(field=field) if field in TIMES:
                return time_leaf(test, TIMES[field])
            case Text(field="email", op="eq" | "in", values=values):
                return _address([email_key(value) for value in values])
            case Text(field="email"):
                return exactly(plain_text(test, "email", email_key))
            case Text(field="phone"):
                return _phone(test)
            case Text(field="name"):
                return text_leaf(test, "name_key", lambda contact: contact.name)
            case Null(field="organization", is_null=is_null):
                none = opposite(there(memberships, MEMBER, Missing("org", missing=False)))
                return exactly(none if is_null else opposite(none))
            case Null(field=field, is_null=is_null) if field in self.nullable:
                return exactly(Missing(self.nullable[field], is_null))
            case Related(link="organization", condition=condition):
                return _of_organization(condition, around)
        raise self.refused(test)


def column_leaf(column: str, values: Sequence[str]) -> Leaf:
    return exactly(one_of(column, values)).found_by((column,), [(value,) for value in values])


def _address(addresses: Sequence[str]) -> Leaf:
    leaf = exactly(there(contact_emails, SAME, one_of("email", addresses)))
    return leaf.found_by(("email",), [(one,) for one in addresses], table=contact_emails.name, twice=True)


def _phone(test: Text) -> Leaf:
    leaf = exactly(plain_text(test, "phone", str.strip))
    if test.op not in ("eq", "in"):
        return leaf
    return leaf.found_by(("phone",), [(value.strip(),) for value in test.values])


def plain_text(test: Text, column: str, key: Callable[[str], str]) -> Test:
    """Of a column that holds the whole text."""
    wanted = [key(value) for value in test.values]
    match test.op:
        case "eq" | "in":
            return one_of(column, wanted)
        case "startsWith":
            return any_of([beginning(column, one)[0] if one else Missing(column, missing=False) for one in wanted])
        case "contains":
            return any_of([Compare(column, "like", pattern_of(one)) for one in wanted])


def _member(pairs: Sequence[tuple[int, int]]) -> Leaf:
    leaf = exactly(there(memberships, MEMBER, pair_test(pairs, "org")))
    return leaf.found_by(("helpdesk", "org"), pairs, table=memberships.name, twice=True)


def _of_organization(condition: Condition, around: Surroundings) -> Leaf:
    """The main organization, looked up for each contact."""
    inner = lowered(condition, ORGANIZATION_FIELDS, around)
    test = all_of([Compare("shown", "eq", 1), inner.maybe])
    return exactly(there(organizations, (("helpdesk", "helpdesk"), ("num", "org")), test))


class OrganizationFields(Fields):
    name = "Organizations"
    words: ClassVar[Words] = {"lifecycle": ("lifecycle", ranks.LIFECYCLE)}
    nullable: ClassVar[Mapping[str, str]] = {**TIMES, "name": "name_key", "externalId": "external_id"}

    def leaf(self, test: Any, around: Surroundings) -> Leaf:
        match test:
            case In(field="helpdesk"):
                return helpdesk_leaf(test, around)
            case In(field="externalId", values=values):
                return column_leaf("external_id", values)
            case In(field="domain", values=values):
                return _domain([value.strip().lower().lstrip("@") for value in values])
            case IdIn(field="id"):
                return pair_leaf(numbered(test, around), "num")
            case Time(field=field) if field in TIMES:
                return time_leaf(test, TIMES[field])
            case Text(field="name"):
                return text_leaf(test, "name_key", lambda organization: organization.name)
            case Null(field=field, is_null=is_null) if field in self.nullable:
                return exactly(Missing(self.nullable[field], is_null))
        raise self.refused(test)


def _domain(domains: Sequence[str]) -> Leaf:
    leaf = exactly(there(organization_domains, SAME, one_of("domain", domains)))
    return leaf.found_by(("domain",), [(one,) for one in domains], table=organization_domains.name, twice=True)


class AgentFields(Fields):
    """As the assignee of a ticket. Those who left count too."""

    name = "Agents"

    def leaf(self, test: Any, around: Surroundings) -> Leaf:
        match test:
            case In(field="helpdesk"):
                return helpdesk_leaf(test, around)
            case IdIn(field="id"):
                return pair_leaf(numbered(test, around), "num")
            case Text(field="email"):
                return exactly(plain_text(test, "email", email_key))
            case Flag(field="active", value=value):
                return exactly(Compare("active", "eq", int(value)))
        raise self.refused(test)


CONTACT_FIELDS = ContactFields()
AGENT_FIELDS = AgentFields()
ORGANIZATION_FIELDS = OrganizationFields()

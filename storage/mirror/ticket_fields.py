"""What a condition means for a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Table

from models.conditions import Condition, Custom, Flag, IdIn, In, Null, Related, Tags, Text, Time
from models.errors import BadInput
from storage import ranks
from storage.mirror.checking import OnRecord
from storage.mirror.custom_fields import custom_leaf, split_custom
from storage.mirror.lowering import (
    Fields,
    Surroundings,
    Words,
    helpdesk_leaf,
    lowered,
    numbered,
    pair_leaf,
    split_tags,
    time_leaf,
)
from storage.mirror.people_fields import AGENT_FIELDS, CONTACT_FIELDS, ORGANIZATION_FIELDS
from storage.mirror.predicates import EVERY, NONE, Compare, Missing, all_of, one_of, opposite, there
from storage.mirror.terms import ANYTHING, Leaf, conjunction, exactly
from storage.mirror.texts import text_leaf
from storage.tables.people import agents, contacts, organizations
from storage.tables.tickets import ticket_tags
from storage.values import number_of

LINKS = {"requester": "requester", "assignee": "assignee", "group": "grp", "organization": "org"}
TIMES = {
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "dueAt": "due_at",
    "resolvedAt": "resolved_at",
    "closedAt": "closed_at",
    "firstRespondedAt": "first_responded_at",
}
NULLABLE = {**LINKS, **TIMES, "subject": "subject_key", "externalId": "external_id"}
SAME_TICKET = (("shown", "shown"), ("updated_at", "updated_at"), ("helpdesk", "helpdesk"), ("num", "num"))


class TicketFields(Fields):
    name = "Tickets"
    words: ClassVar[Words] = {
        "status": ("status", ranks.STATUS),
        "priority": ("priority", ranks.PRIORITY),
        "type": ("type", ranks.TYPE),
        "channel": ("channel", ranks.CHANNEL),
        "lifecycle": ("lifecycle", ranks.LIFECYCLE),
    }

    def leaf(self, test: Any, around: Surroundings) -> Leaf:
        match test:
            case In():
                return self._among(test, around)
            case IdIn(field="id"):
                return pair_leaf(numbered(test, around), "num")
            case IdIn(field=field) if field in LINKS:
                return pair_leaf(numbered(test, around), LINKS[field])
            case Time(field=field) if field in TIMES:
                return time_leaf(test, TIMES[field])
            case Text(field="subject"):
                return text_leaf(test, "subject_key", lambda ticket: ticket.subject)
            case Flag(field="hasAttachments", value=value):
                return exactly(Compare("has_attachments", "eq", int(value)))
            case Tags(field="tags"):
                return tags_leaf(test)
            case Null(field=field, is_null=is_null) if field in NULLABLE:
                return _missing(NULLABLE[field], is_null, around)
            case Custom():
                return custom_leaf(test, around)
            case Related(link=link, condition=condition) if link in LINKED:
                return linked_leaf(link, condition, around)
        raise self.refused(test)

    def _among(self, test: In, around: Surroundings) -> Leaf:
        match test.field:
            case "helpdesk":
                return helpdesk_leaf(test, around)
            case "nativeStatus":
                return exactly(one_of("native_status", test.values))
            case "externalId":
                return exactly(one_of("external_id", test.values)).found_by(
                    ("external_id",), [(value,) for value in test.values]
                )
            case "number":
                numbers = [number_of(value) for value in test.values]
                return exactly(one_of("num", numbers)).found_by(("num",), [(number,) for number in numbers])
            case "product":
                return Leaf(EVERY, NONE, OnRecord(lambda ticket: ticket.product_id in test.values))
        raise self.refused(test)

    def split(self, test: Condition) -> Sequence[Condition]:
        match test:
            case Tags(field="tags"):
                return split_tags(test)
            case Custom():
                return split_custom(test)
        return (test,)


def _missing(column: str, is_null: bool, around: Surroundings) -> Leaf:
    leaf = exactly(Missing(column, is_null))
    if is_null and column in LINKS.values():
        return leaf.found_by(("helpdesk", column), [(desk, None) for desk in around.helpdesks])
    return leaf


def tags_leaf(test: Tags) -> Leaf:
    parts = [_tagged((tag,)) for tag in dict.fromkeys(test.all_of)]
    if test.any_of:
        parts.append(_tagged(test.any_of))
    if test.none_of:
        parts.append(exactly(opposite(_tagged(test.none_of).maybe)))
    return parts[0] if len(parts) == 1 else conjunction(parts) if parts else ANYTHING


def _tagged(tags: Sequence[str]) -> Leaf:
    leaf = exactly(there(ticket_tags, SAME_TICKET, one_of("tag", tags)))
    return leaf.found_by(("tag",), [(tag,) for tag in tags], table=ticket_tags.name, twice=True)


LINKED: Mapping[str, tuple[Table, Fields]] = {
    "requester": (contacts, CONTACT_FIELDS),
    "assignee": (agents, AGENT_FIELDS),
    "organization": (organizations, ORGANIZATION_FIELDS),
}


def linked_leaf(link: str, condition: Condition, around: Surroundings) -> Leaf:
    """The linked record, looked up for each row. Names are compared by their beginning, as far as keys go."""
    table, fields = LINKED[link]
    inner = lowered(condition, fields, around)
    if not inner.exact and not _by_keys(condition):
        raise BadInput(
            f"`filter.{link}` fits too many records to tell upper from lower case in their names. Leave "
            "`caseSensitive` out, or narrow it.",
            field=f"filter.{link}",
        )
    test = inner.maybe if link == "assignee" else all_of([Compare("shown", "eq", 1), inner.maybe])
    return exactly(there(table, (("helpdesk", "helpdesk"), ("num", LINKS[link])), test))


def _by_keys(condition: Condition) -> bool:
    """Whether comparing keys in place of texts is near enough: nothing asks for the case of letters."""
    if isinstance(condition, Text):
        return not condition.case_sensitive
    inner = getattr(condition, "parts", None) or [
        part for part in (getattr(condition, "part", None), getattr(condition, "condition", None)) if part is not None
    ]
    return all(_by_keys(part) for part in inner)


TICKET_FIELDS = TicketFields()

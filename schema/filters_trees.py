"""Filters of records as trees of conditions: which field of an input is read how."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from models.conditions import AnyOf, Condition, IdIn, Not, Null, Related, both
from models.enums import Kind
from resolvers.filters import Chosen, Wanted, conjuncts
from schema.fields import given
from schema.filters_reading import Reading, bad

if TYPE_CHECKING:
    from schema.filters import AgentFilter, ArticleFilter, ContactFilter, OrganizationFilter, TicketFilter
    from schema.filters_values import StringIn

Read: TypeAlias = Callable[[Reading, Any, str, str, int], Condition]
Table: TypeAlias = Mapping[str, tuple[str, Read]]
ROOT = "filter"


def _plain(read: Callable[[Reading, Any, str, str], Condition]) -> Read:
    return lambda reading, asked, path, field, depth: read(reading, asked, path, field)


def _ids(kind: Kind) -> Read:
    return lambda reading, asked, path, field, depth: reading.ids(asked, path, field, kind)


def tree(
    reading: Reading, asked: Any, table: Table, path: str, depth: int, *, but: frozenset[str] = frozenset()
) -> Condition:
    """Everything that is set in one filter, all of which has to hold, `but` what the caller reads itself."""
    found: list[Condition] = []
    for attribute, (name, read) in table.items():
        value = given(getattr(asked, attribute))
        if value is not None and attribute not in but:
            found.append(read(reading, value, f"{path}.{name}", name, depth))
    for name, join in (("and", both), ("or", lambda parts: AnyOf(tuple(parts)))):
        filters = given(getattr(asked, f"{name}_", None))
        if filters is not None:
            at = f"{path}.{name}"
            found.append(reading.made(join(_branches(reading, filters, table, at, depth)), at))
    inner = given(getattr(asked, "not_", None))
    if inner is not None:
        at = f"{path}.not"
        found.append(reading.made(Not(tree(reading, inner, table, at, reading.deeper(depth, at))), at))
    return both(found)


def _branches(reading: Reading, filters: Any, table: Table, path: str, depth: int) -> list[Condition]:
    below = reading.deeper(depth, path)
    some = enumerate(reading.some(filters, path))
    return [tree(reading, one, table, f"{path}[{at}]", below) for at, one in some]


def _related(table: Table) -> Read:
    """A link to a record that fits another filter. Its id is the link itself."""

    def read(reading: Reading, asked: Any, path: str, link: str, depth: int) -> Condition:
        null = given(asked.is_null)
        below = reading.deeper(depth, path)
        parts = conjuncts(tree(reading, asked, table, path, below, but=frozenset({"is_null"})))
        if null and parts:
            raise bad(f"{path}.isNull", "is true, and a condition stands beside it: nothing is both. Leave one out.")
        found = [_of_link(part, link) for part in parts if _is_link(part)]
        rest = [part for part in parts if not _is_link(part)]
        if rest:
            found.append(reading.made(Related(link, both(rest)), path))
        if null is not None:
            found.append(reading.made(Null(link, null), path))
        return both(found)

    return read


def _is_link(part: Condition) -> bool:
    inner = part.part if isinstance(part, Not) else part
    return isinstance(inner, IdIn) and inner.field == "id"


def _of_link(part: Condition, link: str) -> Condition:
    """A condition on the linked record's id, on the link: it is there, and is (or is not) one of them."""
    if isinstance(part, Not):
        return both((Null(link, is_null=False), Not(_of_link(part.part, link))))
    assert isinstance(part, IdIn)
    return IdIn(link, part.ids)


def _misplaced(reading: Reading, asked: Any, path: str, field: str, depth: int) -> Condition:
    raise bad(path, "can be asked of a link only, right inside it, as in `{requester: {isNull: true}}`.")


_words, _text, _times = _plain(Reading.words), _plain(Reading.text), _plain(Reading.times)
_listed, _flag, _tags = _plain(Reading.listed), _plain(Reading.flag), _plain(Reading.tags)
_helpdesk: tuple[str, Read] = ("helpdesk", _plain(Reading.helpdesk))
_dates: Table = {"created_at": ("createdAt", _times), "updated_at": ("updatedAt", _times)}

ORGANIZATION: Table = {
    "helpdesk": _helpdesk,
    "id": ("id", _ids(Kind.ORGANIZATION)),
    "name": ("name", _text),
    "domain": ("domain", _words),
    "external_id": ("externalId", _words),
    **_dates,
    "is_null": ("isNull", _misplaced),
}
CONTACT: Table = {
    "helpdesk": _helpdesk,
    "id": ("id", _ids(Kind.CONTACT)),
    "email": ("email", _text),
    "email_domain": ("emailDomain", _words),
    "phone": ("phone", _text),
    "name": ("name", _text),
    "external_id": ("externalId", _words),
    "organization": ("organization", _related(ORGANIZATION)),
    "state": ("state", _listed),
    **_dates,
    "is_null": ("isNull", _misplaced),
}
AGENT: Table = {
    "helpdesk": _helpdesk,
    "id": ("id", _ids(Kind.AGENT)),
    "email": ("email", _text),
    "active": ("active", _flag),
    "is_null": ("isNull", _misplaced),
}
ARTICLE: Table = {
    "helpdesk": _helpdesk,
    "state": ("state", _listed),
    "visibility": ("visibility", _listed),
    "locale": ("locale", _words),
    "folder": ("folder", _ids(Kind.ARTICLE_FOLDER)),
    "label": ("label", _tags),
    "title": ("title", _text),
    **_dates,
}
TICKET: Table = {
    "helpdesk": _helpdesk,
    "id": ("id", _ids(Kind.TICKET)),
    "number": ("number", _words),
    "status": ("status", _words),
    "native_status": ("nativeStatus", _words),
    "priority": ("priority", _words),
    "type": ("type", _words),
    "channel": ("channel", _words),
    "lifecycle": ("lifecycle", _words),
    "tags": ("tags", _tags),
    "subject": ("subject", _text),
    "external_id": ("externalId", _words),
    **_dates,
    "resolved_at": ("resolvedAt", _times),
    "due_at": ("dueAt", _times),
    "requester": ("requester", _related(CONTACT)),
    "assignee": ("assignee", _related(AGENT)),
    "group": ("group", _ids(Kind.GROUP)),
    "organization": ("organization", _related(ORGANIZATION)),
    "has_attachments": ("hasAttachments", _flag),
    "custom_fields": ("customFields", _plain(Reading.custom)),
}


def _conditions(filter: Any, table: Table) -> Wanted:
    asked = given(filter)
    if asked is None:
        return Wanted()
    reading = Reading()
    return reading.wanted(tree(reading, asked, table, ROOT, 1))


def ticket_conditions(filter: "TicketFilter | None") -> Wanted:
    return _conditions(filter, TICKET)


def contact_conditions(filter: "ContactFilter | None") -> Wanted:
    return _conditions(filter, CONTACT)


def organization_conditions(filter: "OrganizationFilter | None") -> Wanted:
    return _conditions(filter, ORGANIZATION)


def agent_conditions(filter: "AgentFilter | None") -> Wanted:
    return _conditions(filter, AGENT)


def article_conditions(filter: "ArticleFilter | None") -> Wanted:
    return _conditions(filter, ARTICLE)


def helpdesk_conditions(helpdesk: "StringIn | None") -> Wanted:
    """For lists that are chosen by helpdesk only."""
    asked = given(helpdesk)
    reading = Reading()
    return Wanted() if asked is None else reading.wanted(reading.helpdesk(asked, "helpdesk", "helpdesk"))


def chosen(helpdesk: "StringIn | None") -> Chosen:
    asked = given(helpdesk)
    if asked is None:
        return Chosen()
    only = given(asked.in_)
    return Chosen(only=None if only is None else tuple(only), never=tuple(given(asked.not_in) or ()))

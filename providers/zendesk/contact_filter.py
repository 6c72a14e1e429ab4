"""A contact query on a contact in hand, and as terms of the user search. Pure."""

from __future__ import annotations

from collections.abc import Callable

from models.enums import ContactState
from models.errors import Unsupported
from models.queries import ContactQuery
from models.records import Contact
from providers.zendesk.ticket_filter import quoted

END_USER = "end-user"


def search_terms(query: ContactQuery) -> str | None:
    """What the user search takes: `name:`, `phone:`, `is_suspended:`, `is_verified:` (vendor's 'Search reference')."""
    terms: list[str] = []
    for name, value in (("name", query.name), ("phone", query.phone)):
        if value is not None:
            terms.append(f'{name}:"{" ".join(filter(None, map(quoted, value.split())))}"')
    match query.state:
        case ContactState.BLOCKED:
            terms.append("is_suspended:true")
        case ContactState.VERIFIED | ContactState.UNVERIFIED:
            terms.append(f"is_verified:{str(query.state is ContactState.VERIFIED).lower()}")
        case ContactState.UNKNOWN:
            raise Unsupported("Zendesk tells every contact's state.", nearest="Leave `state` out.", field="state")
    return f"role:{END_USER} {' '.join(terms)}" if terms else None


def keeper(query: ContactQuery) -> Callable[[Contact], bool]:
    return lambda person: fits(person, query)


def fits(person: Contact, query: ContactQuery) -> bool:
    """The conditions on the row itself; names as a caller means them, whole and without regard to case."""
    same = (
        (query.email, person.email),
        (query.name, person.name),
        (query.external_id, person.external_id),
    )
    return (
        all(wanted is None or (has or "").casefold() == wanted.casefold() for wanted, has in same)
        and (query.phone is None or (_digits(query.phone) or None) == _digits(person.phone or ""))
        and (query.organization_id is None or query.organization_id in person.organization_ids)
        and query.state in (None, person.state)
    )


def _digits(number: str) -> str:
    """Zendesk writes numbers as E.164 where it can (vendor's 'Users'); how a caller spaces them does not matter."""
    return "".join(c for c in number if c.isdecimal())

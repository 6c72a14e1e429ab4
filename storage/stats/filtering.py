"""Which tickets are counted: the filter and the caller's bounds, as one test in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.conditions import Condition
from models.errors import Unsupported
from models.queries import Scope, TicketQuery
from runtime.clock import SystemClock
from storage.database import Database
from storage.mirror.asking import Asking, tells_lifecycle
from storage.mirror.counting import is_kept
from storage.mirror.kinds import TICKET_LIST
from storage.mirror.listing import TICKETS
from storage.mirror.lowering import Surroundings, conjuncts, lowered
from storage.mirror.predicates import NONE, Test, all_of, one_of
from storage.mirror.walking import LIMITS
from storage.ranks import LIFECYCLE, SHOWN
from storage.tenants import Tenancy


class Asked(NamedTuple):
    """`test` is of tickets. `kept`: the same of the counts that are kept (ticket_counts), where they can tell."""

    helpdesks: tuple[int, ...]
    test: Test
    kept: Test | None


class _Moment(SystemClock):
    """The moment of the request."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


async def asked(
    db: Database, tenancy: Tenancy, scope: Scope, helpdesks: Sequence[str], where: Condition | None, now: datetime
) -> Asked:
    """As lists understand it, lifecycles and all."""
    asking = Asking(db, tenancy, _Moment(now), LIMITS)
    leaves, around = await asking.leaves(TICKET_LIST, scope, helpdesks, TicketQuery(where=where))
    for leaf in leaves:
        if not leaf.exact:
            raise _unsupported()
    test = all_of([leaf.maybe for leaf in leaves]) if around.helpdesks else NONE
    return Asked(around.helpdesks, test, _of_counts(scope, where, around))


def _of_counts(scope: Scope, where: Condition | None, around: Surroundings) -> Test | None:
    conditions = () if where is None else (where,)
    if scope.organizations is not None or not is_kept(conditions):
        return None
    parts = [part for one in conditions for part in conjuncts(one, TICKETS.fields)]
    tests = [lowered(part, TICKETS.fields, around).maybe for part in parts]
    tests.append(one_of("helpdesk", around.helpdesks))
    if not any(tells_lifecycle(one) for one in conditions):
        tests.append(one_of("lifecycle", [LIFECYCLE.number(one) for one in SHOWN]))
    return all_of(tests)


def _unsupported() -> Unsupported:
    return Unsupported(
        "Figures cannot be counted with a part of this filter that has to be looked up in each ticket.",
        nearest="Leave out `caseSensitive`, `product`, and texts of more than 60 characters.",
        field="filter",
    )

"""How many there are: exactly where it is kept or quickly counted, else at least so many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, cast, func, literal_column, select, union_all

from models.conditions import All, AnyOf, Condition, In, Not
from models.enums import CountPrecision
from models.records import Count
from storage.mirror import lists
from storage.mirror.bounds import Legs
from storage.mirror.building import Form, kept, leg, limit, narrow, tested
from storage.mirror.listing import TICKETS, Listing
from storage.mirror.lowering import Surroundings, conjuncts, lowered
from storage.mirror.planning import Path, Walk
from storage.mirror.plans import Plan
from storage.mirror.predicates import EVERY, NONE, all_of, one_of
from storage.mirror.walking import Fetcher, Question, Walking, values_of
from storage.ranks import LIFECYCLE, SHOWN
from storage.tables.tickets import ticket_counts

MOST = 1_000
"""Beyond it a count is `at least`."""
KEPT = frozenset({"helpdesk", "lifecycle", "status", "priority"})


def precise(value: int, *, whole: bool) -> Count:
    if value > MOST:
        return Count(value=MOST, precision=CountPrecision.AT_LEAST)
    return Count(value=value, precision=CountPrecision.EXACT if whole else CountPrecision.AT_LEAST)


def is_kept(conditions: Sequence[Condition]) -> bool:
    """Whether these numbers are kept with every batch (ticket_counts)."""
    return all(_kept(one) for one in conditions)


def _kept(condition: Condition) -> bool:
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            return all(_kept(part) for part in parts)
        case Not(part=part):
            return _kept(part)
        case In(field=field):
            return field in KEPT
    return False


async def from_counts(
    session: Fetcher, around: Surroundings, conditions: Sequence[Condition], *, default: bool
) -> Count:
    """`default`: nothing was said about the lifecycle."""
    parts = [part for one in conditions for part in conjuncts(one, TICKETS.fields)]
    tests = [lowered(part, TICKETS.fields, around).maybe for part in parts]
    tests.append(one_of("helpdesk", around.helpdesks))
    if default:
        tests.append(one_of("lifecycle", [LIFECYCLE.number(one) for one in SHOWN]))
    test = all_of(tests)
    if test is NONE:
        return Count(value=0, precision=CountPrecision.EXACT)

    def build() -> Any:
        passed = tested(ticket_counts, test)
        rows = select(func.coalesce(func.sum(ticket_counts.c.n), literal_column("0")))
        rows = rows.where(ticket_counts.c.tenant == bindparam("tenant"))
        return rows if passed is None else rows.where(passed)

    values = values_of(test, (), around.tenancy.number)
    ((number,),) = await session.fetch(kept(("kept", test.shape), build), values)
    return Count(value=int(number), precision=CountPrecision.EXACT)


async def of_plan(session: Fetcher, plan: Plan) -> Count:
    """`plan` is of an order that every listing has: by its default."""
    path, question = _best(plan)
    if not question.checks and question.test is EVERY:
        return await _plainly(session, plan, path)
    if not question.checks:
        return await _tested(session, plan.listing, path, question)
    whole = plan.segments[0]
    assert whole.walk is not None
    reader = Walking(session, whole.question, whole.walk, whole.sort, whole.legs)
    found = await reader.read(None, MOST + 1)
    return precise(len(found.rows), whole=found.ended)


async def _plainly(session: Fetcher, plan: Plan, path: Path) -> Count:
    if not path.twice:
        return precise(await lists.count(session, plan, path, MOST + 1), whole=True)
    number, whole = await lists.count_apart(session, plan, path, MOST + 1)
    return precise(number, whole=whole)


def _best(plan: Plan) -> tuple[Path, Question]:
    """The path that leaves nothing over, else the one of the fewest rows."""
    walk = plan.segments[0].walk
    assert walk is not None
    paths = [*plan.candidates, walk.path]
    for path in paths:
        question = plan.of_few(path)
        if question.test is EVERY and not question.checks:
            return path, question
    return paths[0], plan.of_few(paths[0])


async def _tested(session: Fetcher, listing: Listing, path: Path, question: Question) -> Count:
    """Of so many rows looked at."""
    bound = Legs(listing, Walk(path, descending=False)).at(None)
    assert bound is not None
    form, values = bound
    key = ("tested", listing.name, form, question.most, question.test.shape)
    read = kept(key, lambda: _looked_at(listing, form, question))
    ((looked_at, fit),) = await session.fetch(read, {**question.values, **values})
    return precise(int(fit or 0), whole=looked_at <= question.most)


def _looked_at(listing: Listing, form: Form, question: Question) -> Any:
    most = question.most + 1
    source = narrow(listing, form, (*listing.key, *question.test.columns))
    passed = tested(source.row, question.test)
    assert passed is not None
    columns = [*(source.column(name) for name in listing.key), passed.label("ok")]
    legs = [limit(leg(source, form, number, columns), most) for number in range(len(form.kinds))]
    parts = [select(one.subquery()) for one in legs]
    together = parts[0] if len(parts) == 1 else union_all(*parts)
    rows = limit(select(*together.subquery().c).distinct() if form.twice else together, most).subquery()
    fits = func.sum(func.coalesce(cast(rows.c.ok, Integer), literal_column("0")))
    return select(func.count(), fits).select_from(rows)

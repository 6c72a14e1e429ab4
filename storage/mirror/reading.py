"""The statements that lists are read by: rows of one leg, rows of several, the last row looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, literal_column, select, union_all

from storage.mirror.building import (
    BESIDE,
    FIRST,
    Form,
    Source,
    flagged,
    in_order,
    kept,
    leg,
    limit,
    merged,
    narrow,
    placed,
    shapes,
    tested,
)
from storage.mirror.listing import Listing, by_key
from storage.mirror.predicates import Test
from storage.statements import Statement, among
from storage.tables.tickets import BY_ID, tickets


def rows(listing: Listing, form: Form, size: int, window: int, test: Test, flags: Sequence[Test]) -> Statement:
    """The first `size` rows that pass the test, of the first `window` rows that the legs have (0: there is no test).
    Each: its place, what is beside it (`BESIDE`), the flags."""
    key = ("rows", listing.name, form, size, window, test.shape, shapes(flags))
    build = _single if len(form.kinds) == 1 else _several
    return kept(key, lambda: build(listing, form, size, window, test, flags))


def _single(listing: Listing, form: Form, size: int, window: int, test: Test, flags: Sequence[Test]) -> Any:
    if window:
        return _passed(listing, form, size, _looked_at(listing, form, window, test), test, flags)
    source = Source(listing, listing.indexes[form.at], joined=True)
    columns = [
        *(source.column(name) for name in placed(form)),
        *(listing.table.c[name] for name in BESIDE),
        *flagged(listing.table, flags),
    ]
    return limit(in_order(source, form, leg(source, form, 0, columns)), size)


def _looked_at(listing: Listing, form: Form, window: int, test: Test) -> Any:
    """The first rows of the leg: what they are found by, and what is tested. SQLite tests a row outside in half the
    time that it takes to hand out the answer of a test inside."""
    names = dict.fromkeys((*placed(form), *listing.key, *sorted(test.columns)))
    source = narrow(listing, form, names)
    columns = [source.row.c.tenant, *(source.column(name) for name in names)]
    return limit(in_order(source, form, leg(source, form, 0, columns)), window)


def _passed(listing: Listing, form: Form, size: int, rows: Any, test: Test, flags: Sequence[Test]) -> Any:
    """Those that pass, and only of these what is beside them."""
    looked_at = rows.subquery()
    passed = tested(looked_at, test)
    assert passed is not None
    found = limit(select(*(c for c in looked_at.c if c.name != "tenant")).where(passed), size).subquery()
    order = [found.c[name].desc() if form.descending else found.c[name].asc() for name in form.tail if name in found.c]
    return _beside(listing, form, found, flags).order_by(*order)


def _beside(listing: Listing, form: Form, found: Any, flags: Sequence[Test]) -> Any:
    main = listing.table
    columns = [*(found.c[name] for name in placed(form)), *(main.c[name] for name in BESIDE), *flagged(main, flags)]
    same = and_(main.c.tenant == _tenant(), *(main.c[name] == found.c[name] for name in listing.key))
    return (
        select(*columns)
        .select_from(found.join(main, same))
        .with_hint(main, by_key(main), "sqlite")
        .with_hint(found, FIRST, "sqlite")
    )


def _several(listing: Listing, form: Form, size: int, window: int, test: Test, flags: Sequence[Test]) -> Any:
    main = listing.table
    found = merged(listing, form, window or size).subquery()
    joined = _beside(listing, form, found, flags)
    passed = tested(main, test) if window else None
    if passed is None:
        return joined
    order = [found.c[key.column].desc() if key.descending else found.c[key.column].asc() for key in form.sort]
    return limit(joined.where(passed).order_by(*order), size)


def _tenant() -> Any:
    return bindparam("tenant")


def last_looked_at(listing: Listing, form: Form, window: int) -> Statement:
    """The place of the `window`-th row, if there are so many."""

    def build() -> Any:
        if len(form.kinds) > 1:
            return merged(listing, form, 1, window - 1)
        source, names = narrow(listing, form, placed(form)), placed(form)
        return limit(in_order(source, form, leg(source, form, 0, [source.column(n) for n in names])), 1, window - 1)

    return kept(("last", listing.name, form, window), build)


def every(listing: Listing, form: Form, size: int, test: Test, *, passing: bool = False) -> Statement:
    """Rows of all legs, at most `size` of each, leg by leg in its order: the place of each, the leg's number, and
    whether it passes the test; `passing`: only those that do."""

    def build() -> Any:
        source = narrow(listing, form, (*placed(form), *test.columns))
        passed = tested(source.row, test)
        ok = literal_column("1") if passed is None or passing else passed
        legs = []
        for number in range(len(form.kinds)):
            told = [literal_column(str(number)).label("leg"), ok.label("ok")]
            found = leg(source, form, number, [*(source.column(name) for name in placed(form)), *told])
            found = found if passed is None or not passing else found.where(passed)
            legs.append(limit(in_order(source, form, found), size))
        return legs[0] if len(legs) == 1 else union_all(*[select(one.subquery()) for one in legs])

    return kept(("every", listing.name, form, size, test.shape, passing), build)


def cards(listing: Listing, flags: Sequence[Test], helpdesks: int) -> Statement:
    """What is beside the rows of so many helpdesks with these numbers, and the flags."""

    def build() -> Any:
        parts = [_numbered(listing, flags, f"helpdesk{at}", f"nums{at}") for at in range(helpdesks)]
        return parts[0] if helpdesks == 1 else union_all(*parts)

    return kept(("cards", listing.name, shapes(flags), helpdesks), build)


def _numbered(listing: Listing, flags: Sequence[Test], helpdesk: str, nums: str) -> Any:
    main = listing.table
    columns = [main.c.helpdesk, main.c.num, *(main.c[name] for name in BESIDE), *flagged(main, flags)]
    found = select(*columns).where(
        main.c.tenant == _tenant(), main.c.helpdesk == bindparam(helpdesk), among(main.c.num, nums)
    )
    return found.with_hint(main, f"INDEXED BY {BY_ID.name}", "sqlite") if main is tickets else found

"""Queries with their whole answers and every upstream request, as files.

NAME.graphql             the query. Comments at its top say in what circumstances it is asked:
                           # after: OTHER, OTHER      these are asked first, and what they called is forgotten
                           # faults: FACE KIND, …     these things go wrong then (sandbox/faults.py)
                           # upstream: told           the answer tells what it cost
                           # answered: live and copied   or: copied. Whether the helpdesks are asked live, or a copy of
                                                      them, or both in turn; live where nothing is said
NAME.variables.json      its variables. "id:Kind:helpdesk:remote" stands for a global id, "cursor:OTHER:path" for
                         what is at this path in another query's answer, as its file has it
NAME.json                the whole answer
NAME.calls               each upstream request, `face METHOD path?query`. A blank line parts what was asked together
                         from what was asked only then; inside a part the lines are sorted
NAME.copied.calls        the same when a copy is asked: nothing

What is answered both ways is the same answer, apart from cursors, freshness and sources: NAME.json is the live one.
Everything is still: clock, seed, signing key, request id. `python -m tests.golden [NAME …]` writes answers and calls
anew; the test only compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.enums import Kind
from models.ids import encode
from sandbox.faults import Fault
from storage.database import open_database
from sync.copy import Copy, open_copy
from tests.support.app import App, open_app
from tests.support.company import Company, open_company, premises
from web.principal import TENANT

FOLDER = Path(__file__).parent
TICKETS = 2000
_NOTE = re.compile(r"^# (after|faults|upstream|answered): (.+)$", re.MULTILINE)
BOTH, COPIED = "live and copied", "copied"
APART = frozenset({"cursor", "startCursor", "endCursor", "freshness", "sources"})


@dataclass(frozen=True)
class Golden:
    name: str
    query: str

    @property
    def variables(self) -> dict[str, Any]:
        file = FOLDER / f"{self.name}.variables.json"
        given: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        filled: dict[str, Any] = _filled(given)
        return filled

    @property
    def answer(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @property
    def calls(self) -> Path:
        return FOLDER / f"{self.name}.calls"

    @property
    def copied_calls(self) -> Path:
        return FOLDER / f"{self.name}.copied.calls"

    @property
    def live(self) -> bool:
        return COPIED not in self.notes("answered")

    @property
    def copied(self) -> bool:
        return bool({BOTH, COPIED} & set(self.notes("answered")))

    def notes(self, kind: str) -> list[str]:
        return [one.strip() for found, text in _NOTE.findall(self.query) if found == kind for one in text.split(",")]


@dataclass(frozen=True)
class Outcome:
    answer: str
    calls: str


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.graphql"))


def golden(name: str) -> Golden:
    return Golden(name, (FOLDER / f"{name}.graphql").read_text("utf-8"))


def in_order(wanted: list[str]) -> list[str]:
    """A query whose variables come from another's answer is asked after it."""
    done: list[str] = []

    def add(name: str) -> None:
        if name in done:
            return
        for other in _sources(name):
            add(other)
        done.append(name)

    for name in wanted:
        add(name)
    return done


def _sources(name: str) -> Iterator[str]:
    file = FOLDER / f"{name}.variables.json"
    if file.is_file():
        yield from re.findall(r'"cursor:([a-z0-9-]+):', file.read_text("utf-8"))


async def asked(name: str) -> Outcome:
    """Live, in a company of its own."""
    async with open_company(premises(TICKETS), in_rounds=True) as company, open_app(company) as app:
        return await _outcome(app, golden(name))


async def asked_of_copy(name: str, url: str) -> Outcome:
    """Of the copy at `url`, over a company of its own that is like the one it was made from."""
    async with _company(in_rounds=True) as company, _copy(company, url) as copy, open_app(company, copy=copy) as app:
        return await _outcome(app, golden(name))


async def make_copy(url: str) -> None:
    """Of a company like those that the queries are asked in: every stream, and comments of the newest tickets."""
    async with _company(in_rounds=False) as company, _copy(company, url, readers=24) as copy:
        reports = await copy.sync.once()
        assert all(report.good for report in reports), reports


def _company(*, in_rounds: bool) -> AbstractAsyncContextManager[Company]:
    return open_company(premises(TICKETS, limits=False), in_rounds=in_rounds)


@asynccontextmanager
async def _copy(company: Company, url: str, *, readers: int = 2) -> AsyncIterator[Copy]:
    database = await open_database(url, readers=readers)
    try:
        async with open_copy(database, TENANT, company.providers, company.clock) as copy:
            yield copy
    finally:
        await database.aclose()


async def _outcome(app: App, one: Golden) -> Outcome:
    for other in one.notes("after"):
        await _ask(app, golden(other))
    _strike(app.company, one.notes("faults"))
    app.company.forget_calls()
    answer = await _ask(app, one)
    calls = "\n\n".join("\n".join(together) for together in app.company.upstream.rounds)
    return Outcome(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", calls + "\n" if calls else "")


def alike(answer: str) -> Any:
    """An answer less what depends on who gave it."""
    return _without(json.loads(answer))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner) for name, inner in value.items() if name not in APART}
    return [_without(inner) for inner in value] if isinstance(value, list) else value


async def _ask(app: App, one: Golden) -> dict[str, Any]:
    headers = {"X-Upstream": "1"} if one.notes("upstream") else {}
    return await app.ask(one.query, one.variables, request_id=f"golden-{one.name}", **headers)


def _strike(company: Company, faults: list[str]) -> None:
    for fault in faults:
        face, kind = fault.split()
        company.sandbox.controls.faults.add(Fault(face=face, kind=kind))  # type: ignore[arg-type]


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    if isinstance(value, str) and value.startswith("id:"):
        _, kind, helpdesk, remote = value.split(":", 3)
        return encode(Kind(kind), helpdesk, remote)
    if isinstance(value, str) and value.startswith("cursor:"):
        _, name, path = value.split(":", 2)
        found = json.loads(golden(name).answer.read_text("utf-8"))
        for step in path.split("."):
            found = found[int(step) if step.isdecimal() else step]
        return found
    return value

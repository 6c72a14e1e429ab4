"""Queries with their whole answers and every upstream request, as files.

NAME.graphql             the query. Comments at its top say in what circumstances it is asked:
                           # after: OTHER, OTHER      these are asked first, and what they called is forgotten
                           # faults: FACE KIND, …     these things go wrong then (sandbox/faults.py)
                           # upstream: told           the answer tells what it cost
NAME.variables.json      its variables. "id:Kind:helpdesk:remote" stands for a global id, "cursor:OTHER:path" for
                         what is at this path in another query's answer, as its file has it
NAME.json                the whole answer
NAME.calls               each upstream request, `face METHOD path?query`. A blank line parts what was asked together
                         from what was asked only then; inside a part the lines are sorted

Everything is still: clock, seed, signing key, request id. `python -m tests.golden [NAME …]` writes answers and calls
anew; the test only compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.enums import Kind
from models.ids import encode
from sandbox.faults import Fault
from tests.support.app import App, open_app
from tests.support.company import Company, open_company, premises

FOLDER = Path(__file__).parent
TICKETS = 2000
_NOTE = re.compile(r"^# (after|faults|upstream): (.+)$", re.MULTILINE)


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
    """In a company of its own."""
    async with open_company(premises(TICKETS)) as company, open_app(company) as app:
        one = golden(name)
        for other in one.notes("after"):
            await _ask(app, golden(other))
        _strike(company, one.notes("faults"))
        company.forget_calls()
        answer = await _ask(app, one)
        calls = "\n\n".join("\n".join(together) for together in company.upstream.rounds)
        return Outcome(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", calls + "\n" if calls else "")


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

"""Other people's clients and audits against a running server: `python tests/conformance/run.py`.

Every `*.mjs` and `check_*.py` in this folder is one check. It gets the address of /graphql as its argument and the
other servers in the environment, tells its verdict by its exit code (0 passed, 77 skipped with the reason as its last
line, anything else failed) and its summary by its last line. Files that begin with an underscore are helpers.

npm packages go into an ignored folder here, python clients into a venv of their own below `.conformance/`; both are
fetched once per lock. `--only NAME` runs the checks whose name contains NAME; `--url URL` asks a server that runs
already.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from installing import Missing, npm_packages, python_clients
from processes import HERE, ran, say
from servers import demo, free_ports, sandbox

CHECK_ENDS_WITHIN = 240.0
SKIPPED = 77
TICKETS = 400
"""Small enough for a client to walk to the end, and more than a few pages of each helpdesk."""


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    code: int | None
    seconds: float
    said: str

    @property
    def mark(self) -> str:
        return {0: "pass", SKIPPED: "SKIP"}.get(self.code if self.code is not None else 1, "FAIL")


async def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    checks = [path for path in _checks() if asked.only in path.name]
    if not checks:
        say("There is no check of that name. These are: " + ", ".join(path.stem for path in _checks()))
        return 2
    try:
        programs = await _programs(checks)
    except Missing as problem:
        say(str(problem))
        return 2
    verdicts = await _verdicts(checks, programs, asked.url)
    _tell(verdicts)
    return 0 if all(verdict.mark != "FAIL" for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conformance", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="run only checks whose name contains this")
    parser.add_argument("--url", default="", help="/graphql of a server that runs already")
    return parser


def _checks() -> list[Path]:
    found = (*HERE.glob("*.mjs"), *HERE.glob("check_*.py"))
    return sorted((path for path in found if not path.name.startswith("_")), key=lambda path: path.stem)


async def _programs(checks: Sequence[Path]) -> dict[str, str]:
    """What runs a check, by the file's suffix."""
    programs = {}
    suffixes = {path.suffix for path in checks}
    if ".mjs" in suffixes:
        await npm_packages()
        programs[".mjs"] = shutil.which("node") or "node"
    if ".py" in suffixes:
        programs[".py"] = str(await python_clients())
    return programs


async def _verdicts(checks: Sequence[Path], programs: Mapping[str, str], url: str) -> list[Verdict]:
    """One after another: what one check asks for does not slow the next down."""
    async with AsyncExitStack() as servers:
        ports = free_ports(3)
        url = url or await servers.enter_async_context(demo(ports[0], TICKETS))
        hidden = await servers.enter_async_context(demo(ports[1], TICKETS, HIDE_NODE="1"))
        pretended = await servers.enter_async_context(sandbox(ports[2], TICKETS))
        environment = {**os.environ, "HIDDEN_URL": hidden, "SANDBOX": pretended, "NO_COLOR": "1"}
        verdicts = []
        for number, path in enumerate(checks, 1):
            say(f"\n[{number}/{len(checks)}] {path.stem}")
            verdicts.append(await _check([programs[path.suffix], str(path), url], path.stem, environment))
        return verdicts


async def _check(command: Sequence[str], name: str, environment: Mapping[str, str]) -> Verdict:
    began = time.monotonic()
    code, said = await ran(command, CHECK_ENDS_WITHIN, environment=environment, aloud=True)
    lines = said.strip().splitlines()
    return Verdict(name, code, time.monotonic() - began, lines[-1][:120] if lines else "")


def _tell(verdicts: Sequence[Verdict]) -> None:
    width = max(len(verdict.name) for verdict in verdicts)
    say("")
    for verdict in verdicts:
        say(f"{verdict.mark}  {verdict.name:{width}}  {verdict.seconds:6.1f} s  {verdict.said}")


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))

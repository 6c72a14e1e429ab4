"""The servers that checks ask: the demo, the demo with `node` hidden, and the sandbox alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import create_server

from processes import ROOT, running

STARTS_WITHIN = 120.0
SERVER = str(ROOT / "server.py")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_ports:
        found = [open_ports.enter_context(create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in found]


@asynccontextmanager
async def demo(port: int, tickets: int, **settings: str) -> AsyncIterator[str]:
    """Yields the address of /graphql."""
    wanted = {"HOST": "127.0.0.1", "PORT": str(port), "SANDBOX_PORT": str(free_ports(1)[0]), "TICKETS": str(tickets)}
    async with running([sys.executable, SERVER, "demo"], **wanted, LOG_LEVEL="ERROR", **settings) as process:
        draining = asyncio.ensure_future(_drain(process))
        await _until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield f"http://127.0.0.1:{port}/graphql"
        draining.cancel()


@asynccontextmanager
async def sandbox(port: int, tickets: int) -> AsyncIterator[str]:
    """Yields what `server.py sandbox` printed as JSON: for each vendor its `url` and its credentials by name."""
    command = [sys.executable, SERVER, "sandbox", "--port", str(port), "--tickets", str(tickets)]
    async with running(command) as process:
        printed = await _printed(process)
        await _until_ready(f"http://127.0.0.1:{port}/freshdesk/api/v2/tickets", process)
        draining = asyncio.ensure_future(_drain(process))
        yield json.dumps(printed)
        draining.cancel()


async def _printed(process: asyncio.subprocess.Process) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    vendor = ""
    assert process.stdout is not None
    async with asyncio.timeout(STARTS_WITHIN):
        while set(found) != {"freshdesk", "zendesk"} or len(found[vendor]) < 2:
            line = (await process.stdout.readline()).decode()
            if not line:
                raise SystemExit("server.py sandbox ended before it printed both vendors and their credentials.")
            if named := re.match(r"\s+(freshdesk|zendesk)\s+(http\S+)", line):
                vendor = named[1]
                found[vendor] = {"url": named[2]}
            elif vendor and (secret := re.match(r"\s+(\w+): (\S+)", line)):
                found[vendor][secret[1]] = secret[2]
    return found


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(65_536):
        pass


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    """The one place that has to ask again and again: a server in another process cannot call back."""
    last = time.monotonic() + STARTS_WITHIN
    while process.returncode is None and time.monotonic() < last:
        if await asyncio.to_thread(_answers, url):
            return
        await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=0.2)
    ended = f"ended with {process.returncode}" if process.returncode is not None else f"took over {STARTS_WITHIN:g} s"
    raise SystemExit(f"The server that was to answer at {url} {ended}.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except (urllib.error.URLError, OSError):
        return False

"""`server.py` as a process of its own, on a free port of this machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds for a process to say its first words, on a busy machine."""


class ServerProcess:
    """`said` and `complained` are what it has written so far."""

    def __init__(self, process: subprocess.Popen[bytes], out: IO[bytes], err: IO[bytes]) -> None:
        self.process, self._out, self._err = process, out, err

    @property
    def said(self) -> str:
        return _read(self._out)

    @property
    def complained(self) -> str:
        return _read(self._err)

    def find(self, pattern: str) -> re.Match[str]:
        """The first match in what it says, waited for."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := re.search(pattern, self.said):
                return found
            if self.process.poll() is not None:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
        raise AssertionError(f"{pattern!r} was not said; it said: {self.said!r} and {self.complained[-2000:]!r}")

    def rss(self) -> int:
        """Bytes in memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> int:
        """Asks it to end, waits, and answers the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def _read(stream: IO[bytes]) -> str:
    return os.pread(stream.fileno(), 50_000_000, 0).decode()


def environment(**settings: str) -> dict[str, str]:
    """Nothing of the operator's own settings; a `.env` and a helpdesks.toml in the checkout are not looked at."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    files = {"HELPDESKS_FILE": "tests/support/no-helpdesks.toml", "ENV_FILE": "/dev/null"}
    return {**kept, **files, "PYTHONUNBUFFERED": "1", **settings}


@contextlib.contextmanager
def started(*arguments: str, **settings: str) -> Iterator[ServerProcess]:
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        settings = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/mirror.db", **settings}
        process = subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", str(ROOT / "server.py"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment(**settings),
            cwd=ROOT,
        )
        try:
            yield ServerProcess(process, out, err)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def ended(*arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code and complaint of a server that should not start."""
    with started(*arguments, **settings) as server:
        return server.process.wait(PATIENCE), server.complained


@contextlib.contextmanager
def sandbox_process(tickets: int = 600, *arguments: str) -> Iterator[SandboxProcess]:
    with started("sandbox", "--port", "0", "--tickets", str(tickets), *arguments) as server:
        base = server.find(r"control door\s+(http://127\.0\.0\.1:\d+)/-/").group(1)
        server.find(r"zendesk.*\n.*oauth_token: \S+\n")
        with httpx.Client(base_url=base, timeout=PATIENCE) as door:
            yield SandboxProcess(server, base, door)


class SandboxProcess:
    """A sandbox and its control door."""

    def __init__(self, server: ServerProcess, base: str, door: httpx.Client) -> None:
        self.server, self.base, self._door = server, base, door

    def fault(self, **rule: object) -> None:
        self._tell("POST", "/-/faults", rule)

    def limits(self, **limits: object) -> None:
        self._tell("POST", "/-/limits", limits)

    def clock(self, **change: object) -> None:
        """`freeze`, `advance` seconds, `set` a moment."""
        self._tell("POST", "/-/clock", change)

    def switch(self, **switches: object) -> None:
        """A vendor's own variants, by the names its simulator gives them."""
        self._tell("POST", "/-/switches", switches)

    def tickets(self, desk: str, numbers: Sequence[int], do: str) -> None:
        """`do`: touch, delete, spam, restore or purge them."""
        self._tell("POST", "/-/tickets", {"desk": desk, "numbers": list(numbers), "do": do})

    def busy(self, tickets: int) -> None:
        """So many tickets are answered, changed, made, binned or brought back."""
        self._tell("POST", "/-/busy", {"tickets": tickets})

    def calls(self, face: str | None = None) -> list[str]:
        """`face METHOD path?query`, oldest first; the last ten thousand."""
        asked = {"last": "10000"} | ({"face": face} if face else {})
        log = self._door.get("/-/calls", params=asked).raise_for_status().json()["log"]
        return [line["call"] for line in log]

    def reset(self) -> None:
        """The company made anew."""
        self._tell("POST", "/-/reset")

    def calm(self) -> None:
        """No faults, nothing counted."""
        self._tell("DELETE", "/-/faults")
        self._tell("DELETE", "/-/calls")

    def _tell(self, method: str, path: str, body: object = None) -> None:
        answer = self._door.request(method, path, json=body or {})
        assert answer.status_code == 200, answer.text

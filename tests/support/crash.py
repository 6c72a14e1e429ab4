"""Sync processes that are killed: real ones, with real sockets to a sandbox and a real database.

A `Nursery` is a process that has imported everything and gives birth to workers (tests/drills/worker.py), so that one
more of them costs no start-up. A worker is a process of its own; `kill -9` is what it says.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import msgspec

from tests.drills.worker import Orders
from tests.support.processes import PATIENCE, ROOT, environment


@dataclass(frozen=True)
class Ended:
    """`killed`: by signal 9."""

    killed: bool
    code: int
    seconds: float


class Nursery:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        self._orders: IO[bytes] = process.stdin
        self._said: IO[bytes] = process.stdout
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._said, selectors.EVENT_READ)

    def begin(self, orders: Orders) -> Worker:
        self._orders.write(msgspec.json.encode(orders) + b"\n")
        self._orders.flush()
        word, pid = self._line(PATIENCE).split()
        assert word == "born"
        return Worker(self, int(pid))

    def _line(self, seconds: float) -> str:
        """The next line it says, or the empty text when the time is over."""
        if not self._ready.select(seconds):
            return ""
        line = self._said.readline().decode().strip()
        assert line, f"the nursery ended with {self._process.poll()}"
        return line


class Worker:
    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._began = time.monotonic()
        self.pid = pid

    def wait(self, seconds: float) -> Ended | None:
        """None while it still runs."""
        line = self._nursery._line(seconds)
        if not line:
            return None
        word, status = line.split()
        assert word == "ended"
        code = os.waitstatus_to_exitcode(int(status))
        return Ended(code == -signal.SIGKILL, code, time.monotonic() - self._began)

    def kill(self) -> Ended:
        self.signal(signal.SIGKILL)
        return self.to_end()

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def to_end(self) -> Ended:
        ended = self.wait(PATIENCE)
        assert ended is not None, "a worker did not end in time"
        return ended


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.drills.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment(),
        cwd=ROOT,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        process.communicate()

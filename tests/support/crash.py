"""Processes that are killed: real ones, with real sockets and real databases.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

import msgspec

from tests.support.processes import ROOT, environment

LONGEST_S = 120.0
"""What takes longer has hung."""


@dataclass
class Worker:
    """What is known of it so far. `reached`: it has come to the moment it was to tell of. `met`: the first
    steps it came to, once it has ended by itself. `code`: as subprocess has it, below zero for a signal."""

    nursery: Nursery
    pid: int
    reached: bool = False
    asleep: bool = False
    met: tuple[str, ...] = ()
    code: int | None = None
    cpu_s: float = 0.0

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    def to_end(self) -> Worker:
        self.nursery.until(lambda: self.code is not None, f"worker {self.pid} did not end in time")
        return self

    def ends_within(self, seconds: float) -> bool:
        return self.nursery.within(seconds, lambda: self.code is not None)

    def until_reached(self) -> None:
        """Or until it has ended before."""
        self.nursery.until(lambda: self.reached or self.code is not None, f"worker {self.pid} did not come far enough")

    def until_asleep(self) -> None:
        """Or until it has ended before."""
        self.nursery.until(lambda: self.asleep or self.code is not None, f"worker {self.pid} did not fall asleep")

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        if self.code is None:
            self.signal(signal.SIGKILL)
            self.to_end()


class Nursery:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        self._orders: IO[bytes] = process.stdin
        self._said: IO[bytes] = process.stdout
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._said, selectors.EVENT_READ)
        self._workers: dict[int, Worker] = {}
        self._born: list[Worker] = []

    def begin(self, orders: msgspec.Struct) -> Worker:
        self._orders.write(msgspec.json.encode(orders) + b"\n")
        self.until(lambda: bool(self._born), "a worker was not born in time")
        return self._born.pop()

    def until(self, true: Callable[[], bool], why: str) -> None:
        assert self.within(LONGEST_S, true), why

    def within(self, seconds: float, true: Callable[[], bool]) -> bool:
        """Whether it comes true in that time; waits no longer than it takes."""
        until = time.monotonic() + seconds
        while not true():
            if not self._ready.select(max(0.0, until - time.monotonic())):
                return true()
            self._hear()
        return True

    def _hear(self) -> None:
        line = self._said.readline().decode()
        assert line, f"the nursery ended with {self._process.poll()}"
        what, pid, *more = line.split(maxsplit=2)
        if what == "born":
            self._workers[int(pid)] = Worker(self, int(pid))
            self._born.append(self._workers[int(pid)])
        worker = self._workers[int(pid)]
        if what == "reached":
            worker.reached = True
        elif what == "asleep":
            worker.asleep = True
        elif what == "met":
            worker.met = msgspec.json.decode(more[0], type=tuple[str, ...])
        elif what == "ended":
            code, cpu_s = more[0].split()
            worker.code, worker.cpu_s = int(code), float(cpu_s)


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

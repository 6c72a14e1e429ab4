"""Gives birth to workers: reads their orders, a line each, forks, and says of each when it is born, when it has fallen
asleep and how it ended. What a worker says itself goes the same way."""

from __future__ import annotations

import ctypes
import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from functools import partial

from tests.drills.worker import main, prepared

DIES_WITH_PARENT = 1


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def begin(orders: bytes) -> None:
    pid = os.fork()
    if pid:
        return
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
        say("born", os.getpid())
        main(orders, partial(say, "reached", os.getpid()), partial(say, "met", os.getpid()))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def news() -> None:
    """Of the workers to whom something has happened."""
    while True:
        try:
            pid, status, used = os.wait4(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if not pid:
            return
        if os.WIFSTOPPED(status):
            say("asleep", pid)
        else:
            say("ended", pid, os.waitstatus_to_exitcode(status), round(used.ru_utime + used.ru_stime, 3))


def serve() -> None:
    """Until nobody is there to give orders."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(told.fileno())
    waiting = selectors.DefaultSelector()
    waiting.register(heard, selectors.EVENT_READ, heard)
    waiting.register(sys.stdin.buffer, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.data is heard:
                heard.recv(4096)
                news()
            elif line := sys.stdin.buffer.readline():
                begin(line)
            else:
                return


if __name__ == "__main__":
    prepared()
    gc.freeze()
    serve()

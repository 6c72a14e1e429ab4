"""Gives birth to workers: reads their orders, a line each, forks, and says when each is born and how it ended."""

from __future__ import annotations

import os
import sys
import traceback

from tests.drills.worker import main


def begin(orders: bytes) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        main(orders)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    while line := sys.stdin.buffer.readline():
        child = begin(line)
        sys.stdout.write(f"born {child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"ended {status}\n")
        sys.stdout.flush()

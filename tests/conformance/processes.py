"""Other programs: started, listened to, and ended by the process that was started, never by a name."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PIPE = asyncio.subprocess.PIPE
ENDS_WITHIN = 40.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def ran(
    command: Sequence[str], seconds: float, *, environment: Mapping[str, str] | None = None, aloud: bool = False
) -> tuple[int | None, str]:
    """Exit code (None: it had to be ended) and everything it said. Its children end with it."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=HERE, stdout=PIPE, stderr=asyncio.subprocess.STDOUT, env=environment, start_new_session=True
    )
    said: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            async for line in _lines(process):
                said.append(line)
                if aloud:
                    say(f"    {line}")
            code = await process.wait()
    except TimeoutError:
        code, line = None, f"did not end within {seconds:g} s"
        said.append(line)
        say(f"    {line}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return code, "\n".join(said)


@asynccontextmanager
async def running(command: Sequence[str], **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server for as long as the block lasts, with no setting of the caller's; its output is the block's to read."""
    settings = set(re.findall(r"^# ?(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    inherited = {name: value for name, value in os.environ.items() if name not in settings}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=PIPE,
        env={"ENV_FILE": "/dev/null", **inherited, **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    assert process.stdout is not None
    rest = b""
    while chunk := await process.stdout.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace").rstrip()
    if rest:
        yield rest.decode(errors="replace").rstrip()

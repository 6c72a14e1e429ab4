"""What the checks need from npm and PyPI, fetched once per lock, without running anybody's install scripts."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from processes import HERE, ROOT, ran, say

INSTALLS_WITHIN = 900.0
CLIENTS = ROOT / ".conformance" / "clients"


class Missing(Exception):
    """Something the checks need cannot be had; the message says what to do."""


async def npm_packages() -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("The checks need node and npm (node 20 or newer).")
    command = [npm, "ci", "--ignore-scripts", "--no-progress"]
    await _once_per_lock(HERE / "package-lock.json", HERE / "node_modules" / ".lock-sha256", [command], "npm packages")


async def python_clients() -> Path:
    """Their own venv: they must not decide what the server runs with."""
    python = CLIENTS / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    lock = HERE / "clients.lock"
    commands = [
        [sys.executable, "-m", "venv", "--clear", str(CLIENTS)],
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(lock),
        ],
    ]
    await _once_per_lock(lock, CLIENTS / ".lock-sha256", commands, "python clients")
    return python


async def _once_per_lock(lock: Path, stamp: Path, commands: Sequence[Sequence[str]], what: str) -> None:
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say(f"fetching {what}, once …")
    for command in commands:
        code, said = await ran(command, INSTALLS_WITHIN)
        if code != 0:
            raise Missing(f"{what} cannot be installed:\n{said}")
    stamp.write_text(wanted)

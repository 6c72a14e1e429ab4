"""The house keeps itself honest: who may import whom, how large things are, what must be written down."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import errors

ROOT = Path(__file__).parents[2]
ROOMS = (
    "server",
    "web",
    "schema",
    "execution",
    "resolvers",
    "sync",
    "writes",
    "imaging",
    "storage",
    "providers",
    "sandbox",
    "models",
    "runtime",
)
LONGEST_MODULE = 500
LONGEST_FUNCTION = 70


def tracked(pattern: str = "*") -> list[Path]:
    """Files of the project: what git tracks, and in a work tree also what it would."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [p for p in tracked("*.py") if p.relative_to(ROOT).parts[0] not in ("tests",)]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_there_is_something_to_check() -> None:
    assert {room(p) for p in sources()} >= {"server", "web", "schema", "resolvers", "providers", "sandbox", "models"}


def test_rooms_import_downwards_only() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        for name in imports(path)
        if name.split(".")[0] in ROOMS and ROOMS.index(name.split(".")[0]) < ROOMS.index(room(path))
    ]
    assert wrong == []


def test_every_python_room_is_known() -> None:
    assert {room(p) for p in sources()} <= set(ROOMS)


def vendor_of(path: Path) -> tuple[str, bool] | None:
    parts = path.relative_to(ROOT).parts
    if parts[0] != "providers" or len(parts) < 3 or parts[1] in ("upstream", "walking"):
        return None
    return parts[1], parts[2].startswith("simulator")


def test_vendors_never_meet_and_a_face_never_meets_its_client() -> None:
    wrong = []
    for path in sources():
        here = vendor_of(path)
        for name in imports(path) if here else ():
            parts = name.split(".")
            if parts[0] != "providers" or len(parts) < 2:
                continue
            vendor = parts[1] if parts[1] in ("freshdesk", "zendesk") else None
            face = len(parts) > 2 and parts[2].startswith("simulator")
            if here[1] and not (vendor == here[0] and face):
                wrong.append(f"{path.relative_to(ROOT)} (a face) imports {name}")
            if not here[1] and vendor is not None and (vendor != here[0] or face):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_the_sandbox_knows_no_vendor() -> None:
    wrong = [p.name for p in sources() if room(p) == "sandbox" and any("providers" in n for n in imports(p))]
    assert wrong == []


def test_only_the_settings_read_the_environment() -> None:
    allowed = {ROOT / "server.py"}
    found = [
        str(p.relative_to(ROOT))
        for p in sources()
        if p not in allowed and re.search(r"os\.environ|os\.getenv", p.read_text(encoding="utf-8"))
    ]
    assert [f for f in found if not f.startswith("web/explorer/build")] == []


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def naps(tree: ast.AST) -> Iterator[str]:
    """Waits on the wall clock: asyncio.sleep of anything but 0, which only lets others go first."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "asyncio.sleep":
            continue
        if [ast.unparse(a) for a in node.args] != ["0"]:
            yield ast.unparse(node)


def test_nothing_prints_and_nothing_sleeps() -> None:
    wrong = []
    for path in sources():
        found = set(calls(ast.parse(path.read_text(encoding="utf-8"))))
        spoken = {"print"} if room(path) != "server" and path.name != "build.py" else set()
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in found & {"time.sleep", *spoken}]
        if path != ROOT / "runtime" / "clock.py":
            wrong += [f"{path.relative_to(ROOT)}: {nap}" for nap in naps(ast.parse(path.read_text(encoding="utf-8")))]
    assert wrong == []


def test_tests_do_not_sleep() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked("tests/*.py")
        if "time.sleep" in set(calls(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert wrong == []


def test_modules_and_functions_are_of_a_readable_size() -> None:
    wrong = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            wrong.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                size = (node.end_lineno or 0) - node.lineno
                if size > LONGEST_FUNCTION:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.name} has {size} lines")
    assert wrong == []


def family(kind: type) -> Iterator[type]:
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def test_every_error_has_a_code_and_a_place_in_the_docs() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    for kind in family(errors.HelpdeskError):
        if kind is errors.HelpdeskError or kind.__module__ != "models.errors":
            continue
        assert f"\n### {kind.__name__}\n" in text, f"docs/errors.md has no heading for {kind.__name__}"
        row = rf"(?m)^\| {kind.__name__} \| {kind.code} \|"
        assert re.search(row, text), f"docs/errors.md gives {kind.__name__} another code than {kind.code}"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<![\w.~-])/(?:work|root|farm)/",
        r"\.\./shared",
        r"registry\.npmjs|pypi\.org/simple|files\.pythonhosted",
        r"(?:extra-)?index-url|find-links=",
    ],
)
def test_no_machine_path_or_registry_host_is_written_down(pattern: str) -> None:
    own = Path(__file__)
    wrong = []
    for path in tracked():
        if path == own or path.suffix in (".png", ".ico", ".woff2"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        wrong += [f"{path.relative_to(ROOT)}: {m.group(0)}" for m in re.finditer(pattern, text)]
    assert [w for w in wrong if not w.startswith("Makefile: ") and "no-emit" not in w] == []


def test_the_locks_are_hashed() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][^\s=]*==", text, re.MULTILINE | re.IGNORECASE)
        assert len(pins) > 20 and text.count("--hash=sha256:") >= len(pins)
        assert "http" not in re.sub(r"(?m)^[a-z0-9-]*http[a-z0-9-]*==.*$|#.*$|httpx?[\w-]*|httptools", "", text)

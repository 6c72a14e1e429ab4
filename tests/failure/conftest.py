from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.processes import SandboxProcess, sandbox_process


@pytest.fixture(scope="session")
def sandbox_of_all() -> Iterator[SandboxProcess]:
    with sandbox_process(600) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def running_sandbox(sandbox_of_all: SandboxProcess) -> SandboxProcess:
    """For each module as it is at its beginning."""
    sandbox_of_all.reset()
    return sandbox_of_all


@pytest.fixture
def sandbox(running_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """Calm before and after each test."""
    running_sandbox.calm()
    yield running_sandbox
    running_sandbox.calm()

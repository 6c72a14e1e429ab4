from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.processes import SandboxProcess, sandbox_process


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process(600) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """One process for the module, calm before and after each test."""
    running_sandbox.calm()
    yield running_sandbox
    running_sandbox.calm()

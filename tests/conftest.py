"""What every test has: the collector of a server."""

from __future__ import annotations

import pytest

from runtime.collecting import settle


def pytest_collection_finish() -> None:
    settle()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test come first: whoever of several processes gets one at the end would work on alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)

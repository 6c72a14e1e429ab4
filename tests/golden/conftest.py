"""A copy of the company that golden queries are asked in, made once in a run on each database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.golden.golden import make_copy
from tests.support.databases import KINDS, database_url


@pytest.fixture(scope="session", params=KINDS)
def copy_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Made and taken away in a loop of its own, since each test has another."""
    place = database_url(request.param, tmp_path_factory.mktemp("golden"))
    with ThreadPoolExecutor(1) as aside:
        runner = aside.submit(asyncio.Runner).result()
        try:
            url = aside.submit(runner.run, place.__aenter__()).result()
            aside.submit(runner.run, make_copy(url)).result()
            yield url
            aside.submit(runner.run, place.__aexit__(None, None, None)).result()
        finally:
            aside.submit(runner.close).result()

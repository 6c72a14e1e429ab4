"""docs/filters.md names every index that lists are read by, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from storage.mirror.listing import LISTINGS
from tests.benchmarks.storage.questions import FILTERS

PAGE = Path(__file__).parents[3] / "docs" / "filters.md"


def test_the_page_lists_the_indexes_that_are_used() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for listing in LISTINGS:
        part = text.split(f"## {listing.name.capitalize()}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| ([a-z_ ]+) \| .+ \|$", part, re.MULTILINE)
        assert rows == [" ".join(index.columns) for index in listing.indexes], listing.name


def test_every_index_has_its_questions_in_the_bench() -> None:
    for listing in LISTINGS:
        assert set(FILTERS[listing.name]) == {" ".join(index.columns) for index in listing.indexes}, listing.name

"""The drills' table, at the end of a run."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator

import pytest

from sync.steps import ALL
from tests.drills.deaths import MOMENT, Drilled
from tests.support.databases import KINDS

ROWS: list[tuple[str, Drilled]] = []
HEAD = ("drill", "kills", "compared", "lost", "duplicate", "ghosts", "pages", "again", "most again", "s", "s of CPU")


@pytest.fixture
def rows() -> list[tuple[str, Drilled]]:
    """What a drill adds its result to."""
    return ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        for line in (*table(), *steps(), used()):
            terminalreporter.write_line(line)


def table() -> Iterator[str]:
    """`again`: pages fetched more than once; `most again`: of one list after one kill."""
    yield ""
    yield _line(HEAD)
    sums = [0.0] * (len(HEAD) - 1)
    for name, one in ROWS:
        found = one.verdict
        bad = [len(which) for which in (found.lost, found.duplicate, found.ghosts)]
        figures = [one.kills, found.compared, *bad, one.pages, one.again.total(), one.worst, one.wall_s, one.cpu_s]
        sums = [max(pair) if at == 7 else sum(pair) for at, pair in enumerate(zip(sums, figures, strict=True))]
        yield _line((name, *(figures if one.counted else (*figures[:6], "-", "-", *figures[8:]))))
    yield _line(("all", *sums))


def steps() -> Iterator[str]:
    """How often each was died at, on each database."""
    yield ""
    died = [sum((one.at_steps for name, one in ROWS if name.startswith(kind)), Counter[str]()) for kind in KINDS]
    yield f"{'died at':<24}" + "".join(f"{kind:>12}" for kind in KINDS)
    for step in (*ALL, MOMENT):
        yield f"{step:<24}" + "".join(f"{counts[step]:>12}" for counts in died)


def used() -> str:
    """By this process, the sandbox and all workers that have ended."""
    both = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return f"\n{sum(one.ru_utime + one.ru_stime for one in both):.0f} s of CPU in all, without PostgreSQL's own"


def _line(cells: tuple[object, ...]) -> str:
    name, *figures = [f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in cells]
    return f"{name:<36}" + "".join(f"{figure:>11}" for figure in figures)

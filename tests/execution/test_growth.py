"""Doubling a document may at most double the work of refusing or accepting it, whatever its family.

Every family stays below every limit or is refused by one; both have to be cheap.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from execution.documents import Documents
from execution.limits import DocumentLimits, RequestRefused
from tests.web.toy import toy_schema

SCHEMA = toy_schema()

FAMILIES: dict[str, Callable[[int], str]] = {
    "fragments that spread the next twice": lambda n: (
        "{tickets{...F0}}"
        + "".join(f"fragment F{i} on Ticket{{...F{i + 1} ...F{i + 1}}}" for i in range(n))
        + f"fragment F{n} on Ticket{{id}}"
    ),
    "fragments that spread the next under two fields": lambda n: (
        "{tickets{...F0}}"
        + "".join(f"fragment F{i} on Ticket{{parent{{...F{i + 1}}} related{{...F{i + 1}}}}}" for i in range(n))
        + f"fragment F{n} on Ticket{{id}}"
    ),
    "fragments nobody spreads": lambda n: (
        "{hello}"
        + "".join(f"fragment F{i} on Ticket{{...F{i + 1} ...F{i + 1}}}" for i in range(n))
        + f"fragment F{n} on Ticket{{id}}"
    ),
    "a chain of fragments": lambda n: (
        "{tickets{...F0}}"
        + "".join(f"fragment F{i} on Ticket{{...F{i + 1}}}" for i in range(n))
        + f"fragment F{n} on Ticket{{id}}"
    ),
    "many fragments in one place": lambda n: (
        "{tickets{"
        + " ".join(f"...F{i}" for i in range(n))
        + "}}"
        + "".join(f"fragment F{i} on Ticket{{parent{{id}}}}" for i in range(n))
    ),
    "aliases": lambda n: "{tickets{" + " ".join(f"a{i}: id" for i in range(n)) + "}}",
    "directives": lambda n: "{hello " + "@skip(if: false) " * n + "}",
    "unknown directives": lambda n: "{hello " + "@nope " * n + "}",
    "the same leaf again": lambda n: "{" + "hello " * n + "}",
    "the same object again": lambda n: "{" + "tickets{id} " * n + "}",
    "the same object again, nested": lambda n: "{" + "tickets{parent{parent{id}}} " * n + "}",
    "the same object in inline fragments": lambda n: "{" + "...{tickets{id}} " * n + "}",
    "the same arguments again": lambda n: "{" + "double(number: 1) " * n + "}",
    "operations over shared fragments": lambda n: (
        "".join(f"query Q{i}{{tickets{{...F0}}}}" for i in range(n))
        + "".join(f"fragment F{i} on Ticket{{...F{i + 1} id}}" for i in range(n))
        + f"fragment F{n} on Ticket{{id}}"
    ),
    "unknown fields": lambda n: "{" + " ".join(f"nope{i}" for i in range(n)) + "}",
    "deep lists": lambda n: "{nodes(ids: " + "[" * min(n, 150) + "]" * min(n, 150) + "){id}}",
    "long lists": lambda n: "{nodes(ids: [" + "1 " * n + "]){id}}",
}


def judged(document: str) -> None:
    """Fresh documents each time: what is remembered would tell nothing."""
    with contextlib.suppress(RequestRefused):
        Documents(SCHEMA._schema, DocumentLimits()).prepare(document)


def steps(document: str) -> int:
    """Calls of Python and C functions: the same on every machine, however busy."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        judged(document)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("family", FAMILIES)
def test_work_grows_no_faster_than_the_document(family: str) -> None:
    make = FAMILIES[family]
    counts = [steps(make(n)) for n in (14, 28, 56, 112)]
    for smaller, larger in pairwise(counts):
        assert larger / smaller < 2.5, counts


@pytest.mark.parametrize("family", FAMILIES)
def test_the_largest_document_of_a_family_is_cheap(family: str) -> None:
    """100 ms on an idle core; the processor time of this thread, with room for a machine that is not idle."""
    gc.collect()
    for n in (100, 140, 200, 400):
        document = FAMILIES[family](n)
        began = time.thread_time()
        judged(document)
        assert time.thread_time() - began < 0.3


@pytest.mark.parametrize("text", ["{hello " + "hello " * 400, "{" + "hello " * 400 + "}", "{" + "a " * 400 + "}"])
def test_what_is_remembered_of_a_refusal_is_small(text: str) -> None:
    docs = Documents(SCHEMA._schema)
    checked = docs.check(text)
    assert checked.errors and docs.check(text) is checked
    for error in checked.errors:
        assert error.nodes is None and error.__traceback__ is None and error.original_error is None
        assert error.locations or "too often" in error.message
    assert docs._known.currsize >= len(text)

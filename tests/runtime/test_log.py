"""A log line is one JSON object that nobody outside can forge, fill, or read a secret from."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from runtime import log

SECRET = "s3cr3t/with+odd=chars&more"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The process's logging as `configure` leaves it, and as it was before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*log.QUIET, "uvicorn.error")}
    stream = io.StringIO()
    log.configure("DEBUG", secrets=[SECRET], stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def written(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_has_its_facts(lines: io.StringIO) -> None:
    token = log.request_id.set("the-request")
    logging.getLogger("here").info("said %s", "something", extra={"ms": 1.5, "codes": ["A", "B"], "of": {"a": 1}})
    log.request_id.reset(token)
    [line] = written(lines)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "here",
        "message": "said something",
        "requestId": "the-request",
        "ms": 1.5,
        "codes": ["A", "B"],
        "of": {"a": 1},
    }


@pytest.mark.parametrize("spelled", [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()])
def test_a_named_secret_is_never_written(lines: io.StringIO, spelled: str) -> None:
    try:
        raise RuntimeError(f"could not use {spelled}")
    except RuntimeError:
        logging.getLogger("here").exception("failed with %s", spelled, extra={"url": f"x={spelled}", "many": [spelled]})
    assert spelled.rstrip("=") not in lines.getvalue()
    assert lines.getvalue().count(log.HIDDEN) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdef123456",
        "authorization=Basic YWJjZGVmMTIzNDU2",
        '{"api_key": "abcdef123456"}',
        "https://user:abcdef123456@host/",
        "GET /files/x?sig=abcdef123456&w=1",
        "client_secret='abcdef123456'",
        "X-Api-Key: abcdef123456",
    ],
)
def test_what_looks_like_a_credential_is_never_written(lines: io.StringIO, text: str) -> None:
    logging.getLogger("here").warning("%s", text)
    assert "abcdef123456" not in lines.getvalue() and "YWJjZGVm" not in lines.getvalue()


def test_nobody_can_forge_or_hide_a_line(lines: io.StringIO) -> None:
    root = logging.getLogger()
    handlers = root.handlers[:]
    # pytest's own handlers keep the raw text for its report, which a lone surrogate cannot be written into
    root.handlers[:] = [h for h in handlers if getattr(h, "stream", None) is lines]
    logging.getLogger("here").info("a\n{}\r\x1b[31m\u2028\u202e\x00\ud800 b")
    root.handlers[:] = handlers
    [line] = written(lines)
    assert line["message"] == "a\\u000a{}\\u000d\\u001b[31m\\u2028\\u202e\\u0000\\ud800 b"


def test_lines_are_cut(lines: io.StringIO) -> None:
    logging.getLogger("here").info("x" * 100_000, extra={"more": "y" * 100_000, "many": list(range(1000))})
    assert len(lines.getvalue()) < 3_000


def test_talkative_libraries_are_quiet(lines: io.StringIO) -> None:
    for name in ("httpx", "strawberry.execution", "uvicorn.access"):
        logging.getLogger(name).error("https://host/?token=x")
    assert lines.getvalue() == ""


def test_the_frames_of_sockets_are_never_written(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").debug("< TEXT '%s'", "a caller's words")
    logging.getLogger("uvicorn.error").info("started")
    assert [line["message"] for line in written(lines)] == ["started"]

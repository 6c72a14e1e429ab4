"""One JSON object a line: when, how bad, who, what, and the request it belongs to.

Nothing a caller or a helpdesk sent can forge a line (control characters are escaped) or fill the disk (texts are
cut), and what looks like a credential, or was named as one with `Redactor.hide`, never gets in, in plain,
URL-encoded or base64 spelling.
"""

from __future__ import annotations

import base64
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO
from urllib.parse import quote, quote_plus

import orjson

LONGEST: Final = 2_000
LONGEST_TRACE: Final = 6_000
HIDDEN: Final = "[hidden]"

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_LOOKS_SECRET: Final = (
    re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9+/=._~:-]{6,}"),
    re.compile(r"(?i)(://[^/\s:@]+:)[^@\s/]+(?=@)"),
    re.compile(
        r"(?i)([\"']?\b(?:authorization|x-api-key|api[_-]?key|client[_-]?secret|password|access[_-]?token|refresh[_-]?token"
        r"|secret|signature|sig)\b[\"']?\s*[=:]\s*)[\"']?[^\s\"'&,;)}]+"
    ),
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BUILT_IN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class Redactor:
    """Knows what must not be read in a log: shapes of credentials, and the values it was told to hide."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._values: list[str] = []
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str) -> None:
        """Shorter than six characters, a value would black out ordinary words."""
        if len(secret) < 6:
            return
        raw = secret.encode()
        encoded = {secret, quote(secret, safe=""), quote_plus(secret), base64.b64encode(raw).decode()}
        encoded.add(base64.urlsafe_b64encode(raw).decode())
        self._values = sorted({*self._values, *(e.rstrip("=") for e in encoded)}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, HIDDEN)
        text = _LOOKS_SECRET[0].sub(rf"\1 {HIDDEN}", text)
        for shape in _LOOKS_SECRET[1:]:
            text = shape.sub(rf"\1{HIDDEN}", text)
        return text


def escaped(text: str) -> str:
    """Control characters, line and paragraph separators, and direction overrides, spelled out."""
    return _CONTROL.sub(lambda m: f"\\u{ord(m.group()):04x}", text)


class JsonFormatter(logging.Formatter):
    def __init__(self, redactor: Redactor | None = None) -> None:
        super().__init__()
        self._redactor = redactor or Redactor()

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._text(record.getMessage(), LONGEST),
        }
        extra = {k: v for k, v in record.__dict__.items() if k not in _BUILT_IN and not k.startswith("_")}
        current = extra.pop("request_id", None) or request_id.get()
        if current:
            line["requestId"] = self._text(str(current), 100)
        line.update({key: self._value(value) for key, value in extra.items()})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self._text(self.formatException(record.exc_info), LONGEST_TRACE, keep_end=True)
        return orjson.dumps(line).decode()

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**53):
            return value
        if isinstance(value, Mapping):
            return {self._text(str(k), 100): self._value(v) for k, v in list(value.items())[:20]}
        if isinstance(value, list | tuple):
            return [self._value(v) for v in value[:20]]
        return self._text(str(value), 500)

    def _text(self, text: str, longest: int, *, keep_end: bool = False) -> str:
        """A trace tells most at its end."""
        text = escaped(self._redactor.clean(text))
        if len(text) <= longest:
            return text
        return f"…{text[-longest:]}" if keep_end else f"{text[:longest]}…"


QUIET: Final = (
    "httpx",  # writes whole URLs at INFO
    "httpcore",
    "uvicorn.access",  # ours knows the request id
    "strawberry.execution",  # writes every error's text and the document; execution/errors.py logs what is worth it
    "strawberry.ws.task",
)


def configure(level: str = "INFO", *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> Redactor:
    """Sends every logger of the process through one handler. Give it the operator's secrets; add later ones to the
    result."""
    redactor = Redactor(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    logging.getLogger("alembic").setLevel(max(logging.WARNING, root.level))
    # at DEBUG it writes the frames of every socket, callers' texts and helpdesks' answers included
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, root.level))
    return redactor

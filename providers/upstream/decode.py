"""Bytes to the vendor's typed structs, or an error that names the place."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from models.errors import HelpdeskError, OutcomeUnknown, Unreadable
from providers.upstream.call import Answer

T = TypeVar("T")

_PLACE = re.compile(r" - at `(.+)`$")


@lru_cache(maxsize=512)
def _decoder(shape: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast(Any, shape))


def decode(answer: Answer, shape: type[T]) -> T:
    """The body as `shape`. HTML, cut or invalid JSON and a wrong shape are Unreadable, `where` naming the JSON path;
    after a write that cannot be repeated they are OutcomeUnknown, since it may have been done."""
    try:
        result: T = _decoder(cast(Hashable, shape)).decode(answer.body)
    except msgspec.ValidationError as error:
        found = _PLACE.search(str(error))
        where = found.group(1) if found else "$"
        raise unreadable(answer, f"has an unexpected value at {where}", where) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unreadable(answer, _what(answer), "$") from None
    return result


def unreadable(answer: Answer, what: str, where: str | None = None) -> HelpdeskError:
    """The error for an answer that came but says nothing we understand."""
    if answer.ok and answer.call.decisive:
        return OutcomeUnknown(
            f"The helpdesk took the request but its answer {what}; whether it was carried out is not known.",
            helpdesk=answer.helpdesk,
        )
    return Unreadable(
        f"The helpdesk's answer to {answer.call.endpoint} {what}.",
        where=where,
        helpdesk=answer.helpdesk,
        status=answer.status,
    )


def _what(answer: Answer) -> str:
    start = answer.body[:64].lstrip().lower()
    if not start:
        return "is empty"
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "is a web page, not JSON"
    return "is not valid JSON, or is cut short"

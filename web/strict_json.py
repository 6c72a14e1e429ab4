"""JSON as callers may send it, and as they get it.

msgspec decodes because it keeps integers whole where orjson turns those beyond 64 bit into floats without a word;
it refuses NaN, bad UTF-8 and lone surrogates. orjson encodes, and never writes a bare NaN.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec
import orjson

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):
    """`str()` of it is fit for the caller."""


def decode(data: bytes | str) -> Any:
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise NotJson("It is nested too deeply.") from None
    except UnicodeError:
        raise NotJson("It is not UTF-8.") from None
    except msgspec.ValidationError:
        raise NotJson("It contains a number out of range.") from None
    except msgspec.DecodeError:
        raise NotJson("It is not valid JSON.") from None


def encode(data: object) -> bytes:
    """Half a surrogate pair and an integer beyond 64 bit, which orjson refuses, can only come from a helpdesk's own
    data: the first becomes U+FFFD, the second is written out."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return json.dumps(_cleaned(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

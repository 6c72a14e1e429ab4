"""Request bodies: JSON, and forms whose names spell arrays (`tags[]`) and objects (`custom_fields[cf_x]`)."""

from __future__ import annotations

import re
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request

from providers.freshdesk.simulator.checks import Upload
from providers.freshdesk.simulator.errors import problem

_NAME = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?")
_MOST = 25 * 1024 * 1024


def read_json(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as broken:
        raise problem(400, "invalid_json", "Request body has invalid json format") from broken
    if not isinstance(body, dict):
        raise problem(400, "invalid_json", "Request body has invalid json format")
    return body


async def read_form(request: Request) -> dict[str, Any]:
    """Later values of a plain name win, as they do in Rails."""
    body: dict[str, Any] = {}
    async with request.form(max_part_size=_MOST) as form:
        for name, part in form.multi_items():
            value = await _value(part)
            found = _NAME.fullmatch(name)
            outer, inner = (found[1], found[2]) if found else (name, None)
            if inner is None:
                body[outer] = value
            elif inner == "":
                body.setdefault(outer, []).append(value)
            else:
                body.setdefault(outer, {})[inner] = value
    return body


async def _value(part: str | UploadFile) -> str | Upload:
    if isinstance(part, str):
        return part
    return Upload(part.filename or "file", part.content_type or "application/octet-stream", await part.read())

"""A name for a picture that is only an address inside some HTML: the same for whoever reads the body."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit


def inline_id(address: str) -> str:
    """`inline-` and a digest of the address without query and fragment, which hold signatures that change with every
    reading; of the query's `token` where there is one, since then nothing else tells one picture from another."""
    parts = urlsplit(address)
    token = parse_qs(parts.query).get("token")
    named = token[0] if token else parts._replace(query="", fragment="").geturl()
    return "inline-" + hashlib.sha256(named.encode()).hexdigest()[:16]

"""A requests session that believes it talks to the vendor: its adapter rewrites scheme and host to the sandbox's."""

from __future__ import annotations

import json
import os
from collections import Counter
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


def sandbox(vendor: str) -> dict[str, str]:
    """Its `url` and credentials, as run.py found them printed by `server.py sandbox`."""
    found: dict[str, str] = json.loads(os.environ["SANDBOX"])[vendor]
    return found


class ToSandbox(HTTPAdapter):
    """Also counts what was answered, and lets no call leave for another host than the vendor's."""

    def __init__(self, host: str, base_url: str) -> None:
        super().__init__()
        self.answers: Counter[int] = Counter()
        self._host = host
        self._base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
        sent = request.copy()
        asked = urlsplit(request.url or "")
        if asked.hostname == self._host:
            sent.url = f"{self._base_url}{asked.path}" + (f"?{asked.query}" if asked.query else "")
        elif not (request.url or "").startswith(self._base_url):
            raise AssertionError(f"The sandbox sent the client to another host: {request.url}")
        response = super().send(sent, *args, **options)  # type: ignore[arg-type]
        response.request, response.url = request, request.url or ""
        self.answers[response.status_code] += 1
        return response


def mounted(session: requests.Session, host: str, base_url: str) -> ToSandbox:
    adapter = ToSandbox(host, base_url)
    for prefix in ("https://", "http://"):
        session.mount(prefix, adapter)
    return adapter

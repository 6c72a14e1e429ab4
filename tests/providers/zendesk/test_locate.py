"""Addresses people copy from their browser."""

from __future__ import annotations

from typing import Any

import pytest

from models.enums import Kind


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/agent/tickets/1", (Kind.TICKET, "1")),
        ("/agent/tickets/1/", (Kind.TICKET, "1")),
        ("/agent/tickets/1?brand_id=5#c2", (Kind.TICKET, "1")),
        ("/agent/#/tickets/1", (Kind.TICKET, "1")),
        ("/tickets/1", (Kind.TICKET, "1")),
        ("/api/v2/tickets/1.json", (Kind.TICKET, "1")),
        ("/api/v2/tickets/1", (Kind.TICKET, "1")),
        ("/requests/1", (Kind.TICKET, "1")),
        ("/hc/en-us/requests/1", (Kind.TICKET, "1")),
        ("/hc/requests/1", (Kind.TICKET, "1")),
        ("/agent/users/2", (Kind.CONTACT, "2")),
        ("/agent/users/2/requested_tickets", (Kind.CONTACT, "2")),
        ("/users/2", (Kind.CONTACT, "2")),
        ("/api/v2/users/2.json", (Kind.CONTACT, "2")),
        ("/agent/organizations/3", (Kind.ORGANIZATION, "3")),
        ("/agent/organizations/3/tickets", (Kind.ORGANIZATION, "3")),
        ("/api/v2/organizations/3.json", (Kind.ORGANIZATION, "3")),
        ("/api/v2/groups/4.json", (Kind.GROUP, "4")),
        ("/hc/en-us/articles/360012-Reset-the-lamp", (Kind.ARTICLE, "360012")),
        ("/hc/articles/360012", (Kind.ARTICLE, "360012")),
        ("/hc/pt-br/articles/360012-L%C3%A2mpada", (Kind.ARTICLE, "360012")),
        ("/api/v2/help_center/en-us/articles/360012.json", (Kind.ARTICLE, "360012")),
        ("/hc/en-us/sections/7-Care", (Kind.ARTICLE_FOLDER, "section-7")),
        ("/hc/en-us/categories/8", (Kind.ARTICLE_FOLDER, "category-8")),
        ("/agent/tickets/01", (Kind.TICKET, "1")),
        ("/agent/dashboard", None),
        ("/agent/tickets/", None),
        ("/agent/tickets/x", None),
        ("/agent/tickets/1x", None),
        ("/tickets/1/2/3", None),
        ("", None),
    ],
)
def test_addresses_of_the_account(zendesk: Any, path: str, expected: tuple[Kind, str] | None) -> None:
    assert zendesk.locate(f"https://acme.zendesk.com{path}") == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://other.zendesk.com/agent/tickets/1",
        "https://acme.zendesk.com.evil.example/agent/tickets/1",
        "https://evil.example/https://acme.zendesk.com/agent/tickets/1",
        "https://user@acme.zendesk.com/agent/tickets/1",
        "https://acme.zendesk.com:8443/agent/tickets/1",
        "ftp://acme.zendesk.com/agent/tickets/1",
        "//acme.zendesk.com/agent/tickets/1",
        "https://[acme/agent/tickets/1",
        "https://acme.zendesk.com:x/agent/tickets/1",
        "not an address",
        "",
    ],
)
def test_addresses_of_others(zendesk: Any, url: str) -> None:
    assert zendesk.locate(url) is None


def test_addresses_of_a_sandbox(make: Any) -> None:
    provider = make(base_url="http://127.0.0.1:9400/zendesk")
    assert provider.locate("http://127.0.0.1:9400/zendesk/agent/tickets/5") == (Kind.TICKET, "5")
    assert provider.locate("https://acme.zendesk.com/agent/tickets/5") == (Kind.TICKET, "5")
    assert provider.locate("http://127.0.0.1:9400/agent/tickets/5") is None
    assert provider.locate("http://127.0.0.1:9400/zendesky/agent/tickets/5") is None

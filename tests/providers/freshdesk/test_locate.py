from __future__ import annotations

import pytest

from models.enums import Kind
from providers.freshdesk.locate import locate


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/tickets/123", (Kind.TICKET, "123")),
        ("/a/tickets/123?note=1#x", (Kind.TICKET, "123")),
        ("/helpdesk/tickets/123/", (Kind.TICKET, "123")),
        ("/support/tickets/00123", (Kind.TICKET, "123")),
        ("/en/support/tickets/123", (Kind.TICKET, "123")),
        ("/a/contacts/5", (Kind.CONTACT, "5")),
        ("/a/companies/6", (Kind.ORGANIZATION, "6")),
        ("/support/solutions/articles/7-plug-it-in", (Kind.ARTICLE, "7")),
        ("/pt-BR/support/solutions/articles/7-plug-it-in", (Kind.ARTICLE, "7")),
        ("/a/solutions/articles/8", (Kind.ARTICLE, "8")),
        ("/a/tickets", None),
        ("/a/tickets/12x", None),
        ("/a/tickets/99999999999999999999", None),
        ("/api/v2/tickets/1", None),
    ],
)
def test_pages_of_the_account(account, path, expected):
    assert locate(account, f"https://acme.freshdesk.com{path}") == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://other.freshdesk.com/a/tickets/1",
        "https://acme.freshdesk.com.evil.test/a/tickets/1",
        "https://acme.freshdesk.com:8443/a/tickets/1",
        "https://[/a/tickets/1",
        "acme.freshdesk.com/a/tickets/1",
        "",
    ],
)
def test_pages_of_others(account, url):
    assert locate(account, url) is None

"""A link that cannot work says which setting is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from models.enums import Vendor
from models.errors import BadInput, HelpdeskError
from providers import VENDORS, Link, Parts
from providers import build as build_any
from providers.zendesk.account import account_of
from providers.zendesk.provider import ZendeskProvider

Make = Callable[..., ZendeskProvider]


@pytest.mark.parametrize("domain", ["acme", "acme.zendesk.com", " Acme.Zendesk.com ", "ACME"])
def test_the_subdomain_alone_or_with_the_vendors_domain(make: Make, domain: str) -> None:
    assert make(domain=domain).info.url == "https://acme.zendesk.com"


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "https://acme.zendesk.com",
        "acme/",
        "acme.zendesk.com/agent",
        "acme.example.com",
        "-acme",
        "a_b",
        "acme..",
        "a b",
    ],
)
def test_a_wrong_subdomain_names_the_setting(make: Make, domain: str) -> None:
    with pytest.raises(BadInput) as caught:
        make(domain=domain)
    assert "ZENDESK_SUBDOMAIN" in caught.value.message and "`domain`" in caught.value.message
    assert caught.value.field == "domain"


@pytest.mark.parametrize("secrets", [{}, {"email": "a@b.example"}, {"client_id": "x"}, {"oauth_token": ""}])
def test_no_credential_names_the_ways(make: Make, secrets: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=r"ZENDESK_OAUTH_TOKEN.*ZENDESK_CLIENT_SECRET.*ZENDESK_TOKEN"):
        make(secrets=secrets)


@pytest.mark.parametrize("base", ["http://elsewhere.example/zendesk", "ftp://x", "https://u:p@x.example", "nonsense"])
def test_a_wrong_base_url_names_the_setting(make: Make, base: str) -> None:
    with pytest.raises(BadInput, match="ZENDESK_BASE_URL"):
        make(base_url=base)


async def test_a_base_url_moves_calls_and_tokens(make: Make, script: Any, scope: Any, page_of: Any) -> None:
    provider = make(base_url="http://127.0.0.1:9400/zendesk/", secrets={"client_id": "c", "client_secret": "s"})
    token = {"access_token": "t", "token_type": "bearer", "expires_in": 1800}
    script.on("http://127.0.0.1/zendesk/oauth/tokens", token, method="POST")
    script.on("http://127.0.0.1/zendesk/api/v2/groups", page_of("groups", []))
    await provider.groups(scope)
    assert [str(r.url.copy_with(query=None)) for r in script.requests] == [
        "http://127.0.0.1:9400/zendesk/oauth/tokens",
        "http://127.0.0.1:9400/zendesk/api/v2/groups",
    ]


def test_an_api_token_works_with_a_warning(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        make(secrets={"email": "a@b.example", "token": "sesame-token"})
    assert "2027-04-30" in caplog.text
    assert "sesame" not in caplog.text


def test_an_oauth_token_goes_before_an_api_token(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    make(secrets={"oauth_token": "x", "email": "a@b.example", "token": "y"})
    assert caplog.text == ""


CREDENTIALS = [
    ({"oauth_token": "x"}, ("ZENDESK_OAUTH_TOKEN", "`oauth_token`")),
    (
        {"client_id": "c", "client_secret": "s"},
        ("ZENDESK_CLIENT_ID", "ZENDESK_CLIENT_SECRET", "`client_id`", "`client_secret`"),
    ),
    ({"email": "a@b.example", "token": "t"}, ("ZENDESK_EMAIL", "ZENDESK_TOKEN", "`email`", "`token`")),
]


@pytest.mark.parametrize(("secrets", "settings"), CREDENTIALS)
async def test_a_401_names_the_helpdesk_and_both_places_of_its_setting(
    make: Make, script: Any, scope: Any, secrets: dict[str, str], settings: tuple[str, ...]
) -> None:
    script.on("/oauth/tokens", {"access_token": "t", "token_type": "bearer"}, method="POST")
    script.on("/groups", {"error": "Couldn't authenticate you"}, status=401)
    with pytest.raises(HelpdeskError) as caught:
        await make(key="us", secrets=secrets).groups(scope)
    assert (caught.value.code, caught.value.helpdesk) == ("UPSTREAM_AUTH_FAILED", "us")
    for named in ("'us'", *settings, "helpdesks.toml"):
        assert named in caught.value.message


def test_a_missing_credential_names_the_helpdesk_and_both_places(make: Make) -> None:
    with pytest.raises(BadInput) as caught:
        make(key="us", secrets={})
    for named in ("'us'", *(name for _, settings in CREDENTIALS for name in settings), "helpdesks.toml"):
        assert named in caught.value.message


def test_the_end_of_api_tokens_is_told_of_the_helpdesk_with_what_to_set_instead(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        make(key="us", secrets={"email": "a@b.example", "token": "sesame-token"})
    for named in ("'us'", "2027-04-30", *CREDENTIALS[0][1], *CREDENTIALS[1][1], "helpdesks.toml"):
        assert named in caplog.text


def test_secrets_are_in_no_repr(make: Make) -> None:
    provider = make(secrets={"client_id": "c", "client_secret": "sesame"})
    shown = repr(provider) + repr(vars(provider)) + repr(vars(provider._session.client))
    assert "sesame" not in shown


def test_the_register_builds_it() -> None:
    link = Link(
        key="z",
        vendor=next(v for v in VENDORS if v == "ZENDESK"),
        name="Z",
        domain="acme",
        secrets={"oauth_token": "x"},
    )
    assert isinstance(build_any(link, Parts()), ZendeskProvider)


def test_loopback_is_open_to_files_only_where_the_base_url_is_there() -> None:
    def holds(base: str | None) -> bool:
        link = Link(key="acme", vendor=Vendor.ZENDESK, name="Acme", domain="acme", base_url=base)
        return account_of(link).holds_files("127.0.0.1")

    assert holds("http://127.0.0.1:9400/zendesk")
    assert not holds("https://recordings.example/zendesk") and not holds(None)

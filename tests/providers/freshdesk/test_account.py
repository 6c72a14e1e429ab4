"""A link that cannot work is refused before the first call, naming the setting."""

from __future__ import annotations

import base64

import msgspec
import pytest

from models.errors import BadInput
from providers import Parts, build
from providers.freshdesk.account import account_of, credential_of


@pytest.mark.parametrize("domain", ["acme", "acme.freshdesk.com", " ACME ", "a-1"])
def test_domains_that_work(link, domain):
    found = account_of(msgspec.structs.replace(link, domain=domain))
    assert found.api == f"https://{found.label}.freshdesk.com/api/v2"
    assert found.label == domain.strip().lower().removesuffix(".freshdesk.com")


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "acme/",
        "acme/evil",
        "https://acme.freshdesk.com",
        "acme.example.com",
        "-acme",
        "a b",
        "acme.freshdesk.com.evil",
        "a@b",
    ],
)
def test_a_domain_that_is_not_an_account_s_name_names_the_setting(link, domain):
    with pytest.raises(BadInput) as caught:
        build(msgspec.structs.replace(link, domain=domain), Parts())
    assert "FRESHDESK_DOMAIN" in caught.value.message and "helpdesks.toml" in caught.value.message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9400/freshdesk", "http://localhost:9400/freshdesk/", "https://box.test"]
)
def test_base_urls_that_work(link, url):
    found = account_of(msgspec.structs.replace(link, base_url=url))
    assert found.api == url.rstrip("/") + "/api/v2"
    assert found.web == "https://acme.freshdesk.com"


@pytest.mark.parametrize(
    "url", ["http://box.test", "ftp://localhost", "https://u:p@box.test", "https://box.test?a=1", "", "x"]
)
def test_a_base_url_elsewhere_must_be_https(link, url):
    with pytest.raises(BadInput, match="FRESHDESK_BASE_URL"):
        account_of(msgspec.structs.replace(link, base_url=url))


@pytest.mark.parametrize("secrets", [{}, {"api_key": " "}, {"api_key": "schlüssel"}, {"api_key": "a:b"}])
def test_a_missing_key_names_the_setting_and_never_shows_it(link, secrets):
    with pytest.raises(BadInput, match="FRESHDESK_API_KEY") as caught:
        build(msgspec.structs.replace(link, secrets=secrets), Parts())
    assert "schlüssel" not in caught.value.message


async def test_the_key_is_the_user_and_any_word_the_password(link):
    credential = credential_of(link)
    sent = (await credential.headers())["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"not-a-real-key:X"
    assert sent not in repr(credential)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("attachment.freshdesk.com", True),
        ("s3.eu-central-1.amazonaws.com", True),
        ("d1.cloudfront.net", True),
        ("evilfreshdesk.com", False),
        ("amazonaws.com.evil.test", False),
        ("127.0.0.1", False),
    ],
)
def test_files_come_from_the_vendor_s_hosts_only(account, host, allowed):
    assert account.file_host(host) is allowed


def test_a_sandbox_on_loopback_may_serve_files(link):
    found = account_of(msgspec.structs.replace(link, base_url="http://127.0.0.1:9400/freshdesk"))
    assert found.file_host("127.0.0.1")

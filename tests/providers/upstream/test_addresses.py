"""Where a call may go. Nothing else gets a packet, let alone a credential."""

from __future__ import annotations

import httpx
import pytest

from models.errors import BadInput, HelpdeskError, Unreadable
from providers.upstream import FamilyPolicy, FixedCredential, Upstream
from providers.upstream.transport import GuardedResolver, is_forbidden_literal, may_dial
from providers.upstream.urls import House

FORBIDDEN = """
0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:0
64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe::
2001:0:4136:e378:8000:63bf:80ff:fffe 2001:db8::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 100::1
""".split()


@pytest.mark.parametrize("address", FORBIDDEN)
def test_only_global_addresses_are_dialled(address):
    assert not may_dial(address, allow_loopback=False)
    assert is_forbidden_literal(address, allow_loopback=False)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_ones_are(address):
    assert may_dial(address, allow_loopback=False)


def test_loopback_only_when_the_operator_says_so():
    assert may_dial("127.0.0.1", allow_loopback=True)
    assert may_dial("::1", allow_loopback=True)
    assert not may_dial("10.0.0.1", allow_loopback=True)
    assert not may_dial("not an address", allow_loopback=True)


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
async def test_a_name_that_leads_inside_is_not_resolved(name):
    with pytest.raises(OSError):
        await GuardedResolver(allow_loopback=False).resolve(name, 443)


async def test_loopback_names_resolve_for_a_sandbox():
    assert await GuardedResolver(allow_loopback=True).resolve("localhost", 80)


class Seen:
    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/api/v2/tickets",
        "https://acme.example.com.evil.example/api/v2/tickets",
        "https://acme.example.com@evil.example/api/v2/tickets",
        "https://user:pw@acme.example.com/api/v2/tickets",
        "http://acme.example.com/api/v2/tickets",
        "https://acme.example.com:8443/api/v2/tickets",
        "https://acme.example.com/api/v1/tickets",
        "https://acme.example.com/api/v2evil",
        "https://acme.example.com/api/v2/../../admin",
        "https://acme.example.com/api/v2/%2e%2e/%2e%2e/admin",
        "https://acme.example.com/api/v2/..%2fadmin",
        "https://acme.example.com/api/v2/%5c..%5cadmin",
        "https://acme.example.com/api/v2/a%0d%0ab",
        "https://[::1/api",
        "https://",
        "https://acme.example.com:99999/api/v2/x",
        "http://127.0.0.1/api/v2/tickets",
    ],
)
async def test_a_foreign_next_page_is_not_followed(account, call, url):
    vendor = Seen()
    with pytest.raises(Unreadable) as caught:
        await account(vendor).request(call(url))
    assert vendor.requests == []
    assert "evil" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example.com/api/v2/tickets?page[after]=abc%3D&x=1",
        "https://acme.example.com:443/api/v2/tickets?page[after]=abc%3D&x=1",
        "https://ACME.example.com/api/v2/tickets?page[after]=abc%3D&x=1",
        "/tickets?page[after]=abc%3D&x=1",
    ],
)
async def test_our_own_next_page_is(account, call, url):
    vendor = Seen()
    await account(vendor).request(call(url))
    asked = vendor.requests[0].url
    assert (asked.host, asked.path, dict(asked.params)) == (
        "acme.example.com",
        "/api/v2/tickets",
        {"page[after]": "abc=", "x": "1"},
    )


@pytest.mark.parametrize(
    "path", ["tickets", "//evil.example/x", "/../admin", "/a/%2e%2e/b", "/a\\b", "", "ftp://x/", "/a?b=\x00"]
)
async def test_our_own_paths_stay_below_the_base(account, call, path):
    vendor = Seen()
    with pytest.raises(BadInput):
        await account(vendor).request(call(path))
    assert vendor.requests == []


@pytest.mark.parametrize(
    "base",
    [
        "http://acme.example.com",
        "http://10.0.0.1",
        "https://user:pw@acme.example.com",
        "https://acme.example.com/?x=1",
        "https://acme.example.com/#x",
        "ftp://acme.example.com",
        "acme.example.com",
        "",
        "https://",
        "http://127.0.0.1:9400",
        "https://exa mple.com:99999999",
    ],
)
def test_a_base_url_that_is_not_https_is_refused_with_a_reason(base):
    with pytest.raises(BadInput, match="base URL of helpdesk 'acme'"):
        Upstream("acme", base, credentials=FixedCredential(), families={})


@pytest.mark.parametrize("base", ["http://127.0.0.1:9400/freshdesk", "http://localhost:9400", "http://[::1]:9400"])
def test_plain_http_is_for_loopback_when_allowed(base):
    assert Upstream("acme", base, credentials=FixedCredential(), families={}, allow_http_loopback=True)
    with pytest.raises(HelpdeskError):
        Upstream("acme", "http://192.168.1.5", credentials=FixedCredential(), families={}, allow_http_loopback=True)


async def test_a_helpdesk_whose_name_leads_inside_is_unavailable_and_gets_no_packet(call):
    upstream = Upstream(
        "acme",
        "https://localhost.localdomain/api",
        credentials=FixedCredential(),
        families={"tickets": FamilyPolicy(9)},
    )
    with pytest.raises(HelpdeskError):
        await upstream.request(call())
    await upstream.aclose()


@pytest.mark.parametrize("port", [9401, 22, 80])
def test_a_sandbox_cannot_lead_a_file_to_another_port_of_this_machine(port):
    house = House.at("acme", "http://127.0.0.1:9400/freshdesk", True, lambda host: True)
    assert house.file("http://localhost:9400/files/1")
    with pytest.raises(Unreadable, match="not allowed"):
        house.file(f"http://localhost:{port}/files/1")

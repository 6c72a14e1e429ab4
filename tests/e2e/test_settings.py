"""What an operator is told who has set something wrong."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

import server
from tests.support.processes import ended, environment

FRESHDESK = {"FRESHDESK_DOMAIN": "acme", "FRESHDESK_API_KEY": "not-a-real-key"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ("FRESHDESK_DOMAIN", "ZENDESK_SUBDOMAIN", "helpdesks.toml", "server.py demo")),
        ({**FRESHDESK, "HOST": "0.0.0.0"}, ("API_KEY", "0.0.0.0", "127.0.0.1")),
        ({**FRESHDESK, "FRESHDESK_DOMAIN": "acme/"}, ("FRESHDESK_DOMAIN", "slash")),
        (
            {
                "ZENDESK_SUBDOMAIN": "https://acme",
                "ZENDESK_OAUTH_TOKEN": "x" * 20,
                **FRESHDESK,
                "FRESHDESK_DOMAIN": "-",
            },
            ("ZENDESK_SUBDOMAIN", "FRESHDESK_DOMAIN"),
        ),
        ({"PORT": "http", "TICKETS": "1", "ZENDESK_SUBDOMAIN": "acme"}, ("PORT", "TICKETS", "ZENDESK_OAUTH_TOKEN")),
        ({**FRESHDESK, "FRESHDESK_BASE_URL": "http://sandbox.example"}, ("FRESHDESK_BASE_URL", "https")),
    ],
    ids=["no helpdesk", "open to others", "slash", "two domains", "several at once", "plain http"],
)
def test_a_server_that_cannot_work_says_what_to_set(
    settings: dict[str, str], told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, complaint = refused(monkeypatch, "serve", **settings)
    assert code == 2
    for words in told:
        assert words in complaint
    assert "Traceback" not in complaint
    assert "not-a-real-key" not in complaint


def test_the_sandbox_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    code, complaint = refused(monkeypatch, "sandbox", "--host", "0.0.0.0", "--port", "0")
    assert code == 2 and "loopback" in complaint and "--host" in complaint


def test_the_process_ends_with_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended("serve", **FRESHDESK, HOST="0.0.0.0") == refused(monkeypatch, "serve", **FRESHDESK, HOST="0.0.0.0")


def refused(monkeypatch: pytest.MonkeyPatch, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code and complaint of a server that should not start, asked in this process."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    found = CliRunner().invoke(server.door, arguments, env=environment(**settings))
    return found.exit_code, found.stderr

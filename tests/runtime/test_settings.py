"""Bad settings are all named at once, with what would do; secrets do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.settings import SettingsError, load


def problems(environ: dict[str, str], folder: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(environ, folder)
    return str(caught.value)


def test_nothing_set_is_the_demo_on_loopback(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings.accounts == () and settings.host == "127.0.0.1" and settings.url == "http://127.0.0.1:8000"


def test_every_bad_value_is_reported_together(tmp_path: Path) -> None:
    text = problems({"PORT": "http", "TICKETS": "1", "LOG_LEVEL": "loud", "EXPLORER": "maybe"}, tmp_path)
    assert [line.partition(":")[0] for line in text.splitlines()] == ["PORT", "EXPLORER", "TICKETS", "LOG_LEVEL"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com"])
def test_beyond_loopback_a_key_is_needed(host: str, tmp_path: Path) -> None:
    assert "API_KEY" in problems({"HOST": host}, tmp_path)
    assert load({"HOST": host, "API_KEY": "x" * 16}, tmp_path).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.1"])
def test_loopback_needs_none(host: str, tmp_path: Path) -> None:
    assert load({"HOST": host}, tmp_path).host == host


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"FRESHDESK_DOMAIN": "acme"}, "FRESHDESK_API_KEY"),
        ({"FRESHDESK_API_KEY": "secret-value"}, "FRESHDESK_DOMAIN"),
        ({"ZENDESK_SUBDOMAIN": "acme"}, "ZENDESK_OAUTH_TOKEN"),
        ({"ZENDESK_SUBDOMAIN": "acme", "ZENDESK_CLIENT_ID": "x"}, "ZENDESK_CLIENT_SECRET"),
        ({"ZENDESK_TOKEN": "secret-value"}, "ZENDESK_SUBDOMAIN"),
        ({"FRESHDESK_BASE_URL": "http://example.com"}, "plain http is for loopback only"),
        ({"ZENDESK_BASE_URL": "ftp://example.com"}, "ZENDESK_BASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"SIGNING_KEY": "short"}, "SIGNING_KEY"),
        ({"HELPDESKS_FILE": "nofile.toml"}, "HELPDESKS_FILE"),
        ({"CORS_ORIGINS": "https://ok.example,foo"}, "CORS_ORIGINS"),
        ({"CORS_ORIGINS": "https://ok.example/path"}, "CORS_ORIGINS"),
        ({"PUBLIC_URL": "intranet:8000"}, "PUBLIC_URL"),
        ({"FRESHDESK_BASE_URL": "http://127.0.0.1:9400/freshdesk"}, "FRESHDESK_DOMAIN"),
        ({"ZENDESK_BASE_URL": "http://127.0.0.1:9400/zendesk"}, "ZENDESK_SUBDOMAIN"),
        (
            {"ZENDESK_SUBDOMAIN": "a", "ZENDESK_OAUTH_TOKEN": "secret-value", "ZENDESK_CLIENT_ID": "x"},
            "ZENDESK_CLIENT_SECRET",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(environ: dict[str, str], named: str, tmp_path: Path) -> None:
    text = problems(environ, tmp_path)
    assert named in text and "secret-value" not in text


def test_accounts_come_from_the_environment_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "helpdesks.toml").write_text(
        '[[helpdesk]]\nkey = "eu"\nvendor = "zendesk"\ndomain = "acme-eu"\noauth_token = "hush-hush"\n',
        encoding="utf-8",
    )
    settings = load({"FRESHDESK_DOMAIN": "acme", "FRESHDESK_API_KEY": "hush-too"}, tmp_path)
    assert [(a.key, a.vendor, a.domain) for a in settings.accounts] == [
        ("freshdesk", "freshdesk", "acme"),
        ("eu", "zendesk", "acme-eu"),
    ]
    assert "hush" not in repr(settings) and set(settings.secrets()) >= {"hush-hush", "hush-too"}


def test_a_bad_file_is_named_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "helpdesks.toml").write_text(
        '[[helpdesk]]\nkey = "Bad Key"\nvendor = "jira"\n'
        '[[helpdesk]]\nkey = "a"\nvendor = "freshdesk"\npasword = "x"\n',
        encoding="utf-8",
    )
    text = problems({}, tmp_path)
    assert "helpdesk 1: `key`" in text and "helpdesk 1: `vendor`" in text and "helpdesk 2: unknown `pasword`" in text


def test_a_key_used_twice_is_refused(tmp_path: Path) -> None:
    row = '[[helpdesk]]\nkey = "zendesk"\nvendor = "zendesk"\ndomain = "x"\noauth_token = "y"\n'
    (tmp_path / "helpdesks.toml").write_text(row, encoding="utf-8")
    environ = {"ZENDESK_SUBDOMAIN": "acme", "ZENDESK_OAUTH_TOKEN": "t"}
    assert "'zendesk' is used twice" in problems(environ, tmp_path)

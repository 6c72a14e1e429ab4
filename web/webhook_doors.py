"""Which doors there are for messages of helpdesks: what opens each, and who understands what comes through."""

from __future__ import annotations

from collections.abc import Sequence

from models.enums import Vendor
from providers import webhooks_of
from runtime.accounts import Account
from web.webhooks import WebhookDoor, secret_of


def webhook_doors(accounts: Sequence[Account], keys: Sequence[str], tenant: str) -> dict[str, WebhookDoor]:
    """`keys` are WEBHOOK_KEY's, the newest first: the addresses made from each of them open the door."""
    return {account.key: _door(account, [secret_of(key, tenant, account.key) for key in keys]) for account in accounts}


def _door(account: Account, secrets: Sequence[str]) -> WebhookDoor:
    heard = webhooks_of(Vendor(account.vendor.upper()))
    return WebhookDoor(
        tuple(secrets),
        verify=lambda headers, body, now: heard.verify(headers, body, account.webhook_secrets, now),
        hints=heard.understand,
    )

"""`raw` shows the vendor's record and hands out no key to a file."""

from __future__ import annotations

import pytest

from imaging.scrub import DEEPEST, REMOVED, TOO_DEEP, scrub

KEYS = [
    "https://s3.amazonaws.com/cdn/1.png?X-Amz-Expires=300&X-Amz-Signature=abc",
    "https://acme.freshdesk.com/inline/attachment?token=eyJ.x.y",
    "https://acme.zendesk.com/attachments/token/hush/?name=a.png",
    "https://d.cloudfront.net/a.png?Expires=1&Signature=s&Key-Pair-Id=k",
]


@pytest.mark.parametrize("link", KEYS)
def test_a_key_is_removed_wherever_it_stands(link: str) -> None:
    html = f"<p>See <img src=\"{link.replace('&', '&amp;')}\" alt='x'> and {link}.</p>"
    raw = {"attachments": [{"attachment_url": link, "size": 3}], "description": html}
    clean = scrub(raw)
    assert clean["attachments"] == [{"attachment_url": REMOVED, "size": 3}]
    for secret in ("Signature", "token", "Expires", "hush"):
        assert secret not in clean["description"]
    assert clean["description"].startswith("<p>See <img src=") and "alt='x'" in clean["description"]


def test_all_else_stays() -> None:
    raw = {
        "id": 2**60,
        "url": "https://acme.zendesk.com/api/v2/tickets/1.json",
        "n": None,
        "t": [True, 1.5, "https://"],
    }
    assert scrub(raw) == raw


def test_what_is_nested_too_deep_is_cut() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    levels, found = 0, scrub(deep)
    while isinstance(found, list):
        levels, found = levels + 1, found[0]
    assert (levels, found) == (DEEPEST, TOO_DEEP)

"""Pictures inside a body find their files, whatever a vendor does to their addresses."""

from __future__ import annotations

import re

import pytest

from imaging.html import inline_id
from models.records import Attachment
from resolvers.files import cleaned
from tests.resolvers.desk import make_context, two_desks

HOME = "https://fd.example.com"


def file(name: str, file_name: str = "a.png") -> Attachment:
    return Attachment(helpdesk="fd", remote_id=f"1/2/{name}", file_name=file_name, content_type="image/png")


def opened(src: str, *files: Attachment) -> str | None:
    """The remote id that the link in the cleaned body opens; None when the picture has no address any more."""
    context = make_context(two_desks())
    html = cleaned(f'<p><img src="{src}"></p>', files, context, "1/2", "fd") or ""
    found = re.search(r'src="http://localhost:8000/files/([^/"]+)', html)
    assert src not in html
    return context.files.verify(found[1]).remote_id if found else None


DIGEST = f"https://cdn.vendor.example/x/1.png?signature={'s' * 20}"


@pytest.mark.parametrize(
    ("src", "files", "remote_id"),
    [
        (DIGEST, [file(inline_id(DIGEST))], f"1/2/{inline_id(DIGEST)}"),
        (f"{HOME}/hc/article_attachments/77/a.png", [file("77"), file("78")], "1/2/77"),
        (f"{HOME}/attachments/token/t0/?name=b.png", [file("77"), file("78", "b.png")], "1/2/78"),
        ("https://support.own.example/attachments/token/t0/?name=my%20b.png", [file("78", "my b.png")], "1/2/78"),
    ],
)
def test_a_picture_finds_its_file(src: str, files: list[Attachment], remote_id: str) -> None:
    assert opened(src, *files) == remote_id


def test_of_two_files_of_a_name_the_address_decides() -> None:
    src = "https://mapped.example/attachments/token/t0/?name=a.png"
    assert opened(src, file("77"), file("78")) == f"1/2/{inline_id(src)}"


def test_a_picture_on_the_helpdesks_own_host_is_known_by_its_address() -> None:
    src = f"{HOME}/inline/attachment?token=abc"
    assert opened(src) == f"1/2/{inline_id(src)}"


@pytest.mark.parametrize("src", ["https://spy.example/p.gif", "data:image/png;base64,AAAA", "//spy.example/x.png", "x"])
def test_a_picture_from_elsewhere_has_no_link(src: str) -> None:
    assert opened(src, file("77")) is None

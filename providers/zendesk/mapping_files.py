"""Attachments → models. Pure. A vendor's address of a file is a key to it, so it never enters a model."""

from __future__ import annotations

from urllib.parse import urlsplit

from models.enums import ScanState
from models.inline import inline_id
from models.records import Attachment
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.lenient import moment, whole

BINARY = "application/octet-stream"


def attachment(row: wire.Attachment, helpdesk: str, parent: str) -> Attachment:
    """`width` and `height` come as text or as numbers (vendor's OpenAPI file against its page 'Ticket attachments')."""
    return Attachment(
        helpdesk=helpdesk,
        remote_id=f"{parent}/{row.id}",
        file_name=row.file_name or row.display_file_name or "file",
        content_type=row.content_type or BINARY,
        byte_size=whole(row.size),
        inline=bool(row.inline),
        width=whole(row.width),
        height=whole(row.height),
        scan=scan(row),
        created_at=moment(row.created_at),
    )


def attachments(rows: list[wire.Attachment] | None, helpdesk: str, parent: str) -> tuple[Attachment, ...]:
    return tuple(attachment(row, helpdesk, parent) for row in rows or () if not row.deleted)


def scan(row: wire.Attachment) -> ScanState:
    """A file that an agent cleared in spite of the scanner is not blocked."""
    found = values.SCAN.get(row.malware_scan_result or "", ScanState.NOT_SCANNED)
    return ScanState.NOT_SCANNED if found is ScanState.BLOCKED and row.malware_access_override else found


def is_named(row: wire.Attachment, name: str) -> bool:
    """By its number, or, for whoever has only a body, by the address under which the body shows it."""
    addresses = [address for address in (row.content_url, row.mapped_content_url) if address]
    paths = [urlsplit(address).path for address in addresses]
    return name == str(row.id) or name in map(inline_id, [*addresses, *paths])

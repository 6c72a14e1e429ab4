"""Files, and those of them that are pictures: what hangs on tickets, comments and articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from models.enums import Kind
from models.records import Attachment
from storage import codec, rows
from storage.apply.cleaning import big, indexed, storable, told
from storage.apply.desk import Desk
from storage.ranks import KIND
from storage.tables.conversation import attachments, images
from storage.values import seconds

_KEY = ("tenant", "helpdesk", "remote_id")
_PUT = rows.insert(attachments, key=_KEY)
_PUT_IMAGE = rows.insert(images, key=_KEY, update=("owner_kind", "owner", "content_type", "byte_size", "created_at"))
_DROP, _DROP_IMAGE = rows.delete(attachments, _KEY), rows.delete(images, _KEY)

_OWNED = rows.of_numbers(attachments, ("remote_id",), "owner", also="owner_kind")


class Owned(msgspec.Struct, frozen=True):
    """The files of one ticket (its own, or its comments') or article: which there were, and which there are, each with
    the remote id of the comment or article it hangs on."""

    owner: int
    old: Sequence[Attachment]
    new: Sequence[tuple[str, Attachment]]


async def replace(desk: Desk, kind: Kind, owned: Iterable[Owned]) -> None:
    """Files that are there as they were are not written again. What is known of a picture outlives a new name."""
    gone: list[tuple[Any, ...]] = []
    files: dict[str, tuple[Any, ...]] = {}
    pictures: dict[str, tuple[Any, ...]] = {}
    for one in owned:
        before = {file.remote_id: file for file in one.old}
        after = {file.remote_id: (parent, file) for parent, file in one.new}
        gone += [(desk.tenant, desk.number, indexed(ident)) for ident in before if ident not in after]
        for ident, (parent, file) in after.items():
            if before.get(ident) != file and storable(file.file_name + file.content_type):
                key = indexed(ident) or ""
                files[key] = _file(desk, kind, one.owner, key, parent, file)
                if file.is_image:
                    pictures[key] = _picture(desk, kind, one.owner, key, file)
    await _DROP_IMAGE.run(desk.session, gone)
    await _DROP.run(desk.session, gone)
    await _PUT.run(desk.session, [*files.values()])
    await _PUT_IMAGE.run(desk.session, [*pictures.values()])


async def erase(desk: Desk, kind: Kind, owners: Sequence[int]) -> None:
    """All files of these, of their comments too."""
    if not owners:
        return
    found = await desk.session.fetch(_OWNED, desk.values(owner_kind=KIND.number(kind), nums=owners))
    gone = [(desk.tenant, desk.number, remote_id) for _, remote_id in found]
    await _DROP_IMAGE.run(desk.session, gone)
    await _DROP.run(desk.session, gone)


def _file(desk: Desk, kind: Kind, owner: int, key: str, parent: str, file: Attachment) -> tuple[Any, ...]:
    return (
        desk.tenant,
        desk.number,
        key,
        KIND.number(kind),
        owner,
        told(parent),
        told(file.file_name),
        told(file.content_type),
        big(file.byte_size),
        int(file.inline),
        seconds(file.created_at),
        codec.pack(file),
    )


def _picture(desk: Desk, kind: Kind, owner: int, key: str, file: Attachment) -> tuple[Any, ...]:
    return (
        desk.tenant,
        desk.number,
        key,
        KIND.number(kind),
        owner,
        told(file.content_type),
        big(file.byte_size),
        big(file.width),
        big(file.height),
        0,
        seconds(file.created_at),
    )

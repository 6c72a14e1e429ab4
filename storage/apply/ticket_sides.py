"""What else hangs on a ticket and goes with it, or moves with it: its comments, their files and search documents."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, case, exists, literal_column, select, update

from models.enums import Kind, SearchKind
from storage import codec, rows
from storage.apply import files
from storage.apply.comment_docs import comment_doc
from storage.apply.desk import Desk
from storage.apply.held import Held
from storage.ranks import KIND
from storage.search.documents import Ref
from storage.statements import Statement, among
from storage.tables.conversation import attachments, comments, conversations
from storage.tables.tickets import tickets
from storage.values import number_or_none

_DROP_COMMENTS = rows.delete(comments, ("tenant", "helpdesk", "ticket"))
_DROP_CONVERSATIONS = rows.delete(conversations, ("tenant", "helpdesk", "ticket"))
_SAID = rows.of_numbers(comments, ("card",), "ticket")
_any_file = exists(
    select(literal_column("1")).where(
        attachments.c.tenant == bindparam("tenant"),
        attachments.c.helpdesk == bindparam("helpdesk"),
        attachments.c.owner_kind == bindparam("owner_kind"),
        attachments.c.owner == tickets.c.num,
    )
)
_all_read = exists(
    select(literal_column("1")).where(
        conversations.c.tenant == bindparam("tenant"),
        conversations.c.helpdesk == bindparam("helpdesk"),
        conversations.c.ticket == tickets.c.num,
        conversations.c.complete == literal_column("1"),
    )
)
_RECHECK = Statement(
    update(tickets)
    .where(
        tickets.c.tenant == bindparam("tenant"),
        tickets.c.helpdesk == bindparam("helpdesk"),
        among(tickets.c.num, "nums"),
    )
    .values(
        has_attachments=case(
            (_any_file, literal_column("1")), (_all_read, literal_column("0")), else_=tickets.c.has_attachments
        )
    )
)


async def recheck_files(desk: Desk, nums: Sequence[int]) -> None:
    """Whether they have any, as far as their files and their whole conversations say."""
    if nums:
        await desk.session.run(_RECHECK, desk.values(owner_kind=KIND.number(Kind.TICKET), nums=nums))


async def erase(desk: Desk, dead: Sequence[Held]) -> None:
    """What was said, and every file. Their own search documents are forgotten with the ticket."""
    nums = [held.num for held in dead]
    if not nums:
        return
    await files.erase(desk, Kind.TICKET, nums)
    keys = [(desk.tenant, desk.number, num) for num in nums]
    await _DROP_COMMENTS.run(desk.session, keys)
    await _DROP_CONVERSATIONS.run(desk.session, keys)
    desk.refs += [Ref(kind=SearchKind.COMMENT, helpdesk=desk.number, num=num) for num in nums]


async def moved(desk: Desk, tickets_moved: Sequence[Held]) -> None:
    """Their comments are found by whoever sees their organization now."""
    orgs = {held.num: number_or_none(held.record.organization_id) for held in tickets_moved}
    if not orgs:
        return
    for num, card in await desk.session.fetch(_SAID, desk.values(nums=[*orgs])):
        desk.docs.append(comment_doc(desk.number, num, codec.comment(card), orgs[num]))

"""Files: opened by their id they are, byte for byte, what the desk has."""

from __future__ import annotations

import re

from models.enums import DetailLevel
from models.queries import Scope
from models.records import Attachment, CommentList
from sandbox.texts import inline_numbers
from tests.contract.case import Case
from tests.support.staging import read


async def of_tickets(case: Case, scope: Scope, numbers: list[int]) -> dict[int, list[Attachment]]:
    """Each ticket's files, in the order of its comments."""
    records = await case.source.tickets_by_id(scope, [str(one) for one in numbers])
    found = await case.source.comments(scope, [one for one in records if one], 1000)
    listed = [one for one in found if isinstance(one, CommentList)]
    assert len(listed) == len(numbers)
    return {
        number: [file for comment in one.items for file in comment.attachments or ()]
        for number, one in zip(numbers, listed, strict=True)
    }


def on_the_desk(case: Case, ticket: int) -> list[int]:
    numbers: list[int] = []
    for message in case.desk.messages.of(ticket):
        numbers += [*message.attachments, *(one for one in inline_numbers(message.html) if one in message.inline)]
    return numbers


async def test_every_file_of_a_ticket_is_the_desks(case: Case, everyone: Scope) -> None:
    """Pictures inside the text, too."""
    tickets = [one.number for one in case.true_tickets() if on_the_desk(case, one.number)][:12]
    inline = 0
    for number, files in (await of_tickets(case, everyone, tickets)).items():
        wanted = sorted(case.desk.files.data(one) for one in on_the_desk(case, number))
        got = [await read(case.provider, everyone, one.remote_id) for one in files]
        assert sorted(one for one in got if one is not None) == wanted
        inline += sum(one.inline for one in files)
        for file, data in zip(files, got, strict=True):
            assert data is not None
            assert file.byte_size in (None, len(data))
    assert inline


async def test_names_types_and_sizes_are_the_desks(case: Case, everyone: Scope) -> None:
    tickets = [one.number for one in case.true_tickets() if on_the_desk(case, one.number)][:12]
    for number, files in (await of_tickets(case, everyone, tickets)).items():
        plain = [case.desk.files.get(one) for m in case.desk.messages.of(number) for one in m.attachments]
        truly = sorted((one.name, one.content_type, case.desk.files.size(one.number)) for one in plain if one)
        assert sorted((f.file_name, f.content_type, f.byte_size) for f in files if not f.inline) == truly


async def test_a_picture_of_a_contact(case: Case, everyone: Scope) -> None:
    person = next(one for one in case.desk.people.page(limit=500) if one.photo and one.state == "verified")
    [contact] = await case.source.contacts_by_id(everyone, [case.truth.user(person.number)])
    assert contact is not None
    if case.copied and contact.detail is DetailLevel.LISTED:
        return  # which the vendor's list does not tell
    assert contact.avatar is not None
    assert person.photo
    assert await read(case.provider, everyone, contact.avatar.remote_id) == case.desk.files.data(person.photo)


async def test_files_of_an_article(case: Case, everyone: Scope) -> None:
    article = next(one for one in case.desk.knowledge.articles() if one.attachments or one.inline)
    found = await case.source.articles_by_id(everyone, [case.truth.article(article.number)])
    [files] = await case.source.article_attachments(everyone, [one for one in found if one])
    wanted = sorted(case.desk.files.data(one) for one in (*article.attachments, *article.inline))
    got = [await read(case.provider, everyone, one.remote_id) for one in files]
    assert sorted(one for one in got if one is not None) == wanted


async def test_a_file_can_be_opened_again_when_the_vendors_link_has_run_out(case: Case, everyone: Scope) -> None:
    ticket = next(one.number for one in case.true_tickets() if on_the_desk(case, one.number))
    [file, *_] = (await of_tickets(case, everyone, [ticket]))[ticket]
    first = await read(case.provider, everyone, file.remote_id)
    case.company.clock.advance(4000)
    assert await read(case.provider, everyone, file.remote_id) == first is not None


async def test_no_address_of_the_vendor_is_in_a_record(case: Case, everyone: Scope) -> None:
    """A vendor's file address is a key to the file: it leaves neither in an attachment nor in `raw`."""
    tickets = [one.number for one in case.true_tickets() if on_the_desk(case, one.number)][:12]
    shown = repr(await of_tickets(case, everyone, tickets))
    records = await case.source.tickets_by_id(everyone, [str(one) for one in tickets])
    listed = await case.source.comments(everyone, [one for one in records if one], 100)
    raws = [c.raw for one in listed if isinstance(one, CommentList) for c in one.items]
    for text in (shown, repr(raws), repr([one.raw for one in records if one])):
        assert "Signature=" not in text
        assert not re.search(r"token[/=](?!hidden)", text)
    assert any(raws)
